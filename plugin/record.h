/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one call of the helper leaves to the next in the same dpkg run, in the files of
 * state.h: the transaction, which apt describes to Pre-Install-Pkgs only; whether a hook
 * has failed; whether a clean-up (clean_up.h) is due.
 */
#ifndef RECORD_H
#define RECORD_H

#include "state.h"
#include "stream.h"

#include <time.h>

/* The suffix of the file that marks a clean-up as due; its lock is flock(2). */
#define RECORD_CLEAN_UP "clean-up"
/* The suffix of the record of a dpkg run. */
#define RECORD_TRANSACTION "transaction"
/* The suffix of dpkg's database before a run without apt (database_diff.h). */
#define RECORD_DATABASE "database"

/*
 * A record has the format of apt's stream (stream.h) and the same package lines. Of apt's
 * configuration it contains only our settings and the command line, since the rest may
 * contain passwords. The caller checks record->error.
 */
void record_format(const struct transaction *transaction, struct buffer *record);
/* Like stream_parse(), and empties bytes. */
int record_parse(struct transaction *transaction, struct buffer *bytes,
	struct stream_faults *ret_faults);

/* Saves the transaction and replaces an older record. 0 or −errno. */
int record_save(const struct state *state, const struct transaction *transaction);
/*
 * Reads the record into transaction, which needs transaction_done() in every case.
 * −ENOENT if there is none, −EBADMSG if a part of it is missing, or another −errno.
 */
int record_read(const struct state *state, struct transaction *transaction,
	struct stream_faults *ret_faults);

/* The same for a record in another file than that of the dpkg run. */
int record_save_as(const struct state *state, const char *suffix,
	const struct transaction *transaction);
int record_read_as(const struct state *state, const char *suffix,
	struct transaction *transaction, struct stream_faults *ret_faults);

/* When the record was saved, before dpkg ran. 0 or −errno. */
int record_time(const struct state *state, const char *suffix, struct timespec *ret_time);

/* Records that a hook failed: 0 or −errno. Then, whether one did; true when in doubt. */
int record_note_failure(const struct state *state);
bool record_has_failure(const struct state *state);

/*
 * Marks a clean-up as due: hooks have run before dpkg, and Post-Invoke has hooks for a
 * failure. Returns 1 if the mark is new, 0 if it exists, or −errno.
 */
int record_want_clean_up(const struct state *state);
/* Whether there is a mark, if the directory could not be opened; false if unknown. */
bool record_is_clean_up_due(const char *root, const struct state *state);
/*
 * Locks the mark. Only the holder of the lock may run scripts of this transaction. Waits
 * for the lock if wait is set. Returns a descriptor that the caller closes; −EWOULDBLOCK
 * if somebody else has the lock, −ENOENT if no clean-up is due, or another −errno.
 */
int record_lock_clean_up(const struct state *state, bool wait);
/*
 * Whether the holder of the lock must clean up: the clean-up is still due, and we can
 * record which scripts have started. Otherwise each later transaction would start them
 * again.
 */
bool record_claim_clean_up(const struct state *state);

/*
 * The path of the file that records the start of a Post-Invoke script while a clean-up is
 * due, so that it does not start again after a SIGKILL. script is relative to the tree.
 * The caller frees the path; NULL when out of memory.
 */
char *record_started_path(const struct state *state, const char *script);

/* At the end of the transaction: deletes all of the above, the mark first. */
void record_forget(const struct state *state);
/* The same if there can only be a record and a failure, since no script ran. */
void record_drop(const struct state *state);

#endif
