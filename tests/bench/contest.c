/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * contest [OPTION]... TITLE LIMIT -- PROGRAM [ARGUMENT]... -- BASELINE [ARGUMENT]...
 *
 * Starts both programs alternately, so that they meet the same conditions, and compares
 * the time from posix_spawn(3) to the end, in microseconds. Prints a row of the table:
 * both medians, and the median of the ratios of all rounds, because on a busy machine the
 * speed changes from round to round. The exit status is 1 if that ratio is above LIMIT
 * ("-": no limit).
 *
 *   --rounds N         number of rounds that count, after some to warm up
 *   --at-most N        upper bound for --rounds
 *   --memory           compare the peak of resident memory instead, in KiB
 *   --together         start both at once on the same processor, and compare the CPU time
 *                      of each, including its children
 *   --stream FILE      pass the file in a pipe, on apt's descriptor and as stdin
 *   --clear DIRECTORY  remove the files in it before each start, not measured
 *   --before TEXT      run TEXT in sh(1) before each start, not measured; its parameters
 *                      are the first words of the command
 *   --json FILE        append the figures as a JSON object in one line
 *   --key KEY          the name of that object
 *
 * A forked process starts both programs, like apt's hooks before and after dpkg. The
 * process itself starts the shell of --before, like Pre-Install-Pkgs. Both programs start
 * after the same shell, since a shell leaves the caches in another state than a program.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Exit statuses other than 0. */
enum { LIMIT_MISSED = 1, BROKEN = 2 };

#define ROUNDS 201
#define INFO_FD 20 /* the registration's */

enum measure { TIME, PROCESSOR_TIME, MEMORY };

struct contest {
	const char *title, *limit, *key, *json, *before, *to_clear;
	const char *stream; /* bytes, NULL for none */
	size_t stream_size;
	size_t rounds;
	enum measure measure;
	char **programs[2];
};

/* A running program. */
struct turn {
	pid_t starter; /* the forked process that starts and measures it */
	pid_t writer;  /* the process that writes its stream, or 0 */
	int stream;
};

struct quartiles {
	double low, median, high;
};

/* The result of the rounds that count. */
struct figures {
	struct quartiles of[2]; /* the program and the baseline */
	double ratio;           /* the median of all rounds */
};

static double microseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* fails for unknown clocks only */
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void must_succeed(const char *program, int status)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		errx(BROKEN, "%s failed: wait status %d", program, status);
}

/*
 * Writes to the pipe like apt: everything, and blocking. A baseline need not read to the
 * end.
 */
static pid_t start_writer(const struct contest *contest, int *ret_fd)
{
	size_t written = 0;
	int ends[2];
	pid_t pid;

	*ret_fd = -1;
	if (contest->stream == NULL)
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		err(BROKEN, "pipe");
	if (pid > 0) {
		(void)close(ends[1]);
		*ret_fd = ends[0];
		return pid;
	}
	(void)close(ends[0]);
	while (written < contest->stream_size) {
		ssize_t size = write(ends[1], contest->stream + written,
			contest->stream_size - written);

		if (size < 0)
			_exit(BROKEN);
		written += (size_t)size;
	}
	_exit(0);
}

static void end_writer(pid_t writer, int fd)
{
	if (writer == 0)
		return;
	(void)close(fd);
	if (waitpid(writer, NULL, 0) != writer)
		err(BROKEN, "waitpid");
}

static double time_of(char **program, int stream)
{
	posix_spawn_file_actions_t actions;
	double start;
	int status;
	pid_t pid;

	errno = posix_spawn_file_actions_init(&actions);
	if (errno == 0)
		errno = posix_spawn_file_actions_addopen(
			&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (errno == 0 && stream >= 0)
		errno = posix_spawn_file_actions_adddup2(&actions, stream, INFO_FD);
	if (errno == 0 && stream >= 0)
		errno = posix_spawn_file_actions_adddup2(&actions, stream, STDIN_FILENO);
	start = microseconds();
	if (errno == 0)
		errno = posix_spawn(&pid, program[0], &actions, NULL, program, environ);
	if (errno != 0 || waitpid(pid, &status, 0) != pid)
		err(BROKEN, "%s", program[0]);
	start = microseconds() - start;
	must_succeed(program[0], status);
	(void)posix_spawn_file_actions_destroy(&actions); /* always 0 in glibc */
	return start;
}

static double peak_of(pid_t pid)
{
	char path[64], line[256];
	double peak = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			peak = strtod(line + 6, NULL);
	if (peak == 0)
		err(BROKEN, "%s", path);
	(void)fclose(file); /* only read */
	return peak;
}

/*
 * Stops the process at its exit to read its peak, because that of wait4(2) includes the
 * time before execve(2).
 */
static double memory_of(char **program, int stream)
{
	double peak;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (stream >= 0 && (dup2(stream, INFO_FD) < 0 || dup2(stream, 0) < 0))
			_exit(BROKEN);
		(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL); /* a failure shows later */
		(void)execv(program[0], program);
		_exit(BROKEN);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
		ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT) < 0 ||
		ptrace(PTRACE_CONT, pid, NULL, NULL) < 0)
		err(BROKEN, "%s", program[0]);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) &&
		status >> 8 != (SIGTRAP | PTRACE_EVENT_EXIT << 8))
		if (ptrace(PTRACE_CONT, pid, NULL, WSTOPSIG(status)) < 0)
			err(BROKEN, "%s", program[0]);
	if (!WIFSTOPPED(status))
		errx(BROKEN, "%s ended unseen: wait status %d", program[0], status);
	peak = peak_of(pid);
	if (ptrace(PTRACE_CONT, pid, NULL, NULL) < 0 || waitpid(pid, &status, 0) != pid)
		err(BROKEN, "%s", program[0]);
	must_succeed(program[0], status);
	return peak;
}

/* Pins the process to the last processor that it may use. */
static void share_a_processor(void)
{
	cpu_set_t allowed, one;
	int last = 0;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		err(BROKEN, "sched_getaffinity");
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &allowed))
			last = i;
	CPU_ZERO(&one);
	CPU_SET(last, &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		err(BROKEN, "sched_setaffinity");
}

/* This process has no other children, so the time of its children is the program's. */
static double processor_time_of(char **program, int stream)
{
	struct rusage usage;

	share_a_processor();
	(void)time_of(program, stream);
	if (getrusage(RUSAGE_CHILDREN, &usage) < 0)
		err(BROKEN, "getrusage");
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static double figure_of(const struct contest *contest, char **program, int stream)
{
	switch (contest->measure) {
	case TIME:
		return time_of(program, stream);
	case PROCESSOR_TIME:
		return processor_time_of(program, stream);
	case MEMORY:
		return memory_of(program, stream);
	}
	return 0;
}

/* ret_figure is in shared memory, and is set when the turn has ended. */
static struct turn begin_turn(
	const struct contest *contest, char **program, double *ret_figure)
{
	struct turn turn;

	turn.writer = start_writer(contest, &turn.stream);
	turn.starter = fork();
	if (turn.starter < 0)
		err(BROKEN, "fork");
	if (turn.starter == 0) {
		*ret_figure = figure_of(contest, program, turn.stream);
		_exit(0);
	}
	return turn;
}

static void end_turn(const struct turn *turn)
{
	int status;

	if (waitpid(turn->starter, &status, 0) != turn->starter)
		err(BROKEN, "waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		exit(BROKEN); /* the child has printed the reason */
	end_writer(turn->writer, turn->stream);
}

static void clear_directory(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;

	if (directory == NULL && errno == ENOENT)
		return;
	if (directory == NULL)
		err(BROKEN, "%s", path);
	while ((entry = readdir(directory)) != NULL)
		if (entry->d_type == DT_REG &&
			unlinkat(dirfd(directory), entry->d_name, 0) < 0)
			err(BROKEN, "%s/%s", path, entry->d_name);
	(void)closedir(directory); /* only read */
}

static void run_before(const char *text, char **program)
{
	char *argv[16] = {
		(char *)"/bin/sh", (char *)"-c", (char *)text, (char *)"before"};
	int status;
	pid_t pid;

	/* The last one stays NULL. */
	for (size_t i = 4; i + 1 < sizeof(argv) / sizeof(*argv) && *program != NULL; i++)
		argv[i] = *program++;
	errno = posix_spawn(&pid, argv[0], NULL, NULL, argv, environ);
	if (errno != 0 || waitpid(pid, &status, 0) != pid)
		err(BROKEN, "%s", text);
	must_succeed(text, status);
}

static void prepare(const struct contest *contest, char **program)
{
	if (contest->to_clear != NULL)
		clear_directory(contest->to_clear);
	if (contest->before != NULL)
		run_before(contest->before, program);
}

static void play_in_turn(const struct contest *contest, double figures[2])
{
	for (int i = 0; i < 2; i++) {
		struct turn turn;

		prepare(contest, contest->programs[i]);
		turn = begin_turn(contest, contest->programs[i], &figures[i]);
		end_turn(&turn);
	}
}

/* The programs take turns in starting first. */
static void play_together(const struct contest *contest, size_t round, double figures[2])
{
	struct turn turns[2];

	for (int i = 0; i < 2; i++)
		prepare(contest, contest->programs[i]);
	for (size_t i = round; i < round + 2; i++)
		turns[i % 2] =
			begin_turn(contest, contest->programs[i % 2], &figures[i % 2]);
	for (int i = 0; i < 2; i++)
		end_turn(&turns[i]);
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* Sorts the figures. */
static struct quartiles quartiles_of(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return (struct quartiles){
		values[count / 4], values[count / 2], values[count * 3 / 4]};
}

static struct figures run(const struct contest *contest)
{
	size_t warm_up = contest->rounds / 10 + 1;
	double *ratios = calloc(contest->rounds, sizeof(*ratios));
	double *values[2],
		*shared = mmap(NULL, 2 * sizeof(*shared), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct figures figures;

	values[0] = calloc(contest->rounds, sizeof(**values));
	values[1] = calloc(contest->rounds, sizeof(**values));
	if (shared == MAP_FAILED || ratios == NULL || values[0] == NULL ||
		values[1] == NULL)
		err(BROKEN, "memory");
	for (size_t i = 0; i < warm_up + contest->rounds; i++) {
		size_t at = i < warm_up ? 0 : i - warm_up;

		if (contest->measure == PROCESSOR_TIME)
			play_together(contest, i, shared);
		else
			play_in_turn(contest, shared);
		for (int j = 0; j < 2; j++)
			values[j][at] = shared[j];
		ratios[at] = shared[0] / shared[1];
	}
	figures.ratio = quartiles_of(ratios, contest->rounds).median;
	for (int i = 0; i < 2; i++) {
		figures.of[i] = quartiles_of(values[i], contest->rounds);
		free(values[i]);
	}
	free(ratios);
	(void)munmap(shared, 2 * sizeof(*shared));
	return figures;
}

static void write_json(
	const struct contest *contest, const struct figures *figures, bool is_kept)
{
	static const char *const names[] = {"this", "against"};
	FILE *file = fopen(contest->json, "ae");

	if (file == NULL)
		err(BROKEN, "%s", contest->json);
	(void)fprintf(file, "{\"key\": \"%s\", \"title\": \"%s\", \"unit\": \"%s\", ",
		contest->key, contest->title, contest->measure == MEMORY ? "KiB" : "us");
	(void)fprintf(file, "\"rounds\": %zu, ", contest->rounds);
	for (int i = 0; i < 2; i++)
		(void)fprintf(file,
			"\"%s\": {\"quartile_1\": %.1f, \"median\": %.1f, "
			"\"quartile_3\": %.1f}, ",
			names[i], figures->of[i].low, figures->of[i].median,
			figures->of[i].high);
	(void)fprintf(file, "\"ratio\": %.4f, \"limit\": %s, \"is_kept\": %s}\n",
		figures->ratio,
		strcmp(contest->limit, "-") == 0 ? "null" : contest->limit,
		is_kept ? "true" : "false");
	if (fclose(file) != 0)
		err(BROKEN, "%s", contest->json);
}

static int judge(const struct contest *contest, const struct figures *figures)
{
	bool has_limit = strcmp(contest->limit, "-") != 0;
	bool is_kept = !has_limit || figures->ratio <= strtod(contest->limit, NULL);

	(void)printf("%-58s %9.0f %9.0f %8.3f %6s  %s\n", contest->title,
		figures->of[0].median, figures->of[1].median, figures->ratio,
		contest->limit, is_kept ? (has_limit ? "ok" : "") : "missed");
	if (contest->json != NULL)
		write_json(contest, figures, is_kept);
	return is_kept ? 0 : LIMIT_MISSED;
}

static const char *map_file(const char *path, size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	const char *bytes;

	if (fd < 0 || fstat(fd, &status) < 0)
		err(BROKEN, "%s", path);
	*ret_size = (size_t)status.st_size;
	bytes = mmap(NULL, *ret_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (bytes == MAP_FAILED)
		err(BROKEN, "%s", path);
	(void)close(fd); /* only read */
	return bytes;
}

static void read_options(struct contest *contest, int argc, char **argv)
{
	static const struct option options[] = {{"rounds", 1, NULL, 'r'},
		{"at-most", 1, NULL, 'a'}, {"memory", 0, NULL, 'm'},
		{"together", 0, NULL, 't'}, {"stream", 1, NULL, 's'},
		{"before", 1, NULL, 'b'}, {"clear", 1, NULL, 'c'}, {"json", 1, NULL, 'j'},
		{"key", 1, NULL, 'k'}, {NULL, 0, NULL, 0}};
	size_t most = SIZE_MAX;
	int option;

	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 'r')
			contest->rounds = strtoul(optarg, NULL, 10);
		else if (option == 'a')
			most = strtoul(optarg, NULL, 10);
		else if (option == 'm')
			contest->measure = MEMORY;
		else if (option == 't')
			contest->measure = PROCESSOR_TIME;
		else if (option == 's')
			contest->stream = map_file(optarg, &contest->stream_size);
		else if (option == 'b')
			contest->before = optarg;
		else if (option == 'c')
			contest->to_clear = optarg;
		else if (option == 'j')
			contest->json = optarg;
		else if (option == 'k')
			contest->key = optarg;
		else
			exit(BROKEN); /* getopt_long(3) has printed the reason */
	}
	if (contest->rounds > most)
		contest->rounds = most;
}

/* The arguments between this "--" and the next, or the end. */
static char **read_program(char ***words)
{
	char **program = *words;

	if (program[0] == NULL || strcmp(program[0], "--") != 0 || program[1] == NULL)
		errx(BROKEN, "a program is missing behind \"--\"");
	for (*words = ++program; **words != NULL && strcmp(**words, "--") != 0; ++*words)
		;
	return program;
}

int main(int argc, char **argv)
{
	struct contest contest = {.rounds = ROUNDS, .key = ""};
	struct figures figures;
	char **rest, **end_of_first;

	read_options(&contest, argc, argv);
	if (contest.rounds == 0 || argc - optind < 2)
		errx(BROKEN, "TITLE and LIMIT are missing, or there is no round");
	contest.title = argv[optind];
	contest.limit = argv[optind + 1];
	rest = argv + optind + 2;
	contest.programs[0] = read_program(&rest);
	end_of_first = rest;
	contest.programs[1] = read_program(&rest);
	*end_of_first = NULL;
	figures = run(&contest);
	return judge(&contest, &figures);
}
