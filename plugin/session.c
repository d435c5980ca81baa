/* SPDX-License-Identifier: BSD-2-Clause */
#include "session.h"
#include "advice.h"
#include "bridge.h"
#include "configuration.h"
#include "copies.h"
#include "dpkg.h"
#include "nearest.h"
#include "origins.h"
#include "package_settings.h"
#include "record.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

bool session_is_possible(struct session *session, enum uh_hook_point hook_point)
{
	if (session->is_possible[hook_point] == NOT_ASKED)
		session->is_possible[hook_point] =
			plan_is_possible(&session->tree, hook_point) ? POSSIBLE
								     : IMPOSSIBLE;
	return session->is_possible[hook_point] == POSSIBLE;
}

/* Does nothing without an error. */
static void emit_error(struct session *session, enum uh_event_kind kind, int error)
{
	if (error < 0)
		session_emit(session, kind, .path = session->state.path, .error = error);
}

void session_report_state(struct session *session)
{
	const struct unsafe_path *unsafe = &session->state_unsafe;

	if (session->state_error == -EPERM && unsafe->path != NULL)
		session_emit(session, UH_STATE_OPEN_TO_OTHERS,
			.path = session->state.path, .detail = unsafe->path,
			.unsafe = unsafe->kind, .id = unsafe->id);
	else
		emit_error(session, UH_STATE_UNUSABLE, session->state_error);
	session->state_error = 0;
}

int session_init(struct session *session)
{
	session->state.fd = -1;
	session->clean_up_lock = -1;
	if (hook_tree_init(&session->tree, session->root) < 0) {
		session_emit(session, UH_OUT_OF_MEMORY);
		return -ENOMEM;
	}
	session->state_error = state_open(&session->state, session->root,
		&session->tree.trust, &session->state_unsafe);
	return 0;
}

/*
 * Without the pid we cannot build the key. At Post-Invoke, a single set of files must be
 * ours.
 */
static void adopt_only_owner(struct session *session)
{
	struct frontend *frontend = &session->frontend;

	if (frontend->pid != 0 || session->state.fd < 0)
		return;
	if (session->hook_point == UH_POST_INVOKE &&
		state_only_owner(&session->state, frontend))
		return;
	/* Without /proc the key is "unknown" at every hook point. */
	if (frontend->error == 0)
		return;
	cleanup_close(&session->state.fd);
	session->state_error = frontend->error;
}

void session_set_frontend(struct session *session, const struct frontend *frontend)
{
	session->frontend = *frontend;
	adopt_only_owner(session);
	state_set_frontend(&session->state, &session->frontend);
}

void session_done(struct session *session)
{
	plan_done(&session->plan);
	settings_done(&session->settings);
	settings_done(&session->promised_settings);
	transaction_done(&session->transaction);
	command_line_done(&session->command_line);
	log_writer_done(&session->log);
	journal_done(&session->journal);
	string_list_done(&session->vetoers);
	free(session->joined_command_line);
	free(session->state_unsafe.path);
	cleanup_close(&session->clean_up_lock);
	state_done(&session->state);
	hook_tree_done(&session->tree);
}

static void emit_faults(struct session *session, const struct stream_faults *faults)
{
	if (faults->has_no_names)
		session_emit(session, UH_STREAM_WITHOUT_NAMES);
	if (faults->ignored_lines > 0)
		session_emit(session, UH_STREAM_LINES_IGNORED,
			.count = faults->ignored_lines,
			.first = faults->first_ignored_line);
	if (faults->is_cut)
		session_emit(session, UH_STREAM_TRUNCATED);
}

static void emit_database(struct session *session, int error, struct uh_ending ending)
{
	if (error < 0)
		session_emit(session, UH_DATABASE_UNREADABLE,
			.error = error == -EPROTO ? 0 : error, .ending = ending);
}

static void emit_stream(struct session *session, int error)
{
	if (error == -EFBIG)
		session_emit(session, UH_STREAM_TOO_LARGE);
	else if (error < 0)
		session_emit(session, UH_STREAM_UNREADABLE, .error = error);
}

/*
 * Reads all of it at once: apt's write(2) blocks, and no script may hold the pipe open.
 */
void session_read_stream(struct session *session, int fd)
{
	owns_buffer struct buffer bytes = {0};
	int error = buffer_read(&bytes, fd, STREAM_SIZE_MAX);

	cleanup_close(&fd);
	emit_stream(session, error);
	error = stream_read(&session->transaction, &bytes, &session->stream_faults);
	emit_stream(session, error);
	session->is_known = error == 0 && session->transaction.protocol != 0;
}

/*
 * By a hook at this point, or by a later one that needs to know of purges or may clean
 * up.
 */
static bool are_packages_wanted(struct session *session)
{
	if (session_is_possible(session, UH_PRE_INSTALL_PKGS))
		return true;
	return (stream_may_remove(&session->transaction) ||
		       (session->state.fd >= 0 && log_writer_has_run(&session->state))) &&
	       session_is_possible(session, UH_POST_INVOKE);
}

void session_find_packages(struct session *session)
{
	struct uh_ending ending = {UH_EXITED, 0};
	int error = 0;

	if (session->is_known && are_packages_wanted(session))
		error = stream_find_packages(
			&session->transaction, &session->stream_faults);
	if (error < 0) {
		emit_stream(session, error);
		return;
	}
	emit_faults(session, &session->stream_faults);
	error = outcome_find_purges(&session->transaction, &ending);
	emit_database(session, error, ending);
}

/* Save it even without Post-Invoke hooks: this transaction may install one. */
void session_save_record(struct session *session)
{
	int error;

	if (session->state.fd < 0 && session_is_possible(session, UH_POST_INVOKE))
		session_report_state(session);
	if (session->state.fd < 0 || !session->is_known)
		return;
	session->transaction.status_stamp = dpkg_stamp(session->transaction.status_file);
	error = session->transaction.status_stamp != NULL ? 0 : -errno;
	if (error < 0 && error != -ENOENT && session_is_possible(session, UH_POST_INVOKE))
		emit_database(session, error, (struct uh_ending){UH_EXITED, 0});
	configuration_note(&session->transaction, session->root, &session->command_line);
	error = record_save(&session->state, &session->transaction);
	if (error < 0 && session_is_possible(session, UH_POST_INVOKE))
		emit_error(session, UH_RECORD_NOT_WRITTEN, error);
}

void session_read_record(struct session *session)
{
	session->record_error = -ENOENT;
	if (session->state.fd < 0)
		return;
	session->record_error = record_read(
		&session->state, &session->transaction, &session->stream_faults);
	session->has_failed_before = record_has_failure(&session->state);
	session->is_known =
		session->record_error == 0 && !session->stream_faults.is_of_other_version;
}

void session_report_record(struct session *session)
{
	int error = session->record_error;

	if (session->is_known) {
		/* The record's line numbers are not those of apt's stream. */
		session->stream_faults.first_ignored_line = 0;
		emit_faults(session, &session->stream_faults);
	} else if (error < 0 && error != -ENOENT) {
		emit_error(session, UH_RECORD_UNREADABLE, error);
	} else if (session->closed_by == CLOSED_BY_APT &&
		   plan_needs_packages(&session->tree, UH_POST_INVOKE)) {
		if (session->state.fd < 0)
			session_report_state(session);
		else
			session_emit(session, error == 0 ? UH_RECORD_OF_OTHER_VERSION
							 : UH_RECORD_MISSING);
	}
}

void session_plan(struct session *session)
{
	if (plan_make(&session->plan, &session->tree, session->hook_point,
		    &session->transaction) < 0)
		session_emit(session, UH_OUT_OF_MEMORY);
}

static void read_command_line(struct session *session)
{
	int error = session->frontend.error;

	if (session->command_line_reading != NOT_READ)
		return;
	if (error == 0)
		error = command_line_read(&session->command_line, &session->frontend);
	session->command_line_reading = error == 0 ? READ : UNREADABLE;
	/* Without /proc it is unknown. Later hook points get the options from apt. */
	if (error < 0 && error != -ENOENT && error != -ESRCH &&
		session->hook_point == UH_PRE_INVOKE)
		session_emit(session, UH_COMMAND_LINE_UNREADABLE, .error = error);
}

/* As apt spells it, or as /proc shows it; NULL if unknown. */
static const char *command_line_of(struct session *session)
{
	if (session->transaction.command_line != NULL)
		return session->transaction.command_line;
	/* The pid may have been reused; do not read another process's command line. */
	if (session->closed_by == CLOSED_BY_APT)
		read_command_line(session);
	if (session->joined_command_line == NULL &&
		session->command_line.words.count > 0) {
		session->joined_command_line = command_line_join(&session->command_line);
		if (session->joined_command_line == NULL)
			session_emit(
				session, UH_COMMAND_LINE_UNREADABLE, .error = -ENOMEM);
	}
	return session->joined_command_line;
}

/* -qq, or "quiet" in apt's configuration, which is not known at Pre-Invoke. */
static bool is_quiet(struct session *session)
{
	if (session->is_known)
		return session->transaction.is_quiet;
	read_command_line(session);
	return session->command_line.quiet >= 2;
}

static void send_to_journal(struct session *session, const struct uh_event *event)
{
	struct journal_entry entry = {
		.hook_point = session->hook_point,
		.event = event,
		.transaction = session->state.key,
	};

	if (!log_class_of_event(event, &entry.class) ||
		!journal_open(&session->journal, session->root))
		return;
	entry.command_line = command_line_of(session);
	journal_send(&session->journal, &entry);
}

/* Neither an error nor a warning. */
static bool is_notice(const struct uh_event *event)
{
	return event->kind == UH_SCRIPT_TAKES_LONG || event->kind == UH_HOOKS_FAILED ||
	       event->kind == UH_HOOKS_NOT_RUN;
}

void session_on_event(const struct uh_event *event, void *context)
{
	struct session *session = context;
	bool is_urgent = log_writer_note(&session->log, session->hook_point, event);

	if (is_notice(event) && is_quiet(session))
		return;
	/* After an error, the call at the end tries again, and reports it. */
	if (is_urgent && session->state.fd >= 0)
		(void)log_writer_keep(
			&session->log, &session->state, command_line_of(session));
	send_to_journal(session, event);
	session->listener(event, session->context);
}

void session_emit_veto(struct session *session, struct uh_event *veto)
{
	owns_memory char *command = NULL;

	if (veto->kind == UH_VETO) {
		read_command_line(session);
		command = advice_command(&session->command_line, &session->vetoers,
			getenv("SUDO_COMMAND"));
	}
	veto->value = command;
	session_on_event(veto, session);
}

bool session_is_switched_off(struct session *session)
{
	if (environment_switches_off())
		return true;
	/*
	 * A record is saved only if hooks are enabled; apt's stream repeats all -o
	 * options.
	 */
	if (session->is_known && (session->hook_point == UH_POST_INVOKE ||
					 session->transaction.settings.size == 0))
		return false;
	read_command_line(session);
	return command_line_switches_off(&session->command_line);
}

/* Whether dpkg may have changed the files that the record's settings come from. */
static bool are_settings_changed(const struct session *session)
{
	return session->hook_point == UH_POST_INVOKE && session->is_known &&
	       configuration_has_changed(&session->transaction, session->root);
}

/* The settings as they are now; if they cannot be read, those of the record. */
static void read_changed_settings(struct session *session, struct buffer *lines)
{
	owns_memory char *reason = NULL;
	int error;

	if (session->closed_by == CLOSED_BY_APT)
		read_command_line(session);
	error = configuration_read(
		&session->transaction, &session->command_line, lines, &reason);
	if (error == 0)
		return;
	session->are_settings_outdated = true;
	session_emit(session, UH_SETTINGS_OUTDATED, .detail = reason, .error = error);
	buffer_done(lines);
	buffer_append(lines, buffer_slice(&session->transaction.settings));
}

static void read_package_settings(struct session *session)
{
	if (session->are_package_settings_read)
		return;
	session->are_package_settings_read = true;
	if (package_settings_read(&session->settings, &session->tree,
		    session->transaction.status_file, session_on_event, session) < 0)
		session_emit(session, UH_OUT_OF_MEMORY);
}

/* After a script has run, a clean-up may be needed. */
static bool has_run_before(const struct session *session)
{
	return session->state.fd >= 0 && log_writer_has_run(&session->state);
}

/* Asking libapt-pkg is slow: do so only if apt sent no settings, or they have changed. */
void session_read_settings(struct session *session)
{
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;
	int error = 0;

	if (session->settings_reading != NOT_READ)
		return;
	if (!session->is_known)
		error = bridge_settings(&session->command_line, &lines, &reason);
	else if (are_settings_changed(session))
		read_changed_settings(session, &lines);
	else
		buffer_append(&lines, buffer_slice(&session->transaction.settings));
	if (error == 0)
		error = lines.error;
	if (error == 0)
		error = settings_parse(&session->settings, buffer_slice(&lines));
	session->settings_reading = error < 0 ? UNREADABLE : READ;
	if (error < 0)
		session_emit(
			session, UH_BRIDGE_UNUSABLE, .detail = reason, .error = error);
	else if (reason != NULL)
		session_emit(session, UH_SETTINGS_INCOMPLETE, .detail = reason);
	if (plan_has_scripts(&session->plan) || has_run_before(session))
		read_package_settings(session);
}

/* Whether this transaction has installed the script, possibly with settings for it. */
static bool is_new_script(const struct script *script, const void *context)
{
	const struct timespec *before = context;
	struct stat status;

	if (script->original != NULL)
		return false;
	if (stat(script->path, &status) < 0)
		return true;
	/* File timestamps are coarse: an equal one may be later. */
	return status.st_ctim.tv_sec > before->tv_sec ||
	       (status.st_ctim.tv_sec == before->tv_sec &&
		       status.st_ctim.tv_nsec >= before->tv_nsec);
}

void session_apply_settings(struct session *session)
{
	struct timespec before = {0};

	plan_apply_settings(&session->plan, &session->tree, &session->settings,
		&session->transaction);
	if (!session->are_settings_outdated)
		return;
	(void)record_time(&session->state, &before); /* if unknown, all scripts are new */
	plan_withhold(&session->plan, is_new_script, &before);
}

static bool is_not_for_clean_up(const struct planned_run *run, const void *context)
{
	enum when when = run->settings.when;

	(void)context;
	return when != WHEN_FAILURE && when != WHEN_ALWAYS;
}

void session_drop_clean_up(struct session *session)
{
	size_t count = session->plan.count;

	if (session->clean_up != CLEAN_UP_BY_OTHERS)
		return;
	plan_keep(&session->plan, is_not_for_clean_up, NULL);
	if (session->plan.count < count)
		session_emit(session, UH_CLEAN_UP_LATER);
}

static bool is_not_started(const struct planned_run *run, const void *context)
{
	const struct session *session = context;
	owns_memory char *path = NULL;

	if (run->script.relative == NULL)
		return true;
	path = record_started_path(&session->state, run->script.relative);
	return path == NULL || access(path, F_OK) < 0;
}

/* An element for each setting; NULL if dpkg or libapt-pkg does not answer. */
static bool *find_settings_of_removed(const struct session *session)
{
	owns_memory bool *is_of_removed = calloc(session->settings.count, 1);
	bool *result = is_of_removed;

	if (is_of_removed == NULL ||
		package_settings_of_removed(&session->settings,
			session->transaction.status_file, is_of_removed) < 0)
		return NULL;
	is_of_removed = NULL;
	return result;
}

/* Where faulty settings come from. Zero-initialised: not asked yet. */
struct setting_places {
	bool is_asked;
	struct origins origins;
};

static void setting_places_done(struct setting_places *places)
{
	origins_done(&places->origins);
}

/* Later -o options override earlier ones, and all files. */
static bool is_set_by_option(const struct session *session, const struct setting *setting)
{
	owns_memory char *option = string_join(setting->key, "=", setting->value);
	const struct string_list *options = &session->command_line.options;

	for (size_t i = 0; option != NULL && i < options->count; i++)
		if (strcasecmp(options->items[i], option) == 0)
			return true;
	return false;
}

/* Asks libapt-pkg, which takes long, only once and only if there is a fault to report. */
static const struct origin *find_setting_origin(struct session *session,
	struct setting_places *places, const struct setting *setting)
{
	owns_buffer struct buffer lines = {0};

	if (!places->is_asked && bridge_origins(&session->command_line, &lines) == 0)
		/* Without memory, the message has no file. */
		(void)origins_parse(&places->origins, buffer_slice(&lines));
	places->is_asked = true;
	return origins_find(&places->origins, setting->key, setting->value);
}

/* The path of a hook below the tree, if a setting has its full path; else NULL. */
static const char *relative_path_in(
	const struct hook_tree *tree, const struct setting *setting)
{
	for (size_t i = 0; i < PLACE_COUNT; i++) {
		size_t size = strlen(tree->places[i]);

		if (strncmp(setting->path, tree->places[i], size) == 0 &&
			setting->path[size] == '/')
			return setting->path + size + 1;
	}
	return NULL;
}

static char *find_near_account(const struct setting *setting)
{
	FILE *accounts = fopen("/etc/passwd", "re");
	char *account;

	if (accounts == NULL)
		return NULL;
	account = nearest_account(accounts, setting->value);
	(void)fclose(accounts); /* only read */
	return account;
}

static void emit_setting(struct session *session, struct setting_places *places,
	const struct setting *setting, enum setting_fault fault)
{
	static const enum uh_event_kind kinds[] = {
		[SETTING_IS_OUT_OF_PLACE] = UH_SETTING_OUT_OF_PLACE,
		[SETTING_IS_UNKNOWN] = UH_SETTING_UNKNOWN,
		[SETTING_IS_UNUSABLE] = UH_SETTING_UNUSABLE,
		[SETTING_HAS_NO_USER] = UH_SETTING_WITHOUT_USER,
		[SETTING_HAS_NO_SCRIPT] = UH_SETTING_NO_SCRIPT,
		[SETTING_IS_MASKED] = UH_SETTING_MASKED,
	};
	bool is_of_hook = fault == SETTING_HAS_NO_SCRIPT || fault == SETTING_IS_MASKED;
	const struct origin *origin = NULL;
	owns_memory char *account = NULL;
	bool is_option;

	/* A package's setting may be for a hook that somebody has masked. */
	if (fault == SETTING_IS_FINE || (is_of_hook && setting->file != NULL))
		return;
	is_option = setting->file == NULL && is_set_by_option(session, setting);
	if (setting->file == NULL && !is_option)
		origin = find_setting_origin(session, places, setting);
	if (fault == SETTING_HAS_NO_USER)
		account = find_near_account(setting);
	session_emit(session, kinds[fault], .setting = setting,
		.path = origin != NULL ? origin->file : setting->file,
		.line = origin != NULL ? origin->line : 0, .is_option = is_option,
		.near = is_of_hook ? relative_path_in(&session->tree, setting) : account);
}

static enum setting_fault judge_setting(struct session *session, size_t i)
{
	const struct setting *setting = &session->settings.items[i];
	bool has_user = !setting_is_user(setting) || getpwnam(setting->value) != NULL;

	return setting_judge(setting, has_user, &session->tree);
}

/*
 * Only at Pre-Install-Pkgs, where apt sends all settings: once per transaction. A setting
 * without a hook is not reported if it is from a conffile of a removed package, or for a
 * former path of a hook.
 */
void session_check_settings(struct session *session)
{
	owns_memory bool *is_of_removed = NULL;
	owns_strings struct string_list former = {0};
	__attribute__((cleanup(setting_places_done))) struct setting_places places = {
		.is_asked = false};
	bool is_asked = false;

	for (size_t i = 0; i < session->settings.count; i++) {
		enum setting_fault fault = judge_setting(session, i);

		if (fault == SETTING_HAS_NO_SCRIPT && !is_asked) {
			read_package_settings(session);
			is_of_removed = find_settings_of_removed(session);
			/* When out of memory, there may be one message too many. */
			(void)settings_former_paths(&session->settings, &former);
			is_asked = true;
		}
		if (fault == SETTING_HAS_NO_SCRIPT &&
			((is_of_removed != NULL && is_of_removed[i]) ||
				former_paths_have(
					&former, session->settings.items[i].path)))
			continue;
		emit_setting(session, &places, &session->settings.items[i], fault);
	}
}

/* By a script, or for the log. dpkg-query is slow, since it reads the whole database. */
static bool is_result_wanted(const struct session *session)
{
	return plan_has_work(&session->plan) ||
	       (session->state.fd >= 0 && state_has(&session->state, LOG_RUNS));
}

static void find_outcome(struct session *session)
{
	struct uh_ending ending = {UH_EXITED, 0};
	int error = 0;

	if (session->is_known && session->closed_by != CLOSED_WHILE_DPKG_RAN &&
		is_result_wanted(session))
		error = outcome_settle(&session->transaction, &session->result, &ending);
	/* apt did not get here, but dpkg may have finished before. */
	if (session->closed_by != CLOSED_BY_APT && session->result != RESULT_OK)
		session->result = RESULT_ABORTED;
	session->log.is_not_reached =
		session->closed_by != CLOSED_BY_APT && session->result == RESULT_OK;
	emit_database(session, error, ending);
	plan_apply_when(&session->plan, &session->transaction,
		session->closed_by == CLOSED_BY_APT, session->result);
}

static void emit_log(struct session *session, int error)
{
	if (error < 0)
		session_emit(
			session, UH_LOG_NOT_WRITTEN, .path = LOG_FILE, .error = error);
}

void session_keep_log(struct session *session)
{
	if (session->log.lines.size == 0 && session->log.lines.error == 0 &&
		session->log.error == 0)
		return;
	/* Nothing can be kept without the state directory: write the log now. */
	if (session->state.fd < 0)
		session_write_log(session);
	else
		emit_log(session, log_writer_keep(&session->log, &session->state,
					  command_line_of(session)));
}

void session_write_log(struct session *session)
{
	emit_log(
		session, log_writer_write(&session->log, &session->state, session->root,
				 command_line_of(session), result_name(session->result)));
}

void session_close_log(struct session *session)
{
	find_outcome(session);
	session_write_log(session);
}

/* Before hooks run: one of them may make the file system read-only again. */
static void catch_up_log(struct session *session)
{
	if (session->state.fd >= 0)
		emit_log(session,
			log_file_catch_up(&log_of_runs, &session->state, session->root));
}

enum run_end session_run(struct session *session, struct uh_event *ret_veto)
{
	struct run_context run_context = {
		.hook_point = session->hook_point,
		.transaction = &session->transaction,
		.is_known = session->is_known,
		.command_line = command_line_of(session),
		.result = session->result,
		.has_failed_before = session->has_failed_before,
		.are_settings_lost = session->settings_reading == UNREADABLE,
		.state = &session->state,
		.root = session->root,
		.can_veto = session->closed_by == CLOSED_BY_APT,
		.is_once = session->clean_up == CLEAN_UP_DUE,
	};
	bool has_failed;
	enum run_end end;

	session_report_state(session);
	end = runner_run(&session->plan, &run_context, session_on_event, session,
		&has_failed, ret_veto, &session->vetoers);
	if (has_failed && session->hook_point != UH_POST_INVOKE && session->state.fd >= 0)
		emit_error(session, UH_FAILURE_NOT_RECORDED,
			record_note_failure(&session->state));
	return end;
}

/* If dpkg has deleted a script, its settings may be gone, too: use the old ones. */
static void apply_promised_settings(struct session *session)
{
	const struct settings *promised = &session->promised_settings;

	plan_prefer_copies(&session->plan, &session->tree);
	if (!plan_has_copies(&session->plan))
		return;
	if (copies_read_settings(&session->state, &session->promised_settings) < 0)
		promised = &session->settings;
	plan_apply_promised_settings(
		&session->plan, &session->tree, promised, &session->transaction);
}

/* All scripts of Post-Invoke; with a clean-up due, also those that dpkg has deleted. */
static void plan_close(struct session *session)
{
	if (session->clean_up == CLEAN_UP_DUE &&
		copies_add_to(&session->tree, &session->state, session->root) < 0)
		session_emit(session, UH_OUT_OF_MEMORY);
	session_plan(session);
	if (plan_has_scripts(&session->plan))
		session_read_settings(session);
	session_apply_settings(session);
	apply_promised_settings(session);
}

enum uh_verdict session_close(struct session *session)
{
	struct uh_event veto;
	enum run_end end = RUN_COMPLETE;

	plan_close(session);
	if (session->clean_up == CLEAN_UP_DUE)
		plan_keep(&session->plan, is_not_started, session);
	session_drop_clean_up(session);
	find_outcome(session);
	catch_up_log(session);
	if (session->closed_by != CLOSED_BY_APT && session->result != RESULT_OK &&
		plan_has_work(&session->plan))
		session_emit(session, UH_CLEAN_UP);
	if (session->plan.count > 0)
		end = session_run(session, &veto);
	session_write_log(session);
	/* After a clean-up there is no apt to stop; each failure has been reported. */
	if (end != RUN_VETOED || session->closed_by != CLOSED_BY_APT)
		return UH_GO_ON;
	session_emit_veto(session, &veto);
	return UH_STOP;
}
