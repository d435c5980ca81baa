/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/cases has selection and order; here is what a case cannot express. */
#include "fixture.h"
#include "hook_tree.h"

#include <errno.h>
#include <fnmatch.h>
#include <unistd.h>

static void tree_done(struct hook_tree *tree)
{
	hook_tree_done(tree);
}
#define owns_tree __attribute__((cleanup(tree_done)))

static struct hook_tree make_tree(void)
{
	struct hook_tree tree;

	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	return tree;
}

/* The scripts that are there, with their faults, as the tests write them down. */
static void assert_scripts(const char *directory, const char *expected)
{
	static const char *const faults[] = {[SCRIPT_IS_FINE] = "fine",
		[SCRIPT_IS_NOT_EXECUTABLE] = "not executable",
		[SCRIPT_IS_NOT_A_FILE] = "not a file",
		[SCRIPT_IS_DANGLING] = "dangling",
		[SCRIPT_IS_OPEN_TO_OTHERS] = "open to others",
		[SCRIPT_CANNOT_START] = "cannot start",
		[DIRECTORY_IS_UNREADABLE] = "unreadable",
		[WILDCARD_HAS_FAILED] = "unmatched"};
	owns_tree struct hook_tree tree = make_tree();
	owns_scripts struct script_list scripts = {0};
	owns_buffer struct buffer text = {0};

	ck_assert_int_eq(hook_tree_scripts(&tree, directory, &scripts), 0);
	for (size_t i = 0; i < scripts.count; i++) {
		const struct script *script = &scripts.items[i];

		buffer_append_format(&text, "%s %s", script->path + strlen(root()),
			faults[script->fault]);
		if (script->error < 0)
			buffer_append_format(&text, " (%s)", strerror(-script->error));
		if (script->unsafe.path != NULL)
			buffer_append_format(
				&text, " %s", script->unsafe.path + strlen(root()));
		buffer_append_string(&text, "\n");
	}
	assert_text(&text, expected);
}

static bool has_any(const struct hook_tree *tree, const char *directory)
{
	return hook_tree_has_any(tree, &directory, 1);
}

START_TEST(a_missing_directory_has_no_scripts)
{
	owns_tree struct hook_tree tree = make_tree();

	assert_scripts("Post-Invoke", "");
	ck_assert(!has_any(&tree, "Post-Invoke"));
}
END_TEST

START_TEST(each_fault_has_its_details)
{
	make_script(ETC "F/a", "");
	make_file(ETC "F/b", 0644, "");
	make_link(ETC "F/c", "nothing");
	make_link(ETC "F/d", "d");
	make_node(ETC "F/e", S_IFIFO);
	make_node(ETC "F/f", S_IFSOCK);
	make_script(ETC "F/g", "");
	set_mode(ETC "F/g", 0777);
	assert_scripts("F",
		ETC "F/a fine\n" ETC "F/b not executable\n" ETC
		    "F/c dangling (No such file or directory)\n" ETC
		    "F/d dangling (Too many levels of symbolic links)\n" ETC
		    "F/e not a file\n" ETC "F/f not a file\n" ETC
		    "F/g open to others (Operation not permitted) " ETC "F/g\n");
}
END_TEST

START_TEST(an_unsafe_directory_makes_all_its_scripts_unsafe)
{
	make_script(ETC "F/a", "");
	make_script(LIB "F/b", "");
	set_mode(ETC "F", 0777);
	assert_scripts("F", ETC "F/a open to others (Operation not permitted) " ETC
				"F\n" LIB "F/b fine\n");
}
END_TEST

START_TEST(any_x_bit_makes_an_executable)
{
	make_file(ETC "F/a", 0700, "");
	make_file(ETC "F/b", 0610, "");
	make_file(ETC "F/c", 0601, "");
	make_file(ETC "F/d", 0600, "");
	assert_scripts("F", ETC "F/a fine\n" ETC "F/b fine\n" ETC "F/c fine\n" ETC
				"F/d not executable\n");
}
END_TEST

START_TEST(a_symlink_is_checked_by_its_target)
{
	make_script("/opt/a", "");
	make_file("/opt/b", 0644, "");
	make_directory("/opt/c");
	make_node("/opt/d", S_IFIFO);
	make_link(ETC "F/a", "../../../../opt/a");
	make_link(ETC "F/b", "../../../../opt/b");
	make_link(ETC "F/c", "../../../../opt/c");
	make_link(ETC "F/d", "../../../../opt/d");
	assert_scripts(
		"F", ETC "F/a fine\n" ETC "F/b not executable\n" ETC "F/d not a file\n");
}
END_TEST

START_TEST(a_device_is_not_a_file)
{
	skip_unless(geteuid() == 0 && mknod(at("/zero"), S_IFCHR | 0755, 5 | 1 << 8) == 0,
		"no device can be made here");
	make_script(ETC "F/a", "");
	ck_assert_int_eq(rename(at("/zero"), at(ETC "F/zero")), 0);
	assert_scripts("F", ETC "F/a fine\n" ETC "F/zero not a file\n");
}
END_TEST

START_TEST(a_symlink_to_a_symlink_to_dev_null_masks)
{
	make_script(LIB "F/a", "");
	make_script(LIB "F/b", "");
	make_link(ETC "F/a", "/dev/null");
	make_link("/opt/null", "/dev/null");
	make_link(ETC "F/b", "../../../../opt/null");
	assert_scripts("F", "");
}
END_TEST

START_TEST(a_file_in_place_of_a_directory_is_a_fault)
{
	owns_tree struct hook_tree tree = make_tree();

	make_file(ETC "F", 0644, "");
	make_script(LIB "F/a", "");
	assert_scripts("F", ETC "F unreadable (Not a directory)\n" LIB "F/a fine\n");
	ck_assert(has_any(&tree, "F"));
}
END_TEST

START_TEST(an_unreadable_directory_is_a_fault)
{
	owns_tree struct hook_tree tree = make_tree();

	skip_unless(geteuid() != 0, "root may read everything");
	make_script(ETC "F/a", "");
	set_mode(ETC "F", 0);
	assert_scripts("F", ETC "F unreadable (Permission denied)\n");
	ck_assert(has_any(&tree, "F"));
	set_mode(ETC "F", 0755);
}
END_TEST

/* Its files can be opened by name, but not listed. */
START_TEST(an_unreadable_directory_still_overrides)
{
	make_script(ETC "F/override", "");
	make_link(ETC "F/masked", "/dev/null");
	make_script(ETC "F/unlisted", "");
	make_script(LIB "F/alone", "");
	make_script(LIB "F/masked", "");
	make_script(LIB "F/override", "");
	set_mode(ETC "F", 0711);
	set_mode("/", 0755);
	skip_unless(geteuid() != 0 || seteuid(65534) == 0, "root may list everything");
	assert_scripts("F", ETC "F unreadable (Permission denied)\n" LIB
				"F/alone fine\n" ETC "F/override fine\n");
	ck_assert_int_eq(seteuid(getuid()), 0); /* only root was another */
	set_mode(ETC "F", 0755);
}
END_TEST

START_TEST(an_unreadable_script_is_not_replaced_by_another)
{
	make_script(ETC "F/a", "");
	make_script(LIB "F/a", "");
	set_mode(ETC "F", 0744);
	set_mode("/", 0755);
	skip_unless(geteuid() != 0 || seteuid(65534) == 0, "root may look everywhere");
	assert_scripts("F", ETC "F/a cannot start (Permission denied)\n");
	ck_assert_int_eq(seteuid(getuid()), 0); /* only root was another */
	set_mode(ETC "F", 0755);
}
END_TEST

START_TEST(a_symlink_loop_in_place_of_a_directory_is_a_fault)
{
	make_link(ETC "F", "F");
	assert_scripts("F", ETC "F unreadable (Too many levels of symbolic links)\n");
}
END_TEST

START_TEST(names_of_both_places_are_merged_without_hidden_ones)
{
	owns_tree struct hook_tree tree = make_tree();
	owns_strings struct string_list names = {0};
	owns_scripts struct script_list faults = {0};

	make_directory(ETC "pkgs/b");
	make_directory(ETC "pkgs/a.bak");
	make_directory(LIB "pkgs/b");
	make_directory(LIB "pkgs/A");
	make_directory(ETC "pkgs/.git");
	make_file(LIB "pkgs/c", 0644, "");
	ck_assert_int_eq(hook_tree_names(&tree, "pkgs", &names, &faults), 0);
	ck_assert_uint_eq(faults.count, 0);
	ck_assert_uint_eq(names.count, 4);
	ck_assert_str_eq(names.items[0], "A");
	ck_assert_str_eq(names.items[1], "a.bak");
	ck_assert_str_eq(names.items[2], "b");
	ck_assert_str_eq(names.items[3], "c");
}
END_TEST

START_TEST(unreadable_names_are_a_fault)
{
	owns_tree struct hook_tree tree = make_tree();
	owns_strings struct string_list names = {0};
	owns_scripts struct script_list faults = {0};

	make_file(ETC "pkgs", 0644, "");
	make_directory(LIB "pkgs/a");
	ck_assert_int_eq(hook_tree_names(&tree, "pkgs", &names, &faults), 0);
	ck_assert_uint_eq(names.count, 1);
	ck_assert_uint_eq(faults.count, 1);
	ck_assert_str_eq(faults.items[0].path, at(ETC "pkgs"));
	ck_assert_int_eq(faults.items[0].fault, DIRECTORY_IS_UNREADABLE);
	ck_assert_int_eq(faults.items[0].error, -ENOTDIR);
}
END_TEST

START_TEST(a_directory_has_entries_if_either_place_has)
{
	owns_tree struct hook_tree tree = make_tree();

	make_directory(ETC "F");
	make_file(LIB "F/.gitkeep", 0644, "");
	ck_assert(!has_any(&tree, "F"));
	make_file(LIB "F/a", 0644, "");
	ck_assert(has_any(&tree, "F"));
}
END_TEST

START_TEST(ten_thousand_scripts_keep_their_order)
{
	owns_tree struct hook_tree tree = make_tree();
	owns_scripts struct script_list scripts = {0};

	for (int i = 0; i < 10000; i++) {
		owns_memory char *path = string_format(
			"%sF/%04d", i % 2 == 0 ? ETC : LIB, i * 7919 % 10000);

		make_file(path, 0755, "");
	}
	ck_assert_int_eq(hook_tree_scripts(&tree, "F", &scripts), 0);
	ck_assert_uint_eq(scripts.count, 10000);
	for (size_t i = 0; i < scripts.count; i++) {
		ck_assert_int_eq(atoi(strrchr(scripts.items[i].path, '/') + 1), (int)i);
		ck_assert_int_eq(scripts.items[i].fault, SCRIPT_IS_FINE);
	}
}
END_TEST

START_TEST(only_the_device_null_masks)
{
	make_script(LIB "F/a", "");
	make_script(LIB "F/b", "");
	make_link(ETC "F/a", "/dev/zero");
	make_link(ETC "F/b", "/dev/null");
	assert_scripts("F", ETC "F/a not a file\n");
}
END_TEST

START_TEST(a_path_out_of_the_tree_is_absent)
{
	struct hook_tree tree;

	make_script(ETC "F/a", "");
	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	ck_assert_int_eq(hook_tree_look(&tree, "F/a"), NODE_SCRIPT);
	ck_assert_int_eq(hook_tree_look(&tree, "F/../F/a"), NODE_ABSENT);
	ck_assert_int_eq(hook_tree_look(&tree, "..a"), NODE_ABSENT);
	hook_tree_done(&tree);
}
END_TEST

/* Names below parent, then scripts in directory, of a tree that is only a draft. */
static void assert_draft(const struct draft *draft, const char *parent,
	const char *directory, const char *expected)
{
	owns_tree struct hook_tree tree = make_tree();
	owns_strings struct string_list names = {0};
	owns_scripts struct script_list scripts = {0};
	owns_buffer struct buffer text = {0};

	tree.draft = draft;
	ck_assert_int_eq(hook_tree_names(&tree, parent, &names, &scripts), 0);
	ck_assert_int_eq(hook_tree_scripts(&tree, directory, &scripts), 0);
	for (size_t i = 0; i < names.count; i++)
		buffer_append_format(&text, "%s/\n", names.items[i]);
	for (size_t i = 0; i < scripts.count; i++) {
		struct script copy;

		ck_assert_int_eq(script_copy(&copy, &scripts.items[i]), 0);
		buffer_append_format(&text, "%s %s %d\n", copy.path + strlen(root()),
			copy.relative, (int)scripts.items[i].fault);
		script_done(&copy);
	}
	assert_text(&text, expected);
}

START_TEST(a_copy_of_a_script_keeps_what_its_parts_are)
{
	char path[] = "/copies/etc/a/b";
	const struct script script = {
		.path = path, .relative = path + 14, .original = path + 7};
	struct script copy;

	ck_assert_int_eq(script_copy(&copy, &script), 0);
	ck_assert_ptr_ne(copy.path, path);
	ck_assert_str_eq(copy.path, path);
	ck_assert_str_eq(copy.relative, "b");
	ck_assert_str_eq(copy.original, "/etc/a/b");
	script_done(&copy);
}
END_TEST

START_TEST(a_draft_is_all_of_the_tree)
{
	struct draft draft = {.relative = "pkgs/app/Post-Invoke/x"};
	owns_memory char *path = string_join(at("/root/draft"));
	owns_memory char *folder = string_join(at("/root"));

	make_file("/root/draft", 0755, "");
	make_file(ETC "pkgs/app/Post-Invoke/y", 0755, "");
	draft.path = path;
	assert_draft(&draft, "pkgs", "pkgs/app/Post-Invoke",
		"app/\n/root/draft pkgs/app/Post-Invoke/x 0\n");
	assert_draft(&draft, "multi_pkgs/Post-Invoke", "Post-Invoke", "");
	assert_draft(&draft, "pkg", "pkgs/app", "");
	make_file("/root/draft", 0644, "");
	assert_draft(&draft, "none", "pkgs/app/Post-Invoke",
		"/root/draft pkgs/app/Post-Invoke/x 1\n");
	draft.path = folder;
	assert_draft(&draft, "none", "pkgs/app/Post-Invoke", "");
}
END_TEST

/* What the patterns mean, as fnmatch(3) has it. */
static bool matches_a_pattern(const char *name)
{
	for (size_t i = 0; leftover_patterns[i] != NULL; i++)
		if (fnmatch(leftover_patterns[i], name, 0) == 0)
			return true;
	return fnmatch(".*", name, 0) == 0 || fnmatch("#*#", name, 0) == 0;
}

static void assert_leftover(const char *name, bool is_leftover)
{
	ck_assert_msg(hook_tree_is_leftover(name) == is_leftover, "%s", name);
	ck_assert_msg(matches_a_pattern(name) == is_leftover, "%s", name);
}

START_TEST(these_names_are_leftovers)
{
	static const char *const leftovers[] = {"a~", "a.bak", "a.disabled", "a.save",
		"a.orig", "a.dpkg-old", "a.dpkg-dist", "a.dpkg-new", "a.dpkg-tmp",
		"a.dpkg-", "a.ucf-old", "a.ucf-", "a.distUpgrade", ".a.swp", "a.swp",
		"a.swo", "a.rej", "a.sh,v", "a.old", "a.rpmsave", "a.rpmnew", "a.rpmorig",
		"a.rpmmoved", "a.rhn-cfg-tmp-x", "a.rhn-cfg-tmp-", "a.pacsave",
		"a.pacsave.1", "a.pacsave.", "a.pacnew", "a.pacorig", "a.apk-new",
		"a.cfsaved", "a.cfedited", "a.cfdisabled", "#a#", "##", ".a", ".", "~",
		",v", "a.b.bak", "a.dpkg-b.sh", "a b.bak", "\xff.bak", "\xc3\xa4~",
		".bak"};
	static const char *const others[] = {"", "a", "#", "#a", "a#", "~a", "a.~b",
		"a.bak.", "a.bakx", "abak", "a.BAK", "a.dpkg", "a.dpkgx-old",
		"a-dpkg-old", "a.swpx", "a,vx", "a.v", "a,", "a.pacsaved", "a.pacsave1",
		"a.rhn-cfg-tmp", "a.sh", "010-a.sh", "a.apk-newer", "a.old-1",
		"a.distupgrade", "\xc3\xa4.sh", "ea-__WILDCARD__"};

	for (size_t i = 0; i < COUNT_OF(leftovers); i++)
		assert_leftover(leftovers[i], true);
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_leftover(others[i], false);
}
END_TEST

/* Each ending, with more and less around it. */
START_TEST(an_ending_counts_as_its_pattern_says)
{
	static const char *const around[] = {"", "a", "a.b", ".", "#", "*", "-1", "~x"};

	for (size_t i = 0; leftover_patterns[i] != NULL; i++) {
		owns_memory char *ending = strdup(leftover_patterns[i] + 1);
		size_t size = strcspn(ending, "*");

		ck_assert(leftover_patterns[i][0] == '*' &&
			  leftover_patterns[i][1 + size + (ending[size] == '*')] == '\0');
		for (size_t b = 0; b < COUNT_OF(around); b++)
			for (size_t a = 0; a < COUNT_OF(around); a++)
				for (size_t cut = 0; cut < 2; cut++) {
					owns_memory char *name = string_format("%s%.*s%s",
						around[b], (int)(size - cut), ending,
						around[a]);

					assert_leftover(name, matches_a_pattern(name));
				}
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_copy_of_a_script_keeps_what_its_parts_are,
		a_draft_is_all_of_the_tree, a_missing_directory_has_no_scripts,
		each_fault_has_its_details,
		an_unsafe_directory_makes_all_its_scripts_unsafe,
		any_x_bit_makes_an_executable, a_symlink_is_checked_by_its_target,
		a_device_is_not_a_file, a_symlink_to_a_symlink_to_dev_null_masks,
		a_file_in_place_of_a_directory_is_a_fault,
		an_unreadable_directory_is_a_fault,
		an_unreadable_directory_still_overrides,
		an_unreadable_script_is_not_replaced_by_another,
		a_symlink_loop_in_place_of_a_directory_is_a_fault,
		names_of_both_places_are_merged_without_hidden_ones,
		unreadable_names_are_a_fault, a_directory_has_entries_if_either_place_has,
		ten_thousand_scripts_keep_their_order, only_the_device_null_masks,
		a_path_out_of_the_tree_is_absent, these_names_are_leftovers,
		an_ending_counts_as_its_pattern_says};

	return run_tests("hook_tree", tests, COUNT_OF(tests));
}
