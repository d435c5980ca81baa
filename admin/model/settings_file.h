/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The settings that the command itself makes (set, unset, disable, enable), in a file of
 * apt's configuration that is its alone, with a setting on each line. The file names
 * scripts and directories by their path relative to the hook tree.
 */
#ifndef SETTINGS_FILE_H
#define SETTINGS_FILE_H

#include "admin.h"

/* Below the admin's root. Removed together with its last line. */
#define SETTINGS_FILE "/etc/apt/apt.conf.d/99apt-universal-hooks-settings.conf"

/* Written in the file or, as a change, to be written there. */
struct own_setting {
	char *path; /* relative to the tree; "" for the whole scope */
	char *name; /* in a change to take out, NULL for all settings of path */
	struct string_list values; /* in a change, none: take it out */
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
 * Adds a setting with copies of the strings; name may be NULL. A first value may be added
 * at once, or NULL. Returns it, or NULL without memory.
 */
struct own_setting *own_settings_add(struct own_settings *settings, const char *path,
	const char *name, const char *value);
/* The one of path with that name, or NULL. */
const struct own_setting *own_settings_find(
	const struct own_settings *settings, const char *path, const char *name);

/*
 * Whether apt.conf(5) can have a key for the path: apt splits a key at each "::", which no
 * encoding prevents. Any other character can be written as %xx.
 */
bool settings_file_can_name(const char *path);

/*
 * Adds the settings in the file's text. Returns 0; −ENOMEM; or −EBADMSG with ret_line, the
 * number of the first line that settings_file_format() would not write.
 */
int settings_file_parse(
	struct own_settings *settings, struct slice text, size_t *ret_line);
/* Appends the file's text, and sorts settings; nothing if there are none. */
void settings_file_format(struct buffer *text, struct own_settings *settings);

/* Adds what is in the file; nothing if it does not exist. A status or −1 (admin.h). */
int settings_file_read(struct own_settings *settings, const struct admin *admin);

/*
 * Makes all changes, and keeps the other settings. The file is replaced as a whole or not
 * at all, under a lock. A status or −1 (admin.h).
 */
int settings_file_change(const struct own_settings *changes, const struct admin *admin);

#endif
