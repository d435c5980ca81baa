/* SPDX-License-Identifier: BSD-2-Clause */
/* How a transaction ended, according to dpkg's database. */
#ifndef OUTCOME_H
#define OUTCOME_H

#include "transaction.h"
#include "universal_hooks.h"

/* Unknown: there is no record of the transaction, or the database could not be read. */
enum result { RESULT_UNKNOWN, RESULT_OK, RESULT_FAILED, RESULT_ABORTED };

/* "ok", "failed", "aborted"; NULL for unknown. */
const char *result_name(enum result result);
/* Returns false if no result has this name. */
bool result_parse(const char *word, enum result *ret_result);

/*
 * Queries the transaction's packages and sets their outcome: done if the planned state was
 * reached. Returns like dpkg_query().
 */
int outcome_settle(struct transaction *transaction, enum result *ret_result,
	struct uh_ending *ret_ending);

/* The same, given the answer of dpkg_query(). */
enum result outcome_compare(struct transaction *transaction, struct slice answer);

/*
 * Before dpkg runs: turns removals of packages that have only configuration files left
 * into purges, since apt's stream does not distinguish the two. Returns like
 * dpkg_query(), which is called only if there are removals.
 */
int outcome_find_purges(struct transaction *transaction, struct uh_ending *ret_ending);

#endif
