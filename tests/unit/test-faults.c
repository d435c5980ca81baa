/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole transactions, in which one call of a kind fails: the first that is made from a
 * place, for each place in turn, which is a chain of callers. apt goes on, nothing
 * crashes, and the next transaction is whole again. The linker puts __wrap_NAME in the
 * place of NAME for our own objects, not for libc. tests/fault makes each call fail, not
 * only the first from a place, and takes far longer.
 */
#include "fixture.h"

#include <dirent.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of our own functions that lie between a call and its place. */
#define WRAPPERS 3
#define CALLERS 4
#define PLACES_MAX 4096

/* What has been tried with one outcome is tried with another here and there only. */
#define AGAIN_EVERY 12

/* By what can become of a call. */
enum {
	MEMORY = 1,
	CALL = 2,
	PATH = 4,  /* what it names may be gone */
	WAITS = 8, /* a signal may come in between */
};

struct places {
	unsigned count;
	uint64_t items[PLACES_MAX];
};

/* Shared by all that the test forks. */
struct fault {
	int kind;
	int error;
	bool is_looking; /* for places; nothing fails */
	unsigned is_due; /* until it has been */
	uint64_t place;  /* where */
	struct places places;
	struct places tried; /* in earlier tests, with any error */
};

static struct fault *fault;
static bool is_armed;

/* Of this call, by who called whom to come here. */
static uint64_t find_place(void)
{
	void *callers[WRAPPERS + CALLERS];
	int count = backtrace(callers, (int)COUNT_OF(callers));
	uint64_t place = (uint64_t)fault->error;

	for (int i = 0; i < count; i++)
		place = place * 1099511628211U + (uintptr_t)callers[i];
	return place;
}

static bool is_in(const struct places *places, uint64_t place)
{
	unsigned count = __atomic_load_n(&places->count, __ATOMIC_SEQ_CST);

	for (unsigned i = 0; i < count && i < PLACES_MAX; i++)
		if (places->items[i] == place)
			return true;
	return false;
}

static void remember(struct places *places, uint64_t place)
{
	unsigned at;

	if (is_in(places, place))
		return;
	/* Another process may have done so at the same time: then it is there twice. */
	at = __atomic_fetch_add(&places->count, 1, __ATOMIC_SEQ_CST);
	if (at < PLACES_MAX)
		places->items[at] = place;
}

static bool fails(int kind)
{
	uint64_t place;

	if (!is_armed || (fault->kind & kind) == 0 ||
		!(fault->is_looking || __atomic_load_n(&fault->is_due, __ATOMIC_SEQ_CST)))
		return false;
	place = find_place();
	if (fault->is_looking)
		remember(&fault->places, place);
	if (fault->place != place ||
		!__atomic_exchange_n(&fault->is_due, 0, __ATOMIC_SEQ_CST))
		return false;
	errno = fault->error;
	return true;
}

#define WRAP(kind, type, failure, name, parameters, arguments)                           \
	type __real_##name parameters;                                                   \
	type __wrap_##name parameters;                                                   \
	type __wrap_##name parameters                                                    \
	{                                                                                \
		return fails(kind) ? (failure) : __real_##name arguments;                \
	}
#define WRAP_MEMORY(type, name, parameters, arguments)                                   \
	WRAP(MEMORY, type, NULL, name, parameters, arguments)
#define WRAP_CALL(kind, type, name, parameters, arguments)                               \
	WRAP(CALL | (kind), type, (type)-1, name, parameters, arguments)
#define WRAP_SPAWN(kind, name, parameters, arguments)                                    \
	WRAP(CALL | (kind), int, fault->error, name, parameters, arguments)

WRAP_MEMORY(void *, malloc, (size_t size), (size))
WRAP_MEMORY(void *, calloc, (size_t count, size_t size), (count, size))
WRAP_MEMORY(void *, realloc, (void *old, size_t size), (old, size))
WRAP_MEMORY(
	void *, reallocarray, (void *old, size_t count, size_t size), (old, count, size))
WRAP_MEMORY(char *, strdup, (const char *string), (string))
WRAP_MEMORY(char *, strndup, (const char *string, size_t size), (string, size))
WRAP(MEMORY, int, -1, vasprintf, (char **text, const char *format, va_list arguments),
	(text, format, arguments))

WRAP_CALL(PATH, int, stat, (const char *path, struct stat *status), (path, status))
WRAP_CALL(PATH, int, lstat, (const char *path, struct stat *status), (path, status))
WRAP_CALL(0, int, fstat, (int fd, struct stat *status), (fd, status))
WRAP_CALL(WAITS, ssize_t, read, (int fd, void *bytes, size_t size), (fd, bytes, size))
WRAP_CALL(WAITS, ssize_t, write, (int fd, const void *bytes, size_t size),
	(fd, bytes, size))
WRAP_CALL(PATH, ssize_t, readlink, (const char *path, char *bytes, size_t size),
	(path, bytes, size))
WRAP_CALL(PATH, int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP_CALL(0, int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP_CALL(PATH, int, mkostemp, (char *path, int flags), (path, flags))
WRAP_CALL(PATH, int, renameat, (int from, const char *a, int to, const char *b),
	(from, a, to, b))
WRAP_CALL(PATH, int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
WRAP_CALL(PATH, int, access, (const char *path, int mode), (path, mode))
WRAP_CALL(PATH, int, unlink, (const char *path), (path))
WRAP_CALL(0, int, ftruncate, (int fd, off_t size), (fd, size))
WRAP_CALL(PATH, int, faccessat, (int fd, const char *path, int mode, int flags),
	(fd, path, mode, flags))
WRAP_CALL(0, int, pipe2, (int *ends, int flags), (ends, flags))
WRAP_CALL(WAITS, int, poll, (struct pollfd * fds, nfds_t count, int timeout),
	(fds, count, timeout))
WRAP_CALL(0, int, inotify_init1, (int flags), (flags))
WRAP_CALL(PATH, int, inotify_add_watch, (int fd, const char *path, uint32_t mask),
	(fd, path, mask))
WRAP_CALL(0, pid_t, fork, (void), ())
WRAP_CALL(WAITS, int, flock, (int fd, int operation), (fd, operation))
WRAP_CALL(0, int, dup2, (int old, int fd), (old, fd))
WRAP(CALL | PATH, DIR *, NULL, opendir, (const char *path), (path))
WRAP(CALL, DIR *, NULL, fdopendir, (int fd), (fd))
WRAP(CALL, struct dirent *, NULL, readdir, (DIR * dir), (dir))
WRAP_SPAWN(PATH, posix_spawn,
	(pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const *argv,
		char *const *envp),
	(pid, path, actions, attributes, argv, envp))
WRAP_SPAWN(0, posix_spawn_file_actions_init, (posix_spawn_file_actions_t * actions),
	(actions))
WRAP_SPAWN(0, posix_spawn_file_actions_adddup2,
	(posix_spawn_file_actions_t * actions, int fd, int to), (actions, fd, to))
WRAP_SPAWN(0, posix_spawn_file_actions_addchdir_np,
	(posix_spawn_file_actions_t * actions, const char *path), (actions, path))
WRAP_SPAWN(0, posix_spawn_file_actions_addopen,
	(posix_spawn_file_actions_t * actions, int fd, const char *path, int flags,
		mode_t mode),
	(actions, fd, path, flags, mode))
WRAP_SPAWN(0, posix_spawn_file_actions_addclose,
	(posix_spawn_file_actions_t * actions, int fd), (actions, fd))
WRAP_SPAWN(0, posix_spawnattr_init, (posix_spawnattr_t * attributes), (attributes))
WRAP_SPAWN(0, posix_spawnattr_setsigdefault,
	(posix_spawnattr_t * attributes, const sigset_t *set), (attributes, set))
WRAP_SPAWN(0, posix_spawnattr_setsigmask,
	(posix_spawnattr_t * attributes, const sigset_t *set), (attributes, set))

/* A child that there is can be waited for; only a signal comes in between. */
pid_t __real_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
	if (fails(WAITS))
		return -1;
	return __real_waitpid(pid, status, options);
}

/* The mode comes last where a file may be made. */
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = va_arg(arguments, mode_t);
	va_end(arguments);
	return fails(CALL | PATH | WAITS) ? -1 : __real_open(path, flags, mode);
}

int __real_openat(int fd, const char *path, int flags, ...);
int __wrap_openat(int fd, const char *path, int flags, ...);
int __wrap_openat(int fd, const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = va_arg(arguments, mode_t);
	va_end(arguments);
	return fails(CALL | PATH | WAITS) ? -1 : __real_openat(fd, path, flags, mode);
}

static void disarm(void)
{
	is_armed = false;
}

/* The fixture's listener, and what it wants. */
struct audience {
	uh_listener *listener;
	void *context;
};

static void tell(const struct uh_event *event, void *context)
{
	const struct audience *audience = context;
	bool was_armed = is_armed;

	is_armed = false;
	audience->listener(event, audience->context);
	is_armed = was_armed;
}

/* Only the engine is to fail, not what the fixture does around it. */
enum uh_verdict __real_uh_run_hook_point(
	const struct uh_request *request, uh_listener *listener, void *context);
enum uh_verdict __wrap_uh_run_hook_point(
	const struct uh_request *request, uh_listener *listener, void *context);
enum uh_verdict __wrap_uh_run_hook_point(
	const struct uh_request *request, uh_listener *listener, void *context)
{
	struct audience audience = {listener, context};
	enum uh_verdict verdict;

	is_armed = true;
	verdict = __real_uh_run_hook_point(request, tell, &audience);
	is_armed = false;
	return verdict;
}

/* Scripts at all places; what they write tells that a transaction was whole. */
static void set_up(void)
{
	make_recorder(ETC "Pre-Invoke/010", "first");
	make_recorder(LIB "Pre-Install-Pkgs/010", "always");
	make_recorder(LIB "Pre-Install-Pkgs/020-user", "user");
	make_recorder(
		ETC "pkgs/foo/Pre-Install-Pkgs/010", "$APT_UNIVERSAL_HOOKS_PACKAGE");
	make_recorder(ETC "multi_pkgs/Pre-Install-Pkgs/f__WILDCARD__/010", "wildcard");
	make_recorder(ETC "Post-Invoke/010", "$APT_UNIVERSAL_HOOKS_RESULT");
	make_recorder(ETC "Post-Invoke/020-always", "$APT_UNIVERSAL_HOOKS_RESULT");
	make_recorder(LIB "Post-Invoke/030-requires", "required");
	make_recorder(ETC "multi_pkgs/Post-Invoke/__WILDCARD__:amd64/010", "wildcard");
	make_folder(ETC "pkgs/bar/Post-Invoke");
	make_link(LIB "Post-Invoke/040-link", at(ETC "Post-Invoke/010"));
	configure_apt("Universal-Hooks::Scripts::Pre-Invoke::Timeout \"60\";\n");
	set_database("installed");
}

#define SCRIPTS "Universal-Hooks::Scripts::"
static const char settings[] = SCRIPTS "Post-Invoke/020-always::When=always\n" SCRIPTS
				       "Pre-Install-Pkgs/020-user::User=root\n" SCRIPTS
				       "Pre-Install-Pkgs/020-user::Timeout=60\n" SCRIPTS
				       "Post-Invoke/010::Directory=/usr\n" SCRIPTS
				       "Post-Invoke/030-requires::Requires::=foo\n";
static const char veto[] = SCRIPTS "Pre-Install-Pkgs/900-veto::On-Failure=abort\n" SCRIPTS
				   "Post-Invoke/020-always::When=always\n";

/* apt as a process of its own, which goes as far as it is let, up to a hook point. */
static int be_apt(const char *with, enum uh_hook_point last)
{
	int status;
	pid_t pid;

	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		status = call_hook_point(UH_PRE_INVOKE, NULL);
		if (status == 0)
			status = call_pre_install_pkgs(with);
		if (status == 0 && last == UH_POST_INVOKE)
			status = call_hook_point(UH_POST_INVOKE, NULL);
		exit(status);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "the helper died: status %d", status);
	return WEXITSTATUS(status);
}

static void assert_goes_on(void)
{
	ck_assert_int_eq(be_apt(settings, UH_POST_INVOKE), 0);
}

/* What the hook wants may get lost, but nothing else comes instead. */
static void assert_stops_or_goes_on(void)
{
	int status;

	make_script(ETC "Pre-Install-Pkgs/900-veto", "exit 1");
	status = be_apt(veto, UH_POST_INVOKE);
	ck_assert_msg(status == 0 || status == STOP, "status %d", status);
	ck_assert_int_eq(remove(at(ETC "Pre-Install-Pkgs/900-veto")), 0);
}

/* apt is gone before dpkg ran: the guard cleans up, or the next transaction. */
static void assert_is_cleaned_up(void)
{
	ck_assert_int_eq(be_apt(settings, UH_PRE_INSTALL_PKGS), 0);
	ck_assert_int_eq(be_apt(settings, UH_POST_INVOKE), 0);
}

static void make_fault(int kind, int error)
{
	fault->kind = kind;
	fault->error = error;
	fault->is_due = 0;
	fault->places.count = 0;
}

/* The log of a transaction without a fault; the caller's to free. */
static void take_log(struct buffer *log)
{
	(void)remove(at("/log"));
	assert_goes_on();
	read_file("/log", log);
}

/* All places, in transactions as they are going to be. */
static void look_for_places(void (*assert_outcome)(void))
{
	fault->is_looking = true;
	assert_outcome();
	fault->is_looking = false;
	ck_assert_uint_le(fault->places.count, PLACES_MAX);
	ck_assert_uint_gt(fault->places.count, 0);
}

/* How many calls failed: all but those that come too late where a guard is quicker. */
static void try_places(void (*assert_outcome)(void))
{
	unsigned tried = 0, hit = 0;

	for (unsigned i = 0; i < fault->places.count; i++) {
		fault->place = fault->places.items[i];
		if (is_in(&fault->tried, fault->place) && i % AGAIN_EVERY != 0)
			continue;
		remember(&fault->tried, fault->place);
		fault->is_due = 1;
		assert_outcome();
		tried++;
		hit += fault->is_due == 0;
	}
	fault->is_due = 0;
	ck_assert_uint_gt(hit, tried / 2);
}

static void try_all(int kind, int error, void (*assert_outcome)(void))
{
	owns_buffer struct buffer before = {0}, after = {0};

	set_up();
	make_fault(kind, error);
	take_log(&before);
	look_for_places(assert_outcome);
	try_places(assert_outcome);
	take_log(&after);
	ck_assert_uint_gt(before.size, 0);
	buffer_append(&before, (struct slice){"", 1});
	assert_text(&after, before.data);
}

START_TEST(apt_goes_on_without_memory)
{
	try_all(MEMORY, ENOMEM, assert_goes_on);
}
END_TEST

START_TEST(apt_goes_on_when_a_call_fails)
{
	try_all(CALL, EIO, assert_goes_on);
}
END_TEST

START_TEST(apt_goes_on_when_something_is_not_there)
{
	try_all(PATH, ENOENT, assert_goes_on);
}
END_TEST

START_TEST(apt_goes_on_when_a_call_is_interrupted)
{
	try_all(WAITS, EINTR, assert_goes_on);
}
END_TEST

START_TEST(a_veto_is_the_only_thing_that_stops_apt)
{
	try_all(MEMORY, ENOMEM, assert_stops_or_goes_on);
}
END_TEST

START_TEST(a_veto_stops_apt_or_gets_lost)
{
	try_all(CALL, EIO, assert_stops_or_goes_on);
}
END_TEST

START_TEST(the_next_transaction_goes_on_without_memory)
{
	try_all(MEMORY, ENOMEM, assert_is_cleaned_up);
}
END_TEST

START_TEST(the_next_transaction_goes_on_when_a_call_fails)
{
	try_all(CALL, EIO, assert_is_cleaned_up);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		apt_goes_on_without_memory,
		apt_goes_on_when_a_call_fails,
		apt_goes_on_when_something_is_not_there,
		apt_goes_on_when_a_call_is_interrupted,
		a_veto_is_the_only_thing_that_stops_apt,
		a_veto_stops_apt_or_gets_lost,
		the_next_transaction_goes_on_without_memory,
		the_next_transaction_goes_on_when_a_call_fails,
	};

	fault = mmap(NULL, sizeof(*fault), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	/* Counters of the preset coverage are written by calls that are not to fail. */
	if (fault == MAP_FAILED || at_quick_exit(disarm) != 0)
		return EXIT_FAILURE;
	/* It loads a library when it is called for the first time. */
	(void)find_place();
	return run_tests("faults", tests, COUNT_OF(tests));
}
