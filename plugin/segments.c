/* SPDX-License-Identifier: BSD-2-Clause */
#include "segments.h"

#define WILDCARD "__WILDCARD__"

struct slice segments_next(struct slice *rest)
{
	const char *found = rest->size > 0 ? memmem(rest->data, rest->size, WILDCARD,
						     strlen(WILDCARD))
					   : NULL;
	struct slice head = *rest;

	if (found == NULL) {
		*rest = (struct slice){NULL, 0};
		return head;
	}
	head.size = (size_t)(found - head.data);
	rest->data += head.size + strlen(WILDCARD);
	rest->size -= head.size + strlen(WILDCARD);
	return head;
}

struct segments segments_of(const char *directory_name)
{
	struct segments segments = {
		.is_pattern = strstr(directory_name, WILDCARD) != NULL,
		.has_line_end = strchr(directory_name, '\n') != NULL,
	};
	struct slice rest = slice_of(directory_name);

	segments.first = segments_next(&rest);
	segments.middle = rest;
	while (rest.size > 0) {
		struct slice before = rest;
		struct slice segment = segments_next(&rest);

		if (segment.size < before.size)
			continue;
		segments.last = segment;
		segments.middle.size -= segment.size;
	}
	return segments;
}

struct slice names_line(struct slice text, size_t offset)
{
	const char *before = memrchr(text.data, '\n', offset);
	size_t start = before != NULL ? (size_t)(before - text.data) + 1 : 0;
	struct slice rest = {text.data + start, text.size - start};

	return slice_cut(&rest, '\n');
}

/* The offset of the first line that sorts after prefix (or_equal: or begins with it). */
static size_t find_line(struct slice names, struct slice prefix, bool or_equal)
{
	size_t low = 0, high = names.size;

	while (low < high) {
		struct slice line = names_line(names, low + (high - low) / 2);
		struct slice head = line;
		int order;

		if (head.size > prefix.size)
			head.size = prefix.size;
		order = slice_compare(head, prefix);
		if (order > 0 || (order == 0 && or_equal))
			high = (size_t)(line.data - names.data);
		else
			low = (size_t)(line.data - names.data) + line.size + 1;
	}
	return low;
}

static struct slice names_with_prefix(struct slice names, struct slice prefix)
{
	size_t begin, end;

	if (names.size == 0 || prefix.size == 0)
		return names;
	begin = find_line(names, prefix, true);
	end = find_line(names, prefix, false);
	return (struct slice){names.data + begin, end - begin};
}

/* A name sorts before the names that begin with it. */
static struct slice name_itself(struct slice names, struct slice name)
{
	struct slice rest = names_with_prefix(names, name);
	struct slice all = rest;

	if (all.size == 0 || slice_compare(slice_cut(&rest, '\n'), name) != 0)
		return (struct slice){NULL, 0};
	return (struct slice){all.data, name.size + 1};
}

/* Whether each literal part of rest is anywhere in the names. */
static bool has_all(struct slice names, struct slice rest)
{
	while (rest.size > 0) {
		struct slice part = segments_next(&rest);

		if (part.size > 0 &&
			memmem(names.data, names.size, part.data, part.size) == NULL)
			return false;
	}
	return true;
}

struct slice segments_narrow(const struct segments *segments, struct slice names)
{
	static const struct slice none = {NULL, 0};
	struct slice left;

	/* No name contains a line end, but two adjacent lines would match. */
	if (segments->has_line_end)
		return none;
	if (!segments->is_pattern)
		return name_itself(names, segments->first);
	left = names_with_prefix(names, segments->first);
	if (left.size == 0 || !has_all(left, segments->middle) ||
		!has_all(left, segments->last))
		return none;
	return left;
}
