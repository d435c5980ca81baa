/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/cases has selection and order; here is what a case cannot express. */
#include "fixture.h"
#include "plan.h"
#include "process.h"

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
	static const enum uh_hook_point points[] = {
		UH_PRE_INVOKE, UH_PRE_INSTALL_PKGS, UH_POST_INVOKE};

	for (size_t i = 0; i < COUNT_OF(trees); i++) {
		owns_memory char *place = string_format("/%zu", i);
		owns_memory char *path = string_format("%s%s", place, trees[i].path);
		struct hook_tree tree;

		make_file(path, trees[i].mode, "");
		ck_assert_int_eq(hook_tree_init(&tree, at(place)), 0);
		for (size_t point = 0; point < COUNT_OF(points); point++) {
			ck_assert_msg(plan_is_possible(&tree, points[point]) ==
					      trees[i].is_possible[point],
				"%s at %s: possible", trees[i].path,
				uh_hook_point_name(points[point]));
			ck_assert_msg(plan_needs_packages(&tree, points[point]) ==
					      trees[i].needs_packages[point],
				"%s at %s: needs packages", trees[i].path,
				uh_hook_point_name(points[point]));
		}
		hook_tree_done(&tree);
	}
}
END_TEST

/* A process waits for Session-End, so the directory of any package is not enough. */
START_TEST(a_session_needs_directories_of_its_own)
{
	static const struct {
		const char *path;
		bool has_start;
		bool has_end;
	} sessions[] = {
		{ETC "Session-Start/a", true, false},
		{LIB "Session-End/a", false, true},
		{ETC "multi_pkgs/Session-End/f__WILDCARD__/a", false, true},
		{ETC "pkgs/foo/Session-End/a", false, true},
		{LIB "pkgs/foo/Post-Invoke/a", false, false},
		{ETC "pkgs/.foo/Session-End/a", false, false},
		{ETC "pkgs/foo", false, false},
	};

	for (size_t i = 0; i < COUNT_OF(sessions); i++) {
		owns_memory char *place = string_format("/session-%zu", i);
		owns_memory char *path = string_format("%s%s", place, sessions[i].path);
		struct hook_tree tree;

		make_file(path, 0755, "");
		ck_assert_int_eq(hook_tree_init(&tree, at(place)), 0);
		ck_assert_msg(plan_is_possible(&tree, UH_SESSION_START) ==
				      sessions[i].has_start,
			"%s: start", sessions[i].path);
		ck_assert_msg(
			plan_is_possible(&tree, UH_SESSION_END) == sessions[i].has_end,
			"%s: end", sessions[i].path);
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
	ck_assert_int_eq(planned_run_names(&planned.plan.runs[0], &planned.transaction,
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

START_TEST(a_variable_that_leads_to_code_of_others_is_a_fault_of_the_script)
{
	owns_planned struct planned planned;
	struct settings settings;
	const struct script *script;

	make_script(ETC "Post-Invoke/a", "");
	make_script(ETC "Post-Invoke/b", "");
	make_directory("/open");
	set_mode("/open", 0777);
	plan_post_invoke(&planned);
	ck_assert_int_eq(settings_parse(&settings,
				 slice_of("Universal-Hooks::Environment::=A=/open\n"
					  "Universal-Hooks::Scripts::Post-Invoke/a"
					  "::Environment::=PATH=/bin:/open/b\n"
					  "Universal-Hooks::Scripts::Post-Invoke/a"
					  "::Environment::=B=c\n")),
		0);
	plan_apply_settings(
		&planned.plan, &planned.tree, &settings, &planned.transaction);
	ck_assert_uint_eq(planned.plan.count, 2);
	script = &planned.plan.runs[0].script;
	ck_assert_int_eq(script->fault, SCRIPT_WITH_UNSAFE_VARIABLE);
	ck_assert_str_eq(script->unsafe.path, at("/open"));
	ck_assert_str_eq(script->variable, "PATH=/bin:/open/b");
	ck_assert_int_eq(planned.plan.runs[1].script.fault, SCRIPT_IS_FINE);
	settings_done(&settings);
}
END_TEST

#define OF_A "Universal-Hooks::Scripts::Post-Invoke/a::"

static void apply_settings(
	struct planned *planned, struct settings *settings, const char *lines)
{
	plan_done(&planned->plan);
	ck_assert_int_eq(settings_parse(settings, slice_of(lines)), 0);
	ck_assert_int_eq(plan_make(&planned->plan, &planned->tree, UH_POST_INVOKE,
				 &planned->transaction),
		0);
	plan_apply_settings(
		&planned->plan, &planned->tree, settings, &planned->transaction);
}

static void assert_ids(struct planned *planned, const char *lines, const char *expected)
{
	owns_buffer struct buffer text = {0};
	struct settings settings;

	apply_settings(planned, &settings, lines);
	for (size_t i = 0; i < planned->plan.count; i++) {
		const struct planned_run *run = &planned->plan.runs[i];
		owns_memory char *id = planned_run_id(run);

		buffer_append_format(&text, "%s%s%s\n", id,
			run->skip != SKIP_NONE ? ": " : "",
			run->skip != SKIP_NONE ? skip_name(run->skip) : "");
	}
	assert_text(&text, expected);
	settings_done(&settings);
}

START_TEST(per_package_makes_a_run_for_each_package_that_the_settings_leave)
{
	static const char each[] = OF_A "Per-Package=true\n";
	owns_planned struct planned planned;
	owns_memory char *lines = NULL;

	make_script(ETC "Post-Invoke/a", "");
	plan_post_invoke(&planned);
	assert_ids(&planned, "", "Post-Invoke/a\n");
	assert_ids(&planned, each, "Post-Invoke/a foo:all\nPost-Invoke/a libc6:amd64\n");
	lines = string_join(each, OF_A "Packages::=*:i386\n");
	assert_ids(&planned, lines, "Post-Invoke/a libc6:i386\n");
	free(lines);
	lines = string_join(each, OF_A "Packages::=libc6 (>> 2)\n");
	assert_ids(&planned, lines, "Post-Invoke/a: Packages\n");
	free(lines);
	lines = string_join(each, OF_A "Operations::=install\n");
	assert_ids(&planned, lines, "Post-Invoke/a foo:all\n");
	free(lines);
	lines = string_join(each, OF_A "Enabled=false\n");
	assert_ids(&planned, lines, "Post-Invoke/a: Enabled\n");
}
END_TEST

START_TEST(scripts_that_are_split_stay_between_the_others)
{
	static const char lines[] = OF_A "Per-Package=true\n"
					 "Universal-Hooks::Scripts::Post-Invoke/c::"
					 "Per-Package=true\n";
	owns_planned struct planned planned;

	make_script(ETC "pkgs/foo/Post-Invoke/0", "");
	make_script(ETC "Post-Invoke/a", "");
	make_script(ETC "Post-Invoke/b", "");
	make_script(ETC "Post-Invoke/c", "");
	make_script(ETC "Post-Invoke/d", "");
	plan_post_invoke(&planned);
	assert_ids(&planned, lines,
		"pkgs/foo/Post-Invoke/0\n"
		"Post-Invoke/a foo:all\nPost-Invoke/a libc6:amd64\n"
		"Post-Invoke/b\n"
		"Post-Invoke/c foo:all\nPost-Invoke/c libc6:amd64\n"
		"Post-Invoke/d\n");
}
END_TEST

START_TEST(a_wildcard_with_a_colon_makes_a_run_for_each_architecture)
{
	static const char each[] = "Universal-Hooks::Per-Package=true\n";
	owns_planned struct planned planned;
	owns_memory char *lines =
		string_join(each, "Universal-Hooks::Packages::=*:i386\n");

	make_script(ETC "multi_pkgs/Post-Invoke/lib__WILDCARD__:__WILDCARD__/a", "");
	plan_post_invoke(&planned);
#define RUN "multi_pkgs/Post-Invoke/lib__WILDCARD__:__WILDCARD__/a"
	assert_ids(&planned, each, RUN " libc6:amd64\n" RUN " libc6:i386\n");
	assert_ids(&planned, lines, RUN " libc6:i386\n");
}
END_TEST

START_TEST(a_package_that_is_not_in_the_transaction_gets_no_run)
{
	owns_planned struct planned planned;
	owns_transaction struct transaction other = {0};
	owns_memory struct planned_run *runs = NULL;
	size_t count = 1;

	make_script(ETC "multi_pkgs/Post-Invoke/lib__WILDCARD__6/a", "");
	plan_post_invoke(&planned);
	parse_packages(&other, "foo - - none < 1 all none /foo.deb\n");
	ck_assert_int_eq(
		planned_run_split(&planned.plan.runs[0], &other, &runs, &count), 0);
	ck_assert_uint_eq(count, 0);
}
END_TEST

/* Paths of foo, libc6:amd64 and libc6:i386. */
static void fill_table(struct path_table *table, struct transaction *transaction)
{
	static const char *const lists[] = {"/usr/foo\n", "/usr/b\n/etc/b\n", "/usr/c\n"};
	const char *glob = "*";
	const struct setting_items items = {.items = &glob, .count = 1};
	struct path_globs globs = {0};

	ck_assert_int_eq(path_table_init(table, transaction, 0), 0);
	ck_assert_int_eq(path_globs_add(&globs, &items), 0);
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		owns_buffer struct buffer text = {0};

		buffer_append_string(&text, lists[i]);
		ck_assert_int_eq(path_table_add(table, i, &globs, NULL, &text), 0);
	}
	path_globs_done(&globs);
}

static void assert_paths(struct planned *planned, const char *expected)
{
	owns_strings struct string_list paths = {0};
	owns_buffer struct buffer text = {0};

	ck_assert_int_eq(
		planned_run_paths(&planned->plan.runs[0], &planned->transaction, &paths),
		0);
	for (size_t i = 0; i < paths.count; i++)
		buffer_append_format(&text, "%s\n", paths.items[i]);
	assert_text(&text, expected);
}

START_TEST(the_paths_of_a_run_are_those_of_its_packages)
{
	owns_planned struct planned planned;
	struct settings settings;
	struct path_table table;

	make_script(ETC "Post-Invoke/a", "");
	plan_post_invoke(&planned);
	fill_table(&table, &planned.transaction);
	apply_settings(
		&planned, &settings, OF_A "Paths::=/usr/*\n" OF_A "Packages::=libc6\n");
	/* Nobody has looked yet. */
	assert_paths(&planned, "");
	plan_set_paths(&planned.plan, &table);
	assert_paths(&planned, "/usr/b\n/usr/c\n");
	planned.transaction.packages[2].outcome = OUTCOME_FAILED;
	assert_paths(&planned, "/usr/b\n/usr/c\n");
	planned.plan.runs[0].omits_failed = true;
	assert_paths(&planned, "/usr/b\n");
	settings_done(&settings);
	path_table_done(&table);
}
END_TEST

/* The names of the first run. */
static void assert_names(struct planned *planned, const char *expected)
{
	owns_buffer struct buffer names = {0};

	ck_assert_int_eq(planned_run_names(&planned->plan.runs[0], &planned->transaction,
				 &names, NULL),
		0);
	assert_text(&names, expected);
}

/* How many programs were started. */
static size_t starts;

int __real_process_run(const struct process_spec *spec, struct uh_ending *ret_ending);
int __wrap_process_run(const struct process_spec *spec, struct uh_ending *ret_ending);
int __wrap_process_run(const struct process_spec *spec, struct uh_ending *ret_ending)
{
	starts++;
	return __real_process_run(spec, ret_ending);
}

START_TEST(the_versions_that_packages_asks_about_are_one_question)
{
	owns_planned struct planned planned = {.plan = {.count = 0}};
	__attribute__((cleanup(settings_done))) struct settings settings;
	owns_buffer struct buffer lines = {0}, names = {0};

	for (int i = 0; i < 100; i++)
		buffer_append_format(
			&lines, "p%02d 9.%d all none < 10.%d all none /p\n", i, i, i);
	buffer_append(&lines, (struct slice){"", 1});
	make_script(ETC "Post-Invoke/a", "");
	make_script(ETC "Post-Invoke/b", "");
	ck_assert_int_eq(hook_tree_init(&planned.tree, root()), 0);
	parse_packages(&planned.transaction, lines.data);
	ck_assert_int_eq(plan_make(&planned.plan, &planned.tree, UH_POST_INVOKE,
				 &planned.transaction),
		0);
	ck_assert_int_eq(settings_parse(&settings,
				 slice_of(OF_A "Packages::=* (>= 10.98)\n" OF_A
					       "Packages::=!p98 (= 10.98)\n"
					       "Universal-Hooks::Packages::=* (<< 9)\n")),
		0);
	starts = 0;
	plan_apply_settings(
		&planned.plan, &planned.tree, &settings, &planned.transaction);
	ck_assert_int_eq(planned_run_names(&planned.plan.runs[0], &planned.transaction,
				 &names, NULL),
		0);
	assert_text(&names, "p99\n");
	ck_assert_int_eq(planned.plan.runs[1].skip, SKIP_PACKAGES);
	ck_assert_uint_eq(starts, 0);
}
END_TEST

START_TEST(operations_are_nothing_to_a_script_for_every_transaction)
{
	owns_planned struct planned planned;
	struct settings settings;

	make_script(ETC "Post-Invoke/a", "");
	plan_post_invoke(&planned);
	apply_settings(&planned, &settings, OF_A "Operations::=install\n");
	assert_names(&planned, "foo\nlibc6\n");
	settings_done(&settings);
	apply_settings(
		&planned, &settings, OF_A "Operations::=install\n" OF_A "Packages::=*\n");
	assert_names(&planned, "foo\n");
	settings_done(&settings);
}
END_TEST

START_TEST(packages_success_is_that_of_the_packages_in_the_settings)
{
	owns_planned struct planned planned;
	struct settings settings;

	make_script(ETC "Post-Invoke/a", "");
	plan_post_invoke(&planned);
	for (size_t i = 1; i < planned.transaction.count; i++)
		planned.transaction.packages[i].outcome = OUTCOME_FAILED;
	planned.transaction.packages[0].outcome = OUTCOME_DONE;
	apply_settings(&planned, &settings,
		OF_A "When=packages-success\n" OF_A "Packages::=foo\n");
	plan_apply_when(&planned.plan, &planned.transaction, true, RESULT_FAILED);
	ck_assert_int_eq(planned.plan.runs[0].skip, SKIP_NONE);
	settings_done(&settings);
	apply_settings(&planned, &settings,
		OF_A "When=packages-success\n" OF_A "Packages::=libc6\n");
	plan_apply_when(&planned.plan, &planned.transaction, true, RESULT_FAILED);
	ck_assert_int_eq(planned.plan.runs[0].skip, SKIP_WHEN);
	settings_done(&settings);
}
END_TEST

START_TEST(a_script_that_cannot_start_now_may_start_later)
{
	owns_planned struct planned planned;

	make_script(ETC "Post-Invoke/a", "");
	plan_post_invoke(&planned);
	ck_assert(plan_has_work(&planned.plan) && plan_may_have_work(&planned.plan));
	ck_assert(!plan_lacks_packages(&planned.plan));
	planned.plan.runs[0].script.fault = SCRIPT_CANNOT_START;
	ck_assert(!plan_has_work(&planned.plan) && plan_may_have_work(&planned.plan));
	planned.plan.runs[0].script.fault = SCRIPT_IS_DANGLING;
	ck_assert(!plan_may_have_work(&planned.plan));
	planned.plan.runs[0].skip = SKIP_WHEN;
	ck_assert(!plan_lacks_packages(&planned.plan));
	planned.plan.runs[0].skip = SKIP_PACKAGES;
	ck_assert(plan_lacks_packages(&planned.plan));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_variable_that_leads_to_code_of_others_is_a_fault_of_the_script,
		per_package_makes_a_run_for_each_package_that_the_settings_leave,
		scripts_that_are_split_stay_between_the_others,
		a_wildcard_with_a_colon_makes_a_run_for_each_architecture,
		a_package_that_is_not_in_the_transaction_gets_no_run,
		the_paths_of_a_run_are_those_of_its_packages,
		the_versions_that_packages_asks_about_are_one_question,
		operations_are_nothing_to_a_script_for_every_transaction,
		packages_success_is_that_of_the_packages_in_the_settings,
		a_script_that_cannot_start_now_may_start_later,
		the_directories_tell_whether_a_plan_is_possible,
		a_session_needs_directories_of_its_own, a_missing_tree_needs_nothing,
		scripts_of_one_wildcard_share_it, a_package_directory_gets_the_main_entry,
		matched_names_are_unique_and_without_architecture,
		a_name_full_of_wildcards_is_planned,
		an_unreadable_part_of_the_tree_affects_only_itself};

	return run_tests("plan", tests, COUNT_OF(tests));
}
