/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every hook in both places of the tree, also the overridden and masked ones. hook_tree.h
 * decides which are effective; this list shows what is there.
 */
#ifndef HOOK_LIST_H
#define HOOK_LIST_H

#include "admin.h"
#include "hook_tree.h"
#include "plan.h"
#include "settings.h"

/* How a hook relates to the file of the same name in the other place. */
enum hook_status {
	HOOK_EFFECTIVE,
	HOOK_OVERRIDDEN, /* a package's; the administrator has a hook of the same name */
	HOOK_MASKED,     /* a package's; the administrator has masked it */
	HOOK_IS_MASK     /* itself a symlink to /dev/null */
};

struct hook {
	struct script script; /* of a mask: path and relative only */
	size_t place;         /* PLACE_OF_… */
	enum uh_hook_point hook_point;
	enum reason reason;
	char *match; /* the package, NAME or NAME:ARCH, or the wildcard; or NULL */
	enum hook_status status;
	char *overridden_by; /* the path that overrides or masks it, or NULL */
};

struct hook_list {
	struct hook_tree tree;
	struct hook *items; /* by hook point, in the order in which they run */
	size_t count;
	size_t capacity;
	struct script_list faults; /* unreadable directories, each once */
};

/*
 * Lists the hooks below the admin's root. Judges trust as root would, whoever runs this.
 * hooks is overwritten; hook_list_done() frees what it holds.
 */
void hook_list_read(struct hook_list *hooks, const struct admin *admin);
/* Also what the administrator has at former paths of hooks (renames.h). */
void hook_list_apply_renames(struct hook_list *hooks, const struct settings *settings);
void hook_list_done(struct hook_list *hooks);
#define owns_hook_list __attribute__((cleanup(hook_list_done)))

/*
 * The part of path that is relative to the hook tree: path may be that already, or full,
 * with the admin's root in front or without it.
 */
const char *path_in_tree(
	const struct hook_tree *tree, const struct admin *admin, const char *path);

/* The hook at path, the effective one if there are several, or NULL. */
const struct hook *hook_list_find(
	const struct hook_list *hooks, const struct admin *admin, const char *path);

/*
 * The hook that word names: by a path as above, or by the end of its path ("210-apt",
 * "Post-Invoke/210-apt") if no other hook has it. A status or −1 (admin.h): if there is
 * none, the error names the nearest, and if there are several, their paths.
 */
int hook_list_resolve(const struct hook_list *hooks, const struct admin *admin,
	const char *word, const struct hook **ret_hook);
/* Adds the paths of all hooks, relative to the tree, for script_name.h. */
void hook_list_add_paths(const struct hook_list *hooks, struct string_list *paths);

/* Warns of each unreadable directory: hooks in it are missing from the list. */
void hook_list_warn_unreadable(const struct hook_list *hooks);

/* "package", "wildcard", "always". */
const char *reason_name(enum reason reason);
/* Who could change an unsafe path. The caller frees it. */
char *unsafe_text(const struct unsafe_path *unsafe);
/* Why a script with a fault does not run, for the caller to free; NULL without one. */
char *fault_text(const struct script *script);
/* The same for what variable_check() has found wrong with a variable. */
char *variable_fault_text(
	const char *variable, int error, const struct unsafe_path *unsafe);

/* How many hooks there are at one hook point, by kind. */
struct hook_counts {
	/* Each effective hook is one of these. */
	size_t always;
	size_t by_package;
	size_t by_wildcard;
	/* Effective hooks that do not run. */
	size_t disabled;
	size_t faulty; /* not counted as disabled */
	/* Packages' hooks that are not effective. */
	size_t masked;
	size_t overridden;
};

/* Overwrites counts. */
void hook_counts_take(struct hook_counts *counts, const struct hook_list *hooks,
	const struct settings *settings, enum uh_hook_point hook_point);
/* How many hooks are effective. */
size_t hook_counts_hooks(const struct hook_counts *counts);
/* How many of them can run. */
size_t hook_counts_runnable(const struct hook_counts *counts);
/* Appends "2 hooks (1 by package, 1 always), 1 disabled". */
void hook_counts_add(struct buffer *text, const struct hook_counts *counts);

#endif
