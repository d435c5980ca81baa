/* SPDX-License-Identifier: BSD-2-Clause */
#include "system/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ACCOUNTS "/etc/passwd"

static int open_below(const char *root, const char *path, int flags)
{
	const struct open_how how = {
		.flags = (unsigned)flags, .resolve = RESOLVE_IN_ROOT};
	owns_fd int directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	long fd;

	if (directory < 0)
		return -errno;
	/* glibc of Debian 11 has no SYS_openat2. */
	fd = syscall(__NR_openat2, directory, path, &how, sizeof(how));
	return fd >= 0 ? (int)fd : -errno;
}

static int open_in(const struct admin *admin, const char *path, int flags)
{
	owns_memory char *full = NULL;
	int fd = -ENOSYS;

	if (admin->root[0] != '\0')
		fd = open_below(admin->root, path, flags | O_CLOEXEC);
	/* Before Linux 5.6, or where a container forbids it, symlinks lead astray. */
	if (fd != -ENOSYS && fd != -EPERM)
		return fd;
	full = string_format("%s%s", admin->root, path);
	if (full == NULL)
		return -ENOMEM;
	fd = open(full, flags | O_CLOEXEC);
	return fd >= 0 ? fd : -errno;
}

int rootfs_open(const struct admin *admin, const char *path)
{
	/* Whatever it is by now, there is nothing to wait for. */
	return open_in(admin, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

int rootfs_stat(const struct admin *admin, const char *path, struct stat *ret_status)
{
	owns_fd int fd = -1;
	int opened = open_in(admin, path, O_PATH);

	if (opened < 0)
		return opened;
	fd = opened;
	return fstat(fd, ret_status) == 0 ? 0 : -errno;
}

static int find_in(FILE *accounts, const char *name)
{
	const struct passwd *account;

	while ((account = fgetpwent(accounts)) != NULL)
		if (strcmp(account->pw_name, name) == 0)
			return 1;
	return 0;
}

int rootfs_has_user(const struct admin *admin, const char *name)
{
	FILE *accounts;
	int fd, found;

	if (admin->root[0] == '\0')
		return getpwnam(name) != NULL;
	fd = rootfs_open(admin, ACCOUNTS);
	if (fd < 0)
		return fd;
	accounts = fdopen(fd, "r");
	if (accounts == NULL) {
		found = -errno;
		cleanup_close(&fd);
		return found;
	}
	found = find_in(accounts, name);
	(void)fclose(accounts); /* it was only read */
	return found;
}

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
