/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of many versions. dpkg(1) compares one pair at each start, so all of them are
 * one question to libapt-pkg, whose order is the same.
 */
#ifndef VERSIONS_H
#define VERSIONS_H

#include "relation.h"

/* Pairs of versions. Empty when zero-initialised. */
struct versions {
	struct string_list pairs; /* "VERSION\tOTHER"; sorted when they are compared */
	char *orders;             /* of each: '<', '=' or '>' */
	size_t limit;             /* of pairs, before duplicates are dropped */
	bool is_compared;         /* all of them */
};

/* Adds a pair, unless the relation is to any version, or needs no order. 0 or −ENOMEM. */
int versions_add(
	struct versions *versions, const struct relation *relation, struct slice version);
/*
 * Compares all pairs, unless none was added since the last time. Where libapt-pkg does not
 * answer, dpkg is asked about each. Returns 0; or −errno like dpkg_is_less(), and then it
 * is as if none had been added.
 */
int versions_compare(struct versions *versions);
void versions_done(struct versions *versions);
#define owns_versions __attribute__((cleanup(versions_done)))

/*
 * 1 if the version has the relation, otherwise 0. Without a comparator, any version has.
 * dpkg is asked about what was not compared: −errno like dpkg_is_less(). versions may be
 * NULL.
 */
int versions_hold(const struct versions *versions, const struct relation *relation,
	struct slice version);

#endif
