/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "known.h"

#define owns_known __attribute__((cleanup(known_done)))

#define LINES                                                                            \
	"zsh\tamd64\t-\t-\n"                                                             \
	"libc6\tamd64\t2.36\t-\n"                                                        \
	"libc6\ti386\t-\t-\n"                                                            \
	"nginx\tamd64\t-\t-\n"                                                           \
	"php8.2-cli\tamd64\t-\t-\n"                                                      \
	"tzdata\tall\t2024\t-\n"

static void parse(struct known *known, const char *lines)
{
	ck_assert_int_eq(known_parse(known, slice_of(lines)), 0);
}

START_TEST(names_are_known_with_and_without_architecture)
{
	owns_known struct known known;

	parse(&known, LINES);
	ck_assert(known_has(&known, "zsh"));
	ck_assert(known_has(&known, "libc6"));
	ck_assert(known_has(&known, "libc6:i386"));
	ck_assert(known_has(&known, "tzdata:all"));
	ck_assert(!known_has(&known, "zsh:i386"));
	ck_assert(!known_has(&known, "zs"));
	ck_assert(!known_has(&known, "zsh\n"));
	ck_assert(!known_has(&known, ""));
}
END_TEST

START_TEST(wildcards_are_held_against_what_they_are_for)
{
	owns_known struct known known;

	parse(&known, LINES);
	ck_assert_int_eq(known_matches(&known, "php__WILDCARD__"), 1);
	ck_assert_int_eq(known_matches(&known, "__WILDCARD__:i386"), 1);
	ck_assert_int_eq(known_matches(&known, "libc6"), 1);
	ck_assert_int_eq(known_matches(&known, "__WILDCARD__:arm64"), 0);
	ck_assert_int_eq(known_matches(&known, "php"), 0);
	ck_assert_int_eq(known_matches(&known, "php*"), 0);
}
END_TEST

START_TEST(the_nearest_name)
{
	owns_known struct known known;

	parse(&known, LINES);
	ck_assert_str_eq(known_nearest(&known, "ngixn"), "nginx");
	ck_assert_str_eq(known_nearest(&known, "Nginx"), "nginx");
	ck_assert_str_eq(known_nearest(&known, "libc6:i368"), "libc6:i386");
	ck_assert_ptr_null(known_nearest(&known, "postgresql"));
}
END_TEST

START_TEST(without_lists_only_what_is_installed_is_known)
{
	owns_known struct known with, without, none;

	parse(&with, LINES);
	parse(&without, "libc6\tamd64\t2.36\t-\n");
	parse(&none, "");
	ck_assert(with.has_lists);
	ck_assert(!without.has_lists);
	ck_assert(!none.has_lists);
	ck_assert(!known_has(&none, "libc6"));
	ck_assert_int_eq(known_matches(&none, "__WILDCARD__"), 0);
	ck_assert_ptr_null(known_nearest(&none, "libc6"));
}
END_TEST

START_TEST(lines_of_another_form_are_passed_over)
{
	owns_known struct known known;

	parse(&known, "\nzsh\n\tamd64\t1\t-\nnginx\t\t-\t-\nperl\tamd64");
	ck_assert(known_has(&known, "perl"));
	ck_assert(!known_has(&known, "zsh"));
	ck_assert(!known_has(&known, "nginx"));
	ck_assert_uint_eq(known.names.count, 1);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {names_are_known_with_and_without_architecture,
		wildcards_are_held_against_what_they_are_for, the_nearest_name,
		without_lists_only_what_is_installed_is_known,
		lines_of_another_form_are_passed_over};

	return run_tests("known", tests, COUNT_OF(tests));
}
