/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What has run: the log that the engine writes (log_writer.h,
 * apt-universal-hooks.conf(5)), and the one before it, which logrotate(8) has put aside
 * and not yet compressed.
 *
 * All strings are the log's, and as the log has them: control characters as \ooo. Times
 * are local ones of the machine that wrote the log, which does not tell its zone.
 */
#ifndef LOG_READER_H
#define LOG_READER_H

#include "admin.h"
#include "plan.h"

/* Of both files together; of what is larger, the newest part counts. */
#define LOG_SIZE_MAX ((size_t)16 << 20)
#define LOG_TIME_SIZE sizeof("2026-11-20 18:02:05")

enum log_outcome {
	LOGGED_EXIT,
	LOGGED_SIGNAL,
	LOGGED_TIMEOUT,
	LOGGED_NOT_STARTED,
	LOGGED_SKIPPED
};

struct log_run {
	enum uh_hook_point hook_point;
	const char *path;
	enum reason reason;
	const char *match; /* the package or the wildcard; NULL for always */
	enum log_outcome outcome;
	int value;       /* the exit status, the signal, the seconds of the timeout */
	const char *why; /* of LOGGED_NOT_STARTED and LOGGED_SKIPPED, else NULL */
	int64_t milliseconds; /* −1 where nothing ran */
};

struct log_transaction {
	char start[LOG_TIME_SIZE]; /* "" where it is not known */
	char end[LOG_TIME_SIZE];
	const char *command_line; /* NULL where it is not known, like the next two */
	const char *requester;    /* "jane (1000)" */
	const char *key;          /* "93-433909" */
	const char *result;       /* "ok", "failed", "aborted", "unknown" */
	struct log_run *runs;
	size_t count;
	size_t capacity;
	bool is_whole; /* false: something of its stanza is missing */
};

/* Zero-initialised is empty. */
struct log {
	struct log_transaction *transactions; /* as in the log, the newest is the last */
	size_t count;
	size_t capacity;
	struct buffer texts[2]; /* what the strings point into */
	size_t text_count;
	bool has_no_log; /* neither of the files is there */
};

/* What of a text was not understood, and passed over. */
struct log_faults {
	size_t lines;
	size_t first; /* the first of them, counted from 1 */
};

/*
 * Adds the transactions of a log, whatever it holds: only what log_writer.c can have
 * written counts. The text is taken over and changed; at most as many calls as there are
 * texts. 0 or −ENOMEM.
 */
int log_parse(struct log *log, struct buffer *text, struct log_faults *ret_faults);

/*
 * Reads both logs below the admin's root, and says what of them cannot be used. Returns
 * −1 to go on, also when there is no log yet; otherwise the status to end with, and the
 * reason has been said. log_done() in all cases.
 */
int log_read(struct log *log, const struct admin *admin);
void log_done(struct log *log);

/* As apt-universal-hooks.conf(5) has it: what was left out may have failed, too. */
bool log_has_failed(const struct log_run *run);

/* The path as the log has it; the caller's, NULL without memory. */
char *log_path(const char *path);

/*
 * The latest run of the script with this path (as files have it, without the admin's
 * root), with its transaction: its end, or what kept it from running. Where a setting or
 * another script's failure left it out, which is as it should be, an earlier run counts,
 * if there is one. NULL when there is none.
 */
const struct log_run *log_last_run_of(const struct log *log, const char *path,
	const struct log_transaction **ret_transaction);

/* How it ended, in the words of the log, without the time: "exit 3", "skipped (When)". */
void log_add_outcome(struct buffer *text, const struct log_run *run);
/* "12 ms", "3.456 s", "2 min 3.456 s". */
void log_add_duration(struct buffer *text, int64_t milliseconds);

#endif
