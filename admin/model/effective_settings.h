/* SPDX-License-Identifier: BSD-2-Clause */
/* The settings that apply to one script, as text and as JSON. */
#ifndef EFFECTIVE_SETTINGS_H
#define EFFECTIVE_SETTINGS_H

#include "admin.h"
#include "settings.h"
#include "system/apt.h"
#include "ui/json.h"

/*
 * Reads the scope Universal-Hooks:: of apt's current configuration below the admin's
 * root, and what packages ship; reports which of their files are unusable. If origins is
 * not NULL, it is overwritten with those of the settings. A status or −1 (admin.h);
 * settings_done() and origins_done() in any case.
 */
int settings_ask(
	struct settings *settings, struct origins *origins, const struct admin *admin);

/* Appends the names of the operations, "install upgrade". */
void operations_add(struct buffer *text, unsigned operations);

/* Appends the value of one: "abort", "5", "install upgrade"; nothing for none. */
void setting_value_add(struct buffer *text, const struct setting_type *type,
	const struct script_settings *settings);

/* Appends the settings that differ from the default: "Timeout 5, User nobody". */
void effective_settings_add(struct buffer *text, const struct script_settings *settings);

/* All settings by their names in apt.conf. The caller owns the object. */
json_t *effective_settings_to_json(const struct script_settings *settings);

/* The settings of the script at path, and where they come from. */
struct setting_sources {
	const struct settings *settings;
	const struct origins *origins;
	const char *path;
};

/* Where type is set, 0: no line; false for the default, or if that is not known. */
bool setting_sources_find(const struct setting_sources *sources,
	const struct setting_type *type, const char **ret_file, unsigned long *ret_line);
/* Appends the files of those settings: "FILE (User, Timeout), FILE (When)". */
void setting_sources_add(struct buffer *text, const struct setting_sources *sources,
	const struct script_settings *script);
/* {"User": {"file": …, "line": …}} for what is set. The caller owns the object. */
json_t *setting_sources_to_json(const struct setting_sources *sources);

#endif
