/* SPDX-License-Identifier: BSD-2-Clause */
#include "system/owner.h"
#include "process.h"

#include <errno.h>
#include <unistd.h>

#define DPKG_QUERY "/usr/bin/dpkg-query"
/* Where another root has it, below that root (dpkg(1), --admindir). */
#define DATABASE "var/lib/dpkg"
/* The database of another root may hold FIFOs, which dpkg-query would wait for. */
#define TIMEOUT "/usr/bin/timeout"
#define SECONDS "10"
#define ANSWER_MAX ((size_t)16 << 20)

/*
 * dpkg-query(1), --search: a path is a pattern there, so what glob(7) knows is escaped.
 */
static int add_pattern(struct string_list *words, const char *path)
{
	owns_buffer struct buffer pattern = {0};

	for (; *path != '\0'; path++) {
		if (strchr("*?[]\\", *path) != NULL)
			buffer_append_string(&pattern, "\\");
		buffer_append(&pattern, (struct slice){path, 1});
	}
	buffer_append(&pattern, (struct slice){"", 1});
	return pattern.error < 0 ? pattern.error : string_list_add(words, pattern.data);
}

static int add_owner(struct owner_list *list, struct slice packages, struct slice path)
{
	struct owner *owner;

	if (array_grow(&list->items, &list->capacity, list->count, sizeof(*list->items)) <
		0)
		return -ENOMEM;
	owner = &list->items[list->count++];
	owner->packages = strndup(packages.data, packages.size);
	owner->path = strndup(path.data, path.size);
	return owner->packages != NULL && owner->path != NULL ? 0 : -ENOMEM;
}

/* Of packages a space comes only behind a comma; of what is said of a diversion not. */
static bool is_list(struct slice packages)
{
	for (size_t i = 0; i < packages.size; i++)
		if (packages.data[i] == ' ' && (i == 0 || packages.data[i - 1] != ','))
			return false;
	return packages.size > 0;
}

/* "PACKAGE[, PACKAGE]…: PATH"; a line about a diversion, in any language, is none. */
static int read_line(struct owner_list *list, struct slice line)
{
	const char *colon = memmem(line.data, line.size, ": /", 3);
	struct slice packages, path;

	if (colon == NULL)
		return 0;
	packages = (struct slice){line.data, (size_t)(colon - line.data)};
	if (!is_list(packages))
		return 0;
	path = (struct slice){colon + 2, line.size - packages.size - 2};
	return add_owner(list, packages, path);
}

static int make_words(struct string_list *words, const struct admin *admin,
	const struct string_list *paths)
{
	owns_memory char *directory =
		string_format("--admindir=%s/%s", admin->root, DATABASE);
	const char *const here[] = {"dpkg-query", "--search", NULL};
	const char *const elsewhere[] = {"timeout", "--signal=KILL", SECONDS, DPKG_QUERY,
		directory, "--search", NULL};
	const char *const *first = admin->root[0] != '\0' ? elsewhere : here;
	int error = 0;

	if (directory == NULL)
		return -ENOMEM;
	for (; *first != NULL && error == 0; first++)
		error = string_list_add(words, *first);
	for (size_t i = 0; i < paths->count && error == 0; i++)
		error = add_pattern(words, paths->items[i]);
	return error == 0 ? string_list_terminate(words) : error;
}

int owner_list_ask(struct owner_list *list, const struct admin *admin,
	const struct string_list *paths)
{
	owns_strings struct string_list words = {0};
	owns_buffer struct buffer answer = {0};
	struct process_spec spec = {.path = DPKG_QUERY, .envp = environ};
	struct uh_ending ending;
	struct slice rest;
	int error = 0;

	memset(list, 0, sizeof(*list));
	if (paths->count == 0)
		return 0;
	error = make_words(&words, admin, paths);
	if (error < 0)
		return error;
	if (admin->root[0] != '\0')
		spec.path = TIMEOUT;
	spec.argv = words.items;
	/* It fails where a path has no owner, and tells of the others all the same. */
	error = process_capture(&spec, ANSWER_MAX, &answer, &ending);
	if (error < 0)
		return error == -ENOMEM ? error : 0;
	for (rest = buffer_slice(&answer); rest.size > 0 && error == 0;)
		error = read_line(list, slice_cut(&rest, '\n'));
	return error;
}

void owner_list_done(struct owner_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].path);
		free(list->items[i].packages);
	}
	free(list->items);
	memset(list, 0, sizeof(*list));
}

const char *owner_of(const struct owner_list *list, const char *path)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].path, path) == 0)
			return list->items[i].packages;
	return NULL;
}
