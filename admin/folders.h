/* SPDX-License-Identifier: BSD-2-Clause */
/* The folders on the way to a file that is to be made. */
#ifndef FOLDERS_H
#define FOLDERS_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the folders above path that are not there, with mode 0755. 0 or −errno. */
int folders_make_above(const char *path);

/*
 * Whether the way to path, which begins with root, leaves it through a symlink, so that
 * another system would be changed than the one meant. root is a real path, or "", which
 * nothing leaves.
 */
bool folders_lead_out(const char *root, const char *path);

#ifdef __cplusplus
}
#endif

#endif
