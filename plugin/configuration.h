/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt passes its configuration to Pre-Install-Pkgs only, and dpkg may change the files
 * after that. Post-Invoke combines what the files contain by then, apt's options, and
 * what the frontend has set in its own process.
 */
#ifndef CONFIGURATION_H
#define CONFIGURATION_H

#include "command_line.h"
#include "transaction.h"

/*
 * Identifies a version of apt's configuration files below root: it changes when a file is
 * written or replaced. The caller frees it. NULL when out of memory, or if APT_CONFIG is
 * set, which could name files elsewhere.
 */
char *configuration_stamp(const char *root);

/*
 * Before dpkg: stores the stamp, and the settings that come neither from the files nor from
 * the command line. apt, apt-get and aptitude have none.
 */
void configuration_note(struct transaction *transaction, const char *root,
	const struct command_line *command_line);

/* After dpkg: whether the files may have changed since. */
bool configuration_has_changed(const struct transaction *transaction, const char *root);

/*
 * Reads the settings as they are now. Without a command line, those from before dpkg take
 * precedence. Returns like bridge_settings().
 */
int configuration_read(const struct transaction *transaction,
	const struct command_line *command_line, struct buffer *lines, char **ret_reason);

#endif
