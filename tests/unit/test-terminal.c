/* SPDX-License-Identifier: BSD-2-Clause */
/* Output on pseudo-terminals of several widths. */
#include "fixture.h"
#include "output.h"
#include "system/apt.h"
#include "ui/terminal.h"

#include <locale.h>
#include <unistd.h>

static const struct terminal piped = {.width = 0};

static struct terminal of_width(unsigned width)
{
	return (struct terminal){.is_terminal = true, .width = width};
}

static struct admin this_machine(void)
{
	return (struct admin){.root = (char *)""};
}

static struct buffer text_of(const char *string)
{
	return (struct buffer){.data = (char *)string, .size = strlen(string)};
}

static void assert_written(const struct terminal *terminal, const char *first,
	const char *next, const char *text, const char *expected)
{
	const struct buffer bytes = text_of(text);

	output_begin();
	terminal_write(terminal, first, next, &bytes);
	assert_output(expected, "");
}

/* What apt_terminal() finds on a pseudo-terminal. */
static struct terminal ask_terminal(unsigned short columns)
{
	const struct admin admin = this_machine();
	owns_output struct output output;
	struct terminal terminal;

	output_begin_terminal(columns);
	terminal = apt_terminal(&admin);
	output_end(&output);
	ck_assert_str_eq(output.err.data, "");
	return terminal;
}

START_TEST(the_width_is_that_of_the_terminal)
{
	skip_unless(output_has_terminals(), "there is no /dev/pts");
	configure_apt("");
	ck_assert_uint_eq(ask_terminal(40).width, 40);
	ck_assert_uint_eq(ask_terminal(1).width, 1);
	ck_assert_uint_eq(ask_terminal(500).width, 500);
	ck_assert(ask_terminal(40).is_terminal);
}
END_TEST

START_TEST(a_terminal_of_unknown_width_has_80_columns)
{
	skip_unless(output_has_terminals(), "there is no /dev/pts");
	configure_apt("");
	ck_assert_uint_eq(ask_terminal(0).width, 80);
}
END_TEST

START_TEST(a_pipe_has_neither_width_nor_colour)
{
	const struct admin admin = this_machine();
	struct terminal terminal;

	ck_assert_int_eq(setenv("TERM", "xterm", 1), 0);
	ck_assert_int_eq(unsetenv("NO_COLOR"), 0);
	configure_apt("APT::Color \"1\";\n");
	output_begin();
	terminal = apt_terminal(&admin);
	assert_output("", "");
	ck_assert(!terminal.is_terminal);
	ck_assert(!terminal.has_colour);
	ck_assert_uint_eq(terminal.width, 0);
}
END_TEST

START_TEST(colour_needs_a_capable_terminal_and_can_be_disabled)
{
	static const struct {
		const char *type, *no_color, *apt;
		bool has_colour;
	} cases[] = {
		{"xterm", NULL, "", true},
		{"xterm", "", "", true}, /* no-color.org: if not empty */
		{"xterm", "0", "", false},
		{"xterm", "1", "", false},
		{"dumb", NULL, "", false},
		{NULL, NULL, "", false},
		{"xterm", NULL, "Binary::apt::APT::Color \"no\";\n", false},
		{"xterm", NULL, "Binary::apt::APT::Color \"what\";\n", true},
		{"xterm", NULL, "this cannot be read \"", true},
		{"xterm", NULL, "binary::APT::apt::color \"0\";\n", false},
		/* As for apt(8), whose own default may take precedence. */
		{"xterm", NULL, "APT::Color \"no\";\n", APT_HAS_STRONG_DEFAULTS},
		{"xterm", NULL, "APT::Color \"true\";\n", true},
		{"xterm", NULL, "APT::Color \"perhaps\";\n", true},
		{"xterm", NULL, "this is no apt.conf \"", true},
	};

	skip_unless(output_has_terminals(), "there is no /dev/pts");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		ck_assert_int_eq(cases[i].type != NULL ? setenv("TERM", cases[i].type, 1)
						       : unsetenv("TERM"),
			0);
		ck_assert_int_eq(cases[i].no_color != NULL
					 ? setenv("NO_COLOR", cases[i].no_color, 1)
					 : unsetenv("NO_COLOR"),
			0);
		configure_apt(cases[i].apt);
		ck_assert_int_eq(unsetenv("APT_NO_COLOR"), 0);
		ck_assert_msg(ask_terminal(80).has_colour == cases[i].has_colour,
			"case %zu", i);
		ck_assert_int_eq(setenv("APT_NO_COLOR", "1", 1), 0);
		ck_assert(!ask_terminal(80).has_colour);
	}
}
END_TEST

START_TEST(the_plain_terminal_has_no_colour)
{
	owns_output struct output output = {0};
	struct terminal terminal;

	skip_unless(output_has_terminals(), "there is no /dev/pts");
	ck_assert_int_eq(setenv("TERM", "xterm", 1), 0);
	ck_assert_int_eq(unsetenv("NO_COLOR"), 0);
	output_begin_terminal(40);
	terminal = terminal_plain();
	output_end(&output);
	ck_assert(terminal.is_terminal);
	ck_assert_uint_eq(terminal.width, 40);
	ck_assert(!terminal.has_colour);
}
END_TEST

START_TEST(utf8_depends_on_the_locale)
{
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	ck_assert(terminal_plain().has_utf8);
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C"));
	ck_assert(!terminal_plain().has_utf8);
}
END_TEST

START_TEST(a_sentence_escapes_what_is_not_printable)
{
	static const struct {
		const char *name, *expected;
	} cases[] = {
		{"", ""},
		{"/a b \"c\" 'd' : % \\", "/a b \"c\" 'd' : % \\"},
		{"a\tb\nc\r", "a\\011b\\012c\\015"},
		{MARK_GOOD MARK_END, "\\001\\006"},
		{"\033[31m\x7f", "\\033[31m\\177"},
		{"caf\xc3\xa9", "caf\xc3\xa9"},
		{"caf\xe9!", "caf\\351!"},
		{"\xc2\x9b", "\\302\\233"},
		{"\xe2\x98", "\\342\\230"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_buffer struct buffer text = {0};

		text_add_sentence(&text, cases[i].name);
		assert_text(&text, cases[i].expected);
	}
}
END_TEST

START_TEST(sentences_break_at_spaces_and_names_do_not)
{
	const struct terminal ten = of_width(10);
	owns_buffer struct buffer name = {0};
	owns_buffer struct buffer sentence = {0};

	buffer_append_string(&name, "see ");
	text_add_name(&name, "/one two three");
	output_begin();
	terminal_write(&ten, "", "", &name);
	assert_output("see\n/one two three\n", "");
	text_add_sentence(&sentence, "see /one two three");
	output_begin();
	terminal_write(&ten, "", "", &sentence);
	assert_output("see /one\ntwo three\n", "");
}
END_TEST

START_TEST(lines_break_at_spaces_before_the_width)
{
	const struct terminal ten = of_width(10);

	assert_written(&ten, "", "", "", "\n");
	assert_written(&ten, "", "", "1234567890", "1234567890\n");
	assert_written(&ten, "", "", "12345 7890", "12345 7890\n");
	assert_written(&ten, "", "", "12345 78901", "12345\n78901\n");
	assert_written(&ten, "> ", "  ", "1 2 3 4 5 6", "> 1 2 3 4\n  5 6\n");
	assert_written(
		&ten, "", "    ", "123 567 901 345", "123 567\n    901\n    345\n");
}
END_TEST

START_TEST(words_are_never_broken)
{
	const struct terminal one = of_width(1);
	const struct terminal ten = of_width(10);

	assert_written(&one, "", "", "a bc d", "a\nbc\nd\n");
	assert_written(&one, "    ", "     ", "ab c", "    ab\n     c\n");
	assert_written(&ten, "  ", "    ", "a /etc/apt/universal-hooks b",
		"  a\n    /etc/apt/universal-hooks\n    b\n");
}
END_TEST

START_TEST(a_command_for_copying_is_one_word)
{
	const struct terminal forty = of_width(40);
	const struct terminal ten = of_width(10);

	assert_written(&forty, "", "  ",
		"to keep it, use apt-universal-hooks set Pre-Invoke/a Output both",
		"to keep it, use\n"
		"  apt-universal-hooks set Pre-Invoke/a Output both\n");
	assert_written(&forty, "", "",
		"it failed; see apt-universal-hooks check, and apt-universal-hooks log",
		"it failed; see\napt-universal-hooks check, and\napt-universal-hooks "
		"log\n");
	assert_written(&forty, "", "",
		"\"apt-universal-hooks help\" says more about each of them",
		"\"apt-universal-hooks help\" says more\nabout each of them\n");
	assert_written(&forty, "", "",
		"(\xe2\x80\x9e"
		"apt-universal-hooks help a\xe2\x80\x9c b c d)",
		"(\xe2\x80\x9e"
		"apt-universal-hooks help a\xe2\x80\x9c b c d)\n");
	assert_written(&ten, "", "", "/run/apt-universal-hooks is full",
		"/run/apt-universal-hooks\nis full\n");
	assert_written(&ten, "", "", "apt-universal-hooks", "apt-universal-hooks\n");
	assert_written(&piped, "", "", "see apt-universal-hooks check. It is  short. ",
		"see apt-universal-hooks check. It is  short. \n");
}
END_TEST

START_TEST(without_a_width_lines_do_not_break)
{
	owns_memory char *line = malloc(20001);
	owns_memory char *expected = NULL;

	for (size_t i = 0; i < 20000; i++)
		line[i] = i % 7 == 6 ? ' ' : 'x';
	line[20000] = '\0';
	expected = string_format("> %s\n", line);
	assert_written(&piped, "> ", "  ", line, expected);
}
END_TEST

START_TEST(spaces_are_kept_within_a_line)
{
	const struct terminal ten = of_width(10);

	assert_written(&piped, "", "", " a  b ", " a  b \n");
	assert_written(&piped, "", "", " ", " \n");
	assert_written(&ten, "", "", " a  b ", " a  b \n");
	/* A space in the last column is not visible. */
	assert_written(&ten, "", "", "1234567890 ", "1234567890 \n");
}
END_TEST

START_TEST(a_newline_begins_a_new_line)
{
	const struct terminal ten = of_width(10);

	assert_written(&ten, "* ", "  ", "a\nb c", "* a\n  b c\n");
	assert_written(&ten, "* ", "  ", "a\n\nb", "* a\n  \n  b\n");
	assert_written(&ten, "* ", "  ", "12345678 9\nb", "* 12345678\n  9\n  b\n");
	assert_written(&ten, "", "", "a\n", "a\n");
}
END_TEST

START_TEST(every_character_takes_its_own_width)
{
	const struct terminal ten = of_width(10);

	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	/* One column each: nine and a space fit. */
	assert_written(&ten, "", "",
		"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 e",
		"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 "
		"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\ne\n");
	/* Two columns each. */
	assert_written(&ten, "", "",
		"\xe6\xbc\xa2\xe6\xbc\xa2 \xe6\xbc\xa2\xe6\xbc\xa2 x",
		"\xe6\xbc\xa2\xe6\xbc\xa2 \xe6\xbc\xa2\xe6\xbc\xa2\nx\n");
	/* A combining accent takes none. */
	assert_written(&ten, "", "", "12345678e\xcc\x81 0", "12345678e\xcc\x81\n0\n");
	assert_written(&ten, "", "", "1234567e\xcc\x81 0", "1234567e\xcc\x81 0\n");
	/* Invalid bytes and unassigned characters take one. */
	assert_written(&ten, "", "", "12345678\xff 0", "12345678\xff\n0\n");
	assert_written(&ten, "", "", "12345678\xcd\xb8 0", "12345678\xcd\xb8\n0\n");
}
END_TEST

START_TEST(without_utf8_every_byte_takes_a_column)
{
	const struct terminal ten = of_width(10);

	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C"));
	assert_written(&ten, "", "", "\xc3\xa9\xc3\xa9\xc3\xa9 1 34",
		"\xc3\xa9\xc3\xa9\xc3\xa9 1\n34\n");
	assert_written(&ten, "", "", "\xc3\xa9\xc3\xa9\xc3\xa9 1 3",
		"\xc3\xa9\xc3\xa9\xc3\xa9 1 3\n");
}
END_TEST

START_TEST(marks_take_no_column_and_may_be_colours)
{
	struct terminal ten = of_width(10);
	const char *text = MARK_GOOD "1" MARK_BAD "2" MARK_WARNING "3" MARK_NAME
				     "4" MARK_FAINT "5" MARK_END " 7890";

	assert_written(&ten, "", "", text, "12345 7890\n");
	ten.has_colour = true;
	assert_written(&ten, "", "", text,
		"\033[32m1\033[31m2\033[33m3\033[1m4\033[2m5\033[0m 7890\n");
	assert_written(&ten, MARK_NAME "* " MARK_END, "", "12345678 0",
		"\033[1m* \033[0m12345678\n0\n");
}
END_TEST

START_TEST(terminal_say_formats_and_indents)
{
	const struct terminal ten = of_width(10);

	output_begin();
	terminal_say(&ten, "  ", "%s %d", "1234", 5678);
	terminal_say(&ten, "", "%s", "");
	assert_output("  1234\n  5678\n\n", "");
}
END_TEST

static void assert_item(const struct terminal *terminal, const char *head,
	unsigned column, const char *text, const char *expected)
{
	const struct buffer bytes = text_of(head);

	output_begin();
	terminal_item(terminal, &bytes, column, text);
	assert_output(expected, "");
}

START_TEST(an_item_begins_at_its_column)
{
	const struct terminal twenty = of_width(20);

	assert_item(&twenty, "-a", 8, "one two three four",
		"-a      one two\n        three four\n");
	assert_item(&twenty, "123456", 8, "one", "123456  one\n");
	assert_item(
		&piped, "-a", 8, "one two three four", "-a      one two three four\n");
}
END_TEST

START_TEST(the_text_of_an_item_goes_below_a_long_head)
{
	const struct terminal twenty = of_width(20);

	assert_item(&twenty, "1234567", 8, "one", "1234567\n        one\n");
	assert_item(&twenty, "123456789", 8, "one", "123456789\n        one\n");
	assert_item(&piped, "1234567", 8, "one", "1234567\n        one\n");
}
END_TEST

START_TEST(on_a_narrow_terminal_it_always_goes_below_the_head)
{
	const struct terminal fifteen = of_width(15);
	const struct terminal sixteen = of_width(16);
	const struct terminal one = of_width(1);

	assert_item(&sixteen, "-a", 8, "one two", "-a      one two\n");
	assert_item(
		&fifteen, "-a", 8, "one two three", "-a\n      one two\n      three\n");
	assert_item(&one, "-a", 2, "one two", "-a\n  one\n  two\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_width_is_that_of_the_terminal,
		a_terminal_of_unknown_width_has_80_columns,
		a_pipe_has_neither_width_nor_colour,
		colour_needs_a_capable_terminal_and_can_be_disabled,
		the_plain_terminal_has_no_colour, utf8_depends_on_the_locale,
		a_sentence_escapes_what_is_not_printable,
		sentences_break_at_spaces_and_names_do_not,
		lines_break_at_spaces_before_the_width, words_are_never_broken,
		a_command_for_copying_is_one_word, without_a_width_lines_do_not_break,
		spaces_are_kept_within_a_line, a_newline_begins_a_new_line,
		every_character_takes_its_own_width,
		without_utf8_every_byte_takes_a_column,
		marks_take_no_column_and_may_be_colours, terminal_say_formats_and_indents,
		an_item_begins_at_its_column, the_text_of_an_item_goes_below_a_long_head,
		on_a_narrow_terminal_it_always_goes_below_the_head};

	return run_tests("terminal", tests, COUNT_OF(tests));
}
