/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/table.h"
#include "ui/message.h"

#include <assert.h>
#include <stdio.h>

/* Between columns. */
#define GAP "  "

void table_add(struct table *table, const char *text)
{
	xlist_add(&table->cells, text);
}

void table_add_name(struct table *table, const char *name)
{
	owns_memory char *cell = xname(name);

	table_add(table, cell);
}

void table_move(struct table *table, struct buffer *text)
{
	owns_memory char *cell = xbuffer_steal(text);

	table_add(table, cell);
}

static void write_piped(const struct table *table)
{
	assert(table->columns > 0);
	for (size_t i = 0; i < table->columns; i++)
		(void)printf(
			"%s%s", table->titles[i], i + 1 < table->columns ? "\t" : "\n");
	for (size_t i = 0; i < table->cells.count; i++) {
		terminal_put(table->terminal, slice_of(table->cells.items[i]));
		(void)putchar((i + 1) % table->columns == 0 ? '\n' : '\t');
	}
}

static void write_row(
	const struct table *table, const unsigned *widths, char *const *cells)
{
	for (size_t i = 0; i < table->columns; i++) {
		struct slice cell = slice_of(cells[i]);

		terminal_put(table->terminal, cell);
		if (i + 1 < table->columns) {
			(void)printf("%*s" GAP,
				(int)(widths[i] - terminal_width_of(cell)), "");
		}
	}
	(void)putchar('\n');
}

/* Sets the width of each column, and returns the width of a row. */
static unsigned find_widths(const struct table *table, unsigned *widths)
{
	unsigned sum = (unsigned)((table->columns - 1) * strlen(GAP));

	assert(table->columns > 0);
	for (size_t i = 0; i < table->columns; i++)
		widths[i] = terminal_width_of(slice_of(table->titles[i]));
	for (size_t i = 0; i < table->cells.count; i++) {
		unsigned cell = terminal_width_of(slice_of(table->cells.items[i]));

		if (cell > widths[i % table->columns])
			widths[i % table->columns] = cell;
	}
	for (size_t i = 0; i < table->columns; i++)
		sum += widths[i];
	return sum;
}

static void write_aligned(const struct table *table, const unsigned *widths)
{
	write_row(table, widths, (char *const *)table->titles);
	for (size_t i = 0; i < table->cells.count; i += table->columns)
		write_row(table, widths, table->cells.items + i);
}

static void write_blocks(const struct table *table)
{
	assert(table->columns > 0);
	for (size_t i = 0; i < table->cells.count; i++) {
		const char *title = table->titles[i % table->columns];
		const char *cell = table->cells.items[i];

		if (i % table->columns == 0) {
			terminal_put(table->terminal, slice_of(cell));
			(void)putchar('\n');
		} else if (cell[0] != '\0') {
			owns_buffer struct buffer line = {0};

			buffer_append_format(&line, "%s: %s", title, cell);
			xensure(line.error);
			terminal_write(table->terminal, GAP, GAP GAP, &line);
		}
	}
}

void table_write(const struct table *table)
{
	unsigned widths[TABLE_COLUMNS] = {0};

	if (table->cells.count == 0)
		return;
	if (!table->terminal->is_terminal)
		write_piped(table);
	else if (find_widths(table, widths) <= table->terminal->width)
		write_aligned(table, widths);
	else
		write_blocks(table);
}

void table_done(struct table *table)
{
	string_list_done(&table->cells);
}
