/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a transaction would run: the plans that apt's helper would make, and how plan, why
 * and run --dry-run show them.
 */
#ifndef PLAN_VIEW_H
#define PLAN_VIEW_H

#include "model/hook_list.h"
#include "outcome.h"
#include "requirement.h"
#include "ui/json.h"
#include "ui/terminal.h"

struct plan_view_request {
	struct slice stream; /* apt's info stream */
	const char *const
		*words;     /* apt's arguments, ending with NULL; or NULL for none */
	enum result result; /* how the transaction is assumed to end */
	const struct draft *draft; /* the only script, or NULL */
	bool is_certain; /* plan even if apt has nothing to do, and would call no hook */
};

struct plan_view {
	struct hook_tree tree;
	struct transaction transaction;
	struct transaction empty_transaction; /* Pre-Invoke knows no packages */
	struct settings settings;
	struct path_table paths; /* old and new ones, at each hook point */
	struct plan plans[UH_HOOK_POINT_COUNT];
	/* Not asked for if no script has Requires. */
	struct installed installed_before, installed_after;
	bool is_switched_off; /* by the environment, or -o Universal-Hooks::Enabled=false */
};

/*
 * Fills view with what the helper would do below the admin's root, without writing
 * anything. A status or −1 (admin.h); plan_view_done() in any case.
 */
int plan_view_make(struct plan_view *view, const struct admin *admin,
	const struct plan_view_request *request);
void plan_view_done(struct plan_view *view);
#define owns_plan_view __attribute__((cleanup(plan_view_done)))

/*
 * The first dependency of Requires that would not be satisfied, for the caller to free; or
 * NULL. Considers the packages installed now and, after dpkg, the changes of the
 * transaction.
 */
char *plan_view_lacks(const struct plan_view *view, enum uh_hook_point hook_point,
	const struct planned_run *run);

bool plan_view_would_run(const struct plan_view *view, enum uh_hook_point hook_point,
	const struct planned_run *run);

/* Which setting skips the run, for the caller to free; NULL if none does. */
char *plan_view_skip_text(const struct planned_run *run);

/* Writes which scripts would run at each hook point, which would not, and why. */
void plan_view_write(const struct terminal *terminal, const struct plan_view *view);
void plan_view_write_point(const struct terminal *terminal, const struct plan_view *view,
	enum uh_hook_point hook_point);
/*
 * The same without the hooks of every transaction, which are only counted, and without
 * hook points of which nothing is left. packages names those of the transaction.
 */
void plan_view_write_own(const struct terminal *terminal, const struct plan_view *view,
	const char *packages);
/* The same as JSON, described in apt-universal-hooks(8); the caller owns it. */
json_t *plan_view_to_json(const struct plan_view *view);
/* The transaction's packages as JSON; the caller owns it. */
json_t *transaction_to_json(const struct transaction *transaction);

#endif
