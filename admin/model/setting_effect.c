/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/setting_effect.h"
#include "dpkg.h"
#include "system/apt.h"
#include "system/rootfs.h"
#include "ui/message.h"

#include <sys/stat.h>

/* False for all hooks, and for a directory that has several hook points. */
static bool hook_point_of_scope(
	const struct scope *scope, enum uh_hook_point *ret_hook_point)
{
	struct slice rest = slice_of(scope->path);

	while (rest.size > 0) {
		struct slice name = slice_cut(&rest, '/');
		owns_memory char *word = xstrndup(name.data, name.size);

		if (uh_hook_point_parse(word, ret_hook_point))
			return true;
	}
	return false;
}

static int check_effect_at(const struct scope *scope, const struct setting_type *type)
{
	enum uh_hook_point hook_point;

	if (!hook_point_of_scope(scope, &hook_point))
		return STATUS_FINE;
	if (strcmp(type->name, "When") == 0 && hook_point != UH_POST_INVOKE) {
		report_warning(_("%s: %s has an effect only at Post-Invoke"),
			scope_name(scope), type->name);
		return STATUS_FINDINGS;
	}
	if (type->kind == SETTING_OPERATIONS && hook_point == UH_PRE_INVOKE) {
		report_warning(_("%s: %s has no effect at Pre-Invoke, where the "
				 "packages are not known yet"),
			scope_name(scope), type->name);
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
	ssize_t missing;

	if (apt_configuration(admin, "Dir", &lines) < 0)
		return STATUS_TROUBLE;
	status_file = configuration_status_file(admin, buffer_slice(&lines));
	missing = dpkg_first_missing(
		status_file, (const char *const *)packages->items, packages->count);
	if (missing < 0)
		return report_error(_("dpkg-query failed on %s: %s"), status_file,
			strerror((int)-missing));
	if ((size_t)missing == packages->count)
		return STATUS_FINE;
	report_warning(_("%s: %s is not installed; it is not run until it is"),
		scope_name(scope), packages->items[missing]);
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
	case SETTING_PACKAGES:
		return check_packages_of(admin, scope, values);
	case SETTING_WORD:
		if (strcmp(type->name, "On-Failure") == 0 && strcmp(value, "warn") != 0)
			return check_fault(admin, hooks, scope);
		return check_effect_at(scope, type);
	case SETTING_OPERATIONS:
		return check_effect_at(scope, type);
	case SETTING_BOOLEAN:
	case SETTING_SECONDS:
	case SETTING_RENAME:
	case SETTING_TEXT:
		break;
	}
	return STATUS_FINE;
}
