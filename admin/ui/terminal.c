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
/* Where the text of an item begins, where its own column would leave no room. */
#define NARROW_COLUMN 6
/* Between the columns of a table. */
#define GAP "  "

/* ECMA-48, SGR; in the order of the marks. */
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

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && value[0] != '\0';
}

bool terminal_may_have_colour(const struct terminal *terminal)
{
	const char *type = getenv("TERM");

	return terminal->is_terminal && !is_set("NO_COLOR") && !is_set("APT_NO_COLOR") &&
	       type != NULL && strcmp(type, "dumb") != 0;
}

static bool is_mark(char byte)
{
	return byte >= MARK_GOOD[0] && byte <= MARK_END[0];
}

/* Takes a character off the front of bytes, and returns the columns that it takes. */
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

/* Columns that bytes take on a terminal; what the locale does not know takes one each. */
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

static void put(const struct terminal *terminal, struct slice bytes)
{
	for (size_t i = 0; i < bytes.size; i++) {
		if (bytes.data[i] == MARK_SPACE[0])
			(void)putchar(' ');
		else if (!is_mark(bytes.data[i]))
			(void)putchar(bytes.data[i]); /* main() looks at the end */
		else if (terminal->has_colour)
			put_sequence(bytes.data[i]);
	}
}

static void put_spaces(unsigned count)
{
	(void)printf("%*s", (int)count, "");
}

/* One line of the text, broken where the width asks for it; column is where it begins. */
static void write_words(const struct terminal *terminal, const char *next,
	unsigned column, struct slice line)
{
	unsigned start = width_of(slice_of(next));
	struct slice word = slice_cut(&line, ' ');
	unsigned at = column + width_of(word);

	put(terminal, word);
	/* A space at the very end has nothing behind it, but it is there. */
	while (line.data != NULL) {
		unsigned width;

		word = slice_cut(&line, ' ');
		width = width_of(word);
		if (width > 0 && terminal->width > 0 &&
			at + 1 + width > terminal->width) {
			(void)putchar('\n');
			put(terminal, slice_of(next));
			at = start + width;
		} else {
			(void)putchar(' ');
			at += 1 + width;
		}
		put(terminal, word);
	}
	(void)putchar('\n');
}

void terminal_write(const struct terminal *terminal, const char *first, const char *next,
	const struct buffer *text)
{
	struct slice rest = buffer_slice(text);

	do {
		struct slice line = slice_cut(&rest, '\n');

		put(terminal, slice_of(first));
		write_words(terminal, next, width_of(slice_of(first)), line);
		first = next;
	} while (rest.size > 0);
}

void terminal_say(
	const struct terminal *terminal, const char *indent, const char *format, ...)
{
	owns_memory char *line = NULL;
	struct buffer text;
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vasprintf(&line, format, arguments);
	va_end(arguments);
	if (size < 0) {
		line = NULL;
		(void)report_no_memory();
		return;
	}
	text = (struct buffer){.data = line, .size = (size_t)size};
	terminal_write(terminal, indent, indent, &text);
}

void terminal_item(const struct terminal *terminal, const struct buffer *head,
	unsigned column, const char *text)
{
	bool is_narrow = terminal->width > 0 && terminal->width < 2 * column;
	unsigned width = width_of(buffer_slice(head));
	owns_memory char *indent = NULL;

	if (is_narrow && column > NARROW_COLUMN)
		column = NARROW_COLUMN;
	indent = string_format("%*s", (int)column, "");
	if (indent == NULL) {
		(void)report_no_memory();
		return;
	}
	put(terminal, buffer_slice(head));
	if (is_narrow || width + 1 >= column) {
		(void)putchar('\n');
		width = 0;
	}
	put_spaces(column - width);
	write_words(terminal, indent, column, slice_of(text));
}

void table_add(struct table *table, const char *text)
{
	if (string_list_add(&table->cells, text) < 0)
		table->has_failed = true;
}

void table_add_name(struct table *table, const char *name)
{
	owns_buffer struct buffer text = {0};

	text_add_name(&text, name);
	buffer_append(&text, (struct slice){"", 1});
	if (text.error < 0)
		table->has_failed = true;
	else
		table_add(table, text.data);
}

static void write_piped(const struct table *table)
{
	assert(table->columns > 0);
	for (size_t i = 0; i < table->columns; i++)
		(void)printf(
			"%s%s", table->titles[i], i + 1 < table->columns ? "\t" : "\n");
	for (size_t i = 0; i < table->cells.count; i++) {
		put(table->terminal, slice_of(table->cells.items[i]));
		(void)putchar((i + 1) % table->columns == 0 ? '\n' : '\t');
	}
}

static void write_row(
	const struct table *table, const unsigned *widths, char *const *cells)
{
	for (size_t i = 0; i < table->columns; i++) {
		struct slice cell = slice_of(cells[i]);

		put(table->terminal, cell);
		if (i + 1 < table->columns) {
			put_spaces(widths[i] - width_of(cell));
			put(table->terminal, slice_of(GAP));
		}
	}
	(void)putchar('\n');
}

static void write_block(const struct table *table, char *const *cells)
{
	put(table->terminal, slice_of(cells[0]));
	(void)putchar('\n');
	for (size_t i = 1; i < table->columns; i++) {
		owns_memory char *line =
			string_format("%s: %s", table->titles[i], cells[i]);
		struct buffer text = {
			.data = line, .size = line != NULL ? strlen(line) : 0};

		if (line != NULL && cells[i][0] != '\0')
			terminal_write(table->terminal, GAP, GAP GAP, &text);
	}
}

/* Sets how wide each column has to be, and returns how wide that makes a row. */
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
	for (size_t i = 0; i < table->cells.count; i += table->columns)
		write_block(table, table->cells.items + i);
}

void table_write(const struct table *table)
{
	unsigned widths[TABLE_COLUMNS] = {0};

	if (table->has_failed)
		(void)report_no_memory();
	else if (table->cells.count == 0)
		return;
	else if (!table->terminal->is_terminal)
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
