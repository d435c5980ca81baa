/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/disabled.h"
#include "apt_text.h"
#include "system/owner.h"
#include "system/rootfs.h"
#include "ui/message.h"
#include "universal_hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD                                                                             \
	"// Written by \"apt-universal-hooks disable\", a line for each hook; "          \
	"\"enable\" "                                                                    \
	"takes it out\n// again, and removes this file with the last. Not to be "        \
	"edited.\n"
#define COMMENT "//"
#define BEFORE "Universal-Hooks::Scripts::"
#define BEHIND "::Enabled \"false\";"

/* apt ignores names that begin with a dot. */
#define TEMPORARY "%s/.99apt-universal-hooks-disabled.XXXXXX"

/* debian/postrm removes it when the package is purged. */
#define LOCK ".99apt-universal-hooks-disabled.lock"

/* Far above what any number of hooks needs: a path has some hundred bytes. */
#define DISABLED_SIZE_MAX ((size_t)16 << 20)

#define MASK_TARGET "/dev/null"

bool disabled_can_name(const char *hook)
{
	size_t size = strlen(hook);

	return strstr(hook, "::") == NULL && size > 0 && hook[size - 1] != ':';
}

/* apt decodes %xx in a key on every release (ParseQuoteWord), so no quotes are needed. */
static void add_encoded(struct buffer *text, const char *hook)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+:~@,";

	for (; *hook != '\0'; hook++) {
		if (strchr(plain, *hook) != NULL)
			buffer_append(text, (struct slice){hook, 1});
		else
			buffer_append_format(text, "%%%02x", (unsigned char)*hook);
	}
}

void disabled_format(struct buffer *text, const struct string_list *hooks)
{
	if (hooks->count > 0)
		buffer_append_string(text, HEAD);
	for (size_t i = 0; i < hooks->count; i++) {
		buffer_append_string(text, BEFORE);
		add_encoded(text, hooks->items[i]);
		buffer_append_string(text, BEHIND "\n");
	}
}

/* 0, −EBADMSG or −ENOMEM. */
static int parse_disabled_line(struct string_list *hooks, struct slice line)
{
	const struct slice before = slice_of(BEFORE), behind = slice_of(BEHIND);
	owns_memory char *hook = NULL;
	size_t rest;

	if (!slice_has_prefix(line, before) || line.size < before.size + behind.size)
		return -EBADMSG;
	rest = line.size - behind.size;
	if (memcmp(line.data + rest, behind.data, behind.size) != 0)
		return -EBADMSG;
	hook = percent_decode(
		(struct slice){line.data + before.size, rest - before.size});
	if (hook == NULL)
		return -ENOMEM;
	return disabled_can_name(hook) ? string_list_add(hooks, hook) : -EBADMSG;
}

int disabled_parse(struct string_list *hooks, struct slice text, size_t *ret_line)
{
	bool is_head = true; /* which may be that of another version */
	int error = 0;

	for (size_t number = 1; text.size > 0 && error == 0; number++) {
		struct slice line = slice_cut(&text, '\n');

		is_head = is_head && slice_has_prefix(line, slice_of(COMMENT));
		if (is_head || line.size == 0)
			continue;
		error = parse_disabled_line(hooks, line);
		if (error == -EBADMSG)
			*ret_line = number;
	}
	string_list_sort_unique(hooks);
	return error;
}

int report_unchanged(const char *path, int error)
{
	if (error == -ENOMEM)
		return report_no_memory();
	if (error == -EACCES || error == -EPERM)
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

/* Does not follow a symlink: its target is not our file. */
static int read_disabled_file(const char *path, struct buffer *text)
{
	owns_fd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &status) < 0)
		return -errno;
	return S_ISREG(status.st_mode) ? buffer_read(text, fd, DISABLED_SIZE_MAX)
				       : -EINVAL;
}

int disabled_read(struct string_list *hooks, const struct admin *admin)
{
	owns_memory char *path = string_format("%s%s", admin->root, DISABLED_FILE);
	owns_buffer struct buffer text = {0};
	size_t line = 0;
	int error = path != NULL ? read_disabled_file(path, &text) : -ENOMEM;

	if (error == 0)
		error = disabled_parse(hooks, buffer_slice(&text), &line);
	if (error == 0)
		return -1;
	if (error == -ENOMEM)
		return report_no_memory();
	if (error == -EBADMSG)
		return report_error(
			_("%s:%zu was not written by disable, so the file is not "
			  "changed; move the line to another file"),
			path, line);
	if (error == -ELOOP || error == -EINVAL)
		return report_error(
			_("%s is not a regular file, so it is not changed"), path);
	return report_error(_("%s cannot be read: %s"), path, strerror(-error));
}

/* 0, or −errno with the old file unchanged. */
static int replace_file(const char *directory, const char *path, struct slice text)
{
	owns_memory char *temporary = string_format(TEMPORARY, directory);
	owns_fd int fd = -1;
	int error;

	if (temporary == NULL)
		return -ENOMEM;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = write_all(fd, text);
	if (error == 0 &&
		(fchmod(fd, 0644) < 0 || fsync(fd) < 0 || rename(temporary, path) < 0))
		error = -errno;
	if (error < 0)
		(void)unlink(temporary); /* apt ignores it if it stays */
	return error;
}

static int store_disabled(const char *directory, int directory_fd, const char *path,
	const struct string_list *hooks)
{
	owns_buffer struct buffer text = {0};
	int error;

	disabled_format(&text, hooks);
	if (text.error < 0)
		return text.error;
	if (hooks->count == 0)
		error = unlink(path) < 0 ? -errno : 0;
	else
		error = replace_file(directory, path, buffer_slice(&text));
	if (error < 0)
		return error;
	(void)fsync(directory_fd); /* matters only after a crash */
	return 0;
}

/* Fills after with the new list, ascending. 0 or −ENOMEM. */
static int change_list(struct string_list *after, const struct string_list *before,
	const struct string_list *hooks, bool is_added)
{
	int error = 0;

	for (size_t i = 0; i < before->count && error == 0; i++)
		if (is_added || !string_list_has(hooks, before->items[i]))
			error = string_list_add(after, before->items[i]);
	for (size_t i = 0; is_added && i < hooks->count && error == 0; i++)
		error = string_list_add(after, hooks->items[i]);
	string_list_sort_unique(after);
	return error;
}

/* Under the lock, so that nobody else writes between our reading and writing. */
static int change_locked(const struct string_list *hooks, const struct admin *admin,
	bool is_added, const char *directory, int directory_fd)
{
	owns_memory char *path = string_format("%s%s", admin->root, DISABLED_FILE);
	owns_strings struct string_list before = {0};
	owns_strings struct string_list after = {0};
	int status, error = 0;

	if (path == NULL)
		return report_no_memory();
	status = disabled_read(&before, admin);
	if (status >= 0)
		return status;
	if (change_list(&after, &before, hooks, is_added) < 0)
		return report_no_memory();
	if (after.count != before.count)
		error = store_disabled(directory, directory_fd, path, &after);
	return error < 0 ? report_unchanged(path, error) : -1;
}

/* 1 if the lock file is ours and still linked, 0 if it was unlinked, or −errno. */
static int check_disabled_lock(int directory_fd, int lock)
{
	struct stat opened, there;

	if (fstat(lock, &opened) < 0)
		return -errno;
	if (!S_ISREG(opened.st_mode) || opened.st_uid != geteuid() ||
		(opened.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return -EINVAL;
	if (fstatat(directory_fd, LOCK, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	return opened.st_ino == there.st_ino && opened.st_dev == there.st_dev;
}

/*
 * Locks a file of mode 0600: whoever can open a file can lock it (flock(2)) for ever.
 * Returns the descriptor, which the caller closes, or −errno.
 */
static int lock_disabled(int directory_fd)
{
	for (;;) {
		owns_fd int lock = openat(directory_fd, LOCK,
			O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
		int is_ours =
			lock >= 0 ? check_disabled_lock(directory_fd, lock) : -errno;

		if (is_ours < 0)
			return is_ours;
		if (flock(lock, LOCK_EX) < 0)
			return -errno;
		/* The holder unlinks it: retry if we locked an unlinked inode. */
		is_ours = check_disabled_lock(directory_fd, lock);
		if (is_ours != 0)
			return is_ours < 0 ? is_ours : steal_fd(&lock);
	}
}

static int change_disabled(
	const struct string_list *hooks, const struct admin *admin, bool is_added)
{
	owns_memory char *path = string_format("%s%s", admin->root, DISABLED_FILE);
	owns_memory char *directory =
		path != NULL ? strndup(path, (size_t)(strrchr(path, '/') - path)) : NULL;
	owns_fd int fd = -1;
	owns_fd int lock = -1;
	int status, error;

	if (directory == NULL)
		return report_no_memory();
	status = check_within_root(admin, path);
	if (status >= 0)
		return status;
	error = is_added ? rootfs_make_parents(path) : 0;
	if (error < 0)
		return report_unchanged(path, error);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && !is_added)
		return -1;
	lock = fd < 0 ? -errno : lock_disabled(fd);
	if (lock < 0)
		return report_unchanged(path, lock);
	status = change_locked(hooks, admin, is_added, directory, fd);
	(void)unlinkat(fd, LOCK, 0); /* harmless if it stays */
	return status;
}

int disabled_add(struct string_list *hooks, const struct admin *admin)
{
	string_list_sort_unique(hooks);
	return change_disabled(hooks, admin, true);
}

int disabled_take_out(struct string_list *hooks, const struct admin *admin)
{
	string_list_sort_unique(hooks);
	return change_disabled(hooks, admin, false);
}

int mask_make(const char *path)
{
	int error = rootfs_make_parents(path);

	if (error < 0)
		return error;
	return symlink(MASK_TARGET, path) < 0 ? -errno : 0;
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
