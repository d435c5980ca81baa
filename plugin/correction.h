/* SPDX-License-Identifier: BSD-2-Clause */
/* What a faulty setting was probably meant to be. */
#ifndef CORRECTION_H
#define CORRECTION_H

#include "settings.h"

/* Zero-initialised: no idea. */
struct correction {
	char *wrong; /* part of the key, the value, or, as in apt.conf, NAME "VALUE" */
	char *right; /* what to write instead */
	bool is_certain; /* nothing else can be meant */
};

/*
 * For a setting without a type, or with a bad value or form. Without memory, finds nothing.
 * The caller calls correction_done().
 */
void correction_find(struct correction *correction, const struct setting *setting);
void correction_done(struct correction *correction);

/*
 * Appends the valid values of a type that has few: "\"warn\", \"abort\"". False, and
 * nothing is appended, for a type that has many.
 */
bool setting_type_add_words(struct buffer *text, const struct setting_type *type);

#endif
