/* SPDX-License-Identifier: BSD-2-Clause */
#include "nearest.h"

#include <ctype.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 255

static bool is_same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

struct word_outline word_outline(const char *word)
{
	struct word_outline outline = {0, strlen(word)};

	for (; *word != '\0'; word++)
		outline.letters |= (uint64_t)1 << (tolower((unsigned char)*word) & 63);
	return outline;
}

/* Whether there are as many bits. */
static bool has_bits(uint64_t bits, size_t count)
{
	for (; count > 0 && bits != 0; count--)
		bits &= bits - 1;
	return count == 0;
}

/* Each change of a letter takes away one letter at most, and adds one at most. */
static bool is_far(
	const struct word_outline *a, const struct word_outline *b, size_t limit)
{
	size_t apart = a->size > b->size ? a->size - b->size : b->size - a->size;

	return apart >= limit || has_bits(a->letters & ~b->letters, limit) ||
	       has_bits(b->letters & ~a->letters, limit);
}

/*
 * row[j] becomes the distance between the first i + 1 bytes of a and the first j of b.
 * Returns the least of them.
 */
static size_t fill_row(size_t *row, const size_t *above, const size_t *two_above,
	const char *a, size_t i, const char *b, size_t b_size)
{
	size_t lowest = i + 1;

	row[0] = i + 1;
	for (size_t j = 0; j < b_size; j++) {
		size_t change = above[j] + (is_same_letter(a[i], b[j]) ? 0 : 1);

		row[j + 1] = least(change, least(above[j + 1], row[j]) + 1);
		if (i > 0 && j > 0 && is_same_letter(a[i], b[j - 1]) &&
			is_same_letter(a[i - 1], b[j]))
			row[j + 1] = least(row[j + 1], two_above[j - 1] + 1);
		lowest = least(lowest, row[j + 1]);
	}
	return lowest;
}

/* Of words of up to WORD_MAX bytes. */
static size_t distance_by_rows(
	const char *a, size_t a_size, const char *b, size_t b_size, size_t limit)
{
	size_t rows[3][WORD_MAX + 1] = {{0}};
	size_t lowest = 0, lowest_above;

	for (size_t j = 0; j <= b_size; j++)
		rows[0][j] = j;
	for (size_t i = 0; i < a_size; i++) {
		lowest_above = lowest;
		lowest = fill_row(rows[(i + 1) % 3], rows[i % 3], rows[(i + 2) % 3], a, i,
			b, b_size);
		/* Each row adds to one of the two above it. */
		if (lowest >= limit && lowest_above >= limit)
			return limit;
	}
	return rows[a_size % 3][b_size] < limit ? rows[a_size % 3][b_size] : limit;
}

size_t word_distance(const char *a, const char *b, size_t limit)
{
	const struct word_outline of_a = word_outline(a), of_b = word_outline(b);

	if (of_a.size > WORD_MAX || of_b.size > WORD_MAX || is_far(&of_a, &of_b, limit))
		return limit;
	return distance_by_rows(a, of_a.size, b, of_b.size, limit);
}

struct nearest nearest_to(const char *wanted)
{
	size_t third = strlen(wanted) / 3;

	return (struct nearest){
		.wanted = wanted, .distance = (third > 0 ? third : 1) + 1};
}

void nearest_try(struct nearest *nearest, const char *word)
{
	size_t distance = word_distance(nearest->wanted, word, nearest->distance);

	if (distance >= nearest->distance)
		return;
	nearest->distance = distance;
	nearest->word = word;
}

void nearest_try_all(struct nearest *nearest, char *const *words,
	const struct word_outline *outlines, size_t count)
{
	const struct word_outline wanted = word_outline(nearest->wanted);

	for (size_t i = 0; i < count; i++)
		if (!is_far(&wanted, &outlines[i], nearest->distance))
			nearest_try(nearest, words[i]);
}

char *nearest_account(FILE *accounts, const char *wanted)
{
	struct nearest nearest = nearest_to(wanted);
	const struct passwd *account;
	char *name = NULL;

	while ((account = fgetpwent(accounts)) != NULL) {
		size_t before = nearest.distance;

		nearest_try(&nearest, account->pw_name);
		/* The next account takes its place. */
		if (nearest.distance < before) {
			free(name);
			name = strdup(account->pw_name);
		}
		nearest.word = NULL;
	}
	return name;
}
