/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/checks.h"
#include "system/rootfs.h"
#include "ui/message.h"

bool check_concerns(const struct check *check, const char *path)
{
	for (size_t i = 0; i < check->limits.count; i++)
		if (path_is_within(path, check->limits.items[i]))
			return true;
	return check->limits.count == 0;
}

int check_read(
	const struct check *check, const char *path, size_t limit, struct buffer *text)
{
	owns_fd int fd = rootfs_open(check->admin, path + strlen(check->admin->root));

	return xensure(fd < 0 ? fd : buffer_read(text, fd, limit));
}

bool check_claim(struct check *check, const char *from, const char *to)
{
	struct stat status;

	for (size_t i = 0; i < check->moved_to.count; i++)
		if (strcmp(check->moved_to.items[i], to) == 0)
			return false;
	if (lstat(to, &status) == 0)
		return false;
	xlist_add(&check->moved_from, from);
	xlist_add(&check->moved_to, to);
	return true;
}

void check_report_unreadable(struct check *check, const char *path, int error)
{
	check->is_incomplete = true;
	(void)report_error(_("%s cannot be read: %s"), path, strerror(-error));
}

#define STATUS_FILE "var/lib/dpkg/status"

char *check_status_file(const struct check *check)
{
	const char *root = check->admin->root;

	return root[0] != '\0' ? xformat("%s/%s", root, STATUS_FILE) : NULL;
}
