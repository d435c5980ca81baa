/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "report.h"
#include "setting_text.h"
#include "settings.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libintl.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

char *__real_bindtextdomain(const char *domain, const char *directory);
char *__wrap_bindtextdomain(const char *domain, const char *directory);

static unsigned bound;

/* Catalogues come from the test's root. */
char *__wrap_bindtextdomain(const char *domain, const char *directory)
{
	(void)directory;
	bound++;
	return __real_bindtextdomain(domain, at("/locale"));
}

#define owns_settings __attribute__((cleanup(settings_done)))

/* One setting, below the scope. */
static struct settings parse(const char *line)
{
	owns_memory char *whole = string_format("Universal-Hooks::%s\n", line);
	struct settings settings;

	ck_assert_int_eq(settings_parse(&settings, slice_of(whole)), 0);
	return settings;
}

/* The message about the event. */
static struct buffer report(const struct uh_event *event)
{
	struct buffer text = {0};
	owns_fd int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	owns_fd int file = -1;

	make_file("/stderr", 0600, "");
	file = open(at("/stderr"), O_WRONLY | O_APPEND | O_CLOEXEC);
	ck_assert_int_eq(dup2(file, STDERR_FILENO), STDERR_FILENO);
	report_event(event, NULL);
	ck_assert_int_eq(dup2(before, STDERR_FILENO), STDERR_FILENO);
	read_file("/stderr", &text);
	return text;
}

static void assert_report(struct uh_event event, const char *expected)
{
	owns_buffer struct buffer text = report(&event);

	assert_text(&text, expected);
}

START_TEST(a_script_that_succeeded_or_had_nothing_to_do_is_not_reported)
{
	assert_report((struct uh_event){.kind = UH_SCRIPT_ENDED, .path = "/a"}, "");
	assert_report(
		(struct uh_event){
			.kind = UH_SCRIPT_ENDED, .path = "/a", .ending = {UH_EXITED, 77}},
		"");
}
END_TEST

START_TEST(a_failure_names_the_path_and_the_status_or_signal)
{
	assert_report((struct uh_event){.kind = UH_SCRIPT_ENDED,
			      .path = "/a b",
			      .ending = {UH_EXITED, 3}},
		"W: /a b exited with status 3\n");
	assert_report((struct uh_event){.kind = UH_SCRIPT_ENDED,
			      .path = "/a",
			      .ending = {UH_SIGNALED, SIGKILL}},
		"W: /a was killed by signal 9 (Killed)\n");
	assert_report((struct uh_event){.kind = UH_SCRIPT_ENDED,
			      .path = "/a",
			      .ending = {UH_EXITED, 137}},
		"W: /a exited with status 137\n");
}
END_TEST

START_TEST(each_event_is_one_line_in_apts_form)
{
	owns_settings struct settings settings = parse("Timeout=soon");
	size_t kinds = 0;

	for (int kind = UH_SCRIPT_ENDED; kind <= UH_INTERRUPTED; kind++, kinds++) {
		struct uh_event event = {.kind = (enum uh_event_kind)kind,
			.path = "/the/path",
			.detail = "/the/detail",
			.setting = settings.items,
			.value = "value",
			.variable = "PATH=/the/detail",
			.cause = UH_SCRIPT_ENDED,
			.error = -EACCES,
			.ending = {UH_EXITED, 1},
			.unsafe = UH_UNSAFE_WORLD,
			.count = 2,
			.first = 3};
		owns_buffer struct buffer text = report(&event);

		if (kind == UH_SCRIPT_TAKES_LONG)
			continue; /* for terminals only */
		if (kind == UH_SCRIPT_SKIPPED) {
			ck_assert_uint_eq(text.size, 0);
			continue;
		}
		ck_assert_msg(text.size > 20 && memchr(text.data, '\n', text.size) ==
							text.data + text.size - 1,
			"event %d: %s", kind, text.data);
		ck_assert_msg(strncmp(text.data, "W: ", 3) == 0 ||
				      strncmp(text.data, "E: ", 3) == 0 ||
				      kind == UH_HOOKS_FAILED || kind == UH_HOOKS_NOT_RUN,
			"event %d: %s", kind, text.data);
		ck_assert_msg(
			strchr(text.data, '%') == NULL, "event %d: %s", kind, text.data);
		ck_assert_msg(strstr(text.data, "(null)") == NULL, "event %d: %s", kind,
			text.data);
	}
	ck_assert_uint_eq(kinds, 67);
}
END_TEST

START_TEST(a_variable_is_named_with_what_is_wrong_with_it)
{
	struct uh_event event = {.kind = UH_SCRIPT_WITH_UNSAFE_VARIABLE,
		.path = "/a",
		.variable = "PATH=/bin:/srv",
		.detail = "/srv",
		.unsafe = UH_UNSAFE_WORLD,
		.error = -EPERM};

	assert_report(event, "E: /a is not run: others can change what its variable PATH "
			     "names: /srv is writable by everyone\n");
	event.detail = ".";
	event.error = -EINVAL;
	assert_report(event,
		"E: /a is not run: its variable PATH contains \".\", which is "
		"not an absolute path\n");
	event.detail = "/srv/a";
	event.error = -ELOOP;
	assert_report(event, "E: /a is not run: its variable PATH contains /srv/a, which "
			     "cannot be examined: Too many levels of symbolic links\n");
}
END_TEST

static void assert_setting(const char *line, struct uh_event event, const char *expected)
{
	owns_settings struct settings settings = parse(line);

	event.setting = settings.items;
	assert_report(event, expected);
}

START_TEST(a_faulty_setting_has_its_place_the_valid_values_and_the_nearest)
{
	assert_setting("When=sucess",
		(struct uh_event){
			.kind = UH_SETTING_UNUSABLE, .path = "/a.conf", .line = 7},
		"W: /a.conf:7: Universal-Hooks::When \"sucess\": the value is invalid, "
		"so the setting is ignored; valid values: \"ran\", \"success\", "
		"\"packages-success\", \"failure\", \"always\"; did you mean "
		"\"success\"?\n");
	assert_setting("Timeout=5m",
		(struct uh_event){.kind = UH_SETTING_UNUSABLE, .path = "/a.conf"},
		"W: /a.conf: Universal-Hooks::Timeout \"5m\": the value is invalid, so "
		"the setting is ignored; valid values: seconds from 0 to 86400; did you "
		"mean \"300\"?\n");
	assert_setting("Enabled=flase",
		(struct uh_event){.kind = UH_SETTING_UNUSABLE, .is_option = true},
		"W: -o Universal-Hooks::Enabled=flase: the value is invalid, so the "
		"setting is ignored; valid values: \"true\", \"false\"; did you mean "
		"\"false\"?\n");
	assert_setting("Timeouts=5", (struct uh_event){.kind = UH_SETTING_UNKNOWN},
		"W: Universal-Hooks::Timeouts \"5\": there is no such setting, so it is "
		"ignored; did you mean Timeout?\n");
	assert_setting("Requires=a", (struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Requires \"a\": the hook is not run because this "
		"setting is a list: Requires { \"a\"; }\n");
	assert_setting("On-Failure=abrt", (struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::On-Failure \"abrt\": the value is invalid, so it "
		"counts as \"abort\"; valid values: \"warn\", \"abort\", "
		"\"abort-after\"; did you mean \"abort\"?\n");
	assert_setting("On_Failure=abort", (struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::On_Failure \"abort\": there is no such setting, so "
		"it "
		"counts as On-Failure \"abort\"; did you mean On-Failure?\n");
	assert_setting("Package::=zsh", (struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Package:: \"zsh\": there is no such setting, so the "
		"hook is not run; did you mean Packages?\n");
	assert_setting("Package::=zsh",
		(struct uh_event){.kind = UH_SCRIPT_WITH_FAULTY_SETTING, .path = "/a"},
		"E: /a is not run because a setting is invalid: "
		"Universal-Hooks::Package:: \"zsh\"\n");
	assert_setting("On-Failure::=abort", (struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::On-Failure:: \"abort\": this setting is not a list, "
		"so it counts as \"abort\": On-Failure \"abort\"\n");
}
END_TEST

static void assert_unusable(const char *line, const char *expected)
{
	owns_memory char *message = string_format("W: Universal-Hooks::%s\n", expected);

	assert_setting(line, (struct uh_event){.kind = UH_SETTING_UNUSABLE}, message);
}

#define INVALID "the value is invalid, so the setting is ignored"

START_TEST(each_kind_of_setting_has_its_valid_values)
{
	owns_settings struct settings settings = parse("Enabled=true");
	owns_buffer struct buffer text = {0};

	assert_unusable("Directory=a", "Directory \"a\": " INVALID
				       "; valid values: absolute paths; did you mean "
				       "\"/a\"?");
	assert_setting("Requires::=*", (struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Requires:: \"*\": the value is invalid, so the hook "
		"is not run; valid values: packages as in Depends, like \"foo (>= 2) | "
		"bar\"\n");
	assert_setting("Requires::=a%20(>%202)",
		(struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Requires:: \"a (> 2)\": the value is invalid, so "
		"the hook is not run; use \"<<\", \"<=\", \">=\" or \">>\" instead of "
		"\"<\" or \">\"; did you mean \"a (>= 2)\"?\n");
	assert_setting("Requires::=a%20(2)", (struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Requires:: \"a (2)\": the value is invalid, so the "
		"hook is not run; use \"<<\", \"<=\", \"=\", \">=\" or \">>\" before the "
		"version; did you mean \"a (= 2)\"?\n");
	assert_setting("Requires::=a%20(>%3d)",
		(struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Requires:: \"a (>=)\": the value is invalid, so the "
		"hook is not run; the version is missing\n");
	assert_setting("Requires::=a%20(>%3d%20x)",
		(struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Requires:: \"a (>= x)\": the value is invalid, so "
		"the hook is not run; the version is malformed\n");
	assert_setting("Requires::=(a)%20b", (struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Requires:: \"(a) b\": the value is invalid, so the "
		"hook is not run; use \"<<\", \"<=\", \"=\", \">=\" or \">>\" before the "
		"version\n");
	assert_setting("Requires::=a%20(>%3d%202)%20b",
		(struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Requires:: \"a (>= 2) b\": the value is invalid, so "
		"the hook is not run; the parentheses do not match, or are not at the "
		"end\n");
	assert_setting("Requires::=a%20|", (struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Requires:: \"a |\": the value is invalid, so the "
		"hook is not run; the name of a package is missing\n");
	assert_setting("Packages::=a%20b", (struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Packages:: \"a b\": the value is invalid, so the "
		"hook is not run; valid values: \"GLOB\", \"!GLOB\", \"GLOB (>= "
		"VERSION)\"\n");
	assert_setting("Packages::=a%20(>%3d)",
		(struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Packages:: \"a (>=)\": the value is invalid, so the "
		"hook is not run; the version is missing\n");
	assert_setting("Paths::=[a", (struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Paths:: \"[a\": the value is invalid, so the hook "
		"is not run; valid values: absolute paths, or globs for them\n");
	assert_setting("Environment::=1=a", (struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Environment:: \"1=a\": the value is invalid, so "
		"the hook is not run; valid values: \"NAME=VALUE\"\n");
	assert_setting("Environment::=APT_UNIVERSAL_HOOKS_A=b",
		(struct uh_event){.kind = UH_GUARD_UNUSABLE},
		"E: Universal-Hooks::Environment:: \"APT_UNIVERSAL_HOOKS_A=b\": the "
		"hook is not run, since variables that begin with APT_UNIVERSAL_HOOKS "
		"are "
		"not for settings\n");
	assert_unusable("Operations::=instal",
		"Operations:: \"instal\": " INVALID "; valid values: \"install\", "
		"\"upgrade\", \"downgrade\", \"reinstall\", \"remove\", \"purge\", "
		"\"configure\"; did you mean \"install\"?");
	assert_unusable("Renamed-From::=/a", "Renamed-From:: \"/a\": " INVALID
					     "; valid values: paths below the hook tree");
	assert_unusable("User=", "User \"\": " INVALID);
	assert_unusable("Description=", "Description \"\": " INVALID);
	assert_unusable("Operations=install",
		"Operations \"install\": ignored because this setting is a list: "
		"Operations { \"install\"; }");
	assert_unusable("When::=always",
		"When:: \"always\": ignored because this setting is not a list: "
		"When \"always\"");
	setting_text_add(&text, settings.items, SETTING_IS_FINE, NULL);
	ck_assert_uint_eq(text.size, 0);
}
END_TEST

START_TEST(a_faulty_user_or_path_has_the_nearest)
{
	assert_setting("User=nobdy",
		(struct uh_event){.kind = UH_SETTING_WITHOUT_USER, .near = "nobody"},
		"W: Universal-Hooks::User \"nobdy\": there is no such user, so the hook "
		"is not run; did you mean nobody?\n");
	assert_setting("Scripts::a::User=root",
		(struct uh_event){.kind = UH_SETTING_NO_SCRIPT},
		"W: Universal-Hooks::Scripts::a::User \"root\": there is no hook at this "
		"path\n");
}
END_TEST

START_TEST(an_event_may_have_no_path)
{
	assert_report((struct uh_event){.kind = UH_OUT_OF_MEMORY},
		"W: out of memory; some hooks are not run, even hooks that could stop "
		"apt\n");
}
END_TEST

START_TEST(an_unsafe_path_names_the_open_path_and_to_whom)
{
	struct uh_event event = {
		.kind = UH_SCRIPT_OPEN_TO_OTHERS, .path = "/a/b", .detail = "/a"};

	event.unsafe = UH_UNSAFE_WORLD;
	assert_report(event, "E: /a/b is not run: /a is writable by everyone\n");
	event.unsafe = UH_UNSAFE_OWNER;
	assert_report(event, "E: /a/b is not run: /a is owned by user root (0)\n");
	event.unsafe = UH_UNSAFE_GROUP;
	event.id = 4294901760;
	assert_report(event, "E: /a/b is not run: /a is writable by group 4294901760, "
			     "which has no name\n");
}
END_TEST

START_TEST(lines_that_were_ignored_are_counted)
{
	owns_buffer struct buffer one = report(&(struct uh_event){
		.kind = UH_STREAM_LINES_IGNORED, .count = 1, .first = 7});
	owns_buffer struct buffer two = report(&(struct uh_event){
		.kind = UH_STREAM_LINES_IGNORED, .count = 2, .first = 7});
	owns_buffer struct buffer unknown =
		report(&(struct uh_event){.kind = UH_STREAM_LINES_IGNORED, .count = 2});

	ck_assert_ptr_nonnull(strstr(one.data, "1 malformed line, line 7; "));
	ck_assert_ptr_nonnull(
		strstr(two.data, "2 malformed lines, the first is line 7; "));
	ck_assert_ptr_nonnull(strstr(unknown.data, "2 malformed lines; "));
}
END_TEST

START_TEST(dpkg_query_has_an_error_or_an_ending)
{
	owns_buffer struct buffer error = report(
		&(struct uh_event){.kind = UH_DATABASE_UNREADABLE, .error = -ENOENT});
	owns_buffer struct buffer ending = report(&(struct uh_event){
		.kind = UH_DATABASE_UNREADABLE, .ending = {UH_EXITED, 2}});
	owns_buffer struct buffer neither =
		report(&(struct uh_event){.kind = UH_DATABASE_UNREADABLE});

	ck_assert_ptr_nonnull(
		strstr(error.data, "dpkg-query: No such file or directory\n"));
	ck_assert_ptr_nonnull(strstr(ending.data, "dpkg-query exited with status 2\n"));
	ck_assert_ptr_nonnull(strstr(neither.data, "dpkg-query was not run\n"));
}
END_TEST

START_TEST(a_name_can_neither_forge_a_line_nor_control_the_terminal)
{
	static const struct {
		const char *name;
		const char *expected;
	} cases[] = {
		{"/a\nE: forged", "/a\\012E: forged"},
		{"/\033[31mred\a\r\b\x7f", "/\\033[31mred\\007\\015\\010\\177"},
		{"/caf\xc3\xa9 \xe2\x98\x83 \xf0\x9f\x90\xa7",
			"/caf\xc3\xa9 \xe2\x98\x83 \xf0\x9f\x90\xa7"},
		{"/\xc2\x9b"
		 "31m",
			"/\\302\\23331m"},
		{"/\xff\xfe", "/\\377\\376"},
		{"/\xc3", "/\\303"},
		{"/\xe2\x98", "/\\342\\230"},
		{"/\xc0\xaf\xe0\x80\xaf", "/\\300\\257\\340\\200\\257"},
		{"/\xed\xa0\x80", "/\\355\\240\\200"},
		{"/\xf4\x90\x80\x80", "/\\364\\220\\200\\200"},
		{"/$(id)`;'\"%s%n", "/$(id)`;'\"%s%n"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_memory char *expected =
			string_format("W: %s exited with status 1\n", cases[i].expected);

		assert_report((struct uh_event){.kind = UH_SCRIPT_ENDED,
				      .path = cases[i].name,
				      .ending = {UH_EXITED, 1}},
			expected);
	}
}
END_TEST

START_TEST(a_path_of_any_length_leaves_one_line)
{
	for (size_t size = 16000; size < 18000; size += 7) {
		owns_memory char *path = malloc(size + 1);
		struct uh_event event = {
			.kind = UH_SCRIPT_ENDED, .path = path, .ending = {UH_EXITED, 1}};

		memset(path, 'x', size);
		path[0] = '/';
		path[size] = '\0';
		for (int round = 0; round < 2; round++) {
			owns_buffer struct buffer text = report(&event);

			ck_assert_ptr_eq(memchr(text.data, '\n', text.size),
				text.data + text.size - 1);
			/* In the second round, each byte becomes four. */
			memset(path + 1, '\1', size - 1);
		}
	}
}
END_TEST

START_TEST(a_stderr_that_cannot_be_written_is_ignored)
{
	owns_fd int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	struct uh_event event = {.kind = UH_OUT_OF_MEMORY};

	ck_assert_int_eq(close(STDERR_FILENO), 0);
	report_event(&event, NULL);
	ck_assert_int_eq(dup2(before, STDERR_FILENO), STDERR_FILENO);
}
END_TEST

START_TEST(a_timeout_differs_from_a_signal)
{
	assert_report((struct uh_event){.kind = UH_SCRIPT_ENDED,
			      .path = "/a",
			      .ending = {UH_TIMED_OUT, 7}},
		"W: /a timed out after 7 s (Timeout)\n");
}
END_TEST

START_TEST(an_unknown_user_or_group_has_its_number)
{
	struct uh_event event = {.kind = UH_SCRIPT_OPEN_TO_OTHERS,
		.path = "/a",
		.unsafe = UH_UNSAFE_OWNER,
		.id = 4294901760};

	assert_report(event,
		"E: /a is not run: /a is owned by user 4294901760, which has no name\n");
	event.unsafe = UH_UNSAFE_GROUP;
	event.id = 0;
	assert_report(event, "E: /a is not run: /a is writable by group root (0)\n");
}
END_TEST

START_TEST(a_veto_of_several_says_how_to_go_on_without_all)
{
	owns_buffer struct buffer text = report(&(struct uh_event){.kind = UH_VETO,
		.cause = UH_SCRIPT_OPEN_TO_OTHERS,
		.unsafe = UH_UNSAFE_WORLD,
		.path = "/a",
		.detail = "/b",
		.count = 2,
		.value = "apt-universal-hooks disable a c"});

	assert_text(&text, "E: /a is not run: /b is writable by everyone, so apt stops "
			   "(On-Failure). To go on without the hooks that failed: "
			   "apt-universal-hooks disable a c\n");
}
END_TEST

START_TEST(a_veto_of_a_dpkg_run_without_apt_stops_dpkg)
{
	owns_buffer struct buffer text = report(&(struct uh_event){.kind = UH_VETO,
		.cause = UH_SCRIPT_ENDED,
		.path = "/a",
		.ending = {UH_EXITED, 3},
		.is_of_dpkg = true,
		.value = "apt-universal-hooks disable a"});

	assert_text(&text,
		"E: /a exited with status 3, so dpkg stops (On-Failure). To go "
		"on without it: apt-universal-hooks disable a\n");
}
END_TEST

START_TEST(a_veto_by_a_script_that_was_not_run_says_so)
{
	owns_buffer struct buffer text = report(&(struct uh_event){.kind = UH_VETO,
		.cause = UH_SCRIPT_OPEN_TO_OTHERS,
		.unsafe = UH_UNSAFE_WORLD,
		.path = "/a",
		.detail = "/b",
		.hook = "Pre-Invoke/a",
		.value = "apt-get -o 'a=b' install foo"});

	assert_text(&text, "E: /a is not run: /b is writable by everyone, so apt stops "
			   "(On-Failure). To go on without it: apt-get -o 'a=b' "
			   "install foo\n");
}
END_TEST

START_TEST(a_veto_says_all_that_is_wrong_with_a_variable)
{
	owns_buffer struct buffer text = report(&(struct uh_event){.kind = UH_VETO,
		.cause = UH_SCRIPT_WITH_UNSAFE_VARIABLE,
		.path = "/a",
		.variable = "PATH=/bin:/srv",
		.detail = "/srv",
		.unsafe = UH_UNSAFE_WORLD,
		.error = -EPERM,
		.value = "apt-get install foo"});

	assert_text(&text, "E: /a is not run: others can change what its variable PATH "
			   "names: /srv is writable by everyone, so apt stops "
			   "(On-Failure). To go on without it: apt-get install foo\n");
}
END_TEST

START_TEST(the_cause_is_said_rather_than_the_error)
{
	struct uh_event event = {
		.kind = UH_SCRIPT_NOT_STARTED, .path = "/a", .error = -ENOENT};

	assert_report(event, "W: /a could not be started: No such file or directory\n");
	event.start_fault = UH_START_CRLF;
	assert_report(event,
		"W: /a could not be started: its lines end with CR LF, as on "
		"Windows\n");
	event.kind = UH_SCRIPT_ENDED;
	event.error = 0;
	event.ending = (struct uh_ending){UH_EXITED, 127};
	event.start_fault = UH_START_NO_INTERPRETER;
	memcpy(event.interpreter, "/b\n", sizeof("/b\n"));
	assert_report(event,
		"W: /a exited with status 127: its interpreter /b\\012 does not "
		"exist\n");
}
END_TEST

START_TEST(what_a_veto_will_say_is_not_said_before)
{
	assert_report((struct uh_event){.kind = UH_SCRIPT_ENDED,
			      .path = "/a",
			      .ending = {UH_EXITED, 3},
			      .has_veto = true},
		"");
}
END_TEST

START_TEST(where_dpkg_was_called_it_is_dpkg_that_goes_on)
{
	assert_report((struct uh_event){.kind = UH_OUT_OF_MEMORY, .is_of_dpkg = true},
		"W: out of memory; some hooks are not run, even hooks that could stop "
		"dpkg\n");
	assert_report((struct uh_event){.kind = UH_SCRIPT_NOT_EXECUTABLE,
			      .path = "/a",
			      .is_of_dpkg = true},
		"W: /a is not executable; it is not run\n");
}
END_TEST

START_TEST(a_summary_says_where_to_look)
{
	struct uh_event event = {.kind = UH_HOOKS_FAILED, .count = 2, .total = 5};

	assert_report(
		event, "N: 2 of 5 hooks failed; see apt-universal-hooks log --last\n");
	event.is_for_check = true;
	assert_report(event, "N: 2 of 5 hooks failed; see apt-universal-hooks check, and "
			     "apt-universal-hooks log --last\n");
	event.kind = UH_HOOKS_NOT_RUN;
	event.count = event.total = 1;
	assert_report(
		event, "N: 1 of 1 hooks cannot run; see apt-universal-hooks check\n");
}
END_TEST

START_TEST(without_a_detail_an_event_shows_its_error)
{
	assert_report((struct uh_event){.kind = UH_BRIDGE_UNUSABLE, .error = -EACCES},
		"W: apt's settings cannot be read, so hooks run with their defaults: "
		"Permission denied\n");
}
END_TEST

struct message {
	const char *text;
	const char *translation;
	size_t text_size; /* with a plural behind the NUL; 0: up to the NUL */
	size_t translation_size;
};

static void append_number(struct buffer *buffer, uint32_t number)
{
	buffer_append(buffer, (struct slice){(const char *)&number, sizeof(number)});
}

/* Writes gettext's binary format ("MO Files" in its manual); messages are sorted. */
static void make_catalogue(const struct message *messages, uint32_t count)
{
	uint32_t header[] = {
		0x950412de, 0, count, 28, 28 + 8 * count, 0, 28 + 16 * count};
	owns_buffer struct buffer file = {0};
	owns_buffer struct buffer texts = {0};
	owns_fd int fd = -1;

	buffer_append(&file, (struct slice){(const char *)header, sizeof(header)});
	for (int column = 0; column < 2; column++)
		for (uint32_t i = 0; i < count; i++) {
			const struct message *message = &messages[i];
			const char *text =
				column == 0 ? message->text : message->translation;
			size_t size = column == 0 ? message->text_size
						  : message->translation_size;

			size = size > 0 ? size : strlen(text);
			append_number(&file, (uint32_t)size);
			append_number(&file, header[6] + (uint32_t)texts.size);
			buffer_append(&texts, (struct slice){text, size});
			buffer_append(&texts, (struct slice){"", 1});
		}
	buffer_append(&file, buffer_slice(&texts));
	ck_assert_int_eq(file.error | texts.error, 0);
	make_file("/locale/de/LC_MESSAGES/" UH_TEXT_DOMAIN ".mo", 0644, "");
	fd = open(at("/locale/de/LC_MESSAGES/" UH_TEXT_DOMAIN ".mo"), O_WRONLY);
	ck_assert_int_eq(write_all(fd, buffer_slice(&file)), 0);
}

/* For LeakSanitizer: glibc 2.36 does not free its copy of LOCPATH (newlocale(3)). */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:argz_add_sep\n";
}

/* glibc translates in a locale that it finds in LOCPATH, but not in C.UTF-8. */
static void use_german(void)
{
	make_link("/locales/de_DE.UTF-8", access("/usr/lib/locale/C.utf8", F_OK) == 0
						  ? "/usr/lib/locale/C.utf8"
						  : "/usr/lib/locale/C.UTF-8");
	(void)setenv("LOCPATH", at("/locales"), 1);
	(void)unsetenv("LANGUAGE");
	(void)setenv("LC_ALL", "de_DE.UTF-8", 1);
}

#define HEADER                                                                           \
	{                                                                                \
		"",                                                                      \
			"Content-Type: text/plain; charset=UTF-8\n"                      \
			"Plural-Forms: nplurals=2; plural=n != 1;\n",                    \
			0, 0                                                             \
	}

/* The locale is that of the first message of a process. */
static void assert_report_in(const char *locale, const char *expected)
{
	static const struct message messages[] = {
		HEADER, {"{path} is not run because it requires {package}, which is not "
			 "installed",
				"{package} fehlt f\303\274r {path}", 0, 0}};
	struct uh_event event = {.kind = UH_SCRIPT_LACKS_PACKAGE,
		.path = "/a\nE: {package}",
		.detail = "b"};

	make_catalogue(messages, COUNT_OF(messages));
	use_german();
	(void)setenv("LC_ALL", locale, 1);
	assert_report(event, expected);
	(void)setenv("LC_ALL", "C", 1);
	assert_report(event, expected);
}

START_TEST(a_translation_may_order_the_places_as_it_needs)
{
	assert_report_in("de_DE.UTF-8", "W: b fehlt f\303\274r /a\\012E: {package}\n");
}
END_TEST

#define ENGLISH                                                                          \
	"W: /a\\012E: {package} is not run because it requires b, which is not "         \
	"installed\n"

START_TEST(in_the_locale_c_messages_are_in_english)
{
	assert_report_in("C", ENGLISH);
}
END_TEST

START_TEST(in_a_locale_that_does_not_exist_messages_are_in_english)
{
	assert_report_in("not_THERE.UTF-8", ENGLISH);
}
END_TEST

START_TEST(a_translation_has_its_own_plurals)
{
	static const char one[] =
		"apt's package list has {count} malformed line; hooks of its package are "
		"not run\0apt's package list has {count} malformed lines; hooks of those "
		"packages are not run";
	static const char translated[] = "{count} Zeile\0{count} Zeilen";
	const struct message messages[] = {
		HEADER, {one, translated, sizeof(one) - 1, sizeof(translated) - 1}};

	make_catalogue(messages, COUNT_OF(messages));
	use_german();
	assert_report((struct uh_event){.kind = UH_STREAM_LINES_IGNORED, .count = 1},
		"W: 1 Zeile\n");
	assert_report((struct uh_event){.kind = UH_STREAM_LINES_IGNORED, .count = 2},
		"W: 2 Zeilen\n");
}
END_TEST

/* As the verb does in most languages, and in French the noun as well. */
START_TEST(the_form_of_a_summary_is_that_of_the_hooks_that_failed)
{
	static const char failed[] =
		"{count} of {total} hooks failed; see apt-universal-hooks log --last\0"
		"{count} of {total} hooks failed; see apt-universal-hooks log --last";
	static const char translated[] =
		"{count} hook sur {total} a \303\251chou\303\251\0"
		"{count} hooks sur {total} ont \303\251chou\303\251";
	const struct message messages[] = {
		HEADER, {failed, translated, sizeof(failed) - 1, sizeof(translated) - 1}};

	make_catalogue(messages, COUNT_OF(messages));
	use_german();
	assert_report((struct uh_event){.kind = UH_HOOKS_FAILED, .count = 1, .total = 3},
		"N: 1 hook sur 3 a \303\251chou\303\251\n");
	assert_report((struct uh_event){.kind = UH_HOOKS_FAILED, .count = 2, .total = 3},
		"N: 2 hooks sur 3 ont \303\251chou\303\251\n");
}
END_TEST

#define FORTY "1234567890123456789012345678901234567890"
#define BLANKS "                                        "

/* It names the hook even where a translation leaves no room for it. */
START_TEST(a_translation_may_be_longer_than_the_terminal_is_wide)
{
	static const struct message messages[] = {
		HEADER, {"Running hook {hook} \342\200\246 (Ctrl-C stops it)",
				FORTY FORTY " {hook}", 0, 0}};

	make_catalogue(messages, COUNT_OF(messages));
	use_german();
	assert_report((struct uh_event){.kind = UH_SCRIPT_TAKES_LONG,
			      .path = "Post-Invoke/010-hook",
			      .value = "Dump the databases"},
		BLANKS BLANKS "\r" FORTY FORTY " \342\200\246hook\n");
}
END_TEST

START_TEST(a_wrong_translation_does_no_harm)
{
	static const struct message messages[] = {HEADER,
		{"{path} exited with status {status}",
			"%s%n {nothing} {} {key}{value} {setting} {first} {{path}} {path",
			0, 0},
		{"{path} was killed by signal {signal} ({signal_name})",
			"{ending}{ending}", 0, 0}};

	make_catalogue(messages, COUNT_OF(messages));
	use_german();
	assert_report(
		(struct uh_event){
			.kind = UH_SCRIPT_ENDED, .path = "/a", .ending = {UH_EXITED, 1}},
		"W: %s%n {nothing} {}   0 {/a} {path\n");
	assert_report((struct uh_event){.kind = UH_SCRIPT_ENDED,
			      .path = "/a",
			      .ending = {UH_SIGNALED, SIGKILL}},
		"W: \n");
}
END_TEST

START_TEST(only_a_message_looks_for_a_language)
{
	static const char *const latin = "\344";

	use_german();
	assert_report((struct uh_event){.kind = UH_SCRIPT_ENDED, .path = "/a"}, "");
	assert_report((struct uh_event){.kind = UH_SCRIPT_STARTS, .path = "/a"}, "");
	assert_report((struct uh_event){.kind = UH_SCRIPT_SKIPPED, .path = "/a"}, "");
	ck_assert_uint_eq(bound, 0);
	assert_report((struct uh_event){.kind = UH_OUT_OF_MEMORY},
		"W: out of memory; some hooks are not run, even hooks that could stop "
		"apt\n");
	ck_assert_uint_eq(bound, 1);
	/* The engine still compares names in the locale C. */
	ck_assert_str_eq(setlocale(LC_ALL, NULL), "C");
	ck_assert(uselocale((locale_t)0) == LC_GLOBAL_LOCALE);
	ck_assert(!isalnum((unsigned char)latin[0]));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_script_that_succeeded_or_had_nothing_to_do_is_not_reported,
		a_failure_names_the_path_and_the_status_or_signal,
		a_variable_is_named_with_what_is_wrong_with_it,
		each_event_is_one_line_in_apts_form,
		a_faulty_setting_has_its_place_the_valid_values_and_the_nearest,
		each_kind_of_setting_has_its_valid_values,
		a_faulty_user_or_path_has_the_nearest, an_event_may_have_no_path,
		an_unsafe_path_names_the_open_path_and_to_whom,
		lines_that_were_ignored_are_counted, dpkg_query_has_an_error_or_an_ending,
		a_name_can_neither_forge_a_line_nor_control_the_terminal,
		a_path_of_any_length_leaves_one_line,
		a_stderr_that_cannot_be_written_is_ignored,
		a_timeout_differs_from_a_signal, an_unknown_user_or_group_has_its_number,
		a_veto_of_several_says_how_to_go_on_without_all,
		a_veto_of_a_dpkg_run_without_apt_stops_dpkg,
		a_veto_by_a_script_that_was_not_run_says_so,
		a_veto_says_all_that_is_wrong_with_a_variable,
		the_cause_is_said_rather_than_the_error,
		what_a_veto_will_say_is_not_said_before,
		where_dpkg_was_called_it_is_dpkg_that_goes_on,
		a_summary_says_where_to_look, without_a_detail_an_event_shows_its_error,
		a_translation_may_order_the_places_as_it_needs,
		in_the_locale_c_messages_are_in_english,
		in_a_locale_that_does_not_exist_messages_are_in_english,
		a_translation_has_its_own_plurals,
		the_form_of_a_summary_is_that_of_the_hooks_that_failed,
		a_translation_may_be_longer_than_the_terminal_is_wide,
		a_wrong_translation_does_no_harm, only_a_message_looks_for_a_language};

	return run_tests("report", tests, COUNT_OF(tests));
}
