/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What apt would do in small sets of packages, and where it refuses. tests/system compares
 * the same bridge with what apt then does; here are cases that are rare there.
 */
#include "asker.h"
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Stanzas of the two databases; fields end with a newline, as all of these do. */
#define STANZA_OF(architecture, name, version, fields)                                   \
	"Package: " name "\nVersion: " version "\nArchitecture: " architecture           \
	"\nMaintainer: nobody\nDescription: a test\n" fields
#define STANZA(name, version, fields) STANZA_OF("amd64", name, version, fields)
#define INSTALLED "Status: install ok installed\n\n"
#define AVAILABLE "Filename: a.deb\nSize: 1\nSHA256: 0\n\n"
#define IS_AUTOMATIC(name) "Package: " name "\nArchitecture: amd64\nAuto-Installed: 1\n\n"

struct world {
	const char *installed, *available;
	const char *automatic; /* marked as automatically installed */
	const char *settings;  /* lines of apt.conf */
	const char *program;
};

/* NULL is nothing. */
static void make_text(const char *path, const char *text)
{
	make_file(path, 0644, text != NULL ? text : "");
}

static void make_world(const struct world *world)
{
	owns_memory char *lines =
		string_format("APT::Architecture \"amd64\";\n"
			      "APT::Architectures { \"amd64\"; \"i386\"; \"armhf\"; };\n"
			      "APT::Sources::With:: \"%s\";\n%s",
			at("/Packages"), world->settings != NULL ? world->settings : "");

	configure_apt(lines);
	make_directory("/etc/apt/sources.list.d");
	make_directory("/etc/apt/preferences.d");
	make_directory("/var/lib/dpkg/updates");
	make_directory("/var/lib/dpkg/info");
	make_text("/etc/apt/sources.list", NULL);
	make_text("/Packages", world->available);
	make_text(TEST_DATABASE, world->installed);
	make_text("/var/lib/apt/extended_states", world->automatic);
}

static struct reply ask_in(const struct world *world, const char *const *words)
{
	make_world(world);
	return ask((struct apt_question){
		.kind = APT_TRANSACTION, .program = world->program, .words = words});
}

static void assert_does(
	const struct world *world, const char *const *words, const char *expected)
{
	owns_reply struct reply reply = ask_in(world, words);
	owns_transaction struct transaction transaction = {0};
	struct stream_faults faults;
	owns_buffer struct buffer table = {0};

	ck_assert_msg(reply.error == 0, "%s: %s", words[0], reply.message);
	ck_assert_int_eq(
		stream_parse(&transaction, buffer_slice(&reply.answer), &faults), 0);
	ck_assert_uint_eq(faults.ignored_lines, 0);
	table = table_of(&transaction);
	assert_text(&table, expected);
}

static void assert_refuses(
	const struct world *world, const char *const *words, const char *message)
{
	owns_reply struct reply reply = ask_in(world, words);

	assert_refusal(&reply, message);
}

/* ------------------------------- virtual packages ---------------------------------- */

START_TEST(a_virtual_name_is_the_one_package_whose_candidate_provides_it)
{
	const struct world world = {
		.available = STANZA("mail-a", "1",
			"Provides: mail (= 1), mail (= 2)\n") AVAILABLE STANZA("post",
			"1", "Provides: letters\n") AVAILABLE STANZA("post", "2",
			"") AVAILABLE STANZA("one", "1", "Provides: several\n")
			AVAILABLE STANZA("two", "1", "Provides: several\n") AVAILABLE};

	assert_does(
		&world, WORDS("install", "mail"), "mail-a\tamd64\tinstall\t-\t1\t-\n");
	assert_refuses(&world, WORDS("install", "letters"),
		"E: Package 'letters' has no installation candidate\n");
	assert_refuses(&world, WORDS("install", "several"),
		"E: Package 'several' has no installation candidate\n");
	assert_does(&world, WORDS("remove", "several"), "");
}
END_TEST

/* A name exists for an architecture if a package there depends on it. */
#define WANTS_LETTERS                                                                    \
	STANZA("reader", "1", "Depends: letters:i386, letters:armhf\n") AVAILABLE
#define DELIVERS(architecture)                                                           \
	STANZA_OF(architecture, "post", "1",                                             \
		"Provides: letters\n"                                                    \
		"Multi-Arch: foreign\n")                                                 \
	AVAILABLE

START_TEST(of_a_provider_on_several_architectures_the_asked_or_the_native_one_counts)
{
	const struct world all = {
		.available = DELIVERS("i386") DELIVERS("amd64") WANTS_LETTERS};
	const struct world turned = {
		.available = DELIVERS("amd64") DELIVERS("i386") WANTS_LETTERS};
	const struct world foreign = {
		.available = DELIVERS("armhf") DELIVERS("i386") WANTS_LETTERS};

	assert_does(&all, WORDS("install", "letters"), "post\tamd64\tinstall\t-\t1\t-\n");
	assert_does(
		&turned, WORDS("install", "letters"), "post\tamd64\tinstall\t-\t1\t-\n");
	assert_does(
		&all, WORDS("install", "letters:i386"), "post\ti386\tinstall\t-\t1\t-\n");
	assert_does(&turned, WORDS("install", "letters:armhf"),
		"post\tamd64\tinstall\t-\t1\t-\n");
	assert_does(&all, WORDS("install", "letters:armhf"),
		"post\tamd64\tinstall\t-\t1\t-\n");
	assert_does(&foreign, WORDS("install", "letters:i386"),
		"post\ti386\tinstall\t-\t1\t-\n");
}
END_TEST

START_TEST(a_pattern_takes_what_can_be_installed_and_the_newest_may_be_none)
{
	const struct world world = {
		.available = STANZA("post", "1", "Provides: letters\n")
			AVAILABLE STANZA("post", "2", "") AVAILABLE};

	assert_does(&world, WORDS("install", "lett.*"), "");
	assert_does(&world, WORDS("install", "letters=newest"), "");
	assert_refuses(&world, WORDS("install", "post=installed"),
		"E: Can't select installed version from package post");
}
END_TEST

/* ------------------------------ what is already there ------------------------------ */

START_TEST(only_what_can_be_downloaded_is_installed_again)
{
	const struct world local = {.installed = STANZA("foo", "2", "") INSTALLED};
	const struct world both = {.installed = STANZA("foo", "2", "") INSTALLED,
		.available = STANZA("foo", "2", "") AVAILABLE};

	assert_does(&local, WORDS("reinstall", "foo"), "");
	assert_does(&both, WORDS("reinstall", "foo"), "foo\tamd64\treinstall\t2\t2\t-\n");
	assert_does(&both, WORDS("--reinstall", "install", "foo"),
		"foo\tamd64\treinstall\t2\t2\t-\n");
}
END_TEST

START_TEST(who_asks_for_what_others_needed_keeps_it)
{
	const struct world world = {.installed = STANZA("foo", "2", "") INSTALLED,
		.automatic = IS_AUTOMATIC("foo")};

	assert_does(&world, WORDS("autoremove", "--no-remove", "--remove"),
		"foo\tamd64\tremove\t2\t-\t-\n");
	assert_does(&world, WORDS("--auto-remove", "install", "foo"), "");
	assert_does(
		&world, WORDS("--auto-remove", "--only-upgrade", "install", "foo"), "");
	assert_does(
		&world, WORDS("--auto-remove", "--download-only", "install", "foo"), "");
	assert_does(&world, WORDS("--auto-remove", "--reinstall", "install", "foo"), "");
	assert_refuses(&world, WORDS("--no-remove", "autoremove"),
		"E: Packages need to be removed but remove is disabled.\n");
}
END_TEST

START_TEST(what_nothing_needs_is_upgraded_until_it_is_removed)
{
	const struct world world = {.installed = STANZA("foo", "2", "") INSTALLED,
		.available = STANZA("foo", "3", "") AVAILABLE,
		.automatic = IS_AUTOMATIC("foo")};

	assert_does(&world, WORDS("upgrade"), "foo\tamd64\tupgrade\t2\t3\t-\n");
}
END_TEST

/* ------------------------------ broken dependencies -------------------------------- */

START_TEST(each_unmet_dependency_is_reported)
{
	const struct world world = {
		.available = STANZA("lib", "2", "Provides: virtual\n") AVAILABLE STANZA(
			"other", "1", "Conflicts: lib\n") AVAILABLE STANZA("either", "1",
			"Depends: lib, nowhere | never (>= 2)\nSuggests: no\n")
			AVAILABLE STANZA("newer", "1", "Depends: lib (>= 3)\n")
				AVAILABLE STANZA("of-virtual", "1",
					"Depends: virtual (>= 1)\n") AVAILABLE};

	assert_refuses(&world, WORDS("install", "either"),
		"E: either : Depends: nowhere but it is not installable or "
		"never (>= 2) but it is not installable\n");
	assert_refuses(&world, WORDS("install", "newer", "lib"),
		"E: newer : Depends: lib (>= 3) but 2 is to be installed\n");
	assert_refuses(&world, WORDS("install", "of-virtual"),
		"E: of-virtual : Depends: virtual (>= 1) but it is a virtual package\n");
	assert_refuses(&world, WORDS("install", "other", "lib"), "E: Broken packages\n");
}
END_TEST

#define HELD "Status: hold ok installed\n\n"

START_TEST(what_is_broken_is_fixed_by_words_or_by_an_option_or_refused)
{
	const struct world fixable = {
		.installed = STANZA("app", "1", "Depends: lib\n") INSTALLED,
		.available = STANZA("lib", "1", "") AVAILABLE STANZA("other", "1", "")
			AVAILABLE};
	const struct world lost = {
		.installed = STANZA("app", "1", "Depends: lib\n") INSTALLED};
	const struct world sane = {.installed = STANZA("app", "1", "") INSTALLED};
	const struct world hopeless = {
		.installed = STANZA("app", "1", "Depends: lib\n") HELD,
		.available = STANZA("other", "1", "") AVAILABLE};

	assert_does(&fixable, WORDS("install", "lib"), "lib\tamd64\tinstall\t-\t1\t-\n");
	assert_does(&fixable, WORDS("--fix-broken", "install"),
		"lib\tamd64\tinstall\t-\t1\t-\n");
	assert_does(&fixable, WORDS("--fix-policy", "install"),
		"lib\tamd64\tinstall\t-\t1\t-\n");
	assert_does(
		&lost, WORDS("--fix-policy", "install"), "app\tamd64\tremove\t1\t-\t-\n");
	assert_does(&sane, WORDS("--fix-policy", "install"), "");
	assert_refuses(&fixable, WORDS("install"), "E: Unmet dependencies.");
	assert_refuses(&fixable, WORDS("upgrade"), "E: Unmet dependencies.");
	assert_refuses(&fixable, WORDS("install", "other"), "E: Unmet dependencies.");
	assert_refuses(&hopeless, WORDS("--fix-broken", "install"),
		"E: app : Depends: lib but it is not installable\n");
}
END_TEST

START_TEST(a_package_that_has_to_be_installed_again_and_cannot_be_is_refused)
{
	const struct world world = {
		.installed = STANZA(
			"foo", "1", "Status: install reinstreq half-installed\n\n")};

	assert_refuses(&world, WORDS("install"), "E: The package foo needs to be");
}
END_TEST

START_TEST(without_its_solver_apt_takes_each_word_as_it_is)
{
	const struct world world = {.available = STANZA("app", "1", "Depends: lib\n")
					    AVAILABLE STANZA("lib", "1", "") AVAILABLE,
		.settings = "APT::Get::AutoSolving \"false\";\n"};

	assert_does(&world, WORDS("install", "lib"), "lib\tamd64\tinstall\t-\t1\t-\n");
}
END_TEST

/* ----------------------------- recommended, and dropped ---------------------------- */

#define RECOMMENDED_IS_GARBAGE "APT::AutoRemove::RecommendsImportant \"false\";\n"

START_TEST(what_is_recommended_comes_along_though_nothing_keeps_it)
{
	const struct world world = {
		.installed = STANZA("user", "1", "Recommends: extra\n") INSTALLED STANZA(
			"enemy", "1", "Conflicts: extra (<< 1)\n") INSTALLED,
		.available = STANZA("app", "1", "Recommends: extra, letters\n")
			AVAILABLE STANZA("user", "2",
				"Recommends: more\n") AVAILABLE STANZA("later", "2",
				"Recommends: post\n") AVAILABLE STANZA("fan", "2",
				"Suggests: extra, post\n") AVAILABLE STANZA("post", "1",
				"Provides: unused, letters\n")
				AVAILABLE STANZA("extra", "1", "") AVAILABLE,
		.settings = RECOMMENDED_IS_GARBAGE};

	assert_does(&world, WORDS("install", "app"),
		"app\tamd64\tinstall\t-\t1\t-\n"
		"extra\tamd64\tinstall\t-\t1\t-\n"
		"post\tamd64\tinstall\t-\t1\t-\n");
	assert_does(&world, WORDS("--auto-remove", "install", "app"),
		"app\tamd64\tinstall\t-\t1\t-\n");
}
END_TEST

START_TEST(what_was_recommended_by_what_is_upgraded_comes_along_for_others)
{
	const struct world world = {
		.installed = STANZA("user", "1", "Recommends: extra\n") INSTALLED,
		.available = STANZA("user", "2", "") AVAILABLE STANZA(
			"app", "1", "Depends: user (>= 2)\nRecommends: extra\n")
			AVAILABLE STANZA("extra", "1", "") AVAILABLE,
		.settings = RECOMMENDED_IS_GARBAGE};

	assert_does(&world, WORDS("install", "app"),
		"app\tamd64\tinstall\t-\t1\t-\n"
		"extra\tamd64\tinstall\t-\t1\t-\n"
		"user\tamd64\tupgrade\t1\t2\t-\n");
}
END_TEST

/* ---------------------------- what a person says yes to ---------------------------- */

START_TEST(who_says_yes_to_all_does_not_say_it_to_this)
{
	const struct world world = {.installed = STANZA("foo", "2", "") INSTALLED STANZA(
					    "vital", "1", "Essential: yes\n") INSTALLED,
		.available = STANZA("foo", "1", "") AVAILABLE STANZA_OF(
			"i386", "vital", "1", "Essential: yes\n") AVAILABLE};

	assert_refuses(&world, WORDS("-y", "remove", "vital"),
		"E: Essential packages were removed and -y was used without "
		"--allow-remove-essential.\n");
	assert_does(&world, WORDS("-y", "--allow-remove-essential", "remove", "vital"),
		"vital\tamd64\tremove\t1\t-\t-\n");
	assert_refuses(&world, WORDS("-qq", "install", "foo=1"),
		"E: Packages were downgraded and -y was used");
	assert_does(&world, WORDS("-qq", "--force-yes", "install", "foo=1"),
		"foo\tamd64\tdowngrade\t2\t1\t-\n");
	assert_does(
		&world, WORDS("install", "foo=1"), "foo\tamd64\tdowngrade\t2\t1\t-\n");
}
END_TEST

START_TEST(an_essential_package_may_change_its_architecture)
{
	const struct world world = {
		.installed = STANZA("vital", "1", "Essential: yes\n") INSTALLED,
		.available =
			STANZA_OF("i386", "vital", "1", "Essential: yes\n") AVAILABLE};

	assert_does(&world, WORDS("-y", "install", "vital:i386", "vital:amd64-"),
		"vital\tamd64\tremove\t1\t-\t-\n"
		"vital\ti386\tinstall\t-\t1\t-\n");
}
END_TEST

/* ------------------------------------ kernels -------------------------------------- */

#define KERNEL(number) STANZA("linux-image-" number ".0.0-1-amd64", number, "") INSTALLED
#define AUTOMATIC_KERNEL(number) IS_AUTOMATIC("linux-image-" number ".0.0-1-amd64")

START_TEST(old_kernels_go_when_apt_upgrades_all_and_no_others)
{
	struct world world = {.installed = KERNEL("1") KERNEL("2") KERNEL("3") KERNEL("4")
				      STANZA("foo", "1", "") INSTALLED,
		.automatic = AUTOMATIC_KERNEL("1") AUTOMATIC_KERNEL("2")
			AUTOMATIC_KERNEL("3") AUTOMATIC_KERNEL("4") IS_AUTOMATIC("foo"),
		.settings = "APT::VersionedKernelPackages { \"linux-.*\"; };\n"};
	owns_reply struct reply reply = {0};
	const char *answer;

	assert_does(&world, WORDS("full-upgrade"), "");
	world.program = "apt";
	reply = ask_in(&world, WORDS("full-upgrade"));
	answer = answer_of(&reply);
	ck_assert_ptr_nonnull(strstr(answer, "\nlinux-image-1.0.0-1-amd64 1 "));
	ck_assert_ptr_null(strstr(answer, "\nlinux-image-4.0.0-1-amd64 4 "));
	ck_assert_ptr_null(strstr(answer, "\nfoo "));
	assert_does(&world, WORDS("upgrade"), "");
}
END_TEST

/* ------------------------------------- words --------------------------------------- */

START_TEST(a_file_that_is_no_package_is_refused)
{
	const struct world world = {0};

	make_file("/text", 0644, "no package\n");
	ck_assert_int_eq(chdir(root()), 0);
	assert_refuses(&world, WORDS("install", "./text"),
		"E: Unsupported file ./text given on commandline\n");
	make_file("/source.dsc", 0644,
		"Format: 3.0\nSource: a\nBinary: a\nVersion: 1\nArchitecture: any\n");
	assert_refuses(&world, WORDS("install", "./source.dsc"),
		"E: Unsupported file ./source.dsc given on commandline\n");
	assert_refuses(&world, WORDS("install", "../none"),
		"E: Unsupported file ../none given on commandline\n");
	assert_refuses(
		&world, WORDS("install", ".text"), "E: Unable to locate package .text\n");
}
END_TEST

START_TEST(a_version_can_be_asked_for_by_its_release)
{
	const struct world world = {.installed = STANZA("foo", "2", "") INSTALLED,
		.available = STANZA("foo", "3", "") AVAILABLE};
	const struct world same = {.installed = STANZA("foo", "now", "") INSTALLED};

	assert_does(&world, WORDS("install", "foo/now"), "");
	assert_does(&same, WORDS("install", "foo/now"), "");
	assert_refuses(&world, WORDS("install", "foo/never"),
		"E: Release 'never' for 'foo' was not found\n");
}
END_TEST

START_TEST(a_complaint_of_several_lines_is_several_of_its_kind)
{
	const struct world world = {0};

	assert_refuses(&world, WORDS("install", "one\ntwo"),
		"E: Unable to locate package one\nE:    two\n");
	assert_refuses(&world, WORDS("install", "/none\n\nW: none"),
		"E: Unsupported file /none\nE:    W: none given");
}
END_TEST

START_TEST(a_planner_that_is_not_there_is_complained_of)
{
	const struct world world = {.available = STANZA("foo", "1", "") AVAILABLE};

	assert_refuses(
		&world, WORDS("--planner", "nowhere", "install", "foo"), "nowhere");
	assert_refuses(&world, WORDS("--solver", "nowhere", "install", "foo"), "nowhere");
}
END_TEST

/* apt has that solver since 2.9, and before that looks for a program of this name. */
START_TEST(who_does_not_pin_strictly_gets_the_solver_that_can_do_so)
{
	struct world world = {.available = STANZA("foo", "1", "") AVAILABLE,
		.settings = "APT::Solver::Strict-Pinning \"false\";\n"};
	owns_reply struct reply reply = {0}, other = {0};

	reply = ask_in(&world, WORDS("install", "foo"));
	if (reply.error == 0)
		ck_assert_ptr_nonnull(strstr(answer_of(&reply), "\nAPT::Solver=3.0\n"));
	else
		assert_refusal(&reply, "'3.0'");
	other = ask_in(&world, WORDS("--solver", "nowhere", "install", "foo"));
	assert_refusal(&other, "nowhere");
}
END_TEST

/* --------------------------------- configuration ----------------------------------- */

static void assert_all_refuse(struct apt_question question, const char *message)
{
	const enum apt_question_kind kinds[] = {
		APT_CONFIGURATION, APT_TRANSACTION, APT_PACKAGES, APT_FIELDS};

	question.words = WORDS("install");
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		owns_reply struct reply reply = {0};

		question.kind = kinds[i];
		reply = ask(question);
		assert_refusal(&reply, message);
	}
}

START_TEST(a_configuration_that_apt_does_not_take_is_refused)
{
	const struct world world = {0}, bad = {.settings = "No::End \"1\n"};

	make_world(&world);
	make_file("/mine", 0644, "No::End \"1\n");
	assert_all_refuse(
		(struct apt_question){.files = WORDS(at("/mine"))}, "E: Syntax error");
	assert_all_refuse((struct apt_question){.files = WORDS("/no/such/file")},
		"E: The configuration file /no/such/file cannot be read\n");
	assert_all_refuse(
		(struct apt_question){.options = WORDS("none")}, "E: none has no =\n");
	make_world(&bad);
	assert_all_refuse((struct apt_question){.kind = APT_PACKAGES}, "E: Syntax error");
}
END_TEST

START_TEST(a_system_that_apt_does_not_know_is_refused)
{
	const struct world world = {.settings = "APT::System \"nonsense\";\n"};
	owns_reply struct reply packages = {0}, fields = {0};

	assert_refuses(&world, WORDS("install"), "nonsense");
	fields = ask((struct apt_question){.kind = APT_FIELDS});
	assert_refusal(&fields, "nonsense");
	packages = ask((struct apt_question){.kind = APT_PACKAGES});
	assert_refusal(&packages, "nonsense");
}
END_TEST

START_TEST(sources_that_cannot_be_read_are_refused)
{
	const struct world world = {0};
	owns_reply struct reply reply = {0}, packages = {0};

	make_world(&world);
	make_file("/etc/apt/sources.list", 0644, "nonsense\n");
	reply = ask((struct apt_question){
		.kind = APT_TRANSACTION, .words = WORDS("install")});
	assert_refusal(&reply, "sources.list");
	packages = ask((struct apt_question){.kind = APT_PACKAGES});
	assert_refusal(&packages, "sources.list");
}
END_TEST

START_TEST(a_question_that_there_is_not_is_refused)
{
	owns_reply struct reply reply = {0};

	configure_apt("");
	reply = ask((struct apt_question){
		.kind = (enum apt_question_kind)(APT_CONFIGURATION_AND_ORIGINS + 1)});
	assert_refusal(&reply, "E: There is no answer, and nothing says why\n");
}
END_TEST

START_TEST(versions_are_compared_without_a_configuration)
{
	owns_reply struct reply reply = {0}, other = {0};

	configure_apt("No::End \"1\n");
	reply = ask((struct apt_question){.kind = APT_VERSIONS,
		.words = WORDS("1\t2", "1:1\t2", "1\t1-0", "1~\t1")});
	assert_answer(&reply, "<\n>\n=\n<\n");
	other = ask(
		(struct apt_question){.kind = APT_VERSIONS, .words = WORDS("1\t2", "1")});
	assert_refusal(&other, "E: 1 is no pair of versions\n");
}
END_TEST

START_TEST(a_package_without_a_candidate_has_none_in_the_answer)
{
	const struct world world = {.installed = STANZA("foo", "1", "") INSTALLED,
		.available = STANZA("bar", "1", "") AVAILABLE};
	owns_reply struct reply reply = {0};

	make_world(&world);
	make_file("/etc/apt/preferences.d/never", 0644,
		"Package: bar\nPin: version *\nPin-Priority: -1\n");
	reply = ask((struct apt_question){
		.kind = APT_PACKAGES, .words = WORDS("bar", "foo")});
	assert_answer(&reply, "bar\tamd64\t-\t-\nfoo\tamd64\t1\t1\n");
}
END_TEST

/* ------------------------------------- images -------------------------------------- */

static struct reply ask_rootfs(const char *setting)
{
	owns_memory char *image = string_format("%s", at("/image"));

	make_file("/image/etc/apt/apt.conf", 0644, setting);
	return ask((struct apt_question){.kind = APT_PACKAGES, .root = image});
}

static void make_rootfs(void)
{
	ck_assert_int_eq(unsetenv("APT_CONFIG"), 0);
	make_directory("/image/etc/apt/apt.conf.d");
	make_directory("/image/etc/apt/preferences.d");
	make_directory("/image/etc/apt/sources.list.d");
	make_directory("/image/var/lib/dpkg");
	make_link("/image/usr/share/dpkg", "/usr/share/dpkg");
	make_file("/image/etc/apt/sources.list", 0644, "");
	make_file("/image" TEST_DATABASE, 0644, STANZA("foo", "1", "") INSTALLED);
}

START_TEST(programs_that_an_image_names_are_not_run)
{
	const char *const refused[] = {
		"APT::Solver \"mine\";\n", "APT::Planner \"mine\";\n"};
	const char *const taken[] = {"", "APT::Solver \"\";\nAPT::Planner \"\";\n",
		"APT::Solver \"internal\";\n", "APT::Solver \"3.0\";\n",
		"Dir::State::status \"/var/lib/dpkg/status\";\n"};

	make_rootfs();
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		owns_reply struct reply reply = ask_rootfs(refused[i]);

		assert_refusal(&reply, "names the program mine, which is not run");
	}
	for (size_t i = 0; i < COUNT_OF(taken); i++) {
		owns_reply struct reply reply = ask_rootfs(taken[i]);

		assert_answer(&reply, "foo\tamd64\t1\t-\n");
	}
}
END_TEST

START_TEST(a_database_of_an_image_that_is_no_file_is_not_opened)
{
	owns_reply struct reply pipe = {0}, none = {0};

	make_rootfs();
	ck_assert_int_eq(unlink(at("/image" TEST_DATABASE)), 0);
	none = ask_rootfs("");
	ck_assert_int_ne(none.error, -EIO);
	make_node("/image" TEST_DATABASE, S_IFIFO);
	pipe = ask_rootfs("");
	assert_refusal(&pipe, "/image/var/lib/dpkg/status is not a regular file\n");
}
END_TEST

START_TEST(a_transaction_in_an_image_runs_no_program_of_it_either)
{
	owns_memory char *image = string_format("%s", at("/image"));
	owns_reply struct reply reply = {0}, fields = {0};

	make_rootfs();
	make_file("/image/etc/apt/apt.conf", 0644, "APT::Planner \"mine\";\n");
	reply = ask((struct apt_question){
		.kind = APT_TRANSACTION, .root = image, .words = WORDS("remove", "foo")});
	assert_refusal(&reply, "names the program mine, which is not run");
	fields = ask((struct apt_question){.kind = APT_FIELDS, .root = image});
	assert_refusal(&fields, "names the program mine, which is not run");
}
END_TEST

START_TEST(an_archive_that_is_no_file_is_not_opened)
{
	owns_memory char *word = string_format("nope:amd64\t1\t%s", at("/fifo.deb"));
	owns_reply struct reply fields = {0};

	make_rootfs();
	make_node("/fifo.deb", S_IFIFO);
	fields = ask((struct apt_question){
		.kind = APT_FIELDS, .root = at("/image"), .words = WORDS(word)});
	assert_answer(&fields, "-\t-\t-\t-\n");
}
END_TEST

/* ------------------------------------ origins -------------------------------------- */

static struct reply ask_origins(void)
{
	return ask(
		(struct apt_question){.kind = APT_ORIGINS, .scope = "Universal-Hooks"});
}

START_TEST(origins_are_those_of_the_files_that_there_are)
{
	owns_reply struct reply reply = {0}, none = {0}, image = {0};
	owns_memory char *expected = string_format(
		"%s\t1\tUniversal-Hooks::User=a\n", at("/image/etc/apt/apt.conf"));

	configure_apt("");
	ck_assert_int_eq(rmdir(at("/etc/apt/apt.conf.d")), 0);
	reply = ask_origins();
	assert_answer(&reply, "");
	ck_assert_int_eq(setenv("APT_CONFIG", at("/none"), 1), 0);
	none = ask_origins();
	ck_assert_int_eq(none.error, 0);
	ck_assert_int_eq(unsetenv("APT_CONFIG"), 0);
	make_file("/image/etc/apt/apt.conf", 0644, "Universal-Hooks::User \"a\";\n");
	image = ask((struct apt_question){
		.kind = APT_ORIGINS, .root = at("/image"), .scope = "Universal-Hooks"});
	assert_answer(&image, expected);
}
END_TEST

/* The numbers and settings of the lines of apt.conf; text begins with the second. */
static void assert_lines(const char *text, const char *const *lines)
{
	owns_reply struct reply reply = {0};
	owns_buffer struct buffer expected = {0};

	configure_apt(text);
	reply = ask((struct apt_question){
		.kind = APT_ORIGINS, .words = WORDS("A::Cleared"), .scope = "A"});
	for (; *lines != NULL; lines++)
		buffer_append_format(&expected, "%s\t%s\n", at("/apt.conf"), *lines);
	buffer_append(&expected, (struct slice){"", 1});
	assert_answer(&reply, expected.data);
}

START_TEST(a_setting_is_that_of_the_line_where_its_statement_ends)
{
	assert_lines(
		"A::One \"1\"; A::Two\n\"2\"; /* A::Not \"0\";\n}\n*/ A::Three \"3\";\n"
		"// A::Not \"0\";\nA::Four\n\"a; }\"; # };\n",
		WORDS("2\tA::One=1", "3\tA::Two=2", "5\tA::Three=3",
			"8\tA::Four=a;%20}"));
}
END_TEST

START_TEST(a_setting_is_found_in_its_blocks)
{
	assert_lines(
		"A {\nb%3bc { d { \"e f\" { [g] {\nH \"1\";\n} I \"2\";\n}\n"
		"};\nJ \"3\";\nList {\n\"x\"; \"y\";\n\"x\";\n};\n}\n}; A::K \"4\";\n",
		WORDS("4\tA::b;c::d::e%20f::[g]::H=1", "5\tA::b;c::d::e%20f::I=2",
			"8\tA::b;c::J=3", "10\tA::b;c::List::=x", "10\tA::b;c::List::=y",
			"11\tA::b;c::List::=x", "14\tA::K=4"));
}
END_TEST

START_TEST(a_setting_is_that_of_the_last_line_that_changes_it)
{
	assert_lines("A::x \"1\";\na::X \"2\";\nA::x \"2\";\n#clear A::x;\nA::x \"2\";\n",
		WORDS("2\tA::x=1", "3\tA::X=2", "6\tA::x=2"));
	assert_lines("A::Cleared \"1\";\n#clear A;\n#clear A;\nA::y \"1\";\n",
		WORDS("2\tA::Cleared=1", "5\tA::y=1", "3\tA::Cleared="));
}
END_TEST

START_TEST(what_follows_a_mistake_is_not_found)
{
	assert_lines(
		"A::x \"1\";\nA::y \"2\" \"3\" z;\nA::z \"4\";\n", WORDS("2\tA::x=1"));
}
END_TEST

/* For the way to the child, and one file more. Returns what was. */
static struct rlimit leave_one_file(void)
{
	struct rlimit limit, before;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(close(ends[0]) | close(ends[1]), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = (rlim_t)ends[1] + 2;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return before;
}

START_TEST(where_no_more_files_can_be_open_no_line_is_known)
{
	owns_reply struct reply reply = {0};
	struct rlimit before;

	configure_apt("Universal-Hooks::Timeout \"1\";\n");
	before = leave_one_file();
	reply = ask_origins();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_answer(&reply, "");
}
END_TEST

#define FILE_MAX ((size_t)1 << 20)

START_TEST(a_line_that_is_too_long_to_be_copied_is_not_known)
{
	const struct rlimit limit = {FILE_MAX, FILE_MAX};
	owns_memory char *filler = malloc(FILE_MAX + 1);
	owns_memory char *lines = NULL;
	owns_reply struct reply reply = {0};

	ck_assert_ptr_nonnull(filler);
	memset(filler, '\n', FILE_MAX);
	filler[FILE_MAX] = '\0';
	lines = string_format("%sUniversal-Hooks::Timeout \"1\";\n", filler);
	configure_apt(lines);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	reply = ask_origins();
	assert_answer(&reply, "");
}
END_TEST

/* ----------------------------------- fields ---------------------------------------- */

static void assert_fields(
	const struct world *world, const char *const *words, const char *expected)
{
	owns_reply struct reply reply = {0};

	make_world(world);
	reply = ask((struct apt_question){.kind = APT_FIELDS, .words = words});
	ck_assert_msg(reply.error == 0, "%s", reply.message);
	ck_assert_ptr_null(reply.message);
	assert_answer(&reply, expected);
}

START_TEST(fields_of_the_version_that_is_installed_are_those_of_the_database)
{
	const struct world world = {
		.installed = STANZA("foo", "2",
			"Section: web\nSource: foos (1.9)\nMulti-Arch: same\n")
			INSTALLED STANZA_OF("all", "bar", "1",
				"Section: non-free/x y\tz\n") INSTALLED STANZA("gone",
				"3",
				"Section: mail\nStatus: deinstall ok config-files\n\n"),
		.automatic = IS_AUTOMATIC("foo") IS_AUTOMATIC("gone")};

	assert_fields(&world,
		WORDS("foo:amd64\t2\t-", "foo:amd64\t1\t-", "foo:i386\t2\t-",
			"bar:all\t1\t-", "bar:amd64\t1\t/", "gone:amd64\t3\t-",
			"none:amd64\t1\t-", "", "foo"),
		"web\tfoos\tsame\tyes\n"
		"-\t-\t-\tyes\n"
		"-\t-\t-\t-\n"
		"non-free/x%20y%09z\tbar\tno\tno\n"
		"non-free/x%20y%09z\tbar\tno\tno\n"
		"mail\tgone\tno\t-\n"
		"-\t-\t-\t-\n-\t-\t-\t-\n-\t-\t-\t-\n");
}
END_TEST

START_TEST(an_archive_that_cannot_be_read_says_nothing)
{
	const struct world world = {.installed = STANZA("foo", "2", "") INSTALLED};
	owns_memory char *broken = string_format("new:amd64\t1\t%s", at("/broken\t.deb"));
	owns_memory char *missing = string_format("new:amd64\t1\t%s", at("/none.deb"));
	owns_memory char *directory = string_format("new:amd64\t1\t%s", root());

	make_file("/broken\t.deb", 0644, "!<arch>\nnot an archive");
	assert_fields(&world,
		WORDS(broken, missing, directory, "new:amd64\t1\trelative.deb"),
		"-\t-\t-\t-\n-\t-\t-\t-\n-\t-\t-\t-\n-\t-\t-\t-\n");
}
END_TEST

#define CONTROL(fields)                                                                  \
	"Package: new\nVersion: 1:2\nArchitecture: amd64\n"                              \
	"Maintainer: nobody\nDescription: a test\n" fields

/* The fields of an archive with this control file, for these words before its path. */
static void assert_fields_of_archive(
	const char *control, const char *word, const char *expected)
{
	const struct world world = {.installed = STANZA("foo", "2", "") INSTALLED};
	owns_memory char *asked = string_join(word, "\t", at("/new.deb"));

	build_archive("/new", "/new.deb", control);
	assert_fields(&world, WORDS(asked), expected);
}

START_TEST(fields_of_a_version_that_is_not_installed_are_those_of_its_archive)
{
	static const char full[] =
		CONTROL("Source: news (1)\nSection: net\nMulti-Arch: foreign\n");

	skip_unless(access("/usr/bin/dpkg-deb", X_OK) == 0, "there is no dpkg-deb");
	assert_fields_of_archive(full, "new:amd64\t1:2", "net\tnews\tforeign\t-\n");
	assert_fields_of_archive(
		CONTROL("Source: news\n"), "new:amd64\t1:2", "-\tnews\tno\t-\n");
	assert_fields_of_archive(CONTROL(""), "new:amd64\t1:2", "-\tnew\tno\t-\n");
	/* Another version than the one in the archive, and another package. */
	assert_fields_of_archive(full, "new:amd64\t1", "-\t-\t-\t-\n");
	assert_fields_of_archive(full, "newer:amd64\t1:2", "-\t-\t-\t-\n");
	assert_fields_of_archive(full, "foo:amd64\t1:2", "-\t-\t-\tno\n");
	/* Of what is installed, the database says it. */
	assert_fields_of_archive(full, "foo:amd64\t2", "-\tfoo\tno\tno\n");
}
END_TEST

START_TEST(a_database_that_is_none_has_no_fields)
{
	const struct world world = {.installed = "this is no database\n"};
	owns_reply struct reply reply = {0};

	make_world(&world);
	reply = ask((struct apt_question){
		.kind = APT_FIELDS, .words = WORDS("foo:amd64\t2\t-")});
	assert_refusal(&reply, "status");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_virtual_name_is_the_one_package_whose_candidate_provides_it,
		of_a_provider_on_several_architectures_the_asked_or_the_native_one_counts,
		a_pattern_takes_what_can_be_installed_and_the_newest_may_be_none,
		only_what_can_be_downloaded_is_installed_again,
		who_asks_for_what_others_needed_keeps_it,
		what_nothing_needs_is_upgraded_until_it_is_removed,
		each_unmet_dependency_is_reported,
		what_is_broken_is_fixed_by_words_or_by_an_option_or_refused,
		a_package_that_has_to_be_installed_again_and_cannot_be_is_refused,
		without_its_solver_apt_takes_each_word_as_it_is,
		what_is_recommended_comes_along_though_nothing_keeps_it,
		what_was_recommended_by_what_is_upgraded_comes_along_for_others,
		who_says_yes_to_all_does_not_say_it_to_this,
		an_essential_package_may_change_its_architecture,
		old_kernels_go_when_apt_upgrades_all_and_no_others,
		a_file_that_is_no_package_is_refused,
		a_version_can_be_asked_for_by_its_release,
		a_complaint_of_several_lines_is_several_of_its_kind,
		a_planner_that_is_not_there_is_complained_of,
		who_does_not_pin_strictly_gets_the_solver_that_can_do_so,
		a_configuration_that_apt_does_not_take_is_refused,
		a_system_that_apt_does_not_know_is_refused,
		sources_that_cannot_be_read_are_refused,
		a_question_that_there_is_not_is_refused,
		versions_are_compared_without_a_configuration,
		a_package_without_a_candidate_has_none_in_the_answer,
		programs_that_an_image_names_are_not_run,
		a_database_of_an_image_that_is_no_file_is_not_opened,
		a_transaction_in_an_image_runs_no_program_of_it_either,
		an_archive_that_is_no_file_is_not_opened,
		origins_are_those_of_the_files_that_there_are,
		a_setting_is_that_of_the_line_where_its_statement_ends,
		a_setting_is_found_in_its_blocks,
		a_setting_is_that_of_the_last_line_that_changes_it,
		what_follows_a_mistake_is_not_found,
		where_no_more_files_can_be_open_no_line_is_known,
		a_line_that_is_too_long_to_be_copied_is_not_known,
		fields_of_the_version_that_is_installed_are_those_of_the_database,
		an_archive_that_cannot_be_read_says_nothing,
		fields_of_a_version_that_is_not_installed_are_those_of_its_archive,
		a_database_that_is_none_has_no_fields};

	return run_tests("apt_bridge", tests, COUNT_OF(tests));
}
