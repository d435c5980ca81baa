/* SPDX-License-Identifier: BSD-2-Clause */
#include "copies.h"
#include "apt_text.h"
#include "remove_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SETTINGS "settings" /* the suffix of the state file */

/* Larger programs are not copied. */
#define SIZE_MAX_OF_COPY ((size_t)64 << 20)
#define SETTINGS_MAX ((size_t)16 << 20)

static char *copies_of(const struct state *state, const char *root)
{
	return string_join(root, state->kind->copies, "/", state->key);
}

/* Creates the directories of path that come after its first size bytes. */
static int make_parents(char *path, size_t size)
{
	for (char *slash = strchr(path + size, '/'); slash != NULL;
		slash = strchr(slash + 1, '/')) {
		int error = 0;

		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			error = -errno;
		*slash = '/';
		if (error < 0)
			return error;
	}
	return 0;
}

/* The copy gets the owner and mode of the original, and its name when it is complete. */
static int write_copy(int directory, const char *name, int original)
{
	static const char new_name[] = ".new"; /* begins with a dot: never runs */
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
	owns_buffer struct buffer bytes = {0};
	owns_fd int fd = -1;
	struct stat status;
	int error;

	if (fstat(original, &status) < 0)
		return -errno;
	error = buffer_read(&bytes, original, SIZE_MAX_OF_COPY);
	if (error < 0)
		return error;
	fd = openat(directory, new_name, flags, 0600);
	if (fd < 0)
		return -errno;
	error = write_all(fd, buffer_slice(&bytes));
	if (error == 0 && (fchown(fd, status.st_uid, status.st_gid) < 0 ||
				  fchmod(fd, status.st_mode & 0777) < 0 ||
				  renameat(directory, new_name, directory, name) < 0))
		error = -errno;
	if (error < 0)
		(void)unlinkat(directory, new_name, 0); /* the sweep tries again */
	return error;
}

static int copy_script(const char *copies, const char *root, const struct script *script)
{
	owns_memory char *path = string_join(copies, script->path + strlen(root));
	owns_fd int original = -1;
	owns_fd int directory = -1;
	char *name;
	int error;

	if (path == NULL)
		return -ENOMEM;
	if (access(path, F_OK) == 0)
		return 0;
	original = open(script->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (original < 0)
		return -errno;
	error = make_parents(path, strlen(copies));
	if (error < 0)
		return error;
	name = strrchr(path, '/');
	*name = '\0';
	directory = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return directory >= 0 ? write_copy(directory, name + 1, original) : -errno;
}

static int note_settings(const struct state *state, const struct settings *settings)
{
	owns_buffer struct buffer lines = {0};

	settings_format(settings, &lines);
	return lines.error < 0 ? lines.error
			       : state_replace(state, SETTINGS, buffer_slice(&lines));
}

/* Creates the directory of this frontend. −EPERM if other users could write to it. */
static int make_directory_of(const char *copies, const char *root, struct trust *trust)
{
	owns_memory char *path = string_join(copies, "/");
	struct unsafe_path unsafe = {.path = NULL};
	int error;

	if (path == NULL)
		return -ENOMEM;
	error = make_parents(path, strlen(root) + strlen("/var/lib/"));
	if (error == 0)
		error = trust_check(trust, copies, &unsafe);
	free(unsafe.path);
	return error;
}

int copies_prepare(const struct state *state, const char *root, struct trust *trust,
	const struct settings *settings)
{
	owns_memory char *copies = copies_of(state, root);
	int error = copies != NULL ? make_directory_of(copies, root, trust) : -ENOMEM;

	return error == 0 ? note_settings(state, settings) : error;
}

int copies_add(const struct state *state, const char *root, const struct script *script)
{
	owns_memory char *copies = copies_of(state, root);

	return copies != NULL ? copy_script(copies, root, script) : -ENOMEM;
}

int copies_add_to(struct hook_tree *tree, const struct state *state, const char *root)
{
	owns_memory char *copies = copies_of(state, root);

	return copies != NULL ? hook_tree_add_copies(tree, copies, root) : -ENOMEM;
}

bool copies_exist(const struct state *state, const char *root)
{
	owns_memory char *copies = copies_of(state, root);

	return copies != NULL && access(copies, F_OK) == 0;
}

int copies_read_settings(const struct state *state, struct settings *settings)
{
	owns_buffer struct buffer lines = {0};
	int error = state_read(state, SETTINGS, SETTINGS_MAX, &lines);

	memset(settings, 0, sizeof(*settings));
	return error < 0 ? error : settings_parse(settings, buffer_slice(&lines));
}

void copies_forget(const struct state *state, const char *root)
{
	owns_memory char *directory = string_join(root, state->kind->copies);
	owns_fd int fd = -1;

	if (directory != NULL)
		fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* After another error, the sweep tries again. */
	if (fd < 0 || remove_tree(fd, state->key) == -ENOENT)
		return;
	/* Unless there are others. That of the state stays: others may be using it. */
	if (strcmp(state->kind->copies, state->kind->directory) != 0)
		(void)rmdir(directory);
}

void copies_sweep(const struct state *state, const char *root)
{
	owns_memory char *path = string_join(root, state->kind->copies);
	DIR *dir = path != NULL ? opendir(path) : NULL;
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct frontend owner;
		struct state owners;

		if (!frontend_parse_key(entry->d_name, &owner))
			continue;
		owners = state_of(state, &owner);
		if (state_lacks(&owners, state->kind->mark))
			copies_forget(&owners, root);
	}
	if (dir != NULL)
		(void)closedir(dir); /* nothing was written to it */
}
