/* SPDX-License-Identifier: BSD-2-Clause */
#include "requirement.h"

#include <errno.h>

static int add_provided(struct installed *installed, const struct provided *provided)
{
	int error = array_grow(&installed->items, &installed->capacity, installed->count,
		sizeof(*installed->items));

	if (error == 0)
		installed->items[installed->count++] = *provided;
	return error;
}

/* The value of the field Provides. What is malformed provides nothing. */
static int add_all_provided(
	struct installed *installed, struct slice architecture, struct slice provides)
{
	int error = 0;

	while (provides.size > 0 && error == 0) {
		struct slice one = dependency_cut(&provides);
		struct alternative provided;

		if (alternative_cut(&one, &provided) == RELATION_IS_FINE)
			error = add_provided(
				installed, &(struct provided){provided.name, architecture,
						   provided.relation.version});
	}
	return error;
}

/* A line of dpkg_query_provides(). */
static int add_installed_line(struct installed *installed, struct slice line)
{
	struct slice name = slice_cut(&line, '\t');
	struct slice architecture = slice_cut(&line, '\t');
	struct slice status = slice_cut(&line, '\t');
	struct slice version = slice_cut(&line, '\t');
	int error;

	if (installed->native.data == NULL && slice_equals(name, "dpkg"))
		installed->native = architecture;
	if (!dpkg_is_installed(status))
		return 0;
	error = add_provided(installed, &(struct provided){name, architecture, version});
	return error == 0 ? add_all_provided(installed, architecture, line) : error;
}

static int compare_provided(const void *a, const void *b)
{
	const struct provided *one = a, *other = b;

	return slice_compare(one->name, other->name);
}

int installed_index(struct installed *installed)
{
	struct slice rest = buffer_slice(&installed->answer);
	int error = installed->answer.error;

	while (rest.size > 0 && error == 0)
		error = add_installed_line(installed, slice_cut(&rest, '\n'));
	if (error == 0 && installed->count > 0)
		qsort(installed->items, installed->count, sizeof(*installed->items),
			compare_provided);
	return error;
}

void installed_done(struct installed *installed)
{
	buffer_done(&installed->answer);
	versions_done(&installed->versions);
	free(installed->items);
	free(installed->stamp);
	memset(installed, 0, sizeof(*installed));
}

int installed_read(struct installed *installed, const char *status_file)
{
	static const char *const all[] = {NULL};
	/* Before dpkg is asked: what changes meanwhile is then asked for again. */
	owns_memory char *stamp = dpkg_database_stamp(status_file);
	struct uh_ending ending = {.end = UH_EXITED};
	int error;

	if (stamp != NULL && installed->stamp != NULL &&
		strcmp(stamp, installed->stamp) == 0)
		return 0;
	installed_done(installed);
	error = dpkg_query_provides(status_file, all, &installed->answer, &ending);
	if (error == 0)
		error = installed_index(installed);
	if (error < 0) {
		installed_done(installed);
		installed->ending = ending;
		return error;
	}
	installed->stamp = stamp;
	stamp = NULL;
	return 0;
}

/* The first item of that name, or where it would be. */
static size_t find_provided(const struct installed *installed, struct slice name)
{
	size_t first = 0, end = installed->count;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (slice_compare(installed->items[middle].name, name) < 0)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

static bool architecture_fits(
	const struct installed *installed, struct slice wanted, struct slice architecture)
{
	return wanted.size == 0 || slice_equals(wanted, "any") ||
	       slice_compare(wanted, architecture) == 0 ||
	       (slice_equals(architecture, "all") &&
		       slice_compare(wanted, installed->native) == 0);
}

/* The next item that has the name and the architecture, from this one on; or NULL. */
static const struct provided *next_fitting(const struct installed *installed,
	size_t *index, const struct alternative *wanted)
{
	while (*index < installed->count) {
		const struct provided *item = &installed->items[(*index)++];

		if (slice_compare(item->name, wanted->name) != 0)
			break;
		if (architecture_fits(
			    installed, wanted->architecture, item->architecture))
			return item;
	}
	return NULL;
}

/* A version that cannot be compared does not matter if another one fits. */
static int satisfies_one(
	const struct installed *installed, const struct alternative *wanted)
{
	const struct relation *relation = &wanted->relation;
	size_t index = find_provided(installed, wanted->name);
	const struct provided *item;
	int answer = 0;

	while (answer <= 0 && (item = next_fitting(installed, &index, wanted)) != NULL) {
		int fits = relation->comparator == NULL;

		if (relation->comparator != NULL && item->version.size > 0)
			fits = versions_hold(
				&installed->versions, relation, item->version);
		answer = fits != 0 ? fits : answer;
	}
	return answer;
}

static int expect_one(struct installed *installed, const struct alternative *wanted)
{
	size_t index = find_provided(installed, wanted->name);
	const struct provided *item;
	int error = 0;

	while (error == 0 && (item = next_fitting(installed, &index, wanted)) != NULL)
		if (item->version.size > 0)
			error = versions_add(
				&installed->versions, &wanted->relation, item->version);
	return error;
}

static int expect_dependency(struct installed *installed, struct slice dependency)
{
	struct alternative alternative;
	int error = 0;

	while (dependency.size > 0 && error == 0)
		if (alternative_cut(&dependency, &alternative) == RELATION_IS_FINE)
			error = expect_one(installed, &alternative);
	return error;
}

int installed_expect(struct installed *installed, const char *const *lists, size_t count)
{
	int error = 0;

	for (size_t i = 0; i < count && error == 0; i++) {
		struct slice rest = slice_of(lists[i]);

		while (rest.size > 0 && error == 0)
			error = expect_dependency(installed, dependency_cut(&rest));
	}
	return error;
}

int installed_satisfies(const struct installed *installed, struct slice dependency)
{
	struct alternative alternative;
	int answer = 0;

	while (dependency.size > 0 && answer <= 0) {
		int one = 0;

		if (alternative_cut(&dependency, &alternative) == RELATION_IS_FINE)
			one = satisfies_one(installed, &alternative);
		answer = one != 0 ? one : answer;
	}
	return answer;
}

int installed_find_missing(const struct installed *installed, const char *const *lists,
	size_t count, struct slice *ret_missing)
{
	*ret_missing = (struct slice){NULL, 0};
	for (size_t i = 0; i < count; i++) {
		struct slice rest = slice_of(lists[i]);

		while (rest.size > 0) {
			struct slice dependency = dependency_cut(&rest);
			int answer = installed_satisfies(installed, dependency);

			if (answer <= 0) {
				*ret_missing = dependency;
				return answer;
			}
		}
	}
	return 0;
}
