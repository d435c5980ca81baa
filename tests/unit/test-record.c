/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "record.h"

#include <errno.h>
#include <unistd.h>

static const struct frontend self = {.pid = 4194301, .start_time = 1},
			     other = {.pid = 4194302, .start_time = 2};
static const char table[] = "foo\tall\tinstall\t-\t1\t-\n";

static struct state open_state(void)
{
	struct state state;
	struct trust trust;
	struct unsafe_path unsafe;

	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(state_open(&state, root(), &trust, &unsafe), 0);
	state_set_frontend(&state, &self);
	trust_done(&trust);
	return state;
}
#define owns_state __attribute__((cleanup(state_done)))

static void save(
	const struct state *state, const struct frontend *frontend, const char *version)
{
	struct state owners = state_of(state, frontend);
	owns_memory char *line =
		string_format("foo - - none < %s all none /foo.deb\n", version);
	owns_transaction struct transaction transaction;

	parse_packages(&transaction, line);
	ck_assert_int_eq(record_save(&owners, &transaction), 0);
}

/* NULL: there is none to take. */
static void assert_taken(
	const struct state *state, const struct frontend *frontend, const char *expected)
{
	struct state owners = state_of(state, frontend);
	owns_transaction struct transaction transaction;
	struct transaction_faults faults;
	int error = record_read(&owners, &transaction, &faults);

	record_forget(&owners);
	ck_assert_int_eq(error, expected != NULL ? 0 : -ENOENT);
	if (expected != NULL) {
		owns_buffer struct buffer found = table_of(&transaction);

		assert_text(&found, expected);
	}
}

START_TEST(a_record_is_taken_once)
{
	owns_state struct state state = open_state();

	save(&state, &self, "1");
	assert_taken(&state, &self, table);
	assert_taken(&state, &self, NULL);
}
END_TEST

START_TEST(only_root_may_read_a_record)
{
	owns_state struct state state = open_state();
	struct stat status;

	(void)umask(0);
	save(&state, &self, "1");
	ck_assert_int_eq(stat(at(STATE "4194301-1.transaction"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0600);
}
END_TEST

START_TEST(a_new_record_replaces_the_old_one)
{
	owns_state struct state state = open_state();

	save(&state, &self, "2");
	save(&state, &self, "1");
	assert_taken(&state, &self, table);
}
END_TEST

START_TEST(records_of_two_processes_never_mix)
{
	owns_state struct state state = open_state();

	save(&state, &self, "1");
	save(&state, &other, "2");
	assert_taken(&state, &self, table);
	assert_taken(&state, &other, "foo\tall\tinstall\t-\t2\t-\n");
}
END_TEST

START_TEST(a_record_of_somebody_else_stays_where_it_is)
{
	owns_state struct state state = open_state();

	save(&state, &other, "1");
	assert_taken(&state, &self, NULL);
	assert_taken(&state, &other, table);
}
END_TEST

START_TEST(a_record_of_another_version_is_set_aside)
{
	owns_state struct state state = open_state();
	owns_transaction struct transaction transaction;
	struct transaction_faults faults;

	make_file(STATE "4194301-1.transaction", 0600,
		"VERSION 3\nUniversal-Hooks-Record::Format=999\n\n"
		"foo - - none < 1 all none /foo.deb\n");
	ck_assert_int_eq(record_read(&state, &transaction, &faults), 0);
	ck_assert(faults.is_of_other_version);
	ck_assert_uint_eq(transaction.count, 0);
}
END_TEST

START_TEST(bytes_that_are_no_record_are_set_aside)
{
	owns_state struct state state = open_state();
	owns_transaction struct transaction transaction;
	struct transaction_faults faults;

	make_file(STATE "4194301-1.transaction", 0600, "\x01\xff rubbish");
	ck_assert_int_eq(record_read(&state, &transaction, &faults), 0);
	ck_assert(faults.is_of_other_version);
	ck_assert_uint_eq(transaction.count, 0);
}
END_TEST

START_TEST(a_record_that_was_not_written_to_its_end_is_told_from_a_whole_one)
{
	static const char head[] = "VERSION 3\nUniversal-Hooks-Record::Format=1\n"
				   "Universal-Hooks-Record::Size=35\n\n";
	static const char line[] = "foo - - none < 1 all none /foo.deb\n";
	owns_state struct state state = open_state();
	owns_memory char *whole = string_join(head, line);

	for (size_t size = strlen(head); size <= strlen(whole); size++) {
		owns_memory char *part = strndup(whole, size);
		owns_transaction struct transaction transaction;
		struct transaction_faults faults;

		make_file(STATE "4194301-1.transaction", 0600, part);
		ck_assert_int_eq(record_read(&state, &transaction, &faults),
			size < strlen(whole) ? -EBADMSG : 0);
		ck_assert_uint_eq(transaction.count, size < strlen(whole) ? 0 : 1);
	}
}
END_TEST

START_TEST(a_failure_is_remembered_until_the_transaction_is_over)
{
	owns_state struct state state = open_state();
	struct state others = state_of(&state, &other);

	ck_assert(!record_has_failure(&state));
	ck_assert_int_eq(record_note_failure(&state), 0);
	ck_assert_int_eq(record_note_failure(&state), 0);
	ck_assert(!record_has_failure(&others));
	ck_assert(record_has_failure(&state));
	ck_assert(record_has_failure(&state));
	record_forget(&others);
	ck_assert(record_has_failure(&state));
	record_forget(&state);
	ck_assert(!record_has_failure(&state));
}
END_TEST

START_TEST(a_failure_is_not_taken_for_a_record)
{
	owns_state struct state state = open_state();
	owns_transaction struct transaction transaction;
	struct transaction_faults faults;

	ck_assert_int_eq(record_note_failure(&state), 0);
	ck_assert_int_eq(record_read(&state, &transaction, &faults), -ENOENT);
	assert_taken(&state, &self, NULL);
}
END_TEST

START_TEST(what_was_started_is_forgotten_with_the_transaction)
{
	owns_state struct state state = open_state();
	struct state others = state_of(&state, &other);
	owns_memory char *path = record_started_path(&state, "Post-Invoke/a");
	owns_memory char *another = record_started_path(&state, "Post-Invoke/b");

	ck_assert_ptr_nonnull(path);
	ck_assert_str_ne(path, another);
	make_file(path + strlen(root()), 0600, "");
	record_forget(&others);
	ck_assert_int_eq(access(path, F_OK), 0);
	record_forget(&state);
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_record_is_taken_once, only_root_may_read_a_record,
		a_new_record_replaces_the_old_one, records_of_two_processes_never_mix,
		a_record_of_somebody_else_stays_where_it_is,
		a_record_of_another_version_is_set_aside,
		bytes_that_are_no_record_are_set_aside,
		a_record_that_was_not_written_to_its_end_is_told_from_a_whole_one,
		a_failure_is_remembered_until_the_transaction_is_over,
		a_failure_is_not_taken_for_a_record,
		what_was_started_is_forgotten_with_the_transaction};

	return run_tests("record", tests, COUNT_OF(tests));
}
