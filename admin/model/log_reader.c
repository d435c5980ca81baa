/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/log_reader.h"
#include "ui/message.h"
#include "ui/terminal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What logrotate(8) calls the log before this one. */
#define EARLIER ".1"

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
	FIELD_RESULT,
	FIELD_NOT_REACHED,
	FIELD_HOOKS,
	FIELD_END_OFFSET,
	FIELD_END
};

#define LOCAL_FORMAT "%Y-%m-%d %H:%M:%S"
/* Before the offset. */
#define ZONED_DATE_SIZE strlen("2026-11-20T18:02:05")

#define START "Start-Date: "
static const struct word field_names[] = {{START, FIELD_START},
	{"Start-Offset: ", FIELD_START_OFFSET}, {"Commandline: ", FIELD_COMMAND_LINE},
	{"Requested-By: ", FIELD_REQUESTER}, {"Transaction: ", FIELD_KEY},
	{"Result: ", FIELD_RESULT}, {"Not-Reached: ", FIELD_NOT_REACHED},
	{"Hooks:", FIELD_HOOKS}, {"End-Offset: ", FIELD_END_OFFSET},
	{"End-Date: ", FIELD_END}};

static const struct word outcome_names[] = {{"exit", LOGGED_EXIT},
	{"signal", LOGGED_SIGNAL}, {"timeout", LOGGED_TIMEOUT},
	{"not-started", LOGGED_NOT_STARTED}, {"skipped", LOGGED_SKIPPED},
	{"interrupted", LOGGED_INTERRUPTED}};

struct log_parser {
	struct log *log;
	struct log_faults *faults;
	struct log_transaction *open; /* the stanza that has not ended, or NULL */
	enum stanza_field last;       /* the last field of it that was read */
	bool is_damaged;              /* one of its lines was not understood */
	size_t line;
};

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

/*
 * apt and log_writer.c write "2026-11-20  18:02:05". The offset of an end has been read
 * before it, that of a start follows.
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
	if (time->zoned[ZONED_DATE_SIZE] == '\0')
		guess_offset(time);
	memcpy(time->zoned, local, ZONED_DATE_SIZE);
	time->zoned[strlen("2026-11-20")] = 'T';
	convert_to_local(time);
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
	if (time->local[0] != '\0')
		convert_to_local(time);
	return true;
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
	if (run->outcome == LOGGED_NOT_STARTED || run->outcome == LOGGED_SKIPPED) {
		if (!take_prefix(&text, "(") || !take_suffix(&text, ")"))
			return false;
		run->why = make_string(text);
		return true;
	}
	run->value = (int)parse_number(slice_cut(&text, ' '), INT_MAX);
	run->is_copy = take_suffix(&text, LOG_OF_COPY);
	run->milliseconds =
		take_suffix(&text, " ms") ? parse_number(text, MILLISECONDS_MAX) : -1;
	return run->value >= 0 && run->milliseconds >= 0;
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

	if (text.size == 0 || text.data[0] != '/' || !take_last(&directory, '/', &name))
		return false;
	match = find_match(directory, uh_hook_point_name(run->hook_point), &run->reason);
	if (name.size < match.size + strlen(" ["))
		return false;
	text.size -= match.size;
	tail = (struct slice){text.data + text.size, match.size};
	/* slice_compare(), since match.data may be NULL. */
	if (!take_suffix(&text, " [") || slice_compare(tail, match) != 0)
		return false;
	if (run->reason != REASON_ALWAYS)
		run->match = make_string(tail);
	run->path = make_string(text);
	return true;
}

/* " HOOK-POINT PATH [MATCH] OUTCOME"; an outcome contains no bracket. */
static bool parse_run(struct log_run *run, struct slice line)
{
	struct slice outcome;

	memset(run, 0, sizeof(*run));
	return take_prefix(&line, " ") &&
	       uh_hook_point_parse(
		       make_string(slice_cut(&line, ' ')), &run->hook_point) &&
	       take_last(&line, ']', &outcome) && take_prefix(&outcome, " ") &&
	       parse_outcome(run, outcome) && parse_path(run, line);
}

/* Begins a stanza, even if the one before it did not end. */
static void begin_stanza(struct log_parser *parser)
{
	struct log *log = parser->log;

	xgrow(&log->transactions, &log->capacity, log->count, sizeof(*log->transactions));
	parser->open = &log->transactions[log->count++];
	memset(parser->open, 0, sizeof(*parser->open));
	parser->last = FIELD_NONE;
	parser->is_damaged = false;
}

static void add_logged_run(struct log_parser *parser, const struct log_run *run)
{
	struct log_transaction *open;

	if (parser->open == NULL)
		begin_stanza(parser);
	open = parser->open;
	xgrow(&open->runs, &open->capacity, open->count, sizeof(*open->runs));
	open->runs[open->count++] = *run;
	parser->last = FIELD_HOOKS;
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
	struct log_transaction *open;

	/* A field out of order belongs to the next stanza: the open one was cut off. */
	if (parser->open == NULL || field <= parser->last)
		begin_stanza(parser);
	open = parser->open;
	(void)set_field(open, field, value);
	parser->last = field;
	if (field != FIELD_END)
		return;
	open->is_whole = open->start.local[0] != '\0' && open->result != NULL &&
			 !parser->is_damaged;
	parser->open = NULL;
}

/*
 * After a crash the next stanza begins in the middle of the line where the last one broke
 * off. Returns the start time at the end of such a line, else an empty slice.
 */
static struct slice find_broken_start(struct slice line)
{
	struct log_time time = {.local = ""};
	size_t size = strlen(START "2026-11-20  18:02:05");
	struct slice tail;

	if (line.size <= size)
		return (struct slice){NULL, 0};
	tail = (struct slice){line.data + line.size - size, size};
	return take_prefix(&tail, START) && parse_time(tail, &time)
		       ? tail
		       : (struct slice){NULL, 0};
}

static void parse_log_line(struct log_parser *parser, struct slice line)
{
	bool is_text = line.size > 0 && memchr(line.data, '\0', line.size) == NULL;
	struct slice broken = find_broken_start(line);
	struct log_transaction scratch = {.count = 0};
	enum stanza_field field;
	struct slice value;
	struct log_run run;

	if (line.size == 0) {
		parser->open = NULL;
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
	if (parser->faults->lines++ == 0)
		parser->faults->first = parser->line;
	if (broken.size == 0)
		return;
	parser->open = NULL;
	add_field(parser, FIELD_START, broken);
}

void log_parse(struct log *log, struct buffer *text, struct log_faults *ret_faults)
{
	struct log_parser parser = {.log = log, .faults = ret_faults};
	struct buffer *kept = &log->texts[log->text_count];
	struct slice rest;

	assert(log->text_count < COUNT_OF(log->texts));
	memset(ret_faults, 0, sizeof(*ret_faults));
	xensure(buffer_reserve(text, 1)); /* for the NUL of the last string */
	log->text_count++;
	*kept = *text;
	memset(text, 0, sizeof(*text));
	for (rest = buffer_slice(kept); rest.size > 0;) {
		parser.line++;
		parse_log_line(&parser, slice_cut(&rest, '\n'));
	}
}

struct log_file {
	char *path;
	int fd;
	int error;
	struct stat status;
	struct buffer text;
	bool is_tail;
};

static void log_file_done(struct log_file *file)
{
	free(file->path);
	cleanup_close(&file->fd);
	buffer_done(&file->text);
}

#define owns_log_file __attribute__((cleanup(log_file_done)))

/* Drops everything before the first stanza that begins in text. */
static void drop_partial_stanza(struct buffer *text)
{
	const char *start =
		memmem(text->data, text->size, "\n" START, strlen("\n" START));
	size_t size = start != NULL ? (size_t)(start - text->data) + 1 : text->size;

	memmove(text->data, text->data + size, text->size - size);
	text->size -= size;
}

/*
 * Reads at most limit bytes from the end of the file. Follows no symlink, as log_writer.c
 * does not, and does not wait for the writer of a FIFO.
 */
static int read_log_file(
	struct log_file *file, const char *root, const char *suffix, size_t limit)
{
	off_t skip;
	int error;

	file->path = xformat("%s%s%s", root, LOG_FILE, suffix);
	file->fd = open(
		file->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file->fd < 0 || fstat(file->fd, &file->status) < 0)
		return -errno;
	if (!S_ISREG(file->status.st_mode))
		return -EINVAL;
	skip = file->status.st_size - (off_t)limit;
	file->is_tail = skip > 0;
	if (file->is_tail && lseek(file->fd, skip, SEEK_SET) < 0)
		return -errno;
	error = buffer_read(&file->text, file->fd,
		file->is_tail ? limit : (size_t)file->status.st_size);
	if (file->is_tail && file->text.size > 0)
		drop_partial_stanza(&file->text);
	return xensure(error) == -EFBIG ? 0 : error; /* it may have grown by now */
}

static bool is_unusable(const struct log_file *file)
{
	return file->error < 0 && file->error != -ENOENT;
}

/* Opens the newer log first: if logrotate(8) renames it now, we see it twice, not never. */
static void read_log_files(
	struct log_file *newer, struct log_file *earlier, const char *root)
{
	newer->error = read_log_file(newer, root, "", LOG_SIZE_MAX);
	if (is_unusable(newer))
		return;
	earlier->error =
		read_log_file(earlier, root, EARLIER, LOG_SIZE_MAX - newer->text.size);
	if (newer->error == 0 && newer->status.st_dev == earlier->status.st_dev &&
		newer->status.st_ino == earlier->status.st_ino)
		earlier->error = -ENOENT;
}

static int report_log_file(const struct log_file *file)
{
	if (file->error == -EINVAL)
		return report_error(_("%s is not a regular file"), file->path);
	return report_error(
		_("%s cannot be read: %s"), file->path, strerror(-file->error));
}

static void warn_of_log_faults(
	const struct log_file *file, const struct log_faults *faults)
{
	if (file->is_tail)
		report_warning(_("%s is large: only its end is read"), file->path);
	if (faults->lines == 0)
		return;
	/* Lines of a tail have no number that would find them in the file. */
	if (file->is_tail)
		report_warning(ngettext("%s: ignored %zu line that cannot be parsed",
				       "%s: ignored %zu lines that cannot be parsed",
				       (unsigned long)faults->lines),
			file->path, faults->lines);
	else
		report_warning(
			ngettext("%s: ignored %zu line that cannot be parsed: line %zu",
				"%s: ignored %zu lines that cannot be parsed; the first "
				"is line %zu",
				(unsigned long)faults->lines),
			file->path, faults->lines, faults->first);
}

static void parse_log_file(struct log *log, struct log_file *file)
{
	struct log_faults faults;

	if (file->error < 0)
		return;
	log_parse(log, &file->text, &faults);
	warn_of_log_faults(file, &faults);
}

/* The newer log is worth showing without the earlier one. */
static int judge_log_files(const struct log_file *newer, const struct log_file *earlier)
{
	if (is_unusable(newer))
		return report_log_file(newer);
	if (!is_unusable(earlier))
		return -1;
	if (newer->error < 0)
		return report_log_file(earlier);
	report_warning(_("%s cannot be read, so older runs are not known: %s"),
		earlier->path, strerror(-earlier->error));
	return -1;
}

int log_read(struct log *log, const struct admin *admin)
{
	owns_log_file struct log_file newer = {.fd = -1};
	owns_log_file struct log_file earlier = {.fd = -1};
	int status;

	memset(log, 0, sizeof(*log));
	read_log_files(&newer, &earlier, admin->root);
	status = judge_log_files(&newer, &earlier);
	if (status >= 0)
		return status;
	log->has_no_log = newer.error < 0 && earlier.error < 0;
	parse_log_file(log, &earlier);
	parse_log_file(log, &newer);
	return -1;
}

void log_done(struct log *log)
{
	for (size_t i = 0; i < log->count; i++)
		free(log->transactions[i].runs);
	free(log->transactions);
	for (size_t i = 0; i < COUNT_OF(log->texts); i++)
		buffer_done(&log->texts[i]);
	memset(log, 0, sizeof(*log));
}

enum log_class log_class_of(const struct log_run *run)
{
	switch (run->outcome) {
	case LOGGED_EXIT:
		return run->value == 0 ? LOG_OK : LOG_FAILED;
	case LOGGED_SKIPPED:
		return log_class_of_skip(run->why);
	case LOGGED_SIGNAL:
	case LOGGED_TIMEOUT:
	case LOGGED_NOT_STARTED:
	case LOGGED_INTERRUPTED:
		return LOG_FAILED;
	}
	return LOG_FAILED;
}

bool log_has_failed(const struct log_run *run)
{
	return log_class_of(run) == LOG_FAILED;
}

void log_count(struct log_counts *counts, const struct log_transaction *transaction)
{
	for (size_t i = 0; i < transaction->count; i++)
		counts->of[log_class_of(&transaction->runs[i])]++;
}

size_t log_counts_ran(const struct log_counts *counts)
{
	return counts->of[LOG_OK] + counts->of[LOG_FAILED];
}

void log_add_counts(struct buffer *text, const struct log_counts *counts)
{
	size_t ok = counts->of[LOG_OK];
	size_t failed = counts->of[LOG_FAILED];
	size_t skipped = counts->of[LOG_SKIPPED];
	size_t hooks = ok + failed + skipped;
	const char *separator = ": ";

	buffer_append_format(text, ngettext("%zu hook", "%zu hooks", hooks), hooks);
	if (ok > 0) {
		buffer_append_string(text, separator);
		buffer_append_format(text, ngettext("%zu ok", "%zu ok", ok), ok);
		separator = ", ";
	}
	if (failed > 0) {
		buffer_append_format(text, "%s" MARK_BAD, separator);
		buffer_append_format(
			text, ngettext("%zu failed", "%zu failed", failed), failed);
		buffer_append_string(text, MARK_END);
		separator = ", ";
	}
	if (skipped > 0) {
		buffer_append_string(text, separator);
		buffer_append_format(
			text, ngettext("%zu skipped", "%zu skipped", skipped), skipped);
	}
}

json_t *log_counts_to_json(const struct log_counts *counts)
{
	json_t *object = json_object();

	for (int i = 0; i < LOG_CLASS_COUNT; i++)
		json_set(object, log_class_name((enum log_class)i),
			json_integer((json_int_t)counts->of[i]));
	return object;
}

/* Undoes log_add_clean(), as far as that is possible: it does not escape backslashes. */
static char *unclean_path(const char *path)
{
	char *result = xstrdup(path);
	char *to = result;

	while (*path != '\0') {
		if (path[0] == '\\' && strspn(path + 1, "01234567") >= 3 &&
			path[1] <= '3') {
			*to++ = (char)((path[1] - '0') << 6 | (path[2] - '0') << 3 |
				       (path[3] - '0'));
			path += strlen("\\000");
		} else {
			*to++ = *path++;
		}
	}
	*to = '\0';
	return result;
}

static bool has_entry(const struct admin *admin, const char *path)
{
	owns_memory char *full = xformat("%s%s", admin->root, path);
	struct stat status;

	/* If we may not look, we do not know that it has been deleted. */
	return lstat(full, &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

bool log_is_gone(const struct log_run *run, const struct admin *admin)
{
	owns_memory char *path = unclean_path(run->path);

	return !has_entry(admin, run->path) && !has_entry(admin, path);
}

void log_add_gone(
	struct buffer *text, const struct log_run *run, const struct admin *admin)
{
	if (log_is_gone(run, admin))
		buffer_append_format(text, " " MARK_FAINT "(%s)" MARK_END, _("gone"));
}

/* Skipped on purpose, by a setting or after another script's failure. */
static bool is_skipped_by_setting(const struct log_run *run)
{
	if (run->outcome != LOGGED_SKIPPED)
		return false;
	for (int skip = SKIP_ENABLED; skip <= SKIP_WHEN; skip++)
		if (strcmp(run->why, skip_name((enum skip)skip)) == 0)
			return true;
	return strcmp(run->why, "On-Failure") == 0;
}

const char *log_path_in_tree(const char *path)
{
	/* Both places of the tree end like this. */
	static const char tree[] = "/apt/universal-hooks/";
	const char *found = strstr(path, tree);

	return found != NULL ? found + strlen(tree) : path;
}

char *log_path(const char *path)
{
	owns_buffer struct buffer text = {0};

	log_add_clean(&text, path);
	return xbuffer_steal(&text);
}

const struct log_run *log_last_run_of(const struct log *log, const char *path,
	const struct log_transaction **ret_transaction)
{
	owns_memory char *logged_path = log_path(path);
	const struct log_run *found = NULL;

	for (size_t i = log->count; i-- > 0;) {
		const struct log_transaction *transaction = &log->transactions[i];

		for (size_t j = transaction->count; j-- > 0;) {
			const struct log_run *run = &transaction->runs[j];

			if (strcmp(run->path, logged_path) != 0 ||
				(found != NULL && is_skipped_by_setting(run)))
				continue;
			found = run;
			*ret_transaction = transaction;
			if (!is_skipped_by_setting(run))
				return run;
		}
	}
	return found;
}

void log_add_outcome(struct buffer *text, const struct log_run *run)
{
	buffer_append_string(
		text, word_of(outcome_names, COUNT_OF(outcome_names), (int)run->outcome));
	if (run->outcome == LOGGED_INTERRUPTED)
		return;
	if (run->why == NULL) {
		buffer_append_format(text, " %d", run->value);
		return;
	}
	buffer_append_string(text, " (");
	text_add_sentence(text, run->why);
	buffer_append_string(text, ")");
}

void log_add_result(struct buffer *text, const struct log_run *run)
{
	buffer_append_string(text, log_has_failed(run)              ? MARK_BAD
				   : run->outcome == LOGGED_SKIPPED ? MARK_FAINT
								    : MARK_GOOD);
	log_add_outcome(text, run);
	buffer_append_string(text, MARK_END);
}

void log_add_ending(struct buffer *text, const struct log_run *run)
{
	owns_memory char *duration = duration_text(run->milliseconds);

	log_add_result(text, run);
	if (run->milliseconds >= 0)
		/* Translators: how long a hook took; "exit 0" stands before it. */
		buffer_append_format(text, _(" in %s"), duration);
	if (run->is_copy)
		/* Translators: a copy of the hook ran, since dpkg had deleted the hook. */
		buffer_append_string(text, _(", from a copy"));
}

json_t *log_ending_to_json(const struct log_run *run)
{
	owns_buffer struct buffer outcome = {0};

	log_add_outcome(&outcome, run);
	return json_pack("{s:o, s:o, s:b, s:s}", "ended",
		json_stringn(outcome.data, outcome.size), "milliseconds",
		run->milliseconds >= 0 ? json_integer(run->milliseconds) : json_null(),
		"failed", log_has_failed(run), "result",
		log_class_name(log_class_of(run)));
}

json_t *log_time_to_json(const struct log_time *time)
{
	return json_text(time->local[0] != '\0' ? time->zoned : NULL);
}

char *duration_text(int64_t milliseconds)
{
	long minutes = (long)(milliseconds / 60000);
	long rest = (long)(milliseconds % 60000);

	if (milliseconds < 1000)
		return xformat(_("%ld ms"), rest);
	if (minutes == 0)
		return xformat(_("%ld.%03ld s"), rest / 1000, rest % 1000);
	return xformat(_("%ld min %ld.%03ld s"), minutes, rest / 1000, rest % 1000);
}
