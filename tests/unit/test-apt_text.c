/* SPDX-License-Identifier: BSD-2-Clause */
#include "apt_text.h"
#include "fixture.h"

static void assert_decoded(const char *encoded, const char *expected)
{
	owns_memory char *decoded = percent_decode(slice_of(encoded));

	ck_assert_str_eq(decoded, expected);
}

START_TEST(what_is_percent_encoded_is_decoded)
{
	assert_decoded("", "");
	assert_decoded("a%20b%25%0a%c3%a9", "a b%\n\xc3\xa9");
	assert_decoded("%C3%A9", "\xc3\xa9");
}
END_TEST

START_TEST(a_percent_sign_that_begins_nothing_stands_for_itself)
{
	assert_decoded("%", "%");
	assert_decoded("100%", "100%");
	assert_decoded("%2", "%2");
	assert_decoded("%zz%2g", "%zz%2g");
}
END_TEST

START_TEST(what_was_encoded_is_decoded_to_the_same)
{
	char all[256];
	owns_buffer struct buffer encoded = {0};
	owns_memory char *decoded = NULL;

	for (int i = 1; i < 256; i++)
		all[i - 1] = (char)i;
	all[255] = '\0';
	percent_encode(&encoded, all);
	for (size_t i = 0; i < encoded.size; i++)
		ck_assert(encoded.data[i] > ' ' && encoded.data[i] < 0x7f);
	decoded = percent_decode(buffer_slice(&encoded));
	ck_assert_str_eq(decoded, all);
}
END_TEST

START_TEST(booleans_are_those_of_apt_in_any_case)
{
	static const char *const good[] = {
		"1", "yes", "true", "with", "on", "enable", "TRUE"};
	static const char *const bad[] = {
		"0", "no", "false", "without", "off", "disable", "Off"};
	static const char *const neither[] = {"", "2", "tru", "truee", "soon", " true"};

	for (size_t i = 0; i < COUNT_OF(good); i++)
		ck_assert_int_eq(apt_boolean(slice_of(good[i])), 1);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		ck_assert_int_eq(apt_boolean(slice_of(bad[i])), 0);
	for (size_t i = 0; i < COUNT_OF(neither); i++)
		ck_assert_int_eq(apt_boolean(slice_of(neither[i])), -1);
}
END_TEST

START_TEST(a_scope_holds_itself_and_what_is_below_it)
{
	static const char *const in[] = {"Scope", "Scope::", "Scope::Key", "sCOPE::a::b"};
	static const char *const out[] = {"", "Scop", "Scope:", "Scope:Key",
		"ScopeX::Key", "Scope-Other::Key", "My::Scope"};

	for (size_t i = 0; i < COUNT_OF(in); i++)
		ck_assert_msg(apt_is_in_scope(slice_of(in[i]), "Scope"), "%s", in[i]);
	for (size_t i = 0; i < COUNT_OF(out); i++)
		ck_assert_msg(!apt_is_in_scope(slice_of(out[i]), "Scope"), "%s", out[i]);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_scope_holds_itself_and_what_is_below_it,
		what_is_percent_encoded_is_decoded,
		a_percent_sign_that_begins_nothing_stands_for_itself,
		what_was_encoded_is_decoded_to_the_same,
		booleans_are_those_of_apt_in_any_case};

	return run_tests("apt_text", tests, COUNT_OF(tests));
}
