/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What set and unset change: one setting of a script, of a directory of scripts, or of all
 * hooks; and what applies there.
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
 * hooks. A path that only SETTINGS_FILE still names counts as well. A status or −1
 * (admin.h); for scope_done() in any case.
 */
int scope_find(struct scope *scope, struct snapshot *snapshot, const struct admin *admin,
	const char *word);
/* "all hooks", or the path. */
const char *scope_name(const struct scope *scope);

/* The setting of that name, ignoring case; NULL after an error that names the nearest. */
const struct setting_type *setting_type_find(const char *name);

/* What applies to a scope: settings and where they come from. */
struct applied {
	const struct settings *settings;
	const struct origins *origins;
	const struct hook_list *hooks;
};

/* Appends the values that source, and other items of its list, have: "\"a\" \"b\"". */
void applied_add_values(
	struct buffer *text, const struct applied *applied, const struct setting *source);
/*
 * Prints, for each hook within the scope that has another value of type because of a
 * nearer setting, which that is.
 */
void applied_say_exceptions(const struct applied *applied, const struct scope *scope,
	const struct setting_type *type);

#endif
