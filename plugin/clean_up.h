/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt calls no Post-Invoke when something stops it before dpkg, or kills it. A hook that
 * stopped a service must not leave it stopped: those of Post-Invoke whose When is failure
 * or always run all the same, once, whoever comes first: the helper that stops apt, the
 * guard, or the next transaction.
 */
#ifndef CLEAN_UP_H
#define CLEAN_UP_H

#include "session.h"

/* The way of a Post-Invoke session from here on, engine.c has it. */
typedef enum uh_verdict clean_up_close(struct session *session);

/*
 * Before the first script runs: from then on there may be something to clean up. False
 * when apt has gone already: somebody may be cleaning up, and no script is to run now.
 */
bool clean_up_prepare(struct session *session, clean_up_close *close);

/*
 * apt stops now, since we say so. The transaction is closed, with or without a clean-
 * up.
 */
void clean_up_now(struct session *session, clean_up_close *close);

/*
 * At Post-Invoke, where apt got to its end: what is due is done now, by the scripts that
 * run anyway. If this process is killed, somebody else goes on where it stood. Where
 * the state directory cannot be opened, it is left to others. False when
 * apt was killed, and somebody cleans up or has done so.
 */
bool clean_up_hold(struct session *session);

/* At Pre-Invoke: what earlier transactions left, when apt and the guard were killed. */
void clean_up_earlier(struct session *session, clean_up_close *close);

#endif
