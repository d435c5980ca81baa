/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin.h"
#include "fixture.h"
#include "hook_point_word.h"
#include "output.h"

START_TEST(a_hook_point_is_named_as_apt_does)
{
	static const struct {
		const char *word;
		enum uh_hook_point hook_point;
	} cases[] = {{"Pre-Invoke", UH_PRE_INVOKE},
		{"Pre-Install-Pkgs", UH_PRE_INSTALL_PKGS},
		{"Post-Invoke", UH_POST_INVOKE}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		/* Another one, so that it has to be set. */
		enum uh_hook_point hook_point =
			cases[(i + 1) % COUNT_OF(cases)].hook_point;

		output_begin();
		ck_assert_int_eq(hook_point_read(cases[i].word, &hook_point), -1);
		assert_output("", "");
		ck_assert_int_eq(hook_point, cases[i].hook_point);
	}
}
END_TEST

static void assert_complaint(const char *word, const char *expected)
{
	enum uh_hook_point hook_point = UH_POST_INVOKE;

	output_begin();
	ck_assert_int_eq(hook_point_read(word, &hook_point), STATUS_TROUBLE);
	assert_output("", expected);
	ck_assert_int_eq(hook_point, UH_POST_INVOKE);
}

START_TEST(another_spelling_is_trouble_and_the_right_one_is_named)
{
	assert_complaint("post-invoke",
		"E: there is no hook point \"post-invoke\"; did you mean Post-Invoke?\n");
	assert_complaint("PreInvoke",
		"E: there is no hook point \"PreInvoke\"; did you mean Pre-Invoke?\n");
	assert_complaint("Pre-Install-Pkg\n",
		"E: there is no hook point \"Pre-Install-Pkg\\012\"; did you mean "
		"Pre-Install-Pkgs?\n");
}
END_TEST

START_TEST(where_none_is_near_all_are_named)
{
	assert_complaint("zsh",
		"E: there is no hook point \"zsh\": Pre-Invoke, Pre-Install-Pkgs and "
		"Post-Invoke are\n");
	assert_complaint("", "E: there is no hook point \"\": Pre-Invoke, "
			     "Pre-Install-Pkgs and Post-Invoke are\n");
}
END_TEST

START_TEST(the_nearest_is_found_without_a_word)
{
	owns_output struct output output;

	output_begin();
	ck_assert_str_eq(hook_point_nearest("PostInvoke"), "Post-Invoke");
	ck_assert_str_eq(hook_point_nearest("pre-install-packages"), "Pre-Install-Pkgs");
	ck_assert_str_eq(hook_point_nearest("Pre-Invoke"), "Pre-Invoke");
	ck_assert_ptr_null(hook_point_nearest("README"));
	ck_assert_ptr_null(hook_point_nearest(""));
	output_end(&output);
	ck_assert_str_eq(output.err.data, "");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_hook_point_is_named_as_apt_does,
		another_spelling_is_trouble_and_the_right_one_is_named,
		where_none_is_near_all_are_named, the_nearest_is_found_without_a_word};

	return run_tests("hook_point_word", tests, COUNT_OF(tests));
}
