/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process that drives a dpkg run: the nearest one that all hooks of the run descend
 * from, shells skipped. For apt, apt-get and aptitude it is the frontend, for
 * unattended-upgrade the fork that does one step (APT-HOOK-CONTRACT §3).
 */
#ifndef DRIVER_H
#define DRIVER_H

#include "universal_hooks.h"

#ifdef __cplusplus
extern "C" {
#endif

/* pid 0: not known, since there is no /proc. A start time makes a pid unique (proc(5)).
 */
struct driver {
	pid_t pid;
	unsigned long long start_time; /* clock ticks since boot */
	int error; /* why it is not known: −errno, where that is not for want of a /proc */
	bool is_gone; /* it ended before it could be found, and this is a stranger */
};

/* The driver above this process, at a hook point where libapt-pkg called it. */
struct driver driver_find(enum uh_hook_point hook_point);

/* A zombie is not. True as well where it cannot be told. */
bool driver_is_alive(const struct driver *driver);

/* "1234-567890", or "unknown"; the reverse is false for a word that is neither. */
#define DRIVER_KEY_SIZE 48
void driver_key(const struct driver *driver, char key[DRIVER_KEY_SIZE]);
bool driver_parse_key(const char *key, struct driver *ret_driver);

#ifdef __cplusplus
}
#endif

#endif
