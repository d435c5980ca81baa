/* SPDX-License-Identifier: BSD-2-Clause */
/* The hooks that disable and enable are to change, and what apt and the tree say now. */
#ifndef TARGETS_H
#define TARGETS_H

#include "model/hook_list.h"
#include "model/settings_file.h"
#include "origins.h"
#include "settings.h"
#include "ui/options.h"

/* The hooks and settings, before or after a change. */
struct snapshot {
	struct hook_list hooks;
	struct settings settings;
	struct own_settings own; /* in SETTINGS_FILE; only before a change */
	struct origins origins;  /* only after a change */
};

/* What is to be done; enable uses ACTION_MASK only. */
enum action { ACTION_NONE, ACTION_MASK, ACTION_SETTING };
struct target {
	char *hook; /* its path relative to the tree */
	char *mask; /* the path of its mask, which may not exist */
	enum action action;
};

/* Empty when zero-initialised. */
struct target_list {
	struct target *items;
	size_t count;
	size_t capacity;
};

/*
 * Reads the tree and asks apt; snapshot is overwritten. Each int here and below is a
 * status or −1 (admin.h).
 */
int snapshot_take(struct snapshot *snapshot, const struct admin *admin);
/* The same with origins, to say what applies after a change, and where it is set. */
int snapshot_take_after(struct snapshot *snapshot, const struct admin *admin);
void snapshot_done(struct snapshot *snapshot);
#define owns_snapshot __attribute__((cleanup(snapshot_done)))

/*
 * Adds the hooks that words name, each once; words end with NULL. Any other word is an
 * error, but enable accepts a hook that only SETTINGS_FILE still names.
 */
int targets_find(struct target_list *list, struct snapshot *snapshot,
	const struct admin *admin, char **words, bool is_enable);
void targets_done(struct target_list *list);
#define owns_targets __attribute__((cleanup(targets_done)))

/* Makes the masks of all targets with ACTION_MASK, or none of them. */
int targets_mask(const struct target_list *list, const struct admin *admin);
/* Removes all of them, or none, so that targets_mask() can undo it. */
int targets_unmask(const struct target_list *list, const struct admin *admin);
/*
 * At the end: removes the empty directories that disable made for these masks, which may be
 * at former paths of the hooks.
 */
void targets_remove_parents(const struct target_list *list, const struct admin *admin);

/* Whether the hook is masked. */
bool snapshot_has_mask(struct snapshot *snapshot, const char *hook);
/* The setting that disables the hook, or NULL; snapshot owns it. */
const struct setting *snapshot_disabling(
	const struct snapshot *snapshot, const char *hook);
/* Whether SETTINGS_FILE disables the hook by its own path. */
bool snapshot_disables(const struct snapshot *snapshot, const char *hook);
/*
 * Whether apt.conf can have settings for path alone, also beside those that it has: a
 * status, after reporting why not, or −1.
 */
int snapshot_check_name(const struct snapshot *snapshot, const char *path);
/* The same error for two paths that differ only in case. */
bool is_twin(const char *a, const char *b);
int report_twin(const char *path, const char *twin);

/* "FILE:LINE" of a setting, as far as apt knows it, for the caller to free. */
char *setting_place(const struct setting *setting, const struct origins *origins);

/* Prints a line like printf(3), with control characters in names escaped. */
void targets_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reads the options of a subcommand whose words are hooks, and calls work. */
int targets_command(struct admin *admin, const struct usage *usage, int argc, char **argv,
	int (*work)(const struct admin *admin, char **words));

#endif
