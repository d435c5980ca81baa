/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "holder.h"
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* No process has this pid. */
static const struct frontend gone = {.pid = 4194301, .start_time = 1};
static const struct frontend first = {.pid = 4194301, .start_time = 1, .session = 1};

static bool is_same(const struct frontend *a, const struct frontend *b)
{
	return a->pid == b->pid && a->start_time == b->start_time;
}

static void assert_owner(const struct frontend *frontend, const struct frontend *owner,
	enum session_end end)
{
	enum session_end found_end;
	struct frontend found = session_owner(frontend, &found_end);

	ck_assert(is_same(&found, owner));
	ck_assert_int_eq(found_end, end);
}

START_TEST(the_owner_holds_the_lock_above_the_frontend)
{
	struct frontend child;
	struct frontend holder = start_holder("lock-frontend", &child);

	assert_owner(&holder, &holder, SESSION_ENDS_WITH_LOCK);
	/* unattended-upgrade holds it, and forks a frontend for each step. */
	assert_owner(&child, &holder, SESSION_ENDS_WITH_LOCK);
	end_holder(&holder);
}
END_TEST

START_TEST(a_lock_that_somebody_else_holds_owns_nothing)
{
	struct frontend frontend = start_holder(NULL, NULL);
	struct frontend other, inner;

	assert_owner(&frontend, &frontend, SESSION_ENDS_WITH_PROCESS);
	other = start_holder("lock-frontend", NULL);
	inner = start_holder("lock", NULL);
	assert_owner(&frontend, &frontend, SESSION_ENDS_WITH_PROCESS);
	assert_owner(&inner, &inner, SESSION_ENDS_WITH_PROCESS);
	end_holder(&inner);
	end_holder(&other);
	end_holder(&frontend);
}
END_TEST

START_TEST(an_unknown_frontend_can_only_be_missed_by_its_lock)
{
	struct frontend holder = start_holder("lock-frontend", NULL);
	struct frontend unknown = {.pid = 0};

	assert_owner(&unknown, &unknown, SESSION_ENDS_WITH_LOCK);
	end_holder(&holder);
	assert_owner(&unknown, &unknown, SESSION_ENDS_WITH_LOCK);
}
END_TEST

static void assert_mark(const struct state *session, enum session_phase phase,
	enum session_end end, bool is_of_this_boot)
{
	struct session_mark mark = session_read_mark(session);

	ck_assert_int_eq(mark.phase, phase);
	ck_assert_int_eq(mark.end, end);
	ck_assert_int_eq(mark.is_of_this_boot, is_of_this_boot);
}

START_TEST(a_new_session_has_an_open_run_and_a_mark)
{
	owns_state struct state session = open_sessions_of_test();
	struct frontend self = this_process(), found;

	assert_mark(&session, SESSION_NONE, SESSION_ENDS_WITH_LOCK, false);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(
		session_begin(&session, &gone, SESSION_ENDS_WITH_LOCK, &self), 0);
	ck_assert_str_eq(session.key, "4194301-1-1");
	assert_mark(&session, SESSION_OPEN, SESSION_ENDS_WITH_LOCK, true);
	ck_assert(session_open_run(&session, &found));
	ck_assert(is_same(&found, &self));
	session_close_run(&session);
	ck_assert(!session_open_run(&session, &found));
	session_forget(&session, root());
	ck_assert_int_eq(rmdir(at(SESSIONS)), 0);
}
END_TEST

START_TEST(no_number_is_used_again_while_a_file_has_it)
{
	owns_state struct state session = open_sessions_of_test();
	struct frontend self = this_process();

	make_file(SESSIONS "4194301-1-7.started.a", 0600, "");
	make_file(SESSIONS "4194301-2-9.session", 0600, "");
	make_file(SESSIONS "4194301-1.transaction", 0600, "");
	ck_assert_int_eq(
		session_begin(&session, &gone, SESSION_ENDS_WITH_PROCESS, &self), 0);
	ck_assert_str_eq(session.key, "4194301-1-8");
	assert_mark(&session, SESSION_OPEN, SESSION_ENDS_WITH_PROCESS, true);
}
END_TEST

START_TEST(an_unknown_owner_has_sessions_as_well)
{
	owns_state struct state session = open_sessions_of_test();
	struct frontend unknown = {.pid = 0};

	ck_assert_int_eq(
		session_begin(&session, &unknown, SESSION_ENDS_WITH_LOCK, &unknown), 0);
	ck_assert_str_eq(session.key, "unknown-1");
	ck_assert_int_eq(session_join(&session, &unknown, &unknown), 0);
	ck_assert_str_eq(session.key, "unknown-1");
	ck_assert(session_find(&session, &unknown));
}
END_TEST

START_TEST(the_owners_last_session_is_joined_while_it_is_open)
{
	owns_state struct state session = open_sessions_of_test();
	struct frontend self = this_process(), found;

	ck_assert_int_eq(session_join(&session, &gone, &self), -ENOENT);
	ck_assert_int_eq(
		session_begin(&session, &gone, SESSION_ENDS_WITH_LOCK, &gone), 0);
	ck_assert_int_eq(
		session_begin(&session, &gone, SESSION_ENDS_WITH_LOCK, &gone), 0);
	ck_assert_int_eq(session_join(&session, &gone, &self), 0);
	ck_assert_str_eq(session.key, "4194301-1-2");
	ck_assert(session_open_run(&session, &found));
	ck_assert(is_same(&found, &self));
}
END_TEST

/* A session with this mark, or with none. */
static void assert_not_joined(const char *mark)
{
	owns_state struct state session = open_sessions_of_test();
	struct frontend self = this_process();

	make_file(SESSIONS "4194301-1-1.waiter", 0600, "");
	if (mark != NULL)
		make_file(SESSIONS "4194301-1-1.session", 0600, mark);
	ck_assert_int_eq(session_join(&session, &gone, &self), -ENOENT);
	ck_assert(!is_there(SESSIONS "4194301-1-1.open"));
}

START_TEST(no_other_session_is_joined)
{
	owns_buffer struct buffer boot = {0};
	owns_fd int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	owns_memory char *closing = NULL, *process = NULL;

	skip_unless(fd >= 0, "there is no " BOOT_ID);
	ck_assert_int_eq(buffer_read(&boot, fd, 100), 0);
	boot.data[boot.size - 1] = '\0';
	closing = string_format("%s lock\nclosing\n", boot.data);
	process = string_format("%s process\n", boot.data);
	assert_not_joined(NULL);
	assert_not_joined("");
	assert_not_joined(closing);
	assert_not_joined(process);
	assert_not_joined("00000000-0000-0000-0000-000000000000 lock\n");
}
END_TEST

START_TEST(a_dpkg_run_finds_its_session_by_its_frontend)
{
	owns_state struct state session = open_sessions_of_test();
	struct frontend self = this_process(), earlier = self, other = self;

	ck_assert(!session_find(&session, &self));
	earlier.start_time--;
	other.pid++;
	ck_assert_int_eq(
		session_begin(&session, &earlier, SESSION_ENDS_WITH_LOCK, &earlier), 0);
	ck_assert_int_eq(
		session_begin(&session, &gone, SESSION_ENDS_WITH_LOCK, &self), 0);
	make_file(SESSIONS "1-1-1.open", 0600, "no key");
	state_set_frontend(&session, &earlier);
	ck_assert(session_find(&session, &self));
	ck_assert_str_eq(session.key, "4194301-1-1");
	ck_assert(!session_find(&session, &other));
	/* An open run without a mark is none. */
	ck_assert_int_eq(remove(at(SESSIONS "4194301-1-1.session")), 0);
	ck_assert(!session_find(&session, &self));
}
END_TEST

START_TEST(what_is_no_key_is_no_process)
{
	static const char *const texts[] = {"", "1", "1-", "1-2-", "1-2\n", "-",
		"one-two", "1-2-3-4",
		"1-1111111111111111111111111111111111111111111111111111111111111111"};
	owns_state struct state session = open_sessions_of_test();
	struct frontend found;

	state_set_frontend(&session, &first);
	ck_assert(!session_read_key(&session, "open", &found));
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		ck_assert_int_eq(state_write(&session, "open", slice_of(texts[i])), 0);
		ck_assert_msg(!session_open_run(&session, &found), "%s", texts[i]);
	}
	ck_assert_int_eq(state_write(&session, "open", slice_of("12-34")), 0);
	ck_assert(session_open_run(&session, &found));
	ck_assert_int_eq(found.pid, 12);
}
END_TEST

START_TEST(runs_are_counted_without_a_gap)
{
	owns_state struct state session = open_sessions_of_test();

	state_set_frontend(&session, &first);
	ck_assert_uint_eq(session_count_runs(&session), 0);
	for (unsigned number = 1; number <= 12; number++) {
		ck_assert_int_eq(
			state_write(&session, session_run(number).text, slice_of("")), 0);
		ck_assert_uint_eq(session_count_runs(&session), number);
	}
	ck_assert(is_there(SESSIONS "4194301-1-1.run-12"));
	ck_assert_str_eq(session_outcome(4294967295U).text, "outcome-4294967295");
	ck_assert_int_eq(state_remove(&session, "run-3"), 0);
	ck_assert_uint_eq(session_count_runs(&session), 2);
}
END_TEST

START_TEST(a_run_without_a_mark_is_beginning_while_its_frontend_lives)
{
	owns_state struct state session = open_sessions_of_test();
	struct frontend self = this_process();

	ck_assert(!session_is_beginning(&session));
	ck_assert_int_eq(
		session_begin(&session, &gone, SESSION_ENDS_WITH_LOCK, &self), 0);
	ck_assert(!session_is_beginning(&session));
	ck_assert_int_eq(state_remove(&session, session.kind->mark), 0);
	ck_assert(session_is_beginning(&session));
	make_file(SESSIONS "4194301-1-1.open", 0600, "4194301-1");
	ck_assert(!session_is_beginning(&session));
	make_file(SESSIONS "4194301-1-1.open", 0600, "no key");
	ck_assert(!session_is_beginning(&session));
}
END_TEST

static int asked;
static bool answer(void *context)
{
	asked++;
	return *(const bool *)context;
}

START_TEST(a_session_is_claimed_when_it_is_over)
{
	owns_state struct state session = open_sessions_of_test();
	bool is_over = false;

	state_set_frontend(&session, &first);
	ck_assert_int_eq(session_claim(&session, answer, &is_over), -ENOENT);
	ck_assert_int_eq(asked, 0);
	ck_assert_int_eq(
		session_begin(&session, &gone, SESSION_ENDS_WITH_PROCESS, &gone), 0);
	ck_assert_int_eq(session_claim(&session, answer, &is_over), -EAGAIN);
	assert_mark(&session, SESSION_OPEN, SESSION_ENDS_WITH_PROCESS, true);
	is_over = true;
	ck_assert_int_eq(session_claim(&session, answer, &is_over), 0);
	assert_mark(&session, SESSION_CLOSING, SESSION_ENDS_WITH_PROCESS, true);
	ck_assert_int_eq(asked, 2);
	/* Who had claimed it was killed. */
	is_over = false;
	ck_assert_int_eq(session_claim(&session, answer, &is_over), 0);
	ck_assert_int_eq(asked, 2);
}
END_TEST

START_TEST(one_process_at_a_time_has_the_directory)
{
	owns_state struct state session = open_sessions_of_test();
	owns_fd int lock = session_lock_directory(&session, false);
	int other;

	ck_assert_int_ge(lock, 0);
	ck_assert_int_eq(session_lock_directory(&session, false), -EWOULDBLOCK);
	cleanup_close(&lock);
	other = session_lock_directory(&session, true);
	ck_assert_int_ge(other, 0);
	(void)close(other);
}
END_TEST

static struct state begun(enum session_end end)
{
	struct state session = open_sessions_of_test();

	ck_assert_int_eq(session_begin(&session, &gone, end, &gone), 0);
	return session;
}

static void claim(const struct state *session)
{
	bool is_over = true;

	ck_assert_int_eq(session_claim(session, answer, &is_over), 0);
}

START_TEST(below_whoever_closes_a_session_there_is_no_other)
{
	owns_state struct state session = begun(SESSION_ENDS_WITH_LOCK);
	struct frontend other = start_holder(NULL, NULL), self = this_process();
	const struct frontend *const waiters[] = {&other, &gone, &self};
	char key[FRONTEND_KEY_SIZE];
	owns_fd int lock = -1;

	ck_assert(!session_is_nested(&session));
	for (size_t i = 0; i < COUNT_OF(waiters); i++) {
		frontend_key(waiters[i], key);
		ck_assert_int_eq(state_write(&session, SESSION_WAITER, slice_of(key)), 0);
		ck_assert(!session_is_nested(&session));
	}
	claim(&session);
	/* A waiter is who has the lock, not who had it once. */
	ck_assert(!session_is_nested(&session));
	lock = state_lock(&session, SESSION_WAITER, false);
	ck_assert_int_ge(lock, 0);
	for (size_t i = 0; i < COUNT_OF(waiters); i++) {
		frontend_key(waiters[i], key);
		ck_assert_int_eq(state_write(&session, SESSION_WAITER, slice_of(key)), 0);
		ck_assert_int_eq(session_is_nested(&session), waiters[i] == &self);
	}
	/* The pid of an earlier process. */
	self.start_time--;
	frontend_key(&self, key);
	ck_assert_int_eq(state_write(&session, SESSION_WAITER, slice_of(key)), 0);
	ck_assert(!session_is_nested(&session));
	ck_assert_int_eq(state_write(&session, SESSION_WAITER, slice_of("unknown")), 0);
	ck_assert(!session_is_nested(&session));
	end_holder(&other);
}
END_TEST

START_TEST(the_environment_tells_that_a_session_is_closed)
{
	static const char *const others[] = {"", "4194301-1-2", "none", "4194301-1"};
	owns_state struct state session = begun(SESSION_ENDS_WITH_LOCK);

	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS_SESSION", session.key, 1), 0);
	/* Anybody can set it. */
	ck_assert(!session_is_nested(&session));
	claim(&session);
	ck_assert(session_is_nested(&session));
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS_SESSION", others[i], 1), 0);
		ck_assert_msg(!session_is_nested(&session), "%s", others[i]);
	}
}
END_TEST

START_TEST(only_files_of_the_session_are_forgotten)
{
	owns_state struct state session = begun(SESSION_ENDS_WITH_LOCK);

	make_file(SESSIONS "4194301-1-1.run-1", 0600, "");
	make_file(SESSIONS "4194301-1-1.started.a", 0600, "");
	make_file(SESSIONS "4194301-1-10.session", 0600, "");
	make_file(SESSIONS "4194301-1.session", 0600, "");
	session_forget(&session, root());
	ck_assert_uint_eq(state_last_session(&session, &gone), 10);
	ck_assert(!is_there(SESSIONS "4194301-1-1.run-1"));
	ck_assert(!is_there(SESSIONS "4194301-1-1.started.a"));
	ck_assert(!is_there(SESSIONS "4194301-1-1.session"));
	ck_assert(!is_there(SESSIONS "4194301-1-1.open"));
	ck_assert(is_there(SESSIONS "4194301-1-10.session"));
	ck_assert(is_there(SESSIONS "4194301-1.session"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_owner_holds_the_lock_above_the_frontend,
		a_lock_that_somebody_else_holds_owns_nothing,
		an_unknown_frontend_can_only_be_missed_by_its_lock,
		a_new_session_has_an_open_run_and_a_mark,
		no_number_is_used_again_while_a_file_has_it,
		an_unknown_owner_has_sessions_as_well,
		the_owners_last_session_is_joined_while_it_is_open,
		no_other_session_is_joined, a_dpkg_run_finds_its_session_by_its_frontend,
		what_is_no_key_is_no_process,
		a_run_without_a_mark_is_beginning_while_its_frontend_lives,
		runs_are_counted_without_a_gap, a_session_is_claimed_when_it_is_over,
		one_process_at_a_time_has_the_directory,
		below_whoever_closes_a_session_there_is_no_other,
		the_environment_tells_that_a_session_is_closed,
		only_files_of_the_session_are_forgotten};

	return run_tests("session", tests, COUNT_OF(tests));
}
