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
/* The user whose name is nearest, in that file; the caller frees it. NULL for none. */
char *rootfs_nearest_user(const struct admin *admin, const char *name);
/* chroot(2) to the admin's root, unless that is "". A status or −1 (admin.h). */
int rootfs_enter(const struct admin *admin);

/*
 * The same, and then sets what scripts inherit from apt's helper: umask, signals and
 * working directory; and standard input, unless it is that of the caller.
 */
int rootfs_enter_for_scripts(const struct admin *admin, bool has_input);

/* Creates the missing parent directories of path, with mode 0755. 0 or −errno. */
int rootfs_make_parents(const char *path);

/*
 * For undoing that: the length of the part of path that names a directory that exists,
 * which is all of path without memory; and removes the parents beyond this length that are
 * empty.
 */
size_t rootfs_existing_size(const char *path);
void rootfs_remove_parents(const char *path, size_t kept);

/*
 * Whether the parent of path, which begins with root, is outside of root because of a
 * symlink: a change there would hit another system. root is a real path; nothing is
 * outside of "".
 */
bool rootfs_leads_out(const char *root, const char *path);

/*
 * Write text to a new file and put it at path: whole, or not at all. The first replaces
 * what is there, and gives it the mode, and the owner and the group unless they are −1,
 * of like. The second fails with −EEXIST if something is there. 0 or −errno.
 */
int rootfs_replace_file(const char *path, struct slice text, const struct stat *like);
int rootfs_create_file(const char *path, struct slice text, mode_t mode);

/* Returns −1, or STATUS_TROUBLE after reporting that path leads out of the root. */
int check_within_root(const struct admin *admin, const char *path);
/* Reports why path could not be changed, −errno; returns STATUS_TROUBLE. */
int report_unchanged(const char *path, int error);

#endif
