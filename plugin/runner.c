/* SPDX-License-Identifier: BSD-2-Clause */
#include "runner.h"
#include "process.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#define OURS "APT_UNIVERSAL_HOOKS_"
/* What apt itself sets for maintainer scripts (DPkg::Path), where the caller has no PATH.
 */
#define DEFAULT_PATH "PATH=/usr/sbin:/usr/bin:/sbin:/bin"

/* A walk through a plan. Paths are of files that scripts are given, NULL before they are.
 */
struct run {
	const struct occasion *occasion;
	uh_listener *listener;
	void *context;
	char *transaction_file;
	char *list_file;
	char *matched_file;
	const struct wildcard *matched_wildcard; /* whose names matched_file holds */
	bool has_failed;
};

/* The environment of one script: its strings, and the array that execve(2) wants. */
struct environment {
	struct string_list variables;
	bool is_incomplete;
};

static void tell(struct run *run, struct uh_event event)
{
	run->listener(&event, run->context);
}

static void set(struct environment *environment, const char *name, const char *value)
{
	owns_memory char *variable = NULL;

	if (value == NULL)
		return;
	variable = string_format(OURS "%s=%s", name, value);
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

/* The caller's environment, less what apt tells its hooks and what an outer run of us
 * did. */
static void inherit(struct environment *environment)
{
	bool has_path = false;

	for (char **variable = environ; variable != NULL && *variable != NULL;
		variable++) {
		struct slice text = slice_of(*variable);

		if (slice_has_prefix(text, slice_of("APT_HOOK_INFO_FD=")) ||
			slice_has_prefix(text, slice_of(OURS)))
			continue;
		has_path = has_path || slice_has_prefix(text, slice_of("PATH="));
		if (string_list_add(&environment->variables, *variable) < 0)
			environment->is_incomplete = true;
	}
	if (!has_path && string_list_add(&environment->variables, DEFAULT_PATH) < 0)
		environment->is_incomplete = true;
}

static void make_environment(const struct run *run, const struct planned_run *planned,
	struct environment *environment)
{
	const struct occasion *occasion = run->occasion;
	bool is_success = occasion->result == RESULT_OK && !occasion->has_failed_before &&
			  !run->has_failed;

	inherit(environment);
	set(environment, "HOOK_POINT", uh_hook_point_name(occasion->hook_point));
	set(environment, "COMMAND_LINE", occasion->command_line);
	set(environment, "TRANSACTION", run->transaction_file);
	if (planned->reason == REASON_PACKAGE)
		set_package(environment, planned->package);
	if (planned->reason == REASON_WILDCARD) {
		set(environment, "WILDCARD", planned->folder);
		set(environment, "MATCHED", run->matched_file);
	}
	if (occasion->hook_point == UH_POST_INVOKE) {
		set(environment, "RESULT", result_name(occasion->result));
		set(environment, "SUCCESS", is_success ? "1" : "0");
	}
}

/* A hook that was to run and did not: it counts like one that ran and failed. */
static void fail(struct run *run, enum uh_event_kind kind, const char *path, int error)
{
	run->has_failed = true;
	tell(run, (struct uh_event){.kind = kind, .path = path, .error = error});
}

static int hand_out(
	struct run *run, const char *suffix, const struct buffer *bytes, char **path)
{
	if (bytes->error < 0)
		return bytes->error;
	return state_dir_hand_out(run->occasion->state, run->occasion->key, suffix,
		buffer_slice(bytes), path);
}

/* …_TRANSACTION is for all scripts, so it is written before the first of them. */
static void give_transaction(struct run *run)
{
	owns_buffer struct buffer table = {0};
	int error;

	if (!run->occasion->is_known)
		return;
	transaction_to_table(run->occasion->transaction, &table);
	error = hand_out(run, "transaction", &table, &run->transaction_file);
	if (error < 0)
		tell(run, (struct uh_event){
				  .kind = UH_TRANSACTION_FILE_MISSING, .error = error});
}

/* --pkg_list is one file for all, MATCHED one for each wildcard. */
static int give_lists(struct run *run, const struct planned_run *planned)
{
	owns_buffer struct buffer names = {0};
	owns_buffer struct buffer matched = {0};
	int error = 0;

	if (run->list_file == NULL) {
		transaction_names(run->occasion->transaction, false, &names);
		error = hand_out(run, "pkg_list", &names, &run->list_file);
	}
	if (error == 0 && run->matched_wildcard != planned->wildcard) {
		state_dir_discard(&run->matched_file);
		error = plan_matched_names(planned, &matched);
		if (error == 0)
			error = hand_out(run, "matched", &matched, &run->matched_file);
		run->matched_wildcard = error == 0 ? planned->wildcard : NULL;
	}
	return error;
}

static long milliseconds_since(const struct timespec *start)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* fails for unknown clocks only */
	return (now.tv_sec - start->tv_sec) * 1000 +
	       (now.tv_nsec - start->tv_nsec) / 1000000;
}

static void execute(
	struct run *run, const struct planned_run *planned, const char *argument)
{
	const char *path = planned->script.path;
	const char *argv[] = {path, argument, NULL};
	owns_strings struct string_list variables = {0};
	struct environment environment = {.is_incomplete = false};
	struct process_spec spec = {.path = path, .argv = (char *const *)argv};
	struct uh_event event = {.kind = UH_SCRIPT_ENDED, .path = path};
	struct timespec start;
	int error;

	make_environment(run, planned, &environment);
	variables = environment.variables;
	if (environment.is_incomplete ||
		array_grow(&variables.items, &variables.capacity, variables.count,
			sizeof(*variables.items)) < 0) {
		fail(run, UH_SCRIPT_NOT_STARTED, path, -ENOMEM);
		return;
	}
	variables.items[variables.count] = NULL;
	spec.envp = variables.items;

	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	error = process_run(&spec, &event.ending);
	if (error < 0) {
		fail(run, UH_SCRIPT_NOT_STARTED, path, error);
		return;
	}
	event.milliseconds = milliseconds_since(&start);
	if (event.ending.end != UH_EXITED || event.ending.value != 0)
		run->has_failed = true;
	tell(run, event);
}

static void run_script(struct run *run, const struct planned_run *planned)
{
	owns_memory char *argument = NULL;
	int error;

	if (planned->reason == REASON_WILDCARD) {
		error = give_lists(run, planned);
		if (error == 0) {
			argument = string_format("--pkg_list=%s", run->list_file);
			error = argument != NULL ? 0 : -ENOMEM;
		}
		if (error < 0) {
			fail(run, UH_SCRIPT_WITHOUT_LIST, planned->script.path, error);
			return;
		}
	}
	execute(run, planned, argument);
}

/* What a fault of the tree is told as. */
static void tell_fault(struct run *run, const struct script *script)
{
	static const enum uh_event_kind kinds[] = {
		[SCRIPT_IS_NOT_EXECUTABLE] = UH_SCRIPT_NOT_EXECUTABLE,
		[SCRIPT_IS_NOT_A_FILE] = UH_SCRIPT_NOT_A_FILE,
		[SCRIPT_IS_DANGLING] = UH_SCRIPT_DANGLING,
		[SCRIPT_IS_OPEN_TO_OTHERS] = UH_SCRIPT_OPEN_TO_OTHERS,
		[FOLDER_IS_UNREADABLE] = UH_FOLDER_UNREADABLE,
		[FOLDER_IS_UNMATCHED] = UH_WILDCARD_UNMATCHED,
	};

	tell(run, (struct uh_event){
			  .kind = kinds[script->fault],
			  .path = script->path,
			  .error = script->error,
			  .detail = script->breach.path,
			  .breach = script->breach.kind,
			  .id = script->breach.id,
		  });
}

static bool has_work(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->runs[i].script.fault == SCRIPT_IS_FINE)
			return true;
	return false;
}

enum run_end runner_run(const struct plan *plan, const struct occasion *occasion,
	uh_listener *listener, void *context, bool *ret_has_failed)
{
	struct run run = {.occasion = occasion, .listener = listener, .context = context};
	struct interrupts interrupts;
	bool is_interrupted = false;

	interrupts_hold(&interrupts);
	if (has_work(plan))
		give_transaction(&run);
	for (size_t i = 0; i < plan->count && !is_interrupted; i++) {
		const struct planned_run *planned = &plan->runs[i];

		if (planned->script.fault != SCRIPT_IS_FINE)
			tell_fault(&run, &planned->script);
		else
			run_script(&run, planned);
		is_interrupted = interrupts_are_pending();
		if (is_interrupted)
			tell(&run, (struct uh_event){.kind = UH_INTERRUPTED,
					   .path = planned->script.path});
	}
	interrupts_release(&interrupts);
	state_dir_discard(&run.transaction_file);
	state_dir_discard(&run.list_file);
	state_dir_discard(&run.matched_file);
	*ret_has_failed = run.has_failed;
	return is_interrupted ? RUN_INTERRUPTED : RUN_COMPLETE;
}
