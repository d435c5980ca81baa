/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to apt's library. apt_bridge.h describes the lines of the answers. */
#ifndef APT_H
#define APT_H

#include "admin.h"
#include "origins.h"
#include "ui/terminal.h"

/*
 * These append the answer to lines. They return 0, or −errno after printing apt's
 * messages or the reason. apt's warnings about package lists are printed as well.
 */
/* The configuration at and below scope, or all of it if that is NULL. */
int apt_configuration(const struct admin *admin, const char *scope, struct buffer *lines);
/*
 * What apt or apt-get (program) would do with the arguments words, which end with NULL.
 * Shows apt's progress on a terminal, except with --json.
 */
int apt_transaction(const struct admin *admin, const char *program,
	const char *const *words, struct buffer *lines);
/*
 * The packages of these names, which end with NULL; all packages if there are none. The
 * lines are sorted for lines_find(). apt opens its cache each time, so ask once for all.
 */
int apt_packages(
	const struct admin *admin, const char *const *names, struct buffer *lines);

/*
 * For each of words, a line about the version of a package (APT_FIELDS), under the options
 * in command_line, an apt's in one line, or NULL. Returns 0, or −errno after a warning.
 */
int apt_fields(const struct admin *admin, const char *command_line,
	const char *const *words, struct buffer *lines);

/* Standard output, in colour if terminal_may_have_colour() and APT::Color allow it. */
struct terminal apt_terminal(const struct admin *admin);

/*
 * Finds key, ignoring case, in an answer of apt_configuration(); the last value applies.
 * The caller frees the result; NULL if key is not set.
 */
char *configuration_value(struct slice lines, const char *key);

/* The path of dpkg's status file, from the configuration of "Dir". The caller frees it. */
char *configuration_status_file(const struct admin *admin, struct slice lines);
/* Says that dpkg-query cannot read it: error as in dpkg_query(). STATUS_TROUBLE. */
int report_unreadable_database(const char *status_file, int error);

/*
 * Like apt_configuration(), and asks apt as well which lines set the keys below scope, and
 * which lines clear one of keys (NULL: none; the last is NULL): these have an empty value.
 * origins is overwritten and, even on failure, for origins_done().
 */
int origins_ask(struct origins *origins, const struct admin *admin, const char *scope,
	const char *const *keys, struct buffer *lines);
/*
 * The same, but if apt refuses its configuration (−EPROTO), there may still be origins.
 * apt's messages, and warnings, are not printed but in ret_messages, lines with "E: " or
 * "W: ", or NULL. The caller frees them.
 */
int origins_try(struct origins *origins, const struct admin *admin, const char *scope,
	const char *const *keys, struct buffer *lines, char **ret_messages);

#endif
