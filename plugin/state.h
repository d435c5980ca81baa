/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * State that one call of the helper leaves to the next, and the files for scripts: for a
 * dpkg run in /run/apt-universal-hooks; for a session (session.h), which must survive a
 * reboot, in /var/lib/apt-universal-hooks/sessions. A file is named KEY.SUFFIX, where KEY
 * is the frontend's.
 */
#ifndef STATE_H
#define STATE_H

#include "base.h"
#include "frontend.h"
#include "trust.h"

/* Below the root. */
struct state_kind {
	const char *parent; /* of the directory; created with it */
	const char *directory;
	mode_t mode;        /* of the directory */
	const char *copies; /* the directory with KEY/, for copies.h */
	const char *mark;   /* the suffix of the file without which KEY is over */
};
extern const struct state_kind state_of_runs, state_of_sessions;

/* The files of one frontend. */
struct state {
	const struct state_kind *kind;
	int fd;     /* the directory; −1: not open */
	char *path; /* the directory, for messages and scripts */
	char key[FRONTEND_KEY_SIZE];
};

/*
 * Opens the directory below root and creates it (0755) if missing. Returns 0; −EPERM with
 * ret_unsafe set if others could write to it, as for scripts; or another −errno. No
 * frontend is set yet. Call state_done() even after an error.
 */
int state_open(struct state *state, const struct state_kind *kind, const char *root,
	struct trust *trust, struct unsafe_path *ret_unsafe);
/* Whether there certainly is no directory. */
bool state_is_absent(const struct state_kind *kind, const char *root);
/* Removes the directory if it is empty. */
void state_remove_empty(const struct state_kind *kind, const char *root);
void state_done(struct state *state);

void state_set_frontend(struct state *state, const struct frontend *frontend);
/* The files of another frontend. Borrows the directory, so it needs no state_done(). */
struct state state_of(const struct state *state, const struct frontend *frontend);

/*
 * Writes KEY.SUFFIX, and unlinks it after an error. SIGKILL may leave a partial file. 0
 * or −errno.
 */
int state_write(const struct state *state, const char *suffix, struct slice bytes);
/* The same with more bytes behind them, which need not be copied for that. */
int state_write_both(const struct state *state, const char *suffix, struct slice bytes,
	struct slice more);
/* The same, but atomic: renames a temporary file. */
int state_replace(const struct state *state, const char *suffix, struct slice bytes);
/* The same, but −EEXIST if there is such a file. */
int state_create(const struct state *state, const char *suffix, struct slice bytes);
/* Appends to KEY.SUFFIX, all or nothing. 0, −ENOENT if it does not exist, or −errno. */
int state_append(const struct state *state, const char *suffix, struct slice bytes);

/*
 * Writes a new file KEY.SUFFIX.RANDOM that everybody may read, all or nothing. ret_path
 * is its full path, which the caller passes to state_discard(). 0 or −errno.
 */
int state_hand_out(const struct state *state, const char *suffix, struct slice bytes,
	char **ret_path);
/* Unlinks the file, frees the path and sets it to NULL. */
void state_discard(char **path);

/*
 * Creates the directory KEY.SUFFIX, which only uid may enter, unless there is one. ret_path
 * is its full path, which the caller frees. 0 or −errno. It is deleted with the files.
 */
int state_make_directory(const struct state *state, const char *suffix, uid_t uid,
	gid_t gid, char **ret_path);

/*
 * Opens KEY.SUFFIX for reading. Returns a descriptor, which the caller closes, or −errno.
 */
int state_open_file(const struct state *state, const char *suffix);
/* Appends at most limit bytes of KEY.SUFFIX. 0, −EFBIG or another −errno. */
int state_read(const struct state *state, const char *suffix, size_t limit,
	struct buffer *bytes);
/*
 * Locks KEY.SUFFIX (flock(2)); waits for the lock if wait is set. Returns a descriptor
 * that the caller closes; −EWOULDBLOCK if somebody else has the lock; −ENOENT if there is
 * no such file, or it was unlinked meanwhile; or another −errno.
 */
int state_lock(const struct state *state, const char *suffix, bool wait);
/* Whether somebody has such a lock. */
bool state_is_locked(const struct state *state, const char *suffix);
/* Unlinks KEY.SUFFIX. 0, −ENOENT if there is none, or another −errno. */
int state_remove(const struct state *state, const char *suffix);

/* Whether KEY.SUFFIX exists; whether it certainly does not. Neither needs memory. */
bool state_has(const struct state *state, const char *suffix);
bool state_lacks(const struct state *state, const char *suffix);
/* Like state_has(), for a directory that could not be opened. */
bool state_has_below(const char *root, const struct state *state, const char *suffix);
/* The full path of KEY.SUFFIX, which the caller frees; NULL without memory. */
char *state_path(const struct state *state, const char *suffix);

/*
 * Finds a frontend that has left a file with this suffix behind: frontend itself in an
 * earlier transaction, a process that no longer exists, or an unknown one; any frontend,
 * if frontend is unknown. Skips the first ones, as many as skipped says. False if there
 * are no more.
 */
bool state_find_abandoned(const struct state *state, const struct frontend *frontend,
	const char *suffix, size_t skipped, struct frontend *ret_owner);
/*
 * Finds any frontend that has a file with this suffix. Skips the first ones, as many as
 * skipped says. False if there are no more.
 */
bool state_find(const struct state *state, const char *suffix, size_t skipped,
	struct frontend *ret_owner);
/* The highest number of a session of this frontend that has any file; 0: none. */
unsigned state_last_session(const struct state *state, const struct frontend *frontend);
/* Deletes the files of all such frontends, except those that have KEY.kept. */
void state_sweep(
	const struct state *state, const struct frontend *frontend, const char *kept);
/* Deletes all files KEY.* at the end of the transaction. */
void state_forget(const struct state *state);
/* The same, except KEY.kept. */
void state_forget_all_but(const struct state *state, const char *kept);

/* Whether the directory is empty; false if it cannot be read. */
bool state_is_empty(const struct state *state);
/* The owner of all files in it; false if there is none, or more than one. */
bool state_only_owner(const struct state *state, struct frontend *ret_owner);

#endif
