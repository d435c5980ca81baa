/* SPDX-License-Identifier: BSD-2-Clause */
/* The terminal on which a person watches, and whether a script has it to itself. */
#ifndef TTY_H
#define TTY_H

#include <stdbool.h>

/* Whether our stderr is a terminal. */
bool tty_is_watched(void);

/*
 * Whether a line of ours disturbs nobody there now, and Ctrl-C reaches our children: we are
 * in the terminal's foreground (tcgetpgrp(3)), it shows what is typed, line by line
 * (termios(3): no password, no full screen), and no descendant of ours waits for input.
 */
bool tty_is_free(void);

#endif
