/* SPDX-License-Identifier: BSD-2-Clause */
#include "system/owner.h"
#include "ui/message.h"

#include <unistd.h>

#define DPKG_QUERY "/usr/bin/dpkg-query"
/* dpkg(1), --admindir; below another root. */
#define DATABASE "var/lib/dpkg"
/* dpkg-query would wait for a FIFO in the database of another root. */
#define TIMEOUT "/usr/bin/timeout"
#define SECONDS "10"
#define ANSWER_MAX ((size_t)16 << 20)

/* dpkg-query --search takes glob(7) patterns. */
static void add_escaped(struct string_list *words, const char *path)
{
	owns_buffer struct buffer pattern = {0};
	owns_memory char *word = NULL;

	for (; *path != '\0'; path++) {
		if (strchr("*?[]\\", *path) != NULL)
			buffer_append_string(&pattern, "\\");
		buffer_append(&pattern, (struct slice){path, 1});
	}
	word = xbuffer_steal(&pattern);
	xlist_add(words, word);
}

/*
 * Only in lists of packages does a comma precede each space; not in messages about
 * diversions, which may be in a language without spaces, but then not in ASCII.
 */
static bool is_package_list(struct slice packages)
{
	for (size_t i = 0; i < packages.size; i++)
		if ((unsigned char)packages.data[i] >= 0x80 ||
			(unsigned char)packages.data[i] < ' ' ||
			(packages.data[i] == ' ' &&
				(i == 0 || packages.data[i - 1] != ',')))
			return false;
	return packages.size > 0;
}

/* "PACKAGE[, PACKAGE]…: PATH"; diversions are reported in the language of the user. */
static void add_owner(struct owner_list *list, struct slice line)
{
	const char *colon = memmem(line.data, line.size, ": /", 3);
	size_t size = colon != NULL ? (size_t)(colon - line.data) : 0;

	if (!is_package_list((struct slice){line.data, size}))
		return;
	xgrow(&list->items, &list->capacity, list->count, sizeof(*list->items));
	list->items[list->count++] =
		(struct owner){.path = xstrndup(colon + 2, line.size - size - 2),
			.packages = xstrndup(line.data, size)};
}

static void make_arguments(struct string_list *words, const struct admin *admin,
	const struct string_list *paths)
{
	owns_memory char *directory = xformat("--admindir=%s/%s", admin->root, DATABASE);
	const char *const here[] = {"dpkg-query", "--search", NULL};
	const char *const elsewhere[] = {"timeout", "--signal=KILL", SECONDS, DPKG_QUERY,
		directory, "--search", NULL};
	const char *const *first = admin->root[0] != '\0' ? elsewhere : here;

	for (; *first != NULL; first++)
		xlist_add(words, *first);
	for (size_t i = 0; i < paths->count; i++)
		add_escaped(words, paths->items[i]);
	xensure(string_list_terminate(words));
}

/* A path that was asked for twice has the same answer twice. */
static int compare_owners(const void *a, const void *b)
{
	const struct owner *one = a, *other = b;

	return strcmp(one->path, other->path);
}

void owner_list_add(struct owner_list *list, struct slice answer)
{
	while (answer.size > 0)
		add_owner(list, slice_cut(&answer, '\n'));
	if (list->count > 0)
		qsort(list->items, list->count, sizeof(*list->items), compare_owners);
}

void owner_search_start(struct owner_search *search, const struct admin *admin,
	const struct string_list *paths)
{
	owns_strings struct string_list words = {0};
	struct process_spec spec = {.path = DPKG_QUERY, .envp = environ};

	search->is_running = false;
	if (paths->count == 0)
		return;
	make_arguments(&words, admin, paths);
	if (admin->root[0] != '\0')
		spec.path = TIMEOUT;
	spec.argv = words.items;
	search->is_running = xensure(process_start_capture(&spec, &search->capture)) == 0;
}

void owner_search_end(struct owner_search *search, struct owner_list *list)
{
	owns_buffer struct buffer answer = {0};
	struct uh_ending ending;

	memset(list, 0, sizeof(*list));
	if (!search->is_running)
		return;
	/* The exit status does not matter: it is 1 if any path has no owner. */
	if (xensure(process_end_capture(
		    &search->capture, ANSWER_MAX, &answer, &ending)) == 0)
		owner_list_add(list, buffer_slice(&answer));
}

void owner_list_ask(struct owner_list *list, const struct admin *admin,
	const struct string_list *paths)
{
	struct owner_search search;

	owner_search_start(&search, admin, paths);
	owner_search_end(&search, list);
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

static int compare_path_to_owner(const void *path, const void *owner)
{
	return strcmp(path, ((const struct owner *)owner)->path);
}

const char *owner_of(const struct owner_list *list, const char *path)
{
	const struct owner *found = NULL;

	if (list->count > 0)
		found = bsearch(path, list->items, list->count, sizeof(*list->items),
			compare_path_to_owner);
	return found != NULL ? found->packages : NULL;
}
