/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/json.h"
#include "admin.h"
#include "ui/message.h"
#include "ui/text.h"

#include <stdio.h>

json_t *json_text(const char *text)
{
	owns_buffer struct buffer printable = {0};

	if (text == NULL)
		return json_null();
	text_add_sentence(&printable, text);
	xensure(printable.error);
	return xcheck(
		json_stringn(printable.size > 0 ? printable.data : "", printable.size));
}

json_t *json_version(const char *version)
{
	return json_text(version != NULL && strcmp(version, "-") != 0 ? version : NULL);
}

void json_add(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		die_without_memory();
}

void json_set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		die_without_memory();
}

void json_merge(json_t *object, json_t *value)
{
	if (json_object_update_new(object, value) < 0)
		die_without_memory();
}

json_t *json_texts(const char *const *texts, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_add(array, json_text(texts[i]));
	return array;
}

int json_print(json_t *value)
{
	int error = json_dumpf(xcheck(value), stdout, JSON_INDENT(2));

	if (error < 0 && ferror(stdout) == 0)
		die_without_memory();
	json_decref(value);
	(void)putchar('\n'); /* main() checks standard output */
	return STATUS_FINE;
}
