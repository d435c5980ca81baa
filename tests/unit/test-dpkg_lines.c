/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "system/dpkg_lines.h"

#define PRE TEST_HELPER_PATH " dpkg-pre-invoke"
#define POST TEST_HELPER_PATH " dpkg-post-invoke"

/* The shipped lines, as the command writes them. */
static const char *shipped(void)
{
	static char text[4096];
	owns_buffer struct buffer lines = {0};

	dpkg_lines_switch(slice_of(""), true, &lines);
	ck_assert_uint_lt(lines.size, sizeof(text));
	memcpy(text, lines.data, lines.size);
	text[lines.size] = '\0';
	return text;
}

static void assert_lines(const char *text, const char *word, const char *words)
{
	struct dpkg_lines lines = dpkg_lines_of(slice_of(text));
	owns_memory char *states = string_format("%s %lu %s %lu",
		dpkg_line_word(&lines.lines[0]), lines.lines[0].number,
		dpkg_line_word(&lines.lines[1]), lines.lines[1].number);

	ck_assert_str_eq(dpkg_lines_word(&lines), word);
	ck_assert_str_eq(states, words);
}

static void assert_switched(const char *text, bool is_on, const char *expected)
{
	owns_buffer struct buffer result = {0};

	dpkg_lines_switch(slice_of(text), is_on, &result);
	buffer_append(&result, (struct slice){"", 1});
	ck_assert_str_eq(result.data, expected);
}

START_TEST(each_line_is_on_off_edited_or_missing)
{
	assert_lines("", "off", "missing 0 missing 0");
	assert_lines(shipped(), "on", "on 1 on 2");
	assert_lines(
		"#pre-invoke=" PRE "\n# # post-invoke " POST "\n", "off", "off 1 off 2");
	assert_lines(
		"# a comment\n\npost-invoke = " POST, "partly", "missing 0 edited 3");
	assert_lines("pre-invoke=" PRE "\n#pre-invoke=" PRE "\npost-invoke=" POST "\n",
		"on", "edited 1 edited 3");
	/* What others have put there is none of our business. */
	assert_lines("pre-invoke=/bin/true\nlog /var/log/" POST "\npre-invoked " PRE "\n",
		"off", "missing 0 missing 0");
}
END_TEST

START_TEST(switching_keeps_what_others_have_added)
{
	static const char added[] =
		"# mine\nlog=/var/log/other\n\npre-invoke=/bin/true\n";
	owns_memory char *on = string_join(added, shipped());
	owns_buffer struct buffer off = {0}, again = {0};

	assert_switched(added, true, on);
	assert_switched(on, true, on);
	assert_switched(added, false, added);
	dpkg_lines_switch(slice_of(on), false, &off);
	ck_assert(slice_has_prefix(buffer_slice(&off), slice_of(added)));
	dpkg_lines_switch(buffer_slice(&off), true, &again);
	ck_assert(slice_compare(buffer_slice(&again), slice_of(on)) == 0);
	/* A line in force stays as it is, and a missing end of line is added. */
	assert_switched("pre-invoke=" PRE "\n#post-invoke=" POST, true,
		"pre-invoke=" PRE "\npost-invoke=" POST "\n");
	assert_switched("pre-invoke=" PRE "\n #post-invoke=" POST "\n#post-invoke=" POST
			"\n",
		false,
		"#pre-invoke=" PRE "\n #post-invoke=" POST "\n#post-invoke=" POST "\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {each_line_is_on_off_edited_or_missing,
		switching_keeps_what_others_have_added};

	return run_tests("dpkg_lines", tests, COUNT_OF(tests));
}
