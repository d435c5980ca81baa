/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/text.h"
#include "printable.h"

static void append_printable(struct buffer *text, const char *name, const char *space)
{
	while (*name != '\0') {
		size_t size = printable_size(name);

		if (size == 0)
			buffer_append_format(text, "\\%03o", (unsigned char)*name);
		else if (*name == ' ')
			buffer_append_string(text, space);
		else
			buffer_append(text, (struct slice){name, size});
		name += size > 0 ? size : 1;
	}
}

void text_add_name(struct buffer *text, const char *name)
{
	append_printable(text, name, MARK_SPACE);
}

void text_add_sentence(struct buffer *text, const char *sentence)
{
	append_printable(text, sentence, " ");
}
