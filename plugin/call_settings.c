/* SPDX-License-Identifier: BSD-2-Clause */
#include "call_settings.h"
#include "bridge.h"
#include "configuration.h"
#include "hook_point.h"
#include "nearest.h"
#include "origins.h"
#include "package_settings.h"
#include "path_search.h"
#include "record.h"

#include <pwd.h>
#include <strings.h>
#include <sys/stat.h>

/* Whether dpkg may have changed the files that the record's settings come from. */
static bool are_settings_changed(const struct call *call)
{
	return hook_point_is_after_dpkg(call->hook_point) && call->is_known &&
	       configuration_has_changed(&call->transaction, call->root);
}

/* The settings as they are now; if they cannot be read, those of the record. */
static void read_changed_settings(struct call *call, struct buffer *lines)
{
	owns_memory char *reason = NULL;
	int error;

	if (call->closed_by == CLOSED_BY_APT)
		call_read_command_line(call);
	error = configuration_read(
		&call->transaction, &call->command_line, lines, &reason);
	if (error == 0)
		return;
	call->are_settings_outdated = true;
	call_emit(call, UH_SETTINGS_OUTDATED, .detail = reason, .error = error);
	buffer_done(lines);
	buffer_append(lines, buffer_slice(&call->transaction.settings));
}

static void read_package_settings(struct call *call)
{
	if (call->are_package_settings_read)
		return;
	call->are_package_settings_read = true;
	if (package_settings_read(&call->settings, &call->tree,
		    call->transaction.status_file, call_on_event, call) < 0)
		call_emit(call, UH_OUT_OF_MEMORY);
}

/* After a script has run, a clean-up may be needed. */
static bool has_run_before(const struct call *call)
{
	return call->state.fd >= 0 && log_writer_has_run(&call->state);
}

static void note_configured_switch(struct call *call)
{
	const struct setting *enabled = settings_enabled_by(&call->settings, "");

	if (enabled != NULL && enabled->number == 0)
		call->log.switched_off_by = SWITCHED_OFF_BY_CONFIGURATION;
}

/* Asking libapt-pkg is slow: do so only if apt sent no settings, or they have changed. */
void call_read_settings(struct call *call)
{
	owns_buffer struct buffer lines = {0};
	owns_memory char *reason = NULL;
	int error = 0;

	if (call->settings_reading != NOT_READ)
		return;
	if (!call->is_known || call->is_of_dpkg)
		error = bridge_settings(&call->command_line, &lines, &reason);
	else if (are_settings_changed(call))
		read_changed_settings(call, &lines);
	else
		buffer_append(&lines, buffer_slice(&call->transaction.settings));
	if (error == 0)
		error = lines.error;
	if (error == 0)
		error = settings_parse(&call->settings, buffer_slice(&lines));
	call->settings_reading = error < 0 ? UNREADABLE : READ;
	note_configured_switch(call);
	if (error < 0)
		call_emit(call, UH_BRIDGE_UNUSABLE, .detail = reason, .error = error);
	else if (reason != NULL)
		call_emit(call, UH_SETTINGS_INCOMPLETE, .detail = reason);
	if (plan_has_scripts(&call->plan) || has_run_before(call) || call->has_session)
		read_package_settings(call);
}

/* Whether a hook after dpkg may ask for paths that will be gone by then. */
static bool are_paths_noted(struct call *call)
{
	/* The settings of packages are seldom needed, and reading them takes long. */
	bool is_mentioned = !call->are_package_settings_read &&
			    package_settings_mention_paths(&call->tree);

	/* Most settings have no Paths: then no directory is looked for. */
	if ((!is_mentioned && !settings_ask_for_paths(&call->settings)) ||
		(!call_is_possible(call, UH_POST_INVOKE) &&
			!call_is_possible(call, UH_SESSION_END)))
		return false;
	if (is_mentioned)
		read_package_settings(call);
	return settings_ask_for_paths(&call->settings);
}

void call_report_search(struct call *call, int error)
{
	if (error < 0)
		call_emit(call, UH_OUT_OF_MEMORY);
}

void call_find_paths(struct call *call)
{
	struct path_search search = {.tree = &call->tree,
		.settings = &call->settings,
		.transaction = &call->transaction,
		.hook_points = 1U << call->hook_point,
		.listener = call_on_event,
		.context = call};

	if (!call->is_known)
		return;
	search.is_noted = are_paths_noted(call);
	if (search.is_noted)
		call_find_all_packages(call);
	call_report_search(call, path_search_before(&search, &call->paths));
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

void call_apply_settings(struct call *call)
{
	struct timespec before = {0};

	plan_set_paths(&call->plan, call->paths.items != NULL ? &call->paths : NULL);
	plan_apply_settings(
		&call->plan, &call->tree, &call->settings, &call->transaction);
	if (!call->are_settings_outdated)
		return;
	/* If unknown, all scripts are new. */
	(void)record_time(&call->state, call->record, &before);
	plan_withhold(&call->plan, is_new_script, &before);
}

/* An element for each setting; NULL if dpkg or libapt-pkg does not answer. */
static bool *find_settings_of_removed(const struct call *call)
{
	owns_memory bool *is_of_removed = calloc(call->settings.count, 1);
	bool *result = is_of_removed;

	if (is_of_removed == NULL ||
		package_settings_of_removed(&call->settings,
			call->transaction.status_file, is_of_removed) < 0)
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
static bool is_set_by_option(const struct call *call, const struct setting *setting)
{
	owns_memory char *option = string_join(setting->key, "=", setting->value);
	const struct string_list *options = &call->command_line.options;

	for (size_t i = 0; option != NULL && i < options->count; i++)
		if (strcasecmp(options->items[i], option) == 0)
			return true;
	return false;
}

/* Asks libapt-pkg, which takes long, only once and only if there is a fault to report. */
static const struct origin *find_setting_origin(
	struct call *call, struct setting_places *places, const struct setting *setting)
{
	owns_buffer struct buffer lines = {0};

	if (!places->is_asked && bridge_origins(&call->command_line, &lines) == 0)
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

static void emit_setting(struct call *call, struct setting_places *places,
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
	bool is_guard = (fault == SETTING_IS_UNUSABLE || fault == SETTING_IS_UNKNOWN) &&
			setting_is_guard(setting);
	const struct origin *origin = NULL;
	owns_memory char *account = NULL;
	bool is_option;

	/* A package's setting may be for a hook that somebody has masked. */
	if (fault == SETTING_IS_FINE || (is_of_hook && setting->file != NULL))
		return;
	is_option = setting->file == NULL && is_set_by_option(call, setting);
	if (setting->file == NULL && !is_option)
		origin = find_setting_origin(call, places, setting);
	if (fault == SETTING_HAS_NO_USER)
		account = find_near_account(setting);
	call_emit(call, is_guard ? UH_GUARD_UNUSABLE : kinds[fault], .setting = setting,
		.path = origin != NULL ? origin->file : setting->file,
		.line = origin != NULL ? origin->line : 0, .is_option = is_option,
		.near = is_of_hook ? relative_path_in(&call->tree, setting) : account);
}

static enum setting_fault judge_setting(struct call *call, size_t i)
{
	const struct setting *setting = &call->settings.items[i];
	bool has_user = !setting_is_user(setting) || getpwnam(setting->value) != NULL;

	return setting_judge(setting, has_user, &call->tree);
}

/*
 * Only at Pre-Install-Pkgs, where apt sends all settings: once per transaction. A setting
 * without a hook is not reported if it is from a conffile of a removed package, or for a
 * former path of a hook.
 */
void call_check_settings(struct call *call)
{
	owns_memory bool *is_of_removed = NULL;
	owns_strings struct string_list former = {0};
	__attribute__((cleanup(setting_places_done))) struct setting_places places = {
		.is_asked = false};
	bool is_asked = false;

	for (size_t i = 0; i < call->settings.count; i++) {
		enum setting_fault fault = judge_setting(call, i);

		if (fault == SETTING_HAS_NO_SCRIPT && !is_asked) {
			read_package_settings(call);
			is_of_removed = find_settings_of_removed(call);
			/* When out of memory, there may be one message too many. */
			(void)settings_former_paths(&call->settings, &former);
			is_asked = true;
		}
		if (fault == SETTING_HAS_NO_SCRIPT &&
			((is_of_removed != NULL && is_of_removed[i]) ||
				former_paths_have(&former, call->settings.items[i].path)))
			continue;
		emit_setting(call, &places, &call->settings.items[i], fault);
	}
}
