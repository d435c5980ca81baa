/* SPDX-License-Identifier: BSD-2-Clause */
/* Which packages hooks need, what of them is there, and where dpkg has its database. */
#include "fixture.h"
#include "model/needs.h"
#include "system/apt.h"

#include <unistd.h>

#define DPKG_QUERY "/usr/bin/dpkg-query"
#define SCRIPTS "Universal-Hooks::Scripts::"

#define owns_hooks __attribute__((cleanup(hook_list_done)))
#define owns_settings __attribute__((cleanup(settings_done)))
#define owns_needs __attribute__((cleanup(needs_done)))

/* What hooks need with these lines of apt's configuration. */
static struct needs find(const char *lines)
{
	const struct admin admin = {.root = (char *)root()};
	owns_hooks struct hook_list hooks;
	owns_settings struct settings settings;
	struct needs needs = {0};

	ck_assert_int_eq(hook_list_read(&hooks, &admin), 0);
	ck_assert_int_eq(settings_parse(&settings, slice_of(lines)), 0);
	ck_assert_int_eq(needs_find(&needs, &hooks, &settings), 0);
	return needs;
}

/* A line a package: its name, whether it is there, what apt says, and its hooks. */
static void assert_needs(const struct needs *needs, const char *expected)
{
	static const char *const knowledge[] = {[KNOWLEDGE_NONE] = "",
		[KNOWN_TO_APT] = " known",
		[UNKNOWN_TO_APT] = " unknown"};
	owns_buffer struct buffer text = {0};

	for (size_t i = 0; i < needs->count; i++) {
		const struct need *need = &needs->items[i];

		buffer_append_format(&text, "%s%s%s:", need->package,
			need->is_installed ? " installed" : "",
			knowledge[need->knowledge]);
		for (size_t k = 0; k < need->hooks.count; k++)
			buffer_append_format(
				&text, " %s", need->hooks.items[k] + strlen(root()));
		buffer_append_string(&text, "\n");
	}
	assert_text(&text, expected);
}

START_TEST(packages_ascend_and_hooks_are_in_their_order)
{
	owns_needs struct needs needs = {0};

	make_script(ETC "Pre-Invoke/z", "");
	make_script(ETC "pkgs/foo/Post-Invoke/a", "");
	make_script(LIB "Post-Invoke/b", "");
	needs = find(SCRIPTS "Post-Invoke/b::Requires::=zlib\n" SCRIPTS
			     "Post-Invoke/b::Requires::=bash\n" SCRIPTS
			     "Pre-Invoke/z::Requires::=zlib\n" SCRIPTS
			     "pkgs::Requires::=zlib:i386\n");
	assert_needs(&needs, "bash: " LIB "Post-Invoke/b\n"
			     "zlib: " ETC "Pre-Invoke/z " LIB "Post-Invoke/b\n"
			     "zlib:i386: " ETC "pkgs/foo/Post-Invoke/a\n");
}
END_TEST

START_TEST(what_does_not_run_needs_nothing)
{
	owns_needs struct needs needs = {0};

	make_script(ETC "Post-Invoke/disabled", "");
	make_script(LIB "Post-Invoke/masked", "");
	make_link(ETC "Post-Invoke/masked", "/dev/null");
	make_script(ETC "Post-Invoke/both", "");
	make_script(LIB "Post-Invoke/both", "");
	needs = find("Universal-Hooks::Requires::=foo\n" SCRIPTS
		     "Post-Invoke/disabled::Enabled=false\n" SCRIPTS
		     "Post-Invoke/gone::Requires::=bar\n");
	assert_needs(&needs, "foo: " ETC "Post-Invoke/both\n");
}
END_TEST

START_TEST(a_package_that_is_named_twice_is_needed_once)
{
	owns_needs struct needs needs = {0};

	make_script(ETC "Post-Invoke/a", "");
	needs = find("Universal-Hooks::Requires::=foo\n"
		     "Universal-Hooks::Requires::=foo\n");
	assert_needs(&needs, "foo: " ETC "Post-Invoke/a\n");
}
END_TEST

START_TEST(dpkg_says_what_is_installed)
{
	owns_needs struct needs needs = {0};

	skip_unless(access(DPKG_QUERY, X_OK) == 0, "there is no dpkg-query");
	make_script(ETC "Post-Invoke/a", "");
	set_database("installed");
	needs = find("Universal-Hooks::Requires::=foo\n"
		     "Universal-Hooks::Requires::=foo:i386\n"
		     "Universal-Hooks::Requires::=no-such\n");
	ck_assert_int_eq(needs_look_up(&needs, at(TEST_DATABASE)), 0);
	assert_needs(&needs, "foo installed: " ETC "Post-Invoke/a\n"
			     "foo:i386: " ETC "Post-Invoke/a\n"
			     "no-such: " ETC "Post-Invoke/a\n");
}
END_TEST

START_TEST(where_nothing_is_needed_dpkg_is_not_asked)
{
	owns_needs struct needs needs = {0};

	make_file(TEST_DATABASE, 0644, "this is no database\n");
	ck_assert_int_eq(needs_look_up(&needs, at(TEST_DATABASE)), 0);
	assert_needs(&needs, "");
}
END_TEST

START_TEST(apt_says_what_it_knows_of_the_rest)
{
	owns_needs struct needs needs = {0};

	make_script(ETC "Post-Invoke/a", "");
	needs = find("Universal-Hooks::Requires::=a\n"
		     "Universal-Hooks::Requires::=b\n"
		     "Universal-Hooks::Requires::=b:i386\n"
		     "Universal-Hooks::Requires::=bb\n");
	needs.items[0].is_installed = true;
	needs_learn(&needs, slice_of("b\tamd64\t-\t1\nbbb\tamd64\t-\t1\n"));
	assert_needs(&needs, "a installed: " ETC "Post-Invoke/a\n"
			     "b known: " ETC "Post-Invoke/a\n"
			     "b:i386 unknown: " ETC "Post-Invoke/a\n"
			     "bb unknown: " ETC "Post-Invoke/a\n");
}
END_TEST

START_TEST(names_that_apt_get_takes_for_something_else)
{
	static const struct {
		const char *package;
		enum knowledge knowledge;
		bool is_misread;
	} cases[] = {
		{"foo", KNOWLEDGE_NONE, false},
		{"foo", UNKNOWN_TO_APT, false},
		{"foo-", KNOWLEDGE_NONE, true},
		{"foo-", UNKNOWN_TO_APT, true},
		{"foo-bar", UNKNOWN_TO_APT, false},
		{"g++", KNOWN_TO_APT, false},
		{"g++", UNKNOWN_TO_APT, true},
		{"python3.9", KNOWN_TO_APT, false},
		{"python3.9", UNKNOWN_TO_APT, true},
		{"python3.9", KNOWLEDGE_NONE, false},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct need need = {.package = (char *)cases[i].package,
			.knowledge = cases[i].knowledge};

		ck_assert_msg(need_is_misread(&need) == cases[i].is_misread,
			"case %zu, %s", i, need.package);
	}
}
END_TEST

START_TEST(the_database_is_where_apt_has_it)
{
	static const struct {
		const char *root;
		const char *lines;
		const char *file;
	} cases[] = {
		{"", "", "/var/lib/dpkg/status"},
		{"", "Dir=/\n", "/var/lib/dpkg/status"},
		{"/image", "Dir=/\n", "/image/var/lib/dpkg/status"},
		{"", "Dir=/alt\n", "/alt/var/lib/dpkg/status"},
		{"", "Dir=/alt/\n", "/alt/var/lib/dpkg/status"},
		{"", "Dir=/\nDir::State::status=/a%20b/status\n", "/a b/status"},
		{"/image", "Dir::State::status=/a/status\n", "/image/a/status"},
		{"/image", "Dir::State::status=/image/a/status\n", "/image/a/status"},
		{"/image", "Dir::State::status=/images/status\n", "/image/images/status"},
		{"", "Dir::State::status=status\n", "/var/lib/dpkg/status"},
		{"", "Dir=\nDir::State::status=\n", "/var/lib/dpkg/status"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct admin admin = {.root = (char *)cases[i].root};
		owns_memory char *file =
			configuration_status_file(&admin, slice_of(cases[i].lines));

		ck_assert_str_eq(file, cases[i].file);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {packages_ascend_and_hooks_are_in_their_order,
		what_does_not_run_needs_nothing,
		a_package_that_is_named_twice_is_needed_once, dpkg_says_what_is_installed,
		where_nothing_is_needed_dpkg_is_not_asked,
		apt_says_what_it_knows_of_the_rest,
		names_that_apt_get_takes_for_something_else,
		the_database_is_where_apt_has_it};

	return run_tests("needs", tests, COUNT_OF(tests));
}
