/* SPDX-License-Identifier: BSD-2-Clause */
#include "archive.h"
#include "fixture.h"
#include "path_search.h"
#include "record.h"

#include <errno.h>
#include <unistd.h>

#define INFO "/var/lib/dpkg/info/"
#define POINT UH_POST_INVOKE

/* A tree, settings, a transaction, and what is found in it. */
struct scene {
	struct hook_tree tree;
	struct settings settings;
	struct transaction transaction;
	struct path_table table;
	struct buffer events;
};

static void scene_done(struct scene *scene)
{
	path_table_done(&scene->table);
	transaction_done(&scene->transaction);
	settings_done(&scene->settings);
	hook_tree_done(&scene->tree);
	buffer_done(&scene->events);
}
#define owns_scene __attribute__((cleanup(scene_done)))

/* An upgrade of foo and an installation of bar, and scripts for their paths. */
static void set_scene(struct scene *scene, const char *settings)
{
	*scene = (struct scene){.events = {0}};
	make_script(ETC "Post-Invoke/a", "true");
	make_file(TEST_DATABASE, 0644, "");
	make_file(INFO "foo.list", 0644, "/.\n/usr\n/usr/bin\n/usr/bin/foo\n/etc/foo\n");
	ck_assert_int_eq(hook_tree_init(&scene->tree, root()), 0);
	ck_assert_int_eq(settings_parse(&scene->settings, slice_of(settings)), 0);
	parse_packages(&scene->transaction, "bar - - none < 1 all none /no/bar.deb\n"
					    "foo 1 all none < 2 all none /no/foo.deb\n");
	scene->transaction.status_file = strdup(at(TEST_DATABASE));
}

static struct path_search search_of(struct scene *scene)
{
	return (struct path_search){.tree = &scene->tree,
		.settings = &scene->settings,
		.transaction = &scene->transaction,
		.hook_points = 1U << POINT,
		.listener = write_event,
		.context = &scene->events};
}

static void assert_noted(const struct scene *scene, const char *expected)
{
	assert_text(&scene->transaction.noted_paths, expected);
}

#define OF_SCRIPT "Universal-Hooks::Scripts::Post-Invoke/"
#define PATHS_OF_A OF_SCRIPT "a::Paths::="

START_TEST(nothing_is_read_where_no_script_asks)
{
	owns_scene struct scene scene;
	struct path_search search;

	set_scene(&scene, "Universal-Hooks::Scripts::Post-Invoke/a::Timeout=1\n");
	search = search_of(&scene);
	search.is_noted = true;
	ck_assert_int_eq(path_search_before(&search, &scene.table), 0);
	ck_assert_ptr_null(scene.table.items);
	ck_assert_int_eq(path_search_after(&search, &scene.table), 0);
	ck_assert_ptr_null(scene.table.items);
	assert_text(&scene.events, "");
}
END_TEST

START_TEST(old_paths_are_noted_for_any_script)
{
	owns_scene struct scene scene;
	struct path_search search;

	set_scene(&scene, "Universal-Hooks::Scripts::other::Paths::=*/bin/*\n"
			  "Universal-Hooks::Scripts::other::Packages::=bar\n");
	search = search_of(&scene);
	search.is_noted = true;
	ck_assert_int_eq(path_search_before(&search, &scene.table), 0);
	assert_noted(&scene, "foo:all /usr/bin/foo\n");
	/* No script of this hook point asks, so no archive was opened. */
	assert_text(&scene.events, "");
}
END_TEST

START_TEST(what_the_record_has_no_room_for_is_told)
{
	static const char *const events[] = {"", "PATHS_NOT_NOTED foo\n"};
	size_t size = NOTED_PATHS_MAX - strlen("foo:all /usr/bin/foo\n");

	for (size_t more = 0; more < COUNT_OF(events); more++) {
		owns_scene struct scene scene;
		struct buffer *noted = &scene.transaction.noted_paths;
		struct path_search search;

		set_scene(&scene, OF_SCRIPT "other::Paths::=/usr/bin/*\n");
		ck_assert_int_eq(buffer_reserve(noted, NOTED_PATHS_MAX), 0);
		memset(noted->data, '\n', size + more);
		noted->size = size + more;
		search = search_of(&scene);
		search.is_noted = true;
		ck_assert_int_eq(path_search_before(&search, &scene.table), 0);
		ck_assert_uint_eq(noted->size, more == 0 ? NOTED_PATHS_MAX : size + more);
		assert_text(&scene.events, events[more]);
	}
}
END_TEST

START_TEST(a_note_survives_in_the_record)
{
	static const char lines[] =
		"foo:all /a b%\n\xff\x01 not of a package\nbar:all /c\n";
	owns_transaction struct transaction transaction = {0}, again = {0};
	owns_buffer struct buffer record = {0};
	struct stream_faults faults;

	parse_packages(&transaction, "foo 1 all none > - - none **REMOVE**\n");
	buffer_append_string(&transaction.noted_paths, lines);
	record_format(&transaction, &record);
	ck_assert_int_eq(record.error, 0);
	ck_assert_int_eq(record_parse(&again, &record, &faults), 0);
	assert_text(&again.noted_paths, lines);
}
END_TEST

/* Matches of "*" for foo, then for bar. */
static void assert_found(struct scene *scene, const char *const *expected)
{
	const char *glob = "*";
	const struct setting_items items = {.items = &glob, .count = 1};

	for (size_t i = 0; i < scene->transaction.count; i++) {
		owns_strings struct string_list paths = {0};
		owns_buffer struct buffer text = {0};

		ck_assert_int_eq(path_table_matches(&scene->table,
					 &scene->transaction.packages[i], &items, &paths),
			0);
		for (size_t p = 0; p < paths.count; p++)
			buffer_append_format(&text, "%s\n", paths.items[p]);
		assert_text(&text, expected[i]);
	}
}

START_TEST(after_dpkg_old_paths_are_those_that_were_noted)
{
	owns_scene struct scene scene;
	struct path_search search;

	set_scene(&scene, PATHS_OF_A "/usr/*\n");
	search = search_of(&scene);
	make_file(INFO "bar.list", 0644, "/usr/bar\n/etc/bar\n");
	buffer_append_string(&scene.transaction.noted_paths,
		"foo:all /usr/old\nfoo:all /etc/old\nfoo:i386 /usr/no\n/usr/no\ngone:all "
		"/usr/no\n");
	ck_assert_int_eq(path_search_after(&search, &scene.table), 0);
	assert_found(&scene,
		(const char *[]){"/usr/bar\n", "/usr/old\n/usr/bin\n/usr/bin/foo\n"});
	assert_text(&scene.events, "");
}
END_TEST

START_TEST(only_packages_that_other_settings_leave_are_read)
{
	owns_scene struct scene scene;
	struct path_search search;

	set_scene(&scene,
		PATHS_OF_A "/usr/*\n"
			   "Universal-Hooks::Scripts::Post-Invoke/a::Packages::=bar\n");
	search = search_of(&scene);
	make_file(INFO "bar.list", 0644, "/usr/bar\n");
	buffer_append_string(&scene.transaction.noted_paths, "foo:all /usr/old\n");
	ck_assert_int_eq(path_search_after(&search, &scene.table), 0);
	assert_found(&scene, (const char *[]){"/usr/bar\n", ""});
}
END_TEST

START_TEST(a_script_that_does_not_run_does_not_ask)
{
	owns_scene struct scene scene;
	struct path_search search;

	set_scene(&scene,
		PATHS_OF_A "/usr/*\n" OF_SCRIPT "b::Paths::=/usr/*\n"
			   "Universal-Hooks::Scripts::Post-Invoke/a::Enabled=false\n");
	make_file(ETC "Post-Invoke/b", 0644, "not executable");
	search = search_of(&scene);
	ck_assert_int_eq(path_search_after(&search, &scene.table), 0);
	ck_assert_ptr_null(scene.table.items);
}
END_TEST

START_TEST(a_copy_asks_what_was_promised)
{
	owns_scene struct scene scene;
	struct settings promised;
	struct path_search search;
	owns_memory char *copies = NULL;

	set_scene(&scene, "");
	search = search_of(&scene);
	copies = strdup(at("/copies"));
	make_script("/copies" ETC "Post-Invoke/a", "true");
	ck_assert_int_eq(unlink(at(ETC "Post-Invoke/a")), 0);
	ck_assert_int_eq(hook_tree_add_copies(&scene.tree, copies, root()), 0);
	ck_assert_int_eq(settings_parse(&promised, slice_of(PATHS_OF_A "/etc/*\n")), 0);
	search.promised = &promised;
	ck_assert_int_eq(path_search_after(&search, &scene.table), 0);
	assert_found(&scene, (const char *[]){"", "/etc/foo\n"});
	path_table_done(&scene.table);
	/* What was promised for a copy is nothing to the script itself. */
	make_script(ETC "Post-Invoke/a", "true");
	ck_assert_int_eq(path_search_after(&search, &scene.table), 0);
	ck_assert_ptr_null(scene.table.items);
	settings_done(&promised);
	ck_assert_int_eq(settings_parse(&promised, slice_of("")), 0);
	ck_assert_int_eq(path_search_after(&search, &scene.table), 0);
	ck_assert_ptr_null(scene.table.items);
}
END_TEST

START_TEST(a_removal_has_no_archive_and_old_paths)
{
	owns_scene struct scene scene;
	struct path_search search;

	set_scene(&scene, PATHS_OF_A "/etc/*\n");
	search = search_of(&scene);
	transaction_done(&scene.transaction);
	parse_packages(&scene.transaction, "foo 1 all none > - - none **REMOVE**\n"
					   "gone 1 all none > - - none **REMOVE**\n");
	scene.transaction.status_file = strdup(at(TEST_DATABASE));
	for (int is_simulated = 0; is_simulated < 2; is_simulated++) {
		search.is_simulated = is_simulated;
		ck_assert_int_eq(path_search_before(&search, &scene.table), 0);
		assert_found(&scene, (const char *[]){"/etc/foo\n", ""});
		ck_assert(!scene.table.items[0].is_incomplete);
		path_table_done(&scene.table);
	}
	assert_text(&scene.events, "");
}
END_TEST

START_TEST(an_archive_without_a_name_is_unknown_and_one_that_exists_is_read)
{
	static const char *const names[] = {"./etc/new"};
	owns_scene struct scene scene;
	owns_memory char *archive = NULL;
	struct path_search search;

	set_scene(&scene, PATHS_OF_A "/etc/*\n");
	search = search_of(&scene);
	make_archive("/foo.deb", names, COUNT_OF(names));
	archive = strdup(at("/foo.deb"));
	scene.transaction.packages[0].archive = NULL;
	scene.transaction.packages[1].archive = archive;
	search.is_simulated = true;
	ck_assert_int_eq(path_search_before(&search, &scene.table), 0);
	assert_found(&scene, (const char *[]){"", "/etc/foo\n/etc/new\n"});
	ck_assert(scene.table.items[0].is_incomplete);
	ck_assert(!scene.table.items[1].is_incomplete);
	assert_text(&scene.events, "");
}
END_TEST

START_TEST(without_a_database_nothing_is_installed)
{
	owns_scene struct scene scene;
	struct path_search search;

	set_scene(&scene, PATHS_OF_A "/etc/*\n");
	search = search_of(&scene);
	free(scene.transaction.status_file);
	scene.transaction.status_file = strdup(at("/none/status"));
	ck_assert_int_eq(path_search_after(&search, &scene.table), 0);
	assert_found(&scene, (const char *[]){"", ""});
	assert_text(&scene.events, "");
}
END_TEST

START_TEST(a_missing_archive_is_an_event_unless_the_transaction_is_simulated)
{
	owns_scene struct scene scene;
	struct path_search search;

	set_scene(&scene, PATHS_OF_A "/etc/*\n");
	search = search_of(&scene);
	ck_assert_int_eq(path_search_before(&search, &scene.table), 0);
	assert_found(&scene, (const char *[]){"", "/etc/foo\n"});
	ck_assert(!scene.table.items[0].is_incomplete);
	buffer_append(&scene.events, (struct slice){"", 1});
	ck_assert_ptr_nonnull(strstr(scene.events.data, "PATHS_UNKNOWN /no/bar.deb"));
	ck_assert_ptr_nonnull(strstr(scene.events.data, "PATHS_UNKNOWN /no/foo.deb"));
	path_table_done(&scene.table);
	scene.events.size = 0;
	search.is_simulated = true;
	ck_assert_int_eq(path_search_before(&search, &scene.table), 0);
	assert_text(&scene.events, "");
	ck_assert(
		scene.table.items[0].is_incomplete && scene.table.items[1].is_incomplete);
	assert_found(&scene, (const char *[]){"", "/etc/foo\n"});
}
END_TEST

START_TEST(a_database_that_cannot_be_read_is_an_event)
{
	owns_scene struct scene scene;
	struct path_search search;

	set_scene(&scene, PATHS_OF_A "/etc/*\n");
	search = search_of(&scene);
	ck_assert_int_eq(unlink(at(INFO "foo.list")), 0);
	make_node(INFO "foo.list", S_IFIFO);
	ck_assert_int_eq(path_search_after(&search, &scene.table), 0);
	assert_text(&scene.events, "PATHS_UNKNOWN foo (Operation not supported)\n");
	assert_found(&scene, (const char *[]){"", ""});
}
END_TEST

struct lines {
	struct buffer text;
	int result;
};

static int write_archive(
	void *context, size_t number, struct slice paths, struct slice message)
{
	struct lines *lines = context;

	buffer_append_format(&lines->text, "%zu [%.*s] [%.*s]\n", number, (int)paths.size,
		paths.size > 0 ? paths.data : "", (int)message.size,
		message.size > 0 ? message.data : "");
	return lines->result;
}

START_TEST(an_answer_is_split_into_archives)
{
	struct lines lines = {.result = 0};
	static const char answer[] =
		"noise\narchive\t/a\n/x\n/y\nerror\tbad%20one\n"
		"archive\t/b\narchive\t/c\nerror\t\n/z\narchive\n/cut";

	ck_assert_int_eq(
		path_sources_parse_contents(slice_of(answer), write_archive, &lines), 4);
	assert_text(
		&lines.text, "0 [/x\n/y\n] [bad%20one]\n1 [] []\n2 [] []\n3 [/cut] []\n");
	buffer_done(&lines.text);
	lines.result = -ENOMEM;
	ck_assert_int_eq(
		path_sources_parse_contents(slice_of(answer), write_archive, &lines),
		-ENOMEM);
	buffer_done(&lines.text);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {nothing_is_read_where_no_script_asks,
		old_paths_are_noted_for_any_script,
		what_the_record_has_no_room_for_is_told, a_note_survives_in_the_record,
		after_dpkg_old_paths_are_those_that_were_noted,
		only_packages_that_other_settings_leave_are_read,
		a_script_that_does_not_run_does_not_ask, a_copy_asks_what_was_promised,
		a_removal_has_no_archive_and_old_paths,
		an_archive_without_a_name_is_unknown_and_one_that_exists_is_read,
		without_a_database_nothing_is_installed,
		a_missing_archive_is_an_event_unless_the_transaction_is_simulated,
		a_database_that_cannot_be_read_is_an_event,
		an_answer_is_split_into_archives};

	return run_tests("path_sources", tests, COUNT_OF(tests));
}
