/* SPDX-License-Identifier: BSD-2-Clause */
#include "command_line.h"
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#define owns_command_line __attribute__((cleanup(command_line_done)))

/* Of the words of one line, split at its spaces; "_" stands for an empty word. */
static struct command_line parse(const char *line)
{
	struct command_line command_line = {.pid = 1234};
	struct slice rest = slice_of(line);

	while (rest.size > 0) {
		struct slice part = slice_cut(&rest, ' ');
		owns_memory char *word = strndup(part.data, part.size);

		ck_assert_int_eq(string_list_add(&command_line.words,
					 strcmp(word, "_") == 0 ? "" : word),
			0);
	}
	ck_assert_int_eq(command_line_parse(&command_line), 0);
	return command_line;
}

static void assert_list(const struct string_list *list, const char *expected)
{
	owns_buffer struct buffer text = {0};

	for (size_t i = 0; i < list->count; i++)
		buffer_append_format(&text, "%s ", list->items[i]);
	assert_text(&text, expected);
}

/* A command line, and the options and files in it. */
static const struct {
	const char *line;
	const char *options;
	const char *files;
} lines[] = {
	{"apt-get install foo", "", ""},
	{"apt-get", "", ""},
	{"apt-get -o A=b install foo", "A=b ", ""},
	{"apt-get install foo -o A=b", "A=b ", ""},
	{"apt-get -oA=b", "A=b ", ""},
	{"apt-get -o=A=b", "A=b ", ""},
	{"apt-get --option A=b", "A=b ", ""},
	{"apt-get --option=A=b", "A=b ", ""},
	{"apt-get --OPTION=A=b", "A=b ", ""},
	{"apt-get -yo A=b", "A=b ", ""},
	{"apt-get -yqqoA=b", "A=b ", ""},
	{"apt-get -yo=A=b", "A=b ", ""},
	{"apt-get -oA=q", "A=q ", ""},
	{"apt-get -o A=b -o A=c", "A=b A=c ", ""},
	{"apt-get -o A::=b=c", "A::=b=c ", ""},
	/* Options with a value of their own, and words that are not options. */
	{"apt-get -t -o A=b", "", ""},
	{"apt-get -ta -o A=b", "A=b ", ""},
	{"apt-get -q=2 -o A=b", "A=b ", ""},
	{"apt-get -q=o A=b", "", ""},
	{"apt-get -a i386 -o A=b", "A=b ", ""},
	{"apt-get --options A=b", "", ""},
	{"apt-get --opt A=b", "", ""},
	{"apt-get -O A=b", "", ""},
	{"apt-get - -o A=b", "A=b ", ""},
	{"apt-get _ -o A=b", "A=b ", ""},
	{"apt-get -o", "", ""},
	{"apt-get --option", "", ""},
	{"apt-get -y", "", ""},
	{"-o A=b", "", ""},
	{"apt-get install -- -o A=b", "", ""},
	{"apt-get -o A=b -- -o C=d", "A=b ", ""},
	{"apt-get -o -- -o A=b", "-- A=b ", ""},
	{"apt-get -c /etc/my.conf", "", "/etc/my.conf "},
	{"apt-get -c/etc/my.conf", "", "/etc/my.conf "},
	{"apt-get -c=/etc/my.conf", "", "/etc/my.conf "},
	{"apt-get --config-file /etc/my.conf", "", "/etc/my.conf "},
	{"apt-get --config-file=/etc/my.conf", "", "/etc/my.conf "},
	{"apt-get -yc /a -c /b", "", "/a /b "},
	{"apt-get -c my.conf", "", "/proc/1234/cwd/my.conf "},
	{"apt-get -c ../my.conf -o A=b", "A=b ", "/proc/1234/cwd/../my.conf "},
	{"apt-get -c", "", ""},
};

START_TEST(options_and_files_are_found_as_apt_finds_them)
{
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		owns_command_line struct command_line command_line = parse(lines[i].line);

		assert_list(&command_line.options, lines[i].options);
		assert_list(&command_line.files, lines[i].files);
	}
}
END_TEST

static bool switches_off(const char *line)
{
	owns_command_line struct command_line command_line = parse(line);

	return command_line_switches_off(&command_line);
}

START_TEST(every_word_for_false_switches_off)
{
	static const char *const off[] = {
		"0", "no", "false", "without", "off", "disable", "False", "OFF"};
	static const char *const on[] = {"1", "yes", "true", "with", "on", "enable",
		"maybe", "", "fals", "falsey", "00"};

	for (size_t i = 0; i < COUNT_OF(off); i++) {
		owns_memory char *line = string_format(
			"apt-get -o Universal-Hooks::Enabled=%s -y", off[i]);

		ck_assert_msg(switches_off(line), "%s does not switch off", off[i]);
	}
	for (size_t i = 0; i < COUNT_OF(on); i++) {
		owns_memory char *line =
			string_format("apt-get -o Universal-Hooks::Enabled=%s -y", on[i]);

		ck_assert_msg(!switches_off(line), "%s switches off", on[i]);
	}
}
END_TEST

START_TEST(only_the_one_key_switches_off_and_the_last_one_wins)
{
	ck_assert(!switches_off("apt-get install foo"));
	ck_assert(switches_off("apt-get --option=universal-hooks::ENABLED=no"));
	ck_assert(!switches_off("apt-get -o Universal-Hooks::Enabled"));
	ck_assert(!switches_off("apt-get -o Universal-Hooks::Enabled::=no"));
	ck_assert(!switches_off("apt-get -o My::Universal-Hooks::Enabled=no"));
	ck_assert(!switches_off("apt-get -o Universal-Hooks::Scripts::a::Enabled=no"));
	ck_assert(!switches_off("apt-get -- -o Universal-Hooks::Enabled=no"));
	ck_assert(!switches_off("apt-get -o Universal-Hooks::Enabled=no "
				"-o Universal-Hooks::Enabled=yes"));
	ck_assert(switches_off("apt-get -o Universal-Hooks::Enabled=yes "
			       "-o Universal-Hooks::Enabled=no -o A=yes"));
}
END_TEST

START_TEST(joined_it_is_what_apt_makes_of_it)
{
	struct command_line nothing = {.pid = 0};
	owns_command_line struct command_line command_line = {.pid = 0};
	static const char *const words[] = {
		"apt-get", "", "a b", "c\nd\re", "it's", "\xff"};
	owns_memory char *line = NULL;

	ck_assert_ptr_null(command_line_join(&nothing));
	for (size_t i = 0; i < COUNT_OF(words); i++)
		ck_assert_int_eq(string_list_add(&command_line.words, words[i]), 0);
	line = command_line_join(&command_line);
	ck_assert_str_eq(line, "apt-get  a b cde its \xff");
}
END_TEST

START_TEST(joined_it_has_no_interpreter)
{
	static const struct {
		const char *line;
		const char *expected;
	} joined[] = {
		{"/usr/bin/python3 /usr/bin/unattended-upgrade -d",
			"/usr/bin/unattended-upgrade -d"},
		{"python3.11 -Es tool install", "tool install"},
		{"/usr/bin/perl -w /usr/bin/tool", "/usr/bin/tool"},
		{"python3 -m tool install", "python3 -m tool install"},
		{"python3 -c exit()", "python3 -c exit()"},
		{"perl -ne tool", "perl -ne tool"},
		{"python3 -", "python3 -"},
		{"python3", "python3"},
		{"python-apt tool", "python-apt tool"},
		{"apt-get python3 tool", "apt-get python3 tool"},
	};

	for (size_t i = 0; i < COUNT_OF(joined); i++) {
		owns_command_line struct command_line command_line =
			parse(joined[i].line);
		owns_memory char *line = command_line_join(&command_line);

		ck_assert_str_eq(line, joined[i].expected);
	}
}
END_TEST

/* A shell with this command line, once it runs; it ends when its stdin does. */
static pid_t start(const char *const *argv, int *ret_stdin)
{
	int input[2], output[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe2(input, O_CLOEXEC) | pipe2(output, O_CLOEXEC), 0);
	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	if (pid == 0) {
		(void)dup2(input[0], STDIN_FILENO);
		(void)dup2(output[1], STDOUT_FILENO);
		(void)execv("/bin/sh", (char *const *)argv);
		_exit(127);
	}
	ck_assert_int_gt(pid, 0);
	(void)close(input[0]);
	(void)close(output[1]);
	ck_assert_int_eq(read(output[0], &byte, 1), 1);
	(void)close(output[0]);
	*ret_stdin = input[1];
	return pid;
}

START_TEST(it_is_read_from_the_process_itself)
{
	static const char *const argv[] = {
		"sh", "-c", "echo; read x", "", "a\nb", "c d", NULL};
	owns_command_line struct command_line command_line;
	int input;
	pid_t pid = start(argv, &input);
	const struct frontend frontend = {.pid = pid};

	ck_assert_int_eq(command_line_read(&command_line, &frontend), 0);
	(void)close(input);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(command_line.pid, pid);
	ck_assert_uint_eq(command_line.words.count, COUNT_OF(argv) - 1);
	for (size_t i = 0; argv[i] != NULL; i++)
		ck_assert_str_eq(command_line.words.items[i], argv[i]);
}
END_TEST

START_TEST(of_a_process_that_is_gone_or_unknown_there_is_none)
{
	static const char *const argv[] = {"sh", "-c", "echo; read x", NULL};
	owns_command_line struct command_line gone, unknown;
	int input;
	pid_t pid = start(argv, &input);
	const struct frontend frontend = {.pid = pid}, nobody = {.pid = 0};

	(void)close(input);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(command_line_read(&gone, &frontend), -ENOENT);
	ck_assert_uint_eq(gone.words.count, 0);
	ck_assert(!command_line_switches_off(&gone));
	ck_assert_int_eq(command_line_read(&unknown, &nobody), -ESRCH);
	ck_assert_uint_eq(unknown.words.count, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {options_and_files_are_found_as_apt_finds_them,
		every_word_for_false_switches_off,
		only_the_one_key_switches_off_and_the_last_one_wins,
		joined_it_is_what_apt_makes_of_it, joined_it_has_no_interpreter,
		it_is_read_from_the_process_itself,
		of_a_process_that_is_gone_or_unknown_there_is_none};

	return run_tests("command_line", tests, COUNT_OF(tests));
}
