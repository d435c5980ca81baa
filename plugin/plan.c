/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan.h"

#include <errno.h>

/* A folder of multi_pkgs/ that matched. */
struct wildcard_folder {
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
		run->script = scripts->items[i];
		scripts->items[i] = (struct script){.path = NULL};
	}
	return 0;
}

static int add_folder(
	struct planner *planner, const char *folder, const struct planned_run *reason)
{
	owns_scripts struct script_list scripts = {0};
	int error = hook_tree_scripts(planner->tree, folder, &scripts);
	int add_error = add_runs(planner->plan, &scripts, reason);

	return error < 0 ? error : add_error;
}

static int add_package_folder(
	struct planner *planner, const char *name, const struct package *package)
{
	const struct planned_run reason = {.reason = REASON_PACKAGE, .package = package};
	owns_memory char *folder = string_format("pkgs/%s/%s", name, planner->hook_point);

	if (folder == NULL)
		return -ENOMEM;
	return add_folder(planner, folder, &reason);
}

/*
 * The folders of one package, out of those that are left in the sorted list: its own,
 * then one for each architecture. Moves *at on to where the next name can stand.
 */
static int add_package(struct planner *planner, const struct string_list *folders,
	size_t *at, const struct string_list *qualified, size_t first)
{
	const struct transaction *transaction = planner->transaction;
	const char *name = transaction->packages[first].name;
	size_t end = transaction_end_of_name(transaction, first);
	int error = 0;

	while (*at < folders->count && strcmp(folders->items[*at], name) < 0)
		++*at;
	if (*at < folders->count && strcmp(folders->items[*at], name) == 0)
		error = add_package_folder(
			planner, name, transaction_main_entry(transaction, first));

	for (size_t i = first; error == 0 && qualified->count > 0 && i < end; i++) {
		const struct package *package = &transaction->packages[i];
		owns_memory char *folder =
			string_format("%s:%s", name, package->architecture);

		if (folder == NULL)
			return -ENOMEM;
		if (string_list_has(qualified, folder))
			error = add_package_folder(planner, folder, package);
	}
	return error;
}

static int plan_packages(struct planner *planner)
{
	owns_strings struct string_list folders = {0};
	owns_strings struct string_list qualified = {0};
	owns_scripts struct script_list faults = {0};
	const struct planned_run reason = {.reason = REASON_ALWAYS};
	size_t at = 0;
	int error = hook_tree_names(planner->tree, "pkgs", &folders, &faults);

	for (size_t i = 0; error == 0 && i < folders.count; i++)
		if (strchr(folders.items[i], ':') != NULL)
			error = string_list_add(&qualified, folders.items[i]);
	if (error == 0)
		error = add_runs(planner->plan, &faults, &reason);
	for (size_t i = 0;
		error == 0 && folders.count > 0 && i < planner->transaction->count;
		i = transaction_end_of_name(planner->transaction, i))
		error = add_package(planner, &folders, &at, &qualified, i);
	return error;
}

/* Gives the plan what it needs to keep of a folder that matched. */
static int keep_wildcard(struct plan *plan, const char *name, struct wildcard *wildcard,
	struct planned_run *ret_reason)
{
	char *copy = strdup(name);

	if (copy == NULL || array_grow(&plan->folders, &plan->folder_capacity,
				    plan->folder_count, sizeof(*plan->folders)) < 0) {
		free(copy);
		wildcard_free(wildcard);
		return -ENOMEM;
	}
	plan->folders[plan->folder_count++] = (struct wildcard_folder){copy, wildcard};
	*ret_reason = (struct planned_run){
		.reason = REASON_WILDCARD, .wildcard = wildcard, .folder = copy};
	return 0;
}

/* PCRE2 had enough of a folder's name: one complaint stands for its scripts. */
static void become_unmatched(struct script_list *scripts, const struct hook_tree *tree,
	const char *folder, int error)
{
	struct script *script = &scripts->items[0];

	for (size_t i = 0; i < scripts->count; i++)
		script_done(&scripts->items[i]);
	scripts->count = 1;
	*script = (struct script){.fault = FOLDER_IS_UNMATCHED, .error = error};
	script->path = string_format("%s/%s", tree->places[0], folder);
}

static int plan_wildcard(struct planner *planner, const char *name)
{
	struct plan *plan = planner->plan;
	owns_scripts struct script_list scripts = {0};
	owns_memory char *folder =
		string_format("multi_pkgs/%s/%s", planner->hook_point, name);
	struct planned_run reason = {.reason = REASON_ALWAYS};
	struct wildcard *wildcard = NULL;
	bool is_qualified = strchr(name, ':') != NULL;
	int error, found;

	if (folder == NULL)
		return -ENOMEM;
	/* Most folders of a tree are empty or do not match; so scripts first, PCRE2 then.
	 */
	error = hook_tree_scripts(planner->tree, folder, &scripts);
	if (error < 0 || scripts.count == 0)
		return error;
	error = wildcard_new(&wildcard, name,
		buffer_slice(is_qualified ? &plan->qualified_names : &plan->names));
	found = error < 0 ? error : wildcard_matches_any(wildcard);
	if (found > 0) {
		error = keep_wildcard(plan, name, wildcard, &reason);
		return error < 0 ? error : add_runs(plan, &scripts, &reason);
	}
	wildcard_free(wildcard);
	if (found == 0 || found == -ENOMEM)
		return found;
	become_unmatched(&scripts, planner->tree, folder, found);
	return add_runs(plan, &scripts, &reason);
}

static int plan_wildcards(struct planner *planner)
{
	struct plan *plan = planner->plan;
	owns_strings struct string_list folders = {0};
	owns_scripts struct script_list faults = {0};
	owns_memory char *parent = string_format("multi_pkgs/%s", planner->hook_point);
	const struct planned_run reason = {.reason = REASON_ALWAYS};
	int error;

	if (parent == NULL)
		return -ENOMEM;
	error = hook_tree_names(planner->tree, parent, &folders, &faults);
	if (error == 0)
		error = add_runs(plan, &faults, &reason);
	if (error < 0 || folders.count == 0)
		return error;
	transaction_names(planner->transaction, false, &plan->names);
	transaction_names(planner->transaction, true, &plan->qualified_names);
	if (plan->names.error < 0 || plan->qualified_names.error < 0)
		return -ENOMEM;
	for (size_t i = 0; error == 0 && i < folders.count; i++)
		error = plan_wildcard(planner, folders.items[i]);
	return error;
}

int plan_make(struct plan *plan, struct hook_tree *tree, enum uh_hook_point hook_point,
	const struct transaction *transaction)
{
	const struct planned_run always = {.reason = REASON_ALWAYS};
	struct planner planner = {
		plan, tree, uh_hook_point_name(hook_point), transaction};
	int error = 0, last_error;

	memset(plan, 0, sizeof(*plan));
	if (transaction->count > 0)
		error = plan_packages(&planner);
	if (error == 0 && transaction->count > 0)
		error = plan_wildcards(&planner);
	/* Scripts that run always do so, even when there was no memory for the others. */
	last_error = add_folder(&planner, planner.hook_point, &always);
	return error < 0 ? error : last_error;
}

bool plan_is_possible(const struct hook_tree *tree, enum uh_hook_point hook_point)
{
	const char *name = uh_hook_point_name(hook_point);
	owns_memory char *wildcards = string_format("multi_pkgs/%s", name);

	if (hook_tree_has_any(tree, name))
		return true;
	if (hook_point == UH_PRE_INVOKE)
		return false;
	if (wildcards == NULL)
		return true;
	return hook_tree_has_any(tree, "pkgs") || hook_tree_has_any(tree, wildcards);
}

/* Whether any folder named first/X/last (last may be empty) holds a script. */
static bool has_scripts_below(struct hook_tree *tree, const char *first, const char *last)
{
	owns_strings struct string_list names = {0};
	owns_scripts struct script_list scripts = {0};

	if (hook_tree_names(tree, first, &names, &scripts) < 0)
		return true;
	for (size_t i = 0; i < names.count; i++) {
		owns_memory char *folder =
			string_format("%s/%s%s", first, names.items[i], last);

		if (folder == NULL)
			return true;
		if (hook_tree_scripts(tree, folder, &scripts) < 0)
			return true;
		for (size_t s = 0; s < scripts.count; s++)
			if (scripts.items[s].fault != FOLDER_IS_UNREADABLE)
				return true;
	}
	return false;
}

bool plan_needs_packages(struct hook_tree *tree, enum uh_hook_point hook_point)
{
	const char *name = uh_hook_point_name(hook_point);
	owns_memory char *below_package = string_format("/%s", name);
	owns_memory char *wildcards = string_format("multi_pkgs/%s", name);

	if (below_package == NULL || wildcards == NULL)
		return true;
	return has_scripts_below(tree, "pkgs", below_package) ||
	       has_scripts_below(tree, wildcards, "");
}

/* name:architecture lines become names: in their own order, each once. */
static int strip_architectures(const struct buffer *qualified, struct buffer *matched)
{
	owns_strings struct string_list names = {0};
	struct slice rest = buffer_slice(qualified);
	int error = 0;

	while (rest.size > 0 && error == 0) {
		struct slice line = slice_cut(&rest, '\n');
		struct slice name = slice_cut(&line, ':');
		owns_memory char *copy = strndup(name.data, name.size);

		error = copy != NULL ? string_list_add(&names, copy) : -ENOMEM;
	}
	string_list_sort_unique(&names);
	for (size_t i = 0; i < names.count; i++)
		buffer_append_format(matched, "%s\n", names.items[i]);
	return error < 0 ? error : matched->error;
}

int plan_matched_names(const struct planned_run *run, struct buffer *matched)
{
	owns_buffer struct buffer qualified = {0};
	int error;

	if (strchr(run->folder, ':') == NULL)
		return wildcard_match(run->wildcard, matched);
	error = wildcard_match(run->wildcard, &qualified);
	return error < 0 ? error : strip_architectures(&qualified, matched);
}

void plan_done(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		script_done(&plan->runs[i].script);
	free(plan->runs);
	for (size_t i = 0; i < plan->folder_count; i++) {
		free(plan->folders[i].name);
		wildcard_free(plan->folders[i].wildcard);
	}
	free(plan->folders);
	buffer_done(&plan->names);
	buffer_done(&plan->qualified_names);
	memset(plan, 0, sizeof(*plan));
}
