/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors for a program's stdout and stderr whose bytes can be read, and are copied to
 * where they would have gone. For a terminal they are a pseudo-terminal (pty(7)) that has
 * the terminal's size and modes. Changes of the size go to the program, changes of the
 * modes to the terminal, and the terminal gets exactly the bytes that were written.
 *
 * The terminal remains the controlling terminal, and stdin, so that the program can ask
 * and be stopped. It cannot read from the pseudo-terminal.
 */
#ifndef TERMINAL_COPY_H
#define TERMINAL_COPY_H

#include "base.h"

#include <sys/ioctl.h>
#include <termios.h>

#define COPY_SIZE 65536

struct channel {
	int end;    /* for the program; −1 once it is closed */
	int source; /* the other end; does not block; −1 at the end of the output */
	int target; /* a descriptor that is not ours; −1: the bytes go nowhere */
	bool is_terminal; /* end is a pseudo-terminal, and target a terminal */
	bool owes_return; /* a "\r" has been read that may belong to a newline */
	struct winsize size;
	struct termios modes;
};

/* Opens both ends; owner, unless −1, may open end by its path. 0 or −errno. */
int channel_open(struct channel *channel, int target, uid_t owner);
void channel_close(struct channel *channel);

/* Gives the pseudo-terminal the size of the terminal, and tells the program. */
void channel_follow_size(struct channel *channel);

/*
 * Reads what is there into room, and copies it to target. ret_bytes, in room, can be
 * empty. False if nothing was there, or after the end.
 */
bool channel_copy(struct channel *channel, char room[COPY_SIZE], struct slice *ret_bytes);

#endif
