/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads apt-bridge.so and asks it, in a child, so that nothing that is wrong with it or
 * with libapt-pkg can take the caller down.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include "command_line.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Appends the settings as libapt-pkg has them, in the form of apt's info stream, with
 * what the command line adds. 0; −ELIBACC when the bridge cannot be loaded, as in the
 * middle of an upgrade of libapt-pkg, with ret_reason (the caller's, may be NULL); −EIO
 * when it does not answer; or another −errno.
 */
int bridge_settings(
	const struct command_line *command_line, struct buffer *lines, char **ret_reason);

/* Where the bridge is. */
extern const char bridge_file[];

#ifdef __cplusplus
}
#endif

#endif
