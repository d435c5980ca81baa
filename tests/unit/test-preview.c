/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "model/preview.h"
#include "output.h"

#include <unistd.h>

#define GOES_ON (-1)
#define owns_preview __attribute__((cleanup(preview_done)))

/* foo is upgraded, bar installed, old removed. */
#define PACKAGES                                                                         \
	"foo 1 amd64 none < 2 amd64 none /foo.deb\n"                                     \
	"bar - - none < 1 all none /bar.deb\n"                                           \
	"old 3 amd64 none > - - none **REMOVE**\n"

static int make(
	struct preview *preview, const char *stream, struct preview_request request)
{
	const struct admin admin = {.root = (char *)root()};

	request.stream = slice_of(stream);
	return preview_make(preview, &admin, &request);
}

/* With these lines of apt's configuration and of packages. */
static void make_of(struct preview *preview, const char *settings, const char *packages,
	struct preview_request request)
{
	owns_memory char *stream = string_format("VERSION 3\nDir::State::status=%s\n"
						 "%s\n%s",
		at(TEST_DATABASE), settings, packages);

	output_begin();
	ck_assert_int_eq(make(preview, stream, request), GOES_ON);
	assert_output("", "");
}

/* A line for each script: its path below the tree, and why it is left out. */
static void write_runs(
	const struct preview *preview, enum uh_hook_point hook_point, struct buffer *text)
{
	const struct plan *plan = &preview->plans[hook_point];

	for (size_t i = 0; i < plan->count; i++) {
		const struct planned_run *run = &plan->runs[i];
		const char *lacks = preview_lacks(preview, hook_point, run);
		owns_memory char *fault = fault_text(&run->script);

		buffer_append_string(text, run->script.relative);
		if (run->skip != SKIP_NOT)
			buffer_append_format(text, " %s", skip_name(run->skip));
		if (fault != NULL)
			buffer_append_format(text, " %s", fault);
		if (lacks != NULL)
			buffer_append_format(text, " lacks %s", lacks);
		buffer_append_string(text, "\n");
		ck_assert_int_eq(preview_is_run(run, lacks),
			run->skip == SKIP_NOT && fault == NULL && lacks == NULL);
	}
}

static void assert_runs(const struct preview *preview, const char *expected)
{
	owns_buffer struct buffer text = {0};

	for (int i = 0; i < HOOK_POINT_COUNT; i++)
		write_runs(preview, (enum uh_hook_point)i, &text);
	assert_text(&text, expected);
}

/* The whole way, for an upgrade that goes well. */
static void assert_preview(const char *settings, const char *expected)
{
	owns_preview struct preview preview;

	make_of(&preview, settings, PACKAGES,
		(struct preview_request){.result = RESULT_OK});
	assert_runs(&preview, expected);
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

START_TEST(the_operations_of_packages_are_those_of_the_stream)
{
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{"p - - none < 1 amd64 none /p.deb\n", "p\tamd64\tinstall\t-\t1\t-\n"},
		{"p 1 amd64 none < 2 amd64 none /p.deb\n",
			"p\tamd64\tupgrade\t1\t2\t-\n"},
		{"p 2 amd64 none > 1 amd64 none /p.deb\n",
			"p\tamd64\tdowngrade\t2\t1\t-\n"},
		{"p 1 amd64 none = 1 amd64 none /p.deb\n",
			"p\tamd64\treinstall\t1\t1\t-\n"},
		{"p 1 amd64 none > - - none **REMOVE**\n", "p\tamd64\tremove\t1\t-\t-\n"},
		{"p 1 amd64 none = 1 amd64 none **CONFIGURE**\n",
			"p\tamd64\tconfigure\t1\t1\t-\n"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_preview struct preview preview;
		owns_buffer struct buffer table = {0};

		make_of(&preview, "", cases[i].line,
			(struct preview_request){.result = RESULT_OK});
		table = table_of(&preview.transaction);
		assert_text(&table, cases[i].expected);
	}
}
END_TEST

static void assert_removal(const char *settings, const char *expected)
{
	owns_preview struct preview preview;
	owns_buffer struct buffer table = {0};

	make_of(&preview, settings, "foo 2 amd64 none > - - none **REMOVE**\n",
		(struct preview_request){.result = RESULT_OK});
	table = table_of(&preview.transaction);
	assert_text(&table, expected);
}

START_TEST(a_purge_is_told_by_apt_or_by_dpkg)
{
	set_database("installed");
	assert_removal("", "foo\tamd64\tremove\t2\t-\t-\n");
	assert_removal("APT::Get::Purge=true\n", "foo\tamd64\tpurge\t2\t-\t-\n");
	set_database("config-files");
	assert_removal("", "foo\tamd64\tpurge\t2\t-\t-\n");
	make_file(TEST_DATABASE, 0644, "this is no database\n");
	assert_removal("", "foo\tamd64\tremove\t2\t-\t-\n");
}
END_TEST

START_TEST(operations_leave_out_what_is_for_others)
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

START_TEST(what_is_not_enabled_is_left_out_at_every_hook_point)
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

START_TEST(when_depends_on_how_the_transaction_is_to_end)
{
	static const struct {
		enum result result;
		const char *expected;
	} cases[] = {
		{RESULT_OK, "Post-Invoke/always\nPost-Invoke/failure When\n"
			    "Post-Invoke/ran\nPost-Invoke/success\n"},
		{RESULT_FAILED, "Post-Invoke/always\nPost-Invoke/failure\n"
				"Post-Invoke/ran\nPost-Invoke/success When\n"},
		{RESULT_ABORTED, "Post-Invoke/always\nPost-Invoke/failure\n"
				 "Post-Invoke/ran When\nPost-Invoke/success When\n"},
		{RESULT_UNKNOWN, "Post-Invoke/always\nPost-Invoke/failure When\n"
				 "Post-Invoke/ran\nPost-Invoke/success When\n"},
	};
	static const char *const words[] = {"always", "failure", "ran", "success"};
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
		owns_preview struct preview preview;

		make_of(&preview, lines, PACKAGES,
			(struct preview_request){.result = cases[i].result});
		assert_runs(&preview, cases[i].expected);
	}
}
END_TEST

START_TEST(when_is_nothing_before_dpkg)
{
	make_script(ETC "Pre-Invoke/a", "");
	make_script(ETC "Pre-Install-Pkgs/a", "");
	skip_unless(become_root(), "this is not root");
	assert_preview(
		"Universal-Hooks::When=failure\n", "Pre-Invoke/a\nPre-Install-Pkgs/a\n");
}
END_TEST

START_TEST(what_is_required_is_as_dpkg_has_it_and_at_last_as_apt_leaves_it)
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
	assert_preview("Universal-Hooks::Requires::=foo:i386\n",
		"Pre-Invoke/a lacks foo:i386\nPre-Install-Pkgs/a lacks foo:i386\n"
		"Post-Invoke/a lacks foo:i386\n");
}
END_TEST

START_TEST(what_is_removed_is_lacking_only_afterwards)
{
	owns_preview struct preview preview;

	make_script(ETC "Pre-Install-Pkgs/a", "");
	make_script(ETC "Post-Invoke/a", "");
	set_database("installed");
	skip_unless(become_root(), "this is not root");
	make_of(&preview, "Universal-Hooks::Requires::=foo\n",
		"foo 2 amd64 none > - - none **REMOVE**\n",
		(struct preview_request){.result = RESULT_OK});
	assert_runs(&preview, "Pre-Install-Pkgs/a\nPost-Invoke/a lacks foo\n");
	preview_done(&preview);
	/* A crossgrade: the name stays. */
	make_of(&preview, "Universal-Hooks::Requires::=foo\n",
		"foo 2 amd64 none > - - none **REMOVE**\n"
		"foo - - none < 2 i386 none /foo.deb\n",
		(struct preview_request){.result = RESULT_OK});
	assert_runs(&preview, "Pre-Install-Pkgs/a\nPost-Invoke/a\n");
	preview_done(&preview);
	make_of(&preview, "Universal-Hooks::Requires::=foo:amd64\n",
		"foo 2 amd64 none > - - none **REMOVE**\n"
		"foo - - none < 2 i386 none /foo.deb\n",
		(struct preview_request){.result = RESULT_OK});
	assert_runs(&preview, "Pre-Install-Pkgs/a\nPost-Invoke/a lacks foo:amd64\n");
}
END_TEST

START_TEST(where_dpkg_does_not_answer_what_is_required_is_lacking)
{
	make_script(ETC "Post-Invoke/a", "");
	make_file(TEST_DATABASE, 0644, "this is no database\n");
	skip_unless(become_root(), "this is not root");
	assert_preview("Universal-Hooks::Requires::=vim\n", "Post-Invoke/a lacks vim\n");
}
END_TEST

static void assert_switched_off(const char *const *words, bool is_off)
{
	owns_preview struct preview preview;

	make_of(&preview, "", PACKAGES,
		(struct preview_request){.words = words, .result = RESULT_OK});
	ck_assert_int_eq(preview.is_switched_off, is_off);
	assert_runs(&preview, is_off ? "" : "Post-Invoke/a\n");
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

START_TEST(apt_calls_no_hook_where_nothing_is_to_do)
{
	owns_preview struct preview preview;

	make_script(ETC "Post-Invoke/a", "");
	make_script(LIB "pkgs/foo/Post-Invoke/b", "");
	skip_unless(become_root(), "this is not root");
	make_of(&preview, "", "", (struct preview_request){.result = RESULT_OK});
	assert_runs(&preview, "");
	preview_done(&preview);
	make_of(&preview, "", "",
		(struct preview_request){.result = RESULT_OK, .is_certain = true});
	assert_runs(&preview, "Post-Invoke/a\n");
}
END_TEST

START_TEST(what_is_no_stream_is_trouble)
{
	static const char *const streams[] = {"", "\n", "VERSION 1\n\n/foo.deb\n",
		"VERSION 4\n\nfoo 1 amd64 none < 2 amd64 none /foo.deb\n",
		"foo 1 amd64 none < 2 amd64 none /foo.deb\n", "VERSION 3\n\nnonsense\n",
		"VERSION 3\nDir=/\n",
		"VERSION 3\n\nfoo 1 amd64 none < 2 amd64 none /foo.d",
		"VERSION 3\n\n" PACKAGES "foo 1\n",
		"VERSION 3\n\n../foo 1 amd64 none < 2 amd64 none /foo.deb\n"};

	for (size_t i = 0; i < COUNT_OF(streams); i++) {
		owns_preview struct preview preview;

		output_begin();
		ck_assert_msg(make(&preview, streams[i],
				      (struct preview_request){.result = RESULT_OK}) ==
				      STATUS_TROUBLE,
			"stream %zu", i);
		assert_output("", "E: what apt tells of its transaction cannot be "
				  "understood\n");
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
	expected =
		string_format("multi_pkgs/Post-Invoke a directory that cannot be read\n"
			      "Post-Invoke/a not executable\n"
			      "Post-Invoke/b not a regular file\n"
			      "Post-Invoke/c leads nowhere\n"
			      "Post-Invoke/d %s can be written by everybody\n"
			      "Post-Invoke/e\n",
			at(ETC "Post-Invoke/d"));
	assert_preview("", expected);
}
END_TEST

static void assert_fault(struct script script, const char *expected)
{
	owns_memory char *text = fault_text(&script);

	ck_assert_pstr_eq(text, expected);
}

START_TEST(what_another_user_owns_is_not_run)
{
	owns_memory char *expected = string_format(
		"Post-Invoke/a %s belongs to the user nobody\n", at(ETC "Post-Invoke/a"));

	make_script(ETC "Post-Invoke/a", "");
	skip_unless(chown(at(ETC "Post-Invoke/a"), 65534, 0) == 0, "this is not root");
	assert_preview("", expected);
}
END_TEST

START_TEST(an_unsafe_path_names_the_path_and_who_has_it)
{
	struct script script = {.fault = SCRIPT_IS_OPEN_TO_OTHERS,
		.unsafe = {.path = (char *)"/a b", .kind = UH_UNSAFE_OWNER}};

	assert_fault(script, "/a b belongs to the user root");
	script.unsafe.id = 4294901760;
	assert_fault(script, "/a b belongs to the user 4294901760");
	script.unsafe.kind = UH_UNSAFE_GROUP;
	assert_fault(script, "/a b can be written by the group 4294901760");
	script.unsafe.id = 0;
	assert_fault(script, "/a b can be written by the group root");
	script.unsafe.kind = UH_UNSAFE_WORLD;
	assert_fault(script, "/a b can be written by everybody");
	assert_fault((struct script){.fault = SCRIPT_IS_FINE}, NULL);
	assert_fault((struct script){.fault = DIRECTORY_IS_UNMATCHED},
		"a directory whose name cannot be matched");
}
END_TEST

START_TEST(a_run_is_executed_when_nothing_is_in_its_way)
{
	struct planned_run run = {.skip = SKIP_NOT};

	ck_assert(preview_is_run(&run, NULL));
	ck_assert(!preview_is_run(&run, "zsh"));
	run.skip = SKIP_WHEN;
	ck_assert(!preview_is_run(&run, NULL));
	run = (struct planned_run){.script = {.fault = SCRIPT_IS_DANGLING}};
	ck_assert(!preview_is_run(&run, NULL));
}
END_TEST

START_TEST(a_reason_has_a_word)
{
	ck_assert_str_eq(reason_name(REASON_PACKAGE), "package");
	ck_assert_str_eq(reason_name(REASON_WILDCARD), "wildcard");
	ck_assert_str_eq(reason_name(REASON_ALWAYS), "always");
}
END_TEST

START_TEST(nothing_is_written_anywhere)
{
	make_script(ETC "Pre-Invoke/a", "echo a >>\"$LOG\"");
	make_script(ETC "Post-Invoke/a", "echo a >>\"$LOG\"");
	skip_unless(become_root(), "this is not root");
	assert_preview("", "Pre-Invoke/a\nPost-Invoke/a\n");
	ck_assert(!is_there(STATE));
	ck_assert(!is_there("/log"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		each_hook_point_has_the_plan_that_the_helper_would_make,
		the_operations_of_packages_are_those_of_the_stream,
		a_purge_is_told_by_apt_or_by_dpkg,
		operations_leave_out_what_is_for_others,
		what_is_not_enabled_is_left_out_at_every_hook_point,
		when_depends_on_how_the_transaction_is_to_end,
		when_is_nothing_before_dpkg,
		what_is_required_is_as_dpkg_has_it_and_at_last_as_apt_leaves_it,
		what_is_removed_is_lacking_only_afterwards,
		where_dpkg_does_not_answer_what_is_required_is_lacking,
		one_run_can_be_switched_off, apt_calls_no_hook_where_nothing_is_to_do,
		what_is_no_stream_is_trouble, scripts_that_cannot_run_say_why,
		what_another_user_owns_is_not_run,
		an_unsafe_path_names_the_path_and_who_has_it,
		a_run_is_executed_when_nothing_is_in_its_way, a_reason_has_a_word,
		nothing_is_written_anywhere};

	return run_tests("preview", tests, COUNT_OF(tests));
}
