/* SPDX-License-Identifier: BSD-2-Clause */
#include "calls.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>

enum kind { CAN_FAIL, CANNOT_FAIL, IS_DONE };

#define CALL(name, kind)                                                                 \
	{                                                                                \
		SYS_##name, #name, kind                                                  \
	}
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	long number;
	const char *name;
	enum kind kind;
} calls[] = {
	CALL(brk, CAN_FAIL),
	CALL(chdir, CAN_FAIL),
	CALL(clone, CAN_FAIL),
	CALL(clone3, CAN_FAIL),
	CALL(close, IS_DONE),
	CALL(dup3, CAN_FAIL),
	CALL(execve, CAN_FAIL),
	CALL(faccessat, CAN_FAIL),
	CALL(faccessat2, CAN_FAIL),
	CALL(fchmod, CAN_FAIL),
	CALL(fcntl, CAN_FAIL),
	CALL(flock, CAN_FAIL),
	CALL(fstat, CAN_FAIL),
	CALL(fstatfs, CAN_FAIL),
	CALL(fsync, CAN_FAIL),
	CALL(ftruncate, CAN_FAIL),
	CALL(getcwd, CAN_FAIL),
	CALL(getdents64, CAN_FAIL),
	CALL(getrandom, CAN_FAIL),
	CALL(getsid, CAN_FAIL),
	CALL(inotify_add_watch, CAN_FAIL),
	CALL(inotify_init1, CAN_FAIL),
	CALL(ioctl, CAN_FAIL),
	CALL(keyctl, CAN_FAIL),
	CALL(kill, CAN_FAIL),
	CALL(linkat, CAN_FAIL),
	CALL(lseek, CAN_FAIL),
	CALL(madvise, CAN_FAIL),
	CALL(memfd_create, CAN_FAIL),
	CALL(mmap, CAN_FAIL),
	CALL(mprotect, CAN_FAIL),
	CALL(mremap, CAN_FAIL),
	CALL(openat, CAN_FAIL),
	CALL(pidfd_open, CAN_FAIL),
	CALL(pipe2, CAN_FAIL),
	CALL(prctl, CAN_FAIL),
	CALL(pread64, CAN_FAIL),
	CALL(prlimit64, CAN_FAIL),
	CALL(read, CAN_FAIL),
	CALL(readlinkat, CAN_FAIL),
	CALL(renameat, CAN_FAIL),
	CALL(setsid, CAN_FAIL),
	CALL(set_robust_list, CAN_FAIL),
	CALL(statfs, CAN_FAIL),
	CALL(symlinkat, CAN_FAIL),
	CALL(sysinfo, CAN_FAIL),
	CALL(unlinkat, CAN_FAIL),
	CALL(fchown, CAN_FAIL),
	CALL(fchownat, CAN_FAIL),
	CALL(wait4, CAN_FAIL),
	CALL(waitid, CAN_FAIL),
	CALL(write, CAN_FAIL),
	CALL(writev, CAN_FAIL),
	CALL(newfstatat, CAN_FAIL),
	CALL(mkdirat, CAN_FAIL),
	CALL(socket, CAN_FAIL),
	CALL(socketpair, CAN_FAIL),
	CALL(connect, CAN_FAIL),
	CALL(sendto, CAN_FAIL),
	CALL(ppoll, CAN_FAIL),
	CALL(rt_sigtimedwait, CAN_FAIL),
	CALL(uname, CAN_FAIL),
	CALL(sched_getaffinity, CAN_FAIL),
#ifdef SYS_rseq
	CALL(rseq, CAN_FAIL),
#endif
#ifdef SYS_open
	CALL(open, CAN_FAIL),
	CALL(access, CAN_FAIL),
	CALL(arch_prctl, CAN_FAIL),
	CALL(chmod, CAN_FAIL),
	CALL(dup2, CAN_FAIL),
	CALL(fork, CAN_FAIL),
	CALL(link, CAN_FAIL),
	CALL(lstat, CAN_FAIL),
	CALL(mkdir, CAN_FAIL),
	CALL(rmdir, CAN_FAIL),
	CALL(getpgrp, CANNOT_FAIL),
	CALL(pipe, CAN_FAIL),
	CALL(poll, CAN_FAIL),
	CALL(readlink, CAN_FAIL),
	CALL(rename, CAN_FAIL),
	CALL(stat, CAN_FAIL),
	CALL(symlink, CAN_FAIL),
	CALL(unlink, CAN_FAIL),
	CALL(vfork, CAN_FAIL),
#endif
	CALL(close_range, CAN_FAIL),
	CALL(clock_gettime, CANNOT_FAIL),
	CALL(exit, CANNOT_FAIL),
	CALL(exit_group, CANNOT_FAIL),
	CALL(futex, CANNOT_FAIL),
	CALL(getegid, CANNOT_FAIL),
	CALL(geteuid, CANNOT_FAIL),
	CALL(getgid, CANNOT_FAIL),
	CALL(getpgid, CANNOT_FAIL),
	CALL(getpid, CANNOT_FAIL),
	CALL(getppid, CANNOT_FAIL),
	CALL(gettid, CANNOT_FAIL),
	CALL(getuid, CANNOT_FAIL),
	CALL(munmap, CANNOT_FAIL),
	CALL(restart_syscall, CANNOT_FAIL),
	CALL(rt_sigaction, CANNOT_FAIL),
	CALL(rt_sigpending, CANNOT_FAIL),
	CALL(rt_sigprocmask, CANNOT_FAIL),
	CALL(rt_sigreturn, CANNOT_FAIL),
	CALL(set_tid_address, CANNOT_FAIL),
	CALL(tgkill, CANNOT_FAIL),
	CALL(umask, CANNOT_FAIL),
};

const char *call_name(long number)
{
	for (size_t i = 0; i < COUNT_OF(calls); i++)
		if (calls[i].number == number)
			return calls[i].name;
	return NULL;
}

static enum kind kind_of(long number)
{
	for (size_t i = 0; i < COUNT_OF(calls); i++)
		if (calls[i].number == number)
			return calls[i].kind;
	return CAN_FAIL;
}

bool call_cannot_fail(long number)
{
	return kind_of(number) == CANNOT_FAIL;
}

bool call_is_done_all_the_same(long number)
{
	return kind_of(number) == IS_DONE;
}

int error_number(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} errors[] = {{"ENOMEM", ENOMEM}, {"EMFILE", EMFILE}, {"ENOSPC", ENOSPC},
		{"EIO", EIO}, {"EACCES", EACCES}, {"EINTR", EINTR}, {"ENOENT", ENOENT},
		{"EROFS", EROFS}};

	for (size_t i = 0; i < COUNT_OF(errors); i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].number;
	return 0;
}

int signal_number(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {{"SIGKILL", SIGKILL}, {"SIGTERM", SIGTERM}, {"SIGINT", SIGINT}};

	for (size_t i = 0; i < COUNT_OF(signals); i++)
		if (strcmp(signals[i].name, name) == 0)
			return signals[i].number;
	return 0;
}
