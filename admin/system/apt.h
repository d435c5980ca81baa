/* SPDX-License-Identifier: BSD-2-Clause */
/* What only apt knows, asked through the bridge (apt_bridge.h has the answers' form). */
#ifndef APT_H
#define APT_H

#include "admin.h"
#include "ui/terminal.h"

/*
 * Each appends apt's answer to lines. 0, or −errno when there is none: then apt's words,
 * or the reason, have been written to standard error. apt's warnings are written there in
 * any case, but for those that the configuration causes, since apt itself says them often
 * enough.
 */
int apt_configuration(const struct admin *admin, const char *scope, struct buffer *lines);
int apt_origins(const struct admin *admin, const char *scope, struct buffer *lines);
/*
 * What apt would do: program is "apt" or "apt-get", words (with NULL behind them) are its
 * arguments. Shows apt's progress on a terminal, but not before JSON.
 */
int apt_transaction(const struct admin *admin, const char *program,
	const char *const *words, struct buffer *lines);
/* names (with NULL behind them), or all packages when there are none. */
int apt_packages(
	const struct admin *admin, const char *const *names, struct buffer *lines);

/*
 * Standard output, in colour unless APT::Color forbids it for apt(8), which is asked only
 * where colour is possible.
 */
struct terminal apt_terminal(const struct admin *admin);

/*
 * The value of key (in any case) in lines of a configuration, the last if there are
 * several; decoded, the caller's, NULL where there is none.
 */
char *configuration_value(struct slice lines, const char *key);

/*
 * Where dpkg's database is, according to lines of apt's configuration that hold all of
 * "Dir"; below the admin's root. The caller's, NULL without memory.
 */
char *configuration_status_file(const struct admin *admin, struct slice lines);

/* An entry of apt's configuration, and the file and line that set it. */
struct origin {
	char *file;
	unsigned long line; /* 0: not known */
	char *key;
	char *value;
};

/* In the order in which apt reads them. Zero-initialised is empty. */
struct origins {
	struct origin *items;
	size_t count;
	size_t capacity;
};

/*
 * Reads what apt_origins() has answered; lines of another form are passed over. origins
 * is overwritten and must be given to origins_done(), also after an error. 0 or −ENOMEM.
 */
int origins_parse(struct origins *origins, struct slice lines);
void origins_done(struct origins *origins);

/*
 * The last place that sets key (in any case) to value, which is the one that counts; NULL
 * where there is none. Any value where value is NULL.
 */
const struct origin *origins_find(
	const struct origins *origins, const char *key, const char *value);

#endif
