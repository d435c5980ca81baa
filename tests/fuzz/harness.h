/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the harnesses share. Each is a file that feeds bytes to one parser and says what
 * must hold of the result; libFuzzer looks for bytes for which it does not
 * (tests/fuzz/run), and replay.c feeds it what was found so far.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include "base.h"

/* libFuzzer's name for it; always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Like assert(3), whatever the build; ends the process, so that libFuzzer sees it. */
#define must(condition)                                                                  \
	((condition) ? (void)0 : harness_fail(__FILE__, __LINE__, #condition))
_Noreturn void harness_fail(const char *file, int line, const char *condition);

/* libFuzzer's bytes; NULL only where there are none. */
struct slice harness_input(const uint8_t *data, size_t size);

bool harness_equal(struct slice a, struct slice b);
/* Whether both are NULL, or the same text. */
bool harness_same_text(const char *a, const char *b);

/* How many lines there are, the last one also without its end. */
size_t harness_count_lines(struct slice text);
/* Every line ends, is above the one before it, and is not empty. */
void harness_must_ascend(struct slice text);
/* Every line of part stands in whole, too, in the same order. */
void harness_must_be_lines_of(struct slice part, struct slice whole);

#endif
