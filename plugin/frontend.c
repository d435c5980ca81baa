/* SPDX-License-Identifier: BSD-2-Clause */
#include "frontend.h"
#include "proc.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

/* More than anybody nests shells; a bound in case /proc is corrupt. */
#define SHELLS_MAX 64
#define MAPS_MAX ((size_t)1 << 20)
#define INIT 1
#define UNKNOWN "unknown" /* in place of pid and start time */

/* The nearest ancestor that is not a shell. */
static int find_caller(struct proc *ret_proc)
{
	pid_t pid = getppid();
	int error = -ESRCH;

	for (int i = 0; i < SHELLS_MAX && pid > 0; i++) {
		error = proc_read(pid, ret_proc);
		if (error < 0 || !ret_proc->is_shell)
			return error;
		pid = ret_proc->parent;
	}
	return error < 0 ? error : -ESRCH;
}

/* ENOENT and ESRCH: there is no /proc, or it is that of another pid namespace. */
static struct frontend unknown_frontend(int error)
{
	return (struct frontend){
		.error = error == -ENOENT || error == -ESRCH ? 0 : error};
}

/* Also true when its maps cannot be read. */
static bool has_libapt(pid_t pid)
{
	owns_buffer struct buffer maps = {0};
	static const char library[] = "/libapt-pkg.so";

	if (proc_read_file(pid, "maps", MAPS_MAX, &maps) < 0)
		return true;
	return memmem(maps.data, maps.size, library, strlen(library)) != NULL;
}

/*
 * When apt is killed, init or a subreaper adopts its children. libapt-pkg does not start
 * a new session for hooks, so a parent in another session must have adopted us.
 */
static bool is_stranger(pid_t pid)
{
	pid_t session = getsid(pid), ours = getsid(0);

	return session >= 0 && ours >= 0 && session != ours;
}

/* In a container, init may be in our session; it is our parent if apt was killed. */
static bool is_orphan(const struct proc *fork)
{
	return fork->parent == INIT && !has_libapt(INIT);
}

static struct frontend frontend_of(const struct proc *process)
{
	return (struct frontend){.pid = process->pid,
		.start_time = process->start_time,
		.is_gone = is_stranger(process->pid)};
}

struct frontend frontend_find(enum uh_hook_point hook_point)
{
	struct proc caller, parent;
	int error = find_caller(&caller);

	if (error < 0)
		return unknown_frontend(error);
	/* apt forks to call Pre-Invoke and Post-Invoke; that fork is the caller. */
	if (hook_point != UH_PRE_INSTALL_PKGS && caller.parent > 0) {
		error = proc_read(caller.parent, &parent);
		/* The parent may have exited since we read its pid. */
		if (error == -ENOENT || error == -ESRCH ||
			(error == 0 && is_orphan(&caller)))
			return (struct frontend){.is_gone = true};
		if (error < 0)
			return unknown_frontend(error);
		caller = parent;
	}
	return frontend_of(&caller);
}

/* In a container, dpkg may be the first process; or that has adopted us. */
static bool is_adopted_by(pid_t pid)
{
	owns_buffer struct buffer name = {0};

	return pid == INIT && proc_read_file(pid, "comm", NAME_MAX, &name) == 0 &&
	       !slice_has_prefix(buffer_slice(&name), slice_of("dpkg"));
}

struct frontend frontend_find_dpkg(void)
{
	struct proc caller;
	int error = find_caller(&caller);

	if (error < 0)
		return unknown_frontend(error);
	if (is_adopted_by(caller.pid))
		return (struct frontend){.is_gone = true};
	return frontend_of(&caller);
}

bool frontend_is_alive(const struct frontend *frontend)
{
	struct proc process;

	if (frontend->pid == 0)
		return true;
	if (kill(frontend->pid, 0) < 0 && errno == ESRCH)
		return false;
	if (proc_read(frontend->pid, &process) < 0)
		return true;
	return process.start_time == frontend->start_time && !process.has_ended;
}

void frontend_key(const struct frontend *frontend, char key[FRONTEND_KEY_SIZE])
{
	const char *end = key + FRONTEND_KEY_SIZE;
	char number[DECIMAL_SIZE];
	char *at;

	if (frontend->pid == 0) {
		at = text_append(key, end, UNKNOWN);
	} else {
		at = text_append(
			key, end, decimal(number, (unsigned long long)frontend->pid));
		at = text_append(at, end, "-");
		at = text_append(at, end, decimal(number, frontend->start_time));
	}
	if (frontend->session > 0) {
		at = text_append(at, end, "-");
		(void)text_append(at, end, decimal(number, frontend->session));
	}
}

bool frontend_parse_key(const char *key, struct frontend *ret_frontend)
{
	struct frontend frontend = {.pid = 0};
	struct slice rest = slice_of(key);
	struct slice first = slice_cut(&rest, '-');
	char again[FRONTEND_KEY_SIZE];
	unsigned long long number;

	if (!slice_equals(first, UNKNOWN)) {
		if (!slice_to_number(first, INT_MAX, &number) || number == 0 ||
			!slice_to_number(
				slice_cut(&rest, '-'), ULLONG_MAX, &frontend.start_time))
			return false;
		frontend.pid = (pid_t)number;
	}
	if (rest.size > 0) {
		if (!slice_to_number(rest, UINT_MAX, &number))
			return false;
		frontend.session = (unsigned)number;
	}
	/* Other spellings of the same numbers are not ours. */
	frontend_key(&frontend, again);
	if (strcmp(key, again) != 0)
		return false;
	*ret_frontend = frontend;
	return true;
}

bool uh_is_called_by_dpkg(void)
{
	return getenv("DPKG_HOOK_ACTION") != NULL;
}

bool uh_is_called_by_apt(enum uh_hook_point hook_point)
{
	struct proc caller;

	if (hook_point == UH_PRE_INSTALL_PKGS)
		return getenv("APT_HOOK_INFO_FD") != NULL;
	/* aptitude does not set it. */
	if (getenv("DPKG_FRONTEND_LOCKED") != NULL || find_caller(&caller) < 0)
		return true;
	return has_libapt(caller.pid);
}
