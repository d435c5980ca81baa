/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of commands that people copy into a shell. */
#ifndef SHELL_WORD_H
#define SHELL_WORD_H

#include "base.h"

/* Whether it can be shown as it is; see printable.h. */
bool shell_word_is_printable(const char *word);

/* Appends the word, quoted unless every shell takes it literally. */
void shell_word_add(struct buffer *command, const char *word);

/* One byte between single quotes. */
void shell_word_add_byte(struct buffer *command, char byte);

#endif
