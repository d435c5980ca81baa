/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/setting_effect.h"
#include "hook_point.h"
#include "model/place.h"
#include "requirement.h"
#include "system/apt.h"
#include "system/rootfs.h"
#include "ui/message.h"

#include <sys/stat.h>

static int check_effect_at(const struct scope *scope, const struct setting_type *type)
{
	enum uh_hook_point hook_point;

	if (!hook_point_of_path(scope->path, &hook_point))
		return STATUS_FINE;
	if (strcmp(type->name, "When") == 0 && !hook_point_is_after_dpkg(hook_point)) {
		report_warning(
			_("%s: %s has an effect only at Post-Invoke and Session-End"),
			scope_name(scope), type->name);
		return STATUS_FINDINGS;
	}
	if (setting_type_chooses_packages(type) && !hook_point_has_packages(hook_point)) {
		report_warning(
			_("%s: with %s it never runs at %s, where the packages are "
			  "not known yet"),
			scope_name(scope), type->name, uh_hook_point_name(hook_point));
		return STATUS_FINDINGS;
	}
	if (type->kind == SETTING_OPERATIONS && !hook_point_has_packages(hook_point)) {
		report_warning(_("%s: %s has no effect at %s, where the packages are "
				 "not known yet"),
			scope_name(scope), type->name, uh_hook_point_name(hook_point));
		return STATUS_FINDINGS;
	}
	return STATUS_FINE;
}

static int check_user(
	const struct admin *admin, const struct scope *scope, const char *user)
{
	if (rootfs_has_user(admin, user) != 0)
		return STATUS_FINE;
	report_warning(_("%s: there is no user %s; it is not run until there is one"),
		scope_name(scope), user);
	return STATUS_FINDINGS;
}

static int check_directory(
	const struct admin *admin, const struct scope *scope, const char *directory)
{
	struct stat status;

	if (rootfs_stat(admin, directory, &status) == 0 && S_ISDIR(status.st_mode))
		return STATUS_FINE;
	report_warning(
		_("%s: there is no directory %s; it is not run until there is one"),
		scope_name(scope), directory);
	return STATUS_FINDINGS;
}

/* Names the first that is not installed. */
static int check_packages_of(const struct admin *admin, const struct scope *scope,
	const struct string_list *packages)
{
	owns_memory char *status_file = NULL;
	owns_buffer struct buffer lines = {0};
	owns_installed struct installed installed = {.count = 0};
	owns_memory char *text = NULL;
	struct slice missing = {NULL, 0};
	int error;

	if (apt_configuration(admin, "Dir", &lines) < 0)
		return STATUS_TROUBLE;
	status_file = configuration_status_file(admin, buffer_slice(&lines));
	error = xensure(installed_read(&installed, status_file));
	if (error == 0)
		error = xensure(installed_find_missing(&installed,
			(const char *const *)packages->items, packages->count, &missing));
	if (error < 0)
		return report_unreadable_database(status_file, error);
	if (missing.data == NULL)
		return STATUS_FINE;
	text = xstrndup(missing.data, missing.size);
	report_warning(_("%s: %s is not installed; it is not run until it is"),
		scope_name(scope), text);
	return STATUS_FINDINGS;
}

/* A hook that never runs does not stop apt. */
static int check_fault(const struct admin *admin, const struct hook_list *hooks,
	const struct scope *scope)
{
	const struct hook *hook = hook_list_find(hooks, admin, scope->path);
	owns_memory char *fault = hook != NULL ? fault_text(&hook->script) : NULL;

	if (fault == NULL)
		return STATUS_FINE;
	report_warning(_("%s: it is not run, and so cannot stop apt: %s"),
		scope_name(scope), fault);
	return STATUS_FINDINGS;
}

int setting_effect_check(const struct admin *admin, const struct hook_list *hooks,
	const struct scope *scope, const struct setting_type *type,
	const struct string_list *values)
{
	const char *value = values->items[0];

	switch (type->kind) {
	case SETTING_ACCOUNT:
		return check_user(admin, scope, value);
	case SETTING_DIRECTORY:
		return check_directory(admin, scope, value);
	case SETTING_DEPENDENCIES:
		return check_packages_of(admin, scope, values);
	case SETTING_WORD:
		if (strcmp(type->name, "On-Failure") == 0 && strcmp(value, "warn") != 0)
			return check_fault(admin, hooks, scope);
		return check_effect_at(scope, type);
	case SETTING_OPERATIONS:
	case SETTING_PATTERNS:
	case SETTING_PATHS:
	case SETTING_BOOLEAN:
		return check_effect_at(scope, type);
	case SETTING_VARIABLES:
	case SETTING_ARGUMENTS:
	case SETTING_SECONDS:
	case SETTING_RENAME:
	case SETTING_TEXT:
		break;
	}
	return STATUS_FINE;
}
