/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/log_parser.h"
#include "hook_point.h"
#include "ui/message.h"

#include <limits.h>
#include <stdio.h>
#include <time.h>

/* Some thirty years, so that the sum over a whole log still fits. */
#define MILLISECONDS_MAX ((int64_t)1000000000000)

/* The fields of a stanza, in their order. */
enum stanza_field {
	FIELD_NONE,
	FIELD_START,
	FIELD_START_OFFSET,
	FIELD_COMMAND_LINE,
	FIELD_REQUESTER,
	FIELD_KEY,
	FIELD_SESSION,
	FIELD_RUNS,
	FIELD_SWITCHED_OFF_BY,
	FIELD_RESULT,
	FIELD_NOT_REACHED,
	FIELD_HOOKS,
	FIELD_END_OFFSET,
	FIELD_END
};

#define LOCAL_FORMAT "%Y-%m-%d %H:%M:%S"
/* Before the offset. */
#define ZONED_DATE_SIZE strlen("2026-11-20T18:02:05")

#define COMMAND_LINE "Commandline: "
static const struct word field_names[] = {{LOG_START, FIELD_START},
	{"Start-Offset: ", FIELD_START_OFFSET}, {COMMAND_LINE, FIELD_COMMAND_LINE},
	{"Requested-By: ", FIELD_REQUESTER}, {"Transaction: ", FIELD_KEY},
	{LOG_SESSION, FIELD_SESSION}, {"Runs: ", FIELD_RUNS},
	{"Switched-Off-By: ", FIELD_SWITCHED_OFF_BY}, {"Result: ", FIELD_RESULT},
	{"Not-Reached: ", FIELD_NOT_REACHED}, {"Hooks:", FIELD_HOOKS},
	{"End-Offset: ", FIELD_END_OFFSET}, {"End-Date: ", FIELD_END}};

static const struct word outcome_names[] = {{"exit", LOGGED_EXIT},
	{"signal", LOGGED_SIGNAL}, {"timeout", LOGGED_TIMEOUT},
	{"not-started", LOGGED_NOT_STARTED}, {"skipped", LOGGED_SKIPPED},
	{"interrupted", LOGGED_INTERRUPTED}};

/* The number; −1 if text is not a number, or above max. */
static int64_t parse_number(struct slice text, int64_t max)
{
	unsigned long long number;

	if (!slice_to_number(text, (unsigned long long)max, &number))
		return -1;
	return (int64_t)number;
}

static bool has_form(struct slice text, const char *form)
{
	if (text.size != strlen(form))
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (form[i] == '0' ? text.data[i] < '0' || text.data[i] > '9'
				   : text.data[i] != form[i])
			return false;
	return true;
}

/*
 * apt and log_writer.c write "2026-11-20  18:02:05", with an offset in a line of its own.
 * complete_time() looks at both.
 */
static bool parse_time(struct slice text, struct log_time *time)
{
	char local[sizeof(time->local)];
	struct tm parts;

	if (!has_form(text, "0000-00-00  00:00:00"))
		return false;
	(void)snprintf(local, sizeof(local), "%.10s%.9s", text.data,
		text.data + strlen("2026-11-20 "));
	if (strptime(local, LOCAL_FORMAT, &parts) == NULL)
		return false;
	memcpy(time->local, local, sizeof(local));
	return true;
}

static bool parse_offset(struct slice text, struct log_time *time)
{
	char offset[sizeof("+01:00")];
	struct tm parts;

	if ((!has_form(text, "+00:00") && !has_form(text, "-00:00")) ||
		memcmp(text.data + 1, "23:59", strlen("23:59")) > 0)
		return false;
	(void)snprintf(offset, sizeof(offset), "%.6s", text.data);
	if (strptime(offset, "%z", &parts) == NULL)
		return false;
	memcpy(time->zoned + ZONED_DATE_SIZE, offset, sizeof(offset));
	return true;
}

/* The offset that our time zone had then. */
static void guess_offset(struct log_time *time)
{
	struct tm parts = {.tm_isdst = -1};
	char offset[16];

	if (strptime(time->local, LOCAL_FORMAT, &parts) == NULL)
		return;
	(void)mktime(&parts); /* beyond what time_t can hold, it stays 0 */
	if (strftime(offset, sizeof(offset), "%z", &parts) != strlen("+0100"))
		return;
	memcpy(time->zoned + ZONED_DATE_SIZE, offset, strlen("+01"));
	time->zoned[ZONED_DATE_SIZE + strlen("+01")] = ':';
	memcpy(time->zoned + ZONED_DATE_SIZE + strlen("+01:"), offset + strlen("+01"),
		strlen("00"));
}

/* Sets the local time from the other; leaves it if there is none in our time zone. */
static void convert_to_local(struct log_time *time)
{
	struct tm parts = {.tm_isdst = -1};
	char local[64];
	time_t seconds;
	long offset;

	if (strptime(time->zoned, "%Y-%m-%dT%H:%M:%S%z", &parts) == NULL)
		return;
	offset = parts.tm_gmtoff; /* timegm(3) clears it */
	seconds = timegm(&parts) - offset;
	if (localtime_r(&seconds, &parts) != NULL &&
		strftime(local, sizeof(local), LOCAL_FORMAT, &parts) ==
			sizeof(time->local) - 1)
		memcpy(time->local, local, sizeof(time->local));
}

/* The local time is still that of where it was written. */
static void complete_time(struct log_time *time)
{
	if (time->local[0] == '\0')
		return;
	if (time->zoned[ZONED_DATE_SIZE] == '\0')
		guess_offset(time);
	memcpy(time->zoned, time->local, ZONED_DATE_SIZE);
	time->zoned[strlen("2026-11-20")] = 'T';
	convert_to_local(time);
}

/* Removes the prefix, if text begins with it. */
static bool take_prefix(struct slice *text, const char *prefix)
{
	if (!slice_has_prefix(*text, slice_of(prefix)))
		return false;
	text->data += strlen(prefix);
	text->size -= strlen(prefix);
	return true;
}

static bool take_suffix(struct slice *text, const char *suffix)
{
	size_t size = strlen(suffix);

	if (text->size < size ||
		memcmp(text->data + text->size - size, suffix, size) != 0)
		return false;
	text->size -= size;
	return true;
}

/* Cuts text at its last separator: ret_tail follows it. False if there is none. */
static bool take_last(struct slice *text, char separator, struct slice *ret_tail)
{
	const char *found =
		text->size > 0 ? memrchr(text->data, separator, text->size) : NULL;

	if (found == NULL)
		return false;
	ret_tail->data = found + 1;
	ret_tail->size = (size_t)(text->data + text->size - ret_tail->data);
	text->size = (size_t)(found - text->data);
	return true;
}

/* Ends the slice with a NUL in place; the byte behind it is not needed any more. */
static const char *make_string(struct slice text)
{
	char *end = (char *)text.data + text.size;

	*end = '\0';
	return text.data;
}

/* "40 ms", "40 ms (from a copy)" */
static bool parse_duration(struct log_run *run, struct slice text)
{
	run->is_copy = take_suffix(&text, LOG_OF_COPY);
	run->milliseconds =
		take_suffix(&text, " ms") ? parse_number(text, MILLISECONDS_MAX) : -1;
	return run->milliseconds >= 0;
}

/* "(When)"; "(77) 40 ms" if it ran. */
static bool parse_reason(struct log_run *run, struct slice text)
{
	struct slice nothing_to_do = text;

	if (run->outcome == LOGGED_SKIPPED && take_prefix(&nothing_to_do, "(77) ")) {
		text.size -= nothing_to_do.size + 1;
		if (!parse_duration(run, nothing_to_do))
			return false;
	}
	if (!take_prefix(&text, "(") || !take_suffix(&text, ")"))
		return false;
	run->why = make_string(text);
	return true;
}

/* "exit 3 40 ms", "skipped (When)". */
static bool parse_outcome(struct log_run *run, struct slice text)
{
	const char *word = make_string(slice_cut(&text, ' '));
	int outcome;

	if (!word_parse(outcome_names, COUNT_OF(outcome_names), word, &outcome))
		return false;
	run->outcome = (enum log_outcome)outcome;
	run->milliseconds = -1;
	if (run->outcome == LOGGED_INTERRUPTED)
		return text.size == 0;
	if (run->outcome == LOGGED_NOT_STARTED || run->outcome == LOGGED_SKIPPED)
		return parse_reason(run, text);
	run->value = (int)parse_number(slice_cut(&text, ' '), INT_MAX);
	return run->value >= 0 && parse_duration(run, text);
}

/* The match that the log has in brackets, derived from the script's directory. */
static struct slice find_match(
	struct slice directory, const char *hook_point, enum reason *ret_reason)
{
	struct slice last = {NULL, 0};
	struct slice middle = {NULL, 0};
	struct slice first = {NULL, 0};

	*ret_reason = REASON_ALWAYS;
	if (take_last(&directory, '/', &last) && take_last(&directory, '/', &middle))
		(void)take_last(&directory, '/', &first); /* or it stays empty */
	if (slice_equals(first, "multi_pkgs") && slice_equals(middle, hook_point)) {
		*ret_reason = REASON_WILDCARD;
		return last;
	}
	if (slice_equals(first, "pkgs") && slice_equals(last, hook_point)) {
		*ret_reason = REASON_PACKAGE;
		return slice_cut(&middle, ':');
	}
	return slice_of("always");
}

/* "PATH [MATCH". Both may contain spaces and brackets, but the path tells the match. */
static bool parse_path(struct log_run *run, struct slice text)
{
	struct slice directory = text;
	struct slice match, name, tail;
	enum reason reason;

	if (text.size == 0 || text.data[0] != '/' || !take_last(&directory, '/', &name))
		return false;
	match = find_match(directory, uh_hook_point_name(run->hook_point), &reason);
	if (name.size < match.size + strlen(" ["))
		return false;
	text.size -= match.size;
	tail = (struct slice){text.data + text.size, match.size};
	/* slice_compare(), since match.data may be NULL. */
	if (!take_suffix(&text, " [") || slice_compare(tail, match) != 0)
		return false;
	run->reason = reason;
	if (reason != REASON_ALWAYS)
		run->match = make_string(tail);
	run->path = make_string(text);
	return true;
}

/* " HOOK-POINT PATH [MATCH] OUTCOME"; an outcome contains no bracket. */
static bool parse_run(struct log_run *run, struct slice line)
{
	enum uh_hook_point hook_point;
	struct slice outcome;

	memset(run, 0, sizeof(*run));
	if (!take_prefix(&line, " ") ||
		!uh_hook_point_parse(make_string(slice_cut(&line, ' ')), &hook_point))
		return false;
	run->hook_point = hook_point;
	return take_last(&line, ']', &outcome) && take_prefix(&outcome, " ") &&
	       parse_outcome(run, outcome) && parse_path(run, line);
}

static struct log_transaction *current_stanza(struct log_parser *parser)
{
	return &parser->stanzas[parser->current];
}

/* Begins a stanza, even if the one before it did not end. */
static void begin_stanza(struct log_parser *parser)
{
	struct log_transaction *stanza;

	parser->is_other_begun = parser->is_current_begun;
	parser->current ^= 1;
	stanza = current_stanza(parser);
	*stanza = (struct log_transaction){
		.dpkg_runs = -1, .runs = stanza->runs, .capacity = stanza->capacity};
	parser->is_current_begun = true;
	parser->is_open = true;
	parser->last_field = FIELD_NONE;
	parser->is_damaged = false;
}

static void add_logged_run(struct log_parser *parser, const struct log_run *run)
{
	struct log_transaction *stanza;

	if (!parser->is_open)
		begin_stanza(parser);
	stanza = current_stanza(parser);
	xgrow(&stanza->runs, &stanza->capacity, stanza->count, sizeof(*stanza->runs));
	stanza->runs[stanza->count++] = *run;
	parser->last_field = FIELD_HOOKS;
}

/* The field of a line, with its value, or FIELD_NONE. */
static enum stanza_field find_field(struct slice line, struct slice *ret_value)
{
	for (size_t i = 0; i < COUNT_OF(field_names); i++) {
		*ret_value = line;
		if (take_prefix(ret_value, field_names[i].word))
			return (enum stanza_field)field_names[i].value;
	}
	return FIELD_NONE;
}

static bool is_printable_word(struct slice text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] <= ' ' || text.data[i] >= 0x7f)
			return false;
	return text.size > 0;
}

/* False if the field cannot have this value. */
static bool set_field(
	struct log_transaction *transaction, enum stanza_field field, struct slice value)
{
	switch (field) {
	case FIELD_START:
		return parse_time(value, &transaction->start);
	case FIELD_START_OFFSET:
		return parse_offset(value, &transaction->start);
	case FIELD_END_OFFSET:
		return parse_offset(value, &transaction->end);
	case FIELD_END:
		return parse_time(value, &transaction->end);
	case FIELD_COMMAND_LINE:
		transaction->command_line = make_string(value);
		return true;
	case FIELD_REQUESTER:
		transaction->requester = make_string(value);
		return take_suffix(&value, ")");
	case FIELD_KEY:
		transaction->key = make_string(value);
		return is_printable_word(value);
	case FIELD_SESSION:
		transaction->is_session = true;
		transaction->key = make_string(value);
		return is_printable_word(value);
	case FIELD_RUNS:
		transaction->dpkg_runs = parse_number(value, INT_MAX);
		return transaction->dpkg_runs >= 0;
	case FIELD_SWITCHED_OFF_BY:
		transaction->switched_off_by = make_string(value);
		return is_printable_word(value);
	case FIELD_RESULT:
		transaction->result = make_string(value);
		return is_printable_word(value);
	case FIELD_NOT_REACHED:
		transaction->not_reached = make_string(value);
		return is_printable_word(value);
	case FIELD_HOOKS:
		return value.size == 0;
	case FIELD_NONE:
		return false;
	}
	return false;
}

/* Adds a field that has been tried with set_field(). */
static void add_field(
	struct log_parser *parser, enum stanza_field field, struct slice value)
{
	struct log_transaction *stanza;

	/* A field out of order belongs to the next stanza: the open one was cut off. */
	if (!parser->is_open || (int)field <= parser->last_field)
		begin_stanza(parser);
	stanza = current_stanza(parser);
	(void)set_field(stanza, field, value);
	parser->last_field = (int)field;
	if (field != FIELD_END)
		return;
	stanza->is_whole = stanza->start.local[0] != '\0' && stanza->result != NULL &&
			   !parser->is_damaged;
	parser->is_open = false;
}

/*
 * After a crash the next stanza begins in the middle of the line where the last one broke
 * off. Returns the start time at the end of such a line, else an empty slice.
 */
static struct slice find_broken_start(struct slice line)
{
	struct log_time time = {.local = ""};
	size_t size = strlen(LOG_START "2026-11-20  18:02:05");
	struct slice tail;

	if (line.size <= size)
		return (struct slice){NULL, 0};
	tail = (struct slice){line.data + line.size - size, size};
	return take_prefix(&tail, LOG_START) && parse_time(tail, &time)
		       ? tail
		       : (struct slice){NULL, 0};
}

/* Whether log_writer.c can have written a line with these bytes. */
static bool is_line_of_text(struct slice line)
{
	size_t max = slice_has_prefix(line, slice_of(COMMAND_LINE)) ? LOG_COMMAND_LINE_MAX
								    : LOG_LINE_MAX;

	return line.size > 0 && line.size <= max &&
	       memchr(line.data, '\0', line.size) == NULL;
}

static void parse_log_line(struct log_parser *parser, struct slice line)
{
	bool is_text = is_line_of_text(line);
	struct slice broken = find_broken_start(line);
	struct log_transaction scratch = {.count = 0};
	enum stanza_field field;
	struct slice value;
	struct log_run run;

	if (line.size == 0) {
		parser->is_open = false;
		return;
	}
	if (is_text && line.data[0] == ' ' && parse_run(&run, line)) {
		add_logged_run(parser, &run);
		return;
	}
	field = find_field(line, &value);
	if (is_text && broken.size == 0 && set_field(&scratch, field, value)) {
		add_field(parser, field, value);
		return;
	}
	parser->is_damaged = true;
	if (parser->faults.lines++ == 0)
		parser->faults.first = parser->line;
	if (broken.size == 0)
		return;
	parser->is_open = false;
	add_field(parser, FIELD_START, broken);
}

void log_parser_set(struct log_parser *parser, struct slice text)
{
	parser->rest = text;
	parser->is_current_begun = false;
	parser->is_open = false;
}

static struct log_transaction *complete_stanza(struct log_transaction *stanza)
{
	complete_time(&stanza->start);
	complete_time(&stanza->end);
	return stanza;
}

struct log_transaction *log_parser_next(struct log_parser *parser)
{
	parser->is_other_begun = false;
	while (parser->rest.size > 0 && !parser->is_other_begun) {
		parser->line++;
		parse_log_line(parser, slice_cut(&parser->rest, '\n'));
	}
	if (parser->is_other_begun)
		return complete_stanza(&parser->stanzas[parser->current ^ 1]);
	if (!parser->is_current_begun)
		return NULL;
	parser->is_current_begun = false;
	parser->is_open = false;
	return complete_stanza(current_stanza(parser));
}

void log_parser_done(struct log_parser *parser)
{
	for (size_t i = 0; i < COUNT_OF(parser->stanzas); i++)
		free(parser->stanzas[i].runs);
	memset(parser, 0, sizeof(*parser));
}

const char *log_outcome_name(enum log_outcome outcome)
{
	return word_of(outcome_names, COUNT_OF(outcome_names), (int)outcome);
}

/* A line like one of the log, but for its last word. */
static char *path_of_started(struct slice line)
{
	owns_buffer struct buffer text = {0};
	struct log_run run;

	if (!take_suffix(&line, "] " LOG_STARTED))
		return NULL;
	buffer_append(&text, line);
	buffer_append_string(&text, "] interrupted");
	xensure(buffer_reserve(&text, 1)); /* for the NUL of the last string */
	return parse_run(&run, buffer_slice(&text)) ? xstrdup(run.path) : NULL;
}

char *log_running_script(struct slice lines)
{
	struct slice last = {NULL, 0};

	while (lines.size > 0)
		last = slice_cut(&lines, '\n');
	return last.size > 0 ? path_of_started(last) : NULL;
}
