/* SPDX-License-Identifier: BSD-2-Clause */
/* The hooks that a person wants disabled or enabled, and how things are with them. */
#ifndef TARGETS_H
#define TARGETS_H

#include "model/hook_list.h"
#include "settings.h"
#include "ui/options.h"

/* How things are, before and after. */
struct tree_status {
	struct hook_list hooks;
	struct settings settings;
	struct string_list disabled; /* in the file of disabled.h */
};

/* One hook; ACTION_SETTING is for disable, ACTION_MASK for both. */
enum action { ACTION_NONE, ACTION_MASK, ACTION_SETTING };
struct target {
	char *hook; /* its path below the tree */
	char *mask; /* where its mask is, or would be */
	enum action action;
};

/* Zero-initialised is empty. */
struct target_list {
	struct target *items;
	size_t count;
	size_t capacity;
};

/*
 * Asks apt, and looks at the tree; state is overwritten. This, and all below that return
 * an int, return −1 to go on, or the status to end with, and that has been said.
 */
int tree_status_read(struct tree_status *state, const struct admin *admin);
void tree_status_done(struct tree_status *state);
#define owns_tree_status __attribute__((cleanup(tree_status_done)))

/*
 * Finds the hooks of words, which end with NULL, each once. Where one of them is none,
 * that is an error; but gone hooks may still stand in our file, and enable takes those.
 */
int targets_find(struct target_list *list, struct tree_status *state,
	const struct admin *admin, char **words, bool is_enable);
void targets_done(struct target_list *list);
#define owns_targets __attribute__((cleanup(targets_done)))

/* Makes the masks of those with ACTION_MASK, all or none. */
int targets_mask(const struct target_list *list, const struct admin *admin);
/* Removes them. */
int targets_unmask(const struct target_list *list, const struct admin *admin);

/* Whether there is a mask for the hook. */
bool tree_status_has_mask(struct tree_status *state, const char *hook);
/* The setting that disables the hook, NULL where none does. The state's. */
const struct setting *tree_status_disabling(
	const struct tree_status *state, const char *hook);
/* "FILE:LINE" of a setting, as far as apt can tell. The caller's, NULL without memory. */
char *setting_place(const struct setting *setting, const struct admin *admin);

/* Writes a line for people, like printf(3), whatever the names in it hold. */
void targets_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A subcommand whose words are hooks: reads its options, and does the work. */
int targets_command(struct admin *admin, const struct usage *usage, int argc, char **argv,
	int (*work)(const struct admin *admin, char **words));

#endif
