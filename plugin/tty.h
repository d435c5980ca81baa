/* SPDX-License-Identifier: BSD-2-Clause */
/* The terminal that a person watches, and whether a script has it to itself. */
#ifndef TTY_H
#define TTY_H

#include <stdbool.h>

/* Whether our stderr is a terminal. */
bool tty_is_watched(void);

/*
 * Whether we can write a line now without getting in the way, and Ctrl-C reaches our
 * children: we are in the terminal's foreground (tcgetpgrp(3)), the terminal echoes and is
 * line-buffered (termios(3): no password, no full screen), and no descendant of ours is
 * waiting for input.
 */
bool tty_is_free(void);

#endif
