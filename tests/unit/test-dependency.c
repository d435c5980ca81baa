/* SPDX-License-Identifier: BSD-2-Clause */
#include "dependency.h"
#include "fixture.h"

/* "NAME[:ARCHITECTURE][COMPARATOR VERSION]", with "|" and "," between them. */
static void add_list(struct buffer *text, struct slice list)
{
	while (list.size > 0) {
		struct slice dependency = dependency_cut(&list);

		while (dependency.size > 0) {
			struct alternative one;

			ck_assert_int_eq(
				alternative_cut(&dependency, &one), RELATION_IS_FINE);
			buffer_append(text, one.name);
			buffer_append_string(text, one.architecture.size > 0 ? ":" : "");
			buffer_append(text, one.architecture);
			if (one.relation.comparator != NULL)
				buffer_append_string(text, one.relation.comparator);
			buffer_append(text, one.relation.version);
			buffer_append_string(text, dependency.size > 0 ? "|" : "");
		}
		buffer_append_string(text, list.size > 0 ? "," : "");
	}
}

START_TEST(a_list_of_dependencies_is_read_as_dpkg_reads_it)
{
	static const struct {
		const char *text, *parts;
	} cases[] = {
		{"a", "a"},
		{" \t\na\n", "a"},
		{"libc6.1+x-y", "libc6.1+x-y"},
		{"0ad:i386", "0ad:i386"},
		{"a:any", "a:any"},
		{"a:kfreebsd-amd64", "a:kfreebsd-amd64"},
		{"a(>=2)", "a>=2"},
		{"a:i386 ( = 1:2-3 ) ", "a:i386=1:2-3"},
		{"a|b", "a|b"},
		{"a (<< 3) | b:any (>> 4)|c", "a<<3|b:any>>4|c"},
		{"a,b", "a,b"},
		{" a | b , c (<= 1) ,d", "a|b,c<=1,d"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_buffer struct buffer text = {0};

		ck_assert_msg(dependency_find_fault(slice_of(cases[i].text)) ==
				      RELATION_IS_FINE,
			"%s", cases[i].text);
		add_list(&text, slice_of(cases[i].text));
		assert_text(&text, cases[i].parts);
	}
}
END_TEST

START_TEST(what_is_no_list_of_dependencies_has_a_fault)
{
	static const struct {
		const char *text;
		enum relation_fault fault;
	} cases[] = {
		{"", DEPENDENCY_HAS_NO_NAME},
		{" ", DEPENDENCY_HAS_NO_NAME},
		{",", DEPENDENCY_HAS_NO_NAME},
		{"|", DEPENDENCY_HAS_NO_NAME},
		{"a,", DEPENDENCY_HAS_NO_NAME},
		{"a, ", DEPENDENCY_HAS_NO_NAME},
		{",a", DEPENDENCY_HAS_NO_NAME},
		{"a,,b", DEPENDENCY_HAS_NO_NAME},
		{"a|", DEPENDENCY_HAS_NO_NAME},
		{"a | , b", DEPENDENCY_HAS_NO_NAME},
		{"|a", DEPENDENCY_HAS_NO_NAME},
		{"a||b", DEPENDENCY_HAS_NO_NAME},
		{"(>= 2)", DEPENDENCY_HAS_NO_NAME},
		{"a b", DEPENDENCY_HAS_BAD_NAME},
		{"-a", DEPENDENCY_HAS_BAD_NAME},
		{"+a", DEPENDENCY_HAS_BAD_NAME},
		{"a_b", DEPENDENCY_HAS_BAD_NAME},
		{"a*", DEPENDENCY_HAS_BAD_NAME},
		{"a=2", DEPENDENCY_HAS_BAD_NAME},
		{"a >= 2", DEPENDENCY_HAS_BAD_NAME},
		{"a:", DEPENDENCY_HAS_BAD_NAME},
		{":i386", DEPENDENCY_HAS_BAD_NAME},
		{"a::i386", DEPENDENCY_HAS_BAD_NAME},
		{"a:i386:any", DEPENDENCY_HAS_BAD_NAME},
		{"a [amd64]", DEPENDENCY_HAS_BAD_NAME},
		{"a <!nocheck>", DEPENDENCY_HAS_BAD_NAME},
		{"\xc3\xa4", DEPENDENCY_HAS_BAD_NAME},
		{"a, b | c (> 2)", RELATION_IS_OBSOLETE},
		{"a (> 2), b", RELATION_IS_OBSOLETE},
		{"a (>= 2", RELATION_IS_BROKEN},
		{"a (>= 2) (<< 3)", RELATION_IS_BROKEN},
		{"a (>= 2) b", RELATION_IS_BROKEN},
		{"a (>= 2, b)", RELATION_IS_BROKEN},
		{"a (>= b)", RELATION_HAS_BAD_VERSION},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		enum relation_fault fault =
			dependency_find_fault(slice_of(cases[i].text));

		ck_assert_msg(fault == cases[i].fault, "%s: %d", cases[i].text, fault);
	}
}
END_TEST

START_TEST(a_byte_that_is_nul_is_not_the_end_of_a_name)
{
	static const char text[] = "a\0b";

	ck_assert_int_eq(dependency_find_fault((struct slice){text, sizeof(text) - 1}),
		DEPENDENCY_HAS_BAD_NAME);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_list_of_dependencies_is_read_as_dpkg_reads_it,
		what_is_no_list_of_dependencies_has_a_fault,
		a_byte_that_is_nul_is_not_the_end_of_a_name};

	return run_tests("dependency", tests, COUNT_OF(tests));
}
