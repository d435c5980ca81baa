/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "holder.h"
#include "waiter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* No process has this pid. */
static const struct frontend gone = {.pid = 4194301, .start_time = 1};

/* A lock that children must close, since those that fork shares belong to both. */
static int lock = -1;

static pid_t fork_without_lock(void)
{
	pid_t pid;

	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	if (pid == 0)
		cleanup_close(&lock);
	return pid;
}

static struct state begun(const struct frontend *owner, enum session_end end,
	const struct frontend *frontend)
{
	struct state session = open_sessions_of_test();

	ck_assert_int_eq(session_begin(&session, owner, end, frontend), 0);
	return session;
}

/* A child that waits for the end of a session, and writes what happens. */
struct watch {
	pid_t pid;
	int output;
};

static void note_change(void *context)
{
	ck_assert_int_eq(write(*(const int *)context, "c", 1), 1);
}

static struct watch start_watch(const struct state *session)
{
	struct watch watch;
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	watch = (struct watch){.pid = fork_without_lock(), .output = ends[0]};
	if (watch.pid == 0) {
		int error = waiter_wait(session, note_change, &ends[1]);

		(void)dprintf(ends[1], "%s", error == 0 ? "over" : strerror(-error));
		exit(0);
	}
	(void)close(ends[1]);
	return watch;
}

/* It sleeps until something happens, rather than to look again and again. */
static void wait_until_it_sleeps(const struct watch *watch)
{
	owns_memory char *path = string_format("/proc/%d/syscall", (int)watch->pid);
	bool is_waiting = false;

	while (!is_waiting) {
		FILE *file = fopen(path, "re");
		long call = -1;
		int size = 0;

		ck_assert_ptr_nonnull(file);
		/* "running" while it runs */
		if (fscanf(file, "%ld", &call) == 1)
#ifdef SYS_poll
			is_waiting = call == SYS_poll;
#endif
		is_waiting = is_waiting || call == SYS_ppoll;
		(void)fclose(file);
		ck_assert_int_eq(ioctl(watch->output, FIONREAD, &size), 0);
		ck_assert_msg(size < 100, "it has looked %d times", size);
		(void)sched_yield();
	}
}

/* Reads what it has written, and compares what follows its looks. */
static void assert_written(const struct watch *watch, const char *expected)
{
	char text[200] = "";
	ssize_t size = read(watch->output, text, sizeof(text) - 1);

	ck_assert_int_gt(size, 0);
	/* One process that ends can be several events. */
	ck_assert_str_eq(text + strspn(text, "c"), expected);
}

static void assert_looked(const struct watch *watch)
{
	wait_until_it_sleeps(watch);
	assert_written(watch, "");
}

static void assert_ends(const struct watch *watch, const char *expected)
{
	int status;

	ck_assert_int_eq(waitpid(watch->pid, &status, 0), watch->pid);
	ck_assert_int_eq(status, 0);
	assert_written(watch, expected);
	(void)close(watch->output);
}

START_TEST(a_session_is_over_when_its_owner_gives_the_lock_back)
{
	struct frontend child;
	struct frontend owner = start_holder("lock-frontend", &child);
	owns_state struct state session = begun(&owner, SESSION_ENDS_WITH_LOCK, &child);
	struct watch watch = start_watch(&session);

	assert_looked(&watch);
	ck_assert(waiter_is_run_open(&session));
	ck_assert(!waiter_is_over(&session));
	session_close_run(&session);
	assert_looked(&watch);
	ck_assert(!waiter_is_run_open(&session));
	ck_assert(!waiter_is_over(&session));
	ck_assert(!waiter_is_over_but_for_lock(&session));
	tell_to_unlock(&owner);
	assert_ends(&watch, "over");
	ck_assert(waiter_is_over(&session));
	end_holder(&owner);
}
END_TEST

START_TEST(a_session_is_over_when_its_owner_is_killed)
{
	struct frontend owner = start_holder("lock-frontend", NULL);
	owns_state struct state session = begun(&owner, SESSION_ENDS_WITH_LOCK, &owner);
	struct watch watch = start_watch(&session);

	assert_looked(&watch);
	end_holder(&owner);
	assert_ends(&watch, "over");
	ck_assert(waiter_is_over(&session));
}
END_TEST

START_TEST(while_another_frontend_holds_the_lock_a_session_is_not_over)
{
	struct frontend other = start_holder("lock-frontend", NULL);
	owns_state struct state session = begun(&gone, SESSION_ENDS_WITH_LOCK, &gone);
	struct watch watch = start_watch(&session);

	assert_looked(&watch);
	ck_assert(!waiter_is_over(&session));
	ck_assert(waiter_is_over_but_for_lock(&session));
	tell_to_unlock(&other);
	assert_ends(&watch, "over");
	end_holder(&other);
}
END_TEST

START_TEST(dpkg_may_outlive_its_frontend)
{
	struct frontend dpkg = start_holder("lock", NULL);
	owns_state struct state session = begun(&gone, SESSION_ENDS_WITH_LOCK, &gone);
	struct watch watch = start_watch(&session);

	assert_looked(&watch);
	ck_assert(waiter_is_run_open(&session));
	ck_assert(!waiter_is_over_but_for_lock(&session));
	end_holder(&dpkg);
	assert_ends(&watch, "over");
	ck_assert(!waiter_is_run_open(&session));
}
END_TEST

START_TEST(without_a_lock_a_session_lasts_as_long_as_the_process)
{
	struct frontend aptitude = start_holder(NULL, NULL);
	owns_state struct state session =
		begun(&aptitude, SESSION_ENDS_WITH_PROCESS, &aptitude);
	struct watch watch = start_watch(&session);

	assert_looked(&watch);
	session_close_run(&session);
	assert_looked(&watch);
	ck_assert(!waiter_is_over(&session));
	ck_assert(!waiter_is_over_but_for_lock(&session));
	end_holder(&aptitude);
	assert_ends(&watch, "over");
}
END_TEST

START_TEST(a_session_of_an_earlier_boot_has_no_owner)
{
	struct frontend living = start_holder(NULL, NULL);
	owns_state struct state session =
		begun(&living, SESSION_ENDS_WITH_PROCESS, &living);
	struct watch watch;

	ck_assert_int_eq(
		state_write(&session, session.kind->mark,
			slice_of("00000000-0000-0000-0000-000000000000 process\n")),
		0);
	watch = start_watch(&session);
	assert_ends(&watch, "over");
	end_holder(&living);
}
END_TEST

START_TEST(where_nobody_has_ever_locked_a_session_is_over)
{
	owns_state struct state session = begun(&gone, SESSION_ENDS_WITH_LOCK, &gone);
	struct watch watch = start_watch(&session);

	ck_assert(!is_there(ADMIN_DIR "lock-frontend"));
	assert_ends(&watch, "over");
}
END_TEST

START_TEST(a_call_of_the_helper_is_waited_for)
{
	owns_state struct state session = begun(&gone, SESSION_ENDS_WITH_LOCK, &gone);
	struct watch watch;

	lock = session_lock_run(&session, false);
	ck_assert_int_ge(lock, 0);
	ck_assert(!waiter_is_over(&session));
	watch = start_watch(&session);
	/* It has looked, and waits for the lock. */
	assert_written(&watch, "");
	cleanup_close(&lock);
	assert_ends(&watch, "over");
}
END_TEST

START_TEST(a_session_that_somebody_else_closes_is_not_waited_for)
{
	struct frontend owner = start_holder("lock-frontend", NULL);
	owns_state struct state session = begun(&owner, SESSION_ENDS_WITH_LOCK, &owner);
	struct watch watch = start_watch(&session);

	assert_looked(&watch);
	session_forget(&session, root());
	assert_ends(&watch, strerror(ENOENT));
	end_holder(&owner);
}
END_TEST

START_TEST(what_cannot_be_watched_is_an_error)
{
	owns_state struct state session = begun(&gone, SESSION_ENDS_WITH_LOCK, &gone);
	struct watch watch;

	free(session.path);
	session.path = strdup(at("/log"));
	make_file("/log", 0600, "");
	watch = start_watch(&session);
	assert_ends(&watch, strerror(ENOTDIR));
}
END_TEST

START_TEST(a_waiter_is_known_while_it_lives)
{
	owns_state struct state session = begun(&gone, SESSION_ENDS_WITH_LOCK, &gone);
	struct frontend found, self = this_process();

	ck_assert(!session_find_waiter(&session, &found));
	lock = waiter_enter(&session);
	ck_assert_int_ge(lock, 0);
	ck_assert(session_find_waiter(&session, &found));
	ck_assert_int_eq(found.pid, self.pid);
	ck_assert_uint_eq(found.start_time, self.start_time);
	cleanup_close(&lock);
	ck_assert(!session_find_waiter(&session, &found));
}
END_TEST

/* Starts a second waiter; its exit status is that of waiter_enter(). */
static pid_t start_second(const struct state *session)
{
	pid_t pid = fork_without_lock();

	if (pid == 0) {
		int second = waiter_enter(session);

		exit(second < 0 ? -second : 0);
	}
	return pid;
}

static void assert_status(pid_t pid, int expected)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), expected);
}

START_TEST(a_second_waiter_waits_for_the_first)
{
	owns_state struct state session = begun(&gone, SESSION_ENDS_WITH_LOCK, &gone);
	pid_t second;

	lock = waiter_enter(&session);
	second = start_second(&session);
	/* The first one has closed it. */
	session_forget(&session, root());
	cleanup_close(&lock);
	assert_status(second, ENOENT);
}
END_TEST

/* A process is held where it has found no file of another waiter; or −1. */
static int hold_report = -1, hold_go = -1;

static void hold(void)
{
	char byte = 'h';

	if (hold_report < 0)
		return;
	ck_assert_int_eq(write(hold_report, &byte, 1), 1);
	ck_assert_int_eq(read(hold_go, &byte, 1), 1);
	hold_report = -1;
}

bool __real_state_has(const struct state *state, const char *suffix);
bool __wrap_state_has(const struct state *state, const char *suffix);
bool __wrap_state_has(const struct state *state, const char *suffix)
{
	bool has = __real_state_has(state, suffix);

	if (strcmp(suffix, SESSION_WAITER) == 0)
		hold();
	return has;
}

int __real_linkat(int from, const char *old, int to, const char *new, int flags);
int __wrap_linkat(int from, const char *old, int to, const char *new, int flags);
int __wrap_linkat(int from, const char *old, int to, const char *new, int flags)
{
	hold();
	return __real_linkat(from, old, to, new, flags);
}

static void wait_until_it_is_locked_out(pid_t pid)
{
	owns_memory char *path = string_format("/proc/%d/syscall", (int)pid);
	long call = -1;

	while (call != SYS_flock) {
		FILE *file = fopen(path, "re");

		ck_assert_ptr_nonnull(file);
		/* "running" while it runs */
		if (fscanf(file, "%ld", &call) != 1)
			call = -1;
		(void)fclose(file);
		(void)sched_yield();
	}
}

START_TEST(of_two_waiters_that_start_at_once_the_first_is_known)
{
	owns_state struct state session = begun(&gone, SESSION_ENDS_WITH_LOCK, &gone);
	struct frontend found, self = this_process();
	int report[2], go[2];
	char byte = 'g';
	pid_t second;

	ck_assert_int_eq(pipe2(report, O_CLOEXEC) | pipe2(go, O_CLOEXEC), 0);
	hold_report = report[1];
	hold_go = go[0];
	second = start_second(&session);
	hold_report = -1;
	ck_assert_int_eq(read(report[0], &byte, 1), 1);
	lock = waiter_enter(&session);
	ck_assert_int_ge(lock, 0);
	ck_assert_int_eq(write(go[1], &byte, 1), 1);
	wait_until_it_is_locked_out(second);
	ck_assert(session_find_waiter(&session, &found));
	ck_assert_int_eq(found.pid, self.pid);
	session_forget(&session, root());
	cleanup_close(&lock);
	assert_status(second, ENOENT);
	(void)close(report[0]);
	(void)close(report[1]);
	(void)close(go[0]);
	(void)close(go[1]);
}
END_TEST

START_TEST(where_the_first_waiter_was_killed_the_second_takes_its_place)
{
	owns_state struct state session = begun(&gone, SESSION_ENDS_WITH_LOCK, &gone);
	pid_t second;

	lock = waiter_enter(&session);
	second = start_second(&session);
	cleanup_close(&lock);
	assert_status(second, 0);
}
END_TEST

START_TEST(without_a_session_there_is_no_waiter)
{
	owns_state struct state session = begun(&gone, SESSION_ENDS_WITH_LOCK, &gone);

	session_forget(&session, root());
	ck_assert_int_eq(waiter_enter(&session), -ENOENT);
	ck_assert(!is_there(SESSIONS "4194301-1-1.waiter"));
}
END_TEST

/* Writes about itself into the FIFO /fifo. */
static void describe_process(void *context)
{
	const char *word = context;
	int fifo = open(at("/fifo"), O_WRONLY | O_CLOEXEC);
	char target[3][64] = {"", "", ""};

	for (int fd = 0; fd < 3; fd++) {
		char link[] = "/proc/self/fd/0";

		link[sizeof(link) - 2] = (char)('0' + fd);
		if (readlink(link, target[fd], sizeof(target[fd]) - 1) < 0)
			target[fd][0] = '?';
	}
	(void)dprintf(fifo, "%s %s %s %s %s, descriptor %d", word,
		getsid(0) == getsid(getppid()) ? "our session" : "session of its own",
		target[0], target[1], target[2], fifo);
}

START_TEST(the_waiter_has_nothing_of_the_caller)
{
	owns_state struct state session = begun(&gone, SESSION_ENDS_WITH_LOCK, &gone);
	char word[] = "waits,";
	owns_buffer struct buffer text = {0};
	owns_fd int fifo = -1;

	ck_assert_int_eq(mkfifo(at("/fifo"), 0600), 0);
	ck_assert_int_eq(waiter_start(&session, false, describe_process, word), 0);
	fifo = open(at("/fifo"), O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(buffer_read(&text, fifo, 1000), 0);
	/* It inherits no descriptor but the standard ones. */
	assert_text(&text,
		"waits, session of its own /dev/null /dev/null /dev/null, descriptor 4");
}
END_TEST

START_TEST(a_waiter_in_the_first_process_session_would_end_with_it)
{
	const struct frontend init = {.pid = 1}, unknown = {.pid = 0};
	struct frontend other;
	int ends[2];
	char byte;
	pid_t pid;

	skip_unless(access("/run/systemd/system", F_OK) < 0, "systemd runs here");
	ck_assert(waiter_is_useless(&init));
	ck_assert(!waiter_is_useless(&unknown));
	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		(void)setsid();
		if (write(ends[1], "s", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	other = (struct frontend){.pid = pid};
	ck_assert(!waiter_is_useless(&other));
	end_holder(&other);
}
END_TEST

START_TEST(an_unknown_owner_is_never_at_work)
{
	const struct frontend unknown = {.pid = 0};
	owns_state struct state session =
		begun(&unknown, SESSION_ENDS_WITH_PROCESS, &unknown);

	ck_assert_int_eq(waiter_find_owner(&session), 0);
	ck_assert(!waiter_is_run_open(&session));
	ck_assert(waiter_is_over(&session));
	/* A call of the helper is known by its lock. */
	lock = session_lock_run(&session, false);
	ck_assert(waiter_is_run_open(&session));
	cleanup_close(&lock);
	/* What is no key has none. */
	ck_assert_int_eq(
		rename(at(SESSIONS "unknown-1.session"), at(SESSIONS "x.session")), 0);
	memcpy(session.key, "x", sizeof("x"));
	ck_assert_int_eq(session_read_mark(&session).phase, SESSION_OPEN);
	ck_assert_int_eq(waiter_find_owner(&session), 0);
}
END_TEST

/* What systemd-run would get, in /arguments. */
static void make_systemd_run(void)
{
	make_script("/systemd-run", "printf '%s\\n' \"$@\" >>\"$ARGUMENTS\"");
	ck_assert_int_eq(setenv("ARGUMENTS", at("/arguments"), 1), 0);
	ck_assert_int_eq(
		mount(at("/systemd-run"), "/usr/bin/systemd-run", NULL, MS_BIND, NULL),
		0);
}

static struct state session_of_the_system(void)
{
	struct state session = {.kind = &state_of_sessions, .fd = -1};
	struct unsafe_path unsafe;
	struct trust trust;

	ck_assert_int_eq(trust_init(&trust, ""), 0);
	ck_assert_int_eq(
		state_open(&session, &state_of_sessions, "", &trust, &unsafe), 0);
	trust_done(&trust);
	ck_assert_int_eq(
		session_begin(&session, &gone, SESSION_ENDS_WITH_LOCK, &gone), 0);
	return session;
}

static void note_start(void *context)
{
	(void)context;
	make_file("/process", 0600, "");
	_exit(0);
}

/* Until a process or a unit has started. */
static void assert_starts(const struct state *session, const char *started)
{
	ck_assert_int_eq(waiter_start(session, true, note_start, NULL), 0);
	while (!is_there("/process") && !is_there("/arguments"))
		(void)sched_yield();
	ck_assert(is_there(started));
	ck_assert_int_eq(remove(at(started)), 0);
	ck_assert(!is_there("/process") && !is_there("/arguments"));
}

/* In a chroot, or a mount namespace, the first process has other files. */
static int be_elsewhere(void)
{
	int status;
	pid_t pid;

	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	if (pid == 0) {
		owns_state struct state session = {.fd = -1};

		ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
		ck_assert_int_eq(mount("none", "/var/lib", "tmpfs", 0, "mode=0755"), 0);
		session = session_of_the_system();
		assert_starts(&session, "/process");
		exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status == 0 ? 0 : 1;
}

/* The exit status of a process that cannot pretend, as it lacks rights. */
#define CANNOT 77

/* In namespaces of its own, where this is the first process. */
static void be_first_process(void)
{
	owns_state struct state session = {.fd = -1}, other = {.fd = -1};
	owns_buffer struct buffer arguments = {0};

	if (mount("none", "/proc", "proc", 0, NULL) < 0)
		_exit(CANNOT);
	other = open_sessions_of_test();
	ck_assert_int_eq(mount("none", "/run", "tmpfs", 0, "mode=0755"), 0);
	ck_assert_int_eq(mount("none", "/var/lib", "tmpfs", 0, "mode=0755"), 0);
	make_systemd_run();
	session = session_of_the_system();
	assert_starts(&session, "/process");
	ck_assert_int_eq(mkdir("/run/systemd", 0755), 0);
	ck_assert_int_eq(symlink("/", "/run/systemd/system"), 0);
	assert_starts(&session, "/process");
	ck_assert_int_eq(unlink("/run/systemd/system"), 0);
	ck_assert_int_eq(mkdir("/run/systemd/system", 0755), 0);
	ck_assert_int_eq(waiter_start(&session, true, note_start, NULL), 0);
	read_file("/arguments", &arguments);
	ck_assert_ptr_nonnull(
		strstr(arguments.data, "--unit=" WAITER_UNIT "4194301-1-1\n"));
	assert_starts(&session, "/arguments");
	/* The unit would not know the root. */
	assert_starts(&other, "/process");
	make_script("/systemd-run", "exit 1");
	assert_starts(&session, "/process");
	make_script("/systemd-run", "printf a >\"$ARGUMENTS\"");
	exit(be_elsewhere());
}

/* Its exit status is that of the first process. */
static void be_above_first_process(void)
{
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWNS | CLONE_NEWPID) < 0 ||
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		_exit(CANNOT);
	pid = fork();
	if (pid == 0)
		be_first_process();
	_exit(waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status)
								   : EXIT_FAILURE);
}

START_TEST(where_systemd_runs_the_waiter_is_a_unit)
{
	int status;
	pid_t pid;

	skip_unless(access("/usr/bin/systemd-run", F_OK) == 0, "there is no systemd-run");
	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	if (pid == 0)
		be_above_first_process();
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	skip_unless(WEXITSTATUS(status) != CANNOT, "only root can pretend that it runs");
	ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_session_is_over_when_its_owner_gives_the_lock_back,
		a_session_is_over_when_its_owner_is_killed,
		while_another_frontend_holds_the_lock_a_session_is_not_over,
		dpkg_may_outlive_its_frontend,
		without_a_lock_a_session_lasts_as_long_as_the_process,
		a_session_of_an_earlier_boot_has_no_owner,
		where_nobody_has_ever_locked_a_session_is_over,
		a_call_of_the_helper_is_waited_for,
		a_session_that_somebody_else_closes_is_not_waited_for,
		what_cannot_be_watched_is_an_error, a_waiter_is_known_while_it_lives,
		a_second_waiter_waits_for_the_first,
		of_two_waiters_that_start_at_once_the_first_is_known,
		where_the_first_waiter_was_killed_the_second_takes_its_place,
		without_a_session_there_is_no_waiter,
		the_waiter_has_nothing_of_the_caller,
		a_waiter_in_the_first_process_session_would_end_with_it,
		an_unknown_owner_is_never_at_work,
		where_systemd_runs_the_waiter_is_a_unit};

	return run_tests("waiter", tests, COUNT_OF(tests));
}
