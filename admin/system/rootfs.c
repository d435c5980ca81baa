/* SPDX-License-Identifier: BSD-2-Clause */
#include "system/rootfs.h"
#include "nearest.h"
#include "ui/message.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ACCOUNTS "/etc/passwd"

/* How often a path is tried while files are renamed elsewhere; each try rarely fails. */
#define TRIES 100

bool path_is_within(const char *path, const char *directory)
{
	size_t size = strlen(directory);

	return strncmp(path, directory, size) == 0 &&
	       (path[size] == '\0' || path[size] == '/');
}

static int open_below(const char *root, const char *path, int flags)
{
	const struct open_how how = {
		.flags = (unsigned)flags, .resolve = RESOLVE_IN_ROOT};
	owns_fd int directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	long fd = -1;

	if (directory < 0)
		return -errno;
	/* EAGAIN: a rename anywhere, while a ".." was followed (openat2(2)). */
	errno = EAGAIN;
	for (int i = 0; i < TRIES && fd < 0 && errno == EAGAIN; i++)
		/* glibc in Debian 11 does not define SYS_openat2. */
		fd = syscall(__NR_openat2, directory, path, &how, sizeof(how));
	return fd >= 0 ? (int)fd : -errno;
}

static int open_in(const struct admin *admin, const char *path, int flags)
{
	owns_memory char *full = NULL;
	int fd = -ENOSYS;

	if (admin->root[0] != '\0')
		fd = open_below(admin->root, path, flags | O_CLOEXEC);
	/* Before Linux 5.6 or in some containers: absolute symlinks leave the root. */
	if (fd != -ENOSYS && fd != -EPERM)
		return fd;
	full = xformat("%s%s", admin->root, path);
	fd = open(full, flags | O_CLOEXEC);
	return fd >= 0 ? fd : -errno;
}

int rootfs_open(const struct admin *admin, const char *path)
{
	/* It may have become a FIFO or a terminal: do not wait for it. */
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

static int has_account(FILE *accounts, const char *name)
{
	const struct passwd *account;

	while ((account = fgetpwent(accounts)) != NULL)
		if (strcmp(account->pw_name, name) == 0)
			return 1;
	return 0;
}

/* 0 or −errno. */
static int open_accounts(const struct admin *admin, FILE **ret_accounts)
{
	int fd = rootfs_open(admin, ACCOUNTS);

	if (fd < 0)
		return fd;
	*ret_accounts = fdopen(fd, "r");
	if (*ret_accounts != NULL)
		return 0;
	cleanup_close(&fd);
	return -ENOMEM; /* the descriptor is valid */
}

int rootfs_has_user(const struct admin *admin, const char *name)
{
	FILE *accounts;
	int found;

	if (admin->root[0] == '\0')
		return getpwnam(name) != NULL;
	found = open_accounts(admin, &accounts);
	if (found < 0)
		return found;
	found = has_account(accounts, name);
	(void)fclose(accounts); /* only read */
	return found;
}

char *rootfs_nearest_user(const struct admin *admin, const char *name)
{
	FILE *accounts;
	char *nearest;

	if (open_accounts(admin, &accounts) < 0)
		return NULL;
	nearest = nearest_account(accounts, name);
	(void)fclose(accounts); /* only read */
	return nearest;
}

/* chmod(2), because everybody must be able to read it, whatever the umask. */
static int make_directory(const char *path)
{
	if (mkdir(path, 0755) < 0)
		return errno == EEXIST ? 0 : -errno;
	return chmod(path, 0755) < 0 ? -errno : 0;
}

int rootfs_make_parents(const char *path)
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

size_t rootfs_existing_size(const char *path)
{
	owns_memory char *directory = strdup(path);
	struct stat status;
	char *slash;

	if (directory == NULL)
		return strlen(path);
	while ((slash = strrchr(directory, '/')) != NULL) {
		*slash = '\0';
		if (slash == directory || lstat(directory, &status) == 0)
			break;
	}
	return strlen(directory);
}

void rootfs_remove_parents(const char *path, size_t kept)
{
	owns_memory char *directory = strdup(path);
	char *slash;

	while (directory != NULL && (slash = strrchr(directory, '/')) != NULL &&
		(size_t)(slash - directory) > kept) {
		*slash = '\0';
		(void)rmdir(directory); /* it may not exist, or not be empty */
	}
}

bool rootfs_leads_out(const char *root, const char *path)
{
	owns_memory char *directory = strdup(path);
	owns_memory char *real = NULL;
	char *slash;

	/* The nearest parent that exists; path itself is not followed. */
	while (directory != NULL && real == NULL &&
		(slash = strrchr(directory, '/')) != NULL && slash > directory) {
		*slash = '\0';
		real = realpath(directory, NULL);
	}
	return real != NULL && !path_is_within(real, root);
}

int rootfs_enter(const struct admin *admin)
{
	if (admin->root[0] == '\0')
		return -1;
	if (chroot(admin->root) < 0 || chdir("/") < 0)
		return report_error(_("%s cannot be entered: %m"), admin->root);
	return -1;
}

static int redirect_input(void)
{
	owns_fd int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return report_error("/dev/null: %m");
	return -1;
}

int rootfs_enter_for_scripts(const struct admin *admin, bool has_input)
{
	int status = rootfs_enter(admin);

	if (status < 0 && !has_input)
		status = redirect_input();
	if (status >= 0)
		return status;
	(void)umask(022);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	return chdir("/") < 0 ? report_error(_("/ cannot be entered: %m")) : -1;
}

/*
 * Opens a new file beside path, with a name that apt and the engine ignore. It may not be
 * longer than NAME_MAX, even if that of path is that long.
 */
static int open_beside(const char *path, char **ret_temporary)
{
	size_t directory = (size_t)(strrchr(path, '/') - path) + 1;
	int fd;

	*ret_temporary = string_format("%.*s.%.*s.XXXXXX", (int)directory, path,
		NAME_MAX - (int)strlen("..XXXXXX"), path + directory);
	if (*ret_temporary == NULL)
		return -ENOMEM;
	fd = mkostemp(*ret_temporary, O_CLOEXEC);
	return fd >= 0 ? fd : -errno;
}

static int fill_file(int fd, struct slice text, const struct stat *like)
{
	int error = write_all(fd, text);

	if (error < 0)
		return error;
	/* First the owner: chown(2) clears set-user-ID. */
	if (fchown(fd, like->st_uid, like->st_gid) < 0 ||
		fchmod(fd, like->st_mode & 07777) < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

/* put_in_place is rename(2) or link(2). */
static int put_file(const char *path, struct slice text, const struct stat *like,
	int (*put_in_place)(const char *, const char *))
{
	owns_memory char *temporary = NULL;
	owns_fd int fd = open_beside(path, &temporary);
	int error;

	if (fd < 0)
		return fd;
	error = fill_file(fd, text, like);
	if (error == 0 && put_in_place(temporary, path) < 0)
		error = -errno;
	if (error < 0 || put_in_place == link)
		(void)unlink(temporary); /* ignored if it stays */
	return error;
}

int rootfs_replace_file(const char *path, struct slice text, const struct stat *like)
{
	return put_file(path, text, like, rename);
}

int rootfs_create_file(const char *path, struct slice text, mode_t mode)
{
	const struct stat like = {
		.st_mode = mode, .st_uid = (uid_t)-1, .st_gid = (gid_t)-1};

	return put_file(path, text, &like, link);
}

int report_unchanged(const char *path, int error)
{
	if (error == -ENOMEM)
		return report_no_memory();
	if ((error == -EACCES || error == -EPERM) && geteuid() != 0)
		return report_error(_("only root can change %s"), path);
	return report_error(_("%s cannot be changed: %s"), path, strerror(-error));
}

int check_within_root(const struct admin *admin, const char *path)
{
	if (!rootfs_leads_out(admin->root, path))
		return -1;
	return report_error(_("%s is not changed: a symlink in its path leads out of %s"),
		path, admin->root);
}
