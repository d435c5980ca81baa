/* SPDX-License-Identifier: BSD-2-Clause */
/* The directories on the way to a file that is to be made. */
#ifndef DIRECTORIES_H
#define DIRECTORIES_H

#include "base.h"

/* Makes the directories above path that are not there, with mode 0755. 0 or −errno. */
int directories_make_above(const char *path);

/*
 * Whether the way to path, which begins with root, leaves it through a symlink, so that
 * another system would be changed than the one meant. root is a real path, or "", which
 * nothing leaves.
 */
bool directories_lead_out(const char *root, const char *path);

#endif
