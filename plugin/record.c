/* SPDX-License-Identifier: BSD-2-Clause */
#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/file.h>

#define TRANSACTION "transaction"
#define FAILED "failed"
#define STARTED "started"

int record_save(const struct state *state, const struct transaction *transaction)
{
	owns_buffer struct buffer record = {0};

	transaction_to_record(transaction, &record);
	if (record.error < 0)
		return record.error;
	return state_write(state, TRANSACTION, buffer_slice(&record));
}

int record_read(const struct state *state, struct transaction *transaction,
	struct transaction_faults *ret_faults)
{
	owns_buffer struct buffer record = {0};
	int error;

	memset(transaction, 0, sizeof(*transaction));
	memset(ret_faults, 0, sizeof(*ret_faults));
	error = state_read(state, TRANSACTION, TRANSACTION_SIZE_MAX, &record);
	if (error == 0)
		error = transaction_parse_record(
			transaction, buffer_slice(&record), ret_faults);
	if (error < 0 || !ret_faults->is_cut || ret_faults->is_of_other_version)
		return error;
	transaction_done(transaction); /* a part would be another transaction */
	return -EBADMSG;
}

bool record_exists(const struct state *state)
{
	return state_has(state, TRANSACTION);
}

static int make_mark(const struct state *state, const char *suffix)
{
	return state_write(state, suffix, (struct slice){NULL, 0});
}

int record_note_failure(const struct state *state)
{
	return make_mark(state, FAILED);
}

bool record_has_failure(const struct state *state)
{
	return !state_lacks(state, FAILED);
}

int record_want_clean_up(const struct state *state)
{
	int error;

	if (state_has(state, RECORD_CLEAN_UP))
		return 0;
	error = make_mark(state, RECORD_CLEAN_UP);
	return error < 0 ? error : 1;
}

bool record_is_clean_up_due(const char *root, const struct state *state)
{
	return state_has_below(root, state, RECORD_CLEAN_UP);
}

int record_lock_clean_up(const struct state *state, bool wait)
{
	owns_fd int fd = state_open_file(state, RECORD_CLEAN_UP);

	if (fd < 0)
		return fd;
	while (flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) < 0)
		if (errno != EINTR)
			return -errno;
	return steal_fd(&fd);
}

bool record_claim_clean_up(const struct state *state)
{
	return state_has(state, RECORD_CLEAN_UP) && make_mark(state, STARTED) == 0;
}

/* FNV-1a: a script's path may be longer than a file's name. */
static uint64_t hash_of(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}

char *record_started_path(const struct state *state, const char *script)
{
	return string_format("%s/%s." STARTED ".%016" PRIx64, state->path, state->key,
		hash_of(script));
}

void record_forget(const struct state *state)
{
	(void)state_remove(state, RECORD_CLEAN_UP); /* the sweep tries again */
	record_drop(state);
	state_forget(state);
}

void record_drop(const struct state *state)
{
	(void)state_remove(state, TRANSACTION); /* the sweep tries again */
	(void)state_remove(state, FAILED);
}
