/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may have written a file. Root runs what it finds in the tree, so nobody but root
 * (or the user that runs apt) may be able to change the file or any directory on the way
 * to it.
 */
#ifndef TRUST_H
#define TRUST_H

#include "universal_hooks.h"

struct unsafe_path {
	char *path; /* what is open; the caller's to free */
	enum uh_unsafe
		kind; /* a foreign owner, or a mode that lets group or world write */
	unsigned id;  /* the owner or the group */
};

/* Remembers the last directory that was found good, since scripts stand side by side. */
struct trust {
	uid_t user;      /* who runs apt: besides root's, this user's files are good */
	char *root;      /* "" or a prefix; what lies above it is taken for good */
	char *directory; /* as it was asked for */
	char *resolved;  /* where it really is */
};

/* 0 or −ENOMEM. trust is overwritten; its user is who runs this process. */
int trust_init(struct trust *trust, const char *root);
void trust_done(struct trust *trust);

/*
 * Walks from the root to path, through every symlink on the way, and looks at owner and
 * mode of each step. path begins with the root. Returns 0 when it is safe, −EPERM with
 * ret_unsafe filled when not, or another −errno when it could not be looked at (−ENOENT,
 * −ELOOP, …).
 *
 * After a 0 nobody but the trusted can swap what was looked at, so a later open or execve
 * of the same path meets the same file (path_resolution(7)).
 */
int trust_check(struct trust *trust, const char *path, struct unsafe_path *ret_unsafe);

#endif
