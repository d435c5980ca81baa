/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks set: changes a setting of hooks, and shows whether it applies. */
#include "apt_text.h"
#include "cmd/cmd.h"
#include "correction.h"
#include "model/setting_effect.h"
#include "system/apt.h"
#include "ui/message.h"

/* What to set, and where. */
struct assignment {
	const struct scope *scope;
	const struct setting_type *type;
	char **values;
	int count;
	bool is_list;
};

static bool is_list_here(const struct setting_type *type)
{
	return setting_type_is_list(type) || type->kind == SETTING_RENAME;
}

/* Reads the value as the engine would; for settings_done(). */
static void read_as_engine(
	struct settings *settings, const struct assignment *assignment, const char *value)
{
	owns_buffer struct buffer line = {0};

	buffer_append_format(&line,
		"Universal-Hooks::Scripts::a::%s%s=", assignment->type->name,
		assignment->is_list ? "::" : "");
	percent_encode(&line, value);
	xensure(line.error);
	xensure(settings_parse(settings, buffer_slice(&line)));
}

/* "use "warn" or …", "did you mean …"; the caller frees it, NULL for no idea. */
static char *advice_for(const struct setting *setting)
{
	__attribute__((cleanup(correction_done))) struct correction correction = {0};
	owns_buffer struct buffer words = {0};
	owns_memory char *text = NULL;

	correction_find(&correction, setting);
	if (correction.right != NULL && strncmp(correction.right, setting->type->name,
						strlen(setting->type->name)) != 0)
		return xformat(_("did you mean \"%s\"?"), correction.right);
	if (setting_type_add_words(&words, setting->type)) {
		text = xbuffer_steal(&words);
		return xformat(_("use one of %s"), text);
	}
	switch (setting->type->kind) {
	case SETTING_SECONDS:
		return xformat(_("use seconds, from 0 (no limit) to %u"), TIMEOUT_MAX);
	case SETTING_DIRECTORY:
		return xstrdup(_("use a path that begins with /"));
	case SETTING_DEPENDENCIES:
		return xstrdup(
			_("use a package as in Depends, like \"foo (>= 2) | bar\""));
	case SETTING_PATTERNS:
		return xstrdup(_("use \"GLOB\", \"!GLOB\" or \"GLOB (>= VERSION)\""));
	case SETTING_PATHS:
		return xstrdup(_("use an absolute path, or a glob for one"));
	case SETTING_VARIABLES:
		return xstrdup(_("use \"NAME=VALUE\""));
	case SETTING_RENAME:
		return xstrdup(_("use a path below the hook tree"));
	case SETTING_BOOLEAN:
	case SETTING_WORD:
	case SETTING_OPERATIONS:
	case SETTING_ARGUMENTS:
	case SETTING_ACCOUNT:
	case SETTING_TEXT:
		break;
	}
	return xstrdup(_("it may not be empty"));
}

static int check_value(const struct assignment *assignment, const char *value)
{
	__attribute__((cleanup(settings_done))) struct settings settings = {0};
	owns_memory char *advice = NULL;

	read_as_engine(&settings, assignment, value);
	if (!settings.items[0].is_value_bad)
		return -1;
	advice = advice_for(&settings.items[0]);
	return report_error(
		_("%s cannot be \"%s\"; %s"), assignment->type->name, value, advice);
}

static int check_values(const struct assignment *assignment)
{
	int status = -1;

	if (assignment->count > 1 && !assignment->is_list)
		return report_error(
			_("%s takes one value, but there are %d; put quotes around a "
			  "value with spaces"),
			assignment->type->name, assignment->count);
	for (int i = 0; i < assignment->count && status < 0; i++)
		status = check_value(assignment, assignment->values[i]);
	return status;
}

static int do_set(const struct admin *admin, const struct assignment *assignment)
{
	owns_own_settings struct own_settings changes = {0};
	struct own_setting *change = own_settings_add(
		&changes, assignment->scope->path, assignment->type->name, NULL);

	if (change == NULL)
		return report_no_memory();
	change->is_list = assignment->is_list;
	for (int i = 0; i < assignment->count; i++)
		if (string_list_add(&change->values, assignment->values[i]) < 0)
			return report_no_memory();
	return settings_file_change(&changes, admin);
}

static bool is_at_scope(
	const struct setting *setting, const struct assignment *assignment)
{
	return setting->type == assignment->type && setting->file == NULL &&
	       strcmp(setting->path, assignment->scope->path) == 0;
}

/* The setting in another file that takes precedence over ours, or NULL. */
static const struct setting *find_winner(
	const struct settings *settings, const struct assignment *assignment)
{
	const struct setting *other = NULL;
	int same = 0;

	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *setting = &settings->items[i];

		if (!is_at_scope(setting, assignment))
			continue;
		if (same < assignment->count &&
			strcmp(setting->value, assignment->values[same]) == 0)
			same++;
		else
			other = setting;
	}
	return other;
}

static int report_set(const struct applied *applied, const struct admin *admin,
	const struct assignment *assignment)
{
	const struct scope *scope = assignment->scope;
	const char *name = assignment->type->name;
	const struct setting *other = find_winner(applied->settings, assignment);
	const struct setting *source =
		settings_source(applied->settings, scope->path, assignment->type);
	owns_buffer struct buffer values = {0};
	owns_memory char *text = NULL;
	owns_memory char *place = NULL;

	if (source == NULL || !is_at_scope(source, assignment)) {
		report_warning(_("%s: %s is not changed: apt does not read its line in "
				 "%s%s"),
			scope_name(scope), name, admin->root, SETTINGS_FILE);
		return STATUS_FINDINGS;
	}
	applied_add_values(&values, applied, source);
	text = xbuffer_steal(&values);
	place = setting_place(other != NULL ? other : source, applied->origins);
	if (other != NULL) {
		report_warning(_("%s: %s is %s, because %s also sets it and takes "
				 "precedence; remove that line"),
			scope_name(scope), name, text, place);
		return STATUS_FINDINGS;
	}
	targets_say(
		_("%s: %s is now %s, set in %s"), scope_name(scope), name, text, place);
	applied_say_exceptions(applied, scope, assignment->type);
	return STATUS_FINE;
}

static int report_effect(const struct admin *admin, const struct assignment *assignment)
{
	const struct string_list values = {
		.items = assignment->values, .count = (size_t)assignment->count};
	owns_snapshot struct snapshot after;
	int status = snapshot_take_after(&after, admin);
	int effect;

	if (status >= 0)
		return status;
	status = report_set(
		&(struct applied){&after.settings, &after.origins, &after.hooks}, admin,
		assignment);
	effect = setting_effect_check(
		admin, &after.hooks, assignment->scope, assignment->type, &values);
	return effect > status ? effect : status;
}

/* scope_word is NULL for all hooks. */
static int set(const struct admin *admin, const char *scope_word, char **words, int count)
{
	owns_snapshot struct snapshot before;
	owns_scope struct scope scope = {.path = NULL};
	struct assignment assignment = {
		.scope = &scope, .values = words + 1, .count = count - 1};
	int status = snapshot_take(&before, admin);

	if (status < 0)
		status = scope_find(&scope, &before, admin, scope_word);
	if (status < 0 && scope_word != NULL)
		status = snapshot_check_name(&before, scope.path);
	if (status >= 0)
		return status;
	assignment.type = setting_type_find(words[0]);
	if (assignment.type == NULL)
		return STATUS_TROUBLE;
	assignment.is_list = is_list_here(assignment.type);
	status = check_values(&assignment);
	if (status < 0)
		status = do_set(admin, &assignment);
	return status < 0 ? report_effect(admin, &assignment) : status;
}

int admin_set(struct admin *admin, int argc, char **argv)
{
	bool is_all = false;
	const struct option_row rows[] = {
		{OPTION_FLAG, &is_all, "all", 'a', NULL,
			_("Set it for all hooks. Leave out SCRIPT.")},
	};
	const struct usage usage = {
		.synopsis = "set SCRIPT SETTING VALUE…",
		.text = _(
			"Change a setting of a hook, of all hooks in a directory, or, "
			"with --all, of all hooks. Settings that are lists take several "
			"VALUEs, which replace those that were set before. The settings "
			"are described in apt-universal-hooks.conf(5). They are written "
			"to a file that only this command writes; if another file takes "
			"precedence, that is reported and the exit status is 1."),
		.rows = rows,
		.row_count = COUNT_OF(rows),
		.words_min = 2,
		.words_max = -1,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status >= 0)
		return status;
	if (is_all)
		return set(admin, NULL, argv + 1, words);
	if (words < 3)
		return report_error(
			_("an argument is missing; usage: apt-universal-hooks %s"),
			usage.synopsis);
	return set(admin, argv[1], argv + 2, words - 1);
}
