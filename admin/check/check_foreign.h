/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files in the tree that are not scripts: hooks of other package managers (alpm-hooks(5)
 * of pacman, libdnf5-actions(8) and post-transaction-actions of dnf), and settings of
 * apt.
 */
#ifndef CHECK_FOREIGN_H
#define CHECK_FOREIGN_H

#include "check/checks.h"
#include "universal_hooks.h"

enum foreign_kind {
	FOREIGN_NONE,
	FOREIGN_ALPM,
	FOREIGN_ACTIONS,
	FOREIGN_OLD_ACTIONS, /* of dnf 4 */
	FOREIGN_APT_CONF
};

/* Decides by name (NAME.hook, NAME.actions, NAME.action) and text, or by text alone. */
enum foreign_kind foreign_kind_of(const char *name, struct slice text);

/* A Target of a .hook file, or a line of an .actions file. */
struct foreign_hook {
	unsigned long line;
	char *word;      /* the pattern, or the hook point if apt has none like it */
	char *directory; /* where an equivalent script belongs, or NULL */
	bool has_point;  /* apt has such a hook point */
};

/* Empty when zero-initialised. */
struct foreign_hooks {
	struct foreign_hook *items;
	size_t count;
	size_t capacity;
};

/* Appends all hooks in the text of a file of this kind. */
void foreign_read(struct foreign_hooks *hooks, enum foreign_kind kind, struct slice text);
void foreign_hooks_done(struct foreign_hooks *hooks);

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

/*
 * Whether the file is a hook of another package manager, and so not a script;
 * check_foreign() adds the findings as well.
 */
bool check_is_foreign(const struct check *check, const char *path);
bool check_foreign(struct check *check, const char *path);

#endif
