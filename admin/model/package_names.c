/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/package_names.h"
#include "ui/spelling.h"
#include "wildcard.h"

#include <errno.h>

static int add_package(struct package_names *names, struct slice line)
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
	if (qualified == NULL || string_list_add(&names->qualified, qualified) < 0)
		return -ENOMEM;
	qualified[name.size] = '\0';
	names->has_lists = names->has_lists || slice_equals(installed, "-");
	return string_list_add(&names->plain, qualified);
}

static void write_text(struct string_list *list, struct buffer *text)
{
	string_list_sort_unique(list);
	for (size_t i = 0; i < list->count; i++) {
		buffer_append_string(text, list->items[i]);
		buffer_append_string(text, "\n");
	}
}

int package_names_parse(struct package_names *names, struct slice lines)
{
	int error = 0;

	memset(names, 0, sizeof(*names));
	while (lines.size > 0 && error == 0)
		error = add_package(names, slice_cut(&lines, '\n'));
	if (error < 0)
		return error;
	write_text(&names->plain, &names->text);
	write_text(&names->qualified, &names->qualified_text);
	return names->text.error < 0 ? names->text.error : names->qualified_text.error;
}

void package_names_done(struct package_names *names)
{
	string_list_done(&names->plain);
	string_list_done(&names->qualified);
	buffer_done(&names->text);
	buffer_done(&names->qualified_text);
}

/* A directory's name with a colon is held against name and architecture (plan.h). */
static bool is_qualified(const char *directory_name)
{
	return strchr(directory_name, ':') != NULL;
}

static const struct string_list *list_for(
	const struct package_names *names, const char *directory_name)
{
	return is_qualified(directory_name) ? &names->qualified : &names->plain;
}

bool package_names_has(const struct package_names *names, const char *directory_name)
{
	return string_list_has(list_for(names, directory_name), directory_name);
}

int package_names_matches(const struct package_names *names, const char *directory_name)
{
	const struct buffer *text =
		is_qualified(directory_name) ? &names->qualified_text : &names->text;
	struct wildcard *wildcard;
	int matches = wildcard_new(&wildcard, directory_name, buffer_slice(text));

	if (matches < 0)
		return matches;
	matches = wildcard_matches_any(wildcard);
	wildcard_free(wildcard);
	return matches;
}

const char *package_names_nearest(
	const struct package_names *names, const char *directory_name)
{
	const struct string_list *list = list_for(names, directory_name);
	struct nearest nearest = nearest_to(directory_name);

	for (size_t i = 0; i < list->count; i++)
		nearest_try(&nearest, list->items[i]);
	return nearest.word;
}
