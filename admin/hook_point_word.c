/* SPDX-License-Identifier: BSD-2-Clause */
#include "hook_point_word.h"
#include "admin.h"
#include "nearest.h"

const char *hook_point_nearest(const char *word)
{
	struct nearest nearest = nearest_to(word);

	for (int i = UH_PRE_INVOKE; i <= UH_POST_INVOKE; i++)
		nearest_try(&nearest, uh_hook_point_name((enum uh_hook_point)i));
	return nearest.word;
}

int hook_point_read(const char *word, enum uh_hook_point *ret_hook_point)
{
	const char *nearest;

	if (uh_hook_point_parse(word, ret_hook_point))
		return -1;
	nearest = hook_point_nearest(word);
	if (nearest != NULL)
		return complain(_("there is no hook point \"%s\"; did you mean %s?"),
			word, nearest);
	return complain(
		_("there is no hook point \"%s\": Pre-Invoke, Pre-Install-Pkgs and "
		  "Post-Invoke are"),
		word);
}
