/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "model/setting_effect.h"
#include "output.h"

/* Expects the warning without its "W: ", or none. */
static void assert_effect(
	const char *path, const char *name, const char *value, const char *warning)
{
	const struct admin admin = {.root = (char *)root()};
	const struct scope scope = {(char *)path};
	const struct string_list values = {
		.items = (char *[]){(char *)value}, .count = 1};
	owns_memory char *line =
		warning != NULL ? string_format("W: %s\n", warning) : NULL;
	owns_hook_list struct hook_list hooks;

	ck_assert_int_eq(unsetenv("APT_CONFIG"), 0);
	hook_list_read(&hooks, &admin);
	output_begin();
	ck_assert_int_eq(setting_effect_check(&admin, &hooks, &scope,
				 setting_type_find(name), &values),
		warning != NULL ? STATUS_FINDINGS : STATUS_FINE);
	assert_output("", line != NULL ? line : "");
}

START_TEST(a_setting_without_effect_at_its_hook_point_is_told)
{
	assert_effect("Pre-Install-Pkgs/100-p", "When", "success",
		"Pre-Install-Pkgs/100-p: When has an effect only at Post-Invoke and "
		"Session-End");
	assert_effect("Pre-Invoke", "When", "always",
		"Pre-Invoke: When has an effect only at Post-Invoke and Session-End");
	assert_effect("pkgs/a/Pre-Install-Pkgs/b", "When", "ran",
		"pkgs/a/Pre-Install-Pkgs/b: When has an effect only at Post-Invoke and "
		"Session-End");
	assert_effect("Pre-Invoke/a", "Operations", "install",
		"Pre-Invoke/a: Operations has no effect at Pre-Invoke, where the "
		"packages are not known yet");
	assert_effect("Post-Invoke/a", "When", "success", NULL);
	assert_effect("Pre-Install-Pkgs/a", "Operations", "install", NULL);
	assert_effect("pkgs/a", "When", "success", NULL);
	assert_effect("", "When", "success", NULL);
	assert_effect("", "Operations", "install", NULL);
	assert_effect("Pre-Invoke/a", "Timeout", "5", NULL);
}
END_TEST

START_TEST(what_a_hook_needs_and_does_not_have_is_told)
{
	make_file("/etc/passwd", 0644, "nobody:x:65534:65534::/:/bin/false\n");
	make_file("/var/lib/dpkg/status", 0644,
		"Package: here\nStatus: install ok installed\nVersion: 1\n"
		"Architecture: all\n\n");
	make_directory("/etc/apt/apt.conf.d");
	assert_effect("Post-Invoke/a", "User", "nobdy",
		"Post-Invoke/a: there is no user nobdy; it is not run until there is "
		"one");
	assert_effect("Post-Invoke/a", "User", "nobody", NULL);
	assert_effect("Post-Invoke/a", "Directory", "/no",
		"Post-Invoke/a: there is no directory /no; it is not run until there is "
		"one");
	assert_effect("Post-Invoke/a", "Directory", "/etc", NULL);
	assert_effect("Post-Invoke/a", "Requires", "gone",
		"Post-Invoke/a: gone is not installed; it is not run until it is");
	assert_effect("Post-Invoke/a", "Requires", "here", NULL);
	assert_effect("Post-Invoke/a", "Requires", "here (>= 2) | gone, here",
		"Post-Invoke/a: here (>= 2) | gone is not installed; it is not run until "
		"it is");
	assert_effect("Post-Invoke/a", "Requires", "gone | here (<< 2)", NULL);
}
END_TEST

START_TEST(a_hook_that_is_not_run_cannot_stop_apt)
{
	make_file(ETC "Pre-Invoke/a", 0644, "#!/bin/sh\n");
	make_script(ETC "Pre-Invoke/b", "");
	assert_effect("Pre-Invoke/a", "On-Failure", "abort",
		"Pre-Invoke/a: it is not run, and so cannot stop apt: not executable");
	assert_effect("Pre-Invoke/a", "On-Failure", "warn", NULL);
	assert_effect("Pre-Invoke", "On-Failure", "abort", NULL);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_setting_without_effect_at_its_hook_point_is_told,
		what_a_hook_needs_and_does_not_have_is_told,
		a_hook_that_is_not_run_cannot_stop_apt};

	return run_tests("setting_effect", tests, COUNT_OF(tests));
}
