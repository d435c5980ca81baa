/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which scripts run at a hook point, in which order, and why. Executes nothing, so it can
 * be shown as well as run.
 */
#ifndef PLAN_H
#define PLAN_H

#include "hook_tree.h"
#include "settings.h"
#include "transaction.h"
#include "wildcard.h"

enum reason { REASON_PACKAGE, REASON_WILDCARD, REASON_ALWAYS };

/* Why a script that was chosen does not run: which setting says so. */
enum skip { SKIP_NOT, SKIP_ENABLED, SKIP_OPERATIONS, SKIP_WHEN };

struct planned_run {
	struct script script;
	struct script_settings settings; /* the defaults until plan_apply_settings() */
	enum skip skip;
	enum reason reason;
	const struct package *package;   /* of REASON_PACKAGE; the transaction's */
	const struct wildcard *wildcard; /* of REASON_WILDCARD; the plan's */
	const char *directory; /* of REASON_WILDCARD: its directory's name; the plan's */
};

struct plan {
	struct planned_run *runs;
	size_t count;
	size_t capacity;
	struct wildcard_directory
		*directories; /* the runs' wildcards and directory names are theirs */
	size_t directory_count;
	size_t directory_capacity;
	struct buffer names; /* of the transaction, what wildcards are held against */
	struct buffer
		qualified_names; /* as name:architecture, for directories with a colon */
};

/*
 * Fills plan, which is overwritten and must be given to plan_done(), also after an error:
 * pkgs/<name>/<hook point>/ for each name ascending (then its
 * pkgs/<name>:<architecture>/), multi_pkgs/<hook point>/<wildcard>/ for each directory
 * ascending that matches at least one name, <hook point>/ at last. transaction lives as
 * long as the plan. Returns 0 or −ENOMEM; what there was memory for is in the plan.
 */
int plan_make(struct plan *plan, struct hook_tree *tree, enum uh_hook_point hook_point,
	const struct transaction *transaction);
void plan_done(struct plan *plan);

/* False when no plan for hook_point could hold anything, whatever the packages. Cheap. */
bool plan_is_possible(const struct hook_tree *tree, enum uh_hook_point hook_point);

/* Whether any script stands where only the transaction's packages can reach it. */
bool plan_needs_packages(struct hook_tree *tree, enum uh_hook_point hook_point);

/* Whether there is a script to run, whatever the settings. */
bool plan_has_scripts(const struct plan *plan);

/*
 * Sets what holds for each script, and skips those that Enabled or Operations exclude.
 * settings and transaction live as long as the plan. A script for which that could not be
 * found out, without memory, becomes one that cannot start.
 */
void plan_apply_settings(struct plan *plan, const struct settings *settings,
	const struct transaction *transaction);

/*
 * Skips the scripts of Post-Invoke whose When is not the case: whether apt got there, and
 * whether all went well, or badly (both false where nobody knows).
 */
struct ending {
	bool has_run;
	bool is_success;
	bool is_failure;
};
void plan_apply_when(struct plan *plan, const struct ending *ending);

/* Takes out of the plan what is_kept says no to. */
void plan_keep(struct plan *plan,
	bool (*is_kept)(const struct planned_run *run, const void *context),
	const void *context);

/* Whether anything is left to run. */
bool plan_has_work(const struct plan *plan);
/* The same, or something could not be looked at now, and can perhaps later. */
bool plan_may_have_work(const struct plan *plan);

/*
 * Appends the names that run's wildcard matched and its Operations let through, a line
 * each, ascending, without architecture. 0, −ENOMEM or −EIO.
 */
int plan_matched_names(const struct planned_run *run,
	const struct transaction *transaction, struct buffer *matched);

/* "Enabled" and so on, NULL for SKIP_NOT. */
const char *skip_name(enum skip skip);

#endif
