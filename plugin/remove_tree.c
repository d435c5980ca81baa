/* SPDX-License-Identifier: BSD-2-Clause */
#include "remove_tree.h"
#include "base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 16 /* directories that are open; what is deeper is lifted first */
#define ENTRIES_MAX 1000000U /* to delete and to lift; more than any hook keeps */

struct removal {
	int top;         /* the directory that is to be deleted */
	unsigned left;   /* of ENTRIES_MAX */
	unsigned lifted; /* the next name in top */
};

/* A file or an empty directory. rmdir(2) fails with EBUSY for every mount point. */
static int remove_single(int directory, const char *name)
{
	if (unlinkat(directory, name, 0) == 0)
		return 0;
	if (errno != EISDIR)
		return -errno;
	return unlinkat(directory, name, AT_REMOVEDIR) == 0 ? 0 : -errno;
}

/* Opens what remove_single() has found not to be empty, and so to be no mount point. */
static int open_nonempty(const struct stat *above, int directory, const char *name)
{
	owns_fd int fd =
		openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	/*
	 * The owner of the directory above can move a directory there that they could not
	 * empty.
	 */
	if (above->st_uid != geteuid() && status.st_uid != above->st_uid)
		return -EPERM;
	return status.st_dev == above->st_dev ? steal_fd(&fd) : -EXDEV;
}

static int lift(struct removal *removal, int directory, const char *name)
{
	char digits[DECIMAL_SIZE];

	return renameat(directory, name, removal->top,
		       decimal(digits, removal->lifted++)) == 0
		       ? 0
		       : -errno;
}

static bool empty_directory(struct removal *removal, int directory, unsigned depth);

/* Whether there is less to delete, or to delete at this depth. */
static bool remove_entry(struct removal *removal, const struct stat *above, int directory,
	const char *name, unsigned depth)
{
	owns_fd int fd = -1;
	int error = remove_single(directory, name);
	bool has_changed;

	removal->left--;
	if (error != -ENOTEMPTY)
		return error == 0;
	fd = open_nonempty(above, directory, name);
	if (fd < 0)
		return false;
	if (depth == DEPTH_MAX)
		return lift(removal, directory, name) == 0;
	has_changed = empty_directory(removal, fd, depth + 1);
	return unlinkat(directory, name, AT_REMOVEDIR) == 0 || has_changed;
}

static bool is_itself_or_parent(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool empty_directory(struct removal *removal, int directory, unsigned depth)
{
	owns_fd int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *entry;
	bool has_changed = false;
	struct stat status;
	DIR *dir;

	if (fd < 0 || fstat(fd, &status) < 0)
		return false;
	dir = fdopendir(fd);
	if (dir == NULL)
		return false;
	(void)steal_fd(&fd);
	while (removal->left > 0 && (entry = readdir(dir)) != NULL)
		if (!is_itself_or_parent(entry->d_name) &&
			remove_entry(removal, &status, directory, entry->d_name, depth))
			has_changed = true;
	(void)closedir(dir); /* nothing was written to it */
	return has_changed;
}

int remove_tree(int directory, const char *name)
{
	struct removal removal = {.left = ENTRIES_MAX};
	owns_fd int top = -1;
	struct stat above;
	int error = remove_single(directory, name);

	if (error != -ENOTEMPTY)
		return error;
	if (fstat(directory, &above) < 0)
		return -errno;
	removal.top = top = open_nonempty(&above, directory, name);
	if (top < 0)
		return top;
	/* Reading again finds what was lifted, and what others have added. */
	while (error == -ENOTEMPTY && removal.left > 0 &&
		empty_directory(&removal, top, 1))
		error = remove_single(directory, name);
	return error;
}
