/* SPDX-License-Identifier: BSD-2-Clause */
#include "database_diff.h"
#include "fixture.h"
#include "process.h"

#include <errno.h>
#include <unistd.h>

/* The lines of dpkg's database before and after, and the table of the scripts. */
struct difference {
	const char *action;
	const char *before;
	const char *after;
	const char *unpacked; /* or NULL */
	const char *table;
	enum result result;
};

static void assert_difference(const struct difference *difference)
{
	owns_transaction struct transaction transaction;
	owns_buffer struct buffer table = {0};
	owns_strings struct string_list unpacked = {0};
	enum result result;

	if (difference->unpacked != NULL)
		ck_assert_int_eq(string_list_add(&unpacked, difference->unpacked), 0);
	ck_assert_int_eq(
		database_diff(&transaction, &result, slice_of(difference->before),
			slice_of(difference->after), &unpacked, difference->action),
		0);
	transaction_to_table(&transaction, &table);
	buffer_append(&table, (struct slice){"", 1});
	ck_assert_str_eq(table.data, difference->table);
	ck_assert_msg(result == difference->result, "%s%s: %d", difference->before,
		difference->after, (int)result);
}

#define A "a\tall\tinstall\t"

START_TEST(each_operation_is_told_by_the_states)
{
	static const struct difference differences[] = {
		{"install", "", A "installed\t1\n", NULL, "a\tall\tinstall\t-\t1\tdone\n",
			RESULT_OK},
		{"install", A "not-installed\t\n", A "installed\t1\n", "a",
			"a\tall\tinstall\t-\t1\tdone\n", RESULT_OK},
		{"install", "a\tall\tdeinstall\tconfig-files\t1\n", A "installed\t2\n",
			NULL, "a\tall\tinstall\t-\t2\tdone\n", RESULT_OK},
		{"install", A "installed\t1\n", A "installed\t2\n", "a",
			"a\tall\tupgrade\t1\t2\tdone\n", RESULT_OK},
		{"install", A "installed\t1:1\n", A "installed\t2\n", "a",
			"a\tall\tdowngrade\t1:1\t2\tdone\n", RESULT_OK},
		{"install", A "installed\t1\n", A "installed\t1\n", "a",
			"a\tall\treinstall\t1\t1\tdone\n", RESULT_OK},
		{"install", A "installed\t1\n", A "installed\t1\n", "a:all",
			"a\tall\treinstall\t1\t1\tdone\n", RESULT_OK},
		{"remove", A "installed\t1\n", "a\tall\tdeinstall\tconfig-files\t1\n",
			NULL, "a\tall\tremove\t1\t-\tdone\n", RESULT_OK},
		{"remove", A "installed\t1\n", "", NULL, "a\tall\tremove\t1\t-\tdone\n",
			RESULT_OK},
		{"purge", A "installed\t1\n", "", NULL, "a\tall\tpurge\t1\t-\tdone\n",
			RESULT_OK},
		{"purge", "a\tall\tdeinstall\tconfig-files\t1\n",
			"a\tall\tpurge\tnot-installed\t\n", NULL,
			"a\tall\tpurge\t1\t-\tdone\n", RESULT_OK},
		{"configure", A "half-configured\t1\n", A "installed\t1\n", NULL,
			"a\tall\tconfigure\t1\t1\tdone\n", RESULT_OK},
		{"configure", A "unpacked\t1\n", A "triggers-awaited\t1\n", NULL,
			"a\tall\tconfigure\t1\t1\tdone\n", RESULT_OK},
	};

	for (size_t i = 0; i < COUNT_OF(differences); i++)
		assert_difference(&differences[i]);
}
END_TEST

START_TEST(what_did_not_reach_its_state_has_failed)
{
	static const struct difference differences[] = {
		/* a failing postinst */
		{"install", "", A "half-configured\t1\n", "a",
			"a\tall\tinstall\t-\t1\tfailed\n", RESULT_FAILED},
		{"install", A "installed\t1\n", A "half-configured\t2\n", "a",
			"a\tall\tupgrade\t1\t2\tfailed\n", RESULT_FAILED},
		{"unpack", "", A "unpacked\t1\n", "a", "a\tall\tinstall\t-\t1\tfailed\n",
			RESULT_FAILED},
		/* a failing prerm: dpkg notes what was wanted */
		{"remove", A "installed\t1\n", "a\tall\tdeinstall\tinstalled\t1\n", NULL,
			"a\tall\tremove\t1\t-\tfailed\n", RESULT_FAILED},
		{"purge", A "installed\t1\n", "a\tall\tpurge\thalf-installed\t1\n", NULL,
			"a\tall\tpurge\t1\t-\tfailed\n", RESULT_FAILED},
		/* a failing postrm */
		{"purge", A "installed\t1\n", "a\tall\tpurge\tconfig-files\t1\n", NULL,
			"a\tall\tpurge\t1\t-\tfailed\n", RESULT_FAILED},
		{"purge", "a\tall\tdeinstall\tconfig-files\t1\n",
			"a\tall\tpurge\tconfig-files\t1\n", NULL,
			"a\tall\tpurge\t1\t-\tfailed\n", RESULT_FAILED},
		/* a failing postrm of what was to be removed before */
		{"remove", "a\tall\tdeinstall\tinstalled\t1\n",
			"a\tall\tdeinstall\thalf-installed\t1\n", NULL,
			"a\tall\tremove\t1\t-\tfailed\n", RESULT_FAILED},
		/* a trigger that fails */
		{"triggers-only", A "triggers-pending\t1\n", A "half-configured\t1\n",
			NULL, "a\tall\tconfigure\t1\t1\tfailed\n", RESULT_FAILED},
		{"configure", A "unpacked\t1\n", A "unpacked\t1\n", NULL,
			"a\tall\tconfigure\t1\t1\tfailed\n", RESULT_FAILED},
		/* a postinst that fails again */
		{"configure", A "half-configured\t1\n", A "half-configured\t1\n", NULL,
			"a\tall\tconfigure\t1\t1\tfailed\n", RESULT_FAILED},
		/* one of two */
		{"install", "", A "installed\t1\nb\tall\tinstall\thalf-installed\t1\n",
			NULL,
			"a\tall\tinstall\t-\t1\tdone\nb\tall\tinstall\t-\t1\tfailed\n",
			RESULT_FAILED},
	};

	for (size_t i = 0; i < COUNT_OF(differences); i++)
		assert_difference(&differences[i]);
}
END_TEST

START_TEST(what_has_not_changed_is_left_out)
{
	static const struct difference differences[] = {
		{"install", A "installed\t1\n", A "installed\t1\n", NULL, "",
			RESULT_ABORTED},
		{"unpack", "", "", NULL, "", RESULT_ABORTED},
		{"configure", A "installed\t1\n", A "installed\t1\n", NULL, "",
			RESULT_OK},
		{NULL, "", "", NULL, "", RESULT_OK},
		/* triggers */
		{"install", A "installed\t1\n", A "triggers-awaited\t1\n", NULL, "",
			RESULT_ABORTED},
		{"triggers-only", A "triggers-pending\t1\n", A "installed\t1\n", NULL, "",
			RESULT_OK},
		/* what was removed before, and what has a similar name */
		{"remove", "a\tall\tdeinstall\tconfig-files\t1\n",
			"a\tall\tdeinstall\tconfig-files\t1\n", NULL, "", RESULT_ABORTED},
		{"purge", A "installed\t1\n", A "installed\t1\n", NULL, "",
			RESULT_ABORTED},
		{"install", A "half-configured\t1\n", A "half-configured\t1\n", NULL, "",
			RESULT_ABORTED},
		{"install", "", "a-b\tall\tinstall\tinstalled\t1\n", "a",
			"a-b\tall\tinstall\t-\t1\tdone\n", RESULT_OK},
		{"remove", "a\tall\tdeinstall\tinstalled\t1\n",
			"a\tall\tdeinstall\tinstalled\t1\n", NULL, "", RESULT_ABORTED},
		{"purge", "a\tall\tpurge\tconfig-files\t1\n",
			"a\tall\tpurge\tconfig-files\t1\n", NULL, "", RESULT_ABORTED},
		{"install", A "not-installed\t\n", A "not-installed\t1\n", NULL, "",
			RESULT_ABORTED},
		/* dpkg's own entry, of which only the configuration files are left */
		{NULL, "", "dpkg\tall\tdeinstall\tconfig-files\t1\n", NULL, "",
			RESULT_OK},
		/* malformed */
		{"purge", "a b\tall\tdeinstall\tconfig-files\t1\n", "", NULL, "",
			RESULT_ABORTED},
		{"install", "\n\t\n", "x\ny\t\n", NULL, "", RESULT_ABORTED},
	};

	for (size_t i = 0; i < COUNT_OF(differences); i++)
		assert_difference(&differences[i]);
}
END_TEST

START_TEST(architectures_are_packages_of_their_own)
{
	static const struct difference difference = {"install",
		"dpkg\tamd64\tinstall\tinstalled\t1\n"
		"l\tamd64\tinstall\tinstalled\t1\nl\ti386\tinstall\tinstalled\t1\n",
		"l\ti386\tinstall\tinstalled\t2\nl\tamd64\tinstall\tinstalled\t1\n"
		"dpkg\tamd64\tinstall\tinstalled\t1\n",
		"l:amd64",
		"l\tamd64\treinstall\t1\t1\tdone\nl\ti386\tupgrade\t1\t2\tdone\n",
		RESULT_OK};
	owns_transaction struct transaction transaction;
	owns_strings struct string_list unpacked = {0};
	enum result result;

	assert_difference(&difference);
	ck_assert_int_eq(database_diff(&transaction, &result, slice_of(""),
				 slice_of(difference.after), &unpacked, "install"),
		0);
	ck_assert_str_eq(transaction.native_architecture, "amd64");
}
END_TEST

START_TEST(actions_that_change_no_package_are_known)
{
	ck_assert(database_may_change("install"));
	ck_assert(database_may_change("triggers-only"));
	ck_assert(!database_may_change("add-architecture"));
	ck_assert(!database_may_change(NULL));
}
END_TEST

#define ADMIN_DIR "/var/lib/dpkg"
#define STATUS(version)                                                                  \
	"Package: a\nStatus: install ok installed\nMaintainer: nobody\n"                 \
	"Architecture: all\nVersion: " version "\nDescription: a test\n\n"

START_TEST(a_note_and_the_database_make_a_transaction)
{
	owns_transaction struct transaction transaction = {0};
	owns_transaction struct transaction none = {0};
	owns_buffer struct buffer table = {0};
	struct trust trust;
	struct unsafe_path unsafe = {.path = NULL};
	struct state state;
	struct uh_ending ending;
	enum result result;

	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(state_open(&state, &state_of_runs, root(), &trust, &unsafe), 0);
	state_set_frontend(&state, &(struct frontend){.pid = 1, .start_time = 2});
	make_file(ADMIN_DIR "/status", 0644, STATUS("1"));
	make_directory(ADMIN_DIR "/updates");
	make_directory(ADMIN_DIR "/info");
	ck_assert_int_eq(setenv("DPKG_ADMINDIR", at(ADMIN_DIR), 1), 0);
	ck_assert_int_eq(database_settle(&state, &none, &result, &ending), -ENOENT);
	ck_assert_int_eq(database_note(&state, "install", &ending), 0);
	make_file(ADMIN_DIR "/info/a.md5sums", 0644, "");
	ck_assert_int_eq(database_settle(&state, &transaction, &result, &ending), 0);
	transaction_to_table(&transaction, &table);
	transaction_done(&transaction);
	make_file(ADMIN_DIR "/status", 0644, STATUS("2"));
	ck_assert_int_eq(database_settle(&state, &transaction, &result, &ending), 0);
	transaction_to_table(&transaction, &table);
	buffer_append(&table, (struct slice){"", 1});
	ck_assert_str_eq(table.data,
		"a\tall\treinstall\t1\t1\tdone\na\tall\tupgrade\t1\t2\tdone\n");
	ck_assert_int_eq(result, RESULT_OK);
	state_done(&state);
	trust_done(&trust);
}
END_TEST

/* How many programs were started. */
static size_t starts;

int __real_process_run(const struct process_spec *spec, struct uh_ending *ret_ending);
int __wrap_process_run(const struct process_spec *spec, struct uh_ending *ret_ending);
int __wrap_process_run(const struct process_spec *spec, struct uh_ending *ret_ending)
{
	starts++;
	return __real_process_run(spec, ret_ending);
}

START_TEST(the_versions_of_many_packages_are_one_question)
{
	owns_buffer struct buffer before = {0}, after = {0}, expected = {0};

	for (int i = 0; i < 100; i++) {
		buffer_append_format(
			&before, "p%02d\tall\tinstall\tinstalled\t9.%d\n", i, i);
		buffer_append_format(
			&after, "p%02d\tall\tinstall\tinstalled\t10.%d\n", i, i);
		buffer_append_format(
			&expected, "p%02d\tall\tupgrade\t9.%d\t10.%d\tdone\n", i, i, i);
	}
	buffer_append(&before, (struct slice){"", 1});
	buffer_append(&after, (struct slice){"", 1});
	buffer_append(&expected, (struct slice){"", 1});
	starts = 0;
	assert_difference(&(struct difference){
		"install", before.data, after.data, NULL, expected.data, RESULT_OK});
	ck_assert_uint_eq(starts, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {each_operation_is_told_by_the_states,
		the_versions_of_many_packages_are_one_question,
		what_did_not_reach_its_state_has_failed, what_has_not_changed_is_left_out,
		architectures_are_packages_of_their_own,
		actions_that_change_no_package_are_known,
		a_note_and_the_database_make_a_transaction};

	return run_tests("database_diff", tests, COUNT_OF(tests));
}
