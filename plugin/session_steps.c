/* SPDX-License-Identifier: BSD-2-Clause */
#include "session_steps.h"
#include "clean_up.h"
#include "copies.h"
#include "hook_point.h"
#include "record.h"
#include "session.h"
#include "session_end.h"
#include "waiter.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

bool sessions_are_possible(struct call *call)
{
	if (call_is_possible(call, UH_SESSION_START) ||
		call_is_possible(call, UH_SESSION_END))
		return true;
	state_remove_empty(&state_of_sessions, call->root);
	return !state_is_absent(&state_of_sessions, call->root);
}

/* 0 or −errno; reports what prevents it. */
static int open_sessions(struct call *call)
{
	struct unsafe_path unsafe = {.path = NULL};
	struct state *state = &call->session;
	int error;

	if (state->fd >= 0)
		return 0;
	state_done(state);
	error = state_open(
		state, &state_of_sessions, call->root, &call->tree.trust, &unsafe);
	if (unsafe.path != NULL)
		call_emit(call, UH_SESSIONS_OPEN_TO_OTHERS, .path = state->path,
			.detail = unsafe.path, .unsafe = unsafe.kind, .id = unsafe.id);
	else if (error < 0)
		call_emit(
			call, UH_SESSIONS_UNUSABLE, .path = state->path, .error = error);
	free(unsafe.path);
	return error;
}

static void report_session(struct call *call, int error)
{
	if (error < 0)
		call_emit(call, UH_SESSIONS_UNUSABLE, .path = call->session.path,
			.error = error);
}

/* What is needed to close a session in another process. */
struct closing {
	const char *root;
	char key[FRONTEND_KEY_SIZE];
	uh_listener *listener;
	void *context;
};

static void close_in_background(void *context)
{
	const struct closing *closing = context;

	(void)session_close_when_over(closing->root, closing->key, closing->listener,
		closing->context); /* has been reported */
}

/* Without a waiter, the next session closes it. */
static void start_waiter(struct call *call, const struct state *session, bool is_urgent)
{
	struct closing closing = {
		.root = call->root, .listener = call->listener, .context = call->context};
	int error;

	memcpy(closing.key, session->key, sizeof(closing.key));
	error = waiter_start(session, is_urgent, close_in_background, &closing);
	if (error < 0)
		call_emit(call, UH_WAITER_NOT_STARTED, .error = error);
}

/* Hooks that are there, or have been copied. */
static bool has_hooks(struct call *call, const struct state *session)
{
	return call_is_possible(call, UH_SESSION_END) ||
	       copies_exist(session, call->root);
}

static void take_care_of(struct call *call, const struct frontend *owner)
{
	struct state session = state_of(&call->session, owner);
	struct frontend waiter;

	if (session_find_waiter(&session, &waiter))
		return;
	/* If only Session-Start was of interest, it ends with its owner. */
	if (!has_hooks(call, &session)) {
		if (!frontend_is_alive(owner))
			session_forget(&session, call->root);
		return;
	}
	if (!waiter_is_useless(&call->frontend) || session_close_here(call, &session) < 0)
		start_waiter(call, &session, false);
}

/* Closing one changes the directory, so collect them first. */
static void take_care_of_earlier(struct call *call)
{
	/* Files of living owners stay, even our own: their session may just be closing. */
	const struct frontend nobody = {.pid = getpid(), .session = UINT_MAX};
	struct frontend owners[64]; /* the next session takes care of more */
	size_t count = 0;

	while (count < COUNT_OF(owners) &&
		state_find(
			&call->session, call->session.kind->mark, count, &owners[count]))
		count++;
	for (size_t i = 0; i < count; i++)
		take_care_of(call, &owners[i]);
	if (!session_is_beginning(&call->session))
		state_sweep(&call->session, &nobody, call->session.kind->mark);
	copies_sweep(&call->session, call->root);
}

/* 1 if it is new, 0, or −errno. */
static int join_or_begin(
	struct call *call, const struct frontend *owner, enum session_end end)
{
	int error = -ENOENT;

	if (end == SESSION_ENDS_WITH_LOCK)
		error = session_join(&call->session, owner, &call->frontend);
	if (error == 0) {
		call->has_session = true;
		return 0;
	}
	if (error != -ENOENT)
		return error;
	if (!call_is_possible(call, UH_SESSION_START) &&
		!call_is_possible(call, UH_SESSION_END))
		return 0;
	error = session_begin(&call->session, owner, end, &call->frontend);
	call->has_session = error == 0;
	return error == 0 ? 1 : error;
}

/* Joins the owner's session, or begins one. 1 if it is new, 0, or −errno. */
static int open_dpkg_run(struct call *call)
{
	enum session_end end;
	struct frontend owner = session_owner(&call->frontend, &end);
	int begun = join_or_begin(call, &owner, end);

	/* A late call for a frontend that was killed was faster. */
	if (begun == -EEXIST)
		begun = join_or_begin(call, &owner, end);
	return begun;
}

static void provide_waiter(struct call *call, bool is_urgent)
{
	struct frontend waiter;

	if (call->has_session && has_hooks(call, &call->session) &&
		!session_find_waiter(&call->session, &waiter))
		start_waiter(call, &call->session, is_urgent);
}

/* From now on, apt may end, and take along a waiter that is only about to start. */
static void leave_run(struct call *call)
{
	provide_waiter(call, true);
	session_close_run(&call->session);
}

bool sessions_enter(struct call *call)
{
	int begun;

	if (!sessions_are_possible(call))
		return false;
	if (open_sessions(call) < 0)
		return true;
	if (session_is_nested(&call->session))
		return false;
	take_care_of_earlier(call);
	begun = open_dpkg_run(call);
	report_session(call, begun);
	if (call->has_session)
		call->run_lock = session_lock_run(&call->session, true);
	provide_waiter(call, false);
	return begun != 0;
}

char *sessions_stopped_by(struct call *call)
{
	struct buffer path = {0};

	if (!call->has_session ||
		state_read(&call->session, SESSION_STOPPED, PATH_MAX, &path) < 0) {
		buffer_done(&path);
		return NULL;
	}
	buffer_append(&path, (struct slice){"", 1});
	return path.data;
}

void sessions_find(struct call *call)
{
	if (state_is_absent(&state_of_sessions, call->root) || open_sessions(call) < 0)
		return;
	call->has_session = session_find(&call->session, &call->frontend);
	if (call->has_session)
		call->run_lock = session_lock_run(&call->session, true);
}

/* Without its packages, a run leaves an empty file: it has come about. */
static void note_run(struct call *call)
{
	struct session_suffix name = session_run(session_count_runs(&call->session) + 1);

	report_session(call,
		call->is_known
			? record_save_as(&call->session, name.text, &call->transaction)
			: state_write(&call->session, name.text, slice_of("")));
	report_session(call, state_write(&call->session, SESSION_NOTED, slice_of("")));
	if (call->has_failed_before)
		report_session(call, record_note_failure(&call->session));
}

static void promise_hooks(struct call *call)
{
	struct plan plan;

	if (!call_is_possible(call, UH_SESSION_END))
		return;
	if (plan_make(&plan, &call->tree, UH_SESSION_END, &call->transaction) < 0)
		call_emit(call, UH_OUT_OF_MEMORY);
	plan_apply_settings(&plan, &call->tree, &call->settings, &call->transaction);
	call_copy_scripts(call, &call->session, &plan);
	plan_done(&plan);
}

void sessions_note(struct call *call)
{
	if (!call->has_session)
		return;
	note_run(call);
	if (call->is_known)
		promise_hooks(call);
}

/* Its packages are part of the session, although nothing happened to them. */
static void note_abort(const struct call *call)
{
	struct session_suffix outcome =
		session_outcome(session_count_runs(&call->session));

	if (call->hook_point == UH_PRE_INSTALL_PKGS)
		(void)state_replace(&call->session, outcome.text, slice_of("aborted\n"));
}

void sessions_stop(struct call *call, const char *path)
{
	if (!call->has_session)
		return;
	note_abort(call);
	if (path != NULL)
		report_session(call,
			state_write(&call->session, SESSION_STOPPED, slice_of(path)));
	leave_run(call);
}

/* Begins with what is known of the first run. */
static void begin_late(struct call *call)
{
	if (!call->is_known || open_sessions(call) < 0 ||
		session_is_nested(&call->session))
		return;
	report_session(call, open_dpkg_run(call));
	if (call->has_session)
		note_run(call);
}

/* Without apt, what has happened is known by now. */
static void note_outcome(struct call *call)
{
	struct merged_run run = {
		.transaction = call->transaction, .result = call->result};
	struct session_suffix outcome =
		session_outcome(session_count_runs(&call->session));
	owns_buffer struct buffer text = {0};

	merge_format_outcome(&run, &text);
	report_session(call, text.error < 0 ? text.error
					    : state_replace(&call->session, outcome.text,
						      buffer_slice(&text)));
}

void sessions_leave(struct call *call)
{
	if (!call->has_session && call_is_possible(call, UH_SESSION_END))
		begin_late(call);
	else if (call->has_session && state_lacks(&call->session, SESSION_NOTED))
		/* apt did not call us at Pre-Install-Pkgs, or in vain. */
		note_run(call);
	if (call->has_session && call->is_settled)
		note_outcome(call);
	if (call->has_session)
		leave_run(call);
}
