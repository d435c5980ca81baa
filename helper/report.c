/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"
#include "printable.h"
#include "process.h"

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

/* Drops what does not fit; the last byte is for the newline. */
static void line_add(struct line *line, const char *bytes, size_t size)
{
	size_t room = sizeof(line->text) - 1 - line->size;

	if (size > room)
		size = room;
	memcpy(line->text + line->size, bytes, size);
	line->size += size;
}

__attribute__((format(printf, 2, 3))) static void line_format(
	struct line *line, const char *format, ...)
{
	char *end = line->text + line->size;
	size_t room = sizeof(line->text) - line->size;
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(end, room, format, arguments); /* cuts off what does not fit */
	va_end(arguments);
	line->size += strlen(end);
}

/* A file name must neither change the terminal's colours nor forge a line. */
static void line_add_name(struct line *line, const char *name)
{
	assert(name != NULL);
	while (*name != '\0') {
		size_t size = printable_size(name);

		if (size == 0)
			line_format(line, "\\%03o", (unsigned char)*name);
		else
			line_add(line, name, size);
		name += size > 0 ? size : 1;
	}
}

static void line_add_error(struct line *line, int error)
{
	line_format(line, "%s", strerror(-error));
}

static void line_add_ending(struct line *line, const struct uh_ending *ending)
{
	int value = ending->value;

	if (ending->end == UH_EXITED)
		line_format(line, "exited with status %d", value);
	else if (ending->end == UH_SIGNALED)
		line_format(
			line, "was killed by signal %d (%s)", value, strsignal(value));
	else
		line_format(line, "timed out after %d s (Timeout)", value);
}

static void line_add_unsafe(struct line *line, const struct uh_event *event)
{
	const struct passwd *user;
	const struct group *group;

	line_add_name(line, event->detail != NULL ? event->detail : event->path);
	if (event->unsafe == UH_UNSAFE_OWNER) {
		user = getpwuid(event->id);
		line_format(line, " belongs to the user %s (%u)",
			user != NULL ? user->pw_name : "without a name", event->id);
	} else if (event->unsafe == UH_UNSAFE_GROUP) {
		group = getgrgid(event->id);
		line_format(line, " can be written by the group %s (%u)",
			group != NULL ? group->gr_name : "without a name", event->id);
	} else {
		line_format(line, " can be written by everybody");
	}
}

/* dpkg-query was not started, or it failed. */
static void line_add_query(struct line *line, const struct uh_event *event)
{
	line_format(line, event->error < 0 ? "dpkg-query: " : "dpkg-query ");
	if (event->error < 0)
		line_add_error(line, event->error);
	else
		line_add_ending(line, &event->ending);
}

/* As in apt.conf, and on apt's command line. */
static void line_add_setting(struct line *line, const struct uh_event *event)
{
	line_add_name(line, event->key);
	line_format(line, " \"");
	line_add_name(line, event->value);
	line_format(line, "\"");
	if (event->path == NULL)
		return;
	line_format(line, " in ");
	line_add_name(line, event->path);
}

static void line_add_count(struct line *line, const struct uh_event *event)
{
	line_format(line, "%zu line%s", event->count, event->count == 1 ? "" : "s");
	if (event->first > 0)
		line_format(line, ", the first is line %zu", event->first);
}

#define NO_PACKAGE_HOOKS "hooks in pkgs and multi_pkgs are not run"
#define NO_STATE                                                                         \
	"so hooks get no lists of packages, and Post-Invoke does not know the "          \
	"transaction: "

/*
 * What happened, and what that means now. %p is the path, %d the detail (or the error),
 * %e the error, %x how the script ended, %f the same or that it was not run, %u what is
 * unsafe, %q how dpkg-query failed, %s the setting, %n the number of lines.
 */
static const char *const sentences[] = {
	[UH_SCRIPT_ENDED] = "W: %p %x",
	[UH_SCRIPT_NOT_STARTED] = "W: %p could not be started: %e",
	[UH_SCRIPT_NOT_EXECUTABLE] = "W: %p is not executable; it is not run",
	[UH_SCRIPT_NOT_A_FILE] = "W: %p is not a regular file; it is not run",
	[UH_SCRIPT_DANGLING] = "W: %p is a broken symlink; it is not run: %e",
	[UH_SCRIPT_OPEN_TO_OTHERS] = "E: %p is not run: %u",
	[UH_SCRIPT_WITHOUT_LIST] =
		"W: %p is not run, since its list of packages was not written: %e",
	[UH_SCRIPT_LACKS_PACKAGE] =
		"W: %p is not run, since it requires %d, which is not installed",
	[UH_SCRIPT_WITHOUT_USER] = "E: %p is not run, since its User does not exist: %d",
	[UH_SCRIPT_WITHOUT_RIGHTS] =
		"E: %p is not run, since only root can run it as its User: %d",
	[UH_SCRIPT_WITHOUT_DIRECTORY] =
		"W: %p is not run, since its Directory cannot be used: %d: %e",
	[UH_SCRIPT_WITHOUT_SETTINGS] =
		"E: %p is not run, since its settings cannot be read",
	[UH_REQUIREMENTS_UNKNOWN] =
		"W: %p is not run, since the packages that it requires cannot be "
		"looked up: %q",
	[UH_VETO] = "E: %p %f and so stops apt (On-Failure). To go on without it: "
		    "apt -o 'Universal-Hooks::Scripts::%d::Enabled=false' ...",
	[UH_LATE_VETO] = "E: %p %f, so apt will report a failure (On-Failure), although "
			 "dpkg has finished",
	[UH_VETO_UNKNOWN] = "W: %p failed, and whether that should stop apt (On-Failure) "
			    "is not known; apt goes on",
	[UH_DIRECTORY_UNREADABLE] = "W: %p cannot be read; scripts in it are not run: %e",
	[UH_WILDCARD_FAILED] = "W: %p cannot be matched; scripts in it are not run: %e",
	[UH_STREAM_UNREADABLE] =
		"W: apt's list of packages could not be read completely: %e",
	[UH_STREAM_TOO_LARGE] = "W: apt's list of packages is too long; hooks of the "
				"last packages are not run",
	[UH_STREAM_TRUNCATED] =
		"W: apt's list of packages is cut off; hooks of the missing "
		"packages are not run",
	[UH_STREAM_WITHOUT_NAMES] =
		"W: apt does not pass the names of packages (protocol version 2 or 3 is "
		"needed); " NO_PACKAGE_HOOKS,
	[UH_STREAM_LINES_IGNORED] = "W: apt's list of packages has malformed lines; "
				    "hooks of those packages are not run: %n",
	[UH_STATE_UNUSABLE] = "W: %p cannot be used, " NO_STATE "%e",
	[UH_STATE_OPEN_TO_OTHERS] = "E: %p is not used, " NO_STATE "%u",
	[UH_RECORD_NOT_WRITTEN] = "W: %p: the transaction was not "
				  "recorded; " NO_PACKAGE_HOOKS " at Post-Invoke: %e",
	[UH_FAILURE_NOT_RECORDED] = "W: %p: the failure of a hook was not recorded, so "
				    "hooks at Post-Invoke may be told of a success: %e",
	[UH_RECORD_MISSING] =
		"W: there is no record of this transaction; " NO_PACKAGE_HOOKS
		" (is DPkg::Pre-Install-Pkgs::apt-universal-hooks switched off?)",
	[UH_RECORD_UNREADABLE] = "W: %p: the record of this transaction cannot be "
				 "read; " NO_PACKAGE_HOOKS ": %e",
	[UH_RECORD_OF_OTHER_VERSION] =
		"W: the record of this transaction was written by another version of "
		"apt-plugin-universal-hooks; " NO_PACKAGE_HOOKS,
	[UH_TABLES_MISSING] = "W: hooks run without APT_UNIVERSAL_HOOKS_TRANSACTION and "
			      "APT_UNIVERSAL_HOOKS_ARCHIVES: %e",
	[UH_DATABASE_UNREADABLE] = "W: dpkg's database could not be queried, so hooks "
				   "may see a wrong operation or no result: %q",
	[UH_SETTINGS_FILE_OPEN_TO_OTHERS] =
		"E: %p is not read, so the hooks of its package are not run: %u",
	[UH_SETTINGS_FILE_UNUSABLE] =
		"E: %p cannot be read, so the hooks of its package are not run: %d",
	[UH_SETTING_OUT_OF_PLACE] = "W: a package may set only "
				    "Universal-Hooks::Scripts::PATH; it is ignored: "
				    "%s",
	[UH_SETTING_UNKNOWN] = "W: there is no such setting; it is ignored: %s",
	[UH_SETTING_UNUSABLE] = "W: a setting is invalid; it is ignored: %s",
	[UH_SETTING_WITHOUT_USER] = "W: a setting names a user that does not exist; the "
				    "hook will not run: %s",
	[UH_SETTING_NO_SCRIPT] =
		"W: a setting has no effect, since there is no hook at its path: %s",
	[UH_SETTING_MASKED] = "W: a setting has no effect, since its hook is masked: %s",
	[UH_SETTINGS_INCOMPLETE] = "W: apt's settings for hooks may be incomplete: %d",
	[UH_SETTINGS_OUTDATED] =
		"W: apt's configuration has changed and cannot be read; hooks that were "
		"there before keep their settings, the others are not run: %d",
	[UH_BRIDGE_UNUSABLE] =
		"W: apt's settings cannot be read, so hooks run with their defaults: %d",
	[UH_COMMAND_LINE_UNREADABLE] = "W: apt's command line cannot be read, so hooks "
				       "do not see it, nor settings given there: %e",
	[UH_CLEAN_UP] =
		"W: apt stopped before dpkg was done; hooks that clean up run now",
	[UH_COPY_NOT_MADE] = "W: %p could not be copied; if this transaction deletes it, "
			     "it will not run afterwards: %e",
	[UH_CLEAN_UP_LATER] = "W: hooks whose When is failure or always will run when "
			      "apt has ended, or with the next transaction",
	[UH_GUARD_NOT_STARTED] = "W: no process waits for apt to end; hooks that clean "
				 "up run with the next transaction at the latest: %e",
	[UH_LOG_NOT_WRITTEN] = "W: %p was not written: %e",
	[UH_OUT_OF_MEMORY] = "W: out of memory; not all hooks are run, even those that "
			     "could stop apt",
	[UH_INTERRUPTED] = "W: %p was interrupted; the hooks after it are not run",
};

static void line_add_field(struct line *line, char field, const struct uh_event *event)
{
	switch (field) {
	case 'p':
		if (event->path != NULL)
			line_add_name(line, event->path);
		return;
	case 'd':
		if (event->detail != NULL)
			line_add_name(line, event->detail);
		else
			line_add_error(line, event->error);
		return;
	case 'e':
		line_add_error(line, event->error);
		return;
	case 'f':
		if (process_succeeded(&event->ending))
			line_format(line, "was not run");
		else
			line_add_ending(line, &event->ending);
		return;
	case 'x':
		line_add_ending(line, &event->ending);
		return;
	case 'u':
		line_add_unsafe(line, event);
		return;
	case 'q':
		line_add_query(line, event);
		return;
	case 's':
		line_add_setting(line, event);
		return;
	case 'n':
		line_add_count(line, event);
		return;
	}
}

void report_event(const struct uh_event *event, void *context)
{
	struct line line = {.size = 0};
	const char *rest = sentences[event->kind];

	(void)context;
	if (event->kind == UH_SCRIPT_STARTS || event->kind == UH_SCRIPT_SKIPPED ||
		(event->kind == UH_SCRIPT_ENDED && process_succeeded(&event->ending)))
		return;
	while (*rest != '\0') {
		size_t size = strcspn(rest, "%");

		line_add(&line, rest, size);
		rest += size;
		if (*rest == '%') {
			line_add_field(&line, rest[1], event);
			rest += 2;
		}
	}
	line.text[line.size++] = '\n';
	if (write(STDERR_FILENO, line.text, line.size) < 0)
		return; /* there is nobody left to tell */
}
