/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a new hook belongs, according to the command line. */
#ifndef PLACE_H
#define PLACE_H

#include "admin.h"
#include "plan.h"

/* Empty when zero-initialised. */
struct place {
	char *relative; /* to the hook tree: "pkgs/nginx/Post-Invoke/050-x" */
	enum uh_hook_point hook_point;
	enum reason reason;
	char *match; /* the directory of a package or a wildcard; NULL for always */
};

/*
 * Reads word, which is relative to the hook tree: HOOK-POINT/NAME, with a package or a
 * wildcard (at most one is not NULL), or a whole path in pkgs/ or multi_pkgs/. "*" becomes
 * __WILDCARD__. Errors suggest what was probably meant. A status or −1 (admin.h); call
 * place_done() in any case.
 */
int place_parse(
	struct place *place, const char *word, const char *package, const char *wildcard);
void place_done(struct place *place);
#define owns_place __attribute__((cleanup(place_done)))

/*
 * The hook point of a script or directory with this path below the hook tree. False if it
 * is above those of several hook points.
 */
bool hook_point_of_path(const char *relative, enum uh_hook_point *ret_hook_point);

/*
 * The text of a new script, which explains itself, for the caller to free. description may
 * be NULL. No name, however strange, can break out of the comment.
 */
char *place_template(const struct place *place, const char *description);

#endif
