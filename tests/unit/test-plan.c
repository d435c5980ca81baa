/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/cases has selection and order; here is what a case cannot express. */
#include "fixture.h"
#include "plan.h"

/* A plan with all that it needs. */
struct planned {
	struct hook_tree tree;
	struct transaction transaction;
	struct plan plan;
};

static void planned_done(struct planned *planned)
{
	plan_done(&planned->plan);
	transaction_done(&planned->transaction);
	hook_tree_done(&planned->tree);
}
#define owns_planned __attribute__((cleanup(planned_done)))

static void plan_post_invoke(struct planned *planned)
{
	ck_assert_int_eq(hook_tree_init(&planned->tree, root()), 0);
	parse_packages(&planned->transaction,
		"foo - - none < 1 all none /foo.deb\n"
		"libc6 1 i386 same < 2 i386 same /libc6.deb\n"
		"libc6 1 amd64 same < 2 amd64 same /libc6.deb\n");
	ck_assert_int_eq(plan_make(&planned->plan, &planned->tree, UH_POST_INVOKE,
				 &planned->transaction),
		0);
}

/* A file of each tree, and the hook points at which it matters. */
static const struct {
	const char *path;
	mode_t mode;
	bool is_possible[3];
	bool needs_packages[3];
} trees[] = {
	{ETC "README", 0644, {false, false, false}, {false, false, false}},
	{ETC "Pre-Invoke/a", 0755, {true, false, false}, {false, false, false}},
	{LIB "Pre-Install-Pkgs/a", 0755, {false, true, false}, {false, false, false}},
	{ETC "Post-Invoke/a", 0755, {false, false, true}, {false, false, false}},
	{ETC "Post-Invoke/.a", 0755, {false, false, false}, {false, false, false}},
	{LIB "pkgs/foo/Post-Invoke/a", 0755, {false, true, true}, {false, false, true}},
	{ETC "pkgs/foo/Pre-Install-Pkgs/a", 0755, {false, true, true},
		{false, true, false}},
	{ETC "pkgs/.gitkeep", 0644, {false, false, false}, {false, false, false}},
	{ETC "multi_pkgs/Post-Invoke/f__WILDCARD__/a", 0755, {false, false, true},
		{false, false, true}},
	{LIB "multi_pkgs/Pre-Install-Pkgs/foo/a", 0755, {false, true, false},
		{false, true, false}},
	{ETC "multi_pkgs/Post-Invoke/foo/a.bak", 0755, {false, false, true},
		{false, false, false}},
	{ETC "multi_pkgs/Post-Invoke/foo/a", 0644, {false, false, true},
		{false, false, true}},
	{ETC "multi_pkgs/Post-Invoke/README", 0644, {false, false, true},
		{false, false, false}},
};

START_TEST(the_directories_tell_whether_a_plan_is_possible)
{
	for (size_t i = 0; i < COUNT_OF(trees); i++) {
		owns_memory char *place = string_format("/%zu", i);
		owns_memory char *path = string_format("%s%s", place, trees[i].path);
		struct hook_tree tree;

		make_file(path, trees[i].mode, "");
		ck_assert_int_eq(hook_tree_init(&tree, at(place)), 0);
		for (int point = 0; point < 3; point++) {
			ck_assert_msg(
				plan_is_possible(&tree, (enum uh_hook_point)point) ==
					trees[i].is_possible[point],
				"%s at hook point %d: possible", trees[i].path, point);
			ck_assert_msg(
				plan_needs_packages(&tree, (enum uh_hook_point)point) ==
					trees[i].needs_packages[point],
				"%s at hook point %d: needs packages", trees[i].path,
				point);
		}
		hook_tree_done(&tree);
	}
}
END_TEST

START_TEST(a_missing_tree_needs_nothing)
{
	struct hook_tree tree;

	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	for (int point = 0; point < 3; point++) {
		ck_assert(!plan_is_possible(&tree, (enum uh_hook_point)point));
		ck_assert(!plan_needs_packages(&tree, (enum uh_hook_point)point));
	}
	hook_tree_done(&tree);
}
END_TEST

START_TEST(scripts_of_one_wildcard_share_it)
{
	owns_planned struct planned planned;

	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__/a", "");
	make_script(LIB "multi_pkgs/Post-Invoke/__WILDCARD__/b", "");
	make_script(ETC "multi_pkgs/Post-Invoke/foo/a", "");
	plan_post_invoke(&planned);
	ck_assert_uint_eq(planned.plan.count, 3);
	ck_assert_ptr_eq(planned.plan.runs[0].wildcard, planned.plan.runs[1].wildcard);
	ck_assert_ptr_ne(planned.plan.runs[1].wildcard, planned.plan.runs[2].wildcard);
	ck_assert_str_eq(planned.plan.runs[2].directory, "foo");
}
END_TEST

START_TEST(a_package_directory_gets_the_main_entry)
{
	owns_planned struct planned planned;

	make_script(ETC "pkgs/libc6/Post-Invoke/a", "");
	make_script(ETC "pkgs/libc6:i386/Post-Invoke/a", "");
	plan_post_invoke(&planned);
	ck_assert_uint_eq(planned.plan.count, 2);
	ck_assert_str_eq(planned.plan.runs[0].package->architecture, "amd64");
	ck_assert_str_eq(planned.plan.runs[1].package->architecture, "i386");
}
END_TEST

static void assert_matched(const char *directory, const char *expected)
{
	owns_memory char *script =
		string_format("%smulti_pkgs/Post-Invoke/%s/a", ETC, directory);
	owns_planned struct planned planned;
	owns_buffer struct buffer matched = {0};

	make_script(script, "");
	plan_post_invoke(&planned);
	ck_assert_uint_eq(planned.plan.count, 1);
	ck_assert_int_eq(plan_matched_names(&planned.plan.runs[0], &planned.transaction,
				 &matched, NULL),
		0);
	assert_text(&matched, expected);
	ck_assert_int_eq(remove(at(script)), 0);
}

START_TEST(matched_names_are_unique_and_without_architecture)
{
	assert_matched("__WILDCARD__", "foo\nlibc6\n");
	assert_matched("__WILDCARD__:__WILDCARD__", "foo\nlibc6\n");
	assert_matched("libc6:__WILDCARD__", "libc6\n");
	assert_matched("__WILDCARD__:all", "foo\n");
	assert_matched("libc6:i386", "libc6\n");
}
END_TEST

START_TEST(a_name_full_of_wildcards_is_planned)
{
	owns_buffer struct buffer path = {0};
	owns_planned struct planned planned;

	buffer_append_string(&path, ETC "multi_pkgs/Post-Invoke/");
	for (int i = 0; i < 20; i++)
		buffer_append_string(&path, "__WILDCARD__");
	buffer_append(&path, (struct slice){"libc6/a", 8});
	make_script(path.data, "");
	plan_post_invoke(&planned);
	ck_assert_uint_eq(planned.plan.count, 1);
	ck_assert_int_eq(planned.plan.runs[0].script.fault, SCRIPT_IS_FINE);
}
END_TEST

START_TEST(an_unreadable_part_of_the_tree_affects_only_itself)
{
	owns_planned struct planned planned;

	make_file(ETC "pkgs", 0644, "");
	make_file(ETC "multi_pkgs", 0644, "");
	make_script(LIB "pkgs/foo/Post-Invoke/a", "");
	make_script(ETC "Post-Invoke/z", "");
	plan_post_invoke(&planned);
	ck_assert_uint_eq(planned.plan.count, 5);
	ck_assert_str_eq(planned.plan.runs[0].script.path, at(ETC "pkgs"));
	ck_assert_int_eq(planned.plan.runs[0].script.fault, DIRECTORY_IS_UNREADABLE);
	ck_assert_int_eq(planned.plan.runs[1].script.fault, DIRECTORY_IS_UNREADABLE);
	ck_assert_str_eq(
		planned.plan.runs[2].script.path, at(LIB "pkgs/foo/Post-Invoke/a"));
	ck_assert_int_eq(planned.plan.runs[3].script.fault, DIRECTORY_IS_UNREADABLE);
	ck_assert_str_eq(planned.plan.runs[4].script.path, at(ETC "Post-Invoke/z"));
	ck_assert_int_eq(planned.plan.runs[4].script.fault, SCRIPT_IS_FINE);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_directories_tell_whether_a_plan_is_possible,
		a_missing_tree_needs_nothing, scripts_of_one_wildcard_share_it,
		a_package_directory_gets_the_main_entry,
		matched_names_are_unique_and_without_architecture,
		a_name_full_of_wildcards_is_planned,
		an_unreadable_part_of_the_tree_affects_only_itself};

	return run_tests("plan", tests, COUNT_OF(tests));
}
