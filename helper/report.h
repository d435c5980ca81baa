/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages for people, as apt writes them to stderr: "W: …" and "E: …". */
#ifndef REPORT_H
#define REPORT_H

#include "universal_hooks.h"

/*
 * Writes one line with one write(2), or nothing for a script that succeeded or was
 * skipped. Bytes that a terminal could obey are written as \ooo. Errors are ignored.
 */
void report_event(const struct uh_event *event, void *context);

#endif
