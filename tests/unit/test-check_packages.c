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
	ck_assert_ptr_null(package_names_nearest(&names, "zshell"));
	ck_assert_ptr_null(package_names_nearest(&names, "php8.2-fpm-cli"));
	ck_assert_str_eq(package_names_nearest(&names, "php8.1-cil"), "php8.2-cli");
}
END_TEST

static void assert_certain(const struct package_names *names, const char *directory,
	bool is_wildcard, const char *expected)
{
	owns_memory char *certain = package_names_certain(names, directory, is_wildcard);

	if (expected == NULL)
		ck_assert_msg(certain == NULL, "%s: %s", directory, certain);
	else
		ck_assert_str_eq(certain, expected);
}

START_TEST(only_case_underscores_wildcards_and_devel_are_certain)
{
	owns_package_names struct package_names names;

	parse(&names, LINES "libxml2-dev\tamd64\t-\t-\n");
	assert_certain(&names, "NGINX", false, "nginx");
	assert_certain(&names, "Libc6:i386", false, "libc6:i386");
	assert_certain(&names, "PHP8.2_CLI", false, "php8.2-cli");
	assert_certain(&names, "LibXML2_devel", false, "libxml2-dev");
	assert_certain(&names, "libxml2-devel:amd64", false, "libxml2-dev:amd64");
	assert_certain(&names, "zsh-devel", false, NULL);
	assert_certain(&names, "-devel", false, NULL);
	assert_certain(&names, "ngixn", false, NULL);
	assert_certain(&names, "php*", false, NULL);
	assert_certain(&names, "php*", true, "php__WILDCARD__");
	assert_certain(&names, "PHP8__WILDCARD___CLI", true, "php8__WILDCARD__cli");
	assert_certain(
		&names, "libxml2__WILDCARD__-devel", true, "libxml2__WILDCARD__-dev");
	assert_certain(&names, "perl*", true, NULL);
}
END_TEST

static void assert_binaries(
	const struct package_names *names, const char *source, const char *expected)
{
	owns_memory char *binaries = package_names_of_source(names, source);

	ck_assert_str_eq(binaries != NULL ? binaries : "none", expected);
}

START_TEST(the_packages_of_a_source_package_the_installed_first)
{
	owns_package_names struct package_names names;

	parse(&names,
		"libc-bin\tamd64\t-\t-\tglibc\nlibc6\tamd64\t2\t-\tglibc\n"
		"libc6\ti386\t2\t-\tglibc\nd\tall\t-\t-\tx\nb\tall\t-\t-\tx\n"
		"c\tall\t-\t-\tx\na\tall\t-\t-\tx\ne\tall\t-\t-\tx\nf\tall\t-\t-\tx\n"
		"g\tall\t1\t-\tx\nzsh\tall\t1\t1\n");
	assert_binaries(&names, "glibc", "libc6, libc-bin");
	assert_binaries(&names, "x", "g, a, b, c, d and 2 more");
	assert_binaries(&names, "zsh", "none");
	assert_binaries(&names, "glib", "none");
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
		only_case_underscores_wildcards_and_devel_are_certain,
		the_packages_of_a_source_package_the_installed_first,
		without_lists_only_installed_packages_are_known, other_lines_are_ignored};

	return run_tests("check_packages", tests, COUNT_OF(tests));
}
