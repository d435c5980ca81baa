/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole road, top to bottom:
 *     apt's stream, or its record -> transaction -> plan -> settings -> outcome -> runner
 *     -> events, log
 * Each step that fails is told of and costs only what it would have brought.
 */
#include "clean_up.h"
#include "record.h"
#include "session.h"

static enum uh_verdict close_transaction(struct session *session)
{
	struct uh_event veto;
	enum run_end end = RUN_COMPLETE;

	session_plan(session);
	if (plan_has_scripts(&session->plan))
		session_read_settings(session);
	session_apply_settings(session);
	session_drop_started(session);
	session_leave_clean_up(session);
	session_settle_outcome(session);
	if (session->is_clean_up && session->result != RESULT_OK &&
		plan_has_work(&session->plan))
		session_emit(session, (struct uh_event){.kind = UH_CLEAN_UP});
	if (session->plan.count > 0)
		end = session_run(session, &veto);
	session_write_log(session);
	if (end == RUN_VETOED)
		session_emit(session, veto);
	return end == RUN_VETOED ? UH_STOP : UH_GO_ON;
}

static enum uh_verdict open_transaction(struct session *session)
{
	struct uh_event veto;
	enum run_end end = RUN_COMPLETE;

	session_apply_settings(session);
	if (!clean_up_prepare(session, close_transaction))
		return UH_STOP;
	if (session->plan.count > 0)
		end = session_run(session, &veto);
	if (end == RUN_COMPLETE) {
		session_keep_log(session);
		return UH_GO_ON;
	}
	clean_up_now(session, close_transaction);
	if (end == RUN_VETOED)
		session_emit(session, veto);
	return UH_STOP;
}

/*
 * For one run: in the environment, or, since that does not survive sudo(8), by apt's
 * -o.
 */
static bool is_switched_off(struct session *session)
{
	const char *value = getenv("APT_UNIVERSAL_HOOKS");

	if (value != NULL && strcmp(value, "off") == 0)
		return true;
	/* What -o says, apt's stream says as well. */
	if (session->is_known && session->transaction.settings.size == 0)
		return false;
	session_read_command_line(session);
	return command_line_switches_off(&session->command_line);
}

static enum uh_verdict pre_invoke(struct session *session)
{
	if (is_switched_off(session))
		return UH_GO_ON;
	clean_up_earlier(session, close_transaction);
	if (!session_is_possible(session, UH_PRE_INVOKE))
		return UH_GO_ON;
	session_plan(session);
	if (session->plan.count == 0)
		return UH_GO_ON;
	if (plan_has_scripts(&session->plan))
		session_read_settings(session);
	return open_transaction(session);
}

static enum uh_verdict pre_install_pkgs(struct session *session, int stream_fd)
{
	session_read_stream(session, stream_fd);
	if (is_switched_off(session))
		return UH_GO_ON;
	session_find_packages(session);
	session_save_record(session);
	if (session_is_possible(session, UH_PRE_INSTALL_PKGS))
		session_plan(session);
	if (session->is_known || plan_has_scripts(&session->plan))
		session_read_settings(session);
	session_check_settings(session);
	return open_transaction(session);
}

static enum uh_verdict post_invoke(struct session *session)
{
	enum uh_verdict verdict;

	if (is_switched_off(session) || !clean_up_hold(session))
		return UH_GO_ON;
	session_read_record(session);
	verdict = close_transaction(session);
	if (session->state.fd >= 0)
		record_forget(&session->state, &session->frontend);
	return verdict;
}

/* The common case before dpkg: no script, and nobody left anything to do. */
static bool is_idle(struct session *session)
{
	return session->hook_point == UH_PRE_INVOKE &&
	       (session->state.fd < 0 || state_dir_is_empty(&session->state)) &&
	       !session_is_possible(session, UH_PRE_INVOKE);
}

/* The common case after dpkg: no script, none that ran before it. */
static bool is_closed(struct session *session)
{
	return session->hook_point == UH_POST_INVOKE && session->state.fd >= 0 &&
	       session->frontend.pid != 0 &&
	       !session_is_possible(session, UH_POST_INVOKE) &&
	       state_dir_lacks(&session->state, session->key, RECORD_CLEAN_UP) &&
	       state_dir_lacks(&session->state, session->key, LOG_RUNS);
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
	/* Nothing will come of it; what is to be cleaned up, somebody else does. */
	if (frontend.is_gone)
		return UH_GO_ON;
	session_set_frontend(&session, &frontend);
	if (is_closed(&session)) {
		record_drop(&session.state, &session.frontend);
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
