/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "pattern.h"

/* Whether "NAME:ARCHITECTURE" matches the glob of a pattern. */
static bool is_match(const char *text, const char *qualified)
{
	struct pattern pattern;
	owns_memory char *name = strdup(qualified);
	char *architecture = strchr(name, ':');

	*architecture++ = '\0';
	ck_assert_msg(pattern_parse(&pattern, text), "%s is refused", text);
	return pattern_matches(&pattern, name, architecture);
}

START_TEST(a_pattern_has_a_glob_and_perhaps_a_relation)
{
	struct pattern pattern;

	ck_assert(pattern_parse(&pattern, "linux-*"));
	ck_assert(!pattern.excludes);
	ck_assert(slice_equals(pattern.glob, "linux-*"));
	ck_assert_ptr_null(pattern.relation.comparator);
	ck_assert(pattern_parse(&pattern, "!g++-1[0-2] (>> 2:1.0~rc1-3)"));
	ck_assert(pattern.excludes);
	ck_assert(slice_equals(pattern.glob, "g++-1[0-2]"));
	ck_assert_str_eq(pattern.relation.comparator, ">>");
	ck_assert(slice_equals(pattern.relation.version, "2:1.0~rc1-3"));
}
END_TEST

START_TEST(what_no_package_can_match_is_refused)
{
	static const char *const bad[] = {"", "!", "!!a", " ", "a b", "a, b", "a | b",
		"! a", "a/b", "[a", "a[", "[!]", "(>= 1)", "a (> 1)", "a (>= )", "a (1)",
		"a (>= 1", "\xc3\xa4", "a\n"};
	struct pattern pattern;
	char text[1024];

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		ck_assert_msg(!pattern_parse(&pattern, bad[i]), "%s is taken", bad[i]);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	ck_assert(!pattern_parse(&pattern, text));
}
END_TEST

START_TEST(a_glob_matches_the_whole_name)
{
	ck_assert(is_match("bash", "bash:amd64"));
	ck_assert(!is_match("bas", "bash:amd64"));
	ck_assert(!is_match("ash", "bash:amd64"));
	ck_assert(is_match("*", "bash:amd64"));
	ck_assert(is_match("b?sh", "bash:amd64"));
	ck_assert(is_match("[!d]ash", "bash:amd64"));
	ck_assert(!is_match("[^b]ash", "bash:amd64"));
	ck_assert(is_match("g++*", "g++-12:amd64"));
	ck_assert(is_match("!bash", "bash:amd64"));
	ck_assert(is_match("[]a]", "a:amd64"));
}
END_TEST

START_TEST(a_glob_that_is_too_long_matches_nothing)
{
	owns_memory char *text = calloc(1, 1000);
	struct pattern pattern = {.excludes = false};

	memset(text, '*', 999);
	pattern.glob = slice_of(text);
	ck_assert(!pattern_matches(&pattern, "bash", "amd64"));
}
END_TEST

START_TEST(only_a_glob_with_a_colon_sees_the_architecture)
{
	ck_assert(is_match("*:i386", "libc6:i386"));
	ck_assert(!is_match("*:i386", "libc6:amd64"));
	ck_assert(!is_match("libc6*4", "libc6:amd64"));
	ck_assert(is_match("[l:]*", "libc6:amd64"));
}
END_TEST

START_TEST(a_pattern_is_ruled_out_only_if_it_cannot_match)
{
	static const char *const texts[] = {"", "!", "a", "!a", "ab", "ab*", "!ab*", "b*",
		"*", "?b", "[a]b", "a[b]", "a?", "a*b", "ab:amd64", "a:*", "ab (>= 1)",
		"a (>= 1)", "!ab (>= 1)", " ab (>= 1)", "a+b", "a.b", "a-b", "abc",
		"a b"};
	static const char *const names[] = {
		"a", "ab", "abc", "b", "a+b", "a.b", "a-b", "a*b", "a(b", "a*bc", ""};

	for (size_t t = 0; t < COUNT_OF(texts); t++)
		for (size_t n = 0; n < COUNT_OF(names); n++) {
			struct pattern pattern;

			if (pattern_is_ruled_out(texts[t], names[n]))
				ck_assert_msg(!pattern_parse(&pattern, texts[t]) ||
						      !pattern_matches(&pattern, names[n],
							      "amd64"),
					"%s matches %s", texts[t], names[n]);
		}
	ck_assert(pattern_is_ruled_out("ab*", "b"));
	ck_assert(pattern_is_ruled_out("!ab", "abc"));
	ck_assert(pattern_is_ruled_out("abc", "ab"));
	ck_assert(!pattern_is_ruled_out("a*c", "a*bc"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_pattern_has_a_glob_and_perhaps_a_relation,
		what_no_package_can_match_is_refused, a_glob_matches_the_whole_name,
		a_glob_that_is_too_long_matches_nothing,
		a_pattern_is_ruled_out_only_if_it_cannot_match,
		only_a_glob_with_a_colon_sees_the_architecture};

	return run_tests("pattern", tests, COUNT_OF(tests));
}
