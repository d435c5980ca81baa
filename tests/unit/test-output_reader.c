/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "kept_output.h"
#include "model/output_reader.h"

#include <errno.h>
#include <fcntl.h>

#define STARTED "Log started: 2026-11-20  18:02:05 "
#define ENDED "Log ended: 2026-11-20  18:02:06 "
#define A "7-9 Pre-Invoke /a [always]"

/* Reads the text as the file. */
static void parse(struct outputs *outputs, const char *text, size_t size)
{
	const struct admin admin = {.root = (char *)root()};
	owns_fd int fd = -1;

	make_file(OUTPUT_FILE, 0640, "");
	fd = open(at(OUTPUT_FILE), O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write_all(fd, (struct slice){text, size}), 0);
	ck_assert_int_eq(outputs_read(outputs, &admin), 0);
}

static void assert_lines(const char *raw, size_t last, const char *expected)
{
	owns_buffer struct buffer text = {0};
	struct run_output output = {.lines = slice_of(raw)};

	output_add_lines(&text, &output, "> ", last);
	if (expected[0] == '\0')
		ck_assert_uint_eq(text.size, 0);
	else
		assert_text(&text, expected);
}

START_TEST(lines_are_as_they_were_left_on_a_terminal)
{
	assert_lines("", 0, "");
	assert_lines("\ta\n\t\n\tb", 0, "> a\n> \n> b\n");
	assert_lines("\t10%\r100%\r\n", 0, "> 100%\n");
	assert_lines("\t\033[1;31mred\033[0m\033(B\033M\n", 0, "> red\n");
	assert_lines("\t\033]0;title\033\\a\033]0;title\007b\033]0;\n", 0, "> ab\n");
	assert_lines("\t\033[\033\n\t\033", 0, "> \n> \n");
	assert_lines("\ta\tb\n", 0, "> a       b\n");
	assert_lines("\t\001\302\205\377\n", 0, "> \\001\\302\\205\\377\n");
}
END_TEST

START_TEST(the_last_lines_are_the_last)
{
	assert_lines("\ta\n\tb\n\tc\n", 2, "> b\n> c\n");
	assert_lines("\ta\n", 2, "> a\n");
}
END_TEST

static const struct run_output *find(struct outputs *outputs, const char *path,
	const char *match, const char *start, const char *end)
{
	struct log_transaction transaction = {.key = "7-9"};
	struct log_run run = {.hook_point = UH_PRE_INVOKE, .path = path, .match = match};

	(void)text_append(transaction.start.zoned,
		transaction.start.zoned + OUTPUT_TIME_SIZE, start);
	(void)text_append(
		transaction.end.zoned, transaction.end.zoned + OUTPUT_TIME_SIZE, end);
	return outputs_find(outputs, &transaction, &run);
}

START_TEST(the_output_of_a_run_is_that_of_its_transaction)
{
	static const char text[] =
		STARTED A "\n\tearlier\n" ENDED "exit 0, 12 bytes not kept\n\n"
			  "Log started: 2026-11-20  18:03:05 " A "\n\tlater\n";
	owns_outputs struct outputs outputs = {.count = 0};
	const struct run_output *output;

	parse(&outputs, text, strlen(text));
	ck_assert_uint_eq(outputs.count, 2);
	output = find(&outputs, "/a", NULL, "2026-11-20T18:02:05", "2026-11-20T18:02:09");
	ck_assert(output != NULL && slice_equals(output->lines, "\tearlier\n"));
	ck_assert_uint_eq(output->dropped, 12);
	output = find(&outputs, "/a", NULL, "", "");
	ck_assert(output != NULL && slice_equals(output->lines, "\tlater\n"));
	ck_assert_uint_eq(output->dropped, 0);
	/* When summer time ends. */
	ck_assert(find(&outputs, "/a", NULL, "2026-11-20T02:59:00",
			  "2026-11-20T02:01:00") != NULL);
	ck_assert(find(&outputs, "/a", NULL, "2026-11-21T18:02:05",
			  "2026-11-21T18:02:09") == NULL);
	ck_assert(find(&outputs, "/a", "foo", "", "") == NULL);
	ck_assert(find(&outputs, "/b", NULL, "", "") == NULL);
}
END_TEST

START_TEST(output_cannot_look_like_the_output_of_another_hook)
{
	static const char text[] = STARTED A "\n\t" STARTED "7-9 Pre-Invoke /b "
					     "[always]\n\t" ENDED "exit 0\n\tx\n" ENDED
					     "exit 1\n\tno hook\n";
	owns_outputs struct outputs outputs = {.count = 0};
	const struct run_output *output;

	parse(&outputs, text, strlen(text));
	ck_assert_uint_eq(outputs.count, 1);
	output = find(&outputs, "/a", NULL, "", "");
	ck_assert_ptr_nonnull(output);
	ck_assert(memmem(output->lines.data, output->lines.size, "\tx\n", 3) != NULL);
	ck_assert(memmem(output->lines.data, output->lines.size, "no hook", 7) == NULL);
}
END_TEST

START_TEST(output_that_is_cut_off_ends_with_the_file)
{
	static const char text[] = STARTED A "\n\tone\n\ttw";
	owns_outputs struct outputs outputs = {.count = 0};
	const struct run_output *output;

	parse(&outputs, text, strlen(text));
	ck_assert_uint_eq(outputs.count, 1);
	output = find(&outputs, "/a", NULL, "", "");
	ck_assert(output != NULL && slice_equals(output->lines, "\tone\n\ttw"));
}
END_TEST

/* The lines of A can be shown, and lie in the text. Returns whether there are any. */
static bool assert_within(struct outputs *outputs)
{
	const struct run_output *output = find(outputs, "/a", NULL, "", "");
	const char *start = outputs->text.data;
	owns_buffer struct buffer text = {0};

	if (output == NULL || output->lines.size == 0)
		return false;
	ck_assert(output->lines.data >= start &&
		  output->lines.data + output->lines.size <= start + outputs->text.size);
	output_add_lines(&text, output, "", 0);
	ck_assert_int_eq(text.error, 0);
	return true;
}

START_TEST(any_bytes_are_read)
{
	static const char text[] =
		"Log started: \nLog started: x\nLog ended: \n\n\t\n" STARTED
		"\0\n\t\0\n" ENDED "\n" STARTED A "\n\n\t\0\n\n\t\n" ENDED;
	owns_outputs struct outputs outputs = {.count = 0};

	for (size_t size = 0; size < sizeof(text); size++) {
		owns_outputs struct outputs part = {.count = 0};

		parse(&part, text, size);
		(void)assert_within(&part);
	}
	parse(&outputs, text, sizeof(text));
	ck_assert(assert_within(&outputs));
	ck_assert_uint_eq(outputs.count, 2);
}
END_TEST

#define HUGE ((size_t)200 << 10)

/* A line may be longer than a block, and the output of many runs larger than memory. */
START_TEST(one_output_at_a_time_is_in_memory)
{
	owns_buffer struct buffer text = {0};
	owns_outputs struct outputs outputs = {.count = 0};

	for (size_t i = 0; i < 100; i++) {
		buffer_append_format(
			&text, STARTED "7-9 Pre-Invoke /%zu [always]\n\t%zu", i, i);
		ck_assert_int_eq(buffer_reserve(&text, HUGE), 0);
		memset(text.data + text.size, 'x', i % 5 == 0 ? HUGE : i * 9);
		text.size += i % 5 == 0 ? HUGE : i * 9;
		buffer_append_format(&text, "\n" ENDED "exit 0, %zu bytes not kept\n", i);
	}
	buffer_append_string(&text, "\t" STARTED A);
	parse(&outputs, text.data, text.size);
	ck_assert_uint_eq(outputs.count, 100);
	for (size_t i = 100; i-- > 0;) {
		owns_memory char *path = string_format("/%zu", i);
		owns_memory char *begin = string_format("\t%zux", i);
		const struct run_output *output = find(&outputs, path, NULL, "", "");

		ck_assert_ptr_nonnull(output);
		ck_assert_uint_eq(output->dropped, i);
		ck_assert(slice_has_prefix(output->lines, slice_of(begin)));
		ck_assert_uint_eq(
			output->lines.size, strlen(begin) + (i % 5 == 0 ? HUGE : i * 9));
	}
	ck_assert_uint_lt(outputs.text.capacity, 4 * HUGE);
	ck_assert_ptr_null(find(&outputs, "/a", NULL, "", ""));
}
END_TEST

START_TEST(both_files_are_read_and_only_regular_ones)
{
	const struct admin admin = {.root = (char *)root()};
	owns_outputs struct outputs none = {.count = 0}, both = {.count = 0},
				    fifo = {.count = 0};

	ck_assert_int_eq(outputs_read(&none, &admin), 0);
	ck_assert_uint_eq(none.count, 0);
	make_file(OUTPUT_FILE, 0640, STARTED A "\n");
	make_file(OUTPUT_FILE ".1", 0640, STARTED A "\n");
	ck_assert_int_eq(outputs_read(&both, &admin), 0);
	ck_assert_uint_eq(both.count, 2);
	ck_assert_int_eq(remove(at(OUTPUT_FILE)), 0);
	make_node(OUTPUT_FILE, S_IFIFO);
	ck_assert_int_eq(outputs_read(&fifo, &admin), -EINVAL);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		lines_are_as_they_were_left_on_a_terminal,
		the_last_lines_are_the_last,
		the_output_of_a_run_is_that_of_its_transaction,
		output_cannot_look_like_the_output_of_another_hook,
		output_that_is_cut_off_ends_with_the_file,
		any_bytes_are_read,
		one_output_at_a_time_is_in_memory,
		both_files_are_read_and_only_regular_ones,
	};

	return run_tests("output_reader", tests, COUNT_OF(tests));
}
