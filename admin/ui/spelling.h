/* SPDX-License-Identifier: BSD-2-Clause */
/* What a misspelt word or file name probably means. */
#ifndef SPELLING_H
#define SPELLING_H

#include "nearest.h"
#include "universal_hooks.h"

/*
 * Whether word is a hook point's name, perhaps misspelt ("post-invoke", "PostInvok").
 * ret_is_certain: all letters are the same.
 */
bool hook_point_meant(
	const char *word, enum uh_hook_point *ret_hook_point, bool *ret_is_certain);

/* Whether words differ in nothing but case, hyphens, underscores and digits. */
bool has_same_letters(const char *a, const char *b);

/* The letters of word, in lower case; the caller frees them. */
char *letters_of(const char *word);

/*
 * Parses the exact name of a hook point. A status or −1 (admin.h); the error message names
 * the one that was probably meant.
 */
int hook_point_read(const char *word, enum uh_hook_point *ret_hook_point);

/*
 * The file that a leftover (hook_tree_is_leftover()) is a copy of: "a" for "a.dpkg-old",
 * "a~" and ".a.swp". The caller frees it; NULL if nothing would be left of the name.
 */
char *leftover_meant(const char *name);

/*
 * The name of a directory with __WILDCARD__ instead of "*" and misspelt forms of the
 * word ("_wildcard_"). The caller frees it; NULL if there are none.
 */
char *wildcard_meant(const char *name);

/*
 * The same, but always a name, with the characters of Debian packages around wildcards:
 * lower case, and "-" for "_". The caller frees it.
 */
char *package_name_meant(const char *name);
/* The name with "-dev" for "-devel" at its end; the caller frees it. NULL for others. */
char *dev_package_meant(const char *name);

#endif
