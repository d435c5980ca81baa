/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/left_out.h"
#include "model/script_name.h"
#include "ui/message.h"

char *left_out_of_plan(const struct hook *hook, enum uh_hook_point hook_point)
{
	if (hook->hook_point != hook_point)
		return xformat(_("it is a hook of %s; use run %s"),
			uh_hook_point_name(hook->hook_point),
			uh_hook_point_name(hook->hook_point));
	switch (hook->status) {
	case HOOK_IS_MASK:
	case HOOK_MASKED:
		return xformat(
			_("it is masked; to undo that: apt-universal-hooks enable %s"),
			hook->script.relative);
	case HOOK_OVERRIDDEN:
		return xformat(_("%s overrides it"), hook->overridden_by);
	case HOOK_EFFECTIVE:
		break;
	}
	switch (hook->reason) {
	case REASON_PACKAGE:
		return xformat(_("it is for transactions with %s; add --package %s"),
			hook->match, hook->match);
	case REASON_WILDCARD:
		return xformat(_("it is for transactions with a package that matches %s; "
				 "add one with --package"),
			hook->match);
	case REASON_ALWAYS:
		break;
	}
	return NULL;
}

int report_hook_for_point(
	const struct hook_list *hooks, const struct admin *admin, const char *word)
{
	owns_strings struct string_list paths = {0};
	const struct hook *hook = hook_list_find(hooks, admin, word);
	const char *path;

	hook_list_add_paths(hooks, &paths);
	path = hook == NULL ? script_name_find(&paths, word) : NULL;
	if (path != NULL)
		hook = hook_list_find(hooks, admin, path);
	if (hook == NULL)
		return -1;
	return report_error(_("%s is a hook, not a hook point; did you mean run %s "
			      "--script %s?"),
		word, uh_hook_point_name(hook->hook_point), word);
}

/* The result of a transaction for which such scripts run. */
static enum result result_for(enum when when)
{
	return when == WHEN_FAILURE ? RESULT_FAILED : RESULT_OK;
}

static const char *first_operation(unsigned operations)
{
	int operation = OPERATION_INSTALL;

	while (operation < OPERATION_CONFIGURE && (operations & 1U << operation) == 0)
		operation++;
	return operation_name((enum operation)operation);
}

char *left_out_by_setting(const struct planned_run *run, const char *place)
{
	owns_memory char *why = plan_view_skip_text(run);

	switch (run->skip) {
	case SKIP_NONE:
		return NULL;
	case SKIP_ENABLED:
		if (place != NULL)
			return xformat(_("it is disabled in %s"), place);
		return xformat(
			_("it is disabled; to undo that: apt-universal-hooks enable %s"),
			run->script.relative);
	case SKIP_WHEN:
		return xformat(_("%s; add --result %s"), why,
			result_name(result_for(run->settings.when)));
	case SKIP_PACKAGES:
	case SKIP_PATHS:
	case SKIP_PER_PACKAGE:
		return xformat(_("%s; add packages with --package"), why);
	case SKIP_OPERATIONS:
		return xformat(_("%s; add --operation %s"), why,
			first_operation(run->settings.operations));
	}
	return NULL;
}
