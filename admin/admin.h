/* SPDX-License-Identifier: BSD-2-Clause */
/* What all subcommands share: options, exit statuses. */
#ifndef ADMIN_H
#define ADMIN_H

#include "base.h"
#include "language.h"

/*
 * Exit statuses, see apt-universal-hooks(8). A function that may end the program returns
 * the status, after reporting why, or −1 to go on.
 */
enum {
	STATUS_FINE,
	STATUS_FINDINGS, /* success, but check found something, a hook failed, … */
	STATUS_TROUBLE   /* failure, at least in part */
};

/* The options that every subcommand accepts. */
struct admin {
	char *root; /* --root, without a trailing slash; "" for this system */
	bool is_json;
};

#endif
