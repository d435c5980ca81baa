/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dpkg's lists of the files of packages, and its diversions. They are read directly,
 * since dpkg-query(1) needs a process and reads the whole database for each package.
 */
#ifndef DPKG_LISTS_H
#define DPKG_LISTS_H

#include "paths.h"

struct dpkg_lists {
	int info; /* the directory of the lists, or −errno */
	struct diversions diversions;
};

/*
 * Opens the database of status_file (dpkg.h), or dpkg's own if that is NULL. Returns 0, or
 * −errno if there is none or the diversions cannot be read. Call dpkg_lists_done() in any
 * case.
 */
int dpkg_lists_open(struct dpkg_lists *lists, const char *status_file);
void dpkg_lists_done(struct dpkg_lists *lists);

/*
 * Replaces text by the paths of the package, one per line. native is the architecture of
 * this machine, or NULL. Returns 0, −ENOENT if dpkg has no list of it, or another −errno.
 */
int dpkg_lists_read(const struct dpkg_lists *lists, const struct package *package,
	const char *native, struct buffer *text);

/* Calls on_list with each package that has a list. 0 or −errno. */
int dpkg_lists_visit(const struct dpkg_lists *lists,
	int (*on_list)(void *context, const char *package, struct buffer *text),
	void *context);

#endif
