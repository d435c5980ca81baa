/* SPDX-License-Identifier: BSD-2-Clause */
#include "output.h"
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <sched.h>
#include <termios.h>
#include <unistd.h>

#define OUT "/stdout"
#define ERR "/stderr"

/* The original descriptors, and the master of the pseudoterminal, or −1. */
static int before[2];
static int master;

static void begin(int out)
{
	owns_fd int err = -1;

	make_file(ERR, 0600, "");
	err = open(at(ERR), O_WRONLY | O_APPEND | O_CLOEXEC);
	ck_assert_int_ge(err, 0);
	ck_assert_int_eq(fflush(stdout), 0);
	before[0] = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	before[1] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	ck_assert_int_eq(dup2(out, STDOUT_FILENO), STDOUT_FILENO);
	ck_assert_int_eq(dup2(err, STDERR_FILENO), STDERR_FILENO);
}

void output_begin(void)
{
	owns_fd int out = -1;

	make_file(OUT, 0600, "");
	out = open(at(OUT), O_WRONLY | O_APPEND | O_CLOEXEC);
	ck_assert_int_ge(out, 0);
	master = -1;
	begin(out);
}

bool output_has_terminals(void)
{
	owns_fd int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char name[64];

	return terminal >= 0 && ptsname_r(terminal, name, sizeof(name)) == 0 &&
	       access(name, F_OK) == 0;
}

void output_begin_terminal(unsigned short columns)
{
	const struct winsize size = {.ws_row = 24, .ws_col = columns};
	struct termios modes;
	owns_fd int terminal = -1;

	ck_assert_int_eq(openpty(&master, &terminal, NULL, NULL, &size), 0);
	ck_assert_int_eq(tcgetattr(terminal, &modes), 0);
	/* Do not let the terminal turn \n into \r\n. */
	modes.c_oflag &= ~(tcflag_t)OPOST;
	ck_assert_int_eq(tcsetattr(terminal, TCSANOW, &modes), 0);
	begin(terminal);
}

static void terminate(struct buffer *text)
{
	ck_assert_int_eq(buffer_reserve(text, 1), 0);
	text->data[text->size] = '\0';
}

/* pty(7): EIO means that the other end has been closed, which is the end of the output. */
static void read_terminal(struct buffer *text)
{
	int error = buffer_read(text, master, SIZE_MAX / 8);

	ck_assert_msg(error == 0 || error == -EIO, "the terminal: %s", strerror(-error));
	ck_assert_int_eq(close(master), 0);
	terminate(text);
}

void output_end(struct output *output)
{
	memset(output, 0, sizeof(*output));
	ck_assert_int_eq(fflush(stdout), 0);
	ck_assert_int_eq(dup2(before[0], STDOUT_FILENO), STDOUT_FILENO);
	ck_assert_int_eq(dup2(before[1], STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(close(before[0]) | close(before[1]), 0);
	if (master >= 0)
		read_terminal(&output->out);
	else
		read_file(OUT, &output->out);
	read_file(ERR, &output->err);
}

void output_done(struct output *output)
{
	buffer_done(&output->out);
	buffer_done(&output->err);
}

void assert_output(const char *out, const char *err)
{
	owns_output struct output output;

	output_end(&output);
	ck_assert_str_eq(output.err.data, err);
	ck_assert_str_eq(output.out.data, out);
	ck_assert_uint_eq(output.out.size, strlen(out));
}

static bool write_to(const char *path, const char *text)
{
	owns_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write_all(fd, slice_of(text)) == 0;
}

/* user_namespaces(7) */
bool become_root(void)
{
	owns_memory char *map = string_format("0 %u 1\n", geteuid());

	return geteuid() == 0 ||
	       (unshare(CLONE_NEWUSER) == 0 && write_to("/proc/self/uid_map", map));
}
