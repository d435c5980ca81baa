/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * match-bench NAMES FOLDERS LIMIT RESULT: matches the package names of one file against
 * the folder names of another (sorted lines) as the engine does, and with fnmatch(3).
 * Both must find the same, which goes into RESULT: lines "folder:", then its names.
 */
#include "base.h"
#include "bench.h"
#include "wildcard.h"

#include <err.h>
#include <fnmatch.h>

#define WILDCARD "__WILDCARD__"
#define ROUNDS 11

struct lines {
	struct buffer text;
	struct string_list strings;
};

static void read_lines(const char *path, struct lines *lines)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t size;

	while (file != NULL && (size = getline(&line, &room, file)) > 0) {
		buffer_append(&lines->text, (struct slice){line, (size_t)size});
		line[size - 1] = '\0';
		if (string_list_add(&lines->strings, line) < 0)
			err(BENCH_BROKEN, "%s", path);
	}
	if (lines->text.size == 0 || lines->text.error < 0)
		err(BENCH_BROKEN, "%s", path);
	free(line);
	(void)fclose(file); /* it was only read */
}

static void match_by_engine(
	const char *folder, const struct lines *names, struct buffer *result)
{
	struct wildcard *wildcard;

	if (wildcard_new(&wildcard, folder, buffer_slice(&names->text)) < 0 ||
		wildcard_match(wildcard, result) < 0)
		errx(BENCH_BROKEN, "the engine cannot match %s", folder);
	wildcard_free(wildcard);
}

/* Names of packages have no character that fnmatch(3) would take for more than itself. */
static void match_by_fnmatch(
	const char *folder, const struct lines *names, struct buffer *result)
{
	owns_buffer struct buffer pattern = {0};
	const char *end;

	for (; (end = strstr(folder, WILDCARD)) != NULL; folder = end + strlen(WILDCARD))
		buffer_append_format(&pattern, "%.*s*", (int)(end - folder), folder);
	buffer_append(&pattern, (struct slice){folder, strlen(folder) + 1});
	for (size_t i = 0; i < names->strings.count; i++)
		if (fnmatch(pattern.data, names->strings.items[i], 0) == 0) {
			buffer_append_string(result, names->strings.items[i]);
			buffer_append_string(result, "\n");
		}
}

typedef void matcher(const char *, const struct lines *, struct buffer *);

static double time_of(matcher *match, const struct string_list *folders,
	const struct lines *names, struct buffer *result)
{
	double start = microseconds();

	result->size = 0;
	for (size_t i = 0; i < folders->count; i++) {
		buffer_append_format(result, "%s:\n", folders->items[i]);
		match(folders->items[i], names, result);
	}
	return microseconds() - start;
}

int main(int argc, char **argv)
{
	struct lines names = {.text = {0}}, folders = {.text = {0}};
	struct buffer ours = {0}, theirs = {0};
	double times[2][ROUNDS], engine, pairs;
	FILE *result;

	if (argc != 5)
		errx(BENCH_BROKEN, "wrong arguments");
	read_lines(argv[1], &names);
	read_lines(argv[2], &folders);
	for (int i = 0; i < ROUNDS; i++) {
		times[0][i] = time_of(match_by_engine, &folders.strings, &names, &ours);
		times[1][i] =
			time_of(match_by_fnmatch, &folders.strings, &names, &theirs);
	}
	if (slice_compare(buffer_slice(&ours), buffer_slice(&theirs)) != 0)
		errx(BENCH_BROKEN, "engine and fnmatch(3) differ");
	result = fopen(argv[4], "we");
	if (result == NULL || fwrite(ours.data, ours.size, 1, result) != 1 ||
		fclose(result) != 0)
		err(BENCH_BROKEN, "%s", argv[4]);
	engine = median(times[0], ROUNDS);
	pairs = (double)names.strings.count * (double)folders.strings.count;
	(void)printf("%.0f pairs, %.1f million a second\n", pairs, pairs / engine);
	return judge("matching, over fnmatch(3)", engine, median(times[1], ROUNDS),
		strtod(argv[3], NULL));
}
