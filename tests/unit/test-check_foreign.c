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

static void append_settings(struct buffer *text, const struct own_settings *settings)
{
	for (size_t i = 0; i < settings->count; i++) {
		const struct own_setting *setting = &settings->items[i];

		buffer_append_format(text, "  %s", setting->name);
		for (size_t j = 0; j < setting->values.count; j++)
			buffer_append_format(text, setting->is_list ? " {%s}" : " %s",
				setting->values.items[j]);
		buffer_append_string(text, "\n");
	}
}

/*
 * For each hook: its line, its path and program, or "no WORD"; its command and settings.
 * Then, for each loss, its number and word.
 */
static void assert_read(
	enum foreign_kind kind, const char *name, const char *text, const char *expected)
{
	owns_hooks struct foreign_hooks hooks = {.items = NULL};
	owns_buffer struct buffer found = {0};

	foreign_read(&hooks, kind, name, slice_of(text));
	for (size_t i = 0; i < hooks.count; i++) {
		const struct foreign_hook *hook = &hooks.items[i];

		if (hook->path == NULL)
			buffer_append_format(&found, "%lu no %s", hook->line, hook->word);
		else
			buffer_append_format(&found, "%lu %s", hook->line, hook->path);
		if (hook->program != NULL)
			buffer_append_format(&found, " -> %s", hook->program);
		buffer_append_string(&found, "\n");
		if (hook->command != NULL)
			buffer_append_format(&found, "  %s\n", hook->command);
		append_settings(&found, &hook->settings);
	}
	for (size_t i = 0; i < hooks.loss_count; i++)
		buffer_append_format(&found, "lost %d at %lu: %s\n", hooks.losses[i].loss,
			hooks.losses[i].line, hooks.losses[i].word);
	if (expected[0] == '\0')
		ck_assert_uint_eq(found.size, 0);
	else
		assert_text(&found, expected);
}

START_TEST(all_that_pacman_knows_has_an_equivalent)
{
	assert_read(FOREIGN_ALPM, "50-linux.hook",
		"# why\n"
		"[Trigger]\n"
		"Operation = Install\n"
		"Operation = Upgrade\n"
		"Type = Package\n"
		"Target = linux*\n"
		"  Target=!linux-docs*  \r\n"
		"Target = php[78]?\n"
		"[Action]\n"
		"Description = Is there room?\n"
		"Depends = coreutils\n"
		"Depends = foo>=2\n"
		"Depends = bar<1:3: why\n"
		"When = PreTransaction\n"
		"Exec = /usr/bin/room -s 'a b' \"c\\\"d\" e\\ f\n",
		"6 Pre-Install-Pkgs/50-linux -> /usr/bin/room\n"
		"  Packages {linux*} {!linux-docs*} {php[78]?}\n"
		"  Operations {install} {upgrade} {downgrade} {reinstall}\n"
		"  Requires {coreutils} {foo (>= 2)} {bar (<< 1:3)}\n"
		"  Input null\n"
		"  Description Is there room?\n"
		"  Arguments {-s} {a b} {c\"d} {e f}\n");
	assert_read(FOREIGN_ALPM, "a.hook",
		"[Trigger]\nType = Package\nOperation = Remove\nTarget = *\n"
		"[Action]\nWhen = PreTransaction\nExec = /bin/a $x\nAbortOnFail\n"
		"NeedsTargets\nDepends = b\n",
		"4 Pre-Install-Pkgs/a\n"
		"  exec /bin/a '$x' <\"$APT_UNIVERSAL_HOOKS_MATCHED\"\n"
		"  Packages {*}\n"
		"  Operations {remove} {purge}\n"
		"  Requires {b}\n"
		"  On-Failure abort\n"
		"lost 5 at 10: b\n");
}
END_TEST

START_TEST(paths_of_pacman_become_absolute)
{
	assert_read(FOREIGN_ALPM, "fontconfig.hook",
		"[Action]\n"
		"When = PostTransaction\n"
		"Exec = /usr/bin/fc-cache -s\n"
		"[Trigger]\n"
		"Target = etc/fonts/conf.d/\n"
		"Type = Path\n"
		"Operation = Install\n"
		"Operation = Upgrade\n"
		"Operation = Remove\n"
		"[Trigger]\n"
		"Type = File\n"
		"Operation = Remove\n"
		"Operation = Install\n"
		"Operation = Upgrade\n"
		"Target = usr/share/fonts/*",
		"5 Post-Invoke/fontconfig -> /usr/bin/fc-cache\n"
		"  Paths {/etc/fonts/conf.d} {/usr/share/fonts/*}\n"
		"  When packages-success\n"
		"  Input null\n"
		"  Arguments {-s}\n");
	assert_read(FOREIGN_ALPM, "a.hook",
		"[Trigger]\nType = Path\nOperation = Remove\nTarget = "
		"usr/share/icons/*/\n"
		"Target = !usr/share/icons/a\n"
		"[Action]\nExec = a\nNeedsTargets\n",
		"4 Post-Invoke/a\n"
		"  sed 's|^/||' \"$APT_UNIVERSAL_HOOKS_MATCHED_PATHS\" | a\n"
		"  Paths {/usr/share/icons/*}\n"
		"  Operations {upgrade} {downgrade} {remove} {purge}\n"
		"  When packages-success\n"
		"lost 2 at 4: !usr/share/icons/a\n");
}
END_TEST

START_TEST(triggers_that_differ_become_several_scripts)
{
	assert_read(FOREIGN_ALPM, "90-image.hook",
		"[Trigger]\nType = Package\nOperation = Install\nTarget = mkinitcpio\n"
		"[Trigger]\nType = Path\nOperation = Remove\nTarget = boot/vmlinuz-*\n"
		"[Trigger]\nType = Package\nOperation = Install\nTarget = booster\n"
		"[Trigger]\nType = Package\nOperation = Install\nTarget = !x\n"
		"[Action]\nExec = /bin/image all\n",
		"4 Post-Invoke/90-image-004\n"
		"  mkdir \"${APT_UNIVERSAL_HOOKS_DATA:?}\"/90-image 2>/dev/null || exit "
		"77; "
		"exec /bin/image all\n"
		"  Packages {mkinitcpio} {booster}\n"
		"  Operations {install}\n"
		"  When packages-success\n"
		"  Input null\n"
		"8 Post-Invoke/90-image-008\n"
		"  mkdir \"${APT_UNIVERSAL_HOOKS_DATA:?}\"/90-image 2>/dev/null || exit "
		"77; "
		"exec /bin/image all\n"
		"  Paths {/boot/vmlinuz-*}\n"
		"  Operations {upgrade} {downgrade} {remove} {purge}\n"
		"  When packages-success\n"
		"  Input null\n"
		"lost 3 at 16: !x\n");
	assert_read(FOREIGN_ALPM, "a.hook",
		"[Trigger]\nType = Package\nTarget = ab\n"
		"[Trigger]\nType = Package\nTarget = a*\nTarget = !ab\n"
		"[Action]\nExec = b 'c\nNeedsTargets\n",
		"3 Post-Invoke/a-003\n"
		"  Packages {ab}\n"
		"  When packages-success\n"
		"6 Post-Invoke/a-006\n"
		"  Packages {a*} {!ab}\n"
		"  When packages-success\n"
		"lost 6 at 9: b 'c\n"
		"lost 4 at 3: \n"
		"lost 4 at 6: \n");
}
END_TEST

START_TEST(what_pacman_does_not_know_is_lost)
{
	assert_read(FOREIGN_ALPM, "a::b.hook",
		"[Trigger]\nType = Group\nOperation = Look\nTarget = a\nWhen = now\n"
		"[Action]\nWhen = never\nWho = me\nExec = b \"\"\n",
		"4 Post-Invoke/a__b\n"
		"  exec b ''\n"
		"  Paths {/a}\n"
		"  When packages-success\n"
		"  Input null\n"
		"lost 0 at 2: Type = Group\n"
		"lost 0 at 3: Operation = Look\n"
		"lost 0 at 5: When = now\n"
		"lost 0 at 7: When = never\n"
		"lost 0 at 8: Who = me\n");
	assert_read(FOREIGN_ALPM, "a.hook", "[Trigger]\nType = Package\nTarget = a(b\n",
		"3 Post-Invoke/a\n  Enabled false\n  When packages-success\n  Input "
		"null\nlost 1 at 3: "
		"a(b\n");
	assert_read(FOREIGN_ALPM, "a.hook", "[Trigger]\nType = Package\nTarget =\n",
		"lost 0 at 3: Target =\n");
}
END_TEST

START_TEST(each_action_of_dnf)
{
	assert_read(FOREIGN_ACTIONS, "php.actions",
		"# a comment: with a colon\n"
		"pre_transaction::::/bin/a\n"
		"post_transaction:nginx.x86_64:in:raise_error=1:/bin/b ${pkg.name} a:b\\ "
		"c\n"
		"post_transaction:php-*:out:mode=json,enabled=0:/bin/c v=${pkg.evr}\n"
		"post_transaction:*:::/bin/d \\${x} ${tmp.y}\n"
		"post_transaction:/usr/bin/*:::e f\\ g\n"
		"repos_loaded::::/bin/f\n"
		"nonsense:::\n"
		"post_transaction:foo-2.0*:::\n"
		"post_transaction:!a:::/bin/g\n",
		"2 Pre-Install-Pkgs/php-002 -> /bin/a\n"
		"  Input null\n"
		"3 Post-Invoke/php-003\n"
		"  exec /bin/b \"$APT_UNIVERSAL_HOOKS_PACKAGE\" 'a:b c'\n"
		"  Packages {nginx:amd64}\n"
		"  Operations {install} {upgrade} {downgrade} {reinstall}\n"
		"  On-Failure abort\n"
		"  Input null\n"
		"  Per-Package true\n"
		"4 Post-Invoke/php-004\n"
		"  exec /bin/c 'v='\"$APT_UNIVERSAL_HOOKS_OLD_VERSION\"\n"
		"  Packages {php-*}\n"
		"  Operations {upgrade} {downgrade} {reinstall} {remove} {purge}\n"
		"  Enabled false\n"
		"  Input null\n"
		"  Per-Package true\n"
		"5 Post-Invoke/php-005\n"
		"  exec /bin/d '${x}' ''\n"
		"  Packages {*}\n"
		"  Input null\n"
		"6 Post-Invoke/php-006\n"
		"  exec e 'f g'\n"
		"  Paths {/usr/bin/*}\n"
		"  Input null\n"
		"7 no repos_loaded\n"
		"9 Post-Invoke/php-009\n"
		"  Packages {foo-2.0*}\n"
		"  Input null\n"
		"10 Post-Invoke/php-010 -> /bin/g\n"
		"  Enabled false\n"
		"  Input null\n"
		"lost 8 at 4: mode=json\n"
		"lost 9 at 5: tmp.y\n"
		"lost 7 at 9: foo-2.0*\n"
		"lost 1 at 10: !a\n");
}
END_TEST

START_TEST(each_line_of_an_action_file_of_dnf_4)
{
	assert_read(FOREIGN_OLD_ACTIONS, "a.action",
		"# a:in:b\n"
		"php*:in:/bin/true\n\n"
		"nginx:any:a:b $name\n"
		"/usr/bin/a:out:c\n"
		"d:up:e\n",
		"2 Post-Invoke/a-002\n"
		"  /bin/true\n"
		"  Packages {php*}\n"
		"  Operations {install} {upgrade} {downgrade} {reinstall}\n"
		"  When packages-success\n"
		"4 Post-Invoke/a-004\n"
		"  a:b $name\n"
		"  Packages {nginx}\n"
		"  When packages-success\n"
		"  Per-Package true\n"
		"5 Post-Invoke/a-005\n"
		"  c\n"
		"  Paths {/usr/bin/a}\n"
		"  Operations {upgrade} {downgrade} {reinstall} {remove} {purge}\n"
		"  When packages-success\n"
		"lost 9 at 4: a:b $name\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {hook_points_of_others,
		our_names_and_similar_ones_are_not_foreign,
		a_file_is_recognized_by_name_and_text,
		all_that_pacman_knows_has_an_equivalent, paths_of_pacman_become_absolute,
		triggers_that_differ_become_several_scripts,
		what_pacman_does_not_know_is_lost, each_action_of_dnf,
		each_line_of_an_action_file_of_dnf_4};

	return run_tests("check_foreign", tests, COUNT_OF(tests));
}
