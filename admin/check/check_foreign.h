/* SPDX-License-Identifier: BSD-2-Clause */
/* Files in the tree that are not scripts, but hooks of others (foreign.h) or settings. */
#ifndef CHECK_FOREIGN_H
#define CHECK_FOREIGN_H

#include "check/checks.h"
#include "check/foreign.h"

/*
 * Appends what has the same effect as the hooks in the text of a file of this kind and
 * name, by line.
 */
void foreign_read(struct foreign_hooks *hooks, enum foreign_kind kind, const char *name,
	struct slice text);

/*
 * Whether the file is a hook of another package manager, and so not a script;
 * check_foreign() adds the findings as well.
 */
bool check_is_foreign(const struct check *check, const char *path);
bool check_foreign(struct check *check, const char *path);

#endif
