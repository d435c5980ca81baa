/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs one program and returns how it ended. Knows nothing of hooks. */
#ifndef PROCESS_H
#define PROCESS_H

#include "base.h"
#include "universal_hooks.h"

#include <signal.h>

struct process_spec {
	const char *path; /* absolute; executed directly, without a shell */
	char *const *argv;
	char *const *envp;
	const char *directory;  /* to run in; NULL: the current one */
	unsigned timeout;       /* seconds; 0: none */
	const char *marker;     /* a file to create at the start; NULL: none */
	bool is_for_other_user; /* the program changes to another user */
	/*
	 * Called with context once a second while the program runs, first after a second,
	 * as long as it returns true; or NULL. It needs interrupts_hold().
	 */
	bool (*on_wait)(void *context);
	void *context;
	/* Descriptors above 2 that become its stdin, stdout and stderr; 0: ours. */
	int input;
	int output;
	int error_output;
};

/*
 * Runs the program and waits for it. It inherits all descriptors that are not
 * close-on-exec; no signal is blocked or ignored. A text file without "#!" is run by
 * /bin/sh, as by execvp(3). Returns 0 with ret_ending, or −errno if it was not started.
 *
 * A program for another user inherits only descriptors 0 to 2 and joins a new session
 * keyring (keyrings(7)); if that fails, it is not started. It must have "#!" or be a
 * binary.
 *
 * The child creates the marker just before it executes the program, so that neither
 * happens alone if we are killed. If the marker cannot be created, the program runs
 * without it.
 *
 * On timeout, the program and all its descendants (also those in another session) get
 * SIGTERM, and SIGKILL 5 seconds later. Time in which we are stopped (Ctrl-Z) does not
 * count. The program stays in our process group, so it can use the terminal as without a
 * timeout. Call interrupts_hold() first: it blocks SIGCHLD.
 */
int process_run(const struct process_spec *spec, struct uh_ending *ret_ending);

/*
 * Runs the program, appends at most limit bytes of its stdout to output and discards its
 * stderr. Returns like process_run(), or −EFBIG when there was more output.
 */
int process_capture(const struct process_spec *spec, size_t limit, struct buffer *output,
	struct uh_ending *ret_ending);

/*
 * The two halves of process_capture(), for a caller that does something else meanwhile; the
 * program waits when it has filled the pipe. The second one must follow if the first
 * returns 0.
 */
struct capture {
	pid_t pid;
	int fd;
};
int process_start_capture(const struct process_spec *spec, struct capture *ret_capture);
int process_end_capture(struct capture *capture, size_t limit, struct buffer *output,
	struct uh_ending *ret_ending);

/* "exit", "signal", "timeout": the log's words, before the ending's value. */
const char *process_end_name(enum uh_end end);

static inline bool process_succeeded(const struct uh_ending *ending)
{
	return ending->end == UH_EXITED && ending->value == 0;
}

/* The exit status of a program that had nothing to do, as of automake's tests. */
#define PROCESS_NOTHING_TO_DO 77

static inline bool process_had_nothing_to_do(const struct uh_ending *ending)
{
	return ending->end == UH_EXITED && ending->value == PROCESS_NOTHING_TO_DO;
}

static inline bool process_failed(const struct uh_ending *ending)
{
	return !process_succeeded(ending) && !process_had_nothing_to_do(ending);
}

struct interrupts {
	sigset_t saved_mask;
};

/*
 * While scripts run, Ctrl-C is for them: blocks SIGINT and SIGQUIT, which the terminal
 * sends to us, too. Resets SIGCHLD, since waitpid(2) finds no child if it is ignored.
 */
void interrupts_hold(struct interrupts *interrupts);
/* Whether SIGINT or SIGQUIT has arrived since interrupts_hold(); does not consume it. */
bool interrupts_are_pending(void);
/* Discards pending SIGINT and SIGQUIT and restores the mask. */
void interrupts_release(const struct interrupts *interrupts);

#endif
