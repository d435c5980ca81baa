/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "merge.h"

#include <unistd.h>

#define RUNS_MAX 4

/* apt's lines of a dpkg run, and what merge_parse_outcome() reads. */
struct told {
	const char *lines;
	const char *outcome;
};

/* Up to the first run without lines; the transaction file; the result. */
struct merge_case {
	struct told runs[RUNS_MAX];
	const char *table;
	enum result result;
};

static void parse_run(struct merged_run *run, const struct told *told)
{
	parse_packages(&run->transaction, told->lines);
	ck_assert(merge_parse_outcome(run, slice_of(told->outcome)));
}

static void assert_merge(const struct merge_case *expected)
{
	struct merged_run runs[RUNS_MAX] = {{.result = RESULT_UNKNOWN}};
	owns_transaction struct transaction merged;
	owns_buffer struct buffer table = {0};
	enum result result;
	size_t count = 0;

	for (; count < RUNS_MAX && expected->runs[count].lines != NULL; count++)
		parse_run(&runs[count], &expected->runs[count]);
	ck_assert_int_eq(merge_runs(&merged, runs, count, &result), 0);
	table = table_of(&merged);
	assert_text(&table, expected->table);
	ck_assert_int_eq(result, expected->result);
	for (size_t i = 0; i < count; i++)
		transaction_done(&runs[i].transaction);
}

static void assert_all(const struct merge_case *cases)
{
	for (; cases->table != NULL; cases++)
		assert_merge(cases);
}

/* The last one has no table. */
#define assert_merges(...)                                                               \
	assert_all((const struct merge_case[]){                                          \
		__VA_ARGS__, {{{NULL, NULL}}, NULL, RESULT_OK}})

#define INSTALL(version) "a - - none < " version " amd64 none /a.deb\n"
#define UPGRADE(old, new) "a " old " amd64 none < " new " amd64 none /a.deb\n"
#define DOWNGRADE(old, new) "a " old " amd64 none > " new " amd64 none /a.deb\n"
#define REINSTALL(version) "a " version " amd64 none = " version " amd64 none /a.deb\n"
#define CONFIGURE(version)                                                               \
	"a " version " amd64 none = " version " amd64 none **CONFIGURE**\n"
#define REMOVE(version) "a " version " amd64 none > - - none **REMOVE**\n"
#define OTHER "b - - none < 1 amd64 none /b.deb\n"

static const char ok[] = "ok\n", failed[] = "failed\na:amd64\n", aborted[] = "aborted\n";

START_TEST(one_run_stays_as_it_is)
{
	assert_merges(
		{{{INSTALL("1"), ok}}, "a\tamd64\tinstall\t-\t1\tdone\n", RESULT_OK},
		{{{UPGRADE("1", "2"), failed}}, "a\tamd64\tupgrade\t1\t2\tfailed\n",
			RESULT_FAILED},
		{{{DOWNGRADE("2", "1"), ok}}, "a\tamd64\tdowngrade\t2\t1\tdone\n",
			RESULT_OK},
		{{{REINSTALL("1"), ok}}, "a\tamd64\treinstall\t1\t1\tdone\n", RESULT_OK},
		{{{CONFIGURE("1"), ok}}, "a\tamd64\tconfigure\t1\t1\tdone\n", RESULT_OK},
		{{{REMOVE("1"), ok}}, "a\tamd64\tremove\t1\t-\tdone\n", RESULT_OK},
		{{{REMOVE("1"), failed}}, "a\tamd64\tremove\t1\t-\tfailed\n",
			RESULT_FAILED},
		{{{"", ok}}, "", RESULT_OK});
}
END_TEST

START_TEST(what_was_installed_and_removed_is_left_out)
{
	assert_merges({{{INSTALL("1"), ok}, {REMOVE("1"), ok}}, "", RESULT_OK},
		{{{INSTALL("1"), failed}, {REMOVE("1"), ok}}, "", RESULT_OK},
		{{{INSTALL("1"), ok}, {UPGRADE("1", "2"), ok}, {REMOVE("2"), ok}}, "",
			RESULT_OK},
		{{{INSTALL("1") OTHER, ok}, {REMOVE("1"), ok}},
			"b\tamd64\tinstall\t-\t1\tdone\n", RESULT_OK});
}
END_TEST

/* The package is there after all, in whatever state. */
START_TEST(what_was_installed_and_could_not_be_removed_is_not_left_out)
{
	assert_merges({{{INSTALL("1"), ok}, {REMOVE("1"), failed}},
			      "a\tamd64\tinstall\t-\t1\tfailed\n", RESULT_FAILED},
		{{{INSTALL("1"), ok}, {REMOVE("1"), aborted}},
			"a\tamd64\tinstall\t-\t1\tfailed\n", RESULT_FAILED},
		{{{INSTALL("1"), ok}, {UPGRADE("1", "2"), ok}, {REMOVE("2"), failed}},
			"a\tamd64\tinstall\t-\t2\tfailed\n", RESULT_FAILED},
		{{{INSTALL("1"), ok}, {REMOVE("1"), failed}, {REMOVE("1"), ok}}, "",
			RESULT_OK});
}
END_TEST

START_TEST(the_versions_are_the_first_and_the_last)
{
	assert_merges({{{UPGRADE("1", "2"), ok}, {UPGRADE("2", "3"), ok}},
			      "a\tamd64\tupgrade\t1\t3\tdone\n", RESULT_OK},
		{{{INSTALL("1"), ok}, {UPGRADE("1", "2"), ok}},
			"a\tamd64\tinstall\t-\t2\tdone\n", RESULT_OK},
		{{{INSTALL("1"), ok}, {REMOVE("1"), ok}, {INSTALL("2"), ok}},
			"a\tamd64\tinstall\t-\t2\tdone\n", RESULT_OK},
		{{{REINSTALL("1"), ok}, {UPGRADE("1", "2"), ok}},
			"a\tamd64\tupgrade\t1\t2\tdone\n", RESULT_OK},
		{{{DOWNGRADE("3", "2"), ok}, {DOWNGRADE("2", "1"), ok}},
			"a\tamd64\tdowngrade\t3\t1\tdone\n", RESULT_OK},
		{{{UPGRADE("1", "2"), ok}, {REMOVE("2"), ok}},
			"a\tamd64\tremove\t1\t-\tdone\n", RESULT_OK});
}
END_TEST

START_TEST(runs_in_both_directions_are_compared_as_dpkg_does)
{
	skip_unless(access("/usr/bin/dpkg", X_OK) == 0, "there is no dpkg");
	assert_merges({{{UPGRADE("1", "3"), ok}, {DOWNGRADE("3", "2"), ok}},
			      "a\tamd64\tupgrade\t1\t2\tdone\n", RESULT_OK},
		{{{DOWNGRADE("1:1", "1:1~rc1"), ok}, {UPGRADE("1:1~rc1", "1:1~rc2"), ok}},
			"a\tamd64\tdowngrade\t1:1\t1:1~rc2\tdone\n", RESULT_OK},
		{{{UPGRADE("1", "2"), ok}, {DOWNGRADE("2", "1"), ok}},
			"a\tamd64\treinstall\t1\t1\tdone\n", RESULT_OK},
		{{{REMOVE("9"), ok}, {INSTALL("10"), ok}},
			"a\tamd64\tupgrade\t9\t10\tdone\n", RESULT_OK},
		{{{REMOVE("10"), ok}, {INSTALL("9"), ok}},
			"a\tamd64\tdowngrade\t10\t9\tdone\n", RESULT_OK},
		{{{REMOVE("1"), ok}, {INSTALL("1"), ok}},
			"a\tamd64\treinstall\t1\t1\tdone\n", RESULT_OK});
}
END_TEST

START_TEST(only_what_was_never_unpacked_is_configured)
{
	assert_merges({{{CONFIGURE("1"), failed}, {CONFIGURE("1"), ok}},
			      "a\tamd64\tconfigure\t1\t1\tdone\n", RESULT_OK},
		{{{UPGRADE("1", "2"), failed}, {CONFIGURE("2"), ok}},
			"a\tamd64\tupgrade\t1\t2\tdone\n", RESULT_OK},
		{{{INSTALL("1"), failed}, {CONFIGURE("1"), ok}},
			"a\tamd64\tinstall\t-\t1\tdone\n", RESULT_OK},
		{{{REINSTALL("1"), failed}, {CONFIGURE("1"), failed}},
			"a\tamd64\treinstall\t1\t1\tfailed\n", RESULT_FAILED},
		/* apt told the versions of an upgrade that was unpacked before. */
		{{{"a 2 amd64 none > 1 amd64 none **CONFIGURE**\n", ok}},
			"a\tamd64\tconfigure\t2\t1\tdone\n", RESULT_OK});
}
END_TEST

START_TEST(the_last_outcome_counts)
{
	assert_merges({{{UPGRADE("1", "2"), failed}, {UPGRADE("1", "2"), ok}},
			      "a\tamd64\tupgrade\t1\t2\tdone\n", RESULT_OK},
		{{{UPGRADE("1", "2"), ok}, {UPGRADE("2", "3"), failed}},
			"a\tamd64\tupgrade\t1\t3\tfailed\n", RESULT_FAILED},
		{{{UPGRADE("1", "2") OTHER, failed}, {OTHER, ok}},
			"a\tamd64\tupgrade\t1\t2\tfailed\nb\tamd64\tinstall\t-"
			"\t1\tdone\n",
			RESULT_FAILED});
}
END_TEST

START_TEST(an_aborted_run_has_failed_unless_all_were_aborted)
{
	assert_merges({{{INSTALL("1"), aborted}, {OTHER, ok}},
			      "a\tamd64\tinstall\t-\t1\tfailed\n"
			      "b\tamd64\tinstall\t-\t1\tdone\n",
			      RESULT_FAILED},
		{{{INSTALL("1"), aborted}, {INSTALL("1"), ok}},
			"a\tamd64\tinstall\t-\t1\tdone\n", RESULT_OK},
		{{{INSTALL("1"), aborted}, {INSTALL("1"), aborted}},
			"a\tamd64\tinstall\t-\t1\t-\n", RESULT_ABORTED},
		{{{INSTALL("1"), aborted}}, "a\tamd64\tinstall\t-\t1\t-\n",
			RESULT_ABORTED});
}
END_TEST

START_TEST(an_unknown_result_is_no_success)
{
	assert_merges(
		{{{INSTALL("1"), "unknown\n"}, {OTHER, ok}},
			"a\tamd64\tinstall\t-\t1\t-\nb\tamd64\tinstall\t-\t1\tdone\n",
			RESULT_UNKNOWN},
		{{{INSTALL("1"), failed}, {OTHER, "unknown\n"}},
			"a\tamd64\tinstall\t-\t1\tfailed\n"
			"b\tamd64\tinstall\t-\t1\t-\n",
			RESULT_FAILED});
}
END_TEST

START_TEST(each_architecture_has_its_own_line)
{
	assert_merges({{{"a 1 amd64 same < 2 amd64 same /a\n"
			 "a 1 i386 same < 2 i386 same /a\n",
				ok},
			       {"a 2 i386 same > - - none **REMOVE**\n", ok}},
			      "a\tamd64\tupgrade\t1\t2\tdone\n"
			      "a\ti386\tremove\t1\t-\tdone\n",
			      RESULT_OK},
		/* A crossgrade, and back. */
		{{{"a - - none < 1 i386 none /a\n" REMOVE("1"), ok}},
			"a\tamd64\tremove\t1\t-\tdone\na\ti386\tinstall\t-\t1\tdone\n",
			RESULT_OK},
		{{{"a - - none < 1 i386 none /a\n" REMOVE("1"), ok},
			 {"a 1 i386 none > - - none **REMOVE**\n" INSTALL("1"), ok}},
			"a\tamd64\treinstall\t1\t1\tdone\n", RESULT_OK});
}
END_TEST

/* The runs of a session, with the operations that outcome_find_purges() sets. */
static void assert_purge(
	const char *first, bool is_purge, const char *then, const char *table)
{
	struct merged_run runs[] = {{.result = RESULT_OK}, {.result = RESULT_OK}};
	owns_transaction struct transaction merged;
	owns_buffer struct buffer text = {0};
	enum result result;

	parse_run(&runs[0], &(struct told){first, ok});
	parse_run(&runs[1], &(struct told){then, ok});
	if (is_purge)
		runs[0].transaction.packages[0].operation = OPERATION_PURGE;
	else
		runs[1].transaction.packages[0].operation = OPERATION_PURGE;
	ck_assert_int_eq(merge_runs(&merged, runs, COUNT_OF(runs), &result), 0);
	text = table_of(&merged);
	assert_text(&text, table);
	transaction_done(&runs[0].transaction);
	transaction_done(&runs[1].transaction);
}

START_TEST(what_is_purged_in_the_end_is_a_purge)
{
	/* apt tells the version of a package with only configuration files, too. */
	assert_purge(REMOVE("1"), false, REMOVE("1"), "a\tamd64\tpurge\t1\t-\tdone\n");
	assert_purge(REMOVE("1"), true, OTHER,
		"a\tamd64\tpurge\t1\t-\tdone\nb\tamd64\tinstall\t-\t1\tdone\n");
	assert_purge(REMOVE("1"), true, INSTALL("2"), "a\tamd64\tupgrade\t1\t2\tdone\n");
	assert_purge(INSTALL("1"), false, REMOVE("1"), "");
}
END_TEST

START_TEST(the_archive_is_the_last_that_is_known)
{
	struct merged_run runs[] = {{.result = RESULT_OK}, {.result = RESULT_OK}};
	owns_transaction struct transaction merged;
	enum result result;

	parse_run(&runs[0], &(struct told){UPGRADE("1", "2"), failed});
	parse_run(&runs[1], &(struct told){CONFIGURE("2"), ok});
	ck_assert_int_eq(merge_runs(&merged, runs, COUNT_OF(runs), &result), 0);
	ck_assert_str_eq(merged.packages[0].archive, "/a.deb");
	transaction_done(&runs[0].transaction);
	transaction_done(&runs[1].transaction);
}
END_TEST

/* A run with this command line and setting, as its record has it. */
static void parse_head(struct merged_run *run, const char *command, const char *setting)
{
	owns_memory char *stream =
		string_format("VERSION 3\n%s%s\nUniversal-Hooks::%s\n\n" INSTALL("1"),
			command != NULL ? "CommandLine::AsString=" : "Other=",
			command != NULL ? command : "", setting);
	struct stream_faults faults;

	ck_assert_int_eq(stream_parse(&run->transaction, slice_of(stream), &faults), 0);
	run->result = RESULT_OK;
}

static void assert_heads(
	const char *first, const char *last, const char *command, const char *settings)
{
	struct merged_run runs[2];
	owns_transaction struct transaction merged;
	enum result result;

	parse_head(&runs[0], first, "Timeout=1");
	parse_head(&runs[1], last, "Timeout=2");
	ck_assert_int_eq(merge_runs(&merged, runs, COUNT_OF(runs), &result), 0);
	ck_assert_pstr_eq(merged.command_line, command);
	assert_text(&merged.settings, settings);
	transaction_done(&runs[0].transaction);
	transaction_done(&runs[1].transaction);
}

START_TEST(settings_are_the_last_and_the_command_line_is_the_first)
{
	static const char settings[] = "Universal-Hooks::Timeout=2\n";

	assert_heads("one", "two", "one", settings);
	assert_heads(NULL, "two", "two", settings);
	assert_heads("one", NULL, "one", settings);
	assert_heads(NULL, NULL, NULL, settings);
}
END_TEST

/* Its record could not be read. */
START_TEST(the_settings_are_those_of_the_last_run_that_is_known)
{
	struct merged_run runs[3] = {{.result = RESULT_OK}};
	owns_transaction struct transaction merged;
	enum result result;

	parse_head(&runs[0], "one", "Timeout=1");
	parse_head(&runs[1], "two", "Timeout=2");
	ck_assert_int_eq(merge_runs(&merged, runs, COUNT_OF(runs), &result), 0);
	assert_text(&merged.settings, "Universal-Hooks::Timeout=2\n");
	ck_assert_str_eq(merged.command_line, "one");
	ck_assert_uint_eq(merged.protocol, 3);
	ck_assert_uint_eq(merged.count, 1);
	ck_assert_int_eq(result, RESULT_UNKNOWN);
	transaction_done(&runs[0].transaction);
	transaction_done(&runs[1].transaction);
}
END_TEST

START_TEST(without_a_run_nothing_came_about)
{
	owns_transaction struct transaction merged;
	enum result result;

	ck_assert_int_eq(merge_runs(&merged, NULL, 0, &result), 0);
	ck_assert_int_eq(result, RESULT_ABORTED);
	ck_assert_uint_eq(merged.count, 0);
	ck_assert_uint_eq(merge_count(NULL, 0), 0);
}
END_TEST

START_TEST(only_runs_that_came_about_are_counted)
{
	const struct merged_run runs[] = {{.result = RESULT_OK},
		{.result = RESULT_ABORTED}, {.result = RESULT_FAILED},
		{.result = RESULT_UNKNOWN}};

	ck_assert_uint_eq(merge_count(runs, COUNT_OF(runs)), 3);
	ck_assert_uint_eq(merge_count(&runs[1], 1), 0);
}
END_TEST

START_TEST(an_outcome_is_read_as_it_was_written)
{
	static const enum result results[] = {
		RESULT_OK, RESULT_FAILED, RESULT_ABORTED, RESULT_UNKNOWN};

	for (size_t i = 0; i < COUNT_OF(results); i++) {
		struct merged_run run = {.result = results[i]}, read;
		owns_buffer struct buffer text = {0};

		parse_packages(&run.transaction, INSTALL("1") OTHER);
		parse_packages(&read.transaction, INSTALL("1") OTHER);
		if (results[i] == RESULT_FAILED)
			run.transaction.packages[1].outcome = OUTCOME_FAILED;
		merge_format_outcome(&run, &text);
		ck_assert(merge_parse_outcome(&read, buffer_slice(&text)));
		ck_assert_int_eq(read.result, results[i]);
		ck_assert_int_eq(read.transaction.packages[1].outcome,
			results[i] == RESULT_FAILED ? OUTCOME_FAILED
			: results[i] == RESULT_OK   ? OUTCOME_DONE
						    : OUTCOME_PENDING);
		transaction_done(&run.transaction);
		transaction_done(&read.transaction);
	}
}
END_TEST

START_TEST(what_is_no_outcome_is_unknown)
{
	static const char *const texts[] = {"", "\n", "fine\n", "OK\n", "ok \n"};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct merged_run run = {.result = RESULT_OK};

		parse_packages(&run.transaction, INSTALL("1"));
		ck_assert(!merge_parse_outcome(&run, slice_of(texts[i])));
		ck_assert_int_eq(run.result, RESULT_UNKNOWN);
		ck_assert_int_eq(run.transaction.packages[0].outcome, OUTCOME_PENDING);
		transaction_done(&run.transaction);
	}
}
END_TEST

START_TEST(a_package_that_did_not_take_part_cannot_have_failed)
{
	struct merged_run run;

	parse_run(
		&run, &(struct told){INSTALL("1"), "failed\nz:amd64\na:i386\na\n\n:\n"});
	ck_assert_int_eq(run.transaction.packages[0].outcome, OUTCOME_DONE);
	transaction_done(&run.transaction);
}
END_TEST

/* As unattended-upgrade with MinimalSteps calls dpkg, and far more. */
START_TEST(many_runs_of_many_packages_are_merged)
{
	enum { RUNS = 200, PACKAGES = 500 };
	struct merged_run *runs = calloc(RUNS, sizeof(*runs));
	owns_transaction struct transaction merged;
	enum result result;

	ck_assert_ptr_nonnull(runs);
	for (size_t r = 0; r < RUNS; r++) {
		owns_buffer struct buffer lines = {0};

		/* Half of the packages are in the next run, too. */
		for (size_t p = 0; p < PACKAGES; p++)
			buffer_append_format(&lines,
				"p%06zu %zu amd64 none < %zu amd64 none /p.deb\n",
				r * PACKAGES / 2 + p, 2 * r, 2 * r + 1);
		buffer_append(&lines, (struct slice){"", 1});
		parse_run(&runs[r], &(struct told){lines.data, ok});
	}
	ck_assert_int_eq(merge_runs(&merged, runs, RUNS, &result), 0);
	ck_assert_int_eq(result, RESULT_OK);
	ck_assert_uint_eq(merged.count, (RUNS + 1) * PACKAGES / 2);
	for (size_t i = 1; i < merged.count; i++) {
		ck_assert_int_lt(
			strcmp(merged.packages[i - 1].name, merged.packages[i].name), 0);
		ck_assert_int_eq(merged.packages[i].operation, OPERATION_UPGRADE);
	}
	for (size_t r = 0; r < RUNS; r++)
		transaction_done(&runs[r].transaction);
	free(runs);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {one_run_stays_as_it_is,
		what_was_installed_and_removed_is_left_out,
		what_was_installed_and_could_not_be_removed_is_not_left_out,
		the_versions_are_the_first_and_the_last,
		runs_in_both_directions_are_compared_as_dpkg_does,
		only_what_was_never_unpacked_is_configured, the_last_outcome_counts,
		an_aborted_run_has_failed_unless_all_were_aborted,
		an_unknown_result_is_no_success, each_architecture_has_its_own_line,
		what_is_purged_in_the_end_is_a_purge,
		the_archive_is_the_last_that_is_known,
		settings_are_the_last_and_the_command_line_is_the_first,
		the_settings_are_those_of_the_last_run_that_is_known,
		without_a_run_nothing_came_about, only_runs_that_came_about_are_counted,
		an_outcome_is_read_as_it_was_written, what_is_no_outcome_is_unknown,
		a_package_that_did_not_take_part_cannot_have_failed,
		many_runs_of_many_packages_are_merged};

	return run_tests("merge", tests, COUNT_OF(tests));
}
