/* SPDX-License-Identifier: BSD-2-Clause */
#include "path_search.h"

#include <errno.h>
#include <unistd.h>

/* What the scripts of the hook point ask. */
struct path_questions {
	struct path_globs globs;
	struct setting_items items; /* for the globs */
	bool *is_wanted;            /* for each package */
	bool has_any;
};

static void path_questions_done(struct path_questions *questions)
{
	path_globs_done(&questions->globs);
	free(questions->items.items);
	free(questions->is_wanted);
}

/*
 * The plan as it will be, except that nobody knows yet which paths match: its runs ask. It
 * reads only packages that the other settings have left.
 */
static int plan_questions(const struct path_search *search, enum uh_hook_point hook_point,
	struct plan *plan)
{
	int error = plan_make(plan, search->tree, hook_point, search->transaction);

	if (error < 0)
		return error;
	plan_apply_settings(plan, search->tree, search->settings, search->transaction);
	if (search->promised == NULL)
		return 0;
	plan_prefer_copies(plan, search->tree);
	if (plan_has_copies(plan))
		plan_apply_promised_settings(
			plan, search->tree, search->promised, search->transaction);
	return 0;
}

static int add_question_items(
	struct setting_items *items, const struct setting_items *more)
{
	for (size_t i = 0; i < more->count; i++) {
		if (array_grow(&items->items, &items->capacity, items->count,
			    sizeof(*items->items)) < 0)
			return -ENOMEM;
		items->items[items->count++] = more->items[i];
	}
	return 0;
}

static int take_questions(const struct path_search *search, const struct planned_run *run,
	struct path_questions *questions)
{
	int error;

	/* What there was no memory for may ask when it is planned again. */
	if (run->script.error == -ENOMEM)
		return -ENOMEM;
	if (run->skip != SKIP_NONE || run->script.fault != SCRIPT_IS_FINE ||
		run->settings.paths.count == 0)
		return 0;
	questions->has_any = true;
	error = add_question_items(&questions->items, &run->settings.paths);
	if (error == 0)
		error = planned_run_mark(run, search->transaction, questions->is_wanted);
	return error == -ENOMEM ? error : 0; /* the run reports others */
}

static int find_questions(const struct path_search *search, enum uh_hook_point hook_point,
	struct path_questions *questions)
{
	struct plan plan;
	int error = plan_questions(search, hook_point, &plan);

	for (size_t i = 0; i < plan.count && error == 0; i++)
		error = take_questions(search, &plan.runs[i], questions);
	plan_done(&plan);
	return error;
}

static int find_all_questions(
	const struct path_search *search, struct path_questions *questions)
{
	int error = 0;

	questions->is_wanted =
		calloc(search->transaction->count + 1, sizeof(*questions->is_wanted));
	if (questions->is_wanted == NULL)
		return -ENOMEM;
	for (int i = 0; i < UH_HOOK_POINT_COUNT && error == 0; i++)
		if ((search->hook_points & 1U << i) != 0)
			error = find_questions(search, (enum uh_hook_point)i, questions);
	if (error == 0)
		error = path_globs_add(&questions->globs, &questions->items);
	if (error == 0 && search->is_noted)
		error = path_globs_add_all(&questions->globs, search->settings);
	return error;
}

/* Nobody knows yet what is in an archive that has not been downloaded. */
static void set_aside_missing(const struct path_search *search, struct path_table *table,
	struct path_questions *questions)
{
	const struct transaction *transaction = search->transaction;

	for (size_t i = 0; i < transaction->count; i++) {
		const struct package *package = &transaction->packages[i];

		if (!package_is_unpacked(package) ||
			(package->archive != NULL && access(package->archive, F_OK) == 0))
			continue;
		table->items[i].is_incomplete = true;
		questions->is_wanted[i] = false;
	}
}

static int read_before(const struct path_search *search, struct path_questions *questions,
	struct path_table *table)
{
	const struct path_reading reading = {.table = table,
		.globs = &questions->globs,
		.is_wanted = search->is_noted ? NULL : questions->is_wanted,
		.is_before_dpkg = true,
		.listener = search->listener,
		.context = search->context};
	struct path_reading archives = reading;
	int error = path_sources_add_installed(&reading);

	archives.is_wanted = questions->is_wanted;
	if (search->is_simulated)
		set_aside_missing(search, table, questions);
	if (error == 0 && questions->has_any)
		error = path_sources_add_archives(&archives);
	if (error == 0 && search->is_noted)
		error = path_sources_note(&reading);
	return error;
}

static int read_after(const struct path_search *search,
	const struct path_questions *questions, struct path_table *table)
{
	const struct path_reading reading = {.table = table,
		.globs = &questions->globs,
		.is_wanted = questions->is_wanted,
		.listener = search->listener,
		.context = search->context};
	int error = path_sources_add_noted(&reading);

	return error == 0 ? path_sources_add_installed(&reading) : error;
}

static int search_paths(
	const struct path_search *search, bool is_before_dpkg, struct path_table *table)
{
	__attribute__((cleanup(path_questions_done))) struct path_questions questions = {
		.has_any = false};
	int error;

	memset(table, 0, sizeof(*table));
	if (search->transaction->count == 0 ||
		(!settings_ask_for_paths(search->settings) &&
			(search->promised == NULL ||
				!settings_ask_for_paths(search->promised))))
		return 0;
	error = find_all_questions(search, &questions);
	if (error < 0 || (!questions.has_any && !search->is_noted))
		return error;
	error = path_table_init(
		table, search->transaction, paths_merged(search->tree->trust.root));
	if (error == 0)
		error = is_before_dpkg ? read_before(search, &questions, table)
				       : read_after(search, &questions, table);
	if (error < 0)
		path_table_done(table);
	return error;
}

int path_search_before(const struct path_search *search, struct path_table *table)
{
	return search_paths(search, true, table);
}

int path_search_after(const struct path_search *search, struct path_table *table)
{
	return search_paths(search, false, table);
}
