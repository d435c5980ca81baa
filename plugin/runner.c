/* SPDX-License-Identifier: BSD-2-Clause */
#include "runner.h"
#include "dpkg.h"
#include "process.h"
#include "record.h"

#include <errno.h>
#include <pwd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define OURS "APT_UNIVERSAL_HOOKS_"
/*
 * What apt itself sets for maintainer scripts (DPkg::Path), where the caller has no PATH.
 */
#define DEFAULT_PATH "PATH=/usr/sbin:/usr/bin:/sbin:/bin"

/* util-linux, an essential package: changes user and groups, then executes. */
#define SETPRIV "/usr/bin/setpriv"

/*
 * A walk through a plan. Paths are of files that scripts are given, NULL before they are.
 */
struct run {
	const struct run_context *run_context;
	uh_listener *listener;
	void *context;
	char *transaction_file;
	char *list_file;
	char *matched_file;
	bool has_failed;
	bool is_stopped;                /* On-Failure "abort": the rest is skipped */
	const struct planned_run *veto; /* the first that On-Failure stops apt for */
	struct uh_event veto_event;     /* how it failed */
};

/* The environment of one script: its strings, and the array that execve(2) wants. */
struct environment {
	struct string_list variables;
	bool is_incomplete;
};

static void emit(struct run *run, struct uh_event event)
{
	run->listener(&event, run->context);
}

static void set(struct environment *environment, const char *name, const char *value)
{
	owns_memory char *variable = NULL;

	if (value == NULL)
		return;
	variable = string_join(OURS, name, "=", value);
	if (variable == NULL || string_list_add(&environment->variables, variable) < 0)
		environment->is_incomplete = true;
}

static void set_package(struct environment *environment, const struct package *package)
{
	set(environment, "PACKAGE", package->name);
	set(environment, "ARCHITECTURE", package->architecture);
	set(environment, "OPERATION", operation_name(package->operation));
	set(environment, "OLD_VERSION", package->old_version);
	set(environment, "NEW_VERSION", package->new_version);
}

static void add(struct environment *environment, const char *name, const char *value)
{
	owns_memory char *variable = string_join(name, "=", value);

	if (variable == NULL || string_list_add(&environment->variables, variable) < 0)
		environment->is_incomplete = true;
}

/* What login(1) sets; account is NULL where the caller's user stays. */
static void set_account(struct environment *environment, const struct passwd *account)
{
	if (account == NULL)
		return;
	add(environment, "HOME", account->pw_dir);
	add(environment, "USER", account->pw_name);
	add(environment, "LOGNAME", account->pw_name);
	add(environment, "SHELL",
		account->pw_shell[0] != '\0' ? account->pw_shell : "/bin/sh");
}

static bool is_replaced(struct slice variable, const struct passwd *account)
{
	static const char *const always[] = {"APT_HOOK_INFO_FD=", OURS};
	static const char *const of_account[] = {"HOME=", "USER=", "LOGNAME=", "SHELL="};

	for (size_t i = 0; i < COUNT_OF(always); i++)
		if (slice_has_prefix(variable, slice_of(always[i])))
			return true;
	for (size_t i = 0; account != NULL && i < COUNT_OF(of_account); i++)
		if (slice_has_prefix(variable, slice_of(of_account[i])))
			return true;
	return false;
}

/*
 * The caller's environment, less what apt tells its hooks and what an outer run of us
 * did.
 */
static void inherit(struct environment *environment, const struct passwd *account)
{
	bool has_path = false;

	for (char **variable = environ; variable != NULL && *variable != NULL;
		variable++) {
		struct slice text = slice_of(*variable);

		if (is_replaced(text, account))
			continue;
		has_path = has_path || slice_has_prefix(text, slice_of("PATH="));
		if (string_list_add(&environment->variables, *variable) < 0)
			environment->is_incomplete = true;
	}
	if (!has_path && string_list_add(&environment->variables, DEFAULT_PATH) < 0)
		environment->is_incomplete = true;
	set_account(environment, account);
}

static void make_environment(const struct run *run, const struct planned_run *planned,
	const struct passwd *account, struct environment *environment)
{
	const struct run_context *run_context = run->run_context;
	bool is_success = run_context->result == RESULT_OK &&
			  !run_context->has_failed_before && !run->has_failed;

	inherit(environment, account);
	set(environment, "HOOK_POINT", uh_hook_point_name(run_context->hook_point));
	set(environment, "COMMAND_LINE", run_context->command_line);
	set(environment, "TRANSACTION", run->transaction_file);
	if (planned->reason == REASON_PACKAGE)
		set_package(environment, planned->package);
	if (planned->reason == REASON_WILDCARD) {
		set(environment, "WILDCARD", planned->directory);
		set(environment, "MATCHED", run->matched_file);
	}
	if (run_context->hook_point == UH_POST_INVOKE) {
		set(environment, "RESULT", result_name(run_context->result));
		set(environment, "SUCCESS", is_success ? "1" : "0");
	}
}

static const char *matched_by(const struct planned_run *planned)
{
	switch (planned->reason) {
	case REASON_PACKAGE:
		return planned->package->name;
	case REASON_WILDCARD:
		return planned->directory;
	case REASON_ALWAYS:
		return NULL;
	}
	return NULL;
}

/* Tells of a script, by its path and what it matched. */
static void emit_about(
	struct run *run, const struct planned_run *planned, struct uh_event event)
{
	event.path = planned->script.path;
	event.matched = matched_by(planned);
	emit(run, event);
}

/* The same of one that failed, or that was to run and could not, which is no better. */
static void fail(
	struct run *run, const struct planned_run *planned, struct uh_event event)
{
	enum on_failure policy = planned->settings.on_failure;

	emit_about(run, planned, event);
	run->has_failed = true;
	if (run->run_context->are_settings_lost)
		emit_about(run, planned, (struct uh_event){.kind = UH_VETO_UNKNOWN});
	if (policy == ON_FAILURE_WARN)
		return;
	if (run->veto == NULL) {
		run->veto = planned;
		run->veto_event = event;
	}
	run->is_stopped = run->is_stopped || policy == ON_FAILURE_ABORT;
}

static int hand_out(
	struct run *run, const char *suffix, const struct buffer *bytes, char **path)
{
	if (bytes->error < 0)
		return bytes->error;
	return state_hand_out(run->run_context->state, suffix, buffer_slice(bytes), path);
}

/* …_TRANSACTION is for all scripts, so it is written before the first of them. */
static void give_transaction(struct run *run)
{
	owns_buffer struct buffer table = {0};
	int error;

	if (!run->run_context->is_known)
		return;
	transaction_to_table(run->run_context->transaction, &table);
	error = hand_out(run, "transaction", &table, &run->transaction_file);
	if (error < 0)
		emit(run, (struct uh_event){
				  .kind = UH_TRANSACTION_FILE_MISSING, .error = error});
}

/*
 * --pkg_list is one file for all; MATCHED is of one script, since its Operations count.
 */
static int give_lists(struct run *run, const struct planned_run *planned)
{
	owns_buffer struct buffer names = {0};
	owns_buffer struct buffer matched = {0};
	int error = 0;

	if (run->list_file == NULL) {
		transaction_names(run->run_context->transaction, false, &names);
		error = hand_out(run, "pkg_list", &names, &run->list_file);
	}
	state_discard(&run->matched_file);
	if (error == 0)
		error = plan_matched_names(
			planned, run->run_context->transaction, &matched);
	if (error == 0)
		error = hand_out(run, "matched", &matched, &run->matched_file);
	return error;
}

static long milliseconds_since(const struct timespec *start)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* fails for unknown clocks only */
	return (now.tv_sec - start->tv_sec) * 1000 +
	       (now.tv_nsec - start->tv_nsec) / 1000000;
}

/* The program and its arguments: the script, or setpriv(1) that becomes the script. */
struct command {
	const char *argv[8];
	char *uid;
	char *gid;
};

static void command_done(struct command *command)
{
	free(command->uid);
	free(command->gid);
}

static int make_command(struct command *command, const struct planned_run *planned,
	const char *argument, const struct passwd *account)
{
	size_t count = 0;

	if (account != NULL) {
		command->uid = string_format("--reuid=%u", account->pw_uid);
		command->gid = string_format("--regid=%u", account->pw_gid);
		if (command->uid == NULL || command->gid == NULL)
			return -ENOMEM;
		command->argv[count++] = SETPRIV;
		command->argv[count++] = command->uid;
		command->argv[count++] = command->gid;
		command->argv[count++] = "--init-groups";
		command->argv[count++] = "--";
	}
	command->argv[count++] = planned->script.path;
	command->argv[count++] = argument;
	return 0;
}

static void execute(struct run *run, const struct planned_run *planned,
	const char *argument, const struct passwd *account)
{
	__attribute__((cleanup(command_done))) struct command command = {.uid = NULL};
	owns_strings struct string_list variables = {0};
	owns_memory char *marker = NULL;
	struct environment environment = {.is_incomplete = false};
	struct uh_event event = {.kind = UH_SCRIPT_ENDED};
	struct process_spec spec = {.directory = planned->settings.directory,
		.timeout = planned->settings.timeout};
	struct timespec start;

	make_environment(run, planned, account, &environment);
	variables = environment.variables;
	event.error =
		environment.is_incomplete ? -ENOMEM : string_list_terminate(&variables);
	if (event.error == 0)
		event.error = make_command(&command, planned, argument, account);
	if (run->run_context->is_once)
		marker = record_started_path(
			run->run_context->state, planned->script.relative);
	spec.marker = marker;
	spec.path = command.argv[0];
	spec.argv = (char *const *)command.argv;
	spec.envp = variables.items;

	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	if (event.error == 0)
		event.error = process_run(&spec, &event.ending);
	event.milliseconds = milliseconds_since(&start);
	if (event.error < 0)
		event.kind = UH_SCRIPT_NOT_STARTED;
	if (event.error < 0 || event.ending.end != UH_EXITED || event.ending.value != 0)
		fail(run, planned, event);
	else
		emit_about(run, planned, event);
}

/* Whether the packages of Requires are there; if not, that has been told. */
static bool has_required(struct run *run, const struct planned_run *planned)
{
	const struct script_settings *settings = &planned->settings;
	ssize_t missing;

	if (settings->required_count == 0)
		return true;
	missing = dpkg_first_missing(run->run_context->transaction->status_file,
		settings->required, settings->required_count);
	if (missing == (ssize_t)settings->required_count)
		return true;
	if (missing < 0)
		emit_about(run, planned,
			(struct uh_event){
				.kind = UH_REQUIREMENTS_UNKNOWN, .error = (int)missing});
	else
		emit_about(run, planned,
			(struct uh_event){.kind = UH_SCRIPT_LACKS_PACKAGE,
				.detail = settings->required[missing]});
	return false;
}

/* The account of User: false when it cannot be had, and that has been told. */
static bool find_account(struct run *run, const struct planned_run *planned,
	const struct passwd **ret_account)
{
	struct uh_event event = {.detail = planned->settings.user};

	*ret_account = NULL;
	if (planned->settings.user == NULL)
		return true;
	*ret_account = getpwnam(planned->settings.user);
	if (*ret_account != NULL && geteuid() == 0)
		return true;
	event.kind =
		*ret_account == NULL ? UH_SCRIPT_WITHOUT_USER : UH_SCRIPT_WITHOUT_RIGHTS;
	fail(run, planned, event);
	return false;
}

static bool has_directory(struct run *run, const struct planned_run *planned)
{
	const char *directory = planned->settings.directory;
	struct uh_event event = {
		.kind = UH_SCRIPT_WITHOUT_DIRECTORY, .detail = directory};
	struct stat status;

	if (stat(directory, &status) < 0)
		event.error = -errno;
	else if (!S_ISDIR(status.st_mode))
		event.error = -ENOTDIR;
	if (event.error < 0)
		fail(run, planned, event);
	return event.error == 0;
}

static void run_script(struct run *run, const struct planned_run *planned)
{
	const struct passwd *account;
	owns_memory char *argument = NULL;
	struct uh_event event = {.kind = UH_SCRIPT_WITHOUT_LIST};

	if (!has_required(run, planned) || !find_account(run, planned, &account) ||
		!has_directory(run, planned))
		return;
	if (planned->reason == REASON_WILDCARD) {
		event.error = give_lists(run, planned);
		if (event.error == 0) {
			argument = string_join("--pkg_list=", run->list_file);
			event.error = argument != NULL ? 0 : -ENOMEM;
		}
		if (event.error < 0) {
			fail(run, planned, event);
			return;
		}
	}
	execute(run, planned, argument, account);
}

/*
 * What a fault of the tree is told as; what was made unsafe counts as a failure, and what
 * would run, if only it could be looked at.
 */
static void emit_fault(struct run *run, const struct planned_run *planned)
{
	static const enum uh_event_kind kinds[] = {
		[SCRIPT_CANNOT_START] = UH_SCRIPT_NOT_STARTED,
		[SCRIPT_IS_NOT_EXECUTABLE] = UH_SCRIPT_NOT_EXECUTABLE,
		[SCRIPT_IS_NOT_A_FILE] = UH_SCRIPT_NOT_A_FILE,
		[SCRIPT_IS_DANGLING] = UH_SCRIPT_DANGLING,
		[SCRIPT_IS_OPEN_TO_OTHERS] = UH_SCRIPT_OPEN_TO_OTHERS,
		[DIRECTORY_IS_UNREADABLE] = UH_DIRECTORY_UNREADABLE,
		[DIRECTORY_IS_UNMATCHED] = UH_WILDCARD_UNMATCHED,
	};
	const struct script *script = &planned->script;
	struct uh_event event = {
		.kind = kinds[script->fault],
		.error = script->error,
		.detail = script->unsafe.path,
		.unsafe = script->unsafe.kind,
		.id = script->unsafe.id,
	};

	if (script->fault == SCRIPT_IS_OPEN_TO_OTHERS ||
		script->fault == SCRIPT_CANNOT_START)
		fail(run, planned, event);
	else
		emit_about(run, planned, event);
}

static void take_turn(struct run *run, const struct planned_run *planned)
{
	if (run->is_stopped)
		emit_about(run, planned,
			(struct uh_event){
				.kind = UH_SCRIPT_SKIPPED, .detail = "On-Failure"});
	else if (planned->skip != SKIP_NOT)
		emit_about(run, planned,
			(struct uh_event){.kind = UH_SCRIPT_SKIPPED,
				.detail = skip_name(planned->skip)});
	else if (planned->script.fault != SCRIPT_IS_FINE)
		emit_fault(run, planned);
	else
		run_script(run, planned);
}

/* How a script that never ended failed, was told when it did. */
static struct uh_event veto_of(const struct run *run)
{
	struct uh_event veto = run->veto_event;

	if (veto.kind != UH_SCRIPT_ENDED)
		veto.ending = (struct uh_ending){UH_EXITED, 0};
	veto.kind =
		run->run_context->hook_point == UH_POST_INVOKE ? UH_LATE_VETO : UH_VETO;
	veto.error = 0;
	veto.path = run->veto->script.path;
	veto.detail = run->veto->script.relative;
	return veto;
}

enum run_end runner_run(const struct plan *plan, const struct run_context *run_context,
	uh_listener *listener, void *context, bool *ret_has_failed,
	struct uh_event *ret_veto)
{
	struct run run = {
		.run_context = run_context, .listener = listener, .context = context};
	struct interrupts interrupts;
	bool is_interrupted = false;

	interrupts_hold(&interrupts);
	if (plan_has_work(plan))
		give_transaction(&run);
	for (size_t i = 0; i < plan->count && !is_interrupted; i++) {
		take_turn(&run, &plan->runs[i]);
		is_interrupted = interrupts_are_pending();
		if (is_interrupted)
			emit_about(&run, &plan->runs[i],
				(struct uh_event){.kind = UH_INTERRUPTED});
	}
	interrupts_release(&interrupts);
	state_discard(&run.transaction_file);
	state_discard(&run.list_file);
	state_discard(&run.matched_file);
	*ret_has_failed = run.has_failed;
	if (is_interrupted)
		return RUN_INTERRUPTED;
	if (run.veto == NULL)
		return RUN_COMPLETE;
	*ret_veto = veto_of(&run);
	return RUN_VETOED;
}
