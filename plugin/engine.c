/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole road, top to bottom:
 *     apt's stream, or its record -> transaction -> plan -> outcome -> runner -> events
 * Each step that fails is told of and costs only what it would have brought.
 */
#include "base.h"
#include "driver.h"
#include "hook_tree.h"
#include "outcome.h"
#include "plan.h"
#include "record.h"
#include "runner.h"
#include "state_dir.h"
#include "transaction.h"
#include "universal_hooks.h"

#include <errno.h>

/* One call of the engine. */
struct engine {
	const struct uh_request *request;
	uh_listener *listener;
	void *context;
	struct hook_tree tree;
	struct state_dir state;
	int state_error; /* why state is not open, until it was told */
	struct trust_breach state_breach;
	struct driver driver;
	struct transaction transaction;
	bool is_known; /* whether transaction says anything */
	struct plan plan;
	enum result result;
};

static void tell(struct engine *engine, struct uh_event event)
{
	if (event.error == -ENOMEM)
		event = (struct uh_event){.kind = UH_OUT_OF_MEMORY};
	engine->listener(&event, engine->context);
}

static void tell_error(struct engine *engine, enum uh_event_kind kind, int error)
{
	tell(engine, (struct uh_event){
			     .kind = kind, .path = engine->state.path, .error = error});
}

static void tell_faults(struct engine *engine, const struct transaction_faults *faults)
{
	if (faults->has_no_names)
		tell(engine, (struct uh_event){.kind = UH_STREAM_WITHOUT_NAMES});
	if (faults->ignored_lines > 0)
		tell(engine, (struct uh_event){.kind = UH_STREAM_LINES_IGNORED,
				     .count = faults->ignored_lines,
				     .first = faults->first_ignored_line});
	if (faults->is_cut)
		tell(engine, (struct uh_event){.kind = UH_STREAM_CUT});
}

/* Complains of the state directory once, and only where somebody will miss it. */
static void explain_state(struct engine *engine)
{
	const struct trust_breach *breach = &engine->state_breach;

	if (engine->state_error == -EPERM && breach->path != NULL)
		tell(engine, (struct uh_event){.kind = UH_STATE_OPEN_TO_OTHERS,
				     .path = engine->state.path,
				     .detail = breach->path,
				     .breach = breach->kind,
				     .id = breach->id});
	else if (engine->state_error < 0)
		tell_error(engine, UH_STATE_UNUSABLE, engine->state_error);
	engine->state_error = 0;
}

/* All of the stream at once: apt writes it blocking, and no script may hold the pipe. */
static void read_stream(struct engine *engine)
{
	owns_buffer struct buffer bytes = {0};
	struct transaction_faults faults;
	int fd = engine->request->stream_fd;
	int error = buffer_read(&bytes, fd, TRANSACTION_SIZE_MAX);

	cleanup_close(&fd);
	if (error == -EFBIG)
		tell(engine, (struct uh_event){.kind = UH_STREAM_TOO_LARGE});
	else if (error < 0)
		tell(engine,
			(struct uh_event){.kind = UH_STREAM_UNREADABLE, .error = error});
	error = transaction_parse_stream(
		&engine->transaction, buffer_slice(&bytes), &faults);
	if (error < 0) {
		tell_error(engine, UH_OUT_OF_MEMORY, error);
		return;
	}
	tell_faults(engine, &faults);
	engine->is_known = engine->transaction.protocol != 0;
}

/* Kept even when no hook stands there yet: a package of this run may bring one. */
static void save_record(struct engine *engine)
{
	bool is_missed = plan_is_possible(&engine->tree, UH_POST_INVOKE);
	int error;

	if (engine->state.fd < 0 && is_missed)
		explain_state(engine);
	if (engine->state.fd < 0 || !engine->is_known)
		return;
	engine->transaction.status_stamp = outcome_stamp(&engine->transaction);
	error = record_save(&engine->state, &engine->driver, &engine->transaction);
	if (error < 0 && is_missed)
		tell_error(engine, UH_RECORD_NOT_WRITTEN, error);
}

static void take_record(struct engine *engine)
{
	struct transaction_faults faults = {.has_no_names = false};
	int error = -ENOENT;

	if (engine->state.fd >= 0)
		error = record_take(
			&engine->state, &engine->driver, &engine->transaction, &faults);
	engine->is_known = error == 0 && !faults.is_of_other_version;
	if (engine->is_known)
		return;
	if (error < 0 && error != -ENOENT)
		tell_error(engine, UH_RECORD_UNREADABLE, error);
	else if (plan_needs_packages(&engine->tree, UH_POST_INVOKE))
		tell(engine,
			(struct uh_event){.kind = error == 0 ? UH_RECORD_OF_OTHER_VERSION
							     : UH_RECORD_MISSING});
}

/* What is about to happen, or has happened, as far as this hook point is told. */
static void learn_transaction(struct engine *engine)
{
	switch (engine->request->hook_point) {
	case UH_PRE_INVOKE:
		if (engine->state.fd >= 0)
			state_dir_sweep(&engine->state, &engine->driver);
		return;
	case UH_PRE_INSTALL_PKGS:
		read_stream(engine);
		save_record(engine);
		return;
	case UH_POST_INVOKE:
		take_record(engine);
		return;
	}
}

static void make_plan(struct engine *engine)
{
	int error = plan_make(&engine->plan, &engine->tree, engine->request->hook_point,
		&engine->transaction);

	if (error < 0)
		tell_error(engine, UH_OUT_OF_MEMORY, error);
}

/* Only where a script wants to know: dpkg-query reads all of dpkg's database. */
static void settle_outcome(struct engine *engine)
{
	struct uh_ending ending = {UH_EXITED, 0};
	int error;

	if (engine->request->hook_point != UH_POST_INVOKE || !engine->is_known)
		return;
	error = outcome_settle(&engine->transaction, &engine->result, &ending);
	if (error < 0)
		tell(engine, (struct uh_event){.kind = UH_DATABASE_UNREADABLE,
				     .error = error == -EPROTO ? 0 : error,
				     .ending = ending});
}

static enum uh_verdict run_plan(struct engine *engine)
{
	bool is_last = engine->request->hook_point == UH_POST_INVOKE;
	owns_memory char *command_line = NULL;
	char key[DRIVER_KEY_SIZE];
	struct occasion occasion = {
		.hook_point = engine->request->hook_point,
		.transaction = &engine->transaction,
		.is_known = engine->is_known,
		.command_line = engine->transaction.command_line,
		.result = engine->result,
		.state = &engine->state,
		.key = key,
	};
	bool has_failed;
	enum run_end end;

	explain_state(engine);
	driver_key(&engine->driver, key);
	if (occasion.command_line == NULL)
		occasion.command_line = command_line =
			driver_command_line(&engine->driver);
	if (is_last && engine->state.fd >= 0)
		occasion.has_failed_before =
			record_take_failure(&engine->state, &engine->driver);
	end = runner_run(
		&engine->plan, &occasion, engine->listener, engine->context, &has_failed);
	if (has_failed && !is_last && engine->state.fd >= 0)
		(void)record_note_failure(&engine->state, &engine->driver);
	return end == RUN_INTERRUPTED && !is_last ? UH_STOP : UH_GO_ON;
}

static void engine_done(struct engine *engine)
{
	plan_done(&engine->plan);
	free(engine->state_breach.path);
	transaction_done(&engine->transaction);
	state_dir_done(&engine->state);
	hook_tree_done(&engine->tree);
}

enum uh_verdict uh_run_hook_point(
	const struct uh_request *request, uh_listener *listener, void *context)
{
	__attribute__((cleanup(engine_done))) struct engine engine = {
		.request = request,
		.listener = listener,
		.context = context,
		.state = {.fd = -1},
	};

	if (hook_tree_init(&engine.tree, request->root) < 0) {
		tell_error(&engine, UH_OUT_OF_MEMORY, -ENOMEM);
		return UH_GO_ON;
	}
	engine.driver = driver_find(request->hook_point);
	engine.state_error = state_dir_open(
		&engine.state, request->root, &engine.tree.trust, &engine.state_breach);
	learn_transaction(&engine);
	if (!plan_is_possible(&engine.tree, request->hook_point))
		return UH_GO_ON;
	make_plan(&engine);
	if (engine.plan.count == 0)
		return UH_GO_ON;
	settle_outcome(&engine);
	return run_plan(&engine);
}
