/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt does not call Post-Invoke if it is stopped before dpkg, or killed. Since a hook that
 * stopped a service must not leave it stopped, Post-Invoke scripts whose When is failure or
 * always run all the same, exactly once. Whoever comes first runs them: the helper that
 * stops apt, the guard (guard.h), or the next transaction.
 */
#ifndef CLEAN_UP_H
#define CLEAN_UP_H

#include "session.h"

/*
 * Before the first script runs, notes that a clean-up may become necessary. False if apt is
 * already gone: somebody else may be cleaning up, and no script may run now.
 */
bool clean_up_prepare(struct session *session);

/* Closes the transaction because we stop apt, with a clean-up if one is due. */
void clean_up_now(struct session *session);

/* At Post-Invoke, first: takes the lock, so that nobody else runs scripts. */
void clean_up_lock(struct session *session);
/*
 * Then, with the record read, makes a clean-up that is due ours: the scripts that run now
 * are that, and others continue if we are killed. If the state directory cannot be opened,
 * leaves it to others. False if apt was killed, and others clean up or have done so.
 */
bool clean_up_claim(struct session *session);

/* At Pre-Invoke: does what is left of transactions whose apt and guard were killed. */
void clean_up_earlier(struct session *session);

#endif
