/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of the scripts that a clean-up (clean_up.h) has promised to run, in case dpkg
 * deletes them first. A copy is in /var/lib/apt-universal-hooks/KEY/, under its original
 * path: it has to survive a reboot, and /run is often mounted noexec.
 */
#ifndef COPIES_H
#define COPIES_H

#include "plan.h"
#include "state.h"

/*
 * Copies each script that plan would run, unless there is a copy already, and notes the
 * settings that apply now. Returns 0, or the first −errno with ret_path set to the original
 * that was not copied, which the caller frees.
 */
int copies_make(const struct state *state, const char *root, struct trust *trust,
	const struct plan *plan, const struct settings *settings, char **ret_path);

/* Adds the copies to the tree; any other script or mask overrides them. 0 or −ENOMEM. */
int copies_add_to(struct hook_tree *tree, const struct state *state, const char *root);
/* The settings for the copies. Like settings_parse(), or another −errno. */
int copies_read_settings(const struct state *state, struct settings *settings);

/* Deletes the copies of this frontend; of all frontends that have no clean-up due. */
void copies_forget(const struct state *state, const char *root);
void copies_sweep(const struct state *state, const char *root);

#endif
