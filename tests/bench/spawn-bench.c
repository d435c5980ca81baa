/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spawn-bench ratio TITLE LIMIT PROGRAM ARGUMENT BASELINE ARGUMENT: starts both in turn,
 * so that both meet the same machine, and compares the medians of the time from before
 * posix_spawn(3) to the end.
 * spawn-bench memory TITLE KIB PROGRAM ARGUMENT: its peak, and its children's, over KIB.
 * spawn-bench PATTERN: the least that it takes to run the files of a folder in turn.
 *
 * In the environment: STREAM, a file that each finds open where apt hands its list over;
 * ROUNDS, how many are compared where they take long.
 */
#include "bench.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define WARM_UP 20
#define ROUNDS 201
#define INFO_FD 20 /* the registration's */

/* Returns the time. Ends the bench when the program fails: no time means anything then. */
static double run(const char *program, char *argument, struct rusage *ret_usage)
{
	char *const argv[] = {(char *)program, argument, NULL};
	const char *stream = getenv("STREAM");
	posix_spawn_file_actions_t actions;
	double start;
	int status;
	pid_t pid;

	errno = posix_spawn_file_actions_init(&actions);
	if (errno == 0 && stream != NULL)
		errno = posix_spawn_file_actions_addopen(
			&actions, INFO_FD, stream, O_RDONLY, 0);
	start = microseconds();
	if (errno == 0)
		errno = posix_spawn(&pid, program, &actions, NULL, argv, environ);
	if (errno != 0 || wait4(pid, &status, 0, ret_usage) != pid)
		err(BENCH_BROKEN, "%s", program);
	start = microseconds() - start;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		errx(BENCH_BROKEN, "%s failed: wait status %d", program, status);
	(void)posix_spawn_file_actions_destroy(&actions); /* always 0 in glibc */
	return start;
}

static int compare(char **words)
{
	static double times[2][WARM_UP + ROUNDS];
	const char *text = getenv("ROUNDS");
	size_t rounds = text != NULL ? strtoul(text, NULL, 10) : ROUNDS;
	size_t warm_up = rounds < ROUNDS ? 1 : WARM_UP;
	struct rusage usage;

	if (rounds == 0 || rounds > ROUNDS)
		errx(BENCH_BROKEN, "ROUNDS=%s makes no sense", text);
	for (size_t i = 0; i < warm_up + rounds; i++) {
		times[0][i] = run(words[2], words[3], &usage);
		times[1][i] = run(words[4], words[5], &usage);
	}
	return judge(words[0], median(times[0] + warm_up, rounds),
		median(times[1] + warm_up, rounds), strtod(words[1], NULL));
}

static int run_files(const char *pattern)
{
	struct rusage usage;
	glob_t files;

	if (glob(pattern, 0, NULL, &files) != 0)
		errx(BENCH_BROKEN, "there is no file %s", pattern);
	for (size_t i = 0; i < files.gl_pathc; i++)
		(void)run(files.gl_pathv[i], NULL, &usage);
	return 0;
}

int main(int argc, char **argv)
{
	struct rusage usage;

	if (argc == 8 && strcmp(argv[1], "ratio") == 0)
		return compare(argv + 2);
	if (argc == 2)
		return run_files(argv[1]);
	if (argc != 6 || strcmp(argv[1], "memory") != 0)
		errx(BENCH_BROKEN, "wrong arguments");
	(void)run(argv[4], argv[5], &usage);
	return judge(argv[2], (double)usage.ru_maxrss, strtod(argv[3], NULL), 1);
}
