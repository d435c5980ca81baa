/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * process_run() with a timeout; test-process.c has the rest. Its clock is simulated, so
 * that no test waits for it or depends on how fast the machine is.
 */
#include "fixture.h"
#include "proc.h"
#include "process.h"

#include <errno.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Seconds between SIGTERM and SIGKILL. */
#define GRACE 5

/* Instead of a number of simulated seconds. */
#define REAL UINT_MAX

/* Where time_t has two sizes, the calls have other symbols, such as __clock_gettime64. */
#if __TIMESIZE == 32 && defined __USE_TIME_BITS64
#define CAN_SIMULATE false
#else
#define CAN_SIMULATE true
#endif

/* The clock, and how many seconds it may still advance. Then, it stands still. */
static struct timespec simulated_time;
static unsigned seconds_left;
static bool is_simulated; /* check has the real clock */

static bool has_logged(void)
{
	struct stat status;

	return stat(at("/log"), &status) == 0 && status.st_size > 0;
}

static bool has_stopped(void)
{
	siginfo_t info = {.si_pid = 0};

	return waitid(P_ALL, 0, &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid != 0;
}

/* Whether the program is where the clock may advance. */
static bool (*is_ready)(void) = has_logged;

int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	if (!is_simulated)
		return __real_clock_gettime(clock, time);
	*time = simulated_time;
	return 0;
}

/* Of a wait for nothing but the clock, all the time has passed at once. */
int __real_sigtimedwait(
	const sigset_t *set, siginfo_t *info, const struct timespec *timeout);
int __wrap_sigtimedwait(
	const sigset_t *set, siginfo_t *info, const struct timespec *timeout);
int __wrap_sigtimedwait(
	const sigset_t *set, siginfo_t *info, const struct timespec *timeout)
{
	const struct timespec moment = {0, 10000000};

	if (!is_simulated || timeout->tv_sec == 0)
		return __real_sigtimedwait(set, info, timeout);
	if (seconds_left == 0 || !is_ready())
		return __real_sigtimedwait(set, info, &moment);
	seconds_left--;
	simulated_time.tv_sec += timeout->tv_sec;
	errno = EAGAIN;
	return -1;
}

/*
 * Runs a script with these commands, as the engine does. Once it is ready, the clock
 * advances by passing seconds. Returns the seconds taken.
 */
static double run(const char *commands, unsigned timeout, unsigned passing,
	struct uh_ending *ret_ending)
{
	const char *const argv[] = {"a", NULL};
	struct process_spec spec = {.path = at("/a"),
		.argv = (char *const *)argv,
		.envp = environ,
		.timeout = timeout};
	struct timespec before, after;
	struct interrupts interrupts;

	make_script("/a", commands);
	is_simulated = CAN_SIMULATE && passing != REAL;
	seconds_left = is_simulated ? passing : 0;
	interrupts_hold(&interrupts);
	(void)clock_gettime(CLOCK_MONOTONIC, &before);
	ck_assert_int_eq(process_run(&spec, ret_ending), 0);
	(void)clock_gettime(CLOCK_MONOTONIC, &after);
	is_simulated = false;
	interrupts_release(&interrupts);
	ck_assert_uint_eq(seconds_left, 0);
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

	ck_assert(run("exit 0", 60, 0, &ending) < 30);
	assert_ended(ending, UH_EXITED, 0);
	ck_assert(run("exit 3", 60, 0, &ending) < 30);
	assert_ended(ending, UH_EXITED, 3);
	ck_assert(run("kill -USR1 $$", 60, 0, &ending) < 30);
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
	double seconds = run("trap 'echo caught >>\"$LOG\"; exit 0' TERM\n"
			     "echo ready >\"$LOG\"\n"
			     "sleep 60 & wait",
		1, 1, &ending);

	assert_ended(ending, UH_TIMED_OUT, 1);
	ck_assert(seconds >= 1 && seconds < GRACE);
	assert_file("/log", "ready\ncaught\n");
}
END_TEST

START_TEST(a_program_that_ignores_sigterm_is_killed_after_the_grace_period)
{
	struct uh_ending ending;
	double seconds = run("trap '' TERM\n"
			     "echo $$ >\"$LOG\"\n"
			     "while :; do sleep 60; done",
		1, 1 + GRACE, &ending);

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
		1, 1, &ending);
	assert_ended(ending, UH_TIMED_OUT, 1);
	ck_assert(!is_running(logged_process()));
}
END_TEST

START_TEST(a_timeout_is_in_real_seconds)
{
	struct uh_ending ending;

	ck_assert(run("exec sleep 60", 1, REAL, &ending) >= 1);
	assert_ended(ending, UH_TIMED_OUT, 1);
}
END_TEST

START_TEST(a_stopped_program_ends_as_well)
{
	struct uh_ending ending;
	double seconds;

	is_ready = has_stopped;
	seconds = run("kill -STOP $$", 1, 1, &ending);

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
	(void)run("setsid sleep 60 >/dev/null 2>&1 & echo $! >\"$LOG\"", 60, 0, &ending);
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
	(void)run("echo ready >\"$LOG\"; exec sleep 60", 1, 1, &ending);
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

	(void)run("exit 0", 60, 0, &ending);
	ck_assert_int_eq(prctl(PR_GET_CHILD_SUBREAPER, &is_reaper), 0);
	ck_assert_int_eq(is_reaper, 0);
}
END_TEST

START_TEST(without_proc_the_program_itself_ends)
{
	struct uh_ending ending;
	double seconds;

	skip_unless(unshare_mounts() && mount("none", "/proc", "tmpfs", 0, NULL) == 0,
		"only root can hide /proc");
	seconds = run("echo ready >\"$LOG\"; exec sleep 60", 1, 1, &ending);
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
		a_timeout_is_in_real_seconds, a_stopped_program_ends_as_well,
		a_daemon_of_a_program_that_finished_in_time_survives,
		earlier_processes_are_left_alone,
		orphans_are_ours_only_while_a_timeout_runs,
		without_proc_the_program_itself_ends};

	return run_tests("timeout", tests, COUNT_OF(tests));
}
