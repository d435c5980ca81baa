/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/checks.h"

#include <stdarg.h>
#include <stdio.h>

static bool is_at_or_below(const char *path, const char *directory)
{
	size_t size = strlen(directory);

	return strncmp(path, directory, size) == 0 &&
	       (path[size] == '\0' || path[size] == '/');
}

bool check_concerns(const struct check *check, const char *path)
{
	for (size_t i = 0; i < check->limits.count; i++)
		if (is_at_or_below(path, check->limits.items[i]))
			return true;
	return check->limits.count == 0;
}

static void find(struct check *check, const struct finding *place,
	const struct buffer *command, const char *format, va_list arguments)
{
	static const struct buffer nothing = {.data = NULL};
	owns_memory char *message = NULL;

	if (vasprintf(&message, format, arguments) < 0) {
		message = NULL;
		check->findings.has_failed = true;
		return;
	}
	findings_add(&check->findings, place->kind, place->path, place->line,
		command != NULL ? command : &nothing, message);
}

void check_find(struct check *check, enum finding_kind kind, const char *path,
	const struct buffer *command, const char *format, ...)
{
	const struct finding place = {.kind = kind, .path = (char *)path};
	va_list arguments;

	va_start(arguments, format);
	find(check, &place, command, format, arguments);
	va_end(arguments);
}

void check_find_at(struct check *check, enum finding_kind kind, const char *path,
	unsigned long line, const struct buffer *command, const char *format, ...)
{
	const struct finding place = {.kind = kind, .path = (char *)path, .line = line};
	va_list arguments;

	va_start(arguments, format);
	find(check, &place, command, format, arguments);
	va_end(arguments);
}
