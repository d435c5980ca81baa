/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt does not call Post-Invoke if it is stopped before dpkg, or killed. A service that a
 * hook has stopped must not stay stopped, so Post-Invoke scripts whose When is failure or
 * always still run, exactly once. The first to get there runs them: the helper that stops
 * apt, the guard (guard.h), or the next transaction.
 */
#ifndef CLEAN_UP_H
#define CLEAN_UP_H

#include "call.h"

/*
 * Before the first script runs, records that a clean-up may become necessary. False if
 * apt has already ended: another process may be cleaning up, so no script may run now.
 */
bool clean_up_prepare(struct call *call);

/* Closes a transaction that we are stopping, and cleans up if that is due. */
void clean_up_now(struct call *call);

/* The first step of Post-Invoke: takes the lock, so that nobody else runs scripts. */
void clean_up_lock(struct call *call);
/*
 * The next step, after reading the record: if a clean-up is due, this Post-Invoke is that
 * clean-up; if we are killed, another process continues it. If the state directory cannot
 * be opened, others do it. False if apt was killed and another process cleans up.
 */
bool clean_up_claim(struct call *call);

/* After a dpkg run whose frontend has ended: cleans up if that is due, or is being done. */
void clean_up_after(struct call *call, const struct frontend *frontend);

/*
 * A background process may outlive this package: loads what it would load for the first
 * wildcard.
 */
void clean_up_load_wildcards(struct call *call);

/* Deletes the state and the copies of a transaction that has ended, or never starts. */
void clean_up_forget(struct call *call);

/* At Pre-Invoke: cleans up after transactions whose apt and guard were killed. */
void clean_up_earlier(struct call *call);

#endif
