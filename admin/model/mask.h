/* SPDX-License-Identifier: BSD-2-Clause */
/* Masks: symlinks to /dev/null in the administrator's place of the hook tree. */
#ifndef MASK_H
#define MASK_H

#include "base.h"

/*
 * Makes a mask where nothing is, with the directories above it. 0 or −errno, −EEXIST
 * where something stands there.
 */
int mask_make(const char *path);

/* Whether path is a mask as mask_make() makes it, and not one by way of another link. */
bool mask_is_plain(const char *path);

/* Removes such a mask; 0, −EINVAL when it is none, or another −errno. */
int mask_remove(const char *path);

#endif
