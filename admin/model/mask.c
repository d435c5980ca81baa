/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/mask.h"
#include "system/rootfs.h"

#include <errno.h>
#include <unistd.h>

#define TARGET "/dev/null"

int mask_make(const char *path)
{
	int error = directories_make_above(path);

	if (error < 0)
		return error;
	return symlink(TARGET, path) < 0 ? -errno : 0;
}

bool mask_is_plain(const char *path)
{
	char target[sizeof(TARGET)];
	ssize_t size = readlink(path, target, sizeof(target));

	return size == (ssize_t)strlen(TARGET) &&
	       memcmp(target, TARGET, (size_t)size) == 0;
}

int mask_remove(const char *path)
{
	if (!mask_is_plain(path))
		return -EINVAL;
	return unlink(path) < 0 ? -errno : 0;
}
