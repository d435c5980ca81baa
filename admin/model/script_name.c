/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/script_name.h"
#include "ui/message.h"
#include "ui/spelling.h"

#define NAMED_MAX 5

/* A path to name in a message. */
struct candidate {
	const char *path;
	size_t distance; /* from the word on the command line */
};

struct candidates {
	struct candidate *items;
	size_t count;
	size_t capacity;
};

static void candidates_done(struct candidates *candidates)
{
	free(candidates->items);
}
#define owns_candidates __attribute__((cleanup(candidates_done)))

static bool ends_with_components(const char *path, const char *word)
{
	size_t path_size = strlen(path), word_size = strlen(word);

	return word_size > 0 && path_size > word_size &&
	       path[path_size - word_size - 1] == '/' &&
	       strcmp(path + path_size - word_size, word) == 0;
}

const char *script_name_find(const struct string_list *paths, const char *word)
{
	const char *found = NULL;
	bool is_unique = true;

	for (size_t i = 0; i < paths->count; i++) {
		const char *path = paths->items[i];

		if (strcmp(path, word) == 0)
			return path;
		if (!ends_with_components(path, word))
			continue;
		is_unique = is_unique && (found == NULL || strcmp(found, path) == 0);
		found = path;
	}
	return is_unique ? found : NULL;
}

static void candidates_add(
	struct candidates *candidates, const char *path, size_t distance)
{
	xgrow(&candidates->items, &candidates->capacity, candidates->count,
		sizeof(*candidates->items));
	candidates->items[candidates->count++] = (struct candidate){path, distance};
}

/* The end of path with as many components as word. */
static const char *tail_like(const char *path, const char *word)
{
	const char *tail = path + strlen(path);
	size_t slashes = 0;

	for (; *word != '\0'; word++)
		slashes += *word == '/';
	for (; tail > path && (tail[-1] != '/' || slashes > 0); tail--)
		slashes -= tail[-1] == '/';
	return tail;
}

/* A part of a name is similar, too: "apt" is similar to "210-apt". */
static void collect_similar(
	struct candidates *candidates, const struct string_list *paths, const char *word)
{
	for (size_t i = 0; i < paths->count; i++) {
		const char *path = paths->items[i];
		const char *tail = tail_like(path, word);
		struct nearest nearest = nearest_to(word);
		bool has_part = word[0] != '\0' && strcasestr(tail, word) != NULL;

		nearest_try(&nearest, path);
		nearest_try(&nearest, tail);
		if (nearest.word != NULL || has_part)
			candidates_add(candidates, path, nearest.distance);
	}
}

static void collect_named(
	struct candidates *candidates, const struct string_list *paths, const char *word)
{
	for (size_t i = 0; i < paths->count; i++)
		if (ends_with_components(paths->items[i], word))
			candidates_add(candidates, paths->items[i], 0);
}

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *first = a, *second = b;

	if (first->distance != second->distance)
		return first->distance < second->distance ? -1 : 1;
	return strcmp(first->path, second->path);
}

/* Sorts, and drops duplicates and what is much farther away than the nearest. */
static void keep_nearest(struct candidates *candidates)
{
	size_t kept = 0;

	if (candidates->count == 0)
		return;
	qsort(candidates->items, candidates->count, sizeof(*candidates->items),
		compare_candidates);
	for (size_t i = 0; i < candidates->count; i++) {
		const struct candidate *candidate = &candidates->items[i];

		if (candidate->distance > candidates->items[0].distance + 1 ||
			(kept > 0 && strcmp(candidate->path,
					     candidates->items[kept - 1].path) == 0))
			continue;
		candidates->items[kept++] = *candidate;
	}
	candidates->count = kept;
}

/* "A, B, …", for the caller to free. */
static char *candidates_text(const struct candidates *candidates)
{
	owns_buffer struct buffer text = {0};

	for (size_t i = 0; i < candidates->count && i < NAMED_MAX; i++)
		buffer_append_format(
			&text, "%s%s", i > 0 ? ", " : "", candidates->items[i].path);
	if (candidates->count > NAMED_MAX)
		buffer_append_string(&text, ", …");
	return xbuffer_steal(&text);
}

int script_name_report(
	const struct string_list *paths, const char *word, const char *path)
{
	owns_candidates struct candidates candidates = {0};
	owns_memory char *text = NULL;
	size_t named;

	collect_named(&candidates, paths, path);
	keep_nearest(&candidates);
	named = candidates.count;
	if (named == 0) {
		collect_similar(&candidates, paths, path);
		keep_nearest(&candidates);
	}
	if (candidates.count == 0)
		return report_error(
			_("there is no hook %s: apt-universal-hooks list shows all"),
			word);
	text = candidates_text(&candidates);
	if (named > 1)
		return report_error(
			_("%s is the name of %zu hooks; use one of their paths: %s"),
			word, named, text);
	return report_error(candidates.count == 1
				    ? _("there is no hook %s; did you mean %s?")
				    : _("there is no hook %s; the nearest are %s"),
		word, text);
}
