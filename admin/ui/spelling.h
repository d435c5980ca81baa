/* SPDX-License-Identifier: BSD-2-Clause */
/* What somebody meant who gave something in the tree a name that says nothing there. */
#ifndef SPELLING_H
#define SPELLING_H

#include "universal_hooks.h"

/*
 * How many letters have to be changed, put in, left out or swapped with their neighbour
 * to make b of a, upper and lower case being the same; limit where it is that many or
 * more. Words of more than 255 bytes are as far apart as can be.
 */
size_t word_distance(const char *a, const char *b, size_t limit);

/* The search for one word among many. */
struct nearest {
	const char *wanted;
	const char *word; /* the nearest so far, NULL for none that is near enough */
	size_t distance;
};

/* Near enough is a third of the word's length, and never less than one letter. */
struct nearest nearest_to(const char *wanted);
/* Of words that are equally near the first counts. word is the caller's. */
void nearest_try(struct nearest *nearest, const char *word);

/*
 * Whether a word is a hook point's name, right or misspelt ("post-invoke", "PostInvok").
 */
bool hook_point_meant(const char *word, enum uh_hook_point *ret_hook_point);

/* Its letters only, and small; the caller's, NULL without memory. */
char *letters_of(const char *word);

/*
 * The hook point that word names. Returns −1 with it, or the status to end with when
 * there is none of that name, and the one that was meant has been named.
 */
int hook_point_read(const char *word, enum uh_hook_point *ret_hook_point);

/*
 * The name that a leftover (hook_tree_is_leftover()) is a copy of: "a" for "a.dpkg-old",
 * "a~", ".a.swp". The caller's; NULL where nothing would be left of it, or no memory is.
 */
char *leftover_meant(const char *name);

/*
 * The name of a directory of wildcards with __WILDCARD__ where it has "*", or the word in
 * another form. The caller's; NULL where it has neither.
 */
char *wildcard_meant(const char *name);

#endif
