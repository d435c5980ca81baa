/* SPDX-License-Identifier: BSD-2-Clause */
#include "waiter.h"
#include "dpkg.h"
#include "guard.h"
#include "proc.h"
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSTEMD_RUN "/usr/bin/systemd-run"
#define FIRST_PROCESS 1

/* sd_booted(3) */
static bool is_systemd_running(void)
{
	struct stat status;

	return lstat("/run/systemd/system", &status) == 0 && S_ISDIR(status.st_mode);
}

/*
 * In a chroot or another mount namespace, the unit would work on another system; so it
 * would with another root than "/", which the helper does not know there.
 */
static bool has_first_process_our_files(const struct state *session)
{
	owns_memory char *ours = state_path(session, session->kind->mark);
	owns_memory char *of_first =
		ours != NULL ? string_join("/proc/1/root", ours) : NULL;
	struct stat one, other;

	return strcmp(session->path, session->kind->directory) == 0 && of_first != NULL &&
	       stat(ours, &one) == 0 && stat(of_first, &other) == 0 &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/*
 * Enqueued only: during boot, the unit starts after basic.target, which may wait for the
 * unit that has called apt. "systemctl isolate" does not stop it, and a script that is out
 * of memory takes only itself down.
 */
static bool start_unit(const struct state *session)
{
	owns_memory char *unit = string_join("--unit=" WAITER_UNIT, session->key);
	owns_memory char *description = string_format(
		"--description=Session-End hooks of apt, after process %.*s",
		(int)strcspn(session->key, "-"), session->key);
	const char *const argv[] = {"systemd-run", "--quiet", "--no-block", "--collect",
		"--no-ask-password", unit, description, "--property=IgnoreOnIsolate=yes",
		"--property=OOMPolicy=continue",
		"--property=SyslogIdentifier=apt-universal-hooks", UH_HELPER,
		"Session-End", session->key, NULL};
	owns_fd int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const struct process_spec spec = {.path = SYSTEMD_RUN,
		.argv = (char *const *)argv,
		.envp = environ,
		.output = null > 0 ? null : 0,
		.error_output = null > 0 ? null : 0};
	struct uh_ending ending;

	return unit != NULL && description != NULL && is_systemd_running() &&
	       has_first_process_our_files(session) && process_run(&spec, &ending) == 0 &&
	       process_succeeded(&ending);
}

struct start {
	const struct state *session;
	void (*waiter_main)(void *context);
	void *context;
};

/* In the background, since systemd-run takes longer than everything else. */
static void start_in_background(void *context)
{
	const struct start *start = context;
	int null;

	/* The caller's locks, and apt's terminal or pipe, must not be kept open. */
	proc_close_between(STDERR_FILENO + 1, INT_MAX - 1);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (null < 0 || dup2(null, fd) < 0)
			(void)close(fd);
	if (!start_unit(start->session))
		start->waiter_main(start->context);
}

int waiter_start(const struct state *session, bool is_urgent,
	void (*waiter_main)(void *context), void *context)
{
	struct start start = {session, waiter_main, context};

	if (is_urgent && start_unit(session))
		return 0;
	return background_start(NULL, start_in_background, &start);
}

bool waiter_is_useless(const struct frontend *frontend)
{
	return !is_systemd_running() && frontend->pid != 0 &&
	       getsid(frontend->pid) == getsid(FIRST_PROCESS);
}

int waiter_enter(const struct state *session)
{
	struct proc process = {.start_time = 0};
	struct frontend ourselves = {.pid = getpid()};
	char key[FRONTEND_KEY_SIZE];
	int error;
	int lock;

	if (proc_read(ourselves.pid, &process) == 0)
		ourselves.start_time = process.start_time;
	frontend_key(&ourselves, key);
	if (state_lacks(session, session->kind->mark))
		return -ENOENT;
	error = state_create(session, SESSION_WAITER, slice_of(key));
	if (error < 0 && error != -EEXIST)
		return error;
	lock = state_lock(session, SESSION_WAITER, true);
	if (lock < 0)
		return lock;
	/* It was closed before we made the file. */
	if (state_lacks(session, session->kind->mark)) {
		(void)state_remove(session, SESSION_WAITER); /* the sweep tries again */
		cleanup_close(&lock);
		return -ENOENT;
	}
	/* In the same file, which stays locked. */
	error = state_write(session, SESSION_WAITER, slice_of(key));
	if (error < 0)
		cleanup_close(&lock);
	return error < 0 ? error : lock;
}

/* What a session waits for: the end of a process, or a change of files. */
struct obstacle {
	bool is_over;
	bool is_call; /* of the helper, which locks KEY.open */
	pid_t pid;    /* 0: unknown, so only files can tell */
};

static pid_t find_holder(const char *name)
{
	owns_memory char *path = dpkg_path(name);

	return path != NULL ? dpkg_lock_holder(path) : 0;
}

static pid_t owner_at_work(
	const struct state *session, const struct session_mark *mark, pid_t holder)
{
	struct frontend owner;
	bool is_at_work;

	if (!mark->is_of_this_boot || !frontend_parse_key(session->key, &owner) ||
		owner.pid == 0 || !frontend_is_alive(&owner))
		return 0;
	is_at_work = mark->end == SESSION_ENDS_WITH_PROCESS || holder == owner.pid;
	return is_at_work ? owner.pid : 0;
}

pid_t waiter_find_owner(const struct state *session)
{
	struct session_mark mark = session_read_mark(session);

	return owner_at_work(session, &mark, find_holder("lock-frontend"));
}

static struct obstacle find_obstacle(const struct state *session)
{
	struct session_mark mark = session_read_mark(session);
	struct frontend frontend;
	pid_t holder = find_holder("lock-frontend");
	pid_t owner;

	/* A dpkg run of an unknown frontend cannot be told from one that was killed. */
	if (session_open_run(session, &frontend) && frontend.pid != 0 &&
		mark.is_of_this_boot) {
		owns_fd int lock = session_lock_run(session, false);

		if (frontend_is_alive(&frontend))
			return (struct obstacle){.pid = frontend.pid};
		/* apt was killed; a script of ours may still run. */
		if (lock == -EWOULDBLOCK)
			return (struct obstacle){.is_call = true};
	}
	owner = owner_at_work(session, &mark, holder);
	if (owner > 0)
		return (struct obstacle){.pid = owner};
	/* dpkg may have outlived its frontend. */
	if (holder == 0)
		holder = find_holder("lock");
	return (struct obstacle){.is_over = holder == 0, .pid = holder};
}

bool waiter_is_run_open(const struct state *session)
{
	struct frontend frontend;
	owns_fd int lock = -1;

	if (!session_open_run(session, &frontend) ||
		!session_read_mark(session).is_of_this_boot)
		return false;
	lock = session_lock_run(session, false);
	return lock == -EWOULDBLOCK ||
	       (frontend.pid != 0 && frontend_is_alive(&frontend)) ||
	       find_holder("lock") != 0;
}

bool waiter_is_over(const struct state *session)
{
	return find_obstacle(session).is_over;
}

bool waiter_is_over_but_for_lock(const struct state *session)
{
	return !waiter_is_run_open(session) && waiter_find_owner(session) == 0;
}

/* Watches the directory of sessions, and the file that frontends open and close. */
static int watch_files(const struct state *session)
{
	owns_memory char *path = dpkg_path("lock-frontend");
	owns_fd int files = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (files < 0)
		return -errno;
	if (path == NULL)
		return -ENOMEM;
	if (inotify_add_watch(files, session->path, IN_DELETE | IN_ONLYDIR) < 0)
		return -errno;
	/*
	 * Without it, nobody holds the lock. Who locks it has opened it for writing, unlike
	 * dpkg_lock_holder(), which must not wake us up.
	 */
	if (inotify_add_watch(files, path, IN_CLOSE_WRITE | IN_DELETE_SELF) < 0 &&
		errno != ENOENT)
		return -errno;
	return steal_fd(&files);
}

/* The events themselves say less than a new look. 0 or −errno. */
static int wait_for_change(int files, pid_t pid)
{
	owns_fd int process = pid > 0 ? proc_open(pid) : -1;
	struct pollfd ends[] = {
		{.fd = files, .events = POLLIN}, {.fd = process, .events = POLLIN}};
	char events[4096];

	if (process == -ESRCH)
		return 0;
	if (pid > 0 && process < 0)
		return process;
	while (poll(ends, COUNT_OF(ends), -1) < 0)
		if (errno != EINTR)
			return -errno;
	while (read(files, events, sizeof(events)) > 0)
		continue;
	return 0;
}

/* 0 or −errno; also 0 if the dpkg run is closed. */
static int wait_for_call(const struct state *session)
{
	owns_fd int lock = session_lock_run(session, true);

	return lock < 0 && lock != -ENOENT ? lock : 0;
}

int waiter_wait(
	const struct state *session, void (*on_change)(void *context), void *context)
{
	owns_fd int files = watch_files(session);
	int error = files < 0 ? files : 0;

	while (error == 0) {
		struct obstacle obstacle = find_obstacle(session);

		if (state_lacks(session, session->kind->mark))
			return -ENOENT;
		on_change(context);
		if (obstacle.is_over)
			return 0;
		error = obstacle.is_call ? wait_for_call(session)
					 : wait_for_change(files, obstacle.pid);
	}
	return error;
}
