/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/needs.h"
#include "dpkg.h"

#include <errno.h>

static struct need *find_need(struct needs *needs, const char *package)
{
	for (size_t i = 0; i < needs->count; i++)
		if (strcmp(needs->items[i].package, package) == 0)
			return &needs->items[i];
	return NULL;
}

static struct need *new_need(struct needs *needs, const char *package)
{
	char *copy = strdup(package);

	if (copy == NULL || array_grow(&needs->items, &needs->capacity, needs->count,
				    sizeof(*needs->items)) < 0) {
		free(copy);
		return NULL;
	}
	needs->items[needs->count] = (struct need){.package = copy};
	return &needs->items[needs->count++];
}

/* A hook that names a package twice needs it once. */
static int add_hook(struct needs *needs, const char *package, const char *path)
{
	struct need *need = find_need(needs, package);

	if (need == NULL)
		need = new_need(needs, package);
	if (need == NULL)
		return -ENOMEM;
	if (need->hooks.count > 0 &&
		strcmp(need->hooks.items[need->hooks.count - 1], path) == 0)
		return 0;
	return string_list_add(&need->hooks, path);
}

static int add_needs_of(
	struct needs *needs, const struct hook *hook, const struct settings *settings)
{
	struct script_settings script;
	int error = settings_for(settings, hook->script.relative, &script);

	if (error < 0)
		return error;
	for (size_t i = 0; script.is_enabled && i < script.required_count && error == 0;
		i++)
		error = add_hook(needs, script.required[i], hook->script.path);
	script_settings_done(&script);
	return error;
}

static int compare_needs(const void *left, const void *right)
{
	const struct need *a = left, *b = right;

	return strcmp(a->package, b->package);
}

int needs_find(struct needs *needs, const struct hook_list *hooks,
	const struct settings *settings)
{
	int error = 0;

	for (size_t i = 0; i < hooks->count && error == 0; i++)
		if (hooks->items[i].status == HOOK_EFFECTIVE)
			error = add_needs_of(needs, &hooks->items[i], settings);
	if (needs->count > 0)
		qsort(needs->items, needs->count, sizeof(*needs->items), compare_needs);
	return error;
}

void needs_done(struct needs *needs)
{
	for (size_t i = 0; i < needs->count; i++) {
		free(needs->items[i].package);
		string_list_done(&needs->items[i].hooks);
	}
	free(needs->items);
	memset(needs, 0, sizeof(*needs));
}

int needs_look_up(struct needs *needs, const char *status_file)
{
	owns_memory const char **names = calloc(needs->count + 1, sizeof(*names));
	owns_buffer struct buffer answer = {0};
	struct uh_ending ending;
	int error;

	if (names == NULL)
		return -ENOMEM;
	/* Without a name dpkg-query would tell of all. */
	if (needs->count == 0)
		return 0;
	for (size_t i = 0; i < needs->count; i++)
		names[i] = needs->items[i].package;
	error = dpkg_query(status_file, names, &answer, &ending);
	if (error < 0)
		return error;
	for (size_t i = 0; i < needs->count; i++)
		needs->items[i].is_installed =
			dpkg_has_installed(buffer_slice(&answer), names[i]);
	return 0;
}

/* Whether a line of apt's packages is about the need. */
static bool is_about(struct slice line, const struct need *need)
{
	struct slice architecture = slice_of(need->package);
	struct slice name = slice_cut(&architecture, ':');

	return slice_compare(slice_cut(&line, '\t'), name) == 0 &&
	       (architecture.size == 0 ||
		       slice_compare(slice_cut(&line, '\t'), architecture) == 0);
}

void needs_learn(struct needs *needs, struct slice lines)
{
	for (size_t i = 0; i < needs->count; i++) {
		struct need *need = &needs->items[i];
		struct slice rest = lines;

		if (need->is_installed)
			continue;
		need->knowledge = UNKNOWN_TO_APT;
		while (rest.size > 0)
			if (is_about(slice_cut(&rest, '\n'), need))
				need->knowledge = KNOWN_TO_APT;
	}
}

bool need_is_misread(const struct need *need)
{
	if (need->knowledge == KNOWN_TO_APT)
		return false;
	return need->package[strlen(need->package) - 1] == '-' ||
	       (need->knowledge == UNKNOWN_TO_APT &&
		       strpbrk(need->package, ".+") != NULL);
}
