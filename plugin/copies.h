/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of the scripts that a clean-up (clean_up.h) or the end of a session (session.h)
 * has promised to run, in case dpkg deletes them first. Copies are below
 * /var/lib/apt-universal-hooks, under their original paths: they must survive a reboot,
 * and /run is often mounted noexec.
 */
#ifndef COPIES_H
#define COPIES_H

#include "plan.h"
#include "state.h"

/*
 * Creates the directory of this frontend, and stores the settings that apply now. 0 or
 * −errno; −EPERM if other users could write to the directory.
 */
int copies_prepare(const struct state *state, const char *root, struct trust *trust,
	const struct settings *settings);
/* Copies a script, unless there is a copy. Call copies_prepare() first. 0 or −errno. */
int copies_add(const struct state *state, const char *root, const struct script *script);

/* Adds the copies to the tree; any other script or mask overrides them. 0 or −ENOMEM. */
int copies_add_to(struct hook_tree *tree, const struct state *state, const char *root);
/* The settings for the copies. Like settings_parse(), or another −errno. */
int copies_read_settings(const struct state *state, struct settings *settings);

/* Whether this frontend has copies. */
bool copies_exist(const struct state *state, const char *root);

/* Deletes the copies of this frontend; those of all frontends without a clean-up due. */
void copies_forget(const struct state *state, const char *root);
void copies_sweep(const struct state *state, const char *root);

#endif
