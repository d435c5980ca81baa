/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hooks that a package has renamed (Renamed-From). A mask or an override that the
 * administrator put at the former path applies to the new path, unless that has its own.
 */
#ifndef RENAMES_H
#define RENAMES_H

#include "settings.h"

/*
 * What the administrator has at a former path of the package's script at path: NODE_MASK,
 * NODE_ABSENT, or NODE_SCRIPT with ret_script, which runs instead. ret_former is the
 * former path. It does not count if a package ships a script there again.
 */
enum tree_node renames_look(const struct settings *settings, struct hook_tree *tree,
	const char *path, const char **ret_former, struct script *ret_script);

/*
 * Whether path is a former one, so that the administrator's script there runs for the new
 * path.
 */
bool renames_is_former(
	const struct settings *settings, const struct hook_tree *tree, const char *path);

#endif
