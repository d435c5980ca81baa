/* SPDX-License-Identifier: BSD-2-Clause */
#include "dpkg.h"
#include "fixture.h"
#include "outcome.h"
#include "process.h"

#include <errno.h>
#include <unistd.h>

#define DPKG_QUERY "/usr/bin/dpkg-query"
#define DATABASE "/var/lib/dpkg/status"

/* A package line from apt, dpkg's answer, and the outcome. */
struct settled {
	const char *line;
	const char *answer;
	enum outcome outcome;
};

static void assert_outcome(const struct settled *settled)
{
	owns_transaction struct transaction transaction;
	bool is_done = settled->outcome == OUTCOME_DONE;

	parse_packages(&transaction, settled->line);
	ck_assert_int_eq(outcome_compare(&transaction, slice_of(settled->answer)),
		is_done ? RESULT_OK : RESULT_FAILED);
	ck_assert_msg(transaction.packages[0].outcome == settled->outcome, "%s%s",
		settled->line, settled->answer);
}

START_TEST(a_package_is_done_when_its_planned_state_is_reached)
{
	static const char install[] = "a - - none < 2 amd64 none /a\n";
	static const char upgrade[] = "a 1 amd64 none < 2 amd64 none /a\n";
	static const char reinstall[] = "a 2 amd64 none = 2 amd64 none /a\n";
	static const char configure[] = "a 2 amd64 none = 2 amd64 none **CONFIGURE**\n";
	static const char removal[] = "a 2 amd64 none > - - none **REMOVE**\n";
	static const struct settled cases[] = {
		{install, "a\tamd64\tinstalled\t2\n", OUTCOME_DONE},
		{install, "a\tamd64\ttriggers-pending\t2\n", OUTCOME_DONE},
		{install, "a\tamd64\ttriggers-awaited\t2\n", OUTCOME_DONE},
		{install, "a\tamd64\thalf-configured\t2\n", OUTCOME_FAILED},
		{install, "a\tamd64\thalf-installed\t2\n", OUTCOME_FAILED},
		{install, "a\tamd64\tunpacked\t2\n", OUTCOME_FAILED},
		{install, "a\tamd64\tconfig-files\t2\n", OUTCOME_FAILED},
		{install, "a\tamd64\tnot-installed\t\n", OUTCOME_FAILED},
		{install, "", OUTCOME_FAILED},
		{install, "a\ti386\tinstalled\t2\n", OUTCOME_FAILED},
		{install, "ab\tamd64\tinstalled\t2\n", OUTCOME_FAILED},
		{upgrade, "a\tamd64\tinstalled\t1\n", OUTCOME_FAILED},
		{upgrade, "a\tamd64\tinstalled\t2\n", OUTCOME_DONE},
		{upgrade, "a\tamd64\tinstalled\t2\n\n", OUTCOME_DONE},
		{reinstall, "a\tamd64\tinstalled\t2\n", OUTCOME_DONE},
		{configure, "a\tamd64\tinstalled\t2\n", OUTCOME_DONE},
		{configure, "a\tamd64\thalf-configured\t2\n", OUTCOME_FAILED},
		{removal, "", OUTCOME_DONE},
		{removal, "a\tamd64\tconfig-files\t2\n", OUTCOME_DONE},
		{removal, "a\tamd64\tnot-installed\t\n", OUTCOME_DONE},
		{removal, "a\tamd64\tinstalled\t2\n", OUTCOME_FAILED},
		{removal, "a\tamd64\thalf-installed\t2\n", OUTCOME_FAILED},
		{removal, "a\ti386\tinstalled\t2\n", OUTCOME_DONE},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_outcome(&cases[i]);
}
END_TEST

START_TEST(a_purge_is_done_when_nothing_is_left)
{
	static const struct {
		const char *answer;
		enum result result;
	} cases[] = {{"", RESULT_OK}, {"a\tall\tnot-installed\t\n", RESULT_OK},
		{"a\tall\tconfig-files\t1\n", RESULT_FAILED}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_transaction struct transaction transaction;
		struct stream_faults faults;

		ck_assert_int_eq(stream_parse(&transaction,
					 slice_of("VERSION 3\nAPT::Get::Purge=1\n\n"
						  "a 1 all none > - - none **REMOVE**\n"),
					 &faults),
			0);
		ck_assert_int_eq(outcome_compare(&transaction, slice_of(cases[i].answer)),
			cases[i].result);
	}
}
END_TEST

START_TEST(each_architecture_is_held_against_its_own_line)
{
	owns_transaction struct transaction transaction;

	parse_packages(&transaction, "a - - none < 1 amd64 same /a\n"
				     "a - - none < 1 i386 same /a\n"
				     "b 1 amd64 none > - - none **REMOVE**\n"
				     "b - - none < 1 i386 none /b\n");
	ck_assert_int_eq(
		outcome_compare(&transaction,
			slice_of("b\ti386\tinstalled\t1\n"
				 "a\ti386\tunpacked\t1\na\tamd64\tinstalled\t1\n")),
		RESULT_FAILED);
	for (size_t i = 0; i < transaction.count; i++)
		ck_assert_int_eq(transaction.packages[i].outcome,
			i == 1 ? OUTCOME_FAILED : OUTCOME_DONE);
}
END_TEST

START_TEST(an_architecture_that_apt_did_not_tell_is_any)
{
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	ck_assert_int_eq(stream_parse(&transaction,
				 slice_of("VERSION 2\n\na - < 1 /a.deb\n"), &faults),
		0);
	ck_assert_int_eq(
		outcome_compare(&transaction, slice_of("a\ti386\tinstalled\t1\n")),
		RESULT_OK);
}
END_TEST

START_TEST(an_answer_that_is_rubbish_answers_nothing)
{
	static const char *const answers[] = {"\n\n\n", "a", "a\t", "a\tamd64\tinstalled",
		"a\tamd64\tinstalled\t2 \n", "\ta\tamd64\tinstalled\t2\n",
		"a amd64 installed 2\n"};

	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		const struct settled settled = {
			"a - - none < 2 amd64 none /a\n", answers[i], OUTCOME_FAILED};

		assert_outcome(&settled);
	}
}
END_TEST

START_TEST(every_result_but_unknown_has_a_word)
{
	ck_assert_str_eq(result_name(RESULT_OK), "ok");
	ck_assert_str_eq(result_name(RESULT_FAILED), "failed");
	ck_assert_str_eq(result_name(RESULT_ABORTED), "aborted");
	ck_assert_ptr_null(result_name(RESULT_UNKNOWN));
	for (enum result result = RESULT_OK; result <= RESULT_ABORTED; result++) {
		enum result parsed = RESULT_UNKNOWN;

		ck_assert(result_parse(result_name(result), &parsed));
		ck_assert_int_eq(parsed, result);
		ck_assert(!result_parse("unknown", &parsed));
	}
}
END_TEST

/* As apt describes a database below the root. */
static void parse_with_database(struct transaction *transaction, const char *lines)
{
	owns_memory char *stream = string_format(
		"VERSION 3\nDir::State::status=%s\n\n%s", at(DATABASE), lines);
	struct stream_faults faults;

	ck_assert_int_eq(stream_parse(transaction, slice_of(stream), &faults), 0);
}

/* Like dpkg, replaces the old file by a new one. */
static void write_database(const char *stanzas)
{
	make_directory("/var/lib/dpkg/updates");
	make_directory("/var/lib/dpkg/info");
	make_file(DATABASE "-new", 0644, stanzas);
	ck_assert_int_eq(rename(at(DATABASE "-new"), at(DATABASE)), 0);
}

#define STANZA(name, status, version)                                                    \
	"Package: " name "\nStatus: install ok " status "\nMaintainer: nobody\n"         \
	"Architecture: all\nVersion: " version "\nDescription: a test\n\n"

START_TEST(a_stamp_changes_when_dpkg_writes_its_database)
{
	owns_transaction struct transaction transaction;
	owns_memory char *none = NULL, *first = NULL, *again = NULL, *second = NULL;

	parse_with_database(&transaction, "");
	none = dpkg_stamp(transaction.status_file);
	ck_assert_ptr_null(none);
	write_database("");
	first = dpkg_stamp(transaction.status_file);
	again = dpkg_stamp(transaction.status_file);
	ck_assert_str_eq(first, again);
	ck_assert_int_eq(link(at(DATABASE), at(DATABASE "-old")), 0);
	write_database("");
	second = dpkg_stamp(transaction.status_file);
	ck_assert_str_ne(first, second);
}
END_TEST

static void settle(struct transaction *transaction, enum result expected)
{
	enum result result;
	struct uh_ending ending;

	ck_assert_int_eq(outcome_settle(transaction, &result, &ending), 0);
	ck_assert_int_eq(result, expected);
}

START_TEST(a_database_that_is_as_before_means_that_dpkg_never_ran)
{
	owns_transaction struct transaction transaction;

	parse_with_database(&transaction, "a - - none < 1 all none /a\n");
	write_database("");
	transaction.status_stamp = dpkg_stamp(transaction.status_file);
	ck_assert_int_eq(setenv("DPKG_ADMINDIR", at("/var/lib/dpkg"), 1), 0);
	settle(&transaction, RESULT_ABORTED);
	ck_assert_int_eq(transaction.packages[0].outcome, OUTCOME_PENDING);
	/* dpkg has another database. */
	ck_assert_int_eq(setenv("DPKG_ADMINDIR", at("/"), 1), 0);
	settle(&transaction, RESULT_UNKNOWN);
	ck_assert_int_eq(unsetenv("DPKG_ADMINDIR"), 0);
	ck_assert_int_eq(setenv("DPKG_ROOT", at("/"), 1), 0);
	settle(&transaction, RESULT_ABORTED);
	ck_assert_int_eq(setenv("DPKG_ROOT", at("/elsewhere"), 1), 0);
	settle(&transaction, RESULT_UNKNOWN);
	/* An option has precedence. */
	transaction.admin_dir = strdup(at("/var/lib/dpkg"));
	settle(&transaction, RESULT_ABORTED);
}
END_TEST

START_TEST(the_database_that_apt_named_is_asked)
{
	owns_transaction struct transaction transaction;

	skip_unless(access(DPKG_QUERY, X_OK) == 0, "there is no dpkg-query");
	parse_with_database(&transaction, "a - - none < 1 all none /a\n"
					  "c 1 all none > - - none **REMOVE**\n");
	write_database("");
	transaction.status_stamp = dpkg_stamp(transaction.status_file);
	ck_assert_int_eq(link(at(DATABASE), at(DATABASE "-old")), 0);
	write_database(STANZA("a", "installed", "1") STANZA("b", "installed", "1"));
	settle(&transaction, RESULT_OK);
	write_database(STANZA("a", "half-configured", "1"));
	settle(&transaction, RESULT_FAILED);
	write_database(STANZA("a", "installed", "1") STANZA("c", "installed", "1"));
	settle(&transaction, RESULT_FAILED);
	ck_assert_int_eq(transaction.packages[0].outcome, OUTCOME_DONE);
	ck_assert_int_eq(transaction.packages[1].outcome, OUTCOME_FAILED);
}
END_TEST

/* The arguments of the last dpkg-query. */
static size_t word_count;

int __real_process_capture(const struct process_spec *spec, size_t limit,
	struct buffer *output, struct uh_ending *ret_ending);
int __wrap_process_capture(const struct process_spec *spec, size_t limit,
	struct buffer *output, struct uh_ending *ret_ending);
int __wrap_process_capture(const struct process_spec *spec, size_t limit,
	struct buffer *output, struct uh_ending *ret_ending)
{
	for (word_count = 0; spec->argv[word_count] != NULL;)
		word_count++;
	return __real_process_capture(spec, limit, output, ret_ending);
}

/* Returns how many words dpkg-query gets for a transaction of that size. */
static size_t settle_many(int count)
{
	owns_buffer struct buffer lines = {0}, stanzas = {0};
	owns_transaction struct transaction transaction;

	for (int i = 0; i < count; i++) {
		buffer_append_format(&lines, "p%04d - - none < 1 all none /p\n", i);
		buffer_append_format(&stanzas, STANZA("p%04d", "installed", "1"), i);
	}
	buffer_append(&lines, (struct slice){"", 1});
	buffer_append(&stanzas, (struct slice){"", 1});
	parse_with_database(&transaction, lines.data);
	write_database(stanzas.data);
	settle(&transaction, RESULT_OK);
	return word_count;
}

START_TEST(of_many_packages_all_are_asked_for)
{
	size_t words;

	skip_unless(access(DPKG_QUERY, X_OK) == 0, "there is no dpkg-query");
	words = settle_many(1) - 1;
	ck_assert_uint_eq(settle_many(50), words + 50);
	ck_assert_uint_eq(settle_many(51), words);
	ck_assert_uint_eq(settle_many(3000), words);
}
END_TEST

#define REMOVAL(name) name " 1 all none > - - none **REMOVE**\n"

START_TEST(a_removal_of_what_only_has_conffiles_is_a_purge)
{
	static const enum operation expected[] = {
		OPERATION_PURGE, OPERATION_REMOVE, OPERATION_INSTALL};
	owns_transaction struct transaction transaction;
	struct uh_ending ending;

	skip_unless(access(DPKG_QUERY, X_OK) == 0, "there is no dpkg-query");
	parse_with_database(
		&transaction, REMOVAL("a") REMOVAL("b") "c - - none < 1 all none /c\n");
	write_database(STANZA("a", "config-files", "1") STANZA("b", "installed", "1")
			STANZA("c", "config-files", "1"));
	ck_assert_int_eq(outcome_find_purges(&transaction, &ending), 0);
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		ck_assert_int_eq(transaction.packages[i].operation, expected[i]);
}
END_TEST

/* How many words dpkg-query gets when purges are looked for, 0 without dpkg-query. */
static size_t find_purges(const char *lines)
{
	owns_transaction struct transaction transaction;
	struct uh_ending ending;

	word_count = 0;
	parse_with_database(&transaction, lines);
	write_database(STANZA("a", "installed", "1"));
	ck_assert_int_eq(outcome_find_purges(&transaction, &ending), 0);
	return word_count;
}

START_TEST(only_what_is_removed_may_be_purged)
{
	size_t words;

	skip_unless(access(DPKG_QUERY, X_OK) == 0, "there is no dpkg-query");
	ck_assert_uint_eq(find_purges("c - - none < 1 all none /c\n"), 0);
	words = find_purges(REMOVAL("a"));
	ck_assert_uint_gt(words, 0);
	ck_assert_uint_eq(
		find_purges(REMOVAL("a") "c - - none < 1 all none /c\n"), words);
	ck_assert_uint_eq(find_purges(REMOVAL("a") REMOVAL("b")), words + 1);
}
END_TEST

START_TEST(without_packages_nothing_has_failed)
{
	owns_transaction struct transaction transaction;

	parse_with_database(&transaction, "");
	write_database("");
	settle(&transaction, RESULT_OK);
}
END_TEST

START_TEST(a_failing_dpkg_query_leaves_the_result_unknown)
{
	owns_transaction struct transaction transaction;
	enum result result = RESULT_OK;
	struct uh_ending ending = {UH_EXITED, 0};

	skip_unless(access(DPKG_QUERY, X_OK) == 0, "there is no dpkg-query");
	parse_with_database(&transaction, "a - - none < 1 all none /a\n");
	write_database("this is no database\n");
	ck_assert_int_eq(outcome_settle(&transaction, &result, &ending), -EPROTO);
	ck_assert_int_eq(result, RESULT_UNKNOWN);
	ck_assert_int_eq(ending.end, UH_EXITED);
	ck_assert_int_eq(ending.value, 2);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_package_is_done_when_its_planned_state_is_reached,
		a_purge_is_done_when_nothing_is_left,
		each_architecture_is_held_against_its_own_line,
		an_architecture_that_apt_did_not_tell_is_any,
		an_answer_that_is_rubbish_answers_nothing,
		every_result_but_unknown_has_a_word,
		a_stamp_changes_when_dpkg_writes_its_database,
		a_database_that_is_as_before_means_that_dpkg_never_ran,
		the_database_that_apt_named_is_asked, of_many_packages_all_are_asked_for,
		a_removal_of_what_only_has_conffiles_is_a_purge,
		only_what_is_removed_may_be_purged, without_packages_nothing_has_failed,
		a_failing_dpkg_query_leaves_the_result_unknown};

	return run_tests("outcome", tests, COUNT_OF(tests));
}
