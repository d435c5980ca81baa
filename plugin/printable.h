/* SPDX-License-Identifier: BSD-2-Clause */
/* Which characters of an untrusted name are safe to print. */
#ifndef PRINTABLE_H
#define PRINTABLE_H

#include <stddef.h>

/*
 * The size of the first character of at in bytes, or 0 if it must be escaped: a control
 * character, which the terminal could obey; a character that reverses or hides others or
 * starts a new line, so that a name could look like another; malformed UTF-8.
 */
size_t printable_size(const char *at);

#endif
