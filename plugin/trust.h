/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who can change a file. Scripts run as root, so only root, or the user that runs apt,
 * may have write access to the file and to each directory on its path.
 */
#ifndef TRUST_H
#define TRUST_H

#include "universal_hooks.h"

struct unsafe_path {
	char *path;          /* what others can change; the caller frees it */
	enum uh_unsafe kind; /* a foreign owner, or writable by group or world */
	unsigned id;         /* the owner or the group */
};

/* Caches the last safe directory, since scripts share directories. */
struct trust {
	uid_t user;      /* the user that runs apt; trusted like root */
	char *root;      /* "" or a prefix; directories above it are trusted */
	char *directory; /* as given */
	char *resolved;  /* without symlinks */
};

/* Trusts the effective user of this process. Returns 0 or −ENOMEM; trust is overwritten. */
int trust_init(struct trust *trust, const char *root);
void trust_done(struct trust *trust);

/*
 * Checks owner and mode of each step from the root to path, which begins with the root,
 * through every symlink. Returns 0 if path is safe: then only trusted users can replace it
 * before it is opened or executed. −EPERM with ret_unsafe set if not; another −errno
 * (−ENOENT, −ELOOP, …) if it cannot be read.
 */
int trust_check(struct trust *trust, const char *path, struct unsafe_path *ret_unsafe);

/* The same for path alone, without its parents and, if it is a symlink, its target. */
int trust_check_one(
	const struct trust *trust, const char *path, struct unsafe_path *ret_unsafe);

#endif
