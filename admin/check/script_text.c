/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/script_text.h"

#include <elf.h>
#include <errno.h>

#define MARK "\xef\xbb\xbf"
#define BLANKS " \t"

/* Of control characters, text has these. */
#define CONTROLS "\a\b\t\n\v\f\r\033"

static bool is_text(struct slice bytes)
{
	for (size_t i = 0; i < bytes.size; i++) {
		unsigned char byte = (unsigned char)bytes.data[i];

		if (byte == '\0' || byte == 0x7f ||
			(byte < 0x20 && strchr(CONTROLS, byte) == NULL))
			return false;
	}
	return true;
}

static struct slice skip_blanks(struct slice text)
{
	while (text.size > 0 && strchr(BLANKS, *text.data) != NULL) {
		text.data++;
		text.size--;
	}
	return text;
}

static struct slice cut_blanks_behind(struct slice text)
{
	while (text.size > 0 && strchr(BLANKS, text.data[text.size - 1]) != NULL)
		text.size--;
	return text;
}

static struct slice cut_word(struct slice *rest)
{
	struct slice word = {rest->data, 0};

	while (word.size < rest->size && strchr(BLANKS, rest->data[word.size]) == NULL)
		word.size++;
	rest->data += word.size;
	rest->size -= word.size;
	*rest = skip_blanks(*rest);
	return word;
}

static bool is_env(struct slice interpreter)
{
	return slice_equals(interpreter, "/usr/bin/env") ||
	       slice_equals(interpreter, "/bin/env");
}

/*
 * Of env's one argument (execve(2)): what it looks for; empty where that is too clever.
 */
static struct slice find_command(struct slice argument)
{
	static const struct slice nothing = {"", 0};

	if (slice_has_prefix(argument, slice_of("-S"))) {
		struct slice rest =
			skip_blanks((struct slice){argument.data + 2, argument.size - 2});

		argument = cut_word(&rest);
	}
	if (argument.size == 0 || argument.data[0] == '-' ||
		memchr(argument.data, '=', argument.size) != NULL)
		return nothing;
	return argument;
}

/* line is what stands behind "#!". */
static int read_interpreter(struct script_text *text, struct slice line)
{
	struct slice rest = cut_blanks_behind(skip_blanks(line));
	struct slice interpreter = cut_word(&rest);
	struct slice command = {"", 0};

	if (is_env(interpreter))
		command = find_command(rest);
	text->interpreter = strndup(interpreter.data, interpreter.size);
	if (command.size > 0)
		text->command = strndup(command.data, command.size);
	return text->interpreter == NULL || (command.size > 0 && text->command == NULL)
		       ? -ENOMEM
		       : 0;
}

int script_text_read(struct script_text *text, struct slice head)
{
	struct slice line;
	struct slice rest = head;

	*text = (struct script_text){.kind = head.size == 0 ? TEXT_EMPTY : TEXT_PLAIN};
	if (slice_has_prefix(head, (struct slice){ELFMAG, SELFMAG})) {
		text->kind = head.size >= sizeof(Elf32_Ehdr) ? TEXT_PROGRAM : TEXT_BINARY;
		return 0;
	}
	text->has_mark = slice_has_prefix(head, slice_of(MARK));
	if (text->has_mark) {
		rest.data += strlen(MARK);
		rest.size -= strlen(MARK);
	}
	line = slice_cut(&rest, '\n');
	text->has_crlf = line.size > 0 && line.data[line.size - 1] == '\r' &&
			 line.data + line.size < head.data + head.size;
	if (text->has_crlf)
		line.size--;
	if (slice_has_prefix(line, slice_of("#!"))) {
		text->kind = TEXT_INTERPRETED;
		return read_interpreter(
			text, (struct slice){line.data + 2, line.size - 2});
	}
	if (!is_text(head))
		text->kind = TEXT_BINARY;
	return 0;
}

void script_text_done(struct script_text *text)
{
	free(text->interpreter);
	free(text->command);
	memset(text, 0, sizeof(*text));
}
