/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dpkg that a person or a program calls without apt: nobody says beforehand what it is
 * about to do, so the difference of its database is the transaction.
 */
#ifndef DATABASE_DIFF_H
#define DATABASE_DIFF_H

#include "outcome.h"
#include "state.h"

/*
 * Fills transaction, and the outcome of each package, from dpkg_query_states() before and
 * after dpkg ran. unpacked is dpkg_list_unpacked(), since neither state shows that a
 * version was installed again. action is DPKG_HOOK_ACTION, or NULL if unknown.
 *
 * If nothing has changed, although packages were to be installed or removed, ret_result is
 * aborted.
 * Returns 0, or −errno if memory is short or dpkg could not compare two versions; call
 * transaction_done() in both cases.
 */
int database_diff(struct transaction *transaction, enum result *ret_result,
	struct slice before, struct slice after, const struct string_list *unpacked,
	const char *action);

/*
 * Before dpkg runs: notes the action and the states of all packages in a file (record.h).
 * Returns like dpkg_query().
 */
int database_note(
	const struct state *state, const char *action, struct uh_ending *ret_ending);
/*
 * After dpkg: database_diff() since the note. The transaction is released by the caller, as
 * above. Returns like dpkg_query(); −ENOENT if there is no note.
 */
int database_settle(const struct state *state, struct transaction *transaction,
	enum result *ret_result, struct uh_ending *ret_ending);

/* Whether dpkg, called for this action, may change the state of a package. */
bool database_may_change(const char *action);

#endif
