/* SPDX-License-Identifier: BSD-2-Clause */
#include "running.h"
#include "base.h"
#include "language.h"
#include "log_writer.h"

#include <sys/ioctl.h>
#include <unistd.h>

/* For terminals that report no width, or an absurd one. */
#define COLUMNS 80
#define COLUMNS_MIN 40
#define COLUMNS_MAX 1000

/* A shorter piece of a description would say nothing. */
#define DESCRIPTION_MIN 10
/* Of the hook, whatever else is in the line: the English one leaves that of COLUMNS_MIN. */
#define HOOK_MIN 5

static bool is_continuation(char byte)
{
	return (byte & 0xc0) == 0x80; /* of a character in UTF-8 */
}

/* An upper bound: counts two columns for each character from U+1000 on. */
static size_t columns_of(struct slice text)
{
	size_t columns = 0;

	for (size_t i = 0; i < text.size; i++)
		if (!is_continuation(text.data[i]))
			columns += (unsigned char)text.data[i] >= 0xe1 ? 2 : 1;
	return columns;
}

/* Drops characters at the end until the text fits, then trailing blanks. */
static struct slice cut_end(struct slice text, size_t columns)
{
	while (columns_of(text) > columns)
		while (is_continuation(text.data[--text.size]))
			;
	while (text.size > 0 && text.data[text.size - 1] == ' ')
		text.size--;
	return text;
}

/* Drops characters at the beginning: the end of a path says more. */
static struct slice cut_beginning(struct slice text, size_t columns)
{
	while (columns_of(text) > columns)
		do {
			text.data++;
			text.size--;
		} while (is_continuation(text.data[0]));
	return text;
}

/* PATH: DESCRIPTION, as far as they fit into columns, which must be at least HOOK_MIN. */
static void add_hook(struct buffer *line, const struct uh_event *event, size_t columns)
{
	owns_buffer struct buffer path = {0};
	owns_buffer struct buffer description = {0};
	struct slice shown;
	size_t used;

	log_add_clean(&path, event->detail != NULL ? event->detail : event->path);
	log_add_clean(&description, event->value != NULL ? event->value : "");
	used = columns_of(buffer_slice(&path)) + strlen(": ");
	if (used > columns + strlen(": ")) {
		buffer_append_string(line, "…");
		buffer_append(line, cut_beginning(buffer_slice(&path), columns - 1));
		return;
	}
	buffer_append(line, buffer_slice(&path));
	if (used + DESCRIPTION_MIN > columns)
		return;
	shown = cut_end(buffer_slice(&description), columns - used);
	if (shown.size == 0)
		return;
	buffer_append_string(line, ": ");
	buffer_append(line, shown);
}

static size_t terminal_columns(void)
{
	struct winsize size = {.ws_col = 0};

	(void)ioctl(STDERR_FILENO, TIOCGWINSZ, &size); /* then it is unknown */
	return size.ws_col >= COLUMNS_MIN && size.ws_col <= COLUMNS_MAX ? size.ws_col
									: COLUMNS;
}

/* A translation may leave no room; then the terminal breaks the line. */
static size_t room_for_hook(size_t columns, struct slice first, struct slice rest)
{
	size_t used = columns_of(first) + columns_of(rest) + 1; /* the last stays free */

	return columns >= used + HOOK_MIN ? columns - used : HOOK_MIN;
}

void report_running(const struct uh_event *event)
{
	owns_buffer struct buffer line = {0};
	size_t columns = terminal_columns();
	struct language language;
	struct slice first, rest;

	language_begin(&language);
	/* Translators: {hook} is its path and description; "it" is the hook. */
	rest = slice_of(_("Running hook {hook} … (Ctrl-C stops it)"));
	language_end(&language);
	first = slice_cut(&rest, '{');
	(void)slice_cut(&rest, '}');
	/*
	 * A full width of blanks wraps to the next line, unless the cursor is at the
	 * beginning of a line: then it stays there. "\r" returns to the beginning.
	 */
	for (size_t i = 0; i < columns; i++)
		buffer_append_string(&line, " ");
	buffer_append_string(&line, "\r");
	buffer_append(&line, first);
	add_hook(&line, event, room_for_hook(columns, first, rest));
	buffer_append(&line, rest);
	buffer_append_string(&line, "\n");
	if (line.error == 0)
		(void)write_all(STDERR_FILENO, buffer_slice(&line)); /* or do without */
}
