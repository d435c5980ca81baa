/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors for a program's stdout and stderr: what it writes can be read, and is copied
 * to where it would have gone. In place of a terminal, they are a pseudo-terminal (pty(7))
 * of the same size and modes. Changes of size are passed on to the program, changes of
 * modes to the terminal, which gets exactly the bytes that were written.
 *
 * The terminal remains the controlling terminal and stdin, so the program can ask questions
 * and be stopped. It cannot read from the pseudo-terminal.
 */
#ifndef TERMINAL_COPY_H
#define TERMINAL_COPY_H

#include "base.h"

#include <sys/ioctl.h>
#include <termios.h>

#define COPY_SIZE 65536

struct channel {
	int end;          /* for the program; −1 once it is closed */
	int source;       /* the other end, non-blocking; −1 at the end of the output */
	int target;       /* not owned; −1: the bytes are dropped */
	bool is_terminal; /* end is a pseudo-terminal, and target a terminal */
	bool owes_return; /* a "\r" has been read that may belong to a newline */
	struct winsize size;
	struct termios modes;
};

/* Opens both ends; owner, unless −1, may reopen end by its path. 0 or −errno. */
int channel_open(struct channel *channel, int target, uid_t owner);
void channel_close(struct channel *channel);

/* Gives the pseudo-terminal the size of the terminal, and tells the program. */
void channel_follow_size(struct channel *channel);

/*
 * Reads what is available into room, and copies it to target. ret_bytes points into room,
 * and may be empty. Returns false if there was nothing to read, or at the end.
 */
bool channel_copy(struct channel *channel, char room[COPY_SIZE], struct slice *ret_bytes);

#endif
