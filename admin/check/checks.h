/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the subcommand check, and what they share. */
#ifndef CHECKS_H
#define CHECKS_H

#include "check/findings.h"
#include "model/hook_list.h"
#include "origins.h"

/* A directory of pkgs/ or multi_pkgs/: its name should match a package of apt's. */
struct package_directory {
	char *path;
	const char *name; /* the last component of path */
	bool is_wildcard; /* in multi_pkgs/, not in pkgs/ */
};

struct check {
	const struct admin *admin;
	struct hook_list hooks;
	struct string_list limits; /* full paths; if there are none, check everything */
	struct findings findings;
	bool is_incomplete; /* something could not be read, and that has been reported */
	bool is_quiet;      /* report nothing that could not be read */
	bool is_apt_unusable; /* apt cannot read its configuration: ask it nothing else */
	bool are_packages_unusable; /* apt cannot read its packages: do not ask again */

	/* The file of the last check_fix_line(), and where its lines begin. */
	char *fixed_path;
	struct buffer fixed_text;
	size_t *fixed_lines;
	size_t fixed_count;

	/* What commands move, and where to: only one may move to a path. */
	struct string_list moved_from, moved_to;
	/* Above 0 in directories that get another name: check_scripts() skips them. */
	unsigned renamed;

	/* Of apt, as check_configuration() finds it; all scopes. */
	struct buffer configuration;
	struct origins origins;
	struct settings settings; /* check_read_settings() */
	bool has_settings;
	struct buffer packages; /* check_known_packages() */

	/* check_directories() lists them for check_packages(). */
	struct package_directory *directories;
	size_t directory_count;
	size_t directory_capacity;
};

void check_done(struct check *check);

/* Appends the lines of apt's configuration at and below a scope. */
void check_add_scope(const struct check *check, const char *scope, struct buffer *lines);
/* Whether a key is in the scope. */
bool key_is_in_scope(const char *key, const char *scope);

/* Reads all settings once, also those of packages; finds their files that are unusable. */
const struct settings *check_read_settings(struct check *check);

/* Whether to report findings at path, since it is within one of the limits. */
bool check_concerns(const struct check *check, const char *path);

/*
 * Reads the first limit bytes of a file of the tree. 0, −EFBIG if there are more (the
 * first are read), or −errno.
 */
int check_read(
	const struct check *check, const char *path, size_t limit, struct buffer *text);
/* All names in a directory but "." and "..", sorted. 0 or −errno. */
int check_read_names(const char *path, struct string_list *names);
/* Reports that path cannot be read, and why (−errno). */
void check_report_unreadable(struct check *check, const char *path, int error);

/*
 * Reserves a path that a command moves from to. False if something is there, or will be
 * once other commands have run.
 */
bool check_claim(struct check *check, const char *from, const char *to);

/*
 * Appends a command that replaces wrong by right in a line of a file of the system; nothing
 * if that line does not have wrong exactly once, as a whole word.
 */
void check_fix_line(struct check *check, struct buffer *command, const char *path,
	unsigned long line, const char *wrong, const char *right);

/* findings_add(), for a whole file and for a line of it. */
#define check_find(check, kind, path, command, ...)                                      \
	findings_add(&(check)->findings, kind, path, 0, command, __VA_ARGS__)
#define check_find_at(check, kind, path, line, command, ...)                             \
	findings_add(&(check)->findings, kind, path, line, command, __VA_ARGS__)

struct package_names;
/*
 * Asks apt, once, for all packages that it knows. False if it does not answer, which is
 * reported; package_names_done() in both cases.
 */
bool check_known_packages(struct check *check, struct package_names *ret_names);

/* dpkg's below the root, for dpkg.h; NULL: its default. The caller frees it. */
char *check_status_file(const struct check *check);

/*
 * Call them in this order, since check_packages() needs check_directories(). Each reports
 * what it cannot read.
 */
/* First, since the others ask apt nothing if it cannot read its configuration. */
void check_configuration(struct check *check);
void check_scripts(struct check *check);
/* The same for a file in the tree whose directory is not a place for hooks yet. */
void check_script_at(struct check *check, const char *path);
/* Reports each unsafe directory on the way to path, and path; it begins with the root. */
void check_each_step(struct check *check, const char *path);
void check_conffiles(struct check *check);
void check_directories(struct check *check);
void check_settings(struct check *check);
void check_registration(struct check *check);
/* What the log tells of the hooks that there are, and of the last transaction. */
void check_log(struct check *check);
void check_packages(struct check *check);

/*
 * How many directories hold scripts that never run: what check_directories() finds,
 * without asking apt or dpkg anything, nor reporting what cannot be read.
 */
size_t check_count_never_run(const struct admin *admin);
/* Writes how many there are, if any, and the command that shows them. */
void check_write_never_run(const struct terminal *terminal, const struct admin *admin);

#endif
