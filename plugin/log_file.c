/* SPDX-License-Identifier: BSD-2-Clause */
#include "log_file.h"
#include "printable.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LATER_READ_MAX ((size_t)16 << 20)

const struct log_file_kind log_of_runs = {
	.path = LOG_FILE,
	.later = "log",
	.later_max = (size_t)1 << 20,
	.mode = 0644,
};

void log_add_clean(struct buffer *buffer, const char *text)
{
	while (*text != '\0') {
		size_t size = printable_size(text);

		if (size == 0)
			buffer_append_format(buffer, "\\%03o", (unsigned char)*text);
		else
			buffer_append(buffer, (struct slice){text, size});
		text += size > 0 ? size : 1;
	}
}

struct log_now log_now(void)
{
	struct log_now result = {.date = ""};
	struct timespec now;
	struct tm local;
	char *minutes = result.offset + strlen("+01");

	(void)clock_gettime(CLOCK_REALTIME, &now); /* fails for unknown clocks only */
	if (localtime_r(&now.tv_sec, &local) == NULL ||
		strftime(result.date, sizeof(result.date), "%Y-%m-%d  %H:%M:%S",
			&local) == 0 ||
		strftime(result.offset, sizeof(result.offset), "%z", &local) !=
			strlen("+0100"))
		return (struct log_now){.date = ""};
	memmove(minutes + 1, minutes, sizeof("00"));
	*minutes = ':';
	return result;
}

void log_add_time(struct buffer *buffer)
{
	struct log_now now = log_now();

	buffer_append_string(buffer, now.date);
}

void log_add_script(struct buffer *buffer, enum uh_hook_point hook_point,
	const char *path, const char *matched)
{
	buffer_append_format(buffer, "%s ", uh_hook_point_name(hook_point));
	log_add_clean(buffer, path);
	buffer_append_string(buffer, " [");
	log_add_clean(buffer, matched != NULL ? matched : "always");
	buffer_append_string(buffer, "]");
}

/* A file without its group is still readable by root. */
static void set_group(int fd, const char *name)
{
	const struct group *group = getgrnam(name);

	if (group != NULL && fchown(fd, (uid_t)-1, group->gr_gid) < 0)
		return;
}

/* Appends all bytes, or truncates the file to its old size. */
static int append_to_log(int directory, const char *path,
	const struct log_file_kind *kind, struct slice bytes)
{
	/* A FIFO may have no reader, and apt must not wait for one. */
	const int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
			  O_NOCTTY | O_CLOEXEC;
	owns_fd int fd = openat(directory, path, flags, kind->mode);
	struct stat before;
	bool is_locked;
	int error;

	if (fd < 0 || fstat(fd, &before) < 0)
		return -errno;
	if (!S_ISREG(before.st_mode))
		return -EINVAL;
	/*
	 * Whoever can read the file can lock it (flock(2)), so do not wait. If somebody
	 * else holds the lock, a partial write stays.
	 */
	is_locked = flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &before) == 0;
	if (before.st_size == 0 && kind->group != NULL)
		set_group(fd, kind->group);
	error = write_all(fd, bytes);
	if (error < 0 && is_locked && ftruncate(fd, before.st_size) < 0)
		return error; /* the first error is the one to report */
	return error;
}

/*
 * The directory may have belonged to another user, to whom files in it still belong. What
 * cannot be deleted is reported by whoever opens it.
 */
static void drop_file_of_others(
	const struct log_file_kind *kind, const struct state *state)
{
	struct stat status;

	if (fstatat(state->fd, kind->later, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		(status.st_uid != geteuid() || !S_ISREG(status.st_mode)))
		(void)unlinkat(state->fd, kind->later, 0);
}

/* −EROFS if too much is waiting already: the log may never become writable. */
static int keep_for_later(
	const struct log_file_kind *kind, const struct state *state, struct slice bytes)
{
	struct stat later;

	drop_file_of_others(kind, state);
	if (state->fd < 0 ||
		(fstatat(state->fd, kind->later, &later, AT_SYMLINK_NOFOLLOW) == 0 &&
			later.st_size > (off_t)kind->later_max))
		return -EROFS;
	return append_to_log(state->fd, kind->later, kind, bytes);
}

int log_file_append(const struct log_file_kind *kind, const struct state *state,
	const char *root, struct slice bytes)
{
	owns_memory char *path = string_join(root, kind->path);
	int error;

	if (path == NULL)
		return -ENOMEM;
	error = append_to_log(AT_FDCWD, path, kind, bytes);
	return error == -EROFS ? keep_for_later(kind, state, bytes) : error;
}

int log_file_catch_up(
	const struct log_file_kind *kind, const struct state *state, const char *root)
{
	owns_memory char *path = string_join(root, kind->path);
	owns_buffer struct buffer later = {0};
	owns_fd int fd = -1;
	int error;

	drop_file_of_others(kind, state);
	fd = openat(
		state->fd, kind->later, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (path == NULL)
		return -ENOMEM;
	error = buffer_read(&later, fd, LATER_READ_MAX);
	if (error == 0)
		error = append_to_log(AT_FDCWD, path, kind, buffer_slice(&later));
	if (error == 0 && unlinkat(state->fd, kind->later, 0) < 0)
		error = -errno;
	return error;
}
