/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "holder.h"
#include "log_writer.h"
#include "model/session_list.h"
#include "output.h"
#include "ui/message.h"
#include "waiter.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOOK "/etc/apt/universal-hooks/Session-End/a"
#define owns_json __attribute__((cleanup(release_json)))

/* No process has this pid. */
static const struct frontend gone = {.pid = 4194301, .start_time = 1};

static void release_json(json_t **json)
{
	json_decref(*json);
}

/* The state of each session as a line, and whether it waits for us. */
static void assert_sessions(const char *expected)
{
	const struct admin admin = {.root = (char *)root()};
	owns_session_list struct session_list list;
	owns_buffer struct buffer text = {0};

	output_begin();
	ck_assert_int_eq(session_list_read(&list, &admin), -1);
	assert_output("", "");
	for (size_t i = 0; i < list.count; i++) {
		session_add_state(&text, &list.items[i]);
		buffer_append_format(
			&text, "%s\n", list.items[i].waits_for_us ? " (us)" : "");
	}
	assert_text(&text, expected);
}

static void assert_json_of_sessions(const char *expected)
{
	const struct admin admin = {.root = (char *)root()};
	owns_session_list struct session_list list;
	owns_json json_t *json = NULL;
	owns_memory char *text = NULL;

	ck_assert_int_eq(session_list_read(&list, &admin), -1);
	json = session_list_to_json(&list);
	text = json_dumps(json, JSON_COMPACT);
	ck_assert_str_eq(text, expected);
}

START_TEST(without_a_directory_there_is_no_session)
{
	assert_sessions("");
	ck_assert(!is_there(SESSIONS));
	assert_json_of_sessions("[]");
}
END_TEST

static void begin(struct state *session, const struct frontend *owner,
	enum session_end end, const struct frontend *frontend)
{
	ck_assert_int_eq(session_begin(session, owner, end, frontend), 0);
}

START_TEST(an_open_session_says_which_process_runs_dpkg)
{
	owns_state struct state session = open_sessions_of_test();
	struct frontend holder = start_holder("lock-frontend", NULL);
	owns_memory char *text = xformat("open; process %d runs dpkg\n", (int)holder.pid);

	begin(&session, &holder, SESSION_ENDS_WITH_LOCK, &holder);
	assert_sessions(text);
	session_close_run(&session);
	assert_sessions("open\n");
	end_holder(&holder);
	assert_sessions(
		"\003not closed\006, and nobody waits for its end; "
		"\"apt-universal-hooks wait\" or the next transaction closes it\n");
}
END_TEST

START_TEST(a_session_of_a_process_above_us_may_wait_for_us)
{
	owns_state struct state session = open_sessions_of_test();
	struct frontend self = this_process();
	owns_memory char *text =
		xformat("open; process %d runs dpkg (us)\n", (int)self.pid);

	begin(&session, &self, SESSION_ENDS_WITH_LOCK, &self);
	assert_sessions(text);
	session_close_run(&session);
	assert_sessions("open\n");
	session_forget(&session, root());
	begin(&session, &self, SESSION_ENDS_WITH_PROCESS, &self);
	session_close_run(&session);
	assert_sessions("open (us)\n");
}
END_TEST

static bool always(void *context)
{
	(void)context;
	return true;
}

/* A child that is the waiter of the session until the test ends. */
static pid_t start_waiter_of(const struct state *session)
{
	char byte = '\0';
	int ready[2];
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (waiter_enter(session) < 0 || write(ready[1], &byte, 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	(void)close(ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

START_TEST(a_session_that_is_closed_names_the_hook_that_runs)
{
	owns_state struct state session = open_sessions_of_test();
	struct frontend self = this_process();
	owns_memory char *closing = NULL;
	owns_memory char *running = NULL;
	owns_memory char *json = NULL;
	pid_t waiter;

	begin(&session, &gone, SESSION_ENDS_WITH_LOCK, &self);
	session_close_run(&session);
	waiter = start_waiter_of(&session);
	closing = xformat("Session-End hooks are running in process %d\n", (int)waiter);
	running = xformat("Session-End hooks are running in process %d; now " HOOK "\n",
		(int)waiter);
	json = xformat("[{\"session\":\"4194301-1-1\",\"state\":\"closing\","
		       "\"frontend\":null,\"waiter\":%d,\"unit\":null,\"hook\":\"" HOOK
		       "\"}]",
		(int)waiter);
	assert_sessions("open\n");
	ck_assert_int_eq(session_claim(&session, always, NULL), 0);
	assert_sessions(closing);
	ck_assert_int_eq(state_write(&session, LOG_RUNS,
				 slice_of("Session: 4194301-1-1\n Session-End " HOOK
					  " [always] started\n")),
		0);
	assert_sessions(running);
	assert_json_of_sessions(json);
	ck_assert_int_eq(
		state_append(&session, LOG_RUNS,
			slice_of(" Session-End " HOOK " [always] exit 0 1 ms\n")),
		0);
	assert_sessions(closing);
	ck_assert_int_eq(kill(waiter, SIGKILL), 0);
	ck_assert_int_eq(waitpid(waiter, NULL, 0), waiter);
	assert_sessions(
		"\003not closed\006, and nobody waits for its end; "
		"\"apt-universal-hooks wait\" or the next transaction closes it\n");
}
END_TEST

START_TEST(what_others_may_have_changed_is_not_read)
{
	const struct admin admin = {.root = (char *)root()};
	owns_session_list struct session_list list;
	owns_output struct output output;

	make_file(SESSIONS "1-2-3.session", 0600, "");
	set_mode(SESSIONS, 0777);
	output_begin();
	ck_assert_int_eq(session_list_read(&list, &admin), STATUS_TROUBLE);
	ck_assert_uint_eq(list.count, 0);
	output_end(&output);
	ck_assert_ptr_nonnull(strstr(output.err.data, "is writable by everyone"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {without_a_directory_there_is_no_session,
		an_open_session_says_which_process_runs_dpkg,
		a_session_of_a_process_above_us_may_wait_for_us,
		a_session_that_is_closed_names_the_hook_that_runs,
		what_others_may_have_changed_is_not_read};

	return run_tests("session_list", tests, COUNT_OF(tests));
}
