/* SPDX-License-Identifier: BSD-2-Clause */
#include "terminal_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reports each change of modes to the other end (ioctl_tty(2), TIOCPKT). */
static int watch_modes(int source, int end, const struct termios *modes)
{
	struct termios watched = *modes;
	int on = 1;

	watched.c_lflag |= EXTPROC;
	if (tcsetattr(end, TCSANOW, &watched) < 0 || ioctl(source, TIOCPKT, &on) < 0)
		return -errno;
	return 0;
}

/* Returns false if the size has not changed. */
static bool set_size(struct channel *channel)
{
	struct winsize size;

	if (!channel->is_terminal || channel->target < 0 ||
		ioctl(channel->target, TIOCGWINSZ, &size) < 0 ||
		memcmp(&size, &channel->size, sizeof(size)) == 0)
		return false;
	channel->size = size;
	return ioctl(channel->source, TIOCSWINSZ, &size) == 0;
}

/* TIOCGPTPEER, since a chroot may have no /dev/pts, or another system's. */
static int open_pseudo_terminal(struct channel *channel)
{
	owns_fd int source =
		open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	owns_fd int end = -1;
	int locked = 0;
	int error;

	if (source < 0 || ioctl(source, TIOCSPTLCK, &locked) < 0)
		return -errno;
	end = ioctl(source, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (end < 0 || tcgetattr(channel->target, &channel->modes) < 0)
		return -errno;
	error = watch_modes(source, end, &channel->modes);
	if (error < 0)
		return error;
	channel->source = steal_fd(&source);
	channel->end = steal_fd(&end);
	channel->is_terminal = true;
	(void)set_size(channel); /* a terminal may have none */
	return 0;
}

static int open_pipe(struct channel *channel)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	channel->source = ends[0];
	channel->end = ends[1];
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

int channel_open(struct channel *channel, int target, uid_t owner)
{
	int error;

	channel->end = -1;
	channel->source = -1;
	channel->target = target;
	channel->is_terminal = false;
	channel->owes_return = false;
	memset(&channel->size, 0, sizeof(channel->size));
	error = target >= 0 && isatty(target) ? open_pseudo_terminal(channel)
					      : open_pipe(channel);
	/* For programs that reopen it as /dev/stderr. */
	if (error == 0 && owner != (uid_t)-1 &&
		fchown(channel->end, owner, (gid_t)-1) < 0)
		error = -errno;
	if (error < 0)
		channel_close(channel);
	return error;
}

void channel_close(struct channel *channel)
{
	cleanup_close(&channel->end);
	cleanup_close(&channel->source);
}

/*
 * The kernel signals the processes on the terminal, but these may have read the size of the
 * pseudo-terminal before we set it: signal them again.
 */
void channel_follow_size(struct channel *channel)
{
	pid_t group = set_size(channel) ? tcgetpgrp(channel->target) : -1;

	if (group > 0)
		(void)kill(-group, SIGWINCH); /* fails if the processes are gone */
}

static void follow_bits(tcflag_t *ret_flags, tcflag_t before, tcflag_t now)
{
	tcflag_t changed = before ^ now;

	*ret_flags = (*ret_flags & ~changed) | (now & changed);
}

/* Changes only the modes that the program has changed: it may use the terminal as well. */
static void follow_modes(struct channel *channel)
{
	const struct termios before = channel->modes;
	struct termios now, modes;

	if (tcgetattr(channel->source, &now) < 0)
		return;
	if ((now.c_lflag & EXTPROC) == 0)
		(void)watch_modes(channel->source, channel->source, &now);
	now.c_lflag &= ~(tcflag_t)EXTPROC;
	channel->modes = now;
	if (channel->target < 0 || tcgetattr(channel->target, &modes) < 0)
		return;
	follow_bits(&modes.c_iflag, before.c_iflag, now.c_iflag);
	follow_bits(&modes.c_oflag, before.c_oflag, now.c_oflag);
	follow_bits(&modes.c_lflag, before.c_lflag, now.c_lflag);
	for (size_t i = 0; i < COUNT_OF(now.c_cc); i++)
		if (now.c_cc[i] != before.c_cc[i])
			modes.c_cc[i] = now.c_cc[i];
	(void)tcsetattr(channel->target, TCSANOW, &modes); /* fails if it is gone */
}

/* If nobody reads the target, drops the rest. */
static void copy_to_target(struct channel *channel, struct slice bytes)
{
	while (bytes.size > 0 && channel->target >= 0) {
		ssize_t written = write(channel->target, bytes.data, bytes.size);
		struct pollfd room = {.fd = channel->target, .events = POLLOUT};

		if (written > 0) {
			bytes.data += written;
			bytes.size -= (size_t)written;
		} else if (written < 0 && errno == EAGAIN) {
			(void)poll(&room, 1, -1); /* the caller of apt set O_NONBLOCK */
		} else if (written == 0 || errno != EINTR) {
			channel->target = -1;
		}
	}
}

/*
 * Removes each "\r" that the pseudo-terminal inserted before a newline, since the terminal
 * will insert it again. A "\r" at the end is held back until the next byte is known.
 */
static struct slice undo_newlines(struct channel *channel, char *bytes, size_t size)
{
	const tcflag_t wanted = OPOST | ONLCR;
	char *to = bytes;

	if ((channel->modes.c_oflag & wanted) != wanted)
		return (struct slice){bytes, size};
	for (const char *from = bytes, *end = bytes + size; from < end; from++) {
		if (*from == '\r' && from + 1 == end)
			channel->owes_return = true;
		else if (*from != '\r' || from[1] != '\n')
			*to++ = *from;
	}
	return (struct slice){bytes, (size_t)(to - bytes)};
}

/* The first byte of a packet is its type (TIOCPKT). */
static struct slice open_packet(struct channel *channel, char *packet, size_t size)
{
	if (packet[0] != TIOCPKT_DATA) {
		if ((packet[0] & TIOCPKT_IOCTL) != 0)
			follow_modes(channel);
		return (struct slice){packet, 0};
	}
	if (!channel->owes_return)
		return undo_newlines(channel, packet + 1, size - 1);
	channel->owes_return = false;
	packet[0] = '\r';
	return undo_newlines(channel, packet, size);
}

static struct slice take_return(struct channel *channel, char *room)
{
	room[0] = '\r';
	channel->owes_return = false;
	return (struct slice){room, 1};
}

bool channel_copy(struct channel *channel, char room[COPY_SIZE], struct slice *ret_bytes)
{
	ssize_t size;

	*ret_bytes = (struct slice){room, 0};
	if (channel->source < 0)
		return false;
	do
		size = read(channel->source, room, COPY_SIZE);
	while (size < 0 && errno == EINTR);
	/* EIO: nobody has the pseudo-terminal open. */
	if (size == 0 || (size < 0 && errno != EAGAIN))
		cleanup_close(&channel->source);
	if (size <= 0 && !channel->owes_return)
		return false;
	if (size <= 0)
		*ret_bytes = take_return(channel, room);
	else if (channel->is_terminal)
		*ret_bytes = open_packet(channel, room, (size_t)size);
	else
		ret_bytes->size = (size_t)size;
	copy_to_target(channel, *ret_bytes);
	return true;
}
