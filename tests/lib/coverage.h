/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The preset coverage includes this in every file. Forked processes end with _exit(2),
 * which does not write the counters: replace it by a function that does, for all loaded
 * libraries.
 */
#ifndef COVERAGE_H
#define COVERAGE_H

#include <stdlib.h>
#include <unistd.h>

#ifdef __cplusplus
/* gcov counts the exception path of a pure function as a branch of ours. */
#include <apt-pkg/macros.h>
#undef APT_PURE
#define APT_PURE

extern "C" {
#endif

/* In libgcov, which each library and program has its own copy of. */
void __gcov_dump(void);

__attribute__((constructor)) static void write_counters_at_quick_exit(void)
{
	if (at_quick_exit(__gcov_dump) != 0)
		abort();
}

#define _exit quick_exit

#ifdef __cplusplus
}
#endif

#endif
