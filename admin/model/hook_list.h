/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every hook of both trees, whatever the transaction: also those that are overridden or
 * masked. The engine's hook_tree says what counts; this list says what there is.
 */
#ifndef HOOK_LIST_H
#define HOOK_LIST_H

#include "admin.h"
#include "hook_tree.h"
#include "plan.h"

/* How a hook stands towards the file of the same name in the other place. */
enum hook_status {
	HOOK_EFFECTIVE,
	HOOK_OVERRIDDEN, /* of a package; the administrator has one of that name */
	HOOK_MASKED,     /* of a package; the administrator has masked it */
	HOOK_IS_MASK     /* itself a symlink to /dev/null */
};

struct hook {
	struct script script; /* of a mask only its path */
	size_t place;         /* PLACE_OF_… */
	enum uh_hook_point hook_point;
	enum reason reason;
	char *match; /* the package, NAME or NAME:ARCH, or the wildcard; or NULL */
	enum hook_status status;
	char *by; /* the path that overrides or masks it, or NULL */
};

struct hook_list {
	struct hook_tree tree;
	struct hook *items; /* by hook point, in the order in which they run */
	size_t count;
	size_t capacity;
	struct script_list faults; /* directories that could not be read, each once */
};

/*
 * Counts all hooks below the admin's root. Trust is judged as for root, whoever asks.
 * 0 or −ENOMEM; hook_list_done() in both cases.
 */
int hook_list_read(struct hook_list *hooks, const struct admin *admin);
void hook_list_done(struct hook_list *hooks);

/*
 * Whether a person who says path means the script: by its full path (with or without the
 * admin's root), or by its path below the hook tree.
 */
bool script_is_named(
	const struct script *script, const struct admin *admin, const char *path);

/*
 * The hook of that name; the one that counts goes before others. NULL when there is none.
 */
const struct hook *hook_list_find(
	const struct hook_list *hooks, const struct admin *admin, const char *path);

/*
 * Says that there is no hook of this name, with the nearest name that there is. Returns
 * STATUS_TROUBLE.
 */
int hook_list_report_missing(const struct hook_list *hooks, const char *path);

/*
 * Warns of each directory that could not be read, where there may be hooks that nobody
 * counted.
 */
void hook_list_warn_unreadable(const struct hook_list *hooks);

#endif
