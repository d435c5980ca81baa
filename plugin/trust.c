/* SPDX-License-Identifier: BSD-2-Clause */
#include "trust.h"
#include "base.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* As the kernel's own limit, see path_resolution(7). */
#define LINKS_MAX 40

int trust_init(struct trust *trust, const char *root)
{
	memset(trust, 0, sizeof(*trust));
	trust->user = geteuid();
	trust->root = strdup(root);
	return trust->root != NULL ? 0 : -ENOMEM;
}

void trust_done(struct trust *trust)
{
	free(trust->root);
	free(trust->directory);
	free(trust->resolved);
	memset(trust, 0, sizeof(*trust));
}

/*
 * A symlink's own mode says nothing (symlink(7)); who may replace it, its directory says.
 */
static int judge(const struct trust *trust, const char *path, const struct stat *status,
	struct unsafe_path *ret_unsafe)
{
	bool has_mode = !S_ISLNK(status->st_mode);
	enum uh_unsafe kind;
	unsigned id;

	if (status->st_uid != 0 && status->st_uid != trust->user) {
		kind = UH_UNSAFE_OWNER;
		id = status->st_uid;
	} else if (has_mode && (status->st_mode & S_IWOTH) != 0) {
		kind = UH_UNSAFE_WORLD;
		id = 0;
	} else if (has_mode && (status->st_mode & S_IWGRP) != 0) {
		kind = UH_UNSAFE_GROUP;
		id = status->st_gid;
	} else {
		return 0;
	}
	ret_unsafe->path = strdup(*path != '\0' ? path : "/");
	ret_unsafe->kind = kind;
	ret_unsafe->id = id;
	return ret_unsafe->path != NULL ? -EPERM : -ENOMEM;
}

/* A walk under way: where it stands, without symlinks, and what is still to go. */
struct walk {
	char at[PATH_MAX];
	size_t at_size;
	size_t root_size;
	char rest[PATH_MAX];
	unsigned links;
};

static void step_up(struct walk *walk)
{
	while (walk->at_size > walk->root_size && walk->at[walk->at_size - 1] != '/')
		walk->at_size--;
	if (walk->at_size > walk->root_size)
		walk->at_size--;
	walk->at[walk->at_size] = '\0';
}

static int step_down(struct walk *walk, struct slice name)
{
	if (walk->at_size + 1 + name.size >= sizeof(walk->at))
		return -ENAMETOOLONG;
	walk->at[walk->at_size] = '/';
	memcpy(walk->at + walk->at_size + 1, name.data, name.size);
	walk->at_size += 1 + name.size;
	walk->at[walk->at_size] = '\0';
	return 0;
}

/* Takes the next name off rest; false at the end. */
static bool next_name(struct walk *walk, char name[NAME_MAX + 1], int *ret_error)
{
	struct slice rest = slice_of(walk->rest);
	struct slice head = {NULL, 0};

	while (rest.size > 0 && head.size == 0)
		head = slice_cut(&rest, '/');
	*ret_error = head.size > NAME_MAX ? -ENAMETOOLONG : 0;
	if (head.size == 0 || *ret_error < 0)
		return false;
	memcpy(name, head.data, head.size);
	name[head.size] = '\0';
	if (rest.size > 0)
		memmove(walk->rest, rest.data, rest.size);
	walk->rest[rest.size] = '\0';
	return true;
}

/* The link at walk->at is replaced by what it says, before what was still to go. */
static int follow_link(struct walk *walk)
{
	char target[PATH_MAX];
	owns_memory char *joined = NULL;
	ssize_t size = readlink(walk->at, target, sizeof(target) - 1);
	size_t length;

	if (size < 0)
		return -errno;
	if (++walk->links > LINKS_MAX)
		return -ELOOP;
	target[size] = '\0';
	joined = string_join(target, "/", walk->rest);
	if (joined == NULL)
		return -ENOMEM;
	length = strlen(joined);
	if (length >= sizeof(walk->rest))
		return -ENAMETOOLONG;
	memcpy(walk->rest, joined, length + 1);
	if (target[0] == '/') {
		walk->at_size = walk->root_size;
		walk->at[walk->at_size] = '\0';
	} else {
		step_up(walk);
	}
	return 0;
}

static int take_step(const struct trust *trust, struct walk *walk, const char *name,
	struct unsafe_path *ret_unsafe)
{
	struct stat status;
	int error;

	if (strcmp(name, ".") == 0)
		return 0;
	if (strcmp(name, "..") == 0) {
		step_up(walk);
		return 0;
	}
	error = step_down(walk, slice_of(name));
	if (error < 0)
		return error;
	if (lstat(walk->at, &status) < 0)
		return -errno;
	error = judge(trust, walk->at, &status, ret_unsafe);
	if (error < 0)
		return error;
	return S_ISLNK(status.st_mode) ? follow_link(walk) : 0;
}

static int walk_on(
	const struct trust *trust, struct walk *walk, struct unsafe_path *ret_unsafe)
{
	char name[NAME_MAX + 1];
	int error;

	while (next_name(walk, name, &error)) {
		error = take_step(trust, walk, name, ret_unsafe);
		if (error < 0)
			return error;
	}
	return error;
}

static int set_path(char path[PATH_MAX], struct slice value)
{
	if (value.size >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(path, value.data, value.size);
	path[value.size] = '\0';
	return 0;
}

static int begin_walk(
	struct walk *walk, const struct trust *trust, const char *at, struct slice rest)
{
	walk->root_size = strlen(trust->root);
	walk->at_size = strlen(at);
	walk->links = 0;
	if (set_path(walk->at, slice_of(at)) < 0)
		return -ENAMETOOLONG;
	return set_path(walk->rest, rest);
}

/* Looks at the directory anew and remembers it when it is good. */
static int check_directory(struct trust *trust, struct walk *walk, struct slice directory,
	struct unsafe_path *ret_unsafe)
{
	size_t root_size = strlen(trust->root);
	struct slice below = {directory.data + root_size, directory.size - root_size};
	struct stat status;
	int error;

	free(trust->directory);
	free(trust->resolved);
	trust->directory = trust->resolved = NULL;

	/* The root itself counts: whoever may write there can replace what lies below. */
	if (stat(root_size > 0 ? trust->root : "/", &status) < 0)
		return -errno;
	error = judge(trust, trust->root, &status, ret_unsafe);
	if (error == 0)
		error = begin_walk(walk, trust, trust->root, below);
	if (error == 0)
		error = walk_on(trust, walk, ret_unsafe);
	if (error < 0)
		return error;
	trust->directory = strndup(directory.data, directory.size);
	trust->resolved = strdup(walk->at);
	if (trust->directory == NULL || trust->resolved == NULL)
		return -ENOMEM;
	return 0;
}

static bool is_remembered(const struct trust *trust, struct slice directory)
{
	return trust->directory != NULL && trust->resolved != NULL &&
	       slice_equals(directory, trust->directory);
}

int trust_check(struct trust *trust, const char *path, struct unsafe_path *ret_unsafe)
{
	const char *slash = strrchr(path, '/');
	struct slice directory = {path, slash != NULL ? (size_t)(slash - path) : 0};
	struct walk walk;
	int error;

	memset(ret_unsafe, 0, sizeof(*ret_unsafe));
	if (slash == NULL || strncmp(path, trust->root, strlen(trust->root)) != 0)
		return -EINVAL;
	if (!is_remembered(trust, directory)) {
		error = check_directory(trust, &walk, directory, ret_unsafe);
		if (error < 0)
			return error;
	}
	assert(trust->resolved != NULL);
	error = begin_walk(&walk, trust, trust->resolved, slice_of(slash));
	if (error < 0)
		return error;
	return walk_on(trust, &walk, ret_unsafe);
}
