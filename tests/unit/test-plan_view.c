/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "model/plan_view.h"
#include "output.h"

#define owns_preview __attribute__((cleanup(preview_done)))

static const struct terminal piped = {.width = 0};

/* The preview of a tree with one script of each kind, and what of it is left out. */
static void make(struct preview *preview, const char *settings, const char *packages)
{
	const struct admin admin = {.root = (char *)root()};
	struct preview_request request = {.result = RESULT_OK, .is_certain = true};
	owns_memory char *stream = string_format("VERSION 3\nDir::State::status=%s\n"
						 "%s\n%s",
		at(TEST_DATABASE), settings, packages);

	request.stream = slice_of(stream);
	ck_assert_int_eq(preview_make(preview, &admin, &request), -1);
}

#define TWO_PACKAGES                                                                     \
	"foo 1 amd64 none < 2 amd64 none /foo.deb\n"                                     \
	"food - - none < 1:1 all none /food.deb\n"

static void make_tree(void)
{
	make_script(ETC "Pre-Invoke/a", "");
	make_script(LIB "pkgs/foo/Post-Invoke/b", "");
	make_script(LIB "multi_pkgs/Post-Invoke/fo__WILDCARD__/c d", "");
}

/* With %s for the root, as often as it stands there. */
static void assert_shown(const char *out, const char *format)
{
	owns_buffer struct buffer expected = {0};
	struct slice rest = slice_of(format);

	while (rest.size > 0) {
		buffer_append(&expected, slice_cut(&rest, '@'));
		if (rest.data != NULL)
			buffer_append_string(&expected, root());
	}
	buffer_append(&expected, (struct slice){"", 1});
	ck_assert_str_eq(out, expected.data);
}

static void assert_written(const struct terminal *terminal, const struct preview *preview,
	const char *expected)
{
	owns_output struct output output;

	output_begin();
	plan_view_write(terminal, preview);
	output_end(&output);
	ck_assert_str_eq(output.err.data, "");
	assert_shown(output.out.data, expected);
}

static void assert_json(const struct preview *preview, const char *expected)
{
	json_t *json = plan_view_to_json(preview);
	owns_memory char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	ck_assert_ptr_nonnull(text);
	assert_shown(text, expected);
}

START_TEST(without_hooks_each_hook_point_says_so)
{
	owns_preview struct preview preview;

	make(&preview, "", TWO_PACKAGES);
	assert_written(&piped, &preview,
		"Pre-Invoke: no hooks\nPre-Install-Pkgs: no hooks\n"
		"Post-Invoke: no hooks\n");
	assert_json(&preview, "[{\"hook_point\":\"Pre-Invoke\",\"hooks\":[]},"
			      "{\"hook_point\":\"Pre-Install-Pkgs\",\"hooks\":[]},"
			      "{\"hook_point\":\"Post-Invoke\",\"hooks\":[]}]");
}
END_TEST

START_TEST(each_script_is_told_with_the_reason_for_it)
{
	owns_preview struct preview preview;

	make_tree();
	skip_unless(become_root(), "this is not root");
	make(&preview, "", TWO_PACKAGES);
	assert_written(&piped, &preview,
		"Pre-Invoke\n"
		"  @/etc/apt/universal-hooks/Pre-Invoke/a\n"
		"      in every transaction\n"
		"Pre-Install-Pkgs: no hooks\n"
		"Post-Invoke\n"
		"  @/usr/lib/apt/universal-hooks/pkgs/foo/Post-Invoke/b\n"
		"      foo:amd64 upgrade 1 -> 2\n"
		"  @/usr/lib/apt/universal-hooks/multi_pkgs/Post-Invoke/fo__WILDCARD__/"
		"c d --pkg_list=FILE\n"
		"      fo__WILDCARD__ matches foo food\n");
}
END_TEST

START_TEST(one_hook_point_can_be_told_alone)
{
	owns_preview struct preview preview;
	owns_output struct output output;

	make_tree();
	skip_unless(become_root(), "this is not root");
	make(&preview, "", TWO_PACKAGES);
	output_begin();
	plan_view_write_point(&piped, &preview, UH_PRE_INVOKE);
	output_end(&output);
	assert_shown(output.out.data, "Pre-Invoke\n"
				      "  @/etc/apt/universal-hooks/Pre-Invoke/a\n"
				      "      in every transaction\n");
}
END_TEST

START_TEST(a_narrow_terminal_has_more_lines_and_all_of_the_text)
{
	const struct terminal terminal = {.is_terminal = true, .width = 30};
	owns_preview struct preview preview;

	make_tree();
	skip_unless(become_root(), "this is not root");
	make(&preview, "Universal-Hooks::Operations::=purge\n", TWO_PACKAGES);
	assert_written(&terminal, &preview,
		"Pre-Invoke\n"
		"  @/etc/apt/universal-hooks/Pre-Invoke/a\n"
		"      in every transaction\n"
		"Pre-Install-Pkgs: no hooks\n"
		"Post-Invoke\n"
		"  @/usr/lib/apt/universal-hooks/pkgs/foo/Post-Invoke/b\n"
		"      foo:amd64 upgrade 1 -> 2\n"
		"      not run: its setting\n"
		"        Operations is only for\n"
		"        purge\n"
		"  @/usr/lib/apt/universal-hooks/multi_pkgs/Post-Invoke/fo__WILDCARD__/"
		"c d\n"
		"      fo__WILDCARD__ matches\n"
		"      not run: its setting\n"
		"        Operations is only for\n"
		"        purge\n");
}
END_TEST

START_TEST(colour_tells_what_runs_from_what_does_not)
{
	const struct terminal terminal = {.is_terminal = true, .has_colour = true};
	owns_preview struct preview preview;

	make_script(ETC "Post-Invoke/a", "");
	make_file(ETC "Post-Invoke/b", 0644, "");
	skip_unless(become_root(), "this is not root");
	make(&preview, "", "");
	assert_written(&terminal, &preview,
		"Pre-Invoke: no hooks\nPre-Install-Pkgs: no hooks\nPost-Invoke\n"
		"  \033[1m@/etc/apt/universal-hooks/Post-Invoke/a\033[0m\n"
		"      in every transaction\n"
		"  \033[2m@/etc/apt/universal-hooks/Post-Invoke/b\033[0m\n"
		"      in every transaction\n"
		"      \033[33mnot run: not executable\033[0m\n");
}
END_TEST

static void assert_reason(const char *packages, const char *reason)
{
	owns_preview struct preview preview;
	owns_memory char *expected = string_format(
		"Pre-Invoke: no hooks\nPre-Install-Pkgs: no hooks\nPost-Invoke\n"
		"  @/usr/lib/apt/universal-hooks/pkgs/p/Post-Invoke/a\n"
		"      %s\n",
		reason);

	make(&preview, "", packages);
	assert_written(&piped, &preview, expected);
}

START_TEST(each_operation_is_told_with_the_versions_that_matter)
{
	make_script(LIB "pkgs/p/Post-Invoke/a", "");
	skip_unless(become_root(), "this is not root");
	assert_reason("p - - none < 1 amd64 none /p.deb\n", "p:amd64 install 1");
	assert_reason("p 1 amd64 none < 2 amd64 none /p.deb\n", "p:amd64 upgrade 1 -> 2");
	assert_reason(
		"p 2 amd64 none > 1 amd64 none /p.deb\n", "p:amd64 downgrade 2 -> 1");
	assert_reason("p 1 amd64 none = 1 amd64 none /p.deb\n", "p:amd64 reinstall 1");
	assert_reason("p 1 amd64 none > - - none **REMOVE**\n", "p:amd64 remove 1");
	assert_reason(
		"p 1 amd64 none = 1 amd64 none **CONFIGURE**\n", "p:amd64 configure 1");
}
END_TEST

static void assert_obstacle(const char *settings, const char *expected)
{
	owns_preview struct preview preview;
	owns_output struct output output;
	const char *found;

	make(&preview, settings, "foo - - none < 1 amd64 none /foo.deb\n");
	output_begin();
	plan_view_write_point(&piped, &preview, UH_POST_INVOKE);
	output_end(&output);
	found = strstr(output.out.data, "      not run: ");
	ck_assert_msg(found != NULL, "%s", output.out.data);
	ck_assert_str_eq(found, expected);
}

START_TEST(what_is_left_out_says_why)
{
	make_script(LIB "pkgs/foo/Post-Invoke/a", "");
	skip_unless(become_root(), "this is not root");
	assert_obstacle("Universal-Hooks::Enabled=false\n",
		"      not run: its setting Enabled is false\n");
	assert_obstacle("Universal-Hooks::When=failure\n",
		"      not run: its setting When is \"failure\"\n");
	assert_obstacle("Universal-Hooks::Operations::=remove\n"
			"Universal-Hooks::Operations::=purge\n",
		"      not run: its setting Operations is only for remove purge\n");
	assert_obstacle("Universal-Hooks::Requires::=zsh\n",
		"      not run: it requires zsh, which is not going to be "
		"installed\n");
	set_mode(LIB "pkgs/foo/Post-Invoke/a", 0644);
	assert_obstacle(
		"Universal-Hooks::Requires::=zsh\n", "      not run: not executable\n");
	/* What a setting says counts first, as for the helper. */
	assert_obstacle("Universal-Hooks::Enabled=false\n",
		"      not run: its setting Enabled is false\n");
}
END_TEST

START_TEST(names_can_neither_forge_a_line_nor_speak_to_the_terminal)
{
	owns_preview struct preview preview;

	make_script(ETC "multi_pkgs/Post-Invoke/foo/a\nb\033[31m\xff", "");
	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__oo/" MARK_GOOD "\"", "");
	skip_unless(become_root(), "this is not root");
	make(&preview, "", TWO_PACKAGES);
	assert_written(&piped, &preview,
		"Pre-Invoke: no hooks\nPre-Install-Pkgs: no hooks\nPost-Invoke\n"
		"  @/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/__WILDCARD__oo/"
		"\\001\" --pkg_list=FILE\n"
		"      __WILDCARD__oo matches foo\n"
		"  @/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/foo/"
		"a\\012b\\033[31m\\377 --pkg_list=FILE\n"
		"      foo matches foo\n");
	assert_json(&preview,
		"[{\"hook_point\":\"Pre-Invoke\",\"hooks\":[]},"
		"{\"hook_point\":\"Pre-Install-Pkgs\",\"hooks\":[]},"
		"{\"hook_point\":\"Post-Invoke\",\"hooks\":["
		"{\"path\":\"@/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/"
		"__WILDCARD__oo/\\\\001\\\"\",\"arguments\":[\"--pkg_list=FILE\"],"
		"\"reason\":\"wildcard\",\"not_run\":null,"
		"\"wildcard\":\"__WILDCARD__oo\",\"matched\":[\"foo\"]},"
		"{\"path\":\"@/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/foo/"
		"a\\\\012b\\\\033[31m\\\\377\",\"arguments\":[\"--pkg_list=FILE\"],"
		"\"reason\":\"wildcard\",\"not_run\":null,\"wildcard\":\"foo\","
		"\"matched\":[\"foo\"]}]}]");
}
END_TEST

START_TEST(programs_read_the_same)
{
	owns_preview struct preview preview;

	make_tree();
	skip_unless(become_root(), "this is not root");
	make(&preview, "Universal-Hooks::Scripts::Pre-Invoke::Enabled=false\n",
		TWO_PACKAGES);
	assert_json(&preview,
		"[{\"hook_point\":\"Pre-Invoke\",\"hooks\":["
		"{\"path\":\"@/etc/apt/universal-hooks/Pre-Invoke/a\","
		"\"arguments\":[],\"reason\":\"always\","
		"\"not_run\":\"its setting Enabled is false\"}]},"
		"{\"hook_point\":\"Pre-Install-Pkgs\",\"hooks\":[]},"
		"{\"hook_point\":\"Post-Invoke\",\"hooks\":["
		"{\"path\":\"@/usr/lib/apt/universal-hooks/pkgs/foo/Post-Invoke/b\","
		"\"arguments\":[],\"reason\":\"package\",\"not_run\":null,"
		"\"package\":\"foo\",\"architecture\":\"amd64\","
		"\"operation\":\"upgrade\",\"old_version\":\"1\","
		"\"new_version\":\"2\"},"
		"{\"path\":\"@/usr/lib/apt/universal-hooks/multi_pkgs/Post-Invoke/"
		"fo__WILDCARD__/c d\",\"arguments\":[\"--pkg_list=FILE\"],"
		"\"reason\":\"wildcard\",\"not_run\":null,"
		"\"wildcard\":\"fo__WILDCARD__\",\"matched\":[\"foo\",\"food\"]}]}]");
}
END_TEST

static void assert_packages(const char *lines, const char *expected)
{
	owns_transaction struct transaction transaction = {0};
	owns_memory char *text = NULL;
	json_t *json;

	if (lines[0] != '\0')
		parse_packages(&transaction, lines);
	json = packages_to_json(&transaction);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	ck_assert_str_eq(text, expected);
}

START_TEST(programs_read_the_packages)
{
	assert_packages("", "[]");
	assert_packages("p 1 amd64 none > - - none **REMOVE**\n" TWO_PACKAGES,
		"[{\"package\":\"foo\",\"architecture\":\"amd64\","
		"\"operation\":\"upgrade\",\"old_version\":\"1\","
		"\"new_version\":\"2\"},"
		"{\"package\":\"food\",\"architecture\":\"all\","
		"\"operation\":\"install\",\"old_version\":null,"
		"\"new_version\":\"1:1\"},"
		"{\"package\":\"p\",\"architecture\":\"amd64\","
		"\"operation\":\"remove\",\"old_version\":\"1\","
		"\"new_version\":null}]");
}
END_TEST

START_TEST(a_directory_that_cannot_be_read_is_told_as_such)
{
	owns_preview struct preview preview;

	make_file(ETC "pkgs", 0644, "");
	make(&preview, "", TWO_PACKAGES);
	assert_written(&piped, &preview,
		"Pre-Invoke: no hooks\n"
		"Pre-Install-Pkgs\n"
		"  @/etc/apt/universal-hooks/pkgs\n"
		"      not run: a directory that cannot be read\n"
		"Post-Invoke\n"
		"  @/etc/apt/universal-hooks/pkgs\n"
		"      not run: a directory that cannot be read\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {without_hooks_each_hook_point_says_so,
		each_script_is_told_with_the_reason_for_it,
		one_hook_point_can_be_told_alone,
		a_narrow_terminal_has_more_lines_and_all_of_the_text,
		colour_tells_what_runs_from_what_does_not,
		each_operation_is_told_with_the_versions_that_matter,
		what_is_left_out_says_why,
		names_can_neither_forge_a_line_nor_speak_to_the_terminal,
		programs_read_the_same, programs_read_the_packages,
		a_directory_that_cannot_be_read_is_told_as_such};

	return run_tests("plan_view", tests, COUNT_OF(tests));
}
