/* SPDX-License-Identifier: BSD-2-Clause */
/* The line that tells somebody at a terminal which hook apt is waiting for. */
#ifndef RUNNING_H
#define RUNNING_H

#include "universal_hooks.h"

/*
 * Writes the line for UH_SCRIPT_TAKES_LONG to stderr. It fits the terminal's width, and
 * starts on a new line even if the script left the cursor in the middle of one.
 */
void report_running(const struct uh_event *event);

#endif
