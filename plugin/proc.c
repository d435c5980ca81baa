/* SPDX-License-Identifier: BSD-2-Clause */
#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A command name has at most 15 bytes; the numbers of one stat line fit as well. */
#define STAT_SIZE 1024

/* Columns of it, see proc(5). */
enum { PARENT = 4, START_TIME = 22 };

struct proc_list {
	struct proc *items;
	size_t count;
	size_t capacity;
};

static bool is_shell(const char *command)
{
	static const char *const shells[] = {"sh", "dash", "bash"};

	for (size_t i = 0; i < COUNT_OF(shells); i++)
		if (strcmp(command, shells[i]) == 0)
			return true;
	return false;
}

int proc_read_file(pid_t pid, const char *file, size_t limit, struct buffer *bytes)
{
	char number[DECIMAL_SIZE];
	owns_memory char *path = string_join(
		"/proc/", decimal(number, (unsigned long long)pid), "/", file);
	owns_fd int fd = -1;

	if (path == NULL)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 ? buffer_read(bytes, fd, limit) : -errno;
}

/*
 * "pid (command) state ppid …", the 22nd is the start time; a command may hold
 * anything.
 */
static int read_stat(pid_t pid, struct proc *ret_proc, char *ret_state)
{
	owns_buffer struct buffer stat = {0};
	int error = proc_read_file(pid, "stat", STAT_SIZE, &stat);
	struct proc proc = {.pid = pid};
	unsigned long long parent;
	struct slice rest;
	char *command, *end;

	buffer_append(&stat, (struct slice){"", 1});
	if (error < 0 || stat.error < 0)
		return error < 0 ? error : stat.error;
	command = strchr(stat.data, '(');
	end = strrchr(stat.data, ')');
	if (command == NULL || end == NULL)
		return -EPROTO;
	*end = '\0';
	proc.is_shell = is_shell(command + 1);
	rest = slice_of(end + 1);
	/* The third: a space, the state, a space. */
	if (rest.size < 3)
		return -EPROTO;
	*ret_state = rest.data[1];
	rest = (struct slice){rest.data + 3, rest.size - 3};
	if (!slice_to_number(slice_cut(&rest, ' '), &parent))
		return -EPROTO;
	proc.parent = (pid_t)parent;
	for (int i = PARENT + 1; i < START_TIME; i++)
		(void)slice_cut(&rest, ' ');
	if (!slice_to_number(slice_cut(&rest, ' '), &proc.start_time))
		return -EPROTO;
	*ret_proc = proc;
	return 0;
}

static bool has_ended(char state)
{
	return state == 'Z' || state == 'X';
}

int proc_read(pid_t pid, struct proc *ret_proc)
{
	char state;
	int error = read_stat(pid, ret_proc, &state);

	if (error == 0)
		ret_proc->has_ended = has_ended(state);
	return error;
}

int proc_open(pid_t pid)
{
	/* glibc has a name for it since 2.36; Debian 11 has an older one. */
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	return fd >= 0 ? fd : -errno;
}

int proc_wait_for_end(pid_t pid)
{
	owns_fd int fd = proc_open(pid);
	struct pollfd end = {.fd = fd, .events = POLLIN};

	if (fd < 0)
		return fd == -ESRCH ? 0 : fd;
	while (poll(&end, 1, -1) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

static int read_all(struct proc_list *list)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	int error = 0;

	if (dir == NULL)
		return -errno;
	while (error == 0 && (entry = readdir(dir)) != NULL) {
		unsigned long long pid;
		char state;

		if (!slice_to_number(slice_of(entry->d_name), &pid))
			continue;
		error = array_grow(
			&list->items, &list->capacity, list->count, sizeof(*list->items));
		/* One that has ended since is none. */
		if (error == 0 &&
			read_stat((pid_t)pid, &list->items[list->count], &state) == 0 &&
			!has_ended(state))
			list->count++;
	}
	(void)closedir(dir); /* it was only read */
	return error;
}

static const struct proc *find(const struct proc_list *list, pid_t pid)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].pid == pid)
			return &list->items[i];
	return NULL;
}

/*
 * All processes; a /proc that does not even have us is a directory where none is mounted.
 */
static int read_family(struct proc_list *list)
{
	int error = read_all(list);

	return error == 0 && find(list, getpid()) == NULL ? -ENOENT : error;
}

static bool is_in(const struct pid_list *list, pid_t pid)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i] == pid)
			return true;
	return false;
}

/* Up from proc to us, unless a spared one stands on the way. */
static bool is_ours(const struct proc_list *list, const struct proc *proc,
	const struct pid_list *spared)
{
	/* The list was not read in one moment: a bound, should it go round in circles. */
	for (size_t steps = 0; steps < list->count && proc != NULL; steps++) {
		if (is_in(spared, proc->pid))
			return false;
		if (proc->parent == getpid())
			return true;
		proc = find(list, proc->parent);
	}
	return false;
}

void pid_list_done(struct pid_list *list)
{
	free(list->items);
	memset(list, 0, sizeof(*list));
}

int proc_list_children(struct pid_list *children)
{
	struct proc_list list = {0};
	int error = read_family(&list);

	children->count = 0;
	for (size_t i = 0; error == 0 && i < list.count; i++) {
		if (list.items[i].parent != getpid())
			continue;
		error = array_grow(&children->items, &children->capacity, children->count,
			sizeof(*children->items));
		if (error == 0)
			children->items[children->count++] = list.items[i].pid;
	}
	free(list.items);
	return error;
}

int proc_kill_descendants(const struct pid_list *spared, int signal_number)
{
	struct proc_list list = {0};
	int error = read_family(&list);
	int count = 0;

	for (size_t i = 0; error == 0 && i < list.count; i++) {
		if (!is_ours(&list, &list.items[i], spared))
			continue;
		/* Whoever ended in between is no worse for it. */
		(void)kill(list.items[i].pid, signal_number);
		count++;
	}
	free(list.items);
	return error < 0 ? error : count;
}
