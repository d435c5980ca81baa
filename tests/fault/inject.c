/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Installed in place of the helper and of the command, which it executes. If the file /case
 * names this hook point, or this subcommand, it injects a fault:
 *
 *     HOOK-POINT PROCESS CALL N ERRNO      the N-th CALL of PROCESS fails
 *     HOOK-POINT PROCESS CALL N SIGNAL     PROCESS gets a signal before this call
 *     HOOK-POINT PROCESS allocation N      the N-th allocation of PROCESS fails
 *     HOOK-POINT - count                   nothing fails; all calls are noted
 *     HOOK-POINT - count-allocations       the same for allocations
 *
 * PROCESS is "helper", "helper.1" for the first process that it forks, "helper.1.1" for
 * the first child of that. A process is ours until it executes another program.
 *
 * A separate process traces the helper, which must keep its pid and its parent, because it
 * uses them. The file /notes records what happens.
 */
#include "calls.h"

#include <ctype.h>
#include <elf.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define OF_ALLOCATIONS "-of-allocations"
#define WORD_SIZE 64
#define PROCESSES_MAX 256

/* Exit status of a broken test, which is noted as well, since apt would go on. */
#define BROKEN 99

static struct {
	char hook_point[WORD_SIZE];
	char process[WORD_SIZE];
	char call[WORD_SIZE];
	unsigned long number;
	int error;
	int signal; /* instead of the error, or 0 */
} wanted;

/* A traced process. */
struct tracee {
	pid_t pid;
	char name[WORD_SIZE];
	unsigned children;
	bool is_waiting; /* stopped until its parent is known */
	bool is_counted; /* it has executed the helper */
	bool is_failing; /* its current call shall fail */
	bool is_in_main;
	unsigned long seen; /* of the wanted call */
};

static struct tracee tracees[PROCESSES_MAX];
static size_t tracee_count;
static bool is_helper;  /* or the command, of which no call tells where main() begins */
static bool has_failed; /* the fault has been injected */

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *format, ...)
{
	char line[1024];
	va_list arguments;
	int fd, size;

	va_start(arguments, format);
	size = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	fd = open("/notes", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (size < 0 || (size_t)size >= sizeof(line) || fd < 0 ||
		write(fd, line, (size_t)size) != size)
		_exit(BROKEN);
	(void)close(fd);
}

static void broken(const char *what)
{
	note("broken\t%s: %s\n", what, strerror(errno));
	_exit(BROKEN);
}

static bool read_case(void)
{
	char error[WORD_SIZE] = "";
	FILE *file = fopen("/case", "re");
	int count;

	if (file == NULL)
		return false;
	count = fscanf(file, "%63s %63s %63s %lu %63s", wanted.hook_point, wanted.process,
		wanted.call, &wanted.number, error);
	(void)fclose(file);
	wanted.error = error_number(error);
	wanted.signal = signal_number(error);
	return count >= 3;
}

static struct tracee *find(pid_t pid)
{
	for (size_t i = 0; i < tracee_count; i++)
		if (tracees[i].pid == pid)
			return &tracees[i];
	return NULL;
}

static struct tracee *add(pid_t pid)
{
	struct tracee *tracee;

	if (tracee_count == PROCESSES_MAX)
		broken("too many processes");
	tracee = &tracees[tracee_count++];
	*tracee = (struct tracee){.pid = pid};
	return tracee;
}

static void forget(struct tracee *tracee)
{
	*tracee = tracees[--tracee_count];
}

static bool is_count(void)
{
	return strcmp(wanted.call, "count") == 0;
}

/* Whether it must still be stopped at each call, which takes most of the time. */
static bool is_watched(const struct tracee *tracee)
{
	if (is_count() || !tracee->is_in_main)
		return true;
	return !has_failed && strcmp(tracee->name, wanted.process) == 0;
}

/* If it was killed meanwhile, waitpid() will say so. */
static void go_on(const struct tracee *tracee, int signal_number)
{
	(void)ptrace(is_watched(tracee) ? PTRACE_SYSCALL : PTRACE_CONT, tracee->pid, 0,
		signal_number);
}

/* "" if the descriptor is not open, or not a file. */
static void read_path_of_descriptor(pid_t pid, uint64_t fd, char path[256])
{
	char link[64];
	ssize_t size;

	(void)snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)pid, (int)fd);
	size = readlink(link, path, 255);
	path[size > 0 && path[0] == '/' ? size : 0] = '\0';
}

/* The path that the call uses, for people and for "judge", or "". */
static void read_path(
	pid_t pid, const char *call, const uint64_t *arguments, char path[256])
{
	bool is_at = strcmp(call + strlen(call) - 2, "at") == 0 &&
		     strcmp(call, "stat") != 0 && strcmp(call, "fstat") != 0 &&
		     strcmp(call, "lstat") != 0;
	bool has_path = is_at || strstr(call, "stat") == call ||
			strcmp(call, "lstat") == 0 || strcmp(call, "open") == 0 ||
			strcmp(call, "mkdir") == 0 || strcmp(call, "rmdir") == 0 ||
			strcmp(call, "readlink") == 0 || strcmp(call, "execve") == 0 ||
			strcmp(call, "unlink") == 0 || strcmp(call, "rename") == 0 ||
			strcmp(call, "link") == 0 || strcmp(call, "access") == 0 ||
			strcmp(call, "chdir") == 0 || strcmp(call, "newfstatat") == 0;
	struct iovec here = {path, 255};
	struct iovec there = {(void *)(size_t)arguments[is_at ? 1 : 0], 255};
	ssize_t size;

	memset(path, 0, 256);
	if (!has_path) {
		read_path_of_descriptor(pid, arguments[0], path);
		return;
	}
	/* Shorten the read for a string near the end of the mapped memory. */
	size = process_vm_readv(pid, &here, 1, &there, 1, 0);
	if (size < 0) {
		there.iov_len = 4096 - ((size_t)there.iov_base & 4095);
		if (there.iov_len > 255)
			there.iov_len = 255;
		(void)process_vm_readv(pid, &here, 1, &there, 1, 0);
	}
	/* AT_EMPTY_PATH */
	if (path[0] == '\0')
		read_path_of_descriptor(pid, arguments[0], path);
	for (char *at = path; *at != '\0'; at++)
		if (!isprint((unsigned char)*at))
			*at = '?';
}

/* No system call has the number −1, so the kernel does nothing. */
static void skip_call(pid_t pid)
{
#if defined(__x86_64__)
	if (ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax),
		    -1L) < 0)
		broken("cannot skip a call");
#elif defined(__aarch64__)
	int number = -1;
	struct iovec registers = {&number, sizeof(number)};

	if (ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &registers) < 0)
		broken("cannot skip a call");
#else
#error "skip_call() does not support this architecture."
#endif
}

static void set_result(pid_t pid, long result)
{
#if defined(__x86_64__)
	if (ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), result) <
		0)
		broken("cannot set a result");
#elif defined(__aarch64__)
	struct user_regs_struct values;
	struct iovec registers = {&values, sizeof(values)};

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &registers) < 0)
		broken("cannot read registers");
	values.regs[0] = (unsigned long long)result;
	if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &registers) < 0)
		broken("cannot set a result");
#endif
}

static void enter_call(struct tracee *tracee, const struct __ptrace_syscall_info *info)
{
	const char *name = call_name((long)info->entry.nr);
	char path[256];

	if (!tracee->is_counted)
		return;
	if (name == NULL) {
		note("broken\tcalls.c lacks system call %lu\n",
			(unsigned long)info->entry.nr);
		return;
	}
	if (call_cannot_fail((long)info->entry.nr))
		return;
	read_path(tracee->pid, name, (const uint64_t *)info->entry.args, path);
	/* The first call of main(). */
	if (strcmp(path, "/dev/null") == 0)
		tracee->is_in_main = true;
	if (is_count()) {
		note("call\t%s\t%s\t%s\n", tracee->name, name, path);
		return;
	}
	if (strcmp(name, wanted.call) != 0 || strcmp(tracee->name, wanted.process) != 0 ||
		++tracee->seen != wanted.number)
		return;
	tracee->is_failing = wanted.signal == 0;
	if (tracee->is_failing && !call_is_done_all_the_same((long)info->entry.nr))
		skip_call(tracee->pid);
	note("hit\t%s\t%s %s\n", tracee->is_in_main ? "main" : "loader", name, path);
	if (wanted.signal != 0) {
		has_failed = true;
		(void)kill(tracee->pid, wanted.signal); /* it is stopped, so it exists */
	}
}

static void stop_at_call(struct tracee *tracee)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->pid, sizeof(info), &info) < 0)
		return; /* killed in between */
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		enter_call(tracee, &info);
	} else if (tracee->is_failing) {
		/* brk(2), NOTES: it returns the program break, never an error. */
		set_result(
			tracee->pid, strcmp(wanted.call, "brk") == 0 ? 0 : -wanted.error);
		tracee->is_failing = false;
		has_failed = true;
	}
	go_on(tracee, 0);
}

static void stop_at_fork(struct tracee *parent)
{
	unsigned long pid;
	struct tracee *child;
	bool is_there = false;

	if (ptrace(PTRACE_GETEVENTMSG, parent->pid, 0, &pid) < 0)
		return;
	child = find((pid_t)pid);
	if (child == NULL)
		child = add((pid_t)pid);
	else
		is_there = child->is_waiting;
	child->is_waiting = false;
	child->is_counted = parent->is_counted;
	child->is_in_main = parent->is_in_main;
	if (snprintf(child->name, sizeof(child->name), "%.40s.%u", parent->name,
		    ++parent->children) < 0)
		broken("no name");
	if (is_there)
		go_on(child, 0);
	go_on(parent, 0);
}

static void stop_at_exec(struct tracee *tracee)
{
	if (!tracee->is_counted) {
		tracee->is_counted = true;
		tracee->is_in_main = !is_helper;
		go_on(tracee, 0);
		return;
	}
	(void)ptrace(PTRACE_DETACH, tracee->pid, 0, 0);
	forget(tracee);
}

static void stop(pid_t pid, int status)
{
	struct tracee *tracee = find(pid);
	int event = status >> 16;

	if (tracee == NULL) {
		tracee = add(pid);
		tracee->is_waiting = true;
		return;
	}
	if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
		stop_at_call(tracee);
	} else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
		   event == PTRACE_EVENT_CLONE) {
		stop_at_fork(tracee);
	} else if (event == PTRACE_EVENT_EXEC) {
		stop_at_exec(tracee);
	} else if (event == PTRACE_EVENT_STOP && tracee->name[0] == '\0') {
		tracee->is_waiting = true;
	} else {
		go_on(tracee, event == 0 ? WSTOPSIG(status) : 0);
	}
}

static void end(pid_t pid, int status)
{
	struct tracee *tracee = find(pid);

	if (tracee == NULL)
		return;
	if (WIFSIGNALED(status))
		note("died\t%s\t%s\tof signal %d\n",
			tracee->is_in_main ? "main" : "loader", tracee->name,
			WTERMSIG(status));
	forget(tracee);
}

static void trace(pid_t pid, int ready)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
			     PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
			     PTRACE_O_TRACEEXEC;
	struct tracee *first;
	int status;

	if (ptrace(PTRACE_SEIZE, pid, 0, options) < 0 ||
		ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0 ||
		waitpid(pid, &status, 0) != pid)
		broken("cannot trace");
	first = add(pid);
	(void)snprintf(first->name, WORD_SIZE, "helper");
	go_on(first, 0);
	if (write(ready, "", 1) != 1)
		broken("cannot report that the tracer is ready");
	(void)close(ready);
	while (tracee_count > 0) {
		pid_t stopped = waitpid(-1, &status, __WALL);

		if (stopped < 0 && errno == ECHILD)
			return;
		if (stopped > 0 && WIFSTOPPED(status))
			stop(stopped, status);
		else if (stopped > 0)
			end(stopped, status);
	}
}

/* The helper must not see the tracer, neither as its child nor as the writer of a pipe. */
static void start_tracer(void)
{
	pid_t traced = getpid(), middle;
	int ready[2];
	char byte;

	if (pipe2(ready, O_CLOEXEC) < 0)
		broken("pipe2");
	middle = fork();
	if (middle < 0)
		broken("fork");
	if (middle == 0) {
		pid_t tracer = fork();

		if (tracer != 0)
			_exit(tracer < 0 ? BROKEN : 0);
		for (int fd = 0; fd < 256; fd++)
			if (fd != ready[1])
				(void)close(fd);
		(void)setsid();
		trace(traced, ready[1]);
		_exit(0);
	}
	(void)close(ready[1]);
	if (waitpid(middle, NULL, 0) != middle || read(ready[0], &byte, 1) != 1)
		broken("no tracer");
	(void)close(ready[0]);
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	const char *program;
	char place[2 * WORD_SIZE];

	is_helper = name != NULL && strcmp(name, "/helper") == 0;
	program = is_helper ? "/helper" : "/command";
	if (argc >= 2 && read_case() && strcmp(argv[1], wanted.hook_point) == 0) {
		if (strcmp(wanted.call, "allocation") == 0 ||
			strcmp(wanted.call, "count-allocations") == 0) {
			program = is_helper ? "/helper" OF_ALLOCATIONS
					    : "/command" OF_ALLOCATIONS;
			(void)snprintf(place, sizeof(place), "%s %lu", wanted.process,
				wanted.number);
			if (setenv("FAULT_ALLOCATION", place, 1) < 0 ||
				setenv("ASAN_OPTIONS",
					"log_path=/sanitizer:allocator_may_return_null=1",
					1) < 0)
				broken("setenv");
		} else {
			start_tracer();
		}
	}
	(void)execv(program, argv);
	broken(program);
}
