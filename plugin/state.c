/* SPDX-License-Identifier: BSD-2-Clause */
#include "state.h"
#include "remove_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIB_DIR "/var/lib/apt-universal-hooks"

const struct state_kind state_of_runs = {
	.directory = "/run/apt-universal-hooks",
	.mode = 0755,
	.copies = LIB_DIR,
	.mark = "clean-up",
};

const struct state_kind state_of_sessions = {
	.parent = LIB_DIR,
	.directory = LIB_DIR "/sessions",
	/* Whoever can open it can lock it, and no session would ever be closed. */
	.mode = 0711,
	.copies = LIB_DIR "/sessions",
	.mark = "session",
};

static int make_parent(const struct state_kind *kind, const char *root)
{
	owns_memory char *parent = NULL;

	if (kind->parent == NULL)
		return 0;
	parent = string_join(root, kind->parent);
	if (parent == NULL)
		return -ENOMEM;
	return mkdir(parent, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

int state_open(struct state *state, const struct state_kind *kind, const char *root,
	struct trust *trust, struct unsafe_path *ret_unsafe)
{
	int error;

	memset(ret_unsafe, 0, sizeof(*ret_unsafe));
	state->kind = kind;
	state->fd = -1;
	state->path = string_join(root, kind->directory);
	if (state->path == NULL)
		return -ENOMEM;
	error = make_parent(kind, root);
	if (error < 0)
		return error;
	if (mkdir(state->path, kind->mode) < 0 && errno != EEXIST)
		return -errno;
	error = trust_check(trust, state->path, ret_unsafe);
	if (error < 0)
		return error;
	state->fd = open(state->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return state->fd >= 0 ? 0 : -errno;
}

bool state_is_absent(const struct state_kind *kind, const char *root)
{
	owns_memory char *path = string_join(root, kind->directory);

	return path != NULL && access(path, F_OK) < 0 && errno == ENOENT;
}

void state_remove_empty(const struct state_kind *kind, const char *root)
{
	owns_memory char *path = string_join(root, kind->directory);

	if (path != NULL)
		(void)rmdir(path); /* unless it is in use */
}

void state_done(struct state *state)
{
	cleanup_close(&state->fd);
	free(state->path);
	state->path = NULL;
}

void state_set_frontend(struct state *state, const struct frontend *frontend)
{
	frontend_key(frontend, state->key);
}

struct state state_of(const struct state *state, const struct frontend *frontend)
{
	struct state other = {.kind = state->kind, .fd = state->fd, .path = state->path};

	state_set_frontend(&other, frontend);
	return other;
}

struct file_name {
	char text[FRONTEND_KEY_SIZE + 32]; /* our own suffixes are short */
};

static struct file_name name_of(const struct state *state, const char *suffix)
{
	struct file_name name = {.text = ""};
	const char *end = name.text + sizeof(name.text);
	char *at = text_append(text_append(name.text, end, state->key), end, ".");

	(void)text_append(at, end, suffix);
	return name;
}

static int write_file(const struct state *state, const char *name, struct slice bytes,
	struct slice more)
{
	owns_fd int fd = openat(state->fd, name,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int error;

	if (fd < 0)
		return -errno;
	error = write_all(fd, bytes);
	if (error == 0)
		error = write_all(fd, more);
	if (error < 0)
		(void)unlinkat(state->fd, name, 0); /* the sweep tries again */
	return error;
}

int state_write(const struct state *state, const char *suffix, struct slice bytes)
{
	return state_write_both(state, suffix, bytes, (struct slice){NULL, 0});
}

int state_write_both(const struct state *state, const char *suffix, struct slice bytes,
	struct slice more)
{
	return write_file(state, name_of(state, suffix).text, bytes, more);
}

/*
 * Gives a complete file its name, which no other may have if is_new. Of two processes that
 * do this at the same time, neither may write to the file that the other has named.
 */
static int publish(
	const struct state *state, const char *suffix, struct slice bytes, bool is_new)
{
	struct file_name name = name_of(state, suffix);
	char new_name[sizeof(name.text) + sizeof(".new-") + DECIMAL_SIZE];
	const char *end = new_name + sizeof(new_name);
	char *at = text_append(text_append(new_name, end, name.text), end, ".new-");
	char digits[DECIMAL_SIZE];
	int error;

	(void)text_append(at, end, decimal(digits, (unsigned long long)getpid()));
	error = write_file(state, new_name, bytes, (struct slice){NULL, 0});
	if (error < 0)
		return error;
	if (!is_new && renameat(state->fd, new_name, state->fd, name.text) == 0)
		return 0;
	if (!is_new || linkat(state->fd, new_name, state->fd, name.text, 0) < 0)
		error = -errno;
	(void)unlinkat(state->fd, new_name, 0); /* the sweep tries again */
	return error;
}

int state_replace(const struct state *state, const char *suffix, struct slice bytes)
{
	return publish(state, suffix, bytes, false);
}

int state_create(const struct state *state, const char *suffix, struct slice bytes)
{
	return publish(state, suffix, bytes, true);
}

int state_hand_out(const struct state *state, const char *suffix, struct slice bytes,
	char **ret_path)
{
	owns_memory char *path = NULL;
	owns_fd int fd = -1;
	int error;

	if (state->fd < 0)
		return -ENOENT;
	path = string_join(state->path, "/", state->key, ".", suffix, ".XXXXXX");
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

/* Of one that already exists; it may be from a process that was killed. */
static int check_owner_of(const struct state *state, const char *name, uid_t uid)
{
	struct stat status;

	if (fstatat(state->fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISDIR(status.st_mode))
		return -ENOTDIR;
	return status.st_uid == uid || status.st_uid == geteuid() ? 0 : -EPERM;
}

int state_make_directory(const struct state *state, const char *suffix, uid_t uid,
	gid_t gid, char **ret_path)
{
	struct file_name name = name_of(state, suffix);
	int error = 0;

	if (state->fd < 0)
		return -ENOENT;
	if (mkdirat(state->fd, name.text, 0700) < 0)
		error = errno == EEXIST ? check_owner_of(state, name.text, uid) : -errno;
	/* Nobody else can write to the directory of the state. */
	if (error == 0 && uid != geteuid() &&
		fchownat(state->fd, name.text, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
		error = -errno;
	if (error < 0)
		return error;
	*ret_path = state_path(state, suffix);
	return *ret_path != NULL ? 0 : -ENOMEM;
}

void state_discard(char **path)
{
	if (*path != NULL)
		(void)unlink(*path); /* the sweep tries again */
	free(*path);
	*path = NULL;
}

static int open_own(
	const struct state *state, const char *suffix, int flags, off_t *ret_size)
{
	owns_fd int fd = openat(state->fd, name_of(state, suffix).text,
		flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	/*
	 * The directory may have belonged to another user, to whom files in it still
	 * belong.
	 */
	if (!S_ISREG(status.st_mode) || status.st_uid != geteuid())
		return -EPERM;
	*ret_size = status.st_size;
	return steal_fd(&fd);
}

int state_open_file(const struct state *state, const char *suffix)
{
	off_t size;

	return open_own(state, suffix, O_RDONLY, &size);
}

int state_append(const struct state *state, const char *suffix, struct slice bytes)
{
	off_t size = 0;
	owns_fd int fd = open_own(state, suffix, O_WRONLY | O_APPEND, &size);
	int error = fd >= 0 ? write_all(fd, bytes) : fd;

	if (fd >= 0 && error < 0 && ftruncate(fd, size) < 0)
		return error; /* the first error is the one to report */
	return error;
}

int state_read(
	const struct state *state, const char *suffix, size_t limit, struct buffer *bytes)
{
	owns_fd int fd = state_open_file(state, suffix);

	return fd >= 0 ? buffer_read(bytes, fd, limit) : fd;
}

/* -ENOENT if the file no longer has its name. */
static int check_linked(int fd, const struct state *state, const char *suffix)
{
	struct stat ours, named;

	if (fstat(fd, &ours) < 0 || fstatat(state->fd, name_of(state, suffix).text,
					    &named, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return ours.st_dev == named.st_dev && ours.st_ino == named.st_ino ? 0 : -ENOENT;
}

int state_lock(const struct state *state, const char *suffix, bool wait)
{
	owns_fd int fd = state_open_file(state, suffix);
	int error;

	if (fd < 0)
		return fd;
	while (flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) < 0)
		if (errno != EINTR)
			return -errno;
	error = check_linked(fd, state, suffix);
	return error < 0 ? error : steal_fd(&fd);
}

bool state_is_locked(const struct state *state, const char *suffix)
{
	owns_fd int fd = state_open_file(state, suffix);

	/* Shared, so that several can ask at the same time. */
	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

int state_remove(const struct state *state, const char *suffix)
{
	return unlinkat(state->fd, name_of(state, suffix).text, 0) == 0 ? 0 : -errno;
}

bool state_has(const struct state *state, const char *suffix)
{
	return faccessat(state->fd, name_of(state, suffix).text, F_OK, 0) == 0;
}

bool state_lacks(const struct state *state, const char *suffix)
{
	return !state_has(state, suffix) && errno == ENOENT;
}

bool state_has_below(const char *root, const struct state *state, const char *suffix)
{
	owns_memory char *path =
		string_join(root, state_of_runs.directory, "/", state->key, ".", suffix);

	return path != NULL && access(path, F_OK) == 0;
}

char *state_path(const struct state *state, const char *suffix)
{
	return string_join(state->path, "/", state->key, ".", suffix);
}

/* A walk through the files of the directory that are ours. */
struct state_walk {
	DIR *dir;
	const char *name;
	const char *suffix;
	struct frontend owner;
};

static void state_walk_done(struct state_walk *walk)
{
	if (walk->dir != NULL)
		(void)closedir(walk->dir); /* nothing was written to it */
}
#define owns_walk __attribute__((cleanup(state_walk_done)))

static struct state_walk state_walk_begin(const struct state *state)
{
	int fd = openat(state->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct state_walk walk = {.dir = fd >= 0 ? fdopendir(fd) : NULL};

	if (walk.dir == NULL)
		cleanup_close(&fd);
	return walk;
}

/* Splits KEY.SUFFIX; false for a file that is not ours. */
static bool parse_name(struct state_walk *walk, const char *name)
{
	char key[FRONTEND_KEY_SIZE];
	size_t size = strcspn(name, ".");

	if (size >= sizeof(key) || name[size] == '\0')
		return false;
	memcpy(key, name, size);
	key[size] = '\0';
	walk->name = name;
	walk->suffix = name + size + 1;
	return frontend_parse_key(key, &walk->owner);
}

static bool state_walk_next(struct state_walk *walk)
{
	const struct dirent *entry;

	while (walk->dir != NULL && (entry = readdir(walk->dir)) != NULL)
		if (parse_name(walk, entry->d_name))
			return true;
	return false;
}

static bool is_same_frontend(const struct frontend *a, const struct frontend *b)
{
	return a->pid == b->pid && a->start_time == b->start_time;
}

static bool is_abandoned(const struct frontend *owner, const struct frontend *frontend)
{
	return frontend->pid == 0 || owner->pid == 0 || !frontend_is_alive(owner) ||
	       is_same_frontend(owner, frontend);
}

bool state_find_abandoned(const struct state *state, const struct frontend *frontend,
	const char *suffix, size_t skipped, struct frontend *ret_owner)
{
	owns_walk struct state_walk walk = state_walk_begin(state);

	while (state_walk_next(&walk)) {
		if (strcmp(walk.suffix, suffix) != 0 ||
			!is_abandoned(&walk.owner, frontend))
			continue;
		*ret_owner = walk.owner;
		if (skipped-- == 0)
			return true;
	}
	return false;
}

bool state_find(const struct state *state, const char *suffix, size_t skipped,
	struct frontend *ret_owner)
{
	owns_walk struct state_walk walk = state_walk_begin(state);

	while (state_walk_next(&walk)) {
		if (strcmp(walk.suffix, suffix) != 0)
			continue;
		*ret_owner = walk.owner;
		if (skipped-- == 0)
			return true;
	}
	return false;
}

unsigned state_last_session(const struct state *state, const struct frontend *frontend)
{
	owns_walk struct state_walk walk = state_walk_begin(state);
	unsigned last = 0;

	while (state_walk_next(&walk))
		if (is_same_frontend(&walk.owner, frontend) && walk.owner.session > last)
			last = walk.owner.session;
	return last;
}

void state_sweep(
	const struct state *state, const struct frontend *frontend, const char *kept)
{
	owns_walk struct state_walk walk = state_walk_begin(state);

	while (state_walk_next(&walk)) {
		struct state owners = state_of(state, &walk.owner);

		if (is_abandoned(&walk.owner, frontend) && state_lacks(&owners, kept))
			(void)remove_tree(state->fd, walk.name); /* the next sweep */
	}
}

/* False if files may be left. */
static bool forget_all(const struct state *state, const char *kept)
{
	owns_walk struct state_walk walk = state_walk_begin(state);
	size_t size = strlen(state->key);
	const struct dirent *entry;
	bool is_done = true;

	if (walk.dir == NULL)
		return false;
	for (errno = 0; (entry = readdir(walk.dir)) != NULL; errno = 0)
		if (strncmp(entry->d_name, state->key, size) == 0 &&
			entry->d_name[size] == '.' &&
			strcmp(entry->d_name + size + 1, kept) != 0 &&
			remove_tree(state->fd, entry->d_name) < 0)
			is_done = false;
	return is_done && errno == 0;
}

void state_forget(const struct state *state)
{
	state_forget_all_but(state, "");
}

void state_forget_all_but(const struct state *state, const char *kept)
{
	/* The error may have been transient; otherwise the sweep deletes the rest. */
	if (!forget_all(state, kept))
		(void)forget_all(state, kept);
}

bool state_is_empty(const struct state *state)
{
	owns_walk struct state_walk walk = state_walk_begin(state);
	const struct dirent *entry;
	bool is_empty = walk.dir != NULL;

	errno = 0;
	while (is_empty && (entry = readdir(walk.dir)) != NULL)
		is_empty = strcmp(entry->d_name, ".") == 0 ||
			   strcmp(entry->d_name, "..") == 0;
	return is_empty && errno == 0;
}

bool state_only_owner(const struct state *state, struct frontend *ret_owner)
{
	owns_walk struct state_walk walk = state_walk_begin(state);
	struct frontend first;
	bool is_found = false;

	for (; state_walk_next(&walk); is_found = true) {
		if (is_found && !is_same_frontend(&walk.owner, &first))
			return false;
		first = walk.owner;
	}
	if (is_found)
		*ret_owner = first;
	return is_found;
}
