/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one call of the helper leaves for the next one of the same dpkg run: the
 * transaction, which only Pre-Install-Pkgs is told of, and whether a hook has failed.
 */
#ifndef RECORD_H
#define RECORD_H

#include "state_dir.h"
#include "transaction.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The suffix of what says that a clean-up is due, see record_want_clean_up(). */
#define RECORD_CLEAN_UP "clean-up"

/* Keeps the transaction for the driver, in place of an older record. 0 or −errno. */
int record_save(const struct state_dir *state, const struct driver *driver,
	const struct transaction *transaction);

/*
 * Reads the driver's record into transaction. Without a /proc, hence without a known
 * driver, the only record there is counts. −ENOENT when there is none; in every case
 * transaction must be given to transaction_done().
 */
int record_read(const struct state_dir *state, const struct driver *driver,
	struct transaction *transaction, struct transaction_faults *ret_faults);
/* Removes it; it is no error when there is none. */
void record_remove(const struct state_dir *state, const struct driver *driver);

/* Remembers that a hook of the driver's run failed. 0 or −errno. */
int record_note_failure(const struct state_dir *state, const struct driver *driver);
/* Whether one did; it is forgotten. */
bool record_take_failure(const struct state_dir *state, const struct driver *driver);

/*
 * Remembers that hooks have run before dpkg, and that hooks of Post-Invoke want to know
 * how it ends. 1 when that is new, 0 when it was known, or −errno.
 */
int record_want_clean_up(const struct state_dir *state, const struct driver *driver);
/*
 * Opens what says that a clean-up is due and locks it (flock(2)), so that nobody cleans
 * up while a script of the transaction still runs; waits for the lock where wait is set.
 * The descriptor is the caller's; −errno when there is no clean-up due, or somebody else
 * has it.
 */
int record_lock_clean_up(
	const struct state_dir *state, const struct driver *driver, bool wait);
/*
 * True for one caller only, whoever comes first; the others have nothing to do any
 * more.
 */
bool record_claim_clean_up(const struct state_dir *state, const struct driver *driver);
/*
 * The full path of what record_claim_clean_up() removes; the caller's, NULL without
 * memory.
 */
char *record_clean_up_path(const struct state_dir *state, const struct driver *driver);

#ifdef __cplusplus
}
#endif

#endif
