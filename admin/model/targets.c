/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/targets.h"
#include "apt_text.h"
#include "model/effective_settings.h"
#include "model/mask.h"
#include "model/script_name.h"
#include "system/apt.h"
#include "system/rootfs.h"
#include "ui/message.h"
#include "ui/terminal.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

void snapshot_done(struct snapshot *snapshot)
{
	hook_list_done(&snapshot->hooks);
	settings_done(&snapshot->settings);
	own_settings_done(&snapshot->own);
	origins_done(&snapshot->origins);
}

void targets_done(struct target_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].hook);
		free(list->items[i].mask);
	}
	free(list->items);
}

static int take_snapshot(
	struct snapshot *snapshot, const struct admin *admin, bool is_after)
{
	int status;

	memset(snapshot, 0, sizeof(*snapshot));
	hook_list_read(&snapshot->hooks, admin);
	status = settings_ask(
		&snapshot->settings, is_after ? &snapshot->origins : NULL, admin);
	hook_list_apply_renames(&snapshot->hooks, &snapshot->settings);
	return status < 0 && !is_after ? settings_file_read(&snapshot->own, admin)
				       : status;
}

int snapshot_take(struct snapshot *snapshot, const struct admin *admin)
{
	return take_snapshot(snapshot, admin, false);
}

int snapshot_take_after(struct snapshot *snapshot, const struct admin *admin)
{
	return take_snapshot(snapshot, admin, true);
}

/* The mask of a package's hook, also one at its former path, or NULL. */
static const char *find_mask(const struct snapshot *snapshot, const char *hook)
{
	for (size_t i = 0; i < snapshot->hooks.count; i++) {
		const struct hook *item = &snapshot->hooks.items[i];

		if (item->status == HOOK_MASKED &&
			strcmp(item->script.relative, hook) == 0)
			return item->overridden_by;
	}
	return NULL;
}

bool snapshot_has_mask(struct snapshot *snapshot, const char *hook)
{
	struct script script;
	enum tree_node node = hook_tree_look_in(
		&snapshot->hooks.tree, PLACE_OF_ADMINISTRATOR, hook, &script);

	script_done(&script);
	return node == NODE_MASK || find_mask(snapshot, hook) != NULL;
}

const struct setting *snapshot_disabling(
	const struct snapshot *snapshot, const char *hook)
{
	const struct setting *setting = settings_enabled_by(&snapshot->settings, hook);

	return setting != NULL && setting->number == 0 ? setting : NULL;
}

bool snapshot_disables(const struct snapshot *snapshot, const char *hook)
{
	const struct own_setting *setting =
		own_settings_find(&snapshot->own, hook, "Enabled");

	return setting != NULL && setting->values.count == 1 &&
	       apt_boolean(slice_of(setting->values.items[0])) == 0;
}

static void add_target(
	struct target_list *list, const struct snapshot *snapshot, const char *hook)
{
	const char *mask = find_mask(snapshot, hook);

	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].hook, hook) == 0)
			return;
	xgrow(&list->items, &list->capacity, list->count, sizeof(*list->items));
	list->items[list->count++] = (struct target){.hook = xstrdup(hook),
		.mask = mask != NULL ? xstrdup(mask)
				     : xformat("%s/%s",
					       snapshot->hooks.tree
						       .places[PLACE_OF_ADMINISTRATOR],
					       hook)};
}

static int report_directory(const char *word, const char *path, bool is_enable)
{
	return report_error(
		is_enable ? _("%s is a directory; name a script in it; to enable all: "
			      "apt-universal-hooks unset %s Enabled")
			  : _("%s is a directory; name a script in it; to disable all: "
			      "apt-universal-hooks set %s Enabled false"),
		word, path);
}

/* enable also accepts a removed hook that still has a line in our file. */
static int find_target(struct target_list *list, struct snapshot *snapshot,
	const struct admin *admin, const char *word, bool is_enable)
{
	owns_strings struct string_list paths = {0};
	const struct hook *hook = hook_list_find(&snapshot->hooks, admin, word);
	const char *path = path_in_tree(&snapshot->hooks.tree, admin, word);

	if (hook != NULL || (is_enable && snapshot_disables(snapshot, path))) {
		add_target(list, snapshot, hook != NULL ? hook->script.relative : path);
		return -1;
	}
	if (hook_tree_look(&snapshot->hooks.tree, path) == NODE_DIRECTORY)
		return report_directory(word, path, is_enable);
	hook_list_add_paths(&snapshot->hooks, &paths);
	for (size_t i = 0; is_enable && i < snapshot->own.count; i++)
		if (snapshot_disables(snapshot, snapshot->own.items[i].path))
			xlist_add(&paths, snapshot->own.items[i].path);
	if (script_name_find(&paths, word) == NULL)
		return script_name_report(&paths, word, path);
	add_target(list, snapshot, script_name_find(&paths, word));
	return -1;
}

int targets_find(struct target_list *list, struct snapshot *snapshot,
	const struct admin *admin, char **words, bool is_enable)
{
	int status = -1;

	for (; *words != NULL && status < 0; words++)
		status = find_target(list, snapshot, admin, *words, is_enable);
	return status;
}

/* If a symlink leads the path of any mask out of the root, none is changed. */
static int check_masks(const struct admin *admin, const struct target_list *list)
{
	int status = -1;

	for (size_t i = 0; i < list->count && status < 0; i++)
		if (list->items[i].action == ACTION_MASK)
			status = check_within_root(admin, list->items[i].mask);
	return status;
}

/* Changes the first masks; returns how many, with *ret_error for the next one. */
static size_t change_masks(const struct target_list *list, size_t count,
	int (*change)(const char *path), int *ret_error)
{
	size_t i;

	*ret_error = 0;
	for (i = 0; i < count; i++) {
		const struct target *target = &list->items[i];

		*ret_error = target->action == ACTION_MASK ? change(target->mask) : 0;
		if (*ret_error < 0)
			break;
	}
	return i;
}

/* All, or none and a status; undo reverts change. ret_count: how many were changed. */
static int change_all_masks(const struct target_list *list, const struct admin *admin,
	int (*change)(const char *path), int (*undo)(const char *path), size_t *ret_count)
{
	int status = check_masks(admin, list);
	int error, ignored;

	*ret_count = 0;
	if (status >= 0)
		return status;
	*ret_count = change_masks(list, list->count, change, &error);
	if (error == 0)
		return -1;
	status = report_unchanged(list->items[*ret_count].mask, error);
	(void)change_masks(list, *ret_count, undo, &ignored); /* changed just now */
	return status;
}

static void remove_parents_of(
	const struct target_list *list, size_t count, const struct admin *admin)
{
	__attribute__((cleanup(hook_tree_done))) struct hook_tree tree;

	xensure(hook_tree_init(&tree, admin->root));
	for (size_t i = 0; i < count; i++)
		if (list->items[i].action == ACTION_MASK)
			mask_remove_parents(admin, tree.places[PLACE_OF_ADMINISTRATOR],
				list->items[i].mask);
}

int targets_mask(const struct target_list *list, const struct admin *admin)
{
	size_t count;
	int status = change_all_masks(list, admin, mask_make, mask_remove, &count);

	if (status >= 0)
		remove_parents_of(list, count, admin);
	return status;
}

int targets_unmask(const struct target_list *list, const struct admin *admin)
{
	size_t ignored;

	return change_all_masks(list, admin, mask_remove, mask_make, &ignored);
}

void targets_remove_parents(const struct target_list *list, const struct admin *admin)
{
	remove_parents_of(list, list->count, admin);
}

char *setting_place(const struct setting *setting, const struct origins *origins)
{
	const struct origin *origin;

	if (setting->file != NULL)
		return xstrdup(setting->file);
	origin = origins_find(origins, setting->key, setting->value);
	if (origin == NULL)
		return xstrdup(_("apt's configuration"));
	if (origin->line == 0)
		return xstrdup(origin->file);
	return xformat("%s:%lu", origin->file, origin->line);
}

/* apt.conf ignores case. */
bool is_twin(const char *a, const char *b)
{
	return strcmp(a, b) != 0 && strcasecmp(a, b) == 0;
}

int report_twin(const char *path, const char *twin)
{
	return report_error(_("apt.conf cannot tell %s from %s, which also has a "
			      "setting; rename the script or make it not "
			      "executable"),
		path, twin);
}

int snapshot_check_name(const struct snapshot *snapshot, const char *path)
{
	if (!settings_file_can_name(path))
		return report_error(
			_("apt.conf cannot name %s, because \"::\" separates "
			  "keys; rename the script or make it not executable"),
			path);
	for (size_t i = 0; i < snapshot->settings.count; i++)
		if (is_twin(snapshot->settings.items[i].path, path))
			return report_twin(path, snapshot->settings.items[i].path);
	return -1;
}

void targets_say(const char *format, ...)
{
	struct terminal terminal = terminal_plain();
	owns_memory char *line = NULL;
	owns_buffer struct buffer text = {0};
	va_list arguments;

	va_start(arguments, format);
	line = xvformat(format, arguments);
	va_end(arguments);
	text_add_sentence(&text, line);
	terminal_write(&terminal, "", "  ", &text);
}

int targets_command(struct admin *admin, const struct usage *usage, int argc, char **argv,
	int (*work)(const struct admin *admin, char **words))
{
	int words;
	int status = options_read(admin, usage, argc, argv, &words);

	if (status >= 0)
		return status;
	argv[words + 1] = NULL;
	return work(admin, argv + 1);
}
