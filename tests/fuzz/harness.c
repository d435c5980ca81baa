/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"

#include <stdio.h>

void harness_fail(const char *file, int line, const char *condition)
{
	(void)fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, condition);
	abort();
}

struct slice harness_input(const uint8_t *data, size_t size)
{
	return (struct slice){size > 0 ? (const char *)data : NULL, size};
}

bool harness_equal(struct slice a, struct slice b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool harness_same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

size_t harness_count_lines(struct slice text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.size; i++)
		count += text.data[i] == '\n';
	return count + (text.size > 0 && text.data[text.size - 1] != '\n');
}

void harness_must_ascend(struct slice text)
{
	struct slice before = {NULL, 0};

	must(text.size == 0 || text.data[text.size - 1] == '\n');
	while (text.size > 0) {
		struct slice line = slice_cut(&text, '\n');

		must(slice_compare(before, line) < 0);
		before = line;
	}
}

void harness_must_be_lines_of(struct slice part, struct slice whole)
{
	while (part.size > 0) {
		struct slice wanted = slice_cut(&part, '\n');
		bool is_found = false;

		while (whole.size > 0 && !is_found)
			is_found = harness_equal(slice_cut(&whole, '\n'), wanted);
		must(is_found);
	}
}
