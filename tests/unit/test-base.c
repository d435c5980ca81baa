/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

START_TEST(a_prefix_sorts_first)
{
	ck_assert_int_lt(slice_compare(slice_of("libc6"), slice_of("libc6-dev")), 0);
	ck_assert_int_gt(slice_compare(slice_of("libc6"), slice_of("libc")), 0);
	ck_assert_int_lt(slice_compare(slice_of(""), slice_of("a")), 0);
	ck_assert_int_eq(slice_compare((struct slice){NULL, 0}, slice_of("")), 0);
}
END_TEST

START_TEST(bytes_above_127_come_last)
{
	ck_assert_int_gt(slice_compare(slice_of("\xc3\xa9"), slice_of("z")), 0);
}
END_TEST

START_TEST(a_slice_equals_only_all_of_a_string)
{
	ck_assert(slice_equals(slice_of("apt"), "apt"));
	ck_assert(!slice_equals(slice_of("apt"), "apt-get"));
	ck_assert(!slice_equals((struct slice){"apt\0x", 5}, "apt"));
	ck_assert(slice_has_prefix(slice_of("apt-get"), slice_of("apt")));
	ck_assert(slice_has_prefix(slice_of("apt"), slice_of("")));
	ck_assert(!slice_has_prefix(slice_of("ap"), slice_of("apt")));
}
END_TEST

START_TEST(a_cut_takes_everything_before_the_separator)
{
	struct slice rest = slice_of("a  b");

	ck_assert(slice_equals(slice_cut(&rest, ' '), "a"));
	ck_assert(slice_equals(slice_cut(&rest, ' '), ""));
	ck_assert(slice_equals(slice_cut(&rest, ' '), "b"));
	ck_assert_uint_eq(rest.size, 0);
	ck_assert_uint_eq(slice_cut(&rest, ' ').size, 0);
}
END_TEST

START_TEST(a_buffer_keeps_all_that_was_appended)
{
	owns_buffer struct buffer buffer = {0};

	for (int i = 0; i < 10000; i++)
		buffer_append_format(&buffer, "%04d", i);
	ck_assert_int_eq(buffer.error, 0);
	ck_assert_uint_eq(buffer.size, 40000);
	ck_assert_mem_eq(buffer.data + 4 * 1234, "1234", 4);
}
END_TEST

START_TEST(a_failed_append_is_remembered_and_ends_the_text)
{
	owns_buffer struct buffer buffer = {0};

	buffer_append_string(&buffer, "kept");
	ck_assert_int_eq(buffer_reserve(&buffer, SIZE_MAX - 1), -ENOMEM);
	buffer_append_string(&buffer, "dropped");
	buffer_append_format(&buffer, "%s", "dropped");
	ck_assert_int_eq(buffer.error, -ENOMEM);
	ck_assert_uint_eq(buffer.size, 4);
}
END_TEST

/* A pipe with size bytes in it and no writer. */
static int pipe_with(size_t size)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	for (size_t i = 0; i < size; i++)
		ck_assert_int_eq(write(ends[1], "0123456789" + i % 10, 1), 1);
	ck_assert_int_eq(close(ends[1]), 0);
	return ends[0];
}

START_TEST(reading_appends)
{
	owns_buffer struct buffer buffer = {0};
	owns_fd int fd = pipe_with(20000);

	buffer_append_string(&buffer, "before");
	ck_assert_int_eq(buffer_read(&buffer, fd, SIZE_MAX / 8), 0);
	ck_assert_uint_eq(buffer.size, 6 + 20000);
	ck_assert_mem_eq(buffer.data, "before0123", 10);
}
END_TEST

START_TEST(a_large_file_is_read_whole)
{
	enum { SIZE = 1234567 };
	owns_memory char *bytes = malloc(SIZE);
	owns_buffer struct buffer buffer = {0};
	owns_fd int fd = memfd_create("large", MFD_CLOEXEC);

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (char)(i % 251);
	ck_assert_int_eq(write_all(fd, (struct slice){bytes, SIZE}), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	ck_assert_int_eq(buffer_read(&buffer, fd, SIZE), 0);
	ck_assert_uint_eq(buffer.size, SIZE);
	ck_assert_int_eq(memcmp(buffer.data, bytes, SIZE), 0);
}
END_TEST

START_TEST(a_file_as_large_as_the_limit_is_read_whole)
{
	for (size_t size = 0; size < 12; size++) {
		owns_buffer struct buffer buffer = {0};
		owns_fd int fd = pipe_with(size);

		buffer_append_string(&buffer, "before");
		ck_assert_int_eq(buffer_read(&buffer, fd, 10), size > 10 ? -EFBIG : 0);
		ck_assert_uint_eq(buffer.size, 6 + (size > 10 ? 10 : size));
	}
}
END_TEST

START_TEST(a_descriptor_that_cannot_be_read_is_an_error)
{
	owns_buffer struct buffer buffer = {0};

	ck_assert_int_eq(buffer_read(&buffer, -1, 10), -EBADF);
}
END_TEST

START_TEST(a_directory_is_read_without_hidden_names)
{
	owns_strings struct string_list found = {0};
	struct names_in names = {.fd = -1};
	const char *name;

	/* Too many for one call of getdents64(2). */
	for (unsigned i = 0; i < 300; i++) {
		owns_memory char *path =
			string_format("/many/%s%03u", i < 100 ? "." : "", i);

		make_file(path, 0644, "");
	}
	ck_assert_ptr_null(names_next(&names));
	ck_assert_int_eq(names.error, -EBADF);
	names.fd = open(at("/many"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while ((name = names_next(&names)) != NULL)
		ck_assert_int_eq(string_list_add(&found, name), 0);
	ck_assert_int_eq(names.error, 0);
	ck_assert_ptr_null(names_next(&names));
	(void)close(names.fd);
	string_list_sort_unique(&found);
	ck_assert_uint_eq(found.count, 200);
	ck_assert_str_eq(found.items[0], "100");
	ck_assert_str_eq(found.items[199], "299");
}
END_TEST

START_TEST(writing_waits_for_room_where_others_have_chosen_not_to)
{
	static const char bytes[1 << 20];
	owns_buffer struct buffer read_back = {0};
	int ends[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	if (pid == 0) {
		(void)close(ends[0]);
		_exit(write_all(ends[1], (struct slice){bytes, sizeof(bytes)}) != 0);
	}
	(void)close(ends[1]);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, 0), 0);
	ck_assert_int_eq(buffer_read(&read_back, ends[0], SIZE_MAX), 0);
	ck_assert_uint_eq(read_back.size, sizeof(bytes));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	(void)close(ends[0]);
}
END_TEST

START_TEST(a_sorted_list_has_each_string_once)
{
	static const char *const strings[] = {"b", "a", "B", "b", "a", "aa"};
	owns_strings struct string_list list = {0};

	string_list_sort_unique(&list);
	ck_assert(!string_list_has(&list, "a"));
	for (size_t i = 0; i < COUNT_OF(strings); i++)
		ck_assert_int_eq(string_list_add(&list, strings[i]), 0);
	string_list_sort_unique(&list);
	ck_assert_uint_eq(list.count, 4);
	ck_assert_str_eq(list.items[0], "B");
	ck_assert_str_eq(list.items[1], "a");
	ck_assert_str_eq(list.items[2], "aa");
	ck_assert_str_eq(list.items[3], "b");
	ck_assert(string_list_has(&list, "aa"));
	ck_assert(!string_list_has(&list, "ab"));
}
END_TEST

START_TEST(an_array_keeps_its_elements_when_it_grows)
{
	owns_memory long *numbers = NULL;
	size_t capacity = 0;

	for (size_t i = 0; i < 1000; i++) {
		ck_assert_int_eq(array_grow(&numbers, &capacity, i, sizeof(*numbers)), 0);
		ck_assert_uint_gt(capacity, i);
		numbers[i] = (long)i;
	}
	for (size_t i = 0; i < 1000; i++)
		ck_assert_int_eq(numbers[i], (long)i);
}
END_TEST

START_TEST(an_array_that_cannot_grow_is_unchanged)
{
	size_t capacity = 16;
	owns_memory char *items = malloc(capacity);
	char *before = items;

	ck_assert_int_eq(array_grow(&items, &capacity, capacity, SIZE_MAX / 2), -ENOMEM);
	ck_assert_ptr_eq(items, before);
	ck_assert_uint_eq(capacity, 16);
}
END_TEST

START_TEST(closing_keeps_errno_and_a_stolen_descriptor_stays_open)
{
	int fd = pipe_with(0), stolen = steal_fd(&fd);

	ck_assert_int_eq(fd, -1);
	cleanup_close(&fd);
	ck_assert_int_ge(fcntl(stolen, F_GETFD), 0);
	fd = stolen;
	cleanup_close(&stolen);
	ck_assert_int_eq(stolen, -1);
	/* close(2) fails: the descriptor is closed already. */
	errno = EILSEQ;
	cleanup_close(&fd);
	ck_assert_int_eq(errno, EILSEQ);
}
END_TEST

START_TEST(a_number_without_a_word_has_none)
{
	static const struct word words[] = {{"one", 1}, {"two", 2}};

	ck_assert_str_eq(word_of(words, COUNT_OF(words), 2), "two");
	ck_assert_ptr_null(word_of(words, COUNT_OF(words), 3));
}
END_TEST

START_TEST(strings_are_joined)
{
	owns_memory char *nothing = string_join("");
	owns_memory char *three = string_join("/proc/", "7", "/stat");

	ck_assert_str_eq(nothing, "");
	ck_assert_str_eq(three, "/proc/7/stat");
}
END_TEST

START_TEST(text_that_does_not_fit_is_cut_off)
{
	char text[6] = ".....";
	char *at = text_append(text, text + sizeof(text), "abc");

	ck_assert_ptr_eq(at, text + 3);
	at = text_append(at, text + sizeof(text), "defg");
	ck_assert_ptr_eq(at, text + 5);
	ck_assert_str_eq(text, "abcde");
	ck_assert_ptr_eq(text_append(at, text + sizeof(text), "h"), at);
	ck_assert_str_eq(text, "abcde");
}
END_TEST

START_TEST(numbers_are_written_in_decimal)
{
	char text[DECIMAL_SIZE];

	ck_assert_str_eq(decimal(text, 0), "0");
	ck_assert_str_eq(decimal(text, 10), "10");
	ck_assert_str_eq(decimal(text, UINT64_MAX), "18446744073709551615");
	ck_assert_ptr_eq(decimal(text, 1), text);
}
END_TEST

static const char *number_in(const char *text, unsigned long long max)
{
	static char number[DECIMAL_SIZE];
	unsigned long long found = 7;

	if (slice_to_number(slice_of(text), max, &found))
		return decimal(number, found);
	ck_assert_msg(found == 0, "%s leaves %llu", text, found);
	return NULL;
}

START_TEST(a_number_above_the_maximum_is_none)
{
	static const char *const none[] = {"", "x", "-1", "+1", " 1", "1 ", "12x", "1.5"};

	for (size_t i = 0; i < COUNT_OF(none); i++)
		ck_assert_ptr_null(number_in(none[i], ULLONG_MAX));
	ck_assert_str_eq(number_in("0", 0), "0");
	ck_assert_ptr_null(number_in("1", 0));
	ck_assert_str_eq(number_in("0009", 9), "9");
	ck_assert_ptr_null(number_in("10", 9));
	ck_assert_str_eq(number_in("4294967295", UINT32_MAX), "4294967295");
	ck_assert_ptr_null(number_in("4294967296", UINT32_MAX));
	ck_assert_ptr_null(number_in("4294967301", UINT32_MAX));
	ck_assert_str_eq(
		number_in("18446744073709551615", ULLONG_MAX), "18446744073709551615");
	ck_assert_ptr_null(number_in("18446744073709551616", ULLONG_MAX));
	ck_assert_ptr_null(number_in("99999999999999999999999", ULLONG_MAX));
}
END_TEST

static void assert_sorted(const char *text, const char *expected)
{
	owns_buffer struct buffer lines = {0};

	buffer_append_string(&lines, text);
	lines_sort(&lines);
	assert_text(&lines, expected);
}

START_TEST(lines_are_sorted_by_their_names_and_stay_in_order_otherwise)
{
	assert_sorted("", "");
	assert_sorted("b\t1\nb+c\na\nb\t0", "a\nb\t1\nb\t0\nb+c\n");
	assert_sorted("\n\tx\n\n", "\n\tx\n\n");
}
END_TEST

static void assert_lines_of(const char *name, const char *text, const char *expected)
{
	struct slice found = lines_find(slice_of(text), slice_of(name));

	ck_assert_msg(slice_equals(found, expected), "%s: \"%.*s\" is not \"%s\"", name,
		(int)found.size, found.data, expected);
}

START_TEST(lines_are_found_by_their_names)
{
	static const char lines[] = "a\t1\nb\t1\nb\t0\nb+c\t2\nlonger\t\nz";

	assert_lines_of("a", lines, "a\t1\n");
	assert_lines_of("b", lines, "b\t1\nb\t0\n");
	assert_lines_of("b+c", lines, "b+c\t2\n");
	assert_lines_of("longer", lines, "longer\t\n");
	assert_lines_of("z", lines, "z");
	assert_lines_of("", lines, "");
	assert_lines_of("aa", lines, "");
	assert_lines_of("long", lines, "");
	assert_lines_of("zz", lines, "");
	assert_lines_of("a", "", "");
	ck_assert_uint_eq(lines_find((struct slice){NULL, 0}, slice_of("a")).size, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {strings_are_joined,
		text_that_does_not_fit_is_cut_off, numbers_are_written_in_decimal,
		a_number_above_the_maximum_is_none, a_prefix_sorts_first,
		bytes_above_127_come_last, a_slice_equals_only_all_of_a_string,
		a_cut_takes_everything_before_the_separator,
		a_buffer_keeps_all_that_was_appended,
		a_failed_append_is_remembered_and_ends_the_text, reading_appends,
		a_large_file_is_read_whole, a_file_as_large_as_the_limit_is_read_whole,
		a_descriptor_that_cannot_be_read_is_an_error,
		a_directory_is_read_without_hidden_names,
		a_sorted_list_has_each_string_once,
		writing_waits_for_room_where_others_have_chosen_not_to,
		an_array_keeps_its_elements_when_it_grows,
		an_array_that_cannot_grow_is_unchanged,
		closing_keeps_errno_and_a_stolen_descriptor_stays_open,
		a_number_without_a_word_has_none,
		lines_are_sorted_by_their_names_and_stay_in_order_otherwise,
		lines_are_found_by_their_names};

	return run_tests("base", tests, COUNT_OF(tests));
}
