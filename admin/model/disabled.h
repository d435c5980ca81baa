/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the subcommands disable and enable switch hooks: by a file of apt's configuration
 * that is theirs alone, with a setting on each line, or by a mask, a symlink to /dev/null
 * in the administrator's tree. The file names hooks by their path relative to the tree.
 */
#ifndef DISABLED_H
#define DISABLED_H

#include "admin.h"

/* Below the admin's root. Removed together with its last line. */
#define DISABLED_FILE "/etc/apt/apt.conf.d/99apt-universal-hooks-disabled.conf"

/*
 * Whether apt.conf(5) can have a key for the hook: apt splits a key at each "::", which
 * no encoding prevents. Any other character can be written as %xx.
 */
bool disabled_can_name(const char *hook);

/*
 * Adds the hooks that the file's text names, ascending. Returns 0; −ENOMEM; or −EBADMSG
 * with ret_line, the number of the first line that disable did not write.
 */
int disabled_parse(struct string_list *hooks, struct slice text, size_t *ret_line);
/* Appends the file's text for hooks, which ascend; nothing if there are none. */
void disabled_format(struct buffer *text, const struct string_list *hooks);

/* Adds the hooks in the file; none if it does not exist. A status or −1 (admin.h). */
int disabled_read(struct string_list *hooks, const struct admin *admin);

/*
 * Add hooks to the file or take them out, and keep the others. The file is replaced as a
 * whole or not at all, under a lock. Sort hooks. A status or −1 (admin.h).
 */
int disabled_add(struct string_list *hooks, const struct admin *admin);
int disabled_take_out(struct string_list *hooks, const struct admin *admin);

/* Reports why path could not be changed, −errno; returns STATUS_TROUBLE. */
int report_unchanged(const char *path, int error);
/* Returns −1, or STATUS_TROUBLE after reporting that path leads out of the root. */
int check_within_root(const struct admin *admin, const char *path);

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
