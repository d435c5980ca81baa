/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "process.h"
#include "requirement.h"

#include <errno.h>
#include <unistd.h>

#define ADMIN_DIR "/var/lib/dpkg"
#define DATABASE ADMIN_DIR "/status"

struct package_row {
	const char *name, *architecture, *status, *version, *provides;
};
static const struct package_row rows[] = {
	{"broken", "amd64", "half-configured", "1", "mail (= 9)"},
	{"done", "amd64", "installed", "1:2-3", NULL},
	{"done", "i386", "installed", "1:2-3", NULL},
	{"dpkg", "amd64", "installed", "1.21", NULL},
	{"gone", "amd64", "config-files", "2", NULL},
	{"here", "i386", "installed", "2", "there"},
	{"pending", "amd64", "triggers-pending", "2", NULL},
	{"postfix", "amd64", "installed", "3", "mail (= 2), mta, done (= 1:9)"},
	{"script", "all", "installed", "5", NULL},
	{"unpacked", "amd64", "unpacked", "2", "mail (= 8)"},
};

/* A database with a package in each state that matters. */
static void make_database(void)
{
	owns_buffer struct buffer database = {0};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		buffer_append_format(&database,
			"Package: %s\nStatus: %s ok %s\nMaintainer: nobody\n"
			"Architecture: %s\n%sVersion: %s\nDescription: a test\n",
			rows[i].name,
			strcmp(rows[i].status, "config-files") == 0 ? "deinstall"
								    : "install",
			rows[i].status, rows[i].architecture,
			strcmp(rows[i].name, "done") == 0 ? "Multi-Arch: same\n" : "",
			rows[i].version);
		if (rows[i].provides != NULL)
			buffer_append_format(
				&database, "Provides: %s\n", rows[i].provides);
		buffer_append_string(&database, strcmp(rows[i].name, "pending") == 0
							? "Triggers-Pending: /usr\n"
							: "");
		buffer_append_string(&database, "\n");
	}
	buffer_append(&database, (struct slice){"", 1});
	ck_assert_int_eq(database.error, 0);
	make_directory(ADMIN_DIR "/updates");
	make_directory(ADMIN_DIR "/info");
	make_file(DATABASE, 0644, database.data);
}

static void assert_missing(const char *const *lists, size_t count, const char *expected)
{
	owns_installed struct installed installed = {.count = 0};
	struct slice missing;

	ck_assert_int_eq(installed_read(&installed, at(DATABASE)), 0);
	ck_assert_int_eq(installed_find_missing(&installed, lists, count, &missing), 0);
	if (expected == NULL)
		ck_assert_msg(missing.data == NULL, "%s: %.*s is missing", lists[0],
			(int)missing.size, missing.data);
	else
		ck_assert_msg(missing.data != NULL && slice_equals(missing, expected),
			"%s: %.*s instead of %s is missing", lists[0], (int)missing.size,
			missing.data, expected);
}

START_TEST(dependencies_are_satisfied_as_those_of_packages_are)
{
	static const struct {
		const char *list, *missing; /* NULL: none */
	} cases[] = {
		{"done", NULL},
		{"pending", NULL},
		{"here", NULL},
		{"broken", "broken"},
		{"unpacked", "unpacked"},
		{"gone", "gone"},
		{"none", "none"},
		{"don", "don"},
		/* versions */
		{"done (>= 1:2)", NULL},
		{"done (= 1:2-3)", NULL},
		{"done (<< 1:2-4)", NULL},
		{"done (>> 1:2-3)", NULL}, /* postfix provides it */
		{"done (<< 1)", "done (<< 1)"},
		{"here (>= 2.1)", "here (>= 2.1)"},
		{"here (>= 2~)", NULL},
		{"gone (>= 1)", "gone (>= 1)"},
		/* architectures */
		{"done:amd64", NULL},
		{"done:i386", NULL},
		{"done:arm64", "done:arm64"},
		{"done:any", NULL},
		{"here:amd64", "here:amd64"},
		{"here:i386 (>= 2)", NULL},
		{"script:amd64", NULL},
		{"script:i386", "script:i386"},
		{"script:all", NULL},
		/* alternatives */
		{"none | done", NULL},
		{"done | none", NULL},
		{"done (<< 1) | here (>= 2)", NULL},
		{"none | gone", "none | gone"},
		{"none|gone", "none|gone"},
		/* Provides */
		{"mta", NULL},
		{"mta:amd64", NULL},
		{"mta:i386", "mta:i386"},
		{"mta (>= 1)", "mta (>= 1)"},
		{"mail", NULL},
		{"mail (>= 2)", NULL},
		{"mail (>= 3)", "mail (>= 3)"},
		{"there:i386", NULL},
		{"none | mail (= 2)", NULL},
		/* lists */
		{"done, here", NULL},
		{"done,none , here", "none"},
		{"none (>= 2) | gone, nothing", "none (>= 2) | gone"},
		{"done, mta, nothing", "nothing"},
	};

	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	make_database();
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_missing(&cases[i].list, 1, cases[i].missing);
}
END_TEST

START_TEST(the_first_that_is_missing_of_several_lists_is_found)
{
	static const char *const all[] = {"done", "mta, here"};
	static const char *const some[] = {"done", "here, none", "nothing"};

	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	make_database();
	assert_missing(all, COUNT_OF(all), NULL);
	assert_missing(some, COUNT_OF(some), "none");
}
END_TEST

/* In answer, a line of dpkg_query_provides(). */
static int satisfies(const char *answer, const char *dependency)
{
	owns_installed struct installed installed = {.count = 0};

	buffer_append_string(&installed.answer, answer);
	ck_assert_int_eq(installed_index(&installed), 0);
	return installed_satisfies(&installed, slice_of(dependency));
}

START_TEST(what_is_malformed_provides_and_satisfies_nothing)
{
	static const char answer[] = "a\tall\tinstalled\t1\t(= 1), b c, mail\n";

	ck_assert_int_eq(satisfies(answer, "mail"), 1);
	ck_assert_int_eq(satisfies(answer, "b"), 0);
	ck_assert_int_eq(satisfies(answer, "b c | (>= 1"), 0);
	ck_assert_int_eq(satisfies("a\n\n\tall\tinstalled\n", "a"), 0);
	ck_assert_int_eq(satisfies("", "a"), 0);
	/* Without a version, none fits. */
	ck_assert_int_eq(satisfies("a\tall\tinstalled\t\n", "a"), 1);
	ck_assert_int_eq(satisfies("a\tall\tinstalled\t\n", "a (= 1)"), 0);
}
END_TEST

START_TEST(without_a_database_nothing_is_known_to_be_missing)
{
	owns_installed struct installed installed = {.count = 0};

	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	make_file(DATABASE, 0644, "this is no database\n");
	ck_assert_int_eq(installed_read(&installed, at(DATABASE)), -EPROTO);
	ck_assert_uint_eq(installed.count, 0);
	/* Not remembered. */
	make_database();
	ck_assert_int_eq(installed_read(&installed, at(DATABASE)), 0);
	ck_assert_int_eq(installed_satisfies(&installed, slice_of("done")), 1);
}
END_TEST

/* How many programs were started. */
static size_t starts;

int __real_process_run(const struct process_spec *spec, struct uh_ending *ret_ending);
int __wrap_process_run(const struct process_spec *spec, struct uh_ending *ret_ending);
int __wrap_process_run(const struct process_spec *spec, struct uh_ending *ret_ending)
{
	starts++;
	return __real_process_run(spec, ret_ending);
}

START_TEST(the_versions_of_many_lists_are_one_question)
{
	static const char *const lists[] = {
		"a (>= 9), b (<< 9)", "c (>= 1) | b (= 8-0)", "mail (>= 3), a (>> 10)"};
	owns_installed struct installed installed = {.count = 0};
	struct slice missing;

	buffer_append_string(&installed.answer,
		"a\tall\tinstalled\t10\t\nb\tall\tinstalled\t8\tmail (= 4)\n");
	ck_assert_int_eq(installed_index(&installed), 0);
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		ck_assert_int_eq(installed_expect(&installed, &lists[i], 1), 0);
	ck_assert_uint_eq(installed.versions.pairs.count, 4);
	starts = 0;
	ck_assert_int_eq(versions_compare(&installed.versions), 0);
	ck_assert_int_eq(
		installed_find_missing(&installed, lists, COUNT_OF(lists), &missing), 0);
	ck_assert(slice_equals(missing, "a (>> 10)"));
	ck_assert_uint_eq(starts, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {dependencies_are_satisfied_as_those_of_packages_are,
		the_versions_of_many_lists_are_one_question,
		the_first_that_is_missing_of_several_lists_is_found,
		what_is_malformed_provides_and_satisfies_nothing,
		without_a_database_nothing_is_known_to_be_missing};

	return run_tests("requirement", tests, COUNT_OF(tests));
}
