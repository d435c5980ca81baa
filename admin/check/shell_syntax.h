/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a shell can parse a script. */
#ifndef SHELL_SYNTAX_H
#define SHELL_SYNTAX_H

#include "base.h"

struct syntax_error {
	unsigned long line;
	char *message; /* the shell's own: "Syntax error: end of file unexpected" */
};

/*
 * Lets the shell, which is sh, dash or bash at a full path, parse the script at path (sh -n
 * in dash(1) and bash(1)); nothing of the script is executed. False if there is no error,
 * or no answer in some seconds. The caller frees the message.
 */
bool syntax_error_find(
	struct syntax_error *ret_error, const char *shell, const char *path);

/* Reads "PATH: 3: MESSAGE" of dash or "PATH: line 3: MESSAGE" of bash; likewise. */
bool syntax_error_parse(
	struct syntax_error *ret_error, struct slice answer, const char *path);

#endif
