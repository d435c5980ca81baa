/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the paths of packages are read: before dpkg, new ones in the archives and old ones
 * in dpkg's lists; after it, new ones in the lists and old ones in the record of the
 * transaction. What cannot be read is an event, and the rest is added.
 */
#ifndef PATH_SOURCES_H
#define PATH_SOURCES_H

#include "paths.h"
#include "universal_hooks.h"

struct path_reading {
	struct path_table *table;
	const struct path_globs *globs;
	const bool *is_wanted; /* for each package of the transaction; NULL: all */
	bool is_before_dpkg;   /* what is not installed yet has no list */
	uh_listener *listener;
	void *context;
};

/* Adds what dpkg has installed. 0 or −ENOMEM. */
int path_sources_add_installed(const struct path_reading *reading);
/* Adds what is in the archives that will be unpacked. 0 or −ENOMEM. */
int path_sources_add_archives(const struct path_reading *reading);
/* Adds what the transaction has noted. 0 or −ENOMEM. */
int path_sources_add_noted(const struct path_reading *reading);

/* Of the record, which also has the packages. */
#define NOTED_PATHS_MAX ((size_t)16 << 20)
/*
 * Notes all paths of the table in its transaction, except those of packages for which there
 * is no room: these are events. 0 or −ENOMEM.
 */
int path_sources_note(const struct path_reading *reading);

/*
 * Parses the answer to APT_CONTENTS (apt_bridge.h): calls on_archive with the number of
 * each archive, from 0, its lines, and an encoded message or an empty slice. Returns the
 * number of archives, or what on_archive returns if that is negative.
 */
typedef int path_sources_on_archive(
	void *context, size_t number, struct slice lines, struct slice message);
ssize_t path_sources_parse_contents(
	struct slice answer, path_sources_on_archive *on_archive, void *context);

#endif
