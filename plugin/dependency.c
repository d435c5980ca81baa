/* SPDX-License-Identifier: BSD-2-Clause */
#include "dependency.h"

#include <ctype.h>

#define LETTERS_AND_DIGITS                                                               \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* Neither separator can be a part of a name, an architecture or a version. */
static struct slice cut_trimmed(struct slice *text, char separator)
{
	struct slice part = slice_cut(text, separator);

	relation_trim(&part);
	return part;
}

struct slice dependency_cut(struct slice *list)
{
	return cut_trimmed(list, ',');
}

static bool consists_of(struct slice text, const char *bytes)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == '\0' || strchr(bytes, text.data[i]) == NULL)
			return false;
	return text.size > 0;
}

/* Debian Policy 5.6.7 and 5.6.8; neither is an option or a pattern. */
static bool has_valid_name(const struct alternative *alternative, bool has_colon)
{
	return consists_of(alternative->name, LETTERS_AND_DIGITS "+.-") &&
	       isalnum((unsigned char)alternative->name.data[0]) &&
	       has_colon == (alternative->architecture.size > 0) &&
	       (!has_colon ||
		       consists_of(alternative->architecture, LETTERS_AND_DIGITS "-"));
}

enum relation_fault alternative_cut(
	struct slice *dependency, struct alternative *ret_alternative)
{
	struct slice text = cut_trimmed(dependency, '|');
	struct alternative alternative;
	enum relation_fault fault = relation_cut(&text, &alternative.relation);
	bool has_colon;

	if (fault != RELATION_IS_FINE)
		return fault;
	if (text.size == 0)
		return DEPENDENCY_HAS_NO_NAME;
	alternative.architecture = text;
	alternative.name = slice_cut(&alternative.architecture, ':');
	has_colon = alternative.name.size < text.size;
	if (!has_valid_name(&alternative, has_colon))
		return DEPENDENCY_HAS_BAD_NAME;
	*ret_alternative = alternative;
	return RELATION_IS_FINE;
}

/* Whether text, not empty, ends with a separator, after which a part is missing. */
static bool ends_with(struct slice text, char separator)
{
	return text.data[text.size - 1] == separator;
}

static enum relation_fault find_fault_of_one(struct slice dependency)
{
	struct alternative alternative;
	enum relation_fault fault = RELATION_IS_FINE;

	if (dependency.size == 0 || ends_with(dependency, '|'))
		return DEPENDENCY_HAS_NO_NAME;
	while (dependency.size > 0 && fault == RELATION_IS_FINE)
		fault = alternative_cut(&dependency, &alternative);
	return fault;
}

enum relation_fault dependency_find_fault(struct slice list)
{
	enum relation_fault fault = RELATION_IS_FINE;

	relation_trim(&list);
	if (list.size == 0 || ends_with(list, ','))
		return DEPENDENCY_HAS_NO_NAME;
	while (list.size > 0 && fault == RELATION_IS_FINE)
		fault = find_fault_of_one(dependency_cut(&list));
	return fault;
}
