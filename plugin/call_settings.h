/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of a call that concern settings, and the paths that they ask about. */
#ifndef CALL_SETTINGS_H
#define CALL_SETTINGS_H

#include "call.h"

/*
 * Takes the settings that apt sent, or asks libapt-pkg if it sent none or they have
 * changed.
 */
void call_read_settings(struct call *call);
/* Before dpkg: finds the paths that scripts ask about, now or later. */
void call_find_paths(struct call *call);
/* Reports settings that have no effect. */
void call_check_settings(struct call *call);
void call_apply_settings(struct call *call);
/* Reports the error of a search for paths. */
void call_report_search(struct call *call, int error);

#endif
