/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "model/place.h"

static void assert_template(const char *word, const char *expected)
{
	owns_place struct place place = {.relative = NULL};
	owns_memory char *text = NULL;

	ck_assert_int_eq(place_parse(&place, word, NULL, NULL), -1);
	text = place_template(&place, "Does it.");
	ck_assert_str_eq(text, expected);
}

START_TEST(a_script_of_session_start_knows_no_packages_and_can_veto)
{
	assert_template("Session-Start/010-snapshot",
		"#!/bin/sh\n"
		"# Does it.\n"
		"#\n"
		"# When it runs: once in every session, before the first run of dpkg, as "
		"root;\n"
		"#   the packages are not known yet.\n"
		"# Variables: $APT_UNIVERSAL_HOOKS_COMMAND_LINE; "
		"apt-universal-hooks.conf(5)\n"
		"#   lists all of them.\n"
		"# If it fails, apt shows a warning and continues; to stop apt instead:\n"
		"#   apt-universal-hooks set Session-Start/010-snapshot On-Failure "
		"abort\n"
		"# Input and output are those of apt, so people see what it prints.\n"
		"set -eu\n"
		"\n"
		"echo \"$APT_UNIVERSAL_HOOKS_COMMAND_LINE\"\n");
}
END_TEST

START_TEST(a_script_of_session_end_runs_when_apt_is_gone)
{
	assert_template("pkgs/foo/Session-End/010-report",
		"#!/bin/sh\n"
		"# Does it.\n"
		"#\n"
		"# When it runs: after the last run of dpkg, as root, even if dpkg has "
		"failed,\n"
		"#   if foo is part of the session.\n"
		"# Variables: $APT_UNIVERSAL_HOOKS_PACKAGE, "
		"$APT_UNIVERSAL_HOOKS_OPERATION,\n"
		"#   $APT_UNIVERSAL_HOOKS_RESULT, $APT_UNIVERSAL_HOOKS_TRANSACTION;\n"
		"#   apt-universal-hooks.conf(5) lists all of them.\n"
		"# If it fails, apt-universal-hooks log --failed shows it.\n"
		"# What it prints is kept: apt-universal-hooks log --output shows it.\n"
		"# It can call apt: apt-get -o DPkg::Lock::Timeout=600 …\n"
		"set -eu\n"
		"\n"
		"echo \"$APT_UNIVERSAL_HOOKS_PACKAGE: "
		"$APT_UNIVERSAL_HOOKS_OPERATION\"\n");
}
END_TEST

START_TEST(the_hook_point_of_a_path_is_its_directory)
{
	enum uh_hook_point hook_point;

	ck_assert(hook_point_of_path("Session-Start/a", &hook_point));
	ck_assert_int_eq(hook_point, UH_SESSION_START);
	ck_assert(hook_point_of_path("pkgs/foo/Session-End/a", &hook_point));
	ck_assert_int_eq(hook_point, UH_SESSION_END);
	ck_assert(hook_point_of_path("multi_pkgs/Post-Invoke/a/Pre-Invoke", &hook_point));
	ck_assert_int_eq(hook_point, UH_POST_INVOKE);
	ck_assert(!hook_point_of_path("pkgs/foo", &hook_point));
	ck_assert(!hook_point_of_path("", &hook_point));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_script_of_session_start_knows_no_packages_and_can_veto,
		a_script_of_session_end_runs_when_apt_is_gone,
		the_hook_point_of_a_path_is_its_directory};

	return run_tests("place", tests, COUNT_OF(tests));
}
