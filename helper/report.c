/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"
#include "base.h"
#include "language.h"
#include "printable.h"
#include "process.h"
#include "running.h"
#include "setting_text.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Room for two paths of PATH_MAX bytes, or for one of which every byte became \ooo. */
#define LINE_SIZE (4 * 4096 + 1024)

/*
 * A veto has its cause, which has what is wrong with a variable, which has who can change
 * the file. A wrong translation could have itself.
 */
#define MAX_DEPTH 4

struct line {
	char text[LINE_SIZE];
	size_t size;
	unsigned depth; /* of sentences within sentences */
};

/* Drops what does not fit; the last byte is for the newline. */
static void line_add(struct line *line, const char *bytes, size_t size)
{
	size_t room = sizeof(line->text) - 1 - line->size;

	if (size > room)
		size = room;
	memcpy(line->text + line->size, bytes, size);
	line->size += size;
}

static void line_add_octal(struct line *line, unsigned char byte)
{
	char text[sizeof("\\377")];

	(void)snprintf(text, sizeof(text), "\\%03o", byte); /* three digits at most */
	line_add(line, text, strlen(text));
}

/* A file name must neither change the terminal's colours nor forge a line. */
static void line_add_name(struct line *line, const char *name)
{
	while (name != NULL && *name != '\0') {
		size_t size = printable_size(name);

		if (size == 0)
			line_add_octal(line, (unsigned char)*name);
		else
			line_add(line, name, size);
		name += size > 0 ? size : 1;
	}
}

static void line_add_number(struct line *line, unsigned long long number)
{
	char text[DECIMAL_SIZE];

	line_add(line, decimal(text, number), strlen(decimal(text, number)));
}

/* One of the places of a sentence, for an event. */
typedef void line_add_place(struct line *line, const struct uh_event *event);

static line_add_place *find_place(struct slice name);

/*
 * Adds a sentence in which each {name} is a place. A name that is not known, as it may be
 * in a translation, stays as it is.
 */
static void line_add_sentence(
	struct line *line, const char *sentence, const struct uh_event *event)
{
	if (line->depth == MAX_DEPTH)
		return;
	line->depth++;
	while (*sentence != '\0') {
		size_t size = strcspn(sentence, "{");
		struct slice name = {sentence + size + 1, 0};
		line_add_place *add;

		line_add(line, sentence, size);
		sentence += size;
		if (*sentence == '\0')
			break;
		name.size = strcspn(name.data, "}");
		add = name.data[name.size] == '}' ? find_place(name) : NULL;
		if (add != NULL) {
			add(line, event);
			sentence = name.data + name.size + 1;
		} else {
			line_add(line, sentence++, 1);
		}
	}
	line->depth--;
}

static void line_add_path(struct line *line, const struct uh_event *event)
{
	line_add_name(line, event->path);
}

static void line_add_error(struct line *line, const struct uh_event *event)
{
	const char *text = strerror(-event->error);

	line_add(line, text, strlen(text));
}

static void line_add_detail(struct line *line, const struct uh_event *event)
{
	if (event->detail != NULL)
		line_add_name(line, event->detail);
	else
		line_add_error(line, event);
}

/* The exit status, the signal or the seconds of the timeout. */
static void line_add_value(struct line *line, const struct uh_event *event)
{
	line_add_number(line, (unsigned)event->ending.value);
}

static void line_add_signal_name(struct line *line, const struct uh_event *event)
{
	const char *text = strsignal(event->ending.value);

	line_add(line, text, strlen(text));
}

static void line_add_interpreter(struct line *line, const struct uh_event *event)
{
	line_add_name(line, event->interpreter);
}

static void line_add_start_fault(struct line *line, const struct uh_event *event)
{
	static const char *const faults[] = {
		/* Translators: all these follow "... could not be started: ". */
		[UH_START_CRLF] = N_("its lines end with CR LF, as on Windows"),
		[UH_START_NO_INTERPRETER] =
			N_("its interpreter {interpreter} does not exist"),
		[UH_START_INTERPRETER_NOT_EXECUTABLE] =
			N_("its interpreter {interpreter} is not executable"),
		[UH_START_NOEXEC] = N_("its file system is mounted with noexec"),
		[UH_START_NO_FIRST_LINE] =
			N_("it has no #! line, which it needs to run as its User"),
		[UH_START_OTHER_ARCHITECTURE] =
			N_("it is for another architecture, or its loader is missing"),
		[UH_START_NO_PROGRAM] = N_("it is neither a program nor a script"),
	};

	if (event->start_fault == UH_START_UNKNOWN)
		line_add_error(line, event);
	else
		line_add_sentence(line, gettext(faults[event->start_fault]), event);
}

static void line_add_ending(struct line *line, const struct uh_event *event)
{
	static const char *const endings[] = {
		[UH_EXITED] = N_("{path} exited with status {status}"),
		/* Translators: for example "signal 9 (Killed)". */
		[UH_SIGNALED] =
			N_("{path} was killed by signal {signal} ({signal_name})"),
		/* Translators: Timeout is a setting, and stays. */
		[UH_TIMED_OUT] = N_("{path} timed out after {seconds} s (Timeout)"),
	};

	if (process_succeeded(&event->ending))
		line_add_sentence(line, _("{path} was not run"), event);
	else
		line_add_sentence(line, gettext(endings[event->ending.end]), event);
	if (event->start_fault != UH_START_UNKNOWN) {
		line_add(line, ": ", strlen(": "));
		line_add_start_fault(line, event);
	}
}

/* dpkg-query was not started, or it failed. */
static void line_add_query(struct line *line, const struct uh_event *event)
{
	struct uh_event query = *event;

	query.path = "dpkg-query";
	if (event->error < 0)
		line_add_sentence(line, "{path}: {error}", &query);
	else
		line_add_ending(line, &query);
}

/* Of the user or group who can change a file; NULL if it has none. */
static const char *name_of_other(const struct uh_event *event)
{
	const struct passwd *user;
	const struct group *group;

	if (event->unsafe == UH_UNSAFE_OWNER) {
		user = getpwuid(event->id);
		return user != NULL ? user->pw_name : NULL;
	}
	group = getgrgid(event->id);
	return group != NULL ? group->gr_name : NULL;
}

static void line_add_other(struct line *line, const struct uh_event *event)
{
	const char *name = name_of_other(event);

	line_add_name(line, name != NULL ? name : "?");
}

static void line_add_id(struct line *line, const struct uh_event *event)
{
	line_add_number(line, event->id);
}

static void line_add_variable(struct line *line, const struct uh_event *event)
{
	line_add(line, event->variable, strcspn(event->variable, "="));
}

static void line_add_unsafe(struct line *line, const struct uh_event *event)
{
	/* Without and with a name. */
	static const char *const who[][2] = {
		[UH_UNSAFE_OWNER] =
			{N_("{path} is owned by user {id}, which has no name"),
				N_("{path} is owned by user {user} ({id})")},
		[UH_UNSAFE_GROUP] =
			{N_("{path} is writable by group {id}, which has no name"),
				N_("{path} is writable by group {group} ({id})")},
		[UH_UNSAFE_WORLD] = {N_("{path} is writable by everyone"),
			N_("{path} is writable by everyone")},
	};
	struct uh_event part = *event;
	bool has_name = event->unsafe != UH_UNSAFE_WORLD && name_of_other(event) != NULL;

	if (event->detail != NULL)
		part.path = event->detail;
	line_add_sentence(line, gettext(who[event->unsafe][has_name]), &part);
}

static void line_add_variable_fault(struct line *line, const struct uh_event *event)
{
	/* Translators: all these follow "... is not run: ". */
	const char *text =
		N_("its variable {variable} contains {directory}, which cannot be "
		   "examined: {error}");

	if (event->error == -EPERM)
		text = N_(
			"others can change what its variable {variable} names: {unsafe}");
	else if (event->error == -EINVAL)
		text = N_("its variable {variable} contains \"{directory}\", which is "
			  "not an "
			  "absolute path");
	line_add_sentence(line, gettext(text), event);
}

static void line_add_key(struct line *line, const struct uh_event *event)
{
	line_add_name(line, event->setting != NULL ? event->setting->key : NULL);
}

static void line_add_setting_value(struct line *line, const struct uh_event *event)
{
	line_add_name(line, event->setting != NULL ? event->setting->value : NULL);
}

/* As it would be in apt.conf: NAME "VALUE"; with an unknown name, its whole key. */
static void line_add_faulty_setting(struct line *line, const struct uh_event *event)
{
	const struct setting *setting = event->setting;

	line_add_name(line, setting->type != NULL ? setting->type->name : setting->key);
	line_add(line, " \"", 2);
	line_add_name(line, setting->value);
	line_add(line, "\"", 1);
}

static void line_add_line(struct line *line, const struct uh_event *event)
{
	line_add_number(line, event->line);
}

static enum setting_fault setting_fault_of(const struct uh_event *event)
{
	static const struct {
		enum uh_event_kind kind;
		enum setting_fault fault;
	} faults[] = {
		{UH_SETTING_OUT_OF_PLACE, SETTING_IS_OUT_OF_PLACE},
		{UH_SETTING_UNKNOWN, SETTING_IS_UNKNOWN},
		{UH_SETTING_UNUSABLE, SETTING_IS_UNUSABLE},
		{UH_SETTING_WITHOUT_USER, SETTING_HAS_NO_USER},
		{UH_SETTING_NO_SCRIPT, SETTING_HAS_NO_SCRIPT},
		{UH_SETTING_MASKED, SETTING_IS_MASKED},
	};
	size_t i = 0;

	if (event->kind == UH_GUARD_UNUSABLE)
		return event->setting->type != NULL ? SETTING_IS_UNUSABLE
						    : SETTING_IS_UNKNOWN;
	while (faults[i].kind != event->kind)
		i++;
	return faults[i].fault;
}

/* Where it is, as in apt.conf or on apt's command line, and what is wrong with it. */
static void line_add_setting(struct line *line, const struct uh_event *event)
{
	const char *setting = "{key} \"{value}\": ";
	owns_buffer struct buffer text = {0};

	if (event->setting == NULL)
		return;
	if (event->is_option)
		setting = "-o {key}={value}: ";
	else if (event->path != NULL && event->line > 0)
		setting = "{path}:{line}: {key} \"{value}\": ";
	else if (event->path != NULL)
		setting = "{path}: {key} \"{value}\": ";
	line_add_sentence(line, setting, event);
	setting_text_add(&text, event->setting, setting_fault_of(event), event->near);
	buffer_append(&text, (struct slice){"", 1});
	if (text.error == 0)
		line_add_name(line, text.data);
}

static void line_add_count(struct line *line, const struct uh_event *event)
{
	line_add_number(line, event->count);
}

static void line_add_first(struct line *line, const struct uh_event *event)
{
	line_add_number(line, event->first);
}

static void line_add_total(struct line *line, const struct uh_event *event)
{
	line_add_number(line, event->total);
}

static void line_add_command(struct line *line, const struct uh_event *event)
{
	line_add_name(line, event->value);
}

/* For translation, as N_(). */
#define WARNING(text)                                                                    \
	{                                                                                \
		'W', text                                                                \
	}
#define ERROR(text)                                                                      \
	{                                                                                \
		'E', text                                                                \
	}

/* What happened, and what that means now. */
static const struct {
	char severity;
	const char *text;
} sentences[] = {
	[UH_SCRIPT_ENDED] = {'W', "{ending}"},
	[UH_SCRIPT_NOT_STARTED] = WARNING("{path} could not be started: {start_fault}"),
	[UH_SCRIPT_NOT_EXECUTABLE] = WARNING("{path} is not executable; it is not run"),
	[UH_SCRIPT_NOT_A_FILE] = WARNING("{path} is not a regular file; it is not run"),
	[UH_SCRIPT_DANGLING] =
		WARNING("{path} is a dangling symlink; it is not run: {error}"),
	[UH_SCRIPT_WITH_UNSAFE_VARIABLE] = ERROR("{path} is not run: {variable_fault}"),
	[UH_SCRIPT_OPEN_TO_OTHERS] = ERROR("{path} is not run: {unsafe}"),
	[UH_SCRIPT_WITHOUT_LIST] = WARNING("{path} is not run because its list of "
					   "packages was not written: {error}"),
	[UH_SCRIPT_LACKS_PACKAGE] = WARNING("{path} is not run because it requires "
					    "{package}, which is not installed"),
	[UH_SCRIPT_WITHOUT_USER] = ERROR(
		"{path} is not run because its User does not exist: {user_setting}"),
	[UH_SCRIPT_WITHOUT_RIGHTS] = ERROR("{path} is not run because only root can run "
					   "it as its User: {user_setting}"),
	[UH_SCRIPT_WITHOUT_DIRECTORY] = WARNING("{path} is not run because its Directory "
						"cannot be used: {directory}: {error}"),
	[UH_SCRIPT_WITHOUT_SETTINGS] =
		ERROR("{path} is not run because its settings cannot be read"),
	[UH_SCRIPT_WITH_FAULTY_SETTING] =
		ERROR("{path} is not run because a setting is invalid: {faulty_setting}"),
	[UH_REQUIREMENTS_UNKNOWN] = WARNING("{path} is not run because the packages that "
					    "it requires cannot be looked up: {query}"),
	[UH_VETO] = {'E', NULL}, /* veto_text() */
	[UH_LATE_VETO] = ERROR("{cause}, so apt will report a failure (On-Failure), "
			       "although dpkg has finished"),
	[UH_HOOKS_FAILED] = {'N', NULL}, /* failed_hooks() */
	[UH_HOOKS_NOT_RUN] = {'N', NULL},
	[UH_VETO_UNKNOWN] = WARNING("{path} failed; apt continues, because it is not "
				    "known whether this should stop it (On-Failure)"),
	[UH_DIRECTORY_UNREADABLE] =
		WARNING("{path} cannot be read; scripts in it are not run: {error}"),
	[UH_WILDCARD_FAILED] = WARNING("{path}: its name cannot be matched; scripts in "
				       "it are not run: {error}"),
	[UH_STREAM_UNREADABLE] =
		WARNING("apt's package list could not be read completely: {error}"),
	[UH_STREAM_TOO_LARGE] = WARNING(
		"apt's package list is too long; hooks of the last packages are not run"),
	[UH_STREAM_TRUNCATED] = WARNING("apt's package list is truncated; hooks of the "
					"missing packages are not run"),
	[UH_STREAM_WITHOUT_NAMES] =
		WARNING("apt does not pass the names of packages (protocol version 2 or "
			"3 is needed); hooks in pkgs and multi_pkgs are not run"),
	[UH_STREAM_LINES_IGNORED] = {'W', NULL}, /* malformed_lines() */
	[UH_STATE_UNUSABLE] =
		WARNING("{path} cannot be used, so hooks get no package lists, and "
			"Post-Invoke does not know the transaction: {error}"),
	[UH_STATE_OPEN_TO_OTHERS] =
		ERROR("{path} is not used, so hooks get no package lists, and "
		      "Post-Invoke does not know the transaction: {unsafe}"),
	[UH_RECORD_NOT_WRITTEN] =
		WARNING("{path}: the transaction was not recorded; hooks in pkgs and "
			"multi_pkgs are not run at Post-Invoke: {error}"),
	[UH_FAILURE_NOT_RECORDED] =
		WARNING("{path}: the failure of a hook was not recorded, so Post-Invoke "
			"hooks may see a success: {error}"),
	[UH_RECORD_MISSING] =
		WARNING("there is no record of this transaction; hooks in pkgs and "
			"multi_pkgs are not run (is "
			"DPkg::Pre-Install-Pkgs::apt-universal-hooks switched off?)"),
	[UH_RECORD_UNREADABLE] =
		WARNING("{path}: the record of this transaction cannot be read; hooks in "
			"pkgs and multi_pkgs are not run: {error}"),
	[UH_RECORD_OF_OTHER_VERSION] = WARNING(
		"the record of this transaction was written by another version of "
		"apt-plugin-universal-hooks; hooks in pkgs and multi_pkgs are not run"),
	[UH_TABLES_MISSING] = WARNING("hooks run without APT_UNIVERSAL_HOOKS_TRANSACTION "
				      "and APT_UNIVERSAL_HOOKS_ARCHIVES: {error}"),
	[UH_DATA_MISSING] =
		WARNING("hooks run without APT_UNIVERSAL_HOOKS_DATA: {error}"),
	[UH_DATABASE_UNREADABLE] =
		WARNING("dpkg's database could not be queried, so hooks may see a wrong "
			"operation or no result: {query}"),
	[UH_SETTINGS_FILE_OPEN_TO_OTHERS] = ERROR(
		"{path} is not read, so the hooks of its package are not run: {unsafe}"),
	[UH_SETTINGS_FILE_UNUSABLE] = ERROR("{path} cannot be read, so the hooks of its "
					    "package are not run: {reason}"),
	[UH_PATHS_UNKNOWN] =
		WARNING("{path}: its list of files cannot be read; hooks with "
			"Paths do not run for these: {reason}"),
	[UH_PATHS_NOT_NOTED] =
		WARNING("{path} has more old files than can be remembered until dpkg has "
			"ended; hooks with Paths do not run for these after dpkg"),
	[UH_SETTING_OUT_OF_PLACE] = {'W', "{setting}"},
	[UH_SETTING_UNKNOWN] = {'W', "{setting}"},
	[UH_SETTING_UNUSABLE] = {'W', "{setting}"},
	[UH_GUARD_UNUSABLE] = {'E', "{setting}"},
	[UH_SETTING_WITHOUT_USER] = {'W', "{setting}"},
	[UH_SETTING_NO_SCRIPT] = {'W', "{setting}"},
	[UH_SETTING_MASKED] = {'W', "{setting}"},
	[UH_SETTINGS_INCOMPLETE] =
		WARNING("apt's settings for hooks may be incomplete: {reason}"),
	[UH_SETTINGS_OUTDATED] = WARNING(
		"apt's configuration has changed and cannot be read; hooks that were "
		"there before keep their settings, the others are not run: {reason}"),
	[UH_BRIDGE_UNUSABLE] = WARNING("apt's settings cannot be read, so hooks run with "
				       "their defaults: {reason}"),
	[UH_COMMAND_LINE_UNREADABLE] =
		WARNING("apt's command line cannot be read, so hooks see neither it nor "
			"the settings on it: {error}"),
	[UH_CLEAN_UP] = WARNING(
		"apt stopped before dpkg had finished; running the clean-up hooks now"),
	[UH_COPY_NOT_MADE] = WARNING("{path} could not be copied; if this transaction "
				     "deletes it, it will not run afterwards: {error}"),
	[UH_CLEAN_UP_LATER] = WARNING("hooks whose When is failure or always will run "
				      "when apt has ended, or in the next transaction"),
	[UH_GUARD_NOT_STARTED] =
		WARNING("nothing waits for apt to end; clean-up hooks run in the next "
			"transaction at the latest: {error}"),
	[UH_SESSIONS_UNUSABLE] =
		WARNING("{path} cannot be used, so Session-Start hooks run each time "
			"before dpkg, and Session-End hooks not at all: {error}"),
	[UH_SESSIONS_OPEN_TO_OTHERS] =
		ERROR("{path} is not used, so Session-Start hooks run each time before "
		      "dpkg, and Session-End hooks not at all: {unsafe}"),
	[UH_SESSION_STOPPED] =
		ERROR("{path} has stopped apt (On-Failure) at the start of "
		      "this session, so dpkg does not run"),
	[UH_SESSION_CLOSED_LATE] = WARNING("the Session-End hooks of an earlier session "
					   "have not run; running them now"),
	[UH_WAITER_NOT_STARTED] = WARNING(
		"nothing waits for the end of this session; \"apt-universal-hooks "
		"wait\" or the next session runs its Session-End hooks: {error}"),
	[UH_LOG_NOT_WRITTEN] =
		WARNING("{path} could not be written; results of these hooks are "
			"missing there: {error}"),
	[UH_OUTPUT_NOT_KEPT] =
		WARNING("{path}: its output is not kept (Output): {error}"),
	[UH_OUT_OF_MEMORY] = WARNING(
		"out of memory; some hooks are not run, even hooks that could stop apt"),
	[UH_INTERRUPTED] =
		WARNING("{path} was interrupted; the hooks after it are not run"),
};

/* What would have been reported of the script without a veto. */
static void line_add_cause(struct line *line, const struct uh_event *event)
{
	line_add_sentence(line, gettext(sentences[event->cause].text), event);
}

static line_add_place *find_place(struct slice name)
{
	static const struct {
		const char *name;
		line_add_place *add;
	} places[] = {
		{"path", line_add_path},
		{"error", line_add_error},
		{"start_fault", line_add_start_fault},
		{"interpreter", line_add_interpreter},
		{"package", line_add_detail},
		{"user_setting", line_add_detail},
		{"faulty_setting", line_add_faulty_setting},
		{"directory", line_add_detail},
		{"reason", line_add_detail},
		{"status", line_add_value},
		{"signal", line_add_value},
		{"seconds", line_add_value},
		{"signal_name", line_add_signal_name},
		{"ending", line_add_ending},
		{"query", line_add_query},
		{"user", line_add_other},
		{"group", line_add_other},
		{"id", line_add_id},
		{"unsafe", line_add_unsafe},
		{"variable", line_add_variable},
		{"variable_fault", line_add_variable_fault},
		{"key", line_add_key},
		{"value", line_add_setting_value},
		{"setting", line_add_setting},
		{"count", line_add_count},
		{"first", line_add_first},
		{"line", line_add_line},
		{"total", line_add_total},
		{"cause", line_add_cause},
		{"command", line_add_command},
	};

	for (size_t i = 0; i < COUNT_OF(places); i++)
		if (slice_equals(name, places[i].name))
			return places[i].add;
	return NULL;
}

static const char *malformed_lines(const struct uh_event *event)
{
	if (event->first == 0)
		return ngettext("apt's package list has {count} malformed line; hooks of "
				"its package are not run",
			"apt's package list has {count} malformed lines; hooks of those "
			"packages are not run",
			event->count);
	return ngettext("apt's package list has {count} malformed line, line {first}; "
			"hooks of its package are not run",
		"apt's package list has {count} malformed lines, the first is line "
		"{first}; hooks of those packages are not run",
		event->count);
}

/* In many languages, the verb or the noun follows {count}. */
static const char *failed_hooks(const struct uh_event *event)
{
	if (event->kind == UH_HOOKS_NOT_RUN)
		return ngettext("{count} of {total} hooks cannot run; see "
				"apt-universal-hooks check",
			"{count} of {total} hooks cannot run; see apt-universal-hooks "
			"check",
			event->count);
	if (event->is_for_check)
		return ngettext(
			"{count} of {total} hooks failed; see apt-universal-hooks "
			"check, and apt-universal-hooks log --last",
			"{count} of {total} hooks failed; see apt-universal-hooks check, "
			"and apt-universal-hooks log --last",
			event->count);
	return ngettext(
		"{count} of {total} hooks failed; see apt-universal-hooks log --last",
		"{count} of {total} hooks failed; see apt-universal-hooks log --last",
		event->count);
}

/* Those above that say what happens to apt, where it is dpkg that was called. */
static const char *const sentences_of_dpkg[COUNT_OF(sentences)] = {
	[UH_COMMAND_LINE_UNREADABLE] =
		N_("dpkg's command line cannot be read, so hooks do not see it: {error}"),
	[UH_CLEAN_UP] = N_("dpkg did not finish; running the clean-up hooks now"),
	/* NOLINTNEXTLINE(bugprone-suspicious-missing-comma) two lines of one sentence */
	[UH_CLEAN_UP_LATER] = N_("hooks whose When is failure or always will run when "
				 "dpkg has ended, or in the next transaction"),
	[UH_GUARD_NOT_STARTED] =
		N_("nothing waits for dpkg to end; clean-up hooks run in the next "
		   "transaction at the latest: {error}"),
	[UH_SESSION_STOPPED] =
		N_("{path} has stopped dpkg (On-Failure) at the start of this session"),
	[UH_OUT_OF_MEMORY] = N_("out of memory; some hooks are not run, even hooks that "
				"could stop dpkg"),
};

/* The command is for all that failed, lest another of them stops apt next time. */
static const char *veto_text(const struct uh_event *event)
{
	if (event->is_of_dpkg)
		/* Translators: {cause} is a sentence, {command} is for copying. */
		return ngettext(
			"{cause}, so dpkg stops (On-Failure). To go on without it: "
			"{command}",
			"{cause}, so dpkg stops (On-Failure). To go on without the hooks "
			"that failed: {command}",
			event->count > 1 ? event->count : 1);
	/* Translators: {cause} is a sentence, {command} is for copying. */
	return ngettext(
		"{cause}, so apt stops (On-Failure). To go on without it: {command}",
		"{cause}, so apt stops (On-Failure). To go on without the hooks that "
		"failed: {command}",
		event->count > 1 ? event->count : 1);
}

static void line_add_message(struct line *line, const struct uh_event *event)
{
	const char prefix[] = {sentences[event->kind].severity, ':', ' '};
	const char *other = event->is_of_dpkg ? sentences_of_dpkg[event->kind] : NULL;
	const char *text = other != NULL ? other : sentences[event->kind].text;

	line_add(line, prefix, sizeof(prefix));
	if (event->kind == UH_STREAM_LINES_IGNORED)
		line_add_sentence(line, malformed_lines(event), event);
	else if (event->kind == UH_VETO)
		line_add_sentence(line, veto_text(event), event);
	else if (text == NULL)
		line_add_sentence(line, failed_hooks(event), event);
	else
		line_add_sentence(line, gettext(text), event);
}

void report_event(const struct uh_event *event, void *context)
{
	struct line line = {.size = 0};
	struct language language;

	(void)context;
	if (event->kind == UH_SCRIPT_STARTS || event->kind == UH_SCRIPT_SKIPPED ||
		(event->kind == UH_SCRIPT_ENDED && !process_failed(&event->ending)) ||
		event->has_veto)
		return;
	if (event->kind == UH_SCRIPT_TAKES_LONG) {
		report_running(event);
		return;
	}
	language_begin(&language);
	line_add_message(&line, event);
	language_end(&language);
	line.text[line.size++] = '\n';
	/* If it fails, there is nobody left to tell. */
	(void)write_all(STDERR_FILENO, (struct slice){line.text, line.size});
}
