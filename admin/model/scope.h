/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What set and unset change: a script, a directory of scripts, or all hooks; and which
 * settings apply there.
 */
#ifndef SCOPE_H
#define SCOPE_H

#include "model/targets.h"

struct scope {
	char *path; /* relative to the tree; "" for all hooks */
};
void scope_done(struct scope *scope);
#define owns_scope __attribute__((cleanup(scope_done)))

/*
 * Finds the script or directory that word names, as hook_list_resolve() does; NULL: all
 * hooks. Also finds a path that only SETTINGS_FILE still names. A status or −1 (admin.h);
 * call scope_done() in any case.
 */
int scope_find(struct scope *scope, struct snapshot *snapshot, const struct admin *admin,
	const char *word);
/* "all hooks", or the path. */
const char *scope_name(const struct scope *scope);

/* The setting of that name, ignoring case; NULL after an error that names the nearest. */
const struct setting_type *setting_type_find(const char *name);

/* The settings, and where they come from. */
struct applied {
	const struct settings *settings;
	const struct origins *origins;
	const struct hook_list *hooks;
};

/* Appends the value of source, or those of its whole list: "\"a\" \"b\"". */
void applied_add_values(
	struct buffer *text, const struct applied *applied, const struct setting *source);
/*
 * For each hook in the scope where a more specific setting of type takes precedence,
 * prints that setting.
 */
void applied_say_exceptions(const struct applied *applied, const struct scope *scope,
	const struct setting_type *type);

#endif
