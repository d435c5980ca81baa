/* SPDX-License-Identifier: BSD-2-Clause */
/* The transaction held against dpkg's own database, after dpkg. */
#ifndef OUTCOME_H
#define OUTCOME_H

#include "transaction.h"
#include "universal_hooks.h"

/* Unknown: the database could not be read, or there is no record to hold against it. */
enum result { RESULT_UNKNOWN, RESULT_OK, RESULT_FAILED, RESULT_ABORTED };

/* "ok", "failed", "aborted"; NULL for unknown. */
const char *result_name(enum result result);
/* Returns false if no result has this name. */
bool result_parse(const char *word, enum result *ret_result);

/*
 * Asks dpkg-query for the transaction's packages and sets their outcome: done where the
 * planned state was reached. 0 with ret_result; −errno when dpkg-query was not started or
 * its answer not readable; −EPROTO with ret_ending when it failed.
 */
int outcome_settle(struct transaction *transaction, enum result *ret_result,
	struct uh_ending *ret_ending);

/*
 * The same with dpkg-query's answer at hand: lines of name, architecture, status and
 * version, tab-separated (dpkg-query(1): Package, Architecture, db:Status-Status,
 * Version).
 */
enum result outcome_compare(struct transaction *transaction, struct slice answer);

/*
 * Before dpkg: what is to be removed and has only its configuration files left can only
 * be purged (apt's stream tells no difference). Returns like outcome_settle(), and asks
 * only where there is something to find out.
 */
int outcome_find_purges(struct transaction *transaction, struct uh_ending *ret_ending);

#endif
