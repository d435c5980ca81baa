/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks enable: undoes disable, and nothing else. */
#include "cmd/cmd.h"
#include "model/mask.h"
#include "model/targets.h"
#include "ui/message.h"

static void choose_to_enable(struct snapshot *snapshot, struct target_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct target *target = &list->items[i];

		if (snapshot_has_mask(snapshot, target->hook) &&
			mask_is_plain(target->mask))
			target->action = ACTION_MASK;
	}
}

/* Disabled by set, for all hooks or a directory. */
static void report_set_above(const char *hook, const char *path)
{
	if (path[0] == '\0')
		report_warning(_("%s stays disabled, like all hooks: to enable them, use "
				 "apt-universal-hooks unset --all Enabled"),
			hook);
	else
		report_warning(_("%s stays disabled, like all hooks in %s: to enable "
				 "them, use apt-universal-hooks unset %s Enabled"),
			hook, path, path);
}

static int report_enabled(struct snapshot *snapshot, const struct admin *admin,
	const struct target *target, bool was_disabled)
{
	const struct setting *setting = snapshot_disabling(snapshot, target->hook);

	if (snapshot_has_mask(snapshot, target->hook)) {
		report_warning(
			_("%s stays disabled: %s masks it through another link, which "
			  "disable did not make; remove it yourself"),
			target->hook, target->mask);
		return STATUS_FINDINGS;
	}
	if (setting != NULL) {
		owns_memory char *place = setting_place(setting, &snapshot->origins);

		if (own_settings_find(&snapshot->own, setting->path, "Enabled") != NULL) {
			report_set_above(target->hook, setting->path);
			return STATUS_FINDINGS;
		}
		report_warning(
			_("%s stays disabled: %s sets %s to \"%s\"; remove that line"),
			target->hook, place, setting->key, setting->value);
		return STATUS_FINDINGS;
	}
	if (hook_list_find(&snapshot->hooks, admin, target->hook) == NULL)
		targets_say(_("%s is no longer disabled, but there is no such script"),
			target->hook);
	else
		targets_say(
			was_disabled ? _("%s is enabled") : _("%s was already enabled"),
			target->hook);
	return STATUS_FINE;
}

/* Not a directory above the hook, whose other hooks stay disabled. */
static bool is_former_path(
	const struct snapshot *snapshot, const char *hook, const char *path)
{
	for (size_t i = 0; i < snapshot->settings.count; i++) {
		const struct setting *setting = &snapshot->settings.items[i];

		if (setting_is_rename(setting) && strcmp(setting->path, hook) == 0 &&
			strcmp(setting->value, path) == 0)
			return true;
	}
	return false;
}

/* All or nothing. */
static int do_enable(const struct admin *admin, const struct snapshot *before,
	const struct target_list *list)
{
	owns_own_settings struct own_settings changes = {0};
	int status;

	for (size_t i = 0; i < list->count; i++) {
		const char *hook = list->items[i].hook;
		const struct setting *setting = snapshot_disabling(before, hook);

		/* disable may have written it when the hook had its former name. */
		if (setting != NULL && is_former_path(before, hook, setting->path))
			hook = setting->path;
		if (snapshot_disables(before, hook) &&
			own_settings_add(&changes, hook, "Enabled", NULL) == NULL)
			return report_no_memory();
	}
	status = targets_unmask(list, admin);
	if (status >= 0)
		return status;
	if (changes.count > 0)
		status = settings_file_change(&changes, admin);
	if (status >= 0)
		(void)targets_mask(list, admin); /* reports its own errors */
	else
		targets_remove_parents(list, admin);
	return status;
}

static int enable(const struct admin *admin, char **words)
{
	owns_snapshot struct snapshot before;
	owns_snapshot struct snapshot after = {.hooks = {.count = 0}};
	owns_targets struct target_list targets = {0};
	int status = snapshot_take(&before, admin);

	if (status < 0)
		status = targets_find(&targets, &before, admin, words, true);
	if (status < 0) {
		choose_to_enable(&before, &targets);
		status = do_enable(admin, &before, &targets);
	}
	if (status < 0)
		status = snapshot_take_after(&after, admin);
	if (status < 0)
		status = settings_file_read(&after.own, admin);
	for (size_t i = 0; i < targets.count && status < STATUS_TROUBLE; i++) {
		const struct target *target = &targets.items[i];
		bool was_disabled = target->action == ACTION_MASK ||
				    snapshot_disabling(&before, target->hook) != NULL;
		int one = report_enabled(&after, admin, target, was_disabled);

		status = one > status ? one : status;
	}
	return status;
}

int admin_enable(struct admin *admin, int argc, char **argv)
{
	const struct usage usage = {
		.synopsis = "enable SCRIPT…",
		.text = _("Undo disable: remove the mask or the setting. Anything else "
			  "that disables a hook is named and not changed, and the exit "
			  "status is then 1. SCRIPT is as for disable."),
		.words_min = 1,
		.words_max = -1,
	};

	if (argc > 1 && strcmp(argv[1], "--all") == 0)
		return report_error(_("to enable all hooks again: apt-universal-hooks "
				      "unset --all Enabled"));
	return targets_command(admin, &usage, argc, argv, enable);
}
