/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether apt calls the helper: what conf/apt-universal-hooks.conf.in says, held against
 * what apt's configuration says now.
 */
#ifndef REGISTRATION_H
#define REGISTRATION_H

#include "admin.h"
#include "system/apt.h"
#include "universal_hooks.h"

/* Where the entries were installed; below the admin's root. */
#define REGISTRATION_FILE "/etc/apt/apt.conf.d/apt-universal-hooks.conf"

enum registered { REGISTERED_AS_SHIPPED, REGISTERED_EDITED, REGISTERED_NOT };

/* One line of the shipped file. */
struct registration_entry {
	const char *key;     /* "DPkg::Pre-Invoke::apt-universal-hooks" */
	const char *shipped; /* its value there */
	enum uh_hook_point hook_point;
	bool is_call; /* else how apt hands the list of packages over */
	enum registered registered;
	char *value;        /* what apt has; NULL for REGISTERED_NOT */
	char *file;         /* the file that says so; NULL where none is known */
	unsigned long line; /* 0: not known */
};

/* By hook point, the call first. */
struct registration {
	struct registration_entry *entries;
	size_t count;
};

/*
 * Asks apt. 0, or −errno when apt does not answer, which has been said then;
 * registration_done() in both cases.
 */
int registration_take(struct registration *registration, const struct admin *admin);
/*
 * The same with apt's answers at hand: its configuration, and where that comes from.
 * 0 or −ENOMEM; registration_done() in both cases.
 */
int registration_of(struct registration *registration, struct slice configuration,
	const struct origins *origins);
void registration_done(struct registration *registration);

/*
 * The entry that tells how a hook point is registered: the call, if apt does not call the
 * helper there; else the first that is not as shipped; else the call.
 */
const struct registration_entry *registration_at(
	const struct registration *registration, enum uh_hook_point hook_point);

#endif
