/* SPDX-License-Identifier: BSD-2-Clause */
/* The settings that hold for one script, as people and as programs read them. */
#ifndef EFFECTIVE_SETTINGS_H
#define EFFECTIVE_SETTINGS_H

#include "admin.h"
#include "settings.h"
#include "ui/json.h"

/*
 * Reads the scope Universal-Hooks:: below the admin's root, as apt has it now. Returns −1
 * to go on, or the status to end with, and that has been said. settings_done() is the
 * caller's in both cases.
 */
int settings_ask(struct settings *settings, const struct admin *admin);

/* Appends "install upgrade", the words for the bits of script_settings.operations. */
void operations_add(struct buffer *text, unsigned operations);

/* Appends those that are not the default, "Timeout 5, User nobody"; nothing for none. */
void effective_settings_add(struct buffer *text, const struct script_settings *settings);

/* All of them, with the names that they have in apt.conf. The caller's. */
json_t *effective_settings_to_json(const struct script_settings *settings);

#endif
