/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of each hook point, in order. Before dpkg:
 *     state -> apt's stream -> switched off? -> record -> plan, settings -> run -> log
 * After dpkg (session_close() does what follows "switched off?"):
 *     state -> lock -> record -> switched off? -> plan, settings -> outcome -> run -> log
 * A step that fails emits an event, and the others follow without its result.
 */
#include "clean_up.h"
#include "record.h"
#include "session.h"

static enum uh_verdict run_before_dpkg(struct session *session)
{
	struct uh_event veto;
	enum run_end end = RUN_COMPLETE;

	session_apply_settings(session);
	if (!clean_up_prepare(session))
		return UH_STOP;
	if (session->plan.count > 0)
		end = session_run(session, &veto);
	if (end == RUN_COMPLETE) {
		session_keep_log(session);
		return UH_GO_ON;
	}
	clean_up_now(session);
	if (end == RUN_VETOED)
		session_emit_veto(session, &veto);
	return UH_STOP;
}

static enum uh_verdict pre_invoke(struct session *session)
{
	if (session_is_switched_off(session))
		return UH_GO_ON;
	clean_up_earlier(session);
	if (!session_is_possible(session, UH_PRE_INVOKE))
		return UH_GO_ON;
	session_plan(session);
	if (session->plan.count == 0)
		return UH_GO_ON;
	if (plan_has_scripts(&session->plan))
		session_read_settings(session);
	return run_before_dpkg(session);
}

static enum uh_verdict pre_install_pkgs(struct session *session, int stream_fd)
{
	session_read_stream(session, stream_fd);
	if (session_is_switched_off(session))
		return UH_GO_ON;
	session_find_packages(session);
	session_save_record(session);
	if (session_is_possible(session, UH_PRE_INSTALL_PKGS))
		session_plan(session);
	if (session->is_known || plan_has_scripts(&session->plan))
		session_read_settings(session);
	session_check_settings(session);
	return run_before_dpkg(session);
}

static enum uh_verdict post_invoke(struct session *session)
{
	enum uh_verdict verdict;

	clean_up_lock(session);
	session_read_record(session);
	if (session_is_switched_off(session) || !clean_up_claim(session))
		return UH_GO_ON;
	session_report_record(session);
	verdict = session_close(session);
	if (session->state.fd >= 0)
		clean_up_forget(session);
	return verdict;
}

/* The common case before dpkg: no script, and nothing left by earlier transactions. */
static bool is_idle(struct session *session)
{
	return session->hook_point == UH_PRE_INVOKE &&
	       (session->state.fd < 0 || state_is_empty(&session->state)) &&
	       !session_is_possible(session, UH_PRE_INVOKE);
}

/* The common case after dpkg: no script, and none has run before dpkg. */
static bool is_closed(struct session *session)
{
	return session->hook_point == UH_POST_INVOKE && session->state.fd >= 0 &&
	       session->frontend.pid != 0 &&
	       !session_is_possible(session, UH_POST_INVOKE) &&
	       state_lacks(&session->state, RECORD_CLEAN_UP) &&
	       state_lacks(&session->state, LOG_RUNS);
}

enum uh_verdict uh_run_hook_point(
	const struct uh_request *request, uh_listener *listener, void *context)
{
	__attribute__((cleanup(session_done))) struct session session = {
		.hook_point = request->hook_point,
		.root = request->root,
		.listener = listener,
		.context = context,
	};
	struct frontend frontend;

	if (session_init(&session) < 0 || is_idle(&session))
		return UH_GO_ON;
	frontend = frontend_find(request->hook_point);
	/* apt was killed: dpkg will not run, and another process cleans up. */
	if (frontend.is_gone)
		return UH_GO_ON;
	session_set_frontend(&session, &frontend);
	if (is_closed(&session)) {
		record_drop(&session.state);
		return UH_GO_ON;
	}
	switch (request->hook_point) {
	case UH_PRE_INVOKE:
		return pre_invoke(&session);
	case UH_PRE_INSTALL_PKGS:
		return pre_install_pkgs(&session, request->stream_fd);
	case UH_POST_INVOKE:
		return post_invoke(&session);
	}
	return UH_GO_ON;
}
