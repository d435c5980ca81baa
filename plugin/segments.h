/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name of a directory in multi_pkgs/, cut at its wildcards: what is literal in it,
 * and which names that leaves. It takes no PCRE2 to see that most directories do not
 * match.
 *
 * Names are sorted lines, see transaction_names().
 */
#ifndef SEGMENTS_H
#define SEGMENTS_H

#include "base.h"

/* Slices of the directory's name. */
struct segments {
	struct slice first;  /* before the first wildcard, or all of it */
	struct slice last;   /* behind the last one */
	struct slice middle; /* with the wildcards in it */
	bool is_pattern;     /* whether there is a wildcard at all */
	bool has_line_end;
};

struct segments segments_of(const char *directory_name);

/*
 * Takes what stands before the next whole __WILDCARD__ (all, if there is none) off rest.
 */
struct slice segments_next(struct slice *rest);

/*
 * The names among which those that match are: with the literal prefix, found by binary
 * search. None where another literal part is in none of them.
 */
struct slice segments_narrow(const struct segments *segments, struct slice names);

/* The line around offset, without its end. */
struct slice names_line(struct slice names, size_t offset);

#endif
