/* SPDX-License-Identifier: BSD-2-Clause */
#include "session_end.h"
#include "call_close.h"
#include "clean_up.h"
#include "record.h"
#include "session.h"
#include "waiter.h"

#include <errno.h>
#include <unistd.h>

#define OUTCOME_MAX ((size_t)16 << 20)

/* In seconds, for scripts without Timeout inside apt: they may wait for its lock. */
#define TIMEOUT_INSIDE_APT 600

static bool is_over_here(void *context)
{
	const struct call *call = context;

	return waiter_is_over_but_for_lock(&call->state);
}

static bool is_session_over(void *context)
{
	const struct call *call = context;

	return waiter_is_over(&call->state);
}

/*
 * The results that are not known yet. Of a run that may still be going on, it is not. If a
 * result cannot be written, its file is deleted again, which wakes us up: ask only once.
 */
static void settle_runs(void *context)
{
	struct call *call = context;
	const struct state *session = &call->state;
	unsigned count = session_count_runs(session);
	bool is_open = waiter_is_run_open(session);

	for (unsigned number = call->asked_runs + 1; number <= count; number++) {
		struct session_suffix outcome = session_outcome(number);
		struct merged_run run = {.result = RESULT_UNKNOWN};
		struct uh_ending ending = {UH_EXITED, 0};
		struct stream_faults faults;
		owns_buffer struct buffer text = {0};

		if (number == count && is_open)
			return;
		call->asked_runs = number;
		if (state_has(session, outcome.text))
			continue;
		if (record_read_as(session, session_run(number).text, &run.transaction,
			    &faults) == 0)
			(void)outcome_settle(&run.transaction, &run.result, &ending);
		merge_format_outcome(&run, &text);
		if (text.error == 0)
			(void)state_replace(session, outcome.text, buffer_slice(&text));
		transaction_done(&run.transaction);
	}
}

/* What cannot be read is unknown. */
static void read_run(struct call *call, unsigned number, struct merged_run *run)
{
	const struct state *session = &call->state;
	struct session_suffix outcome = session_outcome(number);
	owns_buffer struct buffer text = {0};
	struct stream_faults faults;
	int error;

	*run = (struct merged_run){.result = RESULT_UNKNOWN};
	error = record_read_as(
		session, session_run(number).text, &run->transaction, &faults);
	if (error < 0) {
		call_emit(call, UH_RECORD_UNREADABLE, .path = session->path,
			.error = error);
	} else if (run->transaction.text.size == 0) {
		return; /* it was reported when dpkg ran */
	} else if (faults.is_of_other_version) {
		/* Since then, this package was upgraded, or the file was damaged. */
		call_emit(call, UH_RECORD_OF_OTHER_VERSION);
		transaction_done(&run->transaction);
	} else if (state_read(session, outcome.text, OUTCOME_MAX, &text) == 0) {
		(void)merge_parse_outcome(run, buffer_slice(&text));
	}
}

/* Returns like merge_runs(). */
static int read_runs(struct call *call)
{
	unsigned count = session_count_runs(&call->state);
	struct session_suffix last = session_run(count);
	int error;

	call->runs = calloc(count + 1, sizeof(*call->runs));
	if (call->runs == NULL)
		return -ENOMEM;
	for (unsigned number = 1; number <= count; number++)
		read_run(call, number, &call->runs[call->run_count++]);
	memcpy(call->record, last.text, sizeof(last.text));
	call->dpkg_runs = merge_count(call->runs, call->run_count);
	call->log.is_of_session = true;
	call->log.dpkg_runs = call->dpkg_runs;
	error = merge_runs(
		&call->transaction, call->runs, call->run_count, &call->result);
	/* Without any record, libapt-pkg is asked for the settings. */
	call->is_known = call->transaction.protocol != 0;
	return error;
}

/* If this package was removed in the session, it has left them to us. */
static void remove_directories(const struct call *call)
{
	owns_memory char *parent = string_join(call->root, call->state.kind->parent);

	if (parent == NULL || access(UH_HELPER, F_OK) == 0 || errno != ENOENT)
		return;
	/* Other sessions may still need them. */
	if (rmdir(call->state.path) == 0 || errno == ENOENT)
		(void)rmdir(parent);
}

/* The caller has claimed the session, and holds the lock of the directory. */
static void close_claimed(struct call *call)
{
	int error;

	call->asked_runs = 0;
	settle_runs(call);
	error = read_runs(call);
	if (error == -ENOMEM)
		call_emit(call, UH_OUT_OF_MEMORY);
	else
		call_emit_database(call, error, (struct uh_ending){UH_EXITED, 0});
	call->clean_up = CLEAN_UP_DUE;
	call->has_failed_before = record_has_failure(&call->state);
	(void)call_close(call); /* there is no apt to stop */
	session_forget(&call->state, call->root);
	remove_directories(call);
}

/* False after an error, which has been reported. */
static bool open_closing_call(struct call *call, const char *root, const char *key,
	uh_listener *listener, void *context)
{
	*call = (struct call){.hook_point = UH_SESSION_END,
		.root = root,
		.listener = listener,
		.context = context,
		.closed_by = CLOSED_AT_SESSION_END};
	if (call_init(call) < 0 || !frontend_parse_key(key, &call->frontend))
		return false;
	if (call->state.fd < 0) {
		call_report_state(call);
		return false;
	}
	state_set_frontend(&call->state, &call->frontend);
	call->command_line_reading = UNREADABLE; /* the pid may be another process */
	return true;
}

/* After a dpkg run that was killed: hooks of Post-Invoke come before Session-End. */
static void clean_up_run(struct call *call)
{
	struct frontend frontend;

	if (session_open_run(&call->state, &frontend))
		clean_up_after(call, &frontend);
}

/* Returns like session_claim(), or another −errno. */
static int try_to_close(struct call *call)
{
	owns_fd int lock = session_lock_directory(&call->state, true);
	int error = lock < 0 ? lock : 0;

	if (error == 0)
		error = session_claim(&call->state, is_session_over, call);
	if (error == 0)
		close_claimed(call);
	return error;
}

static int wait_and_close(struct call *call)
{
	int error;

	do {
		error = waiter_wait(&call->state, settle_runs, call);
		if (error < 0)
			return error;
		clean_up_run(call);
		error = try_to_close(call);
	} while (error == -EAGAIN);
	return error;
}

bool session_close_when_over(
	const char *root, const char *key, uh_listener *listener, void *context)
{
	__attribute__((cleanup(call_done))) struct call call = {
		.state.fd = -1, .session.fd = -1};
	owns_fd int waiter = -1;
	int error;

	if (!open_closing_call(&call, root, key, listener, context))
		return false;
	waiter = waiter_enter(&call.state);
	if (waiter == -ENOENT)
		return true;
	error = waiter >= 0 ? 0 : waiter;
	clean_up_load_wildcards(&call);
	if (error == 0)
		error = wait_and_close(&call);
	if (error == -ENOENT || error == 0)
		return true;
	call_emit(&call, UH_WAITER_NOT_STARTED, .error = error);
	return false;
}

int session_close_here(struct call *call, const struct state *session)
{
	__attribute__((cleanup(call_done))) struct call closing = {
		.state.fd = -1, .session.fd = -1};
	owns_fd int lock = -1;
	int error;

	if (!open_closing_call(
		    &closing, call->root, session->key, call->listener, call->context))
		return -EIO;
	/* Who has it may wait for a hook that waits for our lock. */
	lock = session_lock_directory(&closing.state, false);
	if (lock < 0)
		return lock;
	error = session_claim(&closing.state, is_over_here, &closing);
	if (error < 0)
		return error;
	call_emit(call, UH_SESSION_CLOSED_LATE);
	closing.timeout = TIMEOUT_INSIDE_APT;
	clean_up_run(&closing);
	close_claimed(&closing);
	return 0;
}
