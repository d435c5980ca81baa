/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks blame: the scripts that take the most time. */
#include "cmd/cmd.h"
#include "log_writer.h"
#include "model/log_reader.h"
#include "system/apt.h"
#include "ui/json.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/table.h"

#define NEW_COSTS 1000 /* not worth merging */
#define BLOCK_SIZE ((size_t)64 << 10)

/* What one script has cost, in milliseconds. */
struct cost {
	const char *path;
	int64_t total;
	int64_t longest;
	uint32_t timed;    /* runs of which the time is known */
	bool is_ambiguous; /* without the place of the tree */
	struct log_counts counts;
};

/* What the log says about all scripts. */
struct costs {
	struct cost *items;
	size_t count;
	size_t capacity;
	size_t merged; /* how many of them are sorted by path, each path once */
	/* The paths: malloc(3) for each would take three times as much. */
	struct buffer *blocks;
	size_t block_count;
	size_t block_capacity;
	size_t transactions, sessions, switched_off;
	struct log_counts counts;
	struct log_time since;
};

static void costs_done(struct costs *costs)
{
	for (size_t i = 0; i < costs->block_count; i++)
		buffer_done(&costs->blocks[i]);
	free(costs->blocks);
	free(costs->items);
}

/* Copies it to where it stays. */
static const char *keep_path(struct costs *costs, const char *path)
{
	struct slice bytes = {path, strlen(path) + 1};
	struct buffer *last =
		costs->block_count > 0 ? &costs->blocks[costs->block_count - 1] : NULL;

	if (last == NULL || last->capacity - last->size < bytes.size) {
		xgrow(&costs->blocks, &costs->block_capacity, costs->block_count,
			sizeof(*costs->blocks));
		last = &costs->blocks[costs->block_count++];
		*last = (struct buffer){0};
		xensure(buffer_reserve(
			last, bytes.size > BLOCK_SIZE ? bytes.size : BLOCK_SIZE));
	}
	buffer_append(last, bytes);
	return last->data + last->size - bytes.size;
}

static int compare_paths(const void *a, const void *b)
{
	const struct cost *first = a;
	const struct cost *second = b;

	return strcmp(first->path, second->path);
}

static int compare_totals(const void *a, const void *b)
{
	const struct cost *first = a;
	const struct cost *second = b;

	if (first->total != second->total)
		return first->total < second->total ? 1 : -1;
	return compare_paths(a, b);
}

static void add_cost(struct cost *sum, const struct cost *cost)
{
	sum->total += cost->total;
	sum->timed += cost->timed;
	if (sum->longest < cost->longest)
		sum->longest = cost->longest;
	for (int i = 0; i < LOG_CLASS_COUNT; i++)
		sum->counts.of[i] += cost->counts.of[i];
}

/* Adds up the costs with the same path. */
static void merge_costs(struct costs *costs)
{
	size_t kept = 0;

	if (costs->count == 0)
		return;
	qsort(costs->items, costs->count, sizeof(*costs->items), compare_paths);
	for (size_t i = 0; i < costs->count; i++) {
		struct cost *next = &costs->items[i];

		if (kept > 0 && compare_paths(&costs->items[kept - 1], next) == 0) {
			add_cost(&costs->items[kept - 1], next);
		} else {
			costs->items[kept++] = *next;
		}
	}
	costs->count = costs->merged = kept;
}

/* New paths are merged when there are as many of them as of others. */
static void add_run_cost(struct costs *costs, const struct log_run *run)
{
	int64_t milliseconds = run->milliseconds > 0 ? run->milliseconds : 0;
	struct cost cost = {.path = run->path,
		.total = milliseconds,
		.longest = milliseconds,
		.timed = run->milliseconds >= 0};
	struct cost *known = costs->merged == 0
				     ? NULL
				     : bsearch(&cost, costs->items, costs->merged,
					       sizeof(cost), compare_paths);

	cost.counts.of[log_class_of(run)] = 1;
	if (known != NULL) {
		add_cost(known, &cost);
		return;
	}
	if (costs->count >= 2 * costs->merged + NEW_COSTS)
		merge_costs(costs);
	xgrow(&costs->items, &costs->capacity, costs->count, sizeof(*costs->items));
	cost.path = keep_path(costs, run->path);
	costs->items[costs->count++] = cost;
}

/* A script that never ran has cost nothing; one that had nothing to do did run. */
static void drop_skipped(struct costs *costs)
{
	size_t kept = 0;

	for (size_t i = 0; i < costs->count; i++)
		if (log_counts_ran(&costs->items[i].counts) > 0 ||
			costs->items[i].timed > 0)
			costs->items[kept++] = costs->items[i];
	costs->count = kept;
}

static void add_costs(struct costs *costs, const struct log_transaction *transaction)
{
	if (costs->transactions++ == 0)
		costs->since = transaction->start;
	costs->sessions += transaction->is_session;
	costs->switched_off += transaction->switched_off_by != NULL;
	log_count(&costs->counts, transaction);
	for (size_t i = 0; i < transaction->count; i++)
		add_run_cost(costs, &transaction->runs[i]);
}

/* The most expensive first; all of them if limit is 0. */
static void find_costs(struct costs *costs, struct log *log, size_t limit)
{
	const struct log_transaction *transaction;

	while ((transaction = log_next(log)) != NULL)
		add_costs(costs, transaction);
	merge_costs(costs);
	drop_skipped(costs);
	if (costs->count > 0)
		qsort(costs->items, costs->count, sizeof(*costs->items), compare_totals);
	if (limit > 0 && costs->count > limit)
		costs->count = limit;
}

static int64_t mean_of(const struct cost *cost)
{
	int64_t timed = (int64_t)cost->timed;

	return timed > 0 ? (cost->total + timed / 2) / timed : 0;
}

/* "2 transactions since 2026-11-20 18:02:05; 8 hooks: 1 ok, 6 failed, 1 skipped" */
static void write_sum(const struct terminal *terminal, const struct costs *costs)
{
	const char *since = costs->since.local;
	size_t sessions = costs->sessions, switched_off = costs->switched_off;
	size_t transactions = costs->transactions - sessions;
	owns_buffer struct buffer text = {0};

	buffer_append_format(&text,
		ngettext("%zu transaction", "%zu transactions", transactions),
		transactions);
	if (sessions > 0)
		/* Translators: after "3 transactions". */
		buffer_append_format(&text,
			ngettext(", %zu session", ", %zu sessions", sessions), sessions);
	if (since[0] != '\0')
		/* Translators: a time, after "3 transactions". */
		buffer_append_format(&text, _(" since %s"), since);
	buffer_append_string(&text, "; ");
	log_add_counts(&text, &costs->counts);
	if (switched_off > 0)
		/* Translators: after the numbers of transactions and of hooks. */
		buffer_append_format(&text,
			ngettext("; hooks were switched off %zu time",
				"; hooks were switched off %zu times",
				(unsigned long)switched_off),
			switched_off);
	terminal_write(terminal, "", "  ", &text);
}

static int compare_paths_in_tree(const void *a, const void *b)
{
	const struct cost *const *first = a;
	const struct cost *const *second = b;

	return strcmp(
		log_path_in_tree((*first)->path), log_path_in_tree((*second)->path));
}

/* Marks those whose path below the tree is the same for a script in the other tree. */
static void mark_ambiguous(struct costs *costs)
{
	owns_memory struct cost **sorted =
		xcheck(reallocarray(NULL, costs->count + 1, sizeof(*sorted)));

	for (size_t i = 0; i < costs->count; i++)
		sorted[i] = &costs->items[i];
	qsort(sorted, costs->count, sizeof(*sorted), compare_paths_in_tree);
	for (size_t i = 1; i < costs->count; i++)
		if (compare_paths_in_tree(&sorted[i - 1], &sorted[i]) == 0)
			sorted[i - 1]->is_ambiguous = sorted[i]->is_ambiguous = true;
}

static void add_duration(struct table *table, const struct cost *cost, int64_t time)
{
	owns_memory char *duration = duration_text(time);

	table_add(table, cost->timed > 0 ? duration : "");
}

static void add_number(struct table *table, uint64_t number)
{
	char text[DECIMAL_SIZE];

	table_add(table, decimal(text, number));
}

static void write_costs(
	const struct admin *admin, const struct terminal *terminal, struct costs *costs)
{
	const char *const titles[] = {
		_("HOOK"), _("TOTAL"), _("RUNS"), _("LONGEST"), _("MEAN"), _("FAILED")};
	struct table table = {.terminal = terminal,
		.titles = titles,
		.columns = COUNT_OF(titles),
		.needed = 2};

	mark_ambiguous(costs);
	for (size_t i = 0; i < costs->count; i++) {
		const struct cost *cost = &costs->items[i];
		owns_buffer struct buffer hook = {0};

		text_add_name(&hook,
			cost->is_ambiguous ? cost->path : log_path_in_tree(cost->path));
		log_add_gone(&hook, cost->path, admin);
		table_move(&table, &hook);
		add_duration(&table, cost, cost->total);
		add_number(&table, log_counts_ran(&cost->counts));
		add_duration(&table, cost, cost->longest);
		add_duration(&table, cost, mean_of(cost));
		add_number(&table, cost->counts.of[LOG_FAILED]);
	}
	table_write(&table);
	table_done(&table);
}

/* For programs: numbers without units, full paths. */
static void write_piped_costs(const struct admin *admin, const struct terminal *terminal,
	const struct costs *costs)
{
	const char *const titles[] = {_("Total (ms)"), _("Runs"), _("Mean (ms)"),
		_("Longest (ms)"), _("Script"), _("Failed"), _("State")};
	struct table table = {
		.terminal = terminal, .titles = titles, .columns = COUNT_OF(titles)};

	for (size_t i = 0; i < costs->count; i++) {
		const struct cost *cost = &costs->items[i];

		add_number(&table, (uint64_t)cost->total);
		add_number(&table, log_counts_ran(&cost->counts));
		add_number(&table, (uint64_t)mean_of(cost));
		add_number(&table, (uint64_t)cost->longest);
		table_add_name(&table, cost->path);
		add_number(&table, cost->counts.of[LOG_FAILED]);
		table_add(&table, log_is_gone(cost->path, admin) ? _("gone") : "");
		table_flush(&table);
	}
	table_write(&table);
	table_done(&table);
}

static json_t *cost_to_json(const struct admin *admin, const struct cost *cost)
{
	json_t *object = json_pack("{s:o, s:b, s:I, s:I, s:I, s:I}", "path",
		json_text(cost->path), "gone", log_is_gone(cost->path, admin),
		"total_milliseconds", (json_int_t)cost->total, "runs",
		(json_int_t)log_counts_ran(&cost->counts), "mean_milliseconds",
		(json_int_t)mean_of(cost), "longest_milliseconds",
		(json_int_t)cost->longest);

	json_merge(object, log_counts_to_json(&cost->counts));
	return object;
}

static int print_costs(const struct admin *admin, const struct costs *costs)
{
	struct json_list hooks;

	json_list_begin(&hooks, NULL, NULL, "hooks");
	for (size_t i = 0; i < costs->count; i++)
		json_list_add(&hooks, cost_to_json(admin, &costs->items[i]));
	json_list_end(&hooks);
	return STATUS_FINE;
}

static int show_blame(
	const struct admin *admin, const struct log *log, struct costs *costs)
{
	struct terminal terminal;

	if (admin->is_json)
		return print_costs(admin, costs);
	terminal = apt_terminal(admin);
	if (log->has_no_log)
		terminal_say(&terminal, "", _("No hook has run yet: there is no %s%s."),
			admin->root, LOG_FILE);
	else if (costs->count == 0)
		terminal_say(&terminal, "", _("The log contains no hook runs."));
	else if (terminal.is_terminal) {
		write_sum(&terminal, costs);
		write_costs(admin, &terminal, costs);
	} else
		write_piped_costs(admin, &terminal, costs);
	return STATUS_FINE;
}

int admin_blame(struct admin *admin, int argc, char **argv)
{
	owns_log struct log log = {.has_no_log = true};
	__attribute__((cleanup(costs_done))) struct costs costs = {.items = NULL};
	size_t limit = 0;
	const struct option_row rows[] = {
		{OPTION_NUMBER, &limit, "number", 'n', "N",
			_("Show only the first N scripts.")},
	};
	const struct usage usage = {
		.synopsis = "blame",
		.text = _("Show the total time that each script took in all transactions "
			  "in the log, longest first, how often it ran, and how often it "
			  "failed."),
		.rows = rows,
		.row_count = COUNT_OF(rows),
		.has_json = true,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	if (status < 0)
		status = log_open(&log, admin);
	if (status >= 0)
		return status;
	find_costs(&costs, &log, limit);
	status = log_end(&log);
	if (status >= 0)
		return status;
	return show_blame(admin, &log, &costs);
}
