/* SPDX-License-Identifier: BSD-2-Clause */
#include "advice.h"
#include "fixture.h"

#define OPTION " -o 'Universal-Hooks::Scripts::Pre-Invoke/a::Enabled=false'"
#define DISABLE "apt-universal-hooks disable "

/* path: of one script, or of several, with newlines between. */
static void assert_advice(const char *const *words, const char *path,
	const char *sudo_command, const char *expected)
{
	struct command_line command_line = {.pid = 0};
	owns_strings struct string_list scripts = {0};
	owns_memory char *command = NULL;
	struct slice rest = slice_of(path);

	for (; *words != NULL; words++)
		ck_assert_int_eq(string_list_add(&command_line.words, *words), 0);
	while (rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');
		owns_memory char *script = strndup(line.data, line.size);

		ck_assert_int_eq(string_list_add(&scripts, script), 0);
	}
	command = advice_command(&command_line, &scripts, sudo_command);
	command_line_done(&command_line);
	ck_assert_str_eq(command, expected);
}
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(the_command_line_gets_an_option_at_its_beginning)
{
	assert_advice(WORDS("apt-get", "-y", "install", "--", "foo"), "Pre-Invoke/a",
		NULL, "apt-get" OPTION " -y install -- foo");
	assert_advice(WORDS("/usr/bin/apt", "upgrade"), "Pre-Invoke/a", NULL,
		"/usr/bin/apt" OPTION " upgrade");
	assert_advice(WORDS("aptitude", "safe-upgrade"), "Pre-Invoke/a", NULL,
		"aptitude" OPTION " safe-upgrade");
}
END_TEST

START_TEST(words_are_quoted_for_the_shell)
{
	assert_advice(WORDS("apt", "install", "./my pkg.deb", "it's", "", "foo=1:2~rc1",
			      "$(id)", "?name(^vim)", "käse"),
		"Pre-Invoke/a", NULL,
		"apt" OPTION
		" install './my pkg.deb' 'it'\\''s' '' 'foo=1:2~rc1' '$(id)' "
		"'?name(^vim)' 'käse'");
	assert_advice(WORDS("apt", "upgrade"), "pkgs/g++/Pre-Install-Pkgs/it's $1", NULL,
		"apt -o 'Universal-Hooks::Scripts::pkgs/g++/Pre-Install-Pkgs/it'\\''s "
		"$1::Enabled=false' upgrade");
}
END_TEST

START_TEST(who_called_sudo_does_so_again)
{
	assert_advice(WORDS("apt-get", "upgrade"), "Pre-Invoke/a",
		"/usr/bin/apt-get upgrade", "sudo apt-get" OPTION " upgrade");
	assert_advice(WORDS("apt", "upgrade"), "Pre-Invoke/a", "/bin/bash",
		"apt" OPTION " upgrade");
	assert_advice(
		WORDS("apt", "upgrade"), "Pre-Invoke/a", "", "apt" OPTION " upgrade");
}
END_TEST

START_TEST(without_options_the_script_is_disabled)
{
	assert_advice(WORDS(NULL), "Pre-Invoke/a b", NULL, DISABLE "'Pre-Invoke/a b'");
	assert_advice(WORDS("/usr/bin/python3", "/usr/bin/unattended-upgrade"),
		"Pre-Invoke/a", NULL, DISABLE "Pre-Invoke/a");
	assert_advice(WORDS("/usr/libexec/packagekitd"), "Pre-Invoke/a", NULL,
		DISABLE "Pre-Invoke/a");
	assert_advice(WORDS("/usr/bin/unattended-upgrade"), "Pre-Invoke/a",
		"/usr/bin/unattended-upgrade", "sudo " DISABLE "Pre-Invoke/a");
	/* apt would read another key. */
	assert_advice(WORDS("apt", "upgrade"), "Pre-Invoke/a=b", NULL,
		DISABLE "'Pre-Invoke/a=b'");
	assert_advice(WORDS("apt", "upgrade"), "Pre-Invoke/a::b", NULL,
		DISABLE "Pre-Invoke/a::b");
}
END_TEST

START_TEST(several_scripts_are_switched_off_together)
{
	assert_advice(WORDS("apt", "upgrade"), "Pre-Invoke/a\nPre-Invoke/b", NULL,
		"apt" OPTION
		" -o 'Universal-Hooks::Scripts::Pre-Invoke/b::Enabled=false' upgrade");
	assert_advice(WORDS("/usr/bin/unattended-upgrade"), "Pre-Invoke/a\nPre-Invoke/b",
		NULL, DISABLE "Pre-Invoke/a Pre-Invoke/b");
	assert_advice(WORDS("apt", "upgrade"), "Pre-Invoke/a\nPre-Invoke/b=c", NULL,
		DISABLE "Pre-Invoke/a 'Pre-Invoke/b=c'");
}
END_TEST

START_TEST(what_cannot_be_copied_is_not_shown)
{
	owns_buffer struct buffer long_word = {0};

	assert_advice(WORDS("apt", "install", "a\nb"), "Pre-Invoke/a", NULL,
		DISABLE "Pre-Invoke/a");
	assert_advice(WORDS("apt", "install", "\033[2J"), "Pre-Invoke/a", NULL,
		DISABLE "Pre-Invoke/a");
	for (int i = 0; i < 4000; i++)
		buffer_append_string(&long_word, "a");
	buffer_append(&long_word, (struct slice){"", 1});
	assert_advice(WORDS("apt", "install", long_word.data), "Pre-Invoke/a", NULL,
		DISABLE "Pre-Invoke/a");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_command_line_gets_an_option_at_its_beginning,
		words_are_quoted_for_the_shell, who_called_sudo_does_so_again,
		without_options_the_script_is_disabled,
		several_scripts_are_switched_off_together,
		what_cannot_be_copied_is_not_shown};

	return run_tests("advice", tests, COUNT_OF(tests));
}
