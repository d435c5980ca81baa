/* SPDX-License-Identifier: BSD-2-Clause */
#include "session.h"
#include "bridge.h"
#include "dpkg.h"
#include "record.h"

#include <errno.h>
#include <pwd.h>
#include <unistd.h>

bool session_is_possible(struct session *session, enum uh_hook_point hook_point)
{
	enum possibility *known = &session->possibilities[hook_point];

	if (*known == NOT_ASKED)
		*known = plan_is_possible(&session->tree, hook_point) ? POSSIBLE
								      : IMPOSSIBLE;
	return *known == POSSIBLE;
}

void session_emit(struct session *session, struct uh_event event)
{
	log_writer_note(&session->log, session->hook_point, &event);
	session->listener(&event, session->context);
}

static void on_event(const struct uh_event *event, void *context)
{
	session_emit(context, *event);
}

static void emit_error(struct session *session, enum uh_event_kind kind, int error)
{
	session_emit(session,
		(struct uh_event){
			.kind = kind, .path = session->state.path, .error = error});
}

static void emit_command_line(struct session *session, int error)
{
	session_emit(session,
		(struct uh_event){.kind = UH_COMMAND_LINE_UNREADABLE, .error = error});
}

void session_explain_state(struct session *session)
{
	const struct unsafe_path *unsafe = &session->state_unsafe;

	if (session->state_error == -EPERM && unsafe->path != NULL)
		session_emit(session, (struct uh_event){.kind = UH_STATE_OPEN_TO_OTHERS,
					      .path = session->state.path,
					      .detail = unsafe->path,
					      .unsafe = unsafe->kind,
					      .id = unsafe->id});
	else if (session->state_error < 0)
		emit_error(session, UH_STATE_UNUSABLE, session->state_error);
	session->state_error = 0;
}

/*
 * When /proc does not answer, nobody can tell whose files are whose; but after dpkg the
 * only ones that are there are this transaction's, as they are without a /proc.
 */
static void settle_frontend(struct session *session)
{
	int error = session->frontend.error;

	if (error == 0 || session->state.fd < 0 ||
		(session->hook_point == UH_POST_INVOKE &&
			state_dir_only_owner(&session->state, &session->frontend)))
		return;
	cleanup_close(&session->state.fd);
	session->state_error = error;
}

int session_init(struct session *session)
{
	session->state.fd = -1;
	session->clean_up_lock = -1;
	if (hook_tree_init(&session->tree, session->root) < 0) {
		session_emit(session, (struct uh_event){.kind = UH_OUT_OF_MEMORY});
		return -ENOMEM;
	}
	session->state_error = state_dir_open(&session->state, session->root,
		&session->tree.trust, &session->state_unsafe);
	return 0;
}

void session_set_frontend(struct session *session, const struct frontend *frontend)
{
	session->frontend = *frontend;
	settle_frontend(session);
	frontend_key(&session->frontend, session->key);
}

void session_done(struct session *session)
{
	plan_done(&session->plan);
	settings_done(&session->settings);
	transaction_done(&session->transaction);
	command_line_done(&session->command_line);
	log_writer_done(&session->log);
	free(session->state_unsafe.path);
	cleanup_close(&session->clean_up_lock);
	state_dir_done(&session->state);
	hook_tree_done(&session->tree);
}

static void emit_faults(struct session *session, const struct transaction_faults *faults)
{
	if (faults->has_no_names)
		session_emit(session, (struct uh_event){.kind = UH_STREAM_WITHOUT_NAMES});
	if (faults->ignored_lines > 0)
		session_emit(session, (struct uh_event){.kind = UH_STREAM_LINES_IGNORED,
					      .count = faults->ignored_lines,
					      .first = faults->first_ignored_line});
	if (faults->is_cut)
		session_emit(session, (struct uh_event){.kind = UH_STREAM_CUT});
}

static void emit_database(
	struct session *session, int error, const struct uh_ending *ending)
{
	if (error < 0)
		session_emit(session, (struct uh_event){.kind = UH_DATABASE_UNREADABLE,
					      .error = error == -EPROTO ? 0 : error,
					      .ending = *ending});
}

/* All of the stream at once: apt writes it blocking, and no script may hold the pipe. */
void session_read_stream(struct session *session, int fd)
{
	owns_buffer struct buffer bytes = {0};
	int error = buffer_read(&bytes, fd, TRANSACTION_SIZE_MAX);

	cleanup_close(&fd);
	if (error == -EFBIG)
		session_emit(session, (struct uh_event){.kind = UH_STREAM_TOO_LARGE});
	else if (error < 0)
		session_emit(session,
			(struct uh_event){.kind = UH_STREAM_UNREADABLE, .error = error});
	error = transaction_read_stream(
		&session->transaction, &bytes, &session->transaction_faults);
	if (error < 0)
		session_emit(session,
			(struct uh_event){.kind = UH_STREAM_UNREADABLE, .error = error});
	else
		session->is_known = session->transaction.protocol != 0;
}

/*
 * By hooks of now; and of after dpkg, which must be told what is purged, and may have to
 * clean up.
 */
static bool are_packages_wanted(struct session *session)
{
	if (session_is_possible(session, UH_PRE_INSTALL_PKGS))
		return true;
	return (transaction_may_remove(&session->transaction) ||
		       (session->state.fd >= 0 &&
			       log_writer_has_run(&session->state, session->key))) &&
	       session_is_possible(session, UH_POST_INVOKE);
}

void session_find_packages(struct session *session)
{
	struct uh_ending ending = {UH_EXITED, 0};
	int error = 0;

	if (session->is_known && are_packages_wanted(session))
		error = transaction_find_packages(
			&session->transaction, &session->transaction_faults);
	if (error < 0) {
		session_emit(session,
			(struct uh_event){.kind = UH_STREAM_UNREADABLE, .error = error});
		return;
	}
	emit_faults(session, &session->transaction_faults);
	emit_database(
		session, outcome_find_purges(&session->transaction, &ending), &ending);
}

/* Kept even when no hook stands there yet: a package of this run may bring one. */
void session_save_record(struct session *session)
{
	static const struct uh_ending nothing = {UH_EXITED, 0};
	int error;

	if (session->state.fd < 0 && session_is_possible(session, UH_POST_INVOKE))
		session_explain_state(session);
	if (session->state.fd < 0 || !session->is_known)
		return;
	session->transaction.status_stamp = dpkg_stamp(session->transaction.status_file);
	error = session->transaction.status_stamp != NULL ? 0 : -errno;
	if (error < 0 && error != -ENOENT && session_is_possible(session, UH_POST_INVOKE))
		emit_database(session, error, &nothing);
	error = record_save(&session->state, &session->frontend, &session->transaction);
	if (error < 0 && session_is_possible(session, UH_POST_INVOKE))
		emit_error(session, UH_RECORD_NOT_WRITTEN, error);
}

void session_read_record(struct session *session)
{
	struct transaction_faults *faults = &session->transaction_faults;
	int error = -ENOENT;

	if (session->state.fd >= 0) {
		error = record_read(&session->state, &session->frontend,
			&session->transaction, faults);
		session->has_failed_before =
			record_has_failure(&session->state, &session->frontend);
	}
	session->is_known = error == 0 && !faults->is_of_other_version;
	if (session->is_known) {
		faults->first_ignored_line = 0; /* apt's numbers are others */
		emit_faults(session, faults);
		return;
	}
	if (error < 0 && error != -ENOENT)
		emit_error(session, UH_RECORD_UNREADABLE, error);
	else if (!session->is_clean_up &&
		 plan_needs_packages(&session->tree, UH_POST_INVOKE))
		session_emit(session,
			(struct uh_event){.kind = error == 0 ? UH_RECORD_OF_OTHER_VERSION
							     : UH_RECORD_MISSING});
}

void session_plan(struct session *session)
{
	if (plan_make(&session->plan, &session->tree, session->hook_point,
		    &session->transaction) < 0)
		session_emit(session, (struct uh_event){.kind = UH_OUT_OF_MEMORY});
}

void session_read_command_line(struct session *session)
{
	int error = session->frontend.error;

	if (session->has_command_line)
		return;
	session->has_command_line = true;
	if (error == 0)
		error = command_line_read(&session->command_line, &session->frontend);
	/* Without a /proc there is none. Later apt tells its options itself. */
	if (error < 0 && error != -ENOENT && error != -ESRCH &&
		session->hook_point == UH_PRE_INVOKE)
		emit_command_line(session, error);
}

/*
 * Of what apt itself sent; where it sent nothing, out of libapt-pkg, which takes its
 * time.
 */
void session_read_settings(struct session *session)
{
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;
	struct slice text = buffer_slice(&session->transaction.settings);
	int error = 0;

	if (session->has_settings)
		return;
	session->has_settings = true;
	if (!session->is_known) {
		error = bridge_settings(&session->command_line, &lines, &reason);
		text = buffer_slice(&lines);
	}
	if (error == 0)
		error = settings_parse(&session->settings, text);
	session->are_settings_lost = error < 0;
	if (error < 0)
		session_emit(session, (struct uh_event){.kind = UH_BRIDGE_UNUSABLE,
					      .detail = reason,
					      .error = error});
	else if (reason != NULL)
		session_emit(session, (struct uh_event){.kind = UH_SETTINGS_DOUBTFUL,
					      .detail = reason});
}

void session_apply_settings(struct session *session)
{
	plan_apply_settings(&session->plan, &session->settings, &session->transaction);
}

static bool is_not_for_clean_up(const struct planned_run *run, const void *context)
{
	enum when when = run->settings.when;

	(void)context;
	return when != WHEN_FAILURE && when != WHEN_ALWAYS;
}

void session_leave_clean_up(struct session *session)
{
	size_t count = session->plan.count;

	if (!session->is_left_to_others)
		return;
	plan_keep(&session->plan, is_not_for_clean_up, NULL);
	if (session->plan.count < count)
		session_emit(session, (struct uh_event){.kind = UH_CLEAN_UP_LATER});
}

static bool is_not_started(const struct planned_run *run, const void *context)
{
	const struct session *session = context;
	owns_memory char *path = NULL;

	if (run->script.relative == NULL)
		return true;
	path = record_started_path(&session->state, session->key, run->script.relative);
	return path == NULL || access(path, F_OK) < 0;
}

void session_drop_started(struct session *session)
{
	if (session->is_once)
		plan_keep(&session->plan, is_not_started, session);
}

static bool has_user(const struct setting *setting)
{
	return !setting_is_user(setting) || getpwnam(setting->value) != NULL;
}

/* At Pre-Install-Pkgs, where apt tells them all, so once a transaction. */
void session_check_settings(struct session *session)
{
	static const enum uh_event_kind kinds[] = {
		[SETTING_IS_UNKNOWN] = UH_SETTING_UNKNOWN,
		[SETTING_IS_UNUSABLE] = UH_SETTING_UNUSABLE,
		[SETTING_HAS_NO_USER] = UH_SETTING_WITHOUT_USER,
		[SETTING_HAS_NO_SCRIPT] = UH_SETTING_NO_SCRIPT,
		[SETTING_IS_MASKED] = UH_SETTING_MASKED,
	};

	for (size_t i = 0; i < session->settings.count; i++) {
		const struct setting *setting = &session->settings.items[i];
		enum setting_fault fault =
			setting_judge(setting, has_user(setting), &session->tree);

		if (fault != SETTING_IS_FINE)
			session_emit(session, (struct uh_event){.kind = kinds[fault],
						      .key = setting->key,
						      .value = setting->value});
	}
}

/* By a script, or for the log. dpkg-query reads all of dpkg's database. */
static bool is_result_wanted(const struct session *session)
{
	return plan_has_work(&session->plan) ||
	       (session->state.fd >= 0 &&
		       state_dir_has(&session->state, session->key, LOG_RUNS));
}

void session_settle_outcome(struct session *session)
{
	struct uh_ending ending = {UH_EXITED, 0};
	struct ending how = {.has_run = !session->is_clean_up};
	int error = 0;

	if (session->is_known && !session->is_cut_off && is_result_wanted(session))
		error = outcome_settle(&session->transaction, &session->result, &ending);
	/* Whatever came of it, apt did not get here; unless dpkg had done all before. */
	if (session->is_clean_up && session->result != RESULT_OK)
		session->result = RESULT_ABORTED;
	emit_database(session, error, &ending);
	how.is_success = session->result == RESULT_OK;
	how.is_failure =
		session->result == RESULT_FAILED || session->result == RESULT_ABORTED;
	plan_apply_when(&session->plan, &how);
}

static char *find_command_line(struct session *session)
{
	const char *told = session->transaction.command_line;
	bool is_there;
	char *command_line;

	/* Of others' processes there may be another one by now. */
	if (told == NULL && !session->is_clean_up)
		session_read_command_line(session);
	is_there = told != NULL || session->command_line.words.count > 0;
	command_line =
		told != NULL ? strdup(told) : command_line_join(&session->command_line);
	if (is_there && command_line == NULL)
		emit_command_line(session, -ENOMEM);
	return command_line;
}

static void emit_log(struct session *session, int error)
{
	if (error < 0)
		session_emit(session, (struct uh_event){.kind = UH_LOG_NOT_WRITTEN,
					      .path = LOG_FILE,
					      .error = error});
}

void session_keep_log(struct session *session)
{
	owns_memory char *command_line = NULL;

	if (session->log.lines.size == 0 && session->log.lines.error == 0)
		return;
	/* Where nothing can be kept, it goes into the log as it is. */
	if (session->state.fd < 0) {
		session_write_log(session);
		return;
	}
	command_line = find_command_line(session);
	emit_log(session, log_writer_keep(&session->log, &session->state, session->key,
				  command_line));
}

void session_write_log(struct session *session)
{
	owns_memory char *command_line = find_command_line(session);

	emit_log(session,
		log_writer_write(&session->log, &session->state, session->key,
			session->root, command_line, result_name(session->result)));
}

enum run_end session_run(struct session *session, struct uh_event *ret_veto)
{
	bool is_last = session->hook_point == UH_POST_INVOKE;
	owns_memory char *command_line = find_command_line(session);
	struct run_context run_context = {
		.hook_point = session->hook_point,
		.transaction = &session->transaction,
		.is_known = session->is_known,
		.command_line = command_line,
		.result = session->result,
		.has_failed_before = session->has_failed_before,
		.are_settings_lost = session->are_settings_lost,
		.state = &session->state,
		.key = session->key,
		.is_once = session->is_once,
	};
	bool has_failed;
	enum run_end end;
	int error = 0;

	session_explain_state(session);
	end = runner_run(
		&session->plan, &run_context, on_event, session, &has_failed, ret_veto);
	if (has_failed && !is_last && session->state.fd >= 0)
		error = record_note_failure(&session->state, &session->frontend);
	if (error < 0)
		emit_error(session, UH_FAILURE_NOT_NOTED, error);
	return end;
}
