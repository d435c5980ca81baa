/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of several words a misspelt one is nearest to. */
#ifndef NEAREST_H
#define NEAREST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The number of letters that must be changed, inserted, left out, or swapped with their
 * neighbour to turn a into b, ignoring case; at most limit. Words of more than 255 bytes
 * are as far apart as possible.
 */
size_t word_distance(const char *a, const char *b, size_t limit);

/* A search for the word nearest to wanted. */
struct nearest {
	const char *wanted;
	const char *word; /* the nearest so far, or NULL if none is near enough */
	size_t distance;
};

/* What rules most words out without comparing them letter by letter. */
struct word_outline {
	uint64_t letters; /* a bit for each; some share one */
	size_t size;
};
struct word_outline word_outline(const char *word);

/* A third of the letters may differ, and one letter always may. */
struct nearest nearest_to(const char *wanted);
/* Of equally near words, the first is kept. Does not copy word. */
void nearest_try(struct nearest *nearest, const char *word);
/* The same for each of them, with their outlines: many words are compared with many. */
void nearest_try_all(struct nearest *nearest, char *const *words,
	const struct word_outline *outlines, size_t count);

/* The name in passwd(5) that is nearest. The caller frees it; NULL: none is near enough. */
char *nearest_account(FILE *accounts, const char *wanted);

#endif
