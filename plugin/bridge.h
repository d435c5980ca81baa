/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads apt-bridge.so and asks it, in a child, so that nothing that is wrong with it or
 * with libapt-pkg can take the caller down.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include "apt_bridge.h"
#include "command_line.h"

/*
 * Appends the answer (apt_bridge.h has its form) to answer. 0; −EPROTO when apt refuses;
 * −ELIBACC when the bridge cannot be loaded, as in the middle of an upgrade of
 * libapt-pkg; −EIO when it does not answer; or another −errno. ret_message is the
 * caller's, lines of apt's own ("W: …", also with 0, and "E: …"), or why the bridge
 * cannot be loaded; NULL for none.
 */
int bridge_ask(
	const struct apt_question *question, struct buffer *answer, char **ret_message);

/*
 * Asks for the settings of the scope Universal-Hooks, with what the command line adds.
 * Returns like bridge_ask(), −EIO where apt would refuse. ret_reason is what is the
 * matter with the bridge; of an answer, the first line of what libapt-pkg complains of.
 */
int bridge_settings(
	const struct command_line *command_line, struct buffer *lines, char **ret_reason);

/* Where the bridge is. */
extern const char bridge_file[];

#endif
