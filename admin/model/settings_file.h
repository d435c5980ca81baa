/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The settings that the command itself makes (set, unset, disable, enable): a file in apt's
 * configuration that nothing else writes, with one setting per line. It names scripts and
 * directories by their path relative to the hook tree.
 */
#ifndef SETTINGS_FILE_H
#define SETTINGS_FILE_H

#include "admin.h"

/* Below the admin's root. Removed together with the last setting. */
#define SETTINGS_FILE "/etc/apt/apt.conf.d/99apt-universal-hooks-settings.conf"

/* A setting in the file, or a change to be made. */
struct own_setting {
	char *path; /* relative to the tree; "" for the whole scope */
	char *name; /* in a change that removes, NULL: all settings of path */
	struct string_list values; /* in a change, none: remove it */
	bool is_list;
};

/* Empty when zero-initialised. */
struct own_settings {
	struct own_setting *items; /* in the file: ascending by path and name */
	size_t count;
	size_t capacity;
};
void own_settings_done(struct own_settings *settings);
#define owns_own_settings __attribute__((cleanup(own_settings_done)))

/*
 * Adds a setting with copies of the strings; name may be NULL, as may its first value.
 * Returns the setting, or NULL without memory; then nothing was added.
 */
struct own_setting *own_settings_add(struct own_settings *settings, const char *path,
	const char *name, const char *value);
/* The setting of path with that name, or NULL. */
const struct own_setting *own_settings_find(
	const struct own_settings *settings, const char *path, const char *name);

/*
 * Whether apt.conf(5) can express the path in a key: apt splits keys at each "::", which no
 * encoding prevents. Any other character can be written as %xx.
 */
bool settings_file_can_name(const char *path);

/*
 * Adds the settings in the file's text. Returns 0; −ENOMEM; or −EBADMSG with ret_line, the
 * number of the first line that settings_file_format() would not write.
 */
int settings_file_parse(
	struct own_settings *settings, struct slice text, size_t *ret_line);
/* Sorts settings, and appends the file's text; nothing if there are none. */
void settings_file_format(struct buffer *text, struct own_settings *settings);

/*
 * Appends a line for each setting, in this order, for the script with this path instead of
 * their own. Unlike those in the file, lists add to what other files set.
 */
void settings_file_format_for(
	struct buffer *text, const struct own_settings *settings, const char *path);

/* Adds the settings in the file, if it exists. A status or −1 (admin.h). */
int settings_file_read(struct own_settings *settings, const struct admin *admin);

/*
 * Makes all changes, and keeps the other settings. Replaces the file as a whole or not at
 * all, under a lock. A status or −1 (admin.h).
 */
int settings_file_change(const struct own_settings *changes, const struct admin *admin);

#endif
