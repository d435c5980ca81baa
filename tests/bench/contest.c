/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * contest [OPTION]... TITLE LIMIT -- PROGRAM [ARGUMENT]... [-- BASELINE [ARGUMENT]...]
 *
 * Starts both programs alternately, so that they meet the same conditions, and compares
 * the time from posix_spawn(3) to the end, in microseconds. Prints a row of the table:
 * both medians, and the median of the ratios of all rounds, because on a busy machine the
 * speed changes from round to round. The exit status is 1 if that ratio is above LIMIT
 * ("-": no limit).
 *
 * Without BASELINE, LIMIT is one for the least figure of PROGRAM, in seconds or MiB. With
 * --sizes, it is one for the exponent with which its time grows: the slope of a line
 * through the least times at all sizes, as logarithms, without the time at the first size,
 * which PROGRAM takes to start.
 *
 *   --rounds N         number of rounds that count, after some to warm up
 *   --at-most N        upper bound for --rounds
 *   --seconds N        no more rounds when these have passed, but at least three
 *   --sizes N,N,N,N    run PROGRAM at these sizes, which it finds in its variable SIZE
 *   --memory           compare the peak of resident memory instead, in KiB
 *   --memory-of-all    the same, or the peak of the largest of its descendants
 *   --together         start both at once on the same processor, and compare the CPU time
 *                      of each, including its children
 *   --stream FILE      pass the file in a pipe, on apt's descriptor and as stdin
 *   --clear DIRECTORY  remove the files in it before each start, not measured
 *   --before TEXT      run TEXT in sh(1) before each start, not measured; its parameters
 *                      are the first words of the command, its variables those of it
 *   --status N         the exit status of the programs, 0 by default
 *   --json FILE        append the figures as a JSON object in one line
 *   --key KEY          the name of that object
 *
 * NAME=VALUE in front of a program sets a variable for it. A program that takes longer than
 * 20 seconds is killed: the limit is missed, and no other rounds follow.
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
#include <math.h>
#include <sched.h>
#include <signal.h>
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
#define ROUNDS_MIN 3 /* whatever they take */
#define INFO_FD 20   /* the registration's */
#define PATIENCE 20  /* seconds */
#define SIDES_MAX 4

enum measure { TIME, PROCESSOR_TIME, MEMORY, MEMORY_OF_ALL };

struct contest {
	const char *title, *limit, *key, *json, *before, *to_clear;
	const char *stream; /* bytes, NULL for none */
	size_t stream_size;
	size_t rounds;
	double seconds; /* for all rounds, 0 for any */
	enum measure measure;
	int status; /* with which the programs exit */
	/* The program and the baseline; or the program at each size. */
	size_t sides;
	char **programs[SIDES_MAX];
	const char *sizes[SIDES_MAX]; /* NULL if the sides are not sizes */
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
	struct quartiles of[SIDES_MAX];
	double ratio; /* the median of all rounds; or what else has the limit */
	bool is_killed;
};

static double microseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* fails for unknown clocks only */
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void must_exit_with(int expected, const char *program, int status)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) != expected)
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

/* Sets the variables in front of the program, and returns its first word. */
static char **set_variables(const struct contest *contest, size_t side)
{
	char **program = contest->programs[side];

	if (contest->sizes[side] != NULL && setenv("SIZE", contest->sizes[side], 1) < 0)
		err(BROKEN, "setenv");
	for (; *program != NULL && strchr(*program, '=') != NULL; program++)
		if (putenv(*program) != 0)
			err(BROKEN, "putenv");
	if (*program == NULL)
		errx(BROKEN, "there are only variables");
	return program;
}

static pid_t impatient_of; /* for the handler */

static void lose_patience(int signal_number)
{
	(void)signal_number;
	(void)kill(impatient_of, SIGKILL); /* not waited for yet */
}

static void be_patient_with(pid_t pid)
{
	struct sigaction action = {.sa_handler = lose_patience, .sa_flags = SA_RESTART};

	impatient_of = pid;
	if (sigaction(SIGALRM, &action, NULL) < 0)
		err(BROKEN, "sigaction");
	(void)alarm(PATIENCE);
}

static double time_of(const struct contest *contest, char **program, int stream)
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
	if (errno == 0)
		be_patient_with(pid);
	if (errno != 0 || waitpid(pid, &status, 0) != pid)
		err(BROKEN, "%s", program[0]);
	start = microseconds() - start;
	if (start < PATIENCE * 1e6)
		must_exit_with(contest->status, program[0], status);
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
static double memory_of(const struct contest *contest, char **program, int stream)
{
	double peak;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
			_exit(BROKEN);
		if (stream >= 0 && (dup2(stream, INFO_FD) < 0 || dup2(stream, 0) < 0))
			_exit(BROKEN);
		(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL); /* a failure shows later */
		(void)execv(program[0], program);
		_exit(BROKEN);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
		ptrace(PTRACE_SETOPTIONS, pid, NULL,
			PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC) < 0 ||
		ptrace(PTRACE_CONT, pid, NULL, NULL) < 0)
		err(BROKEN, "%s", program[0]);
	be_patient_with(pid);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) &&
		status >> 8 != (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
		bool is_exec = status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8);

		if (ptrace(PTRACE_CONT, pid, NULL, is_exec ? 0 : WSTOPSIG(status)) < 0)
			err(BROKEN, "%s", program[0]);
	}
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return 0; /* no patience */
	if (!WIFSTOPPED(status))
		errx(BROKEN, "%s ended unseen: wait status %d", program[0], status);
	peak = peak_of(pid);
	if (ptrace(PTRACE_CONT, pid, NULL, NULL) < 0 || waitpid(pid, &status, 0) != pid)
		err(BROKEN, "%s", program[0]);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return 0;
	must_exit_with(contest->status, program[0], status);
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
static double processor_time_of(const struct contest *contest, char **program, int stream)
{
	struct rusage usage;

	share_a_processor();
	(void)time_of(contest, program, stream);
	if (getrusage(RUSAGE_CHILDREN, &usage) < 0)
		err(BROKEN, "getrusage");
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* A descendant that nobody waits for is not seen. */
static double memory_of_all(const struct contest *contest, char **program, int stream)
{
	double peak = memory_of(contest, program, stream);
	struct rusage usage;

	if (peak == 0)
		return 0;
	if (getrusage(RUSAGE_CHILDREN, &usage) < 0)
		err(BROKEN, "getrusage");
	return fmax(peak, (double)usage.ru_maxrss);
}

static double figure_of(const struct contest *contest, char **program, int stream)
{
	switch (contest->measure) {
	case TIME:
		return time_of(contest, program, stream);
	case PROCESSOR_TIME:
		return processor_time_of(contest, program, stream);
	case MEMORY:
		return memory_of(contest, program, stream);
	case MEMORY_OF_ALL:
		return memory_of_all(contest, program, stream);
	}
	return 0;
}

/* ret_figure is in shared memory, and is set when the turn has ended. */
static struct turn begin_turn(
	const struct contest *contest, size_t side, double *ret_figure)
{
	struct turn turn;

	turn.writer = start_writer(contest, &turn.stream);
	turn.starter = fork();
	if (turn.starter < 0)
		err(BROKEN, "fork");
	if (turn.starter == 0) {
		*ret_figure =
			figure_of(contest, set_variables(contest, side), turn.stream);
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
	must_exit_with(0, text, status);
}

static void prepare(const struct contest *contest, size_t side)
{
	if (contest->to_clear != NULL)
		clear_directory(contest->to_clear);
	if (contest->before != NULL)
		run_before(contest->before, set_variables(contest, side));
}

static void play_in_turn(const struct contest *contest, double figures[])
{
	for (size_t i = 0; i < contest->sides; i++) {
		struct turn turn;

		prepare(contest, i);
		turn = begin_turn(contest, i, &figures[i]);
		end_turn(&turn);
	}
}

/* The programs take turns in starting first. */
static void play_together(const struct contest *contest, size_t round, double figures[])
{
	struct turn turns[SIDES_MAX];
	size_t sides = contest->sides;

	for (size_t i = 0; i < sides; i++)
		prepare(contest, i);
	for (size_t i = round; i < round + sides; i++)
		turns[i % sides] = begin_turn(contest, i % sides, &figures[i % sides]);
	for (size_t i = 0; i < sides; i++)
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

/*
 * The slope of the line with the least squares through the times at all sizes but the
 * first, as logarithms. Near the time to start, the difference is mostly noise.
 */
static double exponent_of(const struct contest *contest, const double figures[])
{
	double x = 0, y = 0, xx = 0, xy = 0, count = (double)contest->sides - 1;

	for (size_t i = 1; i < contest->sides; i++) {
		double log_size = log(strtod(contest->sizes[i], NULL));
		double log_time = log(fmax(figures[i] - figures[0], figures[0] / 5));

		x += log_size;
		y += log_time;
		xx += log_size * log_size;
		xy += log_size * log_time;
	}
	return (count * xy - x * y) / (count * xx - x * x);
}

static bool is_memory(const struct contest *contest)
{
	return contest->measure == MEMORY || contest->measure == MEMORY_OF_ALL;
}

static bool has_baseline(const struct contest *contest)
{
	return contest->sizes[0] == NULL && contest->sides > 1;
}

static bool took_all_patience(const struct contest *contest, const double figures[])
{
	for (size_t i = 0; i < contest->sides; i++)
		if (is_memory(contest) ? figures[i] == 0 : figures[i] >= PATIENCE * 1e6)
			return true;
	return false;
}

/* The rounds that count. */
struct rounds {
	double *values[SIDES_MAX];
	size_t count;
	bool is_killed;
};

static void play_round(const struct contest *contest, size_t number, double figures[],
	struct rounds *rounds)
{
	if (contest->measure == PROCESSOR_TIME)
		play_together(contest, number, figures);
	else
		play_in_turn(contest, figures);
	for (size_t i = 0; i < contest->sides; i++)
		rounds->values[i][rounds->count] = figures[i];
	rounds->count++;
}

static void play_all(const struct contest *contest, struct rounds *rounds)
{
	size_t warm_up = contest->rounds / 10 + 1;
	double start = microseconds(),
	       *shared = mmap(NULL, SIDES_MAX * sizeof(*shared), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		err(BROKEN, "memory");
	for (size_t i = 0; i < warm_up + contest->rounds; i++) {
		if (contest->seconds > 0 && rounds->count >= ROUNDS_MIN &&
			microseconds() - start > contest->seconds * 1e6)
			break;
		if (i == warm_up)
			rounds->count = 0;
		play_round(contest, i, shared, rounds);
		rounds->is_killed = took_all_patience(contest, shared);
		if (rounds->is_killed)
			break;
	}
	(void)munmap(shared, SIDES_MAX * sizeof(*shared));
}

static double median_of_ratios(const struct rounds *rounds)
{
	double *ratios = calloc(rounds->count, sizeof(*ratios)), median;

	if (ratios == NULL)
		err(BROKEN, "memory");
	for (size_t i = 0; i < rounds->count; i++)
		ratios[i] = rounds->values[0][i] / rounds->values[1][i];
	median = quartiles_of(ratios, rounds->count).median;
	free(ratios);
	return median;
}

/* Whatever else runs on the machine only adds to the least figure of a few. */
static double figure_without_baseline(
	const struct contest *contest, struct rounds *rounds)
{
	double least[SIDES_MAX];

	for (size_t i = 0; i < contest->sides; i++) {
		least[i] = rounds->values[i][0];
		for (size_t j = 1; j < rounds->count; j++)
			least[i] = fmin(least[i], rounds->values[i][j]);
	}
	if (contest->sizes[0] != NULL)
		return exponent_of(contest, least);
	return least[0] / (is_memory(contest) ? 1024 : 1e6);
}

static struct figures run(struct contest *contest)
{
	struct rounds rounds = {.count = 0};
	struct figures figures = {.ratio = 0};

	for (size_t i = 0; i < contest->sides; i++) {
		/* Those to warm up are no more than one and the others. */
		rounds.values[i] = calloc(contest->rounds + 1, sizeof(*rounds.values[i]));
		if (rounds.values[i] == NULL)
			err(BROKEN, "memory");
	}
	play_all(contest, &rounds);
	contest->rounds = rounds.count;
	figures.is_killed = rounds.is_killed;
	figures.ratio = has_baseline(contest) ? median_of_ratios(&rounds)
					      : figure_without_baseline(contest, &rounds);
	for (size_t i = 0; i < contest->sides; i++) {
		figures.of[i] = quartiles_of(rounds.values[i], rounds.count);
		free(rounds.values[i]);
	}
	return figures;
}

/* The side in the first or in the second column; SIDES_MAX if there is none. */
static size_t side_in_column(const struct contest *contest, int column)
{
	if (contest->sizes[0] != NULL)
		return column == 0 ? contest->sides - 1 : 1;
	return column == 0 || contest->sides > 1 ? (size_t)column : SIDES_MAX;
}

static void write_quartiles(FILE *file, const struct quartiles *quartiles)
{
	(void)fprintf(file,
		"{\"quartile_1\": %.1f, \"median\": %.1f, \"quartile_3\": %.1f}",
		quartiles->low, quartiles->median, quartiles->high);
}

static void write_sizes(
	FILE *file, const struct contest *contest, const struct figures *figures)
{
	if (contest->sizes[0] == NULL)
		return;
	(void)fprintf(file, "\"sizes\": {");
	for (size_t i = 0; i < contest->sides; i++) {
		(void)fprintf(file, "%s\"%s\": ", i > 0 ? ", " : "", contest->sizes[i]);
		write_quartiles(file, &figures->of[i]);
	}
	(void)fprintf(file, "}, ");
}

static void write_json(
	const struct contest *contest, const struct figures *figures, bool is_kept)
{
	static const char *const names[] = {"this", "against"};
	FILE *file = fopen(contest->json, "ae");

	if (file == NULL)
		err(BROKEN, "%s", contest->json);
	(void)fprintf(file, "{\"key\": \"%s\", \"title\": \"%s\", \"unit\": \"%s\", ",
		contest->key, contest->title, is_memory(contest) ? "KiB" : "us");
	(void)fprintf(file, "\"rounds\": %zu, ", contest->rounds);
	for (int i = 0; i < 2; i++) {
		size_t side = side_in_column(contest, i);

		if (side == SIDES_MAX)
			continue;
		(void)fprintf(file, "\"%s\": ", names[i]);
		write_quartiles(file, &figures->of[side]);
		(void)fprintf(file, ", ");
	}
	write_sizes(file, contest, figures);
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
	bool is_kept =
		!has_limit ||
		(!figures->is_killed && figures->ratio <= strtod(contest->limit, NULL));
	size_t against = side_in_column(contest, 1);
	char column[32] = "-";

	if (against != SIDES_MAX)
		(void)snprintf(
			column, sizeof(column), "%.0f", figures->of[against].median);
	(void)printf("%-62s %9.0f %9s %8.3f %6s  %s\n", contest->title,
		figures->of[side_in_column(contest, 0)].median, column, figures->ratio,
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

static void read_sizes(struct contest *contest, char *text)
{
	const char *size;

	while ((size = strsep(&text, ",")) != NULL && contest->sides < SIDES_MAX)
		contest->sizes[contest->sides++] = size;
	if (size != NULL || contest->sides < 3)
		errx(BROKEN, "--sizes needs the start and two or three sizes");
}

static void read_options(struct contest *contest, int argc, char **argv)
{
	static const struct option options[] = {{"rounds", 1, NULL, 'r'},
		{"at-most", 1, NULL, 'a'}, {"memory", 0, NULL, 'm'},
		{"memory-of-all", 0, NULL, 'M'}, {"together", 0, NULL, 't'},
		{"stream", 1, NULL, 's'}, {"before", 1, NULL, 'b'},
		{"clear", 1, NULL, 'c'}, {"json", 1, NULL, 'j'}, {"key", 1, NULL, 'k'},
		{"seconds", 1, NULL, 'S'}, {"sizes", 1, NULL, 'z'},
		{"status", 1, NULL, 'x'}, {NULL, 0, NULL, 0}};
	size_t most = SIZE_MAX;
	int option;

	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 'r')
			contest->rounds = strtoul(optarg, NULL, 10);
		else if (option == 'a')
			most = strtoul(optarg, NULL, 10);
		else if (option == 'm')
			contest->measure = MEMORY;
		else if (option == 'M')
			contest->measure = MEMORY_OF_ALL;
		else if (option == 't')
			contest->measure = PROCESSOR_TIME;
		else if (option == 's')
			contest->stream = map_file(optarg, &contest->stream_size);
		else if (option == 'b')
			contest->before = optarg;
		else if (option == 'c')
			contest->to_clear = optarg;
		else if (option == 'S')
			contest->seconds = strtod(optarg, NULL);
		else if (option == 'x')
			contest->status = (int)strtol(optarg, NULL, 10);
		else if (option == 'z')
			read_sizes(contest, optarg);
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

static void read_programs(struct contest *contest, char **words)
{
	char **program = read_program(&words), **end = words;

	if (contest->sizes[0] != NULL) {
		for (size_t i = 0; i < contest->sides; i++)
			contest->programs[i] = program;
		return;
	}
	contest->programs[contest->sides++] = program;
	if (*end == NULL)
		return;
	contest->programs[contest->sides++] = read_program(&words);
	*end = NULL;
}

int main(int argc, char **argv)
{
	struct contest contest = {.rounds = ROUNDS, .key = ""};
	struct figures figures;

	read_options(&contest, argc, argv);
	if (contest.rounds == 0 || argc - optind < 2)
		errx(BROKEN, "TITLE and LIMIT are missing, or there is no round");
	contest.title = argv[optind];
	contest.limit = argv[optind + 1];
	read_programs(&contest, argv + optind + 2);
	figures = run(&contest);
	return judge(&contest, &figures);
}
