/* SPDX-License-Identifier: BSD-2-Clause */
/* The record that one call of the helper leaves for the next. */
#include "harness.h"
#include "transaction_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = harness_input(data, size);
	struct transaction transaction;
	struct transaction_faults faults;

	must(transaction_parse_record(&transaction, bytes, &faults) == 0);
	transaction_must_follow(&transaction, &faults, bytes);
	transaction_must_survive(&transaction);
	transaction_done(&transaction);
	return 0;
}
