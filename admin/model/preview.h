/* SPDX-License-Identifier: BSD-2-Clause */
/* What a transaction would set off: the plans that apt's helper would make and run. */
#ifndef PREVIEW_H
#define PREVIEW_H

#include "admin.h"
#include "outcome.h"
#include "plan.h"

#define HOOK_POINT_COUNT (UH_POST_INVOKE + 1)

/* What a preview is made of. */
struct preview_request {
	struct slice stream; /* apt's info stream */
	const char *const
		*words;     /* apt's arguments, NULL behind them; or NULL for none */
	enum result result; /* how the transaction is to end, RESULT_OK as a rule */
	bool is_certain; /* that hooks are called; apt calls none when nothing is to do */
};

struct preview {
	struct hook_tree tree;
	struct transaction transaction;
	struct transaction nothing; /* what is known of it at Pre-Invoke */
	struct settings settings;
	struct plan plans[HOOK_POINT_COUNT];
	bool is_switched_off; /* by the environment, or -o Universal-Hooks::Enabled=false */
};

/*
 * Fills preview with what the helper would do below the admin's root. Nothing is written
 * anywhere. Returns −1 to go on, or the status to end with, and that has been said;
 * preview_done() in both cases.
 */
int preview_make(struct preview *preview, const struct admin *admin,
	const struct preview_request *request);
void preview_done(struct preview *preview);

/*
 * The package of Requires for lack of which a run would be left out, NULL when there is
 * none: as dpkg has it now, and for Post-Invoke, as the transaction will leave it. The
 * preview's.
 */
const char *preview_lacks(const struct preview *preview, enum uh_hook_point hook_point,
	const struct planned_run *run);

/* Whether the run would be executed. lacks is what preview_lacks() said. */
bool preview_is_run(const struct planned_run *run, const char *lacks);

/* "package", "wildcard", "always". */
const char *reason_name(enum reason reason);

/* Why a script with this fault is not run, in a few words. The caller's, or NULL. */
char *fault_text(const struct script *script);

#endif
