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

/* What one script has cost, in milliseconds. */
struct cost {
	const struct log_run *run; /* one of its runs, for the path */
	int64_t total;
	int64_t longest;
	size_t timed; /* runs of which the time is known */
	struct log_counts counts;
};

struct costs {
	struct cost *items;
	size_t count;
	size_t capacity;
};

static void costs_done(struct costs *costs)
{
	free(costs->items);
}

static int compare_paths(const void *a, const void *b)
{
	const struct cost *first = a;
	const struct cost *second = b;

	return strcmp(first->run->path, second->run->path);
}

static int compare_totals(const void *a, const void *b)
{
	const struct cost *first = a;
	const struct cost *second = b;

	if (first->total != second->total)
		return first->total < second->total ? 1 : -1;
	return compare_paths(a, b);
}

static void add_costs(struct costs *costs, const struct log_transaction *transaction)
{
	for (size_t i = 0; i < transaction->count; i++) {
		const struct log_run *run = &transaction->runs[i];
		int64_t milliseconds = run->milliseconds > 0 ? run->milliseconds : 0;
		struct cost *cost;

		xgrow(&costs->items, &costs->capacity, costs->count,
			sizeof(*costs->items));
		cost = &costs->items[costs->count++];
		*cost = (struct cost){.run = run,
			.total = milliseconds,
			.longest = milliseconds,
			.timed = run->milliseconds >= 0};
		cost->counts.of[log_class_of(run)] = 1;
	}
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

/* Adds up the costs with the same path, which are adjacent. */
static void merge_costs(struct costs *costs)
{
	size_t kept = 0;

	for (size_t i = 0; i < costs->count; i++) {
		const struct cost *next = &costs->items[i];

		if (kept > 0 && compare_paths(&costs->items[kept - 1], next) == 0)
			add_cost(&costs->items[kept - 1], next);
		else
			costs->items[kept++] = *next;
	}
	costs->count = kept;
}

/* A script that was always skipped has cost nothing. */
static void drop_skipped(struct costs *costs)
{
	size_t kept = 0;

	for (size_t i = 0; i < costs->count; i++)
		if (log_counts_ran(&costs->items[i].counts) > 0)
			costs->items[kept++] = costs->items[i];
	costs->count = kept;
}

/* The most expensive first; all of them if limit is 0. */
static void find_costs(struct costs *costs, const struct log *log, size_t limit)
{
	for (size_t i = 0; i < log->count; i++)
		add_costs(costs, &log->transactions[i]);
	if (costs->count == 0)
		return;
	qsort(costs->items, costs->count, sizeof(*costs->items), compare_paths);
	merge_costs(costs);
	drop_skipped(costs);
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
static void write_sum(const struct terminal *terminal, const struct log *log)
{
	const char *since = log->transactions[0].start.local;
	struct log_counts counts = {.of = {0}};
	owns_buffer struct buffer text = {0};

	for (size_t i = 0; i < log->count; i++)
		log_count(&counts, &log->transactions[i]);
	buffer_append_format(&text,
		ngettext("%zu transaction", "%zu transactions", log->count), log->count);
	if (since[0] != '\0')
		/* Translators: a time, after "3 transactions". */
		buffer_append_format(&text, _(" since %s"), since);
	buffer_append_string(&text, "; ");
	log_add_counts(&text, &counts);
	terminal_write(terminal, "", "  ", &text);
}

/* The path below the tree, unless that is the same for a script in the other tree. */
static const char *shown_path(const struct costs *costs, const struct cost *cost)
{
	const char *path = log_path_in_tree(cost->run->path);

	for (size_t i = 0; i < costs->count; i++)
		if (&costs->items[i] != cost &&
			strcmp(log_path_in_tree(costs->items[i].run->path), path) == 0)
			return cost->run->path;
	return path;
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

static void write_costs(const struct admin *admin, const struct terminal *terminal,
	const struct costs *costs)
{
	const char *const titles[] = {
		_("HOOK"), _("TOTAL"), _("RUNS"), _("LONGEST"), _("MEAN"), _("FAILED")};
	struct table table = {.terminal = terminal,
		.titles = titles,
		.columns = COUNT_OF(titles),
		.needed = 2};

	for (size_t i = 0; i < costs->count; i++) {
		const struct cost *cost = &costs->items[i];
		owns_buffer struct buffer hook = {0};

		text_add_name(&hook, shown_path(costs, cost));
		log_add_gone(&hook, cost->run, admin);
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
		table_add_name(&table, cost->run->path);
		add_number(&table, cost->counts.of[LOG_FAILED]);
		table_add(&table, log_is_gone(cost->run, admin) ? _("gone") : "");
	}
	table_write(&table);
	table_done(&table);
}

static json_t *costs_to_json(const struct admin *admin, const struct costs *costs)
{
	json_t *hooks = json_array();

	for (size_t i = 0; i < costs->count; i++) {
		const struct cost *cost = &costs->items[i];
		json_t *object = json_pack("{s:o, s:b, s:I, s:I, s:I, s:I}", "path",
			json_text(cost->run->path), "gone", log_is_gone(cost->run, admin),
			"total_milliseconds", (json_int_t)cost->total, "runs",
			(json_int_t)log_counts_ran(&cost->counts), "mean_milliseconds",
			(json_int_t)mean_of(cost), "longest_milliseconds",
			(json_int_t)cost->longest);

		json_merge(object, log_counts_to_json(&cost->counts));
		json_add(hooks, object);
	}
	return json_pack("{s:o}", "hooks", hooks);
}

static int show_blame(
	const struct admin *admin, const struct log *log, const struct costs *costs)
{
	struct terminal terminal;

	if (admin->is_json)
		return json_print(costs_to_json(admin, costs));
	terminal = apt_terminal(admin);
	if (log->has_no_log)
		terminal_say(&terminal, "", _("No hook has run yet: there is no %s%s."),
			admin->root, LOG_FILE);
	else if (costs->count == 0)
		terminal_say(&terminal, "", _("The log contains no hook runs."));
	else if (terminal.is_terminal) {
		write_sum(&terminal, log);
		write_costs(admin, &terminal, costs);
	} else
		write_piped_costs(admin, &terminal, costs);
	return STATUS_FINE;
}

int admin_blame(struct admin *admin, int argc, char **argv)
{
	owns_log struct log log = {.count = 0};
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
		status = log_read(&log, admin);
	if (status >= 0)
		return status;
	find_costs(&costs, &log, limit);
	return show_blame(admin, &log, &costs);
}
