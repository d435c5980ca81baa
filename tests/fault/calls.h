/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls and errors by name. */
#ifndef CALLS_H
#define CALLS_H

#include <stdbool.h>

/* "openat"; NULL for one that the table does not have: then it has to have it. */
const char *call_name(long number);

/* Calls that cannot fail, whatever the machine lacks: there is nothing to inject. */
bool call_cannot_fail(long number);

/* What the kernel has done also where it reports an error, see close(2). */
bool call_is_done_all_the_same(long number);

/* ENOMEM for "ENOMEM"; 0 for a word that is none of those that are tried. */
int error_number(const char *name);

#endif
