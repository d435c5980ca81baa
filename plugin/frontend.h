/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frontend of a dpkg run: the nearest ancestor of all its hooks that is not a shell.
 * That is apt, apt-get or aptitude; unattended-upgrade forks one for each step. Without
 * them, it is dpkg.
 */
#ifndef FRONTEND_H
#define FRONTEND_H

#include "universal_hooks.h"

/*
 * pid 0: unknown. The start time distinguishes it from a later process with the same pid.
 */
struct frontend {
	pid_t pid;
	unsigned long long start_time; /* clock ticks since boot */
	unsigned
		session; /* the number of a session of it (session.h); 0: none is meant */
	int error;       /* why it is unknown: −errno, or 0 if there is no /proc */
	bool is_gone;    /* it has exited; pid may be another process */
};

/* The frontend that called this process at hook_point. */
struct frontend frontend_find(enum uh_hook_point hook_point);
/* The dpkg whose own hook this process is (dpkg(1): pre-invoke, post-invoke). */
struct frontend frontend_find_dpkg(void);

/* False for a zombie; true if it cannot be determined. */
bool frontend_is_alive(const struct frontend *frontend);

/*
 * "PID-START_TIME" or "unknown", and "-SESSION" if there is one; parsing anything else
 * returns false.
 */
#define FRONTEND_KEY_SIZE 64
void frontend_key(const struct frontend *frontend, char key[FRONTEND_KEY_SIZE]);
bool frontend_parse_key(const char *key, struct frontend *ret_frontend);

#endif
