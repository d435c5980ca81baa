/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A transaction that nobody asked apt for, in the form in which apt tells of real ones.
 */
#ifndef SIMULATED_H
#define SIMULATED_H

#include "admin.h"
#include "transaction.h"

struct simulated {
	struct buffer configuration; /* apt's, as it stands in its info stream */
	struct buffer actions;       /* the package lines */
	char *status_file;           /* of dpkg's database, as seen from the root */
};

/*
 * Makes up what happens to packages, each NAME[:ARCHITECTURE][=VERSION]: operation is the
 * word for it; NULL installs what is not there and upgrades what is. Versions that are
 * not given are those that apt knows. A package that apt does not know needs its VERSION;
 * the lack of it is told with the nearest name. Returns −1 to go on, or the status to end
 * with, and that has been said; simulated_done() in both cases.
 */
int simulated_make(struct simulated *simulated, const struct admin *admin,
	const struct string_list *packages, const char *operation);
void simulated_done(struct simulated *simulated);

/*
 * Whether word (or NULL) is one of the operations: −1, or the status to end with, and the
 * nearest has been named.
 */
int operation_check(const char *word);

/*
 * Appends it as an info stream of a machine whose root is at root. The caller looks at
 * stream->error.
 */
void simulated_to_stream(
	const struct simulated *simulated, const char *root, struct buffer *stream);

#endif
