/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_parser.c: what it has parsed, written again as log_writer.c would, must parse to
 * the same, and it must not matter whether the log is parsed at once or in parts that end
 * with an empty line. The input is the earlier log, a form feed, and the log.
 */
#include "harness.h"
#include "model/log_reader.h"

#include <limits.h>

/* apt's own format has two spaces. The offset of an end is written before it. */
static void write_time(struct buffer *written, const char *field, bool is_end,
	const struct log_time *time)
{
	const char *zoned = time->zoned;

	if (time->local[0] == '\0')
		return;
	must(strlen(time->local) == strlen("2026-11-20 18:02:05"));
	must(strlen(zoned) == strlen("2026-11-20T18:02:05+01:00") && zoned[10] == 'T');
	if (is_end)
		buffer_append_format(written, "%s-Offset: %s\n", field, zoned + 19);
	buffer_append_format(written, "%s-Date: %.10s  %.8s\n", field, zoned, zoned + 11);
	if (!is_end)
		buffer_append_format(written, "%s-Offset: %s\n", field, zoned + 19);
}

static void write_field(struct buffer *written, const char *field, const char *value)
{
	if (value != NULL)
		buffer_append_format(written, "%s: %s\n", field, value);
}

static void write_run(struct buffer *written, const struct log_run *run)
{
	static const struct word outcomes[] = {{"exit", LOGGED_EXIT},
		{"signal", LOGGED_SIGNAL}, {"timeout", LOGGED_TIMEOUT},
		{"not-started", LOGGED_NOT_STARTED}, {"skipped", LOGGED_SKIPPED},
		{"interrupted", LOGGED_INTERRUPTED}};

	buffer_append_format(written, " %s %s [%s] %s",
		uh_hook_point_name(run->hook_point), run->path,
		run->match != NULL ? run->match : "always",
		word_of(outcomes, COUNT_OF(outcomes), (int)run->outcome));
	if (run->why != NULL)
		buffer_append_format(written, " (%s)", run->why);
	else if (run->outcome != LOGGED_INTERRUPTED)
		buffer_append_format(written, " %d", run->value);
	if (run->milliseconds >= 0)
		buffer_append_format(written, " %lld ms%s", (long long)run->milliseconds,
			run->is_copy ? LOG_OF_COPY : "");
	buffer_append_string(written, "\n");
}

static void write_transaction(
	struct buffer *written, const struct log_transaction *transaction)
{
	write_time(written, "Start", false, &transaction->start);
	write_field(written, "Commandline", transaction->command_line);
	write_field(written, "Requested-By", transaction->requester);
	write_field(written, transaction->is_session ? "Session" : "Transaction",
		transaction->key);
	if (transaction->dpkg_runs >= 0)
		buffer_append_format(
			written, "Runs: %lld\n", (long long)transaction->dpkg_runs);
	write_field(written, "Switched-Off-By", transaction->switched_off_by);
	write_field(written, "Result", transaction->result);
	buffer_append_string(written, "Hooks:\n");
	for (size_t i = 0; i < transaction->count; i++)
		write_run(written, &transaction->runs[i]);
	write_time(written, "End", true, &transaction->end);
	buffer_append_string(written, "\n");
	must(written->error == 0);
}

static bool is_one_line(const char *text)
{
	return text == NULL || strchr(text, '\n') == NULL;
}

static void must_be_valid_run(const struct log_run *run)
{
	bool has_why =
		run->outcome == LOGGED_NOT_STARTED || run->outcome == LOGGED_SKIPPED;
	bool has_run = !has_why && run->outcome != LOGGED_INTERRUPTED;
	bool had_nothing_to_do =
		run->outcome == LOGGED_SKIPPED && strcmp(run->why, "77") == 0;

	must(uh_hook_point_name(run->hook_point) != NULL);
	must(run->outcome <= LOGGED_INTERRUPTED);
	must(run->path[0] == '/' && is_one_line(run->path));
	must(is_one_line(run->match) && is_one_line(run->why));
	must((run->reason == REASON_ALWAYS) == (run->match == NULL));
	must(run->match == NULL || strchr(run->match, '/') == NULL);
	must((run->why != NULL) == has_why);
	must(has_run ? run->milliseconds >= 0 && run->value >= 0
		     : run->value == 0 && (run->milliseconds == -1 || had_nothing_to_do));
	must(run->match == NULL || strstr(run->path, run->match) != NULL);
}

static void must_be_whole(const struct log_transaction *transaction)
{
	must(!transaction->is_whole || (transaction->start.local[0] != '\0' &&
					       transaction->end.local[0] != '\0' &&
					       transaction->result != NULL));
	must(is_one_line(transaction->command_line) && is_one_line(transaction->key));
	must(is_one_line(transaction->switched_off_by));
	must(is_one_line(transaction->requester) && is_one_line(transaction->result));
	for (size_t i = 0; i < transaction->count; i++)
		must_be_valid_run(&transaction->runs[i]);
}

static void check_transaction(const struct log_transaction *transaction)
{
	owns_buffer struct buffer text = {0};
	owns_log_copy struct log_copy copy = {.texts = NULL};
	struct log_counts counts = {.of = {0}};

	must_be_whole(transaction);
	log_add_switch(&text, transaction);
	log_count(&counts, transaction);
	must(log_counts_ran(&counts) + counts.of[LOG_SKIPPED] == transaction->count);
	if (transaction->count == 0)
		return;
	log_copy_take(&copy, transaction, &transaction->runs[0]);
	must(harness_same_text(copy.transaction.key, transaction->key));
	must(strcmp(copy.run.path, transaction->runs[0].path) == 0);
	log_add_ending(&text, &copy.run);
	(void)log_has_failed(&copy.run);
	must(text.error == 0);
}

/* With the one byte behind it that the parser may change. */
static char *copy_tightly(struct slice bytes)
{
	char *text = malloc(bytes.size + 1);

	must(text != NULL);
	if (bytes.size > 0)
		memcpy(text, bytes.data, bytes.size);
	text[bytes.size] = '\n';
	return text;
}

/* Writes what was parsed, and returns how many lines were not understood. */
static size_t parse(struct buffer *written, struct log_parser *parser, struct slice bytes)
{
	owns_memory char *text = copy_tightly(bytes);
	size_t lines = harness_count_lines(bytes), before = parser->line;
	const struct log_transaction *transaction;

	log_parser_set(parser, (struct slice){text, bytes.size});
	while ((transaction = log_parser_next(parser)) != NULL) {
		check_transaction(transaction);
		write_transaction(written, transaction);
	}
	must(parser->line == before + lines);
	must(parser->faults.lines <= parser->line);
	must(parser->faults.first <= parser->line);
	must((parser->faults.lines > 0) == (parser->faults.first > 0));
	return parser->faults.lines;
}

/* is_whole may differ: the lines that damaged a stanza are not written again. */
static void must_survive(const struct buffer *written)
{
	__attribute__((cleanup(log_parser_done))) struct log_parser parser = {.line = 0};
	owns_buffer struct buffer again = {0};

	must(parse(&again, &parser, buffer_slice(written)) == 0);
	must(harness_equal(buffer_slice(written), buffer_slice(&again)));
}

static void must_not_need_the_rest(
	struct slice bytes, const struct buffer *written, size_t faults)
{
	__attribute__((cleanup(log_parser_done))) struct log_parser parser = {.line = 0};
	owns_buffer struct buffer parts = {0};
	const char *gap = NULL;

	do {
		struct slice part = bytes;

		gap = bytes.size > 0 ? memmem(bytes.data, bytes.size, "\n\n", 2) : NULL;
		if (gap != NULL)
			part.size = (size_t)(gap + 2 - bytes.data);
		(void)parse(&parts, &parser, part);
		bytes.data = part.size > 0 ? bytes.data + part.size : bytes.data;
		bytes.size -= part.size;
	} while (gap != NULL);
	must(parser.faults.lines == faults);
	must(harness_equal(buffer_slice(written), buffer_slice(&parts)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	__attribute__((cleanup(log_parser_done))) struct log_parser parser = {.line = 0};
	struct slice rest = harness_input(data, size);
	struct slice earlier = slice_cut(&rest, '\f');
	owns_buffer struct buffer written = {0};
	size_t faults = parse(&written, &parser, earlier);

	must_not_need_the_rest(earlier, &written, faults);
	log_parser_done(&parser);
	(void)parse(&written, &parser, rest);
	must_survive(&written);
	return 0;
}
