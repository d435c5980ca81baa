/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/scope.h"
#include "model/script_name.h"
#include "nearest.h"
#include "ui/message.h"
#include "ui/text.h"

void scope_done(struct scope *scope)
{
	free(scope->path);
}

/* Whether no component of the path is empty or begins with a dot. */
static bool is_plain_path(const char *path)
{
	struct slice rest = slice_of(path);

	do {
		struct slice name = slice_cut(&rest, '/');

		if (name.size == 0 || name.data[0] == '.')
			return false;
	} while (rest.data != NULL);
	return true;
}

static bool has_own_setting(const struct snapshot *snapshot, const char *path)
{
	for (size_t i = 0; i < snapshot->own.count; i++)
		if (strcmp(snapshot->own.items[i].path, path) == 0)
			return true;
	return false;
}

/* A directory, or a path that only our file names; the caller frees it. NULL: none. */
static char *find_directory(
	struct snapshot *snapshot, const struct admin *admin, const char *word)
{
	owns_memory char *path =
		xstrdup(path_in_tree(&snapshot->hooks.tree, admin, word));
	size_t size = strlen(path);
	bool is_found;

	while (size > 0 && path[size - 1] == '/')
		path[--size] = '\0';
	is_found = size > 0 &&
		   (has_own_setting(snapshot, path) ||
			   (is_plain_path(path) && hook_tree_look(&snapshot->hooks.tree,
							   path) == NODE_DIRECTORY));
	return is_found ? xstrdup(path) : NULL;
}

/* Tries the hook points and the directories above hooks; kept owns them. */
static void try_directories(
	struct nearest *nearest, struct string_list *kept, const struct hook_list *hooks)
{
	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++)
		nearest_try(nearest, uh_hook_point_name((enum uh_hook_point)i));
	for (size_t i = 0; i < hooks->count; i++) {
		owns_memory char *path = xstrdup(hooks->items[i].script.relative);
		char *slash;

		while ((slash = strrchr(path, '/')) != NULL) {
			*slash = '\0';
			xlist_add(kept, path);
		}
	}
	for (size_t i = 0; i < kept->count; i++)
		nearest_try(nearest, kept->items[i]);
}

/* If a directory is nearer than any hook, a status; −1 otherwise. */
static int report_nearest_directory(
	const struct snapshot *snapshot, const struct admin *admin, const char *word)
{
	const struct hook_list *hooks = &snapshot->hooks;
	owns_memory char *path = xstrdup(path_in_tree(&hooks->tree, admin, word));
	owns_strings struct string_list kept = {0};
	owns_strings struct string_list paths = {0};
	struct nearest nearest;
	const char *directory;

	hook_list_add_paths(hooks, &paths);
	if (script_name_find(&paths, word) != NULL)
		return -1;
	for (size_t size = strlen(path); size > 0 && path[size - 1] == '/'; size--)
		path[size - 1] = '\0';
	nearest = nearest_to(path);
	try_directories(&nearest, &kept, hooks);
	directory = nearest.word;
	for (size_t i = 0; i < paths.count; i++)
		nearest_try(&nearest, paths.items[i]);
	if (directory == NULL || nearest.word != directory)
		return -1;
	return report_error(_("there is no hook %s; did you mean %s?"), word, directory);
}

int scope_find(struct scope *scope, struct snapshot *snapshot, const struct admin *admin,
	const char *word)
{
	const struct hook *hook;
	int status;

	scope->path = word == NULL ? xstrdup("") : NULL;
	if (word == NULL)
		return -1;
	if (hook_list_find(&snapshot->hooks, admin, word) == NULL)
		scope->path = find_directory(snapshot, admin, word);
	if (scope->path != NULL)
		return -1;
	status = report_nearest_directory(snapshot, admin, word);
	if (status < 0)
		status = hook_list_resolve(&snapshot->hooks, admin, word, &hook);
	if (status < 0)
		scope->path = xstrdup(hook->script.relative);
	return status;
}

const char *scope_name(const struct scope *scope)
{
	return scope->path[0] != '\0' ? scope->path : _("all hooks");
}

/* "Enabled, On-Failure, …"; the caller frees it. */
static char *all_setting_names(void)
{
	owns_buffer struct buffer text = {0};

	for (const struct setting_type *type = setting_types; type->name != NULL; type++)
		buffer_append_format(
			&text, "%s%s", type == setting_types ? "" : ", ", type->name);
	return xbuffer_steal(&text);
}

const struct setting_type *setting_type_find(const char *name)
{
	struct nearest nearest = nearest_to(name);
	owns_memory char *names = NULL;

	for (const struct setting_type *type = setting_types; type->name != NULL;
		type++) {
		if (slice_equals_caseless(slice_of(type->name), slice_of(name)))
			return type;
		nearest_try(&nearest, type->name);
	}
	if (nearest.word != NULL) {
		(void)report_error(_("there is no setting %s; did you mean %s?"), name,
			nearest.word);
		return NULL;
	}
	names = all_setting_names();
	(void)report_error(_("there is no setting %s; the settings are %s"), name, names);
	return NULL;
}

static bool is_of_same_list(const struct setting *setting, const struct setting *source)
{
	return setting->type == source->type && !setting->is_value_bad &&
	       !setting->is_out_of_place && strcmp(setting->path, source->path) == 0 &&
	       (setting->file == NULL) == (source->file == NULL);
}

void applied_add_values(
	struct buffer *text, const struct applied *applied, const struct setting *source)
{
	const char *separator = "\"";

	for (size_t i = 0; i < applied->settings->count; i++) {
		const struct setting *setting = &applied->settings->items[i];

		if (setting != source && (!setting_type_is_list(source->type) ||
						 !is_of_same_list(setting, source)))
			continue;
		buffer_append_string(text, separator);
		text_add_sentence(text, setting->value);
		separator = " \"";
		buffer_append_string(text, "\"");
	}
}

static bool is_within_scope(const struct scope *scope, const char *path)
{
	size_t size = strlen(scope->path);

	return size == 0 || (strncmp(path, scope->path, size) == 0 && path[size] == '/');
}

void applied_say_exceptions(const struct applied *applied, const struct scope *scope,
	const struct setting_type *type)
{
	for (size_t i = 0; i < applied->hooks->count; i++) {
		const struct hook *hook = &applied->hooks->items[i];
		const char *path = hook->script.relative;
		owns_buffer struct buffer values = {0};
		owns_memory char *text = NULL;
		owns_memory char *place = NULL;
		const struct setting *source;

		if (hook->status != HOOK_EFFECTIVE || !is_within_scope(scope, path))
			continue;
		source = settings_source(applied->settings, path, type);
		if (source == NULL || strlen(source->path) <= strlen(scope->path))
			continue;
		applied_add_values(&values, applied, source);
		text = xbuffer_steal(&values);
		place = setting_place(source, applied->origins);
		targets_say(_("but not for %s: its %s is %s, set in %s"), path,
			type->name, text, place);
	}
}
