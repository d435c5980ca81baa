/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks a plan: gives each script its arguments, files and environment, and runs it. */
#ifndef RUNNER_H
#define RUNNER_H

#include "outcome.h"
#include "plan.h"
#include "state.h"
#include "universal_hooks.h"

/* What all scripts of a hook point are told. Everything is the caller's. */
struct run_context {
	enum uh_hook_point hook_point;
	const struct transaction *transaction;
	bool is_known; /* whether transaction says anything (not at Pre-Invoke) */
	const char *command_line; /* or NULL */
	enum result result;       /* of Post-Invoke */
	bool has_failed_before;   /* an earlier hook of the transaction failed */
	bool are_settings_lost;   /* so what On-Failure says is not known */
	const struct state *state;
	bool is_once; /* each script is started once, whoever is killed: record.h */
};

/* RUN_VETOED: a script failed whose On-Failure is abort or abort-after. */
enum run_end { RUN_COMPLETE, RUN_INTERRUPTED, RUN_VETOED };

/*
 * Runs what is planned, one after the other, with an event for each. ret_has_failed is
 * set when any of them failed: a script that was to run and could not counts. Stops after
 * the script that Ctrl-C met, and after one that failed and whose On-Failure is abort.
 * With RUN_VETOED ret_veto is the event for it, which the caller tells last; the plan
 * owns what is in it.
 */
enum run_end runner_run(const struct plan *plan, const struct run_context *run_context,
	uh_listener *listener, void *context, bool *ret_has_failed,
	struct uh_event *ret_veto);

#endif
