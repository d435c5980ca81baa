/* SPDX-License-Identifier: BSD-2-Clause */
#include "clean_up.h"
#include "dpkg.h"
#include "guard.h"
#include "record.h"

#include <errno.h>

/*
 * What the session of owner itself has read, with the options of a process that may be
 * gone by now. Of others there is the record, or what apt's configuration says.
 */
static void take_over(
	struct session *clean_up, struct session *session, const struct frontend *owner)
{
	if (owner != &session->frontend)
		return;
	clean_up->command_line = session->command_line;
	session->command_line = (struct command_line){.pid = 0};
	if (clean_up->is_known || !session->has_settings || session->are_settings_lost)
		return;
	clean_up->settings = session->settings;
	clean_up->has_settings = true;
	session->settings = (struct settings){.count = 0};
}

/*
 * Runs for owner what wants to know that dpkg did not run, or not to its end. The lock is
 * held, so nobody else does, and no script of ours runs any more. False when there was
 * nothing due.
 */
static bool clean_up_for(
	struct session *session, const struct frontend *owner, clean_up_close *close)
{
	__attribute__((cleanup(session_done))) struct session clean_up = {
		.hook_point = UH_POST_INVOKE,
		.root = session->root,
		.listener = session->listener,
		.context = session->context,
		.is_clean_up = true,
		.is_once = true,
	};

	if (!record_claim_clean_up(&session->state, owner) || session_init(&clean_up) < 0)
		return false;
	session_set_frontend(&clean_up, owner);
	if (clean_up.state.fd < 0) {
		session_explain_state(&clean_up);
		return false;
	}
	session_read_record(&clean_up);
	take_over(&clean_up, session, owner);
	/* apt may have been killed while dpkg runs, which goes on without it. */
	clean_up.is_cut_off = dpkg_wait_for_end(clean_up.transaction.status_file);
	(void)close(&clean_up); /* there is nobody left to stop */
	record_forget(&clean_up.state, owner);
	return true;
}

/* The guard's task. */
struct task {
	struct session *session;
	clean_up_close *close;
};

static void emit_guard(struct session *session, int error)
{
	session_emit(
		session, (struct uh_event){.kind = UH_GUARD_NOT_STARTED, .error = error});
}

static void do_task(void *context, int error)
{
	const struct task *task = context;
	struct session *session = task->session;
	owns_fd int lock = -1;

	if (error < 0) {
		emit_guard(session, error);
		return;
	}
	/* apt may be gone while a script of ours still runs: it holds the lock. */
	lock = record_lock_clean_up(&session->state, &session->frontend, true);
	if (lock < 0 && lock != -ENOENT)
		emit_guard(session, lock);
	if (lock >= 0 && !clean_up_for(session, &session->frontend, task->close) &&
		state_dir_has(&session->state, session->key, RECORD_CLEAN_UP))
		emit_guard(session, -EAGAIN);
}

/* What ran in a transaction that nobody closed still goes into the log. */
static void log_earlier(struct session *session)
{
	struct log_writer nothing = {.lines = {.data = NULL}};
	struct frontend owner;
	char key[FRONTEND_KEY_SIZE];
	size_t blocked = 0;

	while (state_dir_find_left(
		&session->state, &session->frontend, LOG_RUNS, blocked, &owner)) {
		frontend_key(&owner, key);
		/* The guard of a transaction that still has one to come writes it. */
		if (!state_dir_has(&session->state, key, RECORD_CLEAN_UP))
			(void)log_writer_write(&nothing, &session->state, key,
				session->root, NULL,
				result_name(RESULT_ABORTED)); /* no second try */
		if (state_dir_has(&session->state, key, LOG_RUNS))
			blocked++;
	}
}

void clean_up_earlier(struct session *session, clean_up_close *close)
{
	struct frontend owner;
	size_t blocked = 0;

	if (session->state.fd < 0)
		return;
	while (state_dir_find_left(
		&session->state, &session->frontend, RECORD_CLEAN_UP, blocked, &owner)) {
		/*
		 * Where the lock is held, a script still runs, and its guard will come.
		 */
		owns_fd int lock = record_lock_clean_up(&session->state, &owner, false);

		if (lock < 0 || !clean_up_for(session, &owner, close))
			blocked++;
	}
	log_earlier(session);
	state_dir_sweep(&session->state, &session->frontend, RECORD_CLEAN_UP);
}

/* Whether settings may ask for one; most do not. */
static bool may_be_wanted(const struct session *session)
{
	return session->are_settings_lost ||
	       settings_mention_when(&session->settings, WHEN_FAILURE) ||
	       settings_mention_when(&session->settings, WHEN_ALWAYS);
}

/* Whether a script of Post-Invoke would run if apt stopped now. */
static bool is_clean_up_wanted(struct session *session)
{
	static const struct ending aborted = {.is_failure = true};
	struct plan plan;
	bool is_wanted;
	int error;

	/* Whoever cleans up may be able to read them. */
	if (session->are_settings_lost)
		return session_is_possible(session, UH_POST_INVOKE);
	error = plan_make(&plan, &session->tree, UH_POST_INVOKE, &session->transaction);
	plan_apply_settings(&plan, &session->settings, &session->transaction);
	plan_apply_when(&plan, &aborted);
	/* Rather one that finds nothing to do than none. */
	is_wanted = error < 0 || plan_may_have_work(&plan);
	plan_done(&plan);
	return is_wanted;
}

/* Without a guard the next transaction does it. */
static void start_guard(struct session *session, clean_up_close *close)
{
	struct task task = {session, close};
	owns_memory char *path =
		record_clean_up_path(&session->state, &session->frontend);
	int error = path != NULL ? guard_start(&session->frontend, path,
					   session->clean_up_lock, do_task, &task)
				 : -ENOMEM;

	if (error < 0)
		emit_guard(session, error);
}

/* The lock first, so that apt's end finds whoever cleans up waiting for us. */
static void take_lock(struct session *session)
{
	session->clean_up_lock =
		record_lock_clean_up(&session->state, &session->frontend, false);
}

bool clean_up_prepare(struct session *session, clean_up_close *close)
{
	bool has_run;
	int error;

	if (session->state.fd < 0 || !may_be_wanted(session))
		return true;
	has_run = log_writer_has_run(&session->state, session->key);
	if ((!plan_has_work(&session->plan) && !has_run) || !is_clean_up_wanted(session))
		return true;
	error = record_want_clean_up(&session->state, &session->frontend);
	if (error < 0)
		session_emit(session, (struct uh_event){.kind = UH_RECORD_NOT_WRITTEN,
					      .path = session->state.path,
					      .error = error});
	take_lock(session);
	if (!frontend_is_alive(&session->frontend)) {
		/* What was due was done, and what was not due never will be. */
		if (error > 0 && !has_run)
			record_forget(&session->state, &session->frontend);
		return false;
	}
	if (error > 0 && session->frontend.pid != 0)
		start_guard(session, close);
	return true;
}

void clean_up_now(struct session *session, clean_up_close *close)
{
	session->result = RESULT_ABORTED;
	session_keep_log(session);
	if (session->clean_up_lock < 0 ||
		!clean_up_for(session, &session->frontend, close))
		session_write_log(session);
	/* Where a clean-up is still due, the guard or the next transaction has it. */
	if (session->state.fd >= 0 &&
		state_dir_lacks(&session->state, session->key, RECORD_CLEAN_UP))
		record_forget(&session->state, &session->frontend);
}

/*
 * The guard has the state directory open since it could be opened. One that others can
 * write says nothing, to nobody.
 */
static bool is_due_for_others(const struct session *session)
{
	return session->frontend.pid != 0 && session->state_error != -EPERM &&
	       record_is_clean_up_due(session->root, &session->frontend);
}

bool clean_up_hold(struct session *session)
{
	if (session->state.fd < 0) {
		session->is_left_to_others = is_due_for_others(session);
		return true;
	}
	take_lock(session);
	session->is_once = session->clean_up_lock >= 0 &&
			   record_claim_clean_up(&session->state, &session->frontend);
	if (session->is_once || frontend_is_alive(&session->frontend))
		return true;
	/* Whoever cleaned up forgot the transaction as well. */
	return session->clean_up_lock != -EWOULDBLOCK &&
	       record_is_there(&session->state, &session->frontend);
}
