/* SPDX-License-Identifier: BSD-2-Clause */
/* The words for people: apt's own "W: …" and "E: …" on stderr. */
#ifndef REPORT_H
#define REPORT_H

#include "universal_hooks.h"

/*
 * Writes what a person should know of the event as one line, in one write(2); what went
 * well says nothing. Bytes that a terminal could take for commands are written as \ooo. A
 * stderr that cannot be written to is nothing to stop for.
 */
void report_event(const struct uh_event *event, void *context);

#endif
