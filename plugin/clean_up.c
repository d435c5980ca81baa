/* SPDX-License-Identifier: BSD-2-Clause */
#include "clean_up.h"
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
	struct session *clean_up, struct session *session, const struct frontend *owner)
{
	if (owner != &session->frontend)
		return;
	clean_up->command_line = session->command_line;
	session->command_line = (struct command_line){.pid = 0};
	if (clean_up->is_known || session->settings_reading != READ)
		return;
	clean_up->settings = session->settings;
	clean_up->settings_reading = READ;
	session->settings = (struct settings){.count = 0};
}

void clean_up_forget(struct session *session)
{
	bool was_due = state_has(&session->state, RECORD_CLEAN_UP);

	record_forget(&session->state);
	if (was_due)
		copies_forget(&session->state, session->root);
}

/*
 * Opens the session of an owner whose apt no longer runs, and reads its record. Call
 * session_done() even after false, which means that the error has been reported.
 */
static bool open_session_of(
	struct session *owners, struct session *session, const struct frontend *owner)
{
	*owners = (struct session){
		.hook_point = UH_POST_INVOKE,
		.root = session->root,
		.listener = session->listener,
		.context = session->context,
		.closed_by = CLOSED_WITHOUT_APT,
	};
	if (session_init(owners) < 0)
		return false;
	session_set_frontend(owners, owner);
	if (owners->state.fd < 0) {
		session_report_state(owners);
		return false;
	}
	session_read_record(owners);
	return true;
}

/*
 * Runs the owner's scripts for a transaction that apt does not close. The caller holds
 * the lock, so nobody else does this, and no script is still running. False if nothing
 * was due.
 */
static bool clean_up_for(struct session *session, const struct frontend *owner)
{
	__attribute__((cleanup(session_done))) struct session clean_up = {
		.clean_up_lock = -1, .state.fd = -1};
	struct state owners = state_of(&session->state, owner);

	if (!record_claim_clean_up(&owners) ||
		!open_session_of(&clean_up, session, owner))
		return false;
	clean_up.clean_up = CLEAN_UP_DUE;
	session_report_record(&clean_up);
	take_over(&clean_up, session, owner);
	/* apt may have been killed while dpkg runs, and dpkg goes on without it. */
	if (dpkg_wait_for_end(clean_up.transaction.status_file))
		clean_up.closed_by = CLOSED_WHILE_DPKG_RAN;
	(void)session_close(&clean_up); /* there is no apt to stop */
	clean_up_forget(&clean_up);
	return true;
}

/* What the guard does when apt has ended. */
static void clean_up_in_guard(void *context, int error)
{
	struct session *session = context;
	owns_fd int lock = -1;

	if (error < 0) {
		session_emit(session, UH_GUARD_NOT_STARTED, .error = error);
		return;
	}
	/* A script of ours may still run without apt; it holds the lock. */
	lock = record_lock_clean_up(&session->state, true);
	if (lock < 0 && lock != -ENOENT)
		session_emit(session, UH_GUARD_NOT_STARTED, .error = lock);
	if (lock >= 0 && !clean_up_for(session, &session->frontend) &&
		state_has(&session->state, RECORD_CLEAN_UP))
		session_emit(session, UH_GUARD_NOT_STARTED, .error = -EAGAIN);
}

static void write_log_of(struct session *session, const struct frontend *owner)
{
	__attribute__((cleanup(session_done))) struct session owners = {
		.clean_up_lock = -1, .state.fd = -1};

	if (open_session_of(&owners, session, owner))
		session_close_log(&owners);
}

/* Logs the scripts of transactions that nobody has closed. */
static void log_earlier(struct session *session)
{
	struct frontend owner;
	size_t skipped = 0;

	while (state_find_abandoned(
		&session->state, &session->frontend, LOG_RUNS, skipped, &owner)) {
		struct state owners = state_of(&session->state, &owner);

		/* If a clean-up is still due, whoever does it writes the log. */
		if (!state_has(&owners, RECORD_CLEAN_UP))
			write_log_of(session, &owner);
		if (state_has(&owners, LOG_RUNS))
			skipped++;
	}
}

void clean_up_earlier(struct session *session)
{
	struct frontend owner;
	size_t skipped = 0;

	if (session->state.fd < 0)
		return;
	while (state_find_abandoned(
		&session->state, &session->frontend, RECORD_CLEAN_UP, skipped, &owner)) {
		struct state owners = state_of(&session->state, &owner);
		/*
		 * If it is locked, a script is still running, and the guard will clean
		 * up.
		 */
		owns_fd int lock = record_lock_clean_up(&owners, false);

		if (lock < 0 || !clean_up_for(session, &owner))
			skipped++;
	}
	log_earlier(session);
	state_sweep(&session->state, &session->frontend, RECORD_CLEAN_UP);
	copies_sweep(&session->state, session->root);
}

/* Whether settings can ask for a clean-up; most do not. */
static bool may_be_wanted(const struct session *session)
{
	return session->settings_reading == UNREADABLE ||
	       settings_mention_when(&session->settings, WHEN_FAILURE) ||
	       settings_mention_when(&session->settings, WHEN_ALWAYS);
}

/* Plans what would run if apt stopped now; false if nothing would. plan_done() frees. */
static bool plan_clean_up(struct session *session, struct plan *plan)
{
	int error;

	memset(plan, 0, sizeof(*plan));
	/* The process that cleans up may be able to read them. */
	if (session->settings_reading == UNREADABLE)
		return session_is_possible(session, UH_POST_INVOKE);
	error = plan_make(plan, &session->tree, UH_POST_INVOKE, &session->transaction);
	plan_apply_settings(
		plan, &session->tree, &session->settings, &session->transaction);
	plan_apply_when(plan, &session->transaction, false, RESULT_ABORTED);
	/* When in doubt, prepare a clean-up, which may find nothing to do. */
	return error < 0 || plan_may_have_work(plan);
}

static bool would_run(const struct planned_run *run)
{
	return run->skip == SKIP_NONE && run->script.fault == SCRIPT_IS_FINE;
}

/* If one cannot be copied, copy the others. */
static void copy_scripts(struct session *session, const struct plan *plan)
{
	bool is_prepared = false;

	for (size_t i = 0; i < plan->count; i++) {
		const struct script *script = &plan->runs[i].script;
		int error = 0;

		if (!would_run(&plan->runs[i]))
			continue;
		if (!is_prepared)
			error = copies_prepare(&session->state, session->root,
				&session->tree.trust, &session->settings);
		is_prepared = error == 0;
		if (error == 0)
			error = copies_add(&session->state, session->root, script);
		if (error < 0)
			session_emit(session, UH_COPY_NOT_MADE, .path = script->path,
				.error = error);
	}
}

/*
 * The guard may outlive this package: load now what it would load for the first wildcard.
 */
static void load_wildcards(struct session *session)
{
	static const char *const directories[] = {"multi_pkgs/Post-Invoke"};
	struct wildcard *wildcard = NULL;

	if (hook_tree_has_any(&session->tree, directories, COUNT_OF(directories)) &&
		wildcard_new(&wildcard, "__WILDCARD__", slice_of("a\n")) == 0)
		wildcard_free(wildcard);
}

/* Without a guard, the next transaction cleans up. */
static void start_guard(struct session *session)
{
	owns_memory char *path = state_path(&session->state, RECORD_CLEAN_UP);
	int error = -ENOMEM;

	load_wildcards(session);
	if (path != NULL)
		error = guard_start(&session->frontend, path, session->clean_up_lock,
			clean_up_in_guard, session);
	if (error < 0)
		session_emit(session, UH_GUARD_NOT_STARTED, .error = error);
}

void clean_up_lock(struct session *session)
{
	if (session->state.fd >= 0)
		session->clean_up_lock = record_lock_clean_up(&session->state, false);
}

/* False if apt is gone. */
static bool promise_clean_up(
	struct session *session, const struct plan *plan, bool has_run)
{
	int error = record_want_clean_up(&session->state);

	if (error < 0)
		session_emit(session, UH_RECORD_NOT_WRITTEN, .path = session->state.path,
			.error = error);
	/* Lock first: if apt ends now, the process that cleans up waits for us. */
	clean_up_lock(session);
	if (!frontend_is_alive(&session->frontend)) {
		/* What was due has been done, and nothing else will become due. */
		if (error > 0 && !has_run)
			record_forget(&session->state);
		return false;
	}
	if (error >= 0)
		copy_scripts(session, plan);
	if (error > 0 && session->frontend.pid != 0)
		start_guard(session);
	return true;
}

bool clean_up_prepare(struct session *session)
{
	struct plan plan;
	bool has_run;
	bool is_prepared = true;

	if (session->state.fd < 0 || !may_be_wanted(session))
		return true;
	has_run = log_writer_has_run(&session->state);
	if (!plan_has_work(&session->plan) && !has_run)
		return true;
	if (plan_clean_up(session, &plan))
		is_prepared = promise_clean_up(session, &plan, has_run);
	plan_done(&plan);
	return is_prepared;
}

void clean_up_now(struct session *session)
{
	session->result = RESULT_ABORTED;
	session_keep_log(session);
	if (session->clean_up_lock < 0 || !clean_up_for(session, &session->frontend))
		session_write_log(session);
	/* If a clean-up is still due, the guard or the next transaction needs the files. */
	if (session->state.fd >= 0 && state_lacks(&session->state, RECORD_CLEAN_UP))
		record_forget(&session->state);
}

/*
 * The guard opened the directory before we failed to do so. A directory that others can
 * write to proves nothing.
 */
static bool is_due_for_others(const struct session *session)
{
	return session->frontend.pid != 0 && session->state_error != -EPERM &&
	       record_is_clean_up_due(session->root, &session->state);
}

bool clean_up_claim(struct session *session)
{
	if (session->state.fd < 0) {
		if (is_due_for_others(session))
			session->clean_up = CLEAN_UP_BY_OTHERS;
		return true;
	}
	if (session->clean_up_lock >= 0 && record_claim_clean_up(&session->state)) {
		session->clean_up = CLEAN_UP_DUE;
		return true;
	}
	/*
	 * The process that cleans up holds the lock, and deletes the record when it is
	 * done.
	 */
	if (session->clean_up_lock != -EWOULDBLOCK && session->record_error != -ENOENT)
		return true;
	return frontend_is_alive(&session->frontend);
}
