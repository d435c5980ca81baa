/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dpkg without apt, whose own hooks call us (dpkg(1): pre-invoke, post-invoke). They also
 * call us when apt or a maintainer script runs dpkg, and when it works on another system.
 */
#ifndef BY_HAND_H
#define BY_HAND_H

#include "call.h"

/*
 * False if a frontend drives dpkg, if one of our hooks has called it, if it works on
 * another system than this one, or if its action changes no package. Reads only the
 * environment.
 */
bool by_hand_is_possible(void);
/*
 * The rest of the question: false if dpkg is not known (without /proc), if it only
 * pretends, or if one of its ancestors has called us, as aptitude and a dpkg that runs a
 * maintainer script have.
 */
bool by_hand_is_meant(struct call *call, const struct frontend *dpkg);

/* Before dpkg changes its database: notes it. */
void by_hand_note(struct call *call);

#endif
