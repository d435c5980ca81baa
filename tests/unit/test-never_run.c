/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/checks.h"
#include "fixture.h"
#include "output.h"

static void assert_never_run(size_t count, const char *text)
{
	const struct admin admin = {.root = (char *)root()};
	const struct terminal terminal = {.is_terminal = true, .width = 80};

	output_begin();
	ck_assert_uint_eq(check_count_never_run(&admin), count);
	check_write_never_run(&terminal, &admin);
	assert_output(text, "");
}

START_TEST(directories_with_scripts_that_never_run_are_counted)
{
	assert_never_run(0, "");
	make_script(ETC "Post-Invoke/a", "");
	make_script(ETC "pkgs/foo/Post-Invoke/a", "");
	make_script(ETC "multi_pkgs/Post-Invoke/foo__WILDCARD__/a", "");
	make_directory(ETC "Pots-Invoke");
	assert_never_run(0, "");
	make_script(ETC "Post-Invok/a", "");
	make_script(ETC "Post-Invok/b", "");
	assert_never_run(1, "1 directory holds scripts that never run; see "
			    "apt-universal-hooks check.\n");
	make_script(ETC "pkgs/Post-Invoke/x", "");
	make_script(ETC "pkgs/Post-Invoke/y", "");
	make_script(LIB "Post-Invoke/old/z", "");
	assert_never_run(3, "3 directories hold scripts that never run; see "
			    "apt-universal-hooks check.\n");
}
END_TEST

START_TEST(hook_points_without_packages_never_run_for_a_package)
{
	make_script(ETC "Session-Start/a", "");
	make_script(ETC "Session-End/a", "");
	make_script(ETC "pkgs/foo/Session-End/a", "");
	make_script(ETC "multi_pkgs/Session-End/foo__WILDCARD__/a", "");
	assert_never_run(0, "");
	make_script(ETC "pkgs/foo/Session-Start/a", "");
	make_script(ETC "multi_pkgs/Session-Start/foo__WILDCARD__/a", "");
	assert_never_run(2, "2 directories hold scripts that never run; see "
			    "apt-universal-hooks check.\n");
}
END_TEST

START_TEST(what_is_no_script_does_not_count)
{
	make_file(ETC "Post-Invok/README", 0644, "Nothing to run.\n");
	make_directory(ETC "settings.d");
	make_file(ETC "settings.d/a", 0644, "");
	assert_never_run(0, "");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {directories_with_scripts_that_never_run_are_counted,
		hook_points_without_packages_never_run_for_a_package,
		what_is_no_script_does_not_count};

	return run_tests("never_run", tests, COUNT_OF(tests));
}
