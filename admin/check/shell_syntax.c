/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/shell_syntax.h"
#include "process.h"
#include "ui/message.h"

#include <errno.h>

#define ANSWER_MAX ((size_t)4096)
#define PARSE_SECONDS 5

/* Cuts off what both begin with. */
static bool cut_start(struct slice *text, const char *start)
{
	size_t size = strlen(start);

	if (text->size < size || memcmp(text->data, start, size) != 0)
		return false;
	text->data += size;
	text->size -= size;
	return true;
}

bool syntax_error_parse(
	struct syntax_error *ret_error, struct slice answer, const char *path)
{
	struct slice line = slice_cut(&answer, '\n');
	unsigned long number = 0;

	if (!cut_start(&line, path) || !cut_start(&line, ": "))
		return false;
	(void)cut_start(&line, "line ");
	for (; line.size > 0 && line.data[0] >= '0' && line.data[0] <= '9'; line.size--)
		number = number * 10 + (unsigned long)(*line.data++ - '0');
	if (number == 0 || !cut_start(&line, ": ") || line.size == 0)
		return false;
	*ret_error = (struct syntax_error){number, xstrndup(line.data, line.size)};
	return true;
}

bool syntax_error_find(
	struct syntax_error *ret_error, const char *shell, const char *path)
{
	/* The messages are on stderr. In C, since their form is parsed. */
	char *const argv[] = {(char *)"sh", (char *)"-c",
		(char *)"exec \"$0\" -n \"$1\" 2>&1", (char *)shell, (char *)path, NULL};
	char *const envp[] = {(char *)"LC_ALL=C", NULL};
	const struct process_spec spec = {
		.path = "/bin/sh", .argv = argv, .envp = envp, .timeout = PARSE_SECONDS};
	owns_buffer struct buffer answer = {0};
	struct interrupts interrupts;
	struct uh_ending ending;
	int error;

	interrupts_hold(&interrupts);
	error = process_capture(&spec, ANSWER_MAX, &answer, &ending);
	interrupts_release(&interrupts);
	if (error == 0 && (ending.end != UH_EXITED || ending.value == 0))
		return false;
	return (error == 0 || error == -EFBIG) &&
	       syntax_error_parse(ret_error, buffer_slice(&answer), path);
}
