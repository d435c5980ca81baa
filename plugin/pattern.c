/* SPDX-License-Identifier: BSD-2-Clause */
#include "pattern.h"

#include <ctype.h>
#include <fnmatch.h>

#define GLOB_SIZE 512 /* far longer than any name of a package */

/* The end of the bracket expression at "[": glob(7); NULL if it has none. */
static const char *bracket_end(const char *at, const char *end)
{
	at++;
	if (at < end && (*at == '!' || *at == '^'))
		at++;
	if (at < end && *at == ']')
		at++;
	while (at < end && *at != ']')
		at++;
	return at < end ? at : NULL;
}

/* Names of packages (deb-control(5)), globs for them, and an architecture. */
static bool is_glob(struct slice glob)
{
	const char *end = glob.data + glob.size;

	if (glob.size == 0 || glob.size >= GLOB_SIZE)
		return false;
	for (const char *at = glob.data; at < end; at++) {
		if (*at == '[') {
			at = bracket_end(at, end);
			if (at == NULL)
				return false;
		} else if (!isalnum((unsigned char)*at) &&
			   strchr("+-.:*?", *at) == NULL) {
			return false;
		}
	}
	return true;
}

bool pattern_parse(struct pattern *ret_pattern, const char *text)
{
	struct slice rest = slice_of(text);

	*ret_pattern = (struct pattern){.excludes = text[0] == '!'};
	if (relation_cut(&rest, &ret_pattern->relation) != RELATION_IS_FINE)
		return false;
	if (ret_pattern->excludes) {
		rest.data++;
		rest.size--;
	}
	ret_pattern->glob = rest;
	return is_glob(rest);
}

static bool is_literal(char character)
{
	return isalnum((unsigned char)character) || character == '+' ||
	       character == '-' || character == '.';
}

bool pattern_is_ruled_out(const char *text, const char *name)
{
	text += text[0] == '!';
	while (is_literal(*text) && *text == *name) {
		text++;
		name++;
	}
	return *text == '\0' ? *name != '\0' : is_literal(*text);
}

bool pattern_matches(
	const struct pattern *pattern, const char *name, const char *architecture)
{
	char glob[GLOB_SIZE];
	owns_memory char *qualified = NULL;

	if (pattern->glob.size >= sizeof(glob))
		return false;
	memcpy(glob, pattern->glob.data, pattern->glob.size);
	glob[pattern->glob.size] = '\0';
	if (strchr(glob, ':') == NULL)
		return fnmatch(glob, name, 0) == 0;
	qualified = string_join(name, ":", architecture);
	return qualified != NULL && fnmatch(glob, qualified, 0) == 0;
}
