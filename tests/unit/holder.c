/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder.h"
#include "fixture.h"
#include "proc.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int lock_fd = -1;

static void unlock(int signal_number)
{
	(void)signal_number;
	(void)close(lock_fd);
}

static struct frontend find_process(pid_t pid)
{
	struct proc process;

	ck_assert_int_eq(proc_read(pid, &process), 0);
	return (struct frontend){.pid = pid, .start_time = process.start_time};
}

struct frontend this_process(void)
{
	return find_process(getpid());
}

/* Only until the test ends, however it does. */
static void wait_to_be_killed(void)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		(void)pause();
}

/* Tells its child's pid when it has the lock. */
static void be_holder(const char *path, bool has_child, int output)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	pid_t child = 0;

	if (path != NULL)
		lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (path != NULL && fcntl(lock_fd, F_SETLK, &lock) < 0)
		_exit(1);
	(void)signal(SIGUSR1, unlock);
	if (has_child)
		child = fork();
	/* An open descriptor would keep the file from being closed. */
	if (has_child && child == 0) {
		(void)close(lock_fd);
		wait_to_be_killed();
	}
	if (write(output, &child, sizeof(child)) == sizeof(child))
		wait_to_be_killed();
}

struct frontend start_holder(const char *lock, struct frontend *ret_child)
{
	owns_memory char *name = string_format(ADMIN_DIR "%s", lock != NULL ? lock : "");
	const char *path = lock != NULL ? at(name) : NULL;
	pid_t holder, child;
	int ends[2];

	make_directory(ADMIN_DIR);
	ck_assert_int_eq(setenv("DPKG_ADMINDIR", at("/var/lib/dpkg"), 1), 0);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(fflush(NULL), 0);
	holder = fork();
	if (holder == 0) {
		be_holder(path, ret_child != NULL, ends[1]);
		_exit(1);
	}
	(void)close(ends[1]);
	ck_assert_int_eq(read(ends[0], &child, sizeof(child)), sizeof(child));
	(void)close(ends[0]);
	if (ret_child != NULL)
		*ret_child = find_process(child);
	return find_process(holder);
}

void tell_to_unlock(const struct frontend *holder)
{
	ck_assert_int_eq(kill(holder->pid, SIGUSR1), 0);
}

void end_holder(const struct frontend *holder)
{
	ck_assert_int_eq(kill(holder->pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(holder->pid, NULL, 0), holder->pid);
}

struct state open_sessions_of_test(void)
{
	struct state state;
	struct trust trust;
	struct unsafe_path unsafe;

	make_directory("/var/lib");
	make_directory(ADMIN_DIR);
	ck_assert_int_eq(setenv("DPKG_ADMINDIR", at("/var/lib/dpkg"), 1), 0);
	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(
		state_open(&state, &state_of_sessions, root(), &trust, &unsafe), 0);
	trust_done(&trust);
	state_set_frontend(&state, &(struct frontend){.pid = 0});
	return state;
}
