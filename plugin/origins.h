/* SPDX-License-Identifier: BSD-2-Clause */
/* Which lines of apt's configuration files set what: parses the answer of APT_ORIGINS. */
#ifndef ORIGINS_H
#define ORIGINS_H

#include "base.h"

/* A setting, and the line of apt's configuration that sets it. */
struct origin {
	char *file;
	unsigned long line; /* 0: unknown */
	char *key;
	char *value;
};

/* In the order in which apt reads them. Zero-initialised is empty. */
struct origins {
	struct origin *items;
	size_t count;
	size_t capacity;
	const struct origin **sorted; /* by key, then by value */
};

/*
 * Parses an answer (apt_bridge.h), ignoring malformed lines. Overwrites origins; call
 * origins_done() in any case. 0 or −ENOMEM.
 */
int origins_parse(struct origins *origins, struct slice lines);
void origins_done(struct origins *origins);
#define owns_origins __attribute__((cleanup(origins_done)))

/*
 * The line that applies: the last one that sets key, ignoring case, to value (NULL: to
 * anything). NULL if there is none.
 */
const struct origin *origins_find(
	const struct origins *origins, const char *key, const char *value);
/* The line that clears key after a line has set it; NULL if there is none. */
const struct origin *origins_find_clearing(
	const struct origins *origins, const char *key);

#endif
