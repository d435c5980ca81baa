/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks dpkg-query about a database made by the test. */
#include "fixture.h"
#include "output.h"
#include "system/owner.h"

#include <unistd.h>

#define owns_owners __attribute__((cleanup(owner_list_done)))
#define INFO "/var/lib/dpkg/info/"

/* Adds a package; files has one path per line. */
static void add_package(const char *name, const char *files)
{
	owns_memory char *list = string_format(INFO "%s.list", name);
	owns_memory char *stanza = string_format(
		"Package: %s\nStatus: install ok installed\nMaintainer: nobody\n"
		"Architecture: all\nVersion: 1\nDescription: a test\n\n",
		name);
	owns_buffer struct buffer status = {0};

	if (is_there(TEST_DATABASE))
		read_file(TEST_DATABASE, &status);
	buffer_append_string(&status, stanza);
	buffer_append(&status, (struct slice){"", 1});
	make_file(TEST_DATABASE, 0644, status.data);
	make_directory("/var/lib/dpkg/updates");
	make_file(INFO "format", 0644, "1\n");
	make_file(list, 0644, files);
}

/* Asks for the owners of path and other; expected is that of path. */
static void assert_owner(const char *path, const char *other, const char *expected)
{
	const struct admin admin = {.root = (char *)root()};
	owns_strings struct string_list paths = {0};
	owns_owners struct owner_list list;

	ck_assert_int_eq(string_list_add(&paths, path), 0);
	if (other != NULL)
		ck_assert_int_eq(string_list_add(&paths, other), 0);
	output_begin();
	owner_list_ask(&list, &admin, &paths);
	assert_output("", "");
	ck_assert_pstr_eq(owner_of(&list, path), expected);
	ck_assert_ptr_null(owner_of(&list, ""));
}

START_TEST(a_file_belongs_to_its_package)
{
	add_package("foo", "/.\n/usr/a\n/usr/a b: /c\n");
	add_package("bar", "/.\n/usr/b\n");
	assert_owner("/usr/a", NULL, "foo");
	assert_owner("/usr/a", "/usr/b", "foo");
	assert_owner("/usr/b", "/usr/a", "bar");
	assert_owner("/usr/b", "/usr/none", "bar");
	assert_owner("/usr/none", "/usr/b", NULL);
	assert_owner("/usr", NULL, NULL);
}
END_TEST

START_TEST(a_file_may_belong_to_several_packages)
{
	/* In dpkg's order. */
	add_package("foo", "/usr/a\n");
	add_package("bar", "/usr/a\n");
	assert_owner("/usr/a", NULL, "foo, bar");
}
END_TEST

START_TEST(patterns_in_paths_are_escaped)
{
	add_package("foo", "/usr/a\n/usr/b*\n/usr/[c]\n/usr/d?\\e\n");
	assert_owner("/usr/*", NULL, NULL);
	assert_owner("/usr/?", NULL, NULL);
	assert_owner("/usr/[a]", NULL, NULL);
	assert_owner("/usr/b*", NULL, "foo");
	assert_owner("/usr/[c]", NULL, "foo");
	assert_owner("/usr/d?\\e", NULL, "foo");
}
END_TEST

START_TEST(diversions_are_not_owners)
{
	add_package("foo", "/usr/a\n/usr/b\n");
	make_file("/var/lib/dpkg/diversions", 0644,
		"/usr/a\n/usr/a.other\nbar\n/usr/b\n/usr/b.other\n:\n"
		"/usr/c\n/usr/c.other\n:\n");
	assert_owner("/usr/a", "/usr/b", "foo");
	assert_owner("/usr/b", "/usr/a", "foo");
	assert_owner("/usr/c", NULL, NULL);
}
END_TEST

/* Thai has no spaces between words. */
START_TEST(diversions_are_not_owners_in_any_language)
{
	skip_unless(access("/usr/share/locale/th/LC_MESSAGES/dpkg.mo", R_OK) == 0,
		"dpkg does not speak Thai here");
	ck_assert_int_eq(setenv("LC_ALL", "C.UTF-8", 1), 0);
	ck_assert_int_eq(setenv("LANGUAGE", "th", 1), 0);
	add_package("foo", "/usr/a\n");
	make_file("/var/lib/dpkg/diversions", 0644,
		"/usr/a\n/usr/a.other\n:\n/usr/c\n/usr/c.other\n:\n");
	assert_owner("/usr/a", "/usr/c", "foo");
	assert_owner("/usr/c", "/usr/a", NULL);
}
END_TEST

START_TEST(without_a_database_there_are_no_owners)
{
	assert_owner("/usr/a", NULL, NULL);
}
END_TEST

START_TEST(without_paths_dpkg_is_not_asked)
{
	const struct admin admin = {.root = (char *)"/no/such/root"};
	const struct string_list none = {0};
	owns_owners struct owner_list list;

	owner_list_ask(&list, &admin, &none);
	ck_assert_uint_eq(list.count, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_file_belongs_to_its_package,
		a_file_may_belong_to_several_packages, patterns_in_paths_are_escaped,
		diversions_are_not_owners, diversions_are_not_owners_in_any_language,
		without_a_database_there_are_no_owners, without_paths_dpkg_is_not_asked};

	return run_tests("owner", tests, COUNT_OF(tests));
}
