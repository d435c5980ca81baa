/* SPDX-License-Identifier: BSD-2-Clause */
/* A transaction that apt was not asked for, in the format of its info stream. */
#ifndef SIMULATED_H
#define SIMULATED_H

#include "admin.h"
#include "transaction.h"

struct simulated {
	struct buffer configuration; /* apt's, as in its info stream */
	struct buffer actions;       /* the package lines */
	char *status_file;           /* of dpkg's database, without the admin's root */
};

/*
 * Simulates an operation on packages, each NAME[:ARCHITECTURE][=VERSION]. Without an
 * operation, installed packages are upgraded and others installed; without a version,
 * apt's is used. A package that apt does not know needs its VERSION; otherwise the
 * nearest name is suggested. A status or −1 (admin.h); simulated_done() in any case.
 */
int simulated_make(struct simulated *simulated, const struct admin *admin,
	const struct string_list *packages, const char *operation);
void simulated_done(struct simulated *simulated);
#define owns_simulated __attribute__((cleanup(simulated_done)))

/* −1 if word is an operation or NULL; else a status, after naming the nearest one. */
int operation_check(const char *word);

/* Appends the info stream that apt would write for the root. */
void simulated_to_stream(
	const struct simulated *simulated, const char *root, struct buffer *stream);

#endif
