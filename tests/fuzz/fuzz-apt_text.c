/* SPDX-License-Identifier: BSD-2-Clause */
/* apt's %-encoding in both directions, and its words for true and false. */
#include "apt_text.h"
#include "harness.h"

#include <strings.h>

#define SCOPE "Universal-Hooks"

static void must_be_encoded(struct slice text)
{
	for (size_t i = 0; i < text.size; i++)
		must(text.data[i] > ' ' && text.data[i] < 0x7f);
}

/* Encoding and decoding must return the same string. */
static void must_round_trip(const char *text)
{
	owns_buffer struct buffer encoded = {0};
	owns_memory char *decoded = NULL;

	percent_encode(&encoded, text);
	must(encoded.error == 0 && encoded.size >= strlen(text));
	must_be_encoded(buffer_slice(&encoded));
	decoded = percent_decode(buffer_slice(&encoded));
	must(decoded != NULL && strcmp(decoded, text) == 0);
}

static void must_read_booleans(struct slice text)
{
	int boolean = apt_boolean(text);

	must(boolean >= -1 && boolean <= 1);
	must(boolean < 0 || (text.size > 0 && text.size <= strlen("disable")));
}

static void must_find_scope(struct slice key)
{
	owns_memory char *text = strndup(key.size > 0 ? key.data : "", key.size);
	size_t size = strlen(SCOPE);
	bool is_in_scope;

	must(text != NULL);
	is_in_scope = strncasecmp(text, SCOPE, size) == 0 &&
		      (key.size == size || strncmp(text + size, "::", 2) == 0);
	must(apt_is_in_scope(key, SCOPE) == is_in_scope);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = harness_input(data, size);
	owns_memory char *decoded = percent_decode(bytes);

	must(decoded != NULL && strlen(decoded) <= size);
	must_round_trip(decoded);
	must_read_booleans(bytes);
	must_find_scope(bytes);
	return 0;
}
