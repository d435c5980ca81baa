/* SPDX-License-Identifier: BSD-2-Clause */
#include "system/directories.h"

#include <errno.h>
#include <sys/stat.h>

/* The umask may take away what everybody needs to look into the directory. */
static int make_directory(const char *path)
{
	if (mkdir(path, 0755) < 0)
		return errno == EEXIST ? 0 : -errno;
	return chmod(path, 0755) < 0 ? -errno : 0;
}

int directories_make_above(const char *path)
{
	owns_memory char *directory = strdup(path);
	int error = 0;

	if (directory == NULL)
		return -ENOMEM;
	for (char *slash = strchr(directory + 1, '/'); slash != NULL && error == 0;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		error = make_directory(directory);
		*slash = '/';
	}
	return error;
}

bool directories_lead_out(const char *root, const char *path)
{
	owns_memory char *directory = strdup(path);
	owns_memory char *real = NULL;
	size_t root_size = strlen(root);
	char *slash;

	/*
	 * The file itself is not followed; of the directories, those count that are
	 * there.
	 */
	while (directory != NULL && real == NULL &&
		(slash = strrchr(directory, '/')) != NULL && slash > directory) {
		*slash = '\0';
		real = realpath(directory, NULL);
	}
	if (root_size == 0 || real == NULL)
		return false;
	return strncmp(real, root, root_size) != 0 ||
	       (real[root_size] != '\0' && real[root_size] != '/');
}
