/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Globs, a list of dpkg and its diversions, separated by empty lines. The second part is
 * also an answer about archives.
 */
#include "harness.h"
#include "path_sources.h"

#include <fnmatch.h>
#include <limits.h>

#define GLOBS_MAX 8

struct input {
	struct string_list globs;
	struct setting_items items;
	struct slice list;
	struct slice diversions;
};

static struct slice cut_part(struct slice *rest)
{
	const char *end =
		rest->size > 0 ? memmem(rest->data, rest->size, "\n\n", 2) : NULL;
	struct slice part = *rest;

	if (rest->size == 0)
		return part;
	if (end != NULL)
		part.size = (size_t)(end - rest->data) + 1;
	rest->data += part.size;
	rest->size -= part.size;
	return part;
}

static void read_globs(struct input *input, struct slice lines)
{
	while (lines.size > 0 && input->globs.count < GLOBS_MAX) {
		struct slice line = slice_cut(&lines, '\n');
		char *text = strndup(line.data, line.size);

		must(text != NULL && string_list_add(&input->globs, text) == 0);
		free(text);
	}
	input->items.items = (const char **)input->globs.items;
	input->items.count = input->globs.count;
}

static bool is_matched(const struct input *input, const char *path)
{
	for (size_t i = 0; i < input->items.count; i++)
		if (fnmatch(input->items.items[i], path, 0) == 0)
			return true;
	return false;
}

/* Our short cuts must say what fnmatch(3) says. */
static void must_match(const struct input *input, const char *path, bool is_merged)
{
	bool is_usr = strncmp(path, "/usr/", 5) == 0;

	must(path[0] == '/' && strchr(path, '\n') == NULL);
	must(is_matched(input, path) ||
		(is_merged && is_usr && is_matched(input, path + 4)));
}

static void must_keep_matches(const struct input *input, unsigned merged)
{
	struct package package = {.name = "foo", .architecture = "all"};
	struct transaction transaction = {.packages = &package, .count = 1};
	struct path_globs globs = {0};
	struct path_table table;
	struct diversions diversions;
	struct string_list paths = {0};
	struct buffer text = {0}, diverted = {0};

	buffer_append(&text, input->list);
	buffer_append(&diverted, input->diversions);
	must(diversions_parse(&diversions, &diverted) == 0);
	must(path_globs_add(&globs, &input->items) == 0);
	must(path_table_init(&table, &transaction, merged) == 0);
	must(path_table_add(&table, 0, &globs, &diversions, &text) == 0);
	must(path_table_matches(&table, &package, &input->items, &paths) == 0);
	must(path_table_may_match(&table, &package, &input->items) == (paths.count > 0));
	for (size_t i = 0; i < paths.count; i++)
		must_match(input, paths.items[i], merged != 0);
	string_list_done(&paths);
	path_table_done(&table);
	path_globs_done(&globs);
	diversions_done(&diversions);
	buffer_done(&diverted);
	buffer_done(&text);
}

/* Without merged directories and diversions, each line that matches is there. */
static void must_find_all(const struct input *input)
{
	struct package package = {.name = "foo", .architecture = "all"};
	struct transaction transaction = {.packages = &package, .count = 1};
	struct slice rest = input->list;

	while (rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');
		char *path = strndup(line.data, line.size);
		struct buffer text = {0};
		struct path_globs globs = {0};
		struct path_table table;
		bool is_expected;

		must(path != NULL);
		is_expected = path[0] == '/' && strcmp(path, "/.") != 0 &&
			      strlen(path) == line.size && line.size < PATH_MAX &&
			      is_matched(input, path);
		buffer_append(&text, line);
		must(path_globs_add(&globs, &input->items) == 0);
		must(path_table_init(&table, &transaction, 0) == 0);
		must(path_table_add(&table, 0, &globs, NULL, &text) == 0);
		must((table.items[0].paths.size > 0) == is_expected);
		path_table_done(&table);
		path_globs_done(&globs);
		buffer_done(&text);
		free(path);
	}
}

struct seen {
	size_t archives;
	struct slice answer;
};

static bool is_within(struct slice part, struct slice whole)
{
	return part.size == 0 ||
	       (part.data >= whole.data &&
		       part.data + part.size <= whole.data + whole.size);
}

static int see_archive(
	void *context, size_t number, struct slice lines, struct slice message)
{
	struct seen *seen = context;

	must(number == seen->archives++);
	must(is_within(lines, seen->answer) && is_within(message, seen->answer));
	must(lines.size == 0 || lines.data[0] == '/');
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = harness_input(data, size);
	struct input input = {.globs = {0}};
	struct seen seen = {.archives = 0};

	read_globs(&input, cut_part(&rest));
	input.list = cut_part(&rest);
	input.diversions = rest;
	must_keep_matches(&input, 0);
	must_keep_matches(&input, ~0U);
	must_find_all(&input);
	seen.answer = input.list;
	must(path_sources_parse_contents(seen.answer, see_archive, &seen) ==
		(ssize_t)seen.archives);
	string_list_done(&input.globs);
	return 0;
}
