/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name of a directory in multi_pkgs/, split at its wildcards into literal parts, which
 * rule out most directories without PCRE2. Names are the lines of transaction_names().
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

/* The names that begin with the first part; none if they lack one of the other parts. */
struct slice segments_narrow(const struct segments *segments, struct slice names);

/* The line around offset, without its end. */
struct slice names_line(struct slice names, size_t offset);

#endif
