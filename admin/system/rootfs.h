/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of the system below the admin's root, whose symlinks do not lead out of it. */
#ifndef ROOTFS_H
#define ROOTFS_H

#include "admin.h"

#include <sys/stat.h>

/* open(2) for reading, of an absolute path in the image: a descriptor or −errno. */
int rootfs_open(const struct admin *admin, const char *path);
/* stat(2), likewise: 0 or −errno. */
int rootfs_stat(const struct admin *admin, const char *path, struct stat *ret_status);
/*
 * Whether the image has an account of this name: 1, 0, or −errno where its accounts
 * cannot be read. This machine's own are all that getpwnam(3) knows.
 */
int rootfs_has_user(const struct admin *admin, const char *name);

/* Makes the directories above path that are not there, with mode 0755. 0 or −errno. */
int directories_make_above(const char *path);

/*
 * Whether the way to path, which begins with root, leaves it through a symlink, so that
 * another system would be changed than the one meant. root is a real path, or "", which
 * nothing leaves.
 */
bool directories_lead_out(const char *root, const char *path);

#endif
