/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Matches the name of a directory in multi_pkgs/ against whole package names.
 * __WILDCARD__ stands for any number of characters, everything else for itself. Names are
 * the lines of transaction_names(): one PCRE2 search over all of them costs less than a
 * call per name.
 */
#ifndef WILDCARD_H
#define WILDCARD_H

#include "base.h"

struct wildcard;

/*
 * Compiles a directory's name for names, which must outlive the result; the caller calls
 * wildcard_free(). What literal parts decide is not compiled. Matching takes linear time.
 * Returns 0, −ENOMEM, or −EINVAL if PCRE2 rejects the pattern.
 */
int wildcard_new(
	struct wildcard **ret_wildcard, const char *directory_name, struct slice names);

/* Returns 1 if any name matches, 0 if none does, −EIO if PCRE2 gives up. */
int wildcard_matches_any(const struct wildcard *wildcard);

/* Appends the names that match, one per line. Returns 0, −ENOMEM or −EIO. */
int wildcard_match(const struct wildcard *wildcard, struct buffer *matched);

void wildcard_free(struct wildcard *wildcard);

/*
 * The functions above, for a program that loads the shared library on demand. The number
 * in the symbol changes with their signatures. A struct wildcard begins with a pointer to
 * the functions to use with it.
 */
struct wildcard_functions {
	int (*create)(struct wildcard **, const char *, struct slice);
	int (*matches_any)(const struct wildcard *);
	int (*match)(const struct wildcard *, struct buffer *);
	void (*destroy)(struct wildcard *);
};
#define WILDCARD_FUNCTIONS_SYMBOL "uh_wildcard_functions_1"

#endif
