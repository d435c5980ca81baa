/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hooks that a package has renamed (Renamed-From): what the administrator has put at the
 * former path, a mask or an override, is for the new path, unless that has its own.
 */
#ifndef RENAMES_H
#define RENAMES_H

#include "settings.h"

/*
 * What the administrator has at a former path of the package's script at path. NODE_MASK;
 * NODE_SCRIPT with ret_script, which is to run instead; or NODE_ABSENT. ret_former is that
 * path. A former path at which a package ships a script again does not count.
 */
enum tree_node renames_look(const struct settings *settings, struct hook_tree *tree,
	const char *path, const char **ret_former, struct script *ret_script);

/* Whether path is a former one: the administrator's script at it runs for the new path. */
bool renames_is_former(
	const struct settings *settings, const struct hook_tree *tree, const char *path);

#endif
