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

unsigned terminal_width_of(struct slice bytes)
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

void terminal_put(const struct terminal *terminal, struct slice bytes)
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

void terminal_put_cut(const struct terminal *terminal, struct slice text, unsigned width)
{
	struct slice ellipsis = slice_of(terminal->has_utf8 ? "…" : "...");
	unsigned at = terminal_width_of(ellipsis);
	struct slice next = text;
	size_t kept = 0;

	if (terminal_width_of(text) <= width) {
		terminal_put(terminal, text);
		return;
	}
	while (at <= width) {
		kept = text.size - next.size;
		at += cut_character(&next);
	}
	terminal_put(terminal, (struct slice){text.data, kept});
	terminal_put(terminal, ellipsis);
	terminal_put(terminal, slice_of(MARK_END));
}

static void put_spaces(unsigned count)
{
	(void)printf("%*s", (int)count, "");
}

/* Whether the word is our name, perhaps behind a quotation mark, and not within a path. */
static bool begins_command(struct slice word)
{
	static const char name[] = "apt-universal-hooks";
	size_t size = sizeof(name) - 1;
	const char *at;

	if (word.size < size)
		return false;
	at = word.data + word.size - size;
	return memcmp(at, name, size) == 0 &&
	       (at == word.data || strchr("\"'(", at[-1]) != NULL ||
		       (unsigned char)at[-1] >= 0x80);
}

/* Whether the sentence goes on behind the word. */
static bool ends_command(struct slice word)
{
	static const char *const ends[] = {
		",", ";", ".", ":", ")", "\"", "'", "…", "“", "”", "»"};

	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		size_t size = strlen(ends[i]);

		if (word.size >= size &&
			memcmp(word.data + word.size - size, ends[i], size) == 0)
			return true;
	}
	return false;
}

/* Removes the first word from line; a command for copying is one word. */
static struct slice cut_word_or_command(struct slice *line)
{
	struct slice first = slice_cut(line, ' '), last = first;

	if (!begins_command(first))
		return first;
	/* A synopsis may break before what is optional. */
	while (line->data != NULL && !ends_command(last) &&
		!(line->size > 0 && line->data[0] == '['))
		last = slice_cut(line, ' ');
	return (struct slice){first.data, (size_t)(last.data - first.data) + last.size};
}

/* Writes one line from column on, wrapped to the width. */
static void write_words(const struct terminal *terminal, const char *next,
	unsigned column, struct slice line)
{
	unsigned start = terminal_width_of(slice_of(next));
	struct slice word = cut_word_or_command(&line);
	unsigned at = column + terminal_width_of(word);

	terminal_put(terminal, word);
	/* line.data is not NULL behind a trailing space, which is kept. */
	while (line.data != NULL) {
		unsigned width;

		word = cut_word_or_command(&line);
		width = terminal_width_of(word);
		if (width > 0 && terminal->width > 0 &&
			at + 1 + width > terminal->width) {
			(void)putchar('\n');
			terminal_put(terminal, slice_of(next));
			at = start + width;
		} else {
			(void)putchar(' ');
			at += 1 + width;
		}
		terminal_put(terminal, word);
	}
	(void)putchar('\n');
}

static void write_lines(const struct terminal *terminal, const char *first,
	const char *next, struct slice text)
{
	do {
		struct slice line = slice_cut(&text, '\n');

		terminal_put(terminal, slice_of(first));
		write_words(terminal, next, terminal_width_of(slice_of(first)), line);
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
	unsigned width = terminal_width_of(buffer_slice(head));
	owns_memory char *indent = NULL;

	if (is_narrow && column > NARROW_COLUMN)
		column = NARROW_COLUMN;
	indent = xformat("%*s", (int)column, "");
	terminal_put(terminal, buffer_slice(head));
	if (is_narrow || width + 1 >= column) {
		(void)putchar('\n');
		width = 0;
	}
	put_spaces(column - width);
	write_words(terminal, indent, column, slice_of(text));
}
