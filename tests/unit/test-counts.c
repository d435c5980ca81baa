/* SPDX-License-Identifier: BSD-2-Clause */
/* How many hooks there are, of what kind, and how that is said. */
#include "fixture.h"
#include "model/counts.h"

static struct counts count(enum uh_hook_point hook_point, const char *lines)
{
	const struct admin admin = {.root = (char *)root()};
	struct hook_list hooks;
	struct settings settings;
	struct counts counts;

	ck_assert_int_eq(hook_list_read(&hooks, &admin), 0);
	/* Whoever runs the test is no root, and owns the hooks. */
	for (size_t i = 0; i < hooks.count; i++)
		if (hooks.items[i].script.fault == SCRIPT_IS_OPEN_TO_OTHERS)
			hooks.items[i].script.fault = SCRIPT_IS_FINE;
	ck_assert_int_eq(settings_parse(&settings, slice_of(lines)), 0);
	ck_assert_int_eq(counts_take(&counts, &hooks, &settings, hook_point), 0);
	settings_done(&settings);
	hook_list_done(&hooks);
	return counts;
}

static void assert_said(struct counts counts, const char *expected)
{
	owns_buffer struct buffer text = {0};

	counts_add(&text, &counts);
	assert_text(&text, expected);
}

START_TEST(without_hooks_there_are_none)
{
	assert_said(count(UH_POST_INVOKE, ""), "no hooks");
	ck_assert_uint_eq(counts_able(&(struct counts){.always = 0}), 0);
}
END_TEST

START_TEST(each_kind_is_counted_at_its_hook_point)
{
	make_script(ETC "Pre-Invoke/a", "");
	make_script(ETC "Post-Invoke/a", "");
	make_script(LIB "Post-Invoke/b", "");
	make_script(LIB "pkgs/foo/Post-Invoke/a", "");
	make_script(ETC "pkgs/bar/Post-Invoke/a", "");
	make_script(ETC "pkgs/bar/Post-Invoke/b", "");
	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__/a", "");
	assert_said(count(UH_PRE_INVOKE, ""), "1 hook (1 always)");
	assert_said(count(UH_PRE_INSTALL_PKGS, ""), "no hooks");
	assert_said(count(UH_POST_INVOKE, ""),
		"6 hooks (3 by package, 1 by wildcard, 2 always)");
}
END_TEST

START_TEST(what_does_not_run_is_told)
{
	struct counts counts;

	make_file(ETC "Post-Invoke/faulty", 0644, "#!/bin/sh\n");
	make_file(ETC "Post-Invoke/both", 0644, "#!/bin/sh\n");
	make_script(ETC "Post-Invoke/disabled", "");
	make_script(ETC "Post-Invoke/over", "");
	make_script(LIB "Post-Invoke/over", "");
	make_script(LIB "Post-Invoke/masked", "");
	make_link(ETC "Post-Invoke/masked", "/dev/null");
	make_link(ETC "Post-Invoke/nothing", "/dev/null");
	counts = count(UH_POST_INVOKE,
		"Universal-Hooks::Scripts::Post-Invoke/disabled::Enabled=no\n"
		"Universal-Hooks::Scripts::Post-Invoke/both::Enabled=no\n");
	assert_said(counts, "4 hooks (4 always), 2 disabled, 1 faulty, 1 masked, "
			    "1 overridden");
	ck_assert_uint_eq(counts_hooks(&counts), 4);
	ck_assert_uint_eq(counts_able(&counts), 1);
}
END_TEST

START_TEST(masks_alone_are_no_hooks)
{
	make_script(LIB "Post-Invoke/masked", "");
	make_link(ETC "Post-Invoke/masked", "/dev/null");
	assert_said(count(UH_POST_INVOKE, ""), "no hooks, 1 masked");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {without_hooks_there_are_none,
		each_kind_is_counted_at_its_hook_point, what_does_not_run_is_told,
		masks_alone_are_no_hooks};

	return run_tests("counts", tests, COUNT_OF(tests));
}
