/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parses the log that log_writer.h writes (apt-universal-hooks.conf(5)), stanza by stanza.
 *
 * All strings are as the log has them, with control characters as \ooo.
 */
#ifndef LOG_PARSER_H
#define LOG_PARSER_H

#include "log_writer.h"

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

/* Small, since a stanza may have very many. */
struct log_run {
	const char *path;
	const char *match; /* the package or the wildcard; NULL for always */
	const char *why;   /* of LOGGED_NOT_STARTED and LOGGED_SKIPPED, else NULL */
	/* −1 if nothing ran, or its end is unknown. With "skipped (77)" something ran. */
	int64_t milliseconds;
	int value; /* the exit status, the signal, or the timeout in seconds */
	enum uh_hook_point hook_point : 8;
	enum reason reason : 8;
	enum log_outcome outcome : 8;
	bool is_copy; /* the script was gone, and a copy of it ran */
};

/* Or a session, with its hooks of Session-End. */
struct log_transaction {
	bool is_session;
	int64_t dpkg_runs; /* of the session; −1 if unknown */
	struct log_time start;
	struct log_time end;
	const char *command_line;    /* NULL if unknown, like the next three */
	const char *requester;       /* "jane (1000)" */
	const char *key;             /* "93-433909", of a session "93-433909-1" */
	const char *switched_off_by; /* what left out all hooks, a word; or NULL */
	const char *result;          /* "ok", "failed", "aborted", "unknown" */
	const char *not_reached; /* "Post-Invoke", although dpkg had finished; or NULL */
	struct log_run *runs;
	size_t count;
	size_t capacity;
	bool is_whole; /* no part of its stanza is missing or damaged */
};

/* The lines that were not understood. */
struct log_faults {
	size_t lines;
	size_t first; /* the number of the first of them, from 1 */
};

/*
 * A longer line is not understood. That of a command is as long as Linux allows, unless the
 * stack is larger than usual; others have a path and a match.
 */
#define LOG_COMMAND_LINE_MAX ((size_t)4 << 20)
#define LOG_LINE_MAX ((size_t)64 << 10)

/* How a stanza begins. */
#define LOG_START "Start-Date: "
/* A line of every session. */
#define LOG_SESSION "Session: "

/* Empty when zero-initialised. */
struct log_parser {
	struct log_faults faults;
	size_t line;
	/* The rest is for log_parser.c. */
	struct slice rest; /* what has not been parsed */
	struct log_transaction
		stanzas[2]; /* one is read while the caller has the other */
	size_t current;
	bool is_current_begun; /* and has not been returned */
	bool is_other_begun;
	bool is_open;    /* the current stanza has not ended */
	int last_field;  /* the last one of it that was read */
	bool is_damaged; /* one of its lines was not understood */
};

/*
 * Continues with this text, which may hold anything: only lines that log_writer.c can have
 * written count. A stanza does not extend into the next text. The parser changes the text,
 * also the byte behind it if it does not end with a newline; stanzas point into it.
 */
void log_parser_set(struct log_parser *parser, struct slice text);
/*
 * The next transaction, for the caller to change, until the next call; NULL at the end of
 * the text.
 */
struct log_transaction *log_parser_next(struct log_parser *parser);
/* Frees all; the parser can begin with another log. */
void log_parser_done(struct log_parser *parser);

/* "exit", "not-started". */
const char *log_outcome_name(enum log_outcome outcome);

/*
 * The script that has started and not ended yet, by the lines that log_writer.h keeps in
 * LOG_RUNS; the caller frees it. NULL if there is none.
 */
char *log_running_script(struct slice lines);

#endif
