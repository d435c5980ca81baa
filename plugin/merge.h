/* SPDX-License-Identifier: BSD-2-Clause */
/* Merges the dpkg runs of a session (session.h) into one transaction. */
#ifndef MERGE_H
#define MERGE_H

#include "outcome.h"

/* A dpkg run. The outcome of its packages is set, unless it was aborted. */
struct merged_run {
	struct transaction transaction;
	enum result result;
};

/*
 * Fills merged with an entry for each package and architecture: its first old version, its
 * last new one, the operation from one to the other, its last outcome. What was installed
 * and removed again is left out, unless the removal has failed. A package whose last run
 * was aborted has failed if other runs came about. The settings become those of the last
 * run that could be read, which loses them; the command line that of the first run that
 * has one. Else merged refers to the runs, which must outlive it. transaction_done() frees
 * it. Without a run that could be read, its protocol is 0.
 *
 * ret_result is aborted if all runs were, failed if any package has failed in the end.
 * Returns 0; −ENOMEM, perhaps without packages; or −errno like dpkg_is_less() if dpkg was
 * asked in vain about an operation, which is then that of the last run.
 */
int merge_runs(struct transaction *merged, struct merged_run *runs, size_t count,
	enum result *ret_result);
/* How many runs came about. */
size_t merge_count(const struct merged_run *runs, size_t count);

/*
 * Writes the result of a dpkg run, and names of packages that failed; reads it back into a
 * run that has the transaction. false: it is not one.
 */
void merge_format_outcome(const struct merged_run *run, struct buffer *text);
bool merge_parse_outcome(struct merged_run *run, struct slice text);

#endif
