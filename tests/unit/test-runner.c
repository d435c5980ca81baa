/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "process.h"
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

/* The input of runner_run() at one hook point, and its results. */
struct stage {
	struct hook_tree tree;
	struct transaction transaction;
	struct plan plan;
	struct state state;
	struct run_context run_context;
	struct buffer events;
	enum run_end end;
	bool has_failed;
	struct uh_event veto;
	struct string_list vetoers;
};

static void stage_done(struct stage *stage)
{
	plan_done(&stage->plan);
	transaction_done(&stage->transaction);
	hook_tree_done(&stage->tree);
	state_done(&stage->state);
	buffer_done(&stage->events);
	string_list_done(&stage->vetoers);
}
#define owns_stage __attribute__((cleanup(stage_done)))

static const char packages[] = "bar 1 all none > - - none **REMOVE**\n"
			       "foo 1 amd64 none < 2 amd64 none /foo.deb\n";

static void set_up(struct stage *stage, enum uh_hook_point hook_point)
{
	struct unsafe_path unsafe;

	memset(stage, 0, sizeof(*stage));
	ck_assert_int_eq(hook_tree_init(&stage->tree, root()), 0);
	ck_assert_int_eq(state_open(&stage->state, &state_of_runs, root(),
				 &stage->tree.trust, &unsafe),
		0);
	state_set_frontend(
		&stage->state, &(struct frontend){.pid = 12, .start_time = 34});
	parse_packages(&stage->transaction, hook_point == UH_PRE_INVOKE ? "" : packages);
	ck_assert_int_eq(
		plan_make(&stage->plan, &stage->tree, hook_point, &stage->transaction),
		0);
	stage->run_context = (struct run_context){
		.hook_point = hook_point,
		.transaction = &stage->transaction,
		.is_known = hook_point != UH_PRE_INVOKE,
		.command_line = "apt-get install foo",
		.result = RESULT_OK,
		.state = &stage->state,
		.can_veto = true,
	};
}

static void run(struct stage *stage)
{
	stage->end = runner_run(&stage->plan, &stage->run_context, write_event,
		&stage->events, &stage->has_failed, &stage->veto, &stage->vetoers);
}

static void assert_run(enum uh_hook_point hook_point, bool has_failed, const char *events)
{
	owns_stage struct stage stage;

	set_up(&stage, hook_point);
	run(&stage);
	assert_text(&stage.events, events);
	ck_assert_int_eq(stage.has_failed, has_failed);
	ck_assert_int_eq(stage.end, RUN_COMPLETE);
}

START_TEST(scripts_run_one_after_the_other_by_their_full_path)
{
	owns_memory char *log = NULL;

	make_script(ETC "Pre-Invoke/a", "echo \"$0 $#\" >>\"$LOG\"");
	make_script(LIB "Pre-Invoke/b", "echo \"$0 $#\" >>\"$LOG\"");
	log = string_format(
		"%s 0\n%s 0\n", at(ETC "Pre-Invoke/a"), at(LIB "Pre-Invoke/b"));
	assert_run(UH_PRE_INVOKE, false,
		"SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n"
		"SCRIPT_ENDED " LIB "Pre-Invoke/b exited 0\n");
	assert_file("/log", log);
}
END_TEST

static void keep_end(const struct uh_event *event, void *context)
{
	if (event->kind == UH_SCRIPT_ENDED || event->kind == UH_SCRIPT_NOT_STARTED)
		*(struct uh_event *)context = *event;
}

/* Runs a script that consists of these bytes. */
static struct uh_event run_bytes_to_end(const char *bytes)
{
	owns_stage struct stage stage;
	struct uh_event event = {.error = 0};

	make_file(ETC "Pre-Invoke/a", 0755, bytes);
	set_up(&stage, UH_PRE_INVOKE);
	stage.end = runner_run(&stage.plan, &stage.run_context, keep_end, &event,
		&stage.has_failed, &stage.veto, &stage.vetoers);
	ck_assert(stage.has_failed);
	return event;
}

static enum uh_start_fault run_bytes(const char *bytes)
{
	return run_bytes_to_end(bytes).start_fault;
}

START_TEST(why_a_script_did_not_start_is_told)
{
	make_file("/interpreter", 0644, "");
	ck_assert_int_eq(run_bytes("#!/no/such/interpreter\n"), UH_START_NO_INTERPRETER);
	ck_assert_int_eq(run_bytes("#!/bin/sh\r\nexit 0\r\n"), UH_START_CRLF);
	ck_assert_int_eq(run_bytes("#!/usr/bin/env sh\r\nexit 0\r\n"), UH_START_CRLF);
	{
		owns_memory char *script = string_format("#!%s\n", at("/interpreter"));

		ck_assert_int_eq(run_bytes(script), UH_START_INTERPRETER_NOT_EXECUTABLE);
	}
	/* A status of its own. */
	ck_assert_int_eq(run_bytes("#!/bin/sh\nexit 126\n"), UH_START_UNKNOWN);
	ck_assert_int_eq(run_bytes("#!/bin/sh\nexit 127\n"), UH_START_UNKNOWN);
}
END_TEST

START_TEST(what_is_only_busy_has_no_other_fault)
{
	struct uh_event event;
	int fd;

	make_file(ETC "Pre-Invoke/a", 0755, "");
	fd = open(at(ETC "Pre-Invoke/a"), O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	event = run_bytes_to_end("#!/bin/sh\r\n");
	(void)close(fd);
	skip_unless(event.error == -ETXTBSY, "Linux 6.11 executes it");
	ck_assert_int_eq(event.start_fault, UH_START_UNKNOWN);
}
END_TEST

START_TEST(a_script_that_fails_does_not_stop_the_next)
{
	make_script(ETC "Pre-Invoke/a", "exit 9");
	make_script(ETC "Pre-Invoke/b", "kill -TERM $$");
	make_file(ETC "Pre-Invoke/c", 0755, "#!/no/such/interpreter\n");
	make_script(ETC "Pre-Invoke/d", "exit 0");
	assert_run(UH_PRE_INVOKE, true,
		"SCRIPT_ENDED " ETC "Pre-Invoke/a exited 9\n"
		"SCRIPT_ENDED " ETC "Pre-Invoke/b signalled 15\n"
		"SCRIPT_NOT_STARTED " ETC "Pre-Invoke/c (No such file or directory)\n"
		"SCRIPT_ENDED " ETC "Pre-Invoke/d exited 0\n");
}
END_TEST

START_TEST(a_script_that_had_nothing_to_do_has_not_failed)
{
	owns_stage struct stage stage;

	make_script(ETC "Post-Invoke/a", "exit 77");
	make_script(ETC "Post-Invoke/b", "echo $APT_UNIVERSAL_HOOKS_SUCCESS >>\"$LOG\"");
	set_up(&stage, UH_POST_INVOKE);
	stage.plan.runs[0].settings.on_failure = ON_FAILURE_ABORT;
	run(&stage);
	assert_text(&stage.events, "SCRIPT_ENDED " ETC "Post-Invoke/a exited 77\n"
				   "SCRIPT_ENDED " ETC "Post-Invoke/b exited 0\n");
	ck_assert(!stage.has_failed);
	ck_assert_int_eq(stage.end, RUN_COMPLETE);
	assert_file("/log", "1\n");
}
END_TEST

START_TEST(files_that_are_no_scripts_are_reported_and_are_no_failure)
{
	make_file(ETC "Pre-Invoke/a", 0644, "");
	make_link(ETC "Pre-Invoke/b", "nothing");
	make_node(ETC "Pre-Invoke/c", S_IFIFO);
	assert_run(UH_PRE_INVOKE, false,
		"SCRIPT_NOT_EXECUTABLE " ETC "Pre-Invoke/a\n"
		"SCRIPT_DANGLING " ETC "Pre-Invoke/b (No such file or directory)\n"
		"SCRIPT_NOT_A_FILE " ETC "Pre-Invoke/c\n");
}
END_TEST

START_TEST(a_script_that_others_can_write_counts_as_a_failure)
{
	make_script(ETC "Pre-Invoke/d", "");
	set_mode(ETC "Pre-Invoke/d", 0777);
	assert_run(UH_PRE_INVOKE, true,
		"SCRIPT_OPEN_TO_OTHERS " ETC "Pre-Invoke/d (Operation not permitted) " ETC
		"Pre-Invoke/d world\n");
}
END_TEST

START_TEST(only_scripts_of_wildcards_have_an_argument)
{
	static const char arguments[] = "echo \"${0##*/} $# ${1%%=*}\" >>\"$LOG\"";

	make_script(ETC "pkgs/foo/Post-Invoke/a", arguments);
	make_script(ETC "multi_pkgs/Post-Invoke/f__WILDCARD__/b", arguments);
	make_script(ETC "Post-Invoke/c", arguments);
	assert_run(UH_POST_INVOKE, false,
		"SCRIPT_ENDED " ETC "pkgs/foo/Post-Invoke/a exited 0\n"
		"SCRIPT_ENDED " ETC "multi_pkgs/Post-Invoke/f__WILDCARD__/b exited 0\n"
		"SCRIPT_ENDED " ETC "Post-Invoke/c exited 0\n");
	assert_file("/log", "a 0 \nb 1 --pkg_list\nc 0 \n");
}
END_TEST

START_TEST(lists_hold_all_names_and_those_that_matched_and_are_gone_afterwards)
{
	make_script(ETC "multi_pkgs/Post-Invoke/f__WILDCARD__/a",
		"file=${1#--pkg_list=}; cat \"$file\" \"$APT_UNIVERSAL_HOOKS_MATCHED\" "
		">\"$LOG\"\n"
		"stat -c %a \"$file\" \"$APT_UNIVERSAL_HOOKS_MATCHED\" >>\"$LOG\"");
	assert_run(UH_POST_INVOKE, false,
		"SCRIPT_ENDED " ETC "multi_pkgs/Post-Invoke/f__WILDCARD__/a exited 0\n");
	assert_file("/log", "bar\nfoo\nfoo\n644\n644\n");
	ck_assert_int_eq(rmdir(at(STATE)), 0);
}
END_TEST

START_TEST(each_wildcard_has_its_own_matches_and_all_share_the_list)
{
	static const char lists[] = "echo \"$1\" >>\"$LOG\".list; tr '\\n' ' ' "
				    "<\"$APT_UNIVERSAL_HOOKS_MATCHED\" >>\"$LOG\"";
	owns_buffer struct buffer list = {0};
	struct slice rest, first;

	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__/a", lists);
	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__/b", lists);
	make_script(ETC "multi_pkgs/Post-Invoke/bar/a", lists);
	make_script(ETC "multi_pkgs/Post-Invoke/foo:amd64/a", lists);
	assert_run(UH_POST_INVOKE, false,
		"SCRIPT_ENDED " ETC "multi_pkgs/Post-Invoke/__WILDCARD__/a exited 0\n"
		"SCRIPT_ENDED " ETC "multi_pkgs/Post-Invoke/__WILDCARD__/b exited 0\n"
		"SCRIPT_ENDED " ETC "multi_pkgs/Post-Invoke/bar/a exited 0\n"
		"SCRIPT_ENDED " ETC "multi_pkgs/Post-Invoke/foo:amd64/a exited 0\n");
	assert_file("/log", "bar foo bar foo bar foo ");
	read_file("/log.list", &list);
	rest = buffer_slice(&list);
	first = slice_cut(&rest, '\n');
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(slice_compare(slice_cut(&rest, '\n'), first), 0);
}
END_TEST

/* A script that writes our variables, sorted. */
static void make_teller(const char *path)
{
	make_script(path,
		"env | grep ^APT_UNIVERSAL_HOOKS_ | grep -v '=/' | LC_ALL=C sort "
		">>\"$LOG\"; echo >>\"$LOG\"");
}

START_TEST(scripts_of_packages_see_their_package)
{
	make_teller(ETC "pkgs/bar/Pre-Install-Pkgs/a");
	make_teller(ETC "pkgs/foo/Pre-Install-Pkgs/a");
	assert_run(UH_PRE_INSTALL_PKGS, false,
		"SCRIPT_ENDED " ETC "pkgs/bar/Pre-Install-Pkgs/a exited 0\n"
		"SCRIPT_ENDED " ETC "pkgs/foo/Pre-Install-Pkgs/a exited 0\n");
	assert_file("/log", "APT_UNIVERSAL_HOOKS_ARCHITECTURE=all\n"
			    "APT_UNIVERSAL_HOOKS_COMMAND_LINE=apt-get install foo\n"
			    "APT_UNIVERSAL_HOOKS_HOOK_POINT=Pre-Install-Pkgs\n"
			    "APT_UNIVERSAL_HOOKS_NEW_VERSION=-\n"
			    "APT_UNIVERSAL_HOOKS_OLD_VERSION=1\n"
			    "APT_UNIVERSAL_HOOKS_OPERATION=remove\n"
			    "APT_UNIVERSAL_HOOKS_PACKAGE=bar\n"
			    "\n"
			    "APT_UNIVERSAL_HOOKS_ARCHITECTURE=amd64\n"
			    "APT_UNIVERSAL_HOOKS_COMMAND_LINE=apt-get install foo\n"
			    "APT_UNIVERSAL_HOOKS_HOOK_POINT=Pre-Install-Pkgs\n"
			    "APT_UNIVERSAL_HOOKS_NEW_VERSION=2\n"
			    "APT_UNIVERSAL_HOOKS_OLD_VERSION=1\n"
			    "APT_UNIVERSAL_HOOKS_OPERATION=upgrade\n"
			    "APT_UNIVERSAL_HOOKS_PACKAGE=foo\n"
			    "\n");
}
END_TEST

START_TEST(scripts_of_wildcards_see_their_wildcard)
{
	make_teller(ETC "multi_pkgs/Pre-Install-Pkgs/f__WILDCARD__/a");
	assert_run(UH_PRE_INSTALL_PKGS, false,
		"SCRIPT_ENDED " ETC
		"multi_pkgs/Pre-Install-Pkgs/f__WILDCARD__/a exited 0\n");
	assert_file("/log", "APT_UNIVERSAL_HOOKS_COMMAND_LINE=apt-get install foo\n"
			    "APT_UNIVERSAL_HOOKS_HOOK_POINT=Pre-Install-Pkgs\n"
			    "APT_UNIVERSAL_HOOKS_WILDCARD=f__WILDCARD__\n"
			    "\n");
}
END_TEST

START_TEST(scripts_share_a_directory_and_know_the_id)
{
	owns_stage struct stage stage;

	make_script(ETC "Post-Invoke/a",
		"echo $APT_UNIVERSAL_HOOKS_ID >\"$APT_UNIVERSAL_HOOKS_DATA/file\"");
	make_script(
		ETC "Post-Invoke/b", "cat \"$APT_UNIVERSAL_HOOKS_DATA/file\" >>\"$LOG\"");
	set_up(&stage, UH_POST_INVOKE);
	stage.run_context.owner = &stage.state;
	run(&stage);
	assert_text(&stage.events, "SCRIPT_ENDED " ETC "Post-Invoke/a exited 0\n"
				   "SCRIPT_ENDED " ETC "Post-Invoke/b exited 0\n");
	assert_file("/log", "12-34\n");
	state_forget(&stage.state);
	ck_assert(state_is_empty(&stage.state));
}
END_TEST

START_TEST(without_a_directory_for_data_scripts_run_all_the_same)
{
	owns_stage struct stage stage;
	owns_memory char *file = NULL;

	make_script(
		ETC "Post-Invoke/a", "echo ${APT_UNIVERSAL_HOOKS_DATA-none} >>\"$LOG\"");
	make_script(ETC "Post-Invoke/b", "");
	set_up(&stage, UH_POST_INVOKE);
	stage.run_context.owner = &stage.state;
	file = string_format("/run/apt-universal-hooks/12-34.data-%u", geteuid());
	make_file(file, 0600, "");
	run(&stage);
	assert_text(&stage.events, "DATA_MISSING (Not a directory)\n"
				   "SCRIPT_ENDED " ETC "Post-Invoke/a exited 0\n"
				   "SCRIPT_ENDED " ETC "Post-Invoke/b exited 0\n");
	assert_file("/log", "none\n");
}
END_TEST

START_TEST(scripts_of_post_invoke_see_the_result)
{
	make_teller(ETC "Post-Invoke/a");
	assert_run(UH_POST_INVOKE, false, "SCRIPT_ENDED " ETC "Post-Invoke/a exited 0\n");
	assert_file("/log", "APT_UNIVERSAL_HOOKS_COMMAND_LINE=apt-get install foo\n"
			    "APT_UNIVERSAL_HOOKS_HOOK_POINT=Post-Invoke\n"
			    "APT_UNIVERSAL_HOOKS_RESULT=ok\n"
			    "APT_UNIVERSAL_HOOKS_SUCCESS=1\n"
			    "\n");
}
END_TEST

/* Each of two scripts writes one word: RESULT/SUCCESS. */
static void assert_success(
	enum result result, bool has_failed_before, const char *expected)
{
	owns_stage struct stage stage;

	set_up(&stage, UH_POST_INVOKE);
	stage.run_context.result = result;
	stage.run_context.has_failed_before = has_failed_before;
	run(&stage);
	assert_file("/log", expected);
	ck_assert_int_eq(remove(at("/log")), 0);
}

START_TEST(success_needs_a_good_result_and_no_failed_hook_before)
{
	static const char tell[] = "printf '%s ' \"${APT_UNIVERSAL_HOOKS_RESULT-none}"
				   "/$APT_UNIVERSAL_HOOKS_SUCCESS\" >>\"$LOG\"; ";
	owns_memory char *failing = string_format("%s exit 1", tell);

	make_script(ETC "Post-Invoke/a", failing);
	make_script(ETC "Post-Invoke/b", tell);
	assert_success(RESULT_OK, false, "ok/1 ok/0 ");
	assert_success(RESULT_OK, true, "ok/0 ok/0 ");
	assert_success(RESULT_FAILED, false, "failed/0 failed/0 ");
	assert_success(RESULT_ABORTED, false, "aborted/0 aborted/0 ");
	assert_success(RESULT_UNKNOWN, false, "none/0 none/0 ");
}
END_TEST

START_TEST(the_transaction_is_in_a_file)
{
	make_script(ETC "Post-Invoke/a",
		"cat \"$APT_UNIVERSAL_HOOKS_TRANSACTION\" >\"$LOG\"; "
		"stat -c %a \"$APT_UNIVERSAL_HOOKS_TRANSACTION\" >>\"$LOG\"");
	assert_run(UH_POST_INVOKE, false, "SCRIPT_ENDED " ETC "Post-Invoke/a exited 0\n");
	assert_file(
		"/log", "bar\tall\tremove\t1\t-\t-\nfoo\tamd64\tupgrade\t1\t2\t-\n644\n");
	ck_assert_int_eq(rmdir(at(STATE)), 0);
}
END_TEST

START_TEST(an_unknown_transaction_has_no_file)
{
	make_script(ETC "Pre-Invoke/a",
		"echo \"${APT_UNIVERSAL_HOOKS_TRANSACTION-none}\" >\"$LOG\"");
	assert_run(UH_PRE_INVOKE, false, "SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n");
	assert_file("/log", "none\n");
}
END_TEST

START_TEST(variables_of_an_outer_run_are_not_inherited)
{
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS_PACKAGE", "outer", 1), 0);
	ck_assert_int_eq(setenv("APT_HOOK_INFO_FD", "0", 1), 0);
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOK", "another's", 1), 0);
	make_script(ETC "Pre-Invoke/a",
		"echo \"${APT_UNIVERSAL_HOOKS_PACKAGE-none} "
		"${APT_HOOK_INFO_FD-none} $APT_UNIVERSAL_HOOK\" >\"$LOG\"");
	assert_run(UH_PRE_INVOKE, false, "SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n");
	assert_file("/log", "none none another's\n");
}
END_TEST

START_TEST(path_is_the_callers_or_apts_default)
{
	owns_memory char *commands = string_format("echo \"$PATH\" >>'%s'", at("/log"));

	make_script(ETC "Pre-Invoke/a", commands);
	ck_assert_int_eq(setenv("PATH", "/caller:/bin", 1), 0);
	assert_run(UH_PRE_INVOKE, false, "SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n");
	ck_assert_int_eq(clearenv(), 0);
	assert_run(UH_PRE_INVOKE, false, "SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n");
	assert_file("/log", "/caller:/bin\n/usr/sbin:/usr/bin:/sbin:/bin\n");
}
END_TEST

/* The strings belong to the settings. */
static void set_list(struct setting_items *list, const char *const *items, size_t count)
{
	list->items = calloc(count, sizeof(*items));
	ck_assert_ptr_nonnull(list->items);
	memcpy(list->items, items, count * sizeof(*items));
	list->count = list->capacity = count;
}

START_TEST(environment_replaces_what_is_inherited)
{
	static const char *const items[] = {
		"LEVEL=1", "INHERITED=a b=c", "INHERIT=x", "LEVEL=2", "EMPTY="};
	owns_stage struct stage stage;

	ck_assert_int_eq(setenv("INHERITED", "outer", 1), 0);
	make_script(ETC "Pre-Invoke/a",
		"env | grep -E '^(LEVEL|INHERIT|INHERITED|EMPTY)=' | "
		"LC_ALL=C sort >\"$LOG\"");
	set_up(&stage, UH_PRE_INVOKE);
	set_list(&stage.plan.runs[0].settings.environment, items, COUNT_OF(items));
	run(&stage);
	assert_text(&stage.events, "SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n");
	assert_file("/log", "EMPTY=\nINHERIT=x\nINHERITED=a b=c\nLEVEL=2\n");
}
END_TEST

START_TEST(a_script_with_paths_has_a_list_of_those_that_match)
{
	static const char *const items[] = {"/usr/bin/*"};
	owns_stage struct stage stage;
	struct path_globs globs = {0};
	struct path_table table;
	struct buffer text = {0};
	size_t foo;

	make_script(ETC "Pre-Install-Pkgs/a",
		"cat \"$APT_UNIVERSAL_HOOKS_MATCHED_PATHS\" >\"$LOG\"");
	set_up(&stage, UH_PRE_INSTALL_PKGS);
	set_list(&stage.plan.runs[0].settings.paths, items, COUNT_OF(items));
	ck_assert_int_eq(path_globs_add(&globs, &stage.plan.runs[0].settings.paths), 0);
	ck_assert_int_eq(path_table_init(&table, &stage.transaction, 0), 0);
	foo = transaction_find(&stage.transaction, slice_of("foo"));
	buffer_append_string(&text, "/usr/bin/b\n/usr/lib/c\n/usr/bin/a\n");
	ck_assert_int_eq(path_table_add(&table, foo, &globs, NULL, &text), 0);
	plan_set_paths(&stage.plan, &table);
	run(&stage);
	assert_file("/log", "/usr/bin/a\n/usr/bin/b\n");
	path_table_done(&table);
	path_globs_done(&globs);
	buffer_done(&text);
}
END_TEST

START_TEST(arguments_come_after_the_list_of_packages)
{
	static const char *const items[] = {"--level", "a b", ""};
	owns_stage struct stage stage;

	make_script(ETC "multi_pkgs/Post-Invoke/f__WILDCARD__/a",
		"shift; printf '%s|' \"$@\" >\"$LOG\"");
	set_up(&stage, UH_POST_INVOKE);
	set_list(&stage.plan.runs[0].settings.arguments, items, COUNT_OF(items));
	run(&stage);
	assert_file("/log", "--level|a b||");
}
END_TEST

START_TEST(with_null_as_input_a_script_takes_no_answers)
{
	owns_stage struct stage stage;
	int ends[2];
	char answer = '\0';

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], "y", 1), 1);
	ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	make_script(ETC "Pre-Invoke/a",
		"cat >>\"$LOG\"; readlink /proc/self/fd/0 >>\"$LOG\"");
	set_up(&stage, UH_PRE_INVOKE);
	stage.plan.runs[0].settings.input = INPUT_NULL;
	run(&stage);
	assert_text(&stage.events, "SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n");
	assert_file("/log", "/dev/null\n");
	ck_assert_int_eq(read(STDIN_FILENO, &answer, 1), 1);
	ck_assert_int_eq(answer, 'y');
	(void)close(ends[0]);
	(void)close(ends[1]);
}
END_TEST

/* The shell's own descriptors are ten and above. */
START_TEST(scripts_inherit_no_descriptor_of_ours)
{
	owns_buffer struct buffer expected = {0};
	owns_stage struct stage stage;

	skip_unless(access("/proc/self/fd", R_OK) == 0, "there is no /proc");
	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__/a",
		"all=; for fd in /proc/$$/fd/?; do [ -e $fd ] && all=\"$all ${fd##*/}\"; "
		"done\n"
		"echo \"$all\" >\"$LOG\"");
	set_up(&stage, UH_POST_INVOKE);
	ck_assert_int_lt(stage.state.fd, 10);
	/* The test may have inherited some. */
	for (int fd = 0; fd < 10; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags >= 0 && (flags & FD_CLOEXEC) == 0)
			buffer_append_format(&expected, " %d", fd);
	}
	buffer_append(&expected, (struct slice){"\n", 2});
	run(&stage);
	assert_file("/log", expected.data);
}
END_TEST

START_TEST(stdin_stdout_and_stderr_are_the_callers)
{
	int ends[2];
	owns_fd int log = -1;

	make_file("/log", 0644, "");
	log = open(at("/log"), O_WRONLY | O_APPEND | O_CLOEXEC);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(write(ends[1], "y\n", 2), 2);
	make_script(ETC "Pre-Invoke/a", "read -r answer; echo \"$answer\"; echo err >&2");
	ck_assert_int_eq(fflush(NULL), 0);
	ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	ck_assert_int_eq(dup2(log, STDOUT_FILENO), STDOUT_FILENO);
	ck_assert_int_eq(dup2(log, STDERR_FILENO), STDERR_FILENO);
	assert_run(UH_PRE_INVOKE, false, "SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n");
	assert_file("/log", "y\nerr\n");
}
END_TEST

START_TEST(a_script_without_its_lists_is_not_run)
{
	owns_stage struct stage stage;

	make_script(ETC "pkgs/foo/Post-Invoke/a", "echo a >>\"$LOG\"");
	make_script(ETC "multi_pkgs/Post-Invoke/foo/b", "echo b >>\"$LOG\"");
	make_script(ETC "Post-Invoke/c", "echo c >>\"$LOG\"");
	set_up(&stage, UH_POST_INVOKE);
	cleanup_close(&stage.state.fd);
	run(&stage);
	assert_text(&stage.events,
		"SCRIPT_ENDED " ETC "pkgs/foo/Post-Invoke/a exited 0\n"
		"SCRIPT_WITHOUT_LIST " ETC
		"multi_pkgs/Post-Invoke/foo/b (No such file or directory)\n"
		"SCRIPT_ENDED " ETC "Post-Invoke/c exited 0\n");
	assert_file("/log", "a\nc\n");
	ck_assert(stage.has_failed);
}
END_TEST

START_TEST(on_a_full_disk_only_the_files_are_missing)
{
	struct rlimit limit = {0, 0};
	owns_stage struct stage stage;

	make_script(ETC "multi_pkgs/Post-Invoke/foo/b", ":");
	make_script(ETC "Post-Invoke/c", ":");
	set_up(&stage, UH_POST_INVOKE);
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	run(&stage);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_text(&stage.events, "TABLES_MISSING (File too large)\n"
				   "SCRIPT_WITHOUT_LIST " ETC
				   "multi_pkgs/Post-Invoke/foo/b (File too large)\n"
				   "SCRIPT_ENDED " ETC "Post-Invoke/c exited 0\n");
	ck_assert_int_eq(rmdir(at(STATE)), 0);
}
END_TEST

START_TEST(ctrl_c_ends_the_script_and_skips_the_rest)
{
	owns_stage struct stage stage;

	make_script(
		ETC "Pre-Invoke/a", "kill -INT $PPID; kill -INT $$; echo a >>\"$LOG\"");
	make_script(ETC "Pre-Invoke/b", "echo b >>\"$LOG\"");
	set_up(&stage, UH_PRE_INVOKE);
	run(&stage);
	assert_text(&stage.events, "SCRIPT_ENDED " ETC "Pre-Invoke/a signalled 2\n"
				   "INTERRUPTED " ETC "Pre-Invoke/a\n");
	ck_assert_int_eq(stage.end, RUN_INTERRUPTED);
	ck_assert(stage.has_failed);
	ck_assert(!is_there("/log"));
}
END_TEST

START_TEST(no_script_runs_after_one_that_survives_ctrl_c)
{
	owns_stage struct stage stage;

	make_script(ETC "Pre-Invoke/a", "kill -QUIT $PPID; echo a >>\"$LOG\"");
	make_script(ETC "Pre-Invoke/b", "echo b >>\"$LOG\"");
	set_up(&stage, UH_PRE_INVOKE);
	run(&stage);
	assert_text(&stage.events, "SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n"
				   "INTERRUPTED " ETC "Pre-Invoke/a\n");
	ck_assert_int_eq(stage.end, RUN_INTERRUPTED);
	assert_file("/log", "a\n");
}
END_TEST

static void keep_milliseconds(const struct uh_event *event, void *context)
{
	*(long long *)context = event->milliseconds;
}

START_TEST(the_duration_of_a_script_is_reported)
{
	owns_stage struct stage stage;
	long long milliseconds = -1;

	make_script(ETC "Pre-Invoke/a", "sleep 0.05");
	set_up(&stage, UH_PRE_INVOKE);
	(void)runner_run(&stage.plan, &stage.run_context, keep_milliseconds,
		&milliseconds, &stage.has_failed, &stage.veto, &stage.vetoers);
	ck_assert_int_ge(milliseconds, 50);
}
END_TEST

START_TEST(a_setting_that_cannot_be_applied_is_a_failure)
{
	owns_stage struct stage stage;

	make_recorder(ETC "Pre-Invoke/a", "");
	make_recorder(ETC "Pre-Invoke/b", "");
	make_script(ETC "Pre-Invoke/c", "exit 1");
	set_up(&stage, UH_PRE_INVOKE);
	stage.plan.runs[0].settings.directory = "/etc/passwd";
	stage.plan.runs[1].settings.user = "nobody of that name";
	stage.plan.runs[2].settings.user = "root";
	/* The second time, an unprivileged account. */
	for (int i = 0; i < 2; i++) {
		owns_memory char *expected = string_format(
			"SCRIPT_WITHOUT_DIRECTORY " ETC
			"Pre-Invoke/a (Not a directory) /etc/passwd\n"
			"SCRIPT_WITHOUT_USER " ETC "Pre-Invoke/b nobody of that name\n"
			"%s\n",
			geteuid() == 0 ? "SCRIPT_ENDED " ETC "Pre-Invoke/c exited 1"
				       : "SCRIPT_WITHOUT_RIGHTS " ETC
					 "Pre-Invoke/c root");

		buffer_done(&stage.events);
		run(&stage);
		assert_text(&stage.events, expected);
		(void)seteuid(65534);
	}
	(void)seteuid(0);
	ck_assert(stage.has_failed);
	ck_assert(!is_there("/log"));
}
END_TEST

START_TEST(the_first_veto_is_the_one_reported_and_all_are_known)
{
	owns_stage struct stage stage;

	make_script(ETC "Pre-Invoke/a", "exit 1");
	make_script(ETC "Pre-Invoke/b", "exit 2");
	set_up(&stage, UH_PRE_INVOKE);
	stage.plan.runs[0].settings.on_failure = ON_FAILURE_ABORT_AFTER;
	stage.plan.runs[1].settings.on_failure = ON_FAILURE_ABORT_AFTER;
	run(&stage);
	ck_assert_int_eq(stage.end, RUN_VETOED);
	ck_assert_str_eq(stage.veto.path, at(ETC "Pre-Invoke/a"));
	ck_assert(!stage.veto.has_veto);
	ck_assert_uint_eq(stage.veto.count, 2);
	ck_assert_uint_eq(stage.vetoers.count, 2);
	ck_assert_str_eq(stage.vetoers.items[0], "Pre-Invoke/a");
	ck_assert_str_eq(stage.vetoers.items[1], "Pre-Invoke/b");
	assert_text(&stage.events, "SCRIPT_ENDED " ETC "Pre-Invoke/a exited 1\n"
				   "SCRIPT_ENDED " ETC "Pre-Invoke/b exited 2\n");
}
END_TEST

START_TEST(a_script_that_vetoes_again_is_named_once)
{
	owns_stage struct stage stage;

	make_script(ETC "Pre-Invoke/a", "exit 1");
	set_up(&stage, UH_PRE_INVOKE);
	stage.plan.runs[0].settings.on_failure = ON_FAILURE_ABORT_AFTER;
	run(&stage);
	run(&stage);
	ck_assert_uint_eq(stage.vetoers.count, 1);
	ck_assert_uint_eq(stage.veto.count, 1);
}
END_TEST

START_TEST(the_file_with_output_says_why_a_script_did_not_start)
{
	owns_stage struct stage stage;
	owns_buffer struct buffer kept = {0};

	make_file(ETC "Pre-Invoke/a", 0755, "#!/no/such/interpreter\n");
	set_up(&stage, UH_PRE_INVOKE);
	stage.run_context.root = root();
	stage.plan.runs[0].settings.output = OUTPUT_LOG;
	run(&stage);
	read_file("/var/log/apt/universal-hooks-term.log", &kept);
	ck_assert_ptr_nonnull(
		strstr(kept.data, "not-started (No such file or directory)"));
}
END_TEST

START_TEST(the_environment_of_a_service_needs_none_of_apts)
{
	const struct run_context run_context = {.hook_point = UH_SESSION_END};
	const struct planned_run run = {.reason = REASON_ALWAYS};
	const struct script_files files = {.data = NULL};
	char name[] = "name", home[] = "/home", shell[] = "/sh";
	struct passwd account = {.pw_name = name, .pw_dir = home, .pw_shell = shell};
	owns_strings struct string_list environment = {0};
	owns_buffer struct buffer text = {0};

	ck_assert_int_eq(clearenv(), 0);
	ck_assert_int_eq(environment_make(&environment, &run_context, &run, &files,
				 &account, false),
		0);
	for (size_t i = 0; i < environment.count; i++)
		buffer_append_format(&text, "%s\n", environment.items[i]);
	assert_text(&text, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
			   "/bin\nDEBIAN_FRONTEND=noninteractive\nHOME=/home\n"
			   "USER=name\nLOGNAME=name\nSHELL=/sh\n"
			   "APT_UNIVERSAL_HOOKS_HOOK_POINT=Session-End\n"
			   "APT_UNIVERSAL_HOOKS_SUCCESS=0\n"
			   "APT_UNIVERSAL_HOOKS_RUNS=0\n");
}
END_TEST

/* How often dpkg-query was started. */
static size_t questions;

int __real_process_capture(const struct process_spec *spec, size_t limit,
	struct buffer *output, struct uh_ending *ret_ending);
int __wrap_process_capture(const struct process_spec *spec, size_t limit,
	struct buffer *output, struct uh_ending *ret_ending);
int __wrap_process_capture(const struct process_spec *spec, size_t limit,
	struct buffer *output, struct uh_ending *ret_ending)
{
	questions++;
	return __real_process_capture(spec, limit, output, ret_ending);
}

static void require(struct planned_run *run, const char *package)
{
	struct setting_items *required = &run->settings.required;

	required->items = malloc(sizeof(*required->items));
	ck_assert_ptr_nonnull(required->items);
	required->items[0] = package;
	required->count = 1;
}

/* A package of that version, which provides "virtual". */
static void write_database(const char *path, const char *package)
{
	owns_memory char *stanza =
		string_format("Package: %s\nStatus: install ok installed\n"
			      "Maintainer: nobody\nArchitecture: all\nVersion: 1\n"
			      "Provides: virtual\nDescription: a test\n\n",
			package);

	make_directory("/var/lib/dpkg/updates");
	make_directory("/var/lib/dpkg/info");
	make_file(path, 0644, stanza);
}

START_TEST(a_script_whose_packages_are_missing_is_not_run)
{
	owns_stage struct stage stage;

	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	make_recorder(ETC "Pre-Invoke/a", "");
	set_up(&stage, UH_PRE_INVOKE);
	require(&stage.plan.runs[0], "no-package-of-that-name");
	run(&stage);
	assert_text(&stage.events,
		"SCRIPT_LACKS_PACKAGE " ETC "Pre-Invoke/a no-package-of-that-name\n");
	ck_assert(!stage.has_failed);
	ck_assert(!is_there("/log"));
}
END_TEST

START_TEST(how_dpkg_query_failed_is_told)
{
	owns_stage struct stage stage;

	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	write_database(TEST_DATABASE, "one\nBroken");
	make_script(ETC "Pre-Invoke/a", "");
	set_up(&stage, UH_PRE_INVOKE);
	stage.transaction.status_file = strdup(at(TEST_DATABASE));
	require(&stage.plan.runs[0], "one");
	run(&stage);
	assert_text(&stage.events, "REQUIREMENTS_UNKNOWN " ETC "Pre-Invoke/a exited 2\n");
}
END_TEST

START_TEST(dpkg_is_asked_once_about_the_packages_of_all_scripts)
{
	static const char *const required[] = {"one", "virtual", "virtual", "none"};
	owns_stage struct stage stage;

	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	write_database(TEST_DATABASE, "one");
	for (char name[] = ETC "Pre-Invoke/a"; name[sizeof(name) - 2] <= 'h';
		name[sizeof(name) - 2]++)
		make_script(name, "");
	set_up(&stage, UH_PRE_INVOKE);
	stage.transaction.status_file = strdup(at(TEST_DATABASE));
	ck_assert_uint_eq(stage.plan.count, 8);
	for (size_t i = 0; i < stage.plan.count; i++)
		require(&stage.plan.runs[i], required[i % COUNT_OF(required)]);
	questions = 0;
	run(&stage);
	assert_text(&stage.events, "SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n"
				   "SCRIPT_ENDED " ETC "Pre-Invoke/b exited 0\n"
				   "SCRIPT_ENDED " ETC "Pre-Invoke/c exited 0\n"
				   "SCRIPT_LACKS_PACKAGE " ETC "Pre-Invoke/d none\n"
				   "SCRIPT_ENDED " ETC "Pre-Invoke/e exited 0\n"
				   "SCRIPT_ENDED " ETC "Pre-Invoke/f exited 0\n"
				   "SCRIPT_ENDED " ETC "Pre-Invoke/g exited 0\n"
				   "SCRIPT_LACKS_PACKAGE " ETC "Pre-Invoke/h none\n");
	ck_assert_uint_eq(questions, 1);
}
END_TEST

START_TEST(dpkg_is_asked_again_when_a_script_has_changed_its_database)
{
	owns_stage struct stage stage;

	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	write_database(TEST_DATABASE, "one");
	write_database("/var/lib/dpkg/next", "two");
	write_database("/var/lib/dpkg/interrupted", "three");
	make_script(ETC "Pre-Invoke/a", "");
	make_script(
		ETC "Pre-Invoke/b", "cd \"${LOG%/*}/var/lib/dpkg\" && mv next status");
	make_script(ETC "Pre-Invoke/c", "");
	make_script(ETC "Pre-Invoke/d", "");
	/* As a dpkg does that is killed before it has written a new status file. */
	make_script(ETC "Pre-Invoke/e",
		"cd \"${LOG%/*}/var/lib/dpkg\" && mv interrupted updates/0000");
	make_script(ETC "Pre-Invoke/f", "");
	set_up(&stage, UH_PRE_INVOKE);
	stage.transaction.status_file = strdup(at(TEST_DATABASE));
	require(&stage.plan.runs[0], "one");
	require(&stage.plan.runs[2], "one");
	require(&stage.plan.runs[3], "two");
	require(&stage.plan.runs[5], "three");
	questions = 0;
	run(&stage);
	assert_text(&stage.events, "SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n"
				   "SCRIPT_ENDED " ETC "Pre-Invoke/b exited 0\n"
				   "SCRIPT_LACKS_PACKAGE " ETC "Pre-Invoke/c one\n"
				   "SCRIPT_ENDED " ETC "Pre-Invoke/d exited 0\n"
				   "SCRIPT_ENDED " ETC "Pre-Invoke/e exited 0\n"
				   "SCRIPT_ENDED " ETC "Pre-Invoke/f exited 0\n");
	ck_assert_uint_eq(questions, 3);
}
END_TEST

START_TEST(a_script_that_could_not_run_can_veto)
{
	owns_stage struct stage stage;

	make_recorder(ETC "Pre-Invoke/a", "");
	make_recorder(ETC "Pre-Invoke/b", "");
	set_up(&stage, UH_PRE_INVOKE);
	stage.plan.runs[0].settings.directory = "/etc/passwd";
	stage.plan.runs[0].settings.on_failure = ON_FAILURE_ABORT;
	run(&stage);
	ck_assert_int_eq(stage.end, RUN_VETOED);
	ck_assert_int_eq(stage.veto.cause, UH_SCRIPT_WITHOUT_DIRECTORY);
	ck_assert_str_eq(stage.veto.detail, "/etc/passwd");
	ck_assert_str_eq(stage.veto.hook, "Pre-Invoke/a");
	ck_assert(!is_there("/log"));
}
END_TEST

START_TEST(a_script_without_a_timeout_has_that_of_the_call)
{
	owns_stage struct stage stage;

	make_script(ETC "Session-End/a", "sleep 1000");
	set_up(&stage, UH_SESSION_END);
	stage.run_context.timeout = 1;
	run(&stage);
	assert_text(&stage.events, "SCRIPT_ENDED " ETC "Session-End/a timed out 1\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {scripts_run_one_after_the_other_by_their_full_path,
		why_a_script_did_not_start_is_told, what_is_only_busy_has_no_other_fault,
		a_script_that_fails_does_not_stop_the_next,
		a_script_that_had_nothing_to_do_has_not_failed,
		files_that_are_no_scripts_are_reported_and_are_no_failure,
		a_script_that_others_can_write_counts_as_a_failure,
		only_scripts_of_wildcards_have_an_argument,
		lists_hold_all_names_and_those_that_matched_and_are_gone_afterwards,
		each_wildcard_has_its_own_matches_and_all_share_the_list,
		scripts_of_packages_see_their_package,
		scripts_of_wildcards_see_their_wildcard,
		scripts_share_a_directory_and_know_the_id,
		without_a_directory_for_data_scripts_run_all_the_same,
		scripts_of_post_invoke_see_the_result,
		success_needs_a_good_result_and_no_failed_hook_before,
		the_transaction_is_in_a_file, an_unknown_transaction_has_no_file,
		variables_of_an_outer_run_are_not_inherited,
		path_is_the_callers_or_apts_default,
		environment_replaces_what_is_inherited,
		arguments_come_after_the_list_of_packages,
		a_script_with_paths_has_a_list_of_those_that_match,
		with_null_as_input_a_script_takes_no_answers,
		scripts_inherit_no_descriptor_of_ours,
		stdin_stdout_and_stderr_are_the_callers,
		a_script_without_its_lists_is_not_run,
		on_a_full_disk_only_the_files_are_missing,
		ctrl_c_ends_the_script_and_skips_the_rest,
		no_script_runs_after_one_that_survives_ctrl_c,
		the_duration_of_a_script_is_reported,
		a_setting_that_cannot_be_applied_is_a_failure,
		the_first_veto_is_the_one_reported_and_all_are_known,
		a_script_that_vetoes_again_is_named_once,
		the_file_with_output_says_why_a_script_did_not_start,
		the_environment_of_a_service_needs_none_of_apts,
		a_script_whose_packages_are_missing_is_not_run,
		how_dpkg_query_failed_is_told,
		dpkg_is_asked_once_about_the_packages_of_all_scripts,
		dpkg_is_asked_again_when_a_script_has_changed_its_database,
		a_script_that_could_not_run_can_veto,
		a_script_without_a_timeout_has_that_of_the_call};

	return run_tests("runner", tests, COUNT_OF(tests));
}
