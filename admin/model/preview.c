/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/preview.h"
#include "command_line.h"
#include "dpkg.h"
#include "ui/message.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>

/* A script that would run is one that root would trust, whoever asks. */
static int open_tree(struct preview *preview, const struct admin *admin)
{
	int error = hook_tree_init(&preview->tree, admin->root);

	preview->tree.trust.user = 0;
	return error;
}

static int read_stream(struct preview *preview, struct slice stream)
{
	struct transaction_faults faults;
	struct uh_ending ending;
	int error = transaction_parse_stream(&preview->transaction, stream, &faults);

	if (error < 0)
		return error;
	/* All of it or nothing: a part would be another transaction. */
	if (faults.ignored_lines > 0 || faults.has_no_names || faults.is_cut)
		return -EPROTO;
	/* Without dpkg's answer a purge is shown as a removal, as for apt's helper. */
	error = outcome_find_purges(&preview->transaction, &ending);
	return error == -ENOMEM ? error : 0;
}

static int make_plan(
	struct preview *preview, enum uh_hook_point hook_point, enum result result)
{
	const struct ending ending = {.has_run = result != RESULT_ABORTED,
		.is_success = result == RESULT_OK,
		.is_failure = result == RESULT_FAILED || result == RESULT_ABORTED};
	const struct transaction *transaction =
		hook_point == UH_PRE_INVOKE ? &preview->nothing : &preview->transaction;
	struct plan *plan = &preview->plans[hook_point];
	int error = plan_make(plan, &preview->tree, hook_point, transaction);

	plan_apply_settings(plan, &preview->settings, transaction);
	if (hook_point == UH_POST_INVOKE)
		plan_apply_when(plan, &ending);
	return error;
}

/* As engine.c does it, for apt's command line instead of its process. */
static int find_switch(struct preview *preview, const char *const *words)
{
	__attribute__((cleanup(command_line_done))) struct command_line command_line = {
		.pid = 0};
	const char *value = getenv("APT_UNIVERSAL_HOOKS");
	int error = string_list_add(&command_line.words, "apt");

	for (; words != NULL && *words != NULL && error == 0; words++)
		error = string_list_add(&command_line.words, *words);
	if (error == 0)
		error = command_line_parse(&command_line);
	preview->is_switched_off = (value != NULL && strcmp(value, "off") == 0) ||
				   command_line_switches_off(&command_line);
	return error;
}

static int make_plans(struct preview *preview, enum result result)
{
	int error = 0;

	for (int i = 0; i < HOOK_POINT_COUNT && error == 0; i++)
		error = make_plan(preview, (enum uh_hook_point)i, result);
	return error;
}

int preview_make(struct preview *preview, const struct admin *admin,
	const struct preview_request *request)
{
	bool is_called;
	int error;

	memset(preview, 0, sizeof(*preview));
	error = open_tree(preview, admin);
	if (error == 0)
		error = find_switch(preview, request->words);
	if (error == 0)
		error = read_stream(preview, request->stream);
	if (error == 0)
		error = settings_parse(
			&preview->settings, buffer_slice(&preview->transaction.settings));
	is_called = request->is_certain || preview->transaction.count > 0;
	if (error == 0 && is_called && !preview->is_switched_off)
		error = make_plans(preview, request->result);
	if (error == -ENOMEM)
		return report_no_memory();
	if (error < 0)
		return report_error(
			_("what apt tells of its transaction cannot be understood"));
	return -1;
}

void preview_done(struct preview *preview)
{
	for (size_t i = 0; i < COUNT_OF(preview->plans); i++)
		plan_done(&preview->plans[i]);
	settings_done(&preview->settings);
	transaction_done(&preview->transaction);
	hook_tree_done(&preview->tree);
}

/* Whether the package will be installed: 1, 0, or −1 if nothing happens to it. */
static int state_after(const struct transaction *transaction, const char *required)
{
	struct slice architecture = slice_of(required);
	struct slice name = slice_cut(&architecture, ':');
	int state = -1;

	for (size_t i = transaction_find(transaction, name);
		i < transaction->count &&
		slice_equals(name, transaction->packages[i].name);
		i++) {
		const struct package *package = &transaction->packages[i];

		if (architecture.size > 0 &&
			!slice_equals(architecture, package->architecture))
			continue;
		if (package->operation != OPERATION_REMOVE &&
			package->operation != OPERATION_PURGE)
			return 1;
		state = 0;
	}
	return state;
}

static bool is_installed(const struct preview *preview, const char *package)
{
	const char *const one[] = {package};

	return dpkg_first_missing(preview->transaction.status_file, one, 1) == 1;
}

const char *preview_lacks(const struct preview *preview, enum uh_hook_point hook_point,
	const struct planned_run *run)
{
	for (size_t i = 0; i < run->settings.required_count; i++) {
		const char *required = run->settings.required[i];
		int state = hook_point == UH_POST_INVOKE
				    ? state_after(&preview->transaction, required)
				    : -1;

		if (state == 0 || (state < 0 && !is_installed(preview, required)))
			return required;
	}
	return NULL;
}

bool preview_is_run(const struct planned_run *run, const char *lacks)
{
	return run->script.fault == SCRIPT_IS_FINE && run->skip == SKIP_NOT &&
	       lacks == NULL;
}

const char *reason_name(enum reason reason)
{
	static const struct word names[] = {{"package", REASON_PACKAGE},
		{"wildcard", REASON_WILDCARD}, {"always", REASON_ALWAYS}};

	return word_of(names, COUNT_OF(names), (int)reason);
}

static char *unsafe_text(const struct unsafe_path *unsafe)
{
	const struct passwd *user;
	const struct group *group;

	switch (unsafe->kind) {
	case UH_UNSAFE_OWNER:
		user = getpwuid(unsafe->id);
		if (user != NULL)
			return string_format(_("%s belongs to the user %s"), unsafe->path,
				user->pw_name);
		return string_format(
			_("%s belongs to the user %u"), unsafe->path, unsafe->id);
	case UH_UNSAFE_GROUP:
		group = getgrgid(unsafe->id);
		if (group != NULL)
			return string_format(_("%s can be written by the group %s"),
				unsafe->path, group->gr_name);
		return string_format(
			_("%s can be written by the group %u"), unsafe->path, unsafe->id);
	case UH_UNSAFE_WORLD:
		return string_format(_("%s can be written by everybody"), unsafe->path);
	}
	return NULL;
}

char *fault_text(const struct script *script)
{
	switch (script->fault) {
	case SCRIPT_IS_FINE:
		return NULL;
	case SCRIPT_IS_NOT_EXECUTABLE:
		return strdup(_("not executable"));
	case SCRIPT_IS_NOT_A_FILE:
		return strdup(_("not a regular file"));
	case SCRIPT_IS_DANGLING:
		return strdup(_("leads nowhere"));
	case SCRIPT_IS_OPEN_TO_OTHERS:
		return unsafe_text(&script->unsafe);
	case SCRIPT_CANNOT_START:
		return strdup(strerror(-script->error));
	case DIRECTORY_IS_UNREADABLE:
		return strdup(_("a directory that cannot be read"));
	case DIRECTORY_IS_UNMATCHED:
		return strdup(_("a directory whose name cannot be matched"));
	}
	return NULL;
}
