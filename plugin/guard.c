/* SPDX-License-Identifier: BSD-2-Clause */
#include "guard.h"
#include "base.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

/* 1: the frontend has ended, 0: the file is gone; −errno. */
static int wait_for_frontend_or_file(const struct frontend *frontend, const char *path)
{
	owns_fd int files = inotify_init1(IN_CLOEXEC);
	owns_fd int process = -1;
	struct pollfd ends[2];
	bool is_alive;

	if (files < 0)
		return -errno;
	if (inotify_add_watch(files, path, IN_DELETE_SELF) < 0)
		return errno == ENOENT ? 0 : -errno;
	process = proc_open(frontend->pid);
	if (process < 0 && process != -ESRCH)
		return process;
	/* Checked after pidfd_open(2): the pid may have been reused before it. */
	is_alive = process >= 0 && frontend_is_alive(frontend);
	ends[0] = (struct pollfd){.fd = process, .events = POLLIN};
	ends[1] = (struct pollfd){.fd = files, .events = POLLIN};
	/* If both are gone, the file counts. */
	while (poll(ends, COUNT_OF(ends), is_alive ? -1 : 0) < 0)
		if (errno != EINTR)
			return -errno;
	return ends[1].revents == 0;
}

static void close_stdin(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null >= 0)
		(void)dup2(null, STDIN_FILENO);
	else
		(void)close(STDIN_FILENO); /* it must not read from the terminal */
}

int background_start(
	const int *locks, void (*background_main)(void *context), void *context)
{
	pid_t middle = fork();
	int status;

	if (middle < 0)
		return -errno;
	if (middle == 0) {
		pid_t background;

		/*
		 * Both happen before the caller continues. Later, the open descriptor
		 * would prolong the caller's flock(2), and Ctrl-C could hit the process.
		 */
		for (int i = 0; locks != NULL && i < GUARD_LOCKS; i++)
			if (locks[i] >= 0)
				(void)close(locks[i]); /* nothing was written to it */
		(void)setsid(); /* cannot fail in a child just forked */
		/* Fork twice, so that nobody has to reap the process. */
		background = fork();
		if (background == 0) {
			close_stdin();
			background_main(context);
			_exit(0);
		}
		_exit(background < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
	}
	while (waitpid(middle, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return status == 0 ? 0 : -EAGAIN;
}

struct guard {
	const struct frontend *frontend;
	const char *path;
	guard_clean_up *clean_up;
	void *context;
};

static void guard_main(void *context)
{
	const struct guard *guard = context;
	int end = wait_for_frontend_or_file(guard->frontend, guard->path);

	if (end != 0)
		guard->clean_up(guard->context, end < 0 ? end : 0);
}

int guard_start(const struct frontend *frontend, const char *path, const int *locks,
	guard_clean_up *clean_up, void *context)
{
	struct guard guard = {frontend, path, clean_up, context};

	return background_start(locks, guard_main, &guard);
}
