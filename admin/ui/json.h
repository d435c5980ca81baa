/* SPDX-License-Identifier: BSD-2-Clause */
/* Building and printing JSON with jansson. */
#ifndef JSON_H
#define JSON_H

#include "universal_hooks.h"

#include <jansson.h>

/*
 * A string, or null for NULL. Control characters and bytes that are not UTF-8 become
 * \ooo, as on a terminal.
 */
json_t *json_text(const char *text);
/* Like json_text(), but also null for "-", which apt writes for no version. */
json_t *json_version(const char *version);
/* An array of json_text(). */
json_t *json_texts(const char *const *texts, size_t count);

/* jansson's functions for it, which free value. Any NULL (no memory) ends the program. */
void json_add(json_t *array, json_t *value);
void json_set(json_t *object, const char *key, json_t *value);
void json_merge(json_t *object, json_t *value);

/*
 * Prints value, frees it, and returns STATUS_FINE. NULL, which jansson returns without
 * memory, ends the program.
 */
int json_print(json_t *value);

/*
 * Prints an object with an array as its last member, element by element: as json_print()
 * would print it, but without the need to have all of it in memory.
 */
struct json_list {
	unsigned indent; /* of the object, in spaces */
	bool has_elements;
};

/*
 * Begins the object with the members of head, which may be NULL and is freed, and the array
 * with this key. The object is an element of outer, unless that is NULL.
 */
void json_list_begin(
	struct json_list *list, struct json_list *outer, json_t *head, const char *key);
/* Prints an element, and frees it. */
void json_list_add(struct json_list *list, json_t *element);
void json_list_end(const struct json_list *list);

#endif
