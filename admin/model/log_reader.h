/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the log and the one that logrotate(8) has put aside but not yet compressed, one
 * transaction at a time, and words what they say.
 */
#ifndef LOG_READER_H
#define LOG_READER_H

#include "admin.h"
#include "model/log_parser.h"
#include "ui/json.h"

#include <sys/types.h>

/* Limit for both files together; of larger files, the newest part is read. */
#define LOG_SIZE_MAX ((size_t)16 << 20)
/* The part at the end that usually has what is asked for. */
#define LOG_SIZE_FIRST ((size_t)64 << 10)

/* How many runs there are of each class. */
struct log_counts {
	size_t of[LOG_CLASS_COUNT];
};

/* One of the two files, as it was when it was opened. */
struct log_file {
	char *path;
	int fd;    /* −1 if it cannot be read */
	int error; /* why, as −errno */
	dev_t device;
	ino_t inode;
	off_t start; /* what is before it is not read, because of the limit */
	off_t end;
	off_t first; /* where reading begins, after log_rewind() */
	struct log_faults faults;
};

/* Both logs; after log_open(), at the beginning. Zero-initialised, it can be closed. */
struct log {
	struct log_file files[2]; /* the earlier one first */
	bool has_no_log;          /* neither file exists */
	/* The rest is for log_reader.c. */
	bool is_open;
	size_t file; /* the one that is being read */
	off_t at;    /* where the next block of it begins */
	bool is_aligned;
	struct buffer text; /* of which all before parsed has been given to the parser */
	size_t parsed;
	struct log_parser parser;
};

/*
 * Opens both logs below the admin's root, and reports what cannot be used. A status or −1
 * (admin.h), also if there is no log yet; log_close() in any case.
 */
int log_open(struct log *log, const struct admin *admin);
void log_close(struct log *log);
#define owns_log __attribute__((cleanup(log_close)))

/*
 * The next transaction, the oldest first, for the caller to change, until the next call.
 * NULL at the end, and if a file cannot be read any further. Memory is needed for one
 * stanza, or for what is between two empty lines of a damaged log.
 */
struct log_transaction *log_next(struct log *log);

/*
 * Goes back to the first stanza after an empty line in the last size bytes. Returns whether
 * that is the beginning; else, a caller that does not find there what it looks for tries
 * again with log_grow(size). SIZE_MAX is the beginning.
 */
bool log_rewind(struct log *log, size_t size);
size_t log_grow(size_t size);
/* Goes back to where the last log_rewind() went. */
void log_rewind_again(struct log *log);

/*
 * Reports what could not be read or parsed since the last log_rewind(): once, after the
 * last transaction. A status or −1.
 */
int log_end(struct log *log);

/* A transaction, without its runs, and maybe one of them. Empty when zero-initialised. */
struct log_copy {
	struct log_transaction transaction;
	struct log_counts counts; /* of all its runs */
	struct log_run run;       /* its path is NULL if there is none */
	char *texts;              /* what the strings point into */
};

/* Replaces what copy holds; run may be NULL. */
void log_copy_take(struct log_copy *copy, const struct log_transaction *transaction,
	const struct log_run *run);
/* Whether it holds a transaction. */
bool log_copy_holds(const struct log_copy *copy);
void log_copy_done(struct log_copy *copy);
#define owns_log_copy __attribute__((cleanup(log_copy_done)))

/*
 * The newest that is a session, or that is none; false if there is none. Sessions are
 * looked for in the last LOG_SIZE_SEARCHED bytes: most logs have none.
 */
#define LOG_SIZE_SEARCHED ((size_t)4 << 20)
bool log_find_last(struct log *log, bool is_session, struct log_copy *ret_last);

/*
 * The latest run of each of several scripts. A run that was skipped on purpose, by a
 * setting or after another script's failure, counts only if there is no other. Empty when
 * zero-initialised.
 */
struct last_runs {
	struct last_run *items; /* sorted by path */
	size_t count;
	size_t capacity;
};

/* Adds a script to look for, at path (without the admin's root). */
void last_runs_add(struct last_runs *runs, const char *path);
/* Reads the log for all of them at once, from its beginning. */
void last_runs_read(struct last_runs *runs, struct log *log);
/* The run of the script and its transaction, or NULL. */
const struct log_copy *last_runs_find(const struct last_runs *runs, const char *path);
void last_runs_done(struct last_runs *runs);
#define owns_last_runs __attribute__((cleanup(last_runs_done)))

/*
 * What a run counts as, in every sum that the command shows (apt-universal-hooks.conf(5)).
 * One that was interrupted or not started has failed; one that ran from a copy, or that
 * vetoed the transaction, counts by how it ended.
 */
enum log_class log_class_of(const struct log_run *run);
bool log_has_failed(const struct log_run *run);

void log_count(struct log_counts *counts, const struct log_transaction *transaction);
/* All runs that were not skipped: they ran, or should have. */
size_t log_counts_ran(const struct log_counts *counts);
/* Appends "10 runs of dpkg". */
void log_add_dpkg_runs(struct buffer *text, const struct log_transaction *session);
/* Null if it is unknown, and for a transaction. */
json_t *log_dpkg_runs_to_json(const struct log_transaction *session);
/* Appends "; switched off by …" if all hooks were left out. */
void log_add_switch(struct buffer *text, const struct log_transaction *transaction);
/* Appends "8 hooks: 1 ok, 6 failed, 1 skipped"; a class without runs is left out. */
void log_add_counts(struct buffer *text, const struct log_counts *counts);
/* As the JSON keys "ok", "failed" and "skipped"; the caller owns the object. */
json_t *log_counts_to_json(const struct log_counts *counts);

/* Whether the script at path has been deleted since, below the admin's root. */
bool log_is_gone(const char *path, const struct admin *admin);
/* Appends " (gone)" if it has. */
void log_add_gone(struct buffer *text, const char *path, const struct admin *admin);

/* The path as the log writes it, for the caller to free. */
char *log_path(const char *path);
/* The part of a path of the log that is relative to the hook tree, if that can be seen. */
const char *log_path_in_tree(const char *path);

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
