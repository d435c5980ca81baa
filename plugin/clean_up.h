/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt does not call Post-Invoke if it is stopped before dpkg, or killed. Since a hook that
 * stopped a service must not leave it stopped, Post-Invoke scripts whose When is failure or
 * always still run, exactly once. Whoever comes first runs them: the helper that
 * stops apt, the guard (guard.h), or the next transaction.
 */
#ifndef CLEAN_UP_H
#define CLEAN_UP_H

#include "session.h"

/*
 * Before the first script runs, notes that a clean-up may become necessary. False if apt is
 * already gone: another process may be cleaning up, and no script may run now.
 */
bool clean_up_prepare(struct session *session);

/* Closes a transaction that we are stopping, and cleans up if that is due. */
void clean_up_now(struct session *session);

/* At Post-Invoke, first: takes the lock, so that nobody else runs scripts. */
void clean_up_lock(struct session *session);
/*
 * Then, with the record read: if a clean-up is due, this Post-Invoke serves as it, and if
 * we are killed, another process continues. If the state directory cannot be opened, it
 * is left to others. False if apt was killed, and another process has the clean-up.
 */
bool clean_up_claim(struct session *session);

/* Deletes the state and the copies of a transaction that is over, or never starts. */
void clean_up_forget(struct session *session);

/* At Pre-Invoke: does what is left of transactions whose apt and guard were killed. */
void clean_up_earlier(struct session *session);

#endif
