/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt skips Post-Invoke when a Pre hook stops it, or when it is killed. The guard is a
 * background process that then cleans up: it waits until the frontend ends, or until
 * somebody else has cleaned up.
 */
#ifndef GUARD_H
#define GUARD_H

#include "frontend.h"

/* error: 0, or −errno when the guard cannot wait. */
typedef void guard_clean_up(void *context, int error);

/*
 * Forks the guard. It calls clean_up when the frontend ends, and exits at once when the
 * file at path is unlinked first. It has its own session, so that Ctrl-C and a closed
 * terminal do not reach it, and stdin from /dev/null. It closes lock, a descriptor or −1,
 * which the caller keeps. 0 or −errno in the caller.
 */
int guard_start(const struct frontend *frontend, const char *path, int lock,
	guard_clean_up *clean_up, void *context);

#endif
