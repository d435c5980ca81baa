/* SPDX-License-Identifier: BSD-2-Clause */
/* The record that one call of the helper leaves for the next. */
#include "harness.h"
#include "record.h"
#include "transaction_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = harness_input(data, size);
	struct buffer record = {0};
	struct transaction transaction;
	struct stream_faults faults;

	buffer_append(&record, bytes);
	must(record_parse(&transaction, &record, &faults) == 0);
	transaction_must_follow(&transaction, &faults, bytes);
	transaction_must_survive(&transaction);
	transaction_done(&transaction);
	return 0;
}
