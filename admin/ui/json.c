/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/json.h"
#include "admin.h"
#include "ui/message.h"
#include "ui/text.h"

#include <stdio.h>

#define INDENT 2

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
	int error = json_dumpf(xcheck(value), stdout, JSON_INDENT(INDENT));

	if (error < 0 && ferror(stdout) == 0)
		die_without_memory();
	json_decref(value);
	(void)putchar('\n'); /* main() checks standard output */
	return STATUS_FINE;
}

static void begin_line(unsigned indent)
{
	(void)printf("\n%*s", (int)indent, "");
}

static int put_indented(const char *text, size_t size, void *data)
{
	const unsigned *indent = data;
	struct slice rest = {text, size};

	while (rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');

		(void)fwrite(line.data, 1, line.size, stdout);
		if (line.data + line.size < text + size)
			begin_line(*indent);
	}
	return 0;
}

/* Prints value, whose first line is indented already, and frees it. */
static void put_value(json_t *value, unsigned indent)
{
	if (json_dump_callback(xcheck(value), put_indented, &indent,
		    JSON_INDENT(INDENT) | JSON_ENCODE_ANY) < 0)
		die_without_memory();
	json_decref(value);
}

static void begin_element(struct json_list *list)
{
	if (list->has_elements)
		(void)putchar(',');
	list->has_elements = true;
	begin_line(list->indent + 2 * INDENT);
}

void json_list_begin(
	struct json_list *list, struct json_list *outer, json_t *head, const char *key)
{
	const char *member, *separator = "";
	json_t *value;

	*list = (struct json_list){
		.indent = outer != NULL ? outer->indent + 2 * INDENT : 0};
	if (outer != NULL)
		begin_element(outer);
	(void)putchar('{');
	json_object_foreach(head, member, value)
	{
		(void)fputs(separator, stdout);
		separator = ",";
		begin_line(list->indent + INDENT);
		(void)printf("\"%s\": ", member);
		put_value(json_incref(value), list->indent + INDENT);
	}
	json_decref(head);
	(void)fputs(separator, stdout);
	begin_line(list->indent + INDENT);
	(void)printf("\"%s\": [", key);
}

void json_list_add(struct json_list *list, json_t *element)
{
	begin_element(list);
	put_value(element, list->indent + 2 * INDENT);
}

void json_list_end(const struct json_list *list)
{
	if (list->has_elements)
		begin_line(list->indent + INDENT);
	(void)putchar(']');
	begin_line(list->indent);
	(void)fputs(list->indent > 0 ? "}" : "}\n", stdout);
}
