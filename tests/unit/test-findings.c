/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/findings.h"
#include "fixture.h"

#include <unistd.h>

#define owns_findings __attribute__((cleanup(findings_done)))

static void add(struct findings *findings, enum finding_kind kind, const char *path,
	unsigned long line, const char *command, const char *message)
{
	struct buffer text = {.data = (char *)command, .size = strlen(command)};

	findings_add(findings, kind, path, line, &text, message);
}

/* What is written, in so many columns. */
static void assert_written(
	struct findings *findings, unsigned width, size_t hooks, const char *expected)
{
	const struct terminal terminal = {.width = width};
	owns_fd int before = dup(STDOUT_FILENO);

	findings_sort(findings);
	ck_assert_int_eq(fflush(stdout), 0);
	ck_assert_ptr_nonnull(freopen(at("/written"), "w", stdout));
	findings_write(&terminal, findings, hooks);
	ck_assert_int_eq(fflush(stdout), 0);
	ck_assert_int_ge(dup2(before, STDOUT_FILENO), 0);
	assert_taken_file("/written", expected);
}

START_TEST(by_path_line_and_kind_and_each_once)
{
	owns_findings struct findings findings = {0};

	add(&findings, FINDING_CRLF, "/b", 0, "", "two");
	add(&findings, FINDING_SETTING_UNKNOWN, "/c", 10, "", "four");
	add(&findings, FINDING_SETTING_UNKNOWN, "/c", 9, "", "three");
	add(&findings, FINDING_NOT_EXECUTABLE, "/b", 0, "chmod a+x /b", "one");
	add(&findings, FINDING_NOT_EXECUTABLE, "/b", 0, "chmod a+x /b", "one");
	add(&findings, FINDING_EMPTY, "/a\n", 0, "", "zero");
	assert_written(&findings, 0, 14,
		"warning: /a\\012: zero\n"
		"error: /b: one\n"
		"  fix: chmod a+x /b\n"
		"error: /b: two\n"
		"warning: /c:9: three\n"
		"warning: /c:10: four\n"
		"2 errors, 3 warnings in 14 hooks\n");
}
END_TEST

START_TEST(a_sentence_is_broken_and_a_command_is_not)
{
	owns_findings struct findings findings = {0};

	add(&findings, FINDING_CRLF, "/path", 0, "sed -i 's/\\r$//' -- /path/of/it",
		"a sentence that is long");
	assert_written(&findings, 24, 1,
		"error: /path: a sentence\n"
		"  that is long\n"
		"  fix: sed -i 's/\\r$//' -- /path/of/it\n"
		"1 error in 1 hook\n");
}
END_TEST

START_TEST(the_sum)
{
	owns_findings struct findings none = {0};
	owns_findings struct findings one = {0};

	assert_written(&none, 0, 14, "14 hooks, nothing to complain of\n");
	assert_written(&none, 0, 1, "1 hook, nothing to complain of\n");
	add(&one, FINDING_LEFTOVER, "/a", 0, "", "b");
	assert_written(&one, 0, 0, "warning: /a: b\n1 warning in 0 hooks\n");
}
END_TEST

START_TEST(as_json)
{
	owns_findings struct findings findings = {0};
	json_t *json;
	char *text;

	add(&findings, FINDING_SETTING_UNUSABLE, "/a\tb", 7, "", "m\"");
	add(&findings, FINDING_CRLF, "/c", 0, "sed", "n");
	json = findings_to_json(&findings);
	text = json_dumps(json, JSON_COMPACT);
	ck_assert_str_eq(text,
		"[{\"kind\":\"setting-unusable\",\"severity\":\"warning\","
		"\"path\":\"/a\\\\011b\",\"line\":7,\"message\":\"m\\\"\","
		"\"command\":null},"
		"{\"kind\":\"crlf-line-ends\",\"severity\":\"error\",\"path\":\"/c\","
		"\"line\":null,\"message\":\"n\",\"command\":\"sed\"}]");
	free(text);
	json_decref(json);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {by_path_line_and_kind_and_each_once,
		a_sentence_is_broken_and_a_command_is_not, the_sum, as_json};

	return run_tests("findings", tests, COUNT_OF(tests));
}
