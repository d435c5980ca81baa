/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_reader.c: what it has parsed, written again as log_writer.c would, must parse to
 * the same. The input is the earlier log, a form feed, and the log.
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
		buffer_append_format(written, " %d %lld ms%s", run->value,
			(long long)run->milliseconds, run->is_copy ? LOG_OF_COPY : "");
	buffer_append_string(written, "\n");
}

static void write_log(struct buffer *written, const struct log *log)
{
	for (size_t i = 0; i < log->count; i++) {
		const struct log_transaction *transaction = &log->transactions[i];

		write_time(written, "Start", false, &transaction->start);
		write_field(written, "Commandline", transaction->command_line);
		write_field(written, "Requested-By", transaction->requester);
		write_field(written, "Transaction", transaction->key);
		write_field(written, "Result", transaction->result);
		buffer_append_string(written, "Hooks:\n");
		for (size_t j = 0; j < transaction->count; j++)
			write_run(written, &transaction->runs[j]);
		write_time(written, "End", true, &transaction->end);
		buffer_append_string(written, "\n");
	}
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

	must(uh_hook_point_name(run->hook_point) != NULL);
	must(run->outcome <= LOGGED_INTERRUPTED);
	must(run->path[0] == '/' && is_one_line(run->path));
	must(is_one_line(run->match) && is_one_line(run->why));
	must((run->reason == REASON_ALWAYS) == (run->match == NULL));
	must(run->match == NULL || strchr(run->match, '/') == NULL);
	must((run->why != NULL) == has_why);
	must(has_run ? run->milliseconds >= 0 && run->value >= 0
		     : run->milliseconds == -1 && run->value == 0);
	must(run->match == NULL || strstr(run->path, run->match) != NULL);
}

static void must_be_whole(const struct log_transaction *transaction)
{
	must(!transaction->is_whole || (transaction->start.local[0] != '\0' &&
					       transaction->end.local[0] != '\0' &&
					       transaction->result != NULL));
	must(is_one_line(transaction->command_line) && is_one_line(transaction->key));
	must(is_one_line(transaction->requester) && is_one_line(transaction->result));
	for (size_t i = 0; i < transaction->count; i++)
		must_be_valid_run(&transaction->runs[i]);
}

/* The script has a last run, which is one of its own. */
static void must_have_last_run(const struct log *log, const char *path)
{
	owns_memory char *clean = log_path(path);
	const struct log_transaction *transaction = NULL;
	const struct log_run *run = log_last_run_of(log, path, &transaction);

	must(clean != NULL);
	if (strcmp(clean, path) != 0)
		return;
	must(run != NULL && strcmp(run->path, path) == 0);
	must(transaction >= log->transactions &&
		transaction < log->transactions + log->count);
	must(run >= transaction->runs && run < transaction->runs + transaction->count);
}

static void check_log(const struct log *log)
{
	for (size_t i = 0; i < log->count; i++) {
		const struct log_transaction *transaction = &log->transactions[i];
		owns_buffer struct buffer text = {0};

		struct log_counts counts = {.of = {0}};

		must_be_whole(transaction);
		log_count(&counts, transaction);
		must(log_counts_ran(&counts) + counts.of[LOG_SKIPPED] ==
			transaction->count);
		if (transaction->count == 0)
			continue;
		must_have_last_run(log, transaction->runs[0].path);
		log_add_ending(&text, &transaction->runs[0]);
		(void)log_has_failed(&transaction->runs[0]);
		must(text.error == 0);
	}
}

/* Without room behind the text, so that AddressSanitizer catches a write there. */
static struct buffer copy_tightly(struct slice bytes)
{
	struct buffer text = {.size = bytes.size, .capacity = bytes.size};

	if (bytes.size == 0)
		return text;
	text.data = malloc(bytes.size);
	must(text.data != NULL);
	memcpy(text.data, bytes.data, bytes.size);
	return text;
}

static void parse(struct log *log, struct slice bytes)
{
	owns_buffer struct buffer text = copy_tightly(bytes);
	struct log_faults faults;
	size_t lines = harness_count_lines(bytes);

	log_parse(log, &text, &faults);
	must(faults.lines <= lines && faults.first <= lines);
	must((faults.lines > 0) == (faults.first > 0));
}

/* is_whole may differ: the lines that damaged a stanza are not written again. */
static void must_survive(const struct log *log)
{
	owns_buffer struct buffer written = {0};
	owns_buffer struct buffer text_of_copy = {0};
	owns_buffer struct buffer text = {0};
	struct log copy = {.count = 0};
	struct log_faults faults;

	write_log(&written, log);
	buffer_append(&text, buffer_slice(&written));
	must(text.error == 0);
	log_parse(&copy, &text, &faults);
	must(faults.lines == 0 && copy.count == log->count);
	write_log(&text_of_copy, &copy);
	must(harness_equal(buffer_slice(&written), buffer_slice(&text_of_copy)));
	log_done(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = harness_input(data, size);
	struct slice earlier = slice_cut(&rest, '\f');
	struct log log = {.count = 0};

	parse(&log, earlier);
	if (rest.size > 0)
		parse(&log, rest);
	check_log(&log);
	must_survive(&log);
	log_done(&log);
	return 0;
}
