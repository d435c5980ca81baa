/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Standard output as people read it: as wide as the terminal, in colour where that is
 * wanted, and plain, without an end to its lines, where it is piped.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include "admin.h"
#include "ui/text.h"

struct terminal {
	bool is_terminal;
	bool has_colour;
	bool has_utf8;  /* for lines of a tree and bars */
	unsigned width; /* columns; 0: no end */
};

/* What standard output is, without colour. A terminal without a width has 80 columns. */
struct terminal terminal_plain(void);
/*
 * Whether it is a terminal with colours, and neither NO_COLOR (no-color.org) nor
 * APT_NO_COLOR (apt's own) forbids them. apt_terminal() asks apt's configuration as well.
 */
bool terminal_may_have_colour(const struct terminal *terminal);

/*
 * Writes the text as one line, or as several where the width asks for it: broken at
 * spaces, the first beginning with first, the others with next. A word is never broken,
 * so that a path can be copied. A line end in the text begins a new line.
 */
void terminal_write(const struct terminal *terminal, const char *first, const char *next,
	const struct buffer *text);
/* The same with one indent for all lines, and like printf(3). */
void terminal_say(const struct terminal *terminal, const char *indent, const char *format,
	...) __attribute__((format(printf, 3, 4)));
/* A head, and what there is to say of it: from column on, or below where room lacks. */
void terminal_item(const struct terminal *terminal, const struct buffer *head,
	unsigned column, const char *text);

/* A table: cells are texts, as many in each row as there are titles. */
struct table {
	const struct terminal *terminal;
	const char *const *titles; /* translated */
	size_t columns;            /* at most TABLE_COLUMNS */
	struct string_list cells;
	bool has_failed; /* there was no memory for a cell */
};
#define TABLE_COLUMNS 8

/* Adds a cell, a copy of the text. */
void table_add(struct table *table, const char *text);
void table_add_name(struct table *table, const char *name);
/*
 * Writes it, without its titles when there is no row. On a terminal the columns are
 * aligned; where the width is not enough for that, each row is a block of lines, one a
 * cell, with its title. Piped, it is a line a row, cells separated by tabs, titles first.
 * Of a table that lacked memory only that is said.
 */
void table_write(const struct table *table);
void table_done(struct table *table);

#endif
