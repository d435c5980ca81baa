/* SPDX-License-Identifier: BSD-2-Clause */
/* The name of a hook point as a person types it. */
#ifndef HOOK_POINT_WORD_H
#define HOOK_POINT_WORD_H

#include "universal_hooks.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The hook point that word names. Returns −1 with it, or the status to end with when
 * there is none of that name, and the nearest has been named.
 */
int hook_point_read(const char *word, enum uh_hook_point *ret_hook_point);

/* The name that somebody meant who wrote "post-invoke" or "PostInvoke"; NULL for none. */
const char *hook_point_nearest(const char *word);

#ifdef __cplusplus
}
#endif

#endif
