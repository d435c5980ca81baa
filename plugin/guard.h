/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A background process that waits for the frontend to end and then cleans up
 * (clean_up.h), unless another process has done so before.
 */
#ifndef GUARD_H
#define GUARD_H

#include "frontend.h"

#define GUARD_LOCKS 2

/*
 * Forks a process that calls background_main, in a process session of its own: Ctrl-C and
 * a closed terminal do not reach it. It cannot read from the terminal, and closes its copy
 * of GUARD_LOCKS locks (descriptors, or −1; NULL: none). 0 or −errno in the caller.
 */
int background_start(
	const int *locks, void (*background_main)(void *context), void *context);

/* error: 0, or −errno if the guard cannot wait. */
typedef void guard_clean_up(void *context, int error);

/*
 * Starts the guard in the background. It calls clean_up when the frontend ends, and exits
 * at once if the file at path is unlinked before that. Returns like background_start().
 */
int guard_start(const struct frontend *frontend, const char *path, const int *locks,
	guard_clean_up *clean_up, void *context);

#endif
