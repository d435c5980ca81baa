/* SPDX-License-Identifier: BSD-2-Clause */
#include "versions.h"
#include "bridge.h"
#include "dpkg.h"

#include <errno.h>

#define LIMIT_MIN 1000

/* The same version is neither earlier nor later; nothing else is known without asking. */
static bool needs_order(const struct relation *relation, struct slice version)
{
	return relation->comparator != NULL &&
	       slice_compare(relation->version, version) != 0;
}

/* "VERSION\tOTHER", which the caller frees; NULL when out of memory. */
static char *make_pair(const struct relation *relation, struct slice version)
{
	return string_format("%.*s\t%.*s", (int)version.size, version.data,
		(int)relation->version.size, relation->version.data);
}

int versions_add(
	struct versions *versions, const struct relation *relation, struct slice version)
{
	owns_memory char *pair = NULL;

	if (!needs_order(relation, version))
		return 0;
	versions->is_compared = false;
	/* Many hooks may ask the same about many packages. */
	if (versions->pairs.count >= versions->limit) {
		string_list_sort_unique(&versions->pairs);
		versions->limit = 2 * versions->pairs.count + LIMIT_MIN;
	}
	pair = make_pair(relation, version);
	return pair != NULL ? string_list_add(&versions->pairs, pair) : -ENOMEM;
}

/* Whether there is a line for each pair. */
static bool parse_orders(const struct versions *versions, struct slice lines)
{
	for (size_t i = 0; i < versions->pairs.count; i++) {
		struct slice line = slice_cut(&lines, '\n');

		if (line.size != 1 || strchr("<=>", line.data[0]) == NULL)
			return false;
		versions->orders[i] = line.data[0];
	}
	return true;
}

/* '<', '=' or '>'; or −errno. */
static int ask_dpkg(const char *pair)
{
	struct slice version = {pair, strcspn(pair, "\t")};
	owns_memory char *one = strndup(version.data, version.size);
	const char *other = pair + version.size + 1;
	int is_less = one != NULL ? dpkg_is_less(one, other) : -ENOMEM;

	if (is_less != 0)
		return is_less < 0 ? is_less : '<';
	is_less = dpkg_is_less(other, one);
	if (is_less < 0)
		return is_less;
	return is_less > 0 ? '>' : '=';
}

/* For example while libapt-pkg is upgraded. */
static int ask_dpkg_about_each(const struct versions *versions)
{
	for (size_t i = 0; i < versions->pairs.count; i++) {
		int order = ask_dpkg(versions->pairs.items[i]);

		if (order < 0)
			return order;
		versions->orders[i] = (char)order;
	}
	return 0;
}

static int ask_about_pairs(struct versions *versions)
{
	owns_buffer struct buffer lines = {0};

	string_list_sort_unique(&versions->pairs);
	free(versions->orders);
	versions->orders = malloc(versions->pairs.count);
	if (versions->orders == NULL)
		return -ENOMEM;
	if (bridge_versions(&versions->pairs, &lines) == 0 &&
		parse_orders(versions, buffer_slice(&lines)))
		return 0;
	return ask_dpkg_about_each(versions);
}

int versions_compare(struct versions *versions)
{
	int error = 0;

	if (!versions->is_compared && versions->pairs.count > 0)
		error = ask_about_pairs(versions);
	if (error < 0)
		versions_done(versions);
	versions->is_compared = true;
	return error;
}

void versions_done(struct versions *versions)
{
	string_list_done(&versions->pairs);
	free(versions->orders);
	memset(versions, 0, sizeof(*versions));
}

static bool order_fits(const char *comparator, char order)
{
	return comparator[0] == order || (order == '=' && comparator[1] == '=');
}

/* Like strcmp(3) of the pairs, since a tab sorts before what versions consist of. */
static int compare_to_pair(
	const struct relation *relation, struct slice version, const char *pair)
{
	struct slice other = slice_of(pair);
	int order = slice_compare(version, slice_cut(&other, '\t'));

	return order != 0 ? order : slice_compare(relation->version, other);
}

/* The order that was asked for; '\0' if it was not. Needs no memory. */
static char find_order(const struct versions *versions, const struct relation *relation,
	struct slice version)
{
	size_t first = 0, end = versions->is_compared ? versions->pairs.count : 0;

	while (first < end) {
		size_t middle = first + (end - first) / 2;
		int order =
			compare_to_pair(relation, version, versions->pairs.items[middle]);

		if (order == 0)
			return versions->orders[middle];
		if (order < 0)
			end = middle;
		else
			first = middle + 1;
	}
	return '\0';
}

int versions_hold(const struct versions *versions, const struct relation *relation,
	struct slice version)
{
	owns_memory char *text = NULL;
	char order = '=';

	if (relation->comparator == NULL)
		return 1;
	if (needs_order(relation, version))
		order = '\0';
	if (order == '\0' && versions != NULL)
		order = find_order(versions, relation, version);
	if (order != '\0')
		return order_fits(relation->comparator, order);
	text = strndup(version.size > 0 ? version.data : "", version.size);
	return text != NULL ? dpkg_relation_holds(relation, text) : -ENOMEM;
}
