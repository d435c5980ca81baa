/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "output.h"
#include "targets.h"

#include <unistd.h>

static struct admin of_root(void)
{
	return (struct admin){.root = (char *)root()};
}

static void make_tree(void)
{
	configure_apt("Universal-Hooks::Scripts::Post-Invoke/off::Enabled \"no\";\n");
	make_script(LIB "Post-Invoke/a", "");
	make_script(LIB "Post-Invoke/b", "");
	make_script(ETC "Post-Invoke/off", "");
}

/* Paths below the tree of what was found for the words, which end with NULL. */
static void assert_found(char **words, bool is_enable, int status, const char *expected)
{
	const struct admin admin = of_root();
	owns_targets struct target_list list = {0};
	owns_state struct state state;
	owns_buffer struct buffer found = {0};

	ck_assert_int_eq(state_take(&state, &admin), -1);
	ck_assert_int_eq(targets_find(&list, &state, &admin, words, is_enable), status);
	for (size_t i = 0; i < list.count; i++)
		buffer_append_format(&found, "%s ", list.items[i].hook);
	assert_text(&found, expected);
}

START_TEST(a_hook_is_found_by_each_of_its_names_and_once)
{
	char *words[] = {(char *)"Post-Invoke/a",
		(char *)"/usr/lib/apt/universal-hooks/Post-Invoke/a",
		string_format("%s", at(LIB "Post-Invoke/a")), (char *)"Post-Invoke/off",
		NULL};

	make_tree();
	assert_found(words, false, -1, "Post-Invoke/a Post-Invoke/off ");
	free(words[2]);
}
END_TEST

START_TEST(one_word_that_is_no_hook_is_told_with_the_nearest)
{
	char *words[] = {(char *)"Post-Invoke/a", (char *)"Post-Invoke/bb", NULL};

	make_tree();
	output_begin();
	assert_found(words, false, STATUS_TROUBLE, "Post-Invoke/a ");
	assert_output("", "E: there is no hook Post-Invoke/bb; did you mean "
			  "Post-Invoke/b?\n");
}
END_TEST

START_TEST(a_folder_is_no_hook)
{
	char *words[] = {(char *)"Post-Invoke", NULL};

	make_tree();
	output_begin();
	assert_found(words, true, STATUS_TROUBLE, "");
	assert_output("", "E: Post-Invoke is a folder, and only scripts can be named "
			  "here\n");
}
END_TEST

START_TEST(masks_are_made_and_taken_back_all_or_none)
{
	const struct admin admin = of_root();
	char *words[] = {(char *)"Post-Invoke/a", (char *)"Post-Invoke/b", NULL};
	owns_targets struct target_list list = {0};
	owns_state struct state state;

	make_tree();
	ck_assert_int_eq(state_take(&state, &admin), -1);
	ck_assert_int_eq(targets_find(&list, &state, &admin, words, false), -1);
	for (size_t i = 0; i < list.count; i++)
		list.items[i].action = ACTION_MASK;
	ck_assert_int_eq(targets_mask(&list, &admin), -1);
	ck_assert(state_has_mask(&state, "Post-Invoke/a"));
	ck_assert(state_has_mask(&state, "Post-Invoke/b"));
	ck_assert_int_eq(targets_unmask(&list, &admin), -1);
	ck_assert(!is_there(ETC "Post-Invoke/a"));
	/* Where the second cannot be made, the first goes again. */
	make_script(ETC "Post-Invoke/b", "");
	output_begin();
	ck_assert_int_eq(targets_mask(&list, &admin), STATUS_TROUBLE);
	output_end(&(struct output){.out = {0}});
	ck_assert(!is_there(ETC "Post-Invoke/a"));
	ck_assert(!state_has_mask(&state, "Post-Invoke/b"));
}
END_TEST

START_TEST(the_setting_that_disables_a_hook_is_named_with_its_place)
{
	const struct admin admin = of_root();
	owns_memory char *place = NULL;
	owns_memory char *expected = NULL;
	owns_state struct state state;
	const struct setting *setting;

	make_tree();
	ck_assert_int_eq(state_take(&state, &admin), -1);
	ck_assert_ptr_null(state_disabling(&state, "Post-Invoke/a"));
	setting = state_disabling(&state, "Post-Invoke/off");
	ck_assert_ptr_nonnull(setting);
	place = setting_place(setting, &admin);
	expected = string_format("%s:2", at("/apt.conf"));
	ck_assert_str_eq(place, expected);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_hook_is_found_by_each_of_its_names_and_once,
		one_word_that_is_no_hook_is_told_with_the_nearest, a_folder_is_no_hook,
		masks_are_made_and_taken_back_all_or_none,
		the_setting_that_disables_a_hook_is_named_with_its_place};

	return run_tests("targets", tests, COUNT_OF(tests));
}
