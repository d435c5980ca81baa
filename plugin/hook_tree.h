/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two trees as one: the administrator's in /etc/apt/universal-hooks over the
 * packages' own in /usr/lib/apt/universal-hooks. Knows what a script is, and nothing of
 * transactions.
 */
#ifndef HOOK_TREE_H
#define HOOK_TREE_H

#include "base.h"
#include "trust.h"

/* The places, in the order in which they count. */
enum { PLACE_OF_ADMINISTRATOR, PLACE_OF_PACKAGES, PLACE_COUNT };

struct hook_tree {
	char *places[PLACE_COUNT];
	struct trust trust;
};

enum script_fault {
	SCRIPT_IS_FINE,
	SCRIPT_IS_NOT_EXECUTABLE,
	SCRIPT_IS_NOT_A_FILE,
	SCRIPT_IS_DANGLING,
	SCRIPT_IS_OPEN_TO_OTHERS,
	SCRIPT_CANNOT_START, /* it, or what holds for it, cannot be looked at just now */
	/* Not scripts: path is a directory. */
	DIRECTORY_IS_UNREADABLE,
	DIRECTORY_IS_UNMATCHED /* PCRE2 gave up on its name */
};

struct script {
	char *path;
	const char *relative; /* the end of path that is below its place of the tree */
	enum script_fault fault;
	int error;                 /* −errno, where the fault has one */
	struct unsafe_path unsafe; /* of SCRIPT_IS_OPEN_TO_OTHERS */
};

/* Zero-initialised is empty. */
struct script_list {
	struct script *items;
	size_t count;
	size_t capacity;
};

/*
 * root is "" or a prefix of both places. 0 or −ENOMEM; hook_tree_done() also after that.
 */
int hook_tree_init(struct hook_tree *tree, const char *root);
void hook_tree_done(struct hook_tree *tree);

/*
 * The names in the directory (relative to both places, "pkgs"), merged and ascending,
 * without those that begin with a dot. A directory that is not there has none; one that
 * cannot be read is added to faults. 0, or −ENOMEM, and then there may be more.
 */
int hook_tree_names(const struct hook_tree *tree, const char *directory,
	struct string_list *names, struct script_list *faults);

/*
 * Appends the scripts of a directory, ascending by name; of two with one name the
 * administrator's counts. Directories, leftovers (names that apt ignores in apt.conf.d)
 * and links to /dev/null are not there. A script that cannot run is, with its fault. 0,
 * or −ENOMEM, and then there may be more.
 */
int hook_tree_scripts(
	struct hook_tree *tree, const char *directory, struct script_list *scripts);

/*
 * Appends the message that a directory could not be read, in either place: −errno why.
 * 0 or −ENOMEM.
 */
int hook_tree_add_fault(const struct hook_tree *tree, const char *directory, int error,
	struct script_list *faults);

/* What stands at a path relative to the tree, in the place that counts. */
enum tree_node { NODE_ABSENT, NODE_MASK, NODE_DIRECTORY, NODE_SCRIPT };
enum tree_node hook_tree_look(struct hook_tree *tree, const char *relative);
/*
 * The same in one place, whatever the other has; of NODE_SCRIPT with ret_script, for
 * script_done(). NODE_ABSENT also without memory.
 */
enum tree_node hook_tree_look_in(struct hook_tree *tree, size_t place,
	const char *relative, struct script *ret_script);

/*
 * Whether a file of this name is passed over: apt's own list for apt.conf.d, and what
 * editors leave.
 */
bool hook_tree_is_leftover(const char *name);

/*
 * Whether one of the directories holds anything at all, in either place; true also where
 * it cannot tell.
 */
bool hook_tree_has_any(
	const struct hook_tree *tree, const char *const *directories, size_t count);

void script_done(struct script *script);
void script_list_done(struct script_list *list);
#define owns_scripts __attribute__((cleanup(script_list_done)))

#endif
