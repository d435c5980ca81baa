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

/* Why a setting skips the run, in the same form; NULL if none does. */
char *left_out_by_setting(const struct planned_run *run);

#endif
