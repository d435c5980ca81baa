/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For LD_PRELOAD: a clock of the day that is wrong by as many seconds as the file /clock
 * says. Needs no newer libc than the oldest release that is tested.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long read_offset(void)
{
	char text[32] = "";
	int saved_errno = errno;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/clock", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (syscall(SYS_read, fd, text, sizeof(text) - 1) < 0)
			text[0] = '\0';
		(void)syscall(SYS_close, fd);
	}
	errno = saved_errno;
	return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	int result = (int)syscall(SYS_clock_gettime, clock, ret_time);

	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		ret_time->tv_sec += read_offset();
	return result;
}

int gettimeofday(struct timeval *restrict ret_time, void *restrict zone)
{
	struct timespec time = {0, 0};

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &time);
	*ret_time = (struct timeval){time.tv_sec, time.tv_nsec / 1000};
	return 0;
}

time_t time(time_t *ret_time)
{
	struct timespec now = {0, 0};

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (ret_time != NULL)
		*ret_time = now.tv_sec;
	return now.tv_sec;
}
