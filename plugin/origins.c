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

int origins_parse(struct origins *origins, struct slice lines)
{
	int error = 0;

	memset(origins, 0, sizeof(*origins));
	while (lines.size > 0 && error == 0)
		error = add_origin(origins, slice_cut(&lines, '\n'));
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
	memset(origins, 0, sizeof(*origins));
}

const struct origin *origins_find(
	const struct origins *origins, const char *key, const char *value)
{
	for (size_t i = origins->count; i-- > 0;) {
		const struct origin *origin = &origins->items[i];

		if (strcasecmp(origin->key, key) == 0 &&
			(value == NULL || strcmp(origin->value, value) == 0))
			return origin;
	}
	return NULL;
}

const struct origin *origins_find_clearing(const struct origins *origins, const char *key)
{
	const struct origin *last = origins_find(origins, key, NULL);

	if (last == NULL || last->value[0] != '\0')
		return NULL;
	for (const struct origin *origin = origins->items; origin < last; origin++)
		if (strcasecmp(origin->key, key) == 0 && origin->value[0] != '\0')
			return last;
	return NULL;
}
