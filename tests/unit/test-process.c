/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct uh_ending run(const char *path, const char *first, const char *second)
{
	const char *argv[] = {at(path), first, second, NULL};
	struct process_spec spec = {
		.path = at(path), .argv = (char *const *)argv, .envp = environ};
	struct uh_ending ending = {UH_SIGNALED, -1};

	ck_assert_int_eq(process_run(&spec, &ending), 0);
	return ending;
}

static int run_without_start(const char *path)
{
	const char *argv[] = {at(path), NULL};
	struct process_spec spec = {
		.path = at(path), .argv = (char *const *)argv, .envp = environ};
	struct uh_ending ending;

	return process_run(&spec, &ending);
}

static int capture(
	const char *path, size_t limit, struct buffer *output, struct uh_ending *ending)
{
	const char *argv[] = {at(path), NULL};
	struct process_spec spec = {
		.path = at(path), .argv = (char *const *)argv, .envp = environ};

	return process_capture(&spec, limit, output, ending);
}

static int run_for_other_user(const char *path, struct uh_ending *ending)
{
	const char *argv[] = {at(path), NULL};
	struct process_spec spec = {.path = at(path),
		.argv = (char *const *)argv,
		.envp = environ,
		.directory = at("/"),
		.marker = at("/marker"),
		.is_for_other_user = true};

	return process_run(&spec, ending);
}

static void assert_ending(struct uh_ending ending, enum uh_end end, int value)
{
	ck_assert_int_eq(ending.end, end);
	ck_assert_int_eq(ending.value, value);
}

START_TEST(an_exit_status_is_returned)
{
	make_script("/good", "exit 0");
	make_script("/bad", "exit 255");
	assert_ending(run("/good", NULL, NULL), UH_EXITED, 0);
	assert_ending(run("/bad", NULL, NULL), UH_EXITED, 255);
}
END_TEST

START_TEST(no_descriptor_is_left_open)
{
	const int next = dup(STDERR_FILENO);
	owns_fd int after = -1;
	struct uh_ending ending;

	(void)close(next);
	make_script("/a", "exit 0");
	(void)run("/a", NULL, NULL);
	ck_assert_int_eq(run_for_other_user("/a", &ending), 0);
	ck_assert_int_eq(run_for_other_user("/nothing", &ending), -ENOENT);
	after = dup(STDERR_FILENO);
	ck_assert_int_eq(after, next);
}
END_TEST

START_TEST(a_fatal_signal_differs_from_an_exit_status)
{
	make_script("/killed", "kill -KILL $$");
	make_script("/looks-like-it", "exit 137");
	assert_ending(run("/killed", NULL, NULL), UH_SIGNALED, SIGKILL);
	assert_ending(run("/looks-like-it", NULL, NULL), UH_EXITED, 137);
}
END_TEST

START_TEST(a_file_that_cannot_be_executed_was_not_started)
{
	make_file("/plain", 0644, "#!/bin/sh\n");
	make_file("/no-interpreter", 0755, "#!/no/such/interpreter\n");
	ck_assert_int_eq(run_without_start("/nothing"), -ENOENT);
	ck_assert_int_eq(run_without_start("/plain"), -EACCES);
	ck_assert_int_eq(run_without_start("/no-interpreter"), -ENOENT);
	ck_assert_int_eq(run_without_start("/run"), -EACCES);
}
END_TEST

START_TEST(a_text_without_interpreter_is_run_by_the_shell)
{
	make_file("/text", 0755, "printf '%s\\n' \"$0\" \"$@\" >\"$LOG\"\nexit 7\n");
	make_file("/empty", 0755, "");
	assert_ending(run("/text", "an argument", "$(id)"), UH_EXITED, 7);
	ck_assert(is_there("/log"));
	{
		owns_memory char *expected =
			string_format("%s\nan argument\n$(id)\n", at("/text"));

		assert_file("/log", expected);
	}
	assert_ending(run("/empty", NULL, NULL), UH_EXITED, 0);
}
END_TEST

/* The number of times that the marker was created; each must have started a program. */
static size_t count_markers(const char *path)
{
	owns_fd int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	const char *argv[] = {at(path), NULL};
	struct process_spec spec = {.path = at(path),
		.argv = (char *const *)argv,
		.envp = environ,
		.marker = at("/marker")};
	struct inotify_event events[16];
	struct uh_ending ending;
	ssize_t size;

	make_file("/marker", 0600, "");
	ck_assert_int_ge(inotify_add_watch(watch, at("/marker"), IN_OPEN | IN_CLOSE), 0);
	ck_assert_int_eq(process_run(&spec, &ending), 0);
	assert_ending(ending, UH_EXITED, 0);
	/* Opened and closed: two equal events in a row would be one. */
	size = read(watch, events, sizeof(events));
	ck_assert_int_gt(size, 0);
	return (size_t)size / sizeof(*events) / 2;
}

START_TEST(a_marker_exists_only_if_the_program_was_started)
{
	make_file("/text", 0755, "exit 0\n");
	make_script("/script", "exit 0");
	ck_assert_uint_eq(count_markers("/script"), 1);
	ck_assert_uint_eq(count_markers("/text"), 1);
}
END_TEST

START_TEST(a_text_that_is_not_executable_is_not_run_by_the_shell)
{
	make_file("/text", 0644, "exit 0\n");
	ck_assert_int_eq(run_without_start("/text"), -EACCES);
}
END_TEST

START_TEST(a_broken_binary_is_not_run_by_the_shell)
{
	owns_fd int fd = -1;

	make_file("/broken", 0755, "");
	fd = open(at("/broken"), O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(write(fd, "\177ELF\0\0\0\0touch", 13), 13);
	cleanup_close(&fd);
	ck_assert_int_eq(run_without_start("/broken"), -ENOEXEC);
}
END_TEST

START_TEST(a_path_of_any_characters_is_just_a_path)
{
	static const char path[] = "/a b;touch $LOG;$(touch $LOG)`touch $LOG`'\"\n\xff";

	make_script(path, "exit 3");
	assert_ending(run(path, NULL, NULL), UH_EXITED, 3);
	ck_assert(!is_there("/log"));
}
END_TEST

START_TEST(arguments_and_environment_are_passed_on)
{
	const char *argv[] = {"zero", "a b", "", NULL};
	const char *envp[] = {"ONLY=this", NULL};
	owns_memory char *commands = string_format(
		"printf '%%s|' \"$#\" \"$@\" \"$ONLY\" \"${LOG-none}\" >'%s'",
		at("/log"));
	struct process_spec spec = {.path = at("/a"),
		.argv = (char *const *)argv,
		.envp = (char *const *)envp};
	struct uh_ending ending;

	make_script("/a", commands);
	ck_assert_int_eq(process_run(&spec, &ending), 0);
	assert_ending(ending, UH_EXITED, 0);
	assert_file("/log", "2|a b||this|none|");
}
END_TEST

START_TEST(signals_are_as_after_a_login_whatever_the_caller_did)
{
	sigset_t blocked;

	skip_unless(access("/proc/self/status", R_OK) == 0, "there is no /proc");
	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGUSR1);
	(void)sigaddset(&blocked, SIGINT);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &blocked, NULL), 0);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	/* Signals from 32 on are glibc's own. */
	make_script("/a", "while read -r key value; do case $key in Sig[BI]*)\n"
			  "echo \"$key $((0x$value & 0x7fffffff))\";; esac; done"
			  " </proc/$$/status >\"$LOG\"");
	assert_ending(run("/a", NULL, NULL), UH_EXITED, 0);
	assert_file("/log", "SigBlk: 0\nSigIgn: 0\n");
}
END_TEST

START_TEST(only_descriptors_that_are_not_close_on_exec_are_inherited)
{
	owns_fd int kept = open("/dev/null", O_WRONLY);
	owns_fd int closed = open("/dev/null", O_WRONLY | O_CLOEXEC);
	owns_memory char *commands = NULL;

	skip_unless(access("/proc/self/fd", R_OK) == 0, "there is no /proc");
	commands = string_format(
		"test -e /proc/$$/fd/%d && ! test -e /proc/$$/fd/%d", kept, closed);
	make_script("/a", commands);
	assert_ending(run("/a", NULL, NULL), UH_EXITED, 0);
}
END_TEST

START_TEST(a_program_for_another_user_inherits_only_the_standard_descriptors)
{
	owns_fd int first = open("/dev/null", O_WRONLY);
	owns_fd int last = fcntl(first, F_DUPFD, 200);
	struct uh_ending ending;
	int fds[10];

	/* The pipe for the report gets the numbers that are free between others. */
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		fds[i] = dup(first);
	(void)close(fds[3]);
	(void)close(fds[5]);
	skip_unless(access("/proc/self/fd", R_OK) == 0, "there is no /proc");
	ck_assert_int_ge(last, 200);
	make_script("/a", "for fd in /proc/$$/fd/*; do case ${fd##*/} in 0|1|2|10) ;; *)"
			  " test ! -e \"$fd\" || exit 9; esac; done; test -e marker");
	ck_assert_int_eq(run_for_other_user("/a", &ending), 0);
	assert_ending(ending, UH_EXITED, 0);
	ck_assert_int_ge(fcntl(first, F_GETFD), 0);
}
END_TEST

START_TEST(a_program_for_another_user_gets_the_descriptors_of_its_own)
{
	const char *argv[] = {at("/a"), NULL};
	struct process_spec spec = {.path = at("/a"),
		.argv = (char *const *)argv,
		.envp = environ,
		.is_for_other_user = true};
	owns_fd int input = -1, output = -1, errors = -1;
	struct uh_ending ending;

	make_script("/a", "read -r line; echo \"out $line\"; echo err >&2");
	make_file("/in", 0644, "in\n");
	make_file("/out", 0644, "");
	make_file("/err", 0644, "");
	spec.input = input = open(at("/in"), O_RDONLY | O_CLOEXEC);
	spec.output = output = open(at("/out"), O_WRONLY | O_CLOEXEC);
	spec.error_output = errors = open(at("/err"), O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(process_run(&spec, &ending), 0);
	assert_ending(ending, UH_EXITED, 0);
	assert_file("/out", "out in\n");
	assert_file("/err", "err\n");
}
END_TEST

START_TEST(a_program_for_another_user_has_the_signals_of_a_login)
{
	sigset_t blocked;
	struct uh_ending ending;

	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGTERM);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &blocked, NULL), 0);
	make_script("/a", "kill -TERM $$; exit 0");
	ck_assert_int_eq(run_for_other_user("/a", &ending), 0);
	assert_ending(ending, UH_SIGNALED, SIGTERM);
}
END_TEST

START_TEST(a_program_for_another_user_that_cannot_be_executed_was_not_started)
{
	struct uh_ending ending;

	make_file("/plain", 0644, "#!/bin/sh\n");
	ck_assert_int_eq(run_for_other_user("/nothing", &ending), -ENOENT);
	ck_assert_int_eq(run_for_other_user("/plain", &ending), -EACCES);
}
END_TEST

/* Runs /a where keyctl(2) fails with this error. 0, −errno, or −255 without seccomp(2). */
static int run_without_keyctl(int error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_keyctl, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog program = {COUNT_OF(filter), filter};
	struct uh_ending ending;
	int status;
	pid_t pid;

	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
			prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
			_exit(255);
		_exit(-run_for_other_user("/a", &ending));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

START_TEST(a_kernel_without_keyrings_is_no_obstacle)
{
	make_script("/a", "exit 0");
	skip_unless(run_without_keyctl(ENOSYS) != -255, "there is no seccomp(2)");
	ck_assert_int_eq(run_without_keyctl(ENOSYS), 0);
	ck_assert_int_eq(run_without_keyctl(EPERM), 0);
	ck_assert_int_eq(run_without_keyctl(EDQUOT), -EDQUOT);
}
END_TEST

START_TEST(stdout_is_captured)
{
	owns_buffer struct buffer output = {0};
	struct uh_ending ending;

	make_script("/a", "echo out; echo err >&2; exit 4");
	buffer_append_string(&output, "before ");
	ck_assert_int_eq(capture("/a", 100, &output, &ending), 0);
	assert_ending(ending, UH_EXITED, 4);
	assert_text(&output, "before out\n");
}
END_TEST

START_TEST(stderr_of_a_captured_program_is_discarded)
{
	owns_buffer struct buffer output = {0};
	struct uh_ending ending;
	owns_fd int log = -1;

	make_file("/log", 0644, "");
	log = open(at("/log"), O_WRONLY | O_CLOEXEC);
	make_script("/a", "echo err >&2");
	ck_assert_int_eq(fflush(stderr), 0);
	ck_assert_int_eq(dup2(log, STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(capture("/a", 100, &output, &ending), 0);
	assert_file("/log", "");
}
END_TEST

START_TEST(output_beyond_the_limit_is_dropped_and_does_not_block)
{
	owns_buffer struct buffer output = {0};
	struct uh_ending ending;

	make_script("/a",
		"i=0; while [ $i -lt 20000 ]; do echo 123456789; i=$((i + 1)); done");
	ck_assert_int_eq(capture("/a", 15, &output, &ending), -EFBIG);
	assert_ending(ending, UH_EXITED, 0);
	assert_text(&output, "123456789\n12345");
}
END_TEST

START_TEST(a_program_that_cannot_be_captured_was_not_started)
{
	owns_buffer struct buffer output = {0};
	struct uh_ending ending;

	ck_assert_int_eq(capture("/nothing", 100, &output, &ending), -ENOENT);
	ck_assert_uint_eq(output.size, 0);
}
END_TEST

START_TEST(without_descriptors_nothing_is_captured)
{
	owns_buffer struct buffer output = {0};
	struct uh_ending ending;
	struct rlimit before, none;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	make_script("/a", "echo out");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(capture("/a", 100, &output, &ending), -EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
}
END_TEST

START_TEST(ctrl_c_waits_until_the_interrupts_are_released)
{
	struct interrupts interrupts;

	interrupts_hold(&interrupts);
	ck_assert(!interrupts_are_pending());
	ck_assert_int_eq(kill(getpid(), SIGINT), 0);
	ck_assert_int_eq(kill(getpid(), SIGQUIT), 0);
	ck_assert(interrupts_are_pending());
	ck_assert(interrupts_are_pending());
	interrupts_release(&interrupts);
	ck_assert(!interrupts_are_pending());
}
END_TEST

START_TEST(each_of_both_signals_is_an_interrupt)
{
	static const int signals[] = {SIGINT, SIGQUIT};

	for (size_t i = 0; i < COUNT_OF(signals); i++) {
		struct interrupts interrupts;

		interrupts_hold(&interrupts);
		ck_assert_int_eq(kill(getpid(), signals[i]), 0);
		ck_assert(interrupts_are_pending());
		interrupts_release(&interrupts);
	}
}
END_TEST

START_TEST(an_ignored_ctrl_c_is_still_seen_while_scripts_run)
{
	struct interrupts interrupts;

	(void)signal(SIGINT, SIG_IGN);
	interrupts_hold(&interrupts);
	ck_assert_int_eq(kill(getpid(), SIGINT), 0);
	ck_assert(interrupts_are_pending());
	interrupts_release(&interrupts);
}
END_TEST

START_TEST(the_signal_mask_is_restored)
{
	struct interrupts interrupts;
	sigset_t before, after;

	(void)sigemptyset(&before);
	(void)sigaddset(&before, SIGUSR2);
	(void)sigaddset(&before, SIGQUIT);
	ck_assert_int_eq(sigprocmask(SIG_SETMASK, &before, NULL), 0);
	interrupts_hold(&interrupts);
	interrupts_release(&interrupts);
	ck_assert_int_eq(sigprocmask(SIG_SETMASK, NULL, &after), 0);
	for (int i = 1; i < 32; i++)
		ck_assert_int_eq(sigismember(&after, i), sigismember(&before, i));
}
END_TEST

START_TEST(a_caller_that_ignores_its_children_is_no_obstacle)
{
	struct interrupts interrupts;

	(void)signal(SIGCHLD, SIG_IGN);
	make_script("/a", "exit 5");
	interrupts_hold(&interrupts);
	assert_ending(run("/a", NULL, NULL), UH_EXITED, 5);
	interrupts_release(&interrupts);
}
END_TEST

struct waiting {
	size_t calls;
	size_t wanted;
};

/* The last call lets the script end. */
static bool count_call(void *context)
{
	struct waiting *waiting = context;
	owns_fd int gate = -1;

	if (++waiting->calls < waiting->wanted)
		return true;
	gate = open(at("/gate"), O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(gate, 0);
	return false;
}

static size_t count_calls(const char *commands, unsigned timeout, size_t wanted)
{
	const char *const argv[] = {"a", NULL};
	struct waiting waiting = {.wanted = wanted};
	struct process_spec spec = {.path = at("/a"),
		.argv = (char *const *)argv,
		.envp = environ,
		.timeout = timeout,
		.on_wait = count_call,
		.context = &waiting};
	struct uh_ending ending = {UH_SIGNALED, 0};
	struct interrupts interrupts;

	make_script("/a", commands);
	interrupts_hold(&interrupts);
	ck_assert_int_eq(process_run(&spec, &ending), 0);
	interrupts_release(&interrupts);
	assert_ending(ending, UH_EXITED, 3);
	return waiting.calls;
}

START_TEST(a_slow_program_is_reported_each_second_as_long_as_somebody_asks)
{
	owns_memory char *slow = string_format("read nothing <%s\nexit 3", at("/gate"));

	make_node("/gate", S_IFIFO);
	ck_assert_uint_eq(count_calls(slow, 0, 2), 2);
	ck_assert_uint_eq(count_calls(slow, 60, 1), 1);
	ck_assert_uint_eq(count_calls("exit 3", 0, 1), 0);
}
END_TEST

START_TEST(a_caller_without_standard_input_starts_programs_for_other_users)
{
	const char *const argv[] = {"a", NULL};
	struct process_spec spec = {.path = at("/a"),
		.argv = (char *const *)argv,
		.envp = environ,
		.is_for_other_user = true};
	struct uh_ending ending, ignored;
	int third, error, error_of_none;

	make_script("/a", "[ ! -e /proc/$$/fd/3 ] && exit 5");
	/* The pipe by which an error is reported then has the descriptors 0 and 3. */
	(void)close(STDIN_FILENO);
	third = fcntl(3, F_DUPFD_CLOEXEC, 10);
	(void)close(3);
	error = process_run(&spec, &ending);
	spec.path = at("/none");
	error_of_none = process_run(&spec, &ignored);
	if (third >= 0)
		ck_assert_int_eq(dup2(third, 3), 3);
	ck_assert_int_eq(error, 0);
	assert_ending(ending, UH_EXITED, 5);
	ck_assert_int_eq(error_of_none, -ENOENT);
}
END_TEST

START_TEST(a_failing_waitpid_is_an_error)
{
	const char *const argv[] = {"a", NULL};
	struct process_spec spec = {
		.path = at("/a"), .argv = (char *const *)argv, .envp = environ};
	struct uh_ending ending;

	/* Without interrupts_hold(), SIGCHLD is ignored and the kernel reaps the child. */
	(void)signal(SIGCHLD, SIG_IGN);
	make_script("/a", "exit 5");
	ck_assert_int_eq(process_run(&spec, &ending), -ECHILD);
	spec.timeout = 60;
	ck_assert_int_eq(process_run(&spec, &ending), -ECHILD);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {an_exit_status_is_returned,
		no_descriptor_is_left_open, a_fatal_signal_differs_from_an_exit_status,
		a_file_that_cannot_be_executed_was_not_started,
		a_text_without_interpreter_is_run_by_the_shell,
		a_marker_exists_only_if_the_program_was_started,
		a_text_that_is_not_executable_is_not_run_by_the_shell,
		a_broken_binary_is_not_run_by_the_shell,
		a_path_of_any_characters_is_just_a_path,
		arguments_and_environment_are_passed_on,
		signals_are_as_after_a_login_whatever_the_caller_did,
		only_descriptors_that_are_not_close_on_exec_are_inherited,
		a_program_for_another_user_inherits_only_the_standard_descriptors,
		a_program_for_another_user_gets_the_descriptors_of_its_own,
		a_program_for_another_user_has_the_signals_of_a_login,
		a_program_for_another_user_that_cannot_be_executed_was_not_started,
		a_kernel_without_keyrings_is_no_obstacle, stdout_is_captured,
		stderr_of_a_captured_program_is_discarded,
		output_beyond_the_limit_is_dropped_and_does_not_block,
		a_program_that_cannot_be_captured_was_not_started,
		without_descriptors_nothing_is_captured,
		ctrl_c_waits_until_the_interrupts_are_released,
		each_of_both_signals_is_an_interrupt,
		an_ignored_ctrl_c_is_still_seen_while_scripts_run,
		the_signal_mask_is_restored,
		a_caller_that_ignores_its_children_is_no_obstacle,
		a_slow_program_is_reported_each_second_as_long_as_somebody_asks,
		a_caller_without_standard_input_starts_programs_for_other_users,
		a_failing_waitpid_is_an_error};

	return run_tests("process", tests, COUNT_OF(tests));
}
