/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks apt through the bridge from the build directory. */
#include "fixture.h"
#include "output.h"
#include "system/apt.h"

#include <unistd.h>

#include <errno.h>

static struct admin this_machine(void)
{
	return (struct admin){.root = (char *)""};
}

static void assert_value(const char *lines, const char *key, const char *expected)
{
	owns_memory char *value = configuration_value(slice_of(lines), key);

	if (expected == NULL) {
		ck_assert_ptr_null(value);
		return;
	}
	ck_assert_ptr_nonnull(value);
	ck_assert_str_eq(value, expected);
}

START_TEST(a_value_is_found_by_its_full_key_ignoring_case)
{
	const char *lines = "APT::Architecture=amd64\nAPT::Architectures::=i386\n"
			    "Dir=/\nDir::State=var/lib/apt\n";

	assert_value(lines, "APT::Architecture", "amd64");
	assert_value(lines, "apt::ARCHITECTURE", "amd64");
	assert_value(lines, "Dir", "/");
	assert_value(lines, "Dir::State", "var/lib/apt");
	assert_value(lines, "Dir::Sta", NULL);
	assert_value(lines, "State", NULL);
	assert_value(lines, "", NULL);
	assert_value("", "Dir", NULL);
}
END_TEST

START_TEST(the_last_of_several_values_applies)
{
	assert_value("A=1\nB=2\na=3\n", "A", "3");
	assert_value("A=1\nA=", "A", "");
}
END_TEST

START_TEST(values_are_decoded)
{
	assert_value("A=%2fx%20y%3dz%c3%a9%25\n", "A", "/x y=z\xc3\xa9%");
	assert_value("A=b=c\n", "A", "b=c");
	assert_value("A=%zz%4", "A", "%zz%4");
}
END_TEST

START_TEST(keys_are_decoded)
{
	assert_value("A%20b=1\n", "A b", "1");
	assert_value("A%20b=1\n", "A%20b", NULL);
}
END_TEST

static void assert_status_file(
	const char *root_path, const char *lines, const char *expected)
{
	const struct admin admin = {.root = (char *)root_path};
	owns_memory char *file = configuration_status_file(&admin, slice_of(lines));

	ck_assert_str_eq(file, expected);
}

START_TEST(the_status_file_is_below_the_root)
{
	assert_status_file("", "", "/var/lib/dpkg/status");
	assert_status_file("/image", "", "/image/var/lib/dpkg/status");
	assert_status_file("", "Dir=/alt\n", "/alt/var/lib/dpkg/status");
	assert_status_file("", "Dir=/alt/\n", "/alt/var/lib/dpkg/status");
	assert_status_file("/image", "Dir=alt\n", "/image/var/lib/dpkg/status");
	assert_status_file("", "Dir::State::status=/a%20b/status\n", "/a b/status");
	assert_status_file("/image", "Dir::State::status=/a\n", "/image/a");
	assert_status_file("/image", "Dir::State::status=/image/a\n", "/image/a");
	assert_status_file("/image", "Dir::State::status=/images/a\n", "/image/images/a");
	assert_status_file("", "Dir::State::status=status\n", "/var/lib/dpkg/status");
	assert_status_file("", "Dir=\nDir::State::status=\n", "/var/lib/dpkg/status");
}
END_TEST

START_TEST(malformed_lines_of_a_configuration_are_ignored)
{
	assert_value("A=1\nA\n\n=2\n", "A", "1");
	assert_value("A", "A", NULL);
}
END_TEST

START_TEST(warnings_about_the_configuration_are_not_printed)
{
	const struct admin admin = this_machine();
	owns_buffer struct buffer lines = {0};

	/* apt would warn that directories of its own are missing. */
	configure_apt("Universal-Hooks::Timeout \"5\";\nDir::Own \"x y\";\n");
	output_begin();
	ck_assert_int_eq(apt_configuration(&admin, "Universal-Hooks", &lines), 0);
	ck_assert_int_eq(apt_configuration(&admin, "Dir::Own", &lines), 0);
	assert_output("", "");
	assert_text(&lines, "Universal-Hooks::Timeout=5\nDir::Own=x%20y\n");
}
END_TEST

START_TEST(origins_have_the_file_and_the_line)
{
	const struct admin admin = this_machine();
	owns_origins struct origins origins;
	owns_buffer struct buffer lines = {0};

	configure_apt("Universal-Hooks::Timeout \"5\";\n");
	output_begin();
	ck_assert_int_eq(
		origins_ask(&origins, &admin, "Universal-Hooks", NULL, &lines), 0);
	assert_output("", "");
	assert_text(&lines, "Universal-Hooks::Timeout=5\n");
	ck_assert_uint_eq(origins.count, 1);
	ck_assert_str_eq(origins.items[0].file, at("/apt.conf"));
	ck_assert_uint_eq(origins.items[0].line, 2);
}
END_TEST

START_TEST(the_configuration_of_another_root_is_read)
{
	owns_memory char *image = string_format("%s", at("/image"));
	const struct admin admin = {.root = image};
	owns_buffer struct buffer lines = {0};

	ck_assert_int_eq(unsetenv("APT_CONFIG"), 0);
	make_file("/image/etc/apt/apt.conf.d/50hooks", 0644,
		"Universal-Hooks::Timeout \"7\";\n");
	output_begin();
	ck_assert_int_eq(apt_configuration(&admin, "Universal-Hooks", &lines), 0);
	assert_output("", "");
	assert_text(&lines, "Universal-Hooks::Timeout=7\n");
}
END_TEST

/* No answer, and apt's errors on standard error. */
static void assert_refused(int error, const struct buffer *lines, const char *message)
{
	owns_output struct output output;

	output_end(&output);
	ck_assert_int_eq(error, -EPROTO);
	ck_assert_uint_eq(lines->size, 0);
	ck_assert_str_eq(output.out.data, "");
	ck_assert_ptr_nonnull(strstr(output.err.data, "E: "));
	ck_assert_msg(strstr(output.err.data, message) != NULL, "%s", output.err.data);
	ck_assert_int_eq(output.err.data[output.err.size - 1], '\n');
}

START_TEST(errors_of_apt_are_printed)
{
	const struct admin admin = this_machine();
	const char *const words[] = {"no-such-command", NULL};
	owns_buffer struct buffer lines = {0};

	configure_apt("Universal-Hooks::Timeout \"1\n");
	output_begin();
	assert_refused(apt_configuration(&admin, "Universal-Hooks", &lines), &lines,
		"Syntax error");
	configure_apt("");
	output_begin();
	assert_refused(apt_transaction(&admin, "apt-get", words, &lines), &lines,
		"no-such-command");
}
END_TEST

START_TEST(warnings_about_packages_are_printed)
{
	const struct admin admin = this_machine();
	const char *const names[] = {"foo", "bar", NULL};
	owns_buffer struct buffer lines = {0};
	owns_output struct output output;

	configure_apt("APT::Architecture \"amd64\";\nAPT::Architectures {\"amd64\";};\n");
	make_directory("/etc/apt/sources.list.d");
	make_file("/etc/apt/sources.list", 0644, "");
	make_directory("/etc/apt/preferences.d");
	set_database("installed");
	ck_assert_int_eq(rmdir(at("/etc/apt/apt.conf.d")), 0);
	output_begin();
	ck_assert_int_eq(apt_packages(&admin, names, &lines), 0);
	output_end(&output);
	assert_text(&lines, "foo\tamd64\t2\t2\n");
	ck_assert_str_eq(output.out.data, "");
	ck_assert_msg(strncmp(output.err.data, "W: ", 3) == 0, "%s", output.err.data);
	ck_assert_ptr_nonnull(strstr(output.err.data, "apt.conf.d"));
}
END_TEST

START_TEST(control_characters_in_messages_of_apt_are_escaped)
{
	const struct admin admin = this_machine();
	const char *const words[] = {"install", "foo", NULL};
	owns_buffer struct buffer lines = {0};

	configure_apt("APT::Architecture \"amd64\";\nAPT::Architectures {\"amd64\";};\n");
	set_database("installed");
	make_directory("/etc/apt/sources.list.d");
	make_directory("/etc/apt/preferences.d");
	make_file("/etc/apt/sources.list", 0644, "deb\033[31m\302\233 http://a b c\n");
	output_begin();
	assert_refused(apt_transaction(&admin, "apt-get", words, &lines), &lines,
		"E: Type 'deb\\033[31m\\302\\233' is not known");
}
END_TEST

/* What remains visible: each line begins again at "\r". */
static void assert_line_is_empty_again(const char *text)
{
	char line[80] = "";
	size_t column = 0;

	for (; *text != '\0'; text++) {
		ck_assert_msg(*text != '\n', "a line remains");
		if (*text == '\r')
			column = 0;
		else if (column < sizeof(line))
			line[column++] = *text;
	}
	for (column = 0; column < sizeof(line); column++)
		ck_assert_msg(line[column] == '\0' || line[column] == ' ',
			"what remains: %.80s", line);
}

START_TEST(progress_is_shown_on_a_terminal_and_disappears)
{
	struct admin admin = this_machine();
	const char *const names[] = {"foo", NULL};
	owns_buffer struct buffer piped = {0};

	skip_unless(output_has_terminals(), "there is no /dev/pts");
	configure_apt("APT::Architecture \"amd64\";\nAPT::Architectures {\"amd64\";};\n");
	make_directory("/etc/apt/apt.conf.d");
	make_directory("/etc/apt/sources.list.d");
	make_directory("/etc/apt/preferences.d");
	make_file("/etc/apt/sources.list", 0644, "");
	set_database("installed");
	for (int is_json = 0; is_json < 2; is_json++) {
		owns_buffer struct buffer lines = {0};
		owns_output struct output output;

		admin.is_json = is_json;
		output_begin_terminal(80);
		ck_assert_int_eq(apt_packages(&admin, names, &lines), 0);
		output_end(&output);
		assert_text(&lines, "foo\tamd64\t2\t2\n");
		ck_assert_str_eq(output.err.data, "");
		ck_assert_msg((strstr(output.out.data, "Reading package lists") !=
				      NULL) == !is_json,
			"%d: %s", is_json, output.out.data);
		assert_line_is_empty_again(output.out.data);
	}
	admin.is_json = false;
	output_begin();
	ck_assert_int_eq(apt_packages(&admin, names, &piped), 0);
	assert_output("", "");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_value_is_found_by_its_full_key_ignoring_case,
		the_last_of_several_values_applies, values_are_decoded, keys_are_decoded,
		the_status_file_is_below_the_root,
		malformed_lines_of_a_configuration_are_ignored,
		warnings_about_the_configuration_are_not_printed,
		origins_have_the_file_and_the_line,
		the_configuration_of_another_root_is_read, errors_of_apt_are_printed,
		warnings_about_packages_are_printed,
		control_characters_in_messages_of_apt_are_escaped,
		progress_is_shown_on_a_terminal_and_disappears};

	return run_tests("apt", tests, COUNT_OF(tests));
}
