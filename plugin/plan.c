/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan.h"
#include "renames.h"
#include "segments.h"

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

static void plan_package_directory(
	struct planner *planner, const char *name, const struct package *package)
{
	const struct planned_run model = {.reason = REASON_PACKAGE, .package = package};
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
			plan_package_directory(planner, directory, package);
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
			plan_package_directory(
				planner, name, transaction_main_entry(transaction, i));
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
	static const char *const directories[][3] = {
		[UH_PRE_INVOKE] = {"Pre-Invoke"},
		[UH_PRE_INSTALL_PKGS] = {"Pre-Install-Pkgs", "pkgs",
			"multi_pkgs/Pre-Install-Pkgs"},
		[UH_POST_INVOKE] = {"Post-Invoke", "pkgs", "multi_pkgs/Post-Invoke"},
	};

	_Static_assert(COUNT_OF(directories) == UH_HOOK_POINT_COUNT, "one row each");
	return hook_tree_has_any(
		tree, directories[hook_point], hook_point == UH_PRE_INVOKE ? 1 : 3);
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

static bool allows_package(const struct planned_run *run, const struct package *package)
{
	return (run->settings.operations & 1U << package->operation) != 0;
}

/* Failed if one of them is, otherwise pending if one of them is. */
static enum outcome worse_outcome(enum outcome one, enum outcome other)
{
	if (one == OUTCOME_FAILED || other == OUTCOME_FAILED)
		return OUTCOME_FAILED;
	return one == OUTCOME_DONE ? other : one;
}

/*
 * Whether Operations allows any package that "name" or "name:architecture" stands for.
 * ret_outcome is that of the packages that it allows.
 */
static bool allows_line(const struct planned_run *run,
	const struct transaction *transaction, struct slice line,
	enum outcome *ret_outcome)
{
	struct slice architecture = line;
	struct slice name = slice_cut(&architecture, ':');
	bool is_allowed = false;

	*ret_outcome = OUTCOME_DONE;
	for (size_t i = transaction_find(transaction, name);
		i < transaction->count &&
		slice_equals(name, transaction->packages[i].name);
		i++) {
		const struct package *package = &transaction->packages[i];

		if ((architecture.size > 0 &&
			    !slice_equals(architecture, package->architecture)) ||
			!allows_package(run, package))
			continue;
		is_allowed = true;
		*ret_outcome = worse_outcome(*ret_outcome, package->outcome);
	}
	return is_allowed;
}

/* Adds each matching name to names, or to failed if one of its packages failed. */
static int sort_matched(const struct planned_run *run,
	const struct transaction *transaction, struct string_list *names,
	struct string_list *failed, enum outcome *outcome)
{
	owns_buffer struct buffer lines = {0};
	int error = wildcard_match(run->wildcard, &lines);
	struct slice rest = buffer_slice(&lines);

	while (error == 0 && rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');
		enum outcome of_line;
		owns_memory char *name = NULL;

		if (!allows_line(run, transaction, line, &of_line))
			continue;
		*outcome = worse_outcome(*outcome, of_line);
		line = slice_cut(&line, ':');
		name = strndup(line.data, line.size);
		if (name == NULL)
			return -ENOMEM;
		error = string_list_add(of_line == OUTCOME_FAILED ? failed : names, name);
	}
	return error;
}

int plan_matched_names(const struct planned_run *run,
	const struct transaction *transaction, struct buffer *matched,
	enum outcome *ret_outcome)
{
	owns_strings struct string_list names = {0};
	owns_strings struct string_list failed = {0};
	enum outcome outcome = OUTCOME_DONE;
	int error = sort_matched(run, transaction, &names, &failed, &outcome);

	for (size_t i = 0; i < failed.count && !run->omits_failed && error == 0; i++)
		error = string_list_add(&names, failed.items[i]);
	/* Without architectures, names may be unsorted or occur twice. */
	string_list_sort_unique(&names);
	string_list_sort_unique(&failed);
	for (size_t i = 0; i < names.count; i++) {
		if (run->omits_failed && string_list_has(&failed, names.items[i]))
			continue;
		buffer_append_string(matched, names.items[i]);
		buffer_append_string(matched, "\n");
	}
	if (ret_outcome != NULL)
		*ret_outcome = outcome;
	return error < 0 ? error : matched->error;
}

/* Whether its directory is NAME:ARCHITECTURE, which stands for a single entry. */
static bool is_for_architecture(const struct planned_run *run)
{
	const char *directory = run->script.relative + strlen("pkgs/");

	return directory[strlen(run->package->name)] == ':';
}

enum outcome plan_package_outcome(
	const struct planned_run *run, const struct transaction *transaction)
{
	enum outcome outcome;

	if (is_for_architecture(run))
		return run->package->outcome;
	(void)allows_line(run, transaction, slice_of(run->package->name), &outcome);
	return outcome;
}

/* The package's entry that Operations allows. */
static const struct package *choose_entry(
	const struct planned_run *run, const struct transaction *transaction)
{
	size_t first = transaction_find(transaction, slice_of(run->package->name));

	if (allows_package(run, run->package))
		return run->package;
	if (is_for_architecture(run))
		return NULL;
	for (size_t i = first; i < transaction_end_of_name(transaction, first); i++)
		if (allows_package(run, &transaction->packages[i]))
			return &transaction->packages[i];
	return NULL;
}

static int apply_operations(
	struct planned_run *run, const struct transaction *transaction)
{
	owns_buffer struct buffer matched = {0};
	const struct package *package;
	int error = 0;

	if (run->settings.operations == ~0U)
		return 0;
	if (run->reason == REASON_PACKAGE) {
		package = choose_entry(run, transaction);
		if (package != NULL)
			run->package = package;
		else
			run->skip = SKIP_OPERATIONS;
	} else if (run->reason == REASON_WILDCARD) {
		error = plan_matched_names(run, transaction, &matched, NULL);
		if (error == 0 && matched.size == 0)
			run->skip = SKIP_OPERATIONS;
	}
	return error == -ENOMEM ? error : 0;
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

static void apply_settings_to(struct plan *plan, const struct hook_tree *tree,
	bool are_copies, const struct settings *settings,
	const struct transaction *transaction)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct planned_run *run = &plan->runs[i];
		int error;

		if (is_directory_fault(&run->script) ||
			(run->script.original != NULL) != are_copies)
			continue;
		script_settings_done(&run->settings);
		error = settings_for(settings, run->script.relative, &run->settings);
		if (!run->settings.is_enabled)
			run->skip = SKIP_ENABLED;
		else if (error == 0)
			error = apply_operations(run, transaction);
		if (error < 0 && run->script.fault == SCRIPT_IS_FINE) {
			run->script.fault = SCRIPT_CANNOT_START;
			run->script.error = error;
		}
		if (run->script.fault == SCRIPT_IS_FINE &&
			settings_are_lost_for(settings, tree, run->script.relative))
			run->script.fault = SCRIPT_WITHOUT_SETTINGS;
	}
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

	if (result != RESULT_FAILED || run->reason == REASON_ALWAYS)
		return result == RESULT_OK;
	if (run->reason == REASON_PACKAGE)
		return plan_package_outcome(run, transaction) == OUTCOME_DONE;
	return plan_matched_names(run, transaction, &matched, NULL) < 0 ||
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

bool plan_has_work(const struct plan *plan)
{
	return has_runs_left(plan, true);
}

bool plan_may_have_work(const struct plan *plan)
{
	return has_runs_left(plan, false);
}

const char *skip_name(enum skip skip)
{
	static const struct word names[] = {{"Enabled", SKIP_ENABLED},
		{"Operations", SKIP_OPERATIONS}, {"When", SKIP_WHEN}};

	return word_of(names, COUNT_OF(names), (int)skip);
}

static void run_done(struct planned_run *run)
{
	script_done(&run->script);
	script_settings_done(&run->settings);
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
	memset(plan, 0, sizeof(*plan));
}
