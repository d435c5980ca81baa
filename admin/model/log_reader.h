/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the log that log_writer.h writes (apt-universal-hooks.conf(5)), and the one that
 * logrotate(8) has put aside but not yet compressed.
 *
 * All strings are as the log has them, with control characters as \ooo.
 */
#ifndef LOG_READER_H
#define LOG_READER_H

#include "admin.h"
#include "log_writer.h"
#include "ui/json.h"

/* Limit for both files together; of larger files, the newest part is read. */
#define LOG_SIZE_MAX ((size_t)16 << 20)

/*
 * A time of the log. Stanzas of earlier versions have no offset from UTC: it is taken from
 * the time zone of this process.
 */
struct log_time {
	char local[sizeof("2026-11-20 18:02:05")]; /* in our time zone; "" if unknown */
	char zoned[sizeof(
		"2026-11-20T18:02:05+01:00")]; /* where it was written: RFC 3339 */
};

enum log_outcome {
	LOGGED_EXIT,
	LOGGED_SIGNAL,
	LOGGED_TIMEOUT,
	LOGGED_NOT_STARTED,
	LOGGED_SKIPPED,
	LOGGED_INTERRUPTED /* the helper was killed while it ran */
};

struct log_run {
	enum uh_hook_point hook_point;
	const char *path;
	enum reason reason;
	const char *match; /* the package or the wildcard; NULL for always */
	enum log_outcome outcome;
	int value;            /* the exit status, the signal, or the timeout in seconds */
	const char *why;      /* of LOGGED_NOT_STARTED and LOGGED_SKIPPED, else NULL */
	bool is_copy;         /* the script was gone, and a copy of it ran */
	int64_t milliseconds; /* −1 if nothing ran, or its end is unknown */
};

struct log_transaction {
	struct log_time start;
	struct log_time end;
	const char *command_line; /* NULL if unknown, like the next three */
	const char *requester;    /* "jane (1000)" */
	const char *key;          /* "93-433909" */
	const char *result;       /* "ok", "failed", "aborted", "unknown" */
	const char *not_reached;  /* "Post-Invoke", although dpkg had finished; or NULL */
	struct log_run *runs;
	size_t count;
	size_t capacity;
	bool is_whole; /* no part of its stanza is missing or damaged */
};

/* Empty when zero-initialised. */
struct log {
	struct log_transaction *transactions; /* the newest last, as in the log */
	size_t count;
	size_t capacity;
	struct buffer texts[2]; /* what the strings point into */
	size_t text_count;
	bool has_no_log; /* neither file exists */
};

/* The lines that were not understood. */
struct log_faults {
	size_t lines;
	size_t first; /* the number of the first of them, from 1 */
};

/*
 * Adds the transactions in text, which may hold anything: only lines that log_writer.c
 * can have written count. Takes ownership of text and changes it; a log has room for two
 * texts.
 */
void log_parse(struct log *log, struct buffer *text, struct log_faults *ret_faults);

/*
 * Reads both logs below the admin's root, and warns of what cannot be used. A status or −1
 * (admin.h), also if there is no log yet; log_done() in any case.
 */
int log_read(struct log *log, const struct admin *admin);
void log_done(struct log *log);
#define owns_log __attribute__((cleanup(log_done)))

/*
 * What a run counts as, in every sum that the command shows (apt-universal-hooks.conf(5)).
 * One that was interrupted or not started has failed; one that ran from a copy, or that
 * vetoed the transaction, counts by how it ended.
 */
enum log_class log_class_of(const struct log_run *run);
bool log_has_failed(const struct log_run *run);

/* How many runs there are of each class. */
struct log_counts {
	size_t of[LOG_CLASS_COUNT];
};

void log_count(struct log_counts *counts, const struct log_transaction *transaction);
/* All runs that were not skipped: they ran, or should have. */
size_t log_counts_ran(const struct log_counts *counts);
/* Appends "8 hooks: 1 ok, 6 failed, 1 skipped"; a class without runs is left out. */
void log_add_counts(struct buffer *text, const struct log_counts *counts);
/* As the JSON keys "ok", "failed" and "skipped"; the caller owns the object. */
json_t *log_counts_to_json(const struct log_counts *counts);

/* Whether the script has been deleted since, below the admin's root. */
bool log_is_gone(const struct log_run *run, const struct admin *admin);
/* Appends " (gone)" if it has. */
void log_add_gone(
	struct buffer *text, const struct log_run *run, const struct admin *admin);

/* The path as the log writes it, for the caller to free. */
char *log_path(const char *path);
/* The part of a path of the log that is relative to the hook tree, if that can be seen. */
const char *log_path_in_tree(const char *path);

/*
 * The latest run of the script at path (without the admin's root), and its transaction. A
 * run that was skipped on purpose, by a setting or after another script's failure, counts
 * only if there is no other. NULL if there is no run at all.
 */
const struct log_run *log_last_run_of(const struct log *log, const char *path,
	const struct log_transaction **ret_transaction);

/* Appends how the run ended, in the log's words: "exit 3", "skipped (When)". */
void log_add_outcome(struct buffer *text, const struct log_run *run);
/* Appends the same in colour. */
void log_add_result(struct buffer *text, const struct log_run *run);
/* Appends also how long it took: "exit 0 in 12 ms". */
void log_add_ending(struct buffer *text, const struct log_run *run);
/*
 * As the JSON keys "ended", "milliseconds", "failed" and "result"; the caller owns the
 * object.
 */
json_t *log_ending_to_json(const struct log_run *run);
/* As a string, or null if it is unknown. */
json_t *log_time_to_json(const struct log_time *time);
/* "12 ms", "3.456 s", "2 min 3.456 s"; the caller frees it. */
char *duration_text(int64_t milliseconds);

#endif
