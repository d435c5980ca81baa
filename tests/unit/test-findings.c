/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/findings.h"
#include "fixture.h"
#include "output.h"

#include <sys/wait.h>
#include <unistd.h>

#define owns_findings __attribute__((cleanup(findings_done)))

static void add(struct findings *findings, enum finding_kind kind, const char *path,
	unsigned long line, const char *command, const char *message)
{
	struct buffer text = {.data = (char *)command, .size = strlen(command)};

	findings_add(findings, kind, path, line, &text, "%s", message);
}

/* Compares the output in a terminal of this width. */
static void assert_written(
	struct findings *findings, unsigned width, size_t hooks, const char *expected)
{
	const struct terminal terminal = {.width = width};
	owns_fd int before = dup(STDOUT_FILENO);

	findings_sort(findings);
	ck_assert_int_eq(fflush(stdout), 0);
	ck_assert_ptr_nonnull(freopen(at("/written"), "w", stdout));
	findings_write(&terminal, findings, "/etc/tree", hooks);
	ck_assert_int_eq(fflush(stdout), 0);
	ck_assert_int_ge(dup2(before, STDOUT_FILENO), 0);
	assert_taken_file("/written", expected);
}

START_TEST(sorted_without_duplicates)
{
	owns_findings struct findings findings = {0};

	add(&findings, FINDING_CRLF, "/b", 0, "", "two");
	add(&findings, FINDING_SETTING_UNKNOWN, "/c", 10, "", "four");
	add(&findings, FINDING_SETTING_UNKNOWN, "/c", 9, "", "three");
	add(&findings, FINDING_NOT_EXECUTABLE, "/b", 0, "chmod a+x /b", "one");
	add(&findings, FINDING_NOT_EXECUTABLE, "/b", 0, "chmod a+x /b", "one");
	add(&findings, FINDING_EMPTY, "/a\n", 0, "", "zero");
	assert_written(&findings, 0, 14,
		"error: /b: one\n"
		"  fix: chmod a+x /b\n"
		"\n"
		"error: /b: two\n"
		"\n"
		"warning: /a\\012: zero\n"
		"\n"
		"warning: /c:9: three\n"
		"\n"
		"warning: /c:10: four\n"
		"\n"
		"2 errors, 3 warnings; 1 has a fix\n");
}
END_TEST

/* So that the commands can be run in this order. */
START_TEST(a_directory_comes_after_what_is_in_it)
{
	static const char *const paths[] = {
		"/a/b/c", "/a/b/d", "/a/b", "/a/b-c/d", "/a/b-c", "/a/b.", "/a", "/a-b"};
	owns_findings struct findings findings = {0};

	for (size_t i = COUNT_OF(paths); i-- > 0;)
		add(&findings, FINDING_EMPTY, paths[(i * 3) % COUNT_OF(paths)], 0, "",
			"");
	findings_sort(&findings);
	ck_assert_uint_eq(findings.count, COUNT_OF(paths));
	for (size_t i = 0; i < COUNT_OF(paths); i++)
		ck_assert_str_eq(findings.items[i].path, paths[i]);
}
END_TEST

/* The same for people, although errors are first. */
START_TEST(a_warning_whose_path_an_error_changes_comes_before_it)
{
	owns_findings struct findings findings = {0};

	add(&findings, FINDING_LEFTOVER, "/a/b/c", 0, "rm /a/b/c", "one");
	add(&findings, FINDING_LEFTOVER, "/a/b/d", 0, "", "four");
	add(&findings, FINDING_HOOK_POINT_MISSPELT, "/a/b", 0, "mv /a/b /a/B", "two");
	add(&findings, FINDING_CRLF, "/a", 0, "", "three");
	add(&findings, FINDING_LEFTOVER, "/a/e", 0, "rm /a/e", "five");
	assert_written(&findings, 0, 0,
		"warning: /a/b/c: one\n"
		"  fix: rm /a/b/c\n"
		"\n"
		"error: /a/b: two\n"
		"  fix: mv /a/b /a/B\n"
		"\n"
		"error: /a: three\n"
		"\n"
		"warning: /a/b/d: four\n"
		"\n"
		"warning: /a/e: five\n"
		"  fix: rm /a/e\n"
		"\n"
		"2 errors, 3 warnings; 3 have a fix\n");
}
END_TEST

START_TEST(messages_are_wrapped_and_commands_are_not)
{
	owns_findings struct findings findings = {0};

	add(&findings, FINDING_CRLF, "/path", 0, "sed -i 's/\\r$//' -- /path/of/it",
		"a sentence that is long");
	assert_written(&findings, 24, 1,
		"error: /path: a sentence\n"
		"  that is long\n"
		"  fix: sed -i 's/\\r$//' -- /path/of/it\n"
		"\n"
		"1 error; 1 has a fix\n");
}
END_TEST

START_TEST(the_last_line_counts)
{
	owns_findings struct findings none = {0};
	owns_findings struct findings one = {0};
	owns_findings struct findings three = {0};

	assert_written(&none, 0, 14, "14 hooks, no problems found\n");
	assert_written(&none, 0, 1, "1 hook, no problems found\n");
	add(&one, FINDING_LEFTOVER, "/a", 0, "", "b");
	assert_written(&one, 0, 0, "warning: /a: b\n\n1 warning\n");
	add(&three, FINDING_CRLF, "/a", 0, "x", "b");
	add(&three, FINDING_CRLF, "/b", 0, "y", "b");
	add(&three, FINDING_LEFTOVER, "/c", 0, "", "b");
	assert_written(&three, 0, 0,
		"error: /a: b\n"
		"  fix: x\n"
		"\n"
		"error: /b: b\n"
		"  fix: y\n"
		"\n"
		"warning: /c: b\n"
		"\n"
		"2 errors, 1 warning; 2 have a fix\n");
}
END_TEST

START_TEST(paths_in_the_tree_are_relative_for_people)
{
	static const char *const paths[] = {
		"/etc/tree/a b", "/etc/tree", "/etc/tree-2/c"};
	owns_findings struct findings findings = {0};

	for (size_t i = 0; i < COUNT_OF(paths); i++)
		add(&findings, FINDING_CRLF, paths[i], 0, "", "d");
	assert_written(&findings, 0, 0,
		"error: a b: d\n"
		"\n"
		"error: /etc/tree: d\n"
		"\n"
		"error: /etc/tree-2/c: d\n"
		"\n"
		"3 errors\n");
	ck_assert_str_eq(findings.items[0].path, paths[0]);
}
END_TEST

START_TEST(a_fix_has_a_colour_and_its_command_none)
{
	owns_findings struct findings findings = {0};
	const struct terminal terminal = {.width = 20, .has_colour = true};

	add(&findings, FINDING_CRLF, "/etc/tree/a", 7, "sed -i s/a/b/ /etc/tree/a", "b");
	output_begin();
	findings_write(&terminal, &findings, "/etc/tree", 0);
	assert_output("\033[31merror:\033[0m \033[1ma:7\033[0m: b\n"
		      "  \033[32mfix:\033[0m sed -i s/a/b/ /etc/tree/a\n"
		      "\n"
		      "1 error; 1 has a fix\n",
		"");
}
END_TEST

static void propose_two(struct findings *findings, const char *script)
{
	owns_buffer struct buffer settings = {0};

	buffer_append_string(&settings, "A \"1\";\nB \"2\";\n");
	findings_propose(findings, script, &settings);
}

START_TEST(a_script_and_settings_can_be_copied_line_by_line)
{
	owns_findings struct findings findings = {0};
	struct buffer none = {0};

	add(&findings, FINDING_FILE_FOREIGN, "/etc/tree/a.hook", 4, "", "a hook");
	propose_two(&findings, "exec /usr/bin/a-program with its\033 arguments");
	add(&findings, FINDING_FILE_FOREIGN, "/etc/tree/b.hook", 1, "", "another");
	propose_two(&findings, NULL);
	add(&findings, FINDING_FILE_FOREIGN, "/etc/tree/c.hook", 1, "", "a third");
	findings_propose(&findings, NULL, &none);
	assert_written(&findings, 30, 0,
		"error: a.hook:4: a hook\n"
		"  script: exec /usr/bin/a-program with its\\033 arguments\n"
		"  setting: A \"1\";\n"
		"  setting: B \"2\";\n"
		"\n"
		"error: b.hook:1: another\n"
		"  setting: A \"1\";\n"
		"  setting: B \"2\";\n"
		"\n"
		"error: c.hook:1: a third\n"
		"\n"
		"3 errors\n");
}
END_TEST

START_TEST(as_json)
{
	owns_findings struct findings findings = {0};
	json_t *json;
	char *text;

	add(&findings, FINDING_SETTING_UNUSABLE, "/a\tb", 7, "", "m\"");
	propose_two(&findings, "exec a");
	add(&findings, FINDING_CRLF, "/c", 0, "sed", "n");
	json = findings_to_json(&findings);
	text = json_dumps(json, JSON_COMPACT);
	ck_assert_str_eq(text,
		"[{\"kind\":\"setting-unusable\",\"severity\":\"warning\","
		"\"path\":\"/a\\\\011b\",\"line\":7,\"message\":\"m\\\"\","
		"\"command\":null,\"script\":\"exec a\","
		"\"settings\":[\"A \\\"1\\\";\",\"B \\\"2\\\";\"]},"
		"{\"kind\":\"crlf-line-ends\",\"severity\":\"error\",\"path\":\"/c\","
		"\"line\":null,\"message\":\"n\",\"command\":\"sed\","
		"\"script\":null,\"settings\":null}]");
	free(text);
	json_decref(json);
}
END_TEST

static void assert_command(const char *const *words, const char *expected)
{
	owns_buffer struct buffer command = {0};

	fix_add(&command, words);
	assert_text(&command, expected);
}
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A finding needs a word for its kind in JSON. */
START_TEST(every_kind_has_a_word)
{
	for (int kind = 0; kind < FINDING_KIND_COUNT; kind++) {
		owns_findings struct findings findings = {0};
		json_t *json;

		add(&findings, (enum finding_kind)kind, "/a", 0, "", "b");
		json = findings_to_json(&findings);
		ck_assert_uint_eq(json_array_size(json), 1);
		json_decref(json);
	}
}
END_TEST

START_TEST(plain_words_are_not_quoted)
{
	assert_command(WORDS("chmod", "a+x", "--", "/etc/apt/a-b_c.d:e"),
		"chmod a+x -- /etc/apt/a-b_c.d:e");
}
END_TEST

START_TEST(other_words_are_quoted)
{
	assert_command(WORDS("rm", "a b"), "rm 'a b'");
	assert_command(WORDS("rm", "$(reboot)", "`x`", "a;b", "*"),
		"rm '$(reboot)' '`x`' 'a;b' '*'");
	assert_command(WORDS("rm", "it's"), "rm 'it'\\''s'");
	assert_command(WORDS("rm", "~", "", "a\\b"), "rm '~' '' 'a\\b'");
	assert_command(WORDS("rm", "gr\xc3\xbc\xc3\x9f"), "rm 'gr\xc3\xbc\xc3\x9f'");
}
END_TEST

START_TEST(unprintable_words_go_through_printf)
{
	assert_command(
		WORDS("rm", "--", "a\nb"), "printf 'a\\012b\\000' | xargs -0 rm --");
	assert_command(WORDS("mv", "100%\033\\'", "to"),
		"printf '100%%\\033\\\\'\\''\\000to\\000' | xargs -0 mv");
	assert_command(
		WORDS("mv", "from", "\xff"), "printf '\\377\\000' | xargs -0 mv from");
}
END_TEST

START_TEST(commands_are_joined)
{
	owns_buffer struct buffer command = {0};

	fix_add(&command, WORDS("mv", "a", "b"));
	fix_add(&command, WORDS("rmdir", "c\n"));
	assert_text(&command, "mv a b && printf 'c\\012\\000' | xargs -0 rmdir");
}
END_TEST

/* Runs the command in a shell, which must remove this file. */
static void assert_removes(const char *name)
{
	owns_buffer struct buffer command = {0};
	owns_memory char *path = string_format("/directory/%s", name);
	owns_memory char *full = NULL;
	pid_t pid;
	int status;

	make_file(path, 0644, "");
	full = strdup(at(path));
	fix_add(&command, WORDS("rm", "--", full));
	buffer_append(&command, (struct slice){"", 1});
	ck_assert_int_eq(command.error, 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)execl("/bin/sh", "sh", "-c", command.data, NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "%s: status %d", command.data, status);
	ck_assert_msg(!is_there(path), "%s does not remove it", command.data);
}

START_TEST(every_byte_reaches_the_command)
{
	for (int byte = 1; byte <= 255; byte++) {
		char name[] = "a?b";

		name[1] = (char)byte;
		if (byte != '/')
			assert_removes(name);
	}
	assert_removes("\n");
	assert_removes("0\n0");
	assert_removes("-rf");
	assert_removes(" ");
	assert_removes("$(touch hit)`touch hit`;touch hit\n&&touch hit'touch hit\"");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {sorted_without_duplicates,
		a_directory_comes_after_what_is_in_it,
		a_warning_whose_path_an_error_changes_comes_before_it,
		messages_are_wrapped_and_commands_are_not, the_last_line_counts,
		paths_in_the_tree_are_relative_for_people,
		a_fix_has_a_colour_and_its_command_none,
		a_script_and_settings_can_be_copied_line_by_line, as_json,
		every_kind_has_a_word, plain_words_are_not_quoted, other_words_are_quoted,
		unprintable_words_go_through_printf, commands_are_joined,
		every_byte_reaches_the_command};

	return run_tests("findings", tests, COUNT_OF(tests));
}
