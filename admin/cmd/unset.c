/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks unset: undoes set, and nothing else. */
#include "cmd/cmd.h"
#include "model/scope.h"
#include "system/apt.h"
#include "ui/message.h"

/* The settings of the scope in our file, or the one of that name. 0 or −ENOMEM. */
static int choose_to_unset(struct own_settings *changes, const struct own_settings *own,
	const struct scope *scope, const struct setting_type *type)
{
	for (size_t i = 0; i < own->count; i++) {
		const struct own_setting *setting = &own->items[i];

		if (strcmp(setting->path, scope->path) != 0 ||
			(type != NULL && strcmp(setting->name, type->name) != 0))
			continue;
		if (own_settings_add(changes, setting->path, setting->name, NULL) == NULL)
			return report_no_memory();
	}
	return -1;
}

static const struct setting_type *find_type_of(const char *name)
{
	for (const struct setting_type *type = setting_types; type->name != NULL; type++)
		if (strcmp(type->name, name) == 0)
			return type;
	return NULL;
}

/* name is no longer in our file: what applies instead. */
static void report_unset(
	const struct applied *applied, const struct scope *scope, const char *name)
{
	const struct setting_type *type = find_type_of(name);
	const struct setting *source =
		type != NULL ? settings_source(applied->settings, scope->path, type)
			     : NULL;
	owns_buffer struct buffer values = {0};
	owns_memory char *text = NULL;
	owns_memory char *place = NULL;

	if (source == NULL) {
		targets_say(_("%s: %s is no longer set; the default applies"),
			scope_name(scope), name);
		return;
	}
	applied_add_values(&values, applied, source);
	text = xbuffer_steal(&values);
	place = setting_place(source, applied->origins);
	targets_say(
		_("%s: %s is now %s, set in %s"), scope_name(scope), name, text, place);
}

/* Nothing to do; another file may have it. */
static int report_not_set(const struct applied *applied, const struct scope *scope,
	const struct setting_type *type)
{
	const struct setting *source =
		type != NULL ? settings_source(applied->settings, scope->path, type)
			     : NULL;
	owns_memory char *place = NULL;

	if (type == NULL) {
		targets_say(_("%s: nothing is set by this command"), scope_name(scope));
		return STATUS_FINE;
	}
	if (source == NULL || strcmp(source->path, scope->path) != 0) {
		targets_say(_("%s: %s was not set"), scope_name(scope), type->name);
		return STATUS_FINE;
	}
	place = setting_place(source, applied->origins);
	report_warning(source->file != NULL
			       ? _("%s: %s stays set: %s, of a package, sets it; use "
				   "apt-universal-hooks set to set another value")
			       : _("%s: %s stays set: %s sets it; remove that line"),
		scope_name(scope), type->name, place);
	return STATUS_FINDINGS;
}

static int report_all_unset(const struct admin *admin, const struct scope *scope,
	const struct own_settings *changes, const struct setting_type *type)
{
	owns_snapshot struct snapshot after;
	const struct applied applied = {&after.settings, &after.origins, &after.hooks};
	int status = snapshot_take_after(&after, admin);

	if (status >= 0)
		return status;
	for (size_t i = 0; i < changes->count; i++)
		report_unset(&applied, scope, changes->items[i].name);
	return changes->count > 0 ? STATUS_FINE : report_not_set(&applied, scope, type);
}

/* scope_word: NULL for all hooks; name: NULL for all settings. */
static int unset(const struct admin *admin, const char *scope_word, const char *name)
{
	owns_snapshot struct snapshot before;
	owns_scope struct scope scope = {.path = NULL};
	owns_own_settings struct own_settings changes = {0};
	const struct setting_type *type = NULL;
	int status = snapshot_take(&before, admin);

	if (status < 0)
		status = scope_find(&scope, &before, admin, scope_word);
	if (status >= 0)
		return status;
	if (name != NULL && (type = setting_type_find(name)) == NULL)
		return STATUS_TROUBLE;
	status = choose_to_unset(&changes, &before.own, &scope, type);
	if (status < 0 && changes.count > 0)
		status = settings_file_change(&changes, admin);
	return status < 0 ? report_all_unset(admin, &scope, &changes, type) : status;
}

int admin_unset(struct admin *admin, int argc, char **argv)
{
	bool is_all = false;
	const struct option_row rows[] = {
		{OPTION_FLAG, &is_all, "all", 'a', NULL,
			_("Undo what was set for all hooks. Leave out SCRIPT.")},
	};
	const struct usage usage = {
		.synopsis = "unset SCRIPT [SETTING]",
		.text = _("Undo set: remove a setting, or all settings, of a hook, of a "
			  "directory or, with --all, of all hooks, and show what applies "
			  "now. A setting in another file is named and not changed, and "
			  "the exit status is then 1. SCRIPT is as for set."),
		.rows = rows,
		.row_count = COUNT_OF(rows),
		.words_max = 2,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status >= 0)
		return status;
	if (words < (is_all ? 0 : 1))
		return report_error(
			_("an argument is missing; usage: apt-universal-hooks %s"),
			usage.synopsis);
	if (is_all && words > 1)
		return report_error(
			_("--all is for all hooks: leave out %s, or --all"), argv[1]);
	if (is_all)
		return unset(admin, NULL, words == 1 ? argv[1] : NULL);
	return unset(admin, argv[1], words == 2 ? argv[2] : NULL);
}
