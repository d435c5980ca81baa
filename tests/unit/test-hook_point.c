/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

START_TEST(each_hook_point_has_the_name_that_apt_gives_it)
{
	static const char *const names[] = {"Session-Start", "Pre-Invoke",
		"Pre-Install-Pkgs", "Post-Invoke", "Session-End"};

	for (int i = 0; i < (int)COUNT_OF(names); i++) {
		enum uh_hook_point parsed;

		ck_assert_str_eq(uh_hook_point_name((enum uh_hook_point)i), names[i]);
		ck_assert(uh_hook_point_parse(names[i], &parsed));
		ck_assert_int_eq(parsed, i);
	}
}
END_TEST

START_TEST(any_other_word_is_no_hook_point)
{
	static const char *const words[] = {"", "pre-invoke", "Pre-Invoke ", "Pre",
		"Pre-Invoke/", "Post-Invoke-Success", "--help"};
	enum uh_hook_point parsed = UH_POST_INVOKE;

	for (size_t i = 0; i < COUNT_OF(words); i++)
		ck_assert_msg(
			!uh_hook_point_parse(words[i], &parsed), "\"%s\"", words[i]);
	ck_assert_int_eq(parsed, UH_POST_INVOKE);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {each_hook_point_has_the_name_that_apt_gives_it,
		any_other_word_is_no_hook_point};

	return run_tests("hook_point", tests, COUNT_OF(tests));
}
