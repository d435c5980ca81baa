/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads apt-bridge.so in a child process, so that a crash does not affect the caller. */
#ifndef BRIDGE_H
#define BRIDGE_H

#include "apt_bridge.h"
#include "command_line.h"

/*
 * Appends the answer. Returns 0; −EPROTO if apt refuses; −ELIBACC if the bridge cannot be
 * loaded, for example during an upgrade of libapt-pkg; −EIO if it does not answer; or
 * another −errno. ret_message, which the caller frees, is apt's message ("E: …", or "W:
 * …", which may also come with 0) or the reason why the bridge cannot be loaded; or NULL.
 */
int bridge_ask(
	const struct apt_question *question, struct buffer *answer, char **ret_message);

/*
 * Asks for the settings of the scope Universal-Hooks, including those of command_line.
 * Returns like bridge_ask(), but −EIO if apt would refuse. ret_reason is what is wrong
 * with the bridge, or libapt-pkg's first message; with 0, it may be NULL.
 */
int bridge_settings(
	const struct command_line *command_line, struct buffer *lines, char **ret_reason);

/* Asks where those settings come from, as APT_ORIGINS describes it. Returns likewise. */
int bridge_origins(const struct command_line *command_line, struct buffer *lines);

/*
 * Asks what each file sets (APT_FILES). A file that no longer exists counts as
 * unreadable. Returns like bridge_ask().
 */
int bridge_files(
	const struct string_list *files, struct buffer *lines, char **ret_message);

/*
 * Asks about versions of packages (APT_FIELDS) below root, under the options of
 * command_line. Returns like bridge_ask(), with its ret_message.
 */
int bridge_fields(const struct command_line *command_line, const char *root,
	const char *const *words, struct buffer *lines, char **ret_message);

/* Asks for the order of versions (APT_VERSIONS). Returns like bridge_ask(). */
int bridge_versions(const struct string_list *pairs, struct buffer *lines);

/*
 * Parses what the child has written, which output has from start on: the answer, the
 * messages, and the size of the answer. Leaves the answer there, and sets ret_message if
 * there are messages. 0, or −EIO if the output is cut off, or −ENOMEM, and leaves nothing.
 */
int bridge_parse_output(struct buffer *output, size_t start, char **ret_message);

extern const char bridge_file[]; /* its path */

#endif
