/* SPDX-License-Identifier: BSD-2-Clause */
/* apt.conf's scope Universal-Hooks::, and the users and packages that it names. */
#include "check/check_packages.h"
#include "check/checks.h"
#include "check/setting_index.h"
#include "correction.h"
#include "dpkg_lists.h"
#include "hook_point.h"
#include "model/candidate.h"
#include "model/settings_file.h"
#include "nearest.h"
#include "package_settings.h"
#include "requirement.h"
#include "setting_text.h"
#include "system/apt.h"
#include "system/owner.h"
#include "system/rootfs.h"
#include "ui/message.h"
#include "ui/spelling.h"
#include "variables.h"

#include <errno.h>
#include <strings.h>
#include <sys/stat.h>

#define SCOPE "Universal-Hooks"

struct settings_check {
	struct check *check;
	bool *is_used; /* per setting: whether its value applies to an enabled hook */
	struct setting_index index;
	char *own_file; /* that "set" and "disable" write */
	/* Of settings without a hook, as soon as there is one. */
	struct string_list paths;  /* of hooks, and of the directories above them */
	struct string_list former; /* former paths of hooks */
	bool has_paths;
	/* Of the files of apt's configuration, as soon as it matters. */
	struct owner_list owners;
	struct string_list removed; /* those that are removed, but not purged */
	bool has_owners;
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
	return origins_find(&state->check->origins, setting->key, setting->value);
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

/* Adds the path of a hook and of each directory above it that before is not in. */
static void add_paths_of_hook(
	struct string_list *paths, const char *path, const char *before)
{
	owns_memory char *part = xstrdup(path);
	char *slash;

	do {
		xlist_add(paths, part);
		slash = strrchr(part, '/');
		if (slash != NULL)
			*slash = '\0';
	} while (slash != NULL && !path_is_within(before, part));
}

static void list_paths(struct settings_check *state)
{
	const struct hook_list *hooks = &state->check->hooks;
	const char *before = "";

	if (state->has_paths)
		return;
	state->has_paths = true;
	xensure(settings_former_paths(&state->check->settings, &state->former));
	for (size_t i = 0; i < hooks->count; i++) {
		add_paths_of_hook(&state->paths, hooks->items[i].script.relative, before);
		before = hooks->items[i].script.relative;
	}
}

static const char *path_in_root(const struct check *check, const char *path)
{
	const char *root = check->admin->root;

	return path_is_within(path, root) ? path + strlen(root) : path;
}

static void list_removed_owners(struct settings_check *state)
{
	owns_memory char *status_file = check_status_file(state->check);
	owns_strings struct string_list names = {0};
	owns_buffer struct buffer answer = {0};
	struct uh_ending ending;
	struct slice rest;

	for (size_t i = 0; i < state->owners.count; i++)
		xlist_add(&names, state->owners.items[i].packages);
	string_list_sort_unique(&names);
	xensure(string_list_terminate(&names));
	if (names.count == 0 ||
		xensure(dpkg_query(status_file, (const char *const *)names.items, &answer,
			&ending)) < 0)
		return;
	for (rest = buffer_slice(&answer); rest.size > 0;) {
		struct slice line = slice_cut(&rest, '\n');
		struct slice name = slice_cut(&line, '\t');
		owns_memory char *package = xstrndup(name.data, name.size);

		(void)slice_cut(&line, '\t'); /* architecture */
		if (slice_equals(slice_cut(&line, '\t'), "config-files"))
			xlist_add(&state->removed, package);
	}
	string_list_sort_unique(&state->removed);
}

/* The package that owns a file of apt's configuration, or NULL; asks dpkg once for all. */
static const char *owner_of_file(struct settings_check *state, const char *file)
{
	const struct origins *origins = &state->check->origins;
	owns_strings struct string_list paths = {0};

	if (!state->has_owners) {
		state->has_owners = true;
		for (size_t i = 0; i < origins->count; i++)
			if (i == 0 || strcmp(origins->items[i].file,
					      origins->items[i - 1].file) != 0)
				xlist_add(&paths, path_in_root(state->check,
							  origins->items[i].file));
		string_list_sort_unique(&paths);
		owner_list_ask(&state->owners, state->check->admin, &paths);
		list_removed_owners(state);
	}
	return owner_of(&state->owners, path_in_root(state->check, file));
}

/* Whether the setting is from a conffile of a removed package; reports that file once. */
static bool find_removed(struct settings_check *state, const struct setting *setting)
{
	const struct origin *origin = origin_to_fix(state, setting);
	const char *package = origin != NULL ? owner_of_file(state, origin->file) : NULL;
	owns_buffer struct buffer command = {0};

	if (package == NULL || !string_list_has(&state->removed, package))
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
	const struct origin *origin = origin_to_fix(state, setting);

	return origin != NULL && strcmp(origin->file, state->own_file) == 0;
}

/* Whether it is the first for its path that this command has set. */
static bool is_first_of_command(
	const struct settings_check *state, const struct setting *setting)
{
	size_t count;
	const struct setting *const *others =
		setting_index_path(&state->index, setting->path, &count);

	for (size_t i = 0; i < count; i++)
		if (others[i] < setting && is_of_command(state, others[i]))
			return false;
	return is_of_command(state, setting);
}

/* Takes out all that this command has set for the path, so once for each path. */
static void fix_by_unset(const struct settings_check *state, struct buffer *command,
	const struct setting *setting)
{
	const char *root = state->check->admin->root;

	if (setting->path[0] == '-' || !is_first_of_command(state, setting))
		return;
	if (root[0] == '\0')
		fix_words(command, "apt-universal-hooks", "unset", setting->path);
	else
		fix_words(command, "apt-universal-hooks", "unset", "--root", root,
			setting->path);
}

static void find_no_hook(struct settings_check *state, const struct setting *setting)
{
	const struct hook_list *hooks = &state->check->hooks;
	owns_buffer struct buffer command = {0};
	struct nearest nearest = nearest_to(
		path_in_tree(&hooks->tree, state->check->admin, setting->path));

	list_paths(state);
	if (find_removed(state, setting) ||
		former_paths_have(&state->former, setting->path))
		return;
	for (size_t i = 0; i < state->paths.count; i++)
		nearest_try(&nearest, state->paths.items[i]);
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
		(void)report_error(_("accounts cannot be looked up, so the setting User "
				     "is not checked: %s"),
			strerror(-found));
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

static void check_setting(struct settings_check *state, const struct setting *setting)
{
	enum setting_fault fault = setting_judge(
		setting, account_exists(state, setting), &state->check->hooks.tree);
	bool is_guard = setting_is_guard(setting);

	switch (fault) {
	case SETTING_IS_FINE:
		return;
	case SETTING_IS_OUT_OF_PLACE:
		find_fault(state, FINDING_SETTING_MISPLACED, setting, fault, NULL, NULL);
		return;
	case SETTING_IS_UNKNOWN:
		find_misspelt(state,
			is_guard ? FINDING_GUARD_UNUSABLE : FINDING_SETTING_UNKNOWN,
			setting, fault);
		return;
	case SETTING_IS_UNUSABLE:
		find_misspelt(state,
			is_guard ? FINDING_GUARD_UNUSABLE : FINDING_SETTING_UNUSABLE,
			setting, fault);
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
	const struct setting *setting = setting_index_value(&state->index, value);

	if (setting != NULL)
		state->is_used[setting - state->check->settings.items] = true;
}

static void mark_values(const struct settings_check *state,
	const struct setting_type *type, const struct script_settings *script)
{
	const struct setting_items *list = setting_list(type, script);

	if (type->kind == SETTING_DIRECTORY)
		mark_used(state, setting_text(type, script));
	for (size_t i = 0; list != NULL && i < list->count; i++)
		mark_used(state, list->items[i]);
}

/* Where packages are not known, a hook that is for some of them never runs. */
static void check_is_aimed(const struct settings_check *state, const struct hook *hook,
	const struct script_settings *script)
{
	const struct setting *setting = NULL;

	if (hook_point_has_packages(hook->hook_point))
		return;
	for (const struct setting_type *type = setting_types; type->name != NULL; type++)
		if (setting_type_chooses_packages(type) &&
			!setting_is_default(type, script))
			setting = settings_source(
				&state->check->settings, hook->script.relative, type);
	if (setting != NULL)
		find_setting(state, FINDING_PACKAGES_NOT_KNOWN, setting, NULL,
			_("packages are not known before Pre-Install-Pkgs, so the hook "
			  "never runs"));
}

static void mark_hook(const struct settings_check *state, const struct hook *hook)
{
	struct script_settings script;

	xensure(settings_for(&state->check->settings, hook->script.relative, &script));
	if (script.is_enabled) {
		for (const struct setting_type *type = setting_types; type->name != NULL;
			type++)
			mark_values(state, type, &script);
		check_is_aimed(state, hook, &script);
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
	const struct setting *setting = &state->check->settings.items[i];

	/* A faulty one is a finding of its own. */
	return state->is_used[i] && setting->type != NULL && !setting->is_value_bad &&
	       setting->type->kind == kind;
}

/* An exclusion may be for a package that is not there yet. */
static bool is_aim(const struct settings_check *state, size_t i, struct pattern *pattern)
{
	return is_used_as(state, i, SETTING_PATTERNS) &&
	       pattern_parse(pattern, state->check->settings.items[i].value) &&
	       !pattern->excludes;
}

/* Patterns of Packages that match no package that apt knows. */
static void check_patterns(const struct settings_check *state)
{
	owns_package_names struct package_names names = {.has_lists = false};
	struct pattern pattern;
	bool is_asked = false;

	for (size_t i = 0; i < state->check->settings.count; i++) {
		if (!is_aim(state, i, &pattern))
			continue;
		if (!is_asked && !check_known_packages(state->check, &names))
			return;
		is_asked = true;
		/* What is not installed may be in lists that are missing. */
		if (!names.has_lists || package_names_have_match(&names, &pattern))
			continue;
		find_setting(state, FINDING_WILDCARD_WITHOUT_MATCH,
			&state->check->settings.items[i], NULL,
			_("no known package matches"));
	}
}

/* The globs of Paths that hooks use, and whether an installed package matches each. */
struct glob_check {
	struct path_globs globs;
	bool *marks;
	unsigned merged;
	struct dpkg_lists lists;
};

static void glob_check_done(struct glob_check *check)
{
	path_globs_done(&check->globs);
	free(check->marks);
	dpkg_lists_done(&check->lists);
}

static int mark_list(void *context, const char *package, struct buffer *text)
{
	const struct glob_check *check = context;

	return path_globs_mark(&check->globs, check->merged, &check->lists.diversions,
		package, text, check->marks);
}

static void add_used_globs(const struct settings_check *state, struct path_globs *globs)
{
	owns_memory const char **values =
		xcheck(calloc(state->check->settings.count + 1, sizeof(*values)));
	struct setting_items items = {.items = values};

	for (size_t i = 0; i < state->check->settings.count; i++)
		if (is_used_as(state, i, SETTING_PATHS))
			values[items.count++] = state->check->settings.items[i].value;
	(void)xensure(path_globs_add(globs, &items));
}

static void find_unmatched(
	const struct settings_check *state, const struct glob_check *globs, size_t i)
{
	const struct setting *setting = &state->check->settings.items[i];

	if (!globs->marks[path_globs_find(&globs->globs, setting->value)])
		find_setting(state, FINDING_PATH_WITHOUT_MATCH, setting, NULL,
			_("no installed package has such a path"));
}

static void check_globs(const struct settings_check *state)
{
	__attribute__((cleanup(glob_check_done))) struct glob_check globs = {
		.lists.info = -1};
	owns_memory char *status_file = NULL;

	add_used_globs(state, &globs.globs);
	if (globs.globs.count == 0)
		return;
	status_file = check_status_file(state->check);
	globs.merged = paths_merged(state->check->hooks.tree.trust.root);
	globs.marks = xcheck(calloc(globs.globs.count, sizeof(*globs.marks)));
	/* Without a database, nothing is known. */
	if (dpkg_lists_open(&globs.lists, status_file) < 0 ||
		xensure(dpkg_lists_visit(&globs.lists, mark_list, &globs)) < 0)
		return;
	for (size_t i = 0; i < state->check->settings.count; i++)
		if (is_used_as(state, i, SETTING_PATHS))
			find_unmatched(state, &globs, i);
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

static void check_variable(
	const struct settings_check *state, const struct setting *setting)
{
	struct trust *trust = &state->check->hooks.tree.trust;
	struct unsafe_path unsafe;
	int error = variable_check(setting->value, trust, &unsafe);
	owns_memory char *fault = NULL;
	owns_memory char *message = NULL;

	if (error < 0) {
		fault = variable_fault_text(setting->value, error, &unsafe);
		/* Translators: %s is what is wrong with a variable. */
		message = xformat(_("%s, so the hook is not run"), fault);
		find_setting(state,
			error == -EPERM ? FINDING_OPEN_TO_OTHERS : FINDING_GUARD_UNUSABLE,
			setting, NULL, message);
	}
	free(unsafe.path);
}

/* What hooks require and is not installed. */
struct missing {
	const struct setting *setting;
	struct slice dependency;
};

struct missing_list {
	struct missing *items;
	size_t count;
	size_t capacity;
};

static void missing_list_done(struct missing_list *list)
{
	free(list->items);
}

static void find_required(const struct settings_check *state,
	const struct missing *missing, struct slice candidates)
{
	const struct setting *setting = missing->setting;
	const struct slice dependency = missing->dependency;
	owns_buffer struct buffer command = {0};
	owns_memory char *package = candidate_find(candidates, dependency);
	struct slice value = slice_of(setting->value);

	if (package != NULL)
		fix_words(&command, "apt-get", "install", package);
	relation_trim(&value);
	if (slice_compare(value, dependency) == 0)
		find_setting(state, FINDING_REQUIRES_MISSING, setting, &command,
			_("the package is not installed, so the hook is not run"));
	else {
		owns_memory char *message =
			xformat(_("%.*s is not installed, so the hook is not run"),
				(int)dependency.size, dependency.data);

		find_setting(state, FINDING_REQUIRES_MISSING, setting, &command, message);
	}
}

/* Another root may have other sources, so no command is suggested there. */
static void find_all_required(
	const struct settings_check *state, const struct missing_list *list)
{
	owns_strings struct string_list names = {0};
	owns_buffer struct buffer lines = {0};

	for (size_t i = 0; i < list->count; i++)
		candidate_add_names(&names, list->items[i].dependency);
	string_list_sort_unique(&names);
	xensure(string_list_terminate(&names));
	if (state->check->admin->root[0] == '\0' && names.count > 0)
		/* It reports its own errors; then there are no lines. */
		(void)apt_packages(
			state->check->admin, (const char *const *)names.items, &lines);
	for (size_t i = 0; i < list->count; i++)
		find_required(state, &list->items[i], buffer_slice(&lines));
}

/* By the text of the value; of equals, in their order. */
static int compare_required_values(const void *a, const void *b)
{
	const struct setting *one = *(const struct setting *const *)a;
	const struct setting *other = *(const struct setting *const *)b;
	int order = strcmp(one->value, other->value);

	if (order != 0)
		return order;
	return one < other ? -1 : one > other;
}

/* The settings that hooks use, the first of each value. The caller frees the list. */
static const struct setting **list_required(
	const struct settings_check *state, size_t *ret_count)
{
	const struct settings *settings = &state->check->settings;
	const struct setting **list = xcheck(calloc(settings->count + 1, sizeof(*list)));
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < settings->count; i++)
		if (is_used_as(state, i, SETTING_DEPENDENCIES))
			list[count++] = &settings->items[i];
	qsort(list, count, sizeof(*list), compare_required_values);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || strcmp(list[kept - 1]->value, list[i]->value) != 0)
			list[kept++] = list[i];
	*ret_count = kept;
	return list;
}

/* Returns like installed_satisfies(). */
static int add_missing(struct missing_list *list, const struct setting *setting,
	const struct installed *installed)
{
	struct slice rest = slice_of(setting->value);
	int answer = 0;

	while (rest.size > 0 && answer >= 0) {
		struct slice dependency = dependency_cut(&rest);

		answer = xensure(installed_satisfies(installed, dependency));
		if (answer != 0)
			continue;
		xgrow(&list->items, &list->capacity, list->count, sizeof(*list->items));
		list->items[list->count++] = (struct missing){setting, dependency};
	}
	return answer < 0 ? answer : 0;
}

static void check_required(const struct settings_check *state)
{
	owns_memory char *status_file = check_status_file(state->check);
	owns_installed struct installed installed = {.count = 0};
	__attribute__((cleanup(missing_list_done))) struct missing_list missing = {0};
	size_t count;
	owns_memory const struct setting **required = list_required(state, &count);
	int error = 0;

	if (count > 0)
		error = xensure(installed_read(&installed, status_file));
	for (size_t i = 0; i < count && error == 0; i++)
		xensure(installed_expect(
			&installed, (const char *const[]){required[i]->value}, 1));
	if (error == 0)
		(void)versions_compare(&installed.versions); /* else one by one */
	for (size_t i = 0; i < count && error == 0; i++)
		error = add_missing(&missing, required[i], &installed);
	find_all_required(state, &missing);
	if (error == 0)
		return;
	state->check->is_incomplete = true;
	(void)report_error(_("cannot ask dpkg about the packages that hooks require, so "
			     "Requires is not checked: %s"),
		strerror(-error));
}

/* Those of our settings; the caller frees the list, which ends with NULL. */
static const struct origin **origins_in_scope(const struct settings_check *state)
{
	const struct origins *origins = &state->check->origins;
	const struct origin **list = xcheck(calloc(origins->count + 1, sizeof(*list)));
	size_t count = 0;

	for (size_t i = 0; i < origins->count; i++)
		if (key_is_in_scope(origins->items[i].key, SCOPE))
			list[count++] = &origins->items[i];
	return list;
}

/*
 * The lines of apt's configuration as settings, in the same order; for settings_done().
 * Keys that differ may be for the same hook: a slash at the end of its path is ignored.
 */
static void parse_origins(
	const struct origin *const *origins, size_t count, struct settings *ret_settings)
{
	owns_memory struct setting *items = xcheck(calloc(count + 1, sizeof(*items)));
	owns_buffer struct buffer lines = {0};

	for (size_t i = 0; i < count; i++)
		items[i] = (struct setting){
			.key = origins[i]->key, .value = origins[i]->value};
	settings_format(&(struct settings){.items = items, .count = count}, &lines);
	xensure(lines.error);
	xensure(settings_parse(ret_settings, buffer_slice(&lines)));
}

static bool is_same_value(const struct setting *setting, const struct setting *other)
{
	bool is_text = setting->type->kind == SETTING_ACCOUNT ||
		       setting->type->kind == SETTING_DIRECTORY ||
		       setting->type->kind == SETTING_TEXT;

	if (is_text || setting->is_value_bad)
		return strcmp(setting->value, other->value) == 0;
	return setting->number == other->number;
}

/*
 * What applies instead of a line of apt's configuration; NULL if it is the same, or if it
 * is invalid, which is a finding of its own.
 */
static const struct setting *find_overriding(
	const struct settings_check *state, const struct setting *line)
{
	const struct setting *found;

	if (line->type == NULL || line->type->kind == SETTING_RENAME ||
		setting_type_is_list(line->type))
		return NULL;
	found = setting_index_last(&state->index, line->path, line->type);
	return found != NULL && !found->is_value_bad && !is_same_value(line, found)
		       ? found
		       : NULL;
}

/* An administrator may override what a package ships. */
static bool overrides_file_of_package(struct settings_check *state,
	const struct origin *line, const struct origin *later)
{
	return strcmp(line->file, later->file) != 0 &&
	       owner_of_file(state, line->file) != NULL &&
	       owner_of_file(state, later->file) == NULL;
}

/* Taking out what has no effect is safe, if this command has written it. */
static void fix_overridden(const struct settings_check *state, struct buffer *command,
	const struct setting *setting, const struct origin *line,
	const struct origin *later)
{
	const char *root = state->check->admin->root;
	const char *own = state->own_file;
	bool is_for_all = setting->path[0] == '\0';

	if (strcmp(line->file, own) != 0 || strcmp(later->file, own) == 0 ||
		setting->path[0] == '-' || root[0] != '\0')
		return;
	fix_words(command, "apt-universal-hooks", "unset",
		is_for_all ? "--all" : setting->path, setting->type->name);
}

static void check_overridden(struct settings_check *state, const struct setting *setting,
	const struct origin *line)
{
	const struct setting *applied = find_overriding(state, setting);
	const struct origin *later = applied != NULL
					     ? origins_find(&state->check->origins,
						       applied->key, applied->value)
					     : NULL;
	owns_buffer struct buffer command = {0};

	if (later == NULL || later == line ||
		overrides_file_of_package(state, line, later))
		return;
	fix_overridden(state, &command, setting, line, later);
	check_find_at(state->check, FINDING_SETTING_TWICE, line->file, line->line,
		&command, _("%s \"%s\" has no effect: %s:%lu sets it to \"%s\""),
		line->key, line->value, later->file, later->line, later->value);
}

static void check_overridden_lines(struct settings_check *state)
{
	__attribute__((cleanup(settings_done))) struct settings lines = {0};
	owns_memory const struct origin **origins = origins_in_scope(state);
	size_t count = 0;

	while (origins[count] != NULL)
		count++;
	parse_origins(origins, count, &lines);
	for (size_t i = 0; i < lines.count && lines.count == count; i++)
		if (concerns_setting(state->check, &lines.items[i]))
			check_overridden(state, &lines.items[i], origins[i]);
}

static int compare_keys(const void *a, const void *b)
{
	const struct setting *one = *(const struct setting *const *)a;
	const struct setting *other = *(const struct setting *const *)b;
	int order = strcasecmp(one->key, other->key);

	if (order != 0)
		return order;
	return one < other ? -1 : one > other;
}

/* The first of those behind the setting that is in another file and has its key. */
static const struct setting *find_later(
	const struct setting *const *setting, const struct setting *const *end)
{
	const struct setting *const *other = setting + 1;

	while (other < end && strcasecmp((*setting)->key, (*other)->key) == 0) {
		if (strcmp((*setting)->file, (*other)->file) != 0)
			return *other;
		other++;
	}
	return NULL;
}

/* If two packages set the same key, the file that is read last wins. Lists are joined. */
static void check_twice(const struct settings_check *state)
{
	owns_memory const struct setting **sorted =
		xcheck(calloc(state->check->settings.count + 1, sizeof(*sorted)));
	size_t count = 0;

	for (size_t i = 0; i < state->check->settings.count; i++)
		if (state->check->settings.items[i].file != NULL)
			sorted[count++] = &state->check->settings.items[i];
	qsort(sorted, count, sizeof(*sorted), compare_keys);
	for (size_t i = 0; i < count; i++) {
		const struct setting *setting = sorted[i];
		const struct setting *later = find_later(&sorted[i], &sorted[count]);

		if (later == NULL || !concerns_setting(state->check, setting) ||
			(setting->type != NULL && setting_type_is_list(setting->type)))
			continue;
		check_find(state->check, FINDING_SETTING_TWICE, setting->file, NULL,
			_("%s is also set by %s, which is read later"), setting->key,
			later->file);
	}
}

static bool is_any_enabled(const struct settings_check *state)
{
	const struct hook_list *hooks = &state->check->hooks;

	for (size_t i = 0; i < hooks->count; i++) {
		const struct setting *setting = settings_enabled_by(
			&state->check->settings, hooks->items[i].script.relative);

		if (hooks->items[i].status == HOOK_EFFECTIVE &&
			(setting == NULL || setting->number != 0))
			return true;
	}
	return false;
}

/* By one line for all hooks, unless others enable some of them. */
static void check_all_disabled(const struct settings_check *state)
{
	const struct setting *setting = settings_enabled_by(&state->check->settings, "");
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
	size_t count = state->check->settings.count;

	setting_index_init(&state->index, &state->check->settings);
	state->own_file = xformat("%s%s", state->check->admin->root, SETTINGS_FILE);
	state->is_used = xcheck(calloc(count + 1, sizeof(*state->is_used)));
	for (size_t i = 0; i < count; i++)
		if (concerns_setting(state->check, &state->check->settings.items[i]))
			check_setting(state, &state->check->settings.items[i]);
	check_twice(state);
	check_overridden_lines(state);
	check_all_disabled(state);
	mark_hooks(state);
	for (size_t i = 0; i < count; i++)
		if (is_used_as(state, i, SETTING_DIRECTORY))
			check_working_directory(state, &state->check->settings.items[i]);
	for (size_t i = 0; i < count; i++)
		if (is_used_as(state, i, SETTING_VARIABLES))
			check_variable(state, &state->check->settings.items[i]);
	check_required(state);
	check_patterns(state);
	check_globs(state);
}

static void settings_check_done(struct settings_check *state)
{
	setting_index_done(&state->index);
	string_list_done(&state->paths);
	string_list_done(&state->former);
	owner_list_done(&state->owners);
	string_list_done(&state->removed);
	free(state->own_file);
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

const struct settings *check_read_settings(struct check *check)
{
	owns_buffer struct buffer lines = {0};

	if (check->has_settings)
		return &check->settings;
	check->has_settings = true;
	check_add_scope(check, SCOPE, &lines);
	xensure(settings_parse(&check->settings, buffer_slice(&lines)));
	xensure(package_settings_read(
		&check->settings, &check->hooks.tree, NULL, find_settings_file, check));
	return &check->settings;
}

void check_settings(struct check *check)
{
	__attribute__((cleanup(settings_check_done))) struct settings_check state = {
		.check = check};

	if (check->is_apt_unusable)
		return;
	(void)check_read_settings(check);
	check_each_setting(&state);
}
