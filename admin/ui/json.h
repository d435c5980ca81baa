/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON as the subcommands write it; jansson does the work. */
#ifndef JSON_H
#define JSON_H

#include "universal_hooks.h"

#include <jansson.h>

/*
 * A string, or null for NULL. JSON is UTF-8: what a name has of other bytes, and control
 * characters, are \ooo in it, as on a terminal. NULL without memory, which jansson's
 * functions that take it over pass on.
 */
json_t *json_text(const char *text);
/* Like json_text(), null for "-", apt's word for none. */
json_t *json_version(const char *version);

/*
 * Writes value, which it takes over, to standard output and returns the status to end
 * with; NULL is no memory, and that is said.
 */
int json_print(json_t *value);

#endif
