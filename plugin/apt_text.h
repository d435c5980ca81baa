/* SPDX-License-Identifier: BSD-2-Clause */
/* How apt writes its configuration: percent-encoding, keys, booleans. */
#ifndef APT_TEXT_H
#define APT_TEXT_H

#include "base.h"

/*
 * apt encodes the bytes <= 0x20 and >= 0x7f and '%' of keys and values as %xx. A '%' that
 * two hexadecimal digits do not follow is decoded as itself. The caller owns the result,
 * which is NULL without memory.
 */
char *percent_decode(struct slice text);
/* Frees *string and puts the decoded text there. 0 or −ENOMEM. */
int percent_decode_to(char **string, struct slice text);
void percent_encode(struct buffer *buffer, const char *text);

/* Whether key is "SCOPE" or "SCOPE::…", case-insensitively. */
bool apt_is_in_scope(struct slice key, const char *scope);

/* libapt-pkg's StringToBool(): 1 for "yes", "true" and so on, 0 for "no"…, otherwise −1. */
int apt_boolean(struct slice text);

/* Whether "quiet" of apt's configuration has a value that leaves only errors. */
bool apt_is_quiet(struct slice value);

#endif
