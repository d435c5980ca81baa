/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt-universal-hooks disable: masks the hook of a package, and writes a setting for a
 * hook of the administrator; changes no file of anybody else.
 */
#include "cmd/cmd.h"
#include "model/targets.h"
#include "ui/message.h"

/*
 * A hook that is disabled only by a setting for its directory, or for all hooks, gets one
 * of its own, which outlives that.
 */
static enum action action_to_disable(
	struct snapshot *snapshot, const struct target *target)
{
	const struct setting *setting = snapshot_disabling(snapshot, target->hook);
	struct script script;
	enum tree_node node;

	if (setting != NULL && strcmp(setting->path, target->hook) == 0)
		return ACTION_NONE;
	if (snapshot_has_mask(snapshot, target->hook))
		return ACTION_NONE;
	node = hook_tree_look_in(
		&snapshot->hooks.tree, PLACE_OF_ADMINISTRATOR, target->hook, &script);
	script_done(&script);
	switch (node) {
	case NODE_MASK:
		return ACTION_NONE;
	case NODE_ABSENT:
		return ACTION_MASK;
	case NODE_DIRECTORY:
	case NODE_SCRIPT:
		break;
	}
	return ACTION_SETTING;
}

/* Whether apt.conf can have a setting for the hook alone. */
static int check_key(const struct snapshot *snapshot, const struct target_list *list,
	const struct target *target)
{
	int status = snapshot_check_name(snapshot, target->hook);

	for (size_t i = 0; i < list->count && status < 0; i++)
		if (list->items[i].action == ACTION_SETTING &&
			is_twin(list->items[i].hook, target->hook))
			status = report_twin(target->hook, list->items[i].hook);
	return status;
}

static int choose_to_disable(struct snapshot *snapshot, struct target_list *list)
{
	int status = -1;

	for (size_t i = 0; i < list->count && status < 0; i++) {
		struct target *target = &list->items[i];

		target->action = action_to_disable(snapshot, target);
		if (target->action == ACTION_SETTING)
			status = check_key(snapshot, list, target);
	}
	return status;
}

static int report_setting(const struct snapshot *snapshot, const struct target *target,
	const struct setting *setting)
{
	owns_memory char *place = setting_place(setting, &snapshot->origins);

	if (setting->number == 0) {
		targets_say(target->action == ACTION_NONE
				    ? _("%s was already disabled: set in %s")
				    : _("%s is disabled: set in %s"),
			target->hook, place);
		return STATUS_FINE;
	}
	report_warning(_("%s still runs: %s sets %s to \"%s\", which takes precedence; "
			 "remove that line"),
		target->hook, place, setting->key, setting->value);
	return STATUS_FINDINGS;
}

/* snapshot is what apt says after the change. */
static int report_disabled(
	struct snapshot *snapshot, const struct admin *admin, const struct target *target)
{
	const struct setting *setting =
		settings_enabled_by(&snapshot->settings, target->hook);

	if (snapshot_has_mask(snapshot, target->hook)) {
		targets_say(target->action == ACTION_NONE
				    ? _("%s was already disabled: masked by %s")
				    : _("%s is disabled: masked by %s"),
			target->hook, target->mask);
		return STATUS_FINE;
	}
	if (setting != NULL)
		return report_setting(snapshot, target, setting);
	report_warning(_("%s still runs: apt does not read its line in %s%s"),
		target->hook, admin->root, SETTINGS_FILE);
	return STATUS_FINDINGS;
}

/* All or nothing. */
static int do_disable(const struct admin *admin, const struct target_list *list)
{
	owns_own_settings struct own_settings changes = {0};
	int status;

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].action == ACTION_SETTING &&
			own_settings_add(&changes, list->items[i].hook, "Enabled",
				"false") == NULL)
			return report_no_memory();
	status = targets_mask(list, admin);
	if (status >= 0 || changes.count == 0)
		return status;
	status = settings_file_change(&changes, admin);
	if (status >= 0 && targets_unmask(list, admin) < 0) /* reports its own errors */
		targets_remove_parents(list, admin);
	return status;
}

static int disable(const struct admin *admin, char **words)
{
	owns_snapshot struct snapshot snapshot;
	owns_targets struct target_list targets = {0};
	int status = snapshot_take(&snapshot, admin);

	if (status < 0)
		status = targets_find(&targets, &snapshot, admin, words, false);
	if (status < 0)
		status = choose_to_disable(&snapshot, &targets);
	if (status < 0)
		status = do_disable(admin, &targets);
	if (status < 0) {
		/* Its memory serves the next one. */
		snapshot_done(&snapshot);
		status = snapshot_take_after(&snapshot, admin);
	}
	for (size_t i = 0; i < targets.count && status < STATUS_TROUBLE; i++) {
		int one = report_disabled(&snapshot, admin, &targets.items[i]);

		status = one > status ? one : status;
	}
	return status;
}

int admin_disable(struct admin *admin, int argc, char **argv)
{
	const struct usage usage = {
		.synopsis = "disable SCRIPT…",
		.text = _(
			"Disable hooks permanently. The hook of a package is masked by a "
			"symlink to /dev/null in /etc/apt/universal-hooks; a hook of the "
			"administrator gets the setting Enabled \"false\", in a file "
			"that only this command writes. SCRIPT is a full path or a path "
			"below the hook tree. If one of several does not exist, nothing "
			"is done."),
		.words_min = 1,
		.words_max = -1,
	};

	if (argc > 1 && strcmp(argv[1], "--all") == 0)
		return report_error(_("to disable all hooks: apt-universal-hooks set "
				      "--all Enabled false"));
	return targets_command(admin, &usage, argc, argv, disable);
}
