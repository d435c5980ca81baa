/* SPDX-License-Identifier: BSD-2-Clause */
/* The line that names the hook which somebody at a terminal is waiting for. */
#ifndef RUNNING_H
#define RUNNING_H

#include "universal_hooks.h"

/*
 * Writes the line for a UH_SCRIPT_TAKES_LONG to stderr. It fits the terminal's width, and
 * begins on a line of its own even if the script has left the cursor within one.
 */
void report_running(const struct uh_event *event);

#endif
