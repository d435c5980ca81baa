/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name of a directory in multi_pkgs/, matched against package names. __WILDCARD__
 * stands for any characters or none, everything else for itself, and the whole name must
 * match.
 *
 * Names are matched as the text that transaction_names() makes of them: sorted lines. One
 * PCRE2 search runs over all of them, which costs less than a call a name.
 */
#ifndef WILDCARD_H
#define WILDCARD_H

#include "base.h"

struct wildcard;

/*
 * Prepares a directory's name for names, which must outlive it. *ret_wildcard is the
 * caller's, for wildcard_free(). PCRE2 gets only what the literal parts cannot tell, and
 * only the names that segments_narrow() leaves. Matching is linear in their length,
 * however many __WILDCARD__ there are. Returns 0, −ENOMEM, or −EINVAL where PCRE2 does
 * not take the pattern.
 */
int wildcard_new(
	struct wildcard **ret_wildcard, const char *directory_name, struct slice names);

/* Whether any of the names matches: 1, 0, or −EIO where PCRE2 gives up. */
int wildcard_matches_any(const struct wildcard *wildcard);

/* Appends the names that match, a line each, to matched; 0, −ENOMEM or −EIO. */
int wildcard_match(const struct wildcard *wildcard, struct buffer *matched);

void wildcard_free(struct wildcard *wildcard);

/*
 * The same for whoever loads the shared library to have them: by this symbol, whose
 * number changes with what they take and give. A struct wildcard begins with the address
 * of the functions that are for it.
 */
struct wildcard_functions {
	int (*create)(struct wildcard **, const char *, struct slice);
	int (*matches_any)(const struct wildcard *);
	int (*match)(const struct wildcard *, struct buffer *);
	void (*destroy)(struct wildcard *);
};
#define WILDCARD_FUNCTIONS_SYMBOL "uh_wildcard_functions_1"

#endif
