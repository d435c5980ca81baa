/* SPDX-License-Identifier: BSD-2-Clause */
/* Which characters of an untrusted name are safe to print. */
#ifndef PRINTABLE_H
#define PRINTABLE_H

#include <stddef.h>

/*
 * The number of bytes of the first character of at; 0 when it must be escaped: a control
 * character, which a terminal could obey, one that reverses or hides others or begins a
 * line, so that the name could look like another, or malformed UTF-8.
 */
size_t printable_size(const char *at);

#endif
