/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hooks of other package managers, and what has the same effect here: those of pacman
 * (alpm-hooks(5)), of dnf5 (libdnf5-actions(8)), and of dnf 4 (post-transaction-actions).
 */
#ifndef FOREIGN_H
#define FOREIGN_H

#include "model/settings_file.h"
#include "transaction.h"
#include "universal_hooks.h"

enum foreign_kind {
	FOREIGN_NONE,
	FOREIGN_ALPM,
	FOREIGN_ACTIONS,
	FOREIGN_OLD_ACTIONS, /* of dnf 4 */
	FOREIGN_APT_CONF     /* settings of apt, which are no hooks */
};

/* Decides by name (NAME.hook, NAME.actions, NAME.action) and text, or by text alone. */
enum foreign_kind foreign_kind_of(const char *name, struct slice text);

/* The package manager that reads such files. */
const char *foreign_program(enum foreign_kind kind);

/* Another package manager's hook point. */
struct foreign_point {
	const char *program;
	bool has_equivalent; /* hook_point is apt's */
	enum uh_hook_point hook_point;
};

/* NULL if the word is not another program's hook point. */
const struct foreign_point *foreign_point_of(const char *word);

/* What has the same effect as a hook, a group of triggers, or an action. */
struct foreign_hook {
	unsigned long line;
	char *path; /* of the script, in the tree; NULL if apt has no such hook point */
	char *word; /* that hook point, or NULL */
	char *program; /* the script is a symlink to it; or NULL */
	char *command; /* otherwise, what the script does, for sh; or NULL */
	struct own_settings settings; /* their paths are empty */
};

/* What no setting, nor the script as it is proposed, does. */
enum foreign_loss {
	FOREIGN_LOSS_KEY,       /* unknown, or with a value that is not */
	FOREIGN_LOSS_TARGET,    /* no package or path can match it */
	FOREIGN_LOSS_EXCLUSION, /* of paths */
	FOREIGN_LOSS_NEVER,     /* a trigger that only excludes */
	FOREIGN_LOSS_ONCE,      /* several scripts, each with its own targets */
	FOREIGN_LOSS_VETO,      /* Depends with AbortOnFail */
	FOREIGN_LOSS_COMMAND,   /* that cannot be parsed */
	FOREIGN_LOSS_VERSION,   /* a filter by version */
	FOREIGN_LOSS_OPTION,
	FOREIGN_LOSS_VARIABLE
};
struct foreign_lost {
	unsigned long line;
	enum foreign_loss loss;
	char *word;
};

/* Empty when zero-initialised. */
struct foreign_hooks {
	struct foreign_hook *items;
	size_t count;
	size_t capacity;
	struct foreign_lost *losses;
	size_t loss_count;
	size_t loss_capacity;
};

void foreign_hooks_done(struct foreign_hooks *hooks);

/* --- for the parsers, foreign_alpm.c and foreign_dnf.c */

void foreign_read_alpm(struct foreign_hooks *hooks, const char *name, struct slice text);
void foreign_read_actions(
	struct foreign_hooks *hooks, const char *name, struct slice text);
void foreign_read_old_actions(
	struct foreign_hooks *hooks, const char *name, struct slice text);

struct slice foreign_strip(struct slice text);
/* Takes the next line, stripped, and counts it; false at the end. */
bool foreign_next_line(struct slice *rest, unsigned long *number, struct slice *ret_line);
/* NULL if the line is not an action of dnf5. */
const struct foreign_point *foreign_point_of_action(struct slice line);
/* "FILTER:STATE:COMMAND", in dnf's plugin post-transaction-actions. */
bool foreign_is_old_action(struct slice line);

/* Adds a hook with a path. It is valid until the next one is added. */
struct foreign_hook *foreign_add(struct foreign_hooks *hooks, unsigned long line,
	enum uh_hook_point hook_point, const char *name);
/* Adds one for whose hook point, word, apt has none. */
void foreign_add_pointless(
	struct foreign_hooks *hooks, unsigned long line, struct slice word);
/* Makes the paths differ by the lines, if there are several. */
void foreign_number_paths(struct foreign_hooks *hooks);
/* Sets a single value, or adds one to a list. */
void foreign_set(struct foreign_hook *hook, const char *name, const char *value);
void foreign_add_item(struct foreign_hook *hook, const char *name, const char *value);
/* Sets Enabled to false if neither Packages nor Paths would narrow the script. */
void foreign_close_without(struct foreign_hook *hook);
/*
 * Packages that come, or go, for dnf and for paths: bits of enum operation. Sets
 * Operations, unless these are all.
 */
#define FOREIGN_CHANGED                                                                  \
	(1U << OPERATION_UPGRADE | 1U << OPERATION_DOWNGRADE | 1U << OPERATION_REINSTALL)
#define FOREIGN_REMOVED (1U << OPERATION_REMOVE | 1U << OPERATION_PURGE)
#define FOREIGN_IN (1U << OPERATION_INSTALL | FOREIGN_CHANGED)
#define FOREIGN_OUT (FOREIGN_CHANGED | FOREIGN_REMOVED)
#define FOREIGN_ALL (1U << OPERATION_INSTALL | FOREIGN_CHANGED | FOREIGN_REMOVED)
void foreign_set_operations(struct foreign_hook *hook, unsigned operations);
/* Sets the program and Arguments, or the command if only a shell can do it. */
void foreign_set_program(struct foreign_hook *hook, const struct string_list *words);
/* Sets the command: these words, quoted, between before and after. */
void foreign_set_command(struct foreign_hook *hook, const char *before,
	const struct string_list *words, const char *after);
void foreign_lose(struct foreign_hooks *hooks, unsigned long line, enum foreign_loss loss,
	struct slice word);

#endif
