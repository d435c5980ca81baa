/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the scripts of a plan, one after the other, and emits an event for each. */
#ifndef RUNNER_H
#define RUNNER_H

#include "environment.h"

/* RUN_VETOED: a script failed whose On-Failure is abort or abort-after. */
enum run_end { RUN_COMPLETE, RUN_INTERRUPTED, RUN_VETOED };

/*
 * Stops after a script that Ctrl-C interrupted, and skips the rest after a script that
 * failed with On-Failure abort. ret_has_failed is set when a script failed, or should
 * have run and could not. With RUN_VETOED, ret_veto is the event for the caller to emit
 * at the end; its strings belong to the plan. ret_vetoers gets the path below the tree of
 * each script that vetoes, for string_list_done(); ret_veto's count is how many there are.
 */
enum run_end runner_run(const struct plan *plan, const struct run_context *run_context,
	uh_listener *listener, void *context, bool *ret_has_failed,
	struct uh_event *ret_veto, struct string_list *ret_vetoers);

#endif
