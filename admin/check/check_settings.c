/* SPDX-License-Identifier: BSD-2-Clause */
/* The scope Universal-Hooks:: of apt.conf, and what it needs of the system. */
#include "check/check_packages.h"
#include "check/checks.h"
#include "dpkg.h"
#include "settings.h"
#include "system/apt.h"
#include "system/rootfs.h"
#include "ui/memory.h"
#include "ui/message.h"
#include "ui/spelling.h"

#include <errno.h>
#include <sys/stat.h>

#define SCOPE "Universal-Hooks"
/* Where another root has it, below that root (dpkg(1), --admindir). */
#define STATUS_FILE "var/lib/dpkg/status"

struct reading {
	struct check *check;
	struct settings settings;
	struct origins origins;
	bool *is_used; /* by setting: whether a hook that is not switched off has it */
};

/* Whether a setting is for what is looked at; where nothing stands, in either place. */
static bool is_wanted(const struct check *check, const struct setting *setting)
{
	bool is_there = false, is_wanted_there = false, is_wanted_elsewhere = false;

	if (check->limits.count == 0)
		return true;
	for (size_t place = 0; place < PLACE_COUNT && setting->path[0] != '\0'; place++) {
		owns_memory char *path = string_format(
			"%s/%s", check->hooks.tree.places[place], setting->path);
		struct stat status;
		bool is_concerned = path != NULL && check_concerns(check, path);

		if (path != NULL && lstat(path, &status) == 0) {
			is_there = true;
			is_wanted_there = is_wanted_there || is_concerned;
		} else {
			is_wanted_elsewhere = is_wanted_elsewhere || is_concerned;
		}
	}
	return is_there ? is_wanted_there : is_wanted_elsewhere;
}

/* message is a sentence about the setting, which is put in front of it. */
static void find(const struct reading *reading, enum finding_kind kind,
	const struct setting *setting, const struct buffer *command, const char *message)
{
	const struct origin *origin =
		origins_find(&reading->origins, setting->key, setting->value);

	check_find_at(reading->check, kind, origin != NULL ? origin->file : "apt.conf",
		origin != NULL ? origin->line : 0, command, "%s \"%s\": %s", setting->key,
		setting->value, message != NULL ? message : "");
}

/* The last word of a key, "Timeouts" of "Universal-Hooks::Timeouts::". The caller's. */
static char *last_word(const char *key)
{
	size_t size = strlen(key);
	const char *start;

	while (size > 0 && key[size - 1] == ':')
		size--;
	start = key + size;
	while (start > key && start[-1] != ':')
		start--;
	return strndup(start, (size_t)(key + size - start));
}

static void find_unknown(const struct reading *reading, const struct setting *setting)
{
	owns_memory char *word = last_word(setting->key);
	owns_memory char *message = NULL;
	struct nearest nearest = nearest_to(word != NULL ? word : "");

	for (int i = 0; setting_word(i) != NULL; i++)
		nearest_try(&nearest, setting_word(i));
	message = nearest.word != NULL
			  ? string_format(_("there is no such setting; did you mean %s?"),
				    nearest.word)
			  : strdup(_("there is no such setting"));
	find(reading, FINDING_SETTING_UNKNOWN, setting, NULL, message);
}

static void find_unusable(const struct reading *reading, const struct setting *setting)
{
	const char *word = setting_word(setting->name);
	owns_memory char *message = NULL;

	if (setting->is_form_bad && setting_is_list(setting->name))
		message = string_format(
			_("it is ignored, for this is a list: %s { \"%s\"; }"), word,
			setting->value);
	else if (setting->is_form_bad)
		message =
			string_format(_("it is ignored, for this is no list: %s \"%s\""),
				word, setting->value);
	else
		message = strdup(_("it is ignored, for the value makes no sense"));
	find(reading, FINDING_SETTING_UNUSABLE, setting, NULL, message);
}

/* The path of a hook, and of each directory above it. */
static int try_paths(struct nearest *nearest, struct string_list *kept, const char *path)
{
	owns_memory char *part = strdup(path);
	char *slash;

	if (part == NULL)
		return -ENOMEM;
	do {
		const char *before = nearest->word;

		nearest_try(nearest, part);
		if (nearest->word != before) {
			if (string_list_add(kept, part) < 0)
				return -ENOMEM;
			nearest->word = kept->items[kept->count - 1];
		}
		slash = strrchr(part, '/');
		if (slash != NULL)
			*slash = '\0';
	} while (slash != NULL);
	return 0;
}

/* What a setting's path says below the tree, if it is a full one. */
static const char *below_tree(const struct check *check, const char *path)
{
	for (size_t place = 0; place < PLACE_COUNT; place++) {
		const char *directory =
			check->hooks.tree.places[place] + strlen(check->admin->root);
		size_t size = strlen(directory);

		if (strncmp(path, directory, size) == 0 && path[size] == '/')
			return path + size + 1;
	}
	return path;
}

static void find_no_hook(const struct reading *reading, const struct setting *setting)
{
	const struct hook_list *hooks = &reading->check->hooks;
	owns_strings struct string_list kept = {0};
	owns_memory char *message = NULL;
	struct nearest nearest = nearest_to(below_tree(reading->check, setting->path));

	for (size_t i = 0; i < hooks->count; i++)
		xensure(try_paths(&nearest, &kept, hooks->items[i].script.relative));
	message = nearest.word != NULL
			  ? string_format(_("there is no hook at this path; did you mean "
					    "%s?"),
				    nearest.word)
			  : strdup(_("there is no hook at this path"));
	find(reading, FINDING_SETTING_NO_HOOK, setting, NULL, message);
}

static bool has_user(const struct reading *reading, const struct setting *setting)
{
	int found;

	if (!setting_is_user(setting))
		return true;
	found = rootfs_has_user(reading->check->admin, setting->value);
	if (found < 0) {
		reading->check->is_blind = true;
		(void)report_error(
			_("accounts cannot be looked up: %s"), strerror(-found));
	}
	return found != 0;
}

static void check_setting(const struct reading *reading, const struct setting *setting)
{
	switch (setting_judge(
		setting, has_user(reading, setting), &reading->check->hooks.tree)) {
	case SETTING_IS_FINE:
		return;
	case SETTING_IS_UNKNOWN:
		find_unknown(reading, setting);
		return;
	case SETTING_IS_UNUSABLE:
		find_unusable(reading, setting);
		return;
	case SETTING_HAS_NO_USER:
		find(reading, FINDING_USER_MISSING, setting, NULL,
			_("there is no such user, so the hook is not run"));
		return;
	case SETTING_HAS_NO_SCRIPT:
		find_no_hook(reading, setting);
		return;
	case SETTING_IS_MASKED:
		find(reading, FINDING_SETTING_MASKED, setting, NULL,
			_("the hook is masked, so this does nothing"));
		return;
	}
}

/* A script's settings are the values of lines; the line is found by its value. */
static void mark_used(const struct reading *reading, const char *value)
{
	for (size_t i = 0; i < reading->settings.count; i++)
		if (reading->settings.items[i].value == value)
			reading->is_used[i] = true;
}

static void mark_hook(const struct reading *reading, const struct hook *hook)
{
	struct script_settings script;

	xensure(settings_for(&reading->settings, hook->script.relative, &script));
	if (script.is_enabled) {
		mark_used(reading, script.directory);
		for (size_t i = 0; i < script.required_count; i++)
			mark_used(reading, script.required[i]);
	}
	script_settings_done(&script);
}

static void mark_hooks(const struct reading *reading)
{
	const struct check *check = reading->check;

	for (size_t i = 0; i < check->hooks.count; i++) {
		const struct hook *hook = &check->hooks.items[i];

		if (hook->status == HOOK_EFFECTIVE &&
			check_concerns(check, hook->script.path))
			mark_hook(reading, hook);
	}
}

static bool is_used_as(const struct reading *reading, size_t i, const char *word)
{
	const struct setting *setting = &reading->settings.items[i];

	return reading->is_used[i] && strcmp(setting_word(setting->name), word) == 0;
}

static void check_directory(const struct reading *reading, const struct setting *setting)
{
	struct stat status;
	int error = rootfs_stat(reading->check->admin, setting->value, &status);

	if (error == 0 && S_ISDIR(status.st_mode))
		return;
	if (error == -EACCES) {
		reading->check->is_blind = true;
		(void)report_error(_("%s cannot be looked at: %s"), setting->value,
			strerror(EACCES));
		return;
	}
	find(reading, FINDING_DIRECTORY_MISSING, setting, NULL,
		_("there is no such directory, so the hook is not run"));
}

/* The packages of Requires, each once. The settings own them. 0 or −ENOMEM. */
static int list_required(
	const struct reading *reading, const char ***ret_packages, size_t *ret_count)
{
	owns_strings struct string_list seen = {0};
	const char **packages = calloc(reading->settings.count + 1, sizeof(*packages));
	size_t count = 0;

	*ret_packages = packages;
	*ret_count = 0;
	if (packages == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < reading->settings.count; i++) {
		if (!is_used_as(reading, i, "Requires") ||
			string_list_has(&seen, reading->settings.items[i].value))
			continue;
		packages[count++] = reading->settings.items[i].value;
		if (string_list_add(&seen, packages[count - 1]) < 0)
			return -ENOMEM;
		string_list_sort_unique(&seen);
	}
	*ret_count = count;
	return 0;
}

/* The command is for what apt could install; elsewhere than here, a person has to. */
static bool is_installable(const struct check *check, const char *package)
{
	__attribute__((cleanup(package_names_done))) struct package_names packages = {
		.has_lists = false};
	const char *const names[] = {package, NULL};
	owns_buffer struct buffer lines = {0};

	return check->admin->root[0] == '\0' &&
	       apt_packages(check->admin, names, &lines) == 0 &&
	       package_names_parse(&packages, buffer_slice(&lines)) == 0 &&
	       package_names_has(&packages, package);
}

static void find_required(const struct reading *reading, const char *package)
{
	owns_buffer struct buffer command = {0};

	if (is_installable(reading->check, package))
		fix_add(&command,
			(const char *const[]){"apt-get", "install", package, NULL});
	for (size_t i = 0; i < reading->settings.count; i++)
		if (reading->settings.items[i].value == package)
			find(reading, FINDING_REQUIRES_MISSING,
				&reading->settings.items[i], &command,
				_("the package is not installed, so the hook is not "
				  "run"));
}

/* Each package that is not installed, one after the other. 0 or −errno. */
static int check_each_required(
	const struct reading *reading, const char *const *packages, size_t count)
{
	const char *root = reading->check->admin->root;
	owns_memory char *status_file =
		root[0] != '\0' ? string_format("%s/%s", root, STATUS_FILE) : NULL;

	while (count > 0) {
		ssize_t missing = dpkg_first_missing(status_file, packages, count);

		if (missing < 0)
			return (int)missing;
		if ((size_t)missing == count)
			return 0;
		find_required(reading, packages[missing]);
		packages += missing + 1;
		count -= (size_t)missing + 1;
	}
	return 0;
}

static void check_required(const struct reading *reading)
{
	owns_memory const char **packages = NULL;
	size_t count;
	int error = list_required(reading, &packages, &count);

	if (error == 0)
		error = check_each_required(reading, packages, count);
	if (error == 0)
		return;
	reading->check->is_blind = true;
	(void)report_error(
		_("dpkg cannot be asked for the packages that hooks require: %s"),
		strerror(-error));
}

static void check_lines(struct reading *reading)
{
	reading->is_used =
		xcheck(calloc(reading->settings.count + 1, sizeof(*reading->is_used)));
	for (size_t i = 0; i < reading->settings.count; i++)
		if (is_wanted(reading->check, &reading->settings.items[i]))
			check_setting(reading, &reading->settings.items[i]);
	mark_hooks(reading);
	for (size_t i = 0; i < reading->settings.count; i++)
		if (is_used_as(reading, i, "Directory"))
			check_directory(reading, &reading->settings.items[i]);
	check_required(reading);
}

static void reading_done(struct reading *reading)
{
	settings_done(&reading->settings);
	origins_done(&reading->origins);
	free(reading->is_used);
}

void check_settings(struct check *check)
{
	__attribute__((cleanup(reading_done))) struct reading reading = {.check = check};
	owns_buffer struct buffer lines = {0};
	owns_buffer struct buffer places = {0};

	if (apt_configuration(check->admin, SCOPE, &lines) < 0 ||
		apt_origins(check->admin, SCOPE, &places) < 0) {
		check->is_blind = check->is_apt_mute = true;
		return;
	}
	xensure(settings_parse(&reading.settings, buffer_slice(&lines)));
	xensure(origins_parse(&reading.origins, buffer_slice(&places)));
	check_lines(&reading);
}
