/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Relations to a version in dpkg's syntax, as in "foo (>= 2)" (deb-control(5)). Only their
 * syntax: versions_hold() compares versions.
 */
#ifndef RELATION_H
#define RELATION_H

#include "base.h"

struct relation {
	const char *comparator; /* "<<", "<=", "=", ">=" or ">>"; NULL: to any version */
	struct slice
		version; /* in the text that was parsed; empty without a comparator */
};

enum relation_fault {
	RELATION_IS_FINE,
	RELATION_IS_OBSOLETE, /* "<" or ">", which dpkg takes for "<=" or ">=" */
	RELATION_HAS_NO_COMPARATOR,
	RELATION_HAS_NO_VERSION,
	RELATION_HAS_BAD_VERSION, /* deb-version(7) */
	RELATION_IS_BROKEN,       /* unbalanced or misplaced parentheses */
	DEPENDENCY_HAS_NO_NAME, /* dependency.h: nothing before a "|", a "," or the end */
	DEPENDENCY_HAS_BAD_NAME /* of a package, or of an architecture */
};

/*
 * Cuts "(COMPARATOR VERSION)" off the end of text, and the blanks around it. Without any
 * parenthesis, text stays as it is, and the relation is to any version. As for dpkg,
 * blanks are optional. After a fault, ret_relation is to any version.
 */
enum relation_fault relation_cut(struct slice *text, struct relation *ret_relation);

/* Cuts blanks off both ends: what isspace(3) says in the locale C, as dpkg does. */
void relation_trim(struct slice *text);

#endif
