/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file of apt's configuration that belongs to the subcommands disable and enable: one
 * line for each hook that a setting disables. Hooks are named by their path below the
 * hook tree.
 */
#ifndef DISABLED_H
#define DISABLED_H

#include "admin.h"

/* Below the admin's root. Removed when nothing is left in it. */
#define DISABLED_FILE "/etc/apt/apt.conf.d/99apt-universal-hooks-disabled.conf"

/*
 * Whether apt.conf(5) has a key for the hook: apt takes a key apart at each "::", and
 * there is no other way to write that. All else can be written as %xx.
 */
bool disabled_can_name(const char *hook);

/*
 * The hooks in a text of that file, ascending. 0; −ENOMEM; or −EBADMSG, with the number
 * of the first line that is not one of ours in ret_line.
 */
int disabled_parse(struct string_list *hooks, struct slice text, size_t *ret_line);
/* The text for hooks, which ascend; nothing for none. */
void disabled_format(struct buffer *text, const struct string_list *hooks);

/*
 * Reads the file; without one no hook is disabled. Returns −1 to go on, or the status to
 * end with, and that has been said.
 */
int disabled_read(struct string_list *hooks, const struct admin *admin);

/*
 * Adds hooks to the file, or takes them out; what else is in it stays. It is written as a
 * whole or not at all, one process after the other. Returns like disabled_read().
 */
int disabled_add(const struct string_list *hooks, const struct admin *admin);
int disabled_take_out(const struct string_list *hooks, const struct admin *admin);

#endif
