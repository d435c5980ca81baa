/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session is what one frontend does to packages while it keeps others out, with one or
 * more dpkg runs. Its owner is the process that holds dpkg's frontend lock; for aptitude,
 * which does not hold it while hooks run, the frontend of the dpkg run. The files of a
 * session, in the directory of state_of_sessions (KEY: see frontend_key()):
 *
 *     KEY.session    the mark: exists until the session is closed. Its lock is held only
 *                    briefly, by whoever begins, joins or claims the session
 *     KEY.open       a dpkg run is open: the key of its frontend. Locked by the helper in
 *                    each of its calls
 *     KEY.noted      the open dpkg run has its KEY.run-N
 *     KEY.run-N      the record (record.h) of the dpkg run N, counted from 1
 *     KEY.outcome-N  its result
 *     KEY.stopped    a hook of Session-Start has stopped apt: its path
 *     KEY.data-UID   a directory for the scripts of this account
 *     KEY.waiter     the key of the process that waits for the end, which locks the file
 *
 * and those that state.h and record.h describe. Whoever closes a session, holds the lock of
 * the directory. tests/model proves that each hook of Session-End starts at most once,
 * whoever is killed, and at least once in the next session that is not.
 */
#ifndef SESSION_H
#define SESSION_H

#include "outcome.h"
#include "state.h"

#define SESSION_STOPPED "stopped"
#define SESSION_NOTED "noted"
#define SESSION_WAITER "waiter"

/* What ends it: the owner gives the frontend lock back, or the process ends. */
enum session_end { SESSION_ENDS_WITH_LOCK, SESSION_ENDS_WITH_PROCESS };

/* The owner of a session with this frontend. */
struct frontend session_owner(const struct frontend *frontend, enum session_end *ret_end);

/*
 * What a mark says. In the model: none, open, closing. NONE also if it cannot be read; then
 * errno is set.
 */
enum session_phase { SESSION_NONE, SESSION_OPEN, SESSION_CLOSING };
struct session_mark {
	enum session_phase phase;
	enum session_end end;
	bool is_of_this_boot; /* otherwise the owner is not alive */
};
struct session_mark session_read_mark(const struct state *session);

/*
 * Opens a dpkg run in a new session of this owner, with the next number, which becomes the
 * key of session. 0; −EEXIST if another call for this owner has begun it at this moment; or
 * another −errno.
 */
int session_begin(struct state *session, const struct frontend *owner,
	enum session_end end, const struct frontend *frontend);
/*
 * Opens a dpkg run in the owner's last session, if that is open and ends with the lock.
 * Otherwise −ENOENT; or another −errno.
 */
int session_join(struct state *session, const struct frontend *owner,
	const struct frontend *frontend);
/* The session with an open dpkg run of this frontend. */
bool session_find(struct state *session, const struct frontend *frontend);
/* The last step of a dpkg run. */
void session_close_run(const struct state *session);
/* The process that waits for the end, if there is one. */
bool session_find_waiter(const struct state *session, struct frontend *ret_waiter);
/* Reads the key of a process from KEY.SUFFIX; false if there is none. */
bool session_read_key(
	const struct state *session, const char *suffix, struct frontend *ret_process);
/* The frontend of the open dpkg run; false if there is none. */
bool session_open_run(const struct state *session, struct frontend *ret_frontend);
/* Locks KEY.open until the descriptor is closed, like state_lock(). */
int session_lock_run(const struct state *session, bool wait);

/* "run-N" or "outcome-N". */
struct session_suffix {
	char text[32];
};
struct session_suffix session_run(unsigned number);
struct session_suffix session_outcome(unsigned number);
unsigned session_count_runs(const struct state *session);

/*
 * Claims the session for the caller, which holds the lock of the directory. is_over, called
 * with context while nobody can join, must still be true. 0, −EAGAIN if it is not, −ENOENT
 * if there is no such session, or another −errno.
 */
int session_claim(
	const struct state *session, bool (*is_over)(void *context), void *context);
/*
 * Locks the directory. A descriptor, which the caller closes; −EWOULDBLOCK without wait, or
 * another −errno.
 */
int session_lock_directory(const struct state *session, bool wait);

/*
 * Whether this process was started by a hook of Session-End: a descendant of the process
 * that closes a session, or with its key in APT_UNIVERSAL_HOOKS_SESSION.
 */
bool session_is_nested(const struct state *sessions);

/*
 * Whether somebody is making a mark, so that a run without one must not be deleted.
 */
bool session_is_beginning(const struct state *sessions);
/* At the end: deletes the session's files and copies, the mark first. */
void session_forget(const struct state *session, const char *root);

#endif
