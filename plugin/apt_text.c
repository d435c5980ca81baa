/* SPDX-License-Identifier: BSD-2-Clause */
#include "apt_text.h"

#include <errno.h>
#include <limits.h>

static int hex_digit(char character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'a' && character <= 'f')
		return character - 'a' + 10;
	if (character >= 'A' && character <= 'F')
		return character - 'A' + 10;
	return -1;
}

char *percent_decode(struct slice text)
{
	char *decoded = malloc(text.size + 1);
	size_t length = 0;

	if (decoded == NULL)
		return NULL;
	for (size_t i = 0; i < text.size; i++) {
		int high = -1, low = -1;

		if (text.data[i] == '%' && i + 2 < text.size) {
			high = hex_digit(text.data[i + 1]);
			low = hex_digit(text.data[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			decoded[length++] = (char)(high << 4 | low);
			i += 2;
		} else {
			decoded[length++] = text.data[i];
		}
	}
	decoded[length] = '\0';
	return decoded;
}

int percent_decode_to(char **string, struct slice text)
{
	free(*string);
	*string = percent_decode(text);
	return *string != NULL ? 0 : -ENOMEM;
}

void percent_encode(struct buffer *buffer, const char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte <= 0x20 || byte >= 0x7f || byte == '%')
			buffer_append(buffer,
				(struct slice){(const char[]){'%', digits[byte >> 4],
						       digits[byte & 0xf]},
					3});
		else
			buffer_append(buffer, (struct slice){text, 1});
	}
}

int apt_boolean(struct slice text)
{
	static const struct word words[] = {{"1", 1}, {"yes", 1}, {"true", 1},
		{"with", 1}, {"on", 1}, {"enable", 1}, {"0", 0}, {"no", 0}, {"false", 0},
		{"without", 0}, {"off", 0}, {"disable", 0}};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (slice_equals_caseless(text, slice_of(words[i].word)))
			return words[i].value;
	return -1;
}

bool apt_is_in_scope(struct slice key, const char *scope)
{
	struct slice name = slice_of(scope);

	if (!slice_has_prefix_caseless(key, name))
		return false;
	key = (struct slice){key.data + name.size, key.size - name.size};
	return key.size == 0 || slice_has_prefix(key, slice_of("::"));
}

bool apt_is_quiet(struct slice value)
{
	unsigned long long level;

	return slice_to_number(value, UINT_MAX, &level) && level >= 2;
}
