/* SPDX-License-Identifier: BSD-2-Clause */
#include "log_writer.h"
#include "printable.h"
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How the last column begins if the script did not run. */
#define SKIPPED "skipped ("

/* The last column when a script starts; the log has the next one if no result follows. */
#define STARTED "started"
#define INTERRUPTED "interrupted"

#define COMMAND_LINE "Commandline: "

#define RUNS_MAX ((size_t)16 << 20)

/* A file of the state directory, and of no frontend: stanzas for a read-only log. */
#define LATER "log"
#define LATER_MAX ((size_t)1 << 20)

void log_add_clean(struct buffer *buffer, const char *text)
{
	while (*text != '\0') {
		size_t size = printable_size(text);

		if (size == 0)
			buffer_append_format(buffer, "\\%03o", (unsigned char)*text);
		else
			buffer_append(buffer, (struct slice){text, size});
		text += size > 0 ? size : 1;
	}
}

/* The format of apt's own history.log: "2026-11-20  17:05:00". */
static void append_time(struct buffer *buffer, const char *field)
{
	struct timespec now;
	struct tm local;
	char text[64];

	(void)clock_gettime(CLOCK_REALTIME, &now); /* fails for unknown clocks only */
	if (localtime_r(&now.tv_sec, &local) != NULL &&
		strftime(text, sizeof(text), "%Y-%m-%d  %H:%M:%S", &local) > 0)
		buffer_append_format(buffer, "%s: %s\n", field, text);
}

const char *log_skip_word(enum uh_event_kind kind)
{
	static const struct word reasons[] = {
		{"not-executable", UH_SCRIPT_NOT_EXECUTABLE},
		{"not-a-file", UH_SCRIPT_NOT_A_FILE},
		{"dangling", UH_SCRIPT_DANGLING},
		{"open-to-others", UH_SCRIPT_OPEN_TO_OTHERS},
		{"no-list", UH_SCRIPT_WITHOUT_LIST},
		{"no-settings", UH_SCRIPT_WITHOUT_SETTINGS},
		{"Requires", UH_SCRIPT_LACKS_PACKAGE},
		{"Requires", UH_REQUIREMENTS_UNKNOWN},
		{"User", UH_SCRIPT_WITHOUT_USER},
		{"User", UH_SCRIPT_WITHOUT_RIGHTS},
		{"Directory", UH_SCRIPT_WITHOUT_DIRECTORY},
	};

	return word_of(reasons, COUNT_OF(reasons), (int)kind);
}

/* The last column; nothing if the event is neither a script's result nor its start. */
static void append_outcome(struct buffer *line, const struct uh_event *event)
{
	const char *reason = log_skip_word(event->kind);

	if (event->kind == UH_SCRIPT_STARTS)
		buffer_append_string(line, STARTED);
	else if (event->kind == UH_SCRIPT_ENDED)
		buffer_append_format(line, "%s %d %lld ms%s",
			process_end_name(event->ending.end), event->ending.value,
			event->milliseconds, event->is_copy ? LOG_OF_COPY : "");
	else if (event->kind == UH_SCRIPT_NOT_STARTED)
		buffer_append_format(line, "not-started (%s)", strerror(-event->error));
	else if (event->kind == UH_SCRIPT_SKIPPED)
		buffer_append_format(line, SKIPPED "%s)", event->detail);
	else if (reason != NULL)
		buffer_append_format(line, SKIPPED "%s)", reason);
}

bool log_writer_note(struct log_writer *writer, enum uh_hook_point hook_point,
	const struct uh_event *event)
{
	owns_buffer struct buffer outcome = {0};
	struct buffer *lines = &writer->lines;

	append_outcome(&outcome, event);
	if (outcome.error < 0)
		lines->error = outcome.error;
	if (outcome.size == 0)
		return false;
	buffer_append_format(lines, " %s ", uh_hook_point_name(hook_point));
	log_add_clean(lines, event->path);
	buffer_append_string(lines, " [");
	log_add_clean(lines, event->matched != NULL ? event->matched : "always");
	buffer_append_string(lines, "] ");
	buffer_append(lines, buffer_slice(&outcome));
	buffer_append_string(lines, "\n");
	return event->kind == UH_SCRIPT_STARTS || event->kind == UH_SCRIPT_ENDED ||
	       event->kind == UH_SCRIPT_NOT_STARTED;
}

void log_writer_done(struct log_writer *writer)
{
	buffer_done(&writer->lines);
}

/* A number too large for an id would be truncated to another one. */
static bool parse_id(const char *text, unsigned long long *ret_id)
{
	return text != NULL && slice_to_number(slice_of(text), UINT32_MAX - 1, ret_id);
}

/* The user who called sudo(8) or pkexec(1), as in apt's history.log. */
static void append_requester(struct buffer *stanza)
{
	static const char *const variables[] = {"SUDO_UID", "PKEXEC_UID"};

	const struct passwd *user = NULL;
	unsigned long long id;

	for (size_t i = 0; user == NULL && i < COUNT_OF(variables); i++)
		if (parse_id(getenv(variables[i]), &id))
			user = getpwuid((uid_t)id);
	if (user != NULL)
		buffer_append_format(
			stanza, "Requested-By: %s (%llu)\n", user->pw_name, id);
}

/* The lines of earlier calls; none if this is the first. */
static int read_kept(const struct state *state, struct buffer *kept)
{
	int error =
		state->fd >= 0 ? state_read(state, LOG_RUNS, RUNS_MAX, kept) : -ENOENT;

	return error == -ENOENT ? 0 : error;
}

bool log_writer_has_run(const struct state *state)
{
	owns_buffer struct buffer kept = {0};
	struct slice rest;

	if (read_kept(state, &kept) < 0)
		return false;
	for (rest = buffer_slice(&kept); rest.size > 0;) {
		struct slice line = slice_cut(&rest, '\n');

		if (slice_has_prefix(line, slice_of(" ")) &&
			memmem(line.data, line.size, SKIPPED, strlen(SKIPPED)) == NULL)
			return true;
	}
	return false;
}

static void append_command_line(struct buffer *buffer, const char *command_line)
{
	if (command_line == NULL)
		return;
	buffer_append_string(buffer, COMMAND_LINE);
	log_add_clean(buffer, command_line);
	buffer_append_string(buffer, "\n");
}

/* Written by the first call: apt may be gone when the stanza is written. */
static void append_header(struct buffer *kept, const char *key, const char *command_line)
{
	if (kept->size > 0)
		return;
	append_time(kept, "Start-Date");
	append_command_line(kept, command_line);
	append_requester(kept);
	buffer_append_format(kept, "Transaction: %s\n", key);
}

int log_writer_keep(
	struct log_writer *writer, const struct state *state, const char *command_line)
{
	owns_buffer struct buffer kept = {0};
	int error;

	if (writer->lines.error < 0)
		writer->error = writer->lines.error;
	if (writer->lines.size == 0)
		return writer->error;
	error = state_append(state, LOG_RUNS, buffer_slice(&writer->lines));
	if (error == -ENOENT) {
		append_header(&kept, state->key, command_line);
		buffer_append(&kept, buffer_slice(&writer->lines));
		error = kept.error < 0
				? kept.error
				: state_replace(state, LOG_RUNS, buffer_slice(&kept));
	}
	if (error == 0)
		buffer_done(&writer->lines);
	return error < 0 ? error : writer->error;
}

static bool is_start(struct slice line)
{
	static const char ending[] = "] " STARTED;
	size_t size = strlen(ending);

	return line.size > size &&
	       memcmp(line.data + line.size - size, ending, size) == 0;
}

/* Whether one of the lines begins like this one, up to its last column. */
static bool has_result(struct slice line, struct slice lines)
{
	struct slice beginning = {line.data, line.size - strlen(STARTED)};

	/* Usually it is the next line. */
	while (lines.size > 0)
		if (slice_has_prefix(slice_cut(&lines, '\n'), beginning))
			return true;
	return false;
}

/* A script that has started and has no result was running when we were killed. */
static void append_logged_runs(struct buffer *stanza, struct slice lines)
{
	while (lines.size > 0) {
		struct slice line = slice_cut(&lines, '\n');
		bool was_running = is_start(line);

		if (was_running && has_result(line, lines))
			continue;
		if (was_running)
			line.size -= strlen(STARTED);
		buffer_append(stanza, line);
		buffer_append_string(stanza, was_running ? INTERRUPTED "\n" : "\n");
	}
}

/*
 * Fields first, then one line for each script, which begins with a space. kept ends with
 * the lines of this call.
 */
static void append_stanza(struct buffer *stanza, struct slice kept,
	const char *command_line, const char *result, bool is_not_reached)
{
	while (kept.size > 0 && kept.data[0] != ' ') {
		struct slice field = slice_cut(&kept, '\n');

		if (command_line != NULL &&
			slice_has_prefix(field, slice_of(COMMAND_LINE))) {
			append_command_line(stanza, command_line);
		} else {
			buffer_append(stanza, field);
			buffer_append_string(stanza, "\n");
		}
	}
	buffer_append_format(stanza, "Result: %s\n", result != NULL ? result : "unknown");
	if (is_not_reached)
		buffer_append_string(stanza, "Not-Reached: Post-Invoke\n");
	buffer_append_string(stanza, "Hooks:\n");
	append_logged_runs(stanza, kept);
	append_time(stanza, "End-Date");
	buffer_append_string(stanza, "\n");
}

/* Appends all bytes, or truncates the file to its old size. */
static int append_to_log(int directory, const char *path, struct slice bytes)
{
	/* A FIFO may have no reader, and apt must not wait for one. */
	const int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
			  O_NOCTTY | O_CLOEXEC;
	owns_fd int fd = openat(directory, path, flags, 0644);
	struct stat before;
	bool is_locked;
	int error;

	if (fd < 0 || fstat(fd, &before) < 0)
		return -errno;
	if (!S_ISREG(before.st_mode))
		return -EINVAL;
	/*
	 * Everybody may read the file, hence lock it (flock(2)): nobody is waited for.
	 * With company, what was written of a stanza stays.
	 */
	is_locked = flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &before) == 0;
	error = write_all(fd, bytes);
	if (error < 0 && is_locked && ftruncate(fd, before.st_size) < 0)
		return error; /* the first error is the one to report */
	return error;
}

/* −EROFS if so much is waiting already: the log may never become writable. */
static int keep_for_later(const struct state *state, struct slice stanza)
{
	struct stat later;

	if (state->fd < 0 ||
		(fstatat(state->fd, LATER, &later, AT_SYMLINK_NOFOLLOW) == 0 &&
			later.st_size > (off_t)LATER_MAX))
		return -EROFS;
	return append_to_log(state->fd, LATER, stanza);
}

static int append_or_keep(
	const struct state *state, const char *path, struct slice stanza)
{
	int error = append_to_log(AT_FDCWD, path, stanza);

	return error == -EROFS ? keep_for_later(state, stanza) : error;
}

int log_writer_catch_up(const struct state *state, const char *root)
{
	owns_memory char *path = string_join(root, LOG_FILE);
	owns_buffer struct buffer later = {0};
	owns_fd int fd =
		openat(state->fd, LATER, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int error;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (path == NULL)
		return -ENOMEM;
	error = buffer_read(&later, fd, RUNS_MAX);
	if (error == 0)
		error = append_to_log(AT_FDCWD, path, buffer_slice(&later));
	if (error == 0 && unlinkat(state->fd, LATER, 0) < 0)
		error = -errno;
	return error;
}

int log_writer_write(struct log_writer *writer, const struct state *state,
	const char *root, const char *command_line, const char *result)
{
	owns_memory char *path = string_join(root, LOG_FILE);
	owns_buffer struct buffer kept = {0};
	owns_buffer struct buffer stanza = {0};
	int error = writer->lines.error < 0 ? writer->lines.error : writer->error;
	int kept_error, write_error = 0;

	if (path == NULL)
		return -ENOMEM;
	kept_error = read_kept(state, &kept);
	/* The error is reported; what this call knows is still written. */
	if (kept_error < 0)
		buffer_done(&kept);
	if (kept.size > 0 || writer->lines.size > 0) {
		append_header(&kept, state->key, command_line);
		buffer_append(&kept, buffer_slice(&writer->lines));
		buffer_done(&writer->lines);
		append_stanza(&stanza, buffer_slice(&kept), command_line, result,
			writer->is_not_reached);
		write_error = kept.error < 0     ? kept.error
			      : stanza.error < 0 ? stanza.error
						 : append_or_keep(state, path,
							   buffer_slice(&stanza));
	}
	if (error == 0)
		error = kept_error < 0 ? kept_error : write_error;
	if (state->fd >= 0)
		(void)state_remove(state, LOG_RUNS); /* the sweep tries again */
	return error;
}
