/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "model/plan_view.h"
#include "output.h"

#include <unistd.h>

#define GOES_ON (-1)
#define owns_preview owns_plan_view

static const struct terminal piped = {.width = 0};

/* foo is upgraded, bar installed, old removed. */
#define PACKAGES                                                                         \
	"foo 1 amd64 none < 2 amd64 none /foo.deb\n"                                     \
	"bar - - none < 1 all none /bar.deb\n"                                           \
	"old 3 amd64 none > - - none **REMOVE**\n"

static int try_preview(
	struct plan_view *view, const char *stream, struct plan_view_request request)
{
	const struct admin admin = {.root = (char *)root()};

	request.stream = slice_of(stream);
	return plan_view_make(view, &admin, &request);
}

/* settings and packages are lines of the stream. */
static void preview_of(struct plan_view *view, const char *settings, const char *packages,
	struct plan_view_request request)
{
	owns_memory char *stream = string_format("VERSION 3\nDir::State::status=%s\n"
						 "%s\n%s",
		at(TEST_DATABASE), settings, packages);

	output_begin();
	ck_assert_int_eq(try_preview(view, stream, request), GOES_ON);
	assert_output("", "");
}

/* A line for each script: its path relative to the tree, and why it is skipped. */
static void write_runs(
	const struct plan_view *view, enum uh_hook_point hook_point, struct buffer *text)
{
	const struct plan *plan = &view->plans[hook_point];

	for (size_t i = 0; i < plan->count; i++) {
		const struct planned_run *run = &plan->runs[i];
		owns_memory char *lacks = plan_view_lacks(view, hook_point, run);
		owns_memory char *fault = fault_text(&run->script);

		buffer_append_string(text, run->script.relative);
		if (run->skip != SKIP_NONE)
			buffer_append_format(text, " %s", skip_name(run->skip));
		if (fault != NULL)
			buffer_append_format(text, " %s", fault);
		if (lacks != NULL)
			buffer_append_format(text, " lacks %s", lacks);
		buffer_append_string(text, "\n");
	}
}

static void assert_runs(const struct plan_view *view, const char *expected)
{
	owns_buffer struct buffer text = {0};

	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++)
		write_runs(view, (enum uh_hook_point)i, &text);
	assert_text(&text, expected);
}

/* Compares the runs of a transaction that goes well. */
static void assert_preview(const char *settings, const char *expected)
{
	owns_preview struct plan_view view;

	preview_of(&view, settings, PACKAGES,
		(struct plan_view_request){.result = RESULT_OK});
	assert_runs(&view, expected);
}

START_TEST(each_hook_point_has_the_plan_that_the_helper_would_make)
{
	make_script(ETC "Pre-Invoke/a", "");
	make_script(LIB "pkgs/foo/Pre-Install-Pkgs/b", "");
	make_script(LIB "pkgs/none/Pre-Install-Pkgs/b", "");
	make_script(LIB "multi_pkgs/Post-Invoke/__WILDCARD__o__WILDCARD__/c", "");
	make_script(ETC "Post-Invoke/d", "");
	make_script(ETC "pkgs/foo/Pre-Invoke/e", "");
	skip_unless(become_root(), "this is not root");
	assert_preview("", "Pre-Invoke/a\n"
			   "pkgs/foo/Pre-Install-Pkgs/b\n"
			   "multi_pkgs/Post-Invoke/__WILDCARD__o__WILDCARD__/c\n"
			   "Post-Invoke/d\n");
}
END_TEST

static void assert_removal(const char *settings, const char *expected)
{
	owns_preview struct plan_view view;
	owns_buffer struct buffer table = {0};

	preview_of(&view, settings, "foo 2 amd64 none > - - none **REMOVE**\n",
		(struct plan_view_request){.result = RESULT_OK});
	table = table_of(&view.transaction);
	assert_text(&table, expected);
}

START_TEST(a_purge_is_told_by_apt_or_by_dpkg)
{
	set_database("installed");
	assert_removal("", "foo\tamd64\tremove\t2\t-\tdone\n");
	assert_removal("APT::Get::Purge=true\n", "foo\tamd64\tpurge\t2\t-\tdone\n");
	set_database("config-files");
	assert_removal("", "foo\tamd64\tpurge\t2\t-\tdone\n");
	make_file(TEST_DATABASE, 0644, "this is no database\n");
	assert_removal("", "foo\tamd64\tremove\t2\t-\tdone\n");
}
END_TEST

START_TEST(operations_skip_scripts_for_other_operations)
{
	make_script(LIB "pkgs/foo/Post-Invoke/a", "");
	make_script(LIB "pkgs/bar/Post-Invoke/a", "");
	make_script(LIB "multi_pkgs/Post-Invoke/f__WILDCARD__/a", "");
	make_script(LIB "multi_pkgs/Post-Invoke/b__WILDCARD__/a", "");
	make_script(LIB "Post-Invoke/a", "");
	skip_unless(become_root(), "this is not root");
	assert_preview("Universal-Hooks::Operations::=install\n",
		"pkgs/bar/Post-Invoke/a\n"
		"pkgs/foo/Post-Invoke/a Operations\n"
		"multi_pkgs/Post-Invoke/b__WILDCARD__/a\n"
		"multi_pkgs/Post-Invoke/f__WILDCARD__/a Operations\n"
		"Post-Invoke/a\n");
	assert_preview("Universal-Hooks::Scripts::pkgs::Operations::=upgrade\n"
		       "Universal-Hooks::Scripts::pkgs::Operations::=remove\n",
		"pkgs/bar/Post-Invoke/a Operations\n"
		"pkgs/foo/Post-Invoke/a\n"
		"multi_pkgs/Post-Invoke/b__WILDCARD__/a\n"
		"multi_pkgs/Post-Invoke/f__WILDCARD__/a\n"
		"Post-Invoke/a\n");
}
END_TEST

START_TEST(disabled_scripts_are_skipped_at_every_hook_point)
{
	make_script(ETC "Pre-Invoke/a", "");
	make_script(ETC "Post-Invoke/a", "");
	make_script(ETC "Post-Invoke/b", "");
	skip_unless(become_root(), "this is not root");
	assert_preview("Universal-Hooks::Enabled=false\n"
		       "Universal-Hooks::Scripts::Post-Invoke/b::Enabled=true\n",
		"Pre-Invoke/a Enabled\n"
		"Post-Invoke/a Enabled\n"
		"Post-Invoke/b\n");
}
END_TEST

START_TEST(when_depends_on_the_assumed_result)
{
	static const struct {
		enum result result;
		const char *expected;
	} cases[] = {
		{RESULT_OK, "Post-Invoke/always\nPost-Invoke/failure When\n"
			    "Post-Invoke/packages-success\nPost-Invoke/ran\nPost-Invoke/"
			    "success\n"},
		{RESULT_FAILED, "Post-Invoke/always\nPost-Invoke/failure\n"
				"Post-Invoke/packages-success "
				"When\nPost-Invoke/ran\nPost-Invoke/success When\n"},
		{RESULT_ABORTED, "Post-Invoke/always\nPost-Invoke/failure\n"
				 "Post-Invoke/packages-success When\nPost-Invoke/ran "
				 "When\nPost-Invoke/success When\n"},
		{RESULT_UNKNOWN, "Post-Invoke/always\nPost-Invoke/failure When\n"
				 "Post-Invoke/packages-success "
				 "When\nPost-Invoke/ran\nPost-Invoke/success When\n"},
	};
	static const char *const words[] = {
		"always", "failure", "packages-success", "ran", "success"};
	owns_buffer struct buffer settings = {0};
	owns_memory char *lines = NULL;

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		owns_memory char *path = string_format(ETC "Post-Invoke/%s", words[i]);

		make_script(path, "");
		buffer_append_format(&settings,
			"Universal-Hooks::Scripts::Post-Invoke/%s::When=%s\n", words[i],
			words[i]);
	}
	lines = strndup(settings.data, settings.size);
	skip_unless(become_root(), "this is not root");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_preview struct plan_view view;

		preview_of(&view, lines, PACKAGES,
			(struct plan_view_request){.result = cases[i].result});
		assert_runs(&view, cases[i].expected);
	}
}
END_TEST

START_TEST(when_means_nothing_before_dpkg)
{
	make_script(ETC "Pre-Invoke/a", "");
	make_script(ETC "Pre-Install-Pkgs/a", "");
	skip_unless(become_root(), "this is not root");
	assert_preview(
		"Universal-Hooks::When=failure\n", "Pre-Invoke/a\nPre-Install-Pkgs/a\n");
}
END_TEST

START_TEST(requires_counts_what_dpkg_has_and_at_post_invoke_what_apt_leaves)
{
	make_script(ETC "Pre-Invoke/a", "");
	make_script(ETC "Pre-Install-Pkgs/a", "");
	make_script(ETC "Post-Invoke/a", "");
	set_database("installed");
	skip_unless(become_root(), "this is not root");
	assert_preview("Universal-Hooks::Requires::=foo\n",
		"Pre-Invoke/a\nPre-Install-Pkgs/a\nPost-Invoke/a\n");
	assert_preview("Universal-Hooks::Requires::=bar\n",
		"Pre-Invoke/a lacks bar\nPre-Install-Pkgs/a lacks bar\nPost-Invoke/a\n");
	assert_preview("Universal-Hooks::Requires::=foo\n"
		       "Universal-Hooks::Requires::=old\n",
		"Pre-Invoke/a lacks old\nPre-Install-Pkgs/a lacks old\n"
		"Post-Invoke/a lacks old\n");
	assert_preview("Universal-Hooks::Requires::=none\n",
		"Pre-Invoke/a lacks none\nPre-Install-Pkgs/a lacks none\n"
		"Post-Invoke/a lacks none\n");
	assert_preview("Universal-Hooks::Requires::=foo:amd64\n",
		"Pre-Invoke/a\nPre-Install-Pkgs/a\nPost-Invoke/a\n");
	assert_preview("Universal-Hooks::Requires::=none%20|%20foo\n",
		"Pre-Invoke/a\nPre-Install-Pkgs/a\nPost-Invoke/a\n");
	assert_preview("Universal-Hooks::Requires::=foo,none|old%20(<<9)\n",
		"Pre-Invoke/a lacks none|old (<<9)\n"
		"Pre-Install-Pkgs/a lacks none|old (<<9)\n"
		"Post-Invoke/a lacks none|old (<<9)\n");
	assert_preview("Universal-Hooks::Requires::=foo:i386\n",
		"Pre-Invoke/a lacks foo:i386\nPre-Install-Pkgs/a lacks foo:i386\n"
		"Post-Invoke/a lacks foo:i386\n");
}
END_TEST

START_TEST(a_removed_package_lacks_only_afterwards)
{
	owns_preview struct plan_view view;

	make_script(ETC "Pre-Install-Pkgs/a", "");
	make_script(ETC "Post-Invoke/a", "");
	set_database("installed");
	skip_unless(become_root(), "this is not root");
	preview_of(&view, "Universal-Hooks::Requires::=foo\n",
		"foo 2 amd64 none > - - none **REMOVE**\n",
		(struct plan_view_request){.result = RESULT_OK});
	assert_runs(&view, "Pre-Install-Pkgs/a\nPost-Invoke/a lacks foo\n");
	plan_view_done(&view);
	/* A crossgrade: the name stays. */
	preview_of(&view, "Universal-Hooks::Requires::=foo\n",
		"foo 2 amd64 none > - - none **REMOVE**\n"
		"foo - - none < 2 i386 none /foo.deb\n",
		(struct plan_view_request){.result = RESULT_OK});
	assert_runs(&view, "Pre-Install-Pkgs/a\nPost-Invoke/a\n");
	plan_view_done(&view);
	preview_of(&view, "Universal-Hooks::Requires::=foo:amd64\n",
		"foo 2 amd64 none > - - none **REMOVE**\n"
		"foo - - none < 2 i386 none /foo.deb\n",
		(struct plan_view_request){.result = RESULT_OK});
	assert_runs(&view, "Pre-Install-Pkgs/a\nPost-Invoke/a lacks foo:amd64\n");
}
END_TEST

START_TEST(if_dpkg_query_fails_required_packages_are_missing)
{
	make_script(ETC "Post-Invoke/a", "");
	make_file(TEST_DATABASE, 0644, "this is no database\n");
	skip_unless(become_root(), "this is not root");
	assert_preview("Universal-Hooks::Requires::=vim\n", "Post-Invoke/a lacks vim\n");
}
END_TEST

static void assert_switched_off(const char *const *words, bool is_off)
{
	owns_preview struct plan_view view;

	preview_of(&view, "", PACKAGES,
		(struct plan_view_request){.words = words, .result = RESULT_OK});
	ck_assert_int_eq(view.is_switched_off, is_off);
	assert_runs(&view, is_off ? "" : "Post-Invoke/a\n");
}

#define SWITCHED_OFF(is_off, ...)                                                        \
	assert_switched_off((const char *const[]){__VA_ARGS__, NULL}, is_off)

START_TEST(one_run_can_be_switched_off)
{
	make_script(ETC "Post-Invoke/a", "");
	skip_unless(become_root(), "this is not root");
	assert_switched_off(NULL, false);
	SWITCHED_OFF(false, "install", "foo");
	SWITCHED_OFF(true, "install", "-o", "Universal-Hooks::Enabled=false", "foo");
	SWITCHED_OFF(true, "-oUniversal-Hooks::Enabled=0", "install");
	SWITCHED_OFF(true, "--option=universal-hooks::enabled=No", "install");
	SWITCHED_OFF(false, "-o", "Universal-Hooks::Enabled=true", "install");
	SWITCHED_OFF(false, "-o", "Universal-Hooks::When=false", "install");
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS", "off", 1), 0);
	assert_switched_off(NULL, true);
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS", "of", 1), 0);
	assert_switched_off(NULL, false);
}
END_TEST

START_TEST(apt_calls_no_hook_if_nothing_is_to_do)
{
	owns_preview struct plan_view view;

	make_script(ETC "Post-Invoke/a", "");
	make_script(LIB "pkgs/foo/Post-Invoke/b", "");
	skip_unless(become_root(), "this is not root");
	preview_of(&view, "", "", (struct plan_view_request){.result = RESULT_OK});
	assert_runs(&view, "");
	plan_view_done(&view);
	preview_of(&view, "", "",
		(struct plan_view_request){.result = RESULT_OK, .is_certain = true});
	assert_runs(&view, "Post-Invoke/a\n");
}
END_TEST

START_TEST(a_malformed_stream_is_an_error)
{
	static const char *const streams[] = {"", "\n", "VERSION 1\n\n/foo.deb\n",
		"VERSION 4\n\nfoo 1 amd64 none < 2 amd64 none /foo.deb\n",
		"foo 1 amd64 none < 2 amd64 none /foo.deb\n", "VERSION 3\n\nnonsense\n",
		"VERSION 3\nDir=/\n",
		"VERSION 3\n\nfoo 1 amd64 none < 2 amd64 none /foo.d",
		"VERSION 3\n\n" PACKAGES "foo 1\n",
		"VERSION 3\n\n../foo 1 amd64 none < 2 amd64 none /foo.deb\n"};

	for (size_t i = 0; i < COUNT_OF(streams); i++) {
		owns_preview struct plan_view view;

		output_begin();
		ck_assert_msg(try_preview(&view, streams[i],
				      (struct plan_view_request){.result = RESULT_OK}) ==
				      STATUS_TROUBLE,
			"stream %zu", i);
		assert_output("", "E: cannot parse the transaction that apt describes\n");
	}
}
END_TEST

START_TEST(scripts_that_cannot_run_say_why)
{
	owns_memory char *expected = NULL;

	make_file(ETC "Post-Invoke/a", 0644, "");
	make_node(ETC "Post-Invoke/b", S_IFIFO);
	make_link(ETC "Post-Invoke/c", "nowhere");
	make_script(ETC "Post-Invoke/d", "");
	set_mode(ETC "Post-Invoke/d", 0757);
	make_script(ETC "Post-Invoke/e", "");
	make_file(LIB "multi_pkgs/Post-Invoke", 0644, "");
	skip_unless(become_root(), "this is not root");
	expected = string_format(
		"multi_pkgs/Post-Invoke a directory that cannot be read\nPost-Invoke/a "
		"not executable\nPost-Invoke/b not a regular file\nPost-Invoke/c leads "
		"nowhere\nPost-Invoke/d %s is writable by everyone\nPost-Invoke/e\n",
		at(ETC "Post-Invoke/d"));
	assert_preview("", expected);
}
END_TEST

START_TEST(a_script_of_another_user_does_not_run)
{
	owns_memory char *expected = string_format(
		"Post-Invoke/a %s is owned by user nobody\n", at(ETC "Post-Invoke/a"));

	make_script(ETC "Post-Invoke/a", "");
	skip_unless(chown(at(ETC "Post-Invoke/a"), 65534, 0) == 0, "this is not root");
	assert_preview("", expected);
}
END_TEST

START_TEST(nothing_is_written)
{
	make_script(ETC "Pre-Invoke/a", "echo a >>\"$LOG\"");
	make_script(ETC "Post-Invoke/a", "echo a >>\"$LOG\"");
	skip_unless(become_root(), "this is not root");
	assert_preview("", "Pre-Invoke/a\nPost-Invoke/a\n");
	ck_assert(!is_there(STATE));
	ck_assert(!is_there("/log"));
}
END_TEST

/* The view of a transaction that goes well and calls the hooks in any case. */
static void make(struct plan_view *view, const char *settings, const char *packages)
{
	preview_of(view, settings, packages,
		(struct plan_view_request){.result = RESULT_OK, .is_certain = true});
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

/* Compares with format, in which each "@" stands for the root. */
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

static void assert_written(const struct terminal *terminal, const struct plan_view *view,
	const char *expected)
{
	owns_output struct output output;

	output_begin();
	plan_view_write(terminal, view);
	output_end(&output);
	ck_assert_str_eq(output.err.data, "");
	assert_shown(output.out.data, expected);
}

static void assert_json(const struct plan_view *view, const char *expected)
{
	json_t *json = plan_view_to_json(view);
	owns_memory char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	ck_assert_ptr_nonnull(text);
	assert_shown(text, expected);
}

START_TEST(without_hooks_each_hook_point_says_so)
{
	owns_preview struct plan_view view;

	make(&view, "", TWO_PACKAGES);
	assert_written(&piped, &view,
		"Pre-Invoke: no hooks\nPre-Install-Pkgs: no hooks\n"
		"Post-Invoke: no hooks\n");
	assert_json(&view, "[{\"hook_point\":\"Session-Start\",\"hooks\":[]},{\"hook_"
			   "point\":\"Pre-Invoke\",\"hooks\":[]},"
			   "{\"hook_point\":\"Pre-Install-Pkgs\",\"hooks\":[]},"
			   "{\"hook_point\":\"Post-Invoke\",\"hooks\":[]},"
			   "{\"hook_point\":\"Session-End\",\"hooks\":[]}]");
}
END_TEST

START_TEST(each_script_is_shown_with_its_reason)
{
	owns_preview struct plan_view view;

	make_tree();
	skip_unless(become_root(), "this is not root");
	make(&view, "Universal-Hooks::Scripts::pkgs::Description=serves%20foo\n",
		TWO_PACKAGES);
	assert_written(&piped, &view,
		"Pre-Invoke\n"
		"  @/etc/apt/universal-hooks/Pre-Invoke/a\n"
		"      in every transaction\n"
		"Pre-Install-Pkgs: no hooks\n"
		"Post-Invoke\n"
		"  @/usr/lib/apt/universal-hooks/pkgs/foo/Post-Invoke/b\n"
		"      serves foo\n"
		"      foo:amd64 upgrade 1 -> 2\n"
		"  @/usr/lib/apt/universal-hooks/multi_pkgs/Post-Invoke/fo__WILDCARD__/"
		"c d --pkg_list=FILE\n"
		"      fo__WILDCARD__ matches foo food\n");
}
END_TEST

/* Of foo. */
static void assert_own(const struct plan_view *view, const char *expected)
{
	owns_output struct output output;

	output_begin();
	plan_view_write_own(&piped, view, "foo");
	output_end(&output);
	assert_shown(output.out.data, expected);
}

START_TEST(hooks_of_every_transaction_can_be_folded)
{
	owns_preview struct plan_view view, none, more;

	make(&none, "", TWO_PACKAGES);
	assert_own(&none, "no hooks for foo\n");
	make_script(ETC "Pre-Invoke/a", "");
	make(&more, "", TWO_PACKAGES);
	assert_own(&more, "no hooks for foo\n"
			  "and 1 hook that runs in every transaction; --all shows it\n");
	make_tree();
	make_script(ETC "Post-Invoke/e", "");
	skip_unless(become_root(), "this is not root");
	make(&view, "", TWO_PACKAGES);
	assert_own(&view,
		"Post-Invoke\n"
		"  @/usr/lib/apt/universal-hooks/pkgs/foo/Post-Invoke/b\n"
		"      foo:amd64 upgrade 1 -> 2\n"
		"  @/usr/lib/apt/universal-hooks/multi_pkgs/Post-Invoke/fo__WILDCARD__/"
		"c d --pkg_list=FILE\n"
		"      fo__WILDCARD__ matches foo food\n"
		"and 2 hooks that run in every transaction; --all shows them\n");
}
END_TEST

START_TEST(what_is_folded_and_would_not_run_is_counted)
{
	owns_preview struct plan_view one, view;

	make_script(ETC "Pre-Invoke/a", "");
	skip_unless(become_root(), "this is not root");
	make(&one, "Universal-Hooks::Scripts::Pre-Invoke/a::Enabled=false\n",
		TWO_PACKAGES);
	assert_own(&one, "no hooks for foo\n"
			 "and 1 hook for every transaction (not run: 1); --all shows "
			 "it\n");
	make_script(ETC "Post-Invoke/b", "");
	make_script(ETC "Post-Invoke/c", "");
	set_mode(ETC "Post-Invoke/c", 0644);
	make(&view, "Universal-Hooks::Scripts::Pre-Invoke/a::Enabled=false\n",
		TWO_PACKAGES);
	assert_own(&view, "no hooks for foo\n"
			  "and 3 hooks for every transaction (not run: 2); --all shows "
			  "them\n");
}
END_TEST

START_TEST(a_wildcard_without_matching_operations_says_so)
{
	skip_unless(become_root(), "this is not root");
	owns_preview struct plan_view view;
	owns_output struct output output;

	make_script(ETC "multi_pkgs/Post-Invoke/fo__WILDCARD__/a", "");
	make(&view, "Universal-Hooks::Operations::=purge\n", TWO_PACKAGES);
	output_begin();
	plan_view_write_point(&piped, &view, UH_POST_INVOKE);
	output_end(&output);
	assert_shown(output.out.data,
		"Post-Invoke\n"
		"  @/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/fo__WILDCARD__/a\n"
		"      fo__WILDCARD__ matches only packages with other operations\n"
		"      not run: its setting Operations is only for purge\n");
}
END_TEST

START_TEST(one_hook_point_can_be_shown_alone)
{
	skip_unless(become_root(), "this is not root");
	owns_preview struct plan_view view;
	owns_output struct output output;

	make_tree();
	make(&view, "", TWO_PACKAGES);
	output_begin();
	plan_view_write_point(&piped, &view, UH_PRE_INVOKE);
	output_end(&output);
	assert_shown(output.out.data, "Pre-Invoke\n"
				      "  @/etc/apt/universal-hooks/Pre-Invoke/a\n"
				      "      in every transaction\n");
}
END_TEST

START_TEST(hooks_of_a_session_are_shown_if_there_are_any)
{
	owns_preview struct plan_view view;

	make_script(ETC "Session-Start/a", "");
	make_script(ETC "Session-End/b", "");
	make_script(ETC "pkgs/foo/Session-End/c", "");
	make_script(ETC "pkgs/foo/Session-Start/d", "");
	skip_unless(become_root(), "this is not root");
	make(&view, "Universal-Hooks::Scripts::Session-End::When=failure\n",
		TWO_PACKAGES);
	assert_written(&piped, &view,
		"Session-Start\n"
		"  @/etc/apt/universal-hooks/Session-Start/a\n"
		"      in every session\n"
		"Pre-Invoke: no hooks\n"
		"Pre-Install-Pkgs: no hooks\n"
		"Post-Invoke: no hooks\n"
		"Session-End\n"
		"  @/etc/apt/universal-hooks/pkgs/foo/Session-End/c\n"
		"      foo:amd64 upgrade 1 -> 2\n"
		"  @/etc/apt/universal-hooks/Session-End/b\n"
		"      in every session\n"
		"      not run: its setting When is \"failure\"\n");
}
END_TEST

START_TEST(a_narrow_terminal_has_more_lines_and_all_of_the_text)
{
	const struct terminal terminal = {.is_terminal = true, .width = 30};
	owns_preview struct plan_view view;

	make_tree();
	skip_unless(become_root(), "this is not root");
	make(&view, "Universal-Hooks::Operations::=purge\n", TWO_PACKAGES);
	assert_written(&terminal, &view,
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
		"        only packages with\n"
		"        other operations\n"
		"      not run: its setting\n"
		"        Operations is only for\n"
		"        purge\n");
}
END_TEST

START_TEST(colour_marks_what_runs)
{
	const struct terminal terminal = {.is_terminal = true, .has_colour = true};
	owns_preview struct plan_view view;

	make_script(ETC "Post-Invoke/a", "");
	make_file(ETC "Post-Invoke/b", 0644, "");
	skip_unless(become_root(), "this is not root");
	make(&view, "", "");
	assert_written(&terminal, &view,
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
	owns_preview struct plan_view view;
	owns_memory char *expected = string_format(
		"Pre-Invoke: no hooks\nPre-Install-Pkgs: no hooks\nPost-Invoke\n"
		"  @/usr/lib/apt/universal-hooks/pkgs/p/Post-Invoke/a\n"
		"      %s\n",
		reason);

	make(&view, "", packages);
	assert_written(&piped, &view, expected);
}

START_TEST(each_operation_is_shown_with_its_versions)
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
	owns_preview struct plan_view view;
	owns_output struct output output;
	const char *found;

	make(&view, settings, "foo - - none < 1 amd64 none /foo.deb\n");
	output_begin();
	plan_view_write_point(&piped, &view, UH_POST_INVOKE);
	output_end(&output);
	found = strstr(output.out.data, "      not run: ");
	ck_assert_msg(found != NULL, "%s", output.out.data);
	ck_assert_str_eq(found, expected);
}

START_TEST(a_skipped_script_says_why)
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
	/* A setting has precedence over a fault, as in the helper. */
	assert_obstacle("Universal-Hooks::Enabled=false\n",
		"      not run: its setting Enabled is false\n");
}
END_TEST

START_TEST(names_can_neither_forge_a_line_nor_control_the_terminal)
{
	owns_preview struct plan_view view;

	make_script(ETC "multi_pkgs/Post-Invoke/foo/a\nb\033[31m\xff", "");
	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__oo/" MARK_GOOD "\"", "");
	skip_unless(become_root(), "this is not root");
	make(&view, "", TWO_PACKAGES);
	assert_written(&piped, &view,
		"Pre-Invoke: no hooks\nPre-Install-Pkgs: no hooks\nPost-Invoke\n"
		"  @/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/__WILDCARD__oo/"
		"\\001\" --pkg_list=FILE\n"
		"      __WILDCARD__oo matches foo\n"
		"  @/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/foo/"
		"a\\012b\\033[31m\\377 --pkg_list=FILE\n"
		"      foo matches foo\n");
	assert_json(&view,
		"[{\"hook_point\":\"Session-Start\",\"hooks\":[]},{\"hook_point\":\"Pre-"
		"Invoke\",\"hooks\":[]},"
		"{\"hook_point\":\"Pre-Install-Pkgs\",\"hooks\":[]},"
		"{\"hook_point\":\"Post-Invoke\",\"hooks\":["
		"{\"path\":\"@/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/"
		"__WILDCARD__oo/\\\\001\\\"\",\"arguments\":[\"--pkg_list=FILE\"],"
		"\"reason\":\"wildcard\",\"not_run\":null,"
		"\"description\":null,\"wildcard\":\"__WILDCARD__oo\",\"matched\":["
		"\"foo\"]},"
		"{\"path\":\"@/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/foo/"
		"a\\\\012b\\\\033[31m\\\\377\",\"arguments\":[\"--pkg_list=FILE\"],"
		"\"reason\":\"wildcard\",\"not_run\":null,\"description\":null,"
		"\"wildcard\":\"foo\",\"matched\":[\"foo\"]}]},"
		"{\"hook_point\":\"Session-End\",\"hooks\":[]}]");
}
END_TEST

START_TEST(json_shows_the_same)
{
	owns_preview struct plan_view view;

	make_tree();
	skip_unless(become_root(), "this is not root");
	make(&view,
		"Universal-Hooks::Scripts::Pre-Invoke::Enabled=false\n"
		"Universal-Hooks::Scripts::Pre-Invoke::Description=says%20a\n",
		TWO_PACKAGES);
	assert_json(&view,
		"[{\"hook_point\":\"Session-Start\",\"hooks\":[]},{\"hook_point\":\"Pre-"
		"Invoke\",\"hooks\":["
		"{\"path\":\"@/etc/apt/universal-hooks/Pre-Invoke/a\","
		"\"arguments\":[],\"reason\":\"always\","
		"\"not_run\":\"its setting Enabled is false\","
		"\"description\":\"says a\"}]},"
		"{\"hook_point\":\"Pre-Install-Pkgs\",\"hooks\":[]},"
		"{\"hook_point\":\"Post-Invoke\",\"hooks\":["
		"{\"path\":\"@/usr/lib/apt/universal-hooks/pkgs/foo/Post-Invoke/b\","
		"\"arguments\":[],\"reason\":\"package\",\"not_run\":null,"
		"\"description\":null,\"package\":\"foo\",\"architecture\":\"amd64\","
		"\"operation\":\"upgrade\",\"old_version\":\"1\","
		"\"new_version\":\"2\"},"
		"{\"path\":\"@/usr/lib/apt/universal-hooks/multi_pkgs/Post-Invoke/"
		"fo__WILDCARD__/c d\",\"arguments\":[\"--pkg_list=FILE\"],"
		"\"reason\":\"wildcard\",\"not_run\":null,"
		"\"description\":null,\"wildcard\":\"fo__WILDCARD__\",\"matched\":["
		"\"foo\",\"food\"]}]},"
		"{\"hook_point\":\"Session-End\",\"hooks\":[]}]");
}
END_TEST

static void assert_packages(const char *lines, const char *expected)
{
	owns_transaction struct transaction transaction = {0};
	owns_memory char *text = NULL;
	json_t *json;

	if (lines[0] != '\0')
		parse_packages(&transaction, lines);
	json = transaction_to_json(&transaction);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	ck_assert_str_eq(text, expected);
}

START_TEST(json_shows_the_packages)
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

START_TEST(an_unreadable_directory_is_shown_as_such)
{
	owns_preview struct plan_view view;

	make_file(ETC "pkgs", 0644, "");
	make(&view, "", TWO_PACKAGES);
	assert_written(&piped, &view,
		"Pre-Invoke: no hooks\n"
		"Pre-Install-Pkgs\n"
		"  @/etc/apt/universal-hooks/pkgs\n"
		"      not run: a directory that cannot be read\n"
		"Post-Invoke\n"
		"  @/etc/apt/universal-hooks/pkgs\n"
		"      not run: a directory that cannot be read\n"
		"Session-End\n"
		"  @/etc/apt/universal-hooks/pkgs\n"
		"      not run: a directory that cannot be read\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		each_hook_point_has_the_plan_that_the_helper_would_make,
		a_purge_is_told_by_apt_or_by_dpkg,
		operations_skip_scripts_for_other_operations,
		disabled_scripts_are_skipped_at_every_hook_point,
		when_depends_on_the_assumed_result, when_means_nothing_before_dpkg,
		requires_counts_what_dpkg_has_and_at_post_invoke_what_apt_leaves,
		a_removed_package_lacks_only_afterwards,
		if_dpkg_query_fails_required_packages_are_missing,
		one_run_can_be_switched_off, apt_calls_no_hook_if_nothing_is_to_do,
		a_malformed_stream_is_an_error, scripts_that_cannot_run_say_why,
		a_script_of_another_user_does_not_run, nothing_is_written,
		without_hooks_each_hook_point_says_so,
		each_script_is_shown_with_its_reason,
		hooks_of_every_transaction_can_be_folded,
		what_is_folded_and_would_not_run_is_counted,
		a_wildcard_without_matching_operations_says_so,
		one_hook_point_can_be_shown_alone,
		hooks_of_a_session_are_shown_if_there_are_any,
		a_narrow_terminal_has_more_lines_and_all_of_the_text,
		colour_marks_what_runs, each_operation_is_shown_with_its_versions,
		a_skipped_script_says_why,
		names_can_neither_forge_a_line_nor_control_the_terminal,
		json_shows_the_same, json_shows_the_packages,
		an_unreadable_directory_is_shown_as_such};

	return run_tests("plan_view", tests, COUNT_OF(tests));
}
