/* SPDX-License-Identifier: BSD-2-Clause */
/* The bridge that was just built, with the libapt-pkg of this machine. */
#include "archive.h"
#include "asker.h"
#include "bridge.h"
#include "fixture.h"
#include "process.h"

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

static void assert_settings(const struct command_line *command_line, const char *expected)
{
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;
	int error = bridge_settings(command_line, &lines, &reason);

	ck_assert_msg(error == 0, "the bridge: %s, %s", strerror(-error),
		reason != NULL ? reason : "no reason");
	ck_assert_msg(reason == NULL, "%s", reason);
	assert_text(&lines, expected);
}

START_TEST(apts_files_are_read_and_only_our_scope_is_handed_over)
{
	const struct command_line empty = {.pid = 0};

	configure_apt("Acquire::http::Proxy \"http://me:secret@proxy/\";\n"
		      "Universal-Hooks { Timeout \"5\"; };\n");
	make_file("/etc/apt/apt.conf.d/50hooks", 0644,
		"Universal-Hooks::Scripts::Post-Invoke/a::When \"always\";\n");
	make_file("/etc/apt/apt.conf", 0644, "Universal-Hooks::User \"nobody\";\n");
	assert_settings(&empty, "Universal-Hooks::Timeout=5\n"
				"Universal-Hooks::Scripts::Post-Invoke/a::When=always\n"
				"Universal-Hooks::User=nobody\n");
}
END_TEST

START_TEST(without_settings_there_is_nothing_to_tell)
{
	const struct command_line empty = {.pid = 0};

	configure_apt("APT::Architecture \"amd64\";\n");
	assert_settings(&empty, "");
}
END_TEST

/* apt continues with what it can read, and so do we. */
START_TEST(what_apt_complains_of_comes_with_the_answer)
{
	const struct command_line nothing = {.pid = 0};
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;

	configure_apt("Universal-Hooks::Timeout \"1\";\n");
	ck_assert_int_eq(rmdir(at("/etc/apt/apt.conf.d")), 0);
	ck_assert_int_eq(bridge_settings(&nothing, &lines, &reason), 0);
	ck_assert_uint_gt(lines.size, 0);
	ck_assert_ptr_nonnull(reason);
	ck_assert_ptr_nonnull(strstr(reason, "apt.conf.d"));
	ck_assert_ptr_null(strchr(reason, '\n'));
}
END_TEST

START_TEST(keys_and_values_are_encoded_and_lists_are_lists)
{
	const struct command_line empty = {.pid = 0};

	configure_apt("Universal-Hooks::Scripts::\"Post-Invoke/a b=c%\"::Directory "
		      "\"/x y=z\xc3\xa9\";\n"
		      "Universal-Hooks::Operations { \"install\"; \"remove\"; };\n"
		      "Universal-Hooks::User \"\";\n");
	assert_settings(&empty,
		"Universal-Hooks::Scripts::Post-Invoke/a%20b%3dc%25::Directory="
		"/x%20y%3dz%c3%a9\n"
		"Universal-Hooks::Operations::=install\n"
		"Universal-Hooks::Operations::=remove\n");
}
END_TEST

START_TEST(files_and_options_of_the_command_line_count_in_apts_order)
{
	char *files[] = {string_format("%s", at("/my.conf")), (char *)"/no/such/file"};
	char *options[] = {(char *)"Universal-Hooks::When=always",
		(char *)"Universal-Hooks::Operations::=purge",
		(char *)"Universal-Hooks::Directory=/a=b", (char *)"no-value"};
	const struct command_line command_line = {
		.files = {.items = files, .count = COUNT_OF(files)},
		.options = {.items = options, .count = COUNT_OF(options)}};

	configure_apt("Universal-Hooks::Timeout \"1\";\n"
		      "Universal-Hooks::When \"ran\";\n");
	make_file("/my.conf", 0644,
		"Universal-Hooks::Timeout \"2\";\n"
		"Universal-Hooks::When \"failure\";\n");
	assert_settings(&command_line, "Universal-Hooks::Timeout=2\n"
				       "Universal-Hooks::When=always\n"
				       "Universal-Hooks::Operations::=purge\n"
				       "Universal-Hooks::Directory=/a%3db\n");
	free(files[0]);
}
END_TEST

START_TEST(an_unreadable_configuration_is_reported)
{
	const struct command_line empty = {.pid = 0};
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;

	configure_apt("Universal-Hooks::Timeout \"1\n");
	ck_assert_int_eq(bridge_settings(&empty, &lines, &reason), -EIO);
	ck_assert_uint_eq(lines.size, 0);
}
END_TEST

/* "apt-config -c /tmp" never ends. */
START_TEST(a_file_that_apt_reads_for_ever_is_reported)
{
	char *files[] = {(char *)root()};
	const struct command_line command_line = {.files = {.items = files, .count = 1}};
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;
	owns_reply struct reply reply = {0};

	configure_apt("");
	ck_assert_int_eq(bridge_settings(&command_line, &lines, &reason), -EIO);
	ck_assert_uint_eq(lines.size, 0);
	ck_assert_ptr_nonnull(reason);
	reply = ask((struct apt_question){
		.kind = APT_CONFIGURATION_AND_ORIGINS, .files = WORDS(root())});
	/* apt 3.0 does not read it for ever, and origins are told with its error. */
	ck_assert(reply.error == -EIO || reply.message != NULL);
}
END_TEST

START_TEST(a_bridge_that_cannot_be_loaded_says_why)
{
	const struct command_line empty = {.pid = 0};
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;
	struct rlimit before, none;
	int ends[2];

	configure_apt("Universal-Hooks::Timeout \"1\";\n");
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(close(ends[0]) | close(ends[1]), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	/*
	 * Enough for the way to the child, and for nothing that the child wants to open.
	 */
	none = before;
	none.rlim_cur = (rlim_t)ends[1] + 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(bridge_settings(&empty, &lines, &reason), -ELIBACC);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_uint_eq(lines.size, 0);
	ck_assert_ptr_nonnull(reason);
	ck_assert_ptr_nonnull(strstr(reason, "apt-bridge.so"));
}
END_TEST

START_TEST(each_program_has_defaults_and_settings_of_its_own)
{
	owns_reply struct reply apt = {0}, apt_get = {0}, defaults = {0};

	configure_apt("Universal-Hooks::Timeout \"1\";\n"
		      "Binary::apt::Universal-Hooks::Timeout \"2\";\n");
	apt = ask((struct apt_question){.program = "apt", .scope = "Universal-Hooks"});
	assert_answer(&apt, "Universal-Hooks::Timeout=2\n");
	apt_get = ask((struct apt_question){.scope = "Universal-Hooks"});
	assert_answer(&apt_get, "Universal-Hooks::Timeout=1\n");
	defaults = ask((struct apt_question){
		.program = "apt", .scope = "APT::Get::Upgrade-Allow-New"});
	assert_answer(&defaults, "APT::Get::Upgrade-Allow-New=1\n");
}
END_TEST

START_TEST(without_a_scope_the_answer_is_the_whole_configuration)
{
	owns_reply struct reply reply = {0};

	configure_apt("My::Own \"a b\";\n");
	reply = ask((struct apt_question){.kind = APT_CONFIGURATION});
	ck_assert_int_eq(reply.error, 0);
	buffer_append(&reply.answer, (struct slice){"", 1});
	ck_assert_ptr_nonnull(strstr(reply.answer.data, "\nMy::Own=a%20b\n"));
	ck_assert_ptr_nonnull(strstr(reply.answer.data, "\nBinary=apt-get\n"));
}
END_TEST

START_TEST(a_root_has_its_own_configuration)
{
	owns_reply struct reply reply = {0};
	owns_memory char *image = string_format("%s", at("/image"));

	ck_assert_int_eq(unsetenv("APT_CONFIG"), 0);
	make_file("/image/etc/apt/apt.conf.d/50hooks", 0644,
		"Universal-Hooks::Timeout \"7\";\n");
	reply = ask((struct apt_question){.root = image, .scope = "Universal-Hooks"});
	assert_answer(&reply, "Universal-Hooks::Timeout=7\n");
}
END_TEST

START_TEST(what_apt_would_refuse_is_refused_with_a_message)
{
	owns_reply struct reply file = {0}, option = {0};

	configure_apt("");
	file = ask((struct apt_question){.files = WORDS("/no/such/file")});
	assert_refusal(&file, "E: The configuration file /no/such/file cannot be read\n");
	option = ask((struct apt_question){.options = WORDS("no-value")});
	assert_refusal(&option, "E: no-value has no =");
}
END_TEST

START_TEST(a_warning_comes_with_the_answer)
{
	owns_reply struct reply reply = {0};

	configure_apt("Universal-Hooks::Timeout \"1\";\n");
	ck_assert_int_eq(rmdir(at("/etc/apt/apt.conf.d")), 0);
	reply = ask((struct apt_question){.scope = "Universal-Hooks"});
	assert_answer(&reply, "Universal-Hooks::Timeout=1\n");
	ck_assert_ptr_nonnull(reply.message);
	ck_assert_int_eq(strncmp(reply.message, "W: Unable to read ", 18), 0);
}
END_TEST

/* The lines, with %s for the root. */
static void assert_origins(struct apt_question question, const char *format)
{
	owns_reply struct reply reply = {0};
	owns_buffer struct buffer expected = {0};
	struct slice rest = slice_of(format);

	question.kind = APT_ORIGINS;
	question.scope = "Universal-Hooks";
	while (rest.size > 0) {
		buffer_append_string(&expected, root());
		buffer_append(&expected, slice_cut(&rest, '\n'));
		buffer_append_string(&expected, "\n");
	}
	buffer_append(&expected, (struct slice){"", 1});
	reply = ask(question);
	assert_answer(&reply, expected.data);
}

START_TEST(each_line_has_the_file_and_the_number_it_comes_from)
{
	owns_memory char *file = string_format("%s", at("/mine"));

	/* After the line that configure_apt() writes. */
	configure_apt("// a comment with Universal-Hooks::Timeout \"1\";\n"
		      "Universal-Hooks { Timeout \"2\";\n"
		      "\tOperations { \"install\";\n"
		      "\t\t\"remove\"; };\n"
		      "};\n");
	make_file("/etc/apt/apt.conf.d/50 hooks", 0644, "not read: a space\n");
	make_file("/etc/apt/apt.conf.d/50hooks.conf", 0644,
		"Other::Thing \"1\";\n\n"
		"Universal-Hooks::User\n\t\"nobody\"; Universal-Hooks::When \"ran\";\n");
	make_file("/etc/apt/apt.conf", 0644, "Universal-Hooks::When \"always\";");
	make_file("/mine", 0644, "Universal-Hooks::Timeout \"3\";\n");
	assert_origins((struct apt_question){.files = WORDS(file)},
		"/apt.conf\t3\tUniversal-Hooks::Timeout=2\n"
		"/apt.conf\t4\tUniversal-Hooks::Operations::=install\n"
		"/apt.conf\t5\tUniversal-Hooks::Operations::=remove\n"
		"/etc/apt/apt.conf.d/50hooks.conf\t4\tUniversal-Hooks::User=nobody\n"
		"/etc/apt/apt.conf.d/50hooks.conf\t4\tUniversal-Hooks::When=ran\n"
		"/etc/apt/apt.conf\t1\tUniversal-Hooks::When=always\n"
		"/mine\t1\tUniversal-Hooks::Timeout=3\n");
}
END_TEST

START_TEST(of_what_a_file_says_twice_the_last_counts)
{
	configure_apt("Universal-Hooks::Timeout \"1\";\n"
		      "Universal-Hooks::Operations:: \"install\";\n"
		      "Universal-Hooks::User \"a\";\n"
		      "Universal-Hooks::Timeout \"2\";\n"
		      "Universal-Hooks::Operations:: \"install\";\n"
		      "#clear Universal-Hooks::User;\n"
		      "Universal-Hooks::Timeout \"3\";\n");
	assert_origins((struct apt_question){.kind = APT_CONFIGURATION},
		"/apt.conf\t2\tUniversal-Hooks::Timeout=1\n"
		"/apt.conf\t3\tUniversal-Hooks::Operations::=install\n"
		"/apt.conf\t4\tUniversal-Hooks::User=a\n"
		"/apt.conf\t5\tUniversal-Hooks::Timeout=2\n"
		"/apt.conf\t6\tUniversal-Hooks::Operations::=install\n"
		"/apt.conf\t8\tUniversal-Hooks::Timeout=3\n");
}
END_TEST

START_TEST(a_key_that_stays_cleared_has_the_first_line_that_clears_it)
{
	configure_apt("#clear Universal-Hooks::User;\n"
		      "Universal-Hooks::User \"a\";\n"
		      "#clear Universal-Hooks::User;\n"
		      "#clear Universal-Hooks::User;\n"
		      "Universal-Hooks::Timeout \"1\";\n");
	assert_origins((struct apt_question){.words = WORDS("Universal-Hooks::User",
						     "Universal-Hooks::Timeout")},
		"/apt.conf\t3\tUniversal-Hooks::User=a\n"
		"/apt.conf\t6\tUniversal-Hooks::Timeout=1\n"
		"/apt.conf\t4\tUniversal-Hooks::User=\n");
}
END_TEST

START_TEST(a_malformed_file_is_reported_and_the_others_are_answered)
{
	const struct apt_question question = {
		.kind = APT_ORIGINS, .scope = "Universal-Hooks"};
	owns_reply struct reply reply = {0};

	configure_apt("");
	make_file("/etc/apt/apt.conf.d/10bad", 0644,
		"Universal-Hooks::When \"ran\";\nUniversal-Hooks::Timeout \"1\n");
	make_file(
		"/etc/apt/apt.conf.d/20good", 0644, "Universal-Hooks::Timeout \"2\";\n");
	assert_origins(question,
		"/etc/apt/apt.conf.d/10bad\t1\tUniversal-Hooks::When=ran\n"
		"/etc/apt/apt.conf.d/20good\t1\tUniversal-Hooks::Timeout=2\n");
	reply = ask(question);
	ck_assert_ptr_nonnull(reply.message);
	ck_assert_ptr_nonnull(strstr(reply.message, "E: Syntax error"));
	ck_assert_ptr_nonnull(strstr(reply.message, "10bad"));
}
END_TEST

START_TEST(what_a_file_includes_comes_from_the_line_that_does_so)
{
	owns_memory char *lines = string_format(
		"Universal-Hooks::User \"a\";\n#include \"%s\";\n", at("/more"));

	make_file("/more", 0644, "\n\n\n\nUniversal-Hooks::Timeout \"1\";\n");
	configure_apt(lines);
	assert_origins((struct apt_question){.kind = APT_ORIGINS},
		"/apt.conf\t2\tUniversal-Hooks::User=a\n"
		"/apt.conf\t3\tUniversal-Hooks::Timeout=1\n");
}
END_TEST

#define AVAILABLE(name, version, field)                                                  \
	"Package: " name "\nVersion: " version "\nArchitecture: amd64\n" field           \
	"Filename: " name ".deb\nSize: 1\nSHA256: 0\n\n"

/* foo 2 is installed, as set_database() does; and what can be. */
static char *make_system(void)
{
	configure_apt(
		"APT::Architecture \"amd64\";\nAPT::Architectures { \"amd64\"; };\n");
	make_directory("/etc/apt/apt.conf.d");
	make_directory("/etc/apt/sources.list.d");
	make_directory("/etc/apt/preferences.d");
	make_file("/etc/apt/sources.list", 0644, "");
	set_database("installed");
	make_file("/Packages", 0644,
		AVAILABLE("foo", "3", "Conflicts: bar\n") AVAILABLE("foo", "1", "")
			AVAILABLE("bar", "1:1-1", "Depends: lib (>= 2)\nConflicts: foo\n")
				AVAILABLE("lib", "2", "Provides: virtual\n")
					AVAILABLE("broken", "1", "Depends: nowhere\n"));
	return string_format("APT::Sources::With::=%s", at("/Packages"));
}

/* The packages of the transaction, its .debs without the directory. */
static void assert_actions(const char *const *words, const char *expected)
{
	owns_memory char *source = make_system();
	owns_reply struct reply reply = {0};
	owns_transaction struct transaction transaction = {0};
	struct stream_faults faults;
	owns_buffer struct buffer table = {0};

	reply = ask((struct apt_question){
		.kind = APT_TRANSACTION, .options = WORDS(source), .words = words});
	ck_assert_msg(reply.error == 0, "the bridge refuses: %s", reply.message);
	ck_assert_ptr_null(reply.message);
	ck_assert_int_eq(
		stream_parse(&transaction, buffer_slice(&reply.answer), &faults), 0);
	ck_assert_uint_eq(faults.ignored_lines, 0);
	ck_assert_int_eq(transaction.protocol, 3);
	table = table_of(&transaction);
	assert_text(&table, expected);
}

START_TEST(the_transaction_is_a_stream_as_apt_writes_it)
{
	assert_actions(WORDS("install", "bar"), "bar\tamd64\tinstall\t-\t1:1-1\t-\n"
						"foo\tamd64\tremove\t2\t-\t-\n"
						"lib\tamd64\tinstall\t-\t2\t-\n");
}
END_TEST

START_TEST(upgrades_versions_and_virtual_names_are_those_of_apt)
{
	assert_actions(WORDS("upgrade"), "foo\tamd64\tupgrade\t2\t3\t-\n");
	assert_actions(WORDS("install", "foo=1"), "foo\tamd64\tdowngrade\t2\t1\t-\n");
	assert_actions(WORDS("install", "virtual", "foo-"),
		"foo\tamd64\tremove\t2\t-\t-\n"
		"lib\tamd64\tinstall\t-\t2\t-\n");
	assert_actions(WORDS("remove", "lib"), "");
}
END_TEST

START_TEST(the_stream_has_the_words_the_settings_and_where_the_debs_will_be)
{
	owns_memory char *source = make_system();
	owns_reply struct reply reply = {0};
	const char *text;

	reply = ask((struct apt_question){.kind = APT_TRANSACTION,
		.options = WORDS(source, "Universal-Hooks::When=always"),
		.words = WORDS("-y", "install", "bar")});
	ck_assert_int_eq(reply.error, 0);
	buffer_append(&reply.answer, (struct slice){"", 1});
	text = reply.answer.data;
	ck_assert_int_eq(strncmp(text, "VERSION 3\n", 10), 0);
	ck_assert_ptr_nonnull(strstr(text, "\nUniversal-Hooks::When=always\n"));
	ck_assert_ptr_nonnull(
		strstr(text, "\nCommandLine::AsString=apt-get%20-y%20install%20bar\n"));
	ck_assert_ptr_nonnull(
		strstr(text, "\n\nfoo 2 amd64 none > - - none **REMOVE**\n"));
	ck_assert_ptr_nonnull(strstr(text, "/archives/bar_1%3a1-1_amd64.deb\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nDir::State::status=/"));
}
END_TEST

static void assert_words_refused(const char *const *words, const char *message)
{
	owns_memory char *source = make_system();
	owns_reply struct reply reply = {0};

	reply = ask((struct apt_question){
		.kind = APT_TRANSACTION, .options = WORDS(source), .words = words});
	assert_refusal(&reply, message);
}

START_TEST(words_that_apt_refuses_are_complained_of)
{
	assert_words_refused(
		no_words, "E: No command given; supported commands are: install ");
	assert_words_refused(WORDS("update"), "E: Unsupported command update");
	assert_words_refused(
		WORDS("install", "none"), "E: Unable to locate package none");
	assert_words_refused(WORDS("--nonsense", "install", "foo"),
		"E: Command line option --nonsense is not understood");
	assert_words_refused(
		WORDS("install", "/no/such.deb"), "E: Unsupported file /no/such.deb");
	assert_words_refused(WORDS("install", "broken"),
		"E: broken : Depends: nowhere but it is not installable\n");
	assert_words_refused(WORDS("--no-remove", "install", "bar"),
		"E: Packages need to be removed but remove is disabled.\n");
	assert_words_refused(WORDS("-y", "install", "foo=1"),
		"E: Packages were downgraded and -y was "
		"used without --allow-downgrades.\n");
}
END_TEST

START_TEST(a_database_that_cannot_be_read_is_complained_of)
{
	owns_memory char *source = make_system();
	owns_reply struct reply reply = {0};

	make_file(TEST_DATABASE, 0644, "Package: foo\nno field\n");
	reply = ask((struct apt_question){.kind = APT_TRANSACTION,
		.options = WORDS(source),
		.words = WORDS("install", "bar")});
	assert_refusal(&reply, "/var/lib/dpkg/status");
}
END_TEST

static void assert_packages(const char *const *words, const char *expected)
{
	owns_memory char *source = make_system();
	owns_reply struct reply reply = {0};

	reply = ask((struct apt_question){
		.kind = APT_PACKAGES, .options = WORDS(source), .words = words});
	assert_answer(&reply, expected);
}

START_TEST(packages_have_their_versions)
{
	assert_packages(WORDS("foo"), "foo\tamd64\t2\t3\n");
	assert_packages(WORDS("lib", "none", "nowhere", "foo:amd64", "foo:i386"),
		"lib\tamd64\t-\t2\n"
		"foo\tamd64\t2\t3\n");
}
END_TEST

START_TEST(without_names_all_packages_are_listed_without_candidates)
{
	owns_memory char *source = make_system();
	owns_reply struct reply reply = {0};
	size_t lines = 0;

	reply = ask(
		(struct apt_question){.kind = APT_PACKAGES, .options = WORDS(source)});
	ck_assert_int_eq(reply.error, 0);
	for (size_t i = 0; i < reply.answer.size; i++)
		lines += reply.answer.data[i] == '\n';
	ck_assert_uint_eq(lines, 4);
	buffer_append(&reply.answer, (struct slice){"", 1});
	ck_assert_ptr_nonnull(strstr(reply.answer.data, "foo\tamd64\t2\t-\n"));
	ck_assert_ptr_nonnull(strstr(reply.answer.data, "bar\tamd64\t-\t-\n"));
}
END_TEST

START_TEST(progress_goes_to_standard_output_and_nothing_else_does)
{
	owns_memory char *source = make_system();
	owns_reply struct reply reply = {0};
	owns_buffer struct buffer output = {0};

	ck_assert_ptr_nonnull(freopen(at("/output"), "w", stdout));
	printf("What waits to be written is written once.\n");
	reply = ask((struct apt_question){.kind = APT_PACKAGES,
		.options = WORDS(source, "quiet=0"),
		.words = WORDS("foo"),
		.has_progress = true});
	assert_answer(&reply, "foo\tamd64\t2\t3\n");
	read_file("/output", &output);
	ck_assert_int_eq(
		strncmp(output.data,
			"What waits to be written is written once.\nReading ", 50),
		0);
	ck_assert_ptr_null(strstr(output.data + 1, "What waits"));
}
END_TEST

#define CONTROL                                                                          \
	"Package: app\nVersion: 1\nArchitecture: all\n"                                  \
	"Maintainer: nobody\nDescription: a test\n"

/* The answer, in which "R" stands for the root. */
static void assert_contents(const struct reply *reply, const char *expected)
{
	owns_buffer struct buffer text = {0};

	for (; *expected != '\0'; expected++)
		if (*expected == 'R')
			buffer_append_string(&text, root());
		else
			buffer_append(&text, (struct slice){expected, 1});
	buffer_append(&text, (struct slice){"", 1});
	assert_answer(reply, text.data);
}

START_TEST(the_paths_in_archives_are_as_dpkg_lists_them)
{
	owns_reply struct reply reply = {0};
	owns_memory char *first = NULL, *second = NULL, *deep = NULL;
	char name[200];

	skip_unless(access("/usr/bin/dpkg-deb", X_OK) == 0, "there is no dpkg-deb");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	deep = string_join("/a/usr/share/", name, "/", name, "/deep file");
	make_file(deep, 0644, "");
	make_file("/a/etc/app.conf", 0644, "");
	make_link("/a/etc/link", "app.conf");
	make_directory("/a/var/empty");
	build_archive("/a", "/a%1.deb", CONTROL);
	make_directory("/b");
	build_archive("/b", "/b.deb", CONTROL);
	first = strdup(at("/a%1.deb"));
	second = strdup(at("/b.deb"));
	reply = ask((struct apt_question){
		.kind = APT_CONTENTS, .words = WORDS(first, second)});
	free(deep);
	deep = string_join("archive\tR/a%251.deb\n/etc\n/etc/app.conf\n/usr\n"
			   "/usr/share\n/usr/share/",
		name, "\n/usr/share/", name, "/", name, "\n/usr/share/", name, "/", name,
		"/deep file\n/var\n/var/empty\n/etc/link\narchive\tR/b.deb\n");
	assert_contents(&reply, deep);
}
END_TEST

START_TEST(a_path_in_an_archive_begins_with_one_slash_and_ends_with_none)
{
	static const char *const names[] = {"./", ".", "/", "//abs", "././dot", ".hidden",
		"../up", "plain", "./dir//", "./new\nline", "./x"};
	owns_reply struct reply reply = {0};
	owns_memory char *archive = NULL;

	make_archive("/a.deb", names, COUNT_OF(names));
	archive = strdup(at("/a.deb"));
	reply = ask((struct apt_question){.kind = APT_CONTENTS, .words = WORDS(archive)});
	assert_contents(&reply,
		"archive\tR/a.deb\n/abs\n/dot\n/.hidden\n/../up\n/plain\n/dir\n"
		"/x\n");
}
END_TEST

START_TEST(what_is_not_an_archive_costs_the_others_nothing)
{
	owns_reply struct reply reply = {0};
	owns_memory char *good = NULL, *text = NULL, *cut = NULL, *fifo = NULL;
	struct stat status;

	skip_unless(access("/usr/bin/dpkg-deb", X_OK) == 0, "there is no dpkg-deb");
	make_file("/a/etc/app.conf", 0644, "");
	build_archive("/a", "/good.deb", CONTROL);
	build_archive("/a", "/cut.deb", CONTROL);
	make_file("/text.deb", 0644, "no archive\n");
	ck_assert_int_eq(mkfifo(at("/fifo.deb"), 0644), 0);
	ck_assert_int_eq(stat(at("/cut.deb"), &status), 0);
	ck_assert_int_eq(truncate(at("/cut.deb"), status.st_size - 60), 0);
	good = strdup(at("/good.deb"));
	text = strdup(at("/text.deb"));
	cut = strdup(at("/cut.deb"));
	fifo = strdup(at("/fifo.deb"));
	reply = ask((struct apt_question){.kind = APT_CONTENTS,
		.words = WORDS(text, "/no/such.deb", fifo, cut, good)});
	assert_contents(&reply,
		"archive\tR/text.deb\nerror\tInvalid%20archive%20signature\n"
		"archive\t/no/such.deb\nerror\tCould%20not%20open%20file%20/no/such.deb"
		"%20-%20stat%20(2:%20No%20such%20file%20or%20directory)\n"
		"archive\tR/fifo.deb\n"
		"error\tR/fifo.deb%20is%20not%20a%20regular%20file\n"
		"archive\tR/cut.deb\nerror\tInvalid%20archive%20member%20header\n"
		"archive\tR/good.deb\n/etc\n/etc/app.conf\n");
}
END_TEST

START_TEST(a_bridge_that_dies_does_not_take_the_caller_along)
{
	/* Package lists are required; it looks for them where there are none. */
	const struct apt_question question = {.root = "", .program = "apt-get"};
	owns_reply struct reply reply = {0};

	configure_apt("");
	reply.error = bridge_ask(&question, &reply.answer, &reply.message);
	ck_assert_int_eq(reply.error, -EIO);
	ck_assert_uint_eq(reply.answer.size, 0);
	ck_assert_ptr_null(reply.message);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		apts_files_are_read_and_only_our_scope_is_handed_over,
		without_settings_there_is_nothing_to_tell,
		what_apt_complains_of_comes_with_the_answer,
		keys_and_values_are_encoded_and_lists_are_lists,
		files_and_options_of_the_command_line_count_in_apts_order,
		an_unreadable_configuration_is_reported,
		a_file_that_apt_reads_for_ever_is_reported,
		a_bridge_that_cannot_be_loaded_says_why,
		each_program_has_defaults_and_settings_of_its_own,
		without_a_scope_the_answer_is_the_whole_configuration,
		a_root_has_its_own_configuration,
		what_apt_would_refuse_is_refused_with_a_message,
		a_warning_comes_with_the_answer,
		each_line_has_the_file_and_the_number_it_comes_from,
		of_what_a_file_says_twice_the_last_counts,
		a_key_that_stays_cleared_has_the_first_line_that_clears_it,
		a_malformed_file_is_reported_and_the_others_are_answered,
		what_a_file_includes_comes_from_the_line_that_does_so,
		the_transaction_is_a_stream_as_apt_writes_it,
		upgrades_versions_and_virtual_names_are_those_of_apt,
		the_stream_has_the_words_the_settings_and_where_the_debs_will_be,
		words_that_apt_refuses_are_complained_of,
		a_database_that_cannot_be_read_is_complained_of,
		packages_have_their_versions,
		without_names_all_packages_are_listed_without_candidates,
		progress_goes_to_standard_output_and_nothing_else_does,
		the_paths_in_archives_are_as_dpkg_lists_them,
		a_path_in_an_archive_begins_with_one_slash_and_ends_with_none,
		what_is_not_an_archive_costs_the_others_nothing,
		a_bridge_that_dies_does_not_take_the_caller_along};

	return run_tests("bridge", tests, COUNT_OF(tests));
}
