/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stage: plays apt in a chroot and pid namespace, once for each case on stdin, and writes
 * the outcome to stdout. A case is "PLAY" without a fault, or "PLAY CASE" with a case of
 * inject.c. The plays:
 *
 *     whole    Pre-Invoke, Pre-Install-Pkgs and Post-Invoke of one transaction
 *     session  the same, with hooks at the start and the end of a session
 *     veto     like whole, but a script stops apt at Pre-Install-Pkgs
 *     killed   apt is killed before dpkg; then a whole transaction
 *     left     apt and the guard are killed before dpkg; then one that reaches Pre-Invoke,
 *              with the fault; then a whole one
 *
 * At the end, sessions that are still there are closed, as "apt-universal-hooks wait" does.
 *
 * Facts are lines of words separated by tabs; a case ends with "end".
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATE_DIR "/run/apt-universal-hooks"
#define SESSIONS_DIR "/var/lib/apt-universal-hooks/sessions"
#define HELPER "/usr/libexec/apt-universal-hooks/helper"
#define LOCK "/var/lib/dpkg/lock-frontend"
#define LOG "/var/log/apt/universal-hooks.log"
#define STATUS_FILE "/var/lib/dpkg/status"
#define INFO_FD 20 /* the registration's */

/*
 * Far more than a case takes: processes that still run then hang. libapt-pkg may loop
 * after a failed read until it has used the CPU time that it is given, which is long on a
 * busy machine.
 */
#define PATIENCE_SECONDS 60

static const char *const hook_points[] = {
	"Pre-Invoke", "Pre-Install-Pkgs", "Post-Invoke"};
enum { PRE_INVOKE, PRE_INSTALL_PKGS, POST_INVOKE, HOOK_POINTS };

/* The registered commands, and the stream. */
static char *lines[HOOK_POINTS];
static char *stream;

static char *read_file(const char *path)
{
	char *text = NULL;
	size_t capacity = 0;
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return NULL;
	if (getdelim(&text, &capacity, '\0', file) < 0) {
		free(text);
		text = NULL;
	}
	(void)fclose(file);
	return text;
}

static char *must_read(const char *path)
{
	char *text = read_file(path);

	if (text == NULL)
		err(99, "%s", path);
	return text;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		err(99, "%s", path);
}

static void note(const char *kind, const char *word, int number)
{
	FILE *file = fopen("/notes", "ae");

	if (file == NULL || fprintf(file, "%s\t%s\t%d\n", kind, word, number) < 0 ||
		fclose(file) != 0)
		err(99, "/notes");
}

/* Returns the wait status of a shell that runs the line. */
static int run_shell(const char *line, int info_fd)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (info_fd >= 0 && dup2(info_fd, INFO_FD) < 0)
			err(99, "dup2");
		if (info_fd >= 0 && setenv("APT_HOOK_INFO_FD", "20", 1) < 0)
			err(99, "setenv");
		(void)execl("/bin/sh", "sh", "-c", line, NULL);
		err(99, "sh");
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		err(99, "cannot run a shell");
	return status;
}

/* Like apt, which runs these hooks from a forked child, but those with a stream itself. */
static int call_from_a_fork(const char *line)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(WEXITSTATUS(run_shell(line, -1)));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		err(99, "cannot fork");
	return WEXITSTATUS(status);
}

/* Never blocks: the whole stream fits into the pipe. */
static int call_with_the_stream(const char *line)
{
	int ends[2], status;

	if (pipe2(ends, O_CLOEXEC) < 0 ||
		write(ends[1], stream, strlen(stream)) != (ssize_t)strlen(stream))
		err(99, "pipe");
	(void)close(ends[1]);
	status = run_shell(line, ends[0]);
	(void)close(ends[0]);
	return WEXITSTATUS(status);
}

static int call(int hook_point)
{
	char said[64];
	int status, fd;

	(void)snprintf(said, sizeof(said), "/said.%s", hook_points[hook_point]);
	fd = open(said, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
		err(99, "%s", said);
	(void)close(fd);
	status = hook_point == PRE_INSTALL_PKGS ? call_with_the_stream(lines[hook_point])
						: call_from_a_fork(lines[hook_point]);
	note("status", hook_points[hook_point], status);
	return status;
}

/* Until apt ends. */
static void take_lock(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0640);

	if (fd < 0 || fcntl(fd, F_SETLKW, &lock) < 0)
		err(99, LOCK);
}

/* Plays apt up to this hook point, or until a hook stops it. */
static void be_apt(int last, bool waits_to_be_killed)
{
	take_lock();
	for (int i = 0; i <= last; i++) {
		/* dpkg has run. */
		if (i == POST_INVOKE)
			write_file(STATUS_FILE, "later\n");
		if (call(i) != 0 && i < POST_INVOKE)
			break;
	}
	if (waits_to_be_killed)
		(void)raise(SIGSTOP);
	_exit(0);
}

/* Kills all our children, including orphans that we have adopted, except one. */
static void kill_children(pid_t spared)
{
	char path[64];
	char *text, *at, *end;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	text = read_file(path);
	for (at = text; at != NULL && *at != '\0'; at = end) {
		pid_t pid = (pid_t)strtol(at, &end, 10);

		if (end == at)
			break;
		if (pid != spared && pid > 0)
			(void)kill(pid, SIGKILL);
	}
	free(text);
}

/* Waits until all descendants have ended; reports and kills those that hang. */
static void wait_for_all(void)
{
	bool is_late = false;

	(void)alarm(PATIENCE_SECONDS);
	for (;;) {
		if (waitpid(-1, NULL, 0) >= 0)
			continue;
		if (errno == ECHILD)
			break;
		if (!is_late)
			note("hung", "-", PATIENCE_SECONDS);
		is_late = true;
		kill_children(0);
		(void)alarm(1);
	}
	(void)alarm(0);
}

static void transact(int last)
{
	pid_t pid = fork();

	if (pid == 0)
		be_apt(last, false);
	if (pid < 0)
		err(99, "fork");
	wait_for_all();
}

static void transact_and_be_killed(int last)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		be_apt(last, true);
	if (pid < 0 || waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
		err(99, "apt did not wait");
	kill_children(pid);
	(void)kill(pid, SIGKILL);
	wait_for_all();
}

/* With the keys of all sessions, of which waiters may have failed. */
static void close_sessions(void)
{
	DIR *dir = opendir(SESSIONS_DIR);
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char line[512];
		const char *dot = strchr(entry->d_name, '.');

		if (dot == NULL || strcmp(dot, ".session") != 0)
			continue;
		(void)snprintf(line, sizeof(line),
			HELPER " Session-End %.*s 2>>/said.Session-End",
			(int)(dot - entry->d_name), entry->d_name);
		if (run_shell(line, -1) != 0)
			errx(99, "%s", line);
	}
	if (dir != NULL)
		(void)closedir(dir);
	wait_for_all();
}

static void put_fault(const char *fault)
{
	if (*fault != '\0')
		write_file("/case", fault);
}

static void play(const char *name, const char *fault)
{
	write_file(STATUS_FILE, "earlier\n");
	if (strcmp(name, "veto") == 0)
		write_file("/veto", "");
	if (strcmp(name, "left") == 0) {
		transact_and_be_killed(PRE_INSTALL_PKGS);
		put_fault(fault);
		transact(PRE_INVOKE);
		(void)unlink("/case");
	} else if (strcmp(name, "killed") == 0) {
		put_fault(fault);
		transact(PRE_INSTALL_PKGS);
		(void)unlink("/case");
	} else {
		put_fault(fault);
	}
	transact(POST_INVOKE);
	(void)unlink("/case");
	(void)unlink("/veto");
	close_sessions();
}

/* Prints the lines of a file, each after its kind. */
static void print_lines(const char *path, const char *kind)
{
	char *text = read_file(path);
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0')
			(void)printf("%s%s\n", kind, line);
	free(text);
	(void)unlink(path);
}

static void print_files(
	const char *directory, const char *prefix, const char *kind, bool lines_too)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char path[512];

		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
			strcmp(entry->d_name, ".") == 0 ||
			strcmp(entry->d_name, "..") == 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		if (lines_too)
			print_lines(path, kind);
		else
			(void)printf("%s%s\n", kind, entry->d_name);
		(void)unlink(path);
	}
	if (dir != NULL)
		(void)closedir(dir);
}

static void print_facts(void)
{
	print_lines("/notes", "");
	for (int i = 0; i < HOOK_POINTS; i++) {
		char path[64], kind[64];

		(void)snprintf(path, sizeof(path), "/said.%s", hook_points[i]);
		(void)snprintf(kind, sizeof(kind), "said\t%s\t", hook_points[i]);
		print_lines(path, kind);
	}
	print_lines("/said.Session-End", "said\tSession-End\t");
	print_lines(LOG, "log\t");
	print_files("/", "sanitizer.", "sanitizer\t", true);
	print_files(STATE_DIR, "", "left\t", false);
	(void)rmdir(STATE_DIR);
	print_files(SESSIONS_DIR, "", "left\t", false);
	(void)rmdir(SESSIONS_DIR);
}

static void wake_up(int signal_number)
{
	(void)signal_number;
}

static void set_up(void)
{
	static char line_file[32];
	struct sigaction alarm_action = {.sa_handler = wake_up};

	for (int i = 0; i < HOOK_POINTS; i++) {
		(void)snprintf(line_file, sizeof(line_file), "/line.%s", hook_points[i]);
		lines[i] = must_read(line_file);
	}
	stream = must_read("/stream");
	/* Without SA_RESTART, so that the alarm interrupts waitpid(2). */
	if (sigaction(SIGALRM, &alarm_action, NULL) < 0 ||
		prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 || chdir("/") < 0)
		err(99, "set up");
}

int main(void)
{
	char *text = NULL;
	size_t capacity = 0;

	set_up();
	while (getline(&text, &capacity, stdin) > 0) {
		char *fault;

		text[strcspn(text, "\n")] = '\0';
		(void)printf("case\t%s\n", text);
		(void)fflush(stdout);
		fault = strchr(text, ' ');
		if (fault != NULL)
			*fault++ = '\0';
		play(text, fault != NULL ? fault : "");
		print_facts();
		(void)printf("end\n");
		(void)fflush(stdout);
	}
	free(text);
	return 0;
}
