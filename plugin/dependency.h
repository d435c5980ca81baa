/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists of dependencies as in the field Depends: "a, b (>= 2) | c:i386" (deb-control(5)).
 * Only their syntax: installed_satisfies() looks at the packages.
 */
#ifndef DEPENDENCY_H
#define DEPENDENCY_H

#include "relation.h"

/* One of those that a dependency separates by "|". Points into the text. */
struct alternative {
	struct slice name;
	struct slice architecture; /* empty: none is named */
	struct relation relation;
};

/* Cuts off the next dependency, without the blanks around it. */
struct slice dependency_cut(struct slice *list);

/* The same for an alternative. After a fault, ret_alternative is undefined. */
enum relation_fault alternative_cut(
	struct slice *dependency, struct alternative *ret_alternative);

/* The first fault of a list. Nothing may be empty, neither the list nor a part of it. */
enum relation_fault dependency_find_fault(struct slice list);

#endif
