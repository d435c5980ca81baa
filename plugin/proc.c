/* SPDX-License-Identifier: BSD-2-Clause */
#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/* A bound in case /proc is corrupt. */
#define ANCESTORS_MAX 1024

/* Enough for /proc/PID/stat: a name of 15 bytes and some 50 numbers. */
#define STAT_SIZE 1024

/* Its fields, as numbered in proc(5). */
enum { PARENT = 4, START_TIME = 22 };

struct proc_list {
	struct proc *items;
	size_t count;
	size_t capacity;
};

static bool is_shell(struct slice command)
{
	return slice_equals(command, "sh") || slice_equals(command, "dash") ||
	       slice_equals(command, "bash");
}

/* In the /proc of another pid namespace, "self" is missing or names another pid. */
int proc_check(void)
{
	char own[DECIMAL_SIZE], target[DECIMAL_SIZE];
	ssize_t size = readlink("/proc/self", target, sizeof(target));

	if (size < 0)
		return -errno;
	return slice_equals((struct slice){target, (size_t)size},
		       decimal(own, (unsigned long long)getpid()))
		       ? 0
		       : -ENOENT;
}

/* After proc_check(). */
static int read_checked_file(
	pid_t pid, const char *file, size_t limit, struct buffer *bytes)
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

int proc_read_file(pid_t pid, const char *file, size_t limit, struct buffer *bytes)
{
	int error = proc_check();

	return error == 0 ? read_checked_file(pid, file, limit, bytes) : error;
}

int proc_parse(struct slice stat, pid_t pid, struct proc *ret_proc)
{
	struct proc proc = {.pid = pid};
	unsigned long long parent;
	struct slice rest, command, state;
	const char *end = stat.size > 0 ? memrchr(stat.data, ')', stat.size) : NULL;

	if (end == NULL)
		return -EPROTO;
	/* The command may contain spaces and parentheses. */
	command = (struct slice){stat.data, (size_t)(end - stat.data)};
	(void)slice_cut(&command, '(');
	proc.is_shell = is_shell(command);
	rest = (struct slice){end + 1, stat.size - (size_t)(end + 1 - stat.data)};
	(void)slice_cut(&rest, ' ');
	state = slice_cut(&rest, ' ');
	proc.has_ended = slice_equals(state, "Z") || slice_equals(state, "X");
	if (!slice_to_number(slice_cut(&rest, ' '), INT_MAX, &parent))
		return -EPROTO;
	proc.parent = (pid_t)parent;
	for (int i = PARENT + 1; i < START_TIME; i++)
		(void)slice_cut(&rest, ' ');
	if (!slice_to_number(slice_cut(&rest, ' '), ULLONG_MAX, &proc.start_time))
		return -EPROTO;
	*ret_proc = proc;
	return 0;
}

static int read_checked_proc(pid_t pid, struct proc *ret_proc)
{
	owns_buffer struct buffer stat = {0};
	int error = read_checked_file(pid, "stat", STAT_SIZE, &stat);

	if (error < 0)
		return error;
	return proc_parse(buffer_slice(&stat), pid, ret_proc);
}

int proc_read(pid_t pid, struct proc *ret_proc)
{
	int error = proc_check();

	return error == 0 ? read_checked_proc(pid, ret_proc) : error;
}

int proc_open(pid_t pid)
{
	/* Debian 11 has glibc 2.31; pidfd_open() is new in 2.36. */
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

bool proc_is_within(pid_t pid, pid_t ancestor)
{
	struct proc process = {.parent = pid};

	for (int i = 0; i < ANCESTORS_MAX && process.parent > 0; i++) {
		if (process.parent == ancestor)
			return true;
		if (proc_read(process.parent, &process) < 0)
			return false;
	}
	return false;
}

static int read_proc_list(struct proc_list *list)
{
	int error = proc_check();
	DIR *dir = error == 0 ? opendir("/proc") : NULL;
	const struct dirent *entry;

	if (dir == NULL)
		return error < 0 ? error : -errno;
	while (error == 0 && (entry = readdir(dir)) != NULL) {
		unsigned long long pid;
		struct proc proc;

		/* It may have ended since readdir(3). */
		if (!slice_to_number(slice_of(entry->d_name), INT_MAX, &pid) ||
			read_checked_proc((pid_t)pid, &proc) < 0 || proc.has_ended)
			continue;
		error = array_grow(
			&list->items, &list->capacity, list->count, sizeof(*list->items));
		if (error == 0)
			list->items[list->count++] = proc;
	}
	(void)closedir(dir); /* nothing was written to it */
	return error;
}

static const struct proc *find_process(const struct proc_list *list, pid_t pid)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].pid == pid)
			return &list->items[i];
	return NULL;
}

static bool pid_list_has(const struct pid_list *list, pid_t pid)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i] == pid)
			return true;
	return false;
}

/* Walks up from proc to us, or to a process that is spared. */
static bool is_descendant(const struct proc_list *list, const struct proc *proc,
	const struct pid_list *spared)
{
	/* Bounded: /proc is no snapshot, so reused pids could form a circle. */
	for (size_t steps = 0; steps < list->count && proc != NULL; steps++) {
		if (pid_list_has(spared, proc->pid))
			return false;
		if (proc->parent == getpid())
			return true;
		proc = find_process(list, proc->parent);
	}
	return false;
}

void pid_list_done(struct pid_list *list)
{
	free(list->items);
	memset(list, 0, sizeof(*list));
}

/* wait(2) knows without reading /proc, and without reaping one that has ended. */
static bool has_no_children(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 &&
	       errno == ECHILD;
}

int proc_list_children(struct pid_list *children)
{
	struct proc_list list = {0};
	int error;

	children->count = 0;
	if (has_no_children())
		return 0;
	error = read_proc_list(&list);
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
	int error = read_proc_list(&list);
	int count = 0;

	for (size_t i = 0; error == 0 && i < list.count; i++) {
		if (!is_descendant(&list, &list.items[i], spared))
			continue;
		(void)kill(list.items[i].pid, signal_number); /* it may have ended */
		count++;
	}
	free(list.items);
	return error < 0 ? error : count;
}

/* poll(2) does not show its descriptors; who uses it changes the terminal's mode. */
static bool is_reading(long call, unsigned long long first)
{
	static const long reads[] = {SYS_read, SYS_readv};
	static const long selects[] = {
#ifdef SYS_select
		SYS_select,
#endif
#ifdef SYS__newselect
		SYS__newselect,
#endif
		SYS_pselect6};

	for (size_t i = 0; i < COUNT_OF(reads); i++)
		if (call == reads[i])
			return true;
	/* Of one descriptor, which is 0: that is "read -t" of bash. */
	for (size_t i = 0; i < COUNT_OF(selects); i++)
		if (call == selects[i])
			return first == 1;
	return false;
}

/* Memory devices, such as /dev/null, are no terminals (devices.txt). */
static bool is_terminal_of(pid_t pid, unsigned long long fd)
{
	enum { MEMORY = 1 };
	char text[DECIMAL_SIZE], number[DECIMAL_SIZE];
	owns_memory char *path = string_join("/proc/",
		decimal(text, (unsigned long long)pid), "/fd/", decimal(number, fd));
	struct stat status;

	return path != NULL && stat(path, &status) == 0 && S_ISCHR(status.st_mode) &&
	       major(status.st_rdev) != MEMORY;
}

/* "NUMBER 0xARGUMENT …" while it is in a system call. */
static bool process_asks(pid_t pid)
{
	owns_buffer struct buffer text = {0};
	unsigned long long call, first;
	struct slice rest;

	if (proc_read_file(pid, "syscall", STAT_SIZE, &text) < 0)
		return false;
	buffer_append(&text, (struct slice){"", 1});
	if (text.error < 0)
		return false;
	rest = slice_of(text.data);
	if (!slice_to_number(slice_cut(&rest, ' '), LONG_MAX, &call) || rest.size == 0)
		return false;
	first = strtoull(rest.data, NULL, 16);
	if (!is_reading((long)call, first))
		return false;
	return is_terminal_of(
		pid, call == SYS_read || call == SYS_readv ? first : STDIN_FILENO);
}

bool proc_descendant_asks(void)
{
	static const struct pid_list nobody = {0};
	struct proc_list list = {0};
	int error = read_proc_list(&list);
	bool asks = false;

	for (size_t i = 0; error == 0 && i < list.count && !asks; i++)
		asks = is_descendant(&list, &list.items[i], &nobody) &&
		       process_asks(list.items[i].pid);
	free(list.items);
	return asks;
}

void proc_close_between(int first, int last)
{
	if (first > last ||
		syscall(__NR_close_range, (unsigned)first, (unsigned)last, 0) == 0)
		return;
	/* Before Linux 5.9. */
	for (int fd = first; fd <= last && fd < FD_SETSIZE; fd++)
		(void)close(fd);
}

int proc_close_on_exec(void)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	int error = 0;

	if (dir == NULL)
		return -errno;
	while (error == 0 && (entry = readdir(dir)) != NULL) {
		unsigned long long fd;

		if (slice_to_number(slice_of(entry->d_name), INT_MAX, &fd) &&
			fd > STDERR_FILENO && fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0)
			error = -errno;
	}
	(void)closedir(dir); /* nothing was written to it */
	return error;
}
