/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs one program and says how it ended. Knows no hooks. */
#ifndef PROCESS_H
#define PROCESS_H

#include "base.h"
#include "universal_hooks.h"

#include <signal.h>

struct process_spec {
	const char *path; /* absolute; executed as it is, never through a shell */
	char *const *argv;
	char *const *envp;
	const char *directory; /* to run in; NULL: as here */
	unsigned timeout;      /* seconds; 0: none */
	const char *marker; /* a file that is there once the program runs; NULL: none */
};

/*
 * Runs the program and waits for it: descriptors 0 to 2 and all that are not close-on-
 * exec are inherited, signals have their default action and none is blocked. A text file
 * without "#!" is run by /bin/sh, as execvp(3) would. Returns 0 with ret_ending, or
 * −errno when the program was not started.
 *
 * The marker is made by the child itself, a moment before it becomes the program: there
 * is no time at which our own end could part the two. Where it cannot be made, the
 * program runs without.
 *
 * When the timeout is over, the program and all that it started (also what made itself a
 * session of its own) get SIGTERM, and 5 seconds later what is still there gets SIGKILL.
 * It stays in our process group all the while, so the terminal is as much the program's
 * as without a timeout. The caller holds interrupts, and so SIGCHLD.
 */
int process_run(const struct process_spec *spec, struct uh_ending *ret_ending);

/*
 * Runs the program with its stdout in output (at most limit bytes are kept, the rest is
 * read and dropped with −EFBIG) and its stderr dropped. Returns like process_run().
 */
int process_capture(const struct process_spec *spec, size_t limit, struct buffer *output,
	struct uh_ending *ret_ending);

/*
 * While scripts run, Ctrl-C is for them: SIGINT and SIGQUIT are held back here (the
 * terminal sends them to the script as well), and SIGCHLD has its default action, since
 * with a caller's SIG_IGN waitpid(2) would find no child.
 */
struct interrupts {
	sigset_t saved_mask;
};

void interrupts_hold(struct interrupts *interrupts);
/*
 * Whether a SIGINT or SIGQUIT has come since interrupts_hold(); it is kept until the
 * release.
 */
bool interrupts_are_pending(void);
/* Takes pending ones away and puts the mask back. */
void interrupts_release(const struct interrupts *interrupts);

#endif
