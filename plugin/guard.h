/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt does not call Post-Invoke when a Pre hook stops it, nor when it is killed. The
 * guard is a process of its own that waits for one of two things, whichever comes first:
 * the end of the frontend, or that somebody else takes care.
 */
#ifndef GUARD_H
#define GUARD_H

#include "frontend.h"

/* error is 0, or −errno where neither can be waited for. */
typedef void guard_clean_up(void *context, int error);

/*
 * Forks the guard: in a session of its own, so that Ctrl-C and a closed terminal do not
 * reach it, with stdin from /dev/null and stdout and stderr as they are. When the
 * frontend ends while the file at path is still there, it calls clean_up, and ends; when
 * the file goes first, it ends at once. It does not keep lock, a descriptor of the
 * caller's, or −1. 0 or −errno in the caller, which waits for nothing.
 */
int guard_start(const struct frontend *frontend, const char *path, int lock,
	guard_clean_up *clean_up, void *context);

#endif
