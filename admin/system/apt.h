/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions to apt's library, through the bridge, and its configuration. The lines of the
 * answers are described in apt_bridge.h.
 */
#ifndef APT_H
#define APT_H

#include "admin.h"
#include "ui/terminal.h"

/*
 * Each of these four appends the answer to lines. Returns 0, or −errno after printing
 * apt's messages or the reason. apt's warnings are printed as well, except those about
 * its configuration, which apt itself repeats often enough.
 */
int apt_configuration(const struct admin *admin, const char *scope, struct buffer *lines);
int apt_origins(const struct admin *admin, const char *scope, struct buffer *lines);
/*
 * What apt would do: program is "apt" or "apt-get", words are its arguments, terminated
 * by NULL. Shows apt's progress on a terminal, except with --json.
 */
int apt_transaction(const struct admin *admin, const char *program,
	const char *const *words, struct buffer *lines);
/* names is terminated by NULL; without names, all packages. */
int apt_packages(
	const struct admin *admin, const char *const *names, struct buffer *lines);

/* Standard output, in colour if terminal_may_have_colour() and APT::Color allow it. */
struct terminal apt_terminal(const struct admin *admin);

/*
 * Finds key, ignoring case, in an answer of apt_configuration(); the last value applies.
 * The caller frees the result; NULL if key is not set.
 */
char *configuration_value(struct slice lines, const char *key);

/*
 * The path of dpkg's status file, below the admin's root, from an answer for all of
 * "Dir". The caller frees it.
 */
char *configuration_status_file(const struct admin *admin, struct slice lines);

/* A setting, and the line of apt's configuration that sets it. */
struct origin {
	char *file;
	unsigned long line; /* 0: unknown */
	char *key;
	char *value;
};

/* In the order in which apt reads them. Zero-initialised is empty. */
struct origins {
	struct origin *items;
	size_t count;
	size_t capacity;
};

/* Parses an answer of apt_origins(), ignoring malformed lines. Returns 0. */
int origins_parse(struct origins *origins, struct slice lines);
void origins_done(struct origins *origins);

/*
 * The last line, which is the one that applies, that sets key, ignoring case, to value,
 * or to any value if that is NULL; NULL if there is none.
 */
const struct origin *origins_find(
	const struct origins *origins, const char *key, const char *value);

#endif
