/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands for a shell that can be copied and run, whatever the names in them are. */
#ifndef FIX_H
#define FIX_H

#include "base.h"

/*
 * Appends a command of these words (with NULL behind them) to the text, behind " && " if
 * there is one already. It is one printable line: words that hold control characters, or
 * what is no UTF-8, go by way of printf(1) and xargs(1).
 */
void fix_add(struct buffer *command, const char *const *words);

#endif
