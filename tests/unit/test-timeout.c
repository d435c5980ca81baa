/* SPDX-License-Identifier: BSD-2-Clause */
/* process_run() with a timeout; test-process.c has the rest. */
#include "fixture.h"
#include "proc.h"
#include "process.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Seconds between SIGTERM and SIGKILL. */
#define GRACE 5

/* Runs a script with these commands, as the engine does; returns the seconds taken. */
static double run(const char *commands, unsigned timeout, struct uh_ending *ret_ending)
{
	const char *const argv[] = {"a", NULL};
	struct process_spec spec = {.path = at("/a"),
		.argv = (char *const *)argv,
		.envp = environ,
		.timeout = timeout};
	struct timespec before, after;
	struct interrupts interrupts;

	make_script("/a", commands);
	interrupts_hold(&interrupts);
	(void)clock_gettime(CLOCK_MONOTONIC, &before);
	ck_assert_int_eq(process_run(&spec, ret_ending), 0);
	(void)clock_gettime(CLOCK_MONOTONIC, &after);
	interrupts_release(&interrupts);
	return (double)(after.tv_sec - before.tv_sec) +
	       (double)(after.tv_nsec - before.tv_nsec) / 1e9;
}

static void assert_ended(struct uh_ending ending, enum uh_end end, int value)
{
	ck_assert_int_eq(ending.end, end);
	ck_assert_int_eq(ending.value, value);
}

/* The process whose pid the script wrote to the log. */
static pid_t logged_process(void)
{
	owns_buffer struct buffer text = {0};
	long pid;

	read_file("/log", &text);
	pid = strtol(text.data, NULL, 10);
	ck_assert_int_gt(pid, 1);
	return (pid_t)pid;
}

static bool is_running(pid_t pid)
{
	return kill(pid, 0) == 0;
}

START_TEST(a_quick_program_keeps_its_status)
{
	struct uh_ending ending;

	ck_assert(run("exit 0", 60, &ending) < 30);
	assert_ended(ending, UH_EXITED, 0);
	ck_assert(run("exit 3", 60, &ending) < 30);
	assert_ended(ending, UH_EXITED, 3);
	ck_assert(run("kill -USR1 $$", 60, &ending) < 30);
	assert_ended(ending, UH_SIGNALED, SIGUSR1);
}
END_TEST

START_TEST(a_program_that_does_not_start_is_no_timeout)
{
	const char *const argv[] = {"a", NULL};
	struct process_spec spec = {.path = at("/none"),
		.argv = (char *const *)argv,
		.envp = environ,
		.timeout = 1};
	struct uh_ending ending;

	ck_assert_int_eq(process_run(&spec, &ending), -ENOENT);
}
END_TEST

START_TEST(on_timeout_sigterm_comes_first_and_may_be_caught)
{
	struct uh_ending ending;
	double seconds = run("trap 'echo caught >\"$LOG\"; exit 0' TERM\n"
			     "sleep 60 & wait",
		1, &ending);

	assert_ended(ending, UH_TIMED_OUT, 1);
	ck_assert(seconds >= 1 && seconds < GRACE);
	assert_file("/log", "caught\n");
}
END_TEST

START_TEST(a_program_that_ignores_sigterm_is_killed_after_the_grace_period)
{
	struct uh_ending ending;
	double seconds = run("trap '' TERM\n"
			     "echo $$ >\"$LOG\"\n"
			     "while :; do sleep 60; done",
		1, &ending);

	assert_ended(ending, UH_TIMED_OUT, 1);
	ck_assert(seconds >= 1 + GRACE && seconds < 1 + 2 * GRACE);
	ck_assert(!is_running(logged_process()));
}
END_TEST

START_TEST(descendants_in_their_own_session_end_as_well)
{
	struct uh_ending ending;

	(void)run("(setsid sh -c 'echo $$ >\"$LOG\"; exec sleep 60' &)\n"
		  "exec sleep 60",
		1, &ending);
	assert_ended(ending, UH_TIMED_OUT, 1);
	ck_assert(!is_running(logged_process()));
}
END_TEST

START_TEST(a_stopped_program_ends_as_well)
{
	struct uh_ending ending;
	double seconds = run("kill -STOP $$", 1, &ending);

	assert_ended(ending, UH_TIMED_OUT, 1);
	ck_assert(seconds < GRACE);
}
END_TEST

START_TEST(a_daemon_of_a_program_that_finished_in_time_survives)
{
	struct uh_ending ending;
	pid_t daemon;

	/*
	 * Without our stdout, which the program that reads this test's output waits for.
	 */
	(void)run("setsid sleep 60 >/dev/null 2>&1 & echo $! >\"$LOG\"", 60, &ending);
	assert_ended(ending, UH_EXITED, 0);
	daemon = logged_process();
	ck_assert(is_running(daemon));
	ck_assert_int_eq(kill(daemon, SIGKILL), 0);
}
END_TEST

/* A child that does nothing until it is killed. */
static pid_t start_idler(void)
{
	pid_t pid;

	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	if (pid == 0)
		for (;;)
			(void)pause();
	ck_assert_int_gt(pid, 0);
	return pid;
}

static unsigned long long start_time_of(pid_t pid)
{
	struct proc proc;

	ck_assert_int_eq(proc_read(pid, &proc), 0);
	return proc.start_time;
}

/* Waits until new processes get a later start time in /proc than pid has. */
static void wait_for_a_tick_after(pid_t pid)
{
	unsigned long long time;

	do {
		pid_t next = start_idler();

		time = start_time_of(next);
		ck_assert_int_eq(kill(next, SIGKILL), 0);
		ck_assert_int_eq(waitpid(next, NULL, 0), next);
	} while (time <= start_time_of(pid));
}

START_TEST(earlier_processes_are_left_alone)
{
	struct uh_ending ending;
	pid_t older = start_idler();

	wait_for_a_tick_after(older);
	(void)run("exec sleep 60", 1, &ending);
	assert_ended(ending, UH_TIMED_OUT, 1);
	ck_assert_int_eq(waitpid(older, NULL, WNOHANG), 0);
	ck_assert_int_eq(kill(older, SIGKILL), 0);
	ck_assert_int_eq(waitpid(older, NULL, 0), older);
}
END_TEST

START_TEST(orphans_are_ours_only_while_a_timeout_runs)
{
	struct uh_ending ending;
	int is_reaper = -1;

	(void)run("exit 0", 60, &ending);
	ck_assert_int_eq(prctl(PR_GET_CHILD_SUBREAPER, &is_reaper), 0);
	ck_assert_int_eq(is_reaper, 0);
}
END_TEST

START_TEST(without_proc_the_program_itself_ends)
{
	struct uh_ending ending;
	double seconds;

	skip_unless(geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
			    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
			    mount("none", "/proc", "tmpfs", 0, NULL) == 0,
		"only root can hide /proc");
	seconds = run("exec sleep 60", 1, &ending);
	ck_assert_int_eq(umount("/proc"), 0);
	assert_ended(ending, UH_TIMED_OUT, 1);
	ck_assert(seconds < GRACE);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_quick_program_keeps_its_status,
		a_program_that_does_not_start_is_no_timeout,
		on_timeout_sigterm_comes_first_and_may_be_caught,
		a_program_that_ignores_sigterm_is_killed_after_the_grace_period,
		descendants_in_their_own_session_end_as_well,
		a_stopped_program_ends_as_well,
		a_daemon_of_a_program_that_finished_in_time_survives,
		earlier_processes_are_left_alone,
		orphans_are_ours_only_while_a_timeout_runs,
		without_proc_the_program_itself_ends};

	return run_tests("timeout", tests, COUNT_OF(tests));
}
