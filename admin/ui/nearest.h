/* SPDX-License-Identifier: BSD-2-Clause */
/* The word that somebody may have meant. */
#ifndef NEAREST_H
#define NEAREST_H

#include "base.h"

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

#endif
