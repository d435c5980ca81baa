/* SPDX-License-Identifier: BSD-2-Clause */
/* apt's stream at Pre-Install-Pkgs, and the record that is made of it. */
#include "harness.h"
#include "transaction_rules.h"

/* Plays dpkg's database, which may mark removals as purges. */
static void purge_some(struct transaction *transaction)
{
	for (size_t i = 0; i < transaction->count; i++) {
		struct package *package = &transaction->packages[i];

		must(package->operation != OPERATION_PURGE || transaction->is_purging);
		if (package->operation == OPERATION_REMOVE && i % 2 == 0)
			package->operation = OPERATION_PURGE;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = harness_input(data, size);
	struct transaction transaction;
	struct stream_faults faults;

	must(stream_parse(&transaction, bytes, &faults) == 0);
	must(!faults.is_of_other_version && transaction.status_stamp == NULL);
	transaction_must_follow(&transaction, &faults, bytes);
	transaction_must_survive(&transaction);
	purge_some(&transaction);
	transaction_must_survive(&transaction);
	transaction_done(&transaction);
	return 0;
}
