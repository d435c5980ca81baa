/* SPDX-License-Identifier: BSD-2-Clause */
#include "call_close.h"
#include "call_settings.h"
#include "copies.h"
#include "path_search.h"
#include "record.h"

#include <unistd.h>

static bool is_not_for_clean_up(const struct planned_run *run, const void *context)
{
	enum when when = run->settings.when;

	(void)context;
	return when != WHEN_FAILURE && when != WHEN_ALWAYS;
}

void call_drop_clean_up(struct call *call)
{
	size_t count = call->plan.count;

	if (call->clean_up != CLEAN_UP_BY_OTHERS)
		return;
	plan_keep(&call->plan, is_not_for_clean_up, NULL);
	if (call->plan.count < count)
		call_emit(call, UH_CLEAN_UP_LATER);
}

static bool is_not_started(const struct planned_run *run, const void *context)
{
	const struct call *call = context;
	owns_memory char *id = NULL;
	owns_memory char *path = NULL;

	if (run->script.relative == NULL)
		return true;
	id = planned_run_id(run);
	if (id != NULL)
		path = record_started_path(&call->state, id);
	return path == NULL || access(path, F_OK) < 0;
}

/* By a script, or for the log. dpkg-query is slow, since it reads the whole database. */
static bool is_result_wanted(const struct call *call)
{
	return plan_has_work(&call->plan) ||
	       (call->state.fd >= 0 && state_has(&call->state, LOG_RUNS));
}

static void find_outcome(struct call *call)
{
	struct uh_ending ending = {UH_EXITED, 0};
	int error = 0;

	if (call->closed_by == CLOSED_AT_SESSION_END) {
		plan_apply_when(&call->plan, &call->transaction, call->dpkg_runs > 0,
			call->result);
		return;
	}
	if (call->is_known && !call->is_settled &&
		call->closed_by != CLOSED_WHILE_DPKG_RAN && is_result_wanted(call))
		error = outcome_settle(&call->transaction, &call->result, &ending);
	/* apt did not get here, but dpkg may have finished before. */
	if (call->closed_by != CLOSED_BY_APT && call->result != RESULT_OK)
		call->result = RESULT_ABORTED;
	call->log.is_not_reached =
		call->closed_by != CLOSED_BY_APT && call->result == RESULT_OK;
	call_emit_database(call, error, ending);
	plan_apply_when(&call->plan, &call->transaction, call->closed_by == CLOSED_BY_APT,
		call->result);
}

void call_close_log(struct call *call)
{
	find_outcome(call);
	call_write_log(call);
}

/* If dpkg has deleted a script, its settings may be gone, too: use the old ones. */
static const struct settings *find_promised_settings(struct call *call)
{
	if (call->clean_up != CLEAN_UP_DUE ||
		copies_read_settings(&call->state, &call->promised_settings) < 0)
		return &call->settings;
	return &call->promised_settings;
}

static void apply_promised_settings(struct call *call, const struct settings *promised)
{
	plan_prefer_copies(&call->plan, &call->tree);
	if (plan_has_copies(&call->plan))
		plan_apply_promised_settings(
			&call->plan, &call->tree, promised, &call->transaction);
}

static void find_closing_paths(struct call *call, const struct settings *promised)
{
	const struct path_search search = {.tree = &call->tree,
		.settings = &call->settings,
		.promised = promised,
		.transaction = &call->transaction,
		.hook_points = 1U << call->hook_point,
		.listener = call_on_event,
		.context = call};

	path_table_done(&call->paths);
	call_report_search(call, path_search_after(&search, &call->paths));
}

/* All scripts of Post-Invoke; with a clean-up due, also those that dpkg has deleted. */
static void plan_close(struct call *call)
{
	const struct settings *promised;

	if (call->clean_up == CLEAN_UP_DUE &&
		copies_add_to(&call->tree, &call->state, call->root) < 0)
		call_emit(call, UH_OUT_OF_MEMORY);
	call_plan(call);
	if (plan_has_scripts(&call->plan))
		call_read_settings(call);
	promised = find_promised_settings(call);
	find_closing_paths(call, promised);
	call_apply_settings(call);
	apply_promised_settings(call, promised);
}

enum uh_verdict call_close(struct call *call)
{
	struct uh_event veto;
	enum run_end end = RUN_COMPLETE;

	plan_close(call);
	if (!call->is_known && plan_lacks_packages(&call->plan))
		call_report_missing_record(call);
	if (call->clean_up == CLEAN_UP_DUE)
		plan_keep(&call->plan, is_not_started, call);
	call_drop_clean_up(call);
	find_outcome(call);
	call_catch_up_log(call);
	if (call->closed_by != CLOSED_BY_APT &&
		call->closed_by != CLOSED_AT_SESSION_END && call->result != RESULT_OK &&
		plan_has_work(&call->plan))
		call_emit(call, UH_CLEAN_UP);
	if (call->plan.count > 0)
		end = call_run(call, &veto);
	call_write_log(call);
	/* After a clean-up there is no apt to stop; each failure has been reported. */
	if (end != RUN_VETOED || call->closed_by != CLOSED_BY_APT)
		return UH_GO_ON;
	call_emit_veto(call, &veto);
	return UH_STOP;
}
