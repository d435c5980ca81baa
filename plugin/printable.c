/* SPDX-License-Identifier: BSD-2-Clause */
#include "printable.h"
#include "base.h"

#include <stdint.h>

/* The size of a well-formed UTF-8 character (RFC 3629) beyond ASCII; 0 for none. */
static size_t utf8_size(const unsigned char *bytes)
{
	size_t size = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;

	if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, and above U+10FFFF. */
	if ((bytes[0] == 0xe0 && bytes[1] < 0xa0) ||
		(bytes[0] == 0xed && bytes[1] > 0x9f) ||
		(bytes[0] == 0xf0 && bytes[1] < 0x90) ||
		(bytes[0] == 0xf4 && bytes[1] > 0x8f))
		return 0;
	return size;
}

static uint32_t utf8_decode(const unsigned char *bytes, size_t size)
{
	uint32_t character = bytes[0] & (0xffU >> (size + 1));

	for (size_t i = 1; i < size; i++)
		character = character << 6 | (bytes[i] & 0x3f);
	return character;
}

/*
 * Characters that can make one name look like another: controls, those that change the
 * direction of text (U+061C, U+200E, U+202A to U+202E, U+2066 to U+2069: UAX #9), line
 * separators (U+2028, U+2029) and invisible ones.
 */
static bool is_deceptive(uint32_t character)
{
	static const uint32_t ranges[][2] = {{0x80, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c},
		{0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
		{0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};

	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (character >= ranges[i][0] && character <= ranges[i][1])
			return true;
	return false;
}

size_t printable_size(const char *at)
{
	const unsigned char *bytes = (const unsigned char *)at;
	size_t size;

	if (bytes[0] < 0x80)
		return bytes[0] >= 0x20 && bytes[0] < 0x7f;
	size = utf8_size(bytes);
	return size > 0 && !is_deceptive(utf8_decode(bytes, size)) ? size : 0;
}
