/* SPDX-License-Identifier: BSD-2-Clause */
#include "record.h"

#include <errno.h>

#define TRANSACTION "transaction"
#define FAILED "failed"

static bool find_key(const struct state_dir *state, const struct driver *driver,
	const char *suffix, char key[DRIVER_KEY_SIZE])
{
	driver_key(driver, key);
	return driver->pid != 0 || state_dir_only_key(state, suffix, key);
}

int record_save(const struct state_dir *state, const struct driver *driver,
	const struct transaction *transaction)
{
	owns_buffer struct buffer record = {0};
	char key[DRIVER_KEY_SIZE];

	transaction_to_record(transaction, &record);
	if (record.error < 0)
		return record.error;
	driver_key(driver, key);
	return state_dir_write(state, key, TRANSACTION, buffer_slice(&record));
}

int record_take(const struct state_dir *state, const struct driver *driver,
	struct transaction *transaction, struct transaction_faults *ret_faults)
{
	owns_buffer struct buffer record = {0};
	char key[DRIVER_KEY_SIZE];
	int error;

	memset(transaction, 0, sizeof(*transaction));
	memset(ret_faults, 0, sizeof(*ret_faults));
	if (!find_key(state, driver, TRANSACTION, key))
		return -ENOENT;
	error = state_dir_take(state, key, TRANSACTION, TRANSACTION_SIZE_MAX, &record);
	if (error < 0)
		return error;
	return transaction_parse_record(transaction, buffer_slice(&record), ret_faults);
}

int record_note_failure(const struct state_dir *state, const struct driver *driver)
{
	char key[DRIVER_KEY_SIZE];

	driver_key(driver, key);
	return state_dir_write(state, key, FAILED, (struct slice){NULL, 0});
}

bool record_take_failure(const struct state_dir *state, const struct driver *driver)
{
	char key[DRIVER_KEY_SIZE];

	return find_key(state, driver, FAILED, key) &&
	       state_dir_remove(state, key, FAILED);
}
