/* SPDX-License-Identifier: BSD-2-Clause */
/* What to type in order to go on without scripts that have stopped apt. */
#ifndef ADVICE_H
#define ADVICE_H

#include "command_line.h"

/*
 * A command for a shell, of one line; the caller frees it, NULL without memory. For apt,
 * apt-get and aptitude it is the frontend's own command line with an option for each of
 * the scripts, whose paths are relative to the hook tree. Other frontends take no options;
 * then, and if the command line is not known or cannot be shown, it is
 * "apt-universal-hooks disable". sudo_command is $SUDO_COMMAND of sudo(8), or NULL: whether
 * it was called with sudo.
 */
char *advice_command(const struct command_line *command_line,
	const struct string_list *scripts, const char *sudo_command);

#endif
