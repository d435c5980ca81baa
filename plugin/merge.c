/* SPDX-License-Identifier: BSD-2-Clause */
#include "merge.h"
#include "dpkg.h"

#include <errno.h>

/* A package in one of the runs. */
struct occurrence {
	const struct package *package;
	size_t run;
	bool is_aborted;
};

static int compare_occurrences(const void *a, const void *b)
{
	const struct occurrence *one = a, *other = b;
	int order = strcmp(one->package->name, other->package->name);

	if (order == 0)
		order = strcmp(one->package->architecture, other->package->architecture);
	if (order == 0)
		order = (one->run > other->run) - (one->run < other->run);
	return order;
}

static bool is_same_package(const struct occurrence *one, const struct occurrence *other)
{
	return strcmp(one->package->name, other->package->name) == 0 &&
	       strcmp(one->package->architecture, other->package->architecture) == 0;
}

static bool has_version(const char *version)
{
	return strcmp(version, "-") != 0;
}

/* If all runs went in one direction, dpkg need not be asked. An operation, or −errno. */
static int operation_between(
	const struct occurrence *items, size_t count, const char *old, const char *new)
{
	size_t of[OPERATION_CONFIGURE + 1] = {0};
	size_t upgrades, downgrades, rest;
	int is_less;

	for (size_t i = 0; i < count; i++)
		of[items[i].package->operation]++;
	rest = of[OPERATION_REINSTALL] + of[OPERATION_CONFIGURE];
	if (of[OPERATION_CONFIGURE] == count)
		return OPERATION_CONFIGURE;
	if (strcmp(old, new) == 0)
		return OPERATION_REINSTALL;
	upgrades = of[OPERATION_UPGRADE];
	downgrades = of[OPERATION_DOWNGRADE];
	if (upgrades + rest == count)
		return OPERATION_UPGRADE;
	if (downgrades + rest == count)
		return OPERATION_DOWNGRADE;
	is_less = dpkg_is_less(old, new);
	if (is_less < 0)
		return is_less;
	return is_less > 0 ? OPERATION_UPGRADE : OPERATION_DOWNGRADE;
}

/*
 * Returns 0; or −errno if dpkg was asked in vain: then the operation stays that of the
 * last run.
 */
static int find_operation(
	struct package *merged, const struct occurrence *items, size_t count)
{
	enum operation last = items[count - 1].package->operation;
	bool is_old = has_version(merged->old_version);
	bool is_new = has_version(merged->new_version);
	int operation;

	if (is_old && is_new)
		operation = operation_between(
			items, count, merged->old_version, merged->new_version);
	else if (is_old)
		operation = last == OPERATION_PURGE ? OPERATION_PURGE : OPERATION_REMOVE;
	else
		operation = OPERATION_INSTALL;
	if (operation < 0)
		return operation;
	merged->operation = (enum operation)operation;
	return 0;
}

/* ret_is_left: whether anything is left of it. Returns like find_operation(). */
static int merge_package(struct package *merged, const struct occurrence *items,
	size_t count, bool is_aborted, bool *ret_is_left)
{
	const struct package *last = items[count - 1].package;

	*merged = *last;
	merged->old_version = items[0].package->old_version;
	if (items[count - 1].is_aborted && !is_aborted)
		merged->outcome = OUTCOME_FAILED;
	/* Installed in this session, and its removal has failed: it is still there. */
	if (merged->outcome == OUTCOME_FAILED && !has_version(merged->old_version) &&
		!has_version(merged->new_version))
		merged->new_version = last->old_version;
	for (size_t i = 0; i < count; i++)
		if (items[i].package->archive != NULL)
			merged->archive = items[i].package->archive;
	*ret_is_left =
		has_version(merged->old_version) || has_version(merged->new_version);
	return *ret_is_left ? find_operation(merged, items, count) : 0;
}

size_t merge_count(const struct merged_run *runs, size_t count)
{
	size_t merged = 0;

	for (size_t i = 0; i < count; i++)
		merged += runs[i].result != RESULT_ABORTED;
	return merged;
}

static struct occurrence *find_occurrences(
	const struct merged_run *runs, size_t count, size_t *ret_count)
{
	struct occurrence *items;
	size_t total = 0, at = 0;

	for (size_t i = 0; i < count; i++)
		total += runs[i].transaction.count;
	items = calloc(total + 1, sizeof(*items));
	for (size_t i = 0; items != NULL && i < count; i++)
		for (size_t p = 0; p < runs[i].transaction.count; p++)
			items[at++] =
				(struct occurrence){&runs[i].transaction.packages[p], i,
					runs[i].result == RESULT_ABORTED};
	*ret_count = total;
	if (items != NULL)
		qsort(items, total, sizeof(*items), compare_occurrences);
	return items;
}

/* The last run whose record could be read; otherwise the last one. */
static struct transaction *find_last_known(struct merged_run *runs, size_t count)
{
	for (size_t i = count; i > 0; i--)
		if (runs[i - 1].transaction.protocol != 0)
			return &runs[i - 1].transaction;
	return &runs[count - 1].transaction;
}

/* Takes everything but the packages from the last run. */
static int take_rest(struct transaction *merged, struct merged_run *runs, size_t count)
{
	struct transaction *last = find_last_known(runs, count);
	struct package *packages = last->packages;
	size_t package_count = last->count;
	char *strings = last->strings;

	*merged = *last;
	*last = (struct transaction){
		.packages = packages, .count = package_count, .strings = strings};
	merged->packages = NULL;
	merged->strings = NULL;
	merged->count = 0;
	/* The strings of packages are in the text, too. */
	last->text = merged->text;
	merged->text = (struct buffer){0};
	merged->package_lines = (struct slice){NULL, 0};
	for (size_t i = 0; i < count; i++)
		buffer_append(&merged->noted_paths,
			buffer_slice(&runs[i].transaction.noted_paths));
	if (merged->noted_paths.error < 0)
		return merged->noted_paths.error;
	for (size_t i = 0; i + 1 < count; i++) {
		const char *command_line = runs[i].transaction.command_line;

		if (command_line == NULL)
			continue;
		free(merged->command_line);
		merged->command_line = strdup(command_line);
		return merged->command_line != NULL ? 0 : -ENOMEM;
	}
	return 0;
}

static enum result result_of(
	const struct transaction *merged, const struct merged_run *runs, size_t count)
{
	enum result result = RESULT_OK;

	if (merge_count(runs, count) == 0)
		return RESULT_ABORTED;
	for (size_t i = 0; i < count; i++)
		if (runs[i].result == RESULT_UNKNOWN)
			result = RESULT_UNKNOWN;
	for (size_t i = 0; i < merged->count; i++)
		if (merged->packages[i].outcome == OUTCOME_FAILED)
			result = RESULT_FAILED;
	return result;
}

int merge_runs(struct transaction *merged, struct merged_run *runs, size_t count,
	enum result *ret_result)
{
	owns_memory struct occurrence *items = NULL;
	bool is_aborted = merge_count(runs, count) == 0;
	size_t total, end;
	int error;

	memset(merged, 0, sizeof(*merged));
	*ret_result = RESULT_ABORTED;
	if (count == 0)
		return 0;
	items = find_occurrences(runs, count, &total);
	if (items == NULL)
		return -ENOMEM;
	error = take_rest(merged, runs, count);
	merged->packages = calloc(total + 1, sizeof(*merged->packages));
	if (error < 0 || merged->packages == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < total; i = end) {
		struct package *package = &merged->packages[merged->count];
		bool is_left;
		int error_of_package;

		for (end = i + 1; end < total && is_same_package(&items[i], &items[end]);)
			end++;
		error_of_package =
			merge_package(package, &items[i], end - i, is_aborted, &is_left);
		merged->count += is_left;
		error = error_of_package < 0 ? error_of_package : error;
	}
	*ret_result = result_of(merged, runs, count);
	return error;
}

void merge_format_outcome(const struct merged_run *run, struct buffer *text)
{
	const char *word = result_name(run->result);

	buffer_append_format(text, "%s\n", word != NULL ? word : "unknown");
	for (size_t i = 0; i < run->transaction.count; i++) {
		const struct package *package = &run->transaction.packages[i];

		if (package->outcome == OUTCOME_FAILED)
			buffer_append_format(
				text, "%s:%s\n", package->name, package->architecture);
	}
}

bool merge_parse_outcome(struct merged_run *run, struct slice text)
{
	struct slice word = slice_cut(&text, '\n');
	owns_memory char *name = strndup(word.data, word.size);

	if (name == NULL)
		return false;
	if (!result_parse(name, &run->result)) {
		run->result = RESULT_UNKNOWN;
		return slice_equals(word, "unknown");
	}
	for (size_t i = 0; i < run->transaction.count; i++)
		run->transaction.packages[i].outcome =
			run->result == RESULT_ABORTED ? OUTCOME_PENDING : OUTCOME_DONE;
	while (text.size > 0) {
		struct slice architecture = slice_cut(&text, '\n');
		struct slice package = slice_cut(&architecture, ':');
		struct package *failed = transaction_find_package(
			&run->transaction, package, architecture);

		if (failed != NULL)
			failed->outcome = OUTCOME_FAILED;
	}
	return true;
}
