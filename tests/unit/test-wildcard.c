/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "segments.h"
#include "wildcard.h"

#include <fnmatch.h>
#include <time.h>

#define W "__WILDCARD__"

/* The names that match, one per line; also compared with wildcard_matches_any(). */
static struct buffer match(const char *directory_name, struct slice names)
{
	struct wildcard *wildcard = NULL;
	struct buffer matched = {0};

	ck_assert_int_eq(wildcard_new(&wildcard, directory_name, names), 0);
	ck_assert_int_eq(wildcard_match(wildcard, &matched), 0);
	ck_assert_int_eq(wildcard_matches_any(wildcard), matched.size > 0);
	wildcard_free(wildcard);
	return matched;
}

static void assert_match(
	const char *directory_name, const char *names, const char *expected)
{
	owns_buffer struct buffer matched = match(directory_name, slice_of(names));

	assert_text(&matched, expected);
}

START_TEST(a_name_without_wildcard_matches_only_itself)
{
	static const char names[] = "libc6\nlibc6+\nlibc6-dev\nlibc60\n";

	assert_match("libc6", names, "libc6\n");
	assert_match("libc60", names, "libc60\n");
	assert_match("libc", names, "");
	assert_match("libc6-de", names, "");
	assert_match("zzz", names, "");
	assert_match("a", names, "");
}
END_TEST

START_TEST(the_wildcard_matches_any_text_or_none)
{
	static const char names[] = "ea\nea-php\nea-php81-devel\nphp\nphp81-devel\n";

	assert_match(W, names, names);
	assert_match("ea" W, names, "ea\nea-php\nea-php81-devel\n");
	assert_match(W "php", names, "ea-php\nphp\n");
	assert_match(W "php" W, names, "ea-php\nea-php81-devel\nphp\nphp81-devel\n");
	assert_match("ea" W "devel", names, "ea-php81-devel\n");
	assert_match("ea" W "php" W "devel", names, "ea-php81-devel\n");
	assert_match("ea" W "ea", names, "");
}
END_TEST

START_TEST(adjacent_wildcards_are_one)
{
	static const char names[] = "a\nab\nb\n";

	assert_match(W W, names, names);
	assert_match(W W W "b", names, "ab\nb\n");
	assert_match("a" W W, names, "a\nab\n");
	assert_match("a" W W "b", names, "ab\n");
}
END_TEST

START_TEST(the_whole_name_must_match)
{
	assert_match("b" W, "ab\nb\nbc\ncb\n", "b\nbc\n");
	assert_match(W "b", "ab\nb\nbc\ncb\n", "ab\nb\ncb\n");
}
END_TEST

START_TEST(parts_do_not_share_characters)
{
	assert_match("foo" W "oo", "foo\nfoooo\nfooo\n", "foooo\n");
	assert_match("a" W "a", "a\naa\naba\n", "aa\naba\n");
	assert_match(W "ab" W "ba", "aba\nabba\nababa\n", "abba\nababa\n");
	assert_match(W "a" W "a" W "a", "aa\naaa\nbabab\n", "aaa\n");
}
END_TEST

START_TEST(a_part_may_match_at_a_later_place)
{
	assert_match(W "ab" W "cd", "ab-cd-ab\nabcdab-cd\n", "abcdab-cd\n");
	assert_match("a" W "b" W "bc", "abxbc\nabc\n", "abxbc\n");
}
END_TEST

START_TEST(everything_else_is_literal)
{
	static const char names[] =
		"foo.bar\nfooxbar\ng++\ng++-12\nlibstdc++6\nlibstdccc6\n";

	assert_match("foo.bar", names, "foo.bar\n");
	assert_match("g++-" W, names, "g++-12\n");
	assert_match("libstdc++6", names, "libstdc++6\n");
	assert_match("foo." W, names, "foo.bar\n");
	assert_match(W ".bar", names, "foo.bar\n");
	assert_match(W "c++" W, names, "libstdc++6\n");
	assert_match("foo*", names, "");
	assert_match("foo" W "[x]", names, "");
	assert_match("(?i)FOO" W, names, "");
	assert_match(W "^foo" W, names, "");
	assert_match(W "r$", names, "");
	assert_match(W "\\Ebar", names, "");
	assert_match(W "\\x2ebar", names, "");
	assert_match(W "#" W "bar|g", names, "");
	assert_match(W "~a" W "{", "~a{\n~ax\n", "~a{\n");
}
END_TEST

START_TEST(case_counts)
{
	assert_match("LIB" W, "LIBa\nliba\n", "LIBa\n");
	assert_match(W "A", "LIBa\nlibA\n", "libA\n");
	assert_match("__wildcard__", "a\n", "");
}
END_TEST

START_TEST(half_a_wildcard_is_literal)
{
	assert_match("__WILDCARD_", "__WILDCARD_\na\n", "__WILDCARD_\n");
	assert_match(W "WILDCARD__", "aWILDCARD__\nb\n", "aWILDCARD__\n");
	ck_assert(segments_of("a" W).is_pattern);
	ck_assert(!segments_of("a__WILDCARD").is_pattern);
}
END_TEST

START_TEST(no_match_spans_two_names)
{
	assert_match("a" W "b", "a\nb\n", "");
	assert_match(W "a\nb" W, "a\nb\n", "");
	assert_match("a\nb", "a\nb\n", "");
	assert_match("a\n", "a\n", "");
	assert_match(W "a" W "b" W, "a\nb\nab\n", "ab\n");
}
END_TEST

START_TEST(without_names_nothing_matches)
{
	assert_match(W, "", "");
	assert_match("", "", "");
	assert_match("a", "", "");
	assert_match("a" W "b", "", "");
}
END_TEST

START_TEST(any_bytes_in_a_directory_name_are_literal)
{
	char name[256 + sizeof(W)];

	for (int i = 1; i < 256; i++)
		name[i - 1] = (char)i;
	memcpy(name + 255, W, sizeof(W));
	assert_match(name, "a\nb\n", "");
	assert_match(W "\xff\xfe" W, "a\n", "");
	assert_match(W "'\"$(id)`id`" W, "id\n", "");
}
END_TEST

/* Two letters and a character that is special to PCRE2 make many near misses. */
static void random_text(uint32_t *seed, size_t longest, struct buffer *text)
{
	for (size_t i = next_random(seed) % (longest + 1); i > 0; i--)
		buffer_append(text, (struct slice){"aab." + next_random(seed) % 4, 1});
}

static struct buffer random_names(uint32_t *seed)
{
	owns_strings struct string_list list = {0};
	struct buffer names = {0};

	for (int i = 0; i < 60; i++) {
		owns_buffer struct buffer name = {0};

		buffer_append_string(&name, i % 2 == 0 ? "a" : "b");
		random_text(seed, 9, &name);
		buffer_append(&name, (struct slice){"", 1});
		ck_assert_int_eq(string_list_add(&list, name.data), 0);
	}
	string_list_sort_unique(&list);
	for (size_t i = 0; i < list.count; i++)
		buffer_append_format(&names, "%s\n", list.items[i]);
	return names;
}

/* One pattern in both syntaxes. */
static void random_pattern(uint32_t *seed, struct buffer *ours, struct buffer *theirs)
{
	for (uint32_t parts = 1 + next_random(seed) % 7; parts > 0; parts--) {
		if (next_random(seed) % 2 == 0) {
			buffer_append_string(ours, W);
			buffer_append_string(theirs, "*");
		} else {
			size_t start = ours->size;

			random_text(seed, 3, ours);
			buffer_append(theirs,
				(struct slice){ours->data + start, ours->size - start});
		}
	}
	buffer_append(ours, (struct slice){"", 1});
	buffer_append(theirs, (struct slice){"", 1});
}

static struct buffer match_with_fnmatch(const char *pattern, struct slice names)
{
	struct buffer matched = {0};

	while (names.size > 0) {
		struct slice line = slice_cut(&names, '\n');
		owns_memory char *name = strndup(line.data, line.size);

		if (fnmatch(pattern, name, 0) == 0)
			buffer_append_format(&matched, "%s\n", name);
	}
	buffer_append(&matched, (struct slice){"", 1});
	return matched;
}

START_TEST(random_patterns_match_what_fnmatch_matches)
{
	uint32_t seed = 4711;
	size_t hits = 0;

	printf("%s: seed %u\n", __func__, seed);
	for (int round = 0; round < 400; round++) {
		owns_buffer struct buffer names = random_names(&seed);

		for (int i = 0; i < 25; i++) {
			owns_buffer struct buffer ours = {0}, theirs = {0};
			owns_buffer struct buffer found = {0}, expected = {0};

			random_pattern(&seed, &ours, &theirs);
			if (ours.data[0] == '\0')
				continue;
			found = match(ours.data, buffer_slice(&names));
			expected = match_with_fnmatch(theirs.data, buffer_slice(&names));
			hits += found.size > 0;
			buffer_append(&found, (struct slice){"", 1});
			ck_assert_msg(strcmp(found.data, expected.data) == 0,
				"pattern %s\nfound\n%swhere fnmatch found\n%sof\n%.*s",
				ours.data, found.data, expected.data, (int)names.size,
				names.data);
		}
	}
	ck_assert_uint_gt(hits, 1000);
}
END_TEST

/* Enough names to make PCRE2's just-in-time compiler worthwhile. */
START_TEST(many_names_match_what_fnmatch_matches)
{
	static const char *const patterns[][2] = {{"p" W "7", "p*7"},
		{W "1" W "2" W, "*1*2*"}, {W "99", "*99"}, {W "0" W, "*0*"},
		{"p1" W "p", "p1*p"}};
	owns_buffer struct buffer names = {0};

	for (int i = 0; i < 20000; i++)
		buffer_append_format(&names, "p%05d\n", i);
	for (size_t i = 0; i < COUNT_OF(patterns); i++) {
		owns_buffer struct buffer found =
			match(patterns[i][0], buffer_slice(&names));
		owns_buffer struct buffer expected =
			match_with_fnmatch(patterns[i][1], buffer_slice(&names));

		assert_text(&found, expected.data);
	}
}
END_TEST

/* The minimum of some runs, since other processes can only slow them down. */
static double seconds_to_match(const char *directory_name, size_t name_size)
{
	owns_buffer struct buffer names = {0};
	double least = 1e9;

	for (size_t i = 0; i < name_size; i++)
		buffer_append_string(&names, "a");
	buffer_append_string(&names, "\n");
	for (int i = 0; i < 7; i++) {
		clock_t start = clock();
		owns_buffer struct buffer matched =
			match(directory_name, buffer_slice(&names));
		double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;

		ck_assert_uint_eq(matched.size, 0);
		least = seconds < least ? seconds : least;
	}
	return least;
}

/*
 * Each of the 200 parts could match in thousands of places, except the last, which matches
 * nowhere. With backtracking, this would never end, or end with -EIO. 16 times the bytes
 * may cost a bit more than 16 times the work, but not 256 times, as quadratic time would.
 */
static void assert_linear(const char *start, const char *end)
{
	owns_buffer struct buffer directory_name = {0};
	double little, much;

	buffer_append_string(&directory_name, start);
	for (int i = 0; i < 200; i++)
		buffer_append_string(&directory_name, W "a");
	buffer_append_string(&directory_name, end);
	buffer_append(&directory_name, (struct slice){"", 1});
	little = seconds_to_match(directory_name.data, 20000);
	much = seconds_to_match(directory_name.data, 16 * 20000);
	ck_assert_msg(much < 64 * (little + 1e-4), "\"%s\" ... \"%s\": %f s and %f s",
		start, end, little, much);
}

START_TEST(two_hundred_wildcards_match_in_linear_time)
{
	assert_linear("", W "b");
	assert_linear("", W "b" W);
	assert_linear("a", W "b");
	assert_linear("a", W "b" W);
	assert_linear("a", "b");
}
END_TEST

START_TEST(all_wildcards_in_a_row_match_in_linear_time)
{
	owns_buffer struct buffer directory_name = {0};
	owns_buffer struct buffer matched = {0};

	for (int i = 0; i < 200; i++)
		buffer_append_string(&directory_name, W);
	buffer_append(&directory_name, (struct slice){"b", 2});
	matched = match(directory_name.data, slice_of("aaaaaaaaaaaaaaaaaaaaaaaa\nab\n"));
	assert_text(&matched, "ab\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_name_without_wildcard_matches_only_itself,
		the_wildcard_matches_any_text_or_none, adjacent_wildcards_are_one,
		the_whole_name_must_match, parts_do_not_share_characters,
		a_part_may_match_at_a_later_place, everything_else_is_literal,
		case_counts, half_a_wildcard_is_literal, no_match_spans_two_names,
		without_names_nothing_matches, any_bytes_in_a_directory_name_are_literal,
		random_patterns_match_what_fnmatch_matches,
		many_names_match_what_fnmatch_matches,
		two_hundred_wildcards_match_in_linear_time,
		all_wildcards_in_a_row_match_in_linear_time};

	return run_tests("wildcard", tests, COUNT_OF(tests));
}
