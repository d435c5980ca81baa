/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt calls no Post-Invoke if something stops it before dpkg or kills it. A hook that
 * stopped a service must not leave it stopped: Post-Invoke scripts whose When is failure
 * or always then run all the same, exactly once, by whoever comes first: the helper that
 * stops apt, the guard, or the next transaction.
 */
#ifndef CLEAN_UP_H
#define CLEAN_UP_H

#include "session.h"

/*
 * Call it before the first script runs, which may make a clean-up necessary. False if apt
 * is already gone: somebody may be cleaning up, and no script may run now.
 */
bool clean_up_prepare(struct session *session);

/* Closes the transaction because we stop apt, with a clean-up if one is due. */
void clean_up_now(struct session *session);

/* At Post-Invoke, first: takes the lock, so that nobody else runs scripts. */
void clean_up_lock(struct session *session);
/*
 * Then, with the record read: if a clean-up is due, the scripts that run now are the
 * clean-up, and if we are killed, others continue it. If the state directory cannot be
 * opened, it is left to others. False if apt was killed and others clean up or have done.
 */
bool clean_up_claim(struct session *session);

/* At Pre-Invoke: what earlier transactions have left, if apt and the guard were killed. */
void clean_up_earlier(struct session *session);

#endif
