/* SPDX-License-Identifier: BSD-2-Clause */
#include "hook_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* In order of precedence. */
static const char *const places[PLACE_COUNT] = {
	"/etc/apt/universal-hooks", "/usr/lib/apt/universal-hooks"};

struct tree_entry {
	char *name;
	size_t place;
};

struct entry_list {
	struct tree_entry *items;
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
		(void)closedir(*dir); /* nothing was written to it */
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

int hook_tree_add_copies(struct hook_tree *tree, const char *copies, const char *root)
{
	for (size_t i = 0; i < PLACE_COUNT; i++) {
		tree->copies[i] = string_join(copies, tree->places[i] + strlen(root));
		if (tree->copies[i] == NULL)
			return -ENOMEM;
	}
	return 0;
}

/* The places, then the copies of each; NULL if there are no copies. */
static const char *place_at(const struct hook_tree *tree, size_t place)
{
	return place < PLACE_COUNT ? tree->places[place]
				   : tree->copies[place - PLACE_COUNT];
}

void hook_tree_done(struct hook_tree *tree)
{
	for (size_t i = 0; i < PLACE_COUNT; i++) {
		free(tree->places[i]);
		free(tree->copies[i]);
	}
	trust_done(&tree->trust);
}

int script_copy(struct script *ret_copy, const struct script *script)
{
	*ret_copy = (struct script){.path = strdup(script->path)};
	if (ret_copy->path == NULL)
		return -ENOMEM;
	ret_copy->relative = script->relative;
	if (!script->is_draft)
		ret_copy->relative = ret_copy->path + (script->relative - script->path);
	ret_copy->is_draft = script->is_draft;
	if (script->original != NULL)
		ret_copy->original = ret_copy->path + (script->original - script->path);
	return 0;
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

const char *const leftover_patterns[] = {
	/* Names that apt skips. */
	"*~", "*.bak", "*.disabled", "*.save", "*.orig", "*.dpkg-*", "*.ucf-*",
	"*.distUpgrade",
	/* Of editors, patch(1), rcs(1) and people. */
	"*.swp", "*.swo", "*.rej", "*,v", "*.old",
	/* Of other package managers and of CFEngine, as logrotate(8) skips them. */
	"*.rpmsave", "*.rpmnew", "*.rpmorig", "*.rpmmoved", "*.rhn-cfg-tmp-*",
	"*.pacsave", "*.pacsave.*", "*.pacnew", "*.pacorig", "*.apk-new", "*.cfsaved",
	"*.cfedited", "*.cfdisabled", NULL};

/* pattern is the part of a leftover pattern after its "*". */
static bool is_ending(const char *text, const char *pattern)
{
	size_t size = strlen(pattern) - 1;

	return text[0] == pattern[0] &&
	       (pattern[size] == '*' ? strncmp(text, pattern, size) == 0
				     : strcmp(text, pattern) == 0);
}

const char *hook_tree_leftover_ending(const char *name)
{
	/* What the endings begin with: most names have none of it. */
	static const char beginnings[] = ".,~";

	for (const char *at = name; (at = strpbrk(at, beginnings)) != NULL; at++)
		for (size_t i = 0; leftover_patterns[i] != NULL; i++)
			if (is_ending(at, leftover_patterns[i] + strlen("*")))
				return at;
	return NULL;
}

bool hook_tree_is_leftover(const char *name)
{
	size_t size = strlen(name);
	bool is_autosave =
		size > 1 && name[0] == '#' && name[size - 1] == '#'; /* "#*#" */

	return name[0] == '.' || is_autosave || hook_tree_leftover_ending(name) != NULL;
}

/* Takes ownership of script, even on failure. */
static int add_script(struct script_list *list, struct script *script)
{
	if (array_grow(&list->items, &list->capacity, list->count, sizeof(*list->items)) <
		0) {
		script_done(script);
		return -ENOMEM;
	}
	list->items[list->count++] = *script;
	return 0;
}

static int add_unreadable(
	struct script_list *faults, const char *place, const char *directory, int error)
{
	char *path = string_join(place, "/", directory);

	if (path == NULL)
		return -ENOMEM;
	return add_script(faults, &(struct script){.path = path,
					  .relative = path + strlen(place) + 1,
					  .fault = DIRECTORY_IS_UNREADABLE,
					  .error = error});
}

int hook_tree_add_fault(const struct hook_tree *tree, const char *directory, int error,
	struct script_list *faults)
{
	return add_unreadable(
		faults, tree->places[PLACE_OF_ADMINISTRATOR], directory, error);
}

static int add_entry(struct entry_list *list, const char *name, size_t place)
{
	char *copy = strdup(name);

	if (copy == NULL || array_grow(&list->items, &list->capacity, list->count,
				    sizeof(*list->items)) < 0) {
		free(copy);
		return -ENOMEM;
	}
	list->items[list->count++] = (struct tree_entry){copy, place};
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
		/* With DT_UNKNOWN, stat(2) finds out later. */
		if (!with_directories && entry->d_type == DT_DIR)
			continue;
		if (with_directories ? entry->d_name[0] == '.'
				     : hook_tree_is_leftover(entry->d_name))
			continue;
		if (add_entry(entries, entry->d_name, place) < 0)
			return -ENOMEM;
	}
}

/* Returns 1 after adding a fault if the directory cannot be read completely. */
static int read_place(const struct hook_tree *tree, size_t place, const char *directory,
	bool with_directories, struct entry_list *entries, struct script_list *faults)
{
	__attribute__((cleanup(cleanup_dir))) DIR *dir = NULL;
	owns_memory char *path = string_join(place_at(tree, place), "/", directory);
	int error;

	if (path == NULL)
		return -ENOMEM;
	dir = opendir(path);
	error = dir != NULL ? read_entries(dir, place, with_directories, entries)
			    : -errno;
	if (error == 0 || error == -ENOENT)
		return 0;
	error = add_unreadable(faults, place_at(tree, place), directory, error);
	return error < 0 ? error : 1;
}

static int compare_entries(const void *left, const void *right)
{
	const struct tree_entry *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

/*
 * /etc could not be read completely: assume that it has every name, so that no script
 * runs that is masked or overridden there.
 */
static int assume_all_names(struct entry_list *entries)
{
	size_t count = entries->count;
	int error = 0;

	for (size_t i = 0; i < count; i++)
		if (add_entry(entries, entries->items[i].name, PLACE_OF_ADMINISTRATOR) <
			0)
			error = -ENOMEM;
	return error;
}

static int read_places(const struct hook_tree *tree, const char *directory,
	bool with_directories, struct entry_list *entries, struct script_list *faults)
{
	bool is_complete = true;
	int error = 0;

	for (size_t place = 0; place < (size_t)2 * PLACE_COUNT; place++) {
		int result = 0;

		if (place_at(tree, place) != NULL)
			result = read_place(tree, place, directory, with_directories,
				entries, faults);
		if (place == PLACE_OF_ADMINISTRATOR)
			is_complete = result == 0;
		if (result < 0)
			error = result;
	}
	if (!is_complete && assume_all_names(entries) < 0)
		error = -ENOMEM;
	if (entries->count > 0)
		qsort(entries->items, entries->count, sizeof(*entries->items),
			compare_entries);
	return error;
}

/* The part of the draft's path below the directory; NULL if it is elsewhere. */
static const char *draft_below(const struct draft *draft, const char *directory)
{
	size_t size = strlen(directory);

	if (strncmp(draft->relative, directory, size) != 0 ||
		draft->relative[size] != '/')
		return NULL;
	return draft->relative + size + 1;
}

static int add_draft_name(
	const struct draft *draft, const char *directory, struct string_list *names)
{
	const char *below = draft_below(draft, directory);
	owns_memory char *name = NULL;

	if (below == NULL)
		return 0;
	name = strndup(below, strcspn(below, "/"));
	return name != NULL ? string_list_add(names, name) : -ENOMEM;
}

int hook_tree_names(const struct hook_tree *tree, const char *directory,
	struct string_list *names, struct script_list *faults)
{
	owns_entries struct entry_list entries = {0};
	int error;

	if (tree->draft != NULL)
		return add_draft_name(tree->draft, directory, names);
	error = read_places(tree, directory, true, &entries, faults);
	for (size_t i = 0; i < entries.count; i++) {
		const char *name = entries.items[i].name;
		bool is_new = i == 0 || strcmp(entries.items[i - 1].name, name) != 0;

		if (is_new && string_list_add(names, name) < 0)
			error = -ENOMEM;
	}
	return error;
}

/* The target's text counts as well, because /dev may be empty in a chroot. */
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

/* Any other error hides a file that exists, so nothing else may run in its place. */
static enum script_fault fault_of(int error)
{
	bool leads_nowhere = error == -ENOENT || error == -ENOTDIR || error == -ELOOP ||
			     error == -ENAMETOOLONG;

	if (error == 0)
		return SCRIPT_IS_FINE;
	return leads_nowhere ? SCRIPT_IS_DANGLING : SCRIPT_CANNOT_START;
}

static enum tree_node set_error(struct script *script, int error)
{
	script->error = error;
	script->fault = fault_of(error);
	return NODE_SCRIPT;
}

/* NODE_ABSENT also if it has been removed since the directory was read. */
static enum tree_node inspect(
	struct trust *trust, const char *path, struct script *script)
{
	struct stat status;

	if (lstat(path, &status) < 0) {
		(void)set_error(script, -errno);
		return script->fault == SCRIPT_IS_DANGLING ? NODE_ABSENT : NODE_SCRIPT;
	}
	if (S_ISLNK(status.st_mode)) {
		if (is_mask(path))
			return NODE_MASK;
		if (stat(path, &status) < 0)
			return set_error(script, -errno);
	}
	if (S_ISDIR(status.st_mode))
		return NODE_DIRECTORY;
	if (!S_ISREG(status.st_mode)) {
		script->fault = SCRIPT_IS_NOT_A_FILE;
		return NODE_SCRIPT;
	}
	(void)set_error(script, trust_check(trust, path, &script->unsafe));
	if (script->unsafe.path != NULL)
		script->fault = SCRIPT_IS_OPEN_TO_OTHERS;
	if (script->error == 0 && (status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
		script->fault = SCRIPT_IS_NOT_EXECUTABLE;
	return NODE_SCRIPT;
}

/* Takes ownership of path, which is below the place. */
static enum tree_node inspect_in(
	struct hook_tree *tree, size_t place, char *path, struct script *ret_script)
{
	enum tree_node node;

	memset(ret_script, 0, sizeof(*ret_script));
	node = inspect(&tree->trust, path, ret_script);
	if (node == NODE_SCRIPT) {
		ret_script->path = path;
		ret_script->relative = path + strlen(place_at(tree, place)) + 1;
		if (place >= PLACE_COUNT)
			ret_script->original = ret_script->relative - 1 -
					       strlen(places[place - PLACE_COUNT]);
	} else {
		free(path);
	}
	return node;
}

/* ".." could lead out of the tree. */
static bool has_dot_dot(const char *path)
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

	if (path != NULL)
		return inspect_in(tree, place, path, ret_script);
	memset(ret_script, 0, sizeof(*ret_script));
	return NODE_ABSENT;
}

bool hook_tree_find_copy(
	struct hook_tree *tree, const char *relative, struct script *ret_script)
{
	for (size_t i = 0; i < PLACE_COUNT; i++) {
		char *path = tree->copies[i] != NULL
				     ? string_join(tree->copies[i], "/", relative)
				     : NULL;

		if (path == NULL)
			continue;
		if (inspect_in(tree, PLACE_COUNT + i, path, ret_script) == NODE_SCRIPT)
			return true;
	}
	return false;
}

enum tree_node hook_tree_look(struct hook_tree *tree, const char *relative)
{
	enum tree_node node = NODE_ABSENT;

	if (has_dot_dot(relative))
		return NODE_ABSENT;
	for (size_t place = 0; place < PLACE_COUNT && node == NODE_ABSENT; place++) {
		struct script script;

		node = hook_tree_look_in(tree, place, relative, &script);
		script_done(&script);
	}
	return node;
}

/* Also true if it cannot be read, which must be reported. */
static bool holds_entries(int place, const char *directory)
{
	owns_fd int fd = openat(place, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct names_in names = {.fd = fd};

	if (fd < 0)
		return errno != ENOENT;
	return names_next(&names) != NULL || names.error < 0;
}

bool hook_tree_has_any(
	const struct hook_tree *tree, const char *const *directories, size_t count)
{
	for (size_t i = 0; i < PLACE_COUNT; i++) {
		owns_fd int fd = open(tree->places[i], O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0 && errno != ENOENT)
			return true;
		for (size_t d = 0; fd >= 0 && d < count; d++)
			if (holds_entries(fd, directories[d]))
				return true;
	}
	return false;
}

/* Whether place/NAME/below exists for any name; true if it cannot be read. */
static bool holds_below(int place, const char *directory, const char *below)
{
	owns_fd int fd = openat(place, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct names_in names = {.fd = fd};
	const char *name;

	if (fd < 0)
		return errno != ENOENT;
	while ((name = names_next(&names)) != NULL) {
		char path[NAME_MAX + 32]; /* below is the name of a hook point */
		const char *end = path + sizeof(path);

		(void)text_append(
			text_append(text_append(path, end, name), end, "/"), end, below);
		if (faccessat(fd, path, F_OK, 0) == 0)
			return true;
	}
	return names.error < 0;
}

bool hook_tree_has_below(
	const struct hook_tree *tree, const char *directory, const char *below)
{
	for (size_t i = 0; i < PLACE_COUNT; i++) {
		owns_fd int fd = open(tree->places[i], O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0 && errno != ENOENT)
			return true;
		if (fd >= 0 && holds_below(fd, directory, below))
			return true;
	}
	return false;
}

/*
 * A script that was fine when it was copied and is broken now: the copy runs, as
 * promised. A file that cannot be examined may be a mask.
 */
static bool leaves_to_copy(enum tree_node node, const struct script *script)
{
	return node == NODE_SCRIPT && script->fault != SCRIPT_IS_FINE &&
	       script->fault != SCRIPT_CANNOT_START;
}

static int add_draft(
	struct hook_tree *tree, const char *directory, struct script_list *scripts)
{
	const struct draft *draft = tree->draft;
	const char *name = draft_below(draft, directory);
	struct script script = {.relative = draft->relative, .is_draft = true};

	if (name == NULL || strchr(name, '/') != NULL)
		return 0;
	if (inspect(&tree->trust, draft->path, &script) != NODE_SCRIPT)
		return 0;
	script.path = strdup(draft->path);
	if (script.path != NULL)
		return add_script(scripts, &script);
	script_done(&script);
	return -ENOMEM;
}

int hook_tree_scripts(
	struct hook_tree *tree, const char *directory, struct script_list *scripts)
{
	owns_entries struct entry_list entries = {0};
	const char *taken = NULL; /* the last name that had a script or a mask */
	bool is_left = false;     /* a copy runs instead */
	int error;

	if (tree->draft != NULL)
		return add_draft(tree, directory, scripts);
	error = read_places(tree, directory, false, &entries, scripts);
	for (size_t i = 0; i < entries.count; i++) {
		const struct tree_entry *entry = &entries.items[i];
		enum tree_node node = NODE_MASK;
		struct script script;
		char *path;

		if (taken != NULL && strcmp(taken, entry->name) == 0 &&
			(!is_left || entry->place < PLACE_COUNT))
			continue;
		path = string_join(
			place_at(tree, entry->place), "/", directory, "/", entry->name);
		if (path != NULL)
			node = inspect_in(tree, entry->place, path, &script);
		if (path != NULL && node != NODE_ABSENT && node != NODE_DIRECTORY)
			is_left = leaves_to_copy(node, &script);
		if (path == NULL ||
			(node == NODE_SCRIPT && add_script(scripts, &script) < 0))
			error = -ENOMEM;
		if (node == NODE_SCRIPT || node == NODE_MASK)
			taken = entry->name;
	}
	return error;
}
