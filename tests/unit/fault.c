/* SPDX-License-Identifier: BSD-2-Clause */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "fault.h"
#include "fixture.h"

#include <dirent.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pcre2.h>
#include <poll.h>
#include <spawn.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* Stack frames of this file between the caller and find_place(). */
#define WRAPPERS 3
#define CALLERS 4
#define CALLERS_MAX 64
#define PLACES_MAX 4096

/* Of the places that were tried with another error, only every n-th is tried again. */
#define AGAIN_EVERY 12

struct places {
	unsigned count;
	uint64_t items[PLACES_MAX];
	const void *calls[PLACES_MAX]; /* where in the engine */
};

/* Shared with all processes that the test forks. */
struct fault {
	int kind;
	int error;
	bool is_looking; /* only collects places; nothing fails */
	unsigned is_due; /* the failure has not happened yet */
	uint64_t place;  /* where it happens */
	const void *call;
	struct places places;
	struct places tried; /* in earlier tests, whatever the error */
};

static struct fault *fault;
static bool is_armed;
static int step_callers; /* stack depth of the test itself */

/* Hashes the chain of callers from the step to this call, and the error. */
static uint64_t find_place(void)
{
	void *callers[CALLERS_MAX];
	int count = backtrace(callers, CALLERS_MAX) - step_callers;
	uint64_t place = (uint64_t)fault->error;

	for (int i = 0; i < count && i < WRAPPERS + CALLERS; i++)
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

static void remember(struct places *places, uint64_t place, const void *call)
{
	unsigned at;

	if (is_in(places, place))
		return;
	/* If another process does so at the same time, it is only listed twice. */
	at = __atomic_fetch_add(&places->count, 1, __ATOMIC_SEQ_CST);
	if (at < PLACES_MAX) {
		places->items[at] = place;
		places->calls[at] = call;
	}
}

static bool fails_at(int kind, const void *call)
{
	uint64_t place;

	if (!is_armed || (fault->kind & kind) == 0 ||
		!(fault->is_looking || __atomic_load_n(&fault->is_due, __ATOMIC_SEQ_CST)))
		return false;
	/* Finding the callers takes far longer than most calls. */
	if (!fault->is_looking && call != fault->call)
		return false;
	place = find_place();
	if (fault->is_looking)
		remember(&fault->places, place, call);
	if (fault->place != place ||
		!__atomic_exchange_n(&fault->is_due, 0, __ATOMIC_SEQ_CST))
		return false;
	errno = fault->error;
	return true;
}
#define fails(kind) fails_at(kind, __builtin_return_address(0))

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
/* What vasprintf(3) is with _FORTIFY_SOURCE, which packages are built with. */
WRAP(MEMORY, int, -1, __vasprintf_chk,
	(char **text, int level, const char *format, va_list arguments),
	(text, level, format, arguments))

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
WRAP_CALL(PATH, int, fstatat, (int fd, const char *path, struct stat *status, int flags),
	(fd, path, status, flags))
WRAP_CALL(0, int, fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
WRAP_CALL(PATH, int, chdir, (const char *path), (path))
WRAP_CALL(0, int, ftruncate, (int fd, off_t size), (fd, size))
WRAP_CALL(PATH, int, faccessat, (int fd, const char *path, int mode, int flags),
	(fd, path, mode, flags))
WRAP_CALL(0, int, pipe2, (int *ends, int flags), (ends, flags))
WRAP_CALL(WAITS, int, poll, (struct pollfd * fds, nfds_t count, int timeout),
	(fds, count, timeout))
WRAP_CALL(0, int, inotify_init1, (int flags), (flags))
WRAP_CALL(PATH, int, inotify_add_watch, (int fd, const char *path, uint32_t mask),
	(fd, path, mask))
WRAP_CALL(START, pid_t, fork, (void), ())
WRAP_CALL(0, int, waitid, (idtype_t type, id_t id, siginfo_t *info, int options),
	(type, id, info, options))
WRAP_CALL(WAITS, int, flock, (int fd, int operation), (fd, operation))
WRAP_CALL(0, int, dup2, (int old, int fd), (old, fd))
WRAP_CALL(0, int, socketpair, (int domain, int type, int protocol, int *ends),
	(domain, type, protocol, ends))
WRAP_CALL(0, int, tcgetattr, (int fd, struct termios *modes), (fd, modes))
WRAP_CALL(0, int, tcsetattr, (int fd, int when, const struct termios *modes),
	(fd, when, modes))
WRAP(CALL | PATH, DIR *, NULL, opendir, (const char *path), (path))
WRAP(CALL, DIR *, NULL, fdopendir, (int fd), (fd))
WRAP(CALL, struct dirent *, NULL, readdir, (DIR * dir), (dir))
WRAP_CALL(
	0, ssize_t, getdents64, (int fd, void *entries, size_t size), (fd, entries, size))
WRAP_SPAWN(PATH | START, posix_spawn,
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

/* PCRE2 calls malloc(3) inside its library, out of reach of --wrap. */
#define WRAP_PCRE2(type, failure, name, parameters, arguments)                           \
	WRAP(MEMORY, type, failure, name##_8, parameters, arguments)

WRAP_PCRE2(pcre2_compile_context *, NULL, pcre2_compile_context_create,
	(pcre2_general_context * context), (context))
WRAP_PCRE2(pcre2_match_data *, NULL, pcre2_match_data_create,
	(uint32_t size, pcre2_general_context *context), (size, context))
WRAP_PCRE2(pcre2_code *, (*error = PCRE2_ERROR_HEAP_FAILED, NULL), pcre2_compile,
	(PCRE2_SPTR pattern, PCRE2_SIZE size, uint32_t options, int *error,
		PCRE2_SIZE *offset, pcre2_compile_context *context),
	(pattern, size, options, error, offset, context))
WRAP_PCRE2(int, PCRE2_ERROR_NOMEMORY, pcre2_match,
	(const pcre2_code *code, PCRE2_SPTR text, PCRE2_SIZE size, PCRE2_SIZE start,
		uint32_t options, pcre2_match_data *data, pcre2_match_context *context),
	(code, text, size, start, options, data, context))

/* Waiting for an existing child can only fail with EINTR. */
pid_t __real_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
	if (fails(WAITS))
		return -1;
	return __real_waitpid(pid, status, options);
}

/* open(2) has a third argument only with O_CREAT; else the value is not used. */
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

/* ioctl(2) has a third argument, a pointer or a number. */
int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	return fails(CALL) ? -1 : __real_ioctl(fd, request, argument);
}

/* The engine passes three arguments at most. */
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
	va_list arguments;
	long first, second, third;

	va_start(arguments, number);
	first = va_arg(arguments, long);
	second = va_arg(arguments, long);
	third = va_arg(arguments, long);
	va_end(arguments);
	return fails(CALL) ? -1 : __real_syscall(number, first, second, third);
}

/* The preset coverage writes its counters at exit with the same calls. */
static void disarm(void)
{
	is_armed = false;
}

bool faults_start(void)
{
	fault = mmap(NULL, sizeof(*fault), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fault == MAP_FAILED || at_quick_exit(disarm) != 0 || atexit(disarm) != 0)
		return false;
	/* The first backtrace(3) loads a library, which calls malloc(3). */
	(void)find_place();
	return true;
}

bool faults_arm(bool shall_be_armed)
{
	bool was_armed = is_armed;

	is_armed = shall_be_armed;
	return was_armed;
}

/* Nothing fails in run 0, which finds the places; run N fails at the N-th place. */
static bool choose(unsigned number)
{
	fault->is_looking = number == 0;
	if (fault->is_looking)
		return true;
	fault->place = fault->places.items[number - 1];
	fault->call = fault->places.calls[number - 1];
	if (is_in(&fault->tried, fault->place) && number % AGAIN_EVERY != 0)
		return false;
	remember(&fault->tried, fault->place, fault->call);
	fault->is_due = 1;
	return true;
}

void faults_try(int kind, int error, void (*step)(void))
{
	void *callers[CALLERS_MAX];
	unsigned tried = 0, hit = 0;

	step_callers = backtrace(callers, CALLERS_MAX);
	fault->kind = kind;
	fault->error = error;
	fault->places.count = 0;
	for (unsigned i = 0; i <= fault->places.count; i++) {
		if (!choose(i))
			continue;
		step();
		ck_assert_uint_le(fault->places.count, PLACES_MAX);
		tried += i > 0;
		hit += i > 0 && fault->is_due == 0;
	}
	fault->is_due = 0;
	ck_assert_uint_gt(fault->places.count, 0);
	/*
	 * Depending on the load, another process may be faster, so that a place is not
	 * reached.
	 */
	if (tried >= 4)
		ck_assert_uint_ge(hit * 4, tried);
}
