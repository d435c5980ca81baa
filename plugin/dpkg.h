/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dpkg's database, read with dpkg-query(1). It is in the directory of status_file, which
 * is apt's Dir::State::status, or in dpkg's default if that is NULL or not called
 * "status".
 */
#ifndef DPKG_H
#define DPKG_H

#include "base.h"
#include "universal_hooks.h"

/*
 * Identifies a version of the database: whenever dpkg runs, it writes a new status file,
 * which changes the stamp. The caller frees it; NULL with errno set (ENOENT: no such
 * file).
 */
char *dpkg_stamp(const char *status_file);

/*
 * Whether the database of status_file is dpkg's own: the one in admin_dir (from its
 * options) or, if that is NULL, the one from its environment (dpkg(1): DPKG_ADMINDIR,
 * DPKG_ROOT). True if status_file is NULL.
 */
bool dpkg_is_own(const char *status_file, const char *admin_dir);

/*
 * Queries packages: answer gets tab-separated lines of name, architecture, status and
 * version (dpkg-query(1): Package, Architecture, db:Status-Status, Version). names ends
 * with NULL; an empty list queries all packages. Unknown names are not an error. Returns
 * 0; −errno if dpkg-query could not be started or its answer could not be read; −EPROTO
 * with ret_ending if it failed; −ENOTSUP if a file of the database is not a regular file.
 */
int dpkg_query(const char *status_file, const char *const *names, struct buffer *answer,
	struct uh_ending *ret_ending);

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

/* Whether a package with this status is configured; triggers may still be pending. */
bool dpkg_is_installed(struct slice status);

/* Whether package (NAME or NAME:ARCHITECTURE) is installed, given dpkg_query()'s answer. */
bool dpkg_has_installed(struct slice answer, const char *package);

/*
 * The index of the first package that is not installed, or count; −errno like
 * dpkg_query().
 */
ssize_t dpkg_first_missing(
	const char *status_file, const char *const *packages, size_t count);

#endif
