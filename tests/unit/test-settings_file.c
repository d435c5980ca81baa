/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of settings that the command makes: how it is written, read and removed. */
#include "fixture.h"
#include "model/settings_file.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#define BEFORE "Universal-Hooks::Scripts::"
#define BEHIND "::Enabled \"false\";\n"

/* Adds a setting; values are separated by "|". */
static void add(struct own_settings *settings, const char *path, const char *name,
	bool is_list, const char *values)
{
	struct own_setting *setting = own_settings_add(settings, path, name, NULL);
	struct slice rest = slice_of(values);

	ck_assert_ptr_nonnull(setting);
	setting->is_list = is_list;
	do {
		struct slice value = slice_cut(&rest, '|');
		owns_memory char *text = strndup(value.data, value.size);

		ck_assert_int_eq(string_list_add(&setting->values, text), 0);
	} while (rest.data != NULL);
}

/* "PATH NAME=VALUE|VALUE", a line each; lists in braces. */
static void add_settings_text(struct buffer *text, const struct own_settings *settings)
{
	for (size_t i = 0; i < settings->count; i++) {
		const struct own_setting *setting = &settings->items[i];
		const char *before = setting->is_list ? "={" : "=";

		buffer_append_format(text, "%s %s", setting->path, setting->name);
		for (size_t j = 0; j < setting->values.count; j++) {
			buffer_append_format(
				text, "%s%s", before, setting->values.items[j]);
			before = "|";
		}
		buffer_append_string(text, setting->is_list ? "}\n" : "\n");
	}
}

/* Compares the settings in a text, or the number of the line at fault. */
static void assert_parsed(const char *bytes, size_t size, const char *expected)
{
	owns_own_settings struct own_settings settings = {0};
	owns_buffer struct buffer text = {0};
	size_t line = 0;
	int error = settings_file_parse(&settings, (struct slice){bytes, size}, &line);

	if (error == -EBADMSG)
		buffer_append_format(&text, "line %zu", line);
	else
		ck_assert_int_eq(error, 0);
	if (error == 0)
		add_settings_text(&text, &settings);
	assert_text(&text, expected);
}

static void assert_lines(const char *text, const char *expected)
{
	assert_parsed(text, strlen(text), expected);
}

START_TEST(the_text_is_parsed_as_written)
{
	static const char every_byte[] =
		"\001\t\n\r\x1f !\"#$%&'()*+,-.;<=>?@[\\]^`{}~\x7f\x80\xff";
	owns_own_settings struct own_settings settings = {0};
	owns_own_settings struct own_settings again = {0};
	owns_buffer struct buffer text = {0};
	owns_buffer struct buffer before = {0};
	owns_buffer struct buffer after = {0};
	size_t line;

	add(&settings, every_byte, "Enabled", false, "false");
	add(&settings, "Post-Invoke/a", "Description", false, every_byte);
	add(&settings, "Post-Invoke/a", "Requires", true, every_byte);
	add(&settings, "", "Requires", true, "a b|c|; }");
	add(&settings, "", "Timeout", false, "");
	add(&settings, "pkgs/libc6:i386/Post-Invoke/b", "User", false, "nobody");
	settings_file_format(&text, &settings);
	ck_assert_int_eq(text.error, 0);
	ck_assert_int_eq(settings_file_parse(&again, buffer_slice(&text), &line), 0);
	add_settings_text(&before, &settings);
	add_settings_text(&after, &again);
	buffer_append(&before, (struct slice){"", 1});
	assert_text(&after, before.data);
}
END_TEST

START_TEST(keys_and_values_contain_nothing_special_to_apt)
{
	owns_own_settings struct own_settings settings = {0};
	owns_buffer struct buffer text = {0};

	add(&settings, "a b;{}[]\"#*%%\n", "Enabled", false, "false");
	add(&settings, "b", "Description", false, "50% {of}; // it");
	add(&settings, "c", "Description", false, "a \"b\" ///\n");
	add(&settings, "d", "Requires", true, "e|f");
	settings_file_format(&text, &settings);
	buffer_append(&text, (struct slice){"", 1});
	ck_assert_ptr_nonnull(strstr(text.data,
		"\n" BEFORE "a%20b%3b%7b%7d%5b%5d%22%23%2a%25%25%0a" BEHIND BEFORE
		"b::Description \"50% {of}; // it\";\n" BEFORE
		"c::Description a%20%22b%22%20/%2f%2f%0a;\n"
		"#clear " BEFORE "d::Requires;\n" BEFORE
		"d::Requires { \"e\"; \"f\"; };\n"));
}
END_TEST

START_TEST(without_settings_there_is_no_text)
{
	struct own_settings none = {0};
	owns_buffer struct buffer text = {0};

	settings_file_format(&text, &none);
	assert_text(&text, "");
}
END_TEST

#define LIST BEFORE "a::Requires { \"x\"; y%22; };\n"

START_TEST(only_our_own_lines_are_accepted)
{
	assert_lines("", "");
	assert_lines("// a head\n// of two lines\n" BEFORE "b" BEHIND BEFORE "a" BEHIND,
		"b Enabled=false\na Enabled=false\n");
	assert_lines("\n" BEFORE "a" BEHIND "\n", "a Enabled=false\n");
	/* The last line may lack its line end. */
	assert_lines(BEFORE "a::Enabled \"false\";", "a Enabled=false\n");
	assert_lines("Universal-Hooks::Timeout \"5\";\n", " Timeout=5\n");
	assert_lines("#clear " BEFORE "a::Requires;\n" LIST, "a Requires={x|y\"}\n");
	assert_lines(LIST, "line 1");
	assert_lines("#clear " BEFORE "b::Requires;\n" LIST, "line 2");
	assert_lines("#clear " BEFORE "a::Enabled;\n" BEFORE "a" BEHIND, "line 2");
	assert_lines("#clear " BEFORE "a::Requires;\n", "line 2");
	assert_lines("// head\nAPT::Color \"0\";\n", "line 2");
	assert_lines(BEFORE "a" BEHIND "// a note\n", "line 2");
	assert_lines(BEFORE "a::Enabled \"false\"; // a note\n", "line 1");
	assert_lines(BEFORE "a::Enabled  \"false\";\n", "line 1");
	assert_lines(BEFORE "a::Enabled %66alse;\n", "line 1");
	assert_lines(BEFORE "a::Enabled;\n", "line 1");
	assert_lines(BEFORE "a::Requires { \"x\" };\n", "line 1");
	assert_lines(BEFORE "a::b" BEHIND, "line 1");
	assert_lines(BEFORE BEHIND, "line 1");
	assert_lines(BEFORE, "line 1");
	assert_lines(BEFORE "Enabled \"false\";\n", "line 1");
	assert_lines("Universal-Hooks::a::Enabled \"false\";\n", "line 1");
	assert_parsed("\0\n", 2, "line 1");
}
END_TEST

START_TEST(a_text_cut_off_anywhere_is_no_other_setting)
{
	static const char text[] =
		"// head\n" BEFORE "a%20b" BEHIND "#clear " BEFORE "a::Requires;\n" LIST;

	for (size_t size = 0; size < sizeof(text); size++) {
		owns_own_settings struct own_settings settings = {0};
		size_t line;
		int error =
			settings_file_parse(&settings, (struct slice){text, size}, &line);

		ck_assert(error == 0 || error == -EBADMSG);
		ck_assert_uint_le(settings.count, 2);
	}
}
END_TEST

START_TEST(some_paths_cannot_be_named_in_apt_conf)
{
	ck_assert(settings_file_can_name("Post-Invoke/a"));
	ck_assert(settings_file_can_name("pkgs/libc6:i386/Post-Invoke/a:b"));
	ck_assert(!settings_file_can_name("Post-Invoke/a::b"));
	ck_assert(!settings_file_can_name("Post-Invoke/a:"));
	ck_assert(!settings_file_can_name(""));
}
END_TEST

/* Sets the setting to a value, or removes it. */
static void change(const char *path, const char *name, const char *value, int expected)
{
	const struct admin admin = {.root = (char *)root()};
	owns_own_settings struct own_settings changes = {0};

	ck_assert_ptr_nonnull(own_settings_add(&changes, path, name, value));
	ck_assert_int_eq(settings_file_change(&changes, &admin), expected);
}

static void assert_settings(const char *expected)
{
	const struct admin admin = {.root = (char *)root()};
	owns_own_settings struct own_settings settings = {0};
	owns_buffer struct buffer text = {0};

	ck_assert_int_eq(settings_file_read(&settings, &admin), -1);
	add_settings_text(&text, &settings);
	assert_text(&text, expected);
}

START_TEST(the_file_is_removed_with_its_last_setting)
{
	assert_settings("");
	change("a", "Enabled", NULL, -1);
	ck_assert(!is_there("/etc/apt"));
	change("b", "Enabled", "false", -1);
	change("a", "Enabled", "false", -1);
	assert_settings("a Enabled=false\nb Enabled=false\n");
	change("a", "Enabled", NULL, -1);
	change("c", "Enabled", NULL, -1);
	assert_settings("b Enabled=false\n");
	change("b", "Enabled", NULL, -1);
	ck_assert(!is_there(SETTINGS_FILE));
}
END_TEST

START_TEST(a_change_concerns_one_setting_or_all_of_a_path)
{
	change("a", "Enabled", "false", -1);
	change("a", "Timeout", "5", -1);
	change("a", "Timeout", "6", -1);
	change("", "Timeout", "7", -1);
	change("a/b", "Timeout", "8", -1);
	assert_settings(" Timeout=7\na Enabled=false\na Timeout=6\na/b Timeout=8\n");
	change("a", "Enabled", NULL, -1);
	assert_settings(" Timeout=7\na Timeout=6\na/b Timeout=8\n");
	change("a", "User", "nobody", -1);
	change("a", NULL, NULL, -1);
	assert_settings(" Timeout=7\na/b Timeout=8\n");
	change("", NULL, NULL, -1);
	assert_settings("a/b Timeout=8\n");
}
END_TEST

START_TEST(the_file_is_readable_with_any_umask)
{
	struct stat status;

	(void)umask(077);
	change("a", "Enabled", "false", -1);
	ck_assert_int_eq(stat(at(SETTINGS_FILE), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0644);
	ck_assert_int_eq(stat(at("/etc/apt/apt.conf.d"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0755);
}
END_TEST

START_TEST(an_unchanged_file_is_not_written)
{
	struct stat before, after;

	change("a", "Enabled", "false", -1);
	ck_assert_int_eq(stat(at(SETTINGS_FILE), &before), 0);
	change("a", "Enabled", "false", -1);
	change("b", "Enabled", NULL, -1);
	ck_assert_int_eq(stat(at(SETTINGS_FILE), &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
}
END_TEST

START_TEST(a_file_written_by_others_is_not_changed)
{
	make_file(SETTINGS_FILE, 0644, "APT::Color \"0\";\n");
	change("a", "Enabled", "false", STATUS_TROUBLE);
	change("a", "Enabled", NULL, STATUS_TROUBLE);
	assert_file(SETTINGS_FILE, "APT::Color \"0\";\n");
	ck_assert_int_eq(remove(at(SETTINGS_FILE)), 0);
	make_file("/other", 0644, "");
	make_link(SETTINGS_FILE, at("/other"));
	change("a", "Enabled", "false", STATUS_TROUBLE);
	assert_file("/other", "");
	ck_assert_int_eq(remove(at(SETTINGS_FILE)), 0);
	/* Nobody writes to it: waiting for a writer would never end. */
	make_node(SETTINGS_FILE, S_IFIFO);
	change("a", "Enabled", "false", STATUS_TROUBLE);
}
END_TEST

#define WRITERS 8
#define NAMES_EACH 10

static void add_settings_of(int writer)
{
	const struct admin admin = {.root = (char *)root()};

	for (int i = 0; i < NAMES_EACH; i++) {
		owns_own_settings struct own_settings changes = {0};
		owns_memory char *name = string_format("%d-%d", writer, i);

		if (own_settings_add(&changes, name, "Enabled", "false") == NULL ||
			settings_file_change(&changes, &admin) >= 0)
			_exit(1);
	}
	_exit(0);
}

START_TEST(concurrent_changes_are_all_kept)
{
	const struct admin admin = {.root = (char *)root()};
	owns_own_settings struct own_settings settings = {0};

	make_directory("/etc/apt/apt.conf.d");
	ck_assert_int_eq(fflush(NULL), 0);
	for (int i = 0; i < WRITERS; i++) {
		pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			add_settings_of(i);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(settings_file_read(&settings, &admin), -1);
	ck_assert_uint_eq(settings.count, WRITERS * NAMES_EACH);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_text_is_parsed_as_written,
		keys_and_values_contain_nothing_special_to_apt,
		without_settings_there_is_no_text, only_our_own_lines_are_accepted,
		a_text_cut_off_anywhere_is_no_other_setting,
		some_paths_cannot_be_named_in_apt_conf,
		the_file_is_removed_with_its_last_setting,
		a_change_concerns_one_setting_or_all_of_a_path,
		the_file_is_readable_with_any_umask, an_unchanged_file_is_not_written,
		a_file_written_by_others_is_not_changed, concurrent_changes_are_all_kept};

	return run_tests("settings_file", tests, COUNT_OF(tests));
}
