/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/log_reader.h"
#include "ui/message.h"
#include "ui/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* What logrotate(8) calls the log before this one. */
#define EARLIER ".1"

#define BLOCK_SIZE ((size_t)64 << 10)

enum { LOG_EARLIER, LOG_NEWER };

/*
 * Follows no symlink, as log_writer.c does not, and does not wait for the writer of a FIFO.
 */
static int open_log_file(struct log_file *file, const char *root, const char *suffix)
{
	struct stat status;

	file->path = xformat("%s%s%s", root, LOG_FILE, suffix);
	file->fd = open(
		file->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file->fd < 0 || fstat(file->fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	file->device = status.st_dev;
	file->inode = status.st_ino;
	file->end = status.st_size;
	return 0;
}

static void drop_log_file(struct log_file *file, int error)
{
	cleanup_close(&file->fd);
	file->fd = -1;
	file->error = error;
}

/* Appends the next block; returns its size, 0 at the end of the file, or −errno. */
static ssize_t append_block(struct buffer *text, const struct log_file *file, off_t at)
{
	xensure(buffer_reserve(
		text, BLOCK_SIZE + 1)); /* for the NUL of the last string */
	return xread_at(text, file->fd, at, file->end, BLOCK_SIZE);
}

/*
 * Where the last bytes begin that are within the limit: with a stanza, unless it is the
 * beginning of the file.
 */
static int find_start(struct log_file *file, size_t limit)
{
	static const struct slice first = {"\n" LOG_START, sizeof("\n" LOG_START) - 1};
	owns_buffer struct buffer text = {0};
	off_t at = file->end - (off_t)limit;
	const char *found;
	ssize_t got;

	file->start = 0;
	if (at <= 0)
		return 0;
	while ((got = append_block(&text, file, at)) > 0) {
		at += got;
		found = memmem(text.data, text.size, first.data, first.size);
		if (found != NULL) {
			file->start = at - (text.data + text.size - found) + 1;
			return 0;
		}
		if (text.size >= first.size) {
			memmove(text.data, text.data + text.size - first.size,
				first.size);
			text.size = first.size;
		}
	}
	file->start = file->end;
	return (int)got;
}

static bool is_unusable(const struct log_file *file)
{
	return file->error < 0 && file->error != -ENOENT;
}

static bool is_large(const struct log_file *file)
{
	return file->start > 0;
}

/* Opens the newer log first: if logrotate(8) renames it now, we see it twice, not never. */
static void open_log_files(
	struct log_file *newer, struct log_file *earlier, const char *root)
{
	newer->error = open_log_file(newer, root, "");
	if (newer->error == 0)
		newer->error = find_start(newer, LOG_SIZE_MAX);
	if (is_unusable(newer))
		return;
	earlier->error = open_log_file(earlier, root, EARLIER);
	if (earlier->error == 0)
		earlier->error = find_start(
			earlier, LOG_SIZE_MAX - (size_t)(newer->end - newer->start));
	if (newer->error == 0 && newer->device == earlier->device &&
		newer->inode == earlier->inode)
		earlier->error = -ENOENT;
}

static int report_log_file(const struct log_file *file)
{
	if (file->error == -EINVAL)
		return report_error(_("%s is not a regular file"), file->path);
	return report_error(
		_("%s cannot be read: %s"), file->path, strerror(-file->error));
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

int log_open(struct log *log, const struct admin *admin)
{
	struct log_file *earlier = &log->files[LOG_EARLIER];
	struct log_file *newer = &log->files[LOG_NEWER];
	int status;

	*log = (struct log){.files = {{.fd = -1}, {.fd = -1}}, .is_open = true};
	open_log_files(newer, earlier, admin->root);
	status = judge_log_files(newer, earlier);
	if (status >= 0)
		return status;
	log->has_no_log = newer->error < 0 && earlier->error < 0;
	for (size_t i = 0; i < COUNT_OF(log->files); i++)
		if (log->files[i].error < 0)
			drop_log_file(&log->files[i], -ENOENT);
	(void)log_rewind(log, SIZE_MAX);
	return -1;
}

void log_close(struct log *log)
{
	for (size_t i = 0; log->is_open && i < COUNT_OF(log->files); i++) {
		free(log->files[i].path);
		cleanup_close(&log->files[i].fd);
	}
	buffer_done(&log->text);
	log_parser_done(&log->parser);
	memset(log, 0, sizeof(*log));
}

/* Where to begin for the last bytes of a file that holds more. Takes off what it has. */
static off_t take_tail(const struct log_file *file, size_t *size)
{
	size_t has = file->fd >= 0 ? (size_t)(file->end - file->start) : 0;

	if (has > *size) {
		off_t first = file->end - (off_t)*size;

		*size = 0;
		return first;
	}
	*size -= has;
	return file->start;
}

static void begin_file(struct log *log, size_t file)
{
	log->file = file;
	log->at = log->files[file].first;
	log->is_aligned = log->at == log->files[file].start;
	log->text.size = 0;
	log->parsed = 0;
	log_parser_done(&log->parser);
}

bool log_rewind(struct log *log, size_t size)
{
	bool is_beginning = true;

	for (size_t i = COUNT_OF(log->files); i-- > 0;) {
		struct log_file *file = &log->files[i];

		file->first = take_tail(file, &size);
		is_beginning = is_beginning && file->first == file->start;
	}
	log_rewind_again(log);
	return is_beginning;
}

void log_rewind_again(struct log *log)
{
	for (size_t i = 0; i < COUNT_OF(log->files); i++)
		log->files[i].faults = (struct log_faults){.lines = 0};
	begin_file(log, LOG_EARLIER);
}

size_t log_grow(size_t size)
{
	return size * 4;
}

/* Behind the last empty line of text that ends at from or later; 0 if there is none. */
static size_t find_last_gap(struct slice text, size_t from)
{
	const char *end = text.size > from ? memrchr(text.data, '\n', text.size) : NULL;

	while (end != NULL && end > text.data && (size_t)(end - text.data) >= from) {
		if (end[-1] == '\n')
			return (size_t)(end - text.data) + 1;
		end = memrchr(text.data, '\n', (size_t)(end - text.data));
	}
	return 0;
}

/* Drops what the parser is done with, and what is before the first empty line to use. */
static void drop_text(struct log *log, size_t size)
{
	memmove(log->text.data, log->text.data + size, log->text.size - size);
	log->text.size -= size;
	log->parsed = 0;
}

/* Reading has begun anywhere: drops all until the first empty line. */
static void align_text(struct log *log)
{
	const char *gap = log->text.size == 0 ? NULL
					      : memmem(log->text.data, log->text.size,
							"\n\n", strlen("\n\n"));

	if (gap != NULL) {
		drop_text(log, (size_t)(gap - log->text.data) + strlen("\n\n"));
		log->is_aligned = true;
	} else if (log->text.size > 1) {
		drop_text(log, log->text.size - 1);
	}
}

/* Gives the parser whole stanzas of the file. False at the end of the file. */
static bool feed_parser(struct log *log)
{
	struct log_file *file = &log->files[log->file];
	ssize_t got = 1;
	size_t end = 0;

	if (log->parsed > 0)
		drop_text(log, log->parsed);
	while (end == 0 && got > 0) {
		size_t from = log->text.size;

		got = append_block(&log->text, file, log->at);
		log->at += got > 0 ? got : 0;
		if (!log->is_aligned) {
			align_text(log);
			from = 0;
		}
		end = find_last_gap(buffer_slice(&log->text), from);
	}
	if (got < 0)
		drop_log_file(file, (int)got);
	if (got <= 0)
		end = got == 0 && log->is_aligned ? log->text.size : 0;
	log->parsed = end;
	log_parser_set(&log->parser, (struct slice){log->text.data, end});
	return end > 0;
}

struct log_transaction *log_next(struct log *log)
{
	struct log_transaction *found;

	while ((found = log_parser_next(&log->parser)) == NULL) {
		if (log->files[log->file].fd >= 0 && feed_parser(log))
			continue;
		log->files[log->file].faults = log->parser.faults;
		if (log->file + 1 == COUNT_OF(log->files))
			return NULL;
		begin_file(log, log->file + 1);
	}
	return found;
}

static void warn_of_log_faults(const struct log_file *file)
{
	size_t lines = file->faults.lines;

	if (is_large(file) && file->first == file->start)
		report_warning(_("%s is large: only its end is read"), file->path);
	if (lines == 0)
		return;
	/* Lines of a tail have no number that would find them in the file. */
	if (file->first > 0)
		report_warning(ngettext("%s: ignored %zu line that cannot be parsed",
				       "%s: ignored %zu lines that cannot be parsed",
				       (unsigned long)lines),
			file->path, lines);
	else
		report_warning(
			ngettext("%s: ignored %zu line that cannot be parsed: line %zu",
				"%s: ignored %zu lines that cannot be parsed; the first "
				"is line %zu",
				(unsigned long)lines),
			file->path, lines, file->faults.first);
}

int log_end(struct log *log)
{
	for (size_t i = 0; i < COUNT_OF(log->files); i++)
		if (log->files[i].fd >= 0)
			warn_of_log_faults(&log->files[i]);
	return judge_log_files(&log->files[LOG_NEWER], &log->files[LOG_EARLIER]);
}

/* Copies the text to where the room for it begins, unless it is NULL. */
static const char *move_text(char **at, const char *text)
{
	char *copy = *at;

	if (text == NULL)
		return NULL;
	*at = (char *)memcpy(copy, text, strlen(text) + 1) + strlen(text) + 1;
	return copy;
}

void log_copy_take(struct log_copy *copy, const struct log_transaction *transaction,
	const struct log_run *run)
{
	struct log_copy taken = {.transaction = *transaction};
	const char **texts[] = {&taken.transaction.command_line,
		&taken.transaction.requester, &taken.transaction.key,
		&taken.transaction.switched_off_by, &taken.transaction.result,
		&taken.transaction.not_reached, &taken.run.path, &taken.run.match,
		&taken.run.why};
	size_t size = 1;
	char *at;

	if (run != NULL)
		taken.run = *run;
	else
		log_count(&taken.counts, transaction);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		size += *texts[i] != NULL ? strlen(*texts[i]) + 1 : 0;
	at = taken.texts = xcheck(malloc(size));
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		*texts[i] = move_text(&at, *texts[i]);
	taken.transaction.runs = NULL;
	taken.transaction.count = taken.transaction.capacity = 0;
	log_copy_done(copy);
	*copy = taken;
}

bool log_copy_holds(const struct log_copy *copy)
{
	return copy->texts != NULL;
}

void log_copy_done(struct log_copy *copy)
{
	free(copy->texts);
	memset(copy, 0, sizeof(*copy));
}

/* Where text last occurs in the last bytes of the file, or −1. */
static off_t find_last_text(const struct log_file *file, const char *text, size_t size)
{
	const size_t length = strlen(text), step = BLOCK_SIZE - length;
	const off_t start = file->end - file->start > (off_t)size
				    ? file->end - (off_t)size
				    : file->start;
	owns_buffer struct buffer block = {0};
	off_t at = file->end, found = -1;

	while (file->fd >= 0 && at > start && found < 0) {
		const char *next = NULL;
		struct slice rest;

		at = at - start > (off_t)step ? at - (off_t)step : start;
		block.size = 0;
		if (append_block(&block, file, at) <= 0)
			return -1;
		rest = buffer_slice(&block);
		while ((next = memmem(rest.data, rest.size, text, length)) != NULL) {
			found = at + (next - block.data);
			rest.size -= (size_t)(next + 1 - rest.data);
			rest.data = next + 1;
		}
	}
	return found;
}

/*
 * How many bytes there are from the last occurrence of text on; 0 if there is none in the
 * last LOG_SIZE_SEARCHED.
 */
static size_t size_since(const struct log *log, const char *text)
{
	size_t size = 0;

	for (size_t i = COUNT_OF(log->files); i-- > 0 && size < LOG_SIZE_SEARCHED;) {
		const struct log_file *file = &log->files[i];
		off_t found = find_last_text(file, text, LOG_SIZE_SEARCHED - size);

		if (found >= 0)
			return size + (size_t)(file->end - found);
		size += (size_t)(file->end - file->start);
	}
	return 0;
}

bool log_find_last(struct log *log, bool is_session, struct log_copy *ret_last)
{
	const struct log_transaction *transaction;
	size_t size = LOG_SIZE_FIRST;
	bool is_found = false;
	bool is_beginning = false;

	if (is_session) {
		/* Most logs have none, and are large. */
		size_t since = size_since(log, LOG_SESSION);

		if (since == 0)
			return false;
		size += since;
	}
	for (; !is_found && !is_beginning; size = log_grow(size)) {
		is_beginning = log_rewind(log, size);
		while ((transaction = log_next(log)) != NULL) {
			if (transaction->is_session != is_session)
				continue;
			log_copy_take(ret_last, transaction, NULL);
			is_found = true;
		}
	}
	return is_found;
}

struct last_run {
	char *path; /* as the log writes it */
	bool is_skipped;
	struct log_copy copy;
};

void last_runs_add(struct last_runs *runs, const char *path)
{
	xgrow(&runs->items, &runs->capacity, runs->count, sizeof(*runs->items));
	runs->items[runs->count++] = (struct last_run){.path = log_path(path)};
}

static int compare_last_runs(const void *a, const void *b)
{
	const struct last_run *first = a, *second = b;

	return strcmp(first->path, second->path);
}

static struct last_run *find_last_run(const struct last_runs *runs, const char *path)
{
	const struct last_run key = {.path = (char *)path};

	return runs->count == 0 ? NULL
				: bsearch(&key, runs->items, runs->count,
					  sizeof(*runs->items), compare_last_runs);
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

static void note_last_run(struct last_runs *runs,
	const struct log_transaction *transaction, const struct log_run *run)
{
	struct last_run *last = find_last_run(runs, run->path);
	bool is_skipped;

	if (last == NULL)
		return;
	is_skipped = is_skipped_by_setting(run);
	if (is_skipped && log_copy_holds(&last->copy) && !last->is_skipped)
		return;
	last->is_skipped = is_skipped;
	log_copy_take(&last->copy, transaction, run);
}

void last_runs_read(struct last_runs *runs, struct log *log)
{
	const struct log_transaction *transaction;

	if (runs->count > 0)
		qsort(runs->items, runs->count, sizeof(*runs->items), compare_last_runs);
	(void)log_rewind(log, SIZE_MAX);
	while ((transaction = log_next(log)) != NULL)
		for (size_t i = 0; i < transaction->count; i++)
			note_last_run(runs, transaction, &transaction->runs[i]);
}

const struct log_copy *last_runs_find(const struct last_runs *runs, const char *path)
{
	owns_memory char *logged = log_path(path);
	const struct last_run *last = find_last_run(runs, logged);

	return last != NULL && log_copy_holds(&last->copy) ? &last->copy : NULL;
}

void last_runs_done(struct last_runs *runs)
{
	for (size_t i = 0; i < runs->count; i++) {
		free(runs->items[i].path);
		log_copy_done(&runs->items[i].copy);
	}
	free(runs->items);
	memset(runs, 0, sizeof(*runs));
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

static bool is_switched_off_by(
	const struct log_transaction *transaction, enum log_switch by)
{
	return strcmp(transaction->switched_off_by, log_switch_name(by)) == 0;
}

void log_add_switch(struct buffer *text, const struct log_transaction *transaction)
{
	const char *by;

	if (transaction->switched_off_by == NULL)
		return;
	/* Translators: these four are behind "3 hooks: 3 skipped". */
	by = _("; switched off");
	if (is_switched_off_by(transaction, SWITCHED_OFF_BY_ENVIRONMENT))
		by = _("; switched off by APT_UNIVERSAL_HOOKS=off in the environment");
	else if (is_switched_off_by(transaction, SWITCHED_OFF_BY_OPTION))
		by = _("; switched off by Universal-Hooks::Enabled on apt's command "
		       "line");
	else if (is_switched_off_by(transaction, SWITCHED_OFF_BY_CONFIGURATION))
		by = _("; switched off by Universal-Hooks::Enabled in apt's "
		       "configuration");
	buffer_append_string(text, by);
}

void log_add_dpkg_runs(struct buffer *text, const struct log_transaction *session)
{
	buffer_append_format(text,
		ngettext("%lld run of dpkg", "%lld runs of dpkg",
			(unsigned long)session->dpkg_runs),
		(long long)session->dpkg_runs);
}

json_t *log_dpkg_runs_to_json(const struct log_transaction *session)
{
	return session->dpkg_runs >= 0 ? json_integer(session->dpkg_runs) : json_null();
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

bool log_is_gone(const char *path, const struct admin *admin)
{
	owns_memory char *clean = unclean_path(path);

	return !has_entry(admin, path) && !has_entry(admin, clean);
}

void log_add_gone(struct buffer *text, const char *path, const struct admin *admin)
{
	if (log_is_gone(path, admin))
		buffer_append_format(text, " " MARK_FAINT "(%s)" MARK_END, _("gone"));
}

/* Skipped on purpose, by a setting or after another script's failure. */
const char *log_path_in_tree(const char *path)
{
	/* Both places of the tree end like this. */
	static const char tree[] = "/apt/universal-hooks/";
	const char *found = strstr(path, tree);

	return found != NULL ? found + strlen(tree) : path;
}

/* A line like one of the log, but for its last word. */
char *log_path(const char *path)
{
	owns_buffer struct buffer text = {0};

	log_add_clean(&text, path);
	return xbuffer_steal(&text);
}

void log_add_outcome(struct buffer *text, const struct log_run *run)
{
	buffer_append_string(text, log_outcome_name(run->outcome));
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
