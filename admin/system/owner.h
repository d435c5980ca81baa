/* SPDX-License-Identifier: BSD-2-Clause */
/* Which package a file came with, as dpkg -S says it. */
#ifndef OWNER_H
#define OWNER_H

#include "admin.h"

/* Of one path, or of several packages ("a, b") that share it. Strings are its own. */
struct owner {
	char *path; /* as seen from the root */
	char *packages;
};

/* Zero-initialised is empty. */
struct owner_list {
	struct owner *items;
	size_t count;
	size_t capacity;
};

/*
 * Asks dpkg's database below the admin's root for the paths, which are as seen from that
 * root. Paths of no package are not in the list; nor is any, where dpkg does not answer.
 * 0 or −ENOMEM; owner_list_done() in both cases.
 */
int owner_list_ask(struct owner_list *list, const struct admin *admin,
	const struct string_list *paths);
void owner_list_done(struct owner_list *list);

/* The packages of a path, NULL for none. */
const char *owner_of(const struct owner_list *list, const char *path);

#endif
