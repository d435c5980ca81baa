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

/* Room for the numbers beside a bar; on a terminal narrower than WIDE they get a line. */
#define WORDS_WIDTH 54
#define WIDE 80

/* What one script has cost, in milliseconds. */
struct cost {
	const char *path; /* the log's */
	int64_t total;
	int64_t longest;
	size_t runs;
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
	return strcmp(((const struct cost *)a)->path, ((const struct cost *)b)->path);
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

		if (run->milliseconds < 0)
			continue;
		xgrow(&costs->items, &costs->capacity, costs->count,
			sizeof(*costs->items));
		costs->items[costs->count++] =
			(struct cost){run->path, run->milliseconds, run->milliseconds, 1};
	}
}

/* Adds up the costs with the same path, which are adjacent. */
static void merge_costs(struct costs *costs)
{
	size_t kept = 0;

	for (size_t i = 0; i < costs->count; i++) {
		const struct cost *next = &costs->items[i];
		struct cost *last = kept > 0 ? &costs->items[kept - 1] : NULL;

		if (last == NULL || strcmp(last->path, next->path) != 0) {
			costs->items[kept++] = *next;
			continue;
		}
		last->total += next->total;
		last->runs++;
		if (last->longest < next->longest)
			last->longest = next->longest;
	}
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
	qsort(costs->items, costs->count, sizeof(*costs->items), compare_totals);
	if (limit > 0 && costs->count > limit)
		costs->count = limit;
}

static int64_t mean_of(const struct cost *cost)
{
	int64_t runs = (int64_t)cost->runs;

	return (cost->total + runs / 2) / runs;
}

/* Proportional to the total; UTF-8 has blocks of an eighth of a column. */
static void add_bar(struct buffer *text, const struct terminal *terminal,
	const struct cost *cost, int64_t greatest, unsigned columns)
{
	static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	double share = greatest > 0 ? (double)cost->total / (double)greatest : 0;
	unsigned eighths = (unsigned)(share * columns * 8);

	if (eighths == 0 && cost->total > 0)
		eighths = 1;
	if (!terminal->has_utf8)
		eighths = (eighths + 7) / 8 * 8;
	for (unsigned i = 0; i < eighths / 8; i++)
		buffer_append_string(text, terminal->has_utf8 ? "█" : "#");
	buffer_append_string(text, parts[eighths % 8]);
}

/* "2.410 s in 2 runs, mean 1.205 s, longest 2.100 s"; the caller frees it. */
static char *cost_text(const struct cost *cost)
{
	owns_buffer struct buffer text = {0};
	owns_memory char *total = duration_text(cost->total);
	owns_memory char *mean = duration_text(mean_of(cost));
	owns_memory char *longest = duration_text(cost->longest);

	buffer_append_format(&text,
		ngettext("%s%s%s in %zu run", "%s%s%s in %zu runs",
			(unsigned long)cost->runs),
		MARK_NAME, total, MARK_END, cost->runs);
	if (cost->runs > 1)
		buffer_append_format(&text, _(", mean %s, longest %s"), mean, longest);
	return xbuffer_steal(&text);
}

static unsigned bar_width(const struct terminal *terminal)
{
	unsigned half = terminal->width / 2 - 4;
	unsigned rest = terminal->width - WORDS_WIDTH;

	if (terminal->width < WIDE)
		return terminal->width > 4 ? terminal->width - 2 : 2;
	return half < rest ? half : rest;
}

static void write_cost(
	const struct terminal *terminal, const struct cost *cost, int64_t greatest)
{
	unsigned columns = bar_width(terminal);
	owns_buffer struct buffer path = {0};
	owns_buffer struct buffer bar = {0};
	owns_memory char *words = cost_text(cost);

	text_add_name(&path, cost->path);
	terminal_write(terminal, "", "  ", &path);
	buffer_append_string(&bar, "  " MARK_WARNING);
	add_bar(&bar, terminal, cost, greatest, columns);
	buffer_append_string(&bar, MARK_END);
	terminal_item(terminal, &bar,
		terminal->width < WIDE ? terminal->width : columns + 4, words);
}

static void write_chart(
	const struct terminal *terminal, const struct log *log, const struct costs *costs)
{
	if (log->transactions[0].start.local[0] != '\0')
		terminal_say(terminal, "",
			ngettext("%zu transaction since %s", "%zu transactions since %s",
				(unsigned long)log->count),
			log->count, log->transactions[0].start.local);
	for (size_t i = 0; i < costs->count; i++)
		write_cost(terminal, &costs->items[i], costs->items[0].total);
}

static void write_cost_table(const struct terminal *terminal, const struct costs *costs)
{
	const char *const titles[] = {_("Total (ms)"), _("Runs"), _("Mean (ms)"),
		_("Longest (ms)"), _("Script")};
	struct table table = {
		.terminal = terminal, .titles = titles, .columns = COUNT_OF(titles)};

	for (size_t i = 0; i < costs->count; i++) {
		const struct cost *cost = &costs->items[i];
		const int64_t numbers[] = {
			cost->total, (int64_t)cost->runs, mean_of(cost), cost->longest};

		for (size_t j = 0; j < COUNT_OF(numbers); j++) {
			char number[DECIMAL_SIZE];

			table_add(&table, decimal(number, (uint64_t)numbers[j]));
		}
		table_add_name(&table, cost->path);
	}
	table_write(&table);
	table_done(&table);
}

static json_t *costs_to_json(const struct costs *costs)
{
	json_t *hooks = json_array();

	for (size_t i = 0; i < costs->count; i++) {
		const struct cost *cost = &costs->items[i];

		json_add(hooks,
			json_pack("{s:o, s:I, s:I, s:I, s:I}", "path",
				json_text(cost->path), "total_milliseconds",
				(json_int_t)cost->total, "runs", (json_int_t)cost->runs,
				"mean_milliseconds", (json_int_t)mean_of(cost),
				"longest_milliseconds", (json_int_t)cost->longest));
	}
	return json_pack("{s:o}", "hooks", hooks);
}

static int show_blame(
	const struct admin *admin, const struct log *log, const struct costs *costs)
{
	struct terminal terminal;

	if (admin->is_json)
		return json_print(costs_to_json(costs));
	terminal = apt_terminal(admin);
	if (log->has_no_log)
		terminal_say(&terminal, "", _("No hook has run yet: there is no %s%s."),
			admin->root, LOG_FILE);
	else if (costs->count == 0)
		terminal_say(&terminal, "", _("The log contains no run of a hook."));
	else if (terminal.is_terminal)
		write_chart(&terminal, log, costs);
	else
		write_cost_table(&terminal, costs);
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
			  "in the log, longest first. If standard output is not a "
			  "terminal, print a table with tabs between columns."),
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
