/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "model/left_out.h"
#include "output.h"

static void assert_not_planned(struct hook hook, const char *expected)
{
	owns_memory char *why = left_out_of_plan(&hook, UH_POST_INVOKE);

	ck_assert_pstr_eq(why, expected);
}

START_TEST(a_hook_without_a_part_in_the_transaction_is_explained)
{
	struct hook hook = {.hook_point = UH_POST_INVOKE,
		.reason = REASON_PACKAGE,
		.match = (char *)"libc6:i386",
		.overridden_by = (char *)"/etc/b",
		.script = {.relative = "pkgs/libc6:i386/Post-Invoke/a"}};

	assert_not_planned(
		hook, "it is for transactions with libc6:i386; add --package libc6:i386");
	hook.status = HOOK_MASKED;
	assert_not_planned(hook, "it is masked; to undo that: apt-universal-hooks enable "
				 "pkgs/libc6:i386/Post-Invoke/a");
	hook.status = HOOK_IS_MASK;
	assert_not_planned(hook, "it is masked; to undo that: apt-universal-hooks enable "
				 "pkgs/libc6:i386/Post-Invoke/a");
	hook.status = HOOK_OVERRIDDEN;
	assert_not_planned(hook, "/etc/b overrides it");
	hook.hook_point = UH_PRE_INSTALL_PKGS;
	assert_not_planned(
		hook, "it is a hook of Pre-Install-Pkgs; use run Pre-Install-Pkgs");
	hook = (struct hook){.hook_point = UH_POST_INVOKE,
		.reason = REASON_WILDCARD,
		.match = (char *)"lib__WILDCARD__"};
	assert_not_planned(hook, "it is for transactions with a package that matches "
				 "lib__WILDCARD__; add one with --package");
	hook.reason = REASON_ALWAYS;
	assert_not_planned(hook, NULL);
}
END_TEST

static void assert_skipped(struct planned_run run, const char *expected)
{
	owns_memory char *why = left_out_by_setting(&run, NULL);

	ck_assert_pstr_eq(why, expected);
}

START_TEST(the_option_that_overcomes_a_setting_is_named)
{
	struct planned_run run = {
		.skip = SKIP_NONE, .script = {.relative = "Post-Invoke/a"}};
	owns_memory char *why = NULL;

	assert_skipped(run, NULL);
	run.skip = SKIP_ENABLED;
	assert_skipped(run, "it is disabled; to undo that: apt-universal-hooks enable "
			    "Post-Invoke/a");
	why = left_out_by_setting(&run, "/etc/apt/apt.conf.d/20x:3");
	ck_assert_str_eq(why, "it is disabled in /etc/apt/apt.conf.d/20x:3");
	run.skip = SKIP_WHEN;
	run.settings.when = WHEN_FAILURE;
	assert_skipped(run, "its setting When is \"failure\"; add --result failed");
	run.settings.when = WHEN_PACKAGES_SUCCESS;
	assert_skipped(run, "its setting When is \"packages-success\"; add --result ok");
	run.skip = SKIP_OPERATIONS;
	run.settings.operations = 1U << OPERATION_REMOVE | 1U << OPERATION_PURGE;
	assert_skipped(run, "its setting Operations is only for remove purge; add "
			    "--operation remove");
}
END_TEST

static void assert_point(const char *word, const char *error)
{
	const struct admin admin = {.root = (char *)root()};
	owns_hook_list struct hook_list hooks;

	hook_list_read(&hooks, &admin);
	output_begin();
	ck_assert_int_eq(report_hook_for_point(&hooks, &admin, word),
		error[0] != '\0' ? STATUS_TROUBLE : -1);
	assert_output("", error);
}

START_TEST(a_hook_in_place_of_its_hook_point_is_an_error_with_both)
{
	make_script(ETC "Post-Invoke/050-hello", "");
	make_script(ETC "pkgs/a/Pre-Install-Pkgs/b", "");
	assert_point("050-hello",
		"E: 050-hello is a hook, not a hook point; did you mean "
		"run Post-Invoke --script 050-hello?\n");
	assert_point("pkgs/a/Pre-Install-Pkgs/b",
		"E: pkgs/a/Pre-Install-Pkgs/b is a hook, not a hook point; did you mean "
		"run Pre-Install-Pkgs --script pkgs/a/Pre-Install-Pkgs/b?\n");
	assert_point("post-invoke", "");
	assert_point("", "");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_hook_without_a_part_in_the_transaction_is_explained,
		the_option_that_overcomes_a_setting_is_named,
		a_hook_in_place_of_its_hook_point_is_an_error_with_both};

	return run_tests("left_out", tests, COUNT_OF(tests));
}
