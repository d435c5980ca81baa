/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: a deb822 stanza for each transaction in /var/log/apt/universal-hooks.log
 * (apt-universal-hooks.conf(5)). Each call of the helper keeps its lines in a state file;
 * the call that closes the transaction writes the stanza.
 */
#ifndef LOG_WRITER_H
#define LOG_WRITER_H

#include "log_file.h"
#include "plan.h"

#define LOG_RUNS "runs" /* the suffix of the state file */
/* The end of a line of it when a script starts. */
#define LOG_STARTED "started"

/* What has switched all hooks off. Settings of single hooks may still enable these. */
enum log_switch {
	SWITCHED_ON,
	SWITCHED_OFF_BY_ENVIRONMENT,
	SWITCHED_OFF_BY_OPTION, /* on apt's command line */
	SWITCHED_OFF_BY_CONFIGURATION
};
/* "environment" and so on; NULL for SWITCHED_ON. */
const char *log_switch_name(enum log_switch by);

/* Zero-initialised is empty. */
struct log_writer {
	struct buffer lines; /* one for each script */
	int error;           /* why a line was lost; reported at the end of the call */
	bool is_of_session;  /* Session-End, after as many dpkg runs */
	size_t dpkg_runs;
	enum log_switch switched_off_by;
	bool is_not_reached; /* apt ended without Post-Invoke after dpkg had finished */
};

/* The end of a line if a copy of the script ran. */
#define LOG_OF_COPY " (from a copy)"

/* What every line of the log counts as; each is exactly one of these. */
enum log_class { LOG_OK, LOG_FAILED, LOG_SKIPPED };
#define LOG_CLASS_COUNT (LOG_SKIPPED + 1)

/* "ok" and so on. */
const char *log_class_name(enum log_class class);
/* LOG_FAILED or LOG_SKIPPED, for the word in "skipped (WORD)". */
enum log_class log_class_of_skip(const char *word);
/* False if the event is not the result of a script. */
bool log_class_of_event(const struct uh_event *event, enum log_class *ret_class);
/* The word in "skipped (WORD)" for a script that could not run; NULL for other events. */
const char *log_skip_word(enum uh_event_kind kind);
/* Appends how the script ended: "exit 3", "skipped (When)"; nothing for other events. */
void log_add_ended(struct buffer *text, const struct uh_event *event);

/*
 * Adds a line if the event is the start or the result of a script; a start is logged only
 * if no result follows. True if the lines should be kept at once, in case we are killed.
 */
bool log_writer_note(struct log_writer *writer, enum uh_hook_point hook_point,
	const struct uh_event *event);
void log_writer_done(struct log_writer *writer);

/*
 * Moves the lines to the state file. The first call also stores command_line (or NULL),
 * in case the closing call does not know it. Returns 0, or −errno and keeps all lines.
 */
int log_writer_keep(
	struct log_writer *writer, const struct state *state, const char *command_line);

/*
 * Whether a script has started; skipped ones do not count. Also true if that cannot be
 * read: a clean-up that finds nothing to do is better than none.
 */
bool log_writer_has_run(const struct state *state);

/*
 * Appends the transaction's stanza to the log below root, all or nothing: the lines of
 * earlier calls and of this one, if there are any. command_line, unless NULL, replaces
 * what the first call stored, which may be spelled differently from apt's own. result is
 * a word, or NULL for unknown. On a read-only file system the stanza is kept in the state
 * directory instead, for log_file_catch_up(). 0 or −errno.
 */
int log_writer_write(struct log_writer *writer, const struct state *state,
	const char *root, const char *command_line, const char *result);

#endif
