/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/check_foreign.h"
#include "fixture.h"

#define owns_hooks __attribute__((cleanup(foreign_hooks_done)))

/* expected is "program hook-point", "program -" if apt has none like it, or "". */
static void assert_point(const char *word, const char *expected)
{
	const struct foreign_point *point = foreign_point_of(word);
	owns_buffer struct buffer found = {0};

	if (point != NULL)
		buffer_append_format(&found, "%s %s", point->program,
			point->has_equivalent ? uh_hook_point_name(point->hook_point)
					      : "-");
	buffer_append_string(&found, "");
	if (found.data == NULL)
		ck_assert_str_eq(expected, "");
	else
		assert_text(&found, expected);
}

START_TEST(hook_points_of_others)
{
	assert_point("pretrans", "yum Pre-Install-Pkgs");
	assert_point("posttrans", "yum Post-Invoke");
	assert_point("pre_transaction", "dnf Pre-Install-Pkgs");
	assert_point("transaction", "dnf Post-Invoke");
	assert_point("post_transaction", "dnf Post-Invoke");
	assert_point("PostTransaction", "dnf Post-Invoke");
	assert_point("Post-Trans", "yum Post-Invoke");
	assert_point("config", "yum -");
	assert_point("pre_config", "dnf -");
	assert_point("repos_loaded", "dnf -");
}
END_TEST

START_TEST(our_names_and_similar_ones_are_not_foreign)
{
	static const char *const words[] = {"Post-Invoke", "pre-invoke",
		"Pre-Install-Pkgs", "pkgs", "multi_pkgs", "", "-", "configs", "transact",
		"posttran"};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		assert_point(words[i], "");
}
END_TEST

START_TEST(a_file_is_recognized_by_name_and_text)
{
	static const char alpm[] = "# why\n[Trigger]\nType = Package\n";
	static const char actions[] = "# why\n\npost_transaction::::/bin/true\n";
	static const struct {
		const char *name;
		const char *text;
		enum foreign_kind kind;
	} table[] = {{"a.hook", alpm, FOREIGN_ALPM},
		{"a.hook", " [Action] \r\n", FOREIGN_ALPM},
		{"a.actions", actions, FOREIGN_ACTIONS},
		{"a.actions", "goal_resolved::::a", FOREIGN_ACTIONS},
		{"a.hook", actions, FOREIGN_NONE}, {"a.actions", alpm, FOREIGN_NONE},
		{"a", alpm, FOREIGN_NONE}, {".hook", alpm, FOREIGN_NONE},
		{"hook", alpm, FOREIGN_NONE}, {"a.hook", "", FOREIGN_NONE},
		{"a.hook", "#!/bin/sh\ncat <<E\n[Trigger]\nE\n", FOREIGN_NONE},
		{"a.actions", "#post_transaction::::a\n", FOREIGN_NONE},
		{"a.actions", "post_transaction\n", FOREIGN_NONE},
		{"a.action", "# why\nphp*:in:/bin/true\n", FOREIGN_OLD_ACTIONS},
		{"a.action", "php*:on:/bin/true\n", FOREIGN_NONE},
		{"a.action", "#php*:in:/bin/true\n", FOREIGN_NONE},
		{"a.action", "php*:in:\n", FOREIGN_NONE},
		{"a.conf", "// why\n\ndpkg::Post-Invoke {\"true\";};\n",
			FOREIGN_APT_CONF},
		{"a", "Universal-Hooks {\n", FOREIGN_APT_CONF},
		{"a", "# why\n#clear DPkg::Post-Invoke;\n", FOREIGN_APT_CONF},
		{"a", "#!/bin/sh\nDPkg::Post-Invoke\n", FOREIGN_NONE},
		{"a", "echo\nDPkg::Post-Invoke\n", FOREIGN_NONE},
		{"README", "APT calls these hooks.\n", FOREIGN_NONE}};

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		ck_assert_int_eq(foreign_kind_of(table[i].name, slice_of(table[i].text)),
			table[i].kind);
	}
	ck_assert_str_eq(foreign_program(FOREIGN_ALPM), "pacman");
	ck_assert_str_eq(foreign_program(FOREIGN_ACTIONS), "dnf");
}
END_TEST

/* A line for each hook: its line, word, and directory, "-" or "no point". */
static void assert_read(enum foreign_kind kind, const char *text, const char *expected)
{
	owns_hooks struct foreign_hooks hooks = {.items = NULL};
	owns_buffer struct buffer found = {0};

	foreign_read(&hooks, kind, slice_of(text));
	for (size_t i = 0; i < hooks.count; i++) {
		const struct foreign_hook *hook = &hooks.items[i];
		const char *directory = hook->directory != NULL ? hook->directory : "-";

		buffer_append_format(&found, "%lu %s %s\n", hook->line, hook->word,
			hook->has_point ? directory : "no point");
	}
	if (expected[0] == '\0')
		ck_assert_uint_eq(hooks.count, 0);
	else
		assert_text(&found, expected);
}

START_TEST(each_line_of_an_action_file_of_dnf_4)
{
	assert_read(FOREIGN_OLD_ACTIONS,
		"# "
		"a:in:b\nphp*:in:/bin/true\n\nnginx:any:a:b\n/usr/bin/a:out:c\nd:up:e\n",
		"2 php* multi_pkgs/Post-Invoke/php__WILDCARD__\n"
		"4 nginx pkgs/nginx/Post-Invoke\n"
		"5 /usr/bin/a -\n");
}
END_TEST

START_TEST(each_target_of_pacman)
{
	assert_read(FOREIGN_ALPM,
		"[Trigger]\n"
		"Operation = Upgrade\n"
		"Type = Package\n"
		"Target = nginx\n"
		"Target=linux*\n"
		"  Target =  *  \r\n"
		"#Target = b\n"
		"Target = !linux-docs\n"
		"Target = php[78]\n"
		"[Action]\n"
		"When = PreTransaction\n"
		"Exec = /bin/true\n",
		"4 nginx pkgs/nginx/Pre-Install-Pkgs\n"
		"5 linux* multi_pkgs/Pre-Install-Pkgs/linux__WILDCARD__\n"
		"6 * multi_pkgs/Pre-Install-Pkgs/__WILDCARD__\n"
		"8 !linux-docs -\n"
		"9 php[78] -\n");
}
END_TEST

START_TEST(a_trigger_on_files_has_no_directory)
{
	assert_read(FOREIGN_ALPM,
		"[Action]\n"
		"When = PostTransaction\n"
		"[Trigger]\n"
		"Target = boot\n"
		"Type = Path\n"
		"[Trigger]\n"
		"Type = Package\n"
		"Target = grub\n"
		"[Trigger]\n"
		"Type = File\n"
		"Target = etc",
		"4 boot -\n"
		"8 grub pkgs/grub/Post-Invoke\n"
		"11 etc -\n");
	assert_read(FOREIGN_ALPM, "[Trigger]\nType = Package\nTarget =\n", "");
}
END_TEST

START_TEST(each_action_of_dnf)
{
	assert_read(FOREIGN_ACTIONS,
		"# a comment: with a colon\n"
		"pre_transaction::::/bin/a\n"
		"post_transaction:nginx:in::/bin/b ${pkg.name}\n"
		"post_transaction:php-*:::/bin/c\n"
		"post_transaction:*:::/bin/d\n"
		"post_transaction:/usr/bin/*:::/bin/e\n"
		"repos_loaded::::/bin/f\n"
		"nonsense:::\n",
		"2  Pre-Install-Pkgs\n"
		"3 nginx pkgs/nginx/Post-Invoke\n"
		"4 php-* multi_pkgs/Post-Invoke/php-__WILDCARD__\n"
		"5 * multi_pkgs/Post-Invoke/__WILDCARD__\n"
		"6 /usr/bin/* -\n"
		"7 repos_loaded no point\n");
	assert_read(FOREIGN_NONE, "post_transaction::::/bin/a\n", "");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {hook_points_of_others,
		our_names_and_similar_ones_are_not_foreign,
		a_file_is_recognized_by_name_and_text,
		each_line_of_an_action_file_of_dnf_4, each_target_of_pacman,
		a_trigger_on_files_has_no_directory, each_action_of_dnf};

	return run_tests("check_foreign", tests, COUNT_OF(tests));
}
