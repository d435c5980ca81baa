/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of packages that apt knows, to hold the tree's directories against. */
#ifndef PACKAGE_NAMES_H
#define PACKAGE_NAMES_H

#include "base.h"

/* Zero-initialised is empty. */
struct package_names {
	struct string_list plain;     /* ascending, each once */
	struct string_list qualified; /* NAME:ARCHITECTURE, likewise */
	struct buffer text;           /* the names as wildcard.h wants them */
	struct buffer qualified_text;
	bool has_lists; /* also packages that are not installed */
};

/*
 * Reads what apt_packages() has answered for all packages. names is overwritten and must
 * be given to package_names_done(), also after an error. 0 or −ENOMEM.
 */
int package_names_parse(struct package_names *names, struct slice lines);
void package_names_done(struct package_names *names);

/* Whether a directory of pkgs/ has the name of a package. */
bool package_names_has(const struct package_names *names, const char *directory_name);
/* Whether a directory of multi_pkgs/ matches any: 1, 0, or −errno as wildcard_new(). */
int package_names_matches(const struct package_names *names, const char *directory_name);
/* The nearest name, NULL when none is near; names owns it. */
const char *package_names_nearest(
	const struct package_names *names, const char *directory_name);

#endif
