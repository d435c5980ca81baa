/* SPDX-License-Identifier: BSD-2-Clause */
/* What all subcommands share: their options, exit statuses, and translation. */
#ifndef ADMIN_H
#define ADMIN_H

#include "base.h"

#include <libintl.h>

/* gettext(3); N_() marks what is looked up later. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) its name */
#define _(text) gettext(text)
#define N_(text) text

/* Exit statuses, see apt-universal-hooks(8). */
enum {
	STATUS_FINE,
	STATUS_FINDINGS, /* check found something, a hook of run failed, … */
	STATUS_TROUBLE   /* what was asked for could not be done at all */
};

/* The options that every subcommand takes. */
struct admin {
	char *root; /* --root, without a slash at its end; "" for this machine */
	bool is_json;
};

#endif
