/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: what ran in a transaction, as one deb822 stanza in /var/log/apt/universal-
 * hooks.log (apt-universal-hooks.conf(5)). The calls of the helper for one transaction
 * add their lines to a file in the state directory; the last one writes them all.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include "plan.h"
#include "state_dir.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero-initialised is empty. */
struct history {
	struct buffer lines; /* one a run */
};

/*
 * A text as it stands in the log: a field's value has no line end (deb822(5)), and other
 * control characters neither; they are \ooo.
 */
void history_add_clean(struct buffer *buffer, const char *text);

/* Adds a line when the event tells of a run, or of one that was to be and was not. */
void history_note(struct history *history, enum uh_hook_point hook_point,
	const struct uh_event *event);
void history_done(struct history *history);

#define HISTORY_FILE "/var/log/apt/universal-hooks.log"
/* The suffix of the file in the state directory. */
#define HISTORY_RUNS "runs"

/*
 * Keeps the lines for the transaction's later calls, and the first call's command_line
 * (or NULL) for whoever writes the stanza and knows no better. 0 or −errno.
 */
int history_keep(struct history *history, const struct state_dir *state, const char *key,
	const char *command_line);

/* Whether a script has run in an earlier call, not just been skipped. */
bool history_has_run(const struct state_dir *state, const char *key);

/*
 * Appends the stanza of the transaction to the log below root: what was kept and what
 * history has; nothing when there was no run. command_line, unless NULL, takes the place
 * of the one that was kept: apt tells it only after the first call, and not always as
 * /proc does. result is a word, or NULL for unknown. Whole or not at all. 0 or −errno.
 */
int history_write(struct history *history, const struct state_dir *state, const char *key,
	const char *root, const char *command_line, const char *result);

#ifdef __cplusplus
}
#endif

#endif
