/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/targets.h"
#include "model/disabled.h"
#include "model/effective_settings.h"
#include "system/apt.h"
#include "system/directories.h"
#include "system/origins.h"
#include "ui/message.h"
#include "ui/terminal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

void tree_status_done(struct tree_status *state)
{
	hook_list_done(&state->hooks);
	settings_done(&state->settings);
	string_list_done(&state->disabled);
}

void targets_done(struct target_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].hook);
		free(list->items[i].mask);
	}
	free(list->items);
}

int tree_status_read(struct tree_status *state, const struct admin *admin)
{
	int status;

	memset(state, 0, sizeof(*state));
	(void)hook_list_read(&state->hooks, admin);
	status = settings_ask(&state->settings, admin);
	return status < 0 ? disabled_read(&state->disabled, admin) : status;
}

bool tree_status_has_mask(struct tree_status *state, const char *hook)
{
	struct script script;
	enum tree_node node = hook_tree_look_in(
		&state->hooks.tree, PLACE_OF_ADMINISTRATOR, hook, &script);

	script_done(&script);
	return node == NODE_MASK;
}

const struct setting *tree_status_disabling(const struct tree_status *state, const char *hook)
{
	const struct setting *setting = settings_enabled_by(&state->settings, hook);

	return setting != NULL && setting->number == 0 ? setting : NULL;
}

static int add_target(
	struct target_list *list, const struct tree_status *state, const char *hook)
{
	struct target target;

	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].hook, hook) == 0)
			return -1;
	target = (struct target){.hook = strdup(hook),
		.mask = string_format(
			"%s/%s", state->hooks.tree.places[PLACE_OF_ADMINISTRATOR], hook)};
	if (target.hook == NULL || target.mask == NULL ||
		array_grow(&list->items, &list->capacity, list->count,
			sizeof(*list->items)) < 0) {
		free(target.hook);
		free(target.mask);
		return report_no_memory();
	}
	list->items[list->count++] = target;
	return -1;
}

/* enable also accepts the path of a removed hook that still has a line in our file. */
static int find_target(struct target_list *list, struct tree_status *state,
	const struct admin *admin, const char *word, bool is_enable)
{
	const struct hook *hook = hook_list_find(&state->hooks, admin, word);
	const char *path = path_in_tree(&state->hooks.tree, admin, word);

	if (hook != NULL)
		return add_target(list, state, hook->script.relative);
	if (is_enable && string_list_has(&state->disabled, path))
		return add_target(list, state, path);
	if (hook_tree_look(&state->hooks.tree, path) == NODE_DIRECTORY)
		return report_error(_("%s is a directory; name a script in it"), word);
	return hook_list_report_missing(&state->hooks, word);
}

int targets_find(struct target_list *list, struct tree_status *state, const struct admin *admin,
	char **words, bool is_enable)
{
	int status = -1;

	for (; *words != NULL && status < 0; words++)
		status = find_target(list, state, admin, *words, is_enable);
	return status;
}

static int report_mask(const struct target *target, int error)
{
	if (error == -EACCES || error == -EPERM)
		return report_error(_("only root can change %s"), target->mask);
	return report_error(
		_("%s cannot be changed: %s"), target->mask, strerror(-error));
}

/* If a symlink leads the path of any mask out of the root, none is changed. */
static int check_masks(const struct admin *admin, const struct target_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct target *target = &list->items[i];

		if (target->action == ACTION_MASK &&
			directories_lead_out(admin->root, target->mask))
			return report_error(_("%s is not changed: a symlink in its path "
					      "leads out of %s"),
				target->mask, admin->root);
	}
	return -1;
}

int targets_mask(const struct target_list *list, const struct admin *admin)
{
	int status = check_masks(admin, list);

	for (size_t i = 0; i < list->count && status < 0; i++) {
		const struct target *target = &list->items[i];
		int error = target->action == ACTION_MASK ? mask_make(target->mask) : 0;

		if (error == 0)
			continue;
		status = report_mask(target, error);
		while (i-- > 0)
			if (list->items[i].action == ACTION_MASK)
				(void)mask_remove(
					list->items[i].mask); /* made just now */
		break;
	}
	return status;
}

int targets_unmask(const struct target_list *list, const struct admin *admin)
{
	int status = check_masks(admin, list);

	for (size_t i = 0; i < list->count && status < 0; i++) {
		const struct target *target = &list->items[i];
		int error = target->action == ACTION_MASK ? mask_remove(target->mask) : 0;

		if (error < 0)
			status = report_mask(target, error);
	}
	return status;
}

char *setting_place(const struct setting *setting, const struct admin *admin)
{
	__attribute__((cleanup(origins_done))) struct origins origins = {0};
	owns_buffer struct buffer lines = {0};
	const struct origin *origin = NULL;

	if (apt_origins(admin, "Universal-Hooks", &lines) == 0 &&
		origins_parse(&origins, buffer_slice(&lines)) == 0)
		origin = origins_find(&origins, setting->key, setting->value);
	if (origin == NULL)
		return strdup(_("apt's configuration"));
	if (origin->line == 0)
		return strdup(origin->file);
	return string_format("%s:%lu", origin->file, origin->line);
}

void targets_say(const char *format, ...)
{
	struct terminal terminal = terminal_plain();
	owns_memory char *line = NULL;
	owns_buffer struct buffer text = {0};
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&line, format, arguments) < 0)
		line = NULL;
	va_end(arguments);
	text_add_sentence(&text, line != NULL ? line : "");
	if (line == NULL || text.error < 0)
		(void)report_no_memory();
	else
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
