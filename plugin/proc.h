/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes as /proc shows them (proc(5)). */
#ifndef PROC_H
#define PROC_H

#include "base.h"

#include <sys/types.h>

struct proc {
	pid_t pid;
	pid_t parent;
	unsigned long long start_time; /* clock ticks since boot; makes a pid unique */
	bool is_shell;                 /* sh, dash or bash, by its name */
	bool has_ended;                /* a zombie: its parent has not asked for it yet */
};

/* 0, or −errno: −ENOENT when there is no such process, or no /proc. */
int proc_read(pid_t pid, struct proc *ret_proc);

/* Appends at most limit bytes of /proc/PID/FILE; 0, −EFBIG, or −errno. */
int proc_read_file(pid_t pid, const char *file, size_t limit, struct buffer *bytes);

/*
 * A descriptor that poll(2) finds readable when the process has ended (pidfd_open(2)).
 * The caller's; −ESRCH when it has ended already, −ENOSYS before Linux 5.3.
 */
int proc_open(pid_t pid);
/* Waits for the end of any process. 0 or −errno. */
int proc_wait_for_end(pid_t pid);

/* Zero-initialised is empty. */
struct pid_list {
	pid_t *items;
	size_t count;
	size_t capacity;
};

void pid_list_done(struct pid_list *list);

/* Sets children to those that this process has. 0, or −errno where there is no /proc. */
int proc_list_children(struct pid_list *children);

/*
 * Sends the signal to all that descend from this process, but not to the spared ones and
 * what descends from them. Returns how many there were, or −errno where there is no
 * /proc. Zombies do not count.
 */
int proc_kill_descendants(const struct pid_list *spared, int signal_number);

#endif
