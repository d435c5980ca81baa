/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/data holds streams written by apt; NAME.table is the table of NAME.stream. */
#include "fixture.h"
#include "record.h"

#include <ctype.h>

static void parse_stream(
	struct transaction *transaction, struct slice bytes, struct stream_faults *faults)
{
	ck_assert_int_eq(stream_parse(transaction, bytes, faults), 0);
}

static void assert_table(const struct transaction *transaction, const char *text)
{
	owns_buffer struct buffer table = table_of(transaction);

	assert_text(&table, text);
}

/* The table of a stream that holds these package lines, of which nothing is ignored. */
static void assert_packages(const char *lines, const char *text)
{
	owns_transaction struct transaction transaction;

	parse_packages(&transaction, lines);
	assert_table(&transaction, text);
}

START_TEST(real_streams_match_their_tables)
{
	owns_strings struct string_list names = {0};

	list_data(".stream", &names);
	for (size_t i = 0; i < names.count; i++) {
		owns_buffer struct buffer stream = {0}, expected = {0};
		owns_transaction struct transaction transaction;
		struct stream_faults faults;
		int stem = (int)(strrchr(names.items[i], '.') - names.items[i]);
		owns_memory char *table =
			string_format("%.*s.table", stem, names.items[i]);

		read_data(names.items[i], &stream);
		read_data(table, &expected);
		parse_stream(&transaction, buffer_slice(&stream), &faults);
		assert_table(&transaction, expected.data);
		ck_assert_int_eq(
			faults.has_no_names, strstr(names.items[i], "-v1.") != NULL);
		ck_assert_int_eq(faults.ignored_lines,
			strstr(names.items[i], "file-newline") != NULL ? 1 : 0);
		ck_assert(!faults.is_cut);
	}
}
END_TEST

START_TEST(the_command_line_is_decoded)
{
	owns_buffer struct buffer stream = {0};
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	read_data("bookworm-enc-cmdline-v3.stream", &stream);
	parse_stream(&transaction, buffer_slice(&stream), &faults);
	ck_assert_ptr_nonnull(transaction.command_line);
	ck_assert_ptr_nonnull(
		strstr(transaction.command_line, "apt-get -y -o My::Spaces='a b  c' -o"));
	ck_assert_str_eq(transaction.native_architecture, "amd64");
	ck_assert_str_eq(transaction.status_file, "/var/lib/dpkg/status");
}
END_TEST

START_TEST(keys_are_case_insensitive_and_bad_escapes_stay_as_they_are)
{
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	parse_stream(&transaction,
		slice_of("VERSION "
			 "3\ncommandline::asSTRING=100%25%2zx%4\nDIR::state::Status=/"
			 "s\n\n"),
		&faults);
	ck_assert_str_eq(transaction.command_line, "100%%2zx%4");
	ck_assert_str_eq(transaction.status_file, "/s");
	ck_assert_ptr_null(transaction.native_architecture);
}
END_TEST

static void assert_admin_dir(const char *expected, const char *lines)
{
	owns_memory char *stream = string_format("VERSION 3\n%s\n", lines);
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	parse_stream(&transaction, slice_of(stream), &faults);
	if (expected == NULL)
		ck_assert_ptr_null(transaction.admin_dir);
	else
		ck_assert_str_eq(transaction.admin_dir, expected);
}

START_TEST(the_last_option_of_dpkg_says_which_database_it_changes)
{
	assert_admin_dir("/x", "DPkg::Options::=--admindir=/x\n");
	assert_admin_dir("/x%/var/lib/dpkg", "dpkg::options::a=--root=/x%25\n");
	assert_admin_dir("", "DPkg::Options::=--root=\n");
	assert_admin_dir("", "DPkg::Options::=--admindir\n");
	assert_admin_dir(NULL, "DPkg::Options::=--rooted=/x\n");
	assert_admin_dir("/y", "DPkg::Options::=--root=/x\n"
			       "DPkg::Options::=--admindir=/y\n"
			       "DPkg::Options::=--force-confold\n");
	assert_admin_dir("", "DPkg::Options::=--root\nDPkg::Options::=/x\n");
	assert_admin_dir(NULL, "DPkg::Options::=--rootless\n"
			       "DPkg::Options::=--instdir=/x\nDPkg::Options=\n");
}
END_TEST

START_TEST(the_last_value_of_a_key_takes_effect)
{
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	parse_stream(&transaction,
		slice_of("VERSION 3\nAPT::Get::Purge=1\nAPT::Architecture=i386\n"
			 "APT::Architecture=amd64\nAPT::Get::Purge=no\n\n"
			 "a 1 all none > - - none **REMOVE**\n"),
		&faults);
	ck_assert_str_eq(transaction.native_architecture, "amd64");
	assert_table(&transaction, "a\tall\tremove\t1\t-\t-\n");
}
END_TEST

START_TEST(removals_purge_if_apt_reads_the_value_as_true)
{
	static const struct {
		const char *word;
		bool is_true;
	} words[] = {{"1", true}, {"true", true}, {"Yes", true}, {"ON", true},
		{"with", true}, {"enable", true}, {"0", false}, {"false", false},
		{"no", false}, {"without", false}, {"purge", false}};

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		owns_memory char *stream =
			string_format("VERSION 3\napt::get::purge=%s\n\na 1 all none > - "
				      "- none **REMOVE**\n",
				words[i].word);
		owns_transaction struct transaction transaction;
		struct stream_faults faults;

		parse_stream(&transaction, slice_of(stream), &faults);
		ck_assert_int_eq(transaction.is_purging, words[i].is_true);
		assert_table(&transaction, words[i].is_true
						   ? "a\tall\tpurge\t1\t-\t-\n"
						   : "a\tall\tremove\t1\t-\t-\n");
	}
}
END_TEST

START_TEST(a_stream_may_remove_if_it_has_a_removal)
{
	static const struct {
		const char *lines;
		bool may_remove;
	} streams[] = {
		{"", false},
		{"a - - none < 1 all none /a.deb\n", false},
		{"a 1 all none > - - none **REMOVE**\n", true},
	};

	for (size_t i = 0; i < COUNT_OF(streams); i++) {
		owns_transaction struct transaction transaction;

		parse_packages(&transaction, streams[i].lines);
		ck_assert(stream_may_remove(&transaction) == streams[i].may_remove);
	}
}
END_TEST

START_TEST(three_lines_of_a_package_become_one_entry_in_any_order)
{
	static const char *const lines[] = {"a 1 all none < 2 all none **REMOVE**\n",
		"a 1 all none < 2 all none /a_2_all.deb\n",
		"a 1 all none < 2 all none **CONFIGURE**\n"};

	for (size_t first = 0; first < 3; first++)
		for (size_t step = 1; step < 3; step++) {
			owns_memory char *stream = string_format("%s%s%s", lines[first],
				lines[(first + step) % 3], lines[(first + 2 * step) % 3]);

			assert_packages(stream, "a\tall\tupgrade\t1\t2\t-\n");
		}
}
END_TEST

START_TEST(versions_and_direction_determine_the_operation)
{
	assert_packages("i - - none < 1 all none /i.deb\n"
			"u 1 all none < 2 all none /u.deb\n"
			"d 2 all none > 1 all none /d.deb\n"
			"r 1 all none = 1 all none /r.deb\n"
			"x 1 all none > - - none **REMOVE**\n"
			"c 1 all none = 1 all none **CONFIGURE**\n"
			"t 1 all none < 2 all none **REMOVE**\n"
			"e - - none < 1 all none **ERROR**\n",
		"c\tall\tconfigure\t1\t1\t-\n"
		"d\tall\tdowngrade\t2\t1\t-\n"
		"e\tall\tinstall\t-\t1\t-\n"
		"i\tall\tinstall\t-\t1\t-\n"
		"r\tall\treinstall\t1\t1\t-\n"
		"t\tall\tupgrade\t1\t2\t-\n"
		"u\tall\tupgrade\t1\t2\t-\n"
		"x\tall\tremove\t1\t-\t-\n");
}
END_TEST

START_TEST(entries_are_sorted_by_name_and_then_by_architecture)
{
	assert_packages("libc6 - - none < 1 i386 same /l\n"
			"libc6-dev - - none < 1 amd64 same /l\n"
			"libc6 - - none < 1 amd64 same /l\n"
			"libc++1 - - none < 1 amd64 same /l\n"
			"Libc6 - - none < 1 amd64 same /l\n",
		"Libc6\tamd64\tinstall\t-\t1\t-\n"
		"libc++1\tamd64\tinstall\t-\t1\t-\n"
		"libc6\tamd64\tinstall\t-\t1\t-\n"
		"libc6\ti386\tinstall\t-\t1\t-\n"
		"libc6-dev\tamd64\tinstall\t-\t1\t-\n");
}
END_TEST

START_TEST(a_path_may_contain_spaces_and_keywords)
{
	assert_packages("a - - none < 1 all none /my pkg **REMOVE**\n",
		"a\tall\tinstall\t-\t1\t-\n");
}
END_TEST

START_TEST(version_2_has_no_architectures)
{
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	parse_stream(&transaction,
		slice_of("VERSION 2\n\na - < 1 /a b.deb\nb 1 > - **REMOVE**\n"), &faults);
	assert_table(&transaction, "a\t-\tinstall\t-\t1\t-\nb\t-\tremove\t1\t-\t-\n");
	ck_assert_uint_eq(transaction.protocol, 2);
}
END_TEST

START_TEST(without_a_supported_version_there_are_no_names)
{
	static const char *const streams[] = {"", "\n", "/a_1_all.deb\n", "VERSION 1\n\n",
		"VERSION 4\n\na - - none < 1 all none /a.deb\n", "VERSION 3",
		"VERSION 33\n\n", " VERSION 3\n\n"};

	for (size_t i = 0; i < COUNT_OF(streams); i++) {
		owns_transaction struct transaction transaction;
		struct stream_faults faults;

		parse_stream(&transaction, slice_of(streams[i]), &faults);
		if (strcmp(streams[i], "VERSION 3") == 0)
			ck_assert(faults.is_cut);
		else
			ck_assert_msg(faults.has_no_names, "\"%s\"", streams[i]);
		ck_assert_uint_eq(transaction.count, 0);
	}
}
END_TEST

/* Of a stream with one line that is not understood between two that are. */
static void assert_ignored(struct slice line)
{
	owns_buffer struct buffer stream = {0};
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	buffer_append_string(
		&stream, "VERSION 3\nA=b\n\na - - none < 1 all none /a.deb\n");
	buffer_append(&stream, line);
	buffer_append_string(&stream, "\nc - - none < 1 all none /c.deb\n");
	parse_stream(&transaction, buffer_slice(&stream), &faults);
	assert_table(
		&transaction, "a\tall\tinstall\t-\t1\t-\nc\tall\tinstall\t-\t1\t-\n");
	ck_assert_uint_eq(faults.ignored_lines, 1);
	ck_assert_uint_eq(faults.first_ignored_line, 5);
	ck_assert(!faults.is_cut);
}

START_TEST(only_the_malformed_line_is_ignored)
{
	static const char *const lines[] = {"", " ", "b", "b - - none < 1 all none",
		"b - - none < 1 all none ", "b - - none < 1 all none b.deb",
		"b - - none ? 1 all none /b.deb", "b - - none << 1 all none /b.deb",
		"b  - - none < 1 all none /b.deb", " b - - none < 1 all none /b.deb",
		"b - - none < 1 all none **PURGE**", "b - < 1 /b.deb",
		"../b - - none < 1 all none /b.deb", "b/b - - none < 1 all none /b.deb",
		".b - - none < 1 all none /b.deb", "-b - - none < 1 all none /b.deb",
		"b - - none < 1 a/b none /b.deb", "b:c - - none < 1 all none /b.deb",
		"b\t - - none < 1 all none /b.deb", "b\x7f - - none < 1 all none /b.deb",
		"b\xc3\xa9 - - none < 1 all none /b.deb"};

	for (size_t i = 0; i < COUNT_OF(lines); i++)
		assert_ignored(slice_of(lines[i]));
}
END_TEST

START_TEST(only_the_line_with_a_nul_byte_is_ignored)
{
	static const char name[] = "b\0b - - none < 1 all none /b.deb";
	static const char path[] = "b - - none < 1 all none /b\0.deb";

	assert_ignored((struct slice){name, sizeof(name) - 1});
	assert_ignored((struct slice){path, sizeof(path) - 1});
}
END_TEST

START_TEST(only_the_line_of_a_mebibyte_is_ignored)
{
	owns_memory char *line = malloc(1 << 20);

	memset(line, 'x', 1 << 20);
	assert_ignored((struct slice){line, 1 << 20});
	memcpy(line, "b - - none < 1 all none /", 25);
	assert_ignored((struct slice){line, 1 << 20});
}
END_TEST

START_TEST(a_line_of_the_maximum_length_is_used)
{
	owns_buffer struct buffer stream = {0};
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	buffer_append_format(&stream, "VERSION 3\n\n%-*s\n", STREAM_LINE_MAX,
		"a - - none < 1 all none /a.deb");
	buffer_append_format(
		&stream, "%-*s\n", STREAM_LINE_MAX + 1, "b - - none < 1 all none /b.deb");
	parse_stream(&transaction, buffer_slice(&stream), &faults);
	assert_table(&transaction, "a\tall\tinstall\t-\t1\t-\n");
	ck_assert_uint_eq(faults.first_ignored_line, 4);
}
END_TEST

START_TEST(ignored_settings_are_counted_as_well)
{
	owns_buffer struct buffer stream = {0};
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	buffer_append_format(&stream, "VERSION 3\nX=%0*d\n", 1 << 20, 0);
	buffer_append(&stream, (struct slice){"N=\0\n", 4});
	buffer_append_string(&stream, "\na - - none < 1 all none /a.deb\nb\n");
	parse_stream(&transaction, buffer_slice(&stream), &faults);
	assert_table(&transaction, "a\tall\tinstall\t-\t1\t-\n");
	ck_assert_uint_eq(faults.ignored_lines, 3);
	ck_assert_uint_eq(faults.first_ignored_line, 2);
}
END_TEST

static bool is_same(const struct package *a, const struct package *b)
{
	return strcmp(a->name, b->name) == 0 &&
	       strcmp(a->architecture, b->architecture) == 0 &&
	       strcmp(a->old_version, b->old_version) == 0 &&
	       strcmp(a->new_version, b->new_version) == 0 &&
	       a->operation == b->operation;
}

static bool has_entry(
	const struct transaction *transaction, const struct package *package)
{
	for (size_t i = 0; i < transaction->count; i++)
		if (is_same(&transaction->packages[i], package))
			return true;
	return false;
}

/* At every byte; in a copy of exactly that size, so that a sanitizer sees overruns. */
static void cut_everywhere(const char *name)
{
	owns_buffer struct buffer stream = {0};
	owns_transaction struct transaction whole;
	struct stream_faults faults;
	size_t head, found = 0;

	read_data(name, &stream);
	parse_stream(&whole, buffer_slice(&stream), &faults);
	head = (size_t)(strstr(stream.data, "\n\n") - stream.data) + 2;
	for (size_t size = 0; size < stream.size; size++) {
		owns_memory char *copy = malloc(size > 0 ? size : 1);
		owns_transaction struct transaction transaction;
		bool is_between_lines = size >= head && stream.data[size - 1] == '\n';

		memcpy(copy, stream.data, size);
		parse_stream(&transaction, (struct slice){copy, size}, &faults);
		ck_assert_msg(faults.is_cut || faults.has_no_names || is_between_lines,
			"%s: a cut at byte %zu is not seen", name, size);
		for (size_t i = 0; i < transaction.count; i++)
			ck_assert_msg(has_entry(&whole, &transaction.packages[i]),
				"%s: cut at byte %zu it tells of %s", name, size,
				transaction.packages[i].name);
		ck_assert_uint_ge(transaction.count, found);
		found = transaction.count;
	}
	ck_assert_uint_eq(found, whole.count);
}

START_TEST(a_stream_cut_at_any_byte_yields_no_wrong_entry)
{
	cut_everywhere("bookworm-upgrade-v3.stream");
	cut_everywhere("bookworm-swap-upgrade-v3.stream");
	cut_everywhere("bookworm-crossgrade-v3.stream");
	cut_everywhere("bookworm-purge-installed-v3.stream");
	cut_everywhere("bookworm-install-deps-v2.stream");
}
END_TEST

START_TEST(a_last_line_without_newline_is_used_and_reported)
{
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	parse_stream(&transaction,
		slice_of("VERSION 3\n\na - - none < 1 all none /a.deb"), &faults);
	assert_table(&transaction, "a\tall\tinstall\t-\t1\t-\n");
	ck_assert(faults.is_cut);
}
END_TEST

START_TEST(random_changes_never_yield_an_invalid_name)
{
	owns_buffer struct buffer stream = {0};
	uint32_t seed = 20261120;

	read_data("bookworm-swap-upgrade-v3.stream", &stream);
	printf("%s: seed %u\n", __func__, seed);
	for (int round = 0; round < 20000; round++) {
		owns_transaction struct transaction transaction;
		struct stream_faults faults;
		size_t position = next_random(&seed) % stream.size;
		char before = stream.data[position];

		/* Half of them near the end, where the packages are. */
		if (round % 2 == 0)
			position = stream.size - 1 - position % 300;
		before = stream.data[position];
		stream.data[position] = (char)next_random(&seed);
		parse_stream(&transaction, buffer_slice(&stream), &faults);
		stream.data[position] = before;
		for (size_t i = 0; i < transaction.count; i++)
			for (const char *at_byte = transaction.packages[i].name;
				*at_byte != '\0'; at_byte++)
				ck_assert(isgraph((unsigned char)*at_byte) &&
					  *at_byte != '/');
	}
}
END_TEST

START_TEST(a_stream_cannot_pass_itself_off_as_a_record)
{
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	parse_stream(&transaction,
		slice_of("VERSION 3\nUniversal-Hooks-Record::Format=2\n"
			 "Universal-Hooks-Record::Purge=true\n"
			 "Universal-Hooks-Record::Status-Stamp=x\n\n"
			 "a 1 all none > - - none **REMOVE**\n"),
		&faults);
	assert_table(&transaction, "a\tall\tremove\t1\t-\t-\n");
	ck_assert_ptr_null(transaction.status_stamp);
}
END_TEST

static void assert_archives(const struct transaction *transaction, const char *text)
{
	owns_buffer struct buffer table = {0};

	transaction_archives(transaction, &table);
	assert_text(&table, text);
}

START_TEST(what_apt_unpacks_has_an_archive)
{
	owns_transaction struct transaction transaction;

	parse_packages(&transaction, "a - - none < 1 all none /my  files/a\t.deb\n"
				     "b 1 all none < 2 all none **REMOVE**\n"
				     "b 1 all none < 2 all none /b.deb\n"
				     "b 1 all none < 2 all none **CONFIGURE**\n"
				     "c 1 all none > - - none **REMOVE**\n"
				     "d 1 all none = 1 all none **CONFIGURE**\n"
				     "e 1 i386 same = 1 i386 same /e_i386.deb\n"
				     "e 1 amd64 same = 1 amd64 same /e_amd64.deb\n"
				     "f 2 all none > 1 all none **ERROR**\n");
	assert_archives(&transaction,
		"a\tall\t/my  files/a\t.deb\nb\tall\t/b.deb\n"
		"e\tamd64\t/e_amd64.deb\ne\ti386\t/e_i386.deb\nf\tall\t-\n");
	ck_assert_str_eq(transaction.packages[0].archive, "/my  files/a\t.deb");
	ck_assert_ptr_null(transaction.packages[2].archive);
	ck_assert_ptr_null(transaction.packages[6].archive);
}
END_TEST

/* As bullseye's apt writes it. The part before the newline is another file. */
START_TEST(the_path_of_an_archive_with_a_newline_is_unknown)
{
	owns_buffer struct buffer stream = {0}, record = {0};
	owns_transaction struct transaction transaction, copy;
	struct stream_faults faults;

	read_data("bullseye-file-newline-v3.stream", &stream);
	parse_stream(&transaction, buffer_slice(&stream), &faults);
	assert_archives(&transaction, "ea-trig\tall\t-\n");
	ck_assert_ptr_null(transaction.packages[0].archive);
	record_format(&transaction, &record);
	ck_assert_int_eq(record_parse(&copy, &record, &faults), 0);
	assert_archives(&copy, "ea-trig\tall\t-\n");
}
END_TEST

START_TEST(only_the_archive_before_a_malformed_line_is_unknown)
{
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	parse_stream(&transaction,
		slice_of("VERSION 2\n\nx\na - < 1 /a.deb\nb - < 1 /b\n.deb\n\n"
			 "c - < 1 /c.deb\nd - < 1 /\nx\n"),
		&faults);
	assert_archives(&transaction, "a\t-\t/a.deb\nb\t-\t-\nc\t-\t/c.deb\nd\t-\t-\n");
}
END_TEST

START_TEST(a_transaction_of_100000_packages_is_read)
{
	owns_buffer struct buffer lines = {0};
	owns_transaction struct transaction transaction;

	for (int i = 99999; i >= 0; i--)
		buffer_append_format(&lines, "p%05d - - none < 1 all none /p\n", i);
	buffer_append(&lines, (struct slice){"", 1});
	parse_packages(&transaction, lines.data);
	ck_assert_uint_eq(transaction.count, 100000);
	ck_assert_str_eq(transaction.packages[4711].name, "p04711");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {real_streams_match_their_tables,
		the_command_line_is_decoded,
		keys_are_case_insensitive_and_bad_escapes_stay_as_they_are,
		the_last_option_of_dpkg_says_which_database_it_changes,
		the_last_value_of_a_key_takes_effect,
		removals_purge_if_apt_reads_the_value_as_true,
		a_stream_may_remove_if_it_has_a_removal,
		three_lines_of_a_package_become_one_entry_in_any_order,
		versions_and_direction_determine_the_operation,
		entries_are_sorted_by_name_and_then_by_architecture,
		a_path_may_contain_spaces_and_keywords, version_2_has_no_architectures,
		without_a_supported_version_there_are_no_names,
		only_the_malformed_line_is_ignored,
		only_the_line_with_a_nul_byte_is_ignored,
		only_the_line_of_a_mebibyte_is_ignored,
		a_line_of_the_maximum_length_is_used,
		ignored_settings_are_counted_as_well,
		a_stream_cut_at_any_byte_yields_no_wrong_entry,
		a_last_line_without_newline_is_used_and_reported,
		random_changes_never_yield_an_invalid_name,
		a_stream_cannot_pass_itself_off_as_a_record,
		what_apt_unpacks_has_an_archive,
		the_path_of_an_archive_with_a_newline_is_unknown,
		only_the_archive_before_a_malformed_line_is_unknown,
		a_transaction_of_100000_packages_is_read};

	return run_tests("stream", tests, COUNT_OF(tests));
}
