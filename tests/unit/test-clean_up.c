/* SPDX-License-Identifier: BSD-2-Clause */
#include "call_close.h"
#include "call_settings.h"
#include "clean_up.h"
#include "dpkg.h"
#include "fixture.h"
#include "proc.h"
#include "record.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCOPE "Universal-Hooks::"

/* In a clean-up, Post-Invoke/always and Post-Invoke/failure run, Post-Invoke/ran not. */
#define WANTED                                                                           \
	SCOPE "Scripts::Post-Invoke/always::When=always\n" SCOPE                         \
	      "Scripts::Post-Invoke/failure::When=failure\n"
#define VETO SCOPE "Scripts::Pre-Install-Pkgs::On-Failure="

static const char cleaned[] =
	"Post-Invoke/always aborted 0\nPost-Invoke/failure aborted 0\n";

static void make_recorders(void)
{
	static const char result[] =
		"$APT_UNIVERSAL_HOOKS_RESULT $APT_UNIVERSAL_HOOKS_SUCCESS";

	configure_apt("");
	set_database("unpacked");
	make_recorder(ETC "Post-Invoke/always", result);
	make_recorder(ETC "Post-Invoke/failure", result);
	make_recorder(ETC "Post-Invoke/ran", result);
	make_recorder(ETC "Post-Invoke/success", result);
}

static void assert_state_is_empty(void)
{
	ck_assert_msg(rmdir(at(STATE)) == 0, "something is left in the state directory");
}

START_TEST(a_veto_stops_apt_and_the_clean_up_runs_once)
{
	make_recorders();
	make_script(ETC "Pre-Install-Pkgs/a", "exit 3");
	make_recorder(ETC "Pre-Install-Pkgs/b", "");
	ck_assert_int_eq(
		call_pre_install_pkgs(WANTED VETO
			"abort\n" SCOPE "Scripts::Post-Invoke/success::When=success\n"),
		STOP);
	assert_taken_file("/log", cleaned);
	assert_taken_file("/events",
		"SCRIPT_ENDED " ETC "Pre-Install-Pkgs/a exited 3\n"
		"SCRIPT_SKIPPED " ETC "Pre-Install-Pkgs/b On-Failure\n"
		"CLEAN_UP\n"
		"SCRIPT_ENDED " ETC "Post-Invoke/always exited 0\n"
		"SCRIPT_ENDED " ETC "Post-Invoke/failure exited 0\n"
		"SCRIPT_SKIPPED " ETC "Post-Invoke/ran When\n"
		"SCRIPT_SKIPPED " ETC "Post-Invoke/success When\n"
		"VETO " ETC "Pre-Install-Pkgs/a SCRIPT_ENDED Pre-Install-Pkgs/a\n");
	assert_stanzas(
		"Result: aborted\n"
		" Pre-Install-Pkgs " ETC "Pre-Install-Pkgs/a [always] exit 3\n"
		" Pre-Install-Pkgs " ETC
		"Pre-Install-Pkgs/b [always] skipped (On-Failure)\n"
		" Post-Invoke " ETC "Post-Invoke/always [always] exit 0\n"
		" Post-Invoke " ETC "Post-Invoke/failure [always] exit 0\n"
		" Post-Invoke " ETC "Post-Invoke/ran [always] skipped (When)\n"
		" Post-Invoke " ETC "Post-Invoke/success [always] skipped (When)\n");
	/* Nothing is left for the next transaction to clean up. */
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", "");
	assert_taken_file("/events", "");
	assert_state_is_empty();
}
END_TEST

START_TEST(abort_after_runs_the_rest_first)
{
	make_recorders();
	make_script(ETC "Pre-Install-Pkgs/a", "exit 3");
	make_recorder(ETC "Pre-Install-Pkgs/b", "");
	ck_assert_int_eq(call_pre_install_pkgs(WANTED VETO "abort-after\n"), STOP);
	assert_taken_file("/log", "Pre-Install-Pkgs/b \nPost-Invoke/always aborted 0\n"
				  "Post-Invoke/failure aborted 0\n");
}
END_TEST

START_TEST(without_hooks_that_want_to_know_a_veto_cleans_nothing_up)
{
	make_recorders();
	make_script(ETC "Pre-Install-Pkgs/a", "exit 3");
	ck_assert_int_eq(call_pre_install_pkgs(VETO "abort\n"), STOP);
	assert_taken_file("/log", "");
	assert_taken_file("/events",
		"SCRIPT_ENDED " ETC "Pre-Install-Pkgs/a exited 3\n"
		"VETO " ETC "Pre-Install-Pkgs/a SCRIPT_ENDED Pre-Install-Pkgs/a\n");
	assert_stanzas("Result: aborted\n"
		       " Pre-Install-Pkgs " ETC "Pre-Install-Pkgs/a [always] exit 3\n");
}
END_TEST

START_TEST(a_veto_at_pre_invoke_cleans_up_as_well)
{
	make_recorders();
	configure_apt(SCOPE "Scripts::Post-Invoke/always::When \"always\";\n" SCOPE
			    "Scripts::Pre-Invoke::On-Failure \"abort\";\n");
	make_script(ETC "Pre-Invoke/a", "exit 1");
	make_recorder(ETC "Pre-Invoke/b", "");
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), STOP);
	assert_taken_file("/log", "Post-Invoke/always aborted 0\n");
	assert_stanzas(
		"Result: aborted\n"
		" Pre-Invoke " ETC "Pre-Invoke/a [always] exit 1\n"
		" Pre-Invoke " ETC "Pre-Invoke/b [always] skipped (On-Failure)\n"
		" Post-Invoke " ETC "Post-Invoke/always [always] exit 0\n"
		" Post-Invoke " ETC "Post-Invoke/failure [always] skipped (When)\n"
		" Post-Invoke " ETC "Post-Invoke/ran [always] skipped (When)\n"
		" Post-Invoke " ETC "Post-Invoke/success [always] skipped (When)\n");
}
END_TEST

START_TEST(ctrl_c_before_dpkg_cleans_up_as_well)
{
	make_recorders();
	make_script(ETC "Pre-Install-Pkgs/a", "kill -INT $PPID; kill -INT $$");
	ck_assert_int_eq(call_pre_install_pkgs(WANTED), STOP);
	assert_taken_file("/log", cleaned);
}
END_TEST

START_TEST(after_dpkg_there_is_nothing_to_clean_up)
{
	make_recorders();
	make_script(ETC "Pre-Install-Pkgs/a", ":");
	ck_assert_int_eq(call_pre_install_pkgs(WANTED), 0);
	set_database("half-configured");
	ck_assert_int_eq(call_hook_point(UH_POST_INVOKE, NULL), 0);
	assert_taken_file("/log", "Post-Invoke/always failed 0\n"
				  "Post-Invoke/failure failed 0\n"
				  "Post-Invoke/ran failed 0\n"
				  "Post-Invoke/success failed 0\n");
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", "");
	assert_state_is_empty();
}
END_TEST

/* An apt that ends without Post-Invoke, since another tool stopped it. */
static void be_stopped_by_another_tool(void)
{
	int ends[2];
	pid_t pid;
	char byte;

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	if (pid == 0)
		exit(call_pre_install_pkgs(WANTED));
	(void)close(ends[1]);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	/* A guard holds the other end until it has done its work. */
	ck_assert_int_eq(read(ends[0], &byte, 1), 0);
	(void)close(ends[0]);
}

START_TEST(when_apt_ends_without_post_invoke_the_guard_cleans_up)
{
	make_recorders();
	make_script(ETC "Pre-Install-Pkgs/a", ":");
	be_stopped_by_another_tool();
	assert_taken_file("/log", cleaned);
	assert_stanzas(
		"Result: aborted\n"
		" Pre-Install-Pkgs " ETC "Pre-Install-Pkgs/a [always] exit 0\n"
		" Post-Invoke " ETC "Post-Invoke/always [always] exit 0\n"
		" Post-Invoke " ETC "Post-Invoke/failure [always] exit 0\n"
		" Post-Invoke " ETC "Post-Invoke/ran [always] skipped (When)\n"
		" Post-Invoke " ETC "Post-Invoke/success [always] skipped (When)\n");
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", "");
}
END_TEST

START_TEST(where_no_script_ran_before_dpkg_there_is_no_guard)
{
	make_recorders();
	be_stopped_by_another_tool();
	assert_taken_file("/log", "");
	assert_taken_file("/events", "");
}
END_TEST

/* Creates what remains after apt and its guard were killed; no process has this pid. */
static void leave_behind(const struct frontend *owner)
{
	owns_memory char *stream = make_stream(WANTED);
	owns_transaction struct transaction transaction;
	struct stream_faults faults;
	struct state state;
	struct trust trust;
	struct unsafe_path unsafe;

	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(state_open(&state, &state_of_runs, root(), &trust, &unsafe), 0);
	state_set_frontend(&state, owner);
	ck_assert_int_eq(stream_parse(&transaction, slice_of(stream), &faults), 0);
	transaction.status_stamp = dpkg_stamp(transaction.status_file);
	ck_assert_int_eq(record_save(&state, &transaction), 0);
	ck_assert_int_eq(record_want_clean_up(&state), 1);
	state_done(&state);
	trust_done(&trust);
}

static const struct frontend gone = {.pid = 4194301, .start_time = 1},
			     gone_too = {.pid = 4194302, .start_time = 2};

START_TEST(what_was_left_is_cleaned_up_at_the_next_pre_invoke_once)
{
	make_recorders();
	make_recorder(ETC "Pre-Invoke/a", "");
	leave_behind(&gone);
	make_file(STATE "4194301-1." LOG_RUNS, 0600,
		"Transaction: 4194301-1\n Pre-Install-Pkgs /b [always] exit 0 1 ms\n");
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", "Post-Invoke/always aborted 0\n"
				  "Post-Invoke/failure aborted 0\nPre-Invoke/a \n");
	assert_stanzas(
		"Result: aborted\n"
		" Pre-Install-Pkgs /b [always] exit 0\n"
		" Post-Invoke " ETC "Post-Invoke/always [always] exit 0\n"
		" Post-Invoke " ETC "Post-Invoke/failure [always] exit 0\n"
		" Post-Invoke " ETC "Post-Invoke/ran [always] skipped (When)\n"
		" Post-Invoke " ETC "Post-Invoke/success [always] skipped (When)\n");
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", "Pre-Invoke/a \n");
}
END_TEST

START_TEST(all_that_was_left_is_cleaned_up)
{
	make_recorders();
	leave_behind(&gone);
	leave_behind(&gone_too);
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log",
		"Post-Invoke/always aborted 0\nPost-Invoke/failure aborted 0\n"
		"Post-Invoke/always aborted 0\nPost-Invoke/failure aborted 0\n");
	assert_state_is_empty();
}
END_TEST

START_TEST(where_dpkg_had_done_all_before_the_clean_up_says_so)
{
	make_recorders();
	leave_behind(&gone);
	set_database("installed");
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", "Post-Invoke/always ok 1\n");
	leave_behind(&gone);
	set_database("half-configured");
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", cleaned);
}
END_TEST

START_TEST(while_a_script_of_it_runs_nothing_is_cleaned_up)
{
	struct state state;
	struct trust trust;
	struct unsafe_path unsafe;
	owns_fd int lock = -1;

	make_recorders();
	leave_behind(&gone);
	/* That script's helper holds the lock. */
	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(state_open(&state, &state_of_runs, root(), &trust, &unsafe), 0);
	state_set_frontend(&state, &gone);
	lock = record_lock_clean_up(&state, false);
	ck_assert_int_ge(lock, 0);
	state_done(&state);
	trust_done(&trust);
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", "");
	cleanup_close(&lock);
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", cleaned);
}
END_TEST

START_TEST(only_an_owner_that_lives_keeps_its_clean_up)
{
	struct proc init;
	struct frontend alive, earlier;

	ck_assert_int_eq(proc_read(1, &init), 0);
	alive = (struct frontend){.pid = 1, .start_time = init.start_time};
	earlier = (struct frontend){.pid = 1, .start_time = init.start_time + 1};
	make_recorders();
	leave_behind(&alive);
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", "");
	/* The pid has been reused. */
	leave_behind(&earlier);
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", cleaned);
}
END_TEST

START_TEST(runs_of_a_transaction_that_nobody_closed_are_logged)
{
	make_recorders();
	make_file(STATE "4194301-1." LOG_RUNS, 0600,
		"Transaction: 4194301-1\n Pre-Invoke /a [always] exit 0 1 ms\n");
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_stanzas("Result: aborted\n Pre-Invoke /a [always] exit 0\n");
	assert_state_is_empty();
}
END_TEST

START_TEST(runs_that_cannot_be_read_or_are_empty_are_no_endless_task)
{
	make_recorders();
	make_file(STATE "4194301-1." LOG_RUNS, 0600, "");
	make_file(STATE "unknown." LOG_RUNS, 0600, "");
	make_directory(STATE "4194302-2." LOG_RUNS);
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_stanzas("");
	ck_assert(!is_there(STATE "4194301-1." LOG_RUNS));
	make_directory(STATE "4194302-2." RECORD_CLEAN_UP);
	make_recorder(ETC "Pre-Invoke/a", "");
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", "Pre-Invoke/a \n");
}
END_TEST

START_TEST(a_mark_that_cannot_be_deleted_is_no_endless_task)
{
	static const char mark[] = STATE "4194301-1." RECORD_CLEAN_UP;

	make_recorders();
	leave_behind(&gone);
	skip_unless(unshare_mounts(), "mounting is not permitted");
	/* unlink(2): EBUSY */
	ck_assert_int_eq(mount(at(mark), at(mark), NULL, MS_BIND, NULL), 0);
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	ck_assert_int_eq(umount(at(mark)), 0);
	assert_taken_file("/log", cleaned);
}
END_TEST

/* A script that kills its parent, which is the helper or a guard. */
static void make_killer(const char *path)
{
	owns_memory char *body =
		string_format("echo killer >>%s; kill -KILL $PPID", at("/log"));

	make_script(path, body);
}

/* Calls Post-Invoke from a fork, like apt; the helper may be killed. */
static void post_invoke_that_may_die(void)
{
	pid_t middle = fork();
	pid_t helper = middle == 0 ? fork() : 0;

	if (middle == 0 && helper == 0)
		exit(call_engine(0, UH_POST_INVOKE, -1));
	if (middle == 0)
		_exit(waitpid(helper, NULL, 0) != helper);
	ck_assert_int_eq(waitpid(middle, NULL, 0), middle);
}

/* In a separate process, which is the frontend: its guard starts work when it exits. */
static void drive(const char *settings, bool is_closed)
{
	int ends[2];
	pid_t frontend;
	char byte;

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(fflush(NULL), 0);
	frontend = fork();
	if (frontend == 0) {
		(void)call_pre_install_pkgs(settings);
		set_database(is_closed ? "half-configured" : "unpacked");
		if (is_closed)
			post_invoke_that_may_die();
		_exit(0);
	}
	(void)close(ends[1]);
	ck_assert_int_eq(waitpid(frontend, NULL, 0), frontend);
	ck_assert_int_eq(read(ends[0], &byte, 1), 0);
	(void)close(ends[0]);
}

START_TEST(a_post_invoke_that_is_killed_is_ended_by_the_guard)
{
	make_recorders();
	make_script(ETC "Pre-Install-Pkgs/a", ":");
	make_killer(ETC "Post-Invoke/b");
	drive(WANTED SCOPE "Scripts::Post-Invoke/b::When=always\n", true);
	assert_taken_file("/log",
		"Post-Invoke/always failed 0\nkiller\nPost-Invoke/failure aborted 0\n");
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", "");
	assert_state_is_empty();
}
END_TEST

START_TEST(a_guard_that_is_killed_leaves_the_rest_to_the_next_transaction)
{
	make_recorders();
	make_script(ETC "Pre-Install-Pkgs/a", ":");
	make_killer(ETC "Post-Invoke/b");
	drive(WANTED SCOPE "Scripts::Post-Invoke/b::When=always\n", false);
	assert_taken_file("/log", "Post-Invoke/always aborted 0\nkiller\n");
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", "Post-Invoke/failure aborted 0\n");
	assert_state_is_empty();
}
END_TEST

/* A call whose apt was killed after the hook point began; for call_done(). */
static void begin(struct call *call, enum uh_hook_point hook_point, struct buffer *events)
{
	*call = (struct call){.hook_point = hook_point,
		.root = root(),
		.listener = write_event,
		.context = events};
	ck_assert_int_eq(call_init(call), 0);
	call_set_frontend(call, &gone);
}

/* Starts Post-Invoke; returns whether we may close the transaction. */
static bool claims(struct call *call)
{
	clean_up_lock(call);
	call_read_record(call);
	return clean_up_claim(call);
}

static bool can_claim(void)
{
	__attribute__((cleanup(call_done))) struct call call;
	owns_buffer struct buffer events = {0};

	begin(&call, UH_POST_INVOKE, &events);
	return claims(&call);
}

/* The number of scripts that Post-Invoke would run without the state directory. */
static size_t left_to_run(int state_error)
{
	__attribute__((cleanup(call_done))) struct call call;
	owns_buffer struct buffer events = {0};

	begin(&call, UH_POST_INVOKE, &events);
	cleanup_close(&call.state.fd);
	call.state_error = state_error;
	ck_assert(claims(&call));
	call_plan(&call);
	call_read_settings(&call);
	call_apply_settings(&call);
	call_drop_clean_up(&call);
	assert_text(&events, call.plan.count < 4 ? "CLEAN_UP_LATER\n" : "");
	return call.plan.count;
}

START_TEST(what_post_invoke_cannot_look_up_is_left_to_who_cleans_up)
{
	make_recorders();
	configure_apt(SCOPE "Scripts::Post-Invoke/always::When \"always\";\n" SCOPE
			    "Scripts::Post-Invoke/failure::When \"failure\";\n");
	/* No clean-up is due, so nobody else runs them. */
	ck_assert_uint_eq(left_to_run(-EMFILE), 4);
	leave_behind(&gone);
	ck_assert_uint_eq(left_to_run(-EMFILE), 2);
	/* A directory that others can write to proves nothing. */
	ck_assert_uint_eq(left_to_run(-EPERM), 4);
}
END_TEST

START_TEST(where_apt_has_gone_post_invoke_is_left_to_who_cleans_up)
{
	__attribute__((cleanup(call_done))) struct call other;
	owns_buffer struct buffer events = {0};

	/* Nothing is due. */
	ck_assert(!can_claim());
	/* Nobody is there yet. */
	leave_behind(&gone);
	ck_assert(can_claim());
	/* Somebody has just cleaned up, and is about to delete the record. */
	ck_assert_int_eq(unlink(at(STATE "4194301-1." RECORD_CLEAN_UP)), 0);
	ck_assert(!can_claim());
	/* Somebody is cleaning up. */
	ck_assert_int_eq(unlink(at(STATE "4194301-1.transaction")), 0);
	leave_behind(&gone);
	begin(&other, UH_POST_INVOKE, &events);
	other.clean_up_lock = record_lock_clean_up(&other.state, false);
	ck_assert_int_ge(other.clean_up_lock, 0);
	ck_assert(!can_claim());
}
END_TEST

static bool can_prepare(void)
{
	__attribute__((cleanup(call_done))) struct call call;
	owns_buffer struct buffer events = {0};

	begin(&call, UH_PRE_INVOKE, &events);
	call_plan(&call);
	call_read_settings(&call);
	call_apply_settings(&call);
	return clean_up_prepare(&call);
}

START_TEST(where_apt_has_gone_no_script_runs_before_dpkg)
{
	make_recorders();
	make_recorder(ETC "Pre-Invoke/a", "");
	configure_apt(SCOPE "Scripts::Post-Invoke/always::When \"always\";\n");
	ck_assert(!can_prepare());
	/* No script has run, so there is nothing to clean up. */
	assert_state_is_empty();
	/* A clean-up that was due before is still due. */
	leave_behind(&gone);
	ck_assert(!can_prepare());
	ck_assert(is_there(STATE "4194301-1." RECORD_CLEAN_UP));
	/* One that has been done is not, although scripts have run. */
	ck_assert_int_eq(unlink(at(STATE "4194301-1." RECORD_CLEAN_UP)), 0);
	make_file(STATE "4194301-1." LOG_RUNS, 0600,
		"Transaction: 4194301-1\n Pre-Install-Pkgs /b [always] exit 0 1 ms\n");
	ck_assert(!can_prepare());
	ck_assert(!is_there(STATE "4194301-1." RECORD_CLEAN_UP));
	/* Without scripts for a clean-up, nobody else runs anything. */
	configure_apt("");
	ck_assert(can_prepare());
	/* Malformed settings: nobody can tell which scripts those are. */
	configure_apt(SCOPE "Timeout \"1\n");
	ck_assert(!can_prepare());
}
END_TEST

START_TEST(a_log_that_cannot_be_written_does_not_keep_a_clean_up_for_ever)
{
	make_recorders();
	ck_assert_int_eq(rmdir(at("/var/log/apt")), 0);
	leave_behind(&gone);
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", cleaned);
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/log", "");
	assert_state_is_empty();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_veto_stops_apt_and_the_clean_up_runs_once,
		abort_after_runs_the_rest_first,
		without_hooks_that_want_to_know_a_veto_cleans_nothing_up,
		a_veto_at_pre_invoke_cleans_up_as_well,
		ctrl_c_before_dpkg_cleans_up_as_well,
		after_dpkg_there_is_nothing_to_clean_up,
		when_apt_ends_without_post_invoke_the_guard_cleans_up,
		where_no_script_ran_before_dpkg_there_is_no_guard,
		what_was_left_is_cleaned_up_at_the_next_pre_invoke_once,
		all_that_was_left_is_cleaned_up,
		where_dpkg_had_done_all_before_the_clean_up_says_so,
		while_a_script_of_it_runs_nothing_is_cleaned_up,
		only_an_owner_that_lives_keeps_its_clean_up,
		runs_of_a_transaction_that_nobody_closed_are_logged,
		runs_that_cannot_be_read_or_are_empty_are_no_endless_task,
		a_mark_that_cannot_be_deleted_is_no_endless_task,
		a_post_invoke_that_is_killed_is_ended_by_the_guard,
		a_guard_that_is_killed_leaves_the_rest_to_the_next_transaction,
		what_post_invoke_cannot_look_up_is_left_to_who_cleans_up,
		where_apt_has_gone_post_invoke_is_left_to_who_cleans_up,
		where_apt_has_gone_no_script_runs_before_dpkg,
		a_log_that_cannot_be_written_does_not_keep_a_clean_up_for_ever};

	return run_tests("clean_up", tests, COUNT_OF(tests));
}
