/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the subcommand check, each with its kinds of findings. */
#ifndef CHECKS_H
#define CHECKS_H

#include "check/findings.h"
#include "model/hook_list.h"

/* A directory whose name is to be held against apt's packages. */
struct package_directory {
	char *path;
	const char *name; /* the end of path */
	bool is_wildcard; /* in multi_pkgs/, not in pkgs/ */
};

struct check {
	const struct admin *admin;
	struct hook_list hooks;
	struct string_list limits; /* full paths; when there are none, all is looked at */
	struct findings findings;
	bool is_blind;    /* something could not be looked at, and that has been said */
	bool is_apt_mute; /* apt does not tell its configuration, so nor anything else */

	struct package_directory
		*directories; /* what check_directories() found for check_packages() */
	size_t directory_count;
	size_t directory_capacity;
};

/* Whether findings at path are wanted: it is one of the limits, or below one. */
bool check_concerns(const struct check *check, const char *path);

/*
 * Adds a finding; command may be NULL for none. The message is like printf(3), a sentence
 * that begins small and has no full stop, for it stands behind the path.
 */
void check_find(struct check *check, enum finding_kind kind, const char *path,
	const struct buffer *command, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* The same at a line of a file; 0 is none. */
void check_find_at(struct check *check, enum finding_kind kind, const char *path,
	unsigned long line, const struct buffer *command, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/*
 * Whether the file is a hook of another package manager; such a file is no script,
 * however it looks. check_foreign() also finds what is to say of it.
 */
bool check_is_foreign(const struct check *check, const char *path);
bool check_foreign(struct check *check, const char *path);

/* In this order. Each says itself what cannot be looked at. */
void check_scripts(struct check *check);
void check_directories(struct check *check);
void check_settings(struct check *check);
void check_registration(struct check *check);
void check_packages(struct check *check);

#endif
