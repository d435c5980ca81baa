/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the output of hooks that kept_output.h keeps (apt-universal-hooks.conf(5)), also
 * from the file that logrotate(8) has rotated but not yet compressed.
 */
#ifndef OUTPUT_READER_H
#define OUTPUT_READER_H

#include "model/log_reader.h"

/* Limit per file; of a larger one, only the newest part is read. */
#define OUTPUT_SIZE_MAX ((size_t)64 << 20)

/* The output of one run of a script. Slices point into the texts of outputs. */
#define OUTPUT_TIME_SIZE sizeof("2026-11-20T18:02:05")
struct run_output {
	char time[OUTPUT_TIME_SIZE]; /* local, as in struct log_time */
	struct slice script;         /* "KEY HOOK-POINT PATH [MATCH]" */
	struct slice lines;          /* each begins with a tab; may hold any bytes */
	size_t dropped;              /* bytes that were not kept */
};

/* Zero-initialised is empty. */
struct outputs {
	struct run_output *items; /* the newest last */
	size_t count;
	size_t capacity;
	struct buffer texts[2];
	size_t text_count;
};

/* Adds the runs in text, which may contain anything, and takes ownership of it. */
void outputs_parse(struct outputs *outputs, struct buffer *text);
/*
 * Reads both files below the admin's root. 0, even if there is none, or −errno; call
 * outputs_done() in any case.
 */
int outputs_read(struct outputs *outputs, const struct admin *admin);
void outputs_done(struct outputs *outputs);
#define owns_outputs __attribute__((cleanup(outputs_done)))

/* The output of a run of the transaction; NULL if it was not kept. */
const struct run_output *outputs_find(const struct outputs *outputs,
	const struct log_transaction *transaction, const struct log_run *run);

/*
 * Appends the last lines (0: all) as they would remain on a terminal, each with indent and
 * a newline: without escape sequences, and with other control characters as \ooo.
 */
void output_add_lines(struct buffer *text, const struct run_output *output,
	const char *indent, size_t last);

#endif
