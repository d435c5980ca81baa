/* SPDX-License-Identifier: BSD-2-Clause */
/* The items of the setting Packages: which packages a script runs for. */
#ifndef PATTERN_H
#define PATTERN_H

#include "relation.h"

/* "GLOB", "!GLOB" or "GLOB (>= VERSION)". The slices are in the text that was parsed. */
struct pattern {
	bool excludes;
	struct slice glob; /* for fnmatch(3) */
	struct relation relation;
};

/* False if text is no pattern that a package could match. */
bool pattern_parse(struct pattern *ret_pattern, const char *text);

/*
 * Whether a pattern of this text cannot match the name, since it begins otherwise. Most
 * patterns need not be parsed for most names.
 */
bool pattern_is_ruled_out(const char *text, const char *name);

/*
 * Whether the glob matches the name or, if it has a colon, NAME:ARCHITECTURE. The caller
 * compares versions.
 */
bool pattern_matches(
	const struct pattern *pattern, const char *name, const char *architecture);

#endif
