/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one call of the helper leaves for the next one of the same dpkg run, in the files of
 * state.h: the transaction, of which apt informs only Pre-Install-Pkgs, whether a hook has
 * failed, and whether a clean-up (clean_up.h) is due.
 */
#ifndef RECORD_H
#define RECORD_H

#include "state.h"
#include "stream.h"

#include <time.h>

/* The suffix of the file that marks a clean-up as due; its lock is flock(2). */
#define RECORD_CLEAN_UP "clean-up"

/*
 * A record has the format of apt's stream (stream.h) and the same package lines. Of apt's
 * configuration it holds only our settings and the command line, as the rest may contain
 * passwords. The caller checks record->error.
 */
void record_format(const struct transaction *transaction, struct buffer *record);
/* Like stream_parse(), and empties bytes. */
int record_parse(struct transaction *transaction, struct buffer *bytes,
	struct stream_faults *ret_faults);

/* Keeps the transaction, replacing an older record. 0 or −errno. */
int record_save(const struct state *state, const struct transaction *transaction);
/*
 * Reads the record into transaction, which needs transaction_done() in every case.
 * −ENOENT if there is none, −EBADMSG if a part of it is missing, or another −errno.
 */
int record_read(const struct state *state, struct transaction *transaction,
	struct stream_faults *ret_faults);

/* When the record was saved, before dpkg ran. 0 or −errno. */
int record_time(const struct state *state, struct timespec *ret_time);

/* Notes that a hook failed; 0 or −errno. Whether one did; true in doubt. */
int record_note_failure(const struct state *state);
bool record_has_failure(const struct state *state);

/*
 * Marks a clean-up as due: hooks have run before dpkg, and hooks of Post-Invoke want to
 * know how it ends. 1 if the mark is new, 0 if it was there, or −errno.
 */
int record_want_clean_up(const struct state *state);
/* The mark, when the directory could not be opened; false if that cannot be told. */
bool record_is_clean_up_due(const char *root, const struct state *state);
/*
 * Locks the mark. Only the holder of the lock may run scripts of this transaction. Waits
 * for the lock if wait is set. Returns a descriptor that the caller closes; −EWOULDBLOCK
 * if somebody else has the lock, −ENOENT if no clean-up is due, or another −errno.
 */
int record_lock_clean_up(const struct state *state, bool wait);
/*
 * Whether the holder of the lock must clean up: it is still due, and started scripts can
 * be noted. If they could not, each later transaction would start them again.
 */
bool record_claim_clean_up(const struct state *state);

/*
 * The path of the file that says that a Post-Invoke script was started while a clean-up
 * was due, so that it is not started again after a SIGKILL. script is relative to the
 * tree. The caller frees the path; NULL without memory.
 */
char *record_started_path(const struct state *state, const char *script);

/* The transaction is over: deletes all of the above, first the mark of the clean-up. */
void record_forget(const struct state *state);
/* The same where only a record and a failure can exist, since no script ran. */
void record_drop(const struct state *state);

#endif
