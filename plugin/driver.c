/* SPDX-License-Identifier: BSD-2-Clause */
#include "driver.h"
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* proc(5): a command name has at most 15 bytes; the numbers of one stat line fit as well.
 */
#define STAT_SIZE 1024
#define COMMAND_LINE_MAX ((size_t)128 << 10)
#define MAPS_MAX ((size_t)1 << 20)
/* No shell starts so many shells; a bound for a /proc that lies. */
#define ANCESTORS_MAX 64

struct process {
	pid_t pid;
	pid_t parent;
	unsigned long long start_time;
	bool is_shell;
};

static bool is_shell(const char *command)
{
	static const char *const shells[] = {"sh", "dash", "bash"};

	for (size_t i = 0; i < COUNT_OF(shells); i++)
		if (strcmp(command, shells[i]) == 0)
			return true;
	return false;
}

static int read_proc(pid_t pid, const char *file, size_t limit, struct buffer *bytes)
{
	owns_memory char *path = string_format("/proc/%d/%s", (int)pid, file);
	owns_fd int fd = -1;

	if (path == NULL)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 ? buffer_read(bytes, fd, limit) : -errno;
}

/* proc(5), /proc/pid/stat: "pid (command) state ppid …", the 22nd is the start time. */
static int read_process(pid_t pid, struct process *ret_process)
{
	owns_buffer struct buffer stat = {0};
	int error = read_proc(pid, "stat", STAT_SIZE, &stat);
	struct process process = {.pid = pid};
	char *command, *end;
	int parent;

	buffer_append(&stat, (struct slice){"", 1});
	if (error < 0 || stat.error < 0)
		return error < 0 ? error : stat.error;
	command = strchr(stat.data, '(');
	end = strrchr(stat.data, ')');
	if (command == NULL || end == NULL || end < command)
		return -EPROTO;
	*end = '\0';
	process.is_shell = is_shell(command + 1);
	if (sscanf(end + 1,
		    " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
		    "%*d %*d %llu",
		    &parent, &process.start_time) != 2)
		return -EPROTO;
	process.parent = parent;
	*ret_process = process;
	return 0;
}

/* The nearest ancestor that is no shell. */
static int find_caller(struct process *ret_process)
{
	pid_t pid = getppid();
	int error = -ESRCH;

	for (int i = 0; i < ANCESTORS_MAX && pid > 0; i++) {
		error = read_process(pid, ret_process);
		if (error < 0 || !ret_process->is_shell)
			return error;
		pid = ret_process->parent;
	}
	return error < 0 ? error : -ESRCH;
}

struct driver driver_find(enum uh_hook_point hook_point)
{
	struct process caller, parent;

	if (find_caller(&caller) < 0)
		return (struct driver){0, 0};
	/* Pre-Invoke and Post-Invoke are called by a fork of the frontend, which ends
	 * with them. */
	if (hook_point != UH_PRE_INSTALL_PKGS && caller.parent > 0 &&
		read_process(caller.parent, &parent) == 0)
		caller = parent;
	return (struct driver){caller.pid, caller.start_time};
}

bool driver_is_alive(const struct driver *driver)
{
	struct process process;

	if (driver->pid == 0)
		return true;
	if (kill(driver->pid, 0) < 0 && errno == ESRCH)
		return false;
	if (read_process(driver->pid, &process) < 0)
		return true;
	return process.start_time == driver->start_time;
}

char *driver_command_line(const struct driver *driver)
{
	owns_buffer struct buffer words = {0};
	struct buffer line = {0};
	struct slice rest;

	if (driver->pid == 0 ||
		read_proc(driver->pid, "cmdline", COMMAND_LINE_MAX, &words) < 0)
		return NULL;
	for (rest = buffer_slice(&words); rest.size > 0;) {
		struct slice word = slice_cut(&rest, '\0');
		bool has_space = memchr(word.data, ' ', word.size) != NULL;

		if (line.size > 0)
			buffer_append_string(&line, " ");
		buffer_append_string(&line, has_space ? "'" : "");
		for (size_t i = 0; i < word.size; i++)
			if (word.data[i] != '\n' && word.data[i] != '\r')
				buffer_append(&line, (struct slice){&word.data[i], 1});
		buffer_append_string(&line, has_space ? "'" : "");
	}
	buffer_append(&line, (struct slice){"", 1});
	if (line.error < 0 || words.size == 0)
		buffer_done(&line);
	return line.data;
}

void driver_key(const struct driver *driver, char key[DRIVER_KEY_SIZE])
{
	if (driver->pid == 0)
		(void)snprintf(key, DRIVER_KEY_SIZE, "unknown");
	else
		(void)snprintf(key, DRIVER_KEY_SIZE, "%d-%llu", (int)driver->pid,
			driver->start_time);
}

bool driver_parse_key(const char *key, struct driver *ret_driver)
{
	struct driver driver = {0, 0};
	char again[DRIVER_KEY_SIZE];
	int pid = 0;

	if (strcmp(key, "unknown") != 0) {
		if (sscanf(key, "%d-%llu", &pid, &driver.start_time) != 2 || pid <= 0)
			return false;
		driver.pid = pid;
	}
	driver_key(&driver, again);
	if (strcmp(key, again) != 0)
		return false;
	*ret_driver = driver;
	return true;
}

/* True as well where it cannot be told. */
static bool has_libapt(pid_t pid)
{
	owns_buffer struct buffer maps = {0};
	static const char library[] = "/libapt-pkg.so";

	if (read_proc(pid, "maps", MAPS_MAX, &maps) < 0)
		return true;
	return memmem(maps.data, maps.size, library, strlen(library)) != NULL;
}

bool uh_is_called_by_apt(enum uh_hook_point hook_point)
{
	struct process caller;

	if (hook_point == UH_PRE_INSTALL_PKGS)
		return getenv("APT_HOOK_INFO_FD") != NULL;
	/* apt, apt-get and unattended-upgrade set it, aptitude does not. */
	if (getenv("DPKG_FRONTEND_LOCKED") != NULL || find_caller(&caller) < 0)
		return true;
	return has_libapt(caller.pid);
}
