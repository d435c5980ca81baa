/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The paths of packages that globs of the setting Paths match. Paths are as dpkg lists
 * them: absolute, without a slash at the end.
 *
 * Where /bin is a symlink to usr/bin, /bin/x and /usr/bin/x are one: a glob matches if it
 * matches either, and the path is /usr/bin/x. The same goes for other such directories.
 */
#ifndef PATHS_H
#define PATHS_H

#include "settings.h"
#include "transaction.h"

/* Which directories of the root are symlinks into its /usr, one bit each. */
unsigned paths_merged(const char *root);

/*
 * dpkg's diversions (dpkg-divert(1)). The text is that of its file "diversions": three
 * lines for each, the path, where it is diverted to, and the package that keeps the path,
 * or ":". Empty when zero-initialised.
 */
struct diversion {
	const char *path;
	const char *target;
	const char *package;
};
struct diversions {
	struct buffer text;
	struct diversion *items; /* sorted by path */
	size_t count;
	size_t capacity;
};
/* Empties text. Ignores an entry that is cut off. 0 or −ENOMEM. */
int diversions_parse(struct diversions *diversions, struct buffer *text);
/* Where the file really is that package has at path: path itself if it is not diverted. */
const char *diversions_find(
	const struct diversions *diversions, const char *path, const char *package);
void diversions_done(struct diversions *diversions);

/* Globs that have been looked at; the strings belong to the settings. */
struct path_glob {
	const char *text;
	size_t literal_size; /* before the first special character */
	const char *suffix;  /* what follows the only special character, a "*"; or NULL */
	size_t suffix_size;
};
struct path_globs {
	struct path_glob *items; /* sorted by text */
	size_t count;
	size_t capacity;
};
/* Adds those that are not there yet, best all at once: it sorts. 0 or −ENOMEM. */
int path_globs_add(struct path_globs *globs, const struct setting_items *items);
/* Adds those of all settings. 0 or −ENOMEM. */
int path_globs_add_all(struct path_globs *globs, const struct settings *settings);
/* Whether there would be any. */
bool settings_ask_for_paths(const struct settings *settings);
/* The index of the glob with this text; count if there is none. */
size_t path_globs_find(const struct path_globs *globs, const char *text);
void path_globs_done(struct path_globs *globs);

struct package_paths {
	struct buffer paths; /* each ends with a NUL */
	bool is_incomplete;  /* others may match as well */
};
/*
 * The paths of the packages of a transaction, in the same order. When zero-initialised, no
 * path is known.
 */
struct path_table {
	struct transaction *transaction;
	struct package_paths *items;
	unsigned merged;
};
/* The table refers to transaction. 0 or −ENOMEM; path_table_done() frees it. */
int path_table_init(
	struct path_table *table, struct transaction *transaction, unsigned merged);
void path_table_done(struct path_table *table);
/*
 * Adds the paths that globs match, of the package with this index. text has a path a line,
 * which this overwrites; other lines are ignored. diversions may be NULL. 0 or −ENOMEM.
 */
int path_table_add(struct path_table *table, size_t index, const struct path_globs *globs,
	const struct diversions *diversions, struct buffer *text);

/*
 * Sets the mark of each glob that matches a path of the package; text and diversions as
 * above. 0 or −ENOMEM.
 */
int path_globs_mark(const struct path_globs *globs, unsigned merged,
	const struct diversions *diversions, const char *package, struct buffer *text,
	bool *marks);

/*
 * Whether an item matches a path of the package, which is one of the transaction; or may
 * match one that is not known.
 */
bool path_table_may_match(const struct path_table *table, const struct package *package,
	const struct setting_items *items);
/* Adds the paths that an item matches. 0 or −ENOMEM. */
int path_table_matches(const struct path_table *table, const struct package *package,
	const struct setting_items *items, struct string_list *paths);

#endif
