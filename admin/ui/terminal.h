/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Standard output for people: on a terminal, wrapped to its width and in colour if
 * wanted; piped, plain and not wrapped.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include "admin.h"
#include "ui/text.h"

struct terminal {
	bool is_terminal;
	bool has_colour;
	bool has_utf8;  /* for trees and bars */
	unsigned width; /* in columns; 0: do not wrap */
};

/* Standard output, without colour. A terminal of unknown width has 80 columns. */
struct terminal terminal_plain(void);
/*
 * Whether this is a terminal with colours that neither NO_COLOR (no-color.org) nor
 * APT_NO_COLOR (apt) disables. apt_terminal() also looks at apt's configuration.
 */
bool terminal_may_have_colour(const struct terminal *terminal);

/* The width of text; bytes that the locale cannot decode take a column each. */
unsigned terminal_width_of(struct slice text);
/* Writes text as it is, with its marks as colours or without them. */
void terminal_put(const struct terminal *terminal, struct slice text);
/* The same, but cut to this width, with an ellipsis and the end of any style. */
void terminal_put_cut(const struct terminal *terminal, struct slice text, unsigned width);

/*
 * Writes text, wrapped at spaces. The first line is indented with first, the others with
 * next. Words are never broken, so that paths can be copied, nor are commands that begin
 * with our name; these end with the line or at a punctuation mark. A newline in text
 * begins a new line.
 */
void terminal_write(const struct terminal *terminal, const char *first, const char *next,
	const struct buffer *text);
/* Like printf(3), with the same indent for all lines. */
void terminal_say(const struct terminal *terminal, const char *indent, const char *format,
	...) __attribute__((format(printf, 3, 4)));
/* Writes head, and text from column on, or below head if that is too long. */
void terminal_item(const struct terminal *terminal, const struct buffer *head,
	unsigned column, const char *text);

#endif
