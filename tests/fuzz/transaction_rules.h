/* SPDX-License-Identifier: BSD-2-Clause */
/* Invariants of every transaction, whatever bytes it was parsed from. */
#ifndef TRANSACTION_RULES_H
#define TRANSACTION_RULES_H

#include "stream.h"

/*
 * Parses the package lines again in a simple way, and compares the transaction and its
 * faults with that; then its order, its names and its table with its packages.
 */
void transaction_must_follow(const struct transaction *transaction,
	const struct stream_faults *faults, struct slice bytes);

/* The record of the transaction must be read as the same transaction. */
void transaction_must_survive(const struct transaction *transaction);

#endif
