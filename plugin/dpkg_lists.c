/* SPDX-License-Identifier: BSD-2-Clause */
#include "dpkg_lists.h"
#include "dpkg.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIST ".list"
#define LIST_MAX ((size_t)64 << 20) /* of 50,000 paths, 5 MB */

/* In another root, anything may be there: a FIFO would make us wait. 0 or −errno. */
static int read_regular(int directory, const char *name, struct buffer *text)
{
	owns_fd int fd =
		openat(directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -ENOTSUP;
	return buffer_read(text, fd, LIST_MAX);
}

static int read_diversions(struct dpkg_lists *lists, int admin)
{
	owns_buffer struct buffer text = {0};
	int error = read_regular(admin, "diversions", &text);

	if (error < 0)
		return error == -ENOENT ? 0 : error;
	return diversions_parse(&lists->diversions, &text);
}

int dpkg_lists_open(struct dpkg_lists *lists, const char *status_file)
{
	owns_memory char *path = dpkg_admin_dir(status_file);
	owns_fd int admin = -1;

	*lists = (struct dpkg_lists){.info = -ENOMEM};
	if (path == NULL)
		return -ENOMEM;
	admin = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (admin >= 0)
		lists->info = openat(admin, "info", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lists->info < 0) {
		lists->info = -errno;
		return lists->info;
	}
	return read_diversions(lists, admin);
}

void dpkg_lists_done(struct dpkg_lists *lists)
{
	cleanup_close(&lists->info);
	lists->info = -1;
	diversions_done(&lists->diversions);
}

/* architecture may be NULL. */
static int read_list(const struct dpkg_lists *lists, const char *package,
	const char *architecture, struct buffer *text)
{
	owns_memory char *name = architecture != NULL
					 ? string_join(package, ":", architecture, LIST)
					 : string_join(package, LIST);

	return name != NULL ? read_regular(lists->info, name, text) : -ENOMEM;
}

/* dpkg names the list of a "Multi-Arch: same" package by its architecture. */
int dpkg_lists_read(const struct dpkg_lists *lists, const struct package *package,
	const char *native, struct buffer *text)
{
	const char *const architectures[] = {package->architecture, NULL, native};
	int error = -ENOENT;

	text->size = 0;
	if (lists->info < 0)
		return lists->info;
	/* No package has such a name, but the record is only a file. */
	if (strchr(package->name, '/') != NULL ||
		strchr(package->architecture, '/') != NULL)
		return -ENOENT;
	for (size_t i = 0; i < COUNT_OF(architectures) && error == -ENOENT; i++)
		if (i == 1 || architectures[i] != NULL)
			error = read_list(lists, package->name, architectures[i], text);
	return error;
}

/* The package of PACKAGE.list or PACKAGE:ARCHITECTURE.list; "" of another file. */
static struct slice package_of_list(const char *name)
{
	struct slice package = slice_of(name);
	size_t suffix = strlen(LIST);

	if (package.size < suffix || strcmp(name + package.size - suffix, LIST) != 0)
		return slice_of("");
	package.size -= suffix;
	return slice_cut(&package, ':');
}

/* What is no list, or is gone again, is left out. 0 or −errno. */
static int visit_entry(const struct dpkg_lists *lists, const char *file,
	int (*on_list)(void *context, const char *package, struct buffer *text),
	void *context)
{
	struct slice name = package_of_list(file);
	owns_memory char *package = strndup(name.data, name.size);
	owns_buffer struct buffer text = {0};
	int error;

	if (package == NULL)
		return -ENOMEM;
	if (name.size == 0)
		return 0;
	error = read_regular(lists->info, file, &text);
	if (error == -ENOENT || error == -ENOTSUP)
		return 0;
	return error < 0 ? error : on_list(context, package, &text);
}

int dpkg_lists_visit(const struct dpkg_lists *lists,
	int (*on_list)(void *context, const char *package, struct buffer *text),
	void *context)
{
	int fd = lists->info < 0 ? -1 : fcntl(lists->info, F_DUPFD_CLOEXEC, 0);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	int error = 0;

	if (dir == NULL) {
		error = lists->info < 0 ? lists->info : -errno;
		cleanup_close(&fd);
		return error;
	}
	rewinddir(dir);
	for (errno = 0; error == 0 && (entry = readdir(dir)) != NULL; errno = 0)
		error = visit_entry(lists, entry->d_name, on_list, context);
	if (error == 0)
		error = -errno;
	(void)closedir(dir); /* nothing was written to it */
	return error;
}
