/* SPDX-License-Identifier: BSD-2-Clause */
/* How many hooks there are at one hook point, and of what kind. */
#ifndef COUNTS_H
#define COUNTS_H

#include "model/hook_list.h"
#include "settings.h"

struct counts {
	/* Those that count are one of these. */
	size_t always;
	size_t by_package;
	size_t by_wildcard;
	/* Some of them do not run all the same. */
	size_t disabled;
	size_t faulty; /* and not disabled */
	/* Packages' hooks that do not count. */
	size_t masked;
	size_t overridden;
};

/* 0 or −ENOMEM. */
int counts_take(struct counts *counts, const struct hook_list *hooks,
	const struct settings *settings, enum uh_hook_point hook_point);

/* How many count. */
size_t counts_hooks(const struct counts *counts);
/* How many of them can run. */
size_t counts_able(const struct counts *counts);

/* Appends "2 hooks (1 by package, 1 always), 1 disabled". */
void counts_add(struct buffer *text, const struct counts *counts);

#endif
