/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan.h"
#include "segments.h"

#include <errno.h>

/* A directory of multi_pkgs/ that matched. */
struct wildcard_directory {
	char *name;
	struct wildcard *wildcard;
};

/* What every step of a plan works on. */
struct planner {
	struct plan *plan;
	struct hook_tree *tree;
	const char *hook_point;
	const struct transaction *transaction;
};

/* Moves the scripts into the plan, all with one reason. */
static int add_runs(
	struct plan *plan, struct script_list *scripts, const struct planned_run *reason)
{
	for (size_t i = 0; i < scripts->count; i++) {
		struct planned_run *run;

		if (array_grow(&plan->runs, &plan->capacity, plan->count,
			    sizeof(*plan->runs)) < 0)
			return -ENOMEM;
		run = &plan->runs[plan->count++];
		*run = *reason;
		run->settings = script_settings_default();
		run->script = scripts->items[i];
		scripts->items[i] = (struct script){.path = NULL};
	}
	return 0;
}

static int first_of(int error, int later_error)
{
	return error < 0 ? error : later_error;
}

/*
 * In place of what there was no memory for; -ENOMEM when there is none for that either.
 */
static int add_fault(struct planner *planner, const char *directory)
{
	const struct planned_run reason = {.reason = REASON_ALWAYS};
	owns_scripts struct script_list faults = {0};
	int error = hook_tree_add_fault(planner->tree, directory, -ENOMEM, &faults);

	return error < 0 ? error : add_runs(planner->plan, &faults, &reason);
}

static int add_directory(
	struct planner *planner, const char *directory, const struct planned_run *reason)
{
	owns_scripts struct script_list scripts = {0};
	int error = hook_tree_scripts(planner->tree, directory, &scripts);

	/* First, since a veto of one that is left keeps quiet what comes after it. */
	if (error < 0)
		error = add_fault(planner, directory);
	if (add_runs(planner->plan, &scripts, reason) < 0)
		error = first_of(error, add_fault(planner, directory));
	return error;
}

static int add_package_directory(
	struct planner *planner, const char *name, const struct package *package)
{
	const struct planned_run reason = {.reason = REASON_PACKAGE, .package = package};
	owns_memory char *directory =
		string_join("pkgs/", name, "/", planner->hook_point);

	if (directory == NULL)
		return add_fault(planner, "pkgs");
	return add_directory(planner, directory, &reason);
}

/*
 * The directories of one package, out of those that are left in the sorted list: its own,
 * then one for each architecture. Moves *at on to where the next name can stand.
 */
static int add_package(struct planner *planner, const struct string_list *directories,
	size_t *at, const struct string_list *qualified, size_t first)
{
	const struct transaction *transaction = planner->transaction;
	const char *name = transaction->packages[first].name;
	size_t end = transaction_end_of_name(transaction, first);
	int error = 0;

	while (*at < directories->count && strcmp(directories->items[*at], name) < 0)
		++*at;
	if (*at < directories->count && strcmp(directories->items[*at], name) == 0)
		error = add_package_directory(
			planner, name, transaction_main_entry(transaction, first));

	for (size_t i = first; qualified->count > 0 && i < end; i++) {
		const struct package *package = &transaction->packages[i];
		owns_memory char *directory =
			string_join(name, ":", package->architecture);

		if (directory == NULL)
			error = first_of(error, add_fault(planner, "pkgs"));
		else if (string_list_has(qualified, directory))
			error = first_of(error,
				add_package_directory(planner, directory, package));
	}
	return error;
}

static int plan_packages(struct planner *planner)
{
	owns_strings struct string_list directories = {0};
	owns_strings struct string_list qualified = {0};
	owns_scripts struct script_list faults = {0};
	const struct planned_run reason = {.reason = REASON_ALWAYS};
	size_t at = 0;
	int error = hook_tree_names(planner->tree, "pkgs", &directories, &faults);

	for (size_t i = 0; i < directories.count; i++)
		if (strchr(directories.items[i], ':') != NULL)
			error = first_of(
				error, string_list_add(&qualified, directories.items[i]));
	error = first_of(error, add_runs(planner->plan, &faults, &reason));
	if (error < 0)
		error = add_fault(planner, "pkgs");
	for (size_t i = 0; directories.count > 0 && i < planner->transaction->count;
		i = transaction_end_of_name(planner->transaction, i))
		error = first_of(
			error, add_package(planner, &directories, &at, &qualified, i));
	return error;
}

/* Gives the plan what it needs to keep of a directory that matched. */
static int keep_wildcard(struct plan *plan, const char *name, struct wildcard *wildcard,
	struct planned_run *ret_reason)
{
	char *copy = strdup(name);

	if (copy == NULL ||
		array_grow(&plan->directories, &plan->directory_capacity,
			plan->directory_count, sizeof(*plan->directories)) < 0) {
		free(copy);
		wildcard_free(wildcard);
		return -ENOMEM;
	}
	plan->directories[plan->directory_count++] =
		(struct wildcard_directory){copy, wildcard};
	*ret_reason = (struct planned_run){
		.reason = REASON_WILDCARD, .wildcard = wildcard, .directory = copy};
	return 0;
}

/* PCRE2 had enough of a name, or no memory: one message stands for its scripts. */
static void become_unmatched(struct script_list *scripts, const struct hook_tree *tree,
	const char *directory, int error)
{
	struct script *script = &scripts->items[0];

	for (size_t i = 0; i < scripts->count; i++)
		script_done(&scripts->items[i]);
	scripts->count = 1;
	*script = (struct script){.fault = DIRECTORY_IS_UNMATCHED, .error = error};
	script->path = string_join(tree->places[0], "/", directory);
}

/* The names that the name of a directory is held against. */
static struct slice names_for(const struct plan *plan, const char *name)
{
	return buffer_slice(
		strchr(name, ':') != NULL ? &plan->qualified_names : &plan->names);
}

static bool may_match(const struct plan *plan, const char *name)
{
	struct segments segments = segments_of(name);

	return segments_narrow(&segments, names_for(plan, name)).size > 0;
}

/* Whether any name matches: 1, and the plan keeps what it needs; 0, or −errno. */
static int match(struct plan *plan, const char *name, struct planned_run *ret_reason)
{
	struct wildcard *wildcard = NULL;
	int found = wildcard_new(&wildcard, name, names_for(plan, name));

	if (found == 0)
		found = wildcard_matches_any(wildcard);
	if (found <= 0) {
		wildcard_free(wildcard);
		return found;
	}
	found = keep_wildcard(plan, name, wildcard, ret_reason);
	return found < 0 ? found : 1;
}

static int plan_wildcard(struct planner *planner, const char *name)
{
	struct plan *plan = planner->plan;
	owns_scripts struct script_list scripts = {0};
	owns_memory char *directory =
		string_join("multi_pkgs/", planner->hook_point, "/", name);
	struct planned_run reason = {.reason = REASON_ALWAYS};
	int error, found;

	/*
	 * Most directories of a tree do not match, as their literal parts tell, or are
	 * empty; so PCRE2 comes last.
	 */
	if (!may_match(plan, name))
		return 0;
	if (directory == NULL)
		return add_fault(planner, "multi_pkgs");
	error = hook_tree_scripts(planner->tree, directory, &scripts);
	if (error < 0)
		error = add_fault(planner, directory);
	if (scripts.count == 0)
		return error;
	found = match(plan, name, &reason);
	if (found == 0)
		return error;
	if (found < 0)
		become_unmatched(&scripts, planner->tree, directory, found);
	if (add_runs(plan, &scripts, &reason) < 0)
		error = first_of(error, add_fault(planner, directory));
	return error;
}

static int plan_wildcards(struct planner *planner)
{
	struct plan *plan = planner->plan;
	owns_strings struct string_list directories = {0};
	owns_scripts struct script_list faults = {0};
	owns_memory char *parent = string_join("multi_pkgs/", planner->hook_point);
	const struct planned_run reason = {.reason = REASON_ALWAYS};
	int error;

	if (parent == NULL)
		return add_fault(planner, "multi_pkgs");
	error = hook_tree_names(planner->tree, parent, &directories, &faults);
	error = first_of(error, add_runs(plan, &faults, &reason));
	if (error < 0)
		error = add_fault(planner, parent);
	if (directories.count == 0)
		return error;
	transaction_names(planner->transaction, false, &plan->names);
	transaction_names(planner->transaction, true, &plan->qualified_names);
	if (plan->names.error < 0 || plan->qualified_names.error < 0)
		return first_of(error, add_fault(planner, parent));
	for (size_t i = 0; i < directories.count; i++)
		error = first_of(error, plan_wildcard(planner, directories.items[i]));
	return error;
}

int plan_make(struct plan *plan, struct hook_tree *tree, enum uh_hook_point hook_point,
	const struct transaction *transaction)
{
	const struct planned_run always = {.reason = REASON_ALWAYS};
	struct planner planner = {
		plan, tree, uh_hook_point_name(hook_point), transaction};
	int error = 0;

	memset(plan, 0, sizeof(*plan));
	/* Each step adds what it can, even when there was no memory for another. */
	if (transaction->count > 0) {
		error = plan_packages(&planner);
		error = first_of(error, plan_wildcards(&planner));
	}
	return first_of(error, add_directory(&planner, planner.hook_point, &always));
}

bool plan_is_possible(const struct hook_tree *tree, enum uh_hook_point hook_point)
{
	static const char *const directories[][3] = {
		[UH_PRE_INVOKE] = {"Pre-Invoke"},
		[UH_PRE_INSTALL_PKGS] = {"Pre-Install-Pkgs", "pkgs",
			"multi_pkgs/Pre-Install-Pkgs"},
		[UH_POST_INVOKE] = {"Post-Invoke", "pkgs", "multi_pkgs/Post-Invoke"},
	};

	return hook_tree_has_any(
		tree, directories[hook_point], hook_point == UH_PRE_INVOKE ? 1 : 3);
}

/* Whether any directory named first/X/last (last may be empty) holds a script. */
static bool has_scripts_below(struct hook_tree *tree, const char *first, const char *last)
{
	owns_strings struct string_list names = {0};
	owns_scripts struct script_list scripts = {0};

	if (hook_tree_names(tree, first, &names, &scripts) < 0)
		return true;
	for (size_t i = 0; i < names.count; i++) {
		owns_memory char *directory =
			string_join(first, "/", names.items[i], last);

		if (directory == NULL)
			return true;
		if (hook_tree_scripts(tree, directory, &scripts) < 0)
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

static bool is_let_through(const struct planned_run *run, const struct package *package)
{
	return (run->settings.operations & 1U << package->operation) != 0;
}

/*
 * A matched line, "name" or "name:architecture", by the operations of what it stands
 * for.
 */
static bool is_line_let_through(const struct planned_run *run,
	const struct transaction *transaction, struct slice line)
{
	struct slice architecture = line;
	struct slice name = slice_cut(&architecture, ':');

	for (size_t i = transaction_find(transaction, name);
		i < transaction->count &&
		slice_equals(name, transaction->packages[i].name);
		i++)
		if ((architecture.size == 0 ||
			    slice_equals(architecture,
				    transaction->packages[i].architecture)) &&
			is_let_through(run, &transaction->packages[i]))
			return true;
	return false;
}

int plan_matched_names(const struct planned_run *run,
	const struct transaction *transaction, struct buffer *matched)
{
	owns_buffer struct buffer lines = {0};
	owns_strings struct string_list names = {0};
	int error = wildcard_match(run->wildcard, &lines);
	struct slice rest = buffer_slice(&lines);

	while (error == 0 && rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');
		owns_memory char *name = NULL;

		if (!is_line_let_through(run, transaction, line))
			continue;
		line = slice_cut(&line, ':');
		name = strndup(line.data, line.size);
		error = name != NULL ? string_list_add(&names, name) : -ENOMEM;
	}
	/*
	 * Without their architectures names stand in another order, and may stand
	 * twice.
	 */
	string_list_sort_unique(&names);
	for (size_t i = 0; i < names.count; i++) {
		buffer_append_string(matched, names.items[i]);
		buffer_append_string(matched, "\n");
	}
	return error < 0 ? error : matched->error;
}

/*
 * Which of the package's entries Operations lets through; a directory with a colon has
 * but one.
 */
static const struct package *choose_entry(
	const struct planned_run *run, const struct transaction *transaction)
{
	size_t name_size = strlen(run->package->name);
	const char *directory = run->script.relative + strlen("pkgs/");
	size_t first = transaction_find(transaction, slice_of(run->package->name));

	if (is_let_through(run, run->package))
		return run->package;
	if (directory[name_size] == ':')
		return NULL;
	for (size_t i = first; i < transaction_end_of_name(transaction, first); i++)
		if (is_let_through(run, &transaction->packages[i]))
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
	switch (run->reason) {
	case REASON_PACKAGE:
		package = choose_entry(run, transaction);
		if (package != NULL)
			run->package = package;
		else
			run->skip = SKIP_OPERATIONS;
		return 0;
	case REASON_WILDCARD:
		error = plan_matched_names(run, transaction, &matched);
		if (error == 0 && matched.size == 0)
			run->skip = SKIP_OPERATIONS;
		return error == -ENOMEM ? error : 0;
	case REASON_ALWAYS:
		return 0;
	}
	return 0;
}

/* A message, which no setting is for. */
static bool is_directory(const struct script *script)
{
	return script->fault == DIRECTORY_IS_UNREADABLE ||
	       script->fault == DIRECTORY_IS_UNMATCHED;
}

void plan_apply_settings(struct plan *plan, const struct settings *settings,
	const struct transaction *transaction)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct planned_run *run = &plan->runs[i];
		int error;

		if (is_directory(&run->script))
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
	}
}

static bool is_wanted(enum when when, const struct ending *ending)
{
	switch (when) {
	case WHEN_RAN:
		return ending->has_run;
	case WHEN_SUCCESS:
		return ending->has_run && ending->is_success;
	case WHEN_FAILURE:
		return ending->is_failure;
	case WHEN_ALWAYS:
		return true;
	}
	return true;
}

void plan_apply_when(struct plan *plan, const struct ending *ending)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->runs[i].skip == SKIP_NOT &&
			!is_directory(&plan->runs[i].script) &&
			!is_wanted(plan->runs[i].settings.when, ending))
			plan->runs[i].skip = SKIP_WHEN;
}

bool plan_has_scripts(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->runs[i].script.fault == SCRIPT_IS_FINE)
			return true;
	return false;
}

bool plan_has_work(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->runs[i].script.fault == SCRIPT_IS_FINE &&
			plan->runs[i].skip == SKIP_NOT)
			return true;
	return false;
}

bool plan_may_have_work(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->runs[i].skip == SKIP_NOT &&
			(plan->runs[i].script.fault == SCRIPT_CANNOT_START ||
				is_directory(&plan->runs[i].script)))
			return true;
	return plan_has_work(plan);
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
	for (size_t i = 0; i < plan->directory_count; i++) {
		free(plan->directories[i].name);
		wildcard_free(plan->directories[i].wildcard);
	}
	free(plan->directories);
	buffer_done(&plan->names);
	buffer_done(&plan->qualified_names);
	memset(plan, 0, sizeof(*plan));
}
