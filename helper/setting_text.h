/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong with a setting, in the same words for apt's warnings and for check. */
#ifndef SETTING_TEXT_H
#define SETTING_TEXT_H

#include "settings.h"

/*
 * Appends the fault and what it means, the valid values, and what was probably meant. near
 * is the nearest account for SETTING_HAS_NO_USER and the nearest path of a hook for
 * SETTING_HAS_NO_SCRIPT, or NULL. The text can contain any bytes of the setting.
 */
void setting_text_add(struct buffer *text, const struct setting *setting,
	enum setting_fault fault, const char *near);

#endif
