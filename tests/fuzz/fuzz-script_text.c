/* SPDX-License-Identifier: BSD-2-Clause */
/* The beginning of a file in the hook tree. */
#include "check/bashisms.h"
#include "harness.h"
#include "script_text.h"

static bool is_word(const char *text)
{
	return strpbrk(text, " \t\n") == NULL;
}

static void must_find_a_line(struct slice text)
{
	struct bashism bashism;
	unsigned long lines = 1;

	for (size_t i = 0; i < text.size; i++)
		lines += text.data[i] == '\n';
	if (bashism_find(&bashism, text))
		must(bashism.line >= 1 && bashism.line <= lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice head = harness_input(data, size);
	struct script_text text;

	must(script_text_read(&text, head) == 0);
	must((text.kind == TEXT_EMPTY) == (size == 0));
	must((text.kind == TEXT_INTERPRETED) == (text.interpreter != NULL));
	must(text.kind != TEXT_PROGRAM || size > 4);
	must(text.kind != TEXT_PLAIN || memchr(data, '\0', size) == NULL);
	must(text.interpreter == NULL || is_word(text.interpreter));
	must(text.command == NULL || text.interpreter != NULL);
	must(text.command == NULL ||
		(text.command[0] != '\0' &&
			strcspn(text.command, "=\n") == strlen(text.command)));
	must(!text.has_crlf || memmem(data, size, "\r\n", 2) != NULL);
	script_text_done(&text);
	must_find_a_line(head);
	return 0;
}
