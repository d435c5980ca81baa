/* SPDX-License-Identifier: BSD-2-Clause */
#include "trust.h"
#include "base.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40 /* the kernel's own limit (path_resolution(7)) */

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

/* The mode of a symlink is not used (symlink(7)); that of its directory counts. */
static int check_owner_and_mode(const struct trust *trust, const char *path,
	const struct stat *status, struct unsafe_path *ret_unsafe)
{
	bool has_mode = !S_ISLNK(status->st_mode);

	if (status->st_uid != 0 && status->st_uid != trust->user)
		*ret_unsafe = (struct unsafe_path){
			.kind = UH_UNSAFE_OWNER, .id = status->st_uid};
	else if (has_mode && (status->st_mode & S_IWOTH) != 0)
		*ret_unsafe = (struct unsafe_path){.kind = UH_UNSAFE_WORLD};
	else if (has_mode && (status->st_mode & S_IWGRP) != 0)
		*ret_unsafe = (struct unsafe_path){
			.kind = UH_UNSAFE_GROUP, .id = status->st_gid};
	else
		return 0;
	ret_unsafe->path = strdup(*path != '\0' ? path : "/");
	return ret_unsafe->path != NULL ? -EPERM : -ENOMEM;
}

struct walk {
	char at[PATH_MAX]; /* already checked, without symlinks */
	size_t at_size;
	size_t root_size;
	char rest[PATH_MAX]; /* still to check */
	unsigned links;
};

static int set_path(char path[PATH_MAX], struct slice value)
{
	if (value.size >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(path, value.data, value.size);
	path[value.size] = '\0';
	return 0;
}

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

/* Moves the next name from rest to name; false at the end. */
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

/* Replaces the link at walk->at by its target, in front of rest. */
static int follow_link(struct walk *walk)
{
	char target[PATH_MAX];
	owns_memory char *joined = NULL;
	ssize_t size = readlink(walk->at, target, sizeof(target) - 1);

	if (size < 0)
		return -errno;
	if (++walk->links > LINKS_MAX)
		return -ELOOP;
	target[size] = '\0';
	joined = string_join(target, "/", walk->rest);
	if (joined == NULL)
		return -ENOMEM;
	if (target[0] == '/') {
		walk->at_size = walk->root_size;
		walk->at[walk->at_size] = '\0';
	} else {
		step_up(walk);
	}
	return set_path(walk->rest, slice_of(joined));
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
	error = check_owner_and_mode(trust, walk->at, &status, ret_unsafe);
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

/* Checks the directory and, if it is safe, caches it. */
static int check_parent(struct trust *trust, struct walk *walk, struct slice directory,
	struct unsafe_path *ret_unsafe)
{
	size_t root_size = strlen(trust->root);
	struct slice below = {directory.data + root_size, directory.size - root_size};
	struct stat status;
	int error;

	free(trust->directory);
	free(trust->resolved);
	trust->directory = trust->resolved = NULL;

	/* Whoever can write to the root can replace what is below it. */
	if (stat(root_size > 0 ? trust->root : "/", &status) < 0)
		return -errno;
	error = check_owner_and_mode(trust, trust->root, &status, ret_unsafe);
	if (error == 0)
		error = begin_walk(walk, trust, trust->root, below);
	if (error == 0)
		error = walk_on(trust, walk, ret_unsafe);
	if (error < 0)
		return error;
	trust->directory = strndup(directory.data, directory.size);
	trust->resolved = strdup(walk->at);
	return trust->directory != NULL && trust->resolved != NULL ? 0 : -ENOMEM;
}

static bool is_cached(const struct trust *trust, struct slice directory)
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
	if (!is_cached(trust, directory)) {
		error = check_parent(trust, &walk, directory, ret_unsafe);
		if (error < 0)
			return error;
	}
	assert(trust->resolved != NULL);
	error = begin_walk(&walk, trust, trust->resolved, slice_of(slash));
	if (error < 0)
		return error;
	return walk_on(trust, &walk, ret_unsafe);
}

int trust_check_one(
	const struct trust *trust, const char *path, struct unsafe_path *ret_unsafe)
{
	struct stat status;

	memset(ret_unsafe, 0, sizeof(*ret_unsafe));
	if (lstat(path, &status) < 0)
		return -errno;
	return check_owner_and_mode(trust, path, &status, ret_unsafe);
}
