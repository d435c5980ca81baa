/* SPDX-License-Identifier: BSD-2-Clause */
/* Which package apt would have to install to satisfy a dependency of Requires. */
#ifndef CANDIDATE_H
#define CANDIDATE_H

#include "base.h"

/* Adds the names of its alternatives, for apt_packages(). */
void candidate_add_names(struct string_list *names, struct slice dependency);

/*
 * The first alternative that apt's candidate would satisfy, given the lines of
 * apt_packages(): NAME or NAME:ARCHITECTURE, as the dependency has it, for the caller to
 * free. NULL if there is none.
 */
char *candidate_find(struct slice lines, struct slice dependency);

#endif
