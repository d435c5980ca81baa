/* SPDX-License-Identifier: BSD-2-Clause */
/* Which file of apt's configuration says what, and in which line of it. */
#ifndef ORIGINS_H
#define ORIGINS_H

#include "base.h"

struct origin {
	char *file;
	unsigned long line; /* 0: not known */
	char *key;
	char *value;
};

/* In the order in which apt reads them. Zero-initialised is empty. */
struct origins {
	struct origin *items;
	size_t count;
	size_t capacity;
};

/*
 * Reads what apt_origins() has answered; lines of another form are passed over. origins
 * is overwritten and must be given to origins_done(), also after an error. 0 or −ENOMEM.
 */
int origins_parse(struct origins *origins, struct slice lines);
void origins_done(struct origins *origins);

/*
 * The last place that sets key (in any case) to value, which is the one that counts; NULL
 * where there is none. Any value where value is NULL.
 */
const struct origin *origins_find(
	const struct origins *origins, const char *key, const char *value);

#endif
