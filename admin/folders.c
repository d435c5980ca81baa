/* SPDX-License-Identifier: BSD-2-Clause */
#include "folders.h"

#include <errno.h>
#include <sys/stat.h>

/* The umask may take away what everybody needs to look into the folder. */
static int make_folder(const char *path)
{
	if (mkdir(path, 0755) < 0)
		return errno == EEXIST ? 0 : -errno;
	return chmod(path, 0755) < 0 ? -errno : 0;
}

int folders_make_above(const char *path)
{
	owns_memory char *folder = strdup(path);
	int error = 0;

	if (folder == NULL)
		return -ENOMEM;
	for (char *slash = strchr(folder + 1, '/'); slash != NULL && error == 0;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		error = make_folder(folder);
		*slash = '/';
	}
	return error;
}

bool folders_lead_out(const char *root, const char *path)
{
	owns_memory char *folder = strdup(path);
	owns_memory char *real = NULL;
	size_t root_size = strlen(root);
	char *slash;

	/* The file itself is not followed; of the folders, those count that are there. */
	while (folder != NULL && real == NULL && (slash = strrchr(folder, '/')) != NULL &&
		slash > folder) {
		*slash = '\0';
		real = realpath(folder, NULL);
	}
	if (root_size == 0 || real == NULL)
		return false;
	return strncmp(real, root, root_size) != 0 ||
	       (real[root_size] != '\0' && real[root_size] != '/');
}
