/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of disabled hooks and the masks: how they are written and removed. */
#include "fixture.h"
#include "model/disabled.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#define BEFORE "Universal-Hooks::Scripts::"
#define BEHIND "::Enabled \"false\";\n"

/* A list of names that ends with NULL. */
#define NAMES(...)                                                                       \
	(const char *const[])                                                            \
	{                                                                                \
		__VA_ARGS__, NULL                                                        \
	}

static struct string_list list_of(const char *const *names)
{
	struct string_list list = {0};

	for (; *names != NULL; names++)
		ck_assert_int_eq(string_list_add(&list, *names), 0);
	return list;
}

/* Compares the names in a text, one a line, or the number of the line at fault. */
static void assert_parsed(const char *bytes, size_t size, const char *expected)
{
	owns_strings struct string_list hooks = {0};
	owns_buffer struct buffer text = {0};
	size_t line = 0;
	int error = disabled_parse(&hooks, (struct slice){bytes, size}, &line);

	if (error == -EBADMSG)
		buffer_append_format(&text, "line %zu", line);
	else
		ck_assert_int_eq(error, 0);
	for (size_t i = 0; i < hooks.count && error == 0; i++)
		buffer_append_format(&text, "%s\n", hooks.items[i]);
	assert_text(&text, expected);
}

static void assert_lines(const char *text, const char *expected)
{
	assert_parsed(text, strlen(text), expected);
}

START_TEST(the_text_is_parsed_as_written)
{
	static const char every_byte[] =
		"\001\t\n\r\x1f !\"#$%&'()*+,-.;<=>?@[\\]^`{|}~\x7f\x80\xff";
	owns_strings struct string_list hooks = list_of(
		NAMES("Post-Invoke/a", every_byte, "pkgs/libc6:i386/Post-Invoke/b"));
	owns_strings struct string_list again = {0};
	owns_buffer struct buffer text = {0};
	size_t line;

	string_list_sort_unique(&hooks);
	disabled_format(&text, &hooks);
	ck_assert_int_eq(text.error, 0);
	ck_assert_int_eq(disabled_parse(&again, buffer_slice(&text), &line), 0);
	ck_assert_uint_eq(again.count, hooks.count);
	for (size_t i = 0; i < hooks.count; i++)
		ck_assert_str_eq(again.items[i], hooks.items[i]);
}
END_TEST

START_TEST(a_key_contains_nothing_special_to_apt)
{
	owns_strings struct string_list hooks = list_of(NAMES("a b;{}[]\"#*%%\n"));
	owns_buffer struct buffer text = {0};

	disabled_format(&text, &hooks);
	buffer_append(&text, (struct slice){"", 1});
	ck_assert_ptr_nonnull(strstr(
		text.data, "\n" BEFORE "a%20b%3b%7b%7d%5b%5d%22%23%2a%25%25%0a" BEHIND));
}
END_TEST

START_TEST(without_hooks_there_is_no_text)
{
	const struct string_list none = {0};
	owns_buffer struct buffer text = {0};

	disabled_format(&text, &none);
	assert_text(&text, "");
}
END_TEST

START_TEST(only_our_own_lines_are_accepted)
{
	assert_lines("", "");
	assert_lines("// a head\n// of two lines\n" BEFORE "b" BEHIND BEFORE "a" BEHIND,
		"a\nb\n");
	assert_lines("\n" BEFORE "a" BEHIND "\n", "a\n");
	assert_lines(BEFORE "a" BEHIND BEFORE "a" BEHIND, "a\n");
	/* The last line may lack its line end. */
	assert_lines(BEFORE "a::Enabled \"false\";", "a\n");
	assert_lines("// head\nAPT::Color \"0\";\n", "line 2");
	assert_lines(BEFORE "a::Enabled \"true\";\n", "line 1");
	assert_lines(BEFORE "a" BEHIND "// a note\n", "line 2");
	assert_lines(BEFORE "a::Enabled \"false\"; // a note\n", "line 1");
	assert_lines(BEFORE "a::b" BEHIND, "line 1");
	assert_lines(BEFORE BEHIND, "line 1");
	assert_lines(BEFORE, "line 1");
	assert_lines("Universal-Hooks::Enabled \"false\";\n", "line 1");
	assert_parsed("\0\n", 2, "line 1");
}
END_TEST

START_TEST(a_text_cut_off_anywhere_names_no_other_hook)
{
	static const char text[] = "// head\n" BEFORE "a%20b" BEHIND BEFORE "c" BEHIND;

	for (size_t size = 0; size < sizeof(text); size++) {
		owns_strings struct string_list hooks = {0};
		size_t line;
		int error = disabled_parse(&hooks, (struct slice){text, size}, &line);

		ck_assert(error == 0 || error == -EBADMSG);
		ck_assert_uint_le(hooks.count, 2);
	}
}
END_TEST

START_TEST(some_hooks_cannot_be_named_in_apt_conf)
{
	ck_assert(disabled_can_name("Post-Invoke/a"));
	ck_assert(disabled_can_name("pkgs/libc6:i386/Post-Invoke/a:b"));
	ck_assert(!disabled_can_name("Post-Invoke/a::b"));
	ck_assert(!disabled_can_name("Post-Invoke/a:"));
	ck_assert(!disabled_can_name(""));
}
END_TEST

static void change(int (*how)(struct string_list *, const struct admin *),
	const char *const *names, int expected)
{
	const struct admin admin = {.root = (char *)root()};
	owns_strings struct string_list hooks = list_of(names);

	ck_assert_int_eq(how(&hooks, &admin), expected);
}

static void assert_disabled(const char *expected)
{
	const struct admin admin = {.root = (char *)root()};
	owns_strings struct string_list hooks = {0};
	owns_buffer struct buffer text = {0};

	ck_assert_int_eq(disabled_read(&hooks, &admin), -1);
	for (size_t i = 0; i < hooks.count; i++)
		buffer_append_format(&text, "%s\n", hooks.items[i]);
	assert_text(&text, expected);
}

START_TEST(the_file_is_removed_with_its_last_hook)
{
	assert_disabled("");
	change(disabled_take_out, NAMES("a"), -1);
	ck_assert(!is_there("/etc/apt"));
	change(disabled_add, NAMES("b", "a"), -1);
	assert_disabled("a\nb\n");
	change(disabled_add, NAMES("c", "a"), -1);
	assert_disabled("a\nb\nc\n");
	change(disabled_take_out, NAMES("a", "c", "d"), -1);
	assert_disabled("b\n");
	change(disabled_take_out, NAMES("b"), -1);
	ck_assert(!is_there(DISABLED_FILE));
}
END_TEST

START_TEST(the_file_is_readable_with_any_umask)
{
	struct stat status;

	(void)umask(077);
	change(disabled_add, NAMES("a"), -1);
	ck_assert_int_eq(stat(at(DISABLED_FILE), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0644);
	ck_assert_int_eq(stat(at("/etc/apt/apt.conf.d"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0755);
}
END_TEST

START_TEST(an_unchanged_file_is_not_written)
{
	struct stat before, after;

	change(disabled_add, NAMES("a"), -1);
	ck_assert_int_eq(stat(at(DISABLED_FILE), &before), 0);
	change(disabled_add, NAMES("a"), -1);
	change(disabled_take_out, NAMES("b"), -1);
	ck_assert_int_eq(stat(at(DISABLED_FILE), &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
}
END_TEST

START_TEST(a_file_written_by_others_is_not_changed)
{
	make_file(DISABLED_FILE, 0644, "APT::Color \"0\";\n");
	change(disabled_add, NAMES("a"), STATUS_TROUBLE);
	change(disabled_take_out, NAMES("a"), STATUS_TROUBLE);
	assert_file(DISABLED_FILE, "APT::Color \"0\";\n");
	ck_assert_int_eq(remove(at(DISABLED_FILE)), 0);
	make_file("/other", 0644, "");
	make_link(DISABLED_FILE, at("/other"));
	change(disabled_add, NAMES("a"), STATUS_TROUBLE);
	assert_file("/other", "");
	ck_assert_int_eq(remove(at(DISABLED_FILE)), 0);
	/* Nobody writes to it: waiting for a writer would take for ever. */
	make_node(DISABLED_FILE, S_IFIFO);
	change(disabled_add, NAMES("a"), STATUS_TROUBLE);
}
END_TEST

#define WRITERS 8
#define NAMES_EACH 10

static void add_names(int writer)
{
	const struct admin admin = {.root = (char *)root()};

	for (int i = 0; i < NAMES_EACH; i++) {
		owns_strings struct string_list hooks = {0};
		owns_memory char *name = string_format("%d-%d", writer, i);

		if (string_list_add(&hooks, name) < 0 ||
			disabled_add(&hooks, &admin) >= 0)
			_exit(1);
	}
	_exit(0);
}

START_TEST(concurrent_changes_are_all_kept)
{
	const struct admin admin = {.root = (char *)root()};
	owns_strings struct string_list hooks = {0};

	make_directory("/etc/apt/apt.conf.d");
	ck_assert_int_eq(fflush(NULL), 0);
	for (int i = 0; i < WRITERS; i++) {
		pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			add_names(i);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(disabled_read(&hooks, &admin), -1);
	ck_assert_uint_eq(hooks.count, WRITERS * NAMES_EACH);
}
END_TEST

#define MASK ETC "pkgs/foo/Post-Invoke/a"

START_TEST(a_mask_is_made_with_its_directories_and_removed_alone)
{
	struct stat status;

	(void)umask(077);
	ck_assert_int_eq(mask_make(at(MASK)), 0);
	ck_assert(mask_is_plain(at(MASK)));
	ck_assert_int_eq(stat(at(ETC "pkgs/foo"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0755);
	ck_assert_int_eq(mask_remove(at(MASK)), 0);
	ck_assert(!is_there(MASK));
	ck_assert(is_there(ETC "pkgs/foo/Post-Invoke"));
}
END_TEST

START_TEST(a_mask_replaces_no_file)
{
	make_script(MASK, "");
	ck_assert_int_eq(mask_make(at(MASK)), -EEXIST);
	ck_assert_int_eq(mask_remove(at(MASK)), -EINVAL);
	ck_assert(is_there(MASK));
	ck_assert_int_eq(mask_make(at(MASK "/b")), -ENOTDIR);
}
END_TEST

START_TEST(only_a_link_to_dev_null_itself_is_a_plain_mask)
{
	static const char *const targets[] = {
		"/dev/nul", "/dev/null/", "/dev/nulls", "../dev/null", "/"};

	ck_assert(!mask_is_plain(at(MASK)));
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		make_link(MASK, targets[i]);
		ck_assert_msg(!mask_is_plain(at(MASK)), "%s", targets[i]);
		ck_assert_int_eq(mask_remove(at(MASK)), -EINVAL);
		ck_assert_int_eq(unlink(at(MASK)), 0);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_text_is_parsed_as_written,
		a_key_contains_nothing_special_to_apt, without_hooks_there_is_no_text,
		only_our_own_lines_are_accepted,
		a_text_cut_off_anywhere_names_no_other_hook,
		some_hooks_cannot_be_named_in_apt_conf,
		the_file_is_removed_with_its_last_hook,
		the_file_is_readable_with_any_umask, an_unchanged_file_is_not_written,
		a_file_written_by_others_is_not_changed, concurrent_changes_are_all_kept,
		a_mask_is_made_with_its_directories_and_removed_alone,
		a_mask_replaces_no_file, only_a_link_to_dev_null_itself_is_a_plain_mask};

	return run_tests("disabled", tests, COUNT_OF(tests));
}
