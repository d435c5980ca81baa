/* SPDX-License-Identifier: BSD-2-Clause */
#include "wildcard.h"
#include "segments.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <errno.h>
#include <pcre2.h>

/* With fewer bytes of names, interpreting is faster than compiling for the JIT. */
#define JIT_WORTHWHILE 8192

extern const struct wildcard_functions uh_wildcard_functions_1;
const struct wildcard_functions uh_wildcard_functions_1
	__attribute__((visibility("default"))) = {
		wildcard_new, wildcard_matches_any, wildcard_match, wildcard_free};

struct wildcard {
	const struct wildcard_functions *functions;
	struct slice names; /* those with the literal prefix */
	pcre2_code *code;   /* NULL: all of them match */
	pcre2_match_data *match_data;
};

/* A backslash may precede any byte that is not a letter or digit (pcre2pattern(3)). */
static void append_literal(struct buffer *pattern, struct slice text)
{
	for (size_t i = 0; i < text.size; i++) {
		char byte = text.data[i];
		bool is_word = (byte >= '0' && byte <= '9') ||
			       (byte >= 'a' && byte <= 'z') ||
			       (byte >= 'A' && byte <= 'Z');

		if (!is_word)
			buffer_append_string(pattern, "\\");
		buffer_append(pattern, (struct slice){&byte, 1});
	}
}

/*
 * Each segment is in an atomic group that matches at its leftmost position. A later one
 * is never better, so there is no backtracking. The last segment must end the line and
 * not overlap the others; the look-ahead makes sure that there is room for it.
 */
static void append_rest(struct buffer *pattern, struct slice middle, struct slice last)
{
	while (middle.size > 0) {
		struct slice segment = segments_next(&middle);

		if (segment.size == 0)
			continue;
		buffer_append_string(pattern, "(?>[^\\n]*?");
		append_literal(pattern, segment);
		buffer_append_string(pattern, ")");
	}
	if (last.size > 0) {
		buffer_append_format(pattern, "(?=[^\\n]{%zu})[^\\n]*+(?<=", last.size);
		append_literal(pattern, last);
		buffer_append_string(pattern, ")");
	}
}

/*
 * Not anchored, so that PCRE2 searches all names at once for a literal: the first one
 * after a wildcard. All names begin with the literal before the wildcard, so the
 * look-behind only makes sure that there is room for it.
 */
static void make_pattern(struct buffer *pattern, const struct segments *segments)
{
	struct slice middle = segments->middle;
	struct slice start = {NULL, 0};
	bool is_last;

	while (middle.size > 0 && start.size == 0)
		start = segments_next(&middle);
	is_last = start.size == 0;
	if (is_last)
		start = segments->last;
	append_literal(pattern, start);
	if (segments->first.size > 0)
		buffer_append_format(
			pattern, "(?<=[^\\n]{%zu})", segments->first.size + start.size);
	if (is_last) {
		buffer_append_string(pattern, "$");
		return;
	}
	/* If the rest does not match here, it matches nowhere in the line: skip it. */
	buffer_append_string(pattern, "(?:");
	append_rest(pattern, middle, segments->last);
	buffer_append_string(pattern, "|[^\\n]*+(*SKIP)(*FAIL))");
}

static int compile(struct wildcard *wildcard, const struct segments *segments)
{
	owns_buffer struct buffer pattern = {0};
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_SIZE error_offset;
	int error = 0;

	make_pattern(&pattern, segments);
	if (pattern.error < 0 || context == NULL) {
		pcre2_compile_context_free(context);
		return -ENOMEM;
	}
	(void)pcre2_set_newline(context, PCRE2_NEWLINE_LF); /* fails for no valid value */
	wildcard->code = pcre2_compile((PCRE2_SPTR)pattern.data, pattern.size,
		PCRE2_MULTILINE | PCRE2_NO_AUTO_CAPTURE, &error, &error_offset, context);
	pcre2_compile_context_free(context);
	if (wildcard->code == NULL)
		return error == PCRE2_ERROR_NOMEMORY || error == PCRE2_ERROR_HEAP_FAILED
			       ? -ENOMEM
			       : -EINVAL;
	/*
	 * JIT needs executable memory; without it, pcre2_match() interprets the pattern.
	 */
	if (wildcard->names.size >= JIT_WORTHWHILE)
		(void)pcre2_jit_compile(wildcard->code, PCRE2_JIT_COMPLETE);
	wildcard->match_data = pcre2_match_data_create(1, NULL);
	return wildcard->match_data != NULL ? 0 : -ENOMEM;
}

int wildcard_new(
	struct wildcard **ret_wildcard, const char *directory_name, struct slice names)
{
	struct segments segments = segments_of(directory_name);
	struct wildcard *wildcard = calloc(1, sizeof(*wildcard));
	int error = 0;

	if (wildcard == NULL)
		return -ENOMEM;
	wildcard->functions = &uh_wildcard_functions_1;
	wildcard->names = segments_narrow(&segments, names);
	if (wildcard->names.size > 0 && segments.is_pattern &&
		(segments.middle.size > 0 || segments.last.size > 0))
		error = compile(wildcard, &segments);
	if (error < 0) {
		wildcard_free(wildcard);
		return error;
	}
	*ret_wildcard = wildcard;
	return 0;
}

/* Returns 1 with the next match at or after *offset, 0 if there is none, or −EIO. */
static int next_match(
	const struct wildcard *wildcard, size_t *offset, struct slice *ret_name)
{
	PCRE2_SPTR names = (PCRE2_SPTR)wildcard->names.data;
	size_t size = wildcard->names.size;
	int found;

	if (*offset >= size)
		return 0;
	found = pcre2_match(
		wildcard->code, names, size, *offset, 0, wildcard->match_data, NULL);
	if (found == PCRE2_ERROR_JIT_STACKLIMIT)
		found = pcre2_match(wildcard->code, names, size, *offset, PCRE2_NO_JIT,
			wildcard->match_data, NULL);
	if (found == PCRE2_ERROR_NOMATCH)
		return 0;
	if (found < 0)
		return -EIO;
	*ret_name = names_line(
		wildcard->names, pcre2_get_ovector_pointer(wildcard->match_data)[0]);
	*offset = (size_t)(ret_name->data - wildcard->names.data) + ret_name->size + 1;
	return 1;
}

int wildcard_matches_any(const struct wildcard *wildcard)
{
	struct slice name;
	size_t offset = 0;

	if (wildcard->code == NULL)
		return wildcard->names.size > 0;
	return next_match(wildcard, &offset, &name);
}

int wildcard_match(const struct wildcard *wildcard, struct buffer *matched)
{
	struct slice name;
	size_t offset = 0;
	int found;

	if (wildcard->code == NULL) {
		buffer_append(matched, wildcard->names);
		return matched->error;
	}
	while ((found = next_match(wildcard, &offset, &name)) > 0) {
		buffer_append(matched, name);
		buffer_append_string(matched, "\n");
	}
	return found < 0 ? found : matched->error;
}

void wildcard_free(struct wildcard *wildcard)
{
	if (wildcard == NULL)
		return;
	pcre2_match_data_free(wildcard->match_data);
	pcre2_code_free(wildcard->code);
	free(wildcard);
}
