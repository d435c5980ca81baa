/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the paths that the scripts of a hook point ask about in their setting Paths. */
#ifndef PATH_SEARCH_H
#define PATH_SEARCH_H

#include "path_sources.h"
#include "plan.h"

struct path_search {
	struct hook_tree *tree;
	const struct settings *settings;
	const struct settings *promised; /* those of copies (copies.h), or NULL */
	struct transaction *transaction;
	unsigned hook_points; /* whose scripts ask: a bit, 1U << hook point, for each */
	bool is_noted;        /* before dpkg: a later hook point may ask */
	/* An archive that does not exist is no error: its paths are unknown. */
	bool is_simulated;
	uh_listener *listener;
	void *context;
};

/*
 * Before dpkg, or after it: fills table with paths that the scripts may match. Reads
 * nothing if none asks. If is_noted, also notes them in the transaction, together with
 * those that any other script may match later. Returns 0, or −ENOMEM and leaves table
 * empty; path_table_done() in both cases.
 */
int path_search_before(const struct path_search *search, struct path_table *table);
int path_search_after(const struct path_search *search, struct path_table *table);

#endif
