/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the packages are installed that the setting Requires names. */
#ifndef REQUIREMENT_H
#define REQUIREMENT_H

#include "dependency.h"
#include "dpkg.h"
#include "versions.h"

/* A package that is installed, or what it provides. Points into the answer. */
struct provided {
	struct slice name;
	struct slice architecture; /* of the package */
	struct slice version;      /* empty: none in particular */
};

/*
 * The installed packages, and what they provide, for any number of questions. Empty when
 * zero-initialised; then nothing is installed.
 */
struct installed {
	struct buffer answer;   /* of dpkg_query_provides() about all packages */
	struct provided *items; /* sorted by name */
	size_t count;
	size_t capacity;
	struct slice native;      /* the architecture of the package dpkg */
	struct versions versions; /* that installed_expect() has found */
	char *stamp;              /* of the database that was read; NULL: ask again */
	struct uh_ending ending;  /* of dpkg-query, when it was last asked */
};

/*
 * Asks dpkg once about all packages, since that takes hardly longer than asking about one;
 * or not at all if the database is still the one that was read before. Returns 0; −errno
 * like dpkg_query(), with ending, and then nothing is installed. installed_done() in any
 * case.
 */
int installed_read(struct installed *installed, const char *status_file);
/* Fills the rest from answer, which the caller has filled. 0 or −ENOMEM. */
int installed_index(struct installed *installed);
void installed_done(struct installed *installed);
#define owns_installed __attribute__((cleanup(installed_done)))

/*
 * Notes the versions that these lists (dependency.h) are going to ask about, so that
 * versions_compare() can compare them at once. 0 or −ENOMEM.
 */
int installed_expect(struct installed *installed, const char *const *lists, size_t count);

/*
 * 1 if a package satisfies the dependency, which may have alternatives: it is installed,
 * and it has or provides the name and the version, as for Depends. Hooks have no
 * architecture, so without one, or with "any", any will do. Packages of architecture "all"
 * count as native. Otherwise 0; or −errno if dpkg did not compare a version that matters.
 */
int installed_satisfies(const struct installed *installed, struct slice dependency);

/*
 * The first dependency in lists (dependency.h) that is not satisfied. It points into them;
 * its data is NULL if all are satisfied. Returns 0; or −errno likewise, with the one that
 * it is unknown of.
 */
int installed_find_missing(const struct installed *installed, const char *const *lists,
	size_t count, struct slice *ret_missing);

#endif
