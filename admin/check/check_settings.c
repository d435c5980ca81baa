/* SPDX-License-Identifier: BSD-2-Clause */
/* apt.conf's scope Universal-Hooks::, and the users and packages that it names. */
#include "check/check_packages.h"
#include "check/checks.h"
#include "correction.h"
#include "dpkg.h"
#include "model/settings_file.h"
#include "nearest.h"
#include "package_settings.h"
#include "setting_text.h"
#include "system/apt.h"
#include "system/owner.h"
#include "system/rootfs.h"
#include "ui/message.h"
#include "ui/spelling.h"

#include <errno.h>
#include <strings.h>
#include <sys/stat.h>

#define SCOPE "Universal-Hooks"
/* dpkg's default below another root (dpkg(1), --admindir). */

struct settings_check {
	struct check *check;
	struct settings settings;
	struct origins origins;
	bool *is_used; /* per setting: whether its value applies to an enabled hook */
};

/*
 * Whether the setting is for a path to check: of the place that has the path, or, if none
 * has, of either.
 */
static bool concerns_setting(const struct check *check, const struct setting *setting)
{
	bool is_there = false, is_wanted_there = false, is_wanted_elsewhere = false;

	if (check->limits.count == 0)
		return true;
	for (size_t place = 0; place < PLACE_COUNT && setting->path[0] != '\0'; place++) {
		owns_memory char *path =
			xformat("%s/%s", check->hooks.tree.places[place], setting->path);
		struct stat status;

		if (lstat(path, &status) == 0) {
			is_there = true;
			is_wanted_there |= check_concerns(check, path);
		} else {
			is_wanted_elsewhere |= check_concerns(check, path);
		}
	}
	return is_there ? is_wanted_there : is_wanted_elsewhere;
}

static const struct origin *origin_to_fix(
	const struct settings_check *state, const struct setting *setting)
{
	if (setting->file != NULL)
		return NULL;
	return origins_find(&state->origins, setting->key, setting->value);
}

static void find_setting(const struct settings_check *state, enum finding_kind kind,
	const struct setting *setting, const struct buffer *command, const char *message)
{
	const struct origin *origin = origin_to_fix(state, setting);
	const char *file = setting->file;

	if (file == NULL)
		file = origin != NULL ? origin->file : "apt.conf";
	check_find_at(state->check, kind, file, origin != NULL ? origin->line : 0,
		command, "%s \"%s\": %s", setting->key, setting->value, message);
}

/* In the words of the helper; near as there. */
static void find_fault(const struct settings_check *state, enum finding_kind kind,
	const struct setting *setting, enum setting_fault fault, const char *near,
	const struct buffer *command)
{
	owns_buffer struct buffer text = {0};
	owns_memory char *message = NULL;

	setting_text_add(&text, setting, fault, near);
	message = xbuffer_steal(&text);
	find_setting(state, kind, setting, command, message);
}

/* Replaces a part of the line that sets it. */
static void fix_setting(const struct settings_check *state, struct buffer *command,
	const struct setting *setting, const char *wrong, const char *right)
{
	const struct origin *origin = origin_to_fix(state, setting);

	if (origin != NULL && origin->line > 0)
		check_fix_line(
			state->check, command, origin->file, origin->line, wrong, right);
}

static void find_misspelt(const struct settings_check *state, enum finding_kind kind,
	const struct setting *setting, enum setting_fault fault)
{
	__attribute__((cleanup(correction_done))) struct correction correction;
	owns_buffer struct buffer command = {0};

	correction_find(&correction, setting);
	if (correction.is_certain)
		fix_setting(state, &command, setting, correction.wrong, correction.right);
	find_fault(state, kind, setting, fault, NULL, &command);
}

/* Tries the path of a hook and of each directory above it; kept owns the nearest. */
static void try_paths(struct nearest *nearest, struct string_list *kept, const char *path)
{
	owns_memory char *part = xstrdup(path);
	char *slash;

	do {
		const char *before = nearest->word;

		nearest_try(nearest, part);
		if (nearest->word != before) {
			xlist_add(kept, part);
			nearest->word = kept->items[kept->count - 1];
		}
		slash = strrchr(part, '/');
		if (slash != NULL)
			*slash = '\0';
	} while (slash != NULL);
}

static bool is_removed(const struct check *check, const char *package)
{
	owns_memory char *status_file = check_status_file(check);
	const char *const names[] = {package, NULL};
	owns_buffer struct buffer answer = {0};
	struct uh_ending ending;
	struct slice line;

	if (xensure(dpkg_query(status_file, names, &answer, &ending)) < 0)
		return false;
	line = buffer_slice(&answer);
	for (size_t i = 0; i < 2; i++)
		(void)slice_cut(&line, '\t'); /* name, architecture */
	return slice_equals(slice_cut(&line, '\t'), "config-files");
}

/* Whether the setting is from a conffile of a removed package; reports that file once. */
static bool find_removed(
	const struct settings_check *state, const struct setting *setting)
{
	const struct origin *origin =
		origins_find(&state->origins, setting->key, setting->value);
	__attribute__((cleanup(owner_list_done))) struct owner_list owners = {0};
	owns_strings struct string_list paths = {0};
	owns_buffer struct buffer command = {0};
	const char *path, *package;

	if (setting->file != NULL || origin == NULL)
		return false;
	path = origin->file;
	if (path_is_within(path, state->check->admin->root))
		path += strlen(state->check->admin->root);
	xlist_add(&paths, path);
	owner_list_ask(&owners, state->check->admin, &paths);
	package = owner_of(&owners, path);
	if (package == NULL || !is_removed(state->check, package))
		return false;
	if (state->check->admin->root[0] == '\0')
		fix_words(&command, "apt-get", "purge", package);
	check_find(state->check, FINDING_SETTING_OF_REMOVED, origin->file, &command,
		_("belongs to %s, which is removed but not purged; its settings have no "
		  "effect"),
		package);
	return true;
}

static bool is_of_command(
	const struct settings_check *state, const struct setting *setting)
{
	owns_memory char *file =
		xformat("%s%s", state->check->admin->root, SETTINGS_FILE);
	const struct origin *origin = origin_to_fix(state, setting);

	return origin != NULL && strcmp(origin->file, file) == 0;
}

/* Takes out all that this command has set for the path, so once for each path. */
static void fix_by_unset(const struct settings_check *state, struct buffer *command,
	const struct setting *setting)
{
	const char *root = state->check->admin->root;
	const struct setting *other = state->settings.items;

	while (other < setting &&
		(strcmp(other->path, setting->path) != 0 || !is_of_command(state, other)))
		other++;
	if (other < setting || setting->path[0] == '-' || !is_of_command(state, setting))
		return;
	if (root[0] == '\0')
		fix_words(command, "apt-universal-hooks", "unset", setting->path);
	else
		fix_words(command, "apt-universal-hooks", "unset", "--root", root,
			setting->path);
}

static void find_no_hook(
	const struct settings_check *state, const struct setting *setting)
{
	const struct hook_list *hooks = &state->check->hooks;
	owns_strings struct string_list kept = {0};
	owns_strings struct string_list former = {0};
	owns_buffer struct buffer command = {0};
	struct nearest nearest = nearest_to(
		path_in_tree(&hooks->tree, state->check->admin, setting->path));

	xensure(settings_former_paths(&state->settings, &former));
	if (find_removed(state, setting) || former_paths_have(&former, setting->path))
		return;
	for (size_t i = 0; i < hooks->count; i++)
		try_paths(&nearest, &kept, hooks->items[i].script.relative);
	/* The same but for its case, or as a full path. */
	if (nearest.word != NULL && strcasecmp(nearest.word, nearest.wanted) == 0)
		fix_setting(state, &command, setting, setting->path, nearest.word);
	else
		fix_by_unset(state, &command, setting);
	find_fault(state, FINDING_SETTING_NO_HOOK, setting, SETTING_HAS_NO_SCRIPT,
		nearest.word, &command);
}

static bool account_exists(
	const struct settings_check *state, const struct setting *setting)
{
	int found;

	if (!setting_is_user(setting))
		return true;
	found = rootfs_has_user(state->check->admin, setting->value);
	if (found < 0) {
		state->check->is_incomplete = true;
		(void)report_error(
			_("accounts cannot be looked up: %s"), strerror(-found));
	}
	return found != 0;
}

static void find_no_user(
	const struct settings_check *state, const struct setting *setting)
{
	owns_memory char *account =
		rootfs_nearest_user(state->check->admin, setting->value);

	find_fault(
		state, FINDING_USER_MISSING, setting, SETTING_HAS_NO_USER, account, NULL);
}

static void check_setting(
	const struct settings_check *state, const struct setting *setting)
{
	enum setting_fault fault = setting_judge(
		setting, account_exists(state, setting), &state->check->hooks.tree);

	switch (fault) {
	case SETTING_IS_FINE:
		return;
	case SETTING_IS_OUT_OF_PLACE:
		find_fault(state, FINDING_SETTING_MISPLACED, setting, fault, NULL, NULL);
		return;
	case SETTING_IS_UNKNOWN:
		find_misspelt(state, FINDING_SETTING_UNKNOWN, setting, fault);
		return;
	case SETTING_IS_UNUSABLE:
		find_misspelt(state, FINDING_SETTING_UNUSABLE, setting, fault);
		return;
	case SETTING_HAS_NO_USER:
		find_no_user(state, setting);
		return;
	case SETTING_HAS_NO_SCRIPT:
		find_no_hook(state, setting);
		return;
	case SETTING_IS_MASKED:
		if (setting->file == NULL)
			find_fault(state, FINDING_SETTING_MASKED, setting, fault, NULL,
				NULL);
		return;
	}
}

/* The values of a script point into the settings, so the address finds the setting. */
static void mark_used(const struct settings_check *state, const char *value)
{
	for (size_t i = 0; i < state->settings.count; i++)
		if (state->settings.items[i].value == value)
			state->is_used[i] = true;
}

static void mark_hook(const struct settings_check *state, const struct hook *hook)
{
	struct script_settings script;

	xensure(settings_for(&state->settings, hook->script.relative, &script));
	if (script.is_enabled) {
		for (const struct setting_type *type = setting_types; type->name != NULL;
			type++)
			if (type->kind == SETTING_DIRECTORY)
				mark_used(state, setting_text(type, &script));
		for (size_t i = 0; i < script.required_count; i++)
			mark_used(state, script.required[i]);
	}
	script_settings_done(&script);
}

static void mark_hooks(const struct settings_check *state)
{
	const struct check *check = state->check;

	for (size_t i = 0; i < check->hooks.count; i++) {
		const struct hook *hook = &check->hooks.items[i];

		if (hook->status == HOOK_EFFECTIVE &&
			check_concerns(check, hook->script.path))
			mark_hook(state, hook);
	}
}

static bool is_used_as(
	const struct settings_check *state, size_t i, enum setting_kind kind)
{
	return state->is_used[i] && state->settings.items[i].type->kind == kind;
}

static void check_working_directory(
	const struct settings_check *state, const struct setting *setting)
{
	struct stat status;
	int error = rootfs_stat(state->check->admin, setting->value, &status);

	if (error == 0 && S_ISDIR(status.st_mode))
		return;
	if (error == -EACCES) {
		state->check->is_incomplete = true;
		(void)report_error(
			_("%s cannot be examined: %s"), setting->value, strerror(EACCES));
		return;
	}
	find_setting(state, FINDING_DIRECTORY_MISSING, setting, NULL,
		_("there is no such directory, so the hook is not run"));
}

/* Another root may have other sources, so no command is suggested there. */
static bool is_installable(const struct check *check, const char *package)
{
	owns_package_names struct package_names packages = {.has_lists = false};
	const char *const names[] = {package, NULL};
	owns_buffer struct buffer lines = {0};

	if (check->admin->root[0] != '\0' ||
		apt_packages(check->admin, names, &lines) < 0)
		return false;
	package_names_parse(&packages, buffer_slice(&lines));
	return package_names_has(&packages, package);
}

/* At the first of the settings that require it. */
static void find_required(const struct settings_check *state, const char *package)
{
	owns_buffer struct buffer command = {0};
	size_t i = 0;

	if (is_installable(state->check, package))
		fix_add(&command,
			(const char *const[]){"apt-get", "install", package, NULL});
	while (!is_used_as(state, i, SETTING_PACKAGES) ||
		strcmp(state->settings.items[i].value, package) != 0)
		i++;
	find_setting(state, FINDING_REQUIRES_MISSING, &state->settings.items[i], &command,
		_("the package is not installed, so the hook is not run"));
}

/* Finds each package that is not installed. 0 or −errno. */
static int check_packages_installed(
	const struct settings_check *state, const char *const *packages, size_t count)
{
	owns_memory char *status_file = check_status_file(state->check);

	while (count > 0) {
		ssize_t missing = dpkg_first_missing(status_file, packages, count);

		if (missing < 0)
			return (int)missing;
		if ((size_t)missing == count)
			return 0;
		find_required(state, packages[missing]);
		packages += missing + 1;
		count -= (size_t)missing + 1;
	}
	return 0;
}

static void check_required(const struct settings_check *state)
{
	owns_strings struct string_list packages = {0};
	int error;

	for (size_t i = 0; i < state->settings.count; i++)
		if (is_used_as(state, i, SETTING_PACKAGES))
			xlist_add(&packages, state->settings.items[i].value);
	string_list_sort_unique(&packages);
	error = check_packages_installed(
		state, (const char *const *)packages.items, packages.count);
	if (error == 0)
		return;
	state->check->is_incomplete = true;
	(void)report_error(_("cannot ask dpkg about the packages that hooks require: %s"),
		strerror(-error));
}

/* If two packages set the same key, the file that is read last wins. */
static void check_twice(const struct settings_check *state, size_t first)
{
	const struct setting *setting = &state->settings.items[first];

	for (size_t i = first + 1; i < state->settings.count; i++) {
		const struct setting *other = &state->settings.items[i];

		if (strcmp(setting->file, other->file) == 0 ||
			!slice_equals_caseless(
				slice_of(setting->key), slice_of(other->key)))
			continue;
		check_find(state->check, FINDING_SETTING_TWICE, setting->file, NULL,
			_("%s is also set by %s, which is read later"), setting->key,
			other->file);
		return;
	}
}

static bool is_any_enabled(const struct settings_check *state)
{
	const struct hook_list *hooks = &state->check->hooks;

	for (size_t i = 0; i < hooks->count; i++) {
		const struct setting *setting = settings_enabled_by(
			&state->settings, hooks->items[i].script.relative);

		if (hooks->items[i].status == HOOK_EFFECTIVE &&
			(setting == NULL || setting->number != 0))
			return true;
	}
	return false;
}

/* By one line for all hooks, unless others enable some of them. */
static void check_all_disabled(const struct settings_check *state)
{
	const struct setting *setting = settings_enabled_by(&state->settings, "");
	const char *root = state->check->admin->root;
	owns_buffer struct buffer command = {0};

	if (state->check->limits.count > 0 || setting == NULL || setting->number != 0 ||
		is_any_enabled(state))
		return;
	if (is_of_command(state, setting) && root[0] == '\0')
		fix_words(&command, "apt-universal-hooks", "unset", "--all", "Enabled");
	else if (is_of_command(state, setting))
		fix_words(&command, "apt-universal-hooks", "unset", "--root", root,
			"--all", "Enabled");
	find_setting(state, FINDING_ALL_DISABLED, setting, &command,
		_("all hooks are disabled"));
}

static void check_each_setting(struct settings_check *state)
{
	size_t count = state->settings.count;

	state->is_used = xcheck(calloc(count + 1, sizeof(*state->is_used)));
	for (size_t i = 0; i < count; i++)
		if (concerns_setting(state->check, &state->settings.items[i]))
			check_setting(state, &state->settings.items[i]);
	/* Those of packages come last. */
	for (size_t i = 0; i < count; i++)
		if (state->settings.items[i].file != NULL &&
			concerns_setting(state->check, &state->settings.items[i]))
			check_twice(state, i);
	check_all_disabled(state);
	mark_hooks(state);
	for (size_t i = 0; i < count; i++)
		if (is_used_as(state, i, SETTING_DIRECTORY))
			check_working_directory(state, &state->settings.items[i]);
	check_required(state);
}

static void settings_check_done(struct settings_check *state)
{
	settings_done(&state->settings);
	origins_done(&state->origins);
	free(state->is_used);
}

/* A uh_listener: what is wrong with a file of a package. */
static void find_settings_file(const struct uh_event *event, void *context)
{
	struct check *check = context;

	if (!check_concerns(check, event->path))
		return;
	if (event->kind == UH_SETTINGS_FILE_OPEN_TO_OTHERS)
		check_find(check, FINDING_OPEN_TO_OTHERS, event->path, NULL,
			_("others can change %s, so it is not read, and the hooks of its "
			  "package are not run"),
			event->detail);
	else
		check_find(check, FINDING_SETTINGS_FILE_UNUSABLE, event->path, NULL,
			_("cannot be read, so the hooks of its package are not run: %s"),
			event->detail != NULL ? event->detail : strerror(-event->error));
}

void check_settings(struct check *check)
{
	__attribute__((cleanup(settings_check_done))) struct settings_check state = {
		.check = check};
	owns_buffer struct buffer lines = {0};

	if (check->is_apt_unusable)
		return;
	if (apt_configuration(check->admin, SCOPE, &lines) < 0 ||
		origins_ask(&state.origins, check->admin, SCOPE, NULL) < 0) {
		check->is_incomplete = check->is_apt_unusable = true;
		return;
	}
	xensure(settings_parse(&state.settings, buffer_slice(&lines)));
	xensure(package_settings_read(
		&state.settings, &check->hooks.tree, NULL, find_settings_file, check));
	check_each_setting(&state);
}
