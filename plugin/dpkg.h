/* SPDX-License-Identifier: BSD-2-Clause */
/* dpkg's own database, through dpkg-query(1). */
#ifndef DPKG_H
#define DPKG_H

#include "base.h"
#include "universal_hooks.h"

/*
 * What tells one state of the database from another: dpkg writes a new status file
 * whenever it ran, so the same stamp afterwards means that it did not. status_file is
 * apt's Dir::State::status or NULL. The stamp is the caller's; NULL with errno where it
 * cannot be had, ENOENT where there is no such file.
 */
char *dpkg_stamp(const char *status_file);

/*
 * Asks for packages: answer gets lines of name, architecture, status and version, tab-
 * separated (dpkg-query(1): Package, Architecture, db:Status-Status, Version). names ends
 * with NULL; without any, all packages are asked for. The database is the one beside
 * status_file, or dpkg's default. 0; −errno when dpkg-query was not started or its answer
 * could not be read; −EPROTO with ret_ending when it failed. Names that dpkg does not
 * know are no failure.
 */
int dpkg_query(const char *status_file, const char *const *names, struct buffer *answer,
	struct uh_ending *ret_ending);

/*
 * Waits until nobody holds the lock of the database, which is beside status_file. Only
 * looks at the lock and waits for its holder's end, since whoever takes it, even for a
 * moment, could be in the way of the next dpkg. Returns
 * whether there was something to wait for.
 */
bool dpkg_wait_for_end(const char *status_file);

/* Whether a status says that the package is configured; triggers may be still to run. */
bool dpkg_is_installed(struct slice status);

/*
 * Whether the package (NAME or NAME:ARCHITECTURE) is installed, according to an answer of
 * dpkg_query().
 */
bool dpkg_has_installed(struct slice answer, const char *package);

/*
 * The first of count packages (NAME or NAME:ARCHITECTURE) that is not installed, as an
 * index; count when all are. Where dpkg-query does not answer, −errno.
 */
ssize_t dpkg_first_missing(
	const char *status_file, const char *const *packages, size_t count);

#endif
