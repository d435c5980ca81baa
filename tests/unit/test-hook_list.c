/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "model/hook_list.h"
#include "output.h"
#include "system/rootfs.h"

#include <unistd.h>

static struct admin of_root(void)
{
	return (struct admin){.root = (char *)root()};
}

static void take(struct hook_list *hooks)
{
	const struct admin admin = of_root();

	hook_list_read(hooks, &admin);
}

/* The path without the root, with "etc/" and "lib/" for the two places. */
static const char *short_of(const char *path)
{
	static const char *const places[] = {ETC, LIB};
	static const char *const names[] = {"etc/", "lib/"};
	static char text[2][4096];
	static size_t next;
	char *found = text[next++ % COUNT_OF(text)];

	ck_assert_int_eq(strncmp(path, root(), strlen(root())), 0);
	path += strlen(root());
	for (size_t i = 0; i < COUNT_OF(places); i++)
		if (strncmp(path, places[i], strlen(places[i])) == 0) {
			(void)snprintf(found, sizeof(text[0]), "%s%s", names[i],
				path + strlen(places[i]));
			return found;
		}
	return path;
}

static void write_hook(const struct hook *hook, struct buffer *text)
{
	static const char *const reasons[] = {[REASON_PACKAGE] = "package",
		[REASON_WILDCARD] = "wildcard",
		[REASON_ALWAYS] = "always"};
	static const char *const statuses[] = {[HOOK_EFFECTIVE] = "",
		[HOOK_OVERRIDDEN] = " overridden by ",
		[HOOK_MASKED] = " masked by ",
		[HOOK_IS_MASK] = " is a mask"};
	static const char *const faults[] = {[SCRIPT_IS_FINE] = "",
		[SCRIPT_IS_NOT_EXECUTABLE] = " not executable",
		[SCRIPT_IS_NOT_A_FILE] = " no file",
		[SCRIPT_IS_DANGLING] = " dangling",
		[SCRIPT_IS_OPEN_TO_OTHERS] = " open"};

	buffer_append_format(text, "%s %s", uh_hook_point_name(hook->hook_point),
		reasons[hook->reason]);
	if (hook->match != NULL)
		buffer_append_format(text, " %s", hook->match);
	buffer_append_format(text, " %s%s%s%s\n", short_of(hook->script.path),
		faults[hook->script.fault], statuses[hook->status],
		hook->overridden_by != NULL ? short_of(hook->overridden_by) : "");
	/* relative is the end of path. */
	ck_assert_str_eq(hook->script.relative, short_of(hook->script.path) + 4);
	ck_assert_int_eq(hook->place, short_of(hook->script.path)[0] == 'e'
					      ? PLACE_OF_ADMINISTRATOR
					      : PLACE_OF_PACKAGES);
}

static void assert_hooks(const char *expected)
{
	owns_hook_list struct hook_list hooks;
	owns_buffer struct buffer text = {0};

	take(&hooks);
	for (size_t i = 0; i < hooks.count; i++)
		write_hook(&hooks.items[i], &text);
	for (size_t i = 0; i < hooks.faults.count; i++) {
		const struct script *fault = &hooks.faults.items[i];

		ck_assert_int_eq(fault->fault, DIRECTORY_IS_UNREADABLE);
		buffer_append_format(&text, "unreadable %s: %s\n", short_of(fault->path),
			strerror(-fault->error));
	}
	assert_text(&text, expected);
}

START_TEST(without_a_tree_there_is_no_hook)
{
	assert_hooks("");
	make_directory(ETC "Post-Invoke");
	make_directory(LIB "pkgs/foo/Post-Invoke");
	make_directory(LIB "multi_pkgs/Post-Invoke/foo");
	assert_hooks("");
}
END_TEST

START_TEST(hooks_are_listed_by_hook_point_in_running_order)
{
	make_script(ETC "Post-Invoke/z", "");
	make_script(LIB "Post-Invoke/a", "");
	make_script(ETC "multi_pkgs/Post-Invoke/lib__WILDCARD__/b", "");
	make_script(LIB "pkgs/foo:i386/Post-Invoke/c", "");
	make_script(LIB "pkgs/foo/Post-Invoke/d", "");
	make_script(ETC "pkgs/foo/Pre-Install-Pkgs/e", "");
	make_script(ETC "Pre-Invoke/f", "");
	skip_unless(become_root(), "this is not root");
	assert_hooks("Pre-Invoke always etc/Pre-Invoke/f\n"
		     "Pre-Install-Pkgs package foo etc/pkgs/foo/Pre-Install-Pkgs/e\n"
		     "Post-Invoke package foo lib/pkgs/foo/Post-Invoke/d\n"
		     "Post-Invoke package foo:i386 lib/pkgs/foo:i386/Post-Invoke/c\n"
		     "Post-Invoke wildcard lib__WILDCARD__ "
		     "etc/multi_pkgs/Post-Invoke/lib__WILDCARD__/b\n"
		     "Post-Invoke always lib/Post-Invoke/a\n"
		     "Post-Invoke always etc/Post-Invoke/z\n");
}
END_TEST

START_TEST(pre_invoke_has_no_hooks_by_package)
{
	make_script(ETC "pkgs/foo/Pre-Invoke/a", "");
	make_script(ETC "multi_pkgs/Pre-Invoke/foo/a", "");
	make_script(ETC "post-invoke/a", "");
	assert_hooks("");
}
END_TEST

START_TEST(the_administrators_hook_overrides_that_of_a_package)
{
	make_script(LIB "Post-Invoke/a", "");
	make_script(ETC "Post-Invoke/a", "");
	make_script(LIB "pkgs/foo/Post-Invoke/a", "");
	make_script(ETC "pkgs/bar/Post-Invoke/a", "");
	skip_unless(become_root(), "this is not root");
	assert_hooks("Post-Invoke package bar etc/pkgs/bar/Post-Invoke/a\n"
		     "Post-Invoke package foo lib/pkgs/foo/Post-Invoke/a\n"
		     "Post-Invoke always etc/Post-Invoke/a\n"
		     "Post-Invoke always lib/Post-Invoke/a overridden by "
		     "etc/Post-Invoke/a\n");
}
END_TEST

START_TEST(a_hook_that_cannot_run_still_overrides)
{
	make_script(LIB "Post-Invoke/a", "");
	make_file(ETC "Post-Invoke/a", 0644, "");
	make_script(LIB "Post-Invoke/b", "");
	make_link(ETC "Post-Invoke/b", "nowhere");
	skip_unless(become_root(), "this is not root");
	assert_hooks("Post-Invoke always etc/Post-Invoke/a not executable\n"
		     "Post-Invoke always lib/Post-Invoke/a overridden by "
		     "etc/Post-Invoke/a\n"
		     "Post-Invoke always etc/Post-Invoke/b dangling\n"
		     "Post-Invoke always lib/Post-Invoke/b overridden by "
		     "etc/Post-Invoke/b\n");
}
END_TEST

START_TEST(a_mask_is_listed_with_what_it_masks)
{
	make_script(LIB "Post-Invoke/a", "");
	make_link(ETC "Post-Invoke/a", "/dev/null");
	make_link(ETC "Post-Invoke/b", "/dev/null");
	make_link(LIB "Post-Invoke/c", "/dev/null");
	make_script(ETC "Post-Invoke/c", "");
	skip_unless(become_root(), "this is not root");
	assert_hooks("Post-Invoke always etc/Post-Invoke/a is a mask\n"
		     "Post-Invoke always lib/Post-Invoke/a masked by "
		     "etc/Post-Invoke/a\n"
		     "Post-Invoke always etc/Post-Invoke/b is a mask\n"
		     "Post-Invoke always etc/Post-Invoke/c\n"
		     "Post-Invoke always lib/Post-Invoke/c is a mask\n");
}
END_TEST

START_TEST(directories_and_leftovers_are_no_hooks_and_override_none)
{
	make_script(LIB "Post-Invoke/a", "");
	make_directory(ETC "Post-Invoke/a");
	make_script(LIB "Post-Invoke/b", "");
	make_script(ETC "Post-Invoke/b~", "");
	make_script(ETC "Post-Invoke/b.dpkg-old", "");
	make_script(ETC "Post-Invoke/.b", "");
	make_script(ETC "Post-Invoke/#b#", "");
	skip_unless(become_root(), "this is not root");
	assert_hooks("Post-Invoke always lib/Post-Invoke/a\n"
		     "Post-Invoke always lib/Post-Invoke/b\n");
}
END_TEST

START_TEST(faults_are_judged_as_for_root)
{
	make_script(ETC "Post-Invoke/a", "");
	set_mode(ETC "Post-Invoke/a", 0757);
	make_node(ETC "Post-Invoke/b", S_IFIFO);
	make_link(ETC "Post-Invoke/c", "c");
	make_script(ETC "Post-Invoke/d e;\n\xff", "");
	skip_unless(become_root(), "this is not root");
	assert_hooks("Post-Invoke always etc/Post-Invoke/a open\n"
		     "Post-Invoke always etc/Post-Invoke/b no file\n"
		     "Post-Invoke always etc/Post-Invoke/c dangling\n"
		     "Post-Invoke always etc/Post-Invoke/d e;\n\xff\n");
}
END_TEST

START_TEST(a_script_of_another_user_is_open)
{
	make_script(ETC "Post-Invoke/a", "");
	skip_unless(chown(at(ETC "Post-Invoke/a"), 65534, 0) == 0, "this is not root");
	assert_hooks("Post-Invoke always etc/Post-Invoke/a open\n");
}
END_TEST

START_TEST(a_file_beside_directories_is_ignored)
{
	make_file(ETC "README", 0644, "");
	make_file(ETC "pkgs/README", 0644, "");
	make_link(ETC "pkgs/link", "README");
	make_link(ETC "pkgs/dangling", "nowhere");
	make_file(ETC "multi_pkgs/README", 0644, "");
	make_script(ETC "multi_pkgs/Post-Invoke/README", "");
	assert_hooks("");
}
END_TEST

START_TEST(a_file_does_not_hide_the_directory_of_the_other_place)
{
	make_file(ETC "pkgs/foo", 0644, "");
	make_script(LIB "pkgs/foo/Post-Invoke/a", "");
	skip_unless(become_root(), "this is not root");
	assert_hooks("Post-Invoke package foo lib/pkgs/foo/Post-Invoke/a\n"
		     "unreadable etc/pkgs/foo/Pre-Install-Pkgs: Not a directory\n"
		     "unreadable etc/pkgs/foo/Post-Invoke: Not a directory\n"
		     "unreadable etc/pkgs/foo/Session-End: Not a directory\n");
}
END_TEST

START_TEST(a_file_in_place_of_a_directory_is_reported_once)
{
	make_file(ETC "pkgs", 0644, "");
	make_file(ETC "multi_pkgs/Post-Invoke", 0644, "");
	make_file(ETC "Post-Invoke", 0644, "");
	make_link(LIB "Pre-Invoke", "Pre-Invoke");
	make_file(LIB "pkgs/foo/Pre-Install-Pkgs", 0644, "");
	make_link(LIB "pkgs/loop", "loop");
	make_script(LIB "Post-Invoke/a", "");
	make_script(LIB "multi_pkgs/Post-Invoke/foo/a", "");
	skip_unless(become_root(), "this is not root");
	assert_hooks(
		"Post-Invoke wildcard foo lib/multi_pkgs/Post-Invoke/foo/a\n"
		"Post-Invoke always lib/Post-Invoke/a\n"
		"unreadable lib/Pre-Invoke: Too many levels of symbolic links\n"
		"unreadable etc/pkgs: Not a directory\n"
		"unreadable lib/pkgs/foo/Pre-Install-Pkgs: Not a directory\n"
		"unreadable lib/pkgs/loop/Pre-Install-Pkgs: Too many levels of symbolic "
		"links\n"
		"unreadable lib/pkgs/loop/Post-Invoke: Too many levels of symbolic "
		"links\n"
		"unreadable etc/multi_pkgs/Post-Invoke: Not a directory\n"
		"unreadable etc/Post-Invoke: Not a directory\n"
		"unreadable lib/pkgs/loop/Session-End: Too many levels of symbolic "
		"links\n");
}
END_TEST

START_TEST(an_unreadable_directory_is_reported)
{
	make_script(ETC "Post-Invoke/a", "");
	skip_unless(geteuid() != 0, "root reads everything");
	set_mode(ETC "Post-Invoke", 0);
	assert_hooks("unreadable etc/Post-Invoke: Permission denied\n");
	set_mode(ETC "Post-Invoke", 0755);
}
END_TEST

START_TEST(directories_behind_symlinks_are_directories)
{
	make_script("/real/Post-Invoke/a", "");
	make_link(ETC "pkgs/foo", "../../../../real");
	make_link(ETC "Post-Invoke", "../../../real/Post-Invoke");
	skip_unless(become_root(), "this is not root");
	assert_hooks("Post-Invoke package foo etc/pkgs/foo/Post-Invoke/a\n"
		     "Post-Invoke always etc/Post-Invoke/a\n");
}
END_TEST

START_TEST(there_may_be_many_hooks)
{
	owns_hook_list struct hook_list hooks;

	for (int i = 0; i < 500; i++) {
		owns_memory char *path = string_format(LIB "pkgs/p%d/Post-Invoke/a", i);

		make_script(path, "");
	}
	take(&hooks);
	ck_assert_uint_eq(hooks.count, 500);
	ck_assert_str_eq(hooks.items[499].match, "p99");
}
END_TEST

/* Compares the hook that path names, or "none". */
static const char *find(const struct hook_list *hooks, const char *path)
{
	const struct admin admin = of_root();
	const struct hook *hook = hook_list_find(hooks, &admin, path);

	return hook != NULL ? short_of(hook->script.path) : "none";
}

START_TEST(a_hook_is_found_by_each_of_its_paths)
{
	owns_hook_list struct hook_list hooks;

	make_script(LIB "Post-Invoke/a", "");
	take(&hooks);
	ck_assert_str_eq(find(&hooks, at(LIB "Post-Invoke/a")), "lib/Post-Invoke/a");
	ck_assert_str_eq(find(&hooks, LIB "Post-Invoke/a"), "lib/Post-Invoke/a");
	ck_assert_str_eq(find(&hooks, "Post-Invoke/a"), "lib/Post-Invoke/a");
	ck_assert_str_eq(find(&hooks, "a"), "none");
	ck_assert_str_eq(find(&hooks, ""), "none");
	ck_assert_str_eq(find(&hooks, "Post-Invoke/"), "none");
	ck_assert_str_eq(find(&hooks, ETC "Post-Invoke/a"), "none");
}
END_TEST

START_TEST(of_two_hooks_with_one_name_the_effective_one_is_found)
{
	owns_hook_list struct hook_list hooks;

	make_script(LIB "Post-Invoke/a", "");
	make_script(ETC "Post-Invoke/a", "");
	make_link(LIB "Post-Invoke/b", "/dev/null");
	make_script(ETC "Post-Invoke/b", "");
	make_script(LIB "Post-Invoke/c", "");
	make_link(ETC "Post-Invoke/c", "/dev/null");
	take(&hooks);
	ck_assert_str_eq(find(&hooks, "Post-Invoke/a"), "etc/Post-Invoke/a");
	ck_assert_str_eq(find(&hooks, "Post-Invoke/b"), "etc/Post-Invoke/b");
	ck_assert_str_eq(find(&hooks, "Post-Invoke/c"), "etc/Post-Invoke/c");
	ck_assert_str_eq(find(&hooks, LIB "Post-Invoke/a"), "lib/Post-Invoke/a");
	ck_assert_str_eq(find(&hooks, LIB "Post-Invoke/c"), "lib/Post-Invoke/c");
}
END_TEST

/* Which hook a word names, or "none" after the message. */
static void assert_resolved(const struct hook_list *hooks, const char *word,
	const char *expected, const char *message)
{
	const struct admin admin = of_root();
	const struct hook *hook;

	output_begin();
	ck_assert_int_eq(hook_list_resolve(hooks, &admin, word, &hook),
		message[0] == '\0' ? -1 : STATUS_TROUBLE);
	assert_output("", message);
	ck_assert_str_eq(hook != NULL ? short_of(hook->script.path) : "none", expected);
}

START_TEST(a_hook_is_named_by_the_end_of_its_path)
{
	owns_hook_list struct hook_list hooks;

	make_script(LIB "Post-Invoke/a", "");
	make_script(ETC "pkgs/foo/Post-Invoke/a", "");
	make_script(LIB "Post-Invoke/b", "");
	make_script(ETC "Post-Invoke/b", "");
	take(&hooks);
	assert_resolved(&hooks, "b", "etc/Post-Invoke/b", "");
	assert_resolved(&hooks, LIB "Post-Invoke/b", "lib/Post-Invoke/b", "");
	assert_resolved(&hooks, "Post-Invoke/a", "lib/Post-Invoke/a", "");
	assert_resolved(&hooks, "foo/Post-Invoke/a", "etc/pkgs/foo/Post-Invoke/a", "");
	assert_resolved(&hooks, "a", "none",
		"E: a is the name of 2 hooks; use one of their paths: Post-Invoke/a, "
		"pkgs/foo/Post-Invoke/a\n");
	assert_resolved(&hooks, "/b", "none",
		"E: there is no hook /b; did you mean Post-Invoke/b?\n");
}
END_TEST

START_TEST(the_nearest_name_is_suggested_for_a_missing_hook)
{
	owns_hook_list struct hook_list hooks;
	owns_memory char *wanted = string_format("%s", at(LIB "Post-Invoke/clean_up"));
	owns_memory char *answer = NULL;

	make_script(LIB "Post-Invoke/clean-up", "");
	make_link(ETC "Pre-Invoke/stop", "/dev/null");
	take(&hooks);
	assert_resolved(&hooks, "pre-invoke/stp", "none",
		"E: there is no hook pre-invoke/stp; did you mean Pre-Invoke/stop?\n");
	answer = string_format(
		"E: there is no hook %s; did you mean Post-Invoke/clean-up?\n", wanted);
	assert_resolved(&hooks, wanted, "none", answer);
	assert_resolved(&hooks, "\n", "none",
		"E: there is no hook \\012: apt-universal-hooks list shows all\n");
}
END_TEST

START_TEST(a_path_is_within_a_directory_and_itself)
{
	ck_assert(path_is_within("/a/b", "/a/b"));
	ck_assert(path_is_within("/a/b/c", "/a/b"));
	ck_assert(!path_is_within("/a/bc", "/a/b"));
	ck_assert(!path_is_within("/a", "/a/b"));
}
END_TEST

START_TEST(a_path_is_reduced_to_its_part_in_the_tree)
{
	const struct admin admin = {.root = (char *)"/image"};
	const struct hook_tree tree = {
		.places = {(char *)"/image/etc", (char *)"/image/lib"}};

	ck_assert_str_eq(path_in_tree(&tree, &admin, "/image/lib/pkgs"), "pkgs");
	ck_assert_str_eq(path_in_tree(&tree, &admin, "/lib/pkgs/a"), "pkgs/a");
	ck_assert_str_eq(path_in_tree(&tree, &admin, "/libs/pkgs"), "/libs/pkgs");
	ck_assert_str_eq(path_in_tree(&tree, &admin, "pkgs/a"), "pkgs/a");
}
END_TEST

static struct hook_counts count(enum uh_hook_point hook_point, const char *lines)
{
	const struct admin admin = {.root = (char *)root()};
	struct hook_list hooks;
	struct settings settings;
	struct hook_counts counts;

	hook_list_read(&hooks, &admin);
	/* The user who runs the test owns the hooks and may not be root. */
	for (size_t i = 0; i < hooks.count; i++)
		if (hooks.items[i].script.fault == SCRIPT_IS_OPEN_TO_OTHERS)
			hooks.items[i].script.fault = SCRIPT_IS_FINE;
	ck_assert_int_eq(settings_parse(&settings, slice_of(lines)), 0);
	hook_counts_take(&counts, &hooks, &settings, hook_point);
	settings_done(&settings);
	hook_list_done(&hooks);
	return counts;
}

static void assert_counts(struct hook_counts counts, const char *expected)
{
	owns_buffer struct buffer text = {0};

	hook_counts_add(&text, &counts);
	assert_text(&text, expected);
}

START_TEST(without_hooks_the_count_says_so)
{
	assert_counts(count(UH_POST_INVOKE, ""), "no hooks");
	ck_assert_uint_eq(hook_counts_runnable(&(struct hook_counts){.always = 0}), 0);
}
END_TEST

START_TEST(each_kind_is_counted_at_its_hook_point)
{
	make_script(ETC "Pre-Invoke/a", "");
	make_script(ETC "Post-Invoke/a", "");
	make_script(LIB "Post-Invoke/b", "");
	make_script(LIB "pkgs/foo/Post-Invoke/a", "");
	make_script(ETC "pkgs/bar/Post-Invoke/a", "");
	make_script(ETC "pkgs/bar/Post-Invoke/b", "");
	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__/a", "");
	assert_counts(count(UH_PRE_INVOKE, ""), "1 hook (1 always)");
	assert_counts(count(UH_PRE_INSTALL_PKGS, ""), "no hooks");
	assert_counts(count(UH_POST_INVOKE, ""),
		"6 hooks (3 by package, 1 by wildcard, 2 always)");
}
END_TEST

START_TEST(hooks_that_do_not_run_are_counted_too)
{
	struct hook_counts counts;

	make_file(ETC "Post-Invoke/faulty", 0644, "#!/bin/sh\n");
	make_file(ETC "Post-Invoke/both", 0644, "#!/bin/sh\n");
	make_script(ETC "Post-Invoke/disabled", "");
	make_script(ETC "Post-Invoke/over", "");
	make_script(LIB "Post-Invoke/over", "");
	make_script(LIB "Post-Invoke/masked", "");
	make_link(ETC "Post-Invoke/masked", "/dev/null");
	make_link(ETC "Post-Invoke/nothing", "/dev/null");
	counts = count(UH_POST_INVOKE,
		"Universal-Hooks::Scripts::Post-Invoke/disabled::Enabled=no\n"
		"Universal-Hooks::Scripts::Post-Invoke/both::Enabled=no\n");
	assert_counts(counts, "4 hooks (4 always), 2 disabled, 1 faulty, 1 masked, "
			      "1 overridden");
	ck_assert_uint_eq(hook_counts_hooks(&counts), 4);
	ck_assert_uint_eq(hook_counts_runnable(&counts), 1);
}
END_TEST

START_TEST(masks_alone_are_no_hooks)
{
	make_script(LIB "Post-Invoke/masked", "");
	make_link(ETC "Post-Invoke/masked", "/dev/null");
	assert_counts(count(UH_POST_INVOKE, ""), "no hooks, 1 masked");
}
END_TEST

static void assert_fault(struct script script, const char *expected)
{
	owns_memory char *text = fault_text(&script);

	ck_assert_pstr_eq(text, expected);
}

START_TEST(an_unsafe_path_names_the_path_and_who_has_it)
{
	struct script script = {.fault = SCRIPT_IS_OPEN_TO_OTHERS,
		.unsafe = {.path = (char *)"/a b", .kind = UH_UNSAFE_OWNER}};

	assert_fault(script, "/a b is owned by user root");
	script.unsafe.id = 4294901760;
	assert_fault(script, "/a b is owned by user 4294901760");
	script.unsafe.kind = UH_UNSAFE_GROUP;
	assert_fault(script, "/a b is writable by group 4294901760");
	script.unsafe.id = 0;
	assert_fault(script, "/a b is writable by group root");
	script.unsafe.kind = UH_UNSAFE_WORLD;
	assert_fault(script, "/a b is writable by everyone");
	assert_fault((struct script){.fault = SCRIPT_IS_FINE}, NULL);
	assert_fault((struct script){.fault = WILDCARD_HAS_FAILED},
		"a directory whose name cannot be matched");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {without_a_tree_there_is_no_hook,
		hooks_are_listed_by_hook_point_in_running_order,
		pre_invoke_has_no_hooks_by_package,
		the_administrators_hook_overrides_that_of_a_package,
		a_hook_that_cannot_run_still_overrides,
		a_mask_is_listed_with_what_it_masks,
		directories_and_leftovers_are_no_hooks_and_override_none,
		faults_are_judged_as_for_root, a_script_of_another_user_is_open,
		a_file_beside_directories_is_ignored,
		a_file_does_not_hide_the_directory_of_the_other_place,
		a_file_in_place_of_a_directory_is_reported_once,
		an_unreadable_directory_is_reported,
		directories_behind_symlinks_are_directories, there_may_be_many_hooks,
		a_hook_is_found_by_each_of_its_paths,
		of_two_hooks_with_one_name_the_effective_one_is_found,
		a_hook_is_named_by_the_end_of_its_path,
		the_nearest_name_is_suggested_for_a_missing_hook,
		a_path_is_within_a_directory_and_itself,
		a_path_is_reduced_to_its_part_in_the_tree,
		without_hooks_the_count_says_so, each_kind_is_counted_at_its_hook_point,
		hooks_that_do_not_run_are_counted_too, masks_alone_are_no_hooks,
		an_unsafe_path_names_the_path_and_who_has_it};

	return run_tests("hook_list", tests, COUNT_OF(tests));
}
