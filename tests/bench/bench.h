/* SPDX-License-Identifier: BSD-2-Clause */
/* What the bench programs share: a clock, a median, a line of the table. */
#ifndef BENCH_H
#define BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Exit statuses beside 0, for a limit that is kept. */
enum { LIMIT_MISSED = 1, BENCH_BROKEN = 2 };

static inline double microseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* fails for unknown clocks only */
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static inline int compare_times(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static inline double median(double *times, size_t count)
{
	qsort(times, count, sizeof(*times), compare_times);
	return times[count / 2];
}

/* Prints a line of the table; the exit status that it asks for. */
static inline int judge(const char *title, double ours, double theirs, double limit)
{
	double ratio = ours / theirs;

	(void)printf("%-56s %9.0f %9.0f %7.2f %6.2f  %s\n", title, ours, theirs, ratio,
		limit, ratio <= limit ? "ok" : "missed");
	return ratio <= limit ? 0 : LIMIT_MISSED;
}

#endif
