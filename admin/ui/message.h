/* SPDX-License-Identifier: BSD-2-Clause */
/* Errors and warnings for people. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "admin.h"

/*
 * Writes "E: …" or "W: …" and a line end to standard error; control characters of names
 * in it as \ooo. report_error() returns STATUS_TROUBLE.
 */
int report_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void report_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Out of memory. */
int report_no_memory(void);

#endif
