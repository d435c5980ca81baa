/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "segments.h"

#define W "__WILDCARD__"

static const char names[] = "ea-php81\nea-php82\nlibc6\nperl\nperl-base\n";

static void assert_slice(struct slice slice, const char *expected)
{
	owns_memory char *text = strndup(slice.size > 0 ? slice.data : "", slice.size);

	ck_assert_str_eq(text, expected);
}

static void assert_left(const char *directory, const char *expected)
{
	struct segments segments = segments_of(directory);

	assert_slice(segments_narrow(&segments, slice_of(names)), expected);
}

START_TEST(a_name_is_cut_at_its_wildcards)
{
	struct segments segments = segments_of("a" W "b" W W "c" W "d");
	struct segments plain = segments_of("a_WILDCARD__");

	ck_assert(segments.is_pattern);
	assert_slice(segments.first, "a");
	assert_slice(segments.middle, "b" W W "c" W);
	assert_slice(segments.last, "d");
	ck_assert(!plain.is_pattern);
	assert_slice(plain.first, "a_WILDCARD__");
}
END_TEST

START_TEST(parts_are_taken_one_by_one)
{
	struct slice rest = slice_of("a" W W "b");

	assert_slice(segments_next(&rest), "a");
	assert_slice(segments_next(&rest), "");
	assert_slice(segments_next(&rest), "b");
	ck_assert_uint_eq(rest.size, 0);
}
END_TEST

START_TEST(a_plain_name_leaves_only_itself)
{
	assert_left("perl", "perl\n");
	assert_left("per", "");
	assert_left("perl-bas", "");
}
END_TEST

START_TEST(a_prefix_leaves_the_names_that_have_it)
{
	assert_left("ea-" W, "ea-php81\nea-php82\n");
	assert_left("perl" W, "perl\nperl-base\n");
	assert_left("q" W, "");
	assert_left(W, names);
}
END_TEST

START_TEST(a_part_that_no_name_contains_leaves_nothing)
{
	assert_left("ea-" W "81", "ea-php81\nea-php82\n");
	assert_left("ea-" W "base", "");
	assert_left(W "python" W, "");
	assert_left(W "python" W "base", "");
	assert_left(W "php" W "83", "");
	assert_left(W "base" W "perl" W, names); /* PCRE2 sees the order */
}
END_TEST

START_TEST(no_name_contains_a_line_end)
{
	assert_left("perl\nperl-base", "");
	assert_left(W "81\nea-" W, "");
}
END_TEST

START_TEST(the_line_around_an_offset_is_found)
{
	assert_slice(names_line(slice_of(names), 0), "ea-php81");
	assert_slice(names_line(slice_of(names), 8), "ea-php81");
	assert_slice(names_line(slice_of(names), 9), "ea-php82");
	assert_slice(names_line(slice_of(names), sizeof(names) - 2), "perl-base");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_name_is_cut_at_its_wildcards,
		parts_are_taken_one_by_one, a_plain_name_leaves_only_itself,
		a_prefix_leaves_the_names_that_have_it,
		a_part_that_no_name_contains_leaves_nothing, no_name_contains_a_line_end,
		the_line_around_an_offset_is_found};

	return run_tests("segments", tests, COUNT_OF(tests));
}
