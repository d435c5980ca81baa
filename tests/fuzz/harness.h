/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the harnesses. Each feeds bytes to a parser and checks the result. libFuzzer
 * looks for bytes for which a check fails (tests/fuzz/run), and replay.c feeds it the
 * corpus.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include "base.h"

/* Called by libFuzzer; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Like assert(3), but in every build; ends the process, so that libFuzzer notices. */
#define must(condition)                                                                  \
	((condition) ? (void)0 : harness_fail(__FILE__, __LINE__, #condition))
_Noreturn void harness_fail(const char *file, int line, const char *condition);

/* libFuzzer's bytes; data is NULL only if there are none. */
struct slice harness_input(const uint8_t *data, size_t size);

bool harness_equal(struct slice a, struct slice b);
/* Whether both are NULL, or equal. */
bool harness_same_text(const char *a, const char *b);

/* The number of lines, including an unterminated last one. */
size_t harness_count_lines(struct slice text);
/* The lines must be terminated, not empty, and in strictly ascending order. */
void harness_must_ascend(struct slice text);
/* The lines of part must be a subsequence of those of whole. */
void harness_must_be_lines_of(struct slice part, struct slice whole);

#endif
