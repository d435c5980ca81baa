/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waits for the end of a session (session.h), in a process that outlives the frontend:
 * under systemd in a unit of its own, so that neither a logout nor the end of the caller's
 * unit ends it; elsewhere in a background process like the guard's (guard.h).
 */
#ifndef WAITER_H
#define WAITER_H

#include "session.h"

/* The name of the unit begins like this; KEY and ".service" follow. */
#define WAITER_UNIT "apt-universal-hooks-session-"

/*
 * Starts the helper as a transient unit, or calls waiter_main with context in a background
 * process. In both, stdin is /dev/null; in the unit, stdout and stderr are the journal, in
 * the process /dev/null. 0 or −errno. Nothing is reported if the unit cannot be started,
 * since the process takes its place. is_urgent: the caller's unit may end at once, and
 * all its processes with it, so do not even start the unit in the background.
 */
int waiter_start(const struct state *session, bool is_urgent,
	void (*waiter_main)(void *context), void *context);

/*
 * Whether a background process would end together with the frontend, as in "docker build":
 * without systemd, and if the first process belongs to the frontend's process session.
 */
bool waiter_is_useless(const struct frontend *frontend);

/*
 * Makes the caller the waiter of the session. If there is one already, waits for it to end
 * first. A lock, which is closed at the end; −ENOENT if the session has been closed; or
 * another −errno.
 */
int waiter_enter(const struct state *session);
/* The owner, while it may still do something in the session; otherwise 0. */
pid_t waiter_find_owner(const struct state *session);

/* Whether a dpkg run of the session may still be going on; dpkg outlives its frontend. */
bool waiter_is_run_open(const struct state *session);

/*
 * Whether the session is over at this moment: its dpkg run is closed or its frontend has
 * ended, the owner has given the lock back or has ended, and the lock is free.
 */
bool waiter_is_over(const struct state *session);
/* The same, although another frontend holds the lock. */
bool waiter_is_over_but_for_lock(const struct state *session);

/*
 * Waits until the session is over. on_change is called with context whenever a dpkg run may
 * have ended. Takes no lock of dpkg, not even for a moment, since another frontend could
 * fail to get it. 0, −ENOENT if somebody has closed the session, or another −errno.
 */
int waiter_wait(
	const struct state *session, void (*on_change)(void *context), void *context);

#endif
