/* SPDX-License-Identifier: BSD-2-Clause */
/* Why the subcommand run does not run a hook, and what would make it run. */
#ifndef LEFT_OUT_H
#define LEFT_OUT_H

#include "model/hook_list.h"
#include "model/plan_view.h"

/*
 * Why a hook does not run in the transaction, "…; add --package nginx". NULL if it should
 * have. Needs hook_list_apply_renames(). The caller frees it.
 */
char *left_out_of_plan(const struct hook *hook, enum uh_hook_point hook_point);

/*
 * Why a setting skips the run, in the same form; NULL if none does. place is where the
 * hook is disabled, if enable cannot undo that, or NULL.
 */
char *left_out_by_setting(const struct planned_run *run, const char *place);

/* The error for a hook in place of its hook point, as a status; −1 if word is no hook. */
int report_hook_for_point(
	const struct hook_list *hooks, const struct admin *admin, const char *word);

#endif
