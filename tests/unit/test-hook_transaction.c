/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "model/hook_transaction.h"
#include "output.h"

#include <unistd.h>

#define GOES_ON (-1)
#define TABLE                                                                            \
	"app\tall\tupgrade\t1\t2\tdone\n"                                                \
	"foo\tamd64\tconfigure\t2\t2\tdone\n"                                            \
	"lib\tamd64\tinstall\t-\t3\tfailed\n"                                            \
	"old\ti386\tremove\t4\t-\tdone\n"

/* All fields, one package per line. */
static void assert_packages(
	const struct hook_transaction *transaction, const char *expected)
{
	owns_buffer struct buffer text = {0};

	for (size_t i = 0; i < transaction->count; i++)
		for (int j = 0; j < PACKAGE_FIELD_COUNT; j++)
			buffer_append_format(&text, "%s%s",
				transaction->packages[i].fields[j],
				j + 1 < PACKAGE_FIELD_COUNT ? "|" : "\n");
	assert_text(&text, expected);
}

START_TEST(the_fields_of_both_files_are_put_together)
{
	owns_hook_transaction struct hook_transaction transaction;

	ck_assert_uint_eq(hook_transaction_parse(&transaction, slice_of(TABLE),
				  slice_of("app\tall\t/a b/app\t2.deb\n"
					   "lib\tamd64\t-\n")),
		0);
	assert_packages(&transaction, "app|all|upgrade|1|2|done|-|-|-|/a b/app\t2.deb|-\n"
				      "foo|amd64|configure|2|2|done|-|-|-|-|-\n"
				      "lib|amd64|install|-|3|failed|-|-|-|-|-\n"
				      "old|i386|remove|4|-|done|-|-|-|-|-\n");
}
END_TEST

START_TEST(a_transaction_may_have_no_packages)
{
	owns_hook_transaction struct hook_transaction transaction;

	ck_assert_uint_eq(
		hook_transaction_parse(&transaction, slice_of(""), slice_of("")), 0);
	assert_packages(&transaction, "");
}
END_TEST

/* The number of the line that is none. */
static size_t parse(const char *table, const char *archives)
{
	owns_hook_transaction struct hook_transaction transaction;

	return hook_transaction_parse(&transaction, slice_of(table), slice_of(archives));
}

START_TEST(lines_of_something_else_are_refused)
{
	ck_assert_uint_eq(parse("#!/bin/sh\n", ""), 1);
	ck_assert_uint_eq(parse(TABLE "\n", ""), 5);
	ck_assert_uint_eq(parse("app\tall\tupgrade\t1\t2\tdone\tmore\n", ""), 1);
	ck_assert_uint_eq(parse("app\tall\tupgrade\t1\t2\tdone", "app"), 0);
	ck_assert_uint_eq(parse(TABLE, "\t\t\n\n\n"), 0);
}
END_TEST

static void assert_read(int expected, const char *message)
{
	owns_hook_transaction struct hook_transaction transaction;
	int status;

	output_begin();
	status = hook_transaction_read(&transaction);
	assert_output("", message);
	ck_assert_int_eq(status, expected);
}

START_TEST(without_packages_a_message_says_why)
{
	owns_memory char *missing = string_format(
		"E: %s cannot be read: No such file or directory\n", at("/none"));
	owns_memory char *odd =
		string_format("E: %s: line 1 is not about a package\n", at("/odd"));

	ck_assert_int_eq(unsetenv("APT_UNIVERSAL_HOOKS_HOOK_POINT"), 0);
	ck_assert_int_eq(unsetenv("APT_UNIVERSAL_HOOKS_TRANSACTION"), 0);
	ck_assert_int_eq(unsetenv("APT_UNIVERSAL_HOOKS_ARCHIVES"), 0);
	assert_read(STATUS_TROUBLE,
		"E: there is no transaction: this must be called in a hook\n");
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS_HOOK_POINT", "Pre-Invoke", 1), 0);
	assert_read(STATUS_TROUBLE,
		"E: the packages of the transaction are not known at Pre-Invoke\n");
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS_TRANSACTION", at("/none"), 1), 0);
	assert_read(STATUS_TROUBLE, missing);
	make_file("/odd", 0644, "odd\n");
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS_TRANSACTION", at("/odd"), 1), 0);
	assert_read(STATUS_TROUBLE, odd);
	make_file("/table", 0644, TABLE);
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS_TRANSACTION", at("/table"), 1), 0);
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS_ARCHIVES", at("/none"), 1), 0);
	assert_read(STATUS_TROUBLE, missing);
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS_ARCHIVES", at("/table"), 1), 0);
	assert_read(GOES_ON, "");
}
END_TEST

/* foo 2 is installed, for the other tests of this machine. */
static void ask_and_compare(
	const char *command_line, const char *expected, const char *err)
{
	const struct admin admin = {.root = (char *)""};
	owns_hook_transaction struct hook_transaction transaction;

	ck_assert_uint_eq(
		hook_transaction_parse(&transaction, slice_of(TABLE), slice_of("")), 0);
	output_begin();
	hook_transaction_ask(&transaction, &admin, command_line);
	assert_output("", err);
	assert_packages(&transaction, expected);
}

#define NOTHING_KNOWN                                                                    \
	"app|all|upgrade|1|2|done|-|-|-|-|-\n"                                           \
	"foo|amd64|configure|2|2|done|-|-|-|-|-\n"                                       \
	"lib|amd64|install|-|3|failed|-|-|-|-|-\n"                                       \
	"old|i386|remove|4|-|done|-|-|-|-|-\n"

START_TEST(apt_adds_what_it_knows_under_the_options_of_its_command_line)
{
	owns_memory char *elsewhere = string_format(
		"apt-get -o Dir::State::status=%s -y install lib", at("/none"));

	configure_apt("APT::Architecture \"amd64\";\n"
		      "APT::Architectures { \"amd64\"; \"i386\"; };\n");
	set_database("installed");
	make_file("/none", 0644, "");
	ask_and_compare("apt-get install lib",
		"app|all|upgrade|1|2|done|-|-|-|-|-\n"
		"foo|amd64|configure|2|2|done|no|-|no|-|foo\n"
		"lib|amd64|install|-|3|failed|-|-|-|-|-\n"
		"old|i386|remove|4|-|done|-|-|-|-|-\n",
		"");
	ask_and_compare(elsewhere, NOTHING_KNOWN, "");
}
END_TEST

START_TEST(if_apt_does_not_answer_the_rest_is_known)
{
	owns_memory char *warning =
		string_format("W: apt does not answer, so less is known about the "
			      "packages: E: Syntax error %s:3: Extra junk at end of "
			      "file\n",
			at("/apt.conf"));

	configure_apt("Broken \"\n");
	ask_and_compare(NULL, NOTHING_KNOWN, warning);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_fields_of_both_files_are_put_together,
		a_transaction_may_have_no_packages, lines_of_something_else_are_refused,
		without_packages_a_message_says_why,
		apt_adds_what_it_knows_under_the_options_of_its_command_line,
		if_apt_does_not_answer_the_rest_is_known};

	return run_tests("hook_transaction", tests, COUNT_OF(tests));
}
