/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes that stand for frontends, and hold a lock of dpkg. */
#ifndef HOLDER_H
#define HOLDER_H

#include "session.h"

#define SESSIONS "/var/lib/apt-universal-hooks/sessions/"
#define ADMIN_DIR "/var/lib/dpkg/"

/*
 * A child that waits to be killed. lock: the name of the lock file of dpkg that it holds,
 * or NULL. With ret_child, it has a child as well.
 */
struct frontend start_holder(const char *lock, struct frontend *ret_child);
/* It gives the lock back and lives on. Returns before it has done so. */
void tell_to_unlock(const struct frontend *holder);
void end_holder(const struct frontend *holder);

/* The test itself. */
struct frontend this_process(void);

/* The directory of sessions, with no session chosen. */
struct state open_sessions_of_test(void);
#define owns_state __attribute__((cleanup(state_done)))

#endif
