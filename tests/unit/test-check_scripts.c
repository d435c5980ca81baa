/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/check_scripts.h"
#include "fixture.h"

#define owns_script_text __attribute__((cleanup(script_text_done)))

static const char *const kinds[] = {[TEXT_EMPTY] = "empty",
	[TEXT_PROGRAM] = "program",
	[TEXT_INTERPRETED] = "interpreted",
	[TEXT_PLAIN] = "plain",
	[TEXT_BINARY] = "binary"};

static void assert_bytes(struct slice head, const char *expected)
{
	owns_script_text struct script_text text;
	owns_buffer struct buffer found = {0};

	script_text_read(&text, head);
	buffer_append_format(&found, "%s%s%s", kinds[text.kind],
		text.has_mark ? " mark" : "", text.has_crlf ? " crlf" : "");
	if (text.interpreter != NULL)
		buffer_append_format(&found, " [%s]", text.interpreter);
	if (text.command != NULL)
		buffer_append_format(&found, " [%s]", text.command);
	assert_text(&found, expected);
}

static void assert_head(const char *head, const char *expected)
{
	assert_bytes(slice_of(head), expected);
}

START_TEST(an_interpreter_is_the_first_word)
{
	assert_head("#!/bin/sh\ntrue\n", "interpreted [/bin/sh]");
	assert_head("#!/bin/sh", "interpreted [/bin/sh]");
	assert_head("#! \t/bin/sh -e\n", "interpreted [/bin/sh]");
	assert_head("#!python3\n", "interpreted [python3]");
	assert_head("#!\n", "interpreted []");
	assert_head("#!  \n/bin/sh\n", "interpreted []");
	assert_head("#!/bin/sh\n\1binary", "interpreted [/bin/sh]");
}
END_TEST

START_TEST(env_looks_for_a_command)
{
	assert_head("#!/usr/bin/env python3\n", "interpreted [/usr/bin/env] [python3]");
	assert_head("#!/usr/bin/env  perl \n", "interpreted [/usr/bin/env] [perl]");
	assert_head(
		"#!/usr/bin/env python3 -u\n", "interpreted [/usr/bin/env] [python3 -u]");
	assert_head(
		"#!/usr/bin/env -S python3 -u\n", "interpreted [/usr/bin/env] [python3]");
	assert_head("#!/usr/bin/env -Sperl -w\n", "interpreted [/usr/bin/env] [perl]");
	assert_head("#!/usr/bin/env -S A=b perl\n", "interpreted [/usr/bin/env]");
	assert_head("#!/usr/bin/env -i\n", "interpreted [/usr/bin/env]");
	assert_head("#!/usr/bin/env\n", "interpreted [/usr/bin/env]");
	assert_head("#!/opt/env perl\n", "interpreted [/opt/env]");
}
END_TEST

START_TEST(dos_line_endings)
{
	assert_head("#!/bin/sh\r\ntrue\r\n", "interpreted crlf [/bin/sh]");
	assert_head("#!/usr/bin/env perl\r\n", "interpreted crlf [/usr/bin/env] [perl]");
	assert_head("true\r\n", "plain crlf");
	assert_head("true\ntrue\r\n", "plain");
	assert_head("\r\n", "plain crlf");
	/* A line that is not complete has no line ending. */
	assert_head("true\r", "plain");
}
END_TEST

START_TEST(a_byte_order_mark_hides_the_first_line)
{
	assert_head("\xef\xbb\xbf#!/bin/sh\n", "interpreted mark [/bin/sh]");
	assert_head("\xef\xbb\xbf#!/bin/sh\r\n", "interpreted mark crlf [/bin/sh]");
	assert_head("\xef\xbb\xbftrue\n", "plain mark");
	assert_head("\xef\xbb", "plain");
}
END_TEST

START_TEST(text_programs_and_binary)
{
	static const char program[64] = "\177ELF";
	static const char nul[] = "true\n\0true";

	assert_head("", "empty");
	assert_head("\n", "plain");
	assert_head("echo gr\xc3\xbc\xc3\x9f \xe4 \033[1m\t\n", "plain");
	assert_bytes((struct slice){program, sizeof(program)}, "program");
	assert_head("\177ELFrubbish", "binary");
	assert_bytes((struct slice){nul, sizeof(nul) - 1}, "binary");
	assert_head("\x1f\x8b\x08zip", "binary");
	assert_head("\177", "binary");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {an_interpreter_is_the_first_word,
		env_looks_for_a_command, dos_line_endings,
		a_byte_order_mark_hides_the_first_line, text_programs_and_binary};

	return run_tests("check_scripts", tests, COUNT_OF(tests));
}
