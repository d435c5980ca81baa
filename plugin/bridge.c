/* SPDX-License-Identifier: BSD-2-Clause */
#include "bridge.h"
#include "apt_bridge.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MAX ((size_t)16 << 20)

/* Weak, so that unit tests can name the one that was just built. */
__attribute__((weak)) const char bridge_file[] = UH_APT_BRIDGE;

static void take(const char *bytes, size_t size, void *context)
{
	struct buffer *lines = context;

	buffer_append(lines, (struct slice){bytes, size});
}

/* A copy that ends with NULL, of pointers only. */
static const char **terminated(const struct string_list *list)
{
	const char **items = calloc(list->count + 1, sizeof(*items));

	for (size_t i = 0; items != NULL && i < list->count; i++)
		items[i] = list->items[i];
	return items;
}

/* How the child below ends. */
enum { BRIDGE_ANSWERED, BRIDGE_FAILED, BRIDGE_NOT_LOADED };

/* What the bridge says, or why it cannot be loaded, goes to output. */
static int ask(const struct command_line *command_line, struct buffer *output)
{
	owns_memory const char **files = terminated(&command_line->files);
	owns_memory const char **options = terminated(&command_line->options);
	apt_bridge_settings_function *settings = NULL;
	void *bridge = dlopen(bridge_file, RTLD_NOW | RTLD_LOCAL);
	void *symbol = bridge != NULL ? dlsym(bridge, APT_BRIDGE_SETTINGS) : NULL;

	if (symbol == NULL) {
		const char *reason = dlerror();

		buffer_append_string(output, reason != NULL ? reason : bridge_file);
		return BRIDGE_NOT_LOADED;
	}
	/* POSIX, dlsym(): the way from an object pointer to a function's. */
	memcpy(&settings, &symbol, sizeof(settings));
	if (files == NULL || options == NULL ||
		settings(files, options, take, output) != 0 || output->error < 0)
		return BRIDGE_FAILED;
	return BRIDGE_ANSWERED;
}

static void answer_and_exit(const struct command_line *command_line, int fd)
{
	struct buffer output = {0};
	int end = ask(command_line, &output);

	if (write_all(fd, buffer_slice(&output)) < 0)
		end = BRIDGE_FAILED;
	/* Not exit(): what libapt-pkg and the parent registered is not this child's. */
	_exit(end);
}

static int wait_for_end(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int bridge_settings(
	const struct command_line *command_line, struct buffer *lines, char **ret_reason)
{
	owns_buffer struct buffer output = {0};
	int ends[2], error, end;
	pid_t pid;

	*ret_reason = NULL;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		answer_and_exit(command_line, ends[1]);
	error = pid < 0 ? -errno : 0;
	cleanup_close(&ends[1]);
	if (error == 0)
		error = buffer_read(&output, ends[0], ANSWER_MAX);
	cleanup_close(&ends[0]);
	if (pid < 0)
		return error;
	end = wait_for_end(pid);
	if (error == 0 && end == BRIDGE_ANSWERED) {
		buffer_append(lines, buffer_slice(&output));
		return lines->error;
	}
	if (end == BRIDGE_NOT_LOADED && output.size > 0)
		*ret_reason = strndup(output.data, output.size);
	else
		*ret_reason = string_format("%s does not answer", bridge_file);
	return end == BRIDGE_NOT_LOADED ? -ELIBACC : -EIO;
}
