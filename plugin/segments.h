/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name of a directory in multi_pkgs/, split at its wildcards into literal parts. They
 * rule out most directories without PCRE2. Names are sorted lines, see
 * transaction_names().
 */
#ifndef SEGMENTS_H
#define SEGMENTS_H

#include "base.h"

/* Slices of the directory's name. */
struct segments {
	struct slice first;  /* before the first wildcard, or the whole name */
	struct slice last;   /* behind the last wildcard */
	struct slice middle; /* between first and last, with wildcards */
	bool is_pattern;     /* whether there is a wildcard */
	bool has_line_end;
};

struct segments segments_of(const char *directory_name);

/* Moves the part before the next __WILDCARD__, or all, from rest to the result. */
struct slice segments_next(struct slice *rest);

/*
 * The range of names that have the literal prefix, found by binary search; empty if
 * another literal part is in none of them.
 */
struct slice segments_narrow(const struct segments *segments, struct slice names);

/* The line around offset, without its end. */
struct slice names_line(struct slice names, size_t offset);

#endif
