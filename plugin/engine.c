/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of each hook point, in order. Before dpkg:
 *     state -> apt's stream -> switched off? -> session -> plan, settings -> paths
 *     -> record -> run -> log
 * After dpkg (call_close() does what follows "switched off?"):
 *     state -> lock -> record -> switched off? -> plan, settings -> outcome -> run -> log
 * A step that fails emits an event, and the others follow without its result.
 */
#include "by_hand.h"
#include "call.h"
#include "call_close.h"
#include "call_settings.h"
#include "clean_up.h"
#include "record.h"
#include "session_end.h"
#include "session_steps.h"

static enum uh_verdict stop(struct call *call, enum run_end end, struct uh_event *veto)
{
	const char *path = NULL;

	if (call->hook_point == UH_SESSION_START)
		path = veto->path != NULL ? veto->path : "Session-Start";
	clean_up_now(call);
	sessions_stop(call, path);
	if (end == RUN_VETOED)
		call_emit_veto(call, veto);
	return UH_STOP;
}

static enum uh_verdict run_before_dpkg(struct call *call)
{
	struct uh_event veto = {.path = NULL};
	enum run_end end = RUN_COMPLETE;

	call_apply_settings(call);
	/* With the lock of the dpkg run: the waiter waits for us, or we see this. */
	if (call->has_session && !frontend_is_alive(&call->frontend))
		return UH_STOP;
	if (!clean_up_prepare(call))
		return UH_STOP;
	if (call->plan.count > 0)
		end = call_run(call, &veto);
	if (end != RUN_COMPLETE)
		return stop(call, end, &veto);
	call_keep_log(call);
	return UH_GO_ON;
}

/* Session-Start or Pre-Invoke. */
static enum uh_verdict run_without_packages(
	struct call *call, enum uh_hook_point hook_point)
{
	if (!call_is_possible(call, hook_point))
		return UH_GO_ON;
	call->hook_point = hook_point;
	plan_done(&call->plan);
	call_plan(call);
	if (call->plan.count == 0)
		return UH_GO_ON;
	if (plan_has_scripts(&call->plan))
		call_read_settings(call);
	return run_before_dpkg(call);
}

static bool is_session_stopped(struct call *call)
{
	owns_memory char *path = sessions_stopped_by(call);

	if (path == NULL)
		return false;
	sessions_stop(call, NULL);
	call_emit(call, UH_SESSION_STOPPED, .path = path);
	return true;
}

/* After the dpkg run is locked: if apt ends now, who closes the session waits for us. */
static bool has_apt_ended(const struct call *call)
{
	return call->has_session && !frontend_is_alive(&call->frontend);
}

static enum uh_verdict pre_invoke(struct call *call)
{
	bool is_first;

	if (call_is_switched_off(call)) {
		/* apt calls another hook point, at which the packages are known. */
		if (call->is_of_dpkg)
			call_log_switched_off(call);
		return UH_GO_ON;
	}
	clean_up_earlier(call);
	is_first = sessions_enter(call);
	if (call->is_of_dpkg)
		by_hand_note(call);
	if (has_apt_ended(call) || is_session_stopped(call) ||
		(is_first && run_without_packages(call, UH_SESSION_START) == UH_STOP))
		return UH_STOP;
	return run_without_packages(call, UH_PRE_INVOKE);
}

static enum uh_verdict pre_install_pkgs(struct call *call, int stream_fd)
{
	call_read_stream(call, stream_fd);
	if (call_is_switched_off(call)) {
		call_log_switched_off(call);
		return UH_GO_ON;
	}
	sessions_find(call);
	if (has_apt_ended(call))
		return UH_STOP;
	call_find_packages(call);
	if (call_is_possible(call, UH_PRE_INSTALL_PKGS))
		call_plan(call);
	if (call->is_known || plan_has_scripts(&call->plan))
		call_read_settings(call);
	call_find_paths(call);
	call_save_record(call);
	call_check_settings(call);
	sessions_note(call);
	return run_before_dpkg(call);
}

static enum uh_verdict post_invoke(struct call *call)
{
	enum uh_verdict verdict;

	clean_up_lock(call);
	call_read_record(call);
	if (call_is_switched_off(call)) {
		if (call->has_session)
			sessions_leave(call);
		return UH_GO_ON;
	}
	if (!clean_up_claim(call) || has_apt_ended(call))
		return UH_GO_ON;
	call_report_record(call);
	verdict = call_close(call);
	if (call->state.fd >= 0)
		clean_up_forget(call);
	sessions_leave(call);
	return verdict;
}

/* Not for a hook point of apt: in a process of its own (waiter.h). */
static enum uh_verdict session_end(
	const struct uh_request *request, uh_listener *listener, void *context)
{
	(void)session_close_when_over(request->root,
		request->session != NULL ? request->session : "", listener, context);
	return UH_GO_ON;
}

/* The common case before dpkg: no script, and nothing left by earlier transactions. */
static bool is_idle(struct call *call)
{
	return call->hook_point == UH_PRE_INVOKE &&
	       (call->state.fd < 0 || state_is_empty(&call->state)) &&
	       !call_is_possible(call, UH_PRE_INVOKE) && !sessions_are_possible(call) &&
	       !(call->is_of_dpkg && call_is_possible(call, UH_POST_INVOKE));
}

/* The common case after dpkg: no script, and none has run before dpkg. */
static bool is_closed(struct call *call)
{
	return call->hook_point == UH_POST_INVOKE && call->state.fd >= 0 &&
	       call->frontend.pid != 0 && !call_is_possible(call, UH_POST_INVOKE) &&
	       state_lacks(&call->state, RECORD_CLEAN_UP) &&
	       state_lacks(&call->state, LOG_RUNS) &&
	       !script_files_have_data(&call->state) && !call->has_session &&
	       !call_is_possible(call, UH_SESSION_END);
}

enum uh_verdict uh_run_hook_point(
	const struct uh_request *request, uh_listener *listener, void *context)
{
	__attribute__((cleanup(call_done))) struct call call = {
		.hook_point = request->hook_point,
		.root = request->root,
		.listener = listener,
		.context = context,
		.is_of_dpkg = request->is_of_dpkg,
	};
	struct frontend frontend;

	if (request->hook_point == UH_SESSION_END)
		return session_end(request, listener, context);
	if (request->is_of_dpkg && !by_hand_is_possible())
		return UH_GO_ON;
	if (call_init(&call) < 0 || is_idle(&call))
		return UH_GO_ON;
	frontend = request->is_of_dpkg ? frontend_find_dpkg()
				       : frontend_find(request->hook_point);
	/* apt was killed: dpkg will not run, and another process cleans up. */
	if (frontend.is_gone)
		return UH_GO_ON;
	if (request->is_of_dpkg && !by_hand_is_meant(&call, &frontend))
		return UH_GO_ON;
	call_set_frontend(&call, &frontend);
	if (request->hook_point == UH_POST_INVOKE)
		sessions_find(&call);
	if (is_closed(&call)) {
		record_drop(&call.state);
		return UH_GO_ON;
	}
	switch (request->hook_point) {
	case UH_PRE_INVOKE:
		return pre_invoke(&call);
	case UH_PRE_INSTALL_PKGS:
		return pre_install_pkgs(&call, request->stream_fd);
	case UH_POST_INVOKE:
		return post_invoke(&call);
	case UH_SESSION_START:
	case UH_SESSION_END:
		break;
	}
	return UH_GO_ON;
}
