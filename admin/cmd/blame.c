/* SPDX-License-Identifier: BSD-2-Clause */
/* apt-universal-hooks blame: which hooks take the most time. */
#include "cmd/cmd.h"
#include "log_writer.h"
#include "model/log_reader.h"
#include "system/apt.h"
#include "ui/json.h"
#include "ui/message.h"
#include "ui/options.h"
#include "ui/terminal.h"

#include <errno.h>
#include <stdio.h>

/* What the words beside a bar take, as a rule. */
#define WORDS_WIDTH 54
/* Below that a bar has a line of its own. */
#define WIDE 80

/* What one script has cost. */
struct cost {
	const char *path; /* the log's */
	int64_t total;    /* milliseconds, as the others */
	int64_t longest;
	size_t runs;
};

struct costs {
	struct cost *items;
	size_t count;
	size_t capacity;
};

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

static int add_runs(struct costs *costs, const struct log_transaction *transaction)
{
	for (size_t i = 0; i < transaction->count; i++) {
		const struct log_run *run = &transaction->runs[i];

		if (run->milliseconds < 0)
			continue;
		if (array_grow(&costs->items, &costs->capacity, costs->count,
			    sizeof(*costs->items)) < 0)
			return -ENOMEM;
		costs->items[costs->count++] =
			(struct cost){run->path, run->milliseconds, run->milliseconds, 1};
	}
	return 0;
}

/* Of those with one path, which stand together, makes one. */
static void merge(struct costs *costs)
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

/* The most expensive first. */
static int count_costs(struct costs *costs, const struct log *log)
{
	for (size_t i = 0; i < log->count; i++)
		if (add_runs(costs, &log->transactions[i]) < 0)
			return -ENOMEM;
	if (costs->count == 0)
		return 0;
	qsort(costs->items, costs->count, sizeof(*costs->items), compare_paths);
	merge(costs);
	qsort(costs->items, costs->count, sizeof(*costs->items), compare_totals);
	return 0;
}

static int64_t mean_of(const struct cost *cost)
{
	int64_t runs = (int64_t)cost->runs;

	return (cost->total + runs / 2) / runs;
}

/*
 * As long as the total is of the greatest, in eighths of a column where there are such.
 */
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

/* The numbers of a cost; the caller's, NULL without memory. */
static char *describe(const struct cost *cost)
{
	owns_buffer struct buffer text = {0};
	owns_buffer struct buffer total = {0};
	owns_buffer struct buffer mean = {0};
	owns_buffer struct buffer longest = {0};

	log_add_duration(&total, cost->total);
	log_add_duration(&mean, mean_of(cost));
	log_add_duration(&longest, cost->longest);
	buffer_append_format(&text,
		ngettext("%s%.*s%s in %zu run", "%s%.*s%s in %zu runs",
			(unsigned long)cost->runs),
		MARK_NAME, (int)total.size, total.data, MARK_END, cost->runs);
	if (cost->runs > 1)
		buffer_append_format(&text, _(", mean %.*s, longest %.*s"),
			(int)mean.size, mean.data, (int)longest.size, longest.data);
	return text.error == 0 ? strndup(text.data, text.size) : NULL;
}

static void write_cost(
	const struct terminal *terminal, const struct cost *cost, int64_t greatest)
{
	bool is_wide = terminal->width >= WIDE;
	unsigned half = terminal->width / 2;
	unsigned most = terminal->width - WORDS_WIDTH;
	unsigned columns = !is_wide ? (terminal->width > 4 ? terminal->width - 2 : 2)
			   : half - 4 < most ? half - 4
					     : most;
	owns_buffer struct buffer path = {0};
	owns_buffer struct buffer bar = {0};
	owns_memory char *words = describe(cost);

	text_add_name(&path, cost->path);
	terminal_write(terminal, "", "  ", &path);
	buffer_append_string(&bar, "  " MARK_MIND);
	add_bar(&bar, terminal, cost, greatest, columns);
	buffer_append_string(&bar, MARK_END);
	if (words != NULL)
		terminal_item(
			terminal, &bar, is_wide ? columns + 4 : terminal->width, words);
}

static void write_chart(
	const struct terminal *terminal, const struct log *log, const struct costs *costs)
{
	if (log->transactions[0].start[0] != '\0')
		terminal_say(terminal, "",
			ngettext("%zu transaction since %s", "%zu transactions since %s",
				(unsigned long)log->count),
			log->count, log->transactions[0].start);
	for (size_t i = 0; i < costs->count; i++)
		write_cost(terminal, &costs->items[i], costs->items[0].total);
}

static void write_table(const struct terminal *terminal, const struct costs *costs)
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
			char number[24];

			(void)snprintf(
				number, sizeof(number), "%lld", (long long)numbers[j]);
			table_add(&table, number);
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

		(void)json_array_append_new(hooks,
			json_pack("{s:o, s:I, s:I, s:I, s:I}", "path",
				json_text(cost->path), "total_milliseconds",
				(json_int_t)cost->total, "runs", (json_int_t)cost->runs,
				"mean_milliseconds", (json_int_t)mean_of(cost),
				"longest_milliseconds", (json_int_t)cost->longest));
	}
	return json_pack("{s:o}", "hooks", hooks);
}

static int show(
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
		terminal_say(&terminal, "", _("No run of a hook is in the log."));
	else if (terminal.is_terminal)
		write_chart(&terminal, log, costs);
	else
		write_table(&terminal, costs);
	return STATUS_FINE;
}

static int read_and_show(const struct admin *admin, size_t number)
{
	__attribute__((cleanup(log_done))) struct log log = {.count = 0};
	struct costs costs = {.items = NULL};
	int status = log_read(&log, admin);

	if (status >= 0)
		return status;
	if (count_costs(&costs, &log) < 0) {
		status = report_no_memory();
	} else {
		if (number > 0 && costs.count > number)
			costs.count = number;
		status = show(admin, &log, &costs);
	}
	free(costs.items);
	return status;
}

int admin_blame(struct admin *admin, int argc, char **argv)
{
	size_t number = 0;
	const struct option_row rows[] = {
		{OPTION_NUMBER, &number, "number", 'n', "N",
			_("Show the first N scripts only.")},
	};
	const struct usage usage = {
		.synopsis = "blame",
		.text = _("Shows how much time each script has taken in all transactions "
			  "that the log tells of, the most expensive first. Piped, it is "
			  "a table with tabs."),
		.rows = rows,
		.row_count = COUNT_OF(rows),
		.has_json = true,
	};
	int words;
	int status = options_read(admin, &usage, argc, argv, &words);

	return status >= 0 ? status : read_and_show(admin, number);
}
