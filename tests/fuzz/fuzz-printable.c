/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that anybody can choose, as they are shown on a terminal. */
#include "harness.h"
#include "printable.h"
#include "ui/terminal.h"

#include <stdio.h>

/* The first character, or 0 for an invalid one; no text contains NUL. */
static uint32_t decode(const char *text, size_t *ret_size)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char lead = (unsigned char)text[0];
	uint32_t character;

	*ret_size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (*ret_size == 1)
		return lead;
	if (lead < 0xc0 || lead >= 0xf8)
		return 0;
	character = lead & (0xffU >> (*ret_size + 1));
	for (size_t i = 1; i < *ret_size; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (character < least[*ret_size] || character > 0x10ffff ||
		(character >= 0xd800 && character < 0xe000))
		return 0;
	return character;
}

static bool is_deceptive(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0) ||
	       character == 0xad || character == 0x61c || character == 0x180e ||
	       (character >= 0x200b && character <= 0x200f) ||
	       (character >= 0x2028 && character <= 0x202e) ||
	       (character >= 0x2060 && character <= 0x206f) || character == 0xfeff ||
	       (character >= 0xfff9 && character <= 0xfffb) ||
	       (character >= 0xe0000 && character <= 0xe007f);
}

static void must_be_cut_well(const char *text)
{
	while (*text != '\0') {
		size_t size;
		uint32_t character = decode(text, &size);
		bool is_shown = character != 0 && !is_deceptive(character);

		must(printable_size(text) == (is_shown ? size : 0));
		text += is_shown ? size : 1;
	}
}

/* With each \\ooo replaced by its byte, the output must be the text. */
static void must_be_shown(const char *text, struct slice shown, char space)
{
	while (shown.size > 0) {
		char code[sizeof("\\377")];

		(void)snprintf(code, sizeof(code), "\\%03o", (unsigned char)*text);
		if (printable_size(text) > 0) {
			must(*shown.data == (*text == ' ' ? space : *text));
			shown = (struct slice){shown.data + 1, shown.size - 1};
			for (size_t left = printable_size(text) - 1; left > 0; left--) {
				must(shown.size > 0 && *shown.data == *++text);
				shown = (struct slice){shown.data + 1, shown.size - 1};
			}
		} else {
			must(slice_has_prefix(shown, slice_of(code)));
			shown = (struct slice){shown.data + 4, shown.size - 4};
		}
		text++;
	}
	must(*text == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	owns_memory char *text = strndup(size > 0 ? (const char *)data : "", size);
	owns_buffer struct buffer name = {0};
	owns_buffer struct buffer sentence = {0};

	must(text != NULL);
	must_be_cut_well(text);
	text_add_name(&name, text);
	text_add_sentence(&sentence, text);
	must(name.error == 0 && sentence.error == 0);
	must_be_shown(text, buffer_slice(&name), MARK_SPACE[0]);
	must_be_shown(text, buffer_slice(&sentence), ' ');
	return 0;
}
