/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt-universal-hooks disable: a mask for a packages' hook, a setting in a file of its
 * own for one of the administrator's; never anything in a file of somebody else.
 */
#include "cmd/cmd.h"
#include "model/disabled.h"
#include "model/targets.h"
#include "ui/message.h"

#include <strings.h>

/* The hooks of those targets on which this is to be done. */
static int hooks_of(
	struct string_list *hooks, const struct target_list *list, enum action action)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].action == action &&
			string_list_add(hooks, list->items[i].hook) < 0)
			return report_no_memory();
	return -1;
}

/*
 * Nothing to do where the hook itself is disabled already. One that only shares in what
 * holds for its directory, or for all, is disabled for the time when that no longer
 * holds.
 */
static enum action action_to_disable(
	struct snapshot *snapshot, const struct target *target)
{
	const struct setting *setting = snapshot_disabling(snapshot, target->hook);
	struct script script;
	enum tree_node node;

	if (setting != NULL && strcmp(setting->path, target->hook) == 0)
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

static bool is_twin(const char *a, const char *b)
{
	return strcmp(a, b) != 0 && strcasecmp(a, b) == 0;
}

/*
 * Another path that apt takes for this one, since upper and lower case are the same to
 * it: its settings and this one's would get mixed up. NULL where there is none.
 */
static const char *find_twin(
	const struct snapshot *snapshot, const struct target_list *list, const char *hook)
{
	for (size_t i = 0; i < snapshot->settings.count; i++)
		if (is_twin(snapshot->settings.items[i].path, hook))
			return snapshot->settings.items[i].path;
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].action == ACTION_SETTING &&
			is_twin(list->items[i].hook, hook))
			return list->items[i].hook;
	return NULL;
}

/* Whether a setting can be written for the hook. */
static int check_name(const struct snapshot *snapshot, const struct target_list *list,
	const struct target *target)
{
	const char *twin = find_twin(snapshot, list, target->hook);

	if (!disabled_can_name(target->hook))
		return report_error(
			_("apt.conf cannot name %s, where \"::\" separates keys; "
			  "give the script another name, or take its x bit"),
			target->hook);
	if (twin != NULL)
		return report_error(
			_("apt.conf cannot tell %s from %s, which has a setting as well; "
			  "give the script another name, or take its x bit"),
			target->hook, twin);
	return -1;
}

static int choose_to_disable(struct snapshot *snapshot, struct target_list *list)
{
	int status = -1;

	for (size_t i = 0; i < list->count && status < 0; i++) {
		struct target *target = &list->items[i];

		target->action = action_to_disable(snapshot, target);
		if (target->action == ACTION_SETTING)
			status = check_name(snapshot, list, target);
	}
	return status;
}

/* What has come of it, as apt sees it now. */
static int report_disabled(
	struct snapshot *snapshot, const struct admin *admin, const struct target *target)
{
	const struct setting *setting =
		settings_enabled_by(&snapshot->settings, target->hook);
	bool is_old = target->action == ACTION_NONE;
	owns_memory char *place = NULL;

	if (snapshot_has_mask(snapshot, target->hook)) {
		targets_say(is_old ? _("%s was disabled already: masked by %s")
				   : _("%s is disabled: masked by %s"),
			target->hook, target->mask);
		return STATUS_FINE;
	}
	if (setting == NULL) {
		report_warning(_("%s still runs: apt does not read its line in %s%s"),
			target->hook, admin->root, DISABLED_FILE);
		return STATUS_FINDINGS;
	}
	place = setting_place(setting, admin);
	if (place == NULL)
		return report_no_memory();
	if (setting->number == 0) {
		targets_say(is_old ? _("%s was disabled already: set in %s")
				   : _("%s is disabled: set in %s"),
			target->hook, place);
		return STATUS_FINE;
	}
	report_warning(
		_("%s still runs: %s has %s \"%s\", which counts more; take that line "
		  "out"),
		target->hook, place, setting->key, setting->value);
	return STATUS_FINDINGS;
}

/* All or nothing. */
static int do_disable(const struct admin *admin, const struct target_list *list)
{
	owns_strings struct string_list hooks = {0};
	int status = hooks_of(&hooks, list, ACTION_SETTING);

	if (status < 0)
		status = targets_mask(list, admin);
	if (status >= 0 || hooks.count == 0)
		return status;
	status = disabled_add(&hooks, admin);
	if (status >= 0)
		(void)targets_unmask(
			list, admin); /* what cannot be taken back, it says */
	return status;
}

static int disable(const struct admin *admin, char **words)
{
	owns_snapshot struct snapshot before;
	owns_snapshot struct snapshot after = {.hooks = {.count = 0}};
	owns_targets struct target_list targets = {0};
	int status = snapshot_take(&before, admin);

	if (status < 0)
		status = targets_find(&targets, &before, admin, words, false);
	if (status < 0)
		status = choose_to_disable(&before, &targets);
	if (status < 0)
		status = do_disable(admin, &targets);
	if (status < 0)
		status = snapshot_take(&after, admin);
	for (size_t i = 0; i < targets.count && status < STATUS_TROUBLE; i++) {
		int one = report_disabled(&after, admin, &targets.items[i]);

		status = one > status ? one : status;
	}
	return status;
}

int admin_disable(struct admin *admin, int argc, char **argv)
{
	const struct usage usage = {
		.synopsis = "disable SCRIPT…",
		.text = _("Switches hooks off, for good. A packages' hook is masked by a "
			  "symlink to /dev/null in /etc/apt/universal-hooks; one of the "
			  "administrator's gets the setting Enabled \"false\", in a file "
			  "that belongs to this command alone. SCRIPT is a full path, or "
			  "one below the hook tree. When one of several is not there, "
			  "nothing is done."),
		.words_min = 1,
		.words_max = -1,
	};

	return targets_command(admin, &usage, argc, argv, disable);
}
