/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a test writes to standard output and standard error, and a terminal for it to
 * write to. For the modules that have words for people.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "base.h"

/* What was written; for output_done(). */
struct output {
	struct buffer out;
	struct buffer err;
};

/* From here on, both go to files below the root. */
void output_begin(void);
/*
 * The same, but standard output is a terminal of so many columns, or one that does not
 * know its width (0). It takes no more than some 4000 bytes, since nobody reads yet.
 */
void output_begin_terminal(unsigned short columns);
/* Puts both back and reads what came, NUL-terminated. */
void output_end(struct output *output);
void output_done(struct output *output);
#define owns_output __attribute__((cleanup(output_done)))

/* output_end(), and nothing else than this may have been written. */
void assert_output(const char *out, const char *err);

/*
 * Makes this process root in the eyes of all that look at files, in a user namespace
 * where it is not. False where that cannot be had.
 */
bool become_root(void);

#endif
