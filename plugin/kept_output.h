/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps the output of scripts (the setting Output) in a file like apt's term.log
 * (apt-universal-hooks.conf(5)). A separate process copies what a script writes, and
 * appends it to the file when the script has ended. It survives if we are killed before
 * that. If a daemon of the script keeps stdout open, the process goes on copying, and
 * nobody waits for it.
 */
#ifndef KEPT_OUTPUT_H
#define KEPT_OUTPUT_H

#include "log_file.h"
#include "settings.h"
#include "terminal_copy.h"

#define OUTPUT_FILE "/var/log/apt/universal-hooks-term.log"
#define OUTPUT_MAX ((size_t)1 << 20) /* per script; the rest is only counted */

/* Lines of the file; after the first come a time, the state's key and the script. */
#define OUTPUT_STARTED "Log started: "
#define OUTPUT_ENDED "Log ended: "
#define OUTPUT_DROPPED " bytes not kept" /* at the end of the last line, after a number */

extern const struct log_file_kind log_of_output;

/* The output of one script. Zero-initialised: nothing is kept. */
struct kept_output {
	struct channel channels[2];
	size_t count;
	int control; /* to the process that copies */
};

struct kept_script {
	enum uh_hook_point hook_point;
	const char *path;
	const char *matched; /* its package or wildcard, or NULL */
	uid_t owner;         /* the user that the script runs as; −1: ours */
};

/*
 * Starts to keep what the script will write to ret_output and ret_error_output, which
 * belong to kept. state has the key, and takes the output while the file cannot be
 * written. 0, or −errno: then run the script as with "terminal".
 */
int kept_output_start(struct kept_output *kept, enum output_mode mode,
	const struct kept_script *script, const struct state *state, const char *root,
	int *ret_output, int *ret_error_output);

/*
 * Waits until everything that the script wrote is copied and in the file, where ending
 * becomes the last line. Does nothing for a zero-initialised kept. 0 or −errno.
 */
int kept_output_finish(struct kept_output *kept, const char *ending);

#endif
