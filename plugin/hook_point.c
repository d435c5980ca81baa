/* SPDX-License-Identifier: BSD-2-Clause */
#include "hook_point.h"
#include "base.h"

static const struct word hook_points[] = {
	{"Session-Start", UH_SESSION_START},
	{"Pre-Invoke", UH_PRE_INVOKE},
	{"Pre-Install-Pkgs", UH_PRE_INSTALL_PKGS},
	{"Post-Invoke", UH_POST_INVOKE},
	{"Session-End", UH_SESSION_END},
};

const char *uh_hook_point_name(enum uh_hook_point hook_point)
{
	return word_of(hook_points, COUNT_OF(hook_points), (int)hook_point);
}

bool uh_hook_point_parse(const char *word, enum uh_hook_point *ret_hook_point)
{
	int value;

	if (!word_parse(hook_points, COUNT_OF(hook_points), word, &value))
		return false;
	*ret_hook_point = (enum uh_hook_point)value;
	return true;
}
