/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/plan_view.h"
#include "command_line.h"
#include "dpkg.h"
#include "model/effective_settings.h"
#include "model/hook_list.h"
#include "package_settings.h"
#include "report.h"
#include "stream.h"
#include "ui/message.h"

#include <errno.h>

/* Stands for a file that exists only while the hooks run. */
#define LIST_ARGUMENT "--pkg_list=FILE"

static int read_stream(struct plan_view *view, struct slice stream)
{
	struct stream_faults faults;
	struct uh_ending ending;
	int error = stream_parse(&view->transaction, stream, &faults);

	if (xensure(error) < 0)
		return error;
	/* Reject a stream with faults: the rest would be another transaction. */
	if (faults.ignored_lines > 0 || faults.has_no_names || faults.is_cut)
		return -EPROTO;
	/* If dpkg-query fails, show a purge as a removal, as the helper does. */
	(void)xensure(outcome_find_purges(&view->transaction, &ending));
	return 0;
}

/* Sets the outcome of each package to that of the transaction. */
static void set_outcomes(struct transaction *transaction, enum result result)
{
	static const enum outcome outcomes[] = {[RESULT_UNKNOWN] = OUTCOME_PENDING,
		[RESULT_OK] = OUTCOME_DONE,
		[RESULT_FAILED] = OUTCOME_FAILED,
		[RESULT_ABORTED] = OUTCOME_PENDING};

	for (size_t i = 0; i < transaction->count; i++)
		transaction->packages[i].outcome = outcomes[result];
}

static void make_plan(
	struct plan_view *view, enum uh_hook_point hook_point, enum result result)
{
	const struct transaction *transaction = hook_point == UH_PRE_INVOKE
							? &view->empty_transaction
							: &view->transaction;
	struct plan *plan = &view->plans[hook_point];

	xensure(plan_make(plan, &view->tree, hook_point, transaction));
	plan_apply_settings(plan, &view->tree, &view->settings, transaction);
	if (hook_point == UH_POST_INVOKE)
		plan_apply_when(plan, transaction, result != RESULT_ABORTED, result);
}

/* The engine reads apt's command line from its process; here words are its arguments. */
static bool words_switch_off(const char *const *words)
{
	__attribute__((cleanup(command_line_done))) struct command_line command_line = {
		.pid = 0};

	xlist_add(&command_line.words, "apt");
	for (; words != NULL && *words != NULL; words++)
		xlist_add(&command_line.words, *words);
	xensure(command_line_parse(&command_line));
	return environment_switches_off() || command_line_switches_off(&command_line);
}

int plan_view_make(struct plan_view *view, const struct admin *admin,
	const struct plan_view_request *request)
{
	memset(view, 0, sizeof(*view));
	xensure(hook_tree_init(&view->tree, admin->root));
	/* A script is shown as run only if root would trust it, no matter who asks. */
	view->tree.trust.user = 0;
	view->is_switched_off = words_switch_off(request->words);
	if (read_stream(view, request->stream) < 0)
		return report_error(_("cannot parse the transaction that apt describes"));
	xensure(settings_parse(
		&view->settings, buffer_slice(&view->transaction.settings)));
	xensure(package_settings_read(&view->settings, &view->tree,
		view->transaction.status_file, report_event, NULL));
	if (view->is_switched_off ||
		(!request->is_certain && view->transaction.count == 0))
		return -1;
	set_outcomes(&view->transaction, request->result);
	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++)
		make_plan(view, (enum uh_hook_point)i, request->result);
	return -1;
}

void plan_view_done(struct plan_view *view)
{
	for (size_t i = 0; i < COUNT_OF(view->plans); i++)
		plan_done(&view->plans[i]);
	settings_done(&view->settings);
	transaction_done(&view->transaction);
	hook_tree_done(&view->tree);
}

/* Whether the transaction leaves the package installed: 1, 0, or −1 if untouched. */
static int installed_after(const struct transaction *transaction, const char *required)
{
	struct slice architecture = slice_of(required);
	struct slice name = slice_cut(&architecture, ':');
	int is_installed = -1;

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
		is_installed = 0;
	}
	return is_installed;
}

static bool is_installed_now(const struct plan_view *view, const char *package)
{
	const char *const one[] = {package};

	return dpkg_first_missing(view->transaction.status_file, one, 1) == 1;
}

const char *plan_view_lacks(const struct plan_view *view, enum uh_hook_point hook_point,
	const struct planned_run *run)
{
	for (size_t i = 0; i < run->settings.required_count; i++) {
		const char *required = run->settings.required[i];
		int after = hook_point == UH_POST_INVOKE
				    ? installed_after(&view->transaction, required)
				    : -1;

		if (after == 0 || (after < 0 && !is_installed_now(view, required)))
			return required;
	}
	return NULL;
}

/* Appends the names that the run's wildcard matched, a line each. */
static void add_matched_lines(
	const struct plan_view *view, const struct planned_run *run, struct buffer *names)
{
	if (run->reason == REASON_WILDCARD)
		(void)xensure(plan_matched_names(run, &view->transaction, names, NULL));
}

static void add_versions(struct buffer *text, const struct package *package)
{
	bool has_old = strcmp(package->old_version, "-") != 0;
	bool has_new = strcmp(package->new_version, "-") != 0;

	buffer_append_format(text, "%s:%s %s", package->name, package->architecture,
		operation_name(package->operation));
	if (has_old && has_new && strcmp(package->old_version, package->new_version) != 0)
		buffer_append_format(
			text, " %s -> %s", package->old_version, package->new_version);
	else if (has_old || has_new)
		buffer_append_format(text, " %s",
			has_new ? package->new_version : package->old_version);
}

/* The pattern, and the names of what it matches among the packages of its Operations. */
static void add_matches(
	const struct plan_view *view, const struct planned_run *run, struct buffer *text)
{
	owns_buffer struct buffer names = {0};
	struct slice rest;

	text_add_name(text, run->directory);
	add_matched_lines(view, run, &names);
	if (names.size == 0) {
		/* Translators: behind a pattern. */
		buffer_append_string(
			text, _(" matches only packages with other operations"));
		return;
	}
	/* Translators: between a pattern and the names of packages. */
	buffer_append_string(text, _(" matches"));
	for (rest = buffer_slice(&names); rest.size > 0;) {
		buffer_append_string(text, " ");
		buffer_append(text, slice_cut(&rest, '\n'));
	}
}

static void add_reason(
	const struct plan_view *view, const struct planned_run *run, struct buffer *text)
{
	switch (run->reason) {
	case REASON_ALWAYS:
		buffer_append_string(text, _("in every transaction"));
		return;
	case REASON_PACKAGE:
		add_versions(text, run->package);
		return;
	case REASON_WILDCARD:
		add_matches(view, run, text);
		return;
	}
}

char *plan_view_skip_text(const struct planned_run *run)
{
	owns_buffer struct buffer words = {0};
	owns_memory char *names = NULL;

	switch (run->skip) {
	case SKIP_NONE:
		return NULL;
	case SKIP_ENABLED:
		return xstrdup(_("its setting Enabled is false"));
	case SKIP_WHEN:
		return xformat(
			_("its setting When is \"%s\""), when_name(run->settings.when));
	case SKIP_OPERATIONS:
		operations_add(&words, run->settings.operations);
		names = xbuffer_steal(&words);
		return xformat(_("its setting Operations is only for %s"), names);
	}
	return NULL;
}

/* Why a planned run would not happen, for the caller to free; NULL if it would. */
static char *obstacle_text(const struct planned_run *run, const char *lacks)
{
	if (run->skip != SKIP_NONE)
		return plan_view_skip_text(run);
	if (run->script.fault != SCRIPT_IS_FINE)
		return fault_text(&run->script);
	if (lacks != NULL)
		return xformat(
			_("it requires %s, which is not going to be installed"), lacks);
	return NULL;
}

bool plan_view_would_run(const struct plan_view *view, enum uh_hook_point hook_point,
	const struct planned_run *run)
{
	return run->skip == SKIP_NONE && run->script.fault == SCRIPT_IS_FINE &&
	       plan_view_lacks(view, hook_point, run) == NULL;
}

/* A directory that could not be read or matched has no reason to be in the plan. */
static bool has_reason(const struct planned_run *run)
{
	return run->reason != REASON_ALWAYS ||
	       (run->script.fault != DIRECTORY_IS_UNREADABLE &&
		       run->script.fault != WILDCARD_HAS_FAILED);
}

static void write_planned_run(const struct terminal *terminal,
	const struct plan_view *view, const struct planned_run *run, const char *lacks)
{
	owns_buffer struct buffer head = {0};
	owns_buffer struct buffer reason = {0};
	owns_memory char *why_not = obstacle_text(run, lacks);

	buffer_append_string(&head, why_not == NULL ? MARK_NAME : MARK_FAINT);
	text_add_name(&head, run->script.path);
	buffer_append_string(&head, MARK_END);
	if (run->reason == REASON_WILDCARD && why_not == NULL)
		buffer_append_string(&head, " " LIST_ARGUMENT);
	terminal_write(terminal, "  ", "    ", &head);
	if (run->settings.description != NULL) {
		owns_buffer struct buffer description = {0};

		text_add_name(&description, run->settings.description);
		terminal_write(terminal, "      ", "        ", &description);
	}
	if (has_reason(run)) {
		add_reason(view, run, &reason);
		terminal_write(terminal, "      ", "        ", &reason);
	}
	if (why_not != NULL) {
		owns_buffer struct buffer text = {0};
		owns_memory char *words = xsentence(why_not);

		buffer_append_string(&text, MARK_WARNING);
		buffer_append_format(&text, _("not run: %s"), words);
		buffer_append_string(&text, MARK_END);
		terminal_write(terminal, "      ", "        ", &text);
	}
}

void plan_view_write_point(const struct terminal *terminal, const struct plan_view *view,
	enum uh_hook_point hook_point)
{
	const struct plan *plan = &view->plans[hook_point];

	if (plan->count > 0)
		terminal_say(terminal, "", "%s", uh_hook_point_name(hook_point));
	else
		terminal_say(
			terminal, "", _("%s: no hooks"), uh_hook_point_name(hook_point));
	for (size_t i = 0; i < plan->count; i++)
		write_planned_run(terminal, view, &plan->runs[i],
			plan_view_lacks(view, hook_point, &plan->runs[i]));
}

void plan_view_write(const struct terminal *terminal, const struct plan_view *view)
{
	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++)
		plan_view_write_point(terminal, view, (enum uh_hook_point)i);
}

static bool is_of_every_transaction(const struct planned_run *run)
{
	return run->reason == REASON_ALWAYS && has_reason(run);
}

/* Returns how many there are. */
static size_t write_own_runs(const struct terminal *terminal,
	const struct plan_view *view, enum uh_hook_point hook_point)
{
	const struct plan *plan = &view->plans[hook_point];
	size_t count = 0;

	for (size_t i = 0; i < plan->count; i++) {
		const struct planned_run *run = &plan->runs[i];

		if (is_of_every_transaction(run))
			continue;
		if (count++ == 0)
			terminal_say(terminal, "", "%s", uh_hook_point_name(hook_point));
		write_planned_run(
			terminal, view, run, plan_view_lacks(view, hook_point, run));
	}
	return count;
}

/* How many hooks of every transaction would not run. */
static size_t count_idle(const struct plan_view *view, enum uh_hook_point hook_point)
{
	const struct plan *plan = &view->plans[hook_point];
	size_t count = 0;

	for (size_t i = 0; i < plan->count; i++)
		count += is_of_every_transaction(&plan->runs[i]) &&
			 !plan_view_would_run(view, hook_point, &plan->runs[i]);
	return count;
}

void plan_view_write_own(const struct terminal *terminal, const struct plan_view *view,
	const char *packages)
{
	size_t all = 0, own = 0, idle = 0;

	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++) {
		all += view->plans[i].count;
		own += write_own_runs(terminal, view, (enum uh_hook_point)i);
		idle += count_idle(view, (enum uh_hook_point)i);
	}
	if (own == 0)
		terminal_say(terminal, "", _("no hooks for %s"), packages);
	if (idle > 0)
		terminal_say(terminal, "",
			ngettext("and %zu hook for every transaction (not run: %zu); "
				 "--all shows it",
				"and %zu hooks for every transaction (not run: %zu); "
				"--all shows them",
				(unsigned long)(all - own)),
			all - own, idle);
	else if (all > own)
		terminal_say(terminal, "",
			ngettext("and %zu hook that runs in every transaction; --all "
				 "shows it",
				"and %zu hooks that run in every transaction; --all "
				"shows them",
				(unsigned long)(all - own)),
			all - own);
}

static json_t *lines_to_json(struct slice lines)
{
	json_t *array = json_array();

	while (lines.size > 0) {
		struct slice line = slice_cut(&lines, '\n');

		json_add(array, json_stringn(line.data, line.size));
	}
	return array;
}

static json_t *package_to_json(const struct package *package)
{
	return json_pack("{s:o, s:o, s:s, s:o, s:o}", "package", json_text(package->name),
		"architecture", json_version(package->architecture), "operation",
		operation_name(package->operation), "old_version",
		json_version(package->old_version), "new_version",
		json_version(package->new_version));
}

json_t *transaction_to_json(const struct transaction *transaction)
{
	json_t *array = json_array();

	for (size_t i = 0; i < transaction->count; i++)
		json_add(array, package_to_json(&transaction->packages[i]));
	return array;
}

static json_t *planned_run_to_json(
	const struct plan_view *view, const struct planned_run *run, const char *lacks)
{
	owns_buffer struct buffer names = {0};
	owns_memory char *why_not = obstacle_text(run, lacks);
	bool is_wildcard = run->reason == REASON_WILDCARD;
	json_t *object = json_pack("{s:o, s:o, s:s, s:o, s:o}", "path",
		json_text(run->script.path), "arguments",
		is_wildcard ? json_pack("[s]", LIST_ARGUMENT) : json_array(), "reason",
		reason_name(run->reason), "not_run", json_text(why_not), "description",
		json_text(run->settings.description));

	add_matched_lines(view, run, &names);
	if (run->reason == REASON_PACKAGE)
		json_merge(object, package_to_json(run->package));
	if (is_wildcard) {
		json_set(object, "wildcard", json_text(run->directory));
		json_set(object, "matched", lines_to_json(buffer_slice(&names)));
	}
	return object;
}

json_t *plan_view_to_json(const struct plan_view *view)
{
	json_t *points = json_array();

	for (size_t point = 0; point < UH_HOOK_POINT_COUNT; point++) {
		const struct plan *plan = &view->plans[point];
		enum uh_hook_point hook_point = (enum uh_hook_point)point;
		json_t *runs = json_array();

		for (size_t i = 0; i < plan->count; i++)
			json_add(runs, planned_run_to_json(view, &plan->runs[i],
					       plan_view_lacks(view, hook_point,
						       &plan->runs[i])));
		json_add(points, json_pack("{s:s, s:o}", "hook_point",
					 uh_hook_point_name(hook_point), "hooks", runs));
	}
	return points;
}
