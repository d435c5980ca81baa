/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /run/apt-universal-hooks: state that one call of the helper leaves to the next, and the
 * files for scripts. A file is named KEY.SUFFIX, where KEY is the frontend's.
 */
#ifndef STATE_H
#define STATE_H

#include "base.h"
#include "frontend.h"
#include "trust.h"

/* The files of one frontend. */
struct state {
	int fd;     /* the directory; −1: not open */
	char *path; /* the directory, for messages and scripts */
	char key[FRONTEND_KEY_SIZE];
};

/*
 * Opens the directory below root and creates it (0755) if missing. Returns 0; −EPERM with
 * ret_unsafe set if others could write to it, as for scripts; or another −errno. No
 * frontend is set yet. Call state_done() even after an error.
 */
int state_open(struct state *state, const char *root, struct trust *trust,
	struct unsafe_path *ret_unsafe);
void state_done(struct state *state);

void state_set_frontend(struct state *state, const struct frontend *frontend);
/* The files of another frontend. Borrows the directory, so it needs no state_done(). */
struct state state_of(const struct state *state, const struct frontend *frontend);

/*
 * Writes KEY.SUFFIX, and unlinks it after an error. SIGKILL may leave a partial file. 0
 * or −errno.
 */
int state_write(const struct state *state, const char *suffix, struct slice bytes);
/* The same, but atomic: renames a temporary file. */
int state_replace(const struct state *state, const char *suffix, struct slice bytes);
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
 * Opens KEY.SUFFIX for reading. Returns a descriptor, which the caller closes, or −errno.
 */
int state_open_file(const struct state *state, const char *suffix);
/* Appends at most limit bytes of KEY.SUFFIX. 0, −EFBIG or another −errno. */
int state_read(const struct state *state, const char *suffix, size_t limit,
	struct buffer *bytes);
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
/* Deletes the files of all such frontends, except those that have KEY.kept. */
void state_sweep(
	const struct state *state, const struct frontend *frontend, const char *kept);
/* Deletes all files KEY.* at the end of the transaction. */
void state_forget(const struct state *state);

/* Whether the directory is empty; false if it cannot be read. */
bool state_is_empty(const struct state *state);
/* The owner of all files in it; false if there is none, or more than one. */
bool state_only_owner(const struct state *state, struct frontend *ret_owner);

#endif
