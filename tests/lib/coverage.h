/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included in front of every file of the preset coverage. A process that was forked ends
 * with _exit(2), which leaves out what exit(3) does, and so the writing of the counters:
 * here it writes them as well, of all libraries that are loaded.
 */
#ifndef COVERAGE_H
#define COVERAGE_H

#include <stdlib.h>
#include <unistd.h>

#ifdef __cplusplus
/* Where a function is pure, gcov takes the way of an exception for one of ours. */
#include <apt-pkg/macros.h>
#undef APT_PURE
#define APT_PURE

extern "C" {
#endif

/* Of libgcov; each library and program has its own. */
void __gcov_dump(void);

__attribute__((constructor)) static void write_counters_at_quick_exit(void)
{
	if (at_quick_exit(__gcov_dump) != 0)
		abort();
}

#define _exit quick_exit

#endif
