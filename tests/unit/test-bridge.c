/* SPDX-License-Identifier: BSD-2-Clause */
/* The bridge that was just built, with the libapt-pkg of this machine. */
#include "bridge.h"
#include "fixture.h"

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

static void assert_settings(const struct command_line *command_line, const char *expected)
{
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;
	int error = bridge_settings(command_line, &lines, &reason);

	ck_assert_msg(error == 0, "the bridge: %s, %s", strerror(-error),
		reason != NULL ? reason : "no reason");
	ck_assert_msg(reason == NULL, "%s", reason);
	assert_text(&lines, expected);
}

START_TEST(apts_files_are_read_and_only_our_scope_is_handed_over)
{
	const struct command_line nothing = {.pid = 0};

	configure_apt("Acquire::http::Proxy \"http://me:secret@proxy/\";\n"
		      "Universal-Hooks { Timeout \"5\"; };\n");
	make_file("/etc/apt/apt.conf.d/50hooks", 0644,
		"Universal-Hooks::Scripts::Post-Invoke/a::When \"always\";\n");
	make_file("/etc/apt/apt.conf", 0644, "Universal-Hooks::User \"nobody\";\n");
	assert_settings(&nothing, "Universal-Hooks::Timeout=5\n"
				  "Universal-Hooks::Scripts::Post-Invoke/a::When=always\n"
				  "Universal-Hooks::User=nobody\n");
}
END_TEST

START_TEST(without_settings_there_is_nothing_to_tell)
{
	const struct command_line nothing = {.pid = 0};

	configure_apt("APT::Architecture \"amd64\";\n");
	assert_settings(&nothing, "");
}
END_TEST

/* apt goes on with what it can read, and so do we. */
START_TEST(what_apt_complains_of_comes_with_the_answer)
{
	const struct command_line nothing = {.pid = 0};
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;

	configure_apt("Universal-Hooks::Timeout \"1\";\n");
	ck_assert_int_eq(rmdir(at("/etc/apt/apt.conf.d")), 0);
	ck_assert_int_eq(bridge_settings(&nothing, &lines, &reason), 0);
	ck_assert_uint_gt(lines.size, 0);
	ck_assert_ptr_nonnull(reason);
	ck_assert_ptr_nonnull(strstr(reason, "apt.conf.d"));
	ck_assert_ptr_null(strchr(reason, '\n'));
}
END_TEST

START_TEST(keys_and_values_are_encoded_and_lists_are_lists)
{
	const struct command_line nothing = {.pid = 0};

	configure_apt("Universal-Hooks::Scripts::\"Post-Invoke/a b=c%\"::Directory "
		      "\"/x y=z\xc3\xa9\";\n"
		      "Universal-Hooks::Operations { \"install\"; \"remove\"; };\n"
		      "Universal-Hooks::User \"\";\n");
	assert_settings(&nothing,
		"Universal-Hooks::Scripts::Post-Invoke/a%20b%3dc%25::Directory="
		"/x%20y%3dz%c3%a9\n"
		"Universal-Hooks::Operations::=install\n"
		"Universal-Hooks::Operations::=remove\n");
}
END_TEST

START_TEST(files_and_options_of_the_command_line_count_in_apts_order)
{
	char *files[] = {string_format("%s", at("/my.conf")), (char *)"/no/such/file"};
	char *options[] = {(char *)"Universal-Hooks::When=always",
		(char *)"Universal-Hooks::Operations::=purge",
		(char *)"Universal-Hooks::Directory=/a=b", (char *)"no-value"};
	const struct command_line command_line = {
		.files = {.items = files, .count = COUNT_OF(files)},
		.options = {.items = options, .count = COUNT_OF(options)}};

	configure_apt("Universal-Hooks::Timeout \"1\";\n"
		      "Universal-Hooks::When \"ran\";\n");
	make_file("/my.conf", 0644,
		"Universal-Hooks::Timeout \"2\";\n"
		"Universal-Hooks::When \"failure\";\n");
	assert_settings(&command_line, "Universal-Hooks::Timeout=2\n"
				       "Universal-Hooks::When=always\n"
				       "Universal-Hooks::Operations::=purge\n"
				       "Universal-Hooks::Directory=/a%3db\n");
	free(files[0]);
}
END_TEST

START_TEST(a_configuration_that_cannot_be_read_is_told)
{
	const struct command_line nothing = {.pid = 0};
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;

	configure_apt("Universal-Hooks::Timeout \"1\n");
	ck_assert_int_eq(bridge_settings(&nothing, &lines, &reason), -EIO);
	ck_assert_uint_eq(lines.size, 0);
}
END_TEST

/* apt-config -c /tmp does not end. */
START_TEST(a_file_that_apt_reads_for_ever_is_told)
{
	char *files[] = {(char *)root()};
	const struct command_line command_line = {.files = {.items = files, .count = 1}};
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;

	configure_apt("");
	ck_assert_int_eq(bridge_settings(&command_line, &lines, &reason), -EIO);
	ck_assert_uint_eq(lines.size, 0);
	ck_assert_ptr_nonnull(reason);
}
END_TEST

START_TEST(a_bridge_that_cannot_be_loaded_says_why)
{
	const struct command_line nothing = {.pid = 0};
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;
	struct rlimit before, none;
	int ends[2];

	configure_apt("Universal-Hooks::Timeout \"1\";\n");
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(close(ends[0]) | close(ends[1]), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	/* Enough for the way to the child, and for nothing that the child wants to open. */
	none = before;
	none.rlim_cur = (rlim_t)ends[1] + 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(bridge_settings(&nothing, &lines, &reason), -ELIBACC);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_uint_eq(lines.size, 0);
	ck_assert_ptr_nonnull(reason);
	ck_assert_ptr_nonnull(strstr(reason, "apt-bridge.so"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		apts_files_are_read_and_only_our_scope_is_handed_over,
		without_settings_there_is_nothing_to_tell,
		what_apt_complains_of_comes_with_the_answer,
		keys_and_values_are_encoded_and_lists_are_lists,
		files_and_options_of_the_command_line_count_in_apts_order,
		a_configuration_that_cannot_be_read_is_told,
		a_file_that_apt_reads_for_ever_is_told,
		a_bridge_that_cannot_be_loaded_says_why};

	return run_tests("bridge", tests, COUNT_OF(tests));
}
