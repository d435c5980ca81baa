/* SPDX-License-Identifier: BSD-2-Clause */
/* Which scripts run at a hook point, in which order, and why. Executes nothing. */
#ifndef PLAN_H
#define PLAN_H

#include "planned_run.h"

struct plan {
	struct planned_run *runs;
	size_t count;
	size_t capacity;
	struct wildcard_directory *directories; /* own wildcards and names of runs */
	size_t directory_count;
	size_t directory_capacity;
	struct buffer names;           /* what wildcards are matched against */
	struct buffer qualified_names; /* name:architecture, for wildcards with a colon */
	struct versions versions;      /* that the runs ask about */
};

/*
 * Plans, in this order: for each name of the transaction, pkgs/NAME/HOOK-POINT/ and each
 * pkgs/NAME:ARCHITECTURE/HOOK-POINT/; each multi_pkgs/HOOK-POINT/WILDCARD/ that matches a
 * name; HOOK-POINT/. plan is overwritten and refers to transaction; the caller calls
 * plan_done(), also after an error. Returns 0, or −ENOMEM with runs missing.
 */
int plan_make(struct plan *plan, struct hook_tree *tree, enum uh_hook_point hook_point,
	const struct transaction *transaction);
void plan_done(struct plan *plan);

/* False if a plan would be empty for any packages. Only looks for directory entries. */
bool plan_is_possible(const struct hook_tree *tree, enum uh_hook_point hook_point);

/* Whether pkgs/ or multi_pkgs/ has any script for hook_point. */
bool plan_needs_packages(struct hook_tree *tree, enum uh_hook_point hook_point);

/* Whether any script can start, regardless of settings. */
bool plan_has_scripts(const struct plan *plan);

/*
 * Sets the settings of each script, and skips those that Enabled or Operations exclude.
 * The plan refers to settings and transaction. A script gets SCRIPT_CANNOT_START if there
 * is no memory for its settings, and SCRIPT_WITHOUT_SETTINGS if those that its package
 * ships are lost. Applies renames (renames.h).
 */
void plan_apply_settings(struct plan *plan, struct hook_tree *tree,
	const struct settings *settings, const struct transaction *transaction);

/* The same for copies of scripts, which plan_apply_settings() leaves alone. */
void plan_apply_promised_settings(struct plan *plan, struct hook_tree *tree,
	const struct settings *settings, const struct transaction *transaction);
/* Replaces each script whose settings are lost by its copy, if there is one. */
void plan_prefer_copies(struct plan *plan, struct hook_tree *tree);
/* Whether the plan contains copies of scripts. */
bool plan_has_copies(const struct plan *plan);

/*
 * Before plan_apply_settings(): which paths the packages have. paths must outlive the plan.
 * Without it, Paths excludes no package.
 */
void plan_set_paths(struct plan *plan, const struct path_table *paths);

/* Sets SCRIPT_WITHOUT_SETTINGS for each script that could start, if are_settings_lost. */
void plan_withhold(struct plan *plan,
	bool (*are_settings_lost)(const struct script *script, const void *context),
	const void *context);

/*
 * Skips the scripts of Post-Invoke that When excludes, given the outcome of each package;
 * has_run: apt itself reached Post-Invoke.
 */
void plan_apply_when(struct plan *plan, const struct transaction *transaction,
	bool has_run, enum result result);

/* Removes the runs for which is_kept returns false. */
void plan_keep(struct plan *plan,
	bool (*is_kept)(const struct planned_run *run, const void *context),
	const void *context);

/* Whether a script is skipped that runs only for packages. */
bool plan_lacks_packages(const struct plan *plan);

/* Whether anything is left to run. */
bool plan_has_work(const struct plan *plan);
/* The same, or something is unreadable now that may be readable later. */
bool plan_may_have_work(const struct plan *plan);

#endif
