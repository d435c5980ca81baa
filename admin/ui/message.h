/* SPDX-License-Identifier: BSD-2-Clause */
/* Error messages and warnings, in apt's form, and the exit when out of memory. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "admin.h"

#include <stdarg.h>

/*
 * Prints a line "E: …", "W: …" or "N: …" to standard error, with control characters
 * as \ooo. report_error() returns STATUS_TROUBLE.
 */
int report_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void report_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void report_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
/*
 * Writes what standard output still holds, so that what is printed to standard error comes
 * behind it. Whether that has failed, output_close() tells.
 */
void output_flush(void);
/*
 * The same, at the end of the program. Returns status or, if standard output could not be
 * written, STATUS_TROUBLE after an error; a reader that has closed the pipe is none.
 */
int output_close(int status);

/* "E: out of memory"; returns STATUS_TROUBLE. For code that must roll back. */
int report_no_memory(void);

/*
 * The rest is for code that has nothing to undo: without memory, these functions write
 * "E: out of memory" and exit with STATUS_TROUBLE. run, disable and enable roll back and
 * check for themselves.
 */
_Noreturn void die_without_memory(void);

/* Returns pointer unless it is NULL. */
void *xcheck(void *pointer);
/* Returns error unless it is −ENOMEM. */
int xensure(int error);

/* strdup(3), strndup(3), asprintf(3) and vasprintf(3); the caller frees the result. */
char *xstrdup(const char *string);
char *xstrndup(const char *string, size_t size);
char *xformat(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvformat(const char *format, va_list arguments)
	__attribute__((format(printf, 1, 0)));
/* Moves the bytes out of buffer, with a NUL behind them; the caller frees the result. */
char *xbuffer_steal(struct buffer *buffer);
/* text_add_name() and text_add_sentence() of text.h; the caller frees the result. */
char *xname(const char *name);
char *xsentence(const char *sentence);
/* string_list_add() and array_grow() of base.h. */
void xlist_add(struct string_list *list, const char *string);
void xgrow(void *array, size_t *capacity, size_t count, size_t element_size);
/*
 * Appends at most size bytes of a file from at on, none behind end. Returns how many, 0 at
 * the end, or −errno.
 */
ssize_t xread_at(struct buffer *text, int fd, off_t at, off_t end, size_t size);

#endif
