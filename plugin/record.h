/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one call of the helper leaves for the next one of the same dpkg run: the
 * transaction, which only Pre-Install-Pkgs is told of, and whether a hook has failed.
 */
#ifndef RECORD_H
#define RECORD_H

#include "state_dir.h"
#include "transaction.h"

/* The suffix of what says that a clean-up is due, see record_want_clean_up(). */
#define RECORD_CLEAN_UP "clean-up"

/* Keeps the transaction for the frontend, in place of an older record. 0 or −errno. */
int record_save(const struct state_dir *state, const struct frontend *frontend,
	const struct transaction *transaction);

/*
 * Reads the frontend's record into transaction. Without a /proc, hence without a known
 * frontend, the only record there is counts. −ENOENT when there is none; in every case
 * transaction must be given to transaction_done().
 */
int record_read(const struct state_dir *state, const struct frontend *frontend,
	struct transaction *transaction, struct transaction_faults *ret_faults);
/* Whether the frontend has one, be it readable or not. */
bool record_is_there(const struct state_dir *state, const struct frontend *frontend);
/* Remembers that a hook of the frontend's run failed. 0 or −errno. */
int record_note_failure(const struct state_dir *state, const struct frontend *frontend);
/* Whether one did. */
bool record_has_failure(const struct state_dir *state, const struct frontend *frontend);

/*
 * Remembers that hooks have run before dpkg, and that hooks of Post-Invoke want to know
 * how it ends. 1 when that is new, 0 when it was known, or −errno.
 */
int record_want_clean_up(const struct state_dir *state, const struct frontend *frontend);
/*
 * Whether a clean-up of the frontend is due, where the state directory below root could
 * not be opened: needs neither memory nor a descriptor. False where nobody can tell.
 */
bool record_is_clean_up_due(const char *root, const struct frontend *frontend);
/*
 * Opens what says that a clean-up is due and locks it (flock(2)): whoever holds the lock
 * runs scripts of this transaction, and nobody else does; waits for it where wait is set.
 * The descriptor is the caller's; −errno when there is no clean-up due, or somebody else
 * has it.
 */
int record_lock_clean_up(
	const struct state_dir *state, const struct frontend *frontend, bool wait);
/*
 * Whether the holder of the lock is to clean up: it is still due, and what is started can
 * be noted, since otherwise it would be started at every transaction to come.
 */
bool record_claim_clean_up(
	const struct state_dir *state, const struct frontend *frontend);
/*
 * The full path of what record_want_clean_up() makes; the caller's, NULL without
 * memory.
 */
char *record_clean_up_path(
	const struct state_dir *state, const struct frontend *frontend);

/*
 * The file that says that a script of Post-Invoke was started while a clean-up was due,
 * so that nobody who goes on after a SIGKILL starts it again. script is its path below
 * the tree. The caller's, NULL without memory.
 */
char *record_started_path(
	const struct state_dir *state, const char *key, const char *script);

/*
 * The transaction is over: forgets the frontend's record, failure, clean-up and what was
 * started in it. The clean-up goes first, since without it nobody goes on.
 */
void record_forget(const struct state_dir *state, const struct frontend *frontend);
/*
 * The same of a known frontend that has had nothing to run: there is no more than that.
 */
void record_drop(const struct state_dir *state, const struct frontend *frontend);

#endif
