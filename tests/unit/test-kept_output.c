/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "kept_output.h"

#include <errno.h>
#include <pty.h>
#include <unistd.h>

static const struct state state = {.fd = -1, .key = "7-9"};

/* A terminal, and a channel that copies to it. */
struct screen {
	int person; /* the other end of the terminal */
	int terminal;
	struct channel channel;
	char room[COPY_SIZE];
};

static void set_up(struct screen *screen)
{
	ck_assert_int_eq(
		openpty(&screen->person, &screen->terminal, NULL, NULL, NULL), 0);
	ck_assert_int_eq(channel_open(&screen->channel, screen->terminal, (uid_t)-1), 0);
}

/* What the program writes, what is kept, and what the person sees. */
static void assert_copied(
	struct screen *screen, const char *text, const char *kept, const char *shown)
{
	owns_buffer struct buffer copied = {0};
	char seen[256];
	size_t size = 0;
	struct slice bytes;

	ck_assert_int_eq(write_all(screen->channel.end, slice_of(text)), 0);
	while (channel_copy(&screen->channel, screen->room, &bytes))
		buffer_append(&copied, bytes);
	assert_text(&copied, kept);
	/* A terminal may hand over its bytes in parts. */
	while (size < strlen(shown)) {
		ssize_t count = read(screen->person, seen + size, sizeof(seen) - size);

		ck_assert_int_gt(count, 0);
		size += (size_t)count;
	}
	ck_assert_uint_eq(size, strlen(shown));
	ck_assert_int_eq(memcmp(seen, shown, size), 0);
}

START_TEST(a_terminal_gets_the_bytes_as_without_us)
{
	static struct screen screen;

	set_up(&screen);
	assert_copied(&screen, "a\nb\r\n50%\r", "a\nb\r\n50%\r", "a\r\nb\r\r\n50%\r");
	assert_copied(&screen, "100%\n", "100%\n", "100%\r\n");
	channel_close(&screen.channel);
}
END_TEST

START_TEST(the_terminal_follows_what_the_program_changes_and_nothing_else)
{
	static struct screen screen;
	struct termios modes;
	struct slice bytes;

	set_up(&screen);
	ck_assert_int_eq(tcgetattr(screen.terminal, &modes), 0);
	modes.c_lflag &= ~(tcflag_t)ISIG;
	ck_assert_int_eq(tcsetattr(screen.terminal, TCSANOW, &modes), 0);
	ck_assert_int_eq(tcgetattr(screen.channel.end, &modes), 0);
	ck_assert((modes.c_lflag & (ECHO | ISIG)) == (ECHO | ISIG));
	/* stty sane clears EXTPROC, too. */
	for (int round = 0; round < 2; round++) {
		modes.c_lflag ^= ECHO;
		modes.c_lflag &= ~(tcflag_t)EXTPROC;
		modes.c_cc[VMIN] ^= 1;
		ck_assert_int_eq(tcsetattr(screen.channel.end, TCSANOW, &modes), 0);
		while (channel_copy(&screen.channel, screen.room, &bytes))
			ck_assert_uint_eq(bytes.size, 0);
		ck_assert_int_eq(tcgetattr(screen.terminal, &modes), 0);
		ck_assert_uint_eq(
			modes.c_lflag & (ECHO | ISIG | EXTPROC), round == 0 ? 0 : ECHO);
		ck_assert_int_eq(tcgetattr(screen.channel.end, &modes), 0);
	}
	channel_close(&screen.channel);
}
END_TEST

START_TEST(the_program_has_the_size_of_the_terminal)
{
	static struct screen screen;
	struct winsize size = {.ws_row = 30, .ws_col = 100};

	set_up(&screen);
	ck_assert_int_eq(ioctl(screen.person, TIOCSWINSZ, &size), 0);
	channel_follow_size(&screen.channel);
	memset(&size, 0, sizeof(size));
	ck_assert_int_eq(ioctl(screen.channel.end, TIOCGWINSZ, &size), 0);
	ck_assert_uint_eq(size.ws_row, 30);
	ck_assert_uint_eq(size.ws_col, 100);
	channel_close(&screen.channel);
	channel_close(&screen.channel);
}
END_TEST

static int start(struct kept_output *kept, int *ret_output)
{
	const struct kept_script script = {UH_PRE_INVOKE, "/a", NULL, (uid_t)-1};
	int error_output;
	int error = kept_output_start(
		kept, OUTPUT_LOG, &script, &state, root(), ret_output, &error_output);

	if (error == 0)
		ck_assert_int_eq(*ret_output, error_output);
	return error;
}

/* The file with TIME in place of both times. */
static void assert_kept(const char *expected)
{
	owns_buffer struct buffer found = {0}, text = {0};
	struct slice rest;

	read_file(OUTPUT_FILE, &found);
	for (rest = buffer_slice(&found); rest.size > 0;) {
		struct slice line = slice_cut(&rest, '\n');
		bool is_start = slice_has_prefix(line, slice_of(OUTPUT_STARTED));
		bool is_end = slice_has_prefix(line, slice_of(OUTPUT_ENDED));
		size_t size = strlen(is_start ? OUTPUT_STARTED : OUTPUT_ENDED);

		if (is_start || is_end) {
			buffer_append(&text, (struct slice){line.data, size});
			buffer_append_string(&text, "TIME");
			size += strlen("2026-11-20  18:02:05");
			line = (struct slice){line.data + size, line.size - size};
		}
		buffer_append(&text, line);
		buffer_append_string(&text, "\n");
	}
	assert_text(&text, expected);
}

START_TEST(what_a_script_writes_is_kept_line_by_line)
{
	struct kept_output kept;
	int output;

	ck_assert_int_eq(start(&kept, &output), 0);
	ck_assert_int_eq(write_all(output, slice_of("a\n\nLog ended: b")), 0);
	ck_assert_int_eq(kept_output_finish(&kept, "exit 3"), 0);
	ck_assert_int_eq(start(&kept, &output), 0);
	ck_assert_int_eq(kept_output_finish(&kept, "exit 0"), 0);
	assert_kept("Log started: TIME 7-9 Pre-Invoke /a [always]\n"
		    "\ta\n\t\n\tLog ended: b\nLog ended: TIME exit 3\n\n"
		    "Log started: TIME 7-9 Pre-Invoke /a [always]\n"
		    "Log ended: TIME exit 0\n\n");
}
END_TEST

START_TEST(what_does_not_fit_is_counted)
{
	owns_memory char *bytes = calloc(OUTPUT_MAX + 5, 1);
	owns_buffer struct buffer found = {0};
	struct kept_output kept;
	int output;

	ck_assert_int_eq(start(&kept, &output), 0);
	ck_assert_int_eq(write_all(output, (struct slice){bytes, OUTPUT_MAX + 5}), 0);
	ck_assert_int_eq(kept_output_finish(&kept, "exit 0"), 0);
	read_file(OUTPUT_FILE, &found);
	ck_assert(
		memmem(found.data, found.size, "exit 0, 5 bytes not kept\n", 25) != NULL);
}
END_TEST

START_TEST(whoever_keeps_the_descriptor_can_write_on_and_is_not_waited_for)
{
	struct kept_output kept;
	owns_fd int daemons = -1;
	int output;

	ck_assert_int_eq(start(&kept, &output), 0);
	daemons = dup(output);
	ck_assert_int_eq(kept_output_finish(&kept, "exit 0"), 0);
	/* More than a pipe holds. */
	for (int i = 0; i < 100000; i++)
		ck_assert_int_eq(write_all(daemons, slice_of("late\n")), 0);
	assert_kept("Log started: TIME 7-9 Pre-Invoke /a [always]\n"
		    "Log ended: TIME exit 0\n\n");
}
END_TEST

START_TEST(a_file_that_cannot_be_written_is_an_error)
{
	struct kept_output kept;
	int output;

	make_node(OUTPUT_FILE, S_IFIFO);
	ck_assert_int_eq(start(&kept, &output), 0);
	ck_assert_int_eq(kept_output_finish(&kept, "exit 0"), -ENXIO);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_terminal_gets_the_bytes_as_without_us,
		the_terminal_follows_what_the_program_changes_and_nothing_else,
		the_program_has_the_size_of_the_terminal,
		what_a_script_writes_is_kept_line_by_line,
		what_does_not_fit_is_counted,
		whoever_keeps_the_descriptor_can_write_on_and_is_not_waited_for,
		a_file_that_cannot_be_written_is_an_error,
	};

	return run_tests("kept_output", tests, COUNT_OF(tests));
}
