/* SPDX-License-Identifier: BSD-2-Clause */
#include "printable.h"

/* The size of a well-formed UTF-8 character (RFC 3629) beyond ASCII; 0 for none. */
static size_t utf8_size(const unsigned char *bytes)
{
	size_t size = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;

	if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, above U+10FFFF, and C1 control characters. */
	if ((bytes[0] == 0xe0 && bytes[1] < 0xa0) ||
		(bytes[0] == 0xed && bytes[1] > 0x9f) ||
		(bytes[0] == 0xf0 && bytes[1] < 0x90) ||
		(bytes[0] == 0xf4 && bytes[1] > 0x8f) ||
		(bytes[0] == 0xc2 && bytes[1] < 0xa0))
		return 0;
	return size;
}

size_t printable_size(const char *at)
{
	const unsigned char *bytes = (const unsigned char *)at;

	if (bytes[0] >= 0x80)
		return utf8_size(bytes);
	return bytes[0] >= 0x20 && bytes[0] < 0x7f;
}
