/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The modules for the settings Paths, Packages and Per-Package, in which one call fails
 * (fault.h): a path is where its package has it, and a script that may ask for it is not
 * left out in silence.
 */
#include "archive.h"
#include "dpkg_lists.h"
#include "fault.h"
#include "fixture.h"
#include "path_search.h"
#include "report.h"
#include "setting_text.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define INFO "/var/lib/dpkg/info/"
#define SCRIPTS "Universal-Hooks::Scripts::"

/* What each step works on: an upgrade of foo on two architectures, and a new package. */
static struct hook_tree tree;
static struct transaction transaction;
static struct settings settings;
static unsigned events;

static void count_event(const struct uh_event *event, void *context)
{
	(void)event;
	(void)context;
	events++;
}

static void set_up(const char *lines)
{
	owns_memory char *packages = NULL;

	ck_assert_int_eq(settings_parse(&settings, slice_of(lines)), 0);
	make_file(TEST_DATABASE, 0644, "");
	make_file("/var/lib/dpkg/diversions", 0644, "/usr/b\n/usr/b.real\nother\n");
	make_file(INFO "foo.list", 0644, "/.\n/usr\n/usr/a\n/usr/b\n/etc/c\n");
	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	packages = string_join("bar - - none < 1 amd64 none /no/bar.deb\n"
			       "foo 1 i386 same < 2 i386 same /no/foo-i386.deb\n"
			       "foo 1 amd64 same < 2 amd64 same ",
		at("/foo.deb"), "\n");
	parse_packages(&transaction, packages);
	transaction.status_file = strdup(at(TEST_DATABASE));
}

static void clean_up(void)
{
	settings_done(&settings);
	transaction_done(&transaction);
	hook_tree_done(&tree);
}

static bool is_real(const char *path)
{
	return strcmp(path, "/usr/a") == 0 || strcmp(path, "/usr/b.real") == 0 ||
	       strcmp(path, "/etc/c") == 0;
}

/* The matches of a glob, which are real; -1: out of memory. */
static int count_real(const struct path_table *table, const struct package *package)
{
	const char *glob = "*";
	const struct setting_items items = {.items = &glob, .count = 1};
	owns_strings struct string_list paths = {0};

	if (path_table_matches(table, package, &items, &paths) < 0)
		return -1;
	for (size_t i = 0; i < paths.count; i++)
		ck_assert_msg(
			events > 0 || is_real(paths.items[i]), "%s", paths.items[i]);
	return (int)paths.count;
}

static const char path_settings[] =
	SCRIPTS "Post-Invoke/a::Paths::=/usr/a\n" SCRIPTS
		"Post-Invoke/a::Packages::=foo\n" SCRIPTS
		"pkgs/foo/Post-Invoke/b::Paths::=/etc/*\n" SCRIPTS
		"pkgs/foo:amd64/Post-Invoke/c::Paths::=/usr/b.*\n";

static struct path_search search_of(void)
{
	return (struct path_search){.tree = &tree,
		.settings = &settings,
		.promised = &settings,
		.transaction = &transaction,
		.hook_points = 1U << UH_POST_INVOKE,
		.is_noted = true,
		.is_simulated = true,
		.listener = count_event};
}

static void look_before(void)
{
	struct path_search search = search_of();
	struct path_table table;
	int error, found;

	buffer_done(&transaction.noted_paths);
	events = 0;
	(void)faults_arm(true);
	error = path_search_before(&search, &table);
	(void)faults_arm(false);
	if (error == 0) {
		ck_assert_ptr_nonnull(table.items);
		found = count_real(&table, &transaction.packages[1]);
		ck_assert(events > 0 || found == 3);
		ck_assert(table.items[0].is_incomplete);
	}
	path_table_done(&table);
}

static void look_after(void)
{
	struct path_search search = search_of();
	struct path_table table;
	int error;

	buffer_done(&transaction.noted_paths);
	buffer_append_string(&transaction.noted_paths, "foo:i386 /usr/a\nfoo:i386 /x\n");
	events = 0;
	search.is_noted = false;
	(void)faults_arm(true);
	error = path_search_after(&search, &table);
	(void)faults_arm(false);
	/* Without a table, each path may match. */
	if (error == 0 && table.items != NULL) {
		ck_assert(
			events > 0 || count_real(&table, &transaction.packages[1]) == 3);
		ck_assert(
			events > 0 || count_real(&table, &transaction.packages[2]) == 4);
	}
	path_table_done(&table);
}

START_TEST(paths_are_all_found_or_one_is_told)
{
	set_up(path_settings);
	make_script(ETC "Post-Invoke/a", "");
	make_script(ETC "pkgs/foo/Post-Invoke/b", "");
	make_script(ETC "pkgs/foo:amd64/Post-Invoke/c", "");
	faults_try(MEMORY, ENOMEM, look_after);
	faults_try(MEMORY, ENOMEM, look_before);
	clean_up();
}
END_TEST

static void fill_table(struct path_table *table)
{
	struct path_globs globs = {0};

	ck_assert_int_eq(path_table_init(table, &transaction, 0), 0);
	ck_assert_int_eq(path_globs_add_all(&globs, &settings), 0);
	events = 0;
	(void)faults_arm(true);
	ck_assert_int_le(
		path_sources_add_installed(&(struct path_reading){
			.table = table, .globs = &globs, .listener = count_event}),
		0);
	(void)faults_arm(false);
	path_globs_done(&globs);
}

static void read_lists(void)
{
	struct path_table table;
	int found;

	fill_table(&table);
	found = count_real(&table, &transaction.packages[1]);
	ck_assert(found == 3 || events > 0);
	path_table_done(&table);
}

START_TEST(a_list_that_cannot_be_read_is_told)
{
	set_up(path_settings);
	faults_try(CALL, EIO, read_lists);
	clean_up();
}
END_TEST

static void read_archives(void)
{
	struct path_table table;
	struct path_globs globs = {0};
	int error;

	ck_assert_int_eq(path_table_init(&table, &transaction, 0), 0);
	ck_assert_int_eq(path_globs_add_all(&globs, &settings), 0);
	events = 0;
	(void)faults_arm(true);
	error = path_sources_add_archives(&(struct path_reading){
		.table = &table, .globs = &globs, .listener = count_event});
	(void)faults_arm(false);
	/* Two archives are missing. */
	ck_assert(error < 0 || events > 2 ||
		  (events == 2 && count_real(&table, &transaction.packages[1]) == 3));
	path_globs_done(&globs);
	path_table_done(&table);
}

START_TEST(the_paths_of_an_archive_are_real_or_it_is_told)
{
	static const char *const names[] = {"./etc/c", "./usr/", "./usr/a", "./usr/b"};

	set_up(path_settings);
	make_archive("/foo.deb", names, COUNT_OF(names));
	faults_try(MEMORY, ENOMEM, read_archives);
	clean_up();
}
END_TEST

static const char split_settings[] =
	"Universal-Hooks::Per-Package=true\n"
	"Universal-Hooks::Arguments::=x\n"
	"Universal-Hooks::Environment::=A=b\n" SCRIPTS
	"Post-Invoke/a::Packages::=bar\n" SCRIPTS
	"Post-Invoke/a::Packages::=foo:*\n" SCRIPTS
	"Post-Invoke/a::Packages::=!foo:i386\n" SCRIPTS
	"Post-Invoke/a::Paths::=/usr/*\n" SCRIPTS "Post-Invoke/a::Paths::=/none\n";
static struct path_table known;

/* The run's own packages and paths, or an error. */
static void ask_run(const struct planned_run *run)
{
	owns_buffer struct buffer names = {0};
	owns_strings struct string_list paths = {0};
	owns_memory char *id = NULL;
	int error, path_error;
	/* Where PCRE2 has given up, the run is not split, and reports it. */
	bool is_split = run->reason == REASON_PACKAGE;
	bool is_bar = is_split && strcmp(run->package->name, "bar") == 0;
	size_t expected = is_bar || run->settings.paths.count == 0 ? 0 : 2;

	(void)faults_arm(true);
	error = planned_run_names(run, &transaction, &names, NULL);
	path_error = planned_run_paths(run, &transaction, &paths);
	id = planned_run_id(run);
	(void)faults_arm(false);
	if (error == 0)
		assert_text(&names, is_bar ? "bar\n" : "foo\n");
	ck_assert(path_error < 0 || paths.count == expected);
	if (id != NULL && is_split)
		ck_assert_ptr_nonnull(strstr(id, is_bar ? " bar:amd64" : " foo:"));
}

static bool is_any_whole(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->runs[i].reason == REASON_WILDCARD)
			return true;
	return false;
}

static void plan_for_each_package(void)
{
	struct plan plan;
	size_t messages = 0;
	int error;

	(void)faults_arm(true);
	error = plan_make(&plan, &tree, UH_POST_INVOKE, &transaction);
	plan_set_paths(&plan, &known);
	plan_apply_settings(&plan, &tree, &settings, &transaction);
	(void)faults_arm(false);
	for (size_t i = 0; i < plan.count; i++)
		if (plan.runs[i].script.fault != SCRIPT_IS_FINE)
			messages += plan.runs[i].script.fault != SCRIPT_IS_NOT_EXECUTABLE;
		else
			ask_run(&plan.runs[i]);
	ck_assert(error < 0 || messages > 0 || plan.count == 24 || is_any_whole(&plan));
	plan_done(&plan);
}

/* Each of two packages that have failed. */
static void name_packages(void)
{
	struct plan plan;
	owns_buffer struct buffer names = {0};
	int error;

	ck_assert_int_eq(plan_make(&plan, &tree, UH_POST_INVOKE, &transaction), 0);
	ck_assert_uint_eq(plan.count, 1);
	(void)faults_arm(true);
	error = planned_run_names(&plan.runs[0], &transaction, &names, NULL);
	(void)faults_arm(false);
	if (error == 0)
		assert_text(&names, "bar\nfoo\n");
	plan_done(&plan);
}

START_TEST(the_names_of_failed_packages_are_all_there_or_it_is_an_error)
{
	set_up("");
	make_script(ETC "Post-Invoke/a", "");
	for (size_t i = 0; i < transaction.count; i++)
		transaction.packages[i].outcome = OUTCOME_FAILED;
	faults_try(MEMORY, ENOMEM, name_packages);
	clean_up();
}
END_TEST

START_TEST(a_script_runs_for_each_package_or_it_is_told)
{
	set_up(split_settings);
	make_script(ETC "Post-Invoke/a", "");
	make_script(ETC "Post-Invoke/b", "");
	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__/c", "");
	make_script(ETC "multi_pkgs/Post-Invoke/f__WILDCARD__:i386/d", "");
	make_file(ETC "pkgs/bar/Post-Invoke/e", 0644, "");
	/* So many that the plan grows while runs are split. */
	for (char name[] = ETC "Post-Invoke/x0"; name[sizeof(name) - 2] < '8';
		name[sizeof(name) - 2]++)
		make_script(name, "");
	transaction.packages[1].outcome = OUTCOME_FAILED;
	fill_table(&known);
	known.items[0].is_incomplete = true;
	faults_try(MEMORY, ENOMEM, plan_for_each_package);
	path_table_done(&known);
	clean_up();
}
END_TEST

static int count_list(void *context, const char *package, struct buffer *text)
{
	unsigned *count = context;

	*count += strcmp(package, "foo") == 0 && text->size > 0;
	return 0;
}

static void visit_all_lists(void)
{
	struct dpkg_lists lists;
	unsigned count = 0;
	int error;

	(void)faults_arm(true);
	error = dpkg_lists_open(&lists, transaction.status_file);
	if (error == 0)
		error = dpkg_lists_visit(&lists, count_list, &count);
	(void)faults_arm(false);
	ck_assert(error < 0 || count == 2);
	dpkg_lists_done(&lists);
}

START_TEST(all_lists_are_visited_or_it_is_an_error)
{
	set_up("");
	make_file(INFO "foo:i386.list", 0644, "/usr/a\n");
	make_file(INFO "foo.md5sums", 0644, "none\n");
	faults_try(MEMORY, ENOMEM, visit_all_lists);
	faults_try(CALL, EIO, visit_all_lists);
	clean_up();
}
END_TEST

static void look_at_diversions(void)
{
	struct diversions diversions = {.count = 0};
	struct path_globs globs = {0};
	owns_buffer struct buffer text = {0};
	bool marks[3] = {false};
	int error;

	(void)faults_arm(true);
	buffer_append_string(&text, "/usr/b\n/usr/b.real\nother\n");
	error = diversions_parse(&diversions, &text);
	if (error == 0)
		error = path_globs_add_all(&globs, &settings);
	buffer_append_string(&text, "/usr/b\n");
	if (error == 0)
		error = path_globs_mark(&globs, 0, &diversions, "foo", &text, marks);
	(void)faults_arm(false);
	/* In the order of their text. */
	ck_assert(error < 0 || (!marks[0] && !marks[1] && marks[2]));
	path_globs_done(&globs);
	diversions_done(&diversions);
}

static void look_at_merged_directories(void)
{
	unsigned merged;

	(void)faults_arm(true);
	merged = paths_merged(root());
	(void)faults_arm(false);
	ck_assert_uint_eq(merged & ~1U, 0);
}

START_TEST(in_doubt_no_directory_is_merged)
{
	set_up(path_settings);
	make_link("/bin", "usr/bin");
	faults_try(MEMORY, ENOMEM, look_at_diversions);
	faults_try(MEMORY, ENOMEM, look_at_merged_directories);
	faults_try(CALL, EIO, look_at_merged_directories);
	clean_up();
}
END_TEST

#define OF_FILE "Universal-Hooks-Package::/file\tUniversal-Hooks::Scripts::b::"
static const char mixed_settings[] =
	"Universal-Hooks::Timeout=5\n" SCRIPTS "a%3db::Requires::=one\n"
	"Universal-Hooks::Package::=misspelt\n" OF_FILE "Requires::=two\n" OF_FILE
	"Renamed-From::=c\n" OF_FILE "Renamed-From::=d\n";

static void read_and_write_settings(void)
{
	struct settings again = {.count = 0};
	struct script_settings script = script_settings_default();
	owns_strings struct string_list former = {0};
	owns_buffer struct buffer text = {0};
	const struct setting *guard = NULL;
	int error, former_error = -ENOMEM;

	(void)faults_arm(true);
	error = settings_parse(&again, slice_of(mixed_settings));
	if (error == 0) {
		settings_format(&again, &text);
		former_error = settings_former_paths(&again, &former);
		error = settings_for(&again, "b", &script);
		guard = script.faulty;
	} else {
		ck_assert_uint_eq(again.count, 0);
	}
	(void)faults_arm(false);
	if (error == 0)
		ck_assert(guard != NULL || again.items[2].guard == NULL);
	if (error == 0 && text.error == 0)
		assert_text(&text, mixed_settings);
	if (former_error == 0)
		ck_assert(former.count == 2 && strcmp(former.items[1], "d") == 0);
	script_settings_done(&script);
	settings_done(&again);
}

START_TEST(settings_are_whole_or_there_are_none)
{
	faults_try(MEMORY, ENOMEM, read_and_write_settings);
}
END_TEST

static void ask_what_is_lost(void)
{
	bool is_lost;

	(void)faults_arm(true);
	is_lost = settings_are_lost_for(&settings, &tree, "Post-Invoke/a");
	(void)faults_arm(false);
	ck_assert(is_lost);
}

START_TEST(in_doubt_the_settings_of_a_script_are_lost)
{
	set_up("");
	make_script(LIB "Post-Invoke/a", "");
	settings.is_lost_for_packages = true;
	ck_assert(!settings_are_lost_for(&settings, &tree, "Post-Invoke/b"));
	ck_assert(!settings_are_lost_for(&settings, &tree, "Post-Invoke/a/b"));
	faults_try(MEMORY, ENOMEM, ask_what_is_lost);
	faults_try(CALL, EIO, ask_what_is_lost);
	clean_up();
}
END_TEST

/* One of its packages has succeeded. */
static void apply_when(void)
{
	struct plan plan;

	ck_assert_int_eq(plan_make(&plan, &tree, UH_POST_INVOKE, &transaction), 0);
	plan_apply_settings(&plan, &tree, &settings, &transaction);
	ck_assert_uint_eq(plan.count, 1);
	(void)faults_arm(true);
	plan_apply_when(&plan, &transaction, true, RESULT_FAILED);
	(void)faults_arm(false);
	ck_assert_int_eq(plan.runs[0].skip, SKIP_NONE);
	plan_done(&plan);
}

START_TEST(in_doubt_a_package_has_succeeded)
{
	set_up("Universal-Hooks::When=packages-success\n");
	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__o/a", "");
	transaction.packages[1].outcome = OUTCOME_DONE;
	transaction.packages[2].outcome = OUTCOME_DONE;
	faults_try(MEMORY, ENOMEM, apply_when);
	clean_up();
}
END_TEST

/* The beginnings of what is said of each of faulty_settings. */
static const char *const said[] = {"the value is invalid, so the setting is ignored",
	"there is no such setting, so it is ignored",
	"ignored because this setting is not a list",
	"the value is invalid, so the hook is not run"};
static const char faulty_settings[] = "Universal-Hooks::Enabled=flase\n"
				      "Universal-Hooks::Timeouts=5\n"
				      "Universal-Hooks::When::=always\n"
				      "Universal-Hooks::Requires::=a%20(>%202)\n";

static void describe_faulty_settings(void)
{
	for (size_t i = 0; i < settings.count; i++) {
		const struct setting *setting = &settings.items[i];
		owns_buffer struct buffer text = {0};

		(void)faults_arm(true);
		setting_text_add(&text, setting,
			setting->type != NULL ? SETTING_IS_UNUSABLE : SETTING_IS_UNKNOWN,
			NULL);
		(void)faults_arm(false);
		if (text.error < 0)
			continue;
		ck_assert_uint_ge(text.size, strlen(said[i]));
		ck_assert_int_eq(memcmp(text.data, said[i], strlen(said[i])), 0);
	}
}

/* Messages may lack what they are about, or be left out. */
static void report_without_memory(void)
{
	const struct uh_event reports[] = {
		{.kind = UH_SETTING_UNKNOWN, .setting = &settings.items[1]},
		{.kind = UH_SCRIPT_TAKES_LONG, .path = "/a", .value = "what it is for"}};
	owns_fd int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	owns_fd int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	ck_assert_int_eq(dup2(null, STDERR_FILENO), STDERR_FILENO);
	(void)faults_arm(true);
	for (size_t i = 0; i < COUNT_OF(reports); i++)
		report_event(&reports[i], NULL);
	(void)faults_arm(false);
	ck_assert_int_eq(dup2(before, STDERR_FILENO), STDERR_FILENO);
}

START_TEST(what_a_faulty_setting_means_is_said_even_without_a_correction)
{
	set_up(faulty_settings);
	faults_try(MEMORY, ENOMEM, describe_faulty_settings);
	faults_try(MEMORY, ENOMEM, report_without_memory);
	clean_up();
}
END_TEST

static struct draft draft = {.relative = "pkgs/app/Post-Invoke/x"};

static void read_draft(void)
{
	owns_strings struct string_list names = {0};
	owns_scripts struct script_list scripts = {0};
	struct script copy = {.path = NULL};
	int error;

	tree.draft = &draft;
	(void)faults_arm(true);
	error = hook_tree_names(&tree, "pkgs", &names, &scripts);
	if (error == 0)
		error = hook_tree_scripts(&tree, "pkgs/app/Post-Invoke", &scripts);
	if (error == 0)
		error = script_copy(&copy, &scripts.items[0]);
	(void)faults_arm(false);
	if (error == 0) {
		ck_assert_str_eq(names.items[0], "app");
		ck_assert_str_eq(copy.path, draft.path);
		ck_assert_str_eq(copy.relative, draft.relative);
	}
	script_done(&copy);
}

START_TEST(a_draft_is_read_or_it_is_an_error)
{
	owns_memory char *path = NULL;

	set_up("");
	make_file("/draft", 0755, "");
	path = strdup(at("/draft"));
	draft.path = path;
	faults_try(MEMORY, ENOMEM, read_draft);
	clean_up();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		/* First, since each place is tried once. */
		a_script_runs_for_each_package_or_it_is_told,
		paths_are_all_found_or_one_is_told,
		a_list_that_cannot_be_read_is_told,
		the_paths_of_an_archive_are_real_or_it_is_told,
		the_names_of_failed_packages_are_all_there_or_it_is_an_error,
		all_lists_are_visited_or_it_is_an_error,
		in_doubt_no_directory_is_merged,
		settings_are_whole_or_there_are_none,
		in_doubt_the_settings_of_a_script_are_lost,
		in_doubt_a_package_has_succeeded,
		what_a_faulty_setting_means_is_said_even_without_a_correction,
		a_draft_is_read_or_it_is_an_error,
	};

	if (!faults_start())
		return EXIT_FAILURE;
	return run_tests("errors_paths", tests, COUNT_OF(tests));
}
