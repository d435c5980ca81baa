/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Matches a directory's name against package names, and compares the result with that of
 * a simple matcher. The first line of the input is the directory's name, in which a tab
 * stands for __WILDCARD__; the others are package names. A '+' before them multiplies
 * them until PCRE2 compiles the pattern; a '!' makes them so long that a matcher that is
 * not linear does not end.
 */
#include "harness.h"
#include "segments.h"
#include "wildcard.h"

#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#define W "__WILDCARD__"

/* From this number of names on, wildcard.c lets PCRE2 compile the pattern. */
#define MANY_SIZE 8192

/* A directory's name has at most 255 bytes, and the simple matcher is slow. */
#define DIRECTORY_NAME_MAX 1000

/* A hundred times what it takes to read each byte once. */
#define LONG_SIZE 65536
#define SECONDS_MAX 2

/* The part of the name that the pattern is matched against. */
static bool matches_from(struct slice pattern, struct slice name)
{
	size_t wild = strlen(W);
	struct slice retry = {NULL, 0}; /* the pattern after the last wildcard */
	struct slice place = {NULL, 0}; /* where it was last tried */

	for (;;) {
		if (pattern.size >= wild && pattern.data[0] == W[0] &&
			memcmp(pattern.data, W, wild) == 0) {
			pattern =
				(struct slice){pattern.data + wild, pattern.size - wild};
			retry = pattern;
			place = name;
		} else if (pattern.size > 0 && name.size > 0 &&
			   pattern.data[0] == name.data[0]) {
			pattern = (struct slice){pattern.data + 1, pattern.size - 1};
			name = (struct slice){name.data + 1, name.size - 1};
		} else if (pattern.size == 0 && name.size == 0) {
			return true;
		} else if (retry.data != NULL && place.size > 0) {
			place = (struct slice){place.data + 1, place.size - 1};
			pattern = retry;
			name = place;
		} else {
			return false;
		}
	}
}

static void match_plainly(
	const char *directory, struct slice names, struct buffer *matched)
{
	while (names.size > 0) {
		struct slice name = slice_cut(&names, '\n');

		if (!matches_from(slice_of(directory), name))
			continue;
		buffer_append(matched, name);
		buffer_append_string(matched, "\n");
	}
}

/* Turns a line into a valid directory name, apart from tabs. */
static char *make_directory_name(struct slice line)
{
	struct buffer name = {0};

	for (size_t i = 0;
		i < line.size && line.data[i] != '\0' && name.size < DIRECTORY_NAME_MAX;
		i++) {
		if (line.data[i] == '\t')
			buffer_append_string(&name, W);
		else
			buffer_append(&name, (struct slice){line.data + i, 1});
	}
	buffer_append(&name, (struct slice){"", 1});
	must(name.error == 0);
	return name.data;
}

/* Sorted, unique, terminated and not empty, like those of transaction_names(). */
static void make_names(struct slice lines, struct buffer *names)
{
	owns_strings struct string_list list = {0};

	while (lines.size > 0) {
		struct slice line = slice_cut(&lines, '\n');
		owns_memory char *name =
			line.size > 0 ? strndup(line.data, line.size) : NULL;

		if (name != NULL && name[0] != '\0')
			must(string_list_add(&list, name) == 0);
	}
	string_list_sort_unique(&list);
	for (size_t i = 0; i < list.count; i++) {
		buffer_append_string(names, list.items[i]);
		buffer_append_string(names, "\n");
	}
}

/* Repeats each of them, with a number after it or before it. */
static void multiply(struct buffer *names)
{
	owns_buffer struct buffer lines = {0};

	for (unsigned i = 0; names->size > 0 && lines.size < MANY_SIZE; i++) {
		struct slice rest = buffer_slice(names);

		while (rest.size > 0) {
			struct slice name = slice_cut(&rest, '\n');

			buffer_append(&lines, name);
			buffer_append_format(&lines, "%u\n%u", i, i);
			buffer_append(&lines, name);
			buffer_append_string(&lines, "\n");
		}
	}
	buffer_append(&lines, buffer_slice(names));
	names->size = 0;
	make_names(buffer_slice(&lines), names);
}

/* The first name, repeated. */
static void lengthen(struct buffer *names)
{
	owns_buffer struct buffer line = {0};
	struct slice rest = buffer_slice(names);

	buffer_append(&line, slice_cut(&rest, '\n'));
	while (line.size > 0 && line.size < LONG_SIZE) {
		must(buffer_reserve(&line, line.size) == 0);
		buffer_append(&line, buffer_slice(&line));
	}
	names->size = 0;
	make_names(buffer_slice(&line), names);
}

/* Not harness_fail(), since printf(3) is not async-signal-safe. */
static void end_what_takes_too_long(int number)
{
	static const char message[] = "this is not matched in linear time\n";

	(void)number;
	(void)!write(STDERR_FILENO, message, strlen(message)); /* abort(3) is enough */
	abort();
}

/* Limits the CPU time of this process, since others may delay it. 0 removes the limit. */
static void set_clock(time_t seconds)
{
	struct itimerval time = {.it_value.tv_sec = seconds};

	must(signal(SIGVTALRM, end_what_takes_too_long) != SIG_ERR);
	must(setitimer(ITIMER_VIRTUAL, &time, NULL) == 0);
}

/* −EIO, which means that PCRE2 reached its match limit, counts as not linear, too. */
static void match(const char *directory, struct slice names, struct buffer *matched)
{
	struct wildcard *wildcard = NULL;
	int error;

	set_clock(SECONDS_MAX);
	error = wildcard_new(&wildcard, directory, names);
	must(error == 0);
	must(wildcard_match(wildcard, matched) == 0);
	must(wildcard_matches_any(wildcard) == (matched->size > 0));
	wildcard_free(wildcard);
	set_clock(0);
}

static char cut_byte(struct slice *rest)
{
	char byte = rest->data[0];

	*rest = (struct slice){rest->data + 1, rest->size - 1};
	return byte;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice names = harness_input(data, size);
	owns_memory char *directory = make_directory_name(slice_cut(&names, '\n'));
	owns_buffer struct buffer lines = {0};
	owns_buffer struct buffer found = {0};
	owns_buffer struct buffer expected = {0};
	char mode = ' ';

	if (names.size > 0 && (names.data[0] == '+' || names.data[0] == '!'))
		mode = cut_byte(&names);
	make_names(names, &lines);
	if (mode == '+')
		multiply(&lines);
	if (mode == '!')
		lengthen(&lines);
	must(lines.error == 0);
	match(directory, buffer_slice(&lines), &found);
	match_plainly(directory, buffer_slice(&lines), &expected);
	must(found.error == 0 && expected.error == 0);
	must(harness_equal(buffer_slice(&found), buffer_slice(&expected)));
	must(segments_of(directory).is_pattern == (strstr(directory, W) != NULL));
	return 0;
}
