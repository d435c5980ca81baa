/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin.h"
#include "fixture.h"
#include "output.h"
#include "ui/spelling.h"

static void assert_meant(const char *word, const char *expected)
{
	enum uh_hook_point hook_point;
	bool is_certain;
	bool is_meant = hook_point_meant(word, &hook_point, &is_certain);
	const char *found = is_meant ? uh_hook_point_name(hook_point) : "none";

	ck_assert_msg(strcmp(found, expected) == 0, "%s: %s", word, found);
}

START_TEST(misspelt_hook_points_are_recognised)
{
	static const char *const post[] = {"Post-Invoke", "post-invoke", "PostInvoke",
		"Post_Invoke", "POST-INVOKE", "post invoke", "Post-Invok", "Post-Involve",
		"Pots-Invoke", "p_o_s_t_i_n_v_o_k_e", "050-post..invoke"};
	static const char *const packages[] = {"Pre-Install-Pkgs", "pre-install-pkgs",
		"PreInstallPkgs", "Pre-Install-Packages", "Pre_Install_Pkg",
		"pre-install-package"};

	for (size_t i = 0; i < COUNT_OF(post); i++)
		assert_meant(post[i], "Post-Invoke");
	for (size_t i = 0; i < COUNT_OF(packages); i++)
		assert_meant(packages[i], "Pre-Install-Pkgs");
	assert_meant("pre-invoke", "Pre-Invoke");
	assert_meant("Pre.Invoke", "Pre-Invoke");
}
END_TEST

START_TEST(other_words_are_not)
{
	static const char *const words[] = {"pkgs", "multi_pkgs", "lib", "", "-", "perl",
		"post", "invoke", "nginx", "__WILDCARD__", "2024", "archive"};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		assert_meant(words[i], "none");
}
END_TEST

START_TEST(a_leftover_is_traced_to_its_original)
{
	static const struct {
		const char *name;
		const char *meant;
	} table[] = {{"a~", "a"}, {"a.bak", "a"}, {"a.disabled", "a"}, {"a.save", "a"},
		{"a.orig", "a"}, {"a.dpkg-old", "a"}, {"a.dpkg-dist", "a"},
		{"a.ucf-old", "a"}, {"a.distUpgrade", "a"}, {".a.swp", "a"}, {"#a#", "a"},
		{".a", "a"}, {"a.bak~", "a"}, {"050-a.sh.orig", "050-a.sh"}, {"~", NULL},
		{".bak", "bak"}, {"a.sh,v", "a.sh"}, {"a.pacsave.1", "a"},
		{"a.rpmnew", "a"}, {"a.rhn-cfg-tmp-x", "a"}, {"a.old.rej", "a"},
		{"...", NULL}};

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		owns_memory char *meant = leftover_meant(table[i].name);

		if (table[i].meant == NULL)
			ck_assert_msg(meant == NULL, "%s: %s", table[i].name, meant);
		else
			ck_assert_str_eq(meant, table[i].meant);
	}
}
END_TEST

START_TEST(misspelt_wildcards_are_corrected)
{
	static const struct {
		const char *name;
		const char *meant;
	} table[] = {{"php*", "php__WILDCARD__"},
		{"*-dev*", "__WILDCARD__-dev__WILDCARD__"}, {"**", "__WILDCARD__"},
		{"_WILDCARD_", "__WILDCARD__"}, {"ea-__wildcard__", "ea-__WILDCARD__"},
		{"a__WILDCARD__*", "a__WILDCARD____WILDCARD__"}, {"__WILDCARD__", NULL},
		{"a__WILDCARD__b", NULL}, {"perl", NULL}, {"wildcard", NULL},
		{"a_b", NULL}};

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		owns_memory char *meant = wildcard_meant(table[i].name);

		if (table[i].meant == NULL)
			ck_assert_msg(meant == NULL, "%s: %s", table[i].name, meant);
		else
			ck_assert_str_eq(meant, table[i].meant);
	}
}
END_TEST

START_TEST(hook_point_read_accepts_the_exact_names)
{
	static const struct {
		const char *word;
		enum uh_hook_point hook_point;
	} cases[] = {{"Pre-Invoke", UH_PRE_INVOKE},
		{"Pre-Install-Pkgs", UH_PRE_INSTALL_PKGS},
		{"Post-Invoke", UH_POST_INVOKE}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		/* Not the expected one, so that it must be set. */
		enum uh_hook_point hook_point =
			cases[(i + 1) % COUNT_OF(cases)].hook_point;

		output_begin();
		ck_assert_int_eq(hook_point_read(cases[i].word, &hook_point), -1);
		assert_output("", "");
		ck_assert_int_eq(hook_point, cases[i].hook_point);
	}
}
END_TEST

static void assert_message(const char *word, const char *expected)
{
	enum uh_hook_point hook_point = UH_POST_INVOKE;

	output_begin();
	ck_assert_int_eq(hook_point_read(word, &hook_point), STATUS_TROUBLE);
	assert_output("", expected);
	ck_assert_int_eq(hook_point, UH_POST_INVOKE);
}

START_TEST(a_misspelt_hook_point_is_an_error_that_suggests_the_right_one)
{
	assert_message("post-invoke",
		"E: unknown hook point \"post-invoke\"; did you mean Post-Invoke?\n");
	assert_message("PreInvoke",
		"E: unknown hook point \"PreInvoke\"; did you mean Pre-Invoke?\n");
	assert_message("Pre-Install-Pkg\n",
		"E: unknown hook point \"Pre-Install-Pkg\\012\"; "
		"did you mean Pre-Install-Pkgs?\n");
}
END_TEST

START_TEST(without_a_suggestion_all_hook_points_are_named)
{
	assert_message("zsh", "E: unknown hook point \"zsh\"; use Session-Start, "
			      "Pre-Invoke, Pre-Install-Pkgs, Post-Invoke or "
			      "Session-End\n");
	assert_message("", "E: unknown hook point \"\"; use Session-Start, Pre-Invoke, "
			   "Pre-Install-Pkgs, Post-Invoke or Session-End\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {hook_point_read_accepts_the_exact_names,
		a_misspelt_hook_point_is_an_error_that_suggests_the_right_one,
		without_a_suggestion_all_hook_points_are_named,
		misspelt_hook_points_are_recognised, other_words_are_not,
		a_leftover_is_traced_to_its_original, misspelt_wildcards_are_corrected};

	return run_tests("spelling", tests, COUNT_OF(tests));
}
