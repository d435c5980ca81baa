/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shape of the tree: directories and scripts that stand where nothing is looked for.
 */
#include "check/check_foreign.h"
#include "system/rootfs.h"
#include "ui/message.h"
#include "ui/spelling.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

/* How deep scripts are looked for in a directory that is not read. */
#define DEPTH_MAX 8

/* What a directory is for, by where it stands. */
enum room {
	ROOM_TREE,
	ROOM_PACKAGES,  /* pkgs/ */
	ROOM_PACKAGE,   /* pkgs/NAME/ */
	ROOM_WILDCARDS, /* multi_pkgs/ */
	ROOM_POINT,     /* multi_pkgs/Post-Invoke/ */
	ROOM_HOOKS      /* where scripts belong */
};

struct entry {
	const char *directory; /* full path of what it stands in */
	const char *name;
	char *path;
	struct stat status; /* of what a symlink leads to */
};

static void check_room(struct check *check, const char *path, enum room room);

/* All names but "." and "..", ascending. 0 or −errno. */
static int list(const char *path, struct string_list *names)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	int error = 0;

	if (directory == NULL)
		return -errno;
	while (error == 0) {
		errno = 0;
		entry = readdir(directory);
		if (entry == NULL) {
			error = -errno;
			break;
		}
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			error = string_list_add(names, entry->d_name);
	}
	(void)closedir(directory); /* it was only read */
	string_list_sort_unique(names);
	return error;
}

/* Only what could be a script is worth a word where none belongs: notes may lie about. */
static bool is_scriptlike(const struct check *check, const struct entry *entry)
{
	owns_buffer struct buffer head = {0};
	owns_fd int fd = -1;

	if (!S_ISREG(entry->status.st_mode))
		return false;
	if ((entry->status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0)
		return true;
	fd = rootfs_open(check->admin, entry->path + strlen(check->admin->root));
	return fd >= 0 && buffer_read(&head, fd, 2) == -EFBIG &&
	       slice_equals(buffer_slice(&head), "#!");
}

static bool is_directory(const struct entry *entry)
{
	return S_ISDIR(entry->status.st_mode);
}

static int entry_init(struct entry *entry, const char *directory, const char *name)
{
	*entry = (struct entry){.directory = directory,
		.name = name,
		.path = string_format("%s/%s", directory, name)};
	if (entry->path == NULL)
		return -ENOMEM;
	return stat(entry->path, &entry->status) == 0 ? 0 : -errno;
}

static void entry_done(struct entry *entry)
{
	free(entry->path);
}
#define owns_entry __attribute__((cleanup(entry_done)))

enum { SCRIPTS_NONE, SCRIPTS_ONLY, SCRIPTS_AMONG_OTHERS };

static int find_scripts(const struct check *check, const char *directory, unsigned depth);

static int find_scripts_at(
	const struct check *check, const struct entry *entry, unsigned depth)
{
	struct stat status;

	if (hook_tree_is_leftover(entry->name))
		return SCRIPTS_NONE;
	if (is_scriptlike(check, entry))
		return SCRIPTS_ONLY;
	/* Not through symlinks, which could lead back here. */
	if (lstat(entry->path, &status) < 0 || !S_ISDIR(status.st_mode))
		return SCRIPTS_NONE;
	return find_scripts(check, entry->path, depth + 1) != SCRIPTS_NONE
		       ? SCRIPTS_AMONG_OTHERS
		       : SCRIPTS_NONE;
}

/*
 * Whether a directory holds scripts, in directories of its own as well, and nothing else.
 */
static int find_scripts(const struct check *check, const char *directory, unsigned depth)
{
	owns_strings struct string_list names = {0};
	size_t only = 0, others = 0;

	if (depth == DEPTH_MAX || list(directory, &names) < 0)
		return SCRIPTS_NONE;
	for (size_t i = 0; i < names.count && others == 0; i++) {
		owns_entry struct entry entry = {.path = NULL};
		int found = SCRIPTS_NONE;

		if (entry_init(&entry, directory, names.items[i]) == 0)
			found = find_scripts_at(check, &entry, depth);
		only += found == SCRIPTS_ONLY;
		others += found == SCRIPTS_AMONG_OTHERS;
	}
	if (only + others == 0)
		return SCRIPTS_NONE;
	return only == names.count ? SCRIPTS_ONLY : SCRIPTS_AMONG_OTHERS;
}

/* A directory gets its right name, or, where that is taken, what it holds moves there. */
static void fix_name(struct buffer *command, const struct entry *entry, const char *right)
{
	owns_memory char *target = string_format("%s/%s", entry->directory, right);
	struct stat status;

	if (target == NULL)
		return;
	if (lstat(target, &status) < 0) {
		fix_add(command, (const char *const[]){
					 "mv", "-nT", "--", entry->path, target, NULL});
		return;
	}
	if (!S_ISDIR(status.st_mode) || lstat(entry->path, &status) < 0 ||
		!S_ISDIR(status.st_mode))
		return;
	fix_add(command,
		(const char *const[]){"find", entry->path, "-mindepth", "1", "-maxdepth",
			"1", "-exec", "mv", "-n", "-t", target, "--", "{}", "+", NULL});
	fix_add(command, (const char *const[]){"rmdir", "--", entry->path, NULL});
}

static bool has_packages(enum room room)
{
	return room == ROOM_PACKAGE || room == ROOM_WILDCARDS;
}

/* What a directory of a hook point's name, or nearly so, is in the room. */
static void check_hook_point(struct check *check, const struct entry *entry,
	enum room room, enum uh_hook_point hook_point)
{
	owns_buffer struct buffer command = {0};
	bool is_too_early = hook_point == UH_PRE_INVOKE && has_packages(room);
	const char *right =
		uh_hook_point_name(is_too_early ? UH_PRE_INSTALL_PKGS : hook_point);

	if (strcmp(entry->name, right) == 0) {
		check_room(check, entry->path,
			room == ROOM_WILDCARDS ? ROOM_POINT : ROOM_HOOKS);
		return;
	}
	if (!check_concerns(check, entry->path))
		return;
	fix_name(&command, entry, right);
	if (is_too_early)
		check_find(check, FINDING_PACKAGES_NOT_KNOWN, entry->path, &command,
			_("nothing in it is run, for at Pre-Invoke apt does not tell its "
			  "packages yet; the next hook point is %s"),
			right);
	else
		check_find(check, FINDING_HOOK_POINT_MISSPELT, entry->path, &command,
			_("nothing in it is run, for the hook point is called %s"),
			right);
}

/* What yum or dnf calls a hook point, as in a tree that was made for them. */
static void check_foreign_point(struct check *check, const struct entry *entry,
	enum room room, const struct foreign_point *point)
{
	owns_buffer struct buffer command = {0};
	const char *right;

	if (!point->has_equivalent) {
		if (room == ROOM_TREE ||
			find_scripts(check, entry->path, 0) != SCRIPTS_NONE)
			check_find(check, FINDING_DIRECTORY_UNKNOWN, entry->path, NULL,
				_("nothing in it is run: %s has a hook point of this "
				  "name, and apt none like it"),
				point->program);
		return;
	}
	right = uh_hook_point_name(point->hook_point);
	fix_name(&command, entry, right);
	check_find(check, FINDING_HOOK_POINT_FOREIGN, entry->path, &command,
		_("nothing in it is run: it has the name of a hook point of %s, which is "
		  "%s for apt"),
		point->program, right);
}

static const char *const subtrees[] = {"pkgs", "multi_pkgs"};
static const enum room rooms_of_subtrees[] = {ROOM_PACKAGES, ROOM_WILDCARDS};

static void check_unknown_directory(
	struct check *check, const struct entry *entry, enum room room)
{
	struct nearest nearest = nearest_to(entry->name);
	owns_buffer struct buffer command = {0};

	if (room == ROOM_TREE)
		for (size_t i = 0; i < COUNT_OF(subtrees); i++)
			nearest_try(&nearest, subtrees[i]);
	if (nearest.word != NULL) {
		fix_name(&command, entry, nearest.word);
		check_find(check, FINDING_DIRECTORY_UNKNOWN, entry->path, &command,
			_("nothing in it is run; did you mean %s?"), nearest.word);
		return;
	}
	if (room == ROOM_TREE || find_scripts(check, entry->path, 0) != SCRIPTS_NONE)
		check_find(check, FINDING_DIRECTORY_UNKNOWN, entry->path, NULL,
			_("nothing in it is run, for it has no hook point's name"));
}

static void check_named_directory(
	struct check *check, const struct entry *entry, enum room room)
{
	const struct foreign_point *foreign;
	enum uh_hook_point hook_point;

	if (room == ROOM_TREE)
		for (size_t i = 0; i < COUNT_OF(subtrees); i++)
			if (strcmp(entry->name, subtrees[i]) == 0) {
				check_room(check, entry->path, rooms_of_subtrees[i]);
				return;
			}
	/* Somebody has put it aside. */
	if (hook_tree_is_leftover(entry->name))
		return;
	foreign = foreign_point_of(entry->name);
	if (foreign != NULL && check_concerns(check, entry->path))
		check_foreign_point(check, entry, room, foreign);
	else if (foreign == NULL && hook_point_meant(entry->name, &hook_point))
		check_hook_point(check, entry, room, hook_point);
	else if (check_concerns(check, entry->path))
		check_unknown_directory(check, entry, room);
}

/* A directory below a hook point's own, with scripts that somebody expects to run. */
static void check_lower_directory(struct check *check, const struct entry *entry)
{
	owns_buffer struct buffer command = {0};
	struct stat status;
	int scripts;

	if (!check_concerns(check, entry->path) || hook_tree_is_leftover(entry->name))
		return;
	scripts = find_scripts(check, entry->path, 0);
	if (scripts == SCRIPTS_NONE)
		return;
	if (scripts == SCRIPTS_ONLY && lstat(entry->path, &status) == 0 &&
		S_ISDIR(status.st_mode)) {
		fix_add(&command, (const char *const[]){"find", entry->path, "-mindepth",
					  "1", "-maxdepth", "1", "-exec", "mv", "-n",
					  "-t", entry->directory, "--", "{}", "+", NULL});
		fix_add(&command,
			(const char *const[]){"rmdir", "--", entry->path, NULL});
	}
	check_find(check, FINDING_DIRECTORY_NOT_READ, entry->path, &command,
		_("the scripts in it are not run, for directories among hooks are passed "
		  "over"));
}

static void add_package_directory(
	struct check *check, struct entry *entry, bool is_wildcard)
{
	struct package_directory *directory;

	if (!check_concerns(check, entry->path))
		return;
	if (array_grow(&check->directories, &check->directory_capacity,
		    check->directory_count, sizeof(*check->directories)) < 0) {
		check->findings.has_failed = true;
		return;
	}
	directory = &check->directories[check->directory_count++];
	*directory = (struct package_directory){.path = entry->path,
		.name = entry->path + strlen(entry->directory) + 1,
		.is_wildcard = is_wildcard};
	entry->path = NULL;
}

static void check_directory(struct check *check, struct entry *entry, enum room room)
{
	switch (room) {
	case ROOM_TREE:
	case ROOM_PACKAGE:
	case ROOM_WILDCARDS:
		check_named_directory(check, entry, room);
		return;
	case ROOM_PACKAGES:
		check_room(check, entry->path, ROOM_PACKAGE);
		if (!hook_tree_is_leftover(entry->name))
			add_package_directory(check, entry, false);
		return;
	case ROOM_POINT:
		check_room(check, entry->path, ROOM_HOOKS);
		if (!hook_tree_is_leftover(entry->name))
			add_package_directory(check, entry, true);
		return;
	case ROOM_HOOKS:
		check_lower_directory(check, entry);
		return;
	}
}

static void check_leftover(struct check *check, const struct entry *entry)
{
	owns_memory char *meant = NULL;

	if (!hook_tree_is_leftover(entry->name) || !is_scriptlike(check, entry))
		return;
	meant = leftover_meant(entry->name);
	if (meant != NULL)
		check_find(check, FINDING_LEFTOVER, entry->path, NULL,
			_("it is not run, for its name is a leftover's; as a hook it "
			  "would be called %s"),
			meant);
}

static bool is_name_of_directory(const char *name, enum room room)
{
	enum uh_hook_point hook_point;

	if (room == ROOM_TREE)
		for (size_t i = 0; i < COUNT_OF(subtrees); i++)
			if (strcmp(name, subtrees[i]) == 0)
				return true;
	return (room == ROOM_TREE || has_packages(room)) &&
	       uh_hook_point_parse(name, &hook_point);
}

/* A file, or whatever is no directory. */
static void check_file(struct check *check, const struct entry *entry, enum room room)
{
	if (check_foreign(check, entry->path))
		return;
	if (room == ROOM_HOOKS)
		check_leftover(check, entry);
	else if (is_name_of_directory(entry->name, room))
		check_find(check, FINDING_NOT_A_DIRECTORY, entry->path, NULL,
			_("a directory belongs here, for hooks to be in"));
	else if (!hook_tree_is_leftover(entry->name) && is_scriptlike(check, entry))
		check_find(check, FINDING_SCRIPT_MISPLACED, entry->path, NULL,
			_("it is not run, for no hook is looked for in this directory"));
}

/*
 * Whether anything in the directory could be wanted: it is below a limit, or above one.
 */
static bool is_on_the_way(const struct check *check, const char *path)
{
	size_t size = strlen(path);

	if (check_concerns(check, path))
		return true;
	for (size_t i = 0; i < check->limits.count; i++)
		if (strncmp(check->limits.items[i], path, size) == 0 &&
			check->limits.items[i][size] == '/')
			return true;
	return false;
}

static void check_entry(struct check *check, struct entry *entry, enum room room)
{
	if (is_directory(entry) && entry->name[0] != '.')
		check_directory(check, entry, room);
	else if (!is_directory(entry) && check_concerns(check, entry->path))
		check_file(check, entry, room);
}

static void check_room(struct check *check, const char *path, enum room room)
{
	owns_strings struct string_list names = {0};
	int error;

	if (!is_on_the_way(check, path))
		return;
	error = list(path, &names);
	if (error < 0 && error != -ENOENT) {
		check->is_blind = true;
		(void)report_error(_("%s cannot be read: %s"), path, strerror(-error));
	}
	for (size_t i = 0; i < names.count; i++) {
		owns_entry struct entry entry = {.path = NULL};

		/* A symlink that leads nowhere is check_scripts()'s. */
		if (entry_init(&entry, path, names.items[i]) == 0)
			check_entry(check, &entry, room);
	}
}

void check_directories(struct check *check)
{
	for (size_t place = 0; place < PLACE_COUNT; place++)
		check_room(check, check->hooks.tree.places[place], ROOM_TREE);
}
