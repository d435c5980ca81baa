/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/setting_index.h"
#include "ui/message.h"

static int compare_addresses(const void *a, const void *b)
{
	return a < b ? -1 : a > b;
}

static int compare_setting_paths(const void *a, const void *b)
{
	const struct setting *one = *(const struct setting *const *)a;
	const struct setting *other = *(const struct setting *const *)b;
	int order = strcmp(one->path, other->path);

	if (order == 0)
		order = compare_addresses(one->type, other->type);
	return order != 0 ? order : compare_addresses(one, other);
}

static int compare_setting_values(const void *a, const void *b)
{
	const struct setting *one = *(const struct setting *const *)a;
	const struct setting *other = *(const struct setting *const *)b;

	return compare_addresses(one->value, other->value);
}

static const struct setting **sort_settings(
	const struct settings *settings, int (*compare)(const void *, const void *))
{
	const struct setting **sorted =
		xcheck(calloc(settings->count + 1, sizeof(*sorted)));

	for (size_t i = 0; i < settings->count; i++)
		sorted[i] = &settings->items[i];
	qsort(sorted, settings->count, sizeof(*sorted), compare);
	return sorted;
}

void setting_index_init(struct setting_index *index, const struct settings *settings)
{
	*index = (struct setting_index){
		.by_path = sort_settings(settings, compare_setting_paths),
		.by_value = sort_settings(settings, compare_setting_values),
		.count = settings->count};
}

void setting_index_done(struct setting_index *index)
{
	free(index->by_path);
	free(index->by_value);
}

/* How many in by_path are before the path, or before what follows it. */
static size_t count_before(
	const struct setting_index *index, const char *path, bool is_path_before)
{
	size_t low = 0, high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(index->by_path[middle]->path, path);

		if (order < 0 || (order == 0 && is_path_before))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct setting *const *setting_index_path(
	const struct setting_index *index, const char *path, size_t *ret_count)
{
	size_t first = count_before(index, path, false);

	*ret_count = count_before(index, path, true) - first;
	return index->by_path + first;
}

const struct setting *setting_index_last(const struct setting_index *index,
	const char *path, const struct setting_type *type)
{
	size_t count;
	const struct setting *const *items = setting_index_path(index, path, &count);

	while (count-- > 0)
		if (items[count]->type == type && items[count]->file == NULL)
			return items[count];
	return NULL;
}

const struct setting *setting_index_value(
	const struct setting_index *index, const char *value)
{
	const struct setting wanted = {.value = (char *)value};
	const struct setting *key = &wanted;
	const struct setting *const *found = bsearch(&key, index->by_value, index->count,
		sizeof(*index->by_value), compare_setting_values);

	return found != NULL ? *found : NULL;
}
