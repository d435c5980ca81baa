/* SPDX-License-Identifier: BSD-2-Clause */
#include "origins.h"
#include "apt_text.h"

#include <errno.h>
#include <limits.h>
#include <strings.h>

static int add_origin(struct origins *origins, struct slice line)
{
	struct slice value = line;
	struct slice file = slice_cut(&value, '\t');
	struct slice digits = slice_cut(&value, '\t');
	struct slice key = slice_cut(&value, '=');
	unsigned long long number;
	struct origin *origin;

	if (file.size == 0 || key.size == 0)
		return 0;
	if (array_grow(&origins->items, &origins->capacity, origins->count,
		    sizeof(*origins->items)) < 0)
		return -ENOMEM;
	origin = &origins->items[origins->count++];
	*origin = (struct origin){.file = percent_decode(file),
		.line = slice_to_number(digits, ULONG_MAX, &number)
				? (unsigned long)number
				: 0,
		.key = percent_decode(key),
		.value = percent_decode(value)};
	if (origin->file == NULL || origin->key == NULL || origin->value == NULL)
		return -ENOMEM;
	return 0;
}

/* Of the same key and value, in the order in which apt reads them. */
static int compare_origins(const void *a, const void *b)
{
	const struct origin *one = *(const struct origin *const *)a;
	const struct origin *other = *(const struct origin *const *)b;
	int order = strcasecmp(one->key, other->key);

	if (order == 0)
		order = strcmp(one->value, other->value);
	return order != 0 ? order : (one > other) - (one < other);
}

static int sort_origins(struct origins *origins)
{
	if (origins->count == 0)
		return 0;
	origins->sorted = calloc(origins->count, sizeof(*origins->sorted));
	if (origins->sorted == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < origins->count; i++)
		origins->sorted[i] = &origins->items[i];
	qsort(origins->sorted, origins->count, sizeof(*origins->sorted), compare_origins);
	return 0;
}

int origins_parse(struct origins *origins, struct slice lines)
{
	int error = 0;

	memset(origins, 0, sizeof(*origins));
	while (lines.size > 0 && error == 0)
		error = add_origin(origins, slice_cut(&lines, '\n'));
	if (error == 0)
		error = sort_origins(origins);
	if (error < 0)
		origins_done(origins);
	return error;
}

void origins_done(struct origins *origins)
{
	for (size_t i = 0; i < origins->count; i++) {
		free(origins->items[i].file);
		free(origins->items[i].key);
		free(origins->items[i].value);
	}
	free(origins->items);
	free(origins->sorted);
	memset(origins, 0, sizeof(*origins));
}

/* The first of the sorted that sets key to this or a greater value. */
static size_t first_origin(
	const struct origins *origins, const char *key, const char *value)
{
	size_t low = 0, high = origins->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct origin *origin = origins->sorted[middle];
		int order = strcasecmp(origin->key, key);

		if (order == 0)
			order = strcmp(origin->value, value);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool has_origin_at(
	const struct origins *origins, size_t i, const char *key, const char *value)
{
	return i < origins->count && strcasecmp(origins->sorted[i]->key, key) == 0 &&
	       (value == NULL || strcmp(origins->sorted[i]->value, value) == 0);
}

const struct origin *origins_find(
	const struct origins *origins, const char *key, const char *value)
{
	const struct origin *last = NULL;

	for (size_t i = first_origin(origins, key, value != NULL ? value : "");
		has_origin_at(origins, i, key, value); i++)
		if (last == NULL || origins->sorted[i] > last)
			last = origins->sorted[i];
	return last;
}

const struct origin *origins_find_clearing(const struct origins *origins, const char *key)
{
	const struct origin *last = origins_find(origins, key, NULL);

	if (last == NULL || last->value[0] != '\0')
		return NULL;
	for (size_t i = first_origin(origins, key, "");
		has_origin_at(origins, i, key, NULL); i++)
		if (origins->sorted[i] < last && origins->sorted[i]->value[0] != '\0')
			return last;
	return NULL;
}
