/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "printable.h"

START_TEST(visible_ascii_and_the_space_are_printable)
{
	for (int byte = 0; byte < 0x80; byte++) {
		const char text[] = {(char)byte, '\0'};

		ck_assert_msg(printable_size(text) == (byte >= 0x20 && byte != 0x7f),
			"byte %02x", byte);
	}
}
END_TEST

START_TEST(the_end_of_a_text_is_not_printable)
{
	ck_assert_uint_eq(printable_size(""), 0);
}
END_TEST

/* The first and the last of each length, and their neighbours. */
START_TEST(characters_of_every_length_are_printable_and_their_neighbours_are_not)
{
	static const struct {
		const char *bytes;
		size_t size;
	} cases[] = {
		{"\xc2\xa0", 2},
		{"\xc2\x9f", 0}, /* U+009F, the last of C1 */
		{"\xc2\x80", 0},
		{"\xdf\xbf", 2},
		{"\xe0\xa0\x80", 3},
		{"\xe0\x9f\xbf", 0}, /* U+07FF in three bytes */
		{"\xed\x9f\xbf", 3},
		{"\xed\xa0\x80", 0}, /* the first surrogate */
		{"\xed\xbf\xbf", 0},
		{"\xee\x80\x80", 3},
		{"\xef\xbf\xbf", 3},
		{"\xf0\x90\x80\x80", 4},
		{"\xf0\x8f\xbf\xbf", 0}, /* U+FFFF in four bytes */
		{"\xf4\x8f\xbf\xbf", 4},
		{"\xf4\x90\x80\x80", 0}, /* U+110000 */
		{"\xf5\x80\x80\x80", 0},
		{"\xc0\x80", 0},
		{"\xc1\xbf", 0},
		{"\xff", 0},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		ck_assert_msg(
			printable_size(cases[i].bytes) == cases[i].size, "case %zu", i);
}
END_TEST

START_TEST(a_character_that_is_cut_off_is_not_printable)
{
	static const char *const whole[] = {
		"\xc3\xa9", "\xe2\x98\x83", "\xf0\x9f\x90\xa7"};

	for (size_t i = 0; i < COUNT_OF(whole); i++)
		for (size_t size = 1; size < strlen(whole[i]); size++) {
			/*
			 * Of exactly that size, so that a sanitizer sees a step too far.
			 */
			owns_memory char *cut = strndup(whole[i], size);
			owns_memory char *other = string_format("%sx", cut);

			ck_assert_uint_eq(printable_size(cut), 0);
			ck_assert_uint_eq(printable_size(other), 0);
		}
}
END_TEST

START_TEST(continuation_bytes_do_not_begin_a_character)
{
	for (int byte = 0x80; byte < 0xc0; byte++) {
		const char text[] = {(char)byte, (char)byte, '\0'};

		ck_assert_uint_eq(printable_size(text), 0);
	}
}
END_TEST

/* They reorder text, break lines or are invisible, so a name could look like another. */
START_TEST(characters_that_move_or_hide_others_are_not_printable)
{
	static const struct {
		const char *first, *last; /* of three bytes, or of two */
	} ranges[] = {
		{"\xd8\x9c", "\xd8\x9c"},         /* U+061C */
		{"\xe2\x80\x8b", "\xe2\x80\x8f"}, /* U+200B to U+200F */
		{"\xe2\x80\xa8", "\xe2\x80\xae"}, /* U+2028 to U+202E */
		{"\xe2\x81\xa0", "\xe2\x81\xaf"}, /* U+2060 to U+206F */
		{"\xef\xbb\xbf", "\xef\xbb\xbf"}, /* U+FEFF */
		{"\xef\xbf\xb9", "\xef\xbf\xbb"}, /* U+FFF9 to U+FFFB */
	};

	for (size_t i = 0; i < COUNT_OF(ranges); i++) {
		size_t size = strlen(ranges[i].first);
		char at[sizeof("123")];
		unsigned char last = (unsigned char)ranges[i].last[size - 1];

		memcpy(at, ranges[i].first, size + 1);
		at[size - 1]--;
		ck_assert_msg(printable_size(at) == size, "before range %zu", i);
		for (at[size - 1]++; (unsigned char)at[size - 1] <= last; at[size - 1]++)
			ck_assert_msg(printable_size(at) == 0, "range %zu", i);
		if (last < 0xbf)
			ck_assert_msg(printable_size(at) == size, "after range %zu", i);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {visible_ascii_and_the_space_are_printable,
		the_end_of_a_text_is_not_printable,
		characters_of_every_length_are_printable_and_their_neighbours_are_not,
		a_character_that_is_cut_off_is_not_printable,
		continuation_bytes_do_not_begin_a_character,
		characters_that_move_or_hide_others_are_not_printable};

	return run_tests("printable", tests, COUNT_OF(tests));
}
