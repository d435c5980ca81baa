/* SPDX-License-Identifier: BSD-2-Clause */
#include "environment.h"
#include "hook_point.h"

#include <errno.h>
#include <unistd.h>

#define OURS "APT_UNIVERSAL_HOOKS_"
/* apt's default for DPkg::Path, for a caller without PATH. */
#define DEFAULT_PATH "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
/* systemd's default, for Session-End. */
#define SERVICE_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static int hand_out(const struct run_context *run_context, const char *suffix,
	const struct buffer *bytes, char **ret_path)
{
	if (bytes->error < 0)
		return bytes->error;
	return state_hand_out(run_context->state, suffix, buffer_slice(bytes), ret_path);
}

int script_files_write_tables(
	struct script_files *files, const struct run_context *run_context)
{
	owns_buffer struct buffer table = {0};
	owns_buffer struct buffer archives = {0};
	int error;

	transaction_to_table(run_context->transaction, &table);
	error = hand_out(run_context, "transaction", &table, &files->transaction);
	transaction_archives(run_context->transaction, &archives);
	if (error == 0)
		error = hand_out(run_context, "archives", &archives, &files->archives);
	if (error < 0)
		state_discard(&files->transaction);
	return error;
}

int script_files_write_lists(struct script_files *files,
	const struct run_context *run_context, const struct planned_run *run)
{
	owns_buffer struct buffer names = {0};
	owns_buffer struct buffer matched = {0};
	int error = 0;

	if (files->pkg_list == NULL && run->reason == REASON_WILDCARD) {
		transaction_names(run_context->transaction, false, &names);
		error = hand_out(run_context, "pkg_list", &names, &files->pkg_list);
	}
	state_discard(&files->matched);
	if (error == 0)
		error = planned_run_names(
			run, run_context->transaction, &matched, &files->outcome);
	if (error == 0)
		error = hand_out(run_context, "matched", &matched, &files->matched);
	return error;
}

struct data_suffix {
	char text[sizeof("data-") + DECIMAL_SIZE];
};

static struct data_suffix data_suffix_of(uid_t uid)
{
	struct data_suffix suffix = {.text = ""};
	const char *end = suffix.text + sizeof(suffix.text);
	char digits[DECIMAL_SIZE];

	(void)text_append(
		text_append(suffix.text, end, "data-"), end, decimal(digits, uid));
	return suffix;
}

int script_files_make_data(struct script_files *files,
	const struct run_context *run_context, const struct passwd *account)
{
	uid_t uid = account != NULL ? account->pw_uid : geteuid();
	gid_t gid = account != NULL ? account->pw_gid : getegid();

	free(files->data);
	files->data = NULL;
	if (run_context->owner == NULL)
		return 0;
	return state_make_directory(
		run_context->owner, data_suffix_of(uid).text, uid, gid, &files->data);
}

bool script_files_have_data(const struct state *state)
{
	return state_has(state, data_suffix_of(geteuid()).text);
}

int script_files_write_paths(struct script_files *files,
	const struct run_context *run_context, const struct planned_run *run)
{
	owns_strings struct string_list paths = {0};
	owns_buffer struct buffer lines = {0};
	int error = planned_run_paths(run, run_context->transaction, &paths);

	state_discard(&files->matched_paths);
	for (size_t i = 0; i < paths.count && error == 0; i++) {
		buffer_append_string(&lines, paths.items[i]);
		buffer_append_string(&lines, "\n");
	}
	if (error < 0)
		return error;
	return hand_out(run_context, "matched_paths", &lines, &files->matched_paths);
}

void script_files_discard(struct script_files *files)
{
	state_discard(&files->transaction);
	state_discard(&files->archives);
	state_discard(&files->pkg_list);
	state_discard(&files->matched);
	state_discard(&files->matched_paths);
	free(files->data);
	files->data = NULL;
}

/* An environment under construction; error is −ENOMEM if a variable is missing. */
struct variables {
	struct string_list *list;
	int error;
};

static void add_variable(struct variables *variables, const char *variable)
{
	if (variable == NULL || string_list_add(variables->list, variable) < 0)
		variables->error = -ENOMEM;
}

static void set_variable(struct variables *variables, const char *name, const char *value)
{
	owns_memory char *variable = NULL;

	if (value == NULL)
		return;
	variable = string_join(name, "=", value);
	add_variable(variables, variable);
}

/* A script sees neither what apt passes to us nor the variables of an outer run. */
static bool is_inherited(struct slice variable, const struct passwd *account)
{
	static const char *const of_account[] = {"HOME=", "USER=", "LOGNAME=", "SHELL="};

	for (size_t i = 0; account != NULL && i < COUNT_OF(of_account); i++)
		if (slice_has_prefix(variable, slice_of(of_account[i])))
			return false;
	return !slice_has_prefix(variable, slice_of("APT_HOOK_INFO_FD=")) &&
	       !slice_has_prefix(variable, slice_of(OURS));
}

static void inherit_variables(struct variables *variables, const struct passwd *account)
{
	bool has_path = false;

	for (char **variable = environ; variable != NULL && *variable != NULL;
		variable++) {
		struct slice text = slice_of(*variable);

		if (!is_inherited(text, account))
			continue;
		has_path = has_path || slice_has_prefix(text, slice_of("PATH="));
		add_variable(variables, *variable);
	}
	if (!has_path)
		add_variable(variables, DEFAULT_PATH);
}

/*
 * At Session-End, the environment is that of a service, whether systemd or apt has started
 * the process: nobody can answer questions, and dpkg's lock is no longer held for us.
 */
static void make_service_variables(struct variables *variables)
{
	for (char **variable = environ; variable != NULL && *variable != NULL; variable++)
		if (slice_has_prefix(slice_of(*variable), slice_of("LANG=")) ||
			slice_has_prefix(slice_of(*variable), slice_of("LC_")))
			add_variable(variables, *variable);
	add_variable(variables, SERVICE_PATH);
	add_variable(variables, "DEBIAN_FRONTEND=noninteractive");
}

/* What login(1) sets. */
static void set_account(struct variables *variables, const struct passwd *account)
{
	const char *shell = account->pw_shell[0] != '\0' ? account->pw_shell : "/bin/sh";

	set_variable(variables, "HOME", account->pw_dir);
	set_variable(variables, "USER", account->pw_name);
	set_variable(variables, "LOGNAME", account->pw_name);
	set_variable(variables, "SHELL", shell);
}

static bool has_name_of(const char *variable, const char *other)
{
	size_t size = strcspn(other, "=") + 1;

	return strncmp(variable, other, size) == 0;
}

/* The setting replaces what is inherited, and of its own items the last counts. */
static void set_environment(
	struct variables *variables, const struct setting_items *items)
{
	struct string_list *list = variables->list;

	for (size_t i = 0; i < items->count; i++) {
		size_t kept = 0;

		for (size_t j = 0; j < list->count; j++)
			if (has_name_of(list->items[j], items->items[i]))
				free(list->items[j]);
			else
				list->items[kept++] = list->items[j];
		list->count = kept;
		add_variable(variables, items->items[i]);
	}
}

static void set_package(struct variables *variables, const struct package *package)
{
	set_variable(variables, OURS "PACKAGE", package->name);
	set_variable(variables, OURS "ARCHITECTURE", package->architecture);
	set_variable(variables, OURS "OPERATION", operation_name(package->operation));
	set_variable(variables, OURS "OLD_VERSION", package->old_version);
	set_variable(variables, OURS "NEW_VERSION", package->new_version);
	set_variable(variables, OURS "ARCHIVE", package->archive);
}

/* The outcome of the packages that the script runs for; unset if it is not known. */
static void set_outcome_of(struct variables *variables,
	const struct run_context *run_context, const struct planned_run *run,
	const struct script_files *files)
{
	enum outcome outcome = OUTCOME_PENDING;

	if (run->reason == REASON_PACKAGE)
		outcome = planned_run_outcome(run, run_context->transaction);
	else if (planned_run_has_list(run))
		outcome = files->outcome;
	if (outcome != OUTCOME_PENDING)
		set_variable(variables, OURS "OUTCOME", outcome_name(outcome));
}

int environment_make(struct string_list *environment,
	const struct run_context *run_context, const struct planned_run *run,
	const struct script_files *files, const struct passwd *account, bool is_success)
{
	enum uh_hook_point hook_point = run_context->hook_point;
	struct variables variables = {.list = environment};

	if (hook_point == UH_SESSION_END) {
		make_service_variables(&variables);
		account = account != NULL ? account : getpwuid(geteuid());
	} else {
		inherit_variables(&variables, account);
	}
	if (account != NULL)
		set_account(&variables, account);
	set_environment(&variables, &run->settings.environment);
	set_variable(&variables, OURS "HOOK_POINT", uh_hook_point_name(hook_point));
	set_variable(&variables, OURS "COMMAND_LINE", run_context->command_line);
	if (run_context->owner != NULL)
		set_variable(&variables, OURS "ID", run_context->owner->key);
	set_variable(&variables, OURS "DATA", files->data);
	set_variable(&variables, OURS "TRANSACTION", files->transaction);
	set_variable(&variables, OURS "ARCHIVES", files->archives);
	if (run->reason == REASON_PACKAGE)
		set_package(&variables, run->package);
	if (run->reason == REASON_WILDCARD)
		set_variable(&variables, OURS "WILDCARD", run->directory);
	if (planned_run_has_list(run))
		set_variable(&variables, OURS "MATCHED", files->matched);
	if (run->settings.paths.count > 0)
		set_variable(&variables, OURS "MATCHED_PATHS", files->matched_paths);
	if (hook_point_is_after_dpkg(hook_point)) {
		set_outcome_of(&variables, run_context, run, files);
		set_variable(&variables, OURS "RESULT", result_name(run_context->result));
		set_variable(&variables, OURS "SUCCESS", is_success ? "1" : "0");
	}
	set_variable(&variables, OURS "SESSION", run_context->session);
	if (hook_point == UH_SESSION_END)
		set_variable(&variables, OURS "RUNS",
			decimal((char[DECIMAL_SIZE]){0}, run_context->dpkg_runs));
	return variables.error < 0 ? variables.error : string_list_terminate(environment);
}
