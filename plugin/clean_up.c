/* SPDX-License-Identifier: BSD-2-Clause */
#include "clean_up.h"
#include "call_close.h"
#include "copies.h"
#include "dpkg.h"
#include "guard.h"
#include "record.h"

#include <errno.h>

/*
 * For our own transaction, reuse what we have parsed: the process may no longer exist.
 * For others, use the record, or else apt's configuration.
 */
static void take_over(
	struct call *clean_up, struct call *call, const struct frontend *owner)
{
	if (owner != &call->frontend)
		return;
	clean_up->command_line = call->command_line;
	call->command_line = (struct command_line){.pid = 0};
	if (clean_up->is_known || call->settings_reading != READ)
		return;
	clean_up->settings = call->settings;
	clean_up->settings_reading = READ;
	call->settings = (struct settings){.count = 0};
}

void clean_up_forget(struct call *call)
{
	bool was_due = state_has(&call->state, RECORD_CLEAN_UP);

	record_forget(&call->state);
	if (was_due)
		copies_forget(&call->state, call->root);
}

/*
 * Opens the call of an owner whose apt no longer runs, and reads its record. Call
 * call_done() even after false, which means that the error has been reported.
 */
static bool open_call_of(
	struct call *owners, struct call *call, const struct frontend *owner)
{
	*owners = (struct call){
		.hook_point = UH_POST_INVOKE,
		.root = call->root,
		.listener = call->listener,
		.context = call->context,
		.closed_by = CLOSED_WITHOUT_APT,
	};
	if (call_init(owners) < 0)
		return false;
	call_set_frontend(owners, owner);
	if (owners->state.fd < 0) {
		call_report_state(owners);
		return false;
	}
	call_read_record(owners);
	return true;
}

/*
 * Runs the owner's scripts for a transaction that apt does not close. The caller holds
 * the lock, so nobody else does this, and no script is still running. False if nothing
 * was due.
 */
static bool clean_up_for(struct call *call, const struct frontend *owner)
{
	__attribute__((cleanup(call_done))) struct call clean_up = {
		.clean_up_lock = -1, .run_lock = -1, .state.fd = -1, .session.fd = -1};
	struct state owners = state_of(&call->state, owner);

	if (!record_claim_clean_up(&owners) || !open_call_of(&clean_up, call, owner))
		return false;
	clean_up.clean_up = CLEAN_UP_DUE;
	call_report_record(&clean_up);
	take_over(&clean_up, call, owner);
	/* apt may have been killed while dpkg runs, and dpkg goes on without it. */
	if (dpkg_wait_for_end(clean_up.transaction.status_file))
		clean_up.closed_by = CLOSED_WHILE_DPKG_RAN;
	(void)call_close(&clean_up); /* there is no apt to stop */
	clean_up_forget(&clean_up);
	return true;
}

void clean_up_after(struct call *call, const struct frontend *frontend)
{
	__attribute__((cleanup(call_done))) struct call runs = {
		.clean_up_lock = -1, .run_lock = -1, .state.fd = -1, .session.fd = -1};
	owns_fd int lock = -1;

	if (!open_call_of(&runs, call, frontend))
		return;
	lock = record_lock_clean_up(&runs.state, true);
	if (lock >= 0)
		(void)clean_up_for(&runs, frontend); /* or nothing is due */
}

/* What the guard does when apt has ended. */
static void clean_up_in_guard(void *context, int error)
{
	struct call *call = context;
	owns_fd int lock = -1;

	if (error < 0) {
		call_emit(call, UH_GUARD_NOT_STARTED, .error = error);
		return;
	}
	/* A script of ours may still run without apt; it holds the lock. */
	lock = record_lock_clean_up(&call->state, true);
	if (lock < 0 && lock != -ENOENT)
		call_emit(call, UH_GUARD_NOT_STARTED, .error = lock);
	if (lock >= 0 && !clean_up_for(call, &call->frontend) &&
		state_has(&call->state, RECORD_CLEAN_UP))
		call_emit(call, UH_GUARD_NOT_STARTED, .error = -EAGAIN);
}

static void write_log_of(struct call *call, const struct frontend *owner)
{
	__attribute__((cleanup(call_done))) struct call owners = {
		.clean_up_lock = -1, .run_lock = -1, .state.fd = -1, .session.fd = -1};

	if (open_call_of(&owners, call, owner))
		call_close_log(&owners);
}

/* Logs the scripts of transactions that nobody has closed. */
static void log_earlier(struct call *call)
{
	struct frontend owner;
	size_t skipped = 0;

	while (state_find_abandoned(
		&call->state, &call->frontend, LOG_RUNS, skipped, &owner)) {
		struct state owners = state_of(&call->state, &owner);

		/* If a clean-up is still due, whoever does it writes the log. */
		if (!state_has(&owners, RECORD_CLEAN_UP))
			write_log_of(call, &owner);
		if (state_has(&owners, LOG_RUNS))
			skipped++;
	}
}

void clean_up_earlier(struct call *call)
{
	struct frontend owner;
	size_t skipped = 0;

	if (call->state.fd < 0)
		return;
	while (state_find_abandoned(
		&call->state, &call->frontend, RECORD_CLEAN_UP, skipped, &owner)) {
		struct state owners = state_of(&call->state, &owner);
		/*
		 * If it is locked, a script is still running, and the guard will clean
		 * up.
		 */
		owns_fd int lock = record_lock_clean_up(&owners, false);

		if (lock < 0 || !clean_up_for(call, &owner) ||
			state_has(&owners, RECORD_CLEAN_UP))
			skipped++;
	}
	log_earlier(call);
	state_sweep(&call->state, &call->frontend, RECORD_CLEAN_UP);
	copies_sweep(&call->state, call->root);
}

/* Whether settings can ask for a clean-up; most do not. */
static bool may_be_wanted(const struct call *call)
{
	return call->settings_reading == UNREADABLE ||
	       settings_mention_when(&call->settings, WHEN_FAILURE) ||
	       settings_mention_when(&call->settings, WHEN_ALWAYS);
}

/* Plans what would run if apt stopped now; false if nothing would. plan_done() frees. */
static bool plan_clean_up(struct call *call, struct plan *plan)
{
	int error;

	memset(plan, 0, sizeof(*plan));
	/* The process that cleans up may be able to read them. */
	if (call->settings_reading == UNREADABLE)
		return call_is_possible(call, UH_POST_INVOKE);
	error = plan_make(plan, &call->tree, UH_POST_INVOKE, &call->transaction);
	plan_apply_settings(plan, &call->tree, &call->settings, &call->transaction);
	plan_apply_when(plan, &call->transaction, false, RESULT_ABORTED);
	/* When in doubt, prepare a clean-up, which may find nothing to do. */
	return error < 0 || plan_may_have_work(plan);
}

void clean_up_load_wildcards(struct call *call)
{
	static const char *const directories[] = {
		"multi_pkgs/Post-Invoke", "multi_pkgs/Session-End"};
	struct wildcard *wildcard = NULL;

	if (hook_tree_has_any(&call->tree, directories, COUNT_OF(directories)) &&
		wildcard_new(&wildcard, "__WILDCARD__", slice_of("a\n")) == 0)
		wildcard_free(wildcard);
}

/* Without a guard, the next transaction cleans up. */
static void start_guard(struct call *call)
{
	owns_memory char *path = state_path(&call->state, RECORD_CLEAN_UP);
	const int locks[GUARD_LOCKS] = {call->clean_up_lock, call->run_lock};
	int error = -ENOMEM;

	clean_up_load_wildcards(call);
	if (path != NULL)
		error = guard_start(
			&call->frontend, path, locks, clean_up_in_guard, call);
	if (error < 0)
		call_emit(call, UH_GUARD_NOT_STARTED, .error = error);
}

void clean_up_lock(struct call *call)
{
	if (call->state.fd >= 0)
		call->clean_up_lock = record_lock_clean_up(&call->state, false);
}

/* False if apt is gone. */
static bool promise_clean_up(struct call *call, const struct plan *plan, bool has_run)
{
	bool is_wanted = state_has(&call->state, RECORD_CLEAN_UP);
	int error = 0;

	/*
	 * While apt lives, nobody unlinks the mark. Without a mark, and with apt gone, a
	 * clean-up may have been done already.
	 */
	if (!is_wanted && !frontend_is_alive(&call->frontend))
		return false;
	if (!is_wanted)
		error = record_want_clean_up(&call->state);
	if (error < 0)
		call_emit(call, UH_RECORD_NOT_WRITTEN, .path = call->state.path,
			.error = error);
	/* Lock first: if apt ends now, the process that cleans up waits for us. */
	clean_up_lock(call);
	if (!frontend_is_alive(&call->frontend)) {
		/* What was due has been done, and nothing else will become due. */
		if (error > 0 && !has_run)
			record_forget(&call->state);
		return false;
	}
	if (error >= 0)
		call_copy_scripts(call, &call->state, plan);
	if (error > 0 && call->frontend.pid != 0)
		start_guard(call);
	return true;
}

bool clean_up_prepare(struct call *call)
{
	struct plan plan;
	bool has_run;
	bool is_prepared = true;

	if (call->state.fd < 0 || !may_be_wanted(call))
		return true;
	has_run = log_writer_has_run(&call->state);
	if (!plan_has_work(&call->plan) && !has_run)
		return true;
	if (plan_clean_up(call, &plan))
		is_prepared = promise_clean_up(call, &plan, has_run);
	plan_done(&plan);
	return is_prepared;
}

void clean_up_now(struct call *call)
{
	call->result = RESULT_ABORTED;
	call_keep_log(call);
	if (call->clean_up_lock < 0 || !clean_up_for(call, &call->frontend))
		call_write_log(call);
	/* If a clean-up is still due, the guard or the next transaction needs the files. */
	if (call->state.fd >= 0 && state_lacks(&call->state, RECORD_CLEAN_UP))
		record_forget(&call->state);
}

/*
 * The guard opened the directory before we failed to do so. A directory that others can
 * write to proves nothing.
 */
static bool is_due_for_others(const struct call *call)
{
	return call->frontend.pid != 0 && call->state_error != -EPERM &&
	       record_is_clean_up_due(call->root, &call->state);
}

bool clean_up_claim(struct call *call)
{
	if (call->state.fd < 0) {
		if (is_due_for_others(call))
			call->clean_up = CLEAN_UP_BY_OTHERS;
		return true;
	}
	if (call->clean_up_lock >= 0 && record_claim_clean_up(&call->state)) {
		call->clean_up = CLEAN_UP_DUE;
		return true;
	}
	/* After apt has gone, another process cleans up, or has done so. */
	return frontend_is_alive(&call->frontend);
}
