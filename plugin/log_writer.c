/* SPDX-License-Identifier: BSD-2-Clause */
#include "log_writer.h"
#include "process.h"

#include <errno.h>
#include <pwd.h>

/* How the last column begins if the script did not run. */
#define SKIPPED "skipped ("

/* The last column in the log if no result follows LOG_STARTED. */
#define INTERRUPTED "interrupted"

#define COMMAND_LINE "Commandline: "

#define RUNS_MAX ((size_t)16 << 20)

static void append_field(struct buffer *buffer, const char *field, const char *value)
{
	if (value[0] != '\0')
		buffer_append_format(buffer, "%s: %s\n", field, value);
}

static void append_start(struct buffer *buffer)
{
	struct log_now now = log_now();

	append_field(buffer, "Start-Date", now.date);
	append_field(buffer, "Start-Offset", now.offset);
}

/* The date is the last field, by which a reader knows that the stanza is whole. */
static void append_end(struct buffer *buffer)
{
	struct log_now now = log_now();

	append_field(buffer, "End-Offset", now.offset);
	append_field(buffer, "End-Date", now.date);
}

/* The runner emits a failure for the same events (emit_failure() there). */
static const struct {
	const char *word;
	enum uh_event_kind kind;
	enum log_class class;
} skip_reasons[] = {
	{"not-executable", UH_SCRIPT_NOT_EXECUTABLE, LOG_SKIPPED},
	{"not-a-file", UH_SCRIPT_NOT_A_FILE, LOG_SKIPPED},
	{"dangling", UH_SCRIPT_DANGLING, LOG_SKIPPED},
	{"open-to-others", UH_SCRIPT_OPEN_TO_OTHERS, LOG_FAILED},
	{"no-list", UH_SCRIPT_WITHOUT_LIST, LOG_FAILED},
	{"no-settings", UH_SCRIPT_WITHOUT_SETTINGS, LOG_FAILED},
	{"Environment", UH_SCRIPT_WITH_UNSAFE_VARIABLE, LOG_FAILED},
	{"faulty-setting", UH_SCRIPT_WITH_FAULTY_SETTING, LOG_FAILED},
	{"Requires", UH_SCRIPT_LACKS_PACKAGE, LOG_SKIPPED},
	{"Requires", UH_REQUIREMENTS_UNKNOWN, LOG_SKIPPED},
	{"User", UH_SCRIPT_WITHOUT_USER, LOG_FAILED},
	{"User", UH_SCRIPT_WITHOUT_RIGHTS, LOG_FAILED},
	{"Directory", UH_SCRIPT_WITHOUT_DIRECTORY, LOG_FAILED},
};

const char *log_skip_word(enum uh_event_kind kind)
{
	for (size_t i = 0; i < COUNT_OF(skip_reasons); i++)
		if (skip_reasons[i].kind == kind)
			return skip_reasons[i].word;
	return NULL;
}

enum log_class log_class_of_skip(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(skip_reasons); i++)
		if (strcmp(skip_reasons[i].word, word) == 0)
			return skip_reasons[i].class;
	return LOG_SKIPPED;
}

const char *log_class_name(enum log_class class)
{
	static const char *const names[] = {
		[LOG_OK] = "ok", [LOG_FAILED] = "failed", [LOG_SKIPPED] = "skipped"};

	return names[class];
}

static enum log_class class_of_ending(const struct uh_ending *ending)
{
	if (process_had_nothing_to_do(ending))
		return LOG_SKIPPED;
	return process_succeeded(ending) ? LOG_OK : LOG_FAILED;
}

const char *log_switch_name(enum log_switch by)
{
	static const char *const names[] = {
		[SWITCHED_ON] = NULL,
		[SWITCHED_OFF_BY_ENVIRONMENT] = "environment",
		[SWITCHED_OFF_BY_OPTION] = "option",
		[SWITCHED_OFF_BY_CONFIGURATION] = "configuration",
	};

	return names[by];
}

bool log_class_of_event(const struct uh_event *event, enum log_class *ret_class)
{
	const char *reason = log_skip_word(event->kind);

	if (event->kind == UH_SCRIPT_ENDED)
		*ret_class = class_of_ending(&event->ending);
	else if (event->kind == UH_SCRIPT_NOT_STARTED)
		*ret_class = LOG_FAILED;
	else if (event->kind == UH_SCRIPT_SKIPPED)
		*ret_class = LOG_SKIPPED;
	else if (reason != NULL)
		*ret_class = log_class_of_skip(reason);
	else
		return false;
	return true;
}

void log_add_ended(struct buffer *text, const struct uh_event *event)
{
	const char *reason = log_skip_word(event->kind);

	if (event->kind == UH_SCRIPT_ENDED && process_had_nothing_to_do(&event->ending))
		buffer_append_format(text, SKIPPED "%d)", event->ending.value);
	else if (event->kind == UH_SCRIPT_ENDED)
		buffer_append_format(text, "%s %d", process_end_name(event->ending.end),
			event->ending.value);
	else if (event->kind == UH_SCRIPT_NOT_STARTED)
		buffer_append_format(text, "not-started (%s)", strerror(-event->error));
	else if (event->kind == UH_SCRIPT_SKIPPED)
		buffer_append_format(text, SKIPPED "%s)", event->detail);
	else if (reason != NULL)
		buffer_append_format(text, SKIPPED "%s)", reason);
}

/* The last column; nothing if the event is neither a script's result nor its start. */
static void append_outcome(struct buffer *line, const struct uh_event *event)
{
	if (event->kind == UH_SCRIPT_STARTS)
		buffer_append_string(line, LOG_STARTED);
	log_add_ended(line, event);
	if (event->kind == UH_SCRIPT_ENDED)
		buffer_append_format(line, " %lld ms%s", event->milliseconds,
			event->is_copy ? LOG_OF_COPY : "");
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
	buffer_append_string(lines, " ");
	log_add_script(lines, hook_point, event->path, event->matched);
	buffer_append_string(lines, " ");
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
		return true;
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
static void append_header(struct buffer *kept, const struct log_writer *writer,
	const char *key, const char *command_line)
{
	if (kept->size > 0)
		return;
	append_start(kept);
	append_command_line(kept, command_line);
	append_requester(kept);
	if (writer->is_of_session)
		buffer_append_format(
			kept, "Session: %s\nRuns: %zu\n", key, writer->dpkg_runs);
	else
		buffer_append_format(kept, "Transaction: %s\n", key);
	if (writer->switched_off_by != SWITCHED_ON)
		append_field(kept, "Switched-Off-By",
			log_switch_name(writer->switched_off_by));
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
		append_header(&kept, writer, state->key, command_line);
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
	static const char ending[] = "] " LOG_STARTED;
	size_t size = strlen(ending);

	return line.size > size &&
	       memcmp(line.data + line.size - size, ending, size) == 0;
}

/* Whether one of the lines begins like this one, up to its last column. */
static bool has_result(struct slice line, struct slice lines)
{
	struct slice beginning = {line.data, line.size - strlen(LOG_STARTED)};

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
			line.size -= strlen(LOG_STARTED);
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
	append_end(stanza);
	buffer_append_string(stanza, "\n");
}

int log_writer_write(struct log_writer *writer, const struct state *state,
	const char *root, const char *command_line, const char *result)
{
	owns_buffer struct buffer kept = {0};
	owns_buffer struct buffer stanza = {0};
	int error = writer->lines.error < 0 ? writer->lines.error : writer->error;
	int kept_error, write_error = 0;

	kept_error = read_kept(state, &kept);
	/* The error is reported; what this call knows is still written. */
	if (kept_error < 0)
		buffer_done(&kept);
	if (kept.size > 0 || writer->lines.size > 0) {
		append_header(&kept, writer, state->key, command_line);
		buffer_append(&kept, buffer_slice(&writer->lines));
		buffer_done(&writer->lines);
		append_stanza(&stanza, buffer_slice(&kept), command_line, result,
			writer->is_not_reached);
		write_error = kept.error < 0     ? kept.error
			      : stanza.error < 0 ? stanza.error
						 : log_file_append(&log_of_runs, state,
							   root, buffer_slice(&stanza));
	}
	if (error == 0)
		error = kept_error < 0 ? kept_error : write_error;
	if (state->fd >= 0)
		(void)state_remove(state, LOG_RUNS); /* the sweep tries again */
	return error;
}
