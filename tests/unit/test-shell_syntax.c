/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/shell_syntax.h"
#include "fixture.h"

static void assert_error(
	const char *shell, const char *text, unsigned long line, const char *message)
{
	struct syntax_error error = {0, NULL};

	make_file("/script", 0644, text);
	ck_assert(syntax_error_find(&error, shell, at("/script")));
	ck_assert_uint_eq(error.line, line);
	ck_assert_str_eq(error.message, message);
	free(error.message);
}

START_TEST(each_shell_tells_the_line_and_what_it_expects)
{
	static const char unclosed[] = "true\nif true\necho\n";

	assert_error("/bin/dash", unclosed, 4,
		"Syntax error: end of file unexpected (expecting \"then\")");
	assert_error("/bin/sh", "true\n)\n", 2, "Syntax error: \")\" unexpected");
	assert_error(
		"/bin/bash", "true\n)\n", 2, "syntax error near unexpected token `)'");
}
END_TEST

START_TEST(a_script_is_only_parsed)
{
	static const char *const shells[] = {"/bin/sh", "/bin/dash", "/bin/bash"};
	owns_memory char *text = NULL;
	struct syntax_error error;

	ck_assert_int_gt(
		asprintf(&text, "touch '%s'\n. /nowhere\nexit 2\n", at("/ran")), 0);
	make_file("/script", 0755, text);
	for (size_t i = 0; i < COUNT_OF(shells); i++)
		ck_assert(!syntax_error_find(&error, shells[i], at("/script")));
	ck_assert(!is_there("/ran"));
	ck_assert(!syntax_error_find(&error, "/bin/sh", at("/gone")));
	ck_assert(!syntax_error_find(&error, "/gone/bash", at("/script")));
}
END_TEST

START_TEST(only_the_first_line_of_a_shell_that_refuses_the_script_counts)
{
	struct syntax_error error;

	make_script("/talks",
		"printf '%s: 3: bad\\n' \"$2\"; head -c 1000000 /dev/zero; exit 2");
	assert_error(at("/talks"), "true\n", 3, "bad");
	make_script("/killed", "printf '%s: 3: bad\\n' \"$2\"; kill -KILL $$");
	ck_assert(!syntax_error_find(&error, at("/killed"), at("/script")));
}
END_TEST

START_TEST(an_answer_of_another_form_is_none)
{
	static const char *const answers[] = {"", "/s", "/s: ", "/s: 3",
		"/s: 3: ", "/s: line: a", "/s: x: a", "/s: 0: a", "sh: 0: cannot open /s",
		"/t: 1: a"};
	struct syntax_error error;

	for (size_t i = 0; i < COUNT_OF(answers); i++)
		ck_assert(!syntax_error_parse(&error, slice_of(answers[i]), "/s"));
	ck_assert(syntax_error_parse(&error, slice_of("/s: line 12: a: b\n/s: 3"), "/s"));
	ck_assert_uint_eq(error.line, 12);
	ck_assert_str_eq(error.message, "a: b");
	free(error.message);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {each_shell_tells_the_line_and_what_it_expects,
		a_script_is_only_parsed,
		only_the_first_line_of_a_shell_that_refuses_the_script_counts,
		an_answer_of_another_form_is_none};

	return run_tests("shell_syntax", tests, COUNT_OF(tests));
}
