/* SPDX-License-Identifier: BSD-2-Clause */
#include "hook_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* In the order in which they count. */
static const char *const places[PLACE_COUNT] = {
	"/etc/apt/universal-hooks", "/usr/lib/apt/universal-hooks"};

/* A name in one of the places. */
struct entry {
	char *name;
	size_t place;
};

struct entry_list {
	struct entry *items;
	size_t count;
	size_t capacity;
};

static void entry_list_done(struct entry_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].name);
	free(list->items);
}
#define owns_entries __attribute__((cleanup(entry_list_done)))

static void cleanup_dir(DIR **dir)
{
	if (*dir != NULL)
		(void)closedir(*dir); /* it was only read */
}

int hook_tree_init(struct hook_tree *tree, const char *root)
{
	memset(tree, 0, sizeof(*tree));
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		tree->places[i] = string_join(root, places[i]);
		if (tree->places[i] == NULL)
			return -ENOMEM;
	}
	return trust_init(&tree->trust, root);
}

void hook_tree_done(struct hook_tree *tree)
{
	for (size_t i = 0; i < COUNT_OF(tree->places); i++)
		free(tree->places[i]);
	trust_done(&tree->trust);
}

void script_done(struct script *script)
{
	free(script->path);
	free(script->unsafe.path);
	memset(script, 0, sizeof(*script));
}

void script_list_done(struct script_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		script_done(&list->items[i]);
	free(list->items);
	memset(list, 0, sizeof(*list));
}

/* What apt passes over in apt.conf.d, and what editors leave while a file is open. */
bool hook_tree_is_leftover(const char *name)
{
	static const char *const patterns[] = {".*", "*~", "*.bak", "*.disabled",
		"*.save", "*.orig", "*.dpkg-*", "*.ucf-*", "*.distUpgrade", "*.swp",
		"#*#"};

	for (size_t i = 0; i < COUNT_OF(patterns); i++)
		if (fnmatch(patterns[i], name, 0) == 0)
			return true;
	return false;
}

/* Takes path, which begins with place, also when it fails. */
static int add_script(struct script_list *list, const char *place, char *path,
	enum script_fault fault, int error)
{
	struct script *script;

	if (path == NULL || array_grow(&list->items, &list->capacity, list->count,
				    sizeof(*list->items)) < 0) {
		free(path);
		return -ENOMEM;
	}
	script = &list->items[list->count++];
	*script = (struct script){.path = path,
		.relative = path + strlen(place) + 1,
		.fault = fault,
		.error = error};
	return 0;
}

int hook_tree_add_fault(const struct hook_tree *tree, const char *directory, int error,
	struct script_list *faults)
{
	const char *place = tree->places[PLACE_OF_ADMINISTRATOR];

	return add_script(faults, place, string_join(place, "/", directory),
		DIRECTORY_IS_UNREADABLE, error);
}

static int add_entry(struct entry_list *list, const char *name, size_t place)
{
	char *copy = strdup(name);

	if (copy == NULL || array_grow(&list->items, &list->capacity, list->count,
				    sizeof(*list->items)) < 0) {
		free(copy);
		return -ENOMEM;
	}
	list->items[list->count++] = (struct entry){copy, place};
	return 0;
}

static int read_entries(
	DIR *dir, size_t place, bool with_directories, struct entry_list *entries)
{
	for (;;) {
		const struct dirent *entry;

		errno = 0;
		entry = readdir(dir);
		if (entry == NULL)
			return -errno;
		/*
		 * A file system that does not say the type (DT_UNKNOWN) is asked later.
		 */
		if (!with_directories && entry->d_type == DT_DIR)
			continue;
		if (hook_tree_is_leftover(entry->d_name) &&
			!(with_directories && entry->d_name[0] != '.'))
			continue;
		if (add_entry(entries, entry->d_name, place) < 0)
			return -ENOMEM;
	}
}

/*
 * Adds what one place has in directory; a directory that is not there is as good as
 * empty. 1 when it could not be read to its end, which is added to faults; 0 or −ENOMEM.
 */
static int read_place(const struct hook_tree *tree, size_t place, const char *directory,
	bool with_directories, struct entry_list *entries, struct script_list *faults)
{
	__attribute__((cleanup(cleanup_dir))) DIR *dir = NULL;
	owns_memory char *path = string_join(tree->places[place], "/", directory);
	int error, fault_error;

	if (path == NULL)
		return -ENOMEM;
	dir = opendir(path);
	error = dir != NULL ? read_entries(dir, place, with_directories, entries)
			    : -errno;
	if (error == 0 || error == -ENOENT)
		return 0;
	fault_error = add_script(faults, tree->places[place], strdup(path),
		DIRECTORY_IS_UNREADABLE, error);
	return fault_error < 0 ? fault_error : 1;
}

static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

/*
 * Whether the place has it, nobody could tell: each name in another place may be there.
 */
static int suspect_all(struct entry_list *entries, size_t place)
{
	size_t count = entries->count;
	int error = 0;

	for (size_t i = 0; i < count; i++)
		if (add_entry(entries, entries->items[i].name, place) < 0)
			error = -ENOMEM;
	return error;
}

static int read_directory(const struct hook_tree *tree, const char *directory,
	bool with_directories, struct entry_list *entries, struct script_list *faults)
{
	bool is_whole = true;
	int error = 0;

	for (size_t place = 0; place < COUNT_OF(tree->places); place++) {
		int result = read_place(
			tree, place, directory, with_directories, entries, faults);

		if (place == PLACE_OF_ADMINISTRATOR)
			is_whole = result == 0;
		if (result < 0)
			error = result;
	}
	/* What masks or overrides a package's script must not get lost with the list. */
	if (!is_whole && suspect_all(entries, PLACE_OF_ADMINISTRATOR) < 0)
		error = -ENOMEM;
	if (entries->count > 0)
		qsort(entries->items, entries->count, sizeof(*entries->items),
			compare_entries);
	return error;
}

int hook_tree_names(const struct hook_tree *tree, const char *directory,
	struct string_list *names, struct script_list *faults)
{
	owns_entries struct entry_list entries = {0};
	int error = read_directory(tree, directory, true, &entries, faults);

	for (size_t i = 0; i < entries.count; i++)
		if ((i == 0 || strcmp(entries.items[i - 1].name, entries.items[i].name) !=
				       0) &&
			string_list_add(names, entries.items[i].name) < 0)
			error = -ENOMEM;
	return error;
}

/* A link to /dev/null masks, also in a chroot where /dev is empty. */
static bool is_mask(const char *link)
{
	char target[sizeof("/dev/null")];
	struct stat status;
	ssize_t size = readlink(link, target, sizeof(target));

	if (size == (ssize_t)strlen("/dev/null") &&
		memcmp(target, "/dev/null", (size_t)size) == 0)
		return true;
	return stat(link, &status) == 0 && S_ISCHR(status.st_mode) &&
	       status.st_rdev == makedev(1, 3);
}

/*
 * What cannot be looked at is there all the same, and no reason to run something else; a
 * path without an end is dangling, see path_resolution(7).
 */
static enum script_fault fault_of(int error)
{
	switch (error) {
	case 0:
		return SCRIPT_IS_FINE;
	case -ENOENT:
	case -ENOTDIR:
	case -ELOOP:
	case -ENAMETOOLONG:
		return SCRIPT_IS_DANGLING;
	default:
		return SCRIPT_CANNOT_START;
	}
}

/* What stands at path: NODE_ABSENT also for what has gone since it was listed. */
static enum tree_node look_at(struct trust *trust, const char *path, struct script *found)
{
	struct stat status;

	*found = (struct script){.fault = SCRIPT_IS_FINE};
	if (lstat(path, &status) < 0) {
		found->error = -errno;
		found->fault = fault_of(found->error);
		return found->fault == SCRIPT_IS_DANGLING ? NODE_ABSENT : NODE_SCRIPT;
	}
	if (S_ISLNK(status.st_mode)) {
		if (is_mask(path))
			return NODE_MASK;
		if (stat(path, &status) < 0) {
			found->error = -errno;
			found->fault = fault_of(found->error);
			return NODE_SCRIPT;
		}
	}
	if (S_ISDIR(status.st_mode))
		return NODE_DIRECTORY;
	if (!S_ISREG(status.st_mode)) {
		found->fault = SCRIPT_IS_NOT_A_FILE;
		return NODE_SCRIPT;
	}
	found->error = trust_check(trust, path, &found->unsafe);
	found->fault = found->unsafe.path != NULL ? SCRIPT_IS_OPEN_TO_OTHERS
						  : fault_of(found->error);
	if (found->error == 0 && (status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
		found->fault = SCRIPT_IS_NOT_EXECUTABLE;
	return NODE_SCRIPT;
}

/* "..", which could lead out of the tree. */
static bool has_step_up(const char *path)
{
	struct slice rest = slice_of(path);

	while (rest.size > 0)
		if (slice_equals(slice_cut(&rest, '/'), ".."))
			return true;
	return false;
}

enum tree_node hook_tree_look_in(struct hook_tree *tree, size_t place,
	const char *relative, struct script *ret_script)
{
	char *path = string_join(tree->places[place], "/", relative);
	enum tree_node node;

	memset(ret_script, 0, sizeof(*ret_script));
	if (path == NULL)
		return NODE_ABSENT;
	node = look_at(&tree->trust, path, ret_script);
	if (node == NODE_SCRIPT) {
		ret_script->path = path;
		ret_script->relative = path + strlen(tree->places[place]) + 1;
	} else {
		free(path);
	}
	return node;
}

enum tree_node hook_tree_look(struct hook_tree *tree, const char *relative)
{
	enum tree_node node = NODE_ABSENT;

	if (has_step_up(relative))
		return NODE_ABSENT;
	for (size_t place = 0; place < PLACE_COUNT && node == NODE_ABSENT; place++) {
		struct script script;

		node = hook_tree_look_in(tree, place, relative, &script);
		script_done(&script);
	}
	return node;
}

/* What cannot be read is to be complained of, so it counts as something. */
static bool has_any(int place, const char *directory)
{
	owns_fd int fd = openat(place, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_Alignas(struct dirent64) char entries[1024]; /* a name has 255 bytes at most */
	ssize_t size;

	if (fd < 0)
		return errno != ENOENT;
	while ((size = getdents64(fd, entries, sizeof(entries))) > 0)
		for (const char *at = entries; at < entries + size;
			at += ((const struct dirent64 *)at)->d_reclen)
			if (((const struct dirent64 *)at)->d_name[0] != '.')
				return true;
	return size < 0;
}

bool hook_tree_has_any(
	const struct hook_tree *tree, const char *const *directories, size_t count)
{
	for (size_t place = 0; place < COUNT_OF(tree->places); place++) {
		owns_fd int fd =
			open(tree->places[place], O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0 && errno != ENOENT)
			return true;
		for (size_t i = 0; fd >= 0 && i < count; i++)
			if (has_any(fd, directories[i]))
				return true;
	}
	return false;
}

int hook_tree_scripts(
	struct hook_tree *tree, const char *directory, struct script_list *scripts)
{
	owns_entries struct entry_list entries = {0};
	const char *taken = NULL; /* the last name that something stood for */
	int error = read_directory(tree, directory, false, &entries, scripts);

	for (size_t i = 0; i < entries.count; i++) {
		const struct entry *entry = &entries.items[i];
		char *path;
		struct script found;
		enum tree_node node;

		if (taken != NULL && strcmp(taken, entry->name) == 0)
			continue;
		path = string_join(
			tree->places[entry->place], "/", directory, "/", entry->name);
		if (path == NULL) {
			error = -ENOMEM;
			taken = entry->name;
			continue;
		}
		node = look_at(&tree->trust, path, &found);
		if (node != NODE_DIRECTORY && node != NODE_ABSENT)
			taken = entry->name;
		if (node != NODE_SCRIPT) {
			free(path);
			continue;
		}
		if (add_script(scripts, tree->places[entry->place], path, found.fault,
			    found.error) == 0) {
			scripts->items[scripts->count - 1].unsafe = found.unsafe;
		} else {
			free(found.unsafe.path);
			error = -ENOMEM;
		}
	}
	return error;
}
