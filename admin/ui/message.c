/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/message.h"
#include "ui/text.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Of the first failure to flush: stdio drops what it could not write, and forgets why. */
static int output_error;

void output_flush(void)
{
	if (fflush(stdout) != 0 && output_error == 0)
		output_error = errno;
}

__attribute__((format(printf, 2, 0))) static int write_message(
	const char *kind, const char *format, va_list arguments)
{
	owns_memory char *message = NULL;
	owns_buffer struct buffer line = {0};

	if (vasprintf(&message, format, arguments) < 0) {
		message = NULL;
		return report_no_memory();
	}
	output_flush();
	text_add_sentence(&line, message);
	(void)fprintf(stderr, "%s: %.*s\n", kind, (int)line.size, line.data);
	return STATUS_TROUBLE;
}

int report_error(const char *format, ...)
{
	va_list arguments;
	int status;

	va_start(arguments, format);
	status = write_message("E", format, arguments);
	va_end(arguments);
	return status;
}

void report_warning(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)write_message("W", format, arguments);
	va_end(arguments);
}

void report_notice(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)write_message("N", format, arguments);
	va_end(arguments);
}

int output_close(int status)
{
	output_flush();
	if (ferror(stdout) == 0)
		return status;
	errno = output_error != 0 ? output_error : EIO;
	return errno == EPIPE ? status : report_error(_("standard output: %m"));
}

int report_no_memory(void)
{
	(void)fputs(_("E: out of memory\n"), stderr); /* nowhere else to say it */
	return STATUS_TROUBLE;
}

_Noreturn void die_without_memory(void)
{
	exit(report_no_memory());
}

void *xcheck(void *pointer)
{
	if (pointer == NULL)
		die_without_memory();
	return pointer;
}

int xensure(int error)
{
	if (error == -ENOMEM)
		die_without_memory();
	return error;
}

char *xstrdup(const char *string)
{
	return xcheck(strdup(string));
}

char *xstrndup(const char *string, size_t size)
{
	/* An empty slice may have no address. */
	return xcheck(size > 0 ? strndup(string, size) : strdup(""));
}

char *xvformat(const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		die_without_memory();
	return text;
}

char *xformat(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = xvformat(format, arguments);
	va_end(arguments);
	return text;
}

char *xbuffer_steal(struct buffer *buffer)
{
	char *text;

	buffer_append(buffer, (struct slice){"", 1});
	xensure(buffer->error);
	text = buffer->data;
	*buffer = (struct buffer){.data = NULL};
	return text;
}

ssize_t xread_at(struct buffer *text, int fd, off_t at, off_t end, size_t size)
{
	ssize_t got;

	if (at >= end)
		return 0;
	if ((off_t)size > end - at)
		size = (size_t)(end - at);
	xensure(buffer_reserve(text, size));
	do
		got = pread(fd, text->data + text->size, size, at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	text->size += (size_t)got;
	return got;
}

char *xname(const char *name)
{
	struct buffer text = {0};

	text_add_name(&text, name);
	return xbuffer_steal(&text);
}

char *xsentence(const char *sentence)
{
	struct buffer text = {0};

	text_add_sentence(&text, sentence);
	return xbuffer_steal(&text);
}

void xlist_add(struct string_list *list, const char *string)
{
	xensure(string_list_add(list, string));
}

void xgrow(void *array, size_t *capacity, size_t count, size_t element_size)
{
	xensure(array_grow(array, capacity, count, element_size));
}
