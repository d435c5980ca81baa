/* SPDX-License-Identifier: BSD-2-Clause */
#include "nearest.h"

#include <ctype.h>
#include <pwd.h>
#include <stdbool.h>
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

/* row[j] becomes the distance between the first i + 1 bytes of a and the first j of b. */
static void fill_row(size_t *row, const size_t *above, const size_t *two_above,
	const char *a, size_t i, const char *b, size_t b_size)
{
	row[0] = i + 1;
	for (size_t j = 0; j < b_size; j++) {
		size_t change = above[j] + (is_same_letter(a[i], b[j]) ? 0 : 1);

		row[j + 1] = least(change, least(above[j + 1], row[j]) + 1);
		if (i > 0 && j > 0 && is_same_letter(a[i], b[j - 1]) &&
			is_same_letter(a[i - 1], b[j]))
			row[j + 1] = least(row[j + 1], two_above[j - 1] + 1);
	}
}

size_t word_distance(const char *a, const char *b, size_t limit)
{
	size_t rows[3][WORD_MAX + 1];
	size_t a_size = strlen(a), b_size = strlen(b);
	size_t apart = a_size > b_size ? a_size - b_size : b_size - a_size;

	if (a_size > WORD_MAX || b_size > WORD_MAX || apart >= limit)
		return limit;
	for (size_t j = 0; j <= b_size; j++)
		rows[0][j] = j;
	for (size_t i = 0; i < a_size; i++)
		fill_row(rows[(i + 1) % 3], rows[i % 3], rows[(i + 2) % 3], a, i, b,
			b_size);
	return rows[a_size % 3][b_size] < limit ? rows[a_size % 3][b_size] : limit;
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
