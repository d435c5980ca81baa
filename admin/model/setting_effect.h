/* SPDX-License-Identifier: BSD-2-Clause */
/* What keeps a setting, although it is set, from doing what it says. */
#ifndef SETTING_EFFECT_H
#define SETTING_EFFECT_H

#include "model/scope.h"

/*
 * Warns if type, with these values for the scope, has no effect at its hook point, if a
 * hook with it cannot run, or if the hook is not run anyway. STATUS_FINDINGS after a
 * warning, STATUS_TROUBLE after an error, or STATUS_FINE.
 */
int setting_effect_check(const struct admin *admin, const struct hook_list *hooks,
	const struct scope *scope, const struct setting_type *type,
	const struct string_list *values);

#endif
