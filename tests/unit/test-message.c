/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin.h"
#include "fixture.h"
#include "output.h"
#include "ui/message.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

START_TEST(an_error_is_one_line_in_apts_form)
{
	output_begin();
	ck_assert_int_eq(report_error("no %s, no %d", "hook", 1), STATUS_TROUBLE);
	assert_output("", "E: no hook, no 1\n");
}
END_TEST

START_TEST(a_warning_is_one_line_in_apts_form)
{
	output_begin();
	report_warning("%s: %s", "/a b", "");
	assert_output("", "W: /a b: \n");
}
END_TEST

START_TEST(errno_is_printed_with_percent_m)
{
	output_begin();
	errno = ENOENT;
	(void)report_error("/a: %m");
	assert_output("", "E: /a: No such file or directory\n");
}
END_TEST

START_TEST(control_characters_are_escaped)
{
	output_begin();
	(void)report_error("%s", "a\nE: b\033[31m \xff caf\xc3\xa9 %s%n");
	assert_output("", "E: a\\012E: b\\033[31m \\377 caf\xc3\xa9 %s%n\n");
}
END_TEST

START_TEST(long_messages_are_not_truncated)
{
	owns_memory char *name = malloc(100001);
	owns_memory char *line = NULL;

	memset(name, 'x', 100000);
	name[100000] = '\0';
	line = string_format("E: %s\n", name);
	output_begin();
	(void)report_error("%s", name);
	assert_output("", line);
}
END_TEST

START_TEST(standard_output_is_flushed_first)
{
	owns_output struct output output;

	output_begin();
	/* Both into one file, to see the order. */
	ck_assert_int_eq(dup2(STDOUT_FILENO, STDERR_FILENO), STDERR_FILENO);
	(void)printf("before\n");
	report_warning("behind");
	output_end(&output);
	ck_assert_str_eq(output.out.data, "before\nW: behind\n");
}
END_TEST

/* Standard output cannot be written; out is closed. */
static void assert_output_is_told(int out, int expected, const char *message)
{
	output_begin();
	ck_assert_int_eq(dup2(out, STDOUT_FILENO), STDOUT_FILENO);
	ck_assert_int_eq(close(out), 0);
	(void)printf("x\n");
	report_warning("between"); /* tries to write it, in vain */
	ck_assert_int_eq(output_close(STATUS_FINE), expected);
	clearerr(stdout);
	assert_output("", message);
}

START_TEST(what_standard_output_does_not_take_is_an_error_at_the_end)
{
	assert_output_is_told(open("/dev/full", O_WRONLY | O_CLOEXEC), STATUS_TROUBLE,
		"W: between\nE: standard output: No space left on device\n");
}
END_TEST

START_TEST(a_reader_may_close_the_pipe)
{
	int ends[2];

	ck_assert_ptr_ne(signal(SIGPIPE, SIG_IGN), SIG_ERR);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(close(ends[0]), 0);
	assert_output_is_told(ends[1], STATUS_FINE, "W: between\n");
}
END_TEST

START_TEST(standard_output_that_was_written_is_no_error)
{
	output_begin();
	(void)printf("x\n");
	ck_assert_int_eq(output_close(STATUS_FINDINGS), STATUS_FINDINGS);
	assert_output("x\n", "");
}
END_TEST

START_TEST(out_of_memory_ends_the_program)
{
	int status;
	pid_t child;

	output_begin();
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		(void)xcheck(NULL);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	assert_output("", "E: out of memory\n");
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == STATUS_TROUBLE);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {an_error_is_one_line_in_apts_form,
		a_warning_is_one_line_in_apts_form, errno_is_printed_with_percent_m,
		control_characters_are_escaped, long_messages_are_not_truncated,
		standard_output_is_flushed_first,
		what_standard_output_does_not_take_is_an_error_at_the_end,
		a_reader_may_close_the_pipe, standard_output_that_was_written_is_no_error,
		out_of_memory_ends_the_program};

	return run_tests("message", tests, COUNT_OF(tests));
}
