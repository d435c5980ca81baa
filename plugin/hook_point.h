/* SPDX-License-Identifier: BSD-2-Clause */
/* What holds for several hook points. */
#ifndef HOOK_POINT_H
#define HOOK_POINT_H

#include "universal_hooks.h"

/* Whether the packages are known, so that hooks can be in pkgs/ and multi_pkgs/. */
static inline bool hook_point_has_packages(enum uh_hook_point hook_point)
{
	return hook_point != UH_SESSION_START && hook_point != UH_PRE_INVOKE;
}

/* Whether there is a result, and nothing that a failing hook could stop. */
static inline bool hook_point_is_after_dpkg(enum uh_hook_point hook_point)
{
	return hook_point == UH_POST_INVOKE || hook_point == UH_SESSION_END;
}

/* Once for each session, not for each dpkg run. */
static inline bool hook_point_is_of_session(enum uh_hook_point hook_point)
{
	return hook_point == UH_SESSION_START || hook_point == UH_SESSION_END;
}

/* The hook point at which apt calls the helper for this one. */
static inline enum uh_hook_point hook_point_called_by_apt(enum uh_hook_point hook_point)
{
	return hook_point_is_of_session(hook_point) ? UH_PRE_INVOKE : hook_point;
}

#endif
