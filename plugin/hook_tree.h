/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hook tree: the administrator's directory /etc/apt/universal-hooks merged over the
 * packages' /usr/lib/apt/universal-hooks. Knows scripts, but not transactions.
 */
#ifndef HOOK_TREE_H
#define HOOK_TREE_H

#include "base.h"
#include "trust.h"

/* The places, in order of precedence. */
enum { PLACE_OF_ADMINISTRATOR, PLACE_OF_PACKAGES, PLACE_COUNT };

/* A script that is not in the tree yet, and its path there. */
struct draft {
	const char *path;
	const char *relative;
};

struct hook_tree {
	char *places[PLACE_COUNT];
	char *copies[PLACE_COUNT]; /* overridden by all places; NULL: none (copies.h) */
	struct trust trust;
	/* The only script, which the caller owns; NULL: those of the places. */
	const struct draft *draft;
};

enum script_fault {
	SCRIPT_IS_FINE,
	SCRIPT_IS_NOT_EXECUTABLE,
	SCRIPT_IS_NOT_A_FILE,
	SCRIPT_IS_DANGLING,
	SCRIPT_IS_OPEN_TO_OTHERS,
	SCRIPT_CANNOT_START,         /* it or its settings cannot be read now */
	SCRIPT_WITHOUT_SETTINGS,     /* it is new, and its settings cannot be read */
	SCRIPT_WITH_FAULTY_SETTING,  /* an invalid guard (settings.h) */
	SCRIPT_WITH_UNSAFE_VARIABLE, /* one of Environment (variables.h) */
	/* The path is a directory. */
	DIRECTORY_IS_UNREADABLE,
	WILDCARD_HAS_FAILED /* PCRE2 gave up on its name */
};

struct script {
	char *path;
	const char *relative; /* the part of path below its place; of a draft, its own */
	bool is_draft;
	const char *original; /* of a copy: the part of path that it was copied from */
	enum script_fault fault;
	int error;                 /* −errno, if the fault has one */
	struct unsafe_path unsafe; /* of SCRIPT_IS_OPEN_TO_OTHERS, or of the variable */
	const char *variable; /* of SCRIPT_WITH_UNSAFE_VARIABLE; the settings own it */
};

/* Zero-initialised is empty. */
struct script_list {
	struct script *items;
	size_t count;
	size_t capacity;
};

/* root is a prefix of both places, or "". 0 or −ENOMEM; hook_tree_done() in both cases. */
int hook_tree_init(struct hook_tree *tree, const char *root);
void hook_tree_done(struct hook_tree *tree);

/* Adds the copies in a directory under their original paths. 0 or −ENOMEM. */
int hook_tree_add_copies(struct hook_tree *tree, const char *copies, const char *root);
/* The copy of a script, if there is one. */
bool hook_tree_find_copy(
	struct hook_tree *tree, const char *relative, struct script *ret_script);

/*
 * Appends the names in a directory ("pkgs") of both places, sorted, without those that
 * begin with a dot. A missing directory is empty; one that cannot be read is added to
 * faults. Returns 0, or −ENOMEM with names missing.
 */
int hook_tree_names(const struct hook_tree *tree, const char *directory,
	struct string_list *names, struct script_list *faults);

/*
 * Appends the scripts of a directory, sorted by name; the administrator's script
 * overrides the package's of the same name. Skips directories, leftovers and names that a
 * link to /dev/null masks. A script that cannot run has its fault set. Returns 0, or
 * −ENOMEM with scripts missing.
 */
int hook_tree_scripts(
	struct hook_tree *tree, const char *directory, struct script_list *scripts);

/* Appends a directory that could not be read, with −errno. Returns 0 or −ENOMEM. */
int hook_tree_add_fault(const struct hook_tree *tree, const char *directory, int error,
	struct script_list *faults);

/* What is at a path relative to the tree, in the first place that has something there. */
enum tree_node { NODE_ABSENT, NODE_MASK, NODE_DIRECTORY, NODE_SCRIPT };
enum tree_node hook_tree_look(struct hook_tree *tree, const char *relative);
/* The same in one place. NODE_SCRIPT sets ret_script; when out of memory, NODE_ABSENT. */
enum tree_node hook_tree_look_in(struct hook_tree *tree, size_t place,
	const char *relative, struct script *ret_script);

/*
 * Whether files of this name are skipped: those that apt skips in apt.conf.d, and those
 * that editors and package managers leave behind. The patterns are all but ".*" and
 * "#*#"; each is "*" and an ending.
 */
extern const char *const leftover_patterns[];
bool hook_tree_is_leftover(const char *name);
/* The part of the name that such a pattern matches behind its "*"; NULL if none does. */
const char *hook_tree_leftover_ending(const char *name);

/* Whether a directory has entries, in either place; true if it cannot be read. */
bool hook_tree_has_any(
	const struct hook_tree *tree, const char *const *directories, size_t count);

/* Whether directory/NAME/below exists for any name, in either place; true when in doubt. */
bool hook_tree_has_below(
	const struct hook_tree *tree, const char *directory, const char *below);

/* 0 or −ENOMEM; script_done() in both cases. Of a script without a fault. */
int script_copy(struct script *ret_copy, const struct script *script);
void script_done(struct script *script);
void script_list_done(struct script_list *list);
#define owns_scripts __attribute__((cleanup(script_list_done)))

#endif
