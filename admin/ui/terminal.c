/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/terminal.h"
#include "ui/message.h"

#include <assert.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define WIDTH_UNKNOWN 80
/* Where the text of an item begins on a narrow terminal. */
#define NARROW_COLUMN 6
/* Between the columns of a table. */
#define GAP "  "

/* ECMA-48 SGR sequences, indexed by mark. */
static const char *const sequences[] = {
	NULL, "\033[32m", "\033[31m", "\033[33m", "\033[1m", "\033[2m", "\033[0m"};

static unsigned find_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return WIDTH_UNKNOWN;
	return size.ws_col;
}

struct terminal terminal_plain(void)
{
	bool is_terminal = isatty(STDOUT_FILENO) == 1;

	return (struct terminal){.is_terminal = is_terminal,
		.has_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
		.width = is_terminal ? find_width() : 0};
}

static bool is_variable_set(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && value[0] != '\0';
}

bool terminal_may_have_colour(const struct terminal *terminal)
{
	const char *type = getenv("TERM");

	return terminal->is_terminal && !is_variable_set("NO_COLOR") &&
	       !is_variable_set("APT_NO_COLOR") && type != NULL &&
	       strcmp(type, "dumb") != 0;
}

static bool is_mark(char byte)
{
	return byte >= MARK_GOOD[0] && byte <= MARK_END[0];
}

/* Removes the first character of bytes and returns its width. */
static unsigned cut_character(struct slice *bytes)
{
	mbstate_t state = {0};
	wchar_t character;
	size_t size = mbrtowc(&character, bytes->data, bytes->size, &state);
	bool is_character = size > 0 && size <= bytes->size;
	int columns = is_character ? wcwidth(character) : -1;

	if (is_mark(*bytes->data))
		columns = 0;
	bytes->data += is_character ? size : 1;
	bytes->size -= is_character ? size : 1;
	return columns >= 0 ? (unsigned)columns : 1;
}

/* The width on a terminal; bytes that the locale cannot decode take a column each. */
static unsigned width_of(struct slice bytes)
{
	unsigned width = 0;

	while (bytes.size > 0)
		width += cut_character(&bytes);
	return width;
}

static void put_sequence(char mark)
{
	size_t number = (unsigned char)mark;

	assert(number < COUNT_OF(sequences) && sequences[number] != NULL);
	(void)fputs(sequences[number], stdout);
}

static void put_styled(const struct terminal *terminal, struct slice bytes)
{
	for (size_t i = 0; i < bytes.size; i++) {
		if (bytes.data[i] == MARK_SPACE[0])
			(void)putchar(' ');
		else if (!is_mark(bytes.data[i]))
			(void)putchar(bytes.data[i]); /* main() checks standard output */
		else if (terminal->has_colour)
			put_sequence(bytes.data[i]);
	}
}

static void put_spaces(unsigned count)
{
	(void)printf("%*s", (int)count, "");
}

/* Writes one line from column on, wrapped to the width. */
static void write_words(const struct terminal *terminal, const char *next,
	unsigned column, struct slice line)
{
	unsigned start = width_of(slice_of(next));
	struct slice word = slice_cut(&line, ' ');
	unsigned at = column + width_of(word);

	put_styled(terminal, word);
	/* line.data is not NULL behind a trailing space, which is kept. */
	while (line.data != NULL) {
		unsigned width;

		word = slice_cut(&line, ' ');
		width = width_of(word);
		if (width > 0 && terminal->width > 0 &&
			at + 1 + width > terminal->width) {
			(void)putchar('\n');
			put_styled(terminal, slice_of(next));
			at = start + width;
		} else {
			(void)putchar(' ');
			at += 1 + width;
		}
		put_styled(terminal, word);
	}
	(void)putchar('\n');
}

static void write_lines(const struct terminal *terminal, const char *first,
	const char *next, struct slice text)
{
	do {
		struct slice line = slice_cut(&text, '\n');

		put_styled(terminal, slice_of(first));
		write_words(terminal, next, width_of(slice_of(first)), line);
		first = next;
	} while (text.size > 0);
}

void terminal_write(const struct terminal *terminal, const char *first, const char *next,
	const struct buffer *text)
{
	write_lines(terminal, first, next, buffer_slice(text));
}

void terminal_say(
	const struct terminal *terminal, const char *indent, const char *format, ...)
{
	owns_memory char *line = NULL;
	va_list arguments;

	va_start(arguments, format);
	line = xvformat(format, arguments);
	va_end(arguments);
	write_lines(terminal, indent, indent, slice_of(line));
}

void terminal_item(const struct terminal *terminal, const struct buffer *head,
	unsigned column, const char *text)
{
	bool is_narrow = terminal->width > 0 && terminal->width < 2 * column;
	unsigned width = width_of(buffer_slice(head));
	owns_memory char *indent = NULL;

	if (is_narrow && column > NARROW_COLUMN)
		column = NARROW_COLUMN;
	indent = xformat("%*s", (int)column, "");
	put_styled(terminal, buffer_slice(head));
	if (is_narrow || width + 1 >= column) {
		(void)putchar('\n');
		width = 0;
	}
	put_spaces(column - width);
	write_words(terminal, indent, column, slice_of(text));
}

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
		put_styled(table->terminal, slice_of(table->cells.items[i]));
		(void)putchar((i + 1) % table->columns == 0 ? '\n' : '\t');
	}
}

static void write_row(
	const struct table *table, const unsigned *widths, char *const *cells)
{
	for (size_t i = 0; i < table->columns; i++) {
		struct slice cell = slice_of(cells[i]);

		put_styled(table->terminal, cell);
		if (i + 1 < table->columns) {
			put_spaces(widths[i] - width_of(cell));
			put_styled(table->terminal, slice_of(GAP));
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
		widths[i] = width_of(slice_of(table->titles[i]));
	for (size_t i = 0; i < table->cells.count; i++) {
		unsigned cell = width_of(slice_of(table->cells.items[i]));

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
			put_styled(table->terminal, slice_of(cell));
			(void)putchar('\n');
		} else if (cell[0] != '\0') {
			owns_memory char *line = xformat("%s: %s", title, cell);

			write_lines(table->terminal, GAP, GAP GAP, slice_of(line));
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
