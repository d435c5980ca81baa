/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings, and what a plan makes of them. */
#include "fixture.h"
#include "plan.h"
#include "renames.h"
#include "settings.h"

#define owns_settings __attribute__((cleanup(settings_done)))
#define owns_script __attribute__((cleanup(script_settings_done)))

static struct settings parse(const char *lines)
{
	struct settings settings;

	ck_assert_int_eq(settings_parse(&settings, slice_of(lines)), 0);
	return settings;
}

static void write_operations(struct buffer *text, unsigned operations)
{
	if (operations == script_settings_default().operations)
		return;
	for (unsigned i = 0; i <= OPERATION_CONFIGURE; i++)
		if ((operations & 1U << i) != 0)
			buffer_append_format(
				text, " %s", operation_name((enum operation)i));
}

/* The settings that apply to a path, if not the default. */
static void assert_holds(
	const struct settings *settings, const char *path, const char *expected)
{
	static const char *const policies[] = {[ON_FAILURE_WARN] = "warn",
		[ON_FAILURE_ABORT] = "abort",
		[ON_FAILURE_ABORT_AFTER] = "abort-after"};
	static const char *const conditions[] = {[WHEN_RAN] = "ran",
		[WHEN_SUCCESS] = "success",
		[WHEN_PACKAGES_SUCCESS] = "packages-success",
		[WHEN_FAILURE] = "failure",
		[WHEN_ALWAYS] = "always"};
	owns_script struct script_settings script;
	owns_buffer struct buffer text = {0};

	ck_assert_int_eq(settings_for(settings, path, &script), 0);
	if (!script.is_enabled)
		buffer_append_string(&text, " disabled");
	if (script.on_failure != ON_FAILURE_WARN)
		buffer_append_format(&text, " %s", policies[script.on_failure]);
	if (script.when != WHEN_RAN)
		buffer_append_format(&text, " %s", conditions[script.when]);
	write_operations(&text, script.operations);
	if (script.timeout != 0)
		buffer_append_format(&text, " %us", script.timeout);
	if (script.output != OUTPUT_TERMINAL)
		buffer_append_format(
			&text, " %s", script.output == OUTPUT_BOTH ? "both" : "log");
	if (script.user != NULL)
		buffer_append_format(&text, " %s", script.user);
	if (strcmp(script.directory, "/") != 0)
		buffer_append_format(&text, " %s", script.directory);
	if (script.is_per_package)
		buffer_append_string(&text, " per-package");
	if (script.input != INPUT_TERMINAL)
		buffer_append_string(&text, " null");
	for (const struct setting_type *type = setting_types; type->name != NULL;
		type++) {
		const struct setting_items *list = setting_list(type, &script);

		for (size_t i = 0; list != NULL && i < list->count; i++)
			buffer_append_format(&text, " %s", list->items[i]);
	}
	if (script.faulty != NULL)
		buffer_append_format(&text, " !%s",
			script.faulty->type != NULL
				? script.faulty->type->name
				: strrchr(script.faulty->key, ':') + 1);
	if (script.description != NULL)
		buffer_append_format(&text, " %s", script.description);
	assert_text(&text, expected);
}

START_TEST(without_settings_the_defaults_apply)
{
	static const char *const nothing[] = {"", "\n\n", "Universal-HooksX=1\n",
		"Universal-Hook=1\n", "Universal-HooksX::Enabled=false\n",
		"Universal-Hooks:Enabled=false\n", "My::Universal-Hooks::Enabled=false\n",
		"Enabled=false\n"};

	for (size_t i = 0; i < COUNT_OF(nothing); i++) {
		owns_settings struct settings settings = parse(nothing[i]);

		ck_assert_msg(
			settings.count == 0, "a setting was found in %s", nothing[i]);
		assert_holds(&settings, "Post-Invoke/a", "");
	}
}
END_TEST

/* A line without the scope, and the values that differ from the default. */
static const struct {
	const char *line;
	const char *holds;
} good[] = {
	{"Enabled=false", " disabled"},
	{"Enabled=0", " disabled"},
	{"Enabled=no", " disabled"},
	{"Enabled=without", " disabled"},
	{"Enabled=OFF", " disabled"},
	{"Enabled=disable", " disabled"},
	{"Enabled=true", ""},
	{"Enabled=1", ""},
	{"Enabled=yes", ""},
	{"Enabled=with", ""},
	{"Enabled=on", ""},
	{"Enabled=Enable", ""},
	{"On-Failure=warn", ""},
	{"On-Failure=abort", " abort"},
	{"On-Failure=Abort-After", " abort-after"},
	{"When=ran", ""},
	{"When=success", " success"},
	{"When=Packages-Success", " packages-success"},
	{"When=failure", " failure"},
	{"When=always", " always"},
	{"Operations::=install", " install"},
	{"Operations::=upgrade", " upgrade"},
	{"Operations::=downgrade", " downgrade"},
	{"Operations::=reinstall", " reinstall"},
	{"Operations::=remove", " remove"},
	{"Operations::=purge", " purge"},
	{"Operations::mine=configure", " configure"},
	{"Timeout=0", ""},
	{"Timeout=1", " 1s"},
	{"Timeout=86400", " 86400s"},
	{"User=nobody", " nobody"},
	{"User=J%c3%bcrgen", " J\xc3\xbcrgen"},
	{"Directory=/", ""},
	{"Directory=/srv/a%20b", " /srv/a b"},
	{"Output=terminal", ""},
	{"Output=Both", " both"},
	{"Output=log", " log"},
	{"Packages::=linux-*", " linux-*"},
	{"Packages::=!linux-doc*", " !linux-doc*"},
	{"Paths::=/boot/vmlinuz-*", " /boot/vmlinuz-*"},
	{"Paths::=*.desktop", " *.desktop"},
	{"Per-Package=true", " per-package"},
	{"Environment::=LEVEL=1%202", " LEVEL=1 2"},
	{"Arguments::=--quick", " --quick"},
	{"Arguments::=", " "},
	{"Input=terminal", ""},
	{"Input=Null", " null"},
	{"Requires::=g++-12", " g++-12"},
	{"Requires::mine=libc6:amd64", " libc6:amd64"},
	{"Requires::=a%20(>>%202),b|c:i386(<%3d1:3)", " a (>> 2),b|c:i386(<=1:3)"},
	{"Description=Dump%20the%20databases", " Dump the databases"},
	{"Description=\"%0a", " \"\n"},
};

START_TEST(every_documented_value_is_accepted)
{
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		owns_memory char *line =
			string_format("Universal-Hooks::%s\n", good[i].line);
		owns_settings struct settings settings = parse(line);

		ck_assert_uint_eq(settings.count, 1);
		ck_assert_msg(settings.items[0].type != NULL, "%s is unknown", line);
		ck_assert_msg(!settings.items[0].is_value_bad, "%s is refused", line);
		assert_holds(&settings, "Post-Invoke/a", good[i].holds);
	}
}
END_TEST

START_TEST(an_invalid_value_leaves_the_default)
{
	static const char *const bad[] = {"Enabled=maybe", "Enabled=2",
		"Enabled=", "Enabled", "When=never", "When=always%20", "Operations::=fly",
		"Operations::=Install%2cremove", "Timeout=soon", "Timeout=-1",
		"Timeout=+1", "Timeout=1.5", "Timeout=5s", "Timeout=%205",
		"Timeout=86401", "Timeout=18446744073709551617",
		"Timeout=99999999999999999999999", "User", "Directory=srv",
		"Directory=", "Output=none", "Output=", "Input=closed", "Per-Package=one",
		"Description="};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		owns_memory char *line = string_format("Universal-Hooks::%s\n", bad[i]);
		owns_settings struct settings settings = parse(line);

		ck_assert_uint_eq(settings.count, 1);
		ck_assert_msg(settings.items[0].type != NULL, "%s is unknown", line);
		ck_assert_msg(settings.items[0].is_value_bad, "%s is taken", line);
		assert_holds(&settings, "Post-Invoke/a", "");
	}
}
END_TEST

/* A guard that is misspelt must not open. */
START_TEST(an_invalid_guard_is_not_ignored)
{
	static const struct {
		const char *line;
		const char *holds;
	} bad[] = {
		{"On-Failure=maybe", " abort"},
		{"On-Failure=abort-", " abort"},
		{"On-Failure=", " abort"},
		{"On-Failure::=warn", " abort"},
		{"Scripts::Post-Invoke/a::On-Failure=wran", " abort"},
		{"Requires::=--help", " --help !Requires"},
		{"Requires::=foo*", " foo* !Requires"},
		{"Requires::=foo%0abar", " foo\nbar !Requires"},
		{"Requires::=", "  !Requires"},
		{"Requires::=a%20(>%202)", " a (> 2) !Requires"},
		{"Requires::=a%20b", " a b !Requires"},
		{"Requires::=a,", " a, !Requires"},
		{"Requires::=a:", " a: !Requires"},
		{"Requires=foo", " foo !Requires"},
		{"Packages::=", "  !Packages"},
		{"Packages=zsh", " zsh !Packages"},
		{"Paths::=boot/*", " boot/* !Paths"},
		{"Environment::=LEVEL", " LEVEL !Environment"},
		{"Environment::=2A=1", " 2A=1 !Environment"},
		{"Environment::=A-B=1", " A-B=1 !Environment"},
		{"Environment::=APT_UNIVERSAL_HOOKS=off",
			" APT_UNIVERSAL_HOOKS=off !Environment"},
		{"Environment::=APT_UNIVERSAL_HOOKS_DATA=/",
			" APT_UNIVERSAL_HOOKS_DATA=/ !Environment"},
		{"Arguments=--quick", " --quick !Arguments"},
		{"Scripts::Post-Invoke/a::Requires=foo", " foo !Requires"},
		/* One letter of the name differs. */
		{"On-Failur=warn", " abort"},
		{"On_Failure=abort", " abort"},
		{"Scripts::Post-Invoke/a::Package=zsh", " zsh !Package"},
		{"Path=/boot/*", " /boot/* !Path"},
		{"Require=foo", " foo !Require"},
	};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		owns_memory char *line =
			string_format("Universal-Hooks::%s\n", bad[i].line);
		owns_settings struct settings settings = parse(line);

		ck_assert_uint_eq(settings.count, 1);
		ck_assert_msg(
			settings.items[0].is_value_bad || settings.items[0].type == NULL,
			"%s is taken", line);
		ck_assert(setting_is_guard(settings.items));
		assert_holds(&settings, "Post-Invoke/a", bad[i].holds);
	}
}
END_TEST

START_TEST(a_nearer_guard_replaces_an_invalid_one)
{
	owns_settings struct settings settings =
		parse("Universal-Hooks::Requires::=foo*\n"
		      "Universal-Hooks::On-Failure=maybe\n"
		      "Universal-Hooks::Scripts::Post-Invoke/a::Requires::=foo\n"
		      "Universal-Hooks::Scripts::Post-Invoke/a::On-Failure=warn\n"
		      "Universal-Hooks::Scripts::Post-Invoke/c::Requires::=-a\n"
		      "Universal-Hooks::Scripts::Post-Invoke/c::Requires::=b\n");

	assert_holds(&settings, "Post-Invoke/a", " foo");
	assert_holds(&settings, "Post-Invoke/b", " abort foo* !Requires");
	assert_holds(&settings, "Post-Invoke/c", " abort -a b !Requires");
}
END_TEST

START_TEST(a_list_is_not_a_string_and_a_string_is_not_a_list)
{
	static const char *const bad[] = {"Operations=install", "Enabled::=false",
		"When::a=always", "Timeout::=5", "User::=nobody", "Directory::=/srv",
		"Output::=log", "Description::=words",
		"Scripts::Post-Invoke/a::Timeout::=5"};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		owns_memory char *line = string_format("Universal-Hooks::%s\n", bad[i]);
		owns_settings struct settings settings = parse(line);

		ck_assert_uint_eq(settings.count, 1);
		ck_assert_msg(settings.items[0].type != NULL, "%s is unknown", line);
		ck_assert_msg(settings.items[0].is_value_bad, "%s is taken", line);
		assert_holds(&settings, "Post-Invoke/a", "");
	}
}
END_TEST

START_TEST(an_unknown_name_is_kept_for_a_warning)
{
	static const char *const unknown[] = {"No-Such=red", "Timeouts=5", "Time=5",
		"Scripts=5", "Scripts::=5", "Scripts::Post-Invoke/a=5",
		"Scripts::Post-Invoke/a::No-Such=red", "Scripts::Post-Invoke/a::=5",
		"No-Such::=red", "=5"};

	for (size_t i = 0; i < COUNT_OF(unknown); i++) {
		owns_memory char *line =
			string_format("Universal-Hooks::%s\n", unknown[i]);
		owns_memory char *key = strndup(line, strcspn(line, "="));
		owns_settings struct settings settings = parse(line);

		ck_assert_msg(settings.count == 1, "%s was lost", line);
		ck_assert_msg(settings.items[0].type == NULL, "%s is known", line);
		ck_assert_str_eq(settings.items[0].key, key);
		assert_holds(&settings, "Post-Invoke/a", "");
	}
}
END_TEST

START_TEST(the_scope_itself_is_not_a_setting)
{
	static const char *const lines[] = {
		"Universal-Hooks=1\n", "universal-hooks=1\n", "Universal-Hooks::=1\n"};

	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		owns_settings struct settings settings = parse(lines[i]);

		ck_assert_msg(settings.count == 1, "%s was lost", lines[i]);
		ck_assert_msg(settings.items[0].type == NULL, "%s is known", lines[i]);
		ck_assert_str_eq(settings.items[0].value, "1");
		assert_holds(&settings, "Post-Invoke/a", "");
	}
}
END_TEST

START_TEST(keys_and_values_are_decoded)
{
	owns_settings struct settings settings =
		parse("Universal-Hooks::Scripts::Post-Invoke/a%20b%3dc%25%e4::Directory="
		      "/x%3d=%25y\n"
		      "Universal-Hooks::No%20Such=a%0ab\n");

	assert_holds(&settings, "Post-Invoke/a b=c%\xe4", " /x==%y");
	assert_holds(&settings, "Post-Invoke/a%20b%3dc%25%e4", "");
	ck_assert_str_eq(settings.items[1].key, "Universal-Hooks::No Such");
	ck_assert_str_eq(settings.items[1].value, "a\nb");
}
END_TEST

START_TEST(names_ignore_case_and_paths_do_not)
{
	owns_settings struct settings settings =
		parse("universal-hooks::TIMEOUT=1\n"
		      "UNIVERSAL-HOOKS::scripts::Post-Invoke/a::when=always\n"
		      "Universal-Hooks::Scripts::post-invoke/a::User=nobody\n");

	assert_holds(&settings, "Post-Invoke/a", " always 1s");
}
END_TEST

START_TEST(the_nearest_of_each_setting_wins)
{
	owns_settings struct settings settings = parse(
		"Universal-Hooks::Scripts::pkgs/foo/Post-Invoke/a::Timeout=3\n"
		"Universal-Hooks::Scripts::pkgs/foo/Post-Invoke::Timeout=2\n"
		"Universal-Hooks::Scripts::pkgs/foo/Post-Invoke/::When=always\n"
		"Universal-Hooks::Scripts::pkgs::On-Failure=abort\n"
		"Universal-Hooks::Timeout=1\n"
		"Universal-Hooks::On-Failure=abort-after\n"
		"Universal-Hooks::Enabled=false\n"
		"Universal-Hooks::Scripts::pkgs/foo::Enabled=true\n"
		"Universal-Hooks::Scripts::pkgs/foo/Post-Invoke/b::Enabled=false\n");

	assert_holds(&settings, "pkgs/foo/Post-Invoke/a", " abort always 3s");
	assert_holds(&settings, "pkgs/foo/Post-Invoke/b", " disabled abort always 2s");
	assert_holds(&settings, "pkgs/foo/Pre-Install-Pkgs/a", " abort 1s");
	assert_holds(&settings, "pkgs/bar/Post-Invoke/a", " disabled abort 1s");
	assert_holds(&settings, "Post-Invoke/a", " disabled abort-after 1s");
}
END_TEST

START_TEST(a_nearer_list_replaces_a_farther_one_completely)
{
	owns_settings struct settings settings =
		parse("Universal-Hooks::Operations::=install\n"
		      "Universal-Hooks::Operations::=remove\n"
		      "Universal-Hooks::Requires::=foo\n"
		      "Universal-Hooks::Requires::=bar\n"
		      "Universal-Hooks::Scripts::pkgs/a::Operations::=purge\n"
		      "Universal-Hooks::Scripts::pkgs/a::Requires::x=baz\n"
		      "Universal-Hooks::Scripts::pkgs/a::Requires::y=qux\n");

	assert_holds(&settings, "pkgs/b/Post-Invoke/a", " install remove foo bar");
	assert_holds(&settings, "pkgs/a/Post-Invoke/a", " purge baz qux");
}
END_TEST

START_TEST(a_path_applies_to_what_is_below_and_not_beside_it)
{
	owns_settings struct settings settings =
		parse("Universal-Hooks::Scripts::Post-Invoke/010-a::Timeout=5\n"
		      "Universal-Hooks::Scripts::pkgs/lib::When=always\n");

	assert_holds(&settings, "Post-Invoke/010-a", " 5s");
	assert_holds(&settings, "Post-Invoke/010-ab", "");
	assert_holds(&settings, "Post-Invoke/010", "");
	assert_holds(&settings, "Post-Invoke", "");
	assert_holds(&settings, "pkgs/Post-Invoke/010-a", "");
	assert_holds(&settings, "pkgs/lib/Post-Invoke/a", " always");
	assert_holds(&settings, "pkgs/libc6/Post-Invoke/a", "");
}
END_TEST

START_TEST(a_path_may_contain_an_architecture)
{
	owns_settings struct settings settings = parse(
		"Universal-Hooks::Scripts::pkgs/libc6:i386/Post-Invoke::Timeout=5\n");

	assert_holds(&settings, "pkgs/libc6:i386/Post-Invoke/a", " 5s");
	assert_holds(&settings, "pkgs/libc6/Post-Invoke/a", "");
}
END_TEST

START_TEST(the_last_line_wins)
{
	owns_settings struct settings settings =
		parse("Universal-Hooks::Timeout=1\n"
		      "Universal-Hooks::Scripts::Post-Invoke/a::User=first\n"
		      "Universal-Hooks::Timeout=2\n"
		      "Universal-Hooks::Scripts::Post-Invoke/a::User=last\n");

	assert_holds(&settings, "Post-Invoke/a", " 2s last");
}
END_TEST

START_TEST(any_bytes_are_parsed_safely)
{
	static const char bytes[] = "Universal-Hooks::User=a\0b\n"
				    "Universal-Hooks::\0\n"
				    "Universal-Hooks::Timeout=%\n"
				    "Universal-Hooks::Timeout=%3\n"
				    "Universal-Hooks::%zz=%zz\n"
				    "Universal-Hooks::::::=\n"
				    "Universal-Hooks::Scripts::::Timeout=5\n"
				    "Universal-Hooks::When=alwa";
	owns_settings struct settings settings;

	ck_assert_int_eq(
		settings_parse(&settings, (struct slice){bytes, sizeof(bytes) - 1}), 0);
	ck_assert_uint_eq(settings.count, 8);
	ck_assert(settings.items[2].is_value_bad && settings.items[3].is_value_bad);
	ck_assert(settings.items[7].is_value_bad);
}
END_TEST

START_TEST(ten_thousand_settings_are_kept_apart)
{
	owns_buffer struct buffer lines = {0};
	owns_settings struct settings settings;

	for (int i = 1; i <= 10000; i++)
		buffer_append_format(&lines,
			"Universal-Hooks::Scripts::Post-Invoke/%d::Timeout=%d\n", i, i);
	ck_assert_int_eq(lines.error, 0);
	ck_assert_int_eq(settings_parse(&settings, buffer_slice(&lines)), 0);
	ck_assert_uint_eq(settings.count, 10000);
	for (int i = 1; i <= 10000; i += 1111) {
		owns_memory char *path = string_format("Post-Invoke/%d", i);
		owns_memory char *expected = string_format(" %ds", i);

		assert_holds(&settings, path, expected);
	}
	assert_holds(&settings, "Post-Invoke/10001", "");
}
END_TEST

START_TEST(a_valid_when_is_mentioned_for_any_path)
{
	owns_settings struct settings settings =
		parse("Universal-Hooks::Scripts::Post-Invoke/a::When=always\n"
		      "Universal-Hooks::When=failures\n"
		      "Universal-Hooks::Scripts::Post-Invoke/b=failure\n");

	ck_assert(settings_mention_when(&settings, WHEN_ALWAYS));
	ck_assert(!settings_mention_when(&settings, WHEN_FAILURE));
	ck_assert(!settings_mention_when(&settings, WHEN_SUCCESS));
}
END_TEST

START_TEST(each_when_has_the_name_that_it_is_read_from)
{
	static const char *const names[] = {[WHEN_RAN] = "ran",
		[WHEN_SUCCESS] = "success",
		[WHEN_PACKAGES_SUCCESS] = "packages-success",
		[WHEN_FAILURE] = "failure",
		[WHEN_ALWAYS] = "always"};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		owns_memory char *line =
			string_join("Universal-Hooks::When=", names[i], "\n");
		owns_settings struct settings settings = parse(line);

		ck_assert(settings_mention_when(&settings, (enum when)i));
		ck_assert_str_eq(when_name((enum when)i), names[i]);
	}
}
END_TEST

START_TEST(some_settings_choose_packages)
{
	owns_buffer struct buffer names = {0};

	for (const struct setting_type *type = setting_types; type->name != NULL; type++)
		if (setting_type_chooses_packages(type))
			buffer_append_format(&names, "%s ", type->name);
	assert_text(&names, "Packages Paths Per-Package ");
}
END_TEST

START_TEST(only_user_is_a_user)
{
	owns_settings struct settings settings = parse("Universal-Hooks::User=nobody\n"
						       "Universal-Hooks::Users=nobody\n"
						       "Universal-Hooks::Timeout=5\n");

	ck_assert(setting_is_user(&settings.items[0]));
	ck_assert(!setting_is_user(&settings.items[1]));
	ck_assert(!setting_is_user(&settings.items[2]));
}
END_TEST

/* A plan with all that it needs. */
struct planned {
	struct hook_tree tree;
	struct transaction transaction;
	struct settings settings;
	struct plan plan;
};

static void planned_done(struct planned *planned)
{
	plan_done(&planned->plan);
	settings_done(&planned->settings);
	transaction_done(&planned->transaction);
	hook_tree_done(&planned->tree);
}
#define owns_planned __attribute__((cleanup(planned_done)))

static void plan_with(struct planned *planned, const char *settings)
{
	ck_assert_int_eq(hook_tree_init(&planned->tree, root()), 0);
	parse_packages(&planned->transaction,
		"bar - - none < 1 all none /bar.deb\n"
		"foo 1 all none > - - none **REMOVE**\n"
		"libfoo - - none < 2 amd64 same /libfoo.deb\n"
		"libfoo 1 i386 same < 2 i386 same /libfoo.deb\n");
	planned->settings = parse(settings);
	ck_assert_int_eq(plan_make(&planned->plan, &planned->tree, UH_POST_INVOKE,
				 &planned->transaction),
		0);
	plan_apply_settings(&planned->plan, &planned->tree, &planned->settings,
		&planned->transaction);
}

/* For each run its path, why it is skipped, and its packages. */
static void assert_runs(const struct planned *planned, const char *expected)
{
	owns_buffer struct buffer text = {0};

	for (size_t i = 0; i < planned->plan.count; i++) {
		const struct planned_run *run = &planned->plan.runs[i];
		owns_buffer struct buffer matched = {0};

		buffer_append_string(&text, run->script.relative);
		if (run->skip != SKIP_NONE) {
			buffer_append_format(&text, ": %s", skip_name(run->skip));
		} else if (run->reason == REASON_PACKAGE) {
			buffer_append_format(&text, " %s %s", run->package->architecture,
				operation_name(run->package->operation));
		} else if (run->reason == REASON_WILDCARD) {
			ck_assert_int_eq(planned_run_names(run, &planned->transaction,
						 &matched, NULL),
				0);
			for (size_t at = 0; at < matched.size; at++)
				if (matched.data[at] == '\n')
					matched.data[at] = ' ';
			buffer_append_string(&text, " ");
			buffer_append(&text, buffer_slice(&matched));
		}
		buffer_append_string(&text, "\n");
	}
	assert_text(&text, expected);
}

START_TEST(operations_select_the_packages_of_a_script)
{
	static const struct {
		const char *settings;
		const char *runs;
	} cases[] = {
		{"", "pkgs/foo/Post-Invoke/a all remove\n"
		     "pkgs/libfoo/Post-Invoke/a amd64 install\n"
		     "pkgs/libfoo:i386/Post-Invoke/a i386 upgrade\n"
		     "multi_pkgs/Post-Invoke/__WILDCARD__foo/a foo libfoo \n"
		     "multi_pkgs/Post-Invoke/__WILDCARD__foo:i386/a libfoo \n"
		     "Post-Invoke/a\n"},
		{"Universal-Hooks::Operations::=upgrade\n",
			"pkgs/foo/Post-Invoke/a: Operations\n"
			"pkgs/libfoo/Post-Invoke/a i386 upgrade\n"
			"pkgs/libfoo:i386/Post-Invoke/a i386 upgrade\n"
			"multi_pkgs/Post-Invoke/__WILDCARD__foo/a libfoo \n"
			"multi_pkgs/Post-Invoke/__WILDCARD__foo:i386/a libfoo \n"
			"Post-Invoke/a\n"},
		{"Universal-Hooks::Operations::=install\n"
		 "Universal-Hooks::Operations::=remove\n",
			"pkgs/foo/Post-Invoke/a all remove\n"
			"pkgs/libfoo/Post-Invoke/a amd64 install\n"
			"pkgs/libfoo:i386/Post-Invoke/a: Operations\n"
			"multi_pkgs/Post-Invoke/__WILDCARD__foo/a foo libfoo \n"
			"multi_pkgs/Post-Invoke/__WILDCARD__foo:i386/a: Operations\n"
			"Post-Invoke/a\n"},
		{"Universal-Hooks::Scripts::multi_pkgs::Operations::=remove\n"
		 "Universal-Hooks::Scripts::pkgs/foo::Enabled=false\n",
			"pkgs/foo/Post-Invoke/a: Enabled\n"
			"pkgs/libfoo/Post-Invoke/a amd64 install\n"
			"pkgs/libfoo:i386/Post-Invoke/a i386 upgrade\n"
			"multi_pkgs/Post-Invoke/__WILDCARD__foo/a foo \n"
			"multi_pkgs/Post-Invoke/__WILDCARD__foo:i386/a: Operations\n"
			"Post-Invoke/a\n"},
	};

	make_script(ETC "pkgs/foo/Post-Invoke/a", ":");
	make_script(ETC "pkgs/libfoo/Post-Invoke/a", ":");
	make_script(ETC "pkgs/libfoo:i386/Post-Invoke/a", ":");
	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__foo/a", ":");
	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__foo:i386/a", ":");
	make_script(ETC "Post-Invoke/a", ":");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_planned struct planned planned;

		plan_with(&planned, cases[i].settings);
		assert_runs(&planned, cases[i].runs);
	}
}
END_TEST

START_TEST(when_selects_by_the_result)
{
	static const struct {
		bool has_run;
		enum result result;
		const char *runs[4];
	} cases[] = {
		{true, RESULT_OK, {"always", "packages-success", "ran", "success"}},
		{true, RESULT_FAILED, {"always", "failure", "ran"}},
		{true, RESULT_UNKNOWN, {"always", "ran"}},
		{false, RESULT_ABORTED, {"always", "failure"}},
	};
	static const char *const words[] = {
		"always", "failure", "packages-success", "ran", "success"};

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		owns_memory char *path = string_format(ETC "Post-Invoke/%s", words[i]);

		make_script(path, ":");
	}
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_planned struct planned planned;
		owns_buffer struct buffer expected = {0};

		for (size_t w = 0, run = 0; w < COUNT_OF(words); w++) {
			bool runs = run < 4 && cases[i].runs[run] != NULL &&
				    strcmp(cases[i].runs[run], words[w]) == 0;

			buffer_append_format(&expected, "Post-Invoke/%s%s\n", words[w],
				runs ? "" : ": When");
			run += runs;
		}
		buffer_append(&expected, (struct slice){"", 1});
		plan_with(&planned,
			"Universal-Hooks::Scripts::Post-Invoke/always::When=always\n"
			"Universal-Hooks::Scripts::Post-Invoke/failure::When=failure\n"
			"Universal-Hooks::Scripts::Post-Invoke/packages-success::When="
			"packages-success\n"
			"Universal-Hooks::Scripts::Post-Invoke/success::When=success\n");
		plan_apply_when(&planned.plan, &planned.transaction, cases[i].has_run,
			cases[i].result);
		assert_runs(&planned, expected.data);
		ck_assert(plan_has_work(&planned.plan));
	}
}
END_TEST

/* Outcomes of foo, libfoo:amd64 and libfoo:i386, and what then runs. */
static const struct {
	bool has_run;
	enum result result;
	enum outcome outcomes[3];
	const char *settings;
	const char *runs;
} packages_success_cases[] = {
	{true, RESULT_FAILED, {OUTCOME_DONE, OUTCOME_DONE, OUTCOME_FAILED}, "",
		"pkgs/foo/Post-Invoke/a all remove\n"
		"pkgs/libfoo/Post-Invoke/a: When\n"
		"pkgs/libfoo:i386/Post-Invoke/a: When\n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo/a foo \n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo:__WILDCARD__/a foo \n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo:i386/a: When\n"
		"Post-Invoke/a: When\n"},
	{true, RESULT_FAILED, {OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_DONE}, "",
		"pkgs/foo/Post-Invoke/a: When\n"
		"pkgs/libfoo/Post-Invoke/a: When\n"
		"pkgs/libfoo:i386/Post-Invoke/a i386 upgrade\n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo/a: When\n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo:__WILDCARD__/a: When\n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo:i386/a libfoo \n"
		"Post-Invoke/a: When\n"},
	/* Operations chooses the packages that a script is for. */
	{true, RESULT_FAILED, {OUTCOME_FAILED, OUTCOME_FAILED, OUTCOME_DONE},
		"Universal-Hooks::Operations::=upgrade\n",
		"pkgs/foo/Post-Invoke/a: Operations\n"
		"pkgs/libfoo/Post-Invoke/a i386 upgrade\n"
		"pkgs/libfoo:i386/Post-Invoke/a i386 upgrade\n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo/a libfoo \n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo:__WILDCARD__/a libfoo \n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo:i386/a libfoo \n"
		"Post-Invoke/a: When\n"},
	{true, RESULT_UNKNOWN, {OUTCOME_PENDING, OUTCOME_PENDING, OUTCOME_PENDING}, "",
		"pkgs/foo/Post-Invoke/a: When\n"
		"pkgs/libfoo/Post-Invoke/a: When\n"
		"pkgs/libfoo:i386/Post-Invoke/a: When\n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo/a: When\n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo:__WILDCARD__/a: When\n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo:i386/a: When\n"
		"Post-Invoke/a: When\n"},
	{false, RESULT_ABORTED, {OUTCOME_DONE, OUTCOME_DONE, OUTCOME_FAILED}, "",
		"pkgs/foo/Post-Invoke/a: When\n"
		"pkgs/libfoo/Post-Invoke/a: When\n"
		"pkgs/libfoo:i386/Post-Invoke/a: When\n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo/a: When\n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo:__WILDCARD__/a: When\n"
		"multi_pkgs/Post-Invoke/__WILDCARD__foo:i386/a: When\n"
		"Post-Invoke/a: When\n"},
};

START_TEST(packages_success_is_that_of_the_packages_that_a_script_is_for)
{
	make_script(ETC "pkgs/foo/Post-Invoke/a", ":");
	make_script(ETC "pkgs/libfoo/Post-Invoke/a", ":");
	make_script(ETC "pkgs/libfoo:i386/Post-Invoke/a", ":");
	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__foo/a", ":");
	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__foo:__WILDCARD__/a", ":");
	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__foo:i386/a", ":");
	make_script(ETC "Post-Invoke/a", ":");
	for (size_t i = 0; i < COUNT_OF(packages_success_cases); i++) {
		owns_memory char *settings =
			string_join("Universal-Hooks::When=packages-success\n",
				packages_success_cases[i].settings);
		owns_planned struct planned planned;

		plan_with(&planned, settings);
		for (size_t p = 0; p < 3; p++)
			planned.transaction.packages[p + 1].outcome =
				packages_success_cases[i].outcomes[p];
		plan_apply_when(&planned.plan, &planned.transaction,
			packages_success_cases[i].has_run,
			packages_success_cases[i].result);
		assert_runs(&planned, packages_success_cases[i].runs);
	}
}
END_TEST

START_TEST(an_unreadable_directory_is_kept_whatever_the_result)
{
	owns_planned struct planned planned;

	make_file(ETC "Post-Invoke", 0644, "");
	plan_with(&planned, "");
	plan_apply_when(&planned.plan, &planned.transaction, false, RESULT_ABORTED);
	assert_runs(&planned, "Post-Invoke\n");
	/* A clean-up script may be in it. */
	ck_assert(!plan_has_work(&planned.plan));
	ck_assert(plan_may_have_work(&planned.plan));
}
END_TEST

START_TEST(a_disabled_script_is_no_work)
{
	owns_planned struct planned planned;

	make_script(ETC "Post-Invoke/a", ":");
	plan_with(&planned, "Universal-Hooks::Enabled=false\n");
	ck_assert(plan_has_scripts(&planned.plan));
	ck_assert(!plan_has_work(&planned.plan));
	/* Enabled comes first: the script is skipped, whatever the result. */
	plan_apply_when(&planned.plan, &planned.transaction, true, RESULT_UNKNOWN);
	assert_runs(&planned, "Post-Invoke/a: Enabled\n");
}
END_TEST

START_TEST(the_first_reason_for_no_effect_counts)
{
	static const struct {
		const char *line;
		bool has_user;
		enum setting_fault fault;
		bool is_form_bad;
	} table[] = {
		{"Timeout=5", true, SETTING_IS_FINE, false},
		{"Scripts::Post-Invoke/a::Timeout=5", true, SETTING_IS_FINE, false},
		{"Scripts::Post-Invoke::Timeout=5", true, SETTING_IS_FINE, false},
		{"Scripts::none::Timeouts=5", true, SETTING_IS_UNKNOWN, false},
		{"Scripts::none::Timeout=soon", true, SETTING_IS_UNUSABLE, false},
		{"Scripts::none::Timeout::=5", true, SETTING_IS_UNUSABLE, true},
		{"Scripts::none::Requires=a", true, SETTING_IS_UNUSABLE, true},
		{"Scripts::none::Requires::=*", true, SETTING_IS_UNUSABLE, false},
		{"Scripts::none::User=a", false, SETTING_HAS_NO_USER, false},
		{"Scripts::none::User=a", true, SETTING_HAS_NO_SCRIPT, false},
		{"Scripts::Post-Invoke/mask::User=a", false, SETTING_HAS_NO_USER, false},
		{"Scripts::Post-Invoke/mask::User=a", true, SETTING_IS_MASKED, false},
	};
	struct hook_tree tree;

	make_script(ETC "Post-Invoke/a", ":");
	make_link(ETC "Post-Invoke/mask", "/dev/null");
	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		owns_memory char *line =
			string_format("Universal-Hooks::%s\n", table[i].line);
		owns_settings struct settings settings = parse(line);

		ck_assert_msg(setting_judge(settings.items, table[i].has_user, &tree) ==
				      table[i].fault,
			"%s", line);
		ck_assert_msg(settings.items[0].is_form_bad == table[i].is_form_bad, "%s",
			line);
	}
	hook_tree_done(&tree);
}
END_TEST

START_TEST(the_setting_that_enables_or_disables_a_script_is_found)
{
	static const struct {
		const char *lines;
		const char *key; /* after the scope; NULL for none */
	} cases[] = {
		{"", NULL},
		{"Universal-Hooks::Timeout=3\n", NULL},
		{"Universal-Hooks::Enabled=perhaps\n", NULL},
		{"Universal-Hooks::Scripts::Post-Invoke/b::Enabled=false\n", NULL},
		{"Universal-Hooks::Scripts::Post-Invoke/ab::Enabled=false\n", NULL},
		{"Universal-Hooks::Enabled=false\n", "Enabled"},
		{"Universal-Hooks::Scripts::Post-Invoke/a::Enabled=true\n"
		 "Universal-Hooks::Enabled=false\n",
			"Scripts::Post-Invoke/a::Enabled"},
		{"Universal-Hooks::Scripts::Post-Invoke::Enabled=false\n"
		 "Universal-Hooks::Scripts::Post-Invoke/a::Enabled=maybe\n"
		 "Universal-Hooks::Enabled=false\n",
			"Scripts::Post-Invoke::Enabled"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_settings struct settings settings = parse(cases[i].lines);
		const struct setting *setting =
			settings_enabled_by(&settings, "Post-Invoke/a");

		ck_assert_msg((setting == NULL) == (cases[i].key == NULL), "case %zu", i);
		if (setting != NULL)
			ck_assert_str_eq(
				setting->key + strlen("Universal-Hooks::"), cases[i].key);
	}
}
END_TEST

START_TEST(of_two_equally_near_settings_the_later_wins)
{
	owns_settings struct settings settings =
		parse("Universal-Hooks::Enabled=false\nUniversal-Hooks::Enabled=true\n");

	ck_assert_ptr_eq(settings_enabled_by(&settings, "a"), &settings.items[1]);
}
END_TEST

static void add_of_package(struct settings *settings, const char *line)
{
	ck_assert_int_eq(
		settings_add_of_package(settings, "/own.conf", slice_of(line)), 0);
}

START_TEST(what_a_package_ships_takes_the_place_of_the_defaults)
{
	owns_settings struct settings settings =
		parse("Universal-Hooks::Timeout=5\n"
		      "Universal-Hooks::Scripts::Post-Invoke::Requires::=dpkg\n");

	add_of_package(&settings, "Universal-Hooks::Scripts::Post-Invoke/a::Timeout=1");
	add_of_package(&settings, "Universal-Hooks::Scripts::Post-Invoke/a::User=nobody");
	add_of_package(&settings, "Universal-Hooks::Scripts::Post-Invoke::User=daemon");
	add_of_package(
		&settings, "Universal-Hooks::Scripts::Post-Invoke/a::Requires::=apt");
	assert_holds(&settings, "Post-Invoke/a", " 5s nobody dpkg");
	assert_holds(&settings, "Post-Invoke/b", " 5s daemon dpkg");
	assert_holds(&settings, "Pre-Invoke/a", " 5s");
	ck_assert_str_eq(
		settings_source(&settings, "Post-Invoke/a", settings.items[3].type)->file,
		"/own.conf");
	ck_assert_ptr_null(
		settings_source(&settings, "Post-Invoke/a", settings.items[2].type)
			->file);
}
END_TEST

static bool is_former(const struct settings *settings, const char *path)
{
	owns_strings struct string_list former = {0};

	ck_assert_int_eq(settings_former_paths(settings, &former), 0);
	return former_paths_have(&former, path);
}

START_TEST(a_directory_of_a_former_path_is_found_beside_names_like_it)
{
	__attribute__((cleanup(settings_done))) struct settings settings =
		parse("Universal-Hooks::Scripts::P/new::Renamed-From::=P/d-a\n"
		      "Universal-Hooks::Scripts::P/new::Renamed-From::=P/d/a\n"
		      "Universal-Hooks::Scripts::P/new::Renamed-From::=P/d/b\n"
		      "Universal-Hooks::Scripts::P/new::Renamed-From::=P/d0\n");

	ck_assert(is_former(&settings, "P/d"));
	ck_assert(is_former(&settings, "P/d0"));
	ck_assert(!is_former(&settings, "P/d-"));
	ck_assert(!is_former(&settings, "P/d/"));
	ck_assert(!is_former(&settings, "P/d0/a"));
	ck_assert(!is_former(&settings, "Q"));
}
END_TEST

START_TEST(settings_for_a_former_path_are_nearly_as_near)
{
	owns_settings struct settings settings =
		parse("Universal-Hooks::Scripts::pkgs/b/Post-Invoke/3::Renamed-From::="
		      "pkgs/a/Post-Invoke/2\n"
		      "Universal-Hooks::Scripts::pkgs/b/Post-Invoke/3::Renamed-From::="
		      "Post-Invoke/1\n"
		      "Universal-Hooks::Scripts::pkgs/b/Post-Invoke::User=of-b\n"
		      "Universal-Hooks::Scripts::pkgs/a::User=of-a\n"
		      "Universal-Hooks::Scripts::pkgs/a::Directory=/a\n");

	assert_holds(&settings, "pkgs/b/Post-Invoke/3", " of-b /a");
	settings_done(&settings);
	settings = parse("Universal-Hooks::Scripts::P/3::Renamed-From::=P/2\n"
			 "Universal-Hooks::Scripts::P/3::Renamed-From::=P/1\n"
			 "Universal-Hooks::Scripts::P/3::Timeout=3\n"
			 "Universal-Hooks::Scripts::P/2::Timeout=2\n"
			 "Universal-Hooks::Scripts::P/2::User=two\n"
			 "Universal-Hooks::Scripts::P/1::User=one\n"
			 "Universal-Hooks::Scripts::P/1::Directory=/one\n"
			 "Universal-Hooks::Scripts::P::Directory=/P\n");
	assert_holds(&settings, "P/3", " 3s two /one");
	ck_assert(is_former(&settings, "P/1"));
	ck_assert(is_former(&settings, "P"));
	ck_assert(!is_former(&settings, "P/3"));
	ck_assert(!is_former(&settings, "P/11"));
}
END_TEST

START_TEST(a_rename_is_of_one_hook_and_of_one_former_path)
{
	owns_settings struct settings settings =
		parse("Universal-Hooks::Scripts::P/b::Renamed-From::=P/other\n"
		      "Universal-Hooks::Scripts::P/c::Renamed-From::=P/shipped\n"
		      "Universal-Hooks::Scripts::P/d::Renamed-From::=P/none\n"
		      "Universal-Hooks::Scripts::P/b::Renamed-From::=P/a\n");
	const char *former = NULL;
	struct script script;
	struct hook_tree tree;

	make_script(LIB "P/b", "");
	make_script(LIB "P/c", "");
	make_script(LIB "P/shipped", "");
	make_link(ETC "P/a", "/dev/null");
	make_link(ETC "P/shipped", "/dev/null");
	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	ck_assert_int_eq(
		renames_look(&settings, &tree, "P/b", &former, &script), NODE_MASK);
	ck_assert_str_eq(former, "P/a");
	ck_assert_int_eq(
		renames_look(&settings, &tree, "P/c", &former, &script), NODE_ABSENT);
	ck_assert(renames_is_former(&settings, &tree, "P/a"));
	ck_assert(!renames_is_former(&settings, &tree, "P/shipped"));
	ck_assert(!renames_is_former(&settings, &tree, "P/none"));
	hook_tree_done(&tree);
}
END_TEST

START_TEST(sixteen_former_paths_are_enough)
{
	owns_buffer struct buffer lines = {0};
	owns_settings struct settings settings = {.count = 0};

	for (int i = 1; i <= 17; i++)
		buffer_append_format(&lines,
			"Universal-Hooks::Scripts::P/0::Renamed-From::=P/%d\n", i);
	buffer_append_string(&lines, "Universal-Hooks::Scripts::P/16::Timeout=1\n"
				     "Universal-Hooks::Scripts::P/17::User=x\n");
	ck_assert_int_eq(settings_parse(&settings, buffer_slice(&lines)), 0);
	assert_holds(&settings, "P/0", " 1s");
	assert_holds(&settings, "P/17", " x");
	ck_assert(is_former(&settings, "P/17"));
	ck_assert(is_former(&settings, "P"));
	ck_assert(!is_former(&settings, "P/0"));
}
END_TEST

/* The values, in the order of the table, and which settings they are from. */
static void write_all_values(
	struct buffer *text, const struct settings *settings, const char *path)
{
	owns_script struct script_settings script;
	const struct setting *faulty, *source;

	ck_assert_int_eq(settings_for(settings, path, &script), 0);
	for (const struct setting_type *type = setting_types; type->name != NULL;
		type++) {
		const struct setting_items *list = setting_list(type, &script);

		for (size_t i = 0; list != NULL && i < list->count; i++)
			buffer_append_format(text, " %s", list->items[i]);
		if (type->kind == SETTING_BOOLEAN || type->kind == SETTING_WORD ||
			type->kind == SETTING_OPERATIONS || type->kind == SETTING_SECONDS)
			buffer_append_format(text, " %u", setting_number(type, &script));
		source = settings_source(settings, path, type);
		buffer_append_format(text, " [%s %td]", type->name,
			source != NULL ? source - settings->items : -1);
	}
	buffer_append_format(text, " %s %s", script.directory,
		script.user != NULL ? script.user : "-");
	faulty = script.faulty;
	buffer_append_format(
		text, " %td", faulty != NULL ? faulty - settings->items : -1);
}

/* One of a few paths, so that many settings are for the same script. */
static const char *path_for(unsigned number)
{
	static const char *const paths[] = {"a", "a/b", "a/b/c", "a/b/d", "a-b", "a/bc",
		"ab/c", "b", "b/c", "pkgs/x/b", "pkgs/x/b/c", "pkgs/x"};

	return paths[number % COUNT_OF(paths)];
}

static void add_random_setting(struct settings *settings, unsigned *seed)
{
	static const char *const values[] = {"Timeout=1", "Timeout=2", "Timeout=x",
		"Enabled=false", "Enabled=true", "Packages::=one", "Packages::=two",
		"Pakages::=three", "Packages::=a(b", "Operations::=install",
		"Operations::=remove", "Operation::=purge", "User=x", "Directory=/x",
		"On-Failure=abort", "On-Failure=bort", "Requires::=bash", "Other=x",
		"Arguments::=four", "When=always"};
	owns_memory char *line = NULL;
	unsigned form = (unsigned)rand_r(seed) % 8, number = (unsigned)rand_r(seed);
	const char *value = values[(unsigned)rand_r(seed) % COUNT_OF(values)];

	if (form == 0)
		line = string_format("Universal-Hooks::%s", value);
	else if (form == 1)
		line = string_format("Universal-Hooks::Scripts::%s::Renamed-From::=%s",
			path_for(number), path_for((unsigned)rand_r(seed)));
	else
		line = string_format("Universal-Hooks::Scripts::%s%s::%s",
			path_for(number), form == 2 ? "/" : "", value);
	ck_assert_int_eq(settings_add_of_package(settings, "/x.conf", slice_of(line)), 0);
	if ((unsigned)rand_r(seed) % 3 == 0)
		return;
	/* As if it were from apt's configuration. */
	free(settings->items[settings->count - 1].file);
	settings->items[settings->count - 1].file = NULL;
	settings->items[settings->count - 1].is_out_of_place = false;
}

START_TEST(the_index_changes_no_answer)
{
	unsigned seed = 1;

	for (int round = 0; round < 120; round++) {
		owns_settings struct settings settings = {.count = 0};

		for (int i = round % 60; i >= 0; i--)
			add_random_setting(&settings, &seed);
		for (unsigned i = 0; i < 12; i++) {
			owns_buffer struct buffer before = {0}, after = {0};

			settings.indexed_count = 0;
			write_all_values(&before, &settings, path_for(i));
			settings_index(&settings);
			ck_assert_uint_eq(settings.indexed_count, settings.count);
			write_all_values(&after, &settings, path_for(i));
			buffer_append(&before, (struct slice){"", 1});
			assert_text(&after, before.data);
		}
	}
}
END_TEST

START_TEST(settings_without_effect_are_not_in_the_index)
{
	owns_settings struct settings settings =
		parse("Universal-Hooks::Scripts::P/a::Timeoutt=1\n"
		      "Universal-Hooks::Scripts::P/a::Timeout=x\n"
		      "Universal-Hooks::Scripts::P/a::Pakages::=x\n"
		      "Universal-Hooks::Scripts::P/a::Renamed-From::=P/b\n");

	ck_assert_uint_eq(settings.indexed_count, 4);
	ck_assert_uint_eq(settings.by_path_count, 3);
}
END_TEST

START_TEST(settings_are_the_same_once_written_and_read_again)
{
	owns_settings struct settings before =
		parse("Universal-Hooks::Scripts::P/a%3db::Timeout=5\n"
		      "Universal-Hooks::User=x%20y\n");
	owns_settings struct settings after = {.count = 0};
	owns_buffer struct buffer lines = {0}, again = {0};

	ck_assert_int_eq(settings_add_of_package(&before, "/a b.conf",
				 slice_of("Universal-Hooks::Scripts::P/c::When=always")),
		0);
	settings_format(&before, &lines);
	ck_assert_int_eq(settings_parse(&after, buffer_slice(&lines)), 0);
	ck_assert_uint_eq(after.count, 3);
	ck_assert_str_eq(after.items[0].path, "P/a=b");
	ck_assert_str_eq(after.items[1].value, "x y");
	ck_assert_ptr_null(after.items[1].file);
	ck_assert_str_eq(after.items[2].file, "/a b.conf");
	settings_format(&after, &again);
	buffer_append(&again, (struct slice){"", 1});
	assert_text(&lines, again.data);
}
END_TEST

START_TEST(a_former_path_is_below_the_tree)
{
	static const struct {
		const char *value;
		bool is_good;
	} table[] = {{"=Post-Invoke/a", true}, {"::=Post-Invoke/a", true},
		{"::x=pkgs/a/Post-Invoke/b%20c", true}, {"=/Post-Invoke/a", false},
		{"=../a", false}, {"::=Post-Invoke/../../x", false}, {"=a//b", false},
		{"::=", false}};

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		owns_memory char *line =
			string_format("Universal-Hooks::Scripts::P/a::Renamed-From%s\n",
				table[i].value);
		owns_settings struct settings settings = parse(line);

		ck_assert_msg(setting_is_rename(settings.items) == table[i].is_good, "%s",
			line);
	}
}
END_TEST

START_TEST(only_settings_of_scripts_are_a_packages_own)
{
	static const char *const lines[] = {"APT::Get::Purge=true",
		"Universal-Hooks::Enabled=false", "Universal-Hooks=x",
		"Universal-Hooks::Scripts=x", "Universal-Hooks::Scripts::Enabled=false",
		"Universal-Hooks::Scripts::::Enabled=false",
		"Scripts::Post-Invoke/a::Renamed-From::=Post-Invoke/b",
		"Universal-Hooks::When=always"};
	owns_settings struct settings settings = parse("");
	struct hook_tree tree;

	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		add_of_package(&settings, lines[i]);
		ck_assert_msg(setting_judge(&settings.items[i], true, &tree) ==
				      SETTING_IS_OUT_OF_PLACE,
			"%s", lines[i]);
	}
	assert_holds(&settings, "Post-Invoke/a", "");
	ck_assert(!is_former(&settings, "Post-Invoke/b"));
	ck_assert(!settings_mention_when(&settings, WHEN_ALWAYS));
	hook_tree_done(&tree);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {without_settings_the_defaults_apply,
		every_documented_value_is_accepted, an_invalid_value_leaves_the_default,
		an_invalid_guard_is_not_ignored, a_nearer_guard_replaces_an_invalid_one,
		a_list_is_not_a_string_and_a_string_is_not_a_list,
		an_unknown_name_is_kept_for_a_warning, the_scope_itself_is_not_a_setting,
		keys_and_values_are_decoded, names_ignore_case_and_paths_do_not,
		the_nearest_of_each_setting_wins,
		what_a_package_ships_takes_the_place_of_the_defaults,
		only_settings_of_scripts_are_a_packages_own,
		a_directory_of_a_former_path_is_found_beside_names_like_it,
		settings_for_a_former_path_are_nearly_as_near,
		the_index_changes_no_answer, settings_without_effect_are_not_in_the_index,
		a_rename_is_of_one_hook_and_of_one_former_path,
		sixteen_former_paths_are_enough,
		settings_are_the_same_once_written_and_read_again,
		a_former_path_is_below_the_tree,
		a_nearer_list_replaces_a_farther_one_completely,
		a_path_applies_to_what_is_below_and_not_beside_it,
		a_path_may_contain_an_architecture, the_last_line_wins,
		any_bytes_are_parsed_safely, ten_thousand_settings_are_kept_apart,
		a_valid_when_is_mentioned_for_any_path,
		each_when_has_the_name_that_it_is_read_from,
		some_settings_choose_packages, only_user_is_a_user,
		operations_select_the_packages_of_a_script, when_selects_by_the_result,
		packages_success_is_that_of_the_packages_that_a_script_is_for,
		an_unreadable_directory_is_kept_whatever_the_result,
		a_disabled_script_is_no_work, the_first_reason_for_no_effect_counts,
		the_setting_that_enables_or_disables_a_script_is_found,
		of_two_equally_near_settings_the_later_wins};

	return run_tests("settings", tests, COUNT_OF(tests));
}
