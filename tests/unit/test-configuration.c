/* SPDX-License-Identifier: BSD-2-Clause */
#include "asker.h"
#include "configuration.h"
#include "fixture.h"

#include <errno.h>

#define CONF "/etc/apt/apt.conf.d/50hooks"
#define SCOPE "Universal-Hooks::"

static void assert_change(const char *before)
{
	const struct transaction transaction = {.configuration_stamp = (char *)before};

	ck_assert(configuration_has_changed(&transaction, root()));
}

START_TEST(a_file_that_is_added_written_or_removed_changes_the_configuration)
{
	owns_memory char *none = configuration_stamp(root());
	owns_memory char *first = NULL, *second = NULL, *third = NULL;

	make_file(CONF, 0644, SCOPE "Timeout \"1\";\n");
	assert_change(none);
	first = configuration_stamp(root());
	ck_assert(!configuration_has_changed(
		&(struct transaction){.configuration_stamp = first}, root()));
	make_file(CONF ".new", 0644, SCOPE "Timeout \"1\";\n");
	ck_assert_int_eq(rename(at(CONF ".new"), at(CONF)), 0);
	assert_change(first);
	second = configuration_stamp(root());
	make_file("/etc/apt/apt.conf", 0644, "");
	assert_change(second);
	third = configuration_stamp(root());
	ck_assert_int_eq(remove(at(CONF)), 0);
	assert_change(third);
}
END_TEST

START_TEST(without_a_stamp_it_may_have_changed)
{
	owns_memory char *stamp = configuration_stamp(root());

	assert_change(NULL);
	ck_assert_ptr_nonnull(stamp);
	ck_assert_int_eq(setenv("APT_CONFIG", at("/apt.conf"), 1), 0);
	ck_assert_ptr_null(configuration_stamp(root()));
	assert_change(stamp);
}
END_TEST

static void set_words(struct command_line *command_line, const char *const *words)
{
	for (; *words != NULL; words++)
		ck_assert_int_eq(string_list_add(&command_line->words, *words), 0);
	ck_assert_int_eq(command_line_parse(command_line), 0);
}
#define SET_WORDS(command_line, ...)                                                     \
	set_words(command_line, (const char *const[]){__VA_ARGS__, NULL})

static void note(struct transaction *transaction, struct command_line *command_line,
	const char *sent, const char *expected)
{
	memset(transaction, 0, sizeof(*transaction));
	buffer_append_string(&transaction->settings, sent);
	configuration_note(transaction, root(), command_line);
	assert_text(&transaction->own_settings, expected);
}

START_TEST(what_no_file_and_no_option_explains_the_frontend_has_set_itself)
{
	struct command_line python = {.pid = 0}, apt = {.pid = 0}, none = {.pid = 0};
	static const char sent[] =
		SCOPE "Timeout=1\n" SCOPE "User=nobody\n" SCOPE "When=always\n";
	struct transaction transaction;

	configure_apt(SCOPE "Timeout \"1\";\n");
	SET_WORDS(&python, "python3", "/x", "-o", SCOPE "User=nobody");
	note(&transaction, &python, sent, SCOPE "When=always\n");
	transaction_done(&transaction);
	note(&transaction, &none, sent, SCOPE "User=nobody\n" SCOPE "When=always\n");
	transaction_done(&transaction);
	/* All settings of its process are in files or options. */
	SET_WORDS(&apt, "/usr/bin/apt-get", "install");
	note(&transaction, &apt, sent, "");
	transaction_done(&transaction);
	/* If that is not known, any setting may be its own. */
	make_file("/etc/apt/apt.conf.d/60broken", 0644, "{ \"");
	note(&transaction, &python, sent, sent);
	transaction_done(&transaction);
	command_line_done(&python);
	command_line_done(&apt);
}
END_TEST

static void assert_read(const struct transaction *transaction,
	const struct command_line *command_line, const char *expected)
{
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;

	ck_assert_int_eq(
		configuration_read(transaction, command_line, &lines, &reason), 0);
	assert_text(&lines, expected);
}

START_TEST(the_files_of_now_count_with_the_options_and_what_the_frontend_has_set)
{
	struct command_line apt = {.pid = 0};
	const struct command_line unknown = {.pid = 0};
	struct transaction transaction = {.count = 0};

	configure_apt(SCOPE "Timeout \"2\";\n" SCOPE "Operations { \"install\"; };\n");
	buffer_append_string(&transaction.settings,
		SCOPE "User=nobody\n" SCOPE "Operations::=remove\n");
	SET_WORDS(&apt, "apt", "-o", SCOPE "When=always");
	assert_read(&transaction, &apt,
		SCOPE "Timeout=2\n" SCOPE "Operations::=install\n" SCOPE "When=always\n");
	/* Without the options, what apt has sent counts. */
	assert_read(&transaction, &unknown,
		SCOPE "Timeout=2\n" SCOPE "User=nobody\n" SCOPE "Operations::=remove\n");
	buffer_append_string(&transaction.own_settings, SCOPE "Timeout=3\n");
	assert_read(&transaction, &unknown,
		SCOPE "Operations::=install\n" SCOPE "Timeout=3\n");
	transaction_done(&transaction);
	command_line_done(&apt);
}
END_TEST

START_TEST(files_that_cannot_be_read_are_an_error)
{
	const struct command_line nothing = {.pid = 0};
	const struct transaction transaction = {.count = 0};
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;

	configure_apt("{ \"");
	ck_assert_int_eq(
		configuration_read(&transaction, &nothing, &lines, &reason), -EIO);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_file_that_is_added_written_or_removed_changes_the_configuration,
		without_a_stamp_it_may_have_changed,
		what_no_file_and_no_option_explains_the_frontend_has_set_itself,
		the_files_of_now_count_with_the_options_and_what_the_frontend_has_set,
		files_that_cannot_be_read_are_an_error,
	};

	return run_tests("configuration", tests, COUNT_OF(tests));
}
