/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin.h"
#include "fixture.h"
#include "output.h"
#include "ui/memory.h"
#include "ui/message.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

START_TEST(a_complaint_is_one_line_in_apts_form_and_trouble)
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

START_TEST(the_reason_of_the_last_failure_can_be_said)
{
	output_begin();
	errno = ENOENT;
	(void)report_error("/a: %m");
	assert_output("", "E: /a: No such file or directory\n");
}
END_TEST

START_TEST(a_name_cannot_forge_a_line_nor_speak_to_the_terminal)
{
	output_begin();
	(void)report_error("%s", "a\nE: b\033[31m \xff caf\xc3\xa9 %s%n");
	assert_output("", "E: a\\012E: b\\033[31m \\377 caf\xc3\xa9 %s%n\n");
}
END_TEST

START_TEST(a_long_name_is_not_cut)
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

START_TEST(what_was_written_before_is_seen_before)
{
	owns_output struct output output;

	output_begin();
	/* Both to one place: the order is what counts. */
	ck_assert_int_eq(dup2(STDOUT_FILENO, STDERR_FILENO), STDERR_FILENO);
	(void)printf("before\n");
	report_warning("behind");
	output_end(&output);
	ck_assert_str_eq(output.out.data, "before\nW: behind\n");
}
END_TEST

START_TEST(out_of_memory_is_trouble_and_ends_the_program)
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
	const TTest *const tests[] = {a_complaint_is_one_line_in_apts_form_and_trouble,
		a_warning_is_one_line_in_apts_form,
		the_reason_of_the_last_failure_can_be_said,
		a_name_cannot_forge_a_line_nor_speak_to_the_terminal,
		a_long_name_is_not_cut, what_was_written_before_is_seen_before,
		out_of_memory_is_trouble_and_ends_the_program};

	return run_tests("message", tests, COUNT_OF(tests));
}
