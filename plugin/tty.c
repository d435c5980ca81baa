/* SPDX-License-Identifier: BSD-2-Clause */
#include "tty.h"
#include "proc.h"

#include <termios.h>
#include <unistd.h>

bool tty_is_watched(void)
{
	return isatty(STDERR_FILENO) == 1;
}

bool tty_is_free(void)
{
	struct termios modes;

	return tcgetpgrp(STDERR_FILENO) == getpgrp() &&
	       tcgetattr(STDERR_FILENO, &modes) == 0 && (modes.c_lflag & ICANON) != 0 &&
	       (modes.c_lflag & ECHO) != 0 && !proc_descendant_asks();
}
