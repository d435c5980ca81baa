/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spawn-loop DIRECTORY: the minimal cost of running the files of a directory in turn.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
	struct dirent **entries;
	int count = argc == 2 ? scandir(argv[1], &entries, is_file, alphasort) : -1;

	if (count < 0 || chdir(argv[1]) < 0)
		err(EXIT_FAILURE, "a directory is missing");
	for (int i = 0; i < count; i++) {
		char *const words[] = {entries[i]->d_name, NULL};
		int status;
		pid_t pid;

		errno = posix_spawn(&pid, words[0], NULL, NULL, words, environ);
		if (errno != 0 || waitpid(pid, &status, 0) != pid || status != 0)
			err(EXIT_FAILURE, "%s", words[0]);
	}
	return 0;
}
