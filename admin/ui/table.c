/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Without libsmartcols, with which this would be longer: a row that is too wide for the
 * terminal runs over, text is cut without a sign of it, and a cell has a single style.
 */
#include "ui/table.h"
#include "ui/message.h"

#include <assert.h>
#include <stdio.h>

#define GAP_WIDTH 2  /* between columns */
#define CUT_WIDTH 20 /* the last column is not cut to less */

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

static void write_piped(struct table *table)
{
	assert(table->columns > 0);
	for (size_t i = 0; i < table->columns && !table->has_begun; i++)
		(void)printf(
			"%s%s", table->titles[i], i + 1 < table->columns ? "\t" : "\n");
	for (size_t i = 0; i < table->cells.count; i++) {
		terminal_put(table->terminal, slice_of(table->cells.items[i]));
		(void)putchar((i + 1) % table->columns == 0 ? '\n' : '\t');
	}
	string_list_done(&table->cells);
	table->has_begun = true;
}

/* Columns of width 0 are left out. There is nothing behind the last text. */
static void write_row(
	const struct table *table, const unsigned *widths, char *const *cells)
{
	unsigned gap = 0;

	for (size_t i = 0; i < table->columns; i++) {
		struct slice cell = slice_of(cells[i]);
		unsigned width = terminal_width_of(cell);

		if (widths[i] == 0)
			continue;
		if (width > widths[i])
			width = widths[i];
		if (width > 0) {
			(void)printf("%*s", (int)gap, "");
			terminal_put_cut(table->terminal, cell, width);
			gap = 0;
		}
		gap += widths[i] - width + GAP_WIDTH;
	}
	(void)putchar('\n');
}

/* The widths of the titles and cells. */
static void find_widths(const struct table *table, unsigned *widths)
{
	assert(table->columns > 0);
	for (size_t i = 0; i < table->columns; i++)
		widths[i] = terminal_width_of(slice_of(table->titles[i]));
	for (size_t i = 0; i < table->cells.count; i++) {
		unsigned width = terminal_width_of(slice_of(table->cells.items[i]));

		if (width > widths[i % table->columns])
			widths[i % table->columns] = width;
	}
}

/* Takes the width of a column out of room; 0 if there is too little. */
static unsigned take_width(unsigned *room, unsigned width)
{
	if (*room < width + GAP_WIDTH)
		return 0;
	*room -= width + GAP_WIDTH;
	return width;
}

/* Makes the columns fit the terminal; false if it has no room for those needed. */
static bool fit_widths(const struct table *table, unsigned *widths)
{
	size_t needed = table->needed > 0 ? table->needed : table->columns;
	size_t last = table->columns - 1;
	unsigned room = table->terminal->width + GAP_WIDTH;
	unsigned missing = 0;

	for (size_t i = 0; i < needed; i++)
		if (take_width(&room, widths[i]) == 0)
			return false;
	if (needed == table->columns)
		return true;
	if (widths[last] > CUT_WIDTH)
		missing = widths[last] - CUT_WIDTH;
	widths[last] = take_width(&room, widths[last] - missing);
	for (size_t i = needed; i < last; i++)
		widths[i] = take_width(&room, widths[i]);
	if (widths[last] > 0)
		widths[last] += missing < room ? missing : room;
	return true;
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
			terminal_write(table->terminal, "  ", "    ", &line);
		}
	}
}

void table_write(struct table *table)
{
	unsigned widths[TABLE_COLUMNS] = {0};

	if (table->cells.count == 0)
		return;
	find_widths(table, widths);
	if (!table->terminal->is_terminal)
		write_piped(table);
	else if (fit_widths(table, widths))
		write_aligned(table, widths);
	else
		write_blocks(table);
}

void table_flush(struct table *table)
{
	if (!table->terminal->is_terminal)
		table_write(table);
}

void table_done(struct table *table)
{
	string_list_done(&table->cells);
}
