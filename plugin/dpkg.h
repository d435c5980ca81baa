/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dpkg's database, read with dpkg-query(1). It is in the directory of status_file, which
 * is apt's Dir::State::status, or in dpkg's default if that is NULL or not called
 * "status".
 */
#ifndef DPKG_H
#define DPKG_H

#include "relation.h"
#include "universal_hooks.h"

#include <time.h>

/*
 * Identifies a version of the database: whenever dpkg runs, it writes a new status file,
 * which changes the stamp. The caller frees it; NULL with errno set (ENOENT: no such
 * file).
 */
char *dpkg_stamp(const char *status_file);

/*
 * The same, also of the changes that dpkg has not merged into the status file: a dpkg that
 * was killed, or is running, leaves them in "updates".
 */
char *dpkg_database_stamp(const char *status_file);

/*
 * Whether the database of status_file is dpkg's own: the one in admin_dir (from its
 * options) or, if that is NULL, the one from its environment (dpkg(1): DPKG_ADMINDIR,
 * DPKG_ROOT). True if status_file is NULL.
 */
bool dpkg_is_own(const char *status_file, const char *admin_dir);

/*
 * The directory of the database of status_file, or of dpkg's own. The caller frees it; NULL
 * when out of memory.
 */
char *dpkg_admin_dir(const char *status_file);

/*
 * Queries packages: answer gets tab-separated lines of name, architecture, status and
 * version (dpkg-query(1): Package, Architecture, db:Status-Status, Version). names ends
 * with NULL; an empty list queries all packages. Unknown names are not an error. Returns
 * 0; −errno if dpkg-query could not be started or its answer could not be read; −EPROTO
 * with ret_ending if it failed; −ENOTSUP if a file of the database is not a regular file.
 */
int dpkg_query(const char *status_file, const char *const *names, struct buffer *answer,
	struct uh_ending *ret_ending);

/*
 * The same for all packages of dpkg's own database, with what is wanted of each: lines of
 * name, architecture, want, status and version (db:Status-Want, as in "dpkg
 * --get-selections").
 */
int dpkg_query_states(struct buffer *answer, struct uh_ending *ret_ending);

/*
 * Whether dpkg, which has called us, works on this system's own database and files. It
 * exports which, whatever its options are (DPKG_ROOT, DPKG_ADMINDIR).
 */
bool dpkg_is_on_this_system(void);

/*
 * Adds the packages that dpkg has unpacked since that time, sorted: NAME, or
 * NAME:ARCHITECTURE of those that are Multi-Arch: same. dpkg writes a list of checksums
 * for each package that it unpacks, and only then. 0 or −errno.
 */
int dpkg_list_unpacked(const struct timespec *since, struct string_list *names);

/* Appends the paths of a package's files, one per line. Returns like dpkg_query(). */
int dpkg_list_files(const char *status_file, const char *package, struct buffer *paths);

/* A configuration file that dpkg tracks. */
struct conffile {
	char *path;
	char *package;
	bool is_removed;  /* its package is removed, but not purged */
	bool is_obsolete; /* its package no longer ships it */
};
struct conffile_list {
	struct conffile *items;
	size_t count;
	size_t capacity;
};
/* Returns like dpkg_query(). Call conffile_list_done() in any case. */
int dpkg_list_conffiles(const char *status_file, struct conffile_list *ret_conffiles);
void conffile_list_done(struct conffile_list *list);

/*
 * Waits until nobody holds the lock of the database. Returns whether somebody did.
 * Watches the holder, since taking the lock even for a moment could make the next dpkg
 * fail.
 */
bool dpkg_wait_for_end(const char *status_file);

/*
 * 1 if a version is earlier than another, says dpkg(1), else 0; −errno if it could not be
 * started, −EIO if it does not answer.
 */
int dpkg_is_less(const char *version, const char *other);
/*
 * 1 if the version has the relation, likewise. Without a comparator, any version has; the
 * same one has those with "=", and no others, without asking.
 */
int dpkg_relation_holds(const struct relation *relation, const char *version);

/* The path of a file in dpkg's own database, which the caller frees; or NULL. */
char *dpkg_path(const char *name);
/*
 * The process that holds a lock on the file (fcntl(2)), or 0: also if anybody else than
 * root and ourselves holds it.
 */
pid_t dpkg_lock_holder(const char *path);

/* Whether a package with this status is configured; triggers may still be pending. */
bool dpkg_is_installed(struct slice status);

/* Like dpkg_query(), with a fifth field (dpkg-query(1): Provides). */
int dpkg_query_provides(const char *status_file, const char *const *names,
	struct buffer *answer, struct uh_ending *ret_ending);

#endif
