/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/message.h"
#include "ui/text.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 2, 0))) static int write_message(
	const char *kind, const char *format, va_list arguments)
{
	owns_memory char *message = NULL;
	owns_buffer struct buffer line = {0};

	if (vasprintf(&message, format, arguments) < 0) {
		message = NULL;
		return report_no_memory();
	}
	(void)fflush(stdout); /* main() checks it */
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

int report_no_memory(void)
{
	(void)fputs(_("E: out of memory\n"), stderr); /* nowhere else to say it */
	return STATUS_TROUBLE;
}
