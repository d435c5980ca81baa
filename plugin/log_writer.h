/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: what ran in a transaction, as one deb822 stanza in /var/log/apt/universal-
 * hooks.log (apt-universal-hooks.conf(5)). The calls of the helper for one transaction
 * add their lines to a file in the state directory; the last one writes them all.
 */
#ifndef LOG_WRITER_H
#define LOG_WRITER_H

#include "plan.h"
#include "state_dir.h"

/* Zero-initialised is empty. */
struct log_writer {
	struct buffer lines; /* one a run */
};

/*
 * A text as it stands in the log: a field's value has no line end (deb822(5)), and other
 * control characters neither; they are \ooo.
 */
void log_add_clean(struct buffer *buffer, const char *text);

/* Adds a line when the event tells of a run, or of one that was to be and was not. */
void log_writer_note(struct log_writer *writer, enum uh_hook_point hook_point,
	const struct uh_event *event);
void log_writer_done(struct log_writer *writer);

#define LOG_FILE "/var/log/apt/universal-hooks.log"
/* The suffix of the file in the state directory. */
#define LOG_RUNS "runs"

/*
 * Keeps the lines for the transaction's later calls, and the first call's command_line
 * (or NULL) for whoever writes the stanza and knows no better. 0 or −errno.
 */
int log_writer_keep(struct log_writer *writer, const struct state_dir *state,
	const char *key, const char *command_line);

/* Whether a script has run in an earlier call, not just been skipped. */
bool log_writer_has_run(const struct state_dir *state, const char *key);

/*
 * Appends the stanza of the transaction to the log below root: what was kept and what
 * writer has; nothing when there was no run. command_line, unless NULL, takes the place
 * of the one that was kept: apt tells it only after the first call, and not always as
 * /proc does. result is a word, or NULL for unknown. Whole or not at all. 0 or −errno.
 */
int log_writer_write(struct log_writer *writer, const struct state_dir *state,
	const char *key, const char *root, const char *command_line, const char *result);

#endif
