/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes as /proc shows them (proc(5)). The /proc of another pid namespace, as in
 * "unshare --pid --fork apt-get", counts as missing: its pids belong to other processes.
 */
#ifndef PROC_H
#define PROC_H

#include "base.h"

#include <sys/types.h>

struct proc {
	pid_t pid;
	pid_t parent;
	unsigned long long start_time; /* in clock ticks since boot; unique with pid */
	bool is_shell;                 /* sh, dash or bash, by its name */
	bool has_ended;                /* a zombie, not yet reaped */
};

/* Checks that /proc shows our pids: 0 or −errno (−ENOENT: there is no /proc). */
int proc_check(void);

/*
 * Parses what /proc/PID/stat says of pid: "PID (COMMAND) STATE PARENT …". 0 or −EPROTO, and
 * then ret_proc is unchanged.
 */
int proc_parse(struct slice stat, pid_t pid, struct proc *ret_proc);

/* 0 or −errno; −ENOENT or −ESRCH: no such process; −ENOENT: no /proc. */
int proc_read(pid_t pid, struct proc *ret_proc);

/* Appends at most limit bytes of /proc/PID/FILE; 0, −EFBIG, or −errno. */
int proc_read_file(pid_t pid, const char *file, size_t limit, struct buffer *bytes);

/* pidfd_open(2); the caller closes it. −ESRCH: it has ended, −ENOSYS: before Linux 5.3. */
int proc_open(pid_t pid);
/* Waits until the process, which need not be our child, has ended. 0 or −errno. */
int proc_wait_for_end(pid_t pid);

/* Whether ancestor is pid itself or one of its ancestors. False without /proc. */
bool proc_is_within(pid_t pid, pid_t ancestor);

/* Zero-initialised is empty. */
struct pid_list {
	pid_t *items;
	size_t count;
	size_t capacity;
};

void pid_list_done(struct pid_list *list);

/* Sets children to our own. 0, or −errno if there are some but no /proc. */
int proc_list_children(struct pid_list *children);

/*
 * Signals all our descendants, except spared and their descendants. Returns their number,
 * without zombies, or −errno without /proc.
 */
int proc_kill_descendants(const struct pid_list *spared, int signal_number);

/*
 * Whether a descendant of ours waits for input from a terminal, in read(2) or select(2).
 * False without /proc, or if the kernel does not say (/proc/PID/syscall in proc(5)).
 */
bool proc_descendant_asks(void);

/* Closes all descriptors from first to last. */
void proc_close_between(int first, int last);

/* Makes our descriptors above 2 close-on-exec. 0, or −errno without /proc. */
int proc_close_on_exec(void);

#endif
