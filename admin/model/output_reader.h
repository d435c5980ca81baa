/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the output of hooks that kept_output.h keeps (apt-universal-hooks.conf(5)), also
 * from the file that logrotate(8) has rotated but not yet compressed.
 */
#ifndef OUTPUT_READER_H
#define OUTPUT_READER_H

#include "model/log_reader.h"

#include <sys/types.h>

/* Limit per file; of a larger one, only the newest part is read. */
#define OUTPUT_SIZE_MAX ((size_t)64 << 20)

/* Of the output of one run. No script can have as much, since OUTPUT_MAX is kept. */
#define OUTPUT_READ_MAX ((size_t)4 << 20)

/* The output of one run of a script. Slices point into the text of outputs. */
#define OUTPUT_TIME_SIZE sizeof("2026-11-20T18:02:05")
struct run_output {
	struct slice lines; /* each begins with a tab; may hold any bytes */
	size_t dropped;     /* bytes that were not kept */
};

/* Where the output of which run is. Zero-initialised is empty. */
struct outputs {
	struct output_file {
		bool is_open;
		int fd;
		off_t start; /* what is before it is not read, because of the limit */
		off_t end;
	} files[2];                 /* the earlier one first */
	struct output_place *items; /* sorted by script */
	size_t count;
	size_t capacity;
	struct buffer text; /* of the output that was found last */
	struct run_output found;
};

/*
 * Looks where output is in both files below the admin's root, which may contain anything.
 * 0, even if there is none, or −errno; call outputs_done() in any case.
 */
int outputs_read(struct outputs *outputs, const struct admin *admin);
void outputs_done(struct outputs *outputs);
#define owns_outputs __attribute__((cleanup(outputs_done)))

/*
 * Reads the output of a run of the transaction, which is valid until the next call; NULL if
 * it was not kept.
 */
const struct run_output *outputs_find(struct outputs *outputs,
	const struct log_transaction *transaction, const struct log_run *run);

/*
 * Appends the last lines (0: all) as they would remain on a terminal, each with indent and
 * a newline: without escape sequences, and with other control characters as \ooo.
 */
void output_add_lines(struct buffer *text, const struct run_output *output,
	const char *indent, size_t last);

#endif
