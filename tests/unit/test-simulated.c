/* SPDX-License-Identifier: BSD-2-Clause */
#include "bridge.h"
#include "fixture.h"
#include "model/simulated.h"
#include "output.h"

#define GOES_ON (-1)
#define owns_simulated __attribute__((cleanup(simulated_done)))

#define AVAILABLE(name, version, architecture)                                           \
	"Package: " name "\nVersion: " version "\nArchitecture: " architecture           \
	"\nFilename: " name ".deb\nSize: 1\nSHA256: 0\n\n"

/* foo 2 is installed; foo 3, bar for two architectures and docs are available. */
static void make_system(const char *settings)
{
	owns_memory char *lines = string_format(
		"APT::Architecture \"amd64\";\nAPT::Architectures { \"amd64\"; "
		"\"i386\"; };\nAPT::Sources::With { \"%s\"; };\n%s",
		at("/Packages"), settings);

	configure_apt(lines);
	make_directory("/etc/apt/apt.conf.d");
	make_directory("/etc/apt/sources.list.d");
	make_directory("/etc/apt/preferences.d");
	make_file("/etc/apt/sources.list", 0644, "");
	set_database("installed");
	make_file("/Packages", 0644,
		AVAILABLE("foo", "3", "amd64") AVAILABLE("bar", "1", "i386") AVAILABLE(
			"bar", "1:2-3", "amd64") AVAILABLE("only32", "5", "i386")
			AVAILABLE("docs", "7", "all"));
}

/* How often apt's package lists were read. */
static unsigned readings;

int __real_bridge_ask(
	const struct apt_question *question, struct buffer *answer, char **ret_message);
int __wrap_bridge_ask(
	const struct apt_question *question, struct buffer *answer, char **ret_message);
int __wrap_bridge_ask(
	const struct apt_question *question, struct buffer *answer, char **ret_message)
{
	readings += question->kind == APT_PACKAGES;
	return __real_bridge_ask(question, answer, ret_message);
}

static struct admin this_machine(void)
{
	return (struct admin){.root = (char *)""};
}

/* Simulates an operation on packages, which are separated by spaces. */
static int make(struct simulated *simulated, const char *packages, const char *operation)
{
	const struct admin admin = this_machine();
	owns_strings struct string_list list = {0};
	struct slice rest = slice_of(packages);

	while (rest.size > 0) {
		struct slice word = slice_cut(&rest, ' ');
		owns_memory char *package = strndup(word.data, word.size);

		ck_assert_int_eq(string_list_add(&list, package), 0);
	}
	return simulated_make(simulated, &admin, &list, operation);
}

/* Compares the lines, and the transaction that the engine parses from the stream. */
static void assert_made(
	const char *packages, const char *operation, const char *lines, const char *table)
{
	owns_simulated struct simulated simulated;
	owns_buffer struct buffer stream = {0};
	owns_buffer struct buffer found = {0};
	owns_transaction struct transaction transaction = {0};
	struct stream_faults faults;

	output_begin();
	ck_assert_int_eq(make(&simulated, packages, operation), GOES_ON);
	assert_output("", "");
	assert_text(&simulated.actions, lines);
	simulated_to_stream(&simulated, "", &stream);
	ck_assert_int_eq(stream_parse(&transaction, buffer_slice(&stream), &faults), 0);
	ck_assert_uint_eq(faults.ignored_lines, 0);
	ck_assert(!faults.is_cut && !faults.has_no_names);
	found = table_of(&transaction);
	assert_text(&found, table);
}

static void assert_trouble(
	const char *packages, const char *operation, const char *message)
{
	owns_simulated struct simulated simulated;

	output_begin();
	ck_assert_int_eq(make(&simulated, packages, operation), STATUS_TROUBLE);
	assert_output("", message);
}

START_TEST(by_default_packages_are_installed_or_upgraded)
{
	make_system("");
	assert_made("bar", NULL, "bar - - none < 1:2-3 amd64 none **ERROR**\n",
		"bar\tamd64\tinstall\t-\t1:2-3\t-\n");
	assert_made("foo", NULL, "foo 2 amd64 none < 3 amd64 none **ERROR**\n",
		"foo\tamd64\tupgrade\t2\t3\t-\n");
	assert_made("docs", NULL, "docs - - none < 7 all none **ERROR**\n",
		"docs\tall\tinstall\t-\t7\t-\n");
}
END_TEST

START_TEST(several_packages_are_one_transaction)
{
	make_system("");
	assert_made("foo bar docs", "remove",
		"foo 2 amd64 none > - - none **REMOVE**\n"
		"bar 1:2-3 amd64 none > - - none **REMOVE**\n"
		"docs 7 all none > - - none **REMOVE**\n",
		"bar\tamd64\tremove\t1:2-3\t-\t-\n"
		"docs\tall\tremove\t7\t-\t-\n"
		"foo\tamd64\tremove\t2\t-\t-\n");
	assert_made("", NULL, "", "");
}
END_TEST

START_TEST(each_operation_has_its_line)
{
	static const struct {
		const char *operation, *line, *table;
	} cases[] = {
		{"install", "foo - - none < 3 amd64 none **ERROR**\n",
			"foo\tamd64\tinstall\t-\t3\t-\n"},
		{"upgrade", "foo 2 amd64 none < 3 amd64 none **ERROR**\n",
			"foo\tamd64\tupgrade\t2\t3\t-\n"},
		{"downgrade", "foo 2 amd64 none > 3 amd64 none **ERROR**\n",
			"foo\tamd64\tdowngrade\t2\t3\t-\n"},
		{"reinstall", "foo 2 amd64 none = 2 amd64 none **ERROR**\n",
			"foo\tamd64\treinstall\t2\t2\t-\n"},
		{"remove", "foo 2 amd64 none > - - none **REMOVE**\n",
			"foo\tamd64\tremove\t2\t-\t-\n"},
		{"purge", "foo 2 amd64 none > - - none **REMOVE**\n",
			"foo\tamd64\tpurge\t2\t-\t-\n"},
		{"configure", "foo 2 amd64 none = 2 amd64 none **CONFIGURE**\n",
			"foo\tamd64\tconfigure\t2\t2\t-\n"},
	};

	make_system("");
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_made("foo", cases[i].operation, cases[i].line, cases[i].table);
}
END_TEST

START_TEST(operations_on_an_absent_package_use_the_candidate)
{
	make_system("");
	assert_made("bar", "remove", "bar 1:2-3 amd64 none > - - none **REMOVE**\n",
		"bar\tamd64\tremove\t1:2-3\t-\t-\n");
	assert_made("bar", "reinstall",
		"bar 1:2-3 amd64 none = 1:2-3 amd64 none **ERROR**\n",
		"bar\tamd64\treinstall\t1:2-3\t1:2-3\t-\n");
	assert_made("bar", "upgrade",
		"bar 1:2-3 amd64 none < 1:2-3 amd64 none **ERROR**\n",
		"bar\tamd64\tupgrade\t1:2-3\t1:2-3\t-\n");
}
END_TEST

START_TEST(a_given_version_is_used)
{
	make_system("");
	assert_made("foo=9:1~a+b-c", "upgrade",
		"foo 2 amd64 none < 9:1~a+b-c amd64 none **ERROR**\n",
		"foo\tamd64\tupgrade\t2\t9:1~a+b-c\t-\n");
	assert_made("foo=1", "downgrade", "foo 2 amd64 none > 1 amd64 none **ERROR**\n",
		"foo\tamd64\tdowngrade\t2\t1\t-\n");
	assert_made("foo=1", "remove", "foo 1 amd64 none > - - none **REMOVE**\n",
		"foo\tamd64\tremove\t1\t-\t-\n");
	assert_made("foo=1", "reinstall", "foo 1 amd64 none = 1 amd64 none **ERROR**\n",
		"foo\tamd64\treinstall\t1\t1\t-\n");
	assert_made("foo=1", "configure",
		"foo 1 amd64 none = 1 amd64 none **CONFIGURE**\n",
		"foo\tamd64\tconfigure\t1\t1\t-\n");
}
END_TEST

START_TEST(the_architecture_is_given_or_native_or_the_only_one)
{
	make_system("");
	assert_made("bar:i386", NULL, "bar - - none < 1 i386 none **ERROR**\n",
		"bar\ti386\tinstall\t-\t1\t-\n");
	assert_made("bar:i386=2", NULL, "bar - - none < 2 i386 none **ERROR**\n",
		"bar\ti386\tinstall\t-\t2\t-\n");
	assert_made("only32", NULL, "only32 - - none < 5 i386 none **ERROR**\n",
		"only32\ti386\tinstall\t-\t5\t-\n");
}
END_TEST

START_TEST(an_installed_package_is_preferred_to_a_native_one)
{
	make_system("");
	make_file(TEST_DATABASE, 0644,
		"Package: bar\nStatus: install ok installed\nMaintainer: nobody\n"
		"Architecture: i386\nVersion: 0\nDescription: a test\n\n");
	assert_made("bar", NULL, "bar 0 i386 none < 1 i386 none **ERROR**\n",
		"bar\ti386\tupgrade\t0\t1\t-\n");
}
END_TEST

START_TEST(a_package_that_apt_does_not_know_needs_a_version)
{
	make_system("");
	assert_made("own-tool=1", NULL, "own-tool - - none < 1 amd64 none **ERROR**\n",
		"own-tool\tamd64\tinstall\t-\t1\t-\n");
	assert_made("own-tool:riscv64=1", "remove",
		"own-tool 1 riscv64 none > - - none **REMOVE**\n",
		"own-tool\triscv64\tremove\t1\t-\t-\n");
	assert_made("own-tool=1", "upgrade",
		"own-tool 1 amd64 none < 1 amd64 none **ERROR**\n",
		"own-tool\tamd64\tupgrade\t1\t1\t-\n");
	assert_trouble("own-tool", NULL, "E: unknown package own-tool\n");
	assert_trouble("bar:riscv64", NULL,
		"E: unknown package bar:riscv64; did you mean bar?\n");
	assert_trouble(
		"onyl32", NULL, "E: unknown package onyl32; did you mean only32?\n");
}
END_TEST

START_TEST(the_first_invalid_package_ends_it)
{
	make_system("");
	assert_trouble("foo nothing-like-it bar another", NULL,
		"E: unknown package nothing-like-it\n");
}
END_TEST

START_TEST(an_invalid_word_after_an_unknown_package_is_not_reached)
{
	make_system("");
	assert_trouble("foo nothing-like-it foo/bar", NULL,
		"E: unknown package nothing-like-it\n");
	assert_trouble("foo foo/bar nothing-like-it", NULL,
		"E: \"foo/bar\" is not a package; use NAME, NAME:ARCHITECTURE or "
		"NAME=VERSION\n");
}
END_TEST

START_TEST(apts_lists_are_read_once_for_all_packages)
{
	make_system("");
	assert_made("foo docs bar:i386 own-tool=1 bar only32 foo=1 bar", NULL,
		"foo 2 amd64 none < 3 amd64 none **ERROR**\n"
		"docs - - none < 7 all none **ERROR**\n"
		"bar - - none < 1 i386 none **ERROR**\n"
		"own-tool - - none < 1 amd64 none **ERROR**\n"
		"bar - - none < 1:2-3 amd64 none **ERROR**\n"
		"only32 - - none < 5 i386 none **ERROR**\n"
		"foo 2 amd64 none < 1 amd64 none **ERROR**\n"
		"bar - - none < 1:2-3 amd64 none **ERROR**\n",
		"bar\tamd64\tinstall\t-\t1:2-3\t-\n"
		"bar\ti386\tinstall\t-\t1\t-\n"
		"docs\tall\tinstall\t-\t7\t-\n"
		"foo\tamd64\tupgrade\t2\t3\t-\n"
		"only32\ti386\tinstall\t-\t5\t-\n"
		"own-tool\tamd64\tinstall\t-\t1\t-\n");
	ck_assert_uint_eq(readings, 1);
	readings = 0;
	assert_trouble("foo/bar foo", NULL,
		"E: \"foo/bar\" is not a package; use NAME, NAME:ARCHITECTURE or "
		"NAME=VERSION\n");
	assert_made("", NULL, "", "");
	ck_assert_uint_eq(readings, 0);
}
END_TEST

START_TEST(an_invalid_package_is_an_error)
{
	static const char *const words[] = {"-foo", "--root", "../foo", "foo/bar", "foo;",
		"foo:", "foo=", "foo:=1", "foo:amd64=", ":amd64", "=1", "foo=1=2",
		"foo:a:b", "foo=1/2", "foo_1", "*", "caf\xc3\xa9", "foo\t", "foo=1\t2"};

	make_system("");
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		owns_buffer struct buffer name = {0};
		owns_memory char *message = NULL;

		for (const char *at = words[i]; *at != '\0'; at++)
			buffer_append_format(&name, *at == '\t' ? "\\011" : "%c", *at);
		message = string_format("E: \"%.*s\" is not a package; use NAME, "
					"NAME:ARCHITECTURE or NAME=VERSION\n",
			(int)name.size, name.data);
		assert_trouble(words[i], NULL, message);
	}
}
END_TEST

START_TEST(a_purge_sets_apts_option)
{
	owns_simulated struct simulated simulated;

	make_system("");
	ck_assert_int_eq(make(&simulated, "foo", "purge"), GOES_ON);
	buffer_append(&simulated.configuration, (struct slice){"", 1});
	ck_assert_ptr_nonnull(
		strstr(simulated.configuration.data, "\nAPT::Get::Purge=true\n"));
}
END_TEST

START_TEST(the_stream_has_apts_configuration_and_dpkgs_database)
{
	owns_simulated struct simulated simulated;
	owns_buffer struct buffer stream = {0};
	owns_transaction struct transaction transaction = {0};
	struct stream_faults faults;
	owns_buffer struct buffer settings = {0};

	make_system("Universal-Hooks::Timeout \"5\";\n");
	ck_assert_int_eq(make(&simulated, "foo", NULL), GOES_ON);
	simulated_to_stream(&simulated, "", &stream);
	ck_assert_int_eq(stream_parse(&transaction, buffer_slice(&stream), &faults), 0);
	ck_assert_str_eq(transaction.native_architecture, "amd64");
	ck_assert_str_eq(transaction.status_file, at(TEST_DATABASE));
	assert_text(&transaction.settings, "Universal-Hooks::Timeout=5\n");
	ck_assert(!transaction.is_purging);
}
END_TEST

START_TEST(the_database_is_relative_to_the_root)
{
	owns_memory char *image = string_format("%s", at("/image"));
	const struct admin admin = {.root = image};
	const struct string_list none = {0};
	owns_simulated struct simulated simulated;

	ck_assert_int_eq(unsetenv("APT_CONFIG"), 0);
	make_directory("/image/etc/apt/apt.conf.d");
	output_begin();
	ck_assert_int_eq(simulated_make(&simulated, &admin, &none, NULL), GOES_ON);
	assert_output("", "");
	ck_assert_str_eq(simulated.status_file, "/var/lib/dpkg/status");
}
END_TEST

START_TEST(the_stream_has_the_root_before_the_database)
{
	const struct simulated simulated = {
		.status_file = (char *)"/var/lib/dpkg/status"};
	owns_buffer struct buffer stream = {0};

	simulated_to_stream(&simulated, "/image", &stream);
	assert_text(
		&stream, "VERSION 3\nDir::State::status=/image/var/lib/dpkg/status\n\n");
}
END_TEST

START_TEST(an_error_of_apt_is_an_error)
{
	owns_simulated struct simulated simulated;
	owns_output struct output output;

	make_system("");
	make_file(TEST_DATABASE, 0644, "this is no database\n");
	output_begin();
	ck_assert_int_eq(make(&simulated, "foo", NULL), STATUS_TROUBLE);
	output_end(&output);
	ck_assert_msg(strstr(output.err.data, "E: ") != NULL, "%s", output.err.data);
	ck_assert_str_eq(output.out.data, "");
	simulated_done(&simulated);
	configure_apt("nonsense \"");
	output_begin();
	ck_assert_int_eq(make(&simulated, "foo", NULL), STATUS_TROUBLE);
	output_done(&output);
	output_end(&output);
	ck_assert_msg(strstr(output.err.data, "E: ") != NULL, "%s", output.err.data);
}
END_TEST

static void assert_operation(const char *word, int status, const char *message)
{
	output_begin();
	ck_assert_int_eq(operation_check(word), status);
	assert_output("", message);
}

START_TEST(an_operation_is_one_of_seven_words)
{
	static const char *const words[] = {"install", "upgrade", "downgrade",
		"reinstall", "remove", "purge", "configure"};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		assert_operation(words[i], GOES_ON, "");
	assert_operation(NULL, GOES_ON, "");
	assert_operation("upgrad", STATUS_TROUBLE,
		"E: unknown operation \"upgrad\"; did you mean upgrade?\n");
	assert_operation("conf", STATUS_TROUBLE,
		"E: unknown operation \"conf\"; use install, upgrade, downgrade, "
		"reinstall, remove, purge or configure\n");
	assert_operation("", STATUS_TROUBLE,
		"E: unknown operation \"\"; use install, upgrade, downgrade, reinstall, "
		"remove, purge or configure\n");
	assert_operation("confgure", STATUS_TROUBLE,
		"E: unknown operation \"confgure\"; did you mean configure?\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {by_default_packages_are_installed_or_upgraded,
		several_packages_are_one_transaction, each_operation_has_its_line,
		operations_on_an_absent_package_use_the_candidate,
		a_given_version_is_used,
		the_architecture_is_given_or_native_or_the_only_one,
		an_installed_package_is_preferred_to_a_native_one,
		a_package_that_apt_does_not_know_needs_a_version,
		the_first_invalid_package_ends_it,
		an_invalid_word_after_an_unknown_package_is_not_reached,
		apts_lists_are_read_once_for_all_packages, an_invalid_package_is_an_error,
		a_purge_sets_apts_option,
		the_stream_has_apts_configuration_and_dpkgs_database,
		the_database_is_relative_to_the_root,
		the_stream_has_the_root_before_the_database, an_error_of_apt_is_an_error,
		an_operation_is_one_of_seven_words};

	return run_tests("simulated", tests, COUNT_OF(tests));
}
