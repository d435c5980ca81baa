/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads apt-bridge.so in a child process, whose crash does not affect the caller. */
#ifndef BRIDGE_H
#define BRIDGE_H

#include "apt_bridge.h"
#include "command_line.h"

/*
 * Appends the answer. Returns 0; −EPROTO if apt refuses; −ELIBACC if the bridge cannot be
 * loaded, as during an upgrade of libapt-pkg; −EIO if it does not answer; or another
 * −errno. ret_message, which the caller frees, is what apt says ("E: …"; "W: …" also with
 * 0), or why the bridge cannot be loaded; NULL for nothing.
 */
int bridge_ask(
	const struct apt_question *question, struct buffer *answer, char **ret_message);

/*
 * Asks for the settings of the scope Universal-Hooks, including those of command_line.
 * Returns like bridge_ask(), but −EIO if apt would refuse. ret_reason says what is wrong
 * with the bridge, or is libapt-pkg's first message; with 0, it may be NULL.
 */
int bridge_settings(
	const struct command_line *command_line, struct buffer *lines, char **ret_reason);

/*
 * Asks what each file sets, as APT_FILES describes it; a file that is gone is one that
 * cannot be read. Returns like bridge_ask().
 */
int bridge_files(
	const struct string_list *files, struct buffer *lines, char **ret_message);

extern const char bridge_file[]; /* its path */

#endif
