/* SPDX-License-Identifier: BSD-2-Clause */
#include "record.h"
#include "apt_text.h"
#include "stream.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#define TRANSACTION RECORD_TRANSACTION
#define FAILED "failed"
#define STARTED "started"

#define FORMAT "1"
#define KEY(name) "Universal-Hooks-Record::" name

static const struct {
	const char *key;
	size_t offset;
} record_strings[] = {
	{"CommandLine::AsString", offsetof(struct transaction, command_line)},
	{KEY("Architecture"), offsetof(struct transaction, native_architecture)},
	{KEY("Status-File"), offsetof(struct transaction, status_file)},
	{KEY("Admin-Dir"), offsetof(struct transaction, admin_dir)},
	{KEY("Status-Stamp"), offsetof(struct transaction, status_stamp)},
	{KEY("Configuration-Stamp"), offsetof(struct transaction, configuration_stamp)}};

/* One of our keys for each line. */
static void format_own_settings(struct slice lines, struct buffer *record)
{
	while (lines.size > 0) {
		buffer_append_string(record, KEY("Own::="));
		buffer_append(record, slice_cut(&lines, '\n'));
		buffer_append_string(record, "\n");
	}
}

static void format_noted_paths(struct slice lines, struct buffer *record)
{
	while (lines.size > 0) {
		struct slice line = slice_cut(&lines, '\n');
		owns_memory char *text = strndup(line.data, line.size);

		if (text == NULL) {
			record->error = -ENOMEM;
			return;
		}
		buffer_append_string(record, KEY("Paths::="));
		percent_encode(record, text);
		buffer_append_string(record, "\n");
	}
}

/* All before the package lines, which may be a megabyte. */
static void format_head(const struct transaction *transaction, struct buffer *record)
{
	buffer_append_string(
		record, transaction->protocol == 3 ? "VERSION 3\n" : "VERSION 2\n");
	buffer_append_string(record, KEY("Format=" FORMAT "\n"));
	if (transaction->is_purging)
		buffer_append_string(record, KEY("Purge=true\n"));
	if (transaction->is_quiet)
		buffer_append_string(record, KEY("Quiet=true\n"));
	for (size_t i = 0; i < COUNT_OF(record_strings); i++) {
		const char *string = *(char *const *)((const char *)transaction +
						      record_strings[i].offset);

		if (string == NULL)
			continue;
		buffer_append_string(record, record_strings[i].key);
		buffer_append_string(record, "=");
		percent_encode(record, string);
		buffer_append_string(record, "\n");
	}
	for (size_t i = 0; i < transaction->count && !transaction->is_purging; i++)
		if (transaction->packages[i].operation == OPERATION_PURGE)
			buffer_append_format(record, KEY("Purged::=%s:%s\n"),
				transaction->packages[i].name,
				transaction->packages[i].architecture);
	buffer_append(record, buffer_slice(&transaction->settings));
	format_own_settings(buffer_slice(&transaction->own_settings), record);
	format_noted_paths(buffer_slice(&transaction->noted_paths), record);
	buffer_append_string(record, KEY("Size="));
	buffer_append_string(record,
		decimal((char[DECIMAL_SIZE]){0}, transaction->package_lines.size));
	buffer_append_string(record, "\n\n");
}

void record_format(const struct transaction *transaction, struct buffer *record)
{
	format_head(transaction, record);
	buffer_append(record, transaction->package_lines);
}

static int append_line(struct buffer *lines, struct slice line)
{
	buffer_append(lines, line);
	buffer_append_string(lines, "\n");
	return lines->error;
}

static int append_noted_path(struct buffer *lines, struct slice value)
{
	owns_memory char *line = percent_decode(value);

	return line != NULL ? append_line(lines, slice_of(line)) : -ENOMEM;
}

/* What a record contains besides the transaction. */
struct record_head {
	struct transaction *transaction;
	bool is_of_our_format;
	unsigned long long size; /* of the package lines */
	struct buffer purged;    /* NAME:ARCHITECTURE lines */
};

static int keep_record_setting(void *context, struct slice key, struct slice value)
{
	struct record_head *head = context;

	if (slice_equals_caseless(key, slice_of(KEY("Format")))) {
		head->is_of_our_format = slice_equals(value, FORMAT);
	} else if (slice_equals_caseless(key, slice_of(KEY("Purge")))) {
		head->transaction->is_purging = apt_boolean(value) == 1;
	} else if (slice_equals_caseless(key, slice_of(KEY("Quiet")))) {
		head->transaction->is_quiet = apt_boolean(value) == 1;
	} else if (slice_equals_caseless(key, slice_of(KEY("Size")))) {
		(void)slice_to_number(value, SIZE_MAX, &head->size); /* 0 otherwise */
	} else if (slice_equals_caseless(key, slice_of(KEY("Purged::")))) {
		return append_line(&head->purged, value);
	} else if (slice_equals_caseless(key, slice_of(KEY("Own::")))) {
		return append_line(&head->transaction->own_settings, value);
	} else if (slice_equals_caseless(key, slice_of(KEY("Paths::")))) {
		return append_noted_path(&head->transaction->noted_paths, value);
	}
	for (size_t i = 0; i < COUNT_OF(record_strings); i++)
		if (slice_equals_caseless(key, slice_of(record_strings[i].key)))
			return percent_decode_to((char **)((char *)head->transaction +
							   record_strings[i].offset),
				value);
	return 0;
}

int record_parse(struct transaction *transaction, struct buffer *bytes,
	struct stream_faults *ret_faults)
{
	struct record_head head = {.transaction = transaction};
	int error = stream_read_head(
		transaction, bytes, keep_record_setting, &head, ret_faults);

	ret_faults->is_of_other_version = !head.is_of_our_format;
	if (!head.is_of_our_format)
		transaction->package_lines.size = 0;
	if (transaction->package_lines.size != head.size)
		ret_faults->is_cut = true;
	if (error == 0)
		error = stream_find_packages(transaction, ret_faults);
	if (error == 0)
		transaction_mark_purged(transaction, buffer_slice(&head.purged));
	buffer_done(&head.purged);
	return error;
}

int record_save_as(const struct state *state, const char *suffix,
	const struct transaction *transaction)
{
	owns_buffer struct buffer head = {0};

	format_head(transaction, &head);
	if (head.error < 0)
		return head.error;
	return state_write_both(
		state, suffix, buffer_slice(&head), transaction->package_lines);
}

int record_save(const struct state *state, const struct transaction *transaction)
{
	return record_save_as(state, TRANSACTION, transaction);
}

int record_read_as(const struct state *state, const char *suffix,
	struct transaction *transaction, struct stream_faults *ret_faults)
{
	owns_buffer struct buffer record = {0};
	int error;

	memset(transaction, 0, sizeof(*transaction));
	memset(ret_faults, 0, sizeof(*ret_faults));
	error = state_read(state, suffix, STREAM_SIZE_MAX, &record);
	if (error == 0)
		error = record_parse(transaction, &record, ret_faults);
	if (error < 0 || !ret_faults->is_cut || ret_faults->is_of_other_version)
		return error;
	transaction_done(transaction); /* a part would be a different transaction */
	return -EBADMSG;
}

int record_read(const struct state *state, struct transaction *transaction,
	struct stream_faults *ret_faults)
{
	return record_read_as(state, TRANSACTION, transaction, ret_faults);
}

int record_time(const struct state *state, const char *suffix, struct timespec *ret_time)
{
	owns_fd int fd = state_open_file(state, suffix);
	struct stat status;

	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0)
		return -errno;
	*ret_time = status.st_mtim;
	return 0;
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
	return state_lock(state, RECORD_CLEAN_UP, wait);
}

bool record_claim_clean_up(const struct state *state)
{
	static const struct frontend unknown = {.pid = 0};
	struct frontend owner;

	/*
	 * Without a pid, an existing mark may belong to this transaction, which has a
	 * guard.
	 */
	if (frontend_parse_key(state->key, &owner) && owner.pid == 0 &&
		state_find_abandoned(state, &unknown, RECORD_CLEAN_UP, 1, &owner))
		return false;
	return state_has(state, RECORD_CLEAN_UP) && make_mark(state, STARTED) == 0;
}

/* FNV-1a: a script's path may be too long for the name of a file. */
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
	(void)state_remove(state, RECORD_DATABASE);
	(void)state_remove(state, FAILED);
}
