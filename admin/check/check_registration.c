/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether apt calls the helper, and as it was shipped. */
#include "check/checks.h"
#include "log_writer.h"
#include "model/log_reader.h"
#include "system/dpkg_lines.h"
#include "system/registration.h"
#include "ui/message.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RESERVATION_SIZE_MAX ((size_t)1 << 16)

/*
 * Installs our own copy, since dpkg could restore it only from an archive, which may not
 * be there. apt ignores the backup, whose name ends with "~".
 */
static void fix_registration(
	struct buffer *command, const struct check *check, const char *file)
{
	owns_memory char *copy = xformat(
		"%s" UH_SHIPPED_CONF_DIR "%s", check->admin->root, strrchr(file, '/'));

	/* Another command renames a file to it that apt does not read. */
	for (size_t i = 0; i < check->moved_to.count; i++)
		if (strcmp(check->moved_to.items[i], file) == 0)
			return;

	fix_words(command, "install", "--backup", "-m", "644", "--", copy, file);
}

static void check_registered(struct check *check, const struct registration_entry *entry,
	const char *shipped_file)
{
	owns_buffer struct buffer command = {0};
	const char *file = entry->file != NULL ? entry->file : shipped_file;

	/* An entry in another file would still override the installed copy. */
	if (strcmp(file, shipped_file) == 0)
		fix_registration(&command, check, shipped_file);
	switch (entry->registered) {
	case REGISTERED_AS_SHIPPED:
		return;
	case REGISTERED_EDITED:
		check_find_at(check, FINDING_REGISTRATION_EDITED, file, entry->line,
			&command, _("%s differs from the shipped value: \"%s\""),
			entry->key, entry->value);
		return;
	case REGISTERED_NOT:
		if (entry->file != NULL && entry->is_call)
			check_find_at(check, FINDING_REGISTRATION_MISSING, file,
				entry->line, NULL,
				_("this line clears %s; no hooks run at %s; remove it"),
				entry->key, uh_hook_point_name(entry->hook_point));
		else if (entry->file != NULL)
			check_find_at(check, FINDING_REGISTRATION_MISSING, file,
				entry->line, NULL,
				_("this line clears %s; hooks do not know the packages; "
				  "remove it"),
				entry->key);
		else if (entry->is_call)
			check_find(check, FINDING_REGISTRATION_MISSING, file, &command,
				_("%s is missing; no hooks run at %s"), entry->key,
				uh_hook_point_name(entry->hook_point));
		else
			check_find(check, FINDING_REGISTRATION_MISSING, file, &command,
				_("%s is missing; hooks do not know the packages"),
				entry->key);
		return;
	}
}

static bool is_all_missing(const struct registration *registration)
{
	for (size_t i = 0; i < registration->count; i++)
		if (registration->entries[i].registered != REGISTERED_NOT)
			return false;
	return true;
}

/* Whether the file has the line as it was shipped. */
static bool has_reservation(const struct check *check, const char *file)
{
	owns_buffer struct buffer text = {0};
	struct slice rest;

	if (check_read(check, file, RESERVATION_SIZE_MAX, &text) < 0)
		return false;
	for (rest = buffer_slice(&text); rest.size > 0;)
		if (slice_equals(slice_cut(&rest, '\n'), RESERVATION))
			return true;
	return false;
}

/* Only the last transaction counts: the configuration may have changed since others. */
static void check_last_transaction(struct check *check, struct log *log)
{
	owns_log_copy struct log_copy last = {.texts = NULL};
	owns_memory char *file = xformat("%s" LOG_FILE, check->admin->root);

	/* It belongs to no hook in particular. */
	if (check->limits.count > 0 || !log_find_last(log, false, &last) ||
		last.transaction.not_reached == NULL)
		return;
	check_find(check, FINDING_POST_INVOKE_NOT_REACHED, file, NULL,
		_("apt did not reach Post-Invoke in the last transaction, so its hooks "
		  "were skipped; apt was killed, or another command at Post-Invoke "
		  "failed"));
}

/* Whether the script has been changed since, as by somebody who has fixed it. */
static bool has_changed_since(const struct hook *hook,
	const struct log_transaction *transaction, const struct timespec *written)
{
	struct stat status;
	struct tm end = {.tm_sec = 0};
	long offset;

	if (stat(hook->script.path, &status) < 0)
		return false;
	if (status.st_ctim.tv_sec > written->tv_sec ||
		(status.st_ctim.tv_sec == written->tv_sec &&
			status.st_ctim.tv_nsec > written->tv_nsec))
		return true;
	if (strptime(transaction->end.zoned, "%Y-%m-%dT%H:%M:%S%z", &end) == NULL)
		return false;
	offset = end.tm_gmtoff; /* timegm(3) clears it */
	return status.st_ctim.tv_sec > timegm(&end) - offset;
}

/* Why it was not run is there to see, and has been mended if no other finding says so. */
static bool is_found_directly(const struct log_run *run)
{
	static const char *const reasons[] = {
		"open-to-others", "User", "Directory", "Environment", "faulty-setting"};

	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (run->outcome == LOGGED_SKIPPED && strcmp(run->why, reasons[i]) == 0)
			return true;
	return false;
}

/* The last run of a hook counts; written: when the log was. */
static void check_last_run(struct check *check, const struct last_runs *runs,
	const struct hook *hook, const struct timespec *written)
{
	const char *path = hook->script.path + strlen(check->admin->root);
	const struct log_copy *last = last_runs_find(runs, path);
	owns_buffer struct buffer ending = {0};
	owns_memory char *text = NULL;

	if (last == NULL || !log_has_failed(&last->run) ||
		is_found_directly(&last->run) ||
		has_changed_since(hook, &last->transaction, written))
		return;
	log_add_outcome(&ending, &last->run);
	text = xbuffer_steal(&ending);
	check_find(check, FINDING_HOOK_FAILED, hook->script.path, NULL,
		_("failed when it last ran, %s: %s; see apt-universal-hooks log --script "
		  "%s"),
		last->transaction.start.local, text, hook->script.relative);
}

static bool is_last_run_checked(const struct check *check, const struct hook *hook)
{
	return hook->status == HOOK_EFFECTIVE && check_concerns(check, hook->script.path);
}

/* Reads the log once for all hooks. Returns as log_open(). */
static int read_last_runs_of(
	struct last_runs *runs, struct log *log, const struct check *check)
{
	size_t root_size = strlen(check->admin->root);
	int status = log_open(log, check->admin);

	if (status >= 0)
		return status;
	for (size_t i = 0; i < check->hooks.count; i++) {
		const struct hook *hook = &check->hooks.items[i];

		if (is_last_run_checked(check, hook))
			last_runs_add(runs, hook->script.path + root_size);
	}
	last_runs_read(runs, log);
	return log_end(log);
}

void check_log(struct check *check)
{
	owns_memory char *file = xformat("%s" LOG_FILE, check->admin->root);
	owns_log struct log log = {.has_no_log = true};
	owns_last_runs struct last_runs runs = {.count = 0};
	struct stat status;

	if (read_last_runs_of(&runs, &log, check) >= 0) {
		check->is_incomplete = true;
		return;
	}
	if (stat(file, &status) < 0)
		return;
	for (size_t i = 0; i < check->hooks.count; i++)
		if (is_last_run_checked(check, &check->hooks.items[i]))
			check_last_run(
				check, &runs, &check->hooks.items[i], &status.st_mtim);
	check_last_transaction(check, &log);
}

static void check_order(struct check *check, const struct registration *registration)
{
	owns_memory char *file = xformat("%s%s", check->admin->root, RESERVATION_FILE);
	const struct origin *before = registration->before;
	owns_buffer struct buffer command = {0};
	struct stat status;
	bool is_missing = lstat(file, &status) < 0;

	if (is_missing || !has_reservation(check, file)) {
		fix_registration(&command, check, file);
		check_find(check,
			is_missing ? FINDING_REGISTRATION_MISSING
				   : FINDING_REGISTRATION_EDITED,
			file, &command,
			_("the line that makes our hooks run first at Post-Invoke is "
			  "missing"));
	}
	if (before != NULL)
		check_find_at(check, FINDING_REGISTRATION_NOT_FIRST, before->file,
			before->line, NULL,
			_("this command comes before ours at Post-Invoke; if it fails, "
			  "no hooks run there"));
}

static void check_edited_lines(
	struct check *check, const struct dpkg_lines *lines, const char *file)
{
	for (int i = 0; i < DPKG_LINE_COUNT; i++)
		if (lines->lines[i].state == DPKG_LINE_EDITED)
			check_find_at(check, FINDING_DPKG_LINE_EDITED, file,
				lines->lines[i].number, NULL,
				_("%s is not as shipped, so a fault of the helper could "
				  "make dpkg fail; delete this line and use "
				  "\"apt-universal-hooks dpkg on\""),
				lines->lines[i].option);
}

static void fix_lines(struct buffer *command, const struct check *check)
{
	const char *root = check->admin->root;

	if (root[0] != '\0')
		fix_words(command, "apt-universal-hooks", "--root", root, "dpkg", "on");
	else
		fix_words(command, "apt-universal-hooks", "dpkg", "on");
}

/* Whether dpkg calls the helper when it runs without apt: only if somebody wants that. */
static void check_dpkg_lines(struct check *check)
{
	owns_memory char *file = xformat("%s" DPKG_LINES_FILE, check->admin->root);
	owns_memory char *helper = xformat("%s" UH_HELPER, check->admin->root);
	owns_buffer struct buffer text = {0}, command = {0};
	struct dpkg_lines lines;
	int error = dpkg_lines_read(&lines, &text, check->admin);
	const char *word = dpkg_lines_word(&lines);

	if (error < 0)
		check_report_unreadable(check, file, error);
	check_edited_lines(check, &lines, file);
	if (strcmp(word, "partly") == 0) {
		fix_lines(&command, check);
		check_find(check, FINDING_DPKG_LINES_PARTLY_ON, file, &command,
			_("only one of pre-invoke and post-invoke is in force; without "
			  "the other, hooks do not learn what dpkg has done"));
	}
	if (strcmp(word, "off") != 0 && access(helper, X_OK) < 0)
		check_find(check, FINDING_DPKG_LINES_WITHOUT_HELPER, file, NULL,
			_("dpkg runs no hooks, since %s cannot be executed"), helper);
}

void check_registration(struct check *check)
{
	owns_registration struct registration registration = {.count = 0};
	owns_memory char *file = xformat("%s%s", check->admin->root, REGISTRATION_FILE);
	owns_buffer struct buffer command = {0};
	struct stat status;

	/* It belongs to no hook in particular. */
	if (check->limits.count > 0)
		return;
	check_dpkg_lines(check);
	if (check->is_apt_unusable)
		return;
	registration_of(
		&registration, buffer_slice(&check->configuration), &check->origins);
	if (is_all_missing(&registration) && lstat(file, &status) < 0) {
		fix_registration(&command, check, file);
		check_find(check, FINDING_REGISTRATION_MISSING, file, &command,
			_("the file is missing; apt runs no hooks"));
		return;
	}
	for (size_t i = 0; i < registration.count; i++)
		check_registered(check, &registration.entries[i], file);
	check_order(check, &registration);
}
