/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of a call after dpkg, or in place of apt. */
#ifndef CALL_CLOSE_H
#define CALL_CLOSE_H

#include "call.h"

/* Drops clean-up scripts from the plan if another process will run them. */
void call_drop_clean_up(struct call *call);

/* All steps after reading the record, whether or not dpkg has run (engine.c). */
enum uh_verdict call_close(struct call *call);
/*
 * For a transaction that nobody has closed: finds its result and writes the log, but runs
 * nothing.
 */
void call_close_log(struct call *call);

#endif
