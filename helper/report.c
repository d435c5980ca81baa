/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"
#include "printable.h"

#include <assert.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Room for two paths of PATH_MAX bytes, or for one of which every byte became \ooo. */
#define LINE_SIZE (4 * 4096 + 1024)

struct line {
	char text[LINE_SIZE];
	size_t size;
};

/* What does not fit is left out; the last byte is for the line end. */
static void add(struct line *line, const char *bytes, size_t size)
{
	size_t room = sizeof(line->text) - 1 - line->size;

	if (size > room)
		size = room;
	memcpy(line->text + line->size, bytes, size);
	line->size += size;
}

static void add_format(struct line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add_format(struct line *line, const char *format, ...)
{
	char text[512];
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (size > 0)
		add(line, text,
			(size_t)size < sizeof(text) ? (size_t)size : sizeof(text) - 1);
}

/* A file may be called anything, but not turn the terminal's colours or forge a line. */
static void add_name(struct line *line, const char *name)
{
	assert(name != NULL);
	while (*name != '\0') {
		size_t size = printable_size(name);

		if (size == 0)
			add_format(line, "\\%03o", (unsigned char)*name);
		else
			add(line, name, size);
		name += size > 0 ? size : 1;
	}
}

static void add_error(struct line *line, int error)
{
	add_format(line, "%s", strerror(-error));
}

static void add_ending(struct line *line, const struct uh_ending *ending)
{
	switch (ending->end) {
	case UH_EXITED:
		add_format(line, "exited with status %d", ending->value);
		return;
	case UH_SIGNALED:
		add_format(line, "was killed by signal %d (%s)", ending->value,
			strsignal(ending->value));
		return;
	case UH_TIMED_OUT:
		add_format(line, "was ended after %d s (Timeout)", ending->value);
		return;
	}
}

static void add_unsafe(struct line *line, const struct uh_event *event)
{
	const struct passwd *user;
	const struct group *group;

	add_name(line, event->detail != NULL ? event->detail : event->path);
	switch (event->unsafe) {
	case UH_UNSAFE_OWNER:
		user = getpwuid(event->id);
		add_format(line, " belongs to the user %s (%u)",
			user != NULL ? user->pw_name : "without a name", event->id);
		return;
	case UH_UNSAFE_GROUP:
		group = getgrgid(event->id);
		add_format(line, " can be written by the group %s (%u)",
			group != NULL ? group->gr_name : "without a name", event->id);
		return;
	case UH_UNSAFE_WORLD:
		add_format(line, " can be written by everybody");
		return;
	}
}

static bool is_good_end(const struct uh_event *event)
{
	return event->ending.end == UH_EXITED && event->ending.value == 0;
}

/* What follows the words. */
enum tail {
	TAIL_NONE,
	TAIL_ERROR,
	TAIL_ENDING,
	TAIL_BREACH,
	TAIL_DATABASE,
	TAIL_LINES,
	TAIL_DETAIL,
	TAIL_DIRECTORY,
	TAIL_SETTING,
	TAIL_VETO
};

#define NO_PACKAGE_HOOKS "hooks in pkgs and multi_pkgs are not run"
#define NO_STATE                                                                         \
	"so hooks get no lists of packages and Post-Invoke knows no transaction: "

/* Behind the path, where an event has one: what is the matter, and what happens now. */
static const struct {
	const char *words;
	enum tail tail;
} sentences[] = {
	[UH_SCRIPT_ENDED] = {" ", TAIL_ENDING},
	[UH_SCRIPT_NOT_STARTED] = {" could not be started: ", TAIL_ERROR},
	[UH_SCRIPT_NOT_EXECUTABLE] = {" is not executable; it is not run", TAIL_NONE},
	[UH_SCRIPT_NOT_A_FILE] = {" is not a regular file; it is not run", TAIL_NONE},
	[UH_SCRIPT_DANGLING] = {" leads nowhere; it is not run: ", TAIL_ERROR},
	[UH_SCRIPT_OPEN_TO_OTHERS] = {" is not run: ", TAIL_BREACH},
	[UH_SCRIPT_WITHOUT_LIST] =
		{" is not run, since its list of packages was not written: ", TAIL_ERROR},
	[UH_SCRIPT_SKIPPED] = {" is skipped: ", TAIL_DETAIL},
	[UH_SCRIPT_LACKS_PACKAGE] =
		{" is not run, since it requires a package that is not installed: ",
			TAIL_DETAIL},
	[UH_SCRIPT_WITHOUT_USER] =
		{" is not run, since it is to run as a user that does not exist: ",
			TAIL_DETAIL},
	[UH_SCRIPT_WITHOUT_RIGHTS] = {" is not run, since only root can run it as ",
		TAIL_DETAIL},
	[UH_SCRIPT_WITHOUT_DIRECTORY] = {" is not run, since it is to run in ",
		TAIL_DIRECTORY},
	[UH_REQUIREMENTS_UNKNOWN] =
		{" is not run, since the packages that it requires cannot be looked up: "
		 "dpkg-query",
			TAIL_DATABASE},
	[UH_VETO] = {" ", TAIL_VETO},
	[UH_LATE_VETO] = {" ", TAIL_VETO},
	[UH_VETO_UNKNOWN] = {" failed, and whether that should stop apt (On-Failure) is "
			     "not known; apt goes on",
		TAIL_NONE},
	[UH_DIRECTORY_UNREADABLE] = {" cannot be read; scripts in it are not run: ",
		TAIL_ERROR},
	[UH_WILDCARD_UNMATCHED] = {" cannot be matched; scripts in it are not run: ",
		TAIL_ERROR},
	[UH_STREAM_UNREADABLE] =
		{"the packages that apt tells could not be read to their end: ",
			TAIL_ERROR},
	[UH_STREAM_TOO_LARGE] = {"apt tells more packages than can be read; hooks of the "
				 "last ones are not run",
		TAIL_NONE},
	[UH_STREAM_CUT] = {"the packages that apt tells end in the middle; hooks of "
			   "missing ones are not run",
		TAIL_NONE},
	[UH_STREAM_WITHOUT_NAMES] = {"apt does not tell the names of the packages "
				     "(protocol version 2 or 3 is "
				     "needed); " NO_PACKAGE_HOOKS,
		TAIL_NONE},
	[UH_STREAM_LINES_IGNORED] = {"what apt tells cannot all be understood; hooks of "
				     "those packages are not run: ",
		TAIL_LINES},
	[UH_STATE_UNUSABLE] = {" cannot be used, " NO_STATE, TAIL_ERROR},
	[UH_STATE_OPEN_TO_OTHERS] = {" is not used, " NO_STATE, TAIL_BREACH},
	[UH_RECORD_NOT_WRITTEN] = {": the transaction was not recorded; " NO_PACKAGE_HOOKS
				   " at Post-Invoke: ",
		TAIL_ERROR},
	[UH_FAILURE_NOT_NOTED] = {": that a hook failed was not recorded, so hooks at "
				  "Post-Invoke may be told of a success: ",
		TAIL_ERROR},
	[UH_RECORD_MISSING] =
		{"there is no record of this transaction; " NO_PACKAGE_HOOKS
		 " (is DPkg::Pre-Install-Pkgs::apt-universal-hooks switched off?)",
			TAIL_NONE},
	[UH_RECORD_UNREADABLE] =
		{": the record of this transaction cannot be read; " NO_PACKAGE_HOOKS
		 ": ",
			TAIL_ERROR},
	[UH_RECORD_OF_OTHER_VERSION] =
		{"the record of this transaction is of another version of "
		 "apt-plugin-universal-hooks; " NO_PACKAGE_HOOKS,
			TAIL_NONE},
	[UH_TRANSACTION_FILE_MISSING] =
		{"hooks run without APT_UNIVERSAL_HOOKS_TRANSACTION: ", TAIL_ERROR},
	[UH_DATABASE_UNREADABLE] =
		{"what dpkg has done, or would do, cannot be looked up: dpkg-query",
			TAIL_DATABASE},
	[UH_SETTING_UNKNOWN] = {"there is no such setting; it is ignored: ",
		TAIL_SETTING},
	[UH_SETTING_UNUSABLE] = {"a setting makes no sense; it is ignored: ",
		TAIL_SETTING},
	[UH_SETTING_WITHOUT_USER] =
		{"a setting names a user that does not exist; the hook will not run: ",
			TAIL_SETTING},
	[UH_SETTING_NO_SCRIPT] = {"a setting is for a path where no hook is: ",
		TAIL_SETTING},
	[UH_SETTING_MASKED] = {"a setting is for a hook that is masked: ", TAIL_SETTING},
	[UH_SETTINGS_DOUBTFUL] = {"apt's settings for hooks are perhaps not all known: ",
		TAIL_DETAIL},
	[UH_BRIDGE_UNUSABLE] =
		{"apt's settings cannot be read, so hooks run with their defaults: ",
			TAIL_DETAIL},
	[UH_COMMAND_LINE_UNREADABLE] =
		{"apt's command line cannot be read, so hooks do not see it, and its "
		 "options do not count for them: ",
			TAIL_ERROR},
	[UH_CLEAN_UP] = {"apt stopped before dpkg was done; hooks that clean up after "
			 "that run now",
		TAIL_NONE},
	[UH_CLEAN_UP_LATER] = {"hooks whose When is failure or always run when apt has "
			       "ended, or with the next transaction",
		TAIL_NONE},
	[UH_GUARD_NOT_STARTED] =
		{"nobody waits for apt's end; hooks that clean up after it run with the "
		 "next transaction at the latest: ",
			TAIL_ERROR},
	[UH_LOG_NOT_WRITTEN] = {" was not written: ", TAIL_ERROR},
	[UH_OUT_OF_MEMORY] =
		{"out of memory; not all hooks are run, nor can all of them stop apt",
			TAIL_NONE},
	[UH_INTERRUPTED] = {" was interrupted; the hooks after it are not run",
		TAIL_NONE},
};

/* What apt.conf and a command line of apt's could say. */
static void add_setting(struct line *line, const struct uh_event *event)
{
	add_name(line, event->key);
	add_format(line, " \"");
	add_name(line, event->value);
	add_format(line, "\"");
}

static void add_veto(struct line *line, const struct uh_event *event)
{
	if (is_good_end(event))
		add_format(line, "was not run");
	else
		add_ending(line, &event->ending);
	if (event->kind == UH_LATE_VETO) {
		add_format(line, ", so apt will say that it failed (On-Failure); "
				 "dpkg is done all the same");
		return;
	}
	add_format(line, " and so stops apt (On-Failure). To go on without it: "
			 "apt -o 'Universal-Hooks::Scripts::");
	add_name(line, event->detail);
	add_format(line, "::Enabled=false' ...");
}

static void add_tail(struct line *line, enum tail tail, const struct uh_event *event)
{
	switch (tail) {
	case TAIL_NONE:
		return;
	case TAIL_ERROR:
		add_error(line, event->error);
		return;
	case TAIL_ENDING:
		add_ending(line, &event->ending);
		return;
	case TAIL_BREACH:
		add_unsafe(line, event);
		return;
	case TAIL_DATABASE:
		add_format(line, event->error < 0 ? ": " : " ");
		add_tail(line, event->error < 0 ? TAIL_ERROR : TAIL_ENDING, event);
		return;
	case TAIL_DETAIL:
		if (event->detail != NULL)
			add_name(line, event->detail);
		else
			add_error(line, event->error);
		return;
	case TAIL_DIRECTORY:
		add_name(line, event->detail);
		add_format(line, ": ");
		add_error(line, event->error);
		return;
	case TAIL_SETTING:
		add_setting(line, event);
		return;
	case TAIL_VETO:
		add_veto(line, event);
		return;
	case TAIL_LINES:
		add_format(
			line, "%zu line%s", event->count, event->count == 1 ? "" : "s");
		if (event->first > 0)
			add_format(line, ", the first is line %zu", event->first);
		return;
	}
}

static bool is_error(const struct uh_event *event)
{
	return event->kind == UH_SCRIPT_OPEN_TO_OTHERS ||
	       event->kind == UH_STATE_OPEN_TO_OTHERS ||
	       event->kind == UH_SCRIPT_WITHOUT_USER ||
	       event->kind == UH_SCRIPT_WITHOUT_RIGHTS || event->kind == UH_VETO ||
	       event->kind == UH_LATE_VETO;
}

static bool is_good_news(const struct uh_event *event)
{
	return event->kind == UH_SCRIPT_SKIPPED ||
	       (event->kind == UH_SCRIPT_ENDED && is_good_end(event));
}

void report_event(const struct uh_event *event, void *context)
{
	struct line line = {.size = 0};

	(void)context;
	if (is_good_news(event))
		return;
	add_format(&line, "%s: ", is_error(event) ? "E" : "W");
	if (event->path != NULL)
		add_name(&line, event->path);
	add_format(&line, "%s", sentences[event->kind].words);
	add_tail(&line, sentences[event->kind].tail, event);
	line.text[line.size++] = '\n';
	if (write(STDERR_FILENO, line.text, line.size) < 0)
		return; /* there is nobody to tell */
}
