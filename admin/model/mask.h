/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mask disables the hook of a package: a symlink to /dev/null at the hook's path in the
 * administrator's tree.
 */
#ifndef MASK_H
#define MASK_H

#include "admin.h"

/* Makes a mask and the directories above it. 0 or −errno, −EEXIST if path exists. */
int mask_make(const char *path);
/* Whether path is a symlink to /dev/null itself, as mask_make() makes it. */
bool mask_is_plain(const char *path);
/* Removes such a mask. 0, −EINVAL if it is none, or another −errno. */
int mask_remove(const char *path);
/*
 * Removes the empty directories that mask_make() may have made for a mask at path: those
 * of packages and patterns below place, unless a package owns them.
 */
void mask_remove_parents(const struct admin *admin, const char *place, const char *path);

#endif
