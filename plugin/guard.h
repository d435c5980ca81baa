/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A background process that waits for the frontend to end and then cleans up
 * (clean_up.h), unless another process has done so before.
 */
#ifndef GUARD_H
#define GUARD_H

#include "frontend.h"

/* error: 0, or −errno if the guard cannot wait. */
typedef void guard_clean_up(void *context, int error);

/*
 * Forks the guard. It calls clean_up when the frontend ends, and exits at once if the
 * file at path is unlinked before that. Ctrl-C and a closed terminal do not reach it. It
 * closes its copy of lock (a descriptor, or −1). 0 or −errno in the caller.
 */
int guard_start(const struct frontend *frontend, const char *path, int lock,
	guard_clean_up *clean_up, void *context);

#endif
