/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold of every transaction, whatever bytes it was made of. */
#ifndef TRANSACTION_RULES_H
#define TRANSACTION_RULES_H

#include "transaction.h"

/*
 * Reads the bytes' package lines a second time, plainly, and holds the transaction and
 * its faults against that; then its order, its names and its table against its packages.
 */
void transaction_must_follow(const struct transaction *transaction,
	const struct transaction_faults *faults, struct slice bytes);

/* The record of the transaction is read as the same transaction again. */
void transaction_must_survive(const struct transaction *transaction);

#endif
