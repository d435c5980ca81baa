/* SPDX-License-Identifier: BSD-2-Clause */
/* What of a name that anybody may have made up can be shown as it is. */
#ifndef PRINTABLE_H
#define PRINTABLE_H

#include <stddef.h>

/*
 * How many bytes the character at at has; 0 when it is better written as \ooo: a control
 * character, which a terminal could take for a command, or no well-formed UTF-8.
 */
size_t printable_size(const char *at);

#endif
