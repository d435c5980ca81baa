/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Captures what a test writes to standard output and standard error, optionally on a
 * terminal. For the modules that print messages.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "base.h"

/* The captured output; for output_done(). */
struct output {
	struct buffer out;
	struct buffer err;
};

/* Redirects both to files below the root. */
void output_begin(void);
/* Some build machines have no /dev/pts. */
bool output_has_terminals(void);
/*
 * The same, but with a terminal of this width as standard output; 0 means an unknown
 * width. At most about 4000 bytes may be written, since nobody reads them until the end.
 */
void output_begin_terminal(unsigned short columns);
/* Restores both and reads what was written, NUL-terminated. */
void output_end(struct output *output);
void output_done(struct output *output);
#define owns_output __attribute__((cleanup(output_done)))

/* Like output_end(), and checks that exactly this was written. */
void assert_output(const char *out, const char *err);

/*
 * Makes this process root in a new user namespace, if it is not root. Returns whether
 * that is possible.
 */
bool become_root(void);

#endif
