/* SPDX-License-Identifier: BSD-2-Clause */
/* How apt writes what it tells: the %-encoding of its configuration, and its booleans. */
#ifndef APT_TEXT_H
#define APT_TEXT_H

#include "base.h"

/*
 * How apt writes keys and values of its configuration into a stream (APT-HOOK-CONTRACT
 * §4): bytes <= 0x20, >= 0x7f and '%' as %xx. The decoded string is the caller's, NULL
 * without memory; a '%' that begins nothing stands for itself.
 */
char *percent_decode(struct slice text);
void percent_encode(struct buffer *buffer, const char *text);

/*
 * Whether a key is the scope itself or stands in it, in any case: "Scope",
 * "Scope::Key".
 */
bool apt_is_in_scope(struct slice key, const char *scope);

/*
 * libapt-pkg's StringToBool(): 1 for "true", "yes", …, 0 for "false", "no", …, else −1.
 */
int apt_boolean(struct slice text);

#endif
