/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/fix.h"
#include "fixture.h"

#include <sys/wait.h>
#include <unistd.h>

static void assert_command(const char *const *words, const char *expected)
{
	owns_buffer struct buffer command = {0};

	fix_add(&command, words);
	assert_text(&command, expected);
}
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(plain_words_stand_as_they_are)
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

START_TEST(what_cannot_be_shown_goes_by_way_of_printf)
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

/* Whether a shell gives the very word to the command. */
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
	ck_assert_msg(!is_there(path), "%s leaves it", command.data);
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
	const TTest *const tests[] = {plain_words_stand_as_they_are,
		other_words_are_quoted, what_cannot_be_shown_goes_by_way_of_printf,
		commands_are_joined, every_byte_reaches_the_command};

	return run_tests("fix", tests, COUNT_OF(tests));
}
