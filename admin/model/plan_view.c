/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/plan_view.h"
#include "command_line.h"
#include "hook_point.h"
#include "model/effective_settings.h"
#include "model/hook_list.h"
#include "package_settings.h"
#include "path_search.h"
#include "report.h"
#include "shell_word.h"
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
	const struct transaction *transaction = hook_point_has_packages(hook_point)
							? &view->transaction
							: &view->empty_transaction;
	struct plan *plan = &view->plans[hook_point];

	xensure(plan_make(plan, &view->tree, hook_point, transaction));
	if (transaction->count > 0 && view->paths.items != NULL)
		plan_set_paths(plan, &view->paths);
	plan_apply_settings(plan, &view->tree, &view->settings, transaction);
	if (hook_point_is_after_dpkg(hook_point))
		plan_apply_when(plan, transaction, result != RESULT_ABORTED, result);
}

/* Once for all hook points: reading an archive takes long. */
static void find_paths(struct plan_view *view)
{
	struct path_search search = {.tree = &view->tree,
		.settings = &view->settings,
		.transaction = &view->transaction,
		.is_simulated = true,
		.listener = report_event};

	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++)
		if (hook_point_has_packages((enum uh_hook_point)i))
			search.hook_points |= 1U << i;
	xensure(path_search_before(&search, &view->paths));
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

/* As installed and, unless it is the same, with the new version. */
static void add_installed(
	struct buffer *after, const struct package *package, struct slice provides)
{
	buffer_append_format(after, "%s\t%s\tinstalled\t%s\t%.*s\n", package->name,
		package->architecture,
		strcmp(package->new_version, "-") != 0 ? package->new_version
						       : package->old_version,
		(int)provides.size, provides.data != NULL ? provides.data : "");
}

static bool is_removal(const struct package *package)
{
	return package->operation == OPERATION_REMOVE ||
	       package->operation == OPERATION_PURGE;
}

/* An upgrade may turn a package for one architecture into one for all, or the reverse. */
static bool is_touched(const struct transaction *transaction, struct slice name,
	struct slice architecture)
{
	for (size_t i = transaction_find(transaction, name);
		i < transaction->count &&
		slice_equals(name, transaction->packages[i].name);
		i++) {
		const char *other = transaction->packages[i].architecture;

		if (slice_equals(architecture, other) || strcmp(other, "-") == 0 ||
			strcmp(other, "all") == 0 || slice_equals(architecture, "all"))
			return true;
	}
	return false;
}

/* The next version is assumed to provide the same as the installed one of that name. */
static void note_provides(
	const struct transaction *transaction, struct slice line, struct slice *provides)
{
	struct slice name = slice_cut(&line, '\t');

	for (size_t i = 0; i < 3; i++)
		(void)slice_cut(&line, '\t'); /* architecture, status, version */
	for (size_t i = transaction_find(transaction, name);
		i < transaction->count &&
		slice_equals(name, transaction->packages[i].name);
		i++)
		if (provides[i].data == NULL)
			provides[i] = line;
}

static void find_packages_after(struct plan_view *view)
{
	struct slice rest = buffer_slice(&view->installed_before.answer);
	const struct transaction *transaction = &view->transaction;
	struct buffer *after = &view->installed_after.answer;
	owns_memory struct slice *provides =
		xcheck(calloc(transaction->count + 1, sizeof(*provides)));

	while (rest.size > 0) {
		struct slice whole = slice_cut(&rest, '\n'), line = whole;
		struct slice name = slice_cut(&line, '\t');

		note_provides(transaction, whole, provides);
		if (!is_touched(transaction, name, slice_cut(&line, '\t'))) {
			buffer_append(after, whole);
			buffer_append_string(after, "\n");
		}
	}
	for (size_t i = 0; i < transaction->count; i++)
		if (!is_removal(&transaction->packages[i]))
			add_installed(after, &transaction->packages[i], provides[i]);
	(void)xensure(installed_index(&view->installed_after));
}

/* Asks once about the versions that the hooks require. */
static void compare_required(
	const struct plan_view *view, bool is_after_dpkg, struct installed *installed)
{
	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++) {
		const struct plan *plan = &view->plans[i];

		if (hook_point_is_after_dpkg((enum uh_hook_point)i) != is_after_dpkg)
			continue;
		for (size_t j = 0; j < plan->count; j++)
			(void)xensure(installed_expect(installed,
				plan->runs[j].settings.required.items,
				plan->runs[j].settings.required.count));
	}
	/* On failure, each is asked about on its own. */
	(void)xensure(versions_compare(&installed->versions));
}

/* If dpkg-query fails, all is missing. */
static void find_packages(struct plan_view *view)
{
	if (xensure(installed_read(
		    &view->installed_before, view->transaction.status_file)) < 0)
		return;
	find_packages_after(view);
	compare_required(view, false, &view->installed_before);
	compare_required(view, true, &view->installed_after);
}

static bool is_anything_required(const struct plan_view *view)
{
	for (size_t i = 0; i < COUNT_OF(view->plans); i++)
		for (size_t j = 0; j < view->plans[i].count; j++)
			if (view->plans[i].runs[j].settings.required.count > 0)
				return true;
	return false;
}

int plan_view_make(struct plan_view *view, const struct admin *admin,
	const struct plan_view_request *request)
{
	memset(view, 0, sizeof(*view));
	xensure(hook_tree_init(&view->tree, admin->root));
	/* A script is shown as run only if root would trust it, no matter who asks. */
	view->tree.trust.user = 0;
	view->tree.draft = request->draft;
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
	find_paths(view);
	set_outcomes(&view->transaction, request->result);
	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++)
		make_plan(view, (enum uh_hook_point)i, request->result);
	if (is_anything_required(view))
		find_packages(view);
	return -1;
}

void plan_view_done(struct plan_view *view)
{
	for (size_t i = 0; i < COUNT_OF(view->plans); i++)
		plan_done(&view->plans[i]);
	path_table_done(&view->paths);
	settings_done(&view->settings);
	transaction_done(&view->transaction);
	hook_tree_done(&view->tree);
	installed_done(&view->installed_before);
	installed_done(&view->installed_after);
}

char *plan_view_lacks(const struct plan_view *view, enum uh_hook_point hook_point,
	const struct planned_run *run)
{
	const struct installed *installed = hook_point_is_after_dpkg(hook_point)
						    ? &view->installed_after
						    : &view->installed_before;
	struct slice missing;

	(void)xensure(installed_find_missing(installed, run->settings.required.items,
		run->settings.required.count, &missing));
	return missing.data != NULL ? xstrndup(missing.data, missing.size) : NULL;
}

/* Appends the names that the run's wildcard and settings matched, a line each. */
static void add_matched_lines(
	const struct plan_view *view, const struct planned_run *run, struct buffer *names)
{
	if (planned_run_has_list(run))
		(void)xensure(planned_run_names(run, &view->transaction, names, NULL));
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

static void add_names(struct buffer *text, struct slice lines)
{
	while (lines.size > 0) {
		buffer_append_string(text, " ");
		buffer_append(text, slice_cut(&lines, '\n'));
	}
}

/* The pattern, and the names of what it matches among the packages of its settings. */
static void add_matches(
	const struct plan_view *view, const struct planned_run *run, struct buffer *text)
{
	owns_buffer struct buffer names = {0};

	text_add_name(text, run->directory);
	add_matched_lines(view, run, &names);
	if (names.size == 0 && run->skip == SKIP_OPERATIONS) {
		/* Translators: behind a pattern. */
		buffer_append_string(
			text, _(" matches only packages with other operations"));
		return;
	}
	if (names.size == 0) {
		/* Translators: behind a pattern. */
		buffer_append_string(
			text, _(" matches only packages that its settings exclude"));
		return;
	}
	/* Translators: between a pattern and the names of packages. */
	buffer_append_string(text, _(" matches"));
	add_names(text, buffer_slice(&names));
}

/* Nothing if its settings leave no package: the reason why it does not run says so. */
static void add_packages(
	const struct plan_view *view, const struct planned_run *run, struct buffer *text)
{
	owns_buffer struct buffer names = {0};

	add_matched_lines(view, run, &names);
	if (names.size == 0)
		return;
	/* Translators: the names of packages follow. */
	buffer_append_string(text, _("for"));
	add_names(text, buffer_slice(&names));
}

/* Whether it runs only if an archive that has not been downloaded has such a path. */
static bool depends_on_archive(
	const struct planned_run *run, const struct string_list *paths)
{
	return run->settings.paths.count > 0 && run->skip == SKIP_NONE &&
	       paths->count == 0;
}

/* Because of which path it runs: all of them may be thousands. */
static void add_paths(const struct planned_run *run, const struct string_list *paths,
	struct buffer *text)
{
	if (depends_on_archive(run, paths)) {
		buffer_append_string(
			text, _("if it has such a path; it is not downloaded yet"));
	} else if (paths->count > 0) {
		text_add_name(text, paths->items[0]);
		if (paths->count > 1)
			buffer_append_format(text,
				ngettext(" and %zu more path", " and %zu more paths",
					(unsigned long)(paths->count - 1)),
				paths->count - 1);
	}
}

static void write_paths(const struct terminal *terminal, const struct plan_view *view,
	const struct planned_run *run)
{
	owns_strings struct string_list paths = {0};
	owns_buffer struct buffer text = {0};

	if (run->settings.paths.count == 0 || run->skip != SKIP_NONE)
		return;
	(void)xensure(planned_run_paths(run, &view->transaction, &paths));
	add_paths(run, &paths, &text);
	if (text.size > 0)
		terminal_write(terminal, "      ", "        ", &text);
}

static void add_reason(const struct plan_view *view, enum uh_hook_point hook_point,
	const struct planned_run *run, struct buffer *text)
{
	switch (run->reason) {
	case REASON_ALWAYS:
		if (planned_run_has_list(run)) {
			add_packages(view, run, text);
			return;
		}
		buffer_append_string(text, hook_point_is_of_session(hook_point)
						   ? _("in every session")
						   : _("in every transaction"));
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
	case SKIP_PACKAGES:
		return xstrdup(_("its setting Packages excludes them"));
	case SKIP_PATHS:
		return xstrdup(_("its setting Paths is for packages with other paths"));
	case SKIP_PER_PACKAGE:
		return xstrdup(
			_("its setting Per-Package is true, and no package is known"));
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
	owns_memory char *lacks = plan_view_lacks(view, hook_point, run);

	return run->skip == SKIP_NONE && run->script.fault == SCRIPT_IS_FINE &&
	       lacks == NULL;
}

/* A directory that could not be read or matched has no reason to be in the plan. */
static bool has_reason(const struct planned_run *run)
{
	return run->reason != REASON_ALWAYS ||
	       (run->script.fault != DIRECTORY_IS_UNREADABLE &&
		       run->script.fault != WILDCARD_HAS_FAILED);
}

/* As one would type them. */
static void add_arguments(struct buffer *text, const struct planned_run *run)
{
	const struct setting_items *arguments = &run->settings.arguments;

	if (run->reason == REASON_WILDCARD)
		buffer_append_string(text, " " LIST_ARGUMENT);
	for (size_t i = 0; i < arguments->count; i++) {
		owns_buffer struct buffer word = {0};

		shell_word_add(&word, arguments->items[i]);
		buffer_append(&word, (struct slice){"", 1});
		xensure(word.error);
		buffer_append_string(text, " ");
		text_add_name(text, word.data);
	}
}

static json_t *arguments_to_json(const struct planned_run *run)
{
	const struct setting_items *arguments = &run->settings.arguments;
	json_t *array = json_array();

	if (run->reason == REASON_WILDCARD)
		json_add(array, json_string(LIST_ARGUMENT));
	for (size_t i = 0; i < arguments->count; i++)
		json_add(array, json_text(arguments->items[i]));
	return array;
}

static void write_planned_run(const struct terminal *terminal,
	const struct plan_view *view, enum uh_hook_point hook_point,
	const struct planned_run *run)
{
	owns_memory char *lacks = plan_view_lacks(view, hook_point, run);
	owns_buffer struct buffer head = {0};
	owns_buffer struct buffer reason = {0};
	owns_memory char *why_not = obstacle_text(run, lacks);

	buffer_append_string(&head, why_not == NULL ? MARK_NAME : MARK_FAINT);
	text_add_name(&head, run->script.path);
	buffer_append_string(&head, MARK_END);
	if (why_not == NULL)
		add_arguments(&head, run);
	terminal_write(terminal, "  ", "    ", &head);
	if (run->settings.description != NULL) {
		owns_buffer struct buffer description = {0};

		text_add_name(&description, run->settings.description);
		terminal_write(terminal, "      ", "        ", &description);
	}
	if (has_reason(run)) {
		add_reason(view, hook_point, run, &reason);
		if (reason.size > 0)
			terminal_write(terminal, "      ", "        ", &reason);
	}
	write_paths(terminal, view, run);
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
		write_planned_run(terminal, view, hook_point, &plan->runs[i]);
}

void plan_view_write(const struct terminal *terminal, const struct plan_view *view)
{
	for (int i = 0; i < UH_HOOK_POINT_COUNT; i++)
		/* Most machines have no hooks for sessions. */
		if (view->plans[i].count > 0 ||
			!hook_point_is_of_session((enum uh_hook_point)i))
			plan_view_write_point(terminal, view, (enum uh_hook_point)i);
}

static bool is_of_every_transaction(const struct planned_run *run)
{
	return run->reason == REASON_ALWAYS && has_reason(run) &&
	       (run->skip != SKIP_NONE || !planned_run_has_list(run));
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
		write_planned_run(terminal, view, hook_point, run);
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

/* Of a script with Paths. */
static void set_paths(
	json_t *object, const struct plan_view *view, const struct planned_run *run)
{
	owns_strings struct string_list paths = {0};
	json_t *list = json_array();

	if (run->skip == SKIP_NONE)
		(void)xensure(planned_run_paths(run, &view->transaction, &paths));
	for (size_t i = 0; i < paths.count; i++)
		json_add(list, json_text(paths.items[i]));
	json_set(object, "matched_paths", list);
	json_set(object, "if_path", json_boolean(depends_on_archive(run, &paths)));
}

static json_t *planned_run_to_json(const struct plan_view *view,
	enum uh_hook_point hook_point, const struct planned_run *run)
{
	owns_buffer struct buffer names = {0};
	owns_memory char *lacks = plan_view_lacks(view, hook_point, run);
	owns_memory char *why_not = obstacle_text(run, lacks);
	bool is_wildcard = run->reason == REASON_WILDCARD;
	json_t *object = json_pack("{s:o, s:o, s:s, s:o, s:o}", "path",
		json_text(run->script.path), "arguments", arguments_to_json(run),
		"reason", reason_name(run->reason), "not_run", json_text(why_not),
		"description", json_text(run->settings.description));

	add_matched_lines(view, run, &names);
	if (run->reason == REASON_PACKAGE)
		json_merge(object, package_to_json(run->package));
	if (is_wildcard)
		json_set(object, "wildcard", json_text(run->directory));
	if (planned_run_has_list(run))
		json_set(object, "matched", lines_to_json(buffer_slice(&names)));
	if (run->settings.paths.count > 0)
		set_paths(object, view, run);
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
			json_add(runs,
				planned_run_to_json(view, hook_point, &plan->runs[i]));
		json_add(points, json_pack("{s:s, s:o}", "hook_point",
					 uh_hook_point_name(hook_point), "hooks", runs));
	}
	return points;
}
