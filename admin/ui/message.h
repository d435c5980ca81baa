/* SPDX-License-Identifier: BSD-2-Clause */
/* Error messages and warnings, in apt's form. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "admin.h"

/*
 * Prints a line "E: …" or "W: …" to standard error, with control characters as \ooo.
 * report_error() returns STATUS_TROUBLE.
 */
int report_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void report_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "E: out of memory"; returns STATUS_TROUBLE. For code that must roll back: memory.h. */
int report_no_memory(void);

#endif
