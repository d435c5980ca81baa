/* SPDX-License-Identifier: BSD-2-Clause */
/* Which packages own files, according to dpkg-query(1). */
#ifndef OWNER_H
#define OWNER_H

#include "admin.h"
#include "process.h"

struct owner {
	char *path;     /* as seen from the root */
	char *packages; /* one, or several that share the path: "a, b" */
};

/* Empty when zero-initialised. */
struct owner_list {
	struct owner *items;
	size_t count;
	size_t capacity;
};

/*
 * Looks the paths, as seen from the admin's root, up in the dpkg database of that root.
 * Paths without an owner are left out, as are all if dpkg-query fails.
 */
void owner_list_ask(struct owner_list *list, const struct admin *admin,
	const struct string_list *paths);

/*
 * The two halves of it: dpkg-query reads the lists of all packages, which takes as long as
 * a large log. Always call the second one.
 */
struct owner_search {
	struct capture capture;
	bool is_running;
};
void owner_search_start(struct owner_search *search, const struct admin *admin,
	const struct string_list *paths);
void owner_search_end(struct owner_search *search, struct owner_list *list);
/* Adds what the lines of dpkg-query --search say; other lines are ignored. */
void owner_list_add(struct owner_list *list, struct slice answer);
void owner_list_done(struct owner_list *list);

/* The packages that own path, or NULL. */
const char *owner_of(const struct owner_list *list, const char *path);

#endif
