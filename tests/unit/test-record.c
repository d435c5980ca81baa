/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "record.h"

#include <errno.h>
#include <unistd.h>

static const struct frontend self = {.pid = 4194301, .start_time = 1},
			     other = {.pid = 4194302, .start_time = 2};
static const char table[] = "foo\tall\tinstall\t-\t1\t-\n";

static void parse_stream(
	struct transaction *transaction, struct slice bytes, struct stream_faults *faults)
{
	ck_assert_int_eq(stream_parse(transaction, bytes, faults), 0);
}

static void assert_table(const struct transaction *transaction, const char *text)
{
	owns_buffer struct buffer found = table_of(transaction);

	assert_text(&found, text);
}

/* Written and read again, with what lies in between. */
static void parse_again(const struct transaction *transaction, struct buffer *record,
	struct transaction *again)
{
	struct stream_faults faults;

	record_format(transaction, record);
	ck_assert_int_eq(record->error, 0);
	ck_assert_int_eq(record_parse(again, record, &faults), 0);
	ck_assert(!faults.is_of_other_version && !faults.is_cut && !faults.has_no_names);
	ck_assert_uint_eq(faults.ignored_lines, 0);
}

static void assert_same_string(const char *found, const char *expected)
{
	ck_assert_str_eq(
		found != NULL ? found : "(none)", expected != NULL ? expected : "(none)");
}

START_TEST(a_record_of_a_real_stream_has_the_same_table)
{
	owns_strings struct string_list names = {0};

	list_data(".stream", &names);
	for (size_t i = 0; i < names.count; i++) {
		owns_buffer struct buffer stream = {0}, record = {0}, found = {0};
		owns_transaction struct transaction transaction, again;
		struct stream_faults faults;

		memset(&again, 0, sizeof(again));
		read_data(names.items[i], &stream);
		parse_stream(&transaction, buffer_slice(&stream), &faults);
		if (faults.has_no_names)
			continue;
		parse_again(&transaction, &record, &again);
		transaction_to_table(&transaction, &found);
		buffer_append(&found, (struct slice){"", 1});
		assert_table(&again, found.data);
		assert_same_string(again.command_line, transaction.command_line);
		assert_same_string(
			again.native_architecture, transaction.native_architecture);
		assert_same_string(again.status_file, transaction.status_file);
		assert_same_string(again.admin_dir, transaction.admin_dir);
		ck_assert_int_eq(again.is_purging, transaction.is_purging);
		ck_assert_int_eq(again.is_quiet, transaction.is_quiet);
		ck_assert_uint_eq(again.protocol, transaction.protocol);
	}
}
END_TEST

/* From dpkg's database, not from apt's configuration. */
START_TEST(a_record_keeps_which_removals_purge)
{
	owns_buffer struct buffer record = {0};
	owns_transaction struct transaction transaction, again;

	parse_packages(&transaction, "a 1 - none > - - none **REMOVE**\n"
				     "a 1 all none > - - none **REMOVE**\n"
				     "b 1 all none > - - none **REMOVE**\n");
	transaction.packages[1].operation = OPERATION_PURGE;
	parse_again(&transaction, &record, &again);
	assert_table(&again, "a\t-\tremove\t1\t-\t-\n"
			     "a\tall\tpurge\t1\t-\t-\n"
			     "b\tall\tremove\t1\t-\t-\n");
}
END_TEST

START_TEST(a_record_keeps_our_settings_as_apt_wrote_them)
{
	owns_buffer struct buffer record = {0};
	owns_transaction struct transaction transaction, again;
	struct stream_faults faults;

	parse_stream(&transaction,
		slice_of("VERSION 3\nUniversal-Hooks::Enabled=true\n"
			 "universal-hooks::Scripts::pkgs/a%20b::Timeout=5\n"
			 "Universal-Hooks::=x\nUniversal-Hooks-Other::Key=y\n\n"),
		&faults);
	transaction.status_stamp = strdup("1:2:3.4");
	parse_again(&transaction, &record, &again);
	assert_text(&again.settings, "Universal-Hooks::Enabled=true\n"
				     "universal-hooks::Scripts::pkgs/a%20b::Timeout=5\n"
				     "Universal-Hooks::=x\n");
	ck_assert_str_eq(again.status_stamp, "1:2:3.4");
}
END_TEST

START_TEST(a_record_keeps_a_command_line_of_any_bytes)
{
	owns_buffer struct buffer record = {0};
	owns_transaction struct transaction transaction, again;
	char bytes[256];

	parse_packages(&transaction, "");
	for (int i = 1; i < 256; i++)
		bytes[i - 1] = (char)i;
	bytes[255] = '\0';
	transaction.command_line = strdup(bytes);
	parse_again(&transaction, &record, &again);
	ck_assert_str_eq(again.command_line, bytes);
}
END_TEST

START_TEST(a_record_is_written_in_apts_own_format)
{
	owns_buffer struct buffer record = {0};
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	parse_stream(&transaction,
		slice_of("VERSION 3\nAPT::Get::Purge=true\nAPT::Architecture=amd64\n"
			 "Universal-Hooks::Enabled=true\nDir::State::status=/"
			 "a%20%25%7f%c3%a9\n"
			 "CommandLine::AsString=apt%20purge%20'a%20b'\nquiet=1\n\n"
			 "not a line of apt's\n"
			 "a 1 all none > - - none **REMOVE**\n"),
		&faults);
	record_format(&transaction, &record);
	assert_text(&record, "VERSION 3\n"
			     "Universal-Hooks-Record::Format=1\n"
			     "Universal-Hooks-Record::Purge=true\n"
			     "CommandLine::AsString=apt%20purge%20'a%20b'\n"
			     "Universal-Hooks-Record::Architecture=amd64\n"
			     "Universal-Hooks-Record::Status-File=/a%20%25%7f%c3%a9\n"
			     "Universal-Hooks::Enabled=true\n"
			     "Universal-Hooks-Record::Size=35\n"
			     "\n"
			     "a 1 all none > - - none **REMOVE**\n");
}
END_TEST

static bool may_be_recorded(struct slice line)
{
	struct slice key = slice_cut(&line, '=');

	return slice_has_prefix(key, slice_of("Universal-Hooks::")) ||
	       slice_has_prefix(key, slice_of("Universal-Hooks-Record::")) ||
	       slice_equals(key, "CommandLine::AsString");
}

START_TEST(nothing_else_of_apts_configuration_is_recorded)
{
	owns_strings struct string_list names = {0};
	size_t lines = 0;

	list_data(".stream", &names);
	for (size_t i = 0; i < names.count; i++) {
		owns_buffer struct buffer stream = {0}, record = {0};
		owns_transaction struct transaction transaction;
		struct stream_faults faults;
		struct slice rest, line;

		read_data(names.items[i], &stream);
		parse_stream(&transaction, buffer_slice(&stream), &faults);
		record_format(&transaction, &record);
		rest = buffer_slice(&record);
		(void)slice_cut(&rest, '\n');
		for (line = slice_cut(&rest, '\n'); line.size > 0;
			line = slice_cut(&rest, '\n'), lines++)
			ck_assert_msg(may_be_recorded(line), "%s: %.*s", names.items[i],
				(int)line.size, line.data);
	}
	ck_assert_uint_gt(lines, names.count);
}
END_TEST

START_TEST(a_password_is_not_recorded)
{
	owns_buffer struct buffer record = {0};
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	parse_stream(&transaction,
		slice_of("VERSION 3\nAcquire::http::Proxy=http://me:secret@proxy/\n"
			 "Dir::State::status=/s\nNot=Universal-Hooks::secret\n\n"
			 "a - - none < 1 all none /a.deb\n"),
		&faults);
	record_format(&transaction, &record);
	ck_assert_ptr_null(memmem(record.data, record.size, "secret", 6));
	ck_assert_ptr_nonnull(memmem(record.data, record.size, "/a.deb", 6));
}
END_TEST

START_TEST(a_record_of_another_format_is_set_aside)
{
	static const char *const records[] = {
		"VERSION 3\nUniversal-Hooks-Record::Format=2\n\na - - none < 1 all none "
		"/a\n",
		"VERSION 3\nUniversal-Hooks-Record::Format=\n\na - - none < 1 all none "
		"/a\n",
		"VERSION 3\n\na - - none < 1 all none /a\n"};

	for (size_t i = 0; i < COUNT_OF(records); i++) {
		owns_buffer struct buffer record = {0};
		owns_transaction struct transaction transaction;
		struct stream_faults faults;

		buffer_append_string(&record, records[i]);
		ck_assert_int_eq(record_parse(&transaction, &record, &faults), 0);
		ck_assert(faults.is_of_other_version);
		ck_assert_uint_eq(transaction.count, 0);
	}
}
END_TEST

static struct state open_state(void)
{
	struct state state;
	struct trust trust;
	struct unsafe_path unsafe;

	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(state_open(&state, &state_of_runs, root(), &trust, &unsafe), 0);
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
	struct stream_faults faults;
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

START_TEST(a_record_is_as_old_as_its_file)
{
	owns_state struct state state = open_state();
	struct timespec time;
	struct stat status;

	ck_assert_int_eq(record_time(&state, RECORD_TRANSACTION, &time), -ENOENT);
	save(&state, &self, "1");
	ck_assert_int_eq(record_time(&state, RECORD_TRANSACTION, &time), 0);
	ck_assert_int_eq(stat(at(STATE "4194301-1.transaction"), &status), 0);
	ck_assert(time.tv_sec == status.st_mtim.tv_sec &&
		  time.tv_nsec == status.st_mtim.tv_nsec);
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
	struct stream_faults faults;

	make_file(STATE "4194301-1.transaction", 0600,
		"VERSION 3\nUniversal-Hooks-Record::Format=999\n\n"
		"foo - - none < 1 all none /foo.deb\n");
	ck_assert_int_eq(record_read(&state, &transaction, &faults), 0);
	ck_assert(faults.is_of_other_version);
	ck_assert_uint_eq(transaction.count, 0);
}
END_TEST

START_TEST(only_what_is_removed_is_purged)
{
	static const char package_line[] = "b 1 all none < 2 all none /b.deb\n";
	owns_memory char *text =
		string_format("VERSION 3\nUniversal-Hooks-Record::Format=1\n"
			      "Universal-Hooks-Record::Purged::=none:all\n"
			      "Universal-Hooks-Record::Purged::=b:all\n"
			      "Universal-Hooks-Record::Size=%zu\n\n%s",
			strlen(package_line), package_line);
	owns_state struct state state = open_state();
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	make_file(STATE "4194301-1.transaction", 0600, text);
	ck_assert_int_eq(record_read(&state, &transaction, &faults), 0);
	assert_table(&transaction, "b\tall\tupgrade\t1\t2\t-\n");
}
END_TEST

START_TEST(bytes_that_are_no_record_are_set_aside)
{
	owns_state struct state state = open_state();
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

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
		struct stream_faults faults;

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
	struct stream_faults faults;

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

START_TEST(an_unknown_process_claims_a_clean_up_only_if_there_is_no_other)
{
	static const struct frontend unknown = {.pid = 0};
	owns_state struct state state = open_state();
	struct state unknowns = state_of(&state, &unknown);

	ck_assert_int_eq(record_want_clean_up(&unknowns), 1);
	ck_assert(record_claim_clean_up(&unknowns));
	ck_assert_int_eq(record_want_clean_up(&state), 1);
	ck_assert(!record_claim_clean_up(&unknowns));
	ck_assert(record_claim_clean_up(&state));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		an_unknown_process_claims_a_clean_up_only_if_there_is_no_other,
		a_record_of_a_real_stream_has_the_same_table,
		a_record_keeps_which_removals_purge, only_what_is_removed_is_purged,
		a_record_keeps_our_settings_as_apt_wrote_them,
		a_record_keeps_a_command_line_of_any_bytes,
		a_record_is_written_in_apts_own_format,
		nothing_else_of_apts_configuration_is_recorded,
		a_password_is_not_recorded, a_record_of_another_format_is_set_aside,
		a_record_is_taken_once, a_record_is_as_old_as_its_file,
		only_root_may_read_a_record, a_new_record_replaces_the_old_one,
		records_of_two_processes_never_mix,
		a_record_of_somebody_else_stays_where_it_is,
		a_record_of_another_version_is_set_aside,
		bytes_that_are_no_record_are_set_aside,
		a_record_that_was_not_written_to_its_end_is_told_from_a_whole_one,
		a_failure_is_remembered_until_the_transaction_is_over,
		a_failure_is_not_taken_for_a_record,
		what_was_started_is_forgotten_with_the_transaction};

	return run_tests("record", tests, COUNT_OF(tests));
}
