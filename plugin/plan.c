/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan.h"
#include "renames.h"
#include "segments.h"
#include "variables.h"

#include <errno.h>

/* A directory of multi_pkgs/ that matched. */
struct wildcard_directory {
	char *name;
	struct wildcard *wildcard;
};

static void wildcard_directory_done(struct wildcard_directory *directory)
{
	free(directory->name);
	wildcard_free(directory->wildcard);
}

struct planner {
	struct plan *plan;
	struct hook_tree *tree;
	const char *hook_point;
	const struct transaction *transaction;
	int error; /* −ENOMEM if there was not even memory for a fault */
};

static const struct planned_run always = {.reason = REASON_ALWAYS};

/* Moves the scripts into the plan, as copies of run. */
static int append_runs(
	struct plan *plan, struct script_list *scripts, const struct planned_run *model)
{
	for (size_t i = 0; i < scripts->count; i++) {
		struct planned_run *run;

		if (array_grow(&plan->runs, &plan->capacity, plan->count,
			    sizeof(*plan->runs)) < 0)
			return -ENOMEM;
		run = &plan->runs[plan->count++];
		*run = *model;
		run->settings = script_settings_default();
		run->script = scripts->items[i];
		scripts->items[i] = (struct script){.path = NULL};
	}
	return 0;
}

/* A fault stands for scripts that there was no memory for. */
static void plan_fault(struct planner *planner, const char *directory)
{
	owns_scripts struct script_list faults = {0};

	if (hook_tree_add_fault(planner->tree, directory, -ENOMEM, &faults) < 0 ||
		append_runs(planner->plan, &faults, &always) < 0)
		planner->error = -ENOMEM;
}

static void read_scripts(
	struct planner *planner, const char *directory, struct script_list *scripts)
{
	/* The fault comes first, because a veto skips everything after it. */
	if (hook_tree_scripts(planner->tree, directory, scripts) < 0)
		plan_fault(planner, directory);
}

static void read_directory_names(
	struct planner *planner, const char *directory, struct string_list *names)
{
	owns_scripts struct script_list faults = {0};
	int error = hook_tree_names(planner->tree, directory, names, &faults);

	if (append_runs(planner->plan, &faults, &always) < 0 || error < 0)
		plan_fault(planner, directory);
}

static void plan_directory(
	struct planner *planner, const char *directory, const struct planned_run *model)
{
	owns_scripts struct script_list scripts = {0};

	read_scripts(planner, directory, &scripts);
	if (append_runs(planner->plan, &scripts, model) < 0)
		plan_fault(planner, directory);
}

static void plan_package_directory(struct planner *planner, const char *name,
	const struct package *package, bool is_of_entry)
{
	const struct planned_run model = {
		.reason = REASON_PACKAGE, .package = package, .is_of_entry = is_of_entry};
	owns_memory char *directory =
		string_join("pkgs/", name, "/", planner->hook_point);

	if (directory == NULL)
		plan_fault(planner, "pkgs");
	else
		plan_directory(planner, directory, &model);
}

/* The directories NAME:ARCHITECTURE of the package whose entries begin at first. */
static void plan_architectures(
	struct planner *planner, const struct string_list *qualified, size_t first)
{
	size_t end = transaction_end_of_name(planner->transaction, first);

	for (size_t i = first; i < end; i++) {
		const struct package *package = &planner->transaction->packages[i];
		owns_memory char *directory =
			string_join(package->name, ":", package->architecture);

		if (directory == NULL)
			plan_fault(planner, "pkgs");
		else if (string_list_has(qualified, directory))
			plan_package_directory(planner, directory, package, true);
	}
}

static void plan_packages(struct planner *planner)
{
	const struct transaction *transaction = planner->transaction;
	owns_strings struct string_list directories = {0};
	owns_strings struct string_list qualified = {0};
	size_t at = 0;
	int error = 0;

	read_directory_names(planner, "pkgs", &directories);
	for (size_t i = 0; i < directories.count; i++)
		if (strchr(directories.items[i], ':') != NULL &&
			string_list_add(&qualified, directories.items[i]) < 0)
			error = -ENOMEM;
	if (error < 0)
		plan_fault(planner, "pkgs");
	/* Both are sorted, so one pass finds the common names. */
	for (size_t i = 0; directories.count > 0 && i < transaction->count;
		i = transaction_end_of_name(transaction, i)) {
		const char *name = transaction->packages[i].name;

		while (at < directories.count && strcmp(directories.items[at], name) < 0)
			at++;
		if (at < directories.count && strcmp(directories.items[at], name) == 0)
			plan_package_directory(planner, name,
				transaction_main_entry(transaction, i), false);
		if (qualified.count > 0)
			plan_architectures(planner, &qualified, i);
	}
}

/* PCRE2 gave up: one fault stands for the scripts of the directory. */
static void become_unmatched(struct script_list *scripts, const struct hook_tree *tree,
	const char *directory, int error)
{
	for (size_t i = 0; i < scripts->count; i++)
		script_done(&scripts->items[i]);
	scripts->count = 1;
	scripts->items[0] = (struct script){.fault = WILDCARD_HAS_FAILED,
		.error = error,
		.path = string_join(tree->places[0], "/", directory)};
}

/* The names to match a directory's name against. */
static struct slice names_for(const struct plan *plan, const char *name)
{
	return buffer_slice(
		strchr(name, ':') != NULL ? &plan->qualified_names : &plan->names);
}

/* Returns 1 and sets ret_model if any name matches; 0, or −errno. */
static int match_directory(
	struct plan *plan, const char *name, struct planned_run *ret_model)
{
	struct wildcard_directory directory = {.name = NULL};
	int found = wildcard_new(&directory.wildcard, name, names_for(plan, name));

	if (found == 0)
		found = wildcard_matches_any(directory.wildcard);
	if (found > 0)
		directory.name = strdup(name);
	if (found > 0 &&
		(directory.name == NULL ||
			array_grow(&plan->directories, &plan->directory_capacity,
				plan->directory_count, sizeof(*plan->directories)) < 0))
		found = -ENOMEM;
	if (found <= 0) {
		wildcard_directory_done(&directory);
		return found;
	}
	plan->directories[plan->directory_count++] = directory;
	*ret_model = (struct planned_run){.reason = REASON_WILDCARD,
		.wildcard = directory.wildcard,
		.directory = directory.name};
	return 1;
}

static void plan_wildcard(struct planner *planner, const char *name)
{
	owns_scripts struct script_list scripts = {0};
	owns_memory char *directory = NULL;
	struct segments segments = segments_of(name);
	struct planned_run model = always;
	int found;

	/* PCRE2 comes last: most directories are ruled out by their literal parts. */
	if (segments_narrow(&segments, names_for(planner->plan, name)).size == 0)
		return;
	directory = string_join("multi_pkgs/", planner->hook_point, "/", name);
	if (directory == NULL) {
		plan_fault(planner, "multi_pkgs");
		return;
	}
	read_scripts(planner, directory, &scripts);
	if (scripts.count == 0)
		return;
	found = match_directory(planner->plan, name, &model);
	if (found == 0)
		return;
	if (found < 0)
		become_unmatched(&scripts, planner->tree, directory, found);
	if (append_runs(planner->plan, &scripts, &model) < 0)
		plan_fault(planner, directory);
}

static void plan_wildcards(struct planner *planner)
{
	struct plan *plan = planner->plan;
	owns_strings struct string_list directories = {0};
	owns_memory char *parent = string_join("multi_pkgs/", planner->hook_point);

	if (parent == NULL) {
		plan_fault(planner, "multi_pkgs");
		return;
	}
	read_directory_names(planner, parent, &directories);
	if (directories.count == 0)
		return;
	transaction_names(planner->transaction, false, &plan->names);
	transaction_names(planner->transaction, true, &plan->qualified_names);
	if (plan->names.error < 0 || plan->qualified_names.error < 0) {
		plan_fault(planner, parent);
		return;
	}
	for (size_t i = 0; i < directories.count; i++)
		plan_wildcard(planner, directories.items[i]);
}

int plan_make(struct plan *plan, struct hook_tree *tree, enum uh_hook_point hook_point,
	const struct transaction *transaction)
{
	struct planner planner = {
		plan, tree, uh_hook_point_name(hook_point), transaction, 0};

	memset(plan, 0, sizeof(*plan));
	if (transaction->count > 0) {
		plan_packages(&planner);
		plan_wildcards(&planner);
	}
	plan_directory(&planner, planner.hook_point, &always);
	return planner.error;
}

bool plan_is_possible(const struct hook_tree *tree, enum uh_hook_point hook_point)
{
	static const struct {
		const char *directories[3];
		size_t count;
	} rows[] = {
		[UH_SESSION_START] = {{"Session-Start"}, 1},
		[UH_PRE_INVOKE] = {{"Pre-Invoke"}, 1},
		[UH_PRE_INSTALL_PKGS] = {{"Pre-Install-Pkgs", "pkgs",
						 "multi_pkgs/Pre-Install-Pkgs"},
			3},
		[UH_POST_INVOKE] = {{"Post-Invoke", "pkgs", "multi_pkgs/Post-Invoke"}, 3},
		[UH_SESSION_END] = {{"Session-End", "multi_pkgs/Session-End"}, 2},
	};

	_Static_assert(COUNT_OF(rows) == UH_HOOK_POINT_COUNT, "one row each");
	if (hook_tree_has_any(tree, rows[hook_point].directories, rows[hook_point].count))
		return true;
	/* A process waits for the session's end, so look more closely. */
	return hook_point == UH_SESSION_END &&
	       hook_tree_has_below(tree, "pkgs", uh_hook_point_name(hook_point));
}

/* Whether any directory parent/NAMEsuffix has a script; true when out of memory. */
static bool has_scripts_below(
	struct hook_tree *tree, const char *parent, const char *suffix)
{
	owns_strings struct string_list names = {0};
	owns_scripts struct script_list scripts = {0};

	if (hook_tree_names(tree, parent, &names, &scripts) < 0)
		return true;
	for (size_t i = 0; i < names.count; i++) {
		owns_memory char *directory =
			string_join(parent, "/", names.items[i], suffix);

		if (directory == NULL || hook_tree_scripts(tree, directory, &scripts) < 0)
			return true;
		for (size_t s = 0; s < scripts.count; s++)
			if (scripts.items[s].fault != DIRECTORY_IS_UNREADABLE)
				return true;
	}
	return false;
}

bool plan_needs_packages(struct hook_tree *tree, enum uh_hook_point hook_point)
{
	const char *name = uh_hook_point_name(hook_point);
	owns_memory char *below_package = string_join("/", name);
	owns_memory char *wildcards = string_join("multi_pkgs/", name);

	if (below_package == NULL || wildcards == NULL)
		return true;
	return has_scripts_below(tree, "pkgs", below_package) ||
	       has_scripts_below(tree, wildcards, "");
}

/* Settings are for scripts. */
static bool is_directory_fault(const struct script *script)
{
	return script->fault == DIRECTORY_IS_UNREADABLE ||
	       script->fault == WILDCARD_HAS_FAILED;
}

/*
 * A mask or an override that the administrator has at a former path applies to the
 * script. Neither such an override nor a copy of it also runs at its own path.
 */
static void apply_renames(
	struct planned_run *run, struct hook_tree *tree, const struct settings *settings)
{
	const char *place = tree->places[PLACE_OF_PACKAGES];
	bool is_of_package = strncmp(run->script.path, place, strlen(place)) == 0;
	struct script script = {.path = NULL};
	enum tree_node node = NODE_ABSENT;
	const char *former;

	if (is_of_package)
		node = renames_look(
			settings, tree, run->script.relative, &former, &script);
	else if (renames_is_former(settings, tree, run->script.relative))
		node = NODE_MASK;
	run->is_masked = node == NODE_MASK;
	if (node != NODE_SCRIPT)
		return;
	script_done(&run->script);
	run->script = script;
}

static bool is_not_masked(const struct planned_run *run, const void *context)
{
	(void)context;
	return !run->is_masked;
}

static void run_done(struct planned_run *run)
{
	script_done(&run->script);
	script_settings_done(&run->settings);
}

/* Makes room for that many runs. 0 or −ENOMEM. */
static int reserve_runs(struct plan *plan, size_t count)
{
	int error = 0;

	while (plan->capacity < count && error == 0)
		error = array_grow(&plan->runs, &plan->capacity, plan->capacity,
			sizeof(*plan->runs));
	return error;
}

/* Gives the parts of a run scripts and settings of their own. 0 or −ENOMEM. */
static int furnish_parts(struct planned_run *parts, size_t count,
	const struct script *script, const struct settings *settings)
{
	for (size_t i = 0; i < count; i++)
		if (script_copy(&parts[i].script, script) < 0 ||
			settings_for(settings, script->relative, &parts[i].settings) < 0)
			return -ENOMEM;
	return 0;
}

/*
 * Per-Package: the runs that take the place of a run, one for each of its packages. 0; with
 * none, or −ENOMEM, the run stays.
 */
static int make_parts(const struct planned_run *run, const struct settings *settings,
	const struct transaction *transaction, struct planned_run **ret_parts,
	size_t *ret_count)
{
	struct planned_run *parts = NULL;
	size_t count = 0;
	int error = planned_run_split(run, transaction, &parts, &count);

	if (error == 0)
		error = furnish_parts(parts, count, &run->script, settings);
	*ret_parts = parts;
	*ret_count = count;
	return error == -ENOMEM ? error : 0; /* the run reports others */
}

static void refuse_run(struct planned_run *run, int error)
{
	if (error == 0 || run->script.fault != SCRIPT_IS_FINE)
		return;
	run->script.fault = SCRIPT_CANNOT_START;
	run->script.error = error;
}

static bool is_to_split(const struct planned_run *run, bool are_copies)
{
	return run->settings.is_per_package && run->reason != REASON_PACKAGE &&
	       run->skip == SKIP_NONE && run->script.fault == SCRIPT_IS_FINE &&
	       (run->script.original != NULL) == are_copies;
}

/*
 * Moves the run to the end of all, or its parts in its place. all has room for the run and
 * for those that follow it.
 */
static void split_run(struct plan *all, struct planned_run *run, size_t following,
	const struct settings *settings, const struct transaction *transaction)
{
	owns_memory struct planned_run *parts = NULL;
	size_t count = 0;
	int error = make_parts(run, settings, transaction, &parts, &count);

	if (error == 0 && count > 0)
		error = reserve_runs(all, all->count + count + following);
	if (error == 0 && count > 0) {
		memcpy(&all->runs[all->count], parts, count * sizeof(*parts));
		all->count += count;
		run_done(run);
		return;
	}
	for (size_t i = 0; i < count; i++)
		run_done(&parts[i]);
	refuse_run(run, error);
	all->runs[all->count++] = *run;
}

/* Each run is moved once, however many are split. */
static void split_runs(struct plan *plan, bool are_copies,
	const struct settings *settings, const struct transaction *transaction)
{
	struct plan all = {.runs = NULL};
	size_t first = 0;
	int error;

	while (first < plan->count && !is_to_split(&plan->runs[first], are_copies))
		first++;
	if (first == plan->count)
		return;
	error = reserve_runs(&all, plan->count);
	for (size_t i = first; i < plan->count && error < 0; i++)
		if (is_to_split(&plan->runs[i], are_copies))
			refuse_run(&plan->runs[i], error);
	if (error < 0) {
		free(all.runs);
		return;
	}
	for (size_t i = 0; i < plan->count; i++)
		if (is_to_split(&plan->runs[i], are_copies))
			split_run(&all, &plan->runs[i], plan->count - i - 1, settings,
				transaction);
		else
			all.runs[all.count++] = plan->runs[i];
	free(plan->runs);
	plan->runs = all.runs;
	plan->count = all.count;
	plan->capacity = all.capacity;
}

static void check_variables(struct planned_run *run, struct trust *trust)
{
	const struct setting_items *variables = &run->settings.environment;
	struct script *script = &run->script;

	for (size_t i = 0; i < variables->count && script->error == 0; i++) {
		struct unsafe_path unsafe;

		script->error = variable_check(variables->items[i], trust, &unsafe);
		if (script->error == 0)
			continue;
		script->fault = SCRIPT_WITH_UNSAFE_VARIABLE;
		script->variable = variables->items[i];
		free(script->unsafe.path);
		script->unsafe = unsafe;
	}
}

/* Whether plan_apply_settings() gives it settings, or the same for copies. */
static bool has_settings(const struct planned_run *run, bool are_copies)
{
	return !is_directory_fault(&run->script) &&
	       (run->script.original != NULL) == are_copies;
}

/* All runs ask about versions at once. */
static void find_settings(struct plan *plan, bool are_copies,
	const struct settings *settings, const struct transaction *transaction)
{
	int error;

	for (size_t i = 0; i < plan->count; i++) {
		struct planned_run *run = &plan->runs[i];

		if (!has_settings(run, are_copies))
			continue;
		script_settings_done(&run->settings);
		run->versions = &plan->versions;
		run->settings_error =
			settings_for(settings, run->script.relative, &run->settings);
		if (run->settings_error == 0 && run->settings.is_enabled)
			run->settings_error =
				planned_run_expect(run, transaction, &plan->versions);
	}
	error = versions_compare(&plan->versions);
	for (size_t i = 0; i < plan->count && error < 0; i++)
		if (plan->runs[i].settings_error == 0 &&
			planned_run_needs_versions(&plan->runs[i]))
			plan->runs[i].settings_error = error;
}

static void apply_settings_to(struct plan *plan, struct hook_tree *tree, bool are_copies,
	const struct settings *settings, const struct transaction *transaction)
{
	find_settings(plan, are_copies, settings, transaction);
	for (size_t i = 0; i < plan->count; i++) {
		struct planned_run *run = &plan->runs[i];
		int error = run->settings_error;

		if (!has_settings(run, are_copies))
			continue;
		if (!run->settings.is_enabled)
			run->skip = SKIP_ENABLED;
		else if (error == 0)
			error = planned_run_narrow(run, transaction);
		refuse_run(run, error);
		if (run->script.fault == SCRIPT_IS_FINE &&
			settings_are_lost_for(settings, tree, run->script.relative))
			run->script.fault = SCRIPT_WITHOUT_SETTINGS;
		if (run->script.fault == SCRIPT_IS_FINE && run->settings.faulty != NULL)
			run->script.fault = SCRIPT_WITH_FAULTY_SETTING;
		if (run->script.fault == SCRIPT_IS_FINE)
			check_variables(run, &tree->trust);
	}
	split_runs(plan, are_copies, settings, transaction);
}

void plan_set_paths(struct plan *plan, const struct path_table *paths)
{
	for (size_t i = 0; i < plan->count; i++)
		plan->runs[i].paths = paths;
}

void plan_withhold(struct plan *plan,
	bool (*are_settings_lost)(const struct script *script, const void *context),
	const void *context)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct script *script = &plan->runs[i].script;

		if (script->fault == SCRIPT_IS_FINE && are_settings_lost(script, context))
			script->fault = SCRIPT_WITHOUT_SETTINGS;
	}
}

void plan_apply_settings(struct plan *plan, struct hook_tree *tree,
	const struct settings *settings, const struct transaction *transaction)
{
	apply_settings_to(plan, tree, false, settings, transaction);
	for (size_t i = 0; i < plan->count; i++)
		if (!is_directory_fault(&plan->runs[i].script) &&
			plan->runs[i].script.fault != SCRIPT_WITHOUT_SETTINGS)
			apply_renames(&plan->runs[i], tree, settings);
	plan_keep(plan, is_not_masked, NULL);
}

void plan_apply_promised_settings(struct plan *plan, struct hook_tree *tree,
	const struct settings *settings, const struct transaction *transaction)
{
	apply_settings_to(plan, tree, true, settings, transaction);
}

void plan_prefer_copies(struct plan *plan, struct hook_tree *tree)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct script *script = &plan->runs[i].script;
		struct script copy;

		if (script->fault != SCRIPT_WITHOUT_SETTINGS ||
			!hook_tree_find_copy(tree, script->relative, &copy))
			continue;
		script_done(script);
		*script = copy;
	}
}

bool plan_has_copies(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->runs[i].script.original != NULL)
			return true;
	return false;
}

/*
 * A script in Post-Invoke/ runs for all packages of the transaction. For a wildcard, one
 * package is enough. If matching fails, the run itself reports it.
 */
static bool have_packages_succeeded(struct planned_run *run,
	const struct transaction *transaction, enum result result)
{
	owns_buffer struct buffer matched = {0};

	if (result != RESULT_FAILED ||
		(run->reason == REASON_ALWAYS && !planned_run_has_list(run)))
		return result == RESULT_OK;
	if (run->reason == REASON_PACKAGE)
		return planned_run_outcome(run, transaction) == OUTCOME_DONE;
	return planned_run_names(run, transaction, &matched, NULL) < 0 ||
	       matched.size > 0;
}

static bool when_applies(struct planned_run *run, const struct transaction *transaction,
	bool has_run, enum result result)
{
	switch (run->settings.when) {
	case WHEN_RAN:
		return has_run;
	case WHEN_SUCCESS:
		return has_run && result == RESULT_OK;
	case WHEN_PACKAGES_SUCCESS:
		run->omits_failed = true;
		return has_run && have_packages_succeeded(run, transaction, result);
	case WHEN_FAILURE:
		return result == RESULT_FAILED || result == RESULT_ABORTED;
	case WHEN_ALWAYS:
		return true;
	}
	return has_run;
}

void plan_apply_when(struct plan *plan, const struct transaction *transaction,
	bool has_run, enum result result)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct planned_run *run = &plan->runs[i];

		if (run->skip == SKIP_NONE && !is_directory_fault(&run->script) &&
			!when_applies(run, transaction, has_run, result))
			run->skip = SKIP_WHEN;
	}
}

bool plan_has_scripts(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->runs[i].script.fault == SCRIPT_IS_FINE)
			return true;
	return false;
}

static bool has_runs_left(const struct plan *plan, bool is_certain)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct script *script = &plan->runs[i].script;
		bool may_start = script->fault == SCRIPT_CANNOT_START ||
				 is_directory_fault(script);

		if (plan->runs[i].skip == SKIP_NONE &&
			(script->fault == SCRIPT_IS_FINE || (may_start && !is_certain)))
			return true;
	}
	return false;
}

bool plan_lacks_packages(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->runs[i].skip >= SKIP_OPERATIONS &&
			plan->runs[i].skip < SKIP_WHEN)
			return true;
	return false;
}

bool plan_has_work(const struct plan *plan)
{
	return has_runs_left(plan, true);
}

bool plan_may_have_work(const struct plan *plan)
{
	return has_runs_left(plan, false);
}

void plan_keep(struct plan *plan,
	bool (*is_kept)(const struct planned_run *run, const void *context),
	const void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->count; i++) {
		if (is_kept(&plan->runs[i], context))
			plan->runs[kept++] = plan->runs[i];
		else
			run_done(&plan->runs[i]);
	}
	plan->count = kept;
}

void plan_done(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		run_done(&plan->runs[i]);
	free(plan->runs);
	for (size_t i = 0; i < plan->directory_count; i++)
		wildcard_directory_done(&plan->directories[i]);
	free(plan->directories);
	buffer_done(&plan->names);
	buffer_done(&plan->qualified_names);
	versions_done(&plan->versions);
	memset(plan, 0, sizeof(*plan));
}
