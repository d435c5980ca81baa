/* SPDX-License-Identifier: BSD-2-Clause */
#include "planned_run.h"
#include "pattern.h"

#include <errno.h>

/* Whether its settings choose among packages, and not only its place. */
static bool has_package_settings(const struct planned_run *run)
{
	return run->settings.packages.count > 0 || run->settings.paths.count > 0 ||
	       run->settings.is_per_package;
}

bool planned_run_has_list(const struct planned_run *run)
{
	return run->reason == REASON_WILDCARD ||
	       (run->reason == REASON_ALWAYS && has_package_settings(run));
}

/* Operations is nothing to a script that runs for every transaction. */
static bool has_operation_of(const struct planned_run *run, const struct package *package)
{
	return (run->reason == REASON_ALWAYS && !has_package_settings(run)) ||
	       (run->settings.operations & 1U << package->operation) != 0;
}

/* A list of exclusions only is one from all packages. */
static bool has_only_exclusions(const struct setting_items *patterns)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (patterns->items[i][0] != '!')
			return false;
	return true;
}

/* Of a package that goes, there is no version that could have the relation. */
static bool is_match_but_for_version(
	const struct pattern *pattern, const struct package *package)
{
	return pattern_matches(pattern, package->name, package->architecture) &&
	       (pattern->relation.comparator == NULL ||
		       strcmp(package->new_version, "-") != 0);
}

static bool is_match(const struct planned_run *run, const struct pattern *pattern,
	const struct package *package)
{
	return is_match_but_for_version(pattern, package) &&
	       versions_hold(run->versions, &pattern->relation,
		       slice_of(package->new_version)) > 0;
}

/* The last pattern that matches decides. */
static bool is_in_packages(const struct planned_run *run, const struct package *package)
{
	const struct setting_items *patterns = &run->settings.packages;

	for (size_t i = patterns->count; i-- > 0;) {
		struct pattern pattern;

		if (!pattern_is_ruled_out(patterns->items[i], package->name) &&
			pattern_parse(&pattern, patterns->items[i]) &&
			is_match(run, &pattern, package))
			return !pattern.excludes;
	}
	return has_only_exclusions(patterns);
}

static bool has_path(const struct planned_run *run, const struct package *package)
{
	return run->settings.paths.count == 0 || run->paths == NULL ||
	       path_table_may_match(run->paths, package, &run->settings.paths);
}

/* Whether the run is for the package, by its settings up to the one that last names. */
static bool allows_package(
	const struct planned_run *run, const struct package *package, enum skip last)
{
	return has_operation_of(run, package) &&
	       (last < SKIP_PACKAGES || is_in_packages(run, package)) &&
	       (last < SKIP_PATHS || has_path(run, package));
}

/* Failed if one of them is, otherwise pending if one of them is. */
static enum outcome worse_outcome(enum outcome one, enum outcome other)
{
	if (one == OUTCOME_FAILED || other == OUTCOME_FAILED)
		return OUTCOME_FAILED;
	return one == OUTCOME_DONE ? other : one;
}

/*
 * Whether the settings allow any package that "name" or "name:architecture" stands for.
 * ret_outcome is that of the packages that they allow.
 */
static bool allows_line(const struct planned_run *run,
	const struct transaction *transaction, struct slice line, enum skip last,
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
			!allows_package(run, package, last))
			continue;
		is_allowed = true;
		*ret_outcome = worse_outcome(*ret_outcome, package->outcome);
	}
	return is_allowed;
}

/*
 * Appends what the run may be for by its place, one per line: "name", or
 * "name:architecture". 0, −ENOMEM or −EIO.
 */
static int add_candidates(const struct planned_run *run,
	const struct transaction *transaction, struct buffer *lines)
{
	switch (run->reason) {
	case REASON_WILDCARD:
		return wildcard_match(run->wildcard, lines);
	case REASON_PACKAGE:
		buffer_append_string(lines, run->package->name);
		if (run->is_of_entry)
			buffer_append_format(lines, ":%s", run->package->architecture);
		buffer_append_string(lines, "\n");
		return lines->error;
	case REASON_ALWAYS:
		transaction_names(transaction, false, lines);
		return lines->error;
	}
	return 0;
}

/* Adds each name that is allowed to names, or to failed if a package of it failed. */
static int sort_matched(const struct planned_run *run,
	const struct transaction *transaction, struct string_list *names,
	struct string_list *failed, enum outcome *outcome)
{
	owns_buffer struct buffer lines = {0};
	int error = add_candidates(run, transaction, &lines);
	struct slice rest = buffer_slice(&lines);

	while (error == 0 && rest.size > 0) {
		struct slice line = slice_cut(&rest, '\n');
		enum outcome of_line;
		owns_memory char *name = NULL;

		if (!allows_line(run, transaction, line, SKIP_PATHS, &of_line))
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

int planned_run_names(const struct planned_run *run,
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

/* Marks the packages that "name" or "name:architecture" stands for. */
static void mark_line(const struct planned_run *run,
	const struct transaction *transaction, struct slice line, bool *marks)
{
	struct slice architecture = line;
	struct slice name = slice_cut(&architecture, ':');

	for (size_t i = transaction_find(transaction, name);
		i < transaction->count &&
		slice_equals(name, transaction->packages[i].name);
		i++) {
		const struct package *package = &transaction->packages[i];

		if ((architecture.size == 0 ||
			    slice_equals(architecture, package->architecture)) &&
			allows_package(run, package, SKIP_PATHS))
			marks[i] = true;
	}
}

int planned_run_mark(
	const struct planned_run *run, const struct transaction *transaction, bool *marks)
{
	owns_buffer struct buffer lines = {0};
	int error = add_candidates(run, transaction, &lines);
	struct slice rest;

	for (rest = buffer_slice(&lines); error == 0 && rest.size > 0;)
		mark_line(run, transaction, slice_cut(&rest, '\n'), marks);
	return error;
}

bool planned_run_needs_versions(const struct planned_run *run)
{
	const struct setting_items *patterns = &run->settings.packages;

	for (size_t i = 0; i < patterns->count; i++)
		if (strchr(patterns->items[i], '(') != NULL)
			return true;
	return false;
}

static int expect_package(const struct planned_run *run, const struct package *package,
	struct versions *versions)
{
	const struct setting_items *patterns = &run->settings.packages;
	int error = 0;

	for (size_t i = 0; i < patterns->count && error == 0; i++) {
		struct pattern pattern;

		if (!pattern_is_ruled_out(patterns->items[i], package->name) &&
			pattern_parse(&pattern, patterns->items[i]) &&
			is_match_but_for_version(&pattern, package))
			error = versions_add(versions, &pattern.relation,
				slice_of(package->new_version));
	}
	return error;
}

int planned_run_expect(const struct planned_run *run,
	const struct transaction *transaction, struct versions *versions)
{
	owns_buffer struct buffer lines = {0};
	struct slice rest;
	int error;

	if (!planned_run_needs_versions(run))
		return 0;
	error = add_candidates(run, transaction, &lines);
	if (error < 0)
		return error == -ENOMEM ? error : 0; /* the run reports it */
	for (rest = buffer_slice(&lines); error == 0 && rest.size > 0;) {
		struct slice line = slice_cut(&rest, '\n');
		struct slice name = slice_cut(&line, ':');

		for (size_t i = transaction_find(transaction, name);
			i < transaction->count && error == 0 &&
			slice_equals(name, transaction->packages[i].name);
			i++)
			error = expect_package(run, &transaction->packages[i], versions);
	}
	return error;
}

int planned_run_paths(const struct planned_run *run,
	const struct transaction *transaction, struct string_list *paths)
{
	owns_memory bool *marks = calloc(transaction->count + 1, sizeof(*marks));
	int error = marks != NULL ? planned_run_mark(run, transaction, marks) : -ENOMEM;

	for (size_t i = 0; i < transaction->count && error == 0; i++) {
		const struct package *package = &transaction->packages[i];

		if (run->paths != NULL && marks[i] &&
			!(run->omits_failed && package->outcome == OUTCOME_FAILED))
			error = path_table_matches(
				run->paths, package, &run->settings.paths, paths);
	}
	string_list_sort_unique(paths);
	return error;
}

enum outcome planned_run_outcome(
	const struct planned_run *run, const struct transaction *transaction)
{
	enum outcome outcome;

	if (run->is_of_entry)
		return run->package->outcome;
	(void)allows_line(
		run, transaction, slice_of(run->package->name), SKIP_PATHS, &outcome);
	return outcome;
}

const struct package *planned_run_entry(const struct planned_run *run,
	const struct transaction *transaction, const struct package *package)
{
	size_t first = transaction_find(transaction, slice_of(package->name));

	if (allows_package(run, package, SKIP_PATHS))
		return package;
	for (size_t i = first; i < transaction_end_of_name(transaction, first); i++)
		if (allows_package(run, &transaction->packages[i], SKIP_PATHS))
			return &transaction->packages[i];
	return NULL;
}

static bool has_setting(const struct planned_run *run, enum skip setting)
{
	switch (setting) {
	case SKIP_OPERATIONS:
		return run->settings.operations != ~0U;
	case SKIP_PACKAGES:
		return run->settings.packages.count > 0;
	case SKIP_PATHS:
		return run->settings.paths.count > 0;
	case SKIP_PER_PACKAGE:
		return run->settings.is_per_package;
	case SKIP_NONE:
	case SKIP_ENABLED:
	case SKIP_WHEN:
		break;
	}
	return false;
}

static bool is_any_allowed(const struct planned_run *run,
	const struct transaction *transaction, struct slice lines, enum skip last)
{
	enum outcome outcome;

	while (lines.size > 0)
		if (allows_line(
			    run, transaction, slice_cut(&lines, '\n'), last, &outcome))
			return true;
	return false;
}

int planned_run_narrow(struct planned_run *run, const struct transaction *transaction)
{
	owns_buffer struct buffer lines = {0};
	int error = 0;

	if (run->reason == REASON_ALWAYS && !has_package_settings(run))
		return 0;
	for (int setting = SKIP_OPERATIONS; setting < SKIP_WHEN; setting++) {
		if (!has_setting(run, (enum skip)setting))
			continue;
		if (lines.size == 0)
			error = add_candidates(run, transaction, &lines);
		if (error < 0)
			return error == -ENOMEM ? error : 0; /* the run reports it */
		if (!is_any_allowed(
			    run, transaction, buffer_slice(&lines), (enum skip)setting)) {
			run->skip = (enum skip)setting;
			return 0;
		}
	}
	if (run->reason == REASON_PACKAGE && !run->is_of_entry)
		run->package = planned_run_entry(run, transaction, run->package);
	return 0;
}

/* The entry that stands for "name" or "name:architecture"; NULL if it is not allowed. */
static const struct package *entry_for_line(const struct planned_run *run,
	const struct transaction *transaction, struct slice line, bool *ret_is_exact)
{
	struct slice architecture = line;
	struct slice name = slice_cut(&architecture, ':');
	size_t first = transaction_find(transaction, name);

	*ret_is_exact = architecture.size > 0;
	if (first == transaction->count)
		return NULL;
	if (!*ret_is_exact)
		return planned_run_entry(
			run, transaction, transaction_main_entry(transaction, first));
	for (size_t i = first; i < transaction_end_of_name(transaction, first); i++)
		if (slice_equals(architecture, transaction->packages[i].architecture) &&
			allows_package(run, &transaction->packages[i], SKIP_PATHS))
			return &transaction->packages[i];
	return NULL;
}

int planned_run_split(const struct planned_run *run,
	const struct transaction *transaction, struct planned_run **ret_runs,
	size_t *ret_count)
{
	owns_buffer struct buffer lines = {0};
	owns_memory struct planned_run *runs = NULL;
	size_t count = 0, capacity = 0;
	struct slice rest;
	int error = add_candidates(run, transaction, &lines);

	for (rest = buffer_slice(&lines); rest.size > 0 && error == 0;) {
		struct planned_run part = {.reason = REASON_PACKAGE,
			.versions = run->versions,
			.paths = run->paths};

		part.package = entry_for_line(
			run, transaction, slice_cut(&rest, '\n'), &part.is_of_entry);
		if (part.package == NULL)
			continue;
		error = array_grow(&runs, &capacity, count, sizeof(*runs));
		if (error == 0)
			runs[count++] = part;
	}
	if (error < 0)
		return error;
	*ret_runs = runs;
	*ret_count = count;
	runs = NULL;
	return 0;
}

char *planned_run_id(const struct planned_run *run)
{
	const struct package *package = run->package;

	if (!run->settings.is_per_package || package == NULL)
		return strdup(run->script.relative);
	return string_join(
		run->script.relative, " ", package->name, ":", package->architecture);
}

const char *skip_name(enum skip skip)
{
	static const struct word names[] = {{"Enabled", SKIP_ENABLED},
		{"Operations", SKIP_OPERATIONS}, {"Packages", SKIP_PACKAGES},
		{"Paths", SKIP_PATHS}, {"Per-Package", SKIP_PER_PACKAGE},
		{"When", SKIP_WHEN}};

	return word_of(names, COUNT_OF(names), (int)skip);
}
