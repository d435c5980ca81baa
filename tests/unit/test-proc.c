/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Above the highest pid that Linux assigns (proc(5), pid_max). */
#define NOBODY 4194305
#define TEXT_OF(number) #number
#define IN_PROC(pid) "/proc/" TEXT_OF(pid) "/"

static const struct pid_list nobody;

static pid_t start_child(void)
{
	sigset_t set, before;
	pid_t pid;

	ck_assert_int_eq(fflush(NULL), 0);
	/* Check's handler would forward it to the process group. */
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &set, &before), 0);
	pid = fork();
	if (pid == 0)
		(void)signal(SIGTERM, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

static _Noreturn void wait_for_signals(void)
{
	for (;;)
		(void)pause();
}

/* A child that does nothing until it is killed. */
static pid_t start_idler(void)
{
	pid_t pid = start_child();

	if (pid == 0)
		wait_for_signals();
	ck_assert_int_gt(pid, 0);
	return pid;
}

static void end(pid_t pid)
{
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = {.si_pid = 0};

	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
	return info.si_pid == pid;
}

START_TEST(a_process_has_a_parent_and_a_start_time)
{
	pid_t child = start_idler();
	struct proc self, proc;

	ck_assert_int_eq(proc_read(getpid(), &self), 0);
	ck_assert_int_eq(self.pid, getpid());
	ck_assert_int_eq(self.parent, getppid());
	ck_assert(!self.is_shell);
	ck_assert_uint_gt(self.start_time, 0);
	ck_assert_int_eq(proc_read(child, &proc), 0);
	ck_assert_int_eq(proc.parent, getpid());
	ck_assert_uint_ge(proc.start_time, self.start_time);
	end(child);
}
END_TEST

START_TEST(a_command_may_have_any_name)
{
	static const struct {
		const char *name;
		bool is_shell;
	} commands[] = {{"a b", false}, {"a) R 1 2 3", false}, {") (", false},
		{"((", false}, {"))", false}, {"", false}, {"a\nb", false},
		{"\xff\x01", false}, {"sh) S 1 1 1 1", false}, {"bash2", false},
		{"zsh", false}, {"sh", true}, {"dash", true}, {"bash", true}};
	struct proc before, proc;

	ck_assert_int_eq(proc_read(getpid(), &before), 0);
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		ck_assert_int_eq(prctl(PR_SET_NAME, commands[i].name), 0);
		ck_assert_int_eq(proc_read(getpid(), &proc), 0);
		ck_assert_int_eq(proc.parent, getppid());
		ck_assert_uint_eq(proc.start_time, before.start_time);
		ck_assert_msg(
			proc.is_shell == commands[i].is_shell, "%s", commands[i].name);
	}
}
END_TEST

START_TEST(a_process_that_has_ended_cannot_be_read)
{
	owns_buffer struct buffer bytes = {0};
	struct proc proc = {.pid = 1};
	pid_t child = start_idler();

	end(child);
	ck_assert_int_eq(proc_read(child, &proc), -ENOENT);
	ck_assert_int_eq(proc_read(NOBODY, &proc), -ENOENT);
	ck_assert_int_eq(proc.pid, 1);
	ck_assert_int_eq(proc_read_file(NOBODY, "cmdline", 100, &bytes), -ENOENT);
	ck_assert_uint_eq(bytes.size, 0);
}
END_TEST

START_TEST(a_file_is_read_up_to_its_limit)
{
	owns_buffer struct buffer bytes = {0};
	owns_buffer struct buffer beginning = {0};

	ck_assert_int_eq(proc_read_file(getpid(), "status", 65536, &bytes), 0);
	ck_assert_uint_gt(bytes.size, 100);
	ck_assert_int_eq(proc_read_file(getpid(), "status", 100, &beginning), -EFBIG);
	ck_assert_uint_eq(beginning.size, 100);
	ck_assert_mem_eq(beginning.data, bytes.data, 100);
}
END_TEST

START_TEST(the_end_of_a_process_is_waited_for)
{
	pid_t caller = getpid();
	pid_t pid;

	skip_unless(access("/proc/self/syscall", R_OK) == 0, "there is no /proc");
	pid = start_child();
	if (pid == 0) {
		while (!is_in_poll(caller))
			continue;
		_exit(0);
	}
	ck_assert_int_gt(pid, 0);
	ck_assert(!has_ended(pid));
	ck_assert_int_eq(proc_wait_for_end(pid), 0);
	ck_assert(has_ended(pid));
	/* A zombie has ended, and so has a process that does not exist. */
	ck_assert_int_eq(proc_wait_for_end(pid), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(proc_wait_for_end(pid), 0);
	ck_assert_int_eq(proc_open(pid), -ESRCH);
}
END_TEST

/* In a session of its own, and its parent has ended: what daemon(3) makes. */
static pid_t start_daemon(void)
{
	int ends[2];
	pid_t middle, daemon;

	ck_assert_int_eq(pipe(ends), 0);
	middle = start_child();
	if (middle == 0) {
		(void)setsid();
		daemon = fork();
		if (daemon == 0) {
			/* Check does not kill this when the test fails. */
			(void)signal(SIGALRM, SIG_DFL);
			(void)alarm(60);
			wait_for_signals();
		}
		_exit(write(ends[1], &daemon, sizeof(daemon)) == sizeof(daemon) ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(middle, NULL, 0), middle);
	(void)close(ends[1]);
	ck_assert_int_eq(read(ends[0], &daemon, sizeof(daemon)), sizeof(daemon));
	(void)close(ends[0]);
	return daemon;
}

START_TEST(descendants_in_other_sessions_are_found_and_spared_ones_are_not)
{
	struct pid_list spared = {.count = 0};
	pid_t older, younger, daemon;
	int status;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	older = start_idler();
	ck_assert_int_eq(proc_list_children(&spared), 0);
	ck_assert_uint_eq(spared.count, 1);
	ck_assert_int_eq(spared.items[0], older);
	younger = start_idler();
	daemon = start_daemon();
	ck_assert_int_eq(proc_kill_descendants(&spared, 0), 2);
	ck_assert_int_eq(proc_kill_descendants(&spared, SIGTERM), 2);
	ck_assert_int_eq(waitpid(younger, &status, 0), younger);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	ck_assert_int_eq(waitpid(daemon, &status, 0), daemon);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	ck_assert_int_eq(proc_kill_descendants(&spared, SIGKILL), 0);
	ck_assert(!has_ended(older));
	end(older);
	pid_list_done(&spared);
}
END_TEST

START_TEST(proc_is_not_read_for_children_that_we_do_not_have)
{
	struct pid_list children = {.count = 0};
	pid_t child;

	skip_unless(unshare_mounts() && mount("none", "/proc", "tmpfs", 0, NULL) == 0,
		"only root can hide /proc");
	ck_assert_int_eq(proc_list_children(&children), 0);
	ck_assert_uint_eq(children.count, 0);
	child = start_idler();
	ck_assert_int_eq(proc_list_children(&children), -ENOENT);
	end(child);
	pid_list_done(&children);
	/* LeakSanitizer reads it. */
	ck_assert_int_eq(umount("/proc"), 0);
}
END_TEST

START_TEST(grandchildren_are_found_and_strangers_are_not)
{
	pid_t child, stranger = start_idler();
	int status;

	child = start_child();
	if (child == 0) {
		/* From in here the stranger is a brother. */
		pid_t own = start_child();

		if (own == 0) {
			(void)start_idler();
			wait_for_signals();
		}
		while (proc_kill_descendants(&nobody, 0) < 2)
			;
		_exit(proc_kill_descendants(&nobody, SIGKILL) == 2 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	ck_assert(!has_ended(stranger));
	end(stranger);
}
END_TEST

START_TEST(zombies_do_not_count)
{
	pid_t pid = start_idler();
	siginfo_t info;

	ck_assert_int_eq(proc_kill_descendants(&nobody, SIGKILL), 1);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(proc_kill_descendants(&nobody, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

/* In its place is one in which this process has the given pid. */
static bool hide_proc_for(pid_t pid)
{
	char self[DECIMAL_SIZE];

	return unshare_mounts() && mount("none", "/proc", "tmpfs", 0, NULL) == 0 &&
	       symlink(decimal(self, (unsigned long long)pid), "/proc/self") == 0;
}

static bool hide_proc(void)
{
	return hide_proc_for(getpid());
}

static void write_in_proc(pid_t pid, const char *name, const char *text)
{
	owns_memory char *directory = string_format("/proc/%d", (int)pid);
	owns_memory char *path = string_format("%s/%s", directory, name);
	owns_fd int fd = -1;

	ck_assert(mkdir(directory, 0755) == 0 || errno == EEXIST);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ck_assert_int_eq(write_all(fd, slice_of(text)), 0);
}

static void write_stat(pid_t pid, const char *text)
{
	write_in_proc(pid, "stat", text);
}

START_TEST(a_stat_that_proc_never_wrote_is_an_error)
{
	static const char *const texts[] = {"", "70", "70 (sh", "70 sh) S 1",
		"70 )sh( S 1", "70 (sh) S", "70 (sh) S x",
		/* As a pid_t this would be process 1. */
		"70 (sh) S 4294967297 1 1 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 5 0",
		"70 (sh) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 x 0"};
	int errors[COUNT_OF(texts)];
	struct proc proc;

	skip_unless(hide_proc(), "only root can hide /proc");
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		write_stat(70, texts[i]);
		errors[i] = proc_read(70, &proc);
	}
	ck_assert_int_eq(umount("/proc"), 0);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		ck_assert_msg(errors[i] == -EPROTO, "\"%s\": %d", texts[i], errors[i]);
}
END_TEST

/* The part of /proc/PID/stat that is read, for a given parent. */
static void write_process(pid_t pid, pid_t parent)
{
	owns_memory char *text =
		string_format("%d (a) S %d 1 1 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 5 0\n",
			(int)pid, (int)parent);

	write_stat(pid, text);
}

START_TEST(processes_in_a_circle_are_not_our_descendants)
{
	int count;

	skip_unless(hide_proc(), "only root can hide /proc");
	write_process(getpid(), getppid());
	write_process(NOBODY, NOBODY + 1);
	write_process(NOBODY + 1, NOBODY);
	write_process(NOBODY + 2, getpid());
	count = proc_kill_descendants(&nobody, 0);
	ck_assert_int_eq(umount("/proc"), 0);
	ck_assert_int_eq(count, 1);
}
END_TEST

START_TEST(a_descendant_asks_while_it_reads_a_terminal)
{
	enum { RUNS = -1, HAS_ENDED = -2 };
	static const struct {
		long call;
		const char *arguments;
		bool asks;
	} cases[] = {{SYS_read, " 0x0 0x7f", true}, {SYS_readv, " 0x0", true},
		{SYS_pselect6, " 0x1", true}, {SYS_pselect6, " 0x2", false},
		{SYS_read, " 0x1", false}, {SYS_read, " 0x2", false},
		{SYS_read, " 0x3", false}, {SYS_getpid, " 0x0", false},
		{SYS_read, "", false}, {RUNS, "", false}, {HAS_ENDED, "", false}};
	static const char *const files[] = {"/dev/tty", "/dev/null", "/"};
	bool asks[COUNT_OF(cases)];

	skip_unless(access("/dev/tty", F_OK) == 0, "there is no /dev/tty");
	skip_unless(hide_proc(), "only root can hide /proc");
	write_process(getpid(), getppid());
	write_process(NOBODY, getpid());
	(void)mkdir(IN_PROC(NOBODY) "fd", 0755);
	for (int fd = 0; fd < (int)COUNT_OF(files); fd++) {
		owns_memory char *path = string_format(IN_PROC(NOBODY) "fd/%d", fd);

		ck_assert_int_eq(symlink(files[fd], path), 0);
	}
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_memory char *text =
			string_format("%ld%s\n", cases[i].call, cases[i].arguments);

		write_in_proc(
			NOBODY, "syscall", cases[i].call == RUNS ? "running\n" : text);
		if (cases[i].call == HAS_ENDED)
			(void)unlink(IN_PROC(NOBODY) "syscall");
		asks[i] = proc_descendant_asks();
	}
	ck_assert_int_eq(umount("/proc"), 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		ck_assert_msg(asks[i] == cases[i].asks, "%ld%s", cases[i].call,
			cases[i].arguments);
}
END_TEST

START_TEST(a_proc_of_another_pid_namespace_is_none)
{
	struct proc proc;
	int check, read_error, count;

	skip_unless(proc_check() == 0, "there is no /proc");
	skip_unless(hide_proc_for(getpid() + 1), "only root can hide /proc");
	write_process(getpid(), getppid());
	write_process(NOBODY, getpid());
	check = proc_check();
	read_error = proc_read(getpid(), &proc);
	count = proc_kill_descendants(&nobody, 0);
	ck_assert_int_eq(umount("/proc"), 0);
	ck_assert_int_eq(check, -ENOENT);
	ck_assert_int_eq(read_error, -ENOENT);
	ck_assert_int_eq(count, -ENOENT);
}
END_TEST

START_TEST(nobody_waits_for_a_process_that_has_ended)
{
	ck_assert_int_eq(proc_wait_for_end(NOBODY), 0);
	ck_assert_int_eq(proc_wait_for_end(-1), -EINVAL);
}
END_TEST

START_TEST(descriptors_become_close_on_exec)
{
	owns_fd int fd = open("/dev/null", O_WRONLY);

	skip_unless(access("/proc/self/fd", R_OK) == 0, "there is no /proc");
	ck_assert_int_eq(proc_close_on_exec(), 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(STDERR_FILENO, F_GETFD), 0);
}
END_TEST

START_TEST(a_process_is_below_itself_and_its_ancestors)
{
	ck_assert(proc_is_within(getpid(), getpid()));
	ck_assert(proc_is_within(getpid(), getppid()));
	ck_assert(!proc_is_within(getppid(), getpid()));
	/* No process has this pid. */
	ck_assert(!proc_is_within(getpid(), 4194301));
	ck_assert(!proc_is_within(4194301, getpid()));
	ck_assert(!proc_is_within(0, getpid()));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_process_has_a_parent_and_a_start_time,
		a_command_may_have_any_name, a_process_that_has_ended_cannot_be_read,
		a_file_is_read_up_to_its_limit, the_end_of_a_process_is_waited_for,
		descendants_in_other_sessions_are_found_and_spared_ones_are_not,
		proc_is_not_read_for_children_that_we_do_not_have,
		grandchildren_are_found_and_strangers_are_not, zombies_do_not_count,
		a_stat_that_proc_never_wrote_is_an_error,
		processes_in_a_circle_are_not_our_descendants,
		a_descendant_asks_while_it_reads_a_terminal,
		a_proc_of_another_pid_namespace_is_none,
		nobody_waits_for_a_process_that_has_ended,
		descriptors_become_close_on_exec,
		a_process_is_below_itself_and_its_ancestors};

	return run_tests("proc", tests, COUNT_OF(tests));
}
