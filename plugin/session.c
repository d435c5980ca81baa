/* SPDX-License-Identifier: BSD-2-Clause */
#include "session.h"
#include "copies.h"
#include "dpkg.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define OPEN "open"
#define RUN "run-"
#define OUTCOME "outcome-"

/* Lines and words of the mark. */
#define LOCK "lock"
#define PROCESS "process"
#define CLOSING "closing\n"
#define MARK_MAX 256

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static const char *mark_of(const struct state *session)
{
	return session->kind->mark;
}

struct frontend session_owner(const struct frontend *frontend, enum session_end *ret_end)
{
	owns_memory char *path = dpkg_path("lock-frontend");
	pid_t holder = path != NULL ? dpkg_lock_holder(path) : 0;
	struct proc process;

	*ret_end = SESSION_ENDS_WITH_PROCESS;
	/* A process of which nothing is known can only be missed by its lock. */
	if (frontend->pid == 0)
		*ret_end = SESSION_ENDS_WITH_LOCK;
	if (frontend->pid == 0 || holder <= 0 || !proc_is_within(frontend->pid, holder) ||
		proc_read(holder, &process) < 0)
		return *frontend;
	*ret_end = SESSION_ENDS_WITH_LOCK;
	return (struct frontend){.pid = holder, .start_time = process.start_time};
}

/* Without /proc, all boots are the same. */
static void read_boot_id(struct buffer *id)
{
	owns_fd int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || buffer_read(id, fd, MARK_MAX) < 0)
		buffer_done(id);
	while (id->size > 0 && id->data[id->size - 1] == '\n')
		id->size--;
	if (id->size == 0)
		buffer_append_string(id, "unknown");
}

struct session_mark session_read_mark(const struct state *session)
{
	struct session_mark mark = {.phase = SESSION_NONE};
	owns_buffer struct buffer text = {0};
	owns_buffer struct buffer boot = {0};
	int error = state_read(session, mark_of(session), MARK_MAX, &text);
	struct slice rest = buffer_slice(&text), first;

	if (error < 0) {
		errno = -error;
		return mark;
	}
	read_boot_id(&boot);
	first = slice_cut(&rest, '\n');
	mark.is_of_this_boot =
		slice_compare(slice_cut(&first, ' '), buffer_slice(&boot)) == 0;
	mark.end = slice_equals(first, PROCESS) ? SESSION_ENDS_WITH_PROCESS
						: SESSION_ENDS_WITH_LOCK;
	mark.phase = rest.size > 0 ? SESSION_CLOSING : SESSION_OPEN;
	return mark;
}

static int open_run(const struct state *session, const struct frontend *frontend)
{
	char key[FRONTEND_KEY_SIZE];

	frontend_key(frontend, key);
	(void)state_remove(session, SESSION_NOTED); /* of a run that was killed */
	return state_replace(session, OPEN, slice_of(key));
}

/* Nobody must see the mark before its first line is complete. */
static int make_mark_of(const struct state *session, enum session_end end)
{
	owns_buffer struct buffer text = {0};

	read_boot_id(&text);
	buffer_append_string(
		&text, end == SESSION_ENDS_WITH_LOCK ? " " LOCK "\n" : " " PROCESS "\n");
	return text.error < 0
		       ? text.error
		       : state_create(session, mark_of(session), buffer_slice(&text));
}

int session_begin(struct state *session, const struct frontend *owner,
	enum session_end end, const struct frontend *frontend)
{
	struct frontend numbered = *owner;
	int error;

	numbered.session = state_last_session(session, owner) + 1;
	state_set_frontend(session, &numbered);
	/* The run first: a session without one may be over. */
	error = open_run(session, frontend);
	if (error == 0)
		error = make_mark_of(session, end);
	if (error < 0 && error != -EEXIST)
		state_forget(session);
	return error;
}

int session_join(struct state *session, const struct frontend *owner,
	const struct frontend *frontend)
{
	struct frontend numbered = *owner;
	owns_fd int lock = -1;
	struct session_mark mark;

	numbered.session = state_last_session(session, owner);
	if (numbered.session == 0)
		return -ENOENT;
	state_set_frontend(session, &numbered);
	lock = state_lock(session, mark_of(session), true);
	if (lock < 0)
		return lock;
	mark = session_read_mark(session);
	if (mark.phase != SESSION_OPEN || mark.end != SESSION_ENDS_WITH_LOCK ||
		!mark.is_of_this_boot)
		return -ENOENT;
	return open_run(session, frontend);
}

bool session_read_key(
	const struct state *session, const char *suffix, struct frontend *ret_process)
{
	owns_buffer struct buffer key = {0};

	if (state_read(session, suffix, FRONTEND_KEY_SIZE, &key) < 0)
		return false;
	buffer_append(&key, (struct slice){"", 1});
	return key.error == 0 && frontend_parse_key(key.data, ret_process);
}

bool session_open_run(const struct state *session, struct frontend *ret_frontend)
{
	return session_read_key(session, OPEN, ret_frontend);
}

bool session_find(struct state *session, const struct frontend *frontend)
{
	struct frontend owner, runs;

	for (size_t i = 0; state_find(session, OPEN, i, &owner); i++) {
		state_set_frontend(session, &owner);
		if (session_open_run(session, &runs) && runs.pid == frontend->pid &&
			runs.start_time == frontend->start_time &&
			state_has(session, mark_of(session)))
			return true;
	}
	return false;
}

void session_close_run(const struct state *session)
{
	(void)state_remove(session, OPEN); /* its frontend ends sooner or later */
}

int session_lock_run(const struct state *session, bool wait)
{
	return state_lock(session, OPEN, wait);
}

static struct session_suffix numbered_suffix(const char *word, unsigned number)
{
	struct session_suffix suffix = {.text = ""};
	const char *end = suffix.text + sizeof(suffix.text);
	char digits[DECIMAL_SIZE];

	(void)text_append(
		text_append(suffix.text, end, word), end, decimal(digits, number));
	return suffix;
}

struct session_suffix session_run(unsigned number)
{
	return numbered_suffix(RUN, number);
}

struct session_suffix session_outcome(unsigned number)
{
	return numbered_suffix(OUTCOME, number);
}

unsigned session_count_runs(const struct state *session)
{
	unsigned count = 0;

	while (state_has(session, session_run(count + 1).text))
		count++;
	return count;
}

int session_lock_directory(const struct state *session, bool wait)
{
	owns_fd int fd = openat(session->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) < 0)
		if (errno != EINTR)
			return -errno;
	return steal_fd(&fd);
}

int session_claim(
	const struct state *session, bool (*is_over)(void *context), void *context)
{
	owns_fd int lock = state_lock(session, mark_of(session), true);
	struct session_mark mark;

	if (lock < 0)
		return lock;
	mark = session_read_mark(session);
	if (mark.phase == SESSION_NONE)
		return -errno;
	/* Somebody has claimed it and was killed. */
	if (mark.phase == SESSION_CLOSING)
		return 0;
	if (!is_over(context))
		return -EAGAIN;
	return state_append(session, mark_of(session), slice_of(CLOSING));
}

static bool is_closing(const struct state *sessions, const struct frontend *owner)
{
	struct state session = state_of(sessions, owner);

	return session_read_mark(&session).phase == SESSION_CLOSING;
}

bool session_find_waiter(const struct state *session, struct frontend *ret_waiter)
{
	return state_is_locked(session, SESSION_WAITER) &&
	       session_read_key(session, SESSION_WAITER, ret_waiter);
}

static bool is_below_closer(const struct state *session)
{
	struct frontend waiter;

	return session_find_waiter(session, &waiter) && waiter.pid != 0 &&
	       frontend_is_alive(&waiter) && proc_is_within(getpid(), waiter.pid);
}

bool session_is_nested(const struct state *sessions)
{
	const char *key = getenv("APT_UNIVERSAL_HOOKS_SESSION");
	struct frontend owner;

	if (key != NULL && frontend_parse_key(key, &owner) &&
		is_closing(sessions, &owner))
		return true;
	for (size_t i = 0; state_find(sessions, mark_of(sessions), i, &owner); i++) {
		struct state session = state_of(sessions, &owner);

		if (is_closing(sessions, &owner) && is_below_closer(&session))
			return true;
	}
	return false;
}

bool session_is_beginning(const struct state *sessions)
{
	struct frontend owner, frontend;

	for (size_t i = 0; state_find(sessions, OPEN, i, &owner); i++) {
		struct state session = state_of(sessions, &owner);

		if (state_lacks(&session, mark_of(&session)) &&
			session_open_run(&session, &frontend) &&
			frontend_is_alive(&frontend))
			return true;
	}
	return false;
}

void session_forget(const struct state *session, const char *root)
{
	/* Until the last file is gone, no other session gets this number. */
	if (!state_has(session, SESSION_WAITER))
		(void)state_write(session, SESSION_WAITER, slice_of(""));
	(void)state_remove(session, mark_of(session)); /* the sweep tries again */
	copies_forget(session, root);
	state_forget_all_but(session, SESSION_WAITER);
	(void)state_remove(session, SESSION_WAITER);
}
