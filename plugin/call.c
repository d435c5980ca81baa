/* SPDX-License-Identifier: BSD-2-Clause */
#include "call.h"
#include "advice.h"
#include "configuration.h"
#include "copies.h"
#include "database_diff.h"
#include "dpkg.h"
#include "hook_point.h"
#include "record.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

bool call_is_possible(struct call *call, enum uh_hook_point hook_point)
{
	if (call->is_possible[hook_point] == NOT_ASKED)
		call->is_possible[hook_point] =
			plan_is_possible(&call->tree, hook_point) ? POSSIBLE : IMPOSSIBLE;
	return call->is_possible[hook_point] == POSSIBLE;
}

/* Does nothing without an error. */
static void emit_error(struct call *call, enum uh_event_kind kind, int error)
{
	if (error < 0)
		call_emit(call, kind, .path = call->state.path, .error = error);
}

void call_report_state(struct call *call)
{
	const struct unsafe_path *unsafe = &call->state_unsafe;

	if (call->state_error == -EPERM && unsafe->path != NULL)
		call_emit(call, UH_STATE_OPEN_TO_OTHERS, .path = call->state.path,
			.detail = unsafe->path, .unsafe = unsafe->kind, .id = unsafe->id);
	else
		emit_error(call, UH_STATE_UNUSABLE, call->state_error);
	call->state_error = 0;
}

int call_init(struct call *call)
{
	const struct state_kind *kind =
		call->hook_point == UH_SESSION_END ? &state_of_sessions : &state_of_runs;

	call->state.fd = -1;
	call->session.fd = -1;
	call->run_lock = -1;
	call->clean_up_lock = -1;
	memcpy(call->record, RECORD_TRANSACTION, sizeof(RECORD_TRANSACTION));
	if (hook_tree_init(&call->tree, call->root) < 0) {
		call_emit(call, UH_OUT_OF_MEMORY);
		return -ENOMEM;
	}
	call->state_error = state_open(
		&call->state, kind, call->root, &call->tree.trust, &call->state_unsafe);
	return 0;
}

/*
 * Without the pid we cannot build the key. At Post-Invoke, a single set of files must be
 * ours.
 */
static void adopt_only_owner(struct call *call)
{
	struct frontend *frontend = &call->frontend;

	if (frontend->pid != 0 || call->state.fd < 0)
		return;
	if (call->hook_point == UH_POST_INVOKE &&
		state_only_owner(&call->state, frontend))
		return;
	/* Without /proc the key is "unknown" at every hook point. */
	if (frontend->error == 0)
		return;
	cleanup_close(&call->state.fd);
	call->state_error = frontend->error;
}

void call_set_frontend(struct call *call, const struct frontend *frontend)
{
	call->frontend = *frontend;
	adopt_only_owner(call);
	state_set_frontend(&call->state, &call->frontend);
}

void call_done(struct call *call)
{
	plan_done(&call->plan);
	settings_done(&call->settings);
	settings_done(&call->promised_settings);
	path_table_done(&call->paths);
	transaction_done(&call->transaction);
	command_line_done(&call->command_line);
	log_writer_done(&call->log);
	journal_done(&call->journal);
	string_list_done(&call->vetoers);
	free(call->joined_command_line);
	free(call->state_unsafe.path);
	for (size_t i = 0; i < call->run_count; i++)
		transaction_done(&call->runs[i].transaction);
	free(call->runs);
	cleanup_close(&call->clean_up_lock);
	cleanup_close(&call->run_lock);
	state_done(&call->session);
	state_done(&call->state);
	hook_tree_done(&call->tree);
}

static void emit_faults(struct call *call, const struct stream_faults *faults)
{
	if (faults->has_no_names)
		call_emit(call, UH_STREAM_WITHOUT_NAMES);
	if (faults->ignored_lines > 0)
		call_emit(call, UH_STREAM_LINES_IGNORED, .count = faults->ignored_lines,
			.first = faults->first_ignored_line);
	if (faults->is_cut)
		call_emit(call, UH_STREAM_TRUNCATED);
}

void call_emit_database(struct call *call, int error, struct uh_ending ending)
{
	if (error < 0)
		call_emit(call, UH_DATABASE_UNREADABLE,
			.error = error == -EPROTO ? 0 : error, .ending = ending);
}

static void emit_stream(struct call *call, int error)
{
	if (error == -EFBIG)
		call_emit(call, UH_STREAM_TOO_LARGE);
	else if (error < 0)
		call_emit(call, UH_STREAM_UNREADABLE, .error = error);
}

/*
 * Reads all of it at once: apt's write(2) blocks, and no script may hold the pipe open.
 */
void call_read_stream(struct call *call, int fd)
{
	owns_buffer struct buffer bytes = {0};
	int error = buffer_read(&bytes, fd, STREAM_SIZE_MAX);

	cleanup_close(&fd);
	emit_stream(call, error);
	error = stream_read(&call->transaction, &bytes, &call->stream_faults);
	emit_stream(call, error);
	call->is_known = error == 0 && call->transaction.protocol != 0;
}

/*
 * By a hook at this point, or by a later one that needs to know of purges or may clean
 * up.
 */
static bool are_packages_wanted(struct call *call)
{
	if (call_is_possible(call, UH_PRE_INSTALL_PKGS))
		return true;
	if (call->has_session && call_is_possible(call, UH_SESSION_END))
		return true;
	return (stream_may_remove(&call->transaction) ||
		       (call->state.fd >= 0 && log_writer_has_run(&call->state))) &&
	       call_is_possible(call, UH_POST_INVOKE);
}

void call_find_packages(struct call *call)
{
	struct uh_ending ending = {UH_EXITED, 0};
	int error = 0;

	if (call->is_known && are_packages_wanted(call))
		error = stream_find_packages(&call->transaction, &call->stream_faults);
	if (error < 0) {
		emit_stream(call, error);
		return;
	}
	emit_faults(call, &call->stream_faults);
	error = outcome_find_purges(&call->transaction, &ending);
	call_emit_database(call, error, ending);
}

void call_find_all_packages(struct call *call)
{
	struct stream_faults faults = {0};
	int error = 0;

	if (call->transaction.count == 0)
		error = stream_find_packages(&call->transaction, &faults);
	emit_faults(call, &faults);
	emit_stream(call, error);
}

/* Save it even without Post-Invoke hooks: this transaction may install one. */
void call_save_record(struct call *call)
{
	int error;

	if (call->state.fd < 0 && call_is_possible(call, UH_POST_INVOKE))
		call_report_state(call);
	if (call->state.fd < 0 || !call->is_known)
		return;
	call->transaction.status_stamp = dpkg_stamp(call->transaction.status_file);
	error = call->transaction.status_stamp != NULL ? 0 : -errno;
	if (error < 0 && error != -ENOENT && call_is_possible(call, UH_POST_INVOKE))
		call_emit_database(call, error, (struct uh_ending){UH_EXITED, 0});
	configuration_note(&call->transaction, call->root, &call->command_line);
	error = record_save(&call->state, &call->transaction);
	if (error < 0 && call_is_possible(call, UH_POST_INVOKE))
		emit_error(call, UH_RECORD_NOT_WRITTEN, error);
}

void call_note_database(struct call *call, const char *action)
{
	struct uh_ending ending = {UH_EXITED, 0};
	int error;

	if (call->state.fd < 0)
		return;
	error = database_note(&call->state, action, &ending);
	if (error == -EPROTO)
		call_emit_database(call, error, ending);
	else
		emit_error(call, UH_RECORD_NOT_WRITTEN, error);
}

/* Without apt, the difference of dpkg's database is all that is known. */
static void read_database(struct call *call)
{
	struct uh_ending ending = {UH_EXITED, 0};
	int error =
		database_settle(&call->state, &call->transaction, &call->result, &ending);

	call->is_of_dpkg = true;
	call->is_known = call->is_settled = error == 0;
	call_emit_database(call, error, ending);
	if (error < 0 || call->closed_by != CLOSED_BY_APT)
		return;
	/* For the session, which is over when dpkg has ended. */
	call_read_command_line(call);
	call->transaction.command_line = command_line_join(&call->command_line);
}

void call_read_record(struct call *call)
{
	call->record_error = -ENOENT;
	if (call->state.fd < 0)
		return;
	if (state_has(&call->state, RECORD_DATABASE)) {
		read_database(call);
		call->has_failed_before = record_has_failure(&call->state);
		return;
	}
	call->record_error =
		record_read(&call->state, &call->transaction, &call->stream_faults);
	call->has_failed_before = record_has_failure(&call->state);
	call->is_known =
		call->record_error == 0 && !call->stream_faults.is_of_other_version;
}

void call_report_missing_record(struct call *call)
{
	if (call->closed_by != CLOSED_BY_APT || call->is_record_reported)
		return;
	call->is_record_reported = true;
	if (call->state.fd < 0)
		call_report_state(call);
	else
		call_emit(call, call->record_error == 0 ? UH_RECORD_OF_OTHER_VERSION
							: UH_RECORD_MISSING);
}

void call_report_record(struct call *call)
{
	int error = call->record_error;

	if (call->is_of_dpkg)
		return; /* done */
	if (call->is_known) {
		/* The record's line numbers are not those of apt's stream. */
		call->stream_faults.first_ignored_line = 0;
		emit_faults(call, &call->stream_faults);
	} else if (error < 0 && error != -ENOENT) {
		emit_error(call, UH_RECORD_UNREADABLE, error);
	} else if (plan_needs_packages(&call->tree, UH_POST_INVOKE)) {
		call_report_missing_record(call);
	}
}

void call_plan(struct call *call)
{
	if (plan_make(&call->plan, &call->tree, call->hook_point, &call->transaction) < 0)
		call_emit(call, UH_OUT_OF_MEMORY);
}

void call_read_command_line(struct call *call)
{
	int error = call->frontend.error;

	if (call->command_line_reading != NOT_READ)
		return;
	if (error == 0)
		error = call->is_of_dpkg
				? command_line_read_words(
					  &call->command_line, &call->frontend)
				: command_line_read(&call->command_line, &call->frontend);
	call->command_line_reading = error == 0 ? READ : UNREADABLE;
	/* Without /proc it is unknown. Later hook points get the options from apt. */
	if (error < 0 && error != -ENOENT && error != -ESRCH &&
		call->hook_point == UH_PRE_INVOKE)
		call_emit(call, UH_COMMAND_LINE_UNREADABLE, .error = error);
}

/* As apt spells it, or as /proc shows it; NULL if unknown. */
static const char *command_line_of(struct call *call)
{
	if (call->transaction.command_line != NULL)
		return call->transaction.command_line;
	/* The pid may have been reused; do not read another process's command line. */
	if (call->closed_by == CLOSED_BY_APT)
		call_read_command_line(call);
	if (call->joined_command_line == NULL && call->command_line.words.count > 0) {
		call->joined_command_line = command_line_join(&call->command_line);
		if (call->joined_command_line == NULL)
			call_emit(call, UH_COMMAND_LINE_UNREADABLE, .error = -ENOMEM);
	}
	return call->joined_command_line;
}

/* -qq, or "quiet" in apt's configuration, which is not known at Pre-Invoke. */
static bool is_quiet(struct call *call)
{
	if (call->is_known)
		return call->transaction.is_quiet;
	call_read_command_line(call);
	return call->command_line.quiet >= 2;
}

static void send_to_journal(struct call *call, const struct uh_event *event)
{
	struct journal_entry entry = {
		.hook_point = call->hook_point,
		.event = event,
		.switched_off_by = call->log.switched_off_by,
		.transaction = call->state.key,
	};

	if (!log_class_of_event(event, &entry.class) ||
		!journal_open(&call->journal, call->root))
		return;
	entry.command_line = command_line_of(call);
	journal_send(&call->journal, &entry);
}

/* Neither an error nor a warning. */
static bool is_notice(const struct uh_event *event)
{
	return event->kind == UH_SCRIPT_TAKES_LONG || event->kind == UH_HOOKS_FAILED ||
	       event->kind == UH_HOOKS_NOT_RUN;
}

void call_on_event(const struct uh_event *event, void *context)
{
	struct call *call = context;
	bool is_urgent = log_writer_note(&call->log, call->hook_point, event);
	struct uh_event told = *event;

	if (is_notice(event) && is_quiet(call))
		return;
	/* After an error, the call at the end tries again, and reports it. */
	if (is_urgent && call->state.fd >= 0)
		(void)log_writer_keep(&call->log, &call->state, command_line_of(call));
	send_to_journal(call, event);
	told.is_of_dpkg = call->is_of_dpkg;
	call->listener(&told, call->context);
}

void call_emit_veto(struct call *call, struct uh_event *veto)
{
	owns_memory char *command = NULL;

	if (veto->kind == UH_VETO) {
		call_read_command_line(call);
		command = advice_command(
			&call->command_line, &call->vetoers, getenv("SUDO_COMMAND"));
	}
	veto->value = command;
	call_on_event(veto, call);
}

static enum log_switch find_switch(struct call *call)
{
	if (environment_switches_off())
		return SWITCHED_OFF_BY_ENVIRONMENT;
	/*
	 * A record is saved only if hooks are enabled; apt's stream repeats all -o
	 * options.
	 */
	if (call->is_known && (call->hook_point == UH_POST_INVOKE ||
				      call->transaction.settings.size == 0))
		return SWITCHED_ON;
	call_read_command_line(call);
	return command_line_switches_off(&call->command_line) ? SWITCHED_OFF_BY_OPTION
							      : SWITCHED_ON;
}

bool call_is_switched_off(struct call *call)
{
	call->log.switched_off_by = find_switch(call);
	return call->log.switched_off_by != SWITCHED_ON;
}

static bool would_start(const struct planned_run *run, const void *context)
{
	(void)context;
	return run->script.fault == SCRIPT_IS_FINE;
}

/* Emits that each script was skipped. No packages are known at the first two points. */
static void skip_all_scripts(struct call *call)
{
	const struct transaction none = {.count = 0};
	bool has_packages = hook_point_has_packages(call->hook_point);
	const struct run_context run_context = {
		.hook_point = call->hook_point, .state = &call->state};
	struct plan *plan = &call->plan;
	struct uh_event veto;
	bool has_failed;

	if (plan_make(plan, &call->tree, call->hook_point,
		    has_packages ? &call->transaction : &none) < 0)
		call_emit(call, UH_OUT_OF_MEMORY);
	plan_keep(plan, would_start, NULL);
	for (size_t i = 0; i < plan->count; i++)
		plan->runs[i].skip = SKIP_ENABLED;
	(void)runner_run(plan, &run_context, call_on_event, call, &has_failed, &veto,
		&call->vetoers);
	plan_done(plan);
}

void call_log_switched_off(struct call *call)
{
	enum uh_hook_point hook_point = call->hook_point;
	bool has_packages = false;

	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++) {
		if (!call_is_possible(call, (enum uh_hook_point)i))
			continue;
		/* After an error, the hooks for all transactions are still found. */
		if (call->is_known && !has_packages)
			(void)stream_find_packages(
				&call->transaction, &call->stream_faults);
		has_packages = true;
		call->hook_point = (enum uh_hook_point)i;
		skip_all_scripts(call);
	}
	call->hook_point = hook_point;
	if (call->log.lines.size > 0)
		call_write_log(call);
}

static void emit_log(struct call *call, int error)
{
	if (error < 0)
		call_emit(call, UH_LOG_NOT_WRITTEN, .path = LOG_FILE, .error = error);
}

void call_keep_log(struct call *call)
{
	if (call->log.lines.size == 0 && call->log.lines.error == 0 &&
		call->log.error == 0)
		return;
	/* Nothing can be kept without the state directory: write the log now. */
	if (call->state.fd < 0)
		call_write_log(call);
	else
		emit_log(call,
			log_writer_keep(&call->log, &call->state, command_line_of(call)));
}

void call_write_log(struct call *call)
{
	emit_log(call, log_writer_write(&call->log, &call->state, call->root,
			       command_line_of(call), result_name(call->result)));
}

void call_catch_up_log(struct call *call)
{
	if (call->state.fd >= 0)
		emit_log(call, log_file_catch_up(&log_of_runs, &call->state, call->root));
}

/* Without one, there will be no Session-End. */
static const char *session_for_scripts(const struct call *call)
{
	if (call->hook_point == UH_SESSION_END)
		return call->state.key;
	return call->hook_point == UH_SESSION_START && call->has_session
		       ? call->session.key
		       : NULL;
}

static const struct state *owner_of_data(const struct call *call)
{
	if (call->hook_point != UH_SESSION_START)
		return &call->state;
	return call->has_session ? &call->session : NULL;
}

enum run_end call_run(struct call *call, struct uh_event *ret_veto)
{
	struct run_context run_context = {
		.hook_point = call->hook_point,
		.transaction = &call->transaction,
		.is_known = call->is_known,
		.command_line = command_line_of(call),
		.result = call->result,
		.has_failed_before = call->has_failed_before,
		.are_settings_lost = call->settings_reading == UNREADABLE,
		.state = &call->state,
		.session = session_for_scripts(call),
		.owner = owner_of_data(call),
		.root = call->root,
		.can_veto =
			call->closed_by == CLOSED_BY_APT &&
			!(call->is_of_dpkg && hook_point_is_after_dpkg(call->hook_point)),
		.is_once = call->clean_up == CLEAN_UP_DUE,
		.dpkg_runs = call->dpkg_runs,
		.timeout = call->timeout,
	};
	bool has_failed;
	enum run_end end;

	call_report_state(call);
	end = runner_run(&call->plan, &run_context, call_on_event, call, &has_failed,
		ret_veto, &call->vetoers);
	if (has_failed && !hook_point_is_after_dpkg(call->hook_point) &&
		call->state.fd >= 0)
		emit_error(
			call, UH_FAILURE_NOT_RECORDED, record_note_failure(&call->state));
	if (has_failed && call->has_session)
		emit_error(call, UH_FAILURE_NOT_RECORDED,
			record_note_failure(&call->session));
	return end;
}

static bool would_run(const struct planned_run *run)
{
	return run->skip == SKIP_NONE && run->script.fault == SCRIPT_IS_FINE;
}

/* If one cannot be copied, copy the others. */
void call_copy_scripts(
	struct call *call, const struct state *state, const struct plan *plan)
{
	bool is_prepared = false;

	for (size_t i = 0; i < plan->count; i++) {
		const struct script *script = &plan->runs[i].script;
		int error = 0;

		if (!would_run(&plan->runs[i]))
			continue;
		if (!is_prepared)
			error = copies_prepare(
				state, call->root, &call->tree.trust, &call->settings);
		is_prepared = error == 0;
		if (error == 0)
			error = copies_add(state, call->root, script);
		if (error < 0)
			call_emit(call, UH_COPY_NOT_MADE, .path = script->path,
				.error = error);
	}
}
