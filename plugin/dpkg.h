/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dpkg's database, read with dpkg-query(1). It is found next to status_file, which is apt's
 * Dir::State::status; if that is NULL or not called "status", dpkg's default is used.
 */
#ifndef DPKG_H
#define DPKG_H

#include "base.h"
#include "universal_hooks.h"

/*
 * Identifies a state of the database: whenever dpkg runs, it writes a new status file, and
 * so the stamp changes. The caller frees it; NULL with errno (ENOENT: no such file).
 */
char *dpkg_stamp(const char *status_file);

/*
 * Whether dpkg uses the database of status_file: the one in admin_dir (from its options),
 * or if that is NULL, the one of its environment (dpkg(1): DPKG_ADMINDIR, DPKG_ROOT). True
 * without a status_file.
 */
bool dpkg_is_own(const char *status_file, const char *admin_dir);

/*
 * Queries packages: answer gets tab-separated lines of name, architecture, status and
 * version (dpkg-query(1): Package, Architecture, db:Status-Status, Version). names ends
 * with NULL; an empty list queries all packages. Unknown names are no error. Returns 0;
 * −errno if dpkg-query could not be started or its answer not be read; −EPROTO with
 * ret_ending if it failed. −ENOTSUP if a file of the database is no regular file.
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
/* Returns like dpkg_query(). In any case, the caller calls conffile_list_done(). */
int dpkg_list_conffiles(const char *status_file, struct conffile_list *ret_conffiles);
void conffile_list_done(struct conffile_list *list);

/*
 * Waits until nobody holds the lock of the database; whether somebody did. Watches the
 * holder, as taking the lock even for a moment could make the next dpkg fail.
 */
bool dpkg_wait_for_end(const char *status_file);

/* Whether a package with this status is configured; triggers may still be pending. */
bool dpkg_is_installed(struct slice status);

/* Whether package (NAME or NAME:ARCHITECTURE) is installed, given dpkg_query()'s answer. */
bool dpkg_has_installed(struct slice answer, const char *package);

/* The index of the first that is not installed, or count; −errno like dpkg_query(). */
ssize_t dpkg_first_missing(
	const char *status_file, const char *const *packages, size_t count);

#endif
