/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds settings by their path or their value, for the checks of all settings. */
#ifndef SETTING_INDEX_H
#define SETTING_INDEX_H

#include "settings.h"

/* Points into the settings. */
struct setting_index {
	const struct setting **by_path;  /* then by type; of equals, in their order */
	const struct setting **by_value; /* by its address */
	size_t count;
};

/* setting_index_done() frees what it holds. */
void setting_index_init(struct setting_index *index, const struct settings *settings);
void setting_index_done(struct setting_index *index);

/* The settings of this path: the first of ret_count in by_path. */
const struct setting *const *setting_index_path(
	const struct setting_index *index, const char *path, size_t *ret_count);
/* The last of the path and the type that is of apt's configuration; or NULL. */
const struct setting *setting_index_last(const struct setting_index *index,
	const char *path, const struct setting_type *type);
/* The setting whose value is at this address; or NULL. */
const struct setting *setting_index_value(
	const struct setting_index *index, const char *value);

#endif
