/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * match-all engine|fnmatch NAMES DIRECTORIES: matches the package names in one file
 * against the directory names in another (sorted lines). Prints a line "directory:", then
 * the names that match. With fnmatch, calls fnmatch(3) for each pair.
 */
#include "base.h"
#include "wildcard.h"

#include <err.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <unistd.h>

#define WILDCARD "__WILDCARD__"

struct lines {
	struct buffer text;
	struct string_list strings;
};

static void read_lines(const char *path, struct lines *lines)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct slice rest;

	if (fd < 0 || buffer_read(&lines->text, fd, SIZE_MAX / 2) < 0)
		err(EXIT_FAILURE, "%s", path);
	(void)close(fd); /* only read */
	rest = buffer_slice(&lines->text);
	while (rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');
		owns_memory char *copy = strndup(line.data, line.size);

		if (copy == NULL || string_list_add(&lines->strings, copy) < 0)
			err(EXIT_FAILURE, "%s", path);
	}
}

static void match_by_engine(
	const struct lines *directories, const struct lines *names, struct buffer *result)
{
	for (size_t i = 0; i < directories->strings.count; i++) {
		struct wildcard *wildcard;

		buffer_append_format(result, "%s:\n", directories->strings.items[i]);
		if (wildcard_new(&wildcard, directories->strings.items[i],
			    buffer_slice(&names->text)) < 0 ||
			wildcard_match(wildcard, result) < 0)
			errx(EXIT_FAILURE, "the engine cannot match %s",
				directories->strings.items[i]);
		wildcard_free(wildcard);
	}
}

/* Package names contain no characters that are special to fnmatch(3). */
static void append_pattern(struct buffer *pattern, const char *directory)
{
	const char *end;

	pattern->size = 0;
	for (; (end = strstr(directory, WILDCARD)) != NULL;
		directory = end + strlen(WILDCARD))
		buffer_append_format(pattern, "%.*s*", (int)(end - directory), directory);
	buffer_append(pattern, (struct slice){directory, strlen(directory) + 1});
}

static void match_by_fnmatch(
	const struct lines *directories, const struct lines *names, struct buffer *result)
{
	owns_buffer struct buffer pattern = {0};

	for (size_t i = 0; i < directories->strings.count; i++) {
		buffer_append_format(result, "%s:\n", directories->strings.items[i]);
		append_pattern(&pattern, directories->strings.items[i]);
		for (size_t j = 0; j < names->strings.count; j++)
			if (fnmatch(pattern.data, names->strings.items[j], 0) == 0) {
				buffer_append_string(result, names->strings.items[j]);
				buffer_append_string(result, "\n");
			}
	}
}

int main(int argc, char **argv)
{
	struct lines names = {.text = {0}}, directories = {.text = {0}};
	owns_buffer struct buffer result = {0};

	if (argc != 4)
		errx(EXIT_FAILURE, "wrong arguments");
	read_lines(argv[2], &names);
	read_lines(argv[3], &directories);
	if (strcmp(argv[1], "engine") == 0)
		match_by_engine(&directories, &names, &result);
	else
		match_by_fnmatch(&directories, &names, &result);
	if (result.error < 0 ||
		write(STDOUT_FILENO, result.data, result.size) != (ssize_t)result.size)
		err(EXIT_FAILURE, "the result");
	return 0;
}
