/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls and errors by name. */
#ifndef CALLS_H
#define CALLS_H

#include <stdbool.h>

/* For example "openat"; NULL if the table lacks the call, which then must be added. */
const char *call_name(long number);

/* Whether the call can never fail, so that there is nothing to inject. */
bool call_cannot_fail(long number);

/* Whether the kernel acts even if it reports an error, see close(2). */
bool call_is_done_all_the_same(long number);

/* ENOMEM for "ENOMEM"; 0 for other words than the errors that are tried. */
int error_number(const char *name);

/* SIGKILL for "SIGKILL"; 0 for other words than the signals that are tried. */
int signal_number(const char *name);

#endif
