/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "script_text.h"

#include <unistd.h>

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

	ck_assert_int_eq(script_text_read(&text, head), 0);
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
	assert_head("#!/bin/env perl\n", "interpreted [/bin/env] [perl]");
	assert_head("#!/usr/bin/env A=b perl\n", "interpreted [/usr/bin/env]");
	assert_head("#!/usr/bin/env -S perl -w\n", "interpreted [/usr/bin/env] [perl]");
}
END_TEST

START_TEST(dos_line_endings)
{
	assert_head("#!/bin/sh\r\ntrue\r\n", "interpreted crlf [/bin/sh]");
	assert_head("#!/usr/bin/env perl\r\n", "interpreted crlf [/usr/bin/env] [perl]");
	assert_head("true\r\n", "plain crlf");
	assert_head("true\ntrue\r\n", "plain");
	assert_head("\r\n", "plain crlf");
	/* A truncated line has no line ending. */
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

static void assert_fault(const char *path, bool has_started, bool is_for_other_user,
	enum uh_start_fault fault, const char *interpreter)
{
	char found[UH_INTERPRETER_SIZE] = "";

	ck_assert_int_eq(
		script_text_find_fault(at(path), has_started, is_for_other_user, found),
		fault);
	ck_assert_str_eq(found, interpreter);
}

START_TEST(why_a_script_does_not_start)
{
	owns_memory char *plain = string_format("#!%s\n", at("/plain"));

	make_file("/crlf", 0755, "#!/bin/sh\r\nexit 0\r\n");
	make_file("/missing", 0755, "#!/no/such/sh -e\n");
	make_file("/env", 0755, "#!/usr/bin/env no-such-program\n");
	make_file("/found", 0755, "#!/usr/bin/env sh\n");
	make_file("/plain", 0644, "exit 0\n");
	make_file("/by-plain", 0755, plain);
	make_file("/elf", 0755,
		"\177ELF-------------------------------------------------------------");
	make_file("/binary", 0755, "\1\2\3");
	make_script("/fine", "exit 127");
	assert_fault("/crlf", false, false, UH_START_CRLF, "");
	assert_fault("/crlf", true, false, UH_START_CRLF, "");
	assert_fault("/missing", false, false, UH_START_NO_INTERPRETER, "/no/such/sh");
	assert_fault("/env", true, false, UH_START_NO_INTERPRETER, "no-such-program");
	assert_fault("/by-plain", false, false, UH_START_INTERPRETER_NOT_EXECUTABLE,
		at("/plain"));
	assert_fault("/plain", false, true, UH_START_NO_FIRST_LINE, "");
	assert_fault("/plain", true, false, UH_START_UNKNOWN, "");
	assert_fault("/elf", false, false, UH_START_OTHER_ARCHITECTURE, "");
	assert_fault("/elf", true, false, UH_START_UNKNOWN, "");
	assert_fault("/binary", false, false, UH_START_NO_PROGRAM, "");
	assert_fault("/none", false, false, UH_START_UNKNOWN, "");
	make_file("/empty", 0755, "");
	make_file("/no-name", 0755, "#!\n");
	make_file("/large", 0755, "exit 0\n");
	ck_assert_int_eq(truncate(at("/large"), (off_t)1 << 20), 0);
	assert_fault("/empty", false, true, UH_START_NO_FIRST_LINE, "");
	assert_fault("/no-name", false, false, UH_START_UNKNOWN, "");
	assert_fault("/large", false, false, UH_START_NO_PROGRAM, "");
	assert_fault("/large", true, false, UH_START_UNKNOWN, "");
}
END_TEST

START_TEST(env_looks_for_a_path_or_in_PATH)
{
	owns_memory char *found = string_format("#!/usr/bin/env %s\n", at("/uh-script"));
	owns_memory char *directory = string_format("#!/usr/bin/env %s\n", at("/"));

	make_script("/uh-script", "exit 0");
	make_file("/found", 0755, found);
	make_file("/directory", 0755, directory);
	make_file("/name", 0755, "#!/usr/bin/env uh-script\n");
	make_file("/sh", 0755, "#!/usr/bin/env sh\n");
	assert_fault("/found", false, false, UH_START_UNKNOWN, at("/uh-script"));
	assert_fault("/directory", false, false, UH_START_NO_INTERPRETER, at("/"));
	assert_fault("/name", false, false, UH_START_NO_INTERPRETER, "uh-script");
	ck_assert_int_eq(setenv("PATH", root(), 1), 0);
	assert_fault("/name", false, false, UH_START_UNKNOWN, "uh-script");
	assert_fault("/sh", false, false, UH_START_UNKNOWN, "sh");
	ck_assert_int_eq(unsetenv("PATH"), 0);
	assert_fault("/sh", false, false, UH_START_UNKNOWN, "sh");
}
END_TEST

START_TEST(a_script_that_failed_by_itself_has_no_such_fault)
{
	char found[UH_INTERPRETER_SIZE] = "";

	make_script("/fine", "exit 127");
	make_file("/found", 0755, "#!/usr/bin/env sh\n");
	ck_assert_int_eq(script_text_find_fault(at("/fine"), true, false, found),
		UH_START_UNKNOWN);
	ck_assert_int_eq(script_text_find_fault(at("/fine"), false, true, found),
		UH_START_UNKNOWN);
	ck_assert_int_eq(script_text_find_fault(at("/found"), true, false, found),
		UH_START_UNKNOWN);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {an_interpreter_is_the_first_word,
		env_looks_for_a_command, dos_line_endings,
		a_byte_order_mark_hides_the_first_line, text_programs_and_binary,
		why_a_script_does_not_start, env_looks_for_a_path_or_in_PATH,
		a_script_that_failed_by_itself_has_no_such_fault};

	return run_tests("script_text", tests, COUNT_OF(tests));
}
