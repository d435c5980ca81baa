/* SPDX-License-Identifier: BSD-2-Clause */
/* All hooks, with everything that list and show print about them. */
#ifndef INVENTORY_H
#define INVENTORY_H

#include "model/effective_settings.h"
#include "model/hook_list.h"
#include "model/log_reader.h"
#include "system/owner.h"

/* Empty if zero-initialised except for admin. */
struct inventory {
	struct hook_list hooks;
	struct settings settings;
	struct origins origins; /* of settings */
	struct owner_list owners;
	struct log log;
	struct last_runs last_runs;
	const struct admin *admin;
};

struct item {
	const struct hook *hook;
	const char *path;  /* as seen from the root */
	const char *owner; /* or NULL */
	char *fault;       /* why an effective hook cannot run, or NULL; to be freed */
	struct script_settings settings;
	struct setting_sources sources;
	const struct log_run *last; /* or NULL */
	const struct log_transaction *transaction;
};
#define owns_item __attribute__((cleanup(item_done)))

/* Reads it, and reports what cannot be read. A status or −1 (admin.h). */
int inventory_take(struct inventory *inventory);
void inventory_done(struct inventory *inventory);

/* Collects what is known about the hook. Overwrites item, which points into both. */
void item_make(
	struct item *item, const struct inventory *inventory, const struct hook *hook);
void item_done(struct item *item);

/* Appends "pkgs/perl", "multi_pkgs/ea-__WILDCARD__" or "always". */
void item_add_scope(struct buffer *text, const struct hook *hook);
/* Appends "masked by …"; nothing for a hook that is effective. */
void item_add_status(struct buffer *text, const struct hook *hook);
/* Appends how it last ended and when; nothing if it never ran. */
void item_add_last(struct buffer *text, const struct item *item);
/* "enabled", "disabled", "masked", …; people get a translation. */
const char *item_state(const struct item *item);
/* Where it is from: the name of a package, or "local". */
const char *item_origin(const struct item *item);
/* Everything, as list --json prints it. The caller owns the object. */
json_t *item_to_json(const struct inventory *inventory, const struct hook *hook);

#endif
