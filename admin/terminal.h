/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Standard output as people read it: as wide as the terminal, in colour where that is
 * wanted, and plain, without an end to its lines, where it is piped.
 *
 * Text holds marks instead of escape sequences: MARK_… begins a style, MARK_END ends it.
 * Whoever puts a name into text that somebody else may have made up says
 * text_add_name(), which leaves nothing that could be a mark.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include "admin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MARK_GOOD "\001"  /* green */
#define MARK_BAD "\002"   /* red */
#define MARK_MIND "\003"  /* yellow */
#define MARK_NAME "\004"  /* bold: what a line is about */
#define MARK_FAINT "\005" /* what can be passed over */
#define MARK_END "\006"
#define MARK_SPACE "\007" /* a space within a name */

struct terminal {
	bool is_terminal;
	bool has_colour;
	bool has_utf8;  /* for lines of a tree and bars */
	unsigned width; /* columns; 0: no end */
};

/*
 * What standard output is. Colour needs a terminal, no NO_COLOR (no-color.org), no
 * APT_NO_COLOR (apt's own) and no TERM=dumb, and APT::Color must not be off for apt(8),
 * which is asked only where it matters. A terminal that does not say how wide it is has
 * 80 columns.
 */
struct terminal terminal_of(const struct admin *admin);
/* The same without colour, and without asking apt. */
struct terminal terminal_plain(void);

/*
 * What may hold anything: control characters and what is no UTF-8 as \ooo. A name is not
 * broken at its spaces, a sentence is.
 */
void text_add_name(struct buffer *text, const char *name);
void text_add_sentence(struct buffer *text, const char *sentence);

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

#ifdef __cplusplus
}
#endif

#endif
