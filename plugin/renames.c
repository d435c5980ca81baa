/* SPDX-License-Identifier: BSD-2-Clause */
#include "renames.h"

#include <unistd.h>

/* Also false when out of memory: then nothing is carried over. */
static bool is_shipped(const struct hook_tree *tree, const char *path)
{
	owns_memory char *file = string_join(tree->places[PLACE_OF_PACKAGES], "/", path);

	return file != NULL && access(file, F_OK) == 0;
}

enum tree_node renames_look(const struct settings *settings, struct hook_tree *tree,
	const char *path, const char **ret_former, struct script *ret_script)
{
	const struct setting *setting;
	size_t at = 0;

	while ((setting = settings_next_at(settings, path, &at)) != NULL) {
		enum tree_node node;

		if (!setting_is_rename(setting) || strcmp(setting->path, path) != 0 ||
			is_shipped(tree, setting->value))
			continue;
		node = hook_tree_look_in(
			tree, PLACE_OF_ADMINISTRATOR, setting->value, ret_script);
		if (node == NODE_MASK || node == NODE_SCRIPT) {
			*ret_former = setting->value;
			return node;
		}
	}
	return NODE_ABSENT;
}

bool renames_is_former(
	const struct settings *settings, const struct hook_tree *tree, const char *path)
{
	const struct setting *setting;
	size_t at = 0;

	while ((setting = settings_next_at(settings, path, &at)) != NULL)
		if (setting_is_rename(setting) && strcmp(setting->value, path) == 0 &&
			is_shipped(tree, setting->path) && !is_shipped(tree, path))
			return true;
	return false;
}
