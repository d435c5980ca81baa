/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/fix.h"
#include "printable.h"

static bool is_printable(const char *word)
{
	while (*word != '\0') {
		size_t size = printable_size(word);

		if (size == 0)
			return false;
		word += size;
	}
	return true;
}

/* What no shell, wherever the word stands, takes for anything but itself. */
static bool is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789@%+:,./_-";

	return word[0] != '\0' && word[strspn(word, plain)] == '\0';
}

static void add_quoted_byte(struct buffer *command, char byte)
{
	if (byte == '\'')
		buffer_append_string(command, "'\\''");
	else
		buffer_append(command, (struct slice){&byte, 1});
}

static void add_word(struct buffer *command, const char *word)
{
	if (is_plain(word)) {
		buffer_append_string(command, word);
		return;
	}
	buffer_append_string(command, "'");
	for (; *word != '\0'; word++)
		add_quoted_byte(command, *word);
	buffer_append_string(command, "'");
}

/* For printf(1)'s format, inside of single quotes. */
static void add_format_of(struct buffer *command, const char *word)
{
	while (*word != '\0') {
		size_t size = printable_size(word);

		if (size == 0)
			buffer_append_format(command, "\\%03o", (unsigned char)*word);
		else if (*word == '\\' || *word == '%')
			buffer_append_format(command, "%c%c", *word, *word);
		else if (size == 1)
			add_quoted_byte(command, *word);
		else
			buffer_append(command, (struct slice){word, size});
		word += size > 0 ? size : 1;
	}
}

void fix_add(struct buffer *command, const char *const *words)
{
	size_t plain = 0;

	while (words[plain] != NULL && is_printable(words[plain]))
		plain++;
	if (command->size > 0)
		buffer_append_string(command, " && ");
	if (words[plain] != NULL) {
		buffer_append_string(command, "printf '");
		for (size_t i = plain; words[i] != NULL; i++) {
			add_format_of(command, words[i]);
			buffer_append_string(command, "\\000");
		}
		buffer_append_string(command, "' | xargs -0 ");
	}
	for (size_t i = 0; i < plain; i++) {
		if (i > 0)
			buffer_append_string(command, " ");
		add_word(command, words[i]);
	}
}
