/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin.h"
#include "fixture.h"
#include "model/script_name.h"
#include "output.h"

static void take(struct string_list *paths, const char *lines)
{
	struct slice rest = slice_of(lines);

	while (rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');
		owns_memory char *path = string_format("%.*s", (int)line.size, line.data);

		ck_assert_int_eq(string_list_add(paths, path), 0);
	}
}

static void assert_found(const char *lines, const char *word, const char *expected)
{
	owns_strings struct string_list paths = {0};

	take(&paths, lines);
	ck_assert_pstr_eq(script_name_find(&paths, word), expected);
}

static void assert_report(const char *lines, const char *word, const char *expected)
{
	owns_strings struct string_list paths = {0};

	take(&paths, lines);
	output_begin();
	ck_assert_int_eq(script_name_report(&paths, word, word), STATUS_TROUBLE);
	assert_output("", expected);
}

START_TEST(the_whole_path_wins)
{
	assert_found(
		"pkgs/a/Post-Invoke/x\nPost-Invoke/x", "Post-Invoke/x", "Post-Invoke/x");
	assert_found(
		"Post-Invoke/x\npkgs/a/Post-Invoke/x", "Post-Invoke/x", "Post-Invoke/x");
	assert_found("Post-Invoke/x", "Post-Invoke/y", NULL);
	assert_found("", "x", NULL);
}
END_TEST

START_TEST(the_last_components_are_enough_if_no_other_path_has_them)
{
	assert_found("Post-Invoke/210-apt\nPost-Invoke/10-apt", "210-apt",
		"Post-Invoke/210-apt");
	assert_found("Post-Invoke/210-apt\nPost-Invoke/10-apt", "10-apt",
		"Post-Invoke/10-apt");
	assert_found("pkgs/a/Post-Invoke/x\npkgs/b/Post-Invoke/x", "b/Post-Invoke/x",
		"pkgs/b/Post-Invoke/x");
	assert_found("pkgs/a/Post-Invoke/x\npkgs/b/Post-Invoke/x", "x", NULL);
	/* In both places of the tree. */
	assert_found("Post-Invoke/x\nPost-Invoke/x", "x", "Post-Invoke/x");
}
END_TEST

START_TEST(a_part_of_a_component_is_no_name)
{
	assert_found("Post-Invoke/210-apt", "apt", NULL);
	assert_found("Post-Invoke/210-apt", "Invoke/210-apt", NULL);
	assert_found("Post-Invoke/210-apt", "", NULL);
	assert_found("Post-Invoke/210-apt", "/210-apt", NULL);
	assert_found("Post-Invoke/210-apt", "Post-Invoke/", NULL);
	assert_found("Post-Invoke/210-apt", "210-APT", NULL);
}
END_TEST

START_TEST(the_paths_of_one_name_are_listed)
{
	assert_report("pkgs/b/Post-Invoke/x\npkgs/a/Post-Invoke/x\nPost-Invoke/y\n"
		      "pkgs/a/Post-Invoke/x",
		"x",
		"E: x is the name of 2 hooks; use one of their paths: "
		"pkgs/a/Post-Invoke/x, pkgs/b/Post-Invoke/x\n");
	assert_report("a/x\nb/x\nc/x\nd/x\ne/x\nf/x", "x",
		"E: x is the name of 6 hooks; use one of their paths: a/x, b/x, c/x, "
		"d/x, e/x, …\n");
}
END_TEST

START_TEST(the_nearest_are_named_whatever_is_misspelt)
{
	static const char paths[] = "Post-Invoke/210-apt\nPost-Invoke/900-mail\npkgs/"
				    "nginx/Post-Invoke/210-apd";

	assert_report(paths, "210-atp",
		"E: there is no hook 210-atp; the nearest are Post-Invoke/210-apt, "
		"pkgs/nginx/Post-Invoke/210-apd\n");
	assert_report(paths, "Post-Invoke/900-mial",
		"E: there is no hook Post-Invoke/900-mial; did you mean "
		"Post-Invoke/900-mail?\n");
	assert_report(paths, "post-invoke/900-mail",
		"E: there is no hook post-invoke/900-mail; did you mean "
		"Post-Invoke/900-mail?\n");
	/* A part of a name. */
	assert_report(paths, "mail",
		"E: there is no hook mail; did you mean Post-Invoke/900-mail?\n");
	assert_report(paths, "other",
		"E: there is no hook other: apt-universal-hooks list shows all\n");
	assert_report("", "other",
		"E: there is no hook other: apt-universal-hooks list shows all\n");
	assert_report(
		paths, "", "E: there is no hook : apt-universal-hooks list shows all\n");
}
END_TEST

START_TEST(at_most_five_are_named)
{
	assert_report("a/x1\na/x2\na/x3\na/x4\na/x5\na/x6\na/x6", "x",
		"E: there is no hook x; the nearest are a/x1, a/x2, a/x3, a/x4, a/x5, "
		"…\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_whole_path_wins,
		the_last_components_are_enough_if_no_other_path_has_them,
		a_part_of_a_component_is_no_name, the_paths_of_one_name_are_listed,
		the_nearest_are_named_whatever_is_misspelt, at_most_five_are_named};

	return run_tests("script_name", tests, COUNT_OF(tests));
}
