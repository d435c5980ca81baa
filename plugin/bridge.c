/* SPDX-License-Identifier: BSD-2-Clause */
#include "bridge.h"
#include "apt_bridge.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MAX ((size_t)16 << 20)

/* Of time at work, where some milliseconds are enough. */
#define CONFIGURATION_SECONDS 2

/* Weak, so that unit tests can name the one that was just built. */
__attribute__((weak)) const char bridge_file[] = UH_APT_BRIDGE;

static void take(enum apt_part part, const char *bytes, size_t size, void *context)
{
	struct buffer *parts = context;

	buffer_append(&parts[part], (struct slice){bytes, size});
}

/* How the child below ends. */
enum { BRIDGE_ANSWERED, BRIDGE_REFUSED, BRIDGE_NOT_LOADED, BRIDGE_FAILED };

/* What the bridge says goes to parts; why it cannot be loaded is a message as well. */
static int ask(const struct apt_question *question, struct buffer *parts)
{
	apt_bridge_answer_function *answer = NULL;
	void *bridge = dlopen(bridge_file, RTLD_NOW | RTLD_LOCAL);
	void *symbol = bridge != NULL ? dlsym(bridge, APT_BRIDGE_ANSWER) : NULL;

	if (symbol == NULL) {
		const char *reason = dlerror();

		buffer_append_string(
			&parts[APT_COMPLAINT], reason != NULL ? reason : bridge_file);
		return BRIDGE_NOT_LOADED;
	}
	/* POSIX, dlsym(): the way from an object pointer to a function's. */
	memcpy(&answer, &symbol, sizeof(answer));
	return answer(question, take, parts) == 0 ? BRIDGE_ANSWERED : BRIDGE_REFUSED;
}

/*
 * libapt-pkg reads for ever in a file of its configuration that cannot be read (a disk
 * with EIO). Where soft and hard limit are one, the end comes without a core file
 * (setrlimit(2)).
 */
static void limit_time(const struct apt_question *question)
{
	const struct rlimit limit = {CONFIGURATION_SECONDS, CONFIGURATION_SECONDS};

	if (question->kind == APT_CONFIGURATION)
		(void)setrlimit(RLIMIT_CPU, &limit); /* else it is as it was */
}

/* The answer's size, the answer, the messages: one after the other, so nobody waits. */
static void answer_and_exit(const struct apt_question *question, int fd)
{
	struct buffer parts[] = {[APT_ANSWER] = {0}, [APT_COMPLAINT] = {0}};
	size_t size;
	int end;

	limit_time(question);
	end = ask(question, parts);

	if (end != BRIDGE_ANSWERED)
		parts[APT_ANSWER].size = 0;
	size = parts[APT_ANSWER].size;
	if (parts[APT_ANSWER].error < 0 || parts[APT_COMPLAINT].error < 0 ||
		write_all(fd, (struct slice){(const char *)&size, sizeof(size)}) < 0 ||
		write_all(fd, buffer_slice(&parts[APT_ANSWER])) < 0 ||
		write_all(fd, buffer_slice(&parts[APT_COMPLAINT])) < 0)
		end = BRIDGE_FAILED;
	/* Not exit(): what libapt-pkg and the parent registered is not this child's. */
	_exit(end);
}

static int wait_for_end(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return BRIDGE_FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : BRIDGE_FAILED;
}

/* Runs the child to its end, which it returns, with all that it wrote; or −errno. */
static int run_child(const struct apt_question *question, struct buffer *output)
{
	int ends[2], error, end;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	/* The child shows progress through stdout, and must not show what waits in it. */
	if (question->has_progress)
		(void)fflush(stdout);
	pid = fork();
	if (pid == 0)
		answer_and_exit(question, ends[1]);
	error = pid < 0 ? -errno : 0;
	cleanup_close(&ends[1]);
	if (error == 0)
		error = buffer_read(output, ends[0], ANSWER_MAX);
	cleanup_close(&ends[0]);
	if (pid < 0)
		return error;
	end = wait_for_end(pid);
	return error < 0 ? error : end;
}

/* Takes the output of the child apart; 0, −EIO where it is cut off, or −ENOMEM. */
static int take_apart(struct slice output, struct buffer *answer, char **ret_message)
{
	size_t size;

	if (output.size < sizeof(size))
		return -EIO;
	memcpy(&size, output.data, sizeof(size));
	output.data += sizeof(size);
	output.size -= sizeof(size);
	if (size > output.size)
		return -EIO;
	if (size < output.size) {
		*ret_message = strndup(output.data + size, output.size - size);
		if (*ret_message == NULL)
			return -ENOMEM;
	}
	buffer_append(answer, (struct slice){output.data, size});
	return answer->error;
}

int bridge_ask(
	const struct apt_question *question, struct buffer *answer, char **ret_message)
{
	owns_buffer struct buffer output = {0};
	int end, error;

	*ret_message = NULL;
	end = run_child(question, &output);
	if (end < 0)
		return end;
	if (end == BRIDGE_FAILED)
		return -EIO;
	error = take_apart(buffer_slice(&output), answer, ret_message);
	if (error < 0)
		return error;
	if (end == BRIDGE_NOT_LOADED)
		return -ELIBACC;
	return end == BRIDGE_ANSWERED ? 0 : -EPROTO;
}

/* A copy that ends with NULL, of pointers only, to what the test lets through. */
static const char **those_that(
	const struct string_list *list, bool (*is_usable)(const char *))
{
	const char **items = calloc(list->count + 1, sizeof(*items));
	size_t count = 0;

	for (size_t i = 0; items != NULL && i < list->count; i++)
		if (is_usable(list->items[i]))
			items[count++] = list->items[i];
	return items;
}

/* apt has read it; from our working directory it may be another, or none. */
static bool is_readable(const char *file)
{
	return access(file, R_OK) == 0;
}

static bool has_value(const char *option)
{
	return strchr(option, '=') != NULL;
}

int bridge_settings(
	const struct command_line *command_line, struct buffer *lines, char **ret_reason)
{
	owns_memory const char **files = those_that(&command_line->files, is_readable);
	owns_memory const char **options = those_that(&command_line->options, has_value);
	const char *const none[] = {NULL};
	struct apt_question question = {
		.kind = APT_CONFIGURATION,
		.root = "",
		.program = "apt-get",
		.files = files,
		.options = options,
		.words = none,
		.scope = "Universal-Hooks",
	};
	owns_memory char *message = NULL;
	int error;

	*ret_reason = NULL;
	if (files == NULL || options == NULL)
		return -ENOMEM;
	error = bridge_ask(&question, lines, &message);
	if (message != NULL && (error == -ELIBACC || error == 0))
		*ret_reason = string_format("%.*s", (int)strcspn(message, "\n"), message);
	else if (error == -EPROTO || error == -EIO)
		*ret_reason = string_format("%s does not answer", bridge_file);
	return error == -EPROTO ? -EIO : error;
}
