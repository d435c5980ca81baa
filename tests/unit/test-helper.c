/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the helper, as apt would, in a mount namespace with the test's directories. */
#include "fixture.h"
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How apt starts the helper; zero means as in the test. */
struct call {
	const char *words[3];
	const char *info_fd;
	const char *stream;
	int stream_fd;
	unsigned closed; /* bits of the descriptors that are not open */
	void (*prepare)(void);
};

/* Mounts the directories that the helper uses; false without permission. */
static bool mount_directories(void)
{
	static const char *const directories[] = {
		"/etc/apt", "/usr/lib/apt", "/run", "/var/log/apt"};

	if (!unshare_mounts())
		return false;
	for (size_t i = 0; i < COUNT_OF(directories); i++) {
		make_directory(directories[i]);
		if (access(directories[i], F_OK) != 0 ||
			mount(at(directories[i]), directories[i], NULL, MS_BIND, NULL) !=
				0)
			return false;
	}
	return true;
}

#define WHY_NOT "only root can put directories in the place of others"

static void become_helper(const struct call *call)
{
	const char *argv[COUNT_OF(call->words) + 2] = {TEST_HELPER};
	int ends[2];

	for (size_t i = 0; i < COUNT_OF(call->words) && call->words[i] != NULL; i++)
		argv[i + 1] = call->words[i];
	if (call->info_fd != NULL)
		ck_assert_int_eq(setenv("APT_HOOK_INFO_FD", call->info_fd, 1), 0);
	if (call->stream != NULL) {
		ck_assert_int_eq(pipe(ends), 0);
		ck_assert_int_eq(write(ends[1], call->stream, strlen(call->stream)),
			(ssize_t)strlen(call->stream));
		ck_assert_int_eq(close(ends[1]), 0);
		ck_assert_int_ge(dup2(ends[0], call->stream_fd), 0);
	}
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if ((call->closed & 1U << fd) != 0)
			(void)close(fd);
	if (call->prepare != NULL)
		call->prepare();
	(void)execv(argv[0], (char *const *)argv);
	_exit(127);
}

/* The exit status of the helper, as many forks below the test as below apt. */
static int run_below(int forks, const struct call *call)
{
	int status;
	pid_t pid;

	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0 && forks > 1)
		_exit(run_below(forks - 1, call));
	if (pid == 0)
		become_helper(call);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "the helper died: status %d", status);
	return WEXITSTATUS(status);
}

static int run_helper(struct call call)
{
	return run_below(call.info_fd != NULL ? 1 : 2, &call);
}

/* As apt does at the hook points without a stream. */
static void say_that_it_is_apt(void)
{
	ck_assert_int_eq(setenv("DPKG_FRONTEND_LOCKED", "true", 1), 0);
}

static struct call with_stream(const char *stream)
{
	return (struct call){.words = {"Pre-Install-Pkgs"},
		.info_fd = "20",
		.stream = stream,
		.stream_fd = 20};
}

static const char usage[] = "Usage: helper Pre-Invoke|Pre-Install-Pkgs|Post-Invoke\n"
			    "       helper dpkg-pre-invoke|dpkg-post-invoke\n"
			    "Only apt and dpkg run this program, see "
			    "/etc/apt/apt.conf.d/apt-universal-hooks.conf and\n"
			    "/etc/dpkg/dpkg.cfg.d/apt-universal-hooks.\n"
			    "Run by hand, it does nothing.\n";

static void assert_is_told_how(struct call call)
{
	output_begin();
	ck_assert_int_eq(run_helper(call), 2);
	assert_output("", usage);
	/* If there is nobody to report to, the exit status does. */
	call.closed = 1U << STDERR_FILENO;
	ck_assert_int_eq(run_helper(call), 2);
}

START_TEST(called_by_hand_it_prints_its_usage)
{
	ck_assert_int_eq(unsetenv("DPKG_FRONTEND_LOCKED"), 0);
	ck_assert_int_eq(unsetenv("APT_HOOK_INFO_FD"), 0);
	assert_is_told_how((struct call){.words = {NULL}});
	assert_is_told_how((struct call){.words = {"Post-Invoke"}});
	assert_is_told_how((struct call){.words = {"Pre-Install-Pkgs"}});
	say_that_it_is_apt();
	assert_is_told_how((struct call){.words = {"post-invoke"}});
	assert_is_told_how((struct call){.words = {"Post-Invoke", "now"}});
	/* Session-Start runs at Pre-Invoke, and Session-End for one session. */
	assert_is_told_how((struct call){.words = {"Session-Start"}});
	assert_is_told_how((struct call){.words = {"Session-Start", "1-1-1"}});
	assert_is_told_how((struct call){.words = {"Session-End"}});
	assert_is_told_how((struct call){.words = {"Session-End", "1-1-1", "now"}});
	/* Only dpkg sets DPKG_HOOK_ACTION. */
	ck_assert_int_eq(unsetenv("DPKG_HOOK_ACTION"), 0);
	assert_is_told_how((struct call){.words = {"dpkg-pre-invoke"}});
	assert_is_told_how((struct call){.words = {"dpkg-post-invoke"}});
	ck_assert_int_eq(setenv("DPKG_HOOK_ACTION", "audit", 1), 0);
	ck_assert_int_eq(run_helper((struct call){.words = {"dpkg-pre-invoke"}}), 0);
	ck_assert_int_eq(run_helper((struct call){.words = {"dpkg-post-invoke"}}), 0);
}
END_TEST

START_TEST(each_hook_point_runs_its_scripts)
{
	owns_memory char *stream = make_stream("");

	skip_unless(mount_directories(), WHY_NOT);
	set_database("half-installed");
	make_recorder(ETC "Pre-Invoke/a", "");
	make_recorder(ETC "pkgs/foo/Pre-Install-Pkgs/a", "");
	make_recorder(LIB "Post-Invoke/a", "$APT_UNIVERSAL_HOOKS_RESULT");
	say_that_it_is_apt();
	output_begin(); /* the bridge is not installed */
	ck_assert_int_eq(run_helper((struct call){.words = {"Pre-Invoke"}}), 0);
	assert_taken_file("/log", "Pre-Invoke/a \n");
	ck_assert_int_eq(run_helper(with_stream(stream)), 0);
	assert_taken_file("/log", "pkgs/foo/Pre-Install-Pkgs/a \n");
	set_database("installed");
	ck_assert_int_eq(run_helper((struct call){.words = {"Post-Invoke"}}), 0);
	assert_taken_file("/log", "Post-Invoke/a ok\n");
}
END_TEST

START_TEST(a_failure_does_not_stop_apt_and_a_veto_does)
{
	owns_memory char *stream = make_stream("");
	owns_memory char *strict = make_stream(
		"Universal-Hooks::Scripts::Pre-Install-Pkgs/a::On-Failure=abort\n");

	static const char veto[] =
		"E: /etc/apt/universal-hooks/Pre-Install-Pkgs/a exited "
		"with status 3, so apt stops (On-Failure). To go on "
		"without it: ";
	owns_output struct output output = {.out = {0}};

	skip_unless(mount_directories(), WHY_NOT);
	make_script(ETC "Pre-Install-Pkgs/a", "exit 3");
	output_begin();
	ck_assert_int_eq(run_helper(with_stream(stream)), 0);
	assert_output("",
		"W: /etc/apt/universal-hooks/Pre-Install-Pkgs/a exited with status 3\n"
		"N: 1 of 1 hooks failed; see apt-universal-hooks log --last\n");
	output_begin();
	ck_assert_int_eq(run_helper(with_stream(strict)), STOP);
	output_end(&output);
	ck_assert_msg(
		strncmp(output.err.data, veto, strlen(veto)) == 0, "%s", output.err.data);
	ck_assert_ptr_eq(
		strchr(output.err.data, '\n') + 1, output.err.data + output.err.size);
}
END_TEST

/* What a script has for its standard descriptors. */
static void make_descriptor_logger(void)
{
	make_script(ETC "Pre-Install-Pkgs/a",
		"found=$(for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done)\n"
		"printf '%s\\n' \"$found\" \"${APT_HOOK_INFO_FD-none}\" >\"$LOG\"");
}

START_TEST(a_stream_on_stdin_is_read_and_moved_away)
{
	owns_memory char *stream = make_stream("");
	struct call call = with_stream(stream);

	skip_unless(mount_directories(), WHY_NOT);
	make_recorder(ETC "pkgs/foo/Pre-Install-Pkgs/a", "$(cat)");
	call.info_fd = "0";
	call.stream_fd = 0;
	ck_assert_int_eq(run_helper(call), 0);
	assert_taken_file("/log", "pkgs/foo/Pre-Install-Pkgs/a \n");
}
END_TEST

START_TEST(descriptors_that_the_caller_closed_become_dev_null)
{
	owns_memory char *stream = make_stream("");
	struct call call = with_stream(stream);

	skip_unless(mount_directories(), WHY_NOT);
	make_descriptor_logger();
	output_begin(); /* a stream that is closed is cut */
	call.closed = 7;
	ck_assert_int_eq(run_helper(call), 0);
	assert_taken_file("/log", "/dev/null\n/dev/null\n/dev/null\nnone\n");
	/* The place of the stream as well. */
	call.stream = NULL;
	call.info_fd = "0";
	ck_assert_int_eq(run_helper(call), 0);
	assert_taken_file("/log", "/dev/null\n/dev/null\n/dev/null\nnone\n");
}
END_TEST

START_TEST(with_an_invalid_stream_only_package_hooks_are_missing)
{
	static const char *const words[] = {"", "x", "20x", "-1", "-9223372036854775808",
		"4294967316", "99999999999999999999", "63"};
	owns_memory char *stream = make_stream("");

	skip_unless(mount_directories(), WHY_NOT);
	make_recorder(ETC "Pre-Install-Pkgs/a", "");
	make_recorder(ETC "pkgs/foo/Pre-Install-Pkgs/a", "");
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		struct call call = with_stream(stream);
		owns_output struct output output;

		output_begin();
		call.info_fd = words[i];
		ck_assert_int_eq(run_helper(call), 0);
		output_end(&output);
		ck_assert_msg(
			strstr(output.err.data, "W: the list of packages") != NULL ||
				strstr(output.err.data, strerror(EBADF)) != NULL,
			"\"%s\": %s", words[i], output.err.data);
		assert_taken_file("/log", "Pre-Install-Pkgs/a \n");
	}
}
END_TEST

static void close_all_files(void)
{
	(void)syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0);
}

/* The first file that we open would get its number. */
START_TEST(a_stream_that_is_closed_is_no_file_of_ours)
{
	struct call call = {.words = {"Pre-Install-Pkgs"},
		.info_fd = "3",
		.prepare = close_all_files};

	skip_unless(mount_directories(), WHY_NOT);
	owns_output struct output output;
	make_recorder(ETC "Pre-Install-Pkgs/a", "$APT_UNIVERSAL_HOOKS_ID");
	output_begin();
	ck_assert_int_eq(run_helper(call), 0);
	output_end(&output);
	ck_assert_msg(
		strstr(output.err.data, "completely: Bad file descriptor") != NULL &&
			strstr(output.err.data, "could not be written") == NULL,
		"%s", output.err.data);
}
END_TEST

static void ignore_children(void)
{
	ck_assert(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	ck_assert_int_eq(chdir(root()), 0);
	(void)umask(077);
}

START_TEST(umask_and_ignored_signals_of_the_caller_do_not_reach_scripts)
{
	owns_memory char *stream = make_stream("");
	struct call call = with_stream(stream);

	skip_unless(mount_directories(), WHY_NOT);
	make_script(ETC "Pre-Install-Pkgs/a", "{ pwd && umask; } >\"$LOG\"");
	call.prepare = ignore_children;
	ck_assert_int_eq(run_helper(call), 0);
	assert_taken_file("/log", "/\n0022\n");
}
END_TEST

START_TEST(a_caller_that_ignores_sigchld_does_not_hide_how_dpkg_query_ended)
{
	owns_memory char *stream = make_stream("");

	skip_unless(mount_directories(), WHY_NOT);
	set_database("half-installed");
	make_recorder(ETC "Post-Invoke/a", "$APT_UNIVERSAL_HOOKS_RESULT");
	say_that_it_is_apt();
	ck_assert_int_eq(run_helper(with_stream(stream)), 0);
	set_database("installed");
	ck_assert_int_eq(run_helper((struct call){
				 .words = {"Post-Invoke"}, .prepare = ignore_children}),
		0);
	assert_taken_file("/log", "Post-Invoke/a ok\n");
}
END_TEST

/* stderr is a pipe that nobody reads. */
static void lose_stderr(void)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(close(ends[0]) | close(ends[1]), 0);
}

START_TEST(a_closed_stderr_does_not_end_it)
{
	owns_memory char *stream = make_stream("");
	struct call call = with_stream(stream);

	skip_unless(mount_directories(), WHY_NOT);
	make_script(ETC "Pre-Install-Pkgs/a", "exit 3");
	make_recorder(ETC "Pre-Install-Pkgs/b", "");
	call.prepare = lose_stderr;
	ck_assert_int_eq(run_helper(call), 0);
	assert_taken_file("/log", "Pre-Install-Pkgs/b \n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		called_by_hand_it_prints_its_usage,
		each_hook_point_runs_its_scripts,
		a_failure_does_not_stop_apt_and_a_veto_does,
		a_stream_on_stdin_is_read_and_moved_away,
		descriptors_that_the_caller_closed_become_dev_null,
		with_an_invalid_stream_only_package_hooks_are_missing,
		a_stream_that_is_closed_is_no_file_of_ours,
		umask_and_ignored_signals_of_the_caller_do_not_reach_scripts,
		a_caller_that_ignores_sigchld_does_not_hide_how_dpkg_query_ended,
		a_closed_stderr_does_not_end_it,
	};

	return run_tests("helper", tests, COUNT_OF(tests));
}
