/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which script a word on the command line names. paths are those of all scripts, relative
 * to the hook tree; a path in both places occurs twice.
 */
#ifndef SCRIPT_NAME_H
#define SCRIPT_NAME_H

#include "base.h"

/*
 * The path that equals word, or else the only one that ends with its components ("210-apt",
 * "Post-Invoke/210-apt"). NULL if there is none, or more than one.
 */
const char *script_name_find(const struct string_list *paths, const char *word);

/*
 * Reports that word names no path, with the nearest ones, or several, with their list: at
 * most five. path is word without the place of the tree in front. Returns STATUS_TROUBLE.
 */
int script_name_report(
	const struct string_list *paths, const char *word, const char *path);

#endif
