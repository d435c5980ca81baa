/* SPDX-License-Identifier: BSD-2-Clause */
/* Syntax of bash in a script for sh, which is dash on Debian. */
#ifndef BASHISMS_H
#define BASHISMS_H

#include "base.h"

struct bashism {
	const char *what;   /* "[[", "function", "array", "<<<" or "<(" */
	unsigned long line; /* from 1 */
};

/*
 * Finds the first in text, outside of quotes, comments and here-documents. False if there
 * is none, or when in doubt.
 */
bool bashism_find(struct bashism *ret_bashism, struct slice text);

#endif
