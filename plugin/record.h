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

/* Keeps the transaction for the driver, in place of an older record. 0 or −errno. */
int record_save(const struct state_dir *state, const struct driver *driver,
	const struct transaction *transaction);

/*
 * Takes the driver's record: reads it into transaction and removes it. Without a /proc,
 * hence without a known driver, the only record there is counts. −ENOENT when there is
 * none; in every case transaction must be given to transaction_done().
 */
int record_take(const struct state_dir *state, const struct driver *driver,
	struct transaction *transaction, struct transaction_faults *ret_faults);

/* Remembers that a hook of the driver's run failed. 0 or −errno. */
int record_note_failure(const struct state_dir *state, const struct driver *driver);
/* Whether one did; it is forgotten. */
bool record_take_failure(const struct state_dir *state, const struct driver *driver);

#ifdef __cplusplus
}
#endif

#endif
