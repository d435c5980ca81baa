/* SPDX-License-Identifier: BSD-2-Clause */
#include "dpkg_lists.h"
#include "fixture.h"

#include <errno.h>

#define INFO "/var/lib/dpkg/info/"

#define owns_lists __attribute__((cleanup(dpkg_lists_done)))

static const struct package foo = {.name = "foo", .architecture = "i386"};

static void assert_reads(const struct dpkg_lists *lists, const char *expected)
{
	owns_buffer struct buffer text = {0};

	buffer_append_string(&text, "of before");
	ck_assert_int_eq(dpkg_lists_read(lists, &foo, "amd64", &text), 0);
	assert_text(&text, expected);
}

static int read_foo(const struct dpkg_lists *lists)
{
	owns_buffer struct buffer text = {0};

	return dpkg_lists_read(lists, &foo, NULL, &text);
}

START_TEST(a_list_has_the_name_of_the_package_with_or_without_an_architecture)
{
	owns_lists struct dpkg_lists lists;

	make_file(INFO "foo:amd64.list", 0644, "/native\n");
	ck_assert_int_eq(dpkg_lists_open(&lists, at(TEST_DATABASE)), 0);
	/* It was native, and is for all architectures now. */
	assert_reads(&lists, "/native\n");
	ck_assert_int_eq(read_foo(&lists), -ENOENT);
	make_file(INFO "foo.list", 0644, "/plain\n");
	assert_reads(&lists, "/plain\n");
	make_file(INFO "foo:i386.list", 0644, "/foreign\n");
	assert_reads(&lists, "/foreign\n");
}
END_TEST

START_TEST(only_a_regular_file_is_a_list)
{
	owns_lists struct dpkg_lists lists;

	make_directory(INFO "foo.list");
	ck_assert_int_eq(dpkg_lists_open(&lists, at(TEST_DATABASE)), 0);
	ck_assert_int_eq(read_foo(&lists), -ENOTSUP);
	make_node(INFO "foo:i386.list", S_IFIFO);
	ck_assert_int_eq(read_foo(&lists), -ENOTSUP);
}
END_TEST

START_TEST(a_name_that_leads_elsewhere_has_no_list)
{
	static const struct package names[] = {{.name = "../foo", .architecture = "all"},
		{.name = "foo", .architecture = "../all"}};
	owns_lists struct dpkg_lists lists;
	owns_buffer struct buffer text = {0};

	make_file("/var/lib/dpkg/foo.list", 0644, "/plain\n");
	make_file(INFO "foo.list", 0644, "/plain\n");
	ck_assert_int_eq(dpkg_lists_open(&lists, at(TEST_DATABASE)), 0);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		ck_assert_int_eq(
			dpkg_lists_read(&lists, &names[i], NULL, &text), -ENOENT);
}
END_TEST

START_TEST(diversions_are_those_of_the_database)
{
	owns_lists struct dpkg_lists lists;

	make_file(INFO "foo.list", 0644, "");
	make_file("/var/lib/dpkg/diversions", 0644, "/a\n/b\n:\n");
	ck_assert_int_eq(dpkg_lists_open(&lists, at(TEST_DATABASE)), 0);
	ck_assert_str_eq(diversions_find(&lists.diversions, "/a", "foo"), "/b");
}
END_TEST

static int refuse_list(void *context, const char *package, struct buffer *text)
{
	(void)context;
	(void)package;
	(void)text;
	return -EINTR;
}

START_TEST(without_a_database_there_is_an_error)
{
	struct dpkg_lists lists;

	ck_assert_int_eq(dpkg_lists_open(&lists, at(TEST_DATABASE)), -ENOENT);
	ck_assert_int_eq(read_foo(&lists), -ENOENT);
	ck_assert_int_eq(dpkg_lists_visit(&lists, refuse_list, NULL), -ENOENT);
	dpkg_lists_done(&lists);
	make_directory("/var/lib/dpkg");
	ck_assert_int_eq(dpkg_lists_open(&lists, at(TEST_DATABASE)), -ENOENT);
	dpkg_lists_done(&lists);
	make_directory(INFO);
	make_node("/var/lib/dpkg/diversions", S_IFIFO);
	ck_assert_int_eq(dpkg_lists_open(&lists, at(TEST_DATABASE)), -ENOTSUP);
	ck_assert_int_eq(read_foo(&lists), -ENOENT);
	dpkg_lists_done(&lists);
}
END_TEST

static int note_list(void *context, const char *package, struct buffer *text)
{
	struct string_list *names = context;
	owns_memory char *line =
		string_format("%s %.*s", package, (int)text->size, text->data);

	return string_list_add(names, line);
}

START_TEST(all_lists_are_visited)
{
	owns_lists struct dpkg_lists lists;
	owns_strings struct string_list names = {0};

	make_file(INFO "foo.list", 0644, "/a");
	make_file(INFO "bar:i386.list", 0644, "/b");
	make_file(INFO "bar.md5sums", 0644, "/c");
	make_file(INFO ".list", 0644, "/d");
	make_directory(INFO "dir.list");
	make_link(INFO "gone.list", "/no/such.list");
	ck_assert_int_eq(dpkg_lists_open(&lists, at(TEST_DATABASE)), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(dpkg_lists_visit(&lists, note_list, &names), 0);
	ck_assert_uint_eq(names.count, 4);
	string_list_sort_unique(&names);
	ck_assert_str_eq(names.items[0], "bar /b");
	ck_assert_str_eq(names.items[1], "foo /a");
	ck_assert_int_eq(dpkg_lists_visit(&lists, refuse_list, NULL), -EINTR);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_list_has_the_name_of_the_package_with_or_without_an_architecture,
		only_a_regular_file_is_a_list, a_name_that_leads_elsewhere_has_no_list,
		diversions_are_those_of_the_database,
		without_a_database_there_is_an_error, all_lists_are_visited};

	return run_tests("dpkg_lists", tests, COUNT_OF(tests));
}
