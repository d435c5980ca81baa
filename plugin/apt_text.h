/* SPDX-License-Identifier: BSD-2-Clause */
/* How apt writes its configuration: percent-encoding, keys, booleans. */
#ifndef APT_TEXT_H
#define APT_TEXT_H

#include "base.h"

/*
 * In keys and values, apt encodes the bytes up to 0x20, those from 0x7f, and '%' as %xx.
 * A '%' without two hexadecimal digits behind it stands for itself. The caller frees the
 * result, which is NULL when out of memory.
 */
char *percent_decode(struct slice text);
/* Frees *string and replaces it by the decoded text. 0 or −ENOMEM. */
int percent_decode_to(char **string, struct slice text);
void percent_encode(struct buffer *buffer, const char *text);

/* Whether key is "SCOPE" or "SCOPE::…", case-insensitively. */
bool apt_is_in_scope(struct slice key, const char *scope);

/* libapt-pkg's StringToBool(): 1 for "yes", "true" and so on, 0 for "no"…, otherwise −1. */
int apt_boolean(struct slice text);

/* Whether "quiet" of apt's configuration has a value that leaves only errors. */
bool apt_is_quiet(struct slice value);

#endif
