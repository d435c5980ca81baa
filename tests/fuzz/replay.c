/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Feeds the files of some directories to a harness, for compilers without libFuzzer. Fails
 * if a directory has no file.
 */
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define SIZE_LIMIT ((size_t)1 << 24)

_Noreturn static void give_up(const char *what, const char *why)
{
	(void)fprintf(stderr, "%s: %s\n", what, why);
	exit(2);
}

/* Feeds a copy of the exact size, so that AddressSanitizer sees any read behind it. */
static void feed(struct slice bytes)
{
	owns_memory uint8_t *copy = malloc(bytes.size > 0 ? bytes.size : 1);

	if (copy == NULL)
		give_up("replay", strerror(ENOMEM));
	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	(void)LLVMFuzzerTestOneInput(copy, bytes.size); /* always 0 */
}

/* Feeds the path if it is a file; returns whether it is. */
static bool replay_file(const char *path)
{
	owns_buffer struct buffer bytes = {0};
	owns_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	int error;

	if (fd < 0 || fstat(fd, &status) < 0)
		give_up(path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return false;
	error = buffer_read(&bytes, fd, SIZE_LIMIT);
	if (error < 0)
		give_up(path, strerror(-error));
	/* Print it first: if the harness crashes, the last line names the file. */
	(void)printf("%s\n", path);
	(void)fflush(stdout);
	feed(buffer_slice(&bytes));
	return true;
}

static size_t replay_directory(const char *directory)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	size_t count = 0;

	if (dir == NULL)
		give_up(directory, strerror(errno));
	while ((entry = readdir(dir)) != NULL) {
		owns_memory char *path = string_format("%s/%s", directory, entry->d_name);

		if (path == NULL)
			give_up(directory, strerror(ENOMEM));
		count += replay_file(path);
	}
	(void)closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	size_t count = 0;

	for (int i = 1; i < argc; i++) {
		size_t found = replay_directory(argv[i]);

		if (found == 0)
			give_up(argv[i], "it contains no file");
		count += found;
	}
	(void)printf("%zu files replayed\n", count);
	return count > 0 ? 0 : 1;
}
