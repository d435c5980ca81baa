/* SPDX-License-Identifier: BSD-2-Clause */
#include "system/origins.h"
#include "apt_text.h"

#include <errno.h>
#include <strings.h>

static void origin_done(struct origin *origin)
{
	free(origin->file);
	free(origin->key);
	free(origin->value);
}

static unsigned long read_number(struct slice text)
{
	unsigned long number = 0;

	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' || number > UINT32_MAX)
			return 0;
		number = number * 10 + (unsigned long)(text.data[i] - '0');
	}
	return number;
}

static int add_origin(struct origins *origins, struct slice line)
{
	struct slice value = line;
	struct slice file = slice_cut(&value, '\t');
	struct slice number = slice_cut(&value, '\t');
	struct slice key = slice_cut(&value, '=');
	struct origin *origin;

	if (file.size == 0 || key.size == 0)
		return 0;
	if (array_grow(&origins->items, &origins->capacity, origins->count,
		    sizeof(*origins->items)) < 0)
		return -ENOMEM;
	origin = &origins->items[origins->count++];
	*origin = (struct origin){.file = percent_decode(file),
		.line = read_number(number),
		.key = percent_decode(key),
		.value = percent_decode(value)};
	return origin->file != NULL && origin->key != NULL && origin->value != NULL
		       ? 0
		       : -ENOMEM;
}

int origins_parse(struct origins *origins, struct slice lines)
{
	int error = 0;

	memset(origins, 0, sizeof(*origins));
	while (lines.size > 0 && error == 0)
		error = add_origin(origins, slice_cut(&lines, '\n'));
	return error;
}

void origins_done(struct origins *origins)
{
	for (size_t i = 0; i < origins->count; i++)
		origin_done(&origins->items[i]);
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
