/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "nearest.h"

static size_t distance(const char *a, const char *b)
{
	return word_distance(a, b, 100);
}

static const char *find(const char *wanted, const char *const *words)
{
	struct nearest nearest = nearest_to(wanted);

	for (; *words != NULL; words++)
		nearest_try(&nearest, *words);
	return nearest.word;
}

/* The nearest of several words. */
#define FIND(wanted, ...) find(wanted, (const char *const[]){__VA_ARGS__, NULL})

START_TEST(each_change_of_a_letter_counts_one)
{
	ck_assert_uint_eq(distance("remove", "remove"), 0);
	ck_assert_uint_eq(distance("remove", "remote"), 1);
	ck_assert_uint_eq(distance("remove", "removes"), 1);
	ck_assert_uint_eq(distance("remove", "emove"), 1);
	ck_assert_uint_eq(distance("remove", "ermove"), 1);
	ck_assert_uint_eq(distance("remove", "remoev"), 1);
	ck_assert_uint_eq(distance("remove", "removing"), 3);
	ck_assert_uint_eq(distance("kitten", "sitting"), 3);
	ck_assert_uint_eq(distance("abcd", "badc"), 2);
	/* Swapped letters are not changed again. */
	ck_assert_uint_eq(distance("ca", "abc"), 3);
}
END_TEST

START_TEST(the_distance_from_an_empty_word_is_the_length)
{
	ck_assert_uint_eq(distance("", ""), 0);
	ck_assert_uint_eq(distance("", "abc"), 3);
	ck_assert_uint_eq(distance("abc", ""), 3);
}
END_TEST

START_TEST(case_is_ignored)
{
	ck_assert_uint_eq(distance("POST-invoke", "Post-Invoke"), 0);
	ck_assert_uint_eq(distance("Ab", "bA"), 1);
}
END_TEST

START_TEST(the_distance_is_symmetric)
{
	uint32_t seed = 7;

	for (int round = 0; round < 2000; round++) {
		char words[2][9] = {"", ""};
		size_t there, back;

		for (size_t word = 0; word < 2; word++) {
			size_t size = next_random(&seed) % sizeof(words[word]);

			for (size_t i = 0; i < size; i++)
				words[word][i] = (char)('a' + next_random(&seed) % 3);
		}
		there = distance(words[0], words[1]);
		back = distance(words[1], words[0]);
		ck_assert_msg(there == back, "%s, %s: %zu, %zu", words[0], words[1],
			there, back);
		ck_assert_uint_le(there, 8);
		for (size_t limit = 0; limit < 10; limit++)
			ck_assert_uint_eq(word_distance(words[0], words[1], limit),
				there < limit ? there : limit);
		ck_assert_int_eq(there == 0, strcmp(words[0], words[1]) == 0);
	}
}
END_TEST

START_TEST(the_distance_is_at_most_the_limit)
{
	ck_assert_uint_eq(word_distance("abc", "xyz", 2), 2);
	ck_assert_uint_eq(word_distance("abc", "xyz", 3), 3);
	ck_assert_uint_eq(word_distance("abc", "xyz", 4), 3);
	ck_assert_uint_eq(word_distance("a", "abcdef", 5), 5);
	ck_assert_uint_eq(word_distance("a", "abcdef", 6), 5);
	ck_assert_uint_eq(word_distance("abc", "abc", 0), 0);
}
END_TEST

START_TEST(words_of_more_than_255_bytes_are_at_the_limit)
{
	char word[257];

	memset(word, 'x', sizeof(word) - 1);
	word[256] = '\0';
	ck_assert_uint_eq(word_distance(word, word, 9), 9);
	ck_assert_uint_eq(word_distance(word + 1, word, 9), 9);
	ck_assert_uint_eq(word_distance(word, word + 1, 9), 9);
	ck_assert_uint_eq(word_distance(word + 1, word + 1, 9), 0);
	ck_assert_uint_eq(word_distance(word + 1, word + 4, 9), 3);
}
END_TEST

START_TEST(any_byte_is_a_letter)
{
	ck_assert_uint_eq(distance("caf\xe9", "caf\xc3\xa9"), 2);
	ck_assert_uint_eq(distance("\xff\n", "\n\xff"), 1);
}
END_TEST

START_TEST(a_third_of_the_letters_may_differ_but_at_least_one)
{
	ck_assert_str_eq(FIND("ab", "abc"), "abc");
	ck_assert_str_eq(FIND("a", "b"), "b");
	ck_assert_ptr_null(FIND("ab", "abcd"));
	ck_assert_ptr_null(FIND("abcde", "abxye"));
	ck_assert_str_eq(FIND("abcdef", "abxyef"), "abxyef");
	ck_assert_ptr_null(FIND("abcdef", "axyzef"));
	ck_assert_ptr_null(FIND("", "ab"));
}
END_TEST

START_TEST(the_first_of_equally_near_words_is_kept)
{
	ck_assert_str_eq(FIND("instal", "instant", "install"), "install");
	ck_assert_str_eq(FIND("aa", "ab", "ac", "ad"), "ab");
	ck_assert_str_eq(FIND("list", "list", "LIST"), "list");
	ck_assert_ptr_null(FIND("list", "purge", "configure"));
}
END_TEST

static void find_among_all(const char *wanted)
{
	static char words[][4] = {"", "a", "ab", "Ba", "abc", "abd", "xyz", "zab", "bca"};
	struct word_outline outlines[COUNT_OF(words)];
	char *list[COUNT_OF(words)];
	struct nearest one = nearest_to(wanted), all = one;

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		list[i] = words[i];
		outlines[i] = word_outline(words[i]);
		nearest_try(&one, words[i]);
	}
	nearest_try_all(&all, list, outlines, COUNT_OF(words));
	ck_assert_ptr_eq(all.word, one.word);
	ck_assert_uint_eq(all.distance, one.distance);
}

START_TEST(trying_all_words_at_once_finds_the_same)
{
	static const char *const wanted[] = {"", "a", "b", "ba", "abcd", "ABX", "acb",
		"yz", "zyx", "abcabcabc", "qqq", "\xff"};

	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		find_among_all(wanted[i]);
}
END_TEST

START_TEST(the_nearest_account_is_found)
{
	static const char accounts[] = "root:x:0:0::/:\n"
				       "postgrex:x:1:1::/:\n"
				       "postgres:x:2:2::/:\n"
				       "daemon:x:3:3::/:\n";
	static const struct {
		const char *wanted, *nearest;
	} cases[] = {{"postgre", "postgrex"}, {"postgrss", "postgres"},
		{"deamon", "daemon"}, {"nobody", NULL}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		FILE *file = fmemopen((char *)accounts, strlen(accounts), "r");
		owns_memory char *found = NULL;

		ck_assert_ptr_nonnull(file);
		found = nearest_account(file, cases[i].wanted);
		ck_assert_pstr_eq(found, cases[i].nearest);
		ck_assert_int_eq(fclose(file), 0);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {each_change_of_a_letter_counts_one,
		the_distance_from_an_empty_word_is_the_length, case_is_ignored,
		the_distance_is_symmetric, the_distance_is_at_most_the_limit,
		words_of_more_than_255_bytes_are_at_the_limit, any_byte_is_a_letter,
		a_third_of_the_letters_may_differ_but_at_least_one,
		the_first_of_equally_near_words_is_kept,
		trying_all_words_at_once_finds_the_same, the_nearest_account_is_found};

	return run_tests("nearest", tests, COUNT_OF(tests));
}
