/* SPDX-License-Identifier: BSD-2-Clause */
/* With the bridge that was just built, and with dpkg's database below the root. */
#include "fixture.h"
#include "package_settings.h"

#include <unistd.h>

#define FILES LIB "settings.d/"
#define SCOPE "Universal-Hooks::Scripts::"

static void read_them(struct settings *settings, const char *expected_events)
{
	owns_buffer struct buffer events = {0};
	struct hook_tree tree;

	memset(settings, 0, sizeof(*settings));
	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	ck_assert_int_eq(
		package_settings_read(settings, &tree, NULL, write_event, &events), 0);
	assert_text(&events, expected_events);
	hook_tree_done(&tree);
}

static bool is_lost(const struct settings *settings, const char *path)
{
	struct hook_tree tree;
	bool result;

	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	result = settings_are_lost_for(settings, &tree, path);
	hook_tree_done(&tree);
	return result;
}

START_TEST(without_files_nothing_is_asked)
{
	struct settings settings;

	read_them(&settings, "");
	make_directory(FILES);
	make_file(FILES "README", 0644, "not a setting");
	make_file(FILES ".own.conf", 0644, "not a setting");
	make_file(FILES "own.conf.dpkg-new", 0644, "not a setting");
	read_them(&settings, "");
	ck_assert_uint_eq(settings.count, 0);
	settings_done(&settings);
}
END_TEST

START_TEST(files_are_read_each_on_its_own_in_the_order_of_their_names)
{
	struct settings settings;

	make_file(FILES "b.conf", 0644, SCOPE "Post-Invoke/a::Timeout \"2\";\n");
	make_file(FILES "a.conf", 0644,
		SCOPE "Post-Invoke/a { Timeout \"1\"; User \"x y\"; };\n");
	read_them(&settings, "");
	ck_assert_uint_eq(settings.count, 3);
	ck_assert_uint_eq(settings.indexed_count, 3);
	ck_assert_str_eq(settings.items[1].value, "x y");
	ck_assert_str_eq(settings.items[1].file, at(FILES "a.conf"));
	ck_assert_str_eq(settings.items[2].value, "2");
	ck_assert_str_eq(settings.items[2].file, at(FILES "b.conf"));
	ck_assert(!is_lost(&settings, "Post-Invoke/a"));
	settings_done(&settings);
}
END_TEST

/* Below another root, dpkg is not asked which scripts are the package's. */
static void assert_all_lost(const char *event)
{
	owns_memory char *expected = string_format("%s\n", event);
	struct settings settings;

	make_script(LIB "Post-Invoke/a", ":");
	make_file(FILES "good.conf", 0644, SCOPE "Post-Invoke/a::Timeout \"2\";\n");
	read_them(&settings, expected);
	ck_assert_uint_eq(settings.count, 1);
	ck_assert(is_lost(&settings, "Post-Invoke/a"));
	ck_assert(!is_lost(&settings, "Post-Invoke/b"));
	settings_done(&settings);
}

START_TEST(a_file_that_others_can_write_is_not_read)
{
	make_file(FILES "own.conf", 0666, SCOPE "Post-Invoke/a::User \"x\";\n");
	set_mode(FILES "own.conf", 0666);
	assert_all_lost(
		"SETTINGS_FILE_OPEN_TO_OTHERS " FILES "own.conf " FILES "own.conf world");
}
END_TEST

START_TEST(what_is_no_file_is_not_read)
{
	make_directory(FILES "own.conf");
	assert_all_lost("SETTINGS_FILE_UNUSABLE " FILES "own.conf (Invalid argument)");
}
END_TEST

START_TEST(a_malformed_file_is_reported_with_the_place)
{
	owns_buffer struct buffer events = {0};
	struct settings settings = {.count = 0};
	struct hook_tree tree;

	make_file(FILES "own.conf", 0644, SCOPE "a::Timeout \"1\";\n{ \"\n");
	make_file(FILES "zzz.conf", 0644, SCOPE "b::Timeout \"1\";\n");
	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	ck_assert_int_eq(
		package_settings_read(&settings, &tree, NULL, write_event, &events), 0);
	buffer_append(&events, (struct slice){"", 1});
	ck_assert_msg(strstr(events.data, "SETTINGS_FILE_UNUSABLE") != NULL &&
			      strstr(events.data, "own.conf:") != NULL,
		"%s", events.data);
	ck_assert_uint_eq(settings.count, 1);
	ck_assert_str_eq(settings.items[0].path, "b");
	hook_tree_done(&tree);
	settings_done(&settings);
}
END_TEST

static bool mentions_paths(const char *text)
{
	struct hook_tree tree;
	bool result;

	make_file(FILES "own.conf", 0644, text);
	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	result = package_settings_mention_paths(&tree);
	hook_tree_done(&tree);
	return result;
}

START_TEST(paths_are_looked_for_wherever_they_may_be_set)
{
	ck_assert(!mentions_paths(""));
	ck_assert(!mentions_paths(SCOPE "Post-Invoke/a::User \"x\";\n"));
	ck_assert(mentions_paths(SCOPE "Post-Invoke/a::Paths:: \"/usr/a\";\n"));
	ck_assert(mentions_paths(SCOPE "Post-Invoke/a { paths { \"/usr/a\"; }; };\n"));
	ck_assert(mentions_paths("#include \"/other.conf\";\n"));
	/* What cannot be read may do so. */
	make_directory(FILES "directory.conf");
	ck_assert(mentions_paths(""));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {without_files_nothing_is_asked,
		files_are_read_each_on_its_own_in_the_order_of_their_names,
		a_file_that_others_can_write_is_not_read, what_is_no_file_is_not_read,
		a_malformed_file_is_reported_with_the_place,
		paths_are_looked_for_wherever_they_may_be_set};

	return run_tests("package_settings", tests, COUNT_OF(tests));
}
