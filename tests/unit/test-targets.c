/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "model/mask.h"
#include "model/targets.h"
#include "output.h"

#define GOES_ON (-1)

static struct admin of_root(void)
{
	return (struct admin){.root = (char *)root()};
}

/* apt reads only the settings below the root. */
static void take(struct snapshot *snapshot)
{
	const struct admin admin = of_root();

	ck_assert_int_eq(unsetenv("APT_CONFIG"), 0);
	make_directory("/etc/apt/apt.conf.d");
	output_begin();
	ck_assert_int_eq(snapshot_take_after(snapshot, &admin), GOES_ON);
	assert_output("", "");
}

/* The hooks of up to three words, a line each. */
static void assert_found(bool is_enable, const char *first, const char *second,
	const char *third, const char *expected)
{
	const struct admin admin = of_root();
	char *words[] = {(char *)first, (char *)second, (char *)third, NULL};
	owns_snapshot struct snapshot snapshot;
	owns_targets struct target_list list = {0};
	owns_buffer struct buffer text = {0};

	take(&snapshot);
	output_begin();
	ck_assert_int_eq(
		targets_find(&list, &snapshot, &admin, words, is_enable), GOES_ON);
	assert_output("", "");
	for (size_t i = 0; i < list.count; i++) {
		owns_memory char *mask = string_format(ETC "%s", list.items[i].hook);

		buffer_append_format(&text, "%s\n", list.items[i].hook);
		ck_assert_str_eq(list.items[i].mask, at(mask));
		ck_assert_int_eq(list.items[i].action, ACTION_NONE);
	}
	assert_text(&text, expected);
}

static void assert_trouble(bool is_enable, const char *word, const char *message)
{
	const struct admin admin = of_root();
	char *words[] = {(char *)word, NULL};
	owns_snapshot struct snapshot snapshot;
	owns_targets struct target_list list = {0};

	take(&snapshot);
	output_begin();
	ck_assert_int_eq(
		targets_find(&list, &snapshot, &admin, words, is_enable), STATUS_TROUBLE);
	assert_output("", message);
}

START_TEST(each_hook_is_found_once_by_any_path)
{
	owns_memory char *full = string_format("%s", at(LIB "Post-Invoke/a"));

	make_script(LIB "Post-Invoke/a", "");
	make_script(ETC "pkgs/foo/Post-Invoke/b", "");
	assert_found(
		false, "Post-Invoke/a", LIB "Post-Invoke/a", full, "Post-Invoke/a\n");
	assert_found(true, "pkgs/foo/Post-Invoke/b", "Post-Invoke/a", NULL,
		"pkgs/foo/Post-Invoke/b\nPost-Invoke/a\n");
	assert_found(false, NULL, NULL, NULL, "");
}
END_TEST

START_TEST(the_end_of_a_path_names_a_hook_also_a_removed_one)
{
	const struct admin admin = of_root();
	char *words[] = {(char *)"a", (char *)"gone", NULL};
	owns_snapshot struct snapshot snapshot;
	owns_targets struct target_list list = {0};

	make_script(LIB "Post-Invoke/a", "");
	take(&snapshot);
	ck_assert_ptr_nonnull(
		own_settings_add(&snapshot.own, "Post-Invoke/gone", "Enabled", "false"));
	ck_assert_int_eq(targets_find(&list, &snapshot, &admin, words, true), GOES_ON);
	ck_assert_uint_eq(list.count, 2);
	ck_assert_str_eq(list.items[0].hook, "Post-Invoke/a");
	ck_assert_str_eq(list.items[1].hook, "Post-Invoke/gone");
	assert_trouble(false, "gone",
		"E: there is no hook gone: apt-universal-hooks list shows all\n");
}
END_TEST

START_TEST(a_missing_hook_is_an_error)
{
	make_script(LIB "Post-Invoke/clean-up", "");
	assert_trouble(false, "Post-Invoke/clean_up",
		"E: there is no hook Post-Invoke/clean_up; did you mean "
		"Post-Invoke/clean-up?\n");
	assert_trouble(false, "Post-Invoke",
		"E: Post-Invoke is a directory; name a script in it; to disable all: "
		"apt-universal-hooks set Post-Invoke Enabled false\n");
	assert_trouble(true, LIB "Post-Invoke",
		"E: " LIB
		"Post-Invoke is a directory; name a script in it; to enable all: "
		"apt-universal-hooks unset Post-Invoke Enabled\n");
}
END_TEST

START_TEST(only_symlinks_to_dev_null_are_masks)
{
	owns_snapshot struct snapshot snapshot;

	make_link(ETC "Post-Invoke/a", "/dev/null");
	make_script(ETC "Post-Invoke/b", "");
	make_link(LIB "Post-Invoke/c", "/dev/null");
	take(&snapshot);
	ck_assert(snapshot_has_mask(&snapshot, "Post-Invoke/a"));
	ck_assert(!snapshot_has_mask(&snapshot, "Post-Invoke/b"));
	ck_assert(!snapshot_has_mask(&snapshot, "Post-Invoke/c"));
	ck_assert(!snapshot_has_mask(&snapshot, "Post-Invoke/none"));
}
END_TEST

START_TEST(the_setting_that_disables_is_found_with_its_place)
{
	owns_snapshot struct snapshot snapshot;
	const struct setting *setting;
	owns_memory char *place = NULL;
	owns_memory char *expected =
		string_format("%s:2", at("/etc/apt/apt.conf.d/50own"));

	make_file("/etc/apt/apt.conf.d/50own", 0644,
		"Universal-Hooks::Timeout \"1\";\n"
		"Universal-Hooks::Scripts::Post-Invoke::Enabled \"false\";\n"
		"Universal-Hooks::Scripts::Post-Invoke/b::Enabled \"true\";\n");
	take(&snapshot);
	setting = snapshot_disabling(&snapshot, "Post-Invoke/a");
	ck_assert_ptr_nonnull(setting);
	place = setting_place(setting, &snapshot.origins);
	ck_assert_str_eq(place, expected);
	ck_assert_ptr_null(snapshot_disabling(&snapshot, "Post-Invoke/b"));
	ck_assert_ptr_null(snapshot_disabling(&snapshot, "Pre-Invoke/a"));
}
END_TEST

START_TEST(masks_are_made_all_or_none)
{
	const struct admin admin = of_root();
	owns_memory char *a = string_format("%s", at(ETC "Post-Invoke/a"));
	owns_memory char *b = string_format("%s", at(ETC "Post-Invoke/b"));
	owns_memory char *c = string_format("%s", at(ETC "Post-Invoke/c"));
	char hooks[][sizeof("Post-Invoke/a")] = {
		"Post-Invoke/a", "Post-Invoke/b", "Post-Invoke/c"};
	struct target items[] = {{.hook = hooks[0], .mask = a, .action = ACTION_MASK},
		{.hook = hooks[1], .mask = b, .action = ACTION_SETTING},
		{.hook = hooks[2], .mask = c, .action = ACTION_MASK}};
	const struct target_list list = {.items = items, .count = COUNT_OF(items)};
	owns_memory char *message =
		string_format("E: %s cannot be changed: File exists\n", c);

	make_script(ETC "Post-Invoke/c", "");
	output_begin();
	ck_assert_int_eq(targets_mask(&list, &admin), STATUS_TROUBLE);
	assert_output("", message);
	ck_assert(!is_there(ETC "Post-Invoke/a"));
	ck_assert_int_eq(remove(at(ETC "Post-Invoke/c")), 0);
	ck_assert_int_eq(targets_mask(&list, &admin), GOES_ON);
	ck_assert(is_there(ETC "Post-Invoke/a"));
	ck_assert(!is_there(ETC "Post-Invoke/b"));
	ck_assert(is_there(ETC "Post-Invoke/c"));
	ck_assert_int_eq(targets_unmask(&list, &admin), GOES_ON);
	ck_assert(!is_there(ETC "Post-Invoke/a"));
	ck_assert(!is_there(ETC "Post-Invoke/c"));
}
END_TEST

START_TEST(masks_are_removed_all_or_none)
{
	const struct admin admin = of_root();
	owns_memory char *a = string_format("%s", at(ETC "Post-Invoke/a"));
	owns_memory char *b = string_format("%s", at(ETC "Post-Invoke/b"));
	char hooks[][sizeof("Post-Invoke/a")] = {"Post-Invoke/a", "Post-Invoke/b"};
	struct target items[] = {{.hook = hooks[0], .mask = a, .action = ACTION_MASK},
		{.hook = hooks[1], .mask = b, .action = ACTION_MASK}};
	const struct target_list list = {.items = items, .count = COUNT_OF(items)};
	owns_memory char *message =
		string_format("E: %s cannot be changed: Invalid argument\n", b);

	make_link(ETC "Post-Invoke/a", "/dev/null");
	make_script(ETC "Post-Invoke/b", "");
	output_begin();
	ck_assert_int_eq(targets_unmask(&list, &admin), STATUS_TROUBLE);
	assert_output("", message);
	ck_assert(mask_is_plain(a)); /* it has been put back */
	ck_assert(is_there(ETC "Post-Invoke/b"));
}
END_TEST

START_TEST(the_directories_of_a_mask_at_a_former_path_go_with_it)
{
	const struct admin admin = of_root();
	char hook[] = "Post-Invoke/300-own";
	struct target item = {.hook = hook,
		.mask = string_format("%s", at(ETC "pkgs/app/Post-Invoke/200-own")),
		.action = ACTION_MASK};
	const struct target_list list = {.items = &item, .count = 1};

	output_begin();
	ck_assert_int_eq(targets_mask(&list, &admin), GOES_ON);
	ck_assert(is_there(ETC "pkgs/app/Post-Invoke/200-own"));
	ck_assert_int_eq(targets_unmask(&list, &admin), GOES_ON);
	targets_remove_parents(&list, &admin);
	assert_output("", "");
	ck_assert(!is_there(ETC "pkgs/app"));
	ck_assert(is_there(ETC "pkgs"));
	free(item.mask);
}
END_TEST

START_TEST(no_mask_is_made_outside_of_the_root)
{
	const struct admin admin = {.root = realpath(at("/"), NULL)};
	struct target item = {.action = ACTION_MASK,
		.mask = string_format("%s" ETC "Post-Invoke/a", admin.root)};
	const struct target_list list = {.items = &item, .count = 1};
	owns_output struct output output;

	make_link("/etc/apt", "/");
	output_begin();
	ck_assert_int_eq(targets_mask(&list, &admin), STATUS_TROUBLE);
	ck_assert_int_eq(targets_unmask(&list, &admin), STATUS_TROUBLE);
	output_end(&output);
	ck_assert_ptr_nonnull(strstr(output.err.data, " leads out of "));
	free(item.mask);
	free(admin.root);
}
END_TEST

START_TEST(names_in_a_sentence_cannot_control_the_terminal)
{
	output_begin();
	targets_say("%s is disabled", "/a\033[31m\xff");
	assert_output("/a\\033[31m\\377 is disabled\n", "");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {each_hook_is_found_once_by_any_path,
		the_end_of_a_path_names_a_hook_also_a_removed_one,
		a_missing_hook_is_an_error, only_symlinks_to_dev_null_are_masks,
		the_setting_that_disables_is_found_with_its_place,
		masks_are_made_all_or_none, masks_are_removed_all_or_none,
		the_directories_of_a_mask_at_a_former_path_go_with_it,
		no_mask_is_made_outside_of_the_root,
		names_in_a_sentence_cannot_control_the_terminal};

	return run_tests("targets", tests, COUNT_OF(tests));
}
