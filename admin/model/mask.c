/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/mask.h"
#include "system/owner.h"
#include "system/rootfs.h"
#include "ui/message.h"
#include "universal_hooks.h"

#include <errno.h>
#include <unistd.h>

#define MASK_TARGET "/dev/null"

int mask_make(const char *path)
{
	size_t kept = rootfs_existing_size(path);
	int error = rootfs_make_parents(path);

	if (error == 0 && symlink(MASK_TARGET, path) < 0)
		error = -errno;
	if (error < 0)
		rootfs_remove_parents(path, kept);
	return error;
}

bool mask_is_plain(const char *path)
{
	char target[sizeof(MASK_TARGET)];
	ssize_t size = readlink(path, target, sizeof(target));

	return size == (ssize_t)strlen(MASK_TARGET) &&
	       memcmp(target, MASK_TARGET, (size_t)size) == 0;
}

int mask_remove(const char *path)
{
	if (!mask_is_plain(path))
		return -EINVAL;
	return unlink(path) < 0 ? -errno : 0;
}

/* pkgs/, multi_pkgs/ and the directories of hook points always exist. */
static bool is_permanent(const char *relative)
{
	const char *slash = strchr(relative, '/');
	enum uh_hook_point hook_point;

	if (slash == NULL)
		return true;
	return strncmp(relative, "multi_pkgs/", strlen("multi_pkgs/")) == 0 &&
	       uh_hook_point_parse(slash + 1, &hook_point);
}

void mask_remove_parents(const struct admin *admin, const char *place, const char *path)
{
	owns_memory char *directory = xstrdup(path);
	__attribute__((cleanup(owner_list_done))) struct owner_list owners;
	owns_strings struct string_list paths = {0};
	size_t place_size = strlen(place) + 1, root_size = strlen(admin->root);
	size_t i = 0;

	for (;;) {
		*strrchr(directory, '/') = '\0';
		if (strlen(directory) < place_size ||
			is_permanent(directory + place_size))
			break;
		xlist_add(&paths, directory + root_size);
	}
	owner_list_ask(&owners, admin, &paths);
	/* Stop at the first that is not empty. */
	while (i < paths.count && owner_of(&owners, paths.items[i]) == NULL) {
		owns_memory char *full = xformat("%s%s", admin->root, paths.items[i++]);

		if (rmdir(full) < 0)
			return;
	}
}
