/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of packages that apt knows, to hold the tree's directories against. */
#ifndef KNOWN_H
#define KNOWN_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero-initialised is empty. */
struct known {
	struct string_list names;     /* ascending, each once */
	struct string_list qualified; /* NAME:ARCHITECTURE, likewise */
	struct buffer text;           /* the names as wildcard.h wants them */
	struct buffer qualified_text;
	bool has_lists; /* also packages that are not installed */
};

/*
 * Reads what apt_packages() has answered for all packages. known is overwritten and must
 * be given to known_done(), also after an error. 0 or −ENOMEM.
 */
int known_parse(struct known *known, struct slice lines);
void known_done(struct known *known);

/* Whether a directory of pkgs/ has the name of a package. */
bool known_has(const struct known *known, const char *directory_name);
/* Whether a directory of multi_pkgs/ matches any: 1, 0, or −errno as wildcard_new(). */
int known_matches(const struct known *known, const char *directory_name);
/* The nearest name, which is the known's; NULL when none is near. */
const char *known_nearest(const struct known *known, const char *directory_name);

#ifdef __cplusplus
}
#endif

#endif
