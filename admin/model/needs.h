/* SPDX-License-Identifier: BSD-2-Clause */
/* The packages that hooks need (their setting Requires), and which hooks need them. */
#ifndef NEEDS_H
#define NEEDS_H

#include "model/hook_list.h"
#include "settings.h"

/* Whether apt has a version of a package; nobody knows until it was asked. */
enum knowledge { KNOWLEDGE_NONE, KNOWN_TO_APT, UNKNOWN_TO_APT };

struct need {
	char *package; /* NAME or NAME:ARCHITECTURE */
	bool is_installed;
	enum knowledge knowledge;
	struct string_list hooks; /* paths, in the order in which they run */
};

/* Zero-initialised is empty. */
struct needs {
	struct need *items; /* ascending by package */
	size_t count;
	size_t capacity;
};

/*
 * Fills needs, which is empty, from the hooks that count and are enabled: the others do
 * not run, so they need nothing. 0 or −ENOMEM; needs_done() in both cases.
 */
int needs_find(struct needs *needs, const struct hook_list *hooks,
	const struct settings *settings);
void needs_done(struct needs *needs);

/* Finds out what is installed, as apt's helper does. 0 or −errno (dpkg_query()). */
int needs_look_up(struct needs *needs, const char *status_file);

/*
 * Learns from the lines of apt_packages(), which was asked for all that is not installed,
 * what of it apt knows.
 */
void needs_learn(struct needs *needs, struct slice lines);

/*
 * Whether apt-get would take the name for something else than a package (apt-get(8),
 * install): "foo-" removes foo, and a name that apt does not know is a regular
 * expression where it has a '.' or a '+' in it.
 */
bool need_is_misread(const struct need *need);

#endif
