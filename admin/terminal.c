/* SPDX-License-Identifier: BSD-2-Clause */
#include "terminal.h"
#include "apt.h"
#include "printable.h"

#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define WIDTH_UNKNOWN 80
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

struct terminal terminal_of(const struct admin *admin)
{
	struct terminal terminal = terminal_plain();
	bool is_unwanted = is_set("NO_COLOR") || is_set("APT_NO_COLOR");
	const char *type = getenv("TERM");

	terminal.has_colour = terminal.is_terminal && !is_unwanted && type != NULL &&
			      strcmp(type, "dumb") != 0 && apt_has_colour(admin);
	return terminal;
}

void text_add_name(struct buffer *text, const char *name)
{
	while (*name != '\0') {
		size_t size = printable_size(name);

		if (size == 0)
			buffer_append_format(text, "\\%03o", (unsigned char)*name);
		else
			buffer_append(text, (struct slice){name, size});
		name += size > 0 ? size : 1;
	}
}

static bool is_mark(char byte)
{
	return byte >= MARK_GOOD[0] && byte <= MARK_END[0];
}

/* Columns that bytes take on a terminal; what the locale does not know takes one each. */
static unsigned width_of(struct slice bytes)
{
	unsigned width = 0;
	mbstate_t state = {0};

	while (bytes.size > 0) {
		wchar_t character;
		size_t size = mbrtowc(&character, bytes.data, bytes.size, &state);
		int columns;

		if (size == 0 || size > bytes.size) {
			memset(&state, 0, sizeof(state));
			size = 1;
			columns = 1;
		} else {
			columns = is_mark(*bytes.data) ? 0 : wcwidth(character);
		}
		width += columns > 0 ? (unsigned)columns : 0;
		bytes.data += size;
		bytes.size -= size;
	}
	return width;
}

static void put(const struct terminal *terminal, struct slice bytes)
{
	for (size_t i = 0; i < bytes.size; i++) {
		if (!is_mark(bytes.data[i]))
			(void)putchar(bytes.data[i]); /* main() looks at the end */
		else if (terminal->has_colour)
			(void)fputs(sequences[(int)bytes.data[i]], stdout);
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
	unsigned at = column;
	bool is_first = true;

	while (line.size > 0) {
		struct slice rest = line;
		struct slice word = slice_cut(&rest, ' ');
		unsigned width = width_of(word);

		if (!is_first && terminal->width > 0 &&
			at + 1 + width > terminal->width) {
			(void)putchar('\n');
			put(terminal, slice_of(next));
			at = start;
		} else if (!is_first) {
			(void)putchar(' ');
			at++;
		}
		put(terminal, word);
		at += width;
		is_first = false;
		line = rest;
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
		(void)complain_of_memory();
		return;
	}
	text = (struct buffer){.data = line, .size = (size_t)size};
	terminal_write(terminal, indent, indent, &text);
}

void terminal_item(const struct terminal *terminal, const struct buffer *head,
	unsigned column, const char *text)
{
	unsigned width = width_of(buffer_slice(head));
	owns_memory char *indent = string_format("%*s", (int)column, "");

	if (indent == NULL)
		return;
	put(terminal, buffer_slice(head));
	if (width + 1 >= column ||
		(terminal->width > 0 && terminal->width < 2 * column)) {
		(void)putchar('\n');
		indent[terminal->width > 0 && terminal->width < 2 * column ? 6 : column] =
			'\0';
		put(terminal, slice_of(indent));
		write_words(terminal, indent, (unsigned)strlen(indent), slice_of(text));
		return;
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

		if (cells[i][0] != '\0')
			terminal_write(table->terminal, GAP, GAP GAP, &text);
	}
}

void table_write(const struct table *table)
{
	unsigned widths[TABLE_COLUMNS] = {0};
	unsigned width = (unsigned)((table->columns - 1) * strlen(GAP));
	bool is_wide;

	if (table->has_failed || table->cells.count == 0)
		return;
	if (!table->terminal->is_terminal) {
		write_piped(table);
		return;
	}
	for (size_t i = 0; i < table->columns; i++)
		widths[i] = width_of(slice_of(table->titles[i]));
	for (size_t i = 0; i < table->cells.count; i++) {
		unsigned cell = width_of(slice_of(table->cells.items[i]));

		if (cell > widths[i % table->columns])
			widths[i % table->columns] = cell;
	}
	for (size_t i = 0; i < table->columns; i++)
		width += widths[i];
	is_wide = width <= table->terminal->width;
	if (is_wide)
		write_row(table, widths, (char *const *)table->titles);
	for (size_t i = 0; i < table->cells.count; i += table->columns) {
		if (is_wide)
			write_row(table, widths, table->cells.items + i);
		else
			write_block(table, table->cells.items + i);
	}
}

void table_done(struct table *table)
{
	string_list_done(&table->cells);
}
