/* SPDX-License-Identifier: BSD-2-Clause */
#include "process.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Bytes to examine, as shells do, to tell text from binary. */
#define SNIFF_SIZE 128

#define GRACE_SECONDS 5 /* between SIGTERM and SIGKILL */
#define SECOND ((int64_t)1000000000)

/*
 * POSIX: an executable text file without "#!" is a shell script. ENOEXEC would come too
 * late: the marker exists by then, and we could be killed before the shell starts.
 */
static bool needs_shell(const char *path)
{
	owns_fd int fd = access(path, X_OK) == 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char head[SNIFF_SIZE];
	ssize_t size = fd >= 0 ? read(fd, head, sizeof(head)) : -1;

	return size >= 0 && memchr(head, '\0', (size_t)size) == NULL &&
	       !slice_has_prefix((struct slice){head, (size_t)size}, slice_of("#!"));
}

static int spawn_shell(const struct process_spec *spec,
	const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
	pid_t *ret_pid)
{
	owns_memory char **argv = NULL;
	size_t count = 0;

	while (spec->argv[count] != NULL)
		count++;
	argv = calloc(count + 2, sizeof(*argv));
	if (argv == NULL)
		return ENOMEM;
	argv[0] = (char *)"/bin/sh";
	argv[1] = (char *)spec->path;
	for (size_t i = 1; i < count; i++)
		argv[i + 1] = spec->argv[i];
	return posix_spawn(ret_pid, argv[0], actions, attributes, argv, spec->envp);
}

static int spawn_program(const struct process_spec *spec,
	const posix_spawn_file_actions_t *actions, pid_t *ret_pid)
{
	posix_spawnattr_t attributes;
	sigset_t all, none;
	int error;

	(void)sigfillset(&all); /* these fail for invalid addresses only */
	(void)sigemptyset(&none);
	error = posix_spawnattr_init(&attributes);
	if (error != 0)
		return -error;
	error = posix_spawnattr_setsigdefault(&attributes, &all);
	if (error == 0)
		error = posix_spawnattr_setsigmask(&attributes, &none);
	if (error == 0)
		error = posix_spawnattr_setflags(
			&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	if (error == 0 && needs_shell(spec->path))
		error = spawn_shell(spec, actions, &attributes, ret_pid);
	else if (error == 0)
		error = posix_spawn(ret_pid, spec->path, actions, &attributes, spec->argv,
			spec->envp);
	(void)posix_spawnattr_destroy(&attributes); /* always 0 in glibc */
	return -error;
}

static void decode_status(int status, struct uh_ending *ret_ending)
{
	if (WIFSIGNALED(status))
		*ret_ending = (struct uh_ending){UH_SIGNALED, WTERMSIG(status)};
	else
		*ret_ending = (struct uh_ending){UH_EXITED, WEXITSTATUS(status)};
}

static int wait_for_exit(pid_t pid, struct uh_ending *ret_ending)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	decode_status(status, ret_ending);
	return 0;
}

/* In nanoseconds of CLOCK_MONOTONIC. */
static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time); /* fails for unknown clocks only */
	return time.tv_sec * SECOND + time.tv_nsec;
}

/* In nanoseconds. Time while we and the program are stopped (Ctrl-Z) does not count. */
struct countdown {
	int64_t left;
	int64_t seen; /* now() when left was last updated */
};

static struct countdown count_down(unsigned seconds)
{
	return (struct countdown){seconds * SECOND, now()};
}

/* Waits for SIGCHLD, for a second at most; false at the end of the countdown. */
static bool wait_for_sigchld(struct countdown *countdown)
{
	struct timespec step = {1, 0};
	int64_t time, passed;
	sigset_t set;

	if (countdown->left <= 0)
		return false;
	if (countdown->left < SECOND)
		step = (struct timespec){0, (long)countdown->left};
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigtimedwait(&set, NULL, &step); /* after an error, the countdown goes on */
	time = now();
	passed = time - countdown->seen;
	/* A longer step means that we were stopped. */
	countdown->left -= passed < SECOND ? passed : SECOND;
	countdown->seen = time;
	return true;
}

/* A running program, and the children that we had before it, which are not its. */
struct program {
	pid_t pid;
	struct pid_list spared;
};

/* Signals the program and its descendants; without /proc, only the program itself. */
static int kill_all(const struct program *program, int signal_number)
{
	int count = proc_kill_descendants(&program->spared, signal_number);

	return count >= 0 ? count : kill(program->pid, signal_number) == 0;
}

/* We are the subreaper of the program's orphans, so they are ours to reap. */
static void reap_children(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void terminate_all(const struct program *program)
{
	struct countdown countdown = count_down(GRACE_SECONDS);

	if (kill_all(program, SIGTERM) == 0)
		return;
	/* A stopped process handles SIGTERM only once it continues. */
	(void)kill_all(program, SIGCONT);
	do
		reap_children();
	while (kill_all(program, 0) > 0 && wait_for_sigchld(&countdown));
	/* Repeat, since a process may have forked while /proc was read. */
	countdown = count_down(GRACE_SECONDS);
	while (kill_all(program, SIGKILL) > 0 && wait_for_sigchld(&countdown))
		reap_children();
	reap_children();
}

/* On EINTR, try again: SIGCHLD is consumed, so nothing else would report the exit. */
static pid_t poll_for_exit(pid_t pid, int *ret_status)
{
	pid_t found;

	do
		found = waitpid(pid, ret_status, WNOHANG);
	while (found < 0 && errno == EINTR);
	return found;
}

/* Calls on_wait if the last call, or the start, was a second ago. */
static void watch(struct process_spec *spec, int64_t *last)
{
	int64_t time = now();

	if (spec->on_wait == NULL || time - *last < SECOND)
		return;
	*last = time;
	if (!spec->on_wait(spec->context))
		spec->on_wait = NULL;
}

/* Waits until the program or its time ends. */
static int wait_with_timeout(const struct program *program, struct process_spec spec,
	struct uh_ending *ret_ending)
{
	/* No timeout is one that no machine lives to see. */
	struct countdown countdown =
		count_down(spec.timeout > 0 ? spec.timeout : UINT_MAX);
	int64_t last = countdown.seen;

	while (wait_for_sigchld(&countdown)) {
		int status;
		pid_t found = poll_for_exit(program->pid, &status);

		if (found < 0)
			return -errno;
		if (found == program->pid) {
			decode_status(status, ret_ending);
			return 0;
		}
		watch(&spec, &last);
		if (spec.on_wait == NULL && spec.timeout == 0)
			return wait_for_exit(program->pid, ret_ending);
	}
	terminate_all(program);
	*ret_ending = (struct uh_ending){UH_TIMED_OUT, (int)spec.timeout};
	return 0;
}

/* addopen needs a descriptor number that the child does not use. */
static int add_marker(posix_spawn_file_actions_t *actions, const char *marker, int fd)
{
	int error = posix_spawn_file_actions_addopen(
		actions, fd, marker, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600);

	return error == 0 ? posix_spawn_file_actions_addclose(actions, fd) : error;
}

/* close_range(2) exists since Linux 5.9, its CLOSE_RANGE_CLOEXEC only since 5.11. */
static int close_all_but(int spared)
{
	int first = STDERR_FILENO + 1;

	if ((spared == first || syscall(__NR_close_range, first, spared - 1, 0) == 0) &&
		syscall(__NR_close_range, spared + 1, ~0U, 0) == 0)
		return 0;
	return proc_close_on_exec();
}

/* Whoever possesses root's session keyring can read its keys, as any user. */
static int leave_keyring(void)
{
	/* ENOSYS, EPERM: the kernel or the container does not allow keyctl(2) at all. */
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0 ||
		errno == ENOSYS || errno == EPERM)
		return 0;
	return -errno;
}

static int execute(const struct process_spec *spec, const char *marker, int report)
{
	owns_fd int fd = -1;
	sigset_t none;
	int error;

	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL); /* fails for SIGKILL and SIGSTOP */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (marker != NULL)
		fd = open(marker, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if ((marker != NULL && fd < 0) ||
		(spec->input != 0 && dup2(spec->input, STDIN_FILENO) < 0) ||
		(spec->output != 0 && dup2(spec->output, STDOUT_FILENO) < 0) ||
		(spec->error_output != 0 && dup2(spec->error_output, STDERR_FILENO) < 0))
		return -errno;
	error = close_all_but(report);
	if (error == 0)
		error = leave_keyring();
	if (error == 0 && spec->directory != NULL && chdir(spec->directory) < 0)
		error = -errno;
	if (error < 0)
		return error;
	(void)execve(spec->path, spec->argv, spec->envp);
	return -errno;
}

/* For what posix_spawn(3) cannot do. The child reports an error through a pipe. */
static int fork_program(
	const struct process_spec *spec, const char *marker, pid_t *ret_pid)
{
	int ends[2];
	int error = 0;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	*ret_pid = fork();
	if (*ret_pid == 0) {
		error = execute(spec, marker, ends[1]);
		_exit(write(ends[1], &error, sizeof(error)) < 0 ? 126 : 127);
	}
	if (*ret_pid < 0)
		error = -errno;
	cleanup_close(&ends[1]);
	/* End of file: the program runs, or the child was killed. */
	while (*ret_pid > 0 && read(ends[0], &error, sizeof(error)) < 0 && errno == EINTR)
		;
	cleanup_close(&ends[0]);
	if (*ret_pid > 0 && error < 0)
		(void)waitpid(*ret_pid, NULL, 0); /* only to reap it */
	return error;
}

static int add_descriptors(
	posix_spawn_file_actions_t *actions, const struct process_spec *spec)
{
	int error = 0;

	if (spec->input != 0)
		error = posix_spawn_file_actions_adddup2(
			actions, spec->input, STDIN_FILENO);
	if (error == 0 && spec->output != 0)
		error = posix_spawn_file_actions_adddup2(
			actions, spec->output, STDOUT_FILENO);
	if (error == 0 && spec->error_output != 0)
		error = posix_spawn_file_actions_adddup2(
			actions, spec->error_output, STDERR_FILENO);
	return error;
}

static int start_program(
	const struct process_spec *spec, const char *marker, pid_t *ret_pid)
{
	owns_fd int spare = marker != NULL ? open("/", O_PATH | O_CLOEXEC) : -1;
	posix_spawn_file_actions_t actions;
	int error = -posix_spawn_file_actions_init(&actions);

	if (error < 0)
		return error;
	if (spare >= 0)
		error = -add_marker(&actions, marker, spare);
	if (error == 0)
		error = -add_descriptors(&actions, spec);
	if (error == 0 && spec->directory != NULL)
		error = -posix_spawn_file_actions_addchdir_np(&actions, spec->directory);
	if (error == 0)
		error = spawn_program(spec, &actions, ret_pid);
	(void)posix_spawn_file_actions_destroy(&actions); /* always 0 in glibc */
	return error;
}

const char *process_end_name(enum uh_end end)
{
	static const char *const names[] = {[UH_EXITED] = "exit",
		[UH_SIGNALED] = "signal",
		[UH_TIMED_OUT] = "timeout"};

	return names[end];
}

int process_run(const struct process_spec *spec, struct uh_ending *ret_ending)
{
	struct program program = {.pid = 0};
	int (*start)(const struct process_spec *, const char *, pid_t *) =
		spec->is_for_other_user ? fork_program : start_program;
	int error;

	if (spec->timeout > 0) {
		/* Makes orphans our children; if it fails, they escape the timeout. */
		(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
		/* Background processes of earlier scripts; empty without /proc. */
		(void)proc_list_children(&program.spared);
	}
	error = start(spec, spec->marker, &program.pid);
	if (error < 0 && spec->marker != NULL)
		error = start(spec, NULL, &program.pid);
	if (error == 0)
		error = spec->timeout > 0 || spec->on_wait != NULL
				? wait_with_timeout(&program, *spec, ret_ending)
				: wait_for_exit(program.pid, ret_ending);
	if (spec->timeout > 0)
		(void)prctl(PR_SET_CHILD_SUBREAPER, 0);
	pid_list_done(&program.spared);
	return error;
}

/* Without /dev/null (null is −1), the program's stderr is closed. */
static int redirect_output(posix_spawn_file_actions_t *actions, int output, int null)
{
	int error = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);

	if (error == 0 && null >= 0)
		error = posix_spawn_file_actions_adddup2(actions, null, STDERR_FILENO);
	else if (error == 0)
		error = posix_spawn_file_actions_addclose(actions, STDERR_FILENO);
	return -error;
}

static void drain_pipe(int fd)
{
	char dropped[4096];
	ssize_t got;

	do
		got = read(fd, dropped, sizeof(dropped));
	while (got > 0 || (got < 0 && errno == EINTR));
}

int process_start_capture(const struct process_spec *spec, struct capture *ret_capture)
{
	owns_fd int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	posix_spawn_file_actions_t actions;
	int ends[2];
	int error;

	*ret_capture = (struct capture){.fd = -1};
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	error = -posix_spawn_file_actions_init(&actions);
	if (error == 0) {
		error = redirect_output(&actions, ends[1], null);
		if (error == 0)
			error = spawn_program(spec, &actions, &ret_capture->pid);
		(void)posix_spawn_file_actions_destroy(&actions); /* always 0 in glibc */
	}
	cleanup_close(&ends[1]);
	if (error < 0)
		cleanup_close(&ends[0]);
	ret_capture->fd = ends[0];
	return error;
}

int process_end_capture(struct capture *capture, size_t limit, struct buffer *output,
	struct uh_ending *ret_ending)
{
	int read_error = buffer_read(output, capture->fd, limit);
	int error;

	if (read_error < 0)
		drain_pipe(capture->fd);
	cleanup_close(&capture->fd);
	error = wait_for_exit(capture->pid, ret_ending);
	return error < 0 ? error : read_error;
}

int process_capture(const struct process_spec *spec, size_t limit, struct buffer *output,
	struct uh_ending *ret_ending)
{
	struct capture capture;
	int error = process_start_capture(spec, &capture);

	return error < 0 ? error
			 : process_end_capture(&capture, limit, output, ret_ending);
}

static sigset_t interrupt_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGQUIT);
	return set;
}

void interrupts_hold(struct interrupts *interrupts)
{
	static const int signals[] = {SIGINT, SIGQUIT, SIGCHLD};
	sigset_t set = interrupt_signals();

	/* These fail for invalid arguments only. */
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, &interrupts->saved_mask);
	for (size_t i = 0; i < COUNT_OF(signals); i++)
		(void)signal(signals[i], SIG_DFL);
}

bool interrupts_are_pending(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 && (sigismember(&pending, SIGINT) == 1 ||
						    sigismember(&pending, SIGQUIT) == 1);
}

void interrupts_release(const struct interrupts *interrupts)
{
	static const struct timespec at_once = {0, 0};
	sigset_t set = interrupt_signals();

	while (sigtimedwait(&set, NULL, &at_once) > 0)
		;
	(void)sigprocmask(SIG_SETMASK, &interrupts->saved_mask, NULL);
}
