/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file of settings that the command makes, when one call fails (fault.h): it is as
 * before or as after the change, and the status says which.
 */
#include "fault.h"
#include "fixture.h"
#include "model/settings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOCK "/etc/apt/apt.conf.d/.99apt-universal-hooks-settings.lock"
/* The file with a setting, and with another one if that has a value. */
static void write_settings(struct buffer *text, const char *timeout)
{
	owns_own_settings struct own_settings settings = {0};

	ck_assert_ptr_nonnull(
		own_settings_add(&settings, "Post-Invoke/b", "Enabled", "false"));
	if (timeout != NULL)
		ck_assert_ptr_nonnull(
			own_settings_add(&settings, "Post-Invoke/a", "Timeout", timeout));
	settings_file_format(text, &settings);
	buffer_append(text, (struct slice){"", 1});
}

/* The command ends when it has no memory, so it is another process. */
static int change(const char *name, const char *value)
{
	const struct admin admin = {.root = (char *)root()};
	owns_own_settings struct own_settings changes = {0};
	int status;
	pid_t pid;

	ck_assert_ptr_nonnull(own_settings_add(&changes, "Post-Invoke/a", name, value));
	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);

		(void)dup2(quiet, STDERR_FILENO);
		(void)faults_arm(true);
		status = settings_file_change(&changes, &admin);
		(void)faults_arm(false);
		exit(status < 0 ? EXIT_SUCCESS : status);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "the command died: status %d", status);
	status = WEXITSTATUS(status);
	ck_assert_msg(status == 0 || status == STATUS_TROUBLE, "status %d", status);
	return status;
}

/* Whether one change was made, which shows that all were tried. */
static bool has_changed;

static void add_setting(void)
{
	owns_buffer struct buffer before = {0}, after = {0}, now = {0};
	int status;

	write_settings(&before, NULL);
	write_settings(&after, "9");
	make_file(SETTINGS_FILE, 0644, before.data);
	status = change("Timeout", "9");
	read_file(SETTINGS_FILE, &now);
	if (status == 0 || now.size + 1 != before.size)
		assert_text(&now, after.data);
	else
		assert_text(&now, before.data);
	has_changed = has_changed || status == 0;
	(void)remove(at(LOCK));
}

/* The last setting takes the file with it. */
static void remove_setting(void)
{
	owns_own_settings struct own_settings settings = {0};
	owns_buffer struct buffer before = {0};
	int status;

	ck_assert_ptr_nonnull(
		own_settings_add(&settings, "Post-Invoke/a", "Timeout", "9"));
	settings_file_format(&before, &settings);
	buffer_append(&before, (struct slice){"", 1});
	make_file(SETTINGS_FILE, 0644, before.data);
	status = change("Timeout", NULL);
	ck_assert_int_eq(status == 0, !is_there(SETTINGS_FILE));
	(void)remove(at(LOCK));
}

static void parse_settings(void)
{
	owns_own_settings struct own_settings settings = {0};
	owns_buffer struct buffer text = {0};
	size_t line = 0;
	int error;

	write_settings(&text, "9");
	(void)faults_arm(true);
	error = settings_file_parse(
		&settings, (struct slice){text.data, text.size - 1}, &line);
	(void)faults_arm(false);
	ck_assert(error == -ENOMEM || (error == 0 && settings.count == 2));
}

START_TEST(settings_are_as_before_or_as_after_the_change)
{
	make_directory("/etc/apt/apt.conf.d");
	has_changed = false;
	faults_try(MEMORY, ENOMEM, add_setting);
	faults_try(CALL, EIO, add_setting);
	faults_try(MEMORY, ENOMEM, remove_setting);
	faults_try(CALL, EIO, remove_setting);
	ck_assert(has_changed);
}
END_TEST

START_TEST(settings_are_read_whole_or_not_at_all)
{
	faults_try(MEMORY, ENOMEM, parse_settings);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {settings_are_as_before_or_as_after_the_change,
		settings_are_read_whole_or_not_at_all};

	if (!faults_start())
		return EXIT_FAILURE;
	return run_tests("errors_settings", tests, COUNT_OF(tests));
}
