/* SPDX-License-Identifier: BSD-2-Clause */
#include "state_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE_DIR "/run/apt-universal-hooks"

/* Of files that scripts are not given; their suffixes are words of ours. */
#define NAME_SIZE (FRONTEND_KEY_SIZE + 32)

int state_dir_open(struct state_dir *state, const char *root, struct trust *trust,
	struct unsafe_path *ret_unsafe)
{
	int error;

	memset(ret_unsafe, 0, sizeof(*ret_unsafe));
	state->fd = -1;
	state->path = string_join(root, STATE_DIR);
	if (state->path == NULL)
		return -ENOMEM;
	if (mkdir(state->path, 0755) < 0 && errno != EEXIST)
		return -errno;
	error = trust_check(trust, state->path, ret_unsafe);
	if (error < 0)
		return error;
	state->fd = open(state->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return state->fd >= 0 ? 0 : -errno;
}

void state_dir_done(struct state_dir *state)
{
	cleanup_close(&state->fd);
	free(state->path);
	state->path = NULL;
}

/* No memory is needed for it, so whether a file is there can always be told. */
static void make_name(char name[NAME_SIZE], const char *key, const char *suffix)
{
	const char *end = name + NAME_SIZE;

	(void)text_append(
		text_append(text_append(name, end, key), end, "."), end, suffix);
}

static int write_file(const struct state_dir *state, const char *name, struct slice bytes)
{
	owns_fd int fd = openat(state->fd, name,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int error;

	if (fd < 0)
		return -errno;
	error = write_all(fd, bytes);
	if (error < 0)
		(void)unlinkat(state->fd, name, 0); /* the sweep tries again */
	return error;
}

int state_dir_write(const struct state_dir *state, const char *key, const char *suffix,
	struct slice bytes)
{
	char name[NAME_SIZE];

	make_name(name, key, suffix);
	return write_file(state, name, bytes);
}

int state_dir_replace(const struct state_dir *state, const char *key, const char *suffix,
	struct slice bytes)
{
	char name[NAME_SIZE], new_name[NAME_SIZE + sizeof(".new")];
	int error;

	make_name(name, key, suffix);
	(void)text_append(text_append(new_name, new_name + sizeof(new_name), name),
		new_name + sizeof(new_name), ".new");
	error = write_file(state, new_name, bytes);
	if (error < 0)
		return error;
	if (renameat(state->fd, new_name, state->fd, name) == 0)
		return 0;
	error = -errno;
	(void)unlinkat(state->fd, new_name, 0); /* the sweep tries again */
	return error;
}

int state_dir_hand_out(const struct state_dir *state, const char *key, const char *suffix,
	struct slice bytes, char **ret_path)
{
	owns_memory char *path = NULL;
	owns_fd int fd = -1;
	int error;

	if (state->fd < 0)
		return -ENOENT;
	path = string_join(state->path, "/", key, ".", suffix, ".XXXXXX");
	if (path == NULL)
		return -ENOMEM;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = write_all(fd, bytes);
	if (error == 0 && fchmod(fd, 0644) < 0)
		error = -errno;
	if (error < 0) {
		(void)unlink(path); /* the sweep tries again */
		return error;
	}
	*ret_path = path;
	path = NULL;
	return 0;
}

void state_dir_discard(char **path)
{
	if (*path != NULL)
		(void)unlink(*path); /* the sweep tries again */
	free(*path);
	*path = NULL;
}

int state_dir_open_file(
	const struct state_dir *state, const char *key, const char *suffix)
{
	char name[NAME_SIZE];
	struct stat status;
	owns_fd int fd = -1;

	make_name(name, key, suffix);
	fd = openat(state->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0)
		return -errno;
	/*
	 * The directory may have been somebody else's before, and what lies in it still
	 * be.
	 */
	if (!S_ISREG(status.st_mode) || status.st_uid != geteuid())
		return -EPERM;
	return steal_fd(&fd);
}

int state_dir_read(const struct state_dir *state, const char *key, const char *suffix,
	size_t limit, struct buffer *bytes)
{
	owns_fd int fd = state_dir_open_file(state, key, suffix);

	return fd >= 0 ? buffer_read(bytes, fd, limit) : fd;
}

bool state_dir_has(const struct state_dir *state, const char *key, const char *suffix)
{
	char name[NAME_SIZE];

	make_name(name, key, suffix);
	return faccessat(state->fd, name, F_OK, 0) == 0;
}

bool state_dir_has_below(const char *root, const char *key, const char *suffix)
{
	owns_memory char *path = string_join(root, STATE_DIR, "/", key, ".", suffix);

	return path != NULL && access(path, F_OK) == 0;
}

bool state_dir_lacks(const struct state_dir *state, const char *key, const char *suffix)
{
	return !state_dir_has(state, key, suffix) && errno == ENOENT;
}

int state_dir_remove(const struct state_dir *state, const char *key, const char *suffix)
{
	char name[NAME_SIZE];

	make_name(name, key, suffix);
	return unlinkat(state->fd, name, 0) == 0 ? 0 : -errno;
}

/* The frontend that a file belongs to; false for a file that is none of ours. */
static bool parse_owner(const char *name, struct frontend *ret_frontend)
{
	char key[FRONTEND_KEY_SIZE];
	size_t size = strcspn(name, ".");

	if (size >= sizeof(key) || name[size] == '\0')
		return false;
	memcpy(key, name, size);
	key[size] = '\0';
	return frontend_parse_key(key, ret_frontend);
}

static DIR *list(const struct state_dir *state)
{
	int fd = openat(state->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (dir == NULL)
		cleanup_close(&fd);
	return dir;
}

static bool is_over(const struct frontend *owner, const struct frontend *frontend)
{
	return frontend->pid == 0 || owner->pid == 0 || !frontend_is_alive(owner) ||
	       (owner->pid == frontend->pid && owner->start_time == frontend->start_time);
}

bool state_dir_find_left(const struct state_dir *state, const struct frontend *frontend,
	const char *suffix, size_t passed_over, struct frontend *ret_owner)
{
	DIR *dir = list(state);
	const struct dirent *entry;
	size_t found = 0;

	while (dir != NULL && found <= passed_over && (entry = readdir(dir)) != NULL)
		if (parse_owner(entry->d_name, ret_owner) &&
			strcmp(strchr(entry->d_name, '.') + 1, suffix) == 0 &&
			is_over(ret_owner, frontend))
			found++;
	if (dir != NULL)
		(void)closedir(dir); /* it was only read */
	return found > passed_over;
}

void state_dir_sweep(
	const struct state_dir *state, const struct frontend *frontend, const char *kept)
{
	DIR *dir = list(state);
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char key[FRONTEND_KEY_SIZE];
		struct frontend owner;

		if (!parse_owner(entry->d_name, &owner) || !is_over(&owner, frontend))
			continue;
		frontend_key(&owner, key);
		if (state_dir_lacks(state, key, kept))
			(void)unlinkat(state->fd, entry->d_name, 0); /* next time, then */
	}
	if (dir != NULL)
		(void)closedir(dir); /* it was only read */
}

/* False when there may be more. */
static bool forget_all(const struct state_dir *state, const char *key)
{
	DIR *dir = list(state);
	const struct dirent *entry;
	bool is_done = true;

	if (dir == NULL)
		return false;
	for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0)
		if (strncmp(entry->d_name, key, strlen(key)) == 0 &&
			entry->d_name[strlen(key)] == '.' &&
			unlinkat(state->fd, entry->d_name, 0) < 0)
			is_done = false;
	is_done = is_done && errno == 0;
	(void)closedir(dir); /* it was only read */
	return is_done;
}

void state_dir_forget(const struct state_dir *state, const char *key)
{
	/* What was in the way may be over; if not, it is the sweep's. */
	if (!forget_all(state, key))
		(void)forget_all(state, key);
}

bool state_dir_is_empty(const struct state_dir *state)
{
	DIR *dir = list(state);
	const struct dirent *entry;
	bool is_empty = dir != NULL;

	errno = 0;
	while (is_empty && (entry = readdir(dir)) != NULL)
		is_empty = strcmp(entry->d_name, ".") == 0 ||
			   strcmp(entry->d_name, "..") == 0;
	is_empty = is_empty && errno == 0;
	if (dir != NULL)
		(void)closedir(dir); /* it was only read */
	return is_empty;
}

bool state_dir_only_owner(const struct state_dir *state, struct frontend *ret_owner)
{
	DIR *dir = list(state);
	const struct dirent *entry;
	struct frontend first = {.pid = 0};
	bool is_found = false, is_only = true;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct frontend owner;

		if (!parse_owner(entry->d_name, &owner))
			continue;
		if (is_found &&
			(owner.pid != first.pid || owner.start_time != first.start_time))
			is_only = false;
		first = owner;
		is_found = true;
	}
	if (dir != NULL)
		(void)closedir(dir); /* it was only read */
	if (is_found && is_only)
		*ret_owner = first;
	return is_found && is_only;
}

bool state_dir_only_key(
	const struct state_dir *state, const char *suffix, char key[FRONTEND_KEY_SIZE])
{
	DIR *dir = list(state);
	const struct dirent *entry;
	size_t count = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct frontend owner;

		if (!parse_owner(entry->d_name, &owner) ||
			strcmp(strchr(entry->d_name, '.') + 1, suffix) != 0)
			continue;
		frontend_key(&owner, key);
		count++;
	}
	if (dir != NULL)
		(void)closedir(dir); /* it was only read */
	return count == 1;
}
