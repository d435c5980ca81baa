/* SPDX-License-Identifier: BSD-2-Clause */
/* The shape of the tree: directories and scripts where none are looked for. */
#include "check/check_foreign.h"
#include "hook_point.h"
#include "package_settings.h"
#include "segments.h"
#include "system/rootfs.h"
#include "ui/message.h"
#include "ui/spelling.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

/* How deep to look for scripts in a directory that the engine does not read. */
#define DEPTH_MAX 8

/* What a directory is for, which depends on where it is. */
enum role {
	ROLE_TREE,
	ROLE_PACKAGES,   /* pkgs/ */
	ROLE_PACKAGE,    /* pkgs/NAME/ */
	ROLE_WILDCARDS,  /* multi_pkgs/ */
	ROLE_HOOK_POINT, /* multi_pkgs/Post-Invoke/ */
	ROLE_HOOKS       /* where scripts belong */
};

static const struct word subtrees[] = {
	{"pkgs", ROLE_PACKAGES}, {"multi_pkgs", ROLE_WILDCARDS}};

struct checked_entry {
	const char *directory; /* the full path of its directory */
	const char *name;
	char *path;
	struct stat status; /* of a symlink's target */
};

static void check_entries_of(struct check *check, const char *path, enum role role);

int check_read_names(const char *path, struct string_list *names)
{
	DIR *directory = opendir(path);
	const struct dirent *found;
	int error;

	if (directory == NULL)
		return -errno;
	for (errno = 0; (found = readdir(directory)) != NULL; errno = 0)
		if (strcmp(found->d_name, ".") != 0 && strcmp(found->d_name, "..") != 0)
			xlist_add(names, found->d_name);
	error = -errno;
	(void)closedir(directory); /* it was only read */
	string_list_sort_unique(names);
	return error;
}

/* False if it no longer exists, or is a dangling symlink. */
static bool checked_entry_init(
	struct checked_entry *entry, const char *directory, const char *name)
{
	*entry = (struct checked_entry){.directory = directory,
		.name = name,
		.path = xformat("%s/%s", directory, name)};
	return stat(entry->path, &entry->status) == 0;
}

static void checked_entry_done(struct checked_entry *entry)
{
	free(entry->path);
}
#define owns_entry __attribute__((cleanup(checked_entry_done)))

static bool is_real_directory(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Whether it has nothing but directories and names that begin with a dot, at any depth. */
static bool is_empty(const char *directory, unsigned depth)
{
	owns_strings struct string_list names = {0};
	bool is_nothing = depth < DEPTH_MAX && check_read_names(directory, &names) == 0;

	for (size_t i = 0; i < names.count && is_nothing; i++) {
		owns_memory char *path = xformat("%s/%s", directory, names.items[i]);

		is_nothing = names.items[i][0] == '.' ||
			     (is_real_directory(path) && is_empty(path, depth + 1));
	}
	return is_nothing;
}

/* Where no script belongs, report only files that look like one; a README is fine. */
static bool is_scriptlike(const struct check *check, const struct checked_entry *entry)
{
	owns_buffer struct buffer head = {0};

	if (!S_ISREG(entry->status.st_mode))
		return false;
	if ((entry->status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0)
		return true;
	return check_read(check, entry->path, 2, &head) == -EFBIG &&
	       slice_equals(buffer_slice(&head), "#!");
}

enum scripts { SCRIPTS_NONE, SCRIPTS_ONLY, SCRIPTS_AMONG_OTHERS };

static enum scripts find_scripts(
	const struct check *check, const char *directory, unsigned depth);

static enum scripts find_scripts_at(
	const struct check *check, const struct checked_entry *entry, unsigned depth)
{
	if (hook_tree_is_leftover(entry->name))
		return SCRIPTS_NONE;
	if (is_scriptlike(check, entry))
		return SCRIPTS_ONLY;
	/* Do not follow symlinks: they could lead back here. */
	if (!is_real_directory(entry->path) ||
		find_scripts(check, entry->path, depth + 1) == SCRIPTS_NONE)
		return SCRIPTS_NONE;
	return SCRIPTS_AMONG_OTHERS;
}

/* Whether a directory has scripts, in its subdirectories too, and nothing else. */
static enum scripts find_scripts(
	const struct check *check, const char *directory, unsigned depth)
{
	owns_strings struct string_list names = {0};
	size_t only = 0, others = 0;

	if (depth == DEPTH_MAX || check_read_names(directory, &names) < 0)
		return SCRIPTS_NONE;
	for (size_t i = 0; i < names.count && others == 0; i++) {
		owns_entry struct checked_entry entry = {.path = NULL};
		enum scripts found = SCRIPTS_NONE;

		if (checked_entry_init(&entry, directory, names.items[i]))
			found = find_scripts_at(check, &entry, depth);
		only += found == SCRIPTS_ONLY;
		others += found == SCRIPTS_AMONG_OTHERS;
	}
	if (only + others == 0)
		return SCRIPTS_NONE;
	return only == names.count ? SCRIPTS_ONLY : SCRIPTS_AMONG_OTHERS;
}

static bool has_scripts(const struct check *check, const struct checked_entry *entry)
{
	return find_scripts(check, entry->path, 0) != SCRIPTS_NONE;
}

/* The path in directory that an entry will have, after the commands that rename it. */
static char *path_after(
	const struct check *check, const char *path, const char *directory)
{
	const char *after = path;

	for (size_t i = 0; i < check->moved_from.count; i++)
		if (strcmp(check->moved_from.items[i], path) == 0)
			after = check->moved_to.items[i];
	return xformat("%s%s", directory, strrchr(after, '/'));
}

/*
 * Adds commands that move the entries of from to to, and remove from; directories that are
 * in both are merged. now is the path of from until earlier commands have run. False if a
 * name is taken.
 */
static bool add_merge(struct check *check, struct buffer *command, const char *now,
	const char *from, const char *to)
{
	owns_strings struct string_list names = {0};
	bool is_free = check_read_names(now, &names) == 0;

	for (size_t i = 0; i < names.count && is_free; i++) {
		owns_memory char *entry = xformat("%s/%s", now, names.items[i]);
		owns_memory char *old = path_after(check, entry, from);
		owns_memory char *new = path_after(check, entry, to);

		if (!check_claim(check, entry, new))
			is_free = is_real_directory(entry) && is_real_directory(new) &&
				  add_merge(check, command, entry, old, new);
	}
	fix_words(command, "find", from, "-mindepth", "1", "-maxdepth", "1", "-exec",
		"mv", "-n", "-t", to, "--", "{}", "+");
	fix_words(command, "rmdir", "--", from);
	return is_free;
}

static void fix_by_moving(
	struct check *check, struct buffer *command, const char *from, const char *to)
{
	if (add_merge(check, command, from, from, to))
		check_each_step(check, to);
	else
		buffer_done(command);
}

/* Renames the directory, or, if the right one exists, moves what is in it there. */
static void fix_directory_name(struct check *check, struct buffer *command,
	const struct checked_entry *entry, const char *right)
{
	owns_memory char *target = xformat("%s/%s", entry->directory, right);
	struct stat status;

	if (check_claim(check, entry->path, target))
		fix_words(command, "mv", "-nT", "--", entry->path, target);
	else if (is_real_directory(entry->path) &&
		 (lstat(target, &status) < 0 || S_ISDIR(status.st_mode)))
		fix_by_moving(check, command, entry->path, target);
}

/*
 * Checks a directory that a command will rename as if it had been renamed. Call it before
 * adding that command: the commands for the entries have to run first.
 */
static void check_renamed(struct check *check, const char *path, enum role role)
{
	check->renamed++;
	check_entries_of(check, path, role);
	check->renamed--;
}

static bool has_packages(enum role role)
{
	return role == ROLE_PACKAGE || role == ROLE_WILDCARDS;
}

/* The role of the directory of a hook point in a directory of this role. */
static enum role role_below(enum role role)
{
	return role == ROLE_WILDCARDS ? ROLE_HOOK_POINT : ROLE_HOOKS;
}

/* A directory that is named like a hook point, or nearly so. */
static void check_hook_point(struct check *check, const struct checked_entry *entry,
	enum role role, enum uh_hook_point hook_point, bool is_certain)
{
	owns_buffer struct buffer command = {0};
	bool is_too_early = !hook_point_has_packages(hook_point) && has_packages(role);
	const char *right =
		uh_hook_point_name(is_too_early ? UH_PRE_INSTALL_PKGS : hook_point);

	if (strcmp(entry->name, right) == 0) {
		check_entries_of(check, entry->path, role_below(role));
		return;
	}
	if (!check_concerns(check, entry->path))
		return;
	if (is_certain) {
		check_renamed(check, entry->path, role_below(role));
		fix_directory_name(check, &command, entry, right);
	}
	if (is_too_early)
		check_find(check, FINDING_PACKAGES_NOT_KNOWN, entry->path, &command,
			_("the packages are not known yet at %s; scripts in this "
			  "directory are not run; use %s instead"),
			uh_hook_point_name(hook_point), right);
	else if (is_certain)
		check_find(check, FINDING_HOOK_POINT_MISSPELT, entry->path, &command,
			_("the hook point is called %s; scripts in this directory are "
			  "not run"),
			right);
	else
		check_find(check, FINDING_HOOK_POINT_MISSPELT, entry->path, NULL,
			_("scripts in this directory are not run; did you mean %s?"),
			right);
}

/* A directory that is named like a hook point of yum or dnf. */
static void check_foreign_point(struct check *check, const struct checked_entry *entry,
	enum role role, const struct foreign_point *point)
{
	owns_buffer struct buffer command = {0};
	const char *right;

	if (point->has_equivalent) {
		right = uh_hook_point_name(point->hook_point);
		check_renamed(check, entry->path, role_below(role));
		fix_directory_name(check, &command, entry, right);
		check_find(check, FINDING_HOOK_POINT_FOREIGN, entry->path, &command,
			_("a hook point of %s, called %s by apt; scripts in this "
			  "directory are not run"),
			point->program, right);
	} else if (role == ROLE_TREE || has_scripts(check, entry)) {
		check_find(check, FINDING_DIRECTORY_UNKNOWN, entry->path, NULL,
			_("a hook point of %s that apt does not have; scripts in this "
			  "directory are not run"),
			point->program);
	}
}

/* Sets ret_role if the name is that of a subtree of the tree. */
static bool is_subtree(const char *name, enum role role, enum role *ret_role)
{
	int subtree;

	if (role != ROLE_TREE ||
		!word_parse(subtrees, COUNT_OF(subtrees), name, &subtree))
		return false;
	*ret_role = (enum role)subtree;
	return true;
}

static bool is_hook_point_name(const char *name, enum uh_hook_point *ret_hook_point)
{
	bool is_certain;

	return hook_point_meant(name, ret_hook_point, &is_certain) && is_certain;
}

/* In pkgs/ and multi_pkgs/; the packages are known only from Pre-Install-Pkgs on. */
static const char *hook_point_for_packages(enum uh_hook_point hook_point)
{
	return uh_hook_point_name(
		hook_point_has_packages(hook_point) ? hook_point : UH_PRE_INSTALL_PKGS);
}

/* The directory of hooks at path belongs at right, below the same tree. */
static void find_misplaced(struct check *check, const char *path, const char *right)
{
	const char *place = check->hooks.tree.places[PLACE_OF_ADMINISTRATOR];
	owns_memory char *above = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	owns_buffer struct buffer command = {0};
	owns_memory char *target = NULL;
	owns_memory char *parent = NULL;

	if (!check_concerns(check, path) || is_empty(path, 0))
		return;
	if (!path_is_within(path, place))
		place = check->hooks.tree.places[PLACE_OF_PACKAGES];
	target = xformat("%s/%s", place, right);
	parent = xstrndup(target, (size_t)(strrchr(target, '/') - target));
	check_renamed(check, path, ROLE_HOOKS);
	if (check_claim(check, path, target)) {
		fix_words(&command, "mkdir", "-p", "--", parent);
		fix_words(&command, "mv", "-nT", "--", path, target);
	} else if (is_real_directory(path) && is_real_directory(target)) {
		fix_by_moving(check, &command, path, target);
	}
	if (command.size > 0)
		fix_words(&command, "rmdir", "--ignore-fail-on-non-empty", "--", above);
	check_find(check, FINDING_DIRECTORY_MISPLACED, path, &command,
		_("scripts in this directory are not run; they belong in %s"), right);
}

/* Debian Policy 5.6.1; perhaps with an architecture. */
static bool has_letters_of_package(const char *name)
{
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789+-.:")] == '\0';
}

/* Where the directory name in entry belongs; the caller frees it. NULL: unknown. */
static char *place_of_swapped(
	const struct checked_entry *entry, const char *name, enum role role)
{
	owns_memory char *meant = wildcard_meant(entry->name);
	const char *outer = meant != NULL ? meant : entry->name;
	enum uh_hook_point outer_point, point;
	bool is_outer_point = is_hook_point_name(entry->name, &outer_point);
	bool is_point = is_hook_point_name(name, &point);

	if (is_outer_point == is_point)
		return NULL;
	if (is_outer_point)
		return role == ROLE_PACKAGES
			       ? xformat("pkgs/%s/%s", name,
					 hook_point_for_packages(outer_point))
			       : NULL;
	if (role == ROLE_WILDCARDS || segments_of(outer).is_pattern)
		return xformat("multi_pkgs/%s/%s", hook_point_for_packages(point), outer);
	return role == ROLE_TREE && has_letters_of_package(outer)
		       ? xformat("pkgs/%s/%s", outer, hook_point_for_packages(point))
		       : NULL;
}

/*
 * A hook point above a package, a pattern above a hook point, or in pkgs/, or a package
 * that is not in pkgs/. False if it is none of these.
 */
static bool check_swapped(
	struct check *check, const struct checked_entry *entry, enum role role)
{
	owns_strings struct string_list names = {0};
	bool is_found = false;

	(void)check_read_names(entry->path, &names); /* it is reported elsewhere */
	for (size_t i = 0; i < names.count; i++) {
		owns_memory char *path = xformat("%s/%s", entry->path, names.items[i]);
		owns_memory char *right = place_of_swapped(entry, names.items[i], role);

		if (right == NULL || !is_real_directory(path))
			continue;
		find_misplaced(check, path, right);
		is_found = true;
	}
	return is_found;
}

static void check_unknown_directory(
	struct check *check, const struct checked_entry *entry, enum role role)
{
	struct nearest nearest = nearest_to(entry->name);
	owns_buffer struct buffer command = {0};
	enum role subtree;

	if (role == ROLE_TREE)
		for (size_t i = 0; i < COUNT_OF(subtrees); i++)
			nearest_try(&nearest, subtrees[i].word);
	if (nearest.word != NULL) {
		if (has_same_letters(entry->name, nearest.word) &&
			is_subtree(nearest.word, role, &subtree)) {
			check_renamed(check, entry->path, subtree);
			fix_directory_name(check, &command, entry, nearest.word);
		}
		check_find(check, FINDING_DIRECTORY_UNKNOWN, entry->path, &command,
			_("scripts in this directory are not run; did you mean %s?"),
			nearest.word);
	} else if (role != ROLE_PACKAGE && check_swapped(check, entry, role)) {
		return;
	} else if (role == ROLE_TREE || has_scripts(check, entry)) {
		check_find(check, FINDING_DIRECTORY_UNKNOWN, entry->path, NULL,
			_("not a hook point; scripts in this directory are not run"));
	}
}

/* settings.d is read only where packages install files. */
static void check_settings_directory(
	struct check *check, const struct checked_entry *entry)
{
	const char *place = check->hooks.tree.places[PLACE_OF_ADMINISTRATOR];

	if (strcmp(entry->directory, place) == 0 && check_concerns(check, entry->path))
		check_find(check, FINDING_DIRECTORY_NOT_READ, entry->path, NULL,
			_("not read here; settings belong in /etc/apt/apt.conf.d"));
}

static void check_named_directory(
	struct check *check, const struct checked_entry *entry, enum role role)
{
	const struct foreign_point *foreign;
	enum uh_hook_point hook_point;
	enum role subtree;
	bool is_certain;

	if (is_subtree(entry->name, role, &subtree)) {
		check_entries_of(check, entry->path, subtree);
		return;
	}
	if (role == ROLE_TREE && strcmp(entry->name, PACKAGE_SETTINGS) == 0) {
		check_settings_directory(check, entry);
		return;
	}
	/* Somebody has set it aside. */
	if (hook_tree_is_leftover(entry->name))
		return;
	foreign = foreign_point_of(entry->name);
	if (foreign == NULL && hook_point_meant(entry->name, &hook_point, &is_certain))
		check_hook_point(check, entry, role, hook_point, is_certain);
	else if (!check_concerns(check, entry->path))
		return;
	else if (foreign != NULL)
		check_foreign_point(check, entry, role, foreign);
	else
		check_unknown_directory(check, entry, role);
}

/* A directory where scripts belong. */
static void check_directory_among_hooks(
	struct check *check, const struct checked_entry *entry)
{
	owns_buffer struct buffer command = {0};
	enum scripts scripts;

	if (!check_concerns(check, entry->path) || hook_tree_is_leftover(entry->name))
		return;
	scripts = find_scripts(check, entry->path, 0);
	if (scripts == SCRIPTS_NONE)
		return;
	if (scripts == SCRIPTS_ONLY && is_real_directory(entry->path)) {
		check_renamed(check, entry->path, ROLE_HOOKS);
		fix_by_moving(check, &command, entry->path, entry->directory);
	}
	check_find(check, FINDING_DIRECTORY_NOT_READ, entry->path, &command,
		_("a directory among hooks; scripts in it are not run"));
}

/* Leaves the name to check_packages(), and takes the path for it. */
static void check_package_later(
	struct check *check, struct checked_entry *entry, bool is_wildcard)
{
	if (hook_tree_is_leftover(entry->name) || !check_concerns(check, entry->path))
		return;
	xgrow(&check->directories, &check->directory_capacity, check->directory_count,
		sizeof(*check->directories));
	check->directories[check->directory_count++] =
		(struct package_directory){.path = entry->path,
			.name = entry->path + strlen(entry->directory) + 1,
			.is_wildcard = is_wildcard};
	entry->path = NULL;
}

/* role is that of the directory that the entry is in. */
static void check_subdirectory(
	struct check *check, struct checked_entry *entry, enum role role)
{
	if (is_empty(entry->path, 0))
		return;
	switch (role) {
	case ROLE_TREE:
	case ROLE_PACKAGE:
	case ROLE_WILDCARDS:
		check_named_directory(check, entry, role);
		return;
	case ROLE_PACKAGES:
		if (check_swapped(check, entry, role))
			return;
		check_entries_of(check, entry->path, ROLE_PACKAGE);
		check_package_later(check, entry, false);
		return;
	case ROLE_HOOK_POINT:
		check_entries_of(check, entry->path, ROLE_HOOKS);
		check_package_later(check, entry, true);
		return;
	case ROLE_HOOKS:
		check_directory_among_hooks(check, entry);
		return;
	}
}

static void check_leftover(struct check *check, const struct checked_entry *entry)
{
	owns_memory char *meant = NULL;

	if (!is_scriptlike(check, entry))
		return;
	meant = leftover_meant(entry->name);
	if (meant != NULL)
		check_find(check, FINDING_LEFTOVER, entry->path, NULL,
			_("looks like a leftover of %s; it is not run"), meant);
}

static bool is_directory_name(const char *name, enum role role)
{
	enum uh_hook_point hook_point;
	enum role subtree;

	return is_subtree(name, role, &subtree) ||
	       ((role == ROLE_TREE || has_packages(role)) &&
		       uh_hook_point_parse(name, &hook_point));
}

/* Where a script belongs that is in a directory of this role. */
static const char *place_for_script(enum role role)
{
	switch (role) {
	case ROLE_PACKAGES:
	case ROLE_PACKAGE:
		return "pkgs/PACKAGE/Post-Invoke";
	case ROLE_WILDCARDS:
	case ROLE_HOOK_POINT:
		return "multi_pkgs/Post-Invoke/PATTERN";
	case ROLE_TREE:
	case ROLE_HOOKS:
		return "Session-Start, Pre-Invoke, Pre-Install-Pkgs, Post-Invoke or "
		       "Session-End";
	}
	return NULL;
}

static void check_file(
	struct check *check, const struct checked_entry *entry, enum role role)
{
	if (check_foreign(check, entry->path))
		return;
	if (role == ROLE_HOOKS && hook_tree_is_leftover(entry->name))
		check_leftover(check, entry);
	else if (role == ROLE_HOOKS && check->renamed > 0)
		check_script_at(check, entry->path);
	else if (role == ROLE_HOOKS)
		return;
	else if (is_directory_name(entry->name, role))
		check_find(check, FINDING_NOT_A_DIRECTORY, entry->path, NULL,
			_("not a directory; hooks belong in a directory with this name"));
	else if (!hook_tree_is_leftover(entry->name) && is_scriptlike(check, entry))
		check_find(check, FINDING_SCRIPT_MISPLACED, entry->path, NULL,
			_("scripts do not belong in this directory; it is not run; move "
			  "it to %s"),
			place_for_script(role));
}

static bool has_limit_within(const struct check *check, const char *path)
{
	for (size_t i = 0; i < check->limits.count; i++)
		if (path_is_within(check->limits.items[i], path))
			return true;
	return false;
}

static void check_entries_of(struct check *check, const char *path, enum role role)
{
	owns_strings struct string_list names = {0};
	int error;

	if (!check_concerns(check, path) && !has_limit_within(check, path))
		return;
	error = check_read_names(path, &names);
	if (error < 0 && error != -ENOENT)
		check_report_unreadable(check, path, error);
	for (size_t i = 0; i < names.count; i++) {
		owns_entry struct checked_entry entry = {.path = NULL};

		/* check_scripts() finds dangling symlinks. */
		if (!checked_entry_init(&entry, path, names.items[i]))
			continue;
		if (!S_ISDIR(entry.status.st_mode)) {
			if (check_concerns(check, entry.path))
				check_file(check, &entry, role);
		} else if (entry.name[0] != '.') {
			check_subdirectory(check, &entry, role);
		}
	}
}

void check_directories(struct check *check)
{
	for (size_t place = 0; place < PLACE_COUNT; place++)
		check_entries_of(check, check->hooks.tree.places[place], ROLE_TREE);
}

/* The directory with scripts that never run, for the caller to free; NULL if none. */
static char *directory_never_run(const struct check *check, const struct finding *finding)
{
	static const enum finding_kind kinds[] = {FINDING_HOOK_POINT_MISSPELT,
		FINDING_HOOK_POINT_FOREIGN, FINDING_PACKAGES_NOT_KNOWN,
		FINDING_DIRECTORY_UNKNOWN, FINDING_DIRECTORY_MISPLACED,
		FINDING_DIRECTORY_NOT_READ};
	const char *path = finding->path;

	if (finding->kind == FINDING_SCRIPT_MISPLACED)
		return xstrndup(path, (size_t)(strrchr(path, '/') - path));
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (finding->kind == kinds[i] &&
			find_scripts(check, path, 0) != SCRIPTS_NONE)
			return xstrdup(path);
	return NULL;
}

size_t check_count_never_run(const struct admin *admin)
{
	__attribute__((cleanup(check_done))) struct check check = {
		.admin = admin, .is_quiet = true};
	owns_strings struct string_list directories = {0};

	hook_list_read(&check.hooks, admin);
	check_directories(&check);
	for (size_t i = 0; i < check.findings.count; i++) {
		owns_memory char *directory =
			directory_never_run(&check, &check.findings.items[i]);

		if (directory != NULL)
			xlist_add(&directories, directory);
	}
	string_list_sort_unique(&directories);
	return directories.count;
}

void check_write_never_run(const struct terminal *terminal, const struct admin *admin)
{
	size_t count = check_count_never_run(admin);

	if (count > 0)
		terminal_say(terminal, "",
			ngettext("%zu directory holds scripts that never run; see "
				 "apt-universal-hooks check.",
				"%zu directories hold scripts that never run; see "
				"apt-universal-hooks check.",
				(unsigned long)count),
			count);
}
