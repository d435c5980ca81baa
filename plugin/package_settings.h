/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The settings that packages ship with their hooks, in settings.d/PACKAGE.conf below the
 * packages' place. They are read again at each hook point. apt's configuration wins.
 */
#ifndef PACKAGE_SETTINGS_H
#define PACKAGE_SETTINGS_H

#include "bridge.h"
#include "hook_tree.h"
#include "settings.h"

#define PACKAGE_SETTINGS "settings.d"

/*
 * Appends them to settings, in the order of the files' names. Emits an event for each
 * file that cannot be used; settings then knows which scripts lack their settings. Asks
 * libapt-pkg only if there is a file. status_file is dpkg's, or NULL. 0 or −ENOMEM.
 */
int package_settings_read(struct settings *settings, struct hook_tree *tree,
	const char *status_file, uh_listener *listener, void *context);

/*
 * Whether any of the files may set Paths. Only looks for the word, which takes a fraction
 * of the time.
 */
bool package_settings_mention_paths(const struct hook_tree *tree);

/*
 * Finds the settings from conffiles in apt.conf.d that removed packages have left behind,
 * and sets their elements of the array, which has one for each setting. 0 or −errno.
 */
int package_settings_of_removed(const struct settings *settings, const char *status_file,
	bool *ret_is_of_removed);

#endif
