/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/check_packages.h"
#include "fixture.h"

#define owns_package_names __attribute__((cleanup(package_names_done)))

#define LINES                                                                            \
	"zsh\tamd64\t-\t-\n"                                                             \
	"libc6\tamd64\t2.36\t-\n"                                                        \
	"libc6\ti386\t-\t-\n"                                                            \
	"nginx\tamd64\t-\t-\n"                                                           \
	"php8.2-cli\tamd64\t-\t-\n"                                                      \
	"tzdata\tall\t2024\t-\n"

static void parse(struct package_names *names, const char *lines)
{
	package_names_parse(names, slice_of(lines));
}

START_TEST(names_are_known_with_and_without_architecture)
{
	owns_package_names struct package_names names;

	parse(&names, LINES);
	ck_assert(package_names_has(&names, "zsh"));
	ck_assert(package_names_has(&names, "libc6"));
	ck_assert(package_names_has(&names, "libc6:i386"));
	ck_assert(package_names_has(&names, "tzdata:all"));
	ck_assert(!package_names_has(&names, "zsh:i386"));
	ck_assert(!package_names_has(&names, "zs"));
	ck_assert(!package_names_has(&names, "zsh\n"));
	ck_assert(!package_names_has(&names, ""));
}
END_TEST

START_TEST(wildcards_match_with_architecture_if_they_have_one)
{
	owns_package_names struct package_names names;

	parse(&names, LINES);
	ck_assert_int_eq(package_names_matches(&names, "php__WILDCARD__"), 1);
	ck_assert_int_eq(package_names_matches(&names, "__WILDCARD__:i386"), 1);
	ck_assert_int_eq(package_names_matches(&names, "libc6"), 1);
	ck_assert_int_eq(package_names_matches(&names, "__WILDCARD__:arm64"), 0);
	ck_assert_int_eq(package_names_matches(&names, "php"), 0);
	ck_assert_int_eq(package_names_matches(&names, "php*"), 0);
}
END_TEST

START_TEST(the_nearest_name)
{
	owns_package_names struct package_names names;

	parse(&names, LINES);
	ck_assert_str_eq(package_names_nearest(&names, "ngixn"), "nginx");
	ck_assert_str_eq(package_names_nearest(&names, "Nginx"), "nginx");
	ck_assert_str_eq(package_names_nearest(&names, "libc6:i368"), "libc6:i386");
	ck_assert_ptr_null(package_names_nearest(&names, "postgresql"));
}
END_TEST

START_TEST(without_lists_only_installed_packages_are_known)
{
	owns_package_names struct package_names with, without, none;

	parse(&with, LINES);
	parse(&without, "libc6\tamd64\t2.36\t-\n");
	parse(&none, "");
	ck_assert(with.has_lists);
	ck_assert(!without.has_lists);
	ck_assert(!none.has_lists);
	ck_assert(!package_names_has(&none, "libc6"));
	ck_assert_int_eq(package_names_matches(&none, "__WILDCARD__"), 0);
	ck_assert_ptr_null(package_names_nearest(&none, "libc6"));
}
END_TEST

START_TEST(other_lines_are_ignored)
{
	owns_package_names struct package_names names;

	parse(&names, "\nzsh\n\tamd64\t1\t-\nnginx\t\t-\t-\nperl\tamd64");
	ck_assert(package_names_has(&names, "perl"));
	ck_assert(!package_names_has(&names, "zsh"));
	ck_assert(!package_names_has(&names, "nginx"));
	ck_assert_uint_eq(names.plain.count, 1);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {names_are_known_with_and_without_architecture,
		wildcards_match_with_architecture_if_they_have_one, the_nearest_name,
		without_lists_only_installed_packages_are_known, other_lines_are_ignored};

	return run_tests("check_packages", tests, COUNT_OF(tests));
}
