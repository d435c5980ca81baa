/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "origins.h"

START_TEST(an_origin_has_file_line_key_and_value)
{
	owns_origins struct origins origins;

	ck_assert_int_eq(origins_parse(&origins,
				 slice_of("/etc/a%20b.conf\t7\tA%3d1::B=c%20d=e\n")),
		0);
	ck_assert_uint_eq(origins.count, 1);
	ck_assert_str_eq(origins.items[0].file, "/etc/a b.conf");
	ck_assert_uint_eq(origins.items[0].line, 7);
	ck_assert_str_eq(origins.items[0].key, "A=1::B");
	ck_assert_str_eq(origins.items[0].value, "c d=e");
}
END_TEST

START_TEST(the_last_origin_applies_and_keys_ignore_case)
{
	owns_origins struct origins origins;
	const struct origin *found;

	ck_assert_int_eq(origins_parse(&origins, slice_of("/1\t1\tA::B=x\n"
							  "/2\t2\ta::b=y\n"
							  "/3\t3\tA::B=x\n"
							  "/4\t4\tA::C=z\n")),
		0);
	found = origins_find(&origins, "A::B", "x");
	ck_assert_str_eq(found->file, "/3");
	found = origins_find(&origins, "A::B", "y");
	ck_assert_str_eq(found->file, "/2");
	found = origins_find(&origins, "A::b", NULL);
	ck_assert_str_eq(found->file, "/3");
	ck_assert_ptr_null(origins_find(&origins, "A::B", "X"));
	ck_assert_ptr_null(origins_find(&origins, "A", NULL));
}
END_TEST

START_TEST(malformed_lines_of_origins_are_ignored)
{
	owns_origins struct origins origins;

	ck_assert_int_eq(
		origins_parse(&origins, slice_of("\n"
						 "/only/a/file\n"
						 "/file\t5\n"
						 "\t5\tA=b\n"
						 "/file\tmany\tA=b\n"
						 "/file\t99999999999999999999\tA=\n"
						 "/cut\t6\tA")),
		0);
	ck_assert_uint_eq(origins.count, 3);
	ck_assert_uint_eq(origins.items[0].line, 0);
	ck_assert_uint_eq(origins.items[1].line, 0);
	ck_assert_str_eq(origins.items[1].value, "");
	ck_assert_str_eq(origins.items[2].key, "A");
}
END_TEST

START_TEST(a_line_clears_only_what_a_line_before_it_has_set)
{
	owns_origins struct origins origins;

	ck_assert_int_eq(origins_parse(&origins, slice_of("/1\t1\tA=x\n"
							  "/2\t2\ta=\n"
							  "/3\t3\tB=\n"
							  "/4\t4\tB=\n"
							  "/5\t5\tC=\n"
							  "/6\t6\tC=x\n")),
		0);
	ck_assert_str_eq(origins_find_clearing(&origins, "A")->file, "/2");
	ck_assert_ptr_null(origins_find_clearing(&origins, "B"));
	ck_assert_ptr_null(origins_find_clearing(&origins, "C"));
	ck_assert_ptr_null(origins_find_clearing(&origins, "D"));
}
END_TEST

START_TEST(of_many_origins_the_last_of_the_same_key_and_value_is_found)
{
	owns_buffer struct buffer lines = {0};
	owns_origins struct origins origins;

	for (int i = 0; i < 1000; i++)
		buffer_append_format(&lines, "/f\t%d\t%s::%d=%d\n", i + 1,
			i % 2 == 0 ? "Key" : "KEY", i % 10, 9 - i % 30);
	ck_assert_int_eq(origins_parse(&origins, buffer_slice(&lines)), 0);
	ck_assert_uint_eq(origins.count, 1000);
	ck_assert_uint_eq(origins.items[0].line, 1);
	for (int i = 970; i < 1000; i++) {
		owns_memory char *key = string_format("kEY::%d", i % 10);
		owns_memory char *value = string_format("%d", 9 - i % 30);

		ck_assert_uint_eq(
			origins_find(&origins, key, value)->line, (unsigned)i + 1);
		ck_assert_uint_eq(
			origins_find(&origins, key, NULL)->line, 991U + (unsigned)i % 10);
	}
	ck_assert_ptr_null(origins_find(&origins, "Key::1", "100"));
	ck_assert_ptr_null(origins_find(&origins, "Key", NULL));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {an_origin_has_file_line_key_and_value,
		the_last_origin_applies_and_keys_ignore_case,
		of_many_origins_the_last_of_the_same_key_and_value_is_found,
		a_line_clears_only_what_a_line_before_it_has_set,
		malformed_lines_of_origins_are_ignored};

	return run_tests("origins", tests, COUNT_OF(tests));
}
