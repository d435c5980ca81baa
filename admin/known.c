/* SPDX-License-Identifier: BSD-2-Clause */
#include "known.h"
#include "nearest.h"
#include "wildcard.h"

#include <errno.h>

static int add_package(struct known *known, struct slice line)
{
	struct slice rest = line;
	struct slice name = slice_cut(&rest, '\t');
	struct slice architecture = slice_cut(&rest, '\t');
	struct slice installed = slice_cut(&rest, '\t');
	owns_memory char *qualified = NULL;

	if (name.size == 0 || architecture.size == 0)
		return 0;
	qualified = string_format("%.*s:%.*s", (int)name.size, name.data,
		(int)architecture.size, architecture.data);
	if (qualified == NULL || string_list_add(&known->qualified, qualified) < 0)
		return -ENOMEM;
	qualified[name.size] = '\0';
	known->has_lists = known->has_lists || slice_equals(installed, "-");
	return string_list_add(&known->names, qualified);
}

static void write_text(struct string_list *list, struct buffer *text)
{
	string_list_sort_unique(list);
	for (size_t i = 0; i < list->count; i++) {
		buffer_append_string(text, list->items[i]);
		buffer_append_string(text, "\n");
	}
}

int known_parse(struct known *known, struct slice lines)
{
	int error = 0;

	memset(known, 0, sizeof(*known));
	while (lines.size > 0 && error == 0)
		error = add_package(known, slice_cut(&lines, '\n'));
	if (error < 0)
		return error;
	write_text(&known->names, &known->text);
	write_text(&known->qualified, &known->qualified_text);
	return known->text.error < 0 ? known->text.error : known->qualified_text.error;
}

void known_done(struct known *known)
{
	string_list_done(&known->names);
	string_list_done(&known->qualified);
	buffer_done(&known->text);
	buffer_done(&known->qualified_text);
}

/* A directory's name with a colon is held against name and architecture (plan.h). */
static bool is_qualified(const char *directory_name)
{
	return strchr(directory_name, ':') != NULL;
}

static const struct string_list *list_for(
	const struct known *known, const char *directory_name)
{
	return is_qualified(directory_name) ? &known->qualified : &known->names;
}

bool known_has(const struct known *known, const char *directory_name)
{
	return string_list_has(list_for(known, directory_name), directory_name);
}

int known_matches(const struct known *known, const char *directory_name)
{
	const struct buffer *text =
		is_qualified(directory_name) ? &known->qualified_text : &known->text;
	struct wildcard *wildcard;
	int matches = wildcard_new(&wildcard, directory_name, buffer_slice(text));

	if (matches < 0)
		return matches;
	matches = wildcard_matches_any(wildcard);
	wildcard_free(wildcard);
	return matches;
}

const char *known_nearest(const struct known *known, const char *directory_name)
{
	const struct string_list *list = list_for(known, directory_name);
	struct nearest nearest = nearest_to(directory_name);

	for (size_t i = 0; i < list->count; i++)
		nearest_try(&nearest, list->items[i]);
	return nearest.word;
}
