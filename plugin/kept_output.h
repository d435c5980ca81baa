/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output that is kept (the setting Output), in a file like apt's term.log
 * (apt-universal-hooks.conf(5)). A process of its own copies what a script writes, and
 * appends it to the file when the script has ended. So it outlives us, if we are killed
 * before the script ends; and while a daemon of the script keeps its stdout open, that
 * process goes on copying, and nobody waits for it.
 */
#ifndef KEPT_OUTPUT_H
#define KEPT_OUTPUT_H

#include "log_file.h"
#include "settings.h"
#include "terminal_copy.h"

#define OUTPUT_FILE "/var/log/apt/universal-hooks-term.log"
#define OUTPUT_MAX ((size_t)1 << 20) /* of one script; the rest is only counted */

/* Lines of the file: the first is followed by a time, the state's key and the script. */
#define OUTPUT_STARTED "Log started: "
#define OUTPUT_ENDED "Log ended: "
#define OUTPUT_DROPPED " bytes not kept" /* at the end of the last, after a number */

extern const struct log_file_kind log_of_output;

/* What one script writes. Zero-initialised: nothing is kept. */
struct kept_output {
	struct channel channels[2];
	size_t count;
	int control; /* to the process that copies */
};

struct kept_script {
	enum uh_hook_point hook_point;
	const char *path;
	const char *matched; /* its package or wildcard, or NULL */
	uid_t owner;         /* whom the script runs as; −1: us */
};

/*
 * Starts to keep what the script will write, to output and error_output, which belong to
 * kept. state is for its key, and for a file that cannot be written yet. 0, or −errno and
 * the script should run as with "terminal".
 */
int kept_output_start(struct kept_output *kept, enum output_mode mode,
	const struct kept_script *script, const struct state *state, const char *root,
	int *ret_output, int *ret_error_output);

/*
 * Waits until all that the script has written has been copied, and is in the file; ending
 * becomes its last line. Nothing for a zero-initialised kept. 0 or −errno.
 */
int kept_output_finish(struct kept_output *kept, const char *ending);

#endif
