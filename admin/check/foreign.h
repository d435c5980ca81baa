/* SPDX-License-Identifier: BSD-2-Clause */
/* Hooks of other package managers: alpm-hooks(5) of pacman, libdnf5-actions(8) of dnf. */
#ifndef FOREIGN_H
#define FOREIGN_H

#include "base.h"
#include "universal_hooks.h"

/* As much of a file as is read. */
#define FOREIGN_SIZE 65536

enum foreign_kind { FOREIGN_NONE, FOREIGN_ALPM, FOREIGN_ACTIONS };

/* By its name: NAME.hook, NAME.actions. */
bool foreign_may_be(const char *name);
/* By name and, as others may use such names, by its text. */
enum foreign_kind foreign_kind_of(const char *name, struct slice text);

/* One thing for which such a file would run a program: a Target, or an action's line. */
struct foreign_hook {
	unsigned long line;
	char *word; /* what does not exist here, if anything: a hook point or a pattern */
	char *place;    /* directory for a script that does the same, or NULL */
	bool has_point; /* false: word is a hook point that apt has nothing like */
};

/* Zero-initialised is empty. */
struct foreign_hooks {
	struct foreign_hook *items;
	size_t count;
	size_t capacity;
};

/* Appends what the text of a file of this kind has. 0 or −ENOMEM. */
int foreign_read(struct foreign_hooks *hooks, enum foreign_kind kind, struct slice text);
void foreign_hooks_done(struct foreign_hooks *hooks);

/* The program that reads such files. */
const char *foreign_program(enum foreign_kind kind);

/* A directory of the tree with the name that another program has for its hook point. */
struct foreign_point {
	const char *letters; /* of its name, without capitals and other characters */
	const char *program;
	bool has_equal; /* else apt has no hook point like it */
	enum uh_hook_point hook_point;
};

/* NULL where the word names no other program's hook point. */
const struct foreign_point *foreign_point_of(const char *word);

#endif
