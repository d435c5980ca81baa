/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether apt calls the helper: its configuration compared with the shipped
 * conf/apt-universal-hooks.conf.in.
 */
#ifndef REGISTRATION_H
#define REGISTRATION_H

#include "admin.h"
#include "system/apt.h"
#include "universal_hooks.h"

/* The shipped file, below the admin's root. */
#define REGISTRATION_FILE "/etc/apt/apt.conf.d/apt-universal-hooks.conf"
/* The file that reserves a place before other commands at Post-Invoke, and its line. */
#define RESERVATION_FILE "/etc/apt/apt.conf.d/00apt-universal-hooks.conf"
#define RESERVATION "DPkg::Post-Invoke::apt-universal-hooks \"\";"

enum registered { REGISTERED_AS_SHIPPED, REGISTERED_EDITED, REGISTERED_NOT };

/* One line of the shipped file. */
struct registration_entry {
	const char *key;     /* "DPkg::Pre-Invoke::apt-universal-hooks" */
	const char *shipped; /* its value in that file */
	enum uh_hook_point hook_point;
	bool is_call; /* else an option of how apt passes the list of packages */
	enum registered registered;
	char *value; /* in apt's configuration; NULL for REGISTERED_NOT */
	char *file;  /* that sets or, if it has no value, clears it; NULL if unknown */
	unsigned long line; /* 0: unknown */
};

/* By hook point, the call first. */
struct registration {
	struct registration_entry *entries;
	size_t count;
	struct origin *before; /* the first command before ours at Post-Invoke, or NULL */
};

/*
 * Asks apt. 0, or −errno, after a message, if apt does not answer; registration_done() in
 * both cases.
 */
int registration_take(struct registration *registration, const struct admin *admin);
/* The same, given what apt has answered about its configuration and these keys of it. */
void registration_add_keys(struct string_list *keys);
void registration_of(struct registration *registration, struct slice configuration,
	const struct origins *origins);
void registration_done(struct registration *registration);
#define owns_registration __attribute__((cleanup(registration_done)))

/*
 * The entry that shows the state of a hook point: the first that is not as shipped, or
 * the call, if that is missing or all are as shipped.
 */
const struct registration_entry *registration_at(
	const struct registration *registration, enum uh_hook_point hook_point);

#endif
