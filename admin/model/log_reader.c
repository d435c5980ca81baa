/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/log_reader.h"
#include "log_writer.h"
#include "ui/message.h"
#include "ui/terminal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* What logrotate(8) calls the log before this one. */
#define EARLIER ".1"

/* Some thirty years; the sum of all that a log holds of them is still a number. */
#define MILLISECONDS_MAX ((int64_t)1000000000000)

/* Fields of a stanza, in the order in which they stand in it. */
enum field {
	FIELD_NONE,
	FIELD_START,
	FIELD_COMMAND_LINE,
	FIELD_REQUESTER,
	FIELD_KEY,
	FIELD_RESULT,
	FIELD_HOOKS,
	FIELD_END
};

#define START "Start-Date: "
static const struct word field_names[] = {{START, FIELD_START},
	{"Commandline: ", FIELD_COMMAND_LINE}, {"Requested-By: ", FIELD_REQUESTER},
	{"Transaction: ", FIELD_KEY}, {"Result: ", FIELD_RESULT}, {"Hooks:", FIELD_HOOKS},
	{"End-Date: ", FIELD_END}};

static const struct word outcome_names[] = {{"exit", LOGGED_EXIT},
	{"signal", LOGGED_SIGNAL}, {"timeout", LOGGED_TIMEOUT},
	{"not-started", LOGGED_NOT_STARTED}, {"skipped", LOGGED_SKIPPED}};

/* A text being read. */
struct reading {
	struct log *log;
	struct log_faults *faults;
	struct log_transaction *open; /* the stanza that has not ended, or NULL */
	enum field last;              /* of its fields */
	bool is_damaged;              /* a line of it was not understood */
	size_t line;
};

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* All of the text as a number, −1 where it is none or above max. */
static int64_t read_number(struct slice text, int64_t max)
{
	int64_t number = 0;

	for (size_t i = 0; i < text.size; i++) {
		if (!is_digit(text.data[i]) || number > max / 10)
			return -1;
		number = number * 10 + (text.data[i] - '0');
	}
	return text.size > 0 && number <= max ? number : -1;
}

/* "2026-11-20  18:02:05", as apt's own log has it, with one space less. */
static bool read_time(struct slice text, char ret_time[LOG_TIME_SIZE])
{
	static const char form[] = "0000-00-00  00:00:00";

	if (text.size != strlen(form))
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (form[i] == '0' ? !is_digit(text.data[i]) : text.data[i] != form[i])
			return false;
	memcpy(ret_time, text.data, strlen("2026-11-20"));
	memcpy(ret_time + strlen("2026-11-20"), text.data + strlen("2026-11-20 "),
		strlen(" 18:02:05"));
	ret_time[LOG_TIME_SIZE - 1] = '\0';
	return true;
}

/* Takes the prefix off the text's front. */
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

/*
 * What stands behind the last separator, which goes as well; false where there is none.
 */
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

/* The slice as a string, in place: what stands behind it is not needed any more. */
static const char *make_string(struct slice text)
{
	char *end = (char *)text.data + text.size;

	*end = '\0';
	return text.data;
}

/* "exit 3 40 ms", "skipped (When)". */
static bool read_outcome(struct log_run *run, struct slice text)
{
	struct slice word = slice_cut(&text, ' ');
	size_t i = 0;

	while (i < COUNT_OF(outcome_names) && !slice_equals(word, outcome_names[i].word))
		i++;
	if (i == COUNT_OF(outcome_names))
		return false;
	run->outcome = (enum log_outcome)outcome_names[i].value;
	if (run->outcome == LOGGED_NOT_STARTED || run->outcome == LOGGED_SKIPPED) {
		if (!take_prefix(&text, "(") || !take_suffix(&text, ")"))
			return false;
		run->why = make_string(text);
		run->milliseconds = -1;
		return true;
	}
	run->value = (int)read_number(slice_cut(&text, ' '), INT_MAX);
	run->milliseconds =
		take_suffix(&text, " ms") ? read_number(text, MILLISECONDS_MAX) : -1;
	return run->value >= 0 && run->milliseconds >= 0;
}

/* What the path of a script says that it was run for: the log has it in brackets. */
static struct slice find_match(
	struct slice directory, const char *hook_point, enum reason *ret_reason)
{
	struct slice last = {NULL, 0};
	struct slice middle = {NULL, 0};
	struct slice first = {NULL, 0};

	*ret_reason = REASON_ALWAYS;
	if (take_last(&directory, '/', &last) && take_last(&directory, '/', &middle))
		(void)take_last(&directory, '/', &first); /* then there is none */
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

/*
 * "PATH [MATCH". Both may hold blanks and brackets; but a match holds no slash, and
 * the path tells what it is.
 */
static bool read_path(struct log_run *run, struct slice text)
{
	struct slice directory = text;
	struct slice path = text;
	struct slice match;
	struct slice name;

	if (text.size == 0 || text.data[0] != '/' || !take_last(&directory, '/', &name))
		return false;
	match = find_match(directory, uh_hook_point_name(run->hook_point), &run->reason);
	if (name.size < match.size + strlen(" ["))
		return false;
	path.size -= match.size + strlen(" [");
	/* slice_compare(), since an empty match need not point anywhere. */
	if (memcmp(path.data + path.size, " [", strlen(" [")) != 0 ||
		slice_compare(
			(struct slice){path.data + path.size + strlen(" ["), match.size},
			match) != 0)
		return false;
	if (run->reason != REASON_ALWAYS)
		run->match = make_string(
			(struct slice){path.data + path.size + strlen(" ["), match.size});
	run->path = make_string(path);
	return true;
}

/* " HOOK-POINT PATH [MATCH] OUTCOME"; no outcome holds a bracket. */
static bool read_run(struct log_run *run, struct slice line)
{
	struct slice outcome;
	struct slice word;
	char name[sizeof("Pre-Install-Pkgs")];

	memset(run, 0, sizeof(*run));
	if (!take_prefix(&line, " "))
		return false;
	word = slice_cut(&line, ' ');
	if (word.size >= sizeof(name))
		return false;
	memcpy(name, word.data, word.size);
	name[word.size] = '\0';
	return uh_hook_point_parse(name, &run->hook_point) &&
	       take_last(&line, ']', &outcome) && take_prefix(&outcome, " ") &&
	       read_outcome(run, outcome) && read_path(run, line);
}

/* Makes room for a stanza that begins here, whatever became of the one before it. */
static int begin(struct reading *reading)
{
	struct log *log = reading->log;

	reading->open = NULL;
	if (array_grow(&log->transactions, &log->capacity, log->count,
		    sizeof(*log->transactions)) < 0)
		return -ENOMEM;
	reading->open = &log->transactions[log->count++];
	memset(reading->open, 0, sizeof(*reading->open));
	reading->last = FIELD_NONE;
	reading->is_damaged = false;
	return 0;
}

static int add_run(struct reading *reading, const struct log_run *run)
{
	struct log_transaction *open;

	if (reading->open == NULL && begin(reading) < 0)
		return -ENOMEM;
	open = reading->open;
	if (array_grow(&open->runs, &open->capacity, open->count, sizeof(*open->runs)) <
		0)
		return -ENOMEM;
	open->runs[open->count++] = *run;
	reading->last = FIELD_HOOKS;
	return 0;
}

/* The field of a line, with its value, or FIELD_NONE. */
static enum field find_field(struct slice line, struct slice *ret_value)
{
	for (size_t i = 0; i < COUNT_OF(field_names); i++) {
		*ret_value = line;
		if (take_prefix(ret_value, field_names[i].word))
			return (enum field)field_names[i].value;
	}
	return FIELD_NONE;
}

static bool is_word(struct slice text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] <= ' ' || text.data[i] >= 0x7f)
			return false;
	return text.size > 0;
}

static bool is_valid(enum field field, struct slice value)
{
	char time[LOG_TIME_SIZE];

	switch (field) {
	case FIELD_START:
	case FIELD_END:
		return read_time(value, time);
	case FIELD_KEY:
	case FIELD_RESULT:
		return is_word(value);
	case FIELD_HOOKS:
		return value.size == 0;
	case FIELD_REQUESTER:
		return take_suffix(&value, ")");
	case FIELD_COMMAND_LINE:
		return true;
	case FIELD_NONE:
		return false;
	}
	return false;
}

static void set_field(struct log_transaction *open, enum field field, struct slice value)
{
	switch (field) {
	case FIELD_START:
		(void)read_time(value, open->start); /* it has been looked at */
		return;
	case FIELD_END:
		(void)read_time(value, open->end);
		return;
	case FIELD_COMMAND_LINE:
		open->command_line = make_string(value);
		return;
	case FIELD_REQUESTER:
		open->requester = make_string(value);
		return;
	case FIELD_KEY:
		open->key = make_string(value);
		return;
	case FIELD_RESULT:
		open->result = make_string(value);
		return;
	case FIELD_HOOKS:
	case FIELD_NONE:
		return;
	}
}

/* A field that should have come earlier belongs to the next stanza: this one was cut. */
static int add_field(struct reading *reading, enum field field, struct slice value)
{
	struct log_transaction *open = reading->open;

	if ((open == NULL || field <= reading->last) && begin(reading) < 0)
		return -ENOMEM;
	open = reading->open;
	set_field(open, field, value);
	reading->last = field;
	if (field != FIELD_END)
		return 0;
	open->is_whole =
		open->start[0] != '\0' && open->result != NULL && !reading->is_damaged;
	reading->open = NULL;
	return 0;
}

/*
 * After a crash the next stanza begins where the last one broke off, in the middle of a
 * line. Returns what of it is the beginning, empty where nothing is.
 */
static struct slice find_broken_start(struct slice line)
{
	size_t size = strlen(START "2026-11-20  18:02:05");
	struct slice tail = {NULL, 0};
	struct slice value;

	if (line.size <= size)
		return tail;
	tail = (struct slice){line.data + line.size - size, size};
	if (find_field(tail, &value) == FIELD_START && is_valid(FIELD_START, value))
		return value;
	return (struct slice){NULL, 0};
}

static void note_fault(struct reading *reading)
{
	reading->is_damaged = true;
	if (reading->faults->lines++ == 0)
		reading->faults->first = reading->line;
}

static int read_line(struct reading *reading, struct slice line)
{
	bool is_text = line.size == 0 || memchr(line.data, '\0', line.size) == NULL;
	struct slice broken = find_broken_start(line);
	enum field field;
	struct slice value;
	struct log_run run;

	if (line.size == 0) {
		reading->open = NULL;
		return 0;
	}
	if (is_text && line.data[0] == ' ' && read_run(&run, line))
		return add_run(reading, &run);
	field = find_field(line, &value);
	if (is_text && broken.size == 0 && is_valid(field, value))
		return add_field(reading, field, value);
	note_fault(reading);
	if (broken.size == 0)
		return 0;
	reading->open = NULL;
	return add_field(reading, FIELD_START, broken);
}

int log_parse(struct log *log, struct buffer *text, struct log_faults *ret_faults)
{
	struct reading reading = {.log = log, .faults = ret_faults};
	struct buffer *kept = &log->texts[log->text_count];
	struct slice rest;
	int error = 0;

	assert(log->text_count < COUNT_OF(log->texts));
	memset(ret_faults, 0, sizeof(*ret_faults));
	if (buffer_reserve(text, 1) < 0) /* for the last string's end */
		return text->error;
	log->text_count++;
	*kept = *text;
	memset(text, 0, sizeof(*text));
	for (rest = buffer_slice(kept); rest.size > 0 && error == 0;) {
		reading.line++;
		error = read_line(&reading, slice_cut(&rest, '\n'));
	}
	return error;
}

/* A log as it was found. */
struct file {
	char *path;
	int fd;
	int error;
	struct stat status;
	struct buffer text;
	bool is_tail;
};

static void file_done(struct file *file)
{
	free(file->path);
	cleanup_close(&file->fd);
	buffer_done(&file->text);
}

#define owns_file __attribute__((cleanup(file_done)))

/*
 * Not through a symlink, as nothing is written through one; a FIFO would never be open.
 */
static int open_file(struct file *file, const char *root, const char *suffix)
{
	file->path = string_format("%s%s%s", root, LOG_FILE, suffix);
	if (file->path == NULL)
		return -ENOMEM;
	file->fd = open(
		file->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file->fd < 0 || fstat(file->fd, &file->status) < 0)
		return -errno;
	return S_ISREG(file->status.st_mode) ? 0 : -EINVAL;
}

/* Of a tail the first stanza is a part, which says nothing. */
static void drop_part(struct buffer *text)
{
	const char *start = text->size > 0 ? memmem(text->data, text->size, "\n" START,
						     strlen("\n" START))
					   : NULL;
	size_t size = start != NULL ? (size_t)(start - text->data) + 1 : text->size;

	memmove(text->data, text->data + size, text->size - size);
	text->size -= size;
}

/* At most limit bytes from the end of what it holds now. */
static int read_file_tail(struct file *file, size_t limit)
{
	off_t skip = file->status.st_size > (off_t)limit
			     ? file->status.st_size - (off_t)limit
			     : 0;
	int error;

	if (lseek(file->fd, skip, SEEK_SET) < 0)
		return -errno;
	error = buffer_read(&file->text, file->fd, (size_t)(file->status.st_size - skip));
	file->is_tail = skip > 0;
	if (file->is_tail && file->text.data != NULL)
		drop_part(&file->text);
	return error == -EFBIG ? 0 : error;
}

static bool is_same(const struct file *a, const struct file *b)
{
	return a->status.st_dev == b->status.st_dev &&
	       a->status.st_ino == b->status.st_ino;
}

/*
 * The newer one first: when logrotate(8) comes in between, it is found a second time,
 * instead of never.
 */
static void read_files(struct file *newer, struct file *earlier, const char *root)
{
	newer->error = open_file(newer, root, "");
	if (newer->error == 0)
		newer->error = read_file_tail(newer, LOG_SIZE_MAX);
	if (newer->error < 0 && newer->error != -ENOENT)
		return;
	earlier->error = open_file(earlier, root, EARLIER);
	if (earlier->error == 0 && newer->error == 0 && is_same(newer, earlier))
		earlier->error = -ENOENT;
	if (earlier->error == 0)
		earlier->error = read_file_tail(earlier, LOG_SIZE_MAX - newer->text.size);
}

static int report_file(const struct file *file)
{
	if (file->error == -ENOMEM)
		return report_no_memory();
	if (file->error == -EINVAL)
		return report_error(_("%s is not a regular file"), file->path);
	return report_error(
		_("%s cannot be read: %s"), file->path, strerror(-file->error));
}

static void warn_of_faults(const struct file *file, const struct log_faults *faults)
{
	if (file->is_tail)
		report_warning(
			_("%s is large: only the end of it is looked at"), file->path);
	if (faults->lines == 0)
		return;
	if (file->is_tail)
		report_warning(ngettext("%s: %zu line is not understood and passed over",
				       "%s: %zu lines are not understood and passed over",
				       (unsigned long)faults->lines),
			file->path, faults->lines);
	else
		report_warning(
			ngettext("%s: %zu line is not understood and passed over: line "
				 "%zu",
				"%s: %zu lines are not understood and passed over, the "
				"first is line %zu",
				(unsigned long)faults->lines),
			file->path, faults->lines, faults->first);
}

static int parse_file(struct log *log, struct file *file)
{
	struct log_faults faults;
	int error;

	if (file->error < 0)
		return 0;
	error = log_parse(log, &file->text, &faults);
	if (error == 0)
		warn_of_faults(file, &faults);
	return error;
}

static bool is_unusable(const struct file *file)
{
	return file->error < 0 && file->error != -ENOENT;
}

/* Without the earlier log the newer one is still worth showing. */
static int judge_files(const struct file *newer, const struct file *earlier)
{
	if (is_unusable(newer))
		return report_file(newer);
	if (!is_unusable(earlier))
		return -1;
	if (newer->error < 0 || earlier->error == -ENOMEM)
		return report_file(earlier);
	report_warning(_("%s cannot be read, so what is older is not known: %s"),
		earlier->path, strerror(-earlier->error));
	return -1;
}

int log_read(struct log *log, const struct admin *admin)
{
	owns_file struct file newer = {.fd = -1};
	owns_file struct file earlier = {.fd = -1};
	int status;

	memset(log, 0, sizeof(*log));
	read_files(&newer, &earlier, admin->root);
	status = judge_files(&newer, &earlier);
	if (status >= 0)
		return status;
	log->has_no_log = newer.error < 0 && earlier.error < 0;
	if (parse_file(log, &earlier) < 0 || parse_file(log, &newer) < 0)
		return report_no_memory();
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

static bool is_among(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

bool log_has_failed(const struct log_run *run)
{
	static const char *const failures[] = {
		"open-to-others", "User", "Directory", "no-list"};

	switch (run->outcome) {
	case LOGGED_EXIT:
		return run->value != 0;
	case LOGGED_SIGNAL:
	case LOGGED_TIMEOUT:
	case LOGGED_NOT_STARTED:
		return true;
	case LOGGED_SKIPPED:
		return is_among(run->why, failures, COUNT_OF(failures));
	}
	return false;
}

static bool is_left_out(const struct log_run *run)
{
	static const char *const settings[] = {
		"Enabled", "On-Failure", "Operations", "When"};

	return run->outcome == LOGGED_SKIPPED &&
	       is_among(run->why, settings, COUNT_OF(settings));
}

char *log_path(const char *path)
{
	owns_buffer struct buffer text = {0};

	log_add_clean(&text, path);
	buffer_append(&text, (struct slice){"", 1});
	return text.error == 0 ? strdup(text.data) : NULL;
}

const struct log_run *log_last_run_of(const struct log *log, const char *path,
	const struct log_transaction **ret_transaction)
{
	owns_memory char *wanted = log_path(path);
	const struct log_run *found = NULL;

	for (size_t i = log->count; wanted != NULL && i-- > 0;) {
		const struct log_transaction *transaction = &log->transactions[i];

		for (size_t j = transaction->count; j-- > 0;) {
			const struct log_run *run = &transaction->runs[j];

			if (strcmp(run->path, wanted) != 0 ||
				(found != NULL && is_left_out(run)))
				continue;
			found = run;
			*ret_transaction = transaction;
			if (!is_left_out(run))
				return run;
		}
	}
	return found;
}

void log_add_outcome(struct buffer *text, const struct log_run *run)
{
	buffer_append_string(
		text, word_of(outcome_names, COUNT_OF(outcome_names), (int)run->outcome));
	if (run->why == NULL) {
		buffer_append_format(text, " %d", run->value);
		return;
	}
	buffer_append_string(text, " (");
	text_add_sentence(text, run->why);
	buffer_append_string(text, ")");
}

void log_add_duration(struct buffer *text, int64_t milliseconds)
{
	long minutes = (long)(milliseconds / 60000);
	long rest = (long)(milliseconds % 60000);

	if (milliseconds < 1000) {
		buffer_append_format(text, _("%ld ms"), rest);
		return;
	}
	if (minutes > 0)
		buffer_append_format(text, _("%ld min "), minutes);
	buffer_append_format(text, _("%ld.%03ld s"), rest / 1000, rest % 1000);
}
