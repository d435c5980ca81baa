/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables on standard output: aligned on a terminal, with tabs in a pipe. */
#ifndef TABLE_H
#define TABLE_H

#include "ui/terminal.h"

/* Cells are texts, row by row. */
struct table {
	const struct terminal *terminal;
	const char *const *titles; /* translated */
	size_t columns;            /* at most TABLE_COLUMNS */
	/*
	 * How many of the first columns are shown whole on every terminal; 0: all. If it is
	 * narrow, the last column is cut, others are left out, and finally this one too.
	 */
	size_t needed;
	struct string_list cells;
	bool has_begun; /* the titles have been written to a pipe */
};
#define TABLE_COLUMNS 11

/* Adds a copy of text as a cell; table_add_name() with text_add_name(). */
void table_add(struct table *table, const char *text);
void table_add_name(struct table *table, const char *name);
/* Adds the text as a cell, and leaves the buffer empty. */
void table_move(struct table *table, struct buffer *text);
/*
 * Writes the table; nothing if there are no rows. On a terminal, columns are aligned, or,
 * if it is too narrow for those needed, each row is a block of lines "TITLE: CELL".
 * Piped, each row is a line with tabs between the cells, below a line of titles.
 */
void table_write(struct table *table);
/* Writes the rows so far unless all must be known for it, as on a terminal. */
void table_flush(struct table *table);
void table_done(struct table *table);

#endif
