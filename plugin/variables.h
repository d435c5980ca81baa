/* SPDX-License-Identifier: BSD-2-Clause */
/* The variables that a script gets from the setting Environment, as NAME=VALUE. */
#ifndef VARIABLES_H
#define VARIABLES_H

#include "trust.h"

/* Whether its name is one of the C language, and none that only we set. */
bool variable_is_valid(const char *variable);
/* Whether only we set it: APT_UNIVERSAL_HOOKS, and what begins with that and "_". */
bool variable_is_ours(const char *variable);

/*
 * Checks a variable from which programs load code, such as PATH or LD_PRELOAD: its
 * elements must be absolute paths that only trusted users can change, as of scripts; they
 * need not exist. 0 for other variables, too; or −EPERM, with ret_unsafe as from
 * trust_check(); or −EINVAL if an element is no absolute path, or another −errno, and then
 * ret_unsafe->path is the element. The caller frees ret_unsafe->path.
 */
int variable_check(
	const char *variable, struct trust *trust, struct unsafe_path *ret_unsafe);

#endif
