/* SPDX-License-Identifier: BSD-2-Clause */
#include "shell_word.h"
#include "printable.h"

bool shell_word_is_printable(const char *word)
{
	while (*word != '\0') {
		size_t size = printable_size(word);

		if (size == 0)
			return false;
		word += size;
	}
	return true;
}

/* Whether every shell takes the word literally anywhere in a command. */
static bool is_shell_literal(const char *word)
{
	static const char literal[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789@%+:,./_-";

	return word[0] != '\0' && word[strspn(word, literal)] == '\0';
}

void shell_word_add_byte(struct buffer *command, char byte)
{
	if (byte == '\'')
		buffer_append_string(command, "'\\''");
	else
		buffer_append(command, (struct slice){&byte, 1});
}

void shell_word_add(struct buffer *command, const char *word)
{
	if (is_shell_literal(word)) {
		buffer_append_string(command, word);
		return;
	}
	buffer_append_string(command, "'");
	for (; *word != '\0'; word++)
		shell_word_add_byte(command, *word);
	buffer_append_string(command, "'");
}
