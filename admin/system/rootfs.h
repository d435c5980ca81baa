/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of the system below the admin's root; symlinks must not lead out of it. */
#ifndef ROOTFS_H
#define ROOTFS_H

#include "admin.h"

#include <sys/stat.h>

/* Whether path is directory or lies below it; both are normalised. "" is the root. */
bool path_is_within(const char *path, const char *directory);

/* open(2) for reading; path is absolute, as seen from the root. A descriptor or −errno. */
int rootfs_open(const struct admin *admin, const char *path);
/* stat(2), likewise: 0 or −errno. */
int rootfs_stat(const struct admin *admin, const char *path, struct stat *ret_status);
/*
 * Whether the user exists: 1, 0, or −errno if the root's /etc/passwd cannot be read. On
 * this system, getpwnam(3) is asked.
 */
int rootfs_has_user(const struct admin *admin, const char *name);
/* chroot(2) to the admin's root, unless that is "". A status or −1 (admin.h). */
int rootfs_enter(const struct admin *admin);

/* Creates the missing parent directories of path, with mode 0755. 0 or −errno. */
int rootfs_make_parents(const char *path);

/*
 * Whether the parent of path, which begins with root, is outside of root because of a
 * symlink: a change there would hit another system. root is a real path; nothing is
 * outside of "".
 */
bool rootfs_leads_out(const char *root, const char *path);

#endif
