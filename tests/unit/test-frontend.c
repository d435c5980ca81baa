/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run with the name of a hook point, this program plays the helper: it writes the key of
 * its frontend to the file in LOG.
 */
#include "fixture.h"
#include "frontend.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* An exit status. */
#define NO_CONTAINER 3

static int tell_frontend(const char *word)
{
	enum uh_hook_point hook_point;
	char key[FRONTEND_KEY_SIZE];
	struct frontend frontend;
	FILE *log = fopen(getenv("LOG"), "we");

	if (log == NULL || !uh_hook_point_parse(word, &hook_point))
		return EXIT_FAILURE;
	frontend = frontend_find(hook_point);
	frontend_key(&frontend, key);
	(void)fprintf(log, "%s", key);
	return fclose(log) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Of this process; in a chroot, a test with its own mount namespace cannot look it up. */
static char program[PATH_MAX];

/* Starts a program, and does not wait for it. */
static pid_t start(const char *const *argv)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	return pid;
}

static void wait_for_success(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

/* The key of this process, with its start time as a child reads it from /proc. */
static void key_of_this_process(char key[FRONTEND_KEY_SIZE])
{
	struct frontend frontend;
	owns_buffer struct buffer told = {0};
	const char *argv[] = {program, "Pre-Install-Pkgs", NULL};

	wait_for_success(start(argv));
	read_file("/log", &told);
	ck_assert(frontend_parse_key(told.data, &frontend));
	ck_assert_int_eq(frontend.pid, getpid());
	(void)snprintf(key, FRONTEND_KEY_SIZE, "%s", told.data);
}

/* The key that the helper finds below this many shells of a kind. */
static void assert_found(
	const char *hook_point, const char *shell, int shells, const char *expected)
{
	/* A second command keeps a shell from becoming the program itself. */
	static const char *const commands[] = {"\"$1\" \"$2\" && true",
		"\"$0\" -c '\"$1\" \"$2\" && true' \"$0\" \"$1\" \"$2\" && true"};
	const char *direct[] = {program, hook_point, NULL};
	const char *by_shell[] = {shell, "-c", shells > 0 ? commands[shells - 1] : NULL,
		shell, program, hook_point, NULL};

	wait_for_success(start(shells > 0 ? by_shell : direct));
	assert_file("/log", expected);
}

/* Without a shell, and below one or two of each kind that is installed. */
static void assert_found_below_shells(const char *hook_point, const char *expected)
{
	static const char *const names[] = {"/bin/sh", "/bin/dash", "/bin/bash"};

	assert_found(hook_point, names[0], 0, expected);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (access(names[i], X_OK) != 0)
			continue;
		assert_found(hook_point, names[i], 1, expected);
		assert_found(hook_point, names[i], 2, expected);
	}
}

static bool has_proc(void)
{
	return access("/proc/self/stat", R_OK) == 0;
}

START_TEST(the_nearest_process_that_is_no_shell_calls_pre_install_pkgs)
{
	char key[FRONTEND_KEY_SIZE];

	skip_unless(has_proc(), "there is no /proc");
	key_of_this_process(key);
	assert_found_below_shells("Pre-Install-Pkgs", key);
}
END_TEST

/* apt calls the hooks of these points from a fork of itself. */
static void assert_found_below_a_fork(const char *hook_point, const char *key)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		assert_found_below_shells(hook_point, key);
		_exit(0);
	}
	wait_for_success(pid);
}

START_TEST(the_parent_of_apts_fork_is_the_frontend_of_the_other_points)
{
	char key[FRONTEND_KEY_SIZE];

	skip_unless(has_proc(), "there is no /proc");
	key_of_this_process(key);
	assert_found_below_a_fork("Pre-Invoke", key);
	assert_found_below_a_fork("Post-Invoke", key);
}
END_TEST

/* The test plays init, which adopts the children of a killed apt. */
START_TEST(a_parent_in_another_session_did_not_start_us)
{
	static const enum uh_hook_point points[] = {UH_PRE_INSTALL_PKGS, UH_POST_INVOKE};
	pid_t pid;
	int status;

	skip_unless(access("/proc/self/stat", R_OK) == 0, "there is no /proc");
	for (size_t i = 0; i < COUNT_OF(points); i++) {
		ck_assert(!frontend_find(points[i]).is_gone);
		pid = fork();
		if (pid == 0)
			_exit(setsid() > 0 && frontend_find(points[i]).is_gone ? 7 : 1);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_int_eq(WEXITSTATUS(status), 7);
	}
}
END_TEST

START_TEST(a_zombie_is_not_alive)
{
	struct frontend frontend;
	siginfo_t info;
	struct proc proc;
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			(void)pause();
	ck_assert_int_eq(proc_read(pid, &proc), 0);
	frontend = (struct frontend){.pid = pid, .start_time = proc.start_time};
	ck_assert(frontend_is_alive(&frontend));
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	ck_assert(!frontend_is_alive(&frontend));
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

START_TEST(without_proc_the_frontend_is_unknown)
{
	struct frontend frontend, parent;
	bool is_alive, is_apt;

	skip_unless(has_proc(), "there is no /proc");
	parent = frontend_find(UH_PRE_INSTALL_PKGS);
	skip_unless(unshare_mounts() && mount("none", "/proc", "tmpfs", 0, NULL) == 0,
		"only root can hide /proc");
	frontend = frontend_find(UH_PRE_INSTALL_PKGS);
	is_alive = frontend_is_alive(&parent);
	ck_assert_int_eq(unsetenv("DPKG_FRONTEND_LOCKED"), 0);
	is_apt = uh_is_called_by_apt(UH_PRE_INVOKE);
	ck_assert_int_eq(umount("/proc"), 0);
	ck_assert_int_eq(frontend.pid, 0);
	ck_assert_int_eq(frontend.error, 0);
	ck_assert(is_alive);
	ck_assert(is_apt);
}
END_TEST

/* A directory in place of a file cannot be read, see read(2). */
START_TEST(an_unreadable_proc_is_an_error_and_a_missing_one_is_not)
{
	char stat[64];
	struct frontend frontend;

	(void)snprintf(stat, sizeof(stat), "/proc/%d", (int)getppid());
	skip_unless(unshare_mounts() && mount("none", "/proc", "tmpfs", 0, NULL) == 0,
		"only root can hide /proc");
	ck_assert_int_eq(mkdir(stat, 0755), 0);
	(void)snprintf(stat, sizeof(stat), "%d", (int)getpid());
	ck_assert_int_eq(symlink(stat, "/proc/self"), 0);
	(void)snprintf(stat, sizeof(stat), "/proc/%d/stat", (int)getppid());
	ck_assert_int_eq(mkdir(stat, 0755), 0);
	frontend = frontend_find(UH_PRE_INSTALL_PKGS);
	ck_assert_int_eq(umount("/proc"), 0);
	ck_assert_int_eq(frontend.pid, 0);
	ck_assert_int_eq(frontend.error, -EISDIR);
}
END_TEST

START_TEST(a_process_is_alive_only_with_its_own_start_time)
{
	struct frontend parent = frontend_find(UH_PRE_INSTALL_PKGS), other = parent;

	skip_unless(parent.pid != 0, "there is no /proc");
	ck_assert_int_eq(parent.pid, getppid());
	ck_assert(frontend_is_alive(&parent));
	other.start_time++;
	ck_assert(!frontend_is_alive(&other));
}
END_TEST

START_TEST(a_process_that_is_gone_is_not_alive)
{
	const char *argv[] = {"/bin/sh", "-c", ":", NULL};
	pid_t pid = start(argv);
	struct frontend gone = {.pid = pid, .start_time = 1};

	wait_for_success(pid);
	ck_assert(!frontend_is_alive(&gone));
}
END_TEST

START_TEST(an_unknown_process_may_be_alive)
{
	struct frontend unknown = {.pid = 0};

	ck_assert(frontend_is_alive(&unknown));
}
END_TEST

START_TEST(a_key_can_be_parsed_back)
{
	static const struct frontend frontends[] = {{.pid = 0}, {.pid = 1},
		{.pid = 4194304, .start_time = 18446744073709551615ULL},
		{.pid = 7, .start_time = 8, .session = 9}, {.session = 1}};
	static const char *const keys[] = {
		"unknown", "1-0", "4194304-18446744073709551615", "7-8-9", "unknown-1"};

	for (size_t i = 0; i < COUNT_OF(frontends); i++) {
		char key[FRONTEND_KEY_SIZE];
		struct frontend again;

		frontend_key(&frontends[i], key);
		ck_assert_str_eq(key, keys[i]);
		ck_assert(frontend_parse_key(key, &again));
		ck_assert_int_eq(again.pid, frontends[i].pid);
		ck_assert_uint_eq(again.start_time, frontends[i].start_time);
		ck_assert_uint_eq(again.session, frontends[i].session);
	}
}
END_TEST

START_TEST(any_other_word_is_no_key)
{
	static const char *const words[] = {"", "1", "1-", "-1-1", "0-0", "0-1", "01-1",
		"1-01", " 1-1", "1-1 ", "1-1x", "1--1", "+1-1", "1-+1", "99999999999-1",
		"1-99999999999999999999999", "Unknown", "unknown-0", "a-b", "1-1-0",
		"1-1-01", "1-1-1-1"};

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		struct frontend frontend = {.pid = 7};

		ck_assert_msg(
			!frontend_parse_key(words[i], &frontend), "\"%s\"", words[i]);
		ck_assert_int_eq(frontend.pid, 7);
	}
}
END_TEST

START_TEST(apt_is_recognised_by_its_environment)
{
	ck_assert_int_eq(unsetenv("APT_HOOK_INFO_FD"), 0);
	ck_assert_int_eq(unsetenv("DPKG_FRONTEND_LOCKED"), 0);
	ck_assert(!uh_is_called_by_apt(UH_PRE_INSTALL_PKGS));
	ck_assert_int_eq(setenv("APT_HOOK_INFO_FD", "20", 1), 0);
	ck_assert(uh_is_called_by_apt(UH_PRE_INSTALL_PKGS));
	ck_assert_int_eq(setenv("DPKG_FRONTEND_LOCKED", "true", 1), 0);
	ck_assert(uh_is_called_by_apt(UH_PRE_INVOKE));
	ck_assert(uh_is_called_by_apt(UH_POST_INVOKE));
}
END_TEST

START_TEST(a_caller_without_libapt_is_not_apt)
{
	skip_unless(access("/proc/self/maps", R_OK) == 0, "there is no /proc");
	ck_assert_int_eq(unsetenv("DPKG_FRONTEND_LOCKED"), 0);
	ck_assert(!uh_is_called_by_apt(UH_PRE_INVOKE));
	ck_assert(!uh_is_called_by_apt(UH_POST_INVOKE));
}
END_TEST

START_TEST(too_many_nested_shells_have_no_frontend)
{
	const char *argv[] = {NULL, "70", program, NULL};

	skip_unless(has_proc(), "there is no /proc");
	/* A script's process has its name. */
	make_script("/sh", "if [ \"$1\" -gt 0 ]; then \"$0\" $(($1 - 1)) \"$2\"\n"
			   "else \"$2\" Pre-Install-Pkgs; fi && true");
	argv[0] = at("/sh");
	wait_for_success(start(argv));
	assert_file("/log", "unknown");
}
END_TEST

/* The middle process, which can start no others once the first one has ended. */
static _Noreturn void make_container(void (*first)(void))
{
	pid_t pid;
	int status;

	if (unshare(CLONE_NEWNS | CLONE_NEWPID) != 0 ||
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		_exit(NO_CONTAINER);
	pid = fork();
	if (pid == 0) {
		ck_assert_int_eq(mount("proc", "/proc", "proc", 0, NULL), 0);
		first();
		_exit(0);
	}
	_exit(waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 1);
}

/*
 * In a process that is the first of a container (pid_namespaces(7)); false if it is not.
 */
static bool run_first(void (*first)(void))
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		make_container(first);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_CONTAINER)
		return false;
	ck_assert_int_eq(status, 0);
	return true;
}

/* What a helper finds if this is the parent of the process that called it. */
static void be_above_the_caller(bool is_apt)
{
	struct frontend frontend;
	pid_t pid = fork();

	if (pid == 0) {
		pid = fork();
		if (pid == 0) {
			frontend = frontend_find(UH_POST_INVOKE);
			_exit(frontend.is_gone != is_apt &&
						frontend.pid == (is_apt ? 1 : 0)
					? 0
					: 1);
		}
		wait_for_success(pid);
		_exit(0);
	}
	wait_for_success(pid);
}

static void be_apt(void)
{
	int fd;

	make_file("/libapt-pkg.so.6.0", 0644, "as long as a library");
	fd = open(at("/libapt-pkg.so.6.0"), O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_ptr_ne(mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0), MAP_FAILED);
	(void)close(fd);
	be_above_the_caller(true);
}

START_TEST(the_first_process_of_a_container_can_be_the_frontend)
{
	skip_unless(has_proc() && run_first(be_apt), "only root can make a container");
}
END_TEST

static void be_init(void)
{
	be_above_the_caller(false);
}

START_TEST(a_first_process_without_libapt_adopted_us)
{
	skip_unless(has_proc() && run_first(be_init), "only root can make a container");
}
END_TEST

/* In a child of this process, the first one of a container, which has this name. */
static void assert_found_below(const char *name, bool is_dpkg)
{
	pid_t pid;

	ck_assert_int_eq(prctl(PR_SET_NAME, name), 0);
	pid = fork();
	if (pid == 0) {
		struct frontend dpkg = frontend_find_dpkg();
		struct frontend apt = frontend_find(UH_POST_INVOKE);

		/* Nobody is above the first process. */
		_exit(dpkg.is_gone != is_dpkg && dpkg.pid == (is_dpkg ? 1 : 0) &&
					apt.pid == 1
				? 0
				: 1);
	}
	wait_for_success(pid);
}

static void be_dpkg_and_others(void)
{
	struct frontend nobody = frontend_find_dpkg();

	/* Our parent is outside of the container. */
	ck_assert(nobody.pid == 0 && !nobody.is_gone && nobody.error == 0);
	assert_found_below("dpkg", true);
	assert_found_below("systemd", false);
}

START_TEST(a_first_process_that_is_not_dpkg_adopted_us)
{
	skip_unless(has_proc() && run_first(be_dpkg_and_others),
		"only root can make a container");
}
END_TEST

static void be_shell(void)
{
	(void)execl("/bin/sh", "/bin/sh", "-c", "\"$0\" Pre-Install-Pkgs && true",
		program, NULL);
	_exit(127);
}

START_TEST(no_shell_is_the_frontend_even_if_it_is_the_first_process)
{
	skip_unless(has_proc() && run_first(be_shell), "only root can make a container");
	assert_file("/log", "unknown");
}
END_TEST

START_TEST(a_caller_that_cannot_be_examined_may_be_apt)
{
	struct frontend first = {.pid = 1};
	struct proc proc;
	bool is_alive, is_apt;

	ck_assert_int_eq(unsetenv("DPKG_FRONTEND_LOCKED"), 0);
	skip_unless(has_proc() && geteuid() == 0, "only root can be somebody else");
	ck_assert_int_eq(proc_read(1, &proc), 0);
	first.start_time = proc.start_time;
	ck_assert_int_eq(setresuid(65534, 65534, 0), 0);
	is_alive = frontend_is_alive(&first);
	is_apt = uh_is_called_by_apt(UH_PRE_INVOKE);
	ck_assert_int_eq(setresuid(0, 0, 0), 0);
	ck_assert(is_alive);
	ck_assert(is_apt);
}
END_TEST

int main(int argc, char **argv)
{
	const TTest *const tests[] = {
		the_nearest_process_that_is_no_shell_calls_pre_install_pkgs,
		the_parent_of_apts_fork_is_the_frontend_of_the_other_points,
		a_parent_in_another_session_did_not_start_us, a_zombie_is_not_alive,
		without_proc_the_frontend_is_unknown,
		an_unreadable_proc_is_an_error_and_a_missing_one_is_not,
		a_process_is_alive_only_with_its_own_start_time,
		a_process_that_is_gone_is_not_alive, an_unknown_process_may_be_alive,
		a_key_can_be_parsed_back, any_other_word_is_no_key,
		apt_is_recognised_by_its_environment, a_caller_without_libapt_is_not_apt,
		too_many_nested_shells_have_no_frontend,
		the_first_process_of_a_container_can_be_the_frontend,
		a_first_process_that_is_not_dpkg_adopted_us,
		a_first_process_without_libapt_adopted_us,
		no_shell_is_the_frontend_even_if_it_is_the_first_process,
		a_caller_that_cannot_be_examined_may_be_apt};

	if (argc == 2)
		return tell_frontend(argv[1]);
	if (realpath("/proc/self/exe", program) == NULL)
		return EXIT_FAILURE;
	return run_tests("frontend", tests, COUNT_OF(tests));
}
