/* SPDX-License-Identifier: BSD-2-Clause */
#include "kept_output.h"
#include "proc.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * More than a pipe or a pseudo-terminal holds, so nothing that the script wrote is lost;
 * limited, since a background process may keep writing.
 */
#define DRAIN_MAX ((size_t)256 << 10)

#define ENDING_SIZE 128
#define INTERRUPTED "interrupted" /* as in the log */

const struct log_file_kind log_of_output = {
	.path = OUTPUT_FILE,
	.later = "term-log",
	.later_max = (size_t)4 << 20,
	.mode = 0640,
	.group = "adm",
};

/* The state of the process that copies. */
struct copier {
	struct channel *channels;
	size_t count;
	int control; /* −1 after the answer, or if nobody waits for it */
	const struct state *state;
	const char *root;
	struct buffer kept;
	size_t kept_size; /* without what we added */
	size_t dropped;
	bool is_in_line;
	bool is_over; /* nothing more is kept */
	char room[COPY_SIZE];
};

static bool is_same_file(int a, int b)
{
	struct stat first, second;

	return fstat(a, &first) == 0 && fstat(b, &second) == 0 &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* Indents each line with a tab, so that none looks like one of ours. */
static void keep(struct copier *copier, struct slice bytes)
{
	size_t room = OUTPUT_MAX - copier->kept_size;
	struct slice rest = bytes;

	if (copier->is_over)
		return;
	if (rest.size > room) {
		copier->dropped += rest.size - room;
		rest.size = room;
	}
	copier->kept_size += rest.size;
	while (rest.size > 0) {
		const char *end = memchr(rest.data, '\n', rest.size);
		size_t size = end != NULL ? (size_t)(end - rest.data) + 1 : rest.size;

		if (!copier->is_in_line)
			buffer_append_string(&copier->kept, "\t");
		buffer_append(&copier->kept, (struct slice){rest.data, size});
		copier->is_in_line = end == NULL;
		rest.data += size;
		rest.size -= size;
	}
}

static void copy_all(struct copier *copier, size_t limit)
{
	struct slice bytes;

	for (size_t i = 0; i < copier->count; i++)
		for (size_t copied = 0;
			copied < limit &&
			channel_copy(&copier->channels[i], copier->room, &bytes);
			copied += bytes.size)
			keep(copier, bytes);
}

/* Shows it instead: the output of a hook with Output "log" must not get lost. */
static void show_instead(const struct copier *copier)
{
	if (copier->channels[0].target < 0 &&
		write_all(STDERR_FILENO, buffer_slice(&copier->kept)) < 0)
		return; /* there is nobody left to tell */
}

static int write_kept(struct copier *copier, const char *ending)
{
	struct buffer *kept = &copier->kept;
	int error;

	copier->is_over = true;
	if (copier->is_in_line)
		buffer_append_string(kept, "\n");
	buffer_append_string(kept, OUTPUT_ENDED);
	log_add_time(kept);
	buffer_append_format(kept, " %s", ending);
	if (copier->dropped > 0)
		buffer_append_format(kept, ", %zu" OUTPUT_DROPPED, copier->dropped);
	buffer_append_string(kept, "\n\n");
	error = kept->error;
	/* If it fails, the next script tries again. */
	(void)log_file_catch_up(&log_of_output, copier->state, copier->root);
	if (error == 0)
		error = log_file_append(
			&log_of_output, copier->state, copier->root, buffer_slice(kept));
	if (error < 0)
		show_instead(copier);
	buffer_done(kept);
	return error;
}

/* An inherited lock would stay locked for as long as a daemon of the script runs. */
static void close_others(const struct copier *copier)
{
	const int end = INT32_MAX - 1; /* no descriptor is as high */

	for (int next = STDERR_FILENO + 1, last = next; last < end; next = last + 1) {
		last = end;
		if (copier->control >= next && copier->control < last)
			last = copier->control;
		if (copier->state->fd >= next && copier->state->fd < last)
			last = copier->state->fd;
		for (size_t i = 0; i < copier->count; i++)
			if (copier->channels[i].source >= next &&
				copier->channels[i].source < last)
				last = copier->channels[i].source;
		proc_close_between(next, last - 1);
	}
}

/* The script has ended: writes its output to the file, then answers. */
static void finish(struct copier *copier, const char *ending)
{
	int error;

	copy_all(copier, DRAIN_MAX);
	error = write_kept(copier, ending);
	if (write(copier->control, &error, sizeof(error)) < 0)
		error = -errno; /* nobody waits any more */
	cleanup_close(&copier->control);
	/* A process that still holds the descriptors is no longer part of apt's job. */
	(void)setsid();
}

/* At end-of-file, we go on: the helper was killed, but the script still runs. */
static void read_control(struct copier *copier)
{
	char ending[ENDING_SIZE];
	ssize_t size = read(copier->control, ending, sizeof(ending) - 1);

	if (size > 0) {
		ending[size] = '\0';
		finish(copier, ending);
	} else if (size == 0 || errno != EINTR) {
		cleanup_close(&copier->control);
	}
}

static bool has_open_channel(const struct copier *copier)
{
	for (size_t i = 0; i < copier->count; i++)
		if (copier->channels[i].source >= 0)
			return true;
	return false;
}

static void wait_for_output(struct copier *copier, const sigset_t *mask)
{
	static const struct timespec at_once = {0, 0};
	struct pollfd ends[3] = {{.fd = copier->control, .events = POLLIN}};
	bool is_owing = false;

	for (size_t i = 0; i < copier->count; i++) {
		ends[i + 1] = (struct pollfd){
			.fd = copier->channels[i].source, .events = POLLIN};
		is_owing = is_owing || copier->channels[i].owes_return;
	}
	if (ppoll(ends, 1 + copier->count, is_owing ? &at_once : NULL, mask) < 0)
		return; /* SIGWINCH */
	if (ends[0].revents != 0)
		read_control(copier);
}

/* Exists only to interrupt ppoll(2). */
static void on_window_change(int signal_number)
{
	(void)signal_number;
}

/*
 * The terminal's signals are for the script. After Ctrl-Z, we still copy what it wrote
 * before it stopped, and the terminal modes that it restored.
 */
static sigset_t set_signals(void)
{
	static const int ignored[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTOU, SIGPIPE, SIGXFSZ};
	const struct sigaction change = {.sa_handler = on_window_change};
	sigset_t changes, mask;

	for (size_t i = 0; i < COUNT_OF(ignored); i++)
		(void)signal(ignored[i], SIG_IGN); /* these fail for bad arguments only */
	(void)sigaction(SIGWINCH, &change, NULL);
	(void)sigemptyset(&changes);
	(void)sigaddset(&changes, SIGWINCH);
	(void)sigprocmask(SIG_BLOCK, &changes, &mask);
	(void)sigdelset(&mask, SIGWINCH);
	return mask;
}

_Noreturn static void copier_main(struct copier *copier)
{
	sigset_t mask = set_signals();

	for (size_t i = 0; i < copier->count; i++)
		cleanup_close(&copier->channels[i].end);
	close_others(copier);
	while (has_open_channel(copier)) {
		wait_for_output(copier, &mask);
		for (size_t i = 0; i < copier->count; i++)
			channel_follow_size(&copier->channels[i]);
		copy_all(copier, 1);
	}
	/* All output has been read, but the helper may not have noticed the end yet. */
	while (copier->control >= 0)
		read_control(copier);
	if (!copier->is_over)
		(void)write_kept(copier, INTERRUPTED);
	_exit(0);
}

static void add_heading(
	struct buffer *kept, const struct kept_script *script, const struct state *state)
{
	buffer_append_string(kept, OUTPUT_STARTED);
	log_add_time(kept);
	buffer_append_format(kept, " %s ", state->key);
	log_add_script(kept, script->hook_point, script->path, script->matched);
	buffer_append_string(kept, "\n");
}

static int open_channels(struct kept_output *kept, enum output_mode mode, uid_t owner)
{
	bool is_one = mode == OUTPUT_LOG || is_same_file(STDOUT_FILENO, STDERR_FILENO);
	int error = channel_open(
		&kept->channels[0], mode == OUTPUT_LOG ? -1 : STDOUT_FILENO, owner);

	kept->count = error == 0;
	if (error < 0 || is_one)
		return error;
	error = channel_open(&kept->channels[1], STDERR_FILENO, owner);
	kept->count += error == 0;
	return error;
}

static void close_channels(struct kept_output *kept)
{
	for (size_t i = 0; i < kept->count; i++)
		channel_close(&kept->channels[i]);
	kept->count = 0;
}

static int start_copier(struct kept_output *kept, const struct kept_script *script,
	const struct state *state, const char *root)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		struct copier copier = {.channels = kept->channels,
			.count = kept->count,
			.control = ends[1],
			.state = state,
			.root = root};

		add_heading(&copier.kept, script, state);
		copier_main(&copier);
	}
	kept->control = ends[0];
	cleanup_close(&ends[1]);
	if (pid > 0)
		return 0;
	cleanup_close(&kept->control); /* leaves errno as it is */
	return -errno;
}

int kept_output_start(struct kept_output *kept, enum output_mode mode,
	const struct kept_script *script, const struct state *state, const char *root,
	int *ret_output, int *ret_error_output)
{
	int error = open_channels(kept, mode, script->owner);

	if (error == 0)
		error = start_copier(kept, script, state, root);
	if (error < 0) {
		close_channels(kept);
		return error;
	}
	*ret_output = kept->channels[0].end;
	*ret_error_output = kept->channels[kept->count - 1].end;
	return 0;
}

int kept_output_finish(struct kept_output *kept, const char *ending)
{
	int error = 0;
	ssize_t size;

	if (kept->count == 0)
		return 0;
	close_channels(kept);
	if (write(kept->control, ending, strnlen(ending, ENDING_SIZE - 1)) < 0)
		error = -errno;
	do
		size = error == 0 ? read(kept->control, &error, sizeof(error)) : 0;
	while (size < 0 && errno == EINTR);
	if (error == 0 && size != (ssize_t)sizeof(error))
		error = size < 0 ? -errno : -EPIPE;
	cleanup_close(&kept->control);
	return error;
}
