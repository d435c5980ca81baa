/* SPDX-License-Identifier: BSD-2-Clause */
#include "relation.h"

#include <limits.h>

static bool is_white(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_alphanumeric(char byte)
{
	return is_digit(byte) || (byte >= 'a' && byte <= 'z') ||
	       (byte >= 'A' && byte <= 'Z');
}

static void skip(struct slice *text, size_t size)
{
	text->data += size;
	text->size -= size;
}

static void skip_white(struct slice *text)
{
	while (text->size > 0 && is_white(text->data[0]))
		skip(text, 1);
}

void relation_trim(struct slice *text)
{
	skip_white(text);
	while (text->size > 0 && is_white(text->data[text->size - 1]))
		text->size--;
}

static bool has_only(struct slice text, const char *others)
{
	for (size_t i = 0; i < text.size; i++)
		if (!is_alphanumeric(text.data[i]) &&
			(text.data[i] == '\0' || strchr(others, text.data[i]) == NULL))
			return false;
	return true;
}

/* Cuts off what comes after the last hyphen. */
static bool cut_revision(struct slice *version, struct slice *ret_revision)
{
	for (size_t i = version->size; i > 0; i--) {
		if (version->data[i - 1] != '-')
			continue;
		*ret_revision = (struct slice){version->data + i, version->size - i};
		version->size = i - 1;
		return true;
	}
	return false;
}

/* deb-version(7). dpkg only warns about some of what is wrong, whenever it compares. */
static bool is_valid_version(struct slice version)
{
	struct slice upstream = version;
	struct slice epoch = slice_cut(&upstream, ':');
	struct slice revision = {"", 0};
	unsigned long long number;

	if (epoch.size == version.size)
		upstream = version;
	else if (!slice_to_number(epoch, INT_MAX, &number))
		return false;
	if (cut_revision(&upstream, &revision) && revision.size == 0)
		return false;
	return upstream.size > 0 && is_digit(upstream.data[0]) &&
	       has_only(upstream, ".+-~:") && has_only(revision, ".+~");
}

static enum relation_fault cut_comparator(struct slice *text, const char **ret_operator)
{
	/* The longer ones first. */
	static const char comparators[][3] = {"<<", "<=", ">=", ">>", "=", "<", ">"};

	for (size_t i = 0; i < COUNT_OF(comparators); i++) {
		if (!slice_has_prefix(*text, slice_of(comparators[i])))
			continue;
		skip(text, strlen(comparators[i]));
		*ret_operator = comparators[i];
		return i < 5 ? RELATION_IS_FINE : RELATION_IS_OBSOLETE;
	}
	return RELATION_HAS_NO_COMPARATOR;
}

/* text begins after the parenthesis, and afterwards after the other one. */
static enum relation_fault cut_relation(struct slice *text, struct relation *relation)
{
	enum relation_fault fault;
	size_t size = 0;

	skip_white(text);
	fault = cut_comparator(text, &relation->comparator);
	if (fault != RELATION_IS_FINE)
		return fault;
	skip_white(text);
	while (size < text->size && !is_white(text->data[size]) &&
		text->data[size] != '(' && text->data[size] != ')')
		size++;
	relation->version = (struct slice){text->data, size};
	skip(text, size);
	skip_white(text);
	if (text->size == 0 || text->data[0] == '(')
		return RELATION_IS_BROKEN;
	if (size == 0)
		return RELATION_HAS_NO_VERSION;
	if (text->data[0] != ')' || !is_valid_version(relation->version))
		return RELATION_HAS_BAD_VERSION;
	skip(text, 1);
	return RELATION_IS_FINE;
}

enum relation_fault relation_cut(struct slice *text, struct relation *ret_relation)
{
	struct relation relation = {NULL, {"", 0}};
	struct slice rest;
	enum relation_fault fault;
	size_t size = 0;

	*ret_relation = relation;
	while (size < text->size && text->data[size] != '(' && text->data[size] != ')')
		size++;
	if (size == text->size)
		return RELATION_IS_FINE;
	rest = (struct slice){text->data + size + 1, text->size - size - 1};
	if (text->data[size] == ')')
		return RELATION_IS_BROKEN;
	fault = cut_relation(&rest, &relation);
	skip_white(&rest);
	if (fault != RELATION_IS_FINE || rest.size > 0)
		return fault != RELATION_IS_FINE ? fault : RELATION_IS_BROKEN;
	*ret_relation = relation;
	text->size = size;
	relation_trim(text);
	return RELATION_IS_FINE;
}
