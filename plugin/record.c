/* SPDX-License-Identifier: BSD-2-Clause */
#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/file.h>

#define TRANSACTION "transaction"
#define FAILED "failed"
#define STARTED "started"

static bool find_key(const struct state_dir *state, const struct frontend *frontend,
	const char *suffix, char key[FRONTEND_KEY_SIZE])
{
	frontend_key(frontend, key);
	return frontend->pid != 0 || state_dir_only_key(state, suffix, key);
}

int record_save(const struct state_dir *state, const struct frontend *frontend,
	const struct transaction *transaction)
{
	owns_buffer struct buffer record = {0};
	char key[FRONTEND_KEY_SIZE];

	transaction_to_record(transaction, &record);
	if (record.error < 0)
		return record.error;
	frontend_key(frontend, key);
	return state_dir_write(state, key, TRANSACTION, buffer_slice(&record));
}

int record_read(const struct state_dir *state, const struct frontend *frontend,
	struct transaction *transaction, struct transaction_faults *ret_faults)
{
	owns_buffer struct buffer record = {0};
	char key[FRONTEND_KEY_SIZE];
	int error;

	memset(transaction, 0, sizeof(*transaction));
	memset(ret_faults, 0, sizeof(*ret_faults));
	if (!find_key(state, frontend, TRANSACTION, key))
		return -ENOENT;
	error = state_dir_read(state, key, TRANSACTION, TRANSACTION_SIZE_MAX, &record);
	if (error == 0)
		error = transaction_parse_record(
			transaction, buffer_slice(&record), ret_faults);
	if (error < 0 || !ret_faults->is_cut || ret_faults->is_of_other_version)
		return error;
	transaction_done(transaction); /* a part would be another transaction */
	return -EBADMSG;
}

bool record_is_there(const struct state_dir *state, const struct frontend *frontend)
{
	char key[FRONTEND_KEY_SIZE];

	return find_key(state, frontend, TRANSACTION, key) &&
	       state_dir_has(state, key, TRANSACTION);
}

int record_note_failure(const struct state_dir *state, const struct frontend *frontend)
{
	char key[FRONTEND_KEY_SIZE];

	frontend_key(frontend, key);
	return state_dir_write(state, key, FAILED, (struct slice){NULL, 0});
}

bool record_has_failure(const struct state_dir *state, const struct frontend *frontend)
{
	owns_fd int fd = -1;
	char key[FRONTEND_KEY_SIZE];

	if (!find_key(state, frontend, FAILED, key))
		return false;
	fd = state_dir_open_file(state, key, FAILED);
	/* Whatever keeps it from being opened: it is there. */
	return fd != -ENOENT;
}

int record_want_clean_up(const struct state_dir *state, const struct frontend *frontend)
{
	char key[FRONTEND_KEY_SIZE];
	int error;

	frontend_key(frontend, key);
	if (state_dir_has(state, key, RECORD_CLEAN_UP))
		return 0;
	error = state_dir_write(state, key, RECORD_CLEAN_UP, (struct slice){NULL, 0});
	return error < 0 ? error : 1;
}

bool record_is_clean_up_due(const char *root, const struct frontend *frontend)
{
	char key[FRONTEND_KEY_SIZE];

	frontend_key(frontend, key);
	return state_dir_has_below(root, key, RECORD_CLEAN_UP);
}

int record_lock_clean_up(
	const struct state_dir *state, const struct frontend *frontend, bool wait)
{
	owns_fd int fd = -1;
	char key[FRONTEND_KEY_SIZE];

	frontend_key(frontend, key);
	fd = state_dir_open_file(state, key, RECORD_CLEAN_UP);
	if (fd < 0)
		return fd;
	while (flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) < 0)
		if (errno != EINTR)
			return -errno;
	return steal_fd(&fd);
}

bool record_claim_clean_up(const struct state_dir *state, const struct frontend *frontend)
{
	char key[FRONTEND_KEY_SIZE];

	return find_key(state, frontend, RECORD_CLEAN_UP, key) &&
	       state_dir_has(state, key, RECORD_CLEAN_UP) &&
	       state_dir_write(state, key, STARTED, (struct slice){NULL, 0}) == 0;
}

char *record_clean_up_path(const struct state_dir *state, const struct frontend *frontend)
{
	char key[FRONTEND_KEY_SIZE];

	frontend_key(frontend, key);
	return string_join(state->path, "/", key, ".", RECORD_CLEAN_UP);
}

/* FNV-1a: a script's path may be longer than a file's name. */
static uint64_t hash_of(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}

char *record_started_path(
	const struct state_dir *state, const char *key, const char *script)
{
	return string_format(
		"%s/%s." STARTED ".%016" PRIx64, state->path, key, hash_of(script));
}

void record_forget(const struct state_dir *state, const struct frontend *frontend)
{
	static const char *const suffixes[] = {RECORD_CLEAN_UP, TRANSACTION, FAILED};
	char key[FRONTEND_KEY_SIZE];

	for (size_t i = 0; i < COUNT_OF(suffixes); i++)
		if (find_key(state, frontend, suffixes[i], key))
			(void)state_dir_remove(
				state, key, suffixes[i]); /* the sweep, then */
	frontend_key(frontend, key);
	state_dir_forget(state, key);
}

void record_drop(const struct state_dir *state, const struct frontend *frontend)
{
	char key[FRONTEND_KEY_SIZE];

	frontend_key(frontend, key);
	(void)state_dir_remove(state, key, TRANSACTION); /* the sweep, then */
	(void)state_dir_remove(state, key, FAILED);
}
