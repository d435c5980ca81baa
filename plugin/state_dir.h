/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /run/apt-universal-hooks: what has to outlive one call of the helper, and the files
 * that scripts are given. A name begins with the key of the frontend that it belongs to,
 * then a dot.
 */
#ifndef STATE_DIR_H
#define STATE_DIR_H

#include "base.h"
#include "frontend.h"
#include "trust.h"

struct state_dir {
	int fd;     /* −1: not open */
	char *path; /* for scripts */
};

/*
 * Opens the directory, makes it (0755) where it is missing. Held to the same rule as
 * scripts: −EPERM with ret_unsafe filled when others could write there. 0 or another
 * −errno otherwise; state_dir_done() also after an error.
 */
int state_dir_open(struct state_dir *state, const char *root, struct trust *trust,
	struct unsafe_path *ret_unsafe);
void state_dir_done(struct state_dir *state);

/*
 * Writes the file key.suffix in place of one that is there. When it fails nothing stays;
 * a process that is killed may leave a part. 0 or −errno.
 */
int state_dir_write(const struct state_dir *state, const char *key, const char *suffix,
	struct slice bytes);
/* The same, but whole or not at all: a temporary file, renamed. */
int state_dir_replace(const struct state_dir *state, const char *key, const char *suffix,
	struct slice bytes);

/*
 * Writes a new file key.suffix.RANDOM that everybody may read, whole or not at all, and
 * gives its full path, the caller's to free, for state_dir_discard(). 0 or −errno.
 */
int state_dir_hand_out(const struct state_dir *state, const char *key, const char *suffix,
	struct slice bytes, char **ret_path);

/* Unlinks what state_dir_hand_out() gave, frees the path and sets it to NULL. */
void state_dir_discard(char **path);

/* Opens key.suffix for reading; the descriptor is the caller's, or −errno. */
int state_dir_open_file(
	const struct state_dir *state, const char *key, const char *suffix);

/* Appends at most limit bytes of key.suffix. 0, −EFBIG or another −errno. */
int state_dir_read(const struct state_dir *state, const char *key, const char *suffix,
	size_t limit, struct buffer *bytes);

/* Unlinks key.suffix. 0, −ENOENT when it was not there, or another −errno. */
int state_dir_remove(const struct state_dir *state, const char *key, const char *suffix);

/* Whether key.suffix is there; whether it certainly is not. */
bool state_dir_has(const struct state_dir *state, const char *key, const char *suffix);
bool state_dir_lacks(const struct state_dir *state, const char *key, const char *suffix);

/* The same of the directory below root, which need not be open. */
bool state_dir_has_below(const char *root, const char *key, const char *suffix);

/*
 * The owner of a file with this suffix whose transaction is over, seen from frontend's:
 * its own (an earlier one), a process that is gone, an unknown one; every one when
 * frontend is unknown. Passes over as many as passed_over says; false when there is no
 * other.
 */
bool state_dir_find_left(const struct state_dir *state, const struct frontend *frontend,
	const char *suffix, size_t passed_over, struct frontend *ret_owner);

/*
 * Removes what earlier transactions left, see state_dir_find_left(); nothing of those
 * that have a file with the suffix kept, since somebody still needs it.
 */
void state_dir_sweep(
	const struct state_dir *state, const struct frontend *frontend, const char *kept);

/*
 * Removes all that is left of a transaction that is over, also what could not be removed
 * when it was its time.
 */
void state_dir_forget(const struct state_dir *state, const char *key);

/* Whether nothing is there, also of nobody; false where that cannot be told. */
bool state_dir_is_empty(const struct state_dir *state);

/* The owner of all files there; false when there is none or more than one. */
bool state_dir_only_owner(const struct state_dir *state, struct frontend *ret_owner);

/*
 * The key of the only file with this suffix; false when there is none or more than one.
 */
bool state_dir_only_key(
	const struct state_dir *state, const char *suffix, char key[FRONTEND_KEY_SIZE]);

#endif
