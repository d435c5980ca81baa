/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "guard.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* The file that the guard watches. */
static const char file[] = "/due";

/* The pid of the test. */
static pid_t test_pid;

struct shared {
	bool has_child_left; /* the session */
	bool shall_end;      /* the file and the frontend, when the guard looks */
};
static volatile struct shared *shared; /* memory */

/* Replaces setsid(2), by the linker's --wrap. */
pid_t __real_setsid(void);
pid_t __wrap_setsid(void);
pid_t __wrap_setsid(void)
{
	if (getppid() == test_pid)
		shared->has_child_left = true;
	return __real_setsid();
}

/* Replaces the function of proc.h. */
int __real_proc_open(pid_t pid);
int __wrap_proc_open(pid_t pid);
int __wrap_proc_open(pid_t pid)
{
	if (!shared->shall_end)
		return __real_proc_open(pid);
	return remove(at(file)) == 0 ? -ESRCH : -EIO;
}

static void watch_children(void)
{
	test_pid = getpid();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert((const void *)shared != MAP_FAILED);
}

/* A child that stands for the frontend: it only waits to be killed. */
static struct frontend start_frontend(void)
{
	struct proc proc;
	pid_t pid;

	watch_children();
	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	if (pid == 0)
		for (;;)
			(void)pause();
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(proc_read(pid, &proc), 0);
	return (struct frontend){.pid = pid, .start_time = proc.start_time};
}

static void end_frontend(const struct frontend *frontend)
{
	ck_assert_int_eq(kill(frontend->pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(frontend->pid, NULL, 0), frontend->pid);
}

/* The guard's task: a line into the pipe that context points to. */
static void clean_up(void *context, int error)
{
	char input[64] = "";
	const int *output = context;

	if (error < 0 || readlink("/proc/self/fd/0", input, sizeof(input) - 1) < 0)
		return;
	(void)dprintf(*output, "cleaned up, %s, stdin %s\n",
		getsid(0) == getsid(test_pid) ? "our session" : "session of its own",
		input);
}

static const char done[] = "cleaned up, session of its own, stdin /dev/null\n";

/* Only the guard has the other end of the pipe that is returned, until it ends. */
static int start_guard(const struct frontend *frontend)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(guard_start(frontend, at(file), NULL, clean_up, &ends[1]), 0);
	(void)close(ends[1]);
	return ends[0];
}

/* Waits until the guard has ended; returns what it wrote. */
static void assert_done(int guard, const char *expected)
{
	owns_buffer struct buffer text = {0};

	ck_assert_int_eq(buffer_read(&text, guard, 4096), 0);
	(void)close(guard);
	assert_text(&text, expected);
}

START_TEST(the_guard_closes_the_locks_of_the_caller)
{
	struct frontend frontend = start_frontend();
	struct pollfd others_end = {.events = POLLIN};
	int ends[2], others[2], third;
	int count;

	make_file(file, 0600, "");
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(others, O_CLOEXEC), 0);
	third = fcntl(others[1], F_DUPFD_CLOEXEC, 0);
	/* A pipe in place of the locks: EOF shows that nobody has them open. */
	ck_assert_int_eq(
		guard_start(&frontend, at(file),
			(const int[GUARD_LOCKS]){others[1], third}, clean_up, &ends[1]),
		0);
	(void)close(others[1]);
	(void)close(third);
	others_end.fd = others[0];
	count = poll(&others_end, 1, 60000);
	(void)close(ends[1]);
	end_frontend(&frontend);
	ck_assert_int_eq(count, 1);
	(void)close(others[0]);
	assert_done(ends[0], done);
}
END_TEST

/*
 * Ctrl-C at once, in what apt calls next, must not find it in the group of the terminal.
 */
START_TEST(the_guard_leaves_our_session_before_the_caller_continues)
{
	struct frontend frontend = start_frontend();
	int guard;

	make_file(file, 0600, "");
	guard = start_guard(&frontend);
	/* Set by the child that guard_start() has waited for. */
	ck_assert(shared->has_child_left);
	end_frontend(&frontend);
	assert_done(guard, done);
}
END_TEST

START_TEST(when_the_frontend_is_killed_the_guard_cleans_up)
{
	struct frontend frontend = start_frontend();
	int guard;

	make_file(file, 0600, "");
	guard = start_guard(&frontend);
	end_frontend(&frontend);
	assert_done(guard, done);
}
END_TEST

START_TEST(when_the_file_is_unlinked_the_guard_exits)
{
	struct frontend frontend = start_frontend();
	int guard;

	make_file(file, 0600, "");
	guard = start_guard(&frontend);
	ck_assert_int_eq(remove(at(file)), 0);
	assert_done(guard, "");
	end_frontend(&frontend);
}
END_TEST

START_TEST(when_both_are_gone_there_is_nothing_to_do)
{
	struct frontend frontend = start_frontend();
	int guard;

	make_file(file, 0600, "");
	guard = start_guard(&frontend);
	ck_assert_int_eq(remove(at(file)), 0);
	end_frontend(&frontend);
	assert_done(guard, "");
}
END_TEST

START_TEST(both_may_be_gone_before_the_guard_waits)
{
	struct frontend frontend = start_frontend();

	make_file(file, 0600, "");
	shared->shall_end = true;
	assert_done(start_guard(&frontend), "");
	end_frontend(&frontend);
}
END_TEST

START_TEST(without_the_file_the_guard_does_not_wait)
{
	struct frontend frontend = start_frontend();

	assert_done(start_guard(&frontend), "");
	end_frontend(&frontend);
}
END_TEST

START_TEST(a_frontend_that_has_ended_already_is_not_waited_for)
{
	struct frontend frontend = start_frontend();

	make_file(file, 0600, "");
	end_frontend(&frontend);
	assert_done(start_guard(&frontend), done);
}
END_TEST

START_TEST(another_process_with_the_frontends_pid_is_not_the_frontend)
{
	struct frontend frontend = start_frontend();
	struct frontend earlier = {
		.pid = frontend.pid, .start_time = frontend.start_time - 1};

	make_file(file, 0600, "");
	assert_done(start_guard(&earlier), done);
	end_frontend(&frontend);
}
END_TEST

START_TEST(the_guard_is_not_our_child)
{
	struct frontend frontend = start_frontend();
	int guard;

	make_file(file, 0600, "");
	guard = start_guard(&frontend);
	end_frontend(&frontend);
	/* The frontend was the only child that was left. */
	ck_assert_int_eq(waitpid(-1, NULL, 0), -1);
	assert_done(guard, done);
}
END_TEST

START_TEST(a_guard_that_cannot_be_waited_for_is_an_error)
{
	struct frontend frontend = start_frontend();
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	(void)signal(SIGCHLD, SIG_IGN);
	/* Without its file, the guard exits at once. */
	ck_assert_int_eq(
		guard_start(&frontend, at("/none"), NULL, clean_up, &ends[1]), -ECHILD);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)close(ends[1]);
	assert_done(ends[0], "");
	end_frontend(&frontend);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_guard_closes_the_locks_of_the_caller,
		the_guard_leaves_our_session_before_the_caller_continues,
		when_the_frontend_is_killed_the_guard_cleans_up,
		when_the_file_is_unlinked_the_guard_exits,
		when_both_are_gone_there_is_nothing_to_do,
		both_may_be_gone_before_the_guard_waits,
		without_the_file_the_guard_does_not_wait,
		a_frontend_that_has_ended_already_is_not_waited_for,
		another_process_with_the_frontends_pid_is_not_the_frontend,
		the_guard_is_not_our_child,
		a_guard_that_cannot_be_waited_for_is_an_error};

	return run_tests("guard", tests, COUNT_OF(tests));
}
