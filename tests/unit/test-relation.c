/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "relation.h"

static enum relation_fault cut(
	const char *text, const char *name, const char *comparator, const char *version)
{
	struct slice rest = slice_of(text);
	struct relation relation;
	enum relation_fault fault = relation_cut(&rest, &relation);

	ck_assert_msg(
		slice_equals(rest, name), "%s: %.*s", text, (int)rest.size, rest.data);
	ck_assert_msg(slice_equals(relation.version, version), "%s: %.*s", text,
		(int)relation.version.size, relation.version.data);
	if (comparator == NULL)
		ck_assert_ptr_null(relation.comparator);
	else
		ck_assert_str_eq(relation.comparator, comparator);
	return fault;
}

START_TEST(a_relation_is_read_as_dpkg_reads_it)
{
	static const struct {
		const char *text, *name, *comparator, *version;
	} cases[] = {
		{"", "", NULL, ""},
		{"foo", "foo", NULL, ""},
		{" foo ", " foo ", NULL, ""},
		{"foo (<< 2)", "foo", "<<", "2"},
		{"foo (<= 2)", "foo", "<=", "2"},
		{"foo (= 2)", "foo", "=", "2"},
		{"foo (>= 2)", "foo", ">=", "2"},
		{"foo (>> 2)", "foo", ">>", "2"},
		{"foo(>=2)", "foo", ">=", "2"},
		{"foo \t ( \n >=\t2\v)  ", "foo", ">=", "2"},
		{"!linux-*:i386 (>= 1:2.3+b-4~x-5.6)", "!linux-*:i386",
			">=", "1:2.3+b-4~x-5.6"},
		{"foo (= 0:1:2)", "foo", "=", "0:1:2"},
		{"foo (= 2147483647:1)", "foo", "=", "2147483647:1"},
		{"(= 1)", "", "=", "1"},
		{"foo (= 2Az-Zb1)", "foo", "=", "2Az-Zb1"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		ck_assert_int_eq(cut(cases[i].text, cases[i].name, cases[i].comparator,
					 cases[i].version),
			RELATION_IS_FINE);
}
END_TEST

START_TEST(what_is_no_relation_has_a_fault)
{
	static const struct {
		const char *text;
		enum relation_fault fault;
	} cases[] = {
		{"foo (> 2)", RELATION_IS_OBSOLETE},
		{"foo (< 2)", RELATION_IS_OBSOLETE},
		{"foo (<> 2)", RELATION_IS_OBSOLETE},
		{"foo (2)", RELATION_HAS_NO_COMPARATOR},
		{"foo ()", RELATION_HAS_NO_COMPARATOR},
		{"foo (", RELATION_HAS_NO_COMPARATOR},
		{"foo (lt 2)", RELATION_HAS_NO_COMPARATOR},
		{"foo (>=)", RELATION_HAS_NO_VERSION},
		{"foo (>= )", RELATION_HAS_NO_VERSION},
		{"foo (>= 2 3)", RELATION_HAS_BAD_VERSION},
		{"foo (== 2)", RELATION_HAS_BAD_VERSION},
		{"foo (>= x)", RELATION_HAS_BAD_VERSION},
		{"foo (>= v2)", RELATION_HAS_BAD_VERSION},
		{"foo (>= 2_3)", RELATION_HAS_BAD_VERSION},
		{"foo (>= 2-1_3)", RELATION_HAS_BAD_VERSION},
		{"foo (>= 2-)", RELATION_HAS_BAD_VERSION},
		{"foo (>= -2)", RELATION_HAS_BAD_VERSION},
		{"foo (>= 2-3:4)", RELATION_HAS_BAD_VERSION},
		{"foo (>= :2)", RELATION_HAS_BAD_VERSION},
		{"foo (>= 1:)", RELATION_HAS_BAD_VERSION},
		{"foo (>= x:2)", RELATION_HAS_BAD_VERSION},
		{"foo (>= -1:2)", RELATION_HAS_BAD_VERSION},
		{"foo (>= 2147483648:2)", RELATION_HAS_BAD_VERSION},
		{"foo (>= 2\xc3\xa4)", RELATION_HAS_BAD_VERSION},
		{"foo (>= 2", RELATION_IS_BROKEN},
		{"foo (>= 2(", RELATION_IS_BROKEN},
		{"foo >= 2)", RELATION_IS_BROKEN},
		{"foo (>= 2))", RELATION_IS_BROKEN},
		{"foo (>= 2) (<< 3)", RELATION_IS_BROKEN},
		{"foo (>= 2) bar", RELATION_IS_BROKEN},
		{")foo (>= 2)", RELATION_IS_BROKEN},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		enum relation_fault fault = cut(cases[i].text, cases[i].text, NULL, "");

		ck_assert_msg(fault == cases[i].fault, "%s: %d", cases[i].text, fault);
	}
}
END_TEST

START_TEST(a_byte_that_is_nul_is_not_the_end_of_a_version)
{
	static const char text[] = "a (= 1\0+2)";
	struct slice rest = {text, sizeof(text) - 1};
	struct relation relation;

	ck_assert_int_eq(relation_cut(&rest, &relation), RELATION_HAS_BAD_VERSION);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_relation_is_read_as_dpkg_reads_it,
		what_is_no_relation_has_a_fault,
		a_byte_that_is_nul_is_not_the_end_of_a_version};

	return run_tests("relation", tests, COUNT_OF(tests));
}
