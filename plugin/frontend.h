/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process that drives a dpkg run: the nearest one that all hooks of the run descend
 * from, shells skipped. For apt, apt-get and aptitude it is the frontend, for
 * unattended-upgrade the fork that does one step (APT-HOOK-CONTRACT §3).
 */
#ifndef FRONTEND_H
#define FRONTEND_H

#include "universal_hooks.h"

/*
 * pid 0: not known, since there is no /proc. A start time makes a pid unique (proc(5)).
 */
struct frontend {
	pid_t pid;
	unsigned long long start_time; /* clock ticks since boot */
	int error; /* why it is not known: −errno, where that is not for want of a /proc */
	bool is_gone; /* it ended before it could be found, and this is a stranger */
};

/* The frontend above this process, at a hook point where libapt-pkg called it. */
struct frontend frontend_find(enum uh_hook_point hook_point);

/* A zombie is not. True as well where it cannot be told. */
bool frontend_is_alive(const struct frontend *frontend);

/* "1234-567890", or "unknown"; the reverse is false for a word that is neither. */
#define FRONTEND_KEY_SIZE 48
void frontend_key(const struct frontend *frontend, char key[FRONTEND_KEY_SIZE]);
bool frontend_parse_key(const char *key, struct frontend *ret_frontend);

#endif
