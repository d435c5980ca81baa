/* SPDX-License-Identifier: BSD-2-Clause */
/* What a shell script has that does not work: syntax of bash for dash, calls of apt. */
#ifndef BASHISMS_H
#define BASHISMS_H

#include "base.h"

struct bashism {
	const char *what;   /* "[[", "function", "array", "<<<" or "<("; or a command */
	unsigned long line; /* from 1 */
};

/*
 * Finds the first in text, outside of quotes, comments and here-documents. False if there
 * is none, or when in doubt.
 */
bool bashism_find(struct bashism *ret_bashism, struct slice text);

/*
 * Finds the first command outside of quotes, comments and here-documents that needs the
 * lock of dpkg's frontends: what is "apt-get", "apt", "aptitude", "dpkg" or
 * "unattended-upgrade". False if there is none, and in doubt.
 */
bool lock_call_find(struct bashism *ret_call, struct slice text);

#endif
