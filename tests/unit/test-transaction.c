/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

static void assert_table(const struct transaction *transaction, const char *text)
{
	owns_buffer struct buffer table = table_of(transaction);

	assert_text(&table, text);
}

/* The architecture of the entry that stands for the name a. */
static void assert_main_entry(const char *native, const char *lines, const char *expected)
{
	owns_memory char *stream =
		string_format("VERSION 3\n%s\n\n0 - - none < 1 all none /0\n%s"
			      "b - - none < 1 all none /b\n",
			native, lines);
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	ck_assert_int_eq(stream_parse(&transaction, slice_of(stream), &faults), 0);
	ck_assert_str_eq(transaction.packages[1].name, "a");
	ck_assert_str_eq(transaction_main_entry(&transaction, 1)->architecture, expected);
	ck_assert_uint_eq(
		transaction_end_of_name(&transaction, 1), transaction.count - 1);
	ck_assert_uint_eq(transaction_end_of_name(&transaction, transaction.count - 1),
		transaction.count);
}

START_TEST(the_main_entry_is_not_a_removal_then_native_then_the_first)
{
	static const char native[] = "APT::Architecture=i386";
	static const char both[] =
		"a - - none < 1 amd64 same /a\na - - none < 1 i386 same /a\n";
	static const char crossgrade[] =
		"a 1 i386 none > - - none **REMOVE**\na - - none < 1 amd64 none /a\n";

	assert_main_entry(native, both, "i386");
	assert_main_entry("A=", both, "amd64");
	assert_main_entry(native, crossgrade, "amd64");
	assert_main_entry(
		"APT::Get::Purge=true\nAPT::Architecture=i386", crossgrade, "amd64");
	assert_main_entry(native, "a - - none < 1 all none /a\n", "all");
}
END_TEST

START_TEST(names_are_sorted_without_duplicates)
{
	owns_transaction struct transaction transaction;
	owns_buffer struct buffer names = {0}, qualified = {0};

	parse_packages(&transaction, "libc6-dev - - none < 1 amd64 same /l\n"
				     "libc6 - - none < 1 i386 same /l\n"
				     "libc6 - - none < 1 amd64 same /l\n"
				     "libc6+x - - none < 1 amd64 same /l\n");
	transaction_names(&transaction, false, &names);
	transaction_names(&transaction, true, &qualified);
	assert_text(&names, "libc6\nlibc6+x\nlibc6-dev\n");
	assert_text(
		&qualified, "libc6+x:amd64\nlibc6-dev:amd64\nlibc6:amd64\nlibc6:i386\n");
}
END_TEST

START_TEST(the_table_contains_the_outcome)
{
	owns_transaction struct transaction transaction;

	parse_packages(
		&transaction, "a - - none < 1 all none /a\nb - - none < 1 all none /b\n");
	transaction.packages[0].outcome = OUTCOME_DONE;
	transaction.packages[1].outcome = OUTCOME_FAILED;
	assert_table(&transaction,
		"a\tall\tinstall\t-\t1\tdone\nb\tall\tinstall\t-\t1\tfailed\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		the_main_entry_is_not_a_removal_then_native_then_the_first,
		names_are_sorted_without_duplicates, the_table_contains_the_outcome};

	return run_tests("transaction", tests, COUNT_OF(tests));
}
