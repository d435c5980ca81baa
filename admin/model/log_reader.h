/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the log that log_writer.h writes (apt-universal-hooks.conf(5)), and the one that
 * logrotate(8) has put aside but not yet compressed.
 *
 * All strings are as the log has them, with control characters as \ooo. Times are local
 * times of the machine that wrote the log, which does not record its time zone.
 */
#ifndef LOG_READER_H
#define LOG_READER_H

#include "admin.h"
#include "plan.h"
#include "ui/json.h"

/* Limit for both files together; of larger files, the newest part is read. */
#define LOG_SIZE_MAX ((size_t)16 << 20)
#define LOG_TIME_SIZE sizeof("2026-11-20 18:02:05")

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
	char start[LOG_TIME_SIZE]; /* "" if unknown */
	char end[LOG_TIME_SIZE];
	const char *command_line; /* NULL if unknown, like the next three */
	const char *requester;    /* "jane (1000)" */
	const char *key;          /* "93-433909" */
	const char *result;       /* "ok", "failed", "aborted", "unknown" */
	const char *not_reached;  /* "Post-Invoke", although dpkg was done; or NULL */
	struct log_run *runs;
	size_t count;
	size_t capacity;
	bool is_whole; /* no part of its stanza is missing or damaged */
};

/* Zero-initialised is empty. */
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
 * can have written count. Takes text over and changes it; a log has room for two texts.
 */
void log_parse(struct log *log, struct buffer *text, struct log_faults *ret_faults);

/*
 * Reads both logs below the admin's root, and warns of what cannot be used. A status or −1
 * (admin.h), also if there is no log yet; log_done() in any case.
 */
int log_read(struct log *log, const struct admin *admin);
void log_done(struct log *log);
#define owns_log __attribute__((cleanup(log_done)))

/* Whether the run counts as failed, as apt-universal-hooks.conf(5) defines it. */
bool log_has_failed(const struct log_run *run);

/* The path as the log writes it, for the caller to free. */
char *log_path(const char *path);

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
/* As the JSON keys "ended", "milliseconds" and "failed"; the caller owns the object. */
json_t *log_ending_to_json(const struct log_run *run);
/* "12 ms", "3.456 s", "2 min 3.456 s"; the caller frees it. */
char *duration_text(int64_t milliseconds);

#endif
