/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin.h"
#include "fixture.h"
#include "output.h"
#include "ui/json.h"

#include <fcntl.h>
#include <stdio_ext.h>
#include <unistd.h>

/* Compares value, which is freed, as one line. */
static void assert_value(json_t *value, const char *expected)
{
	owns_memory char *text = NULL;

	ck_assert_ptr_nonnull(value);
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	json_decref(value);
	ck_assert_str_eq(text, expected);
}

START_TEST(a_text_is_a_string_or_null)
{
	assert_value(json_text("/a b"), "\"/a b\"");
	assert_value(json_text(""), "\"\"");
	assert_value(json_text(NULL), "null");
}
END_TEST

START_TEST(any_bytes_become_valid_json)
{
	assert_value(json_text("\"\\:%s"), "\"\\\"\\\\:%s\"");
	assert_value(json_text("caf\xc3\xa9 \xf0\x9f\x90\xa7"),
		"\"caf\xc3\xa9 \xf0\x9f\x90\xa7\"");
	assert_value(
		json_text("caf\xe9\n\033\x7f"), "\"caf\\\\351\\\\012\\\\033\\\\177\"");
	assert_value(json_text("\xed\xa0\x80"), "\"\\\\355\\\\240\\\\200\"");
	assert_value(json_text("\xef\xbf\xbf"), "\"\xef\xbf\xbf\"");
}
END_TEST

START_TEST(a_missing_version_is_null)
{
	assert_value(json_version("-"), "null");
	assert_value(json_version(NULL), "null");
	assert_value(json_version("1:2-3"), "\"1:2-3\"");
	assert_value(json_version("--"), "\"--\"");
	assert_value(json_text("-"), "\"-\"");
}
END_TEST

START_TEST(a_value_is_printed_with_a_newline)
{
	output_begin();
	ck_assert_int_eq(json_print(json_pack("{s:[i,b]}", "key", 1, 1)), STATUS_FINE);
	assert_output("{\n  \"key\": [\n    1,\n    true\n  ]\n}\n", "");
}
END_TEST

/* A list with as many elements, of which every other is a list in turn. */
static json_t *make_list(size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_add(array,
			i % 2 == 0
				? json_pack("{s:[], s:[s, {}]}", "a", "b", "c\nd")
				: json_pack("{s:i, s:[i, n]}", "n", (int)i, "items", 3));
	return json_pack("{s:o}", "list", array);
}

static void print_list(size_t count)
{
	struct json_list list, inner;

	json_list_begin(&list, NULL, NULL, "list");
	for (size_t i = 0; i < count; i++) {
		if (i % 2 == 0) {
			json_list_add(
				&list, json_pack("{s:[], s:[s, {}]}", "a", "b", "c\nd"));
			continue;
		}
		json_list_begin(&inner, &list, json_pack("{s:i}", "n", (int)i), "items");
		json_list_add(&inner, json_integer(3));
		json_list_add(&inner, json_null());
		json_list_end(&inner);
	}
	json_list_end(&list);
}

START_TEST(a_list_is_printed_like_one_value)
{
	for (size_t count = 0; count < 5; count++) {
		owns_output struct output expected = {.out = {0}};

		output_begin();
		ck_assert_int_eq(json_print(make_list(count)), STATUS_FINE);
		output_end(&expected);
		output_begin();
		print_list(count);
		assert_output(expected.out.data, "");
	}
}
END_TEST

/* full(4): main() reports write errors. */
START_TEST(a_full_disk_is_not_out_of_memory)
{
	owns_fd int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	owns_output struct output output;
	json_t *array = json_array();
	int status;

	ck_assert_int_ge(full, 0);
	for (int i = 0; i < 10000; i++)
		ck_assert_int_eq(json_array_append_new(array, json_text("x")), 0);
	output_begin();
	ck_assert_int_eq(dup2(full, STDOUT_FILENO), STDOUT_FILENO);
	status = json_print(array);
	clearerr(stdout);
	__fpurge(stdout);
	output_end(&output);
	ck_assert_str_eq(output.err.data, "");
	ck_assert_int_eq(status, STATUS_FINE);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_text_is_a_string_or_null,
		any_bytes_become_valid_json, a_missing_version_is_null,
		a_value_is_printed_with_a_newline, a_list_is_printed_like_one_value,
		a_full_disk_is_not_out_of_memory};

	return run_tests("json", tests, COUNT_OF(tests));
}
