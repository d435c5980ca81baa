/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole sessions, with processes of this test as frontends and no systemd. */
#include "fixture.h"
#include "holder.h"
#include "proc.h"
#include "record.h"
#include "session_end.h"
#include "session_steps.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCOPE "Universal-Hooks::"
#define ALWAYS SCOPE "Scripts::Session-End/always::When=always\n"

/* Like make_recorder(), for a clean environment without LOG. */
static void make_late_recorder(const char *path, const char *text)
{
	owns_memory char *commands =
		string_format("printf '%%s %%s\\n' '%s' \"%s\" >>'%s'",
			strstr(path, "hooks/") + strlen("hooks/"), text, at("/log"));

	make_script(path, commands);
}

static void make_recorders(void)
{
	make_recorder(ETC "Session-Start/a", "");
	make_late_recorder(ETC "Session-End/a",
		"$APT_UNIVERSAL_HOOKS_RESULT $APT_UNIVERSAL_HOOKS_RUNS");
	make_late_recorder(ETC "pkgs/foo/Session-End/a",
		"$APT_UNIVERSAL_HOOKS_OPERATION $APT_UNIVERSAL_HOOKS_OUTCOME");
	configure_apt("");
	set_database("half-configured");
}

static const char begun[] = "Session-Start/a \n";
static const char ended[] = "pkgs/foo/Session-End/a upgrade done\nSession-End/a ok 1\n";

/* dpkg's run with hooks before and after it; returns what apt returns. */
static int run_dpkg(const char *settings, const char *status)
{
	int stop = call_hook_point(UH_PRE_INVOKE, NULL);

	if (stop == 0)
		stop = call_pre_install_pkgs(settings);
	if (stop != 0)
		return stop;
	set_database(status);
	return call_hook_point(UH_POST_INVOKE, NULL);
}

/* A frontend that holds the lock (or not), and then does this. */
static int be_frontend(bool has_lock, int (*act)(void))
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int status;
	pid_t pid;

	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	if (pid == 0) {
		int fd = open(at(ADMIN_DIR "lock-frontend"), O_RDWR | O_CREAT | O_CLOEXEC,
			0640);

		ck_assert_int_ge(fd, 0);
		if (has_lock)
			ck_assert_int_eq(fcntl(fd, F_SETLK, &lock), 0);
		exit(act());
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Whoever closes a session has locked the directory until it is gone. */
static void assert_no_session(const struct state *state)
{
	int lock = session_lock_directory(state, true);

	ck_assert_int_ge(lock, 0);
	(void)close(lock);
	ck_assert(rmdir(at(SESSIONS)) == 0 || errno == ENOENT);
}

/* Waits until all sessions are closed; closes those for which nobody waits. */
static void close_all(void)
{
	owns_state struct state state = open_sessions_of_test();
	owns_buffer struct buffer events = {0};
	struct frontend owner;

	while (state_find(&state, state.kind->mark, 0, &owner)) {
		state_set_frontend(&state, &owner);
		ck_assert(
			session_close_when_over(root(), state.key, write_event, &events));
	}
	assert_no_session(&state);
}

static int succeed(void)
{
	return run_dpkg("", "installed");
}

START_TEST(hooks_run_once_before_and_once_after_a_session)
{
	make_recorders();
	make_recorder(ETC "Pre-Invoke/a", "");
	make_recorder(ETC "Post-Invoke/a", "");
	ck_assert_int_eq(be_frontend(true, succeed), 0);
	close_all();
	assert_taken_file("/log", "Session-Start/a \nPre-Invoke/a \nPost-Invoke/a \n"
				  "pkgs/foo/Session-End/a upgrade done\n"
				  "Session-End/a ok 1\n");
	assert_taken_file("/events", "SCRIPT_ENDED " ETC "Session-Start/a exited 0\n"
				     "SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n"
				     "SCRIPT_ENDED " ETC "Post-Invoke/a exited 0\n");
	assert_stanzas("Result: ok\n"
		       " Session-Start " ETC "Session-Start/a [always] exit 0\n"
		       " Pre-Invoke " ETC "Pre-Invoke/a [always] exit 0\n"
		       " Post-Invoke " ETC "Post-Invoke/a [always] exit 0\n"
		       "Result: ok\n"
		       " Session-End " ETC "pkgs/foo/Session-End/a [foo] exit 0\n"
		       " Session-End " ETC "Session-End/a [always] exit 0\n");
}
END_TEST

static int fail_and_repair(void)
{
	int status = run_dpkg("", "half-configured");

	return status == 0 ? run_dpkg("", "installed") : status;
}

START_TEST(dpkg_runs_while_the_lock_is_held_are_one_session)
{
	make_recorders();
	ck_assert_int_eq(be_frontend(true, fail_and_repair), 0);
	close_all();
	assert_taken_file("/log", "Session-Start/a \n"
				  "pkgs/foo/Session-End/a upgrade done\n"
				  "Session-End/a ok 2\n");
}
END_TEST

START_TEST(without_the_lock_each_dpkg_run_is_a_session)
{
	static const char failed[] =
		"pkgs/foo/Session-End/a upgrade failed\nSession-End/a failed 1\n";
	owns_buffer struct buffer log = {0};

	make_recorders();
	ck_assert_int_eq(be_frontend(false, fail_and_repair), 0);
	close_all();
	read_file("/log", &log);
	/* Both are over when the process ends, so their hooks have no order. */
	ck_assert_int_eq(
		strncmp(log.data, "Session-Start/a \nSession-Start/a \n", 34), 0);
	ck_assert_ptr_nonnull(strstr(log.data, ended));
	ck_assert_ptr_nonnull(strstr(log.data, failed));
	ck_assert_uint_eq(log.size, 34 + strlen(ended) + strlen(failed));
}
END_TEST

static int stop_twice(void)
{
	int first = call_hook_point(UH_PRE_INVOKE, NULL);
	int second = call_hook_point(UH_PRE_INVOKE, NULL);

	return first == STOP && second == STOP ? 0 : 1;
}

START_TEST(a_veto_at_the_start_stops_all_of_the_session)
{
	make_recorders();
	make_late_recorder(ETC "Session-End/always", "$APT_UNIVERSAL_HOOKS_RESULT");
	make_recorder(ETC "Pre-Invoke/a", "");
	make_script(ETC "Session-Start/b", "exit 3");
	configure_apt(SCOPE "Scripts::Session-Start/b::On-Failure \"abort\";\n" SCOPE
			    "Scripts::Session-End/always::When \"always\";\n");
	ck_assert_int_eq(be_frontend(true, stop_twice), 0);
	close_all();
	assert_taken_file("/log", "Session-Start/a \nSession-End/always aborted\n");
	assert_taken_file("/events",
		"SCRIPT_ENDED " ETC "Session-Start/a exited 0\n"
		"SCRIPT_ENDED " ETC "Session-Start/b exited 3\n"
		"VETO " ETC "Session-Start/b SCRIPT_ENDED Session-Start/b\n"
		"SESSION_STOPPED " ETC "Session-Start/b\n");
}
END_TEST

static int veto_of_foo(void)
{
	return run_dpkg(ALWAYS SCOPE "Scripts::Pre-Install-Pkgs/no::On-Failure=abort\n",
		       "installed") == STOP
		       ? 0
		       : 1;
}

START_TEST(a_dpkg_run_that_a_hook_stops_is_aborted)
{
	make_recorders();
	make_late_recorder(ETC "Session-End/always", "$APT_UNIVERSAL_HOOKS_RESULT");
	make_script(ETC "Pre-Install-Pkgs/no", "exit 3");
	ck_assert_int_eq(be_frontend(true, veto_of_foo), 0);
	close_all();
	assert_taken_file("/log", "Session-Start/a \nSession-End/always aborted\n");
}
END_TEST

static int end_before_dpkg(void)
{
	return call_hook_point(UH_PRE_INVOKE, NULL) | call_pre_install_pkgs(ALWAYS);
}

START_TEST(a_frontend_that_ends_before_dpkg_has_aborted_its_session)
{
	make_recorders();
	make_late_recorder(ETC "Session-End/always", "$APT_UNIVERSAL_HOOKS_RESULT");
	ck_assert_int_eq(be_frontend(true, end_before_dpkg), 0);
	close_all();
	assert_taken_file("/log", "Session-Start/a \nSession-End/always aborted\n");
}
END_TEST

static int end_after_dpkg(void)
{
	int status = call_hook_point(UH_PRE_INVOKE, NULL) | call_pre_install_pkgs("");

	set_database("installed");
	return status;
}

START_TEST(a_frontend_that_ends_after_dpkg_leaves_a_session_to_close)
{
	make_recorders();
	ck_assert_int_eq(be_frontend(true, end_after_dpkg), 0);
	close_all();
	assert_taken_file("/log",
		"Session-Start/a \npkgs/foo/Session-End/a upgrade done\n"
		"Session-End/a ok 1\n");
}
END_TEST

static int install_hook(void)
{
	int status = call_hook_point(UH_PRE_INVOKE, NULL) | call_pre_install_pkgs("");

	make_recorders();
	set_database("installed");
	return status | call_hook_point(UH_POST_INVOKE, NULL);
}

static int install_successor(void)
{
	int status = call_hook_point(UH_PRE_INVOKE, NULL) | call_pre_install_pkgs("");

	make_late_recorder(ETC "Session-End/success", "$APT_UNIVERSAL_HOOKS_SUCCESS");
	set_database("installed");
	return status | call_hook_point(UH_POST_INVOKE, NULL);
}

START_TEST(the_dpkg_run_that_installs_the_first_hook_is_a_session)
{
	configure_apt("");
	set_database("half-configured");
	ck_assert_int_eq(be_frontend(true, install_hook), 0);
	close_all();
	assert_taken_file("/log", ended);
}
END_TEST

static int remove_hooks(void)
{
	int status = call_hook_point(UH_PRE_INVOKE, NULL) | call_pre_install_pkgs("");

	ck_assert_int_eq(remove(at(ETC "Session-End/a")), 0);
	ck_assert_int_eq(remove(at(ETC "pkgs/foo/Session-End/a")), 0);
	set_database("installed");
	return status | call_hook_point(UH_POST_INVOKE, NULL);
}

START_TEST(hooks_that_dpkg_deletes_run_all_the_same)
{
	make_recorders();
	ck_assert_int_eq(be_frontend(true, remove_hooks), 0);
	close_all();
	assert_taken_file("/log",
		"Session-Start/a \npkgs/foo/Session-End/a upgrade done\n"
		"Session-End/a ok 1\n");
}
END_TEST

START_TEST(without_hooks_of_sessions_there_is_no_session)
{
	configure_apt("");
	set_database("half-configured");
	make_recorder(ETC "Pre-Invoke/a", "");
	ck_assert_int_eq(be_frontend(true, succeed), 0);
	ck_assert(!is_there(SESSIONS));
	assert_taken_file("/log", "Pre-Invoke/a \n");
}
END_TEST

/* What a session leaves whose processes were all killed; no process has this pid. */
static void leave_session(const char *boot, const char *started, bool has_record)
{
	static const struct frontend owner = {.pid = 4194301, .start_time = 1};
	owns_state struct state session = open_sessions_of_test();
	owns_transaction struct transaction transaction;
	owns_memory char *stream = make_stream("");
	struct stream_faults faults;

	ck_assert_int_eq(stream_parse(&transaction, slice_of(stream), &faults), 0);
	ck_assert_int_eq(
		session_begin(&session, &owner, SESSION_ENDS_WITH_LOCK, &owner), 0);
	if (boot != NULL)
		ck_assert_int_eq(
			state_write(&session, session.kind->mark, slice_of(boot)), 0);
	if (started != NULL)
		make_file(started, 0600, "");
	if (has_record)
		ck_assert_int_eq(record_save_as(&session, "run-1", &transaction), 0);
	else
		ck_assert_int_eq(state_write(&session, "run-1", slice_of("what\n")), 0);
	ck_assert_int_eq(state_write(&session, "outcome-1", slice_of("ok\n")), 0);
}

START_TEST(the_next_session_closes_those_that_nobody_has_closed)
{
	make_recorders();
	leave_session(NULL, NULL, true);
	leave_session("00000000-0000-0000-0000-000000000000 lock\n", NULL, true);
	ck_assert_int_eq(be_frontend(true, succeed), 0);
	close_all();
	/* Whether here or in waiters: two of them have no order. */
	{
		owns_buffer struct buffer log = {0};
		const char *rest;
		int count = 0;

		read_file("/log", &log);
		for (rest = log.data; (rest = strstr(rest, ended)) != NULL; rest++)
			count++;
		ck_assert_int_eq(count, 3);
		rest = strstr(log.data, begun);
		ck_assert_ptr_nonnull(rest);
		ck_assert_ptr_null(strstr(rest + 1, begun));
	}
}
END_TEST

/* The events of closing the only session that is left. */
static void assert_closes(const char *expected_log, const char *expected_events)
{
	owns_state struct state state = open_sessions_of_test();
	owns_buffer struct buffer events = {0};
	struct frontend owner;

	ck_assert(state_find(&state, state.kind->mark, 0, &owner));
	state_set_frontend(&state, &owner);
	ck_assert(session_close_when_over(root(), state.key, write_event, &events));
	assert_text(&events, expected_events);
	assert_taken_file("/log", expected_log);
	assert_no_session(&state);
}

START_TEST(a_hook_that_was_started_does_not_start_again)
{
	owns_state struct state session = open_sessions_of_test();
	owns_memory char *started = NULL;

	make_recorders();
	state_set_frontend(&session, &(struct frontend){4194301, 1, 1, 0, false});
	started = record_started_path(&session, "Session-End/a");
	leave_session(NULL, started + strlen(root()), true);
	assert_closes("pkgs/foo/Session-End/a upgrade done\n",
		"SCRIPT_ENDED " ETC "pkgs/foo/Session-End/a exited 0\n");
}
END_TEST

START_TEST(a_run_that_cannot_be_read_is_reported)
{
	make_recorders();
	leave_session(NULL, NULL, false);
	assert_closes("Session-End/a  1\n",
		"RECORD_OF_OTHER_VERSION\n"
		"SCRIPT_ENDED " ETC "Session-End/a exited 0\n");
}
END_TEST

static bool is_dpkg_mute;

int __real_dpkg_is_less(const char *version, const char *other);
int __wrap_dpkg_is_less(const char *version, const char *other);
int __wrap_dpkg_is_less(const char *version, const char *other)
{
	return is_dpkg_mute ? -EIO : __real_dpkg_is_less(version, other);
}

static void save_run(const struct state *session, const char *name, const char *line)
{
	owns_memory char *stream = string_format(
		"VERSION 3\nDir::State::status=%s\n\n%s", at(TEST_DATABASE), line);
	owns_transaction struct transaction transaction;
	struct stream_faults faults;

	ck_assert_int_eq(stream_parse(&transaction, slice_of(stream), &faults), 0);
	ck_assert_int_eq(record_save_as(session, name, &transaction), 0);
}

START_TEST(an_operation_that_dpkg_was_asked_about_in_vain_is_reported)
{
	owns_state struct state session = open_sessions_of_test();

	make_recorders();
	leave_session(NULL, NULL, true);
	state_set_frontend(&session, &(struct frontend){4194301, 1, 1, 0, false});
	save_run(&session, "run-1", "foo 3 amd64 none > 1 amd64 none /foo.deb\n");
	save_run(&session, "run-2", "foo 1 amd64 none < 2 amd64 none /foo.deb\n");
	ck_assert_int_eq(state_write(&session, "outcome-2", slice_of("ok\n")), 0);
	is_dpkg_mute = true;
	/* That of the last run, which is known. */
	assert_closes("pkgs/foo/Session-End/a upgrade done\nSession-End/a ok 2\n",
		"DATABASE_UNREADABLE (Input/output error)\n"
		"SCRIPT_ENDED " ETC "pkgs/foo/Session-End/a exited 0\n"
		"SCRIPT_ENDED " ETC "Session-End/a exited 0\n");
}
END_TEST

START_TEST(what_is_no_session_is_not_closed)
{
	static const char *const keys[] = {"", "..", "x", "4194301-1-1-1"};
	owns_buffer struct buffer events = {0};

	make_recorders();
	make_directory("/var/lib");
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		ck_assert(
			!session_close_when_over(root(), keys[i], write_event, &events));
	ck_assert(session_close_when_over(root(), "4194301-1-1", write_event, &events));
	assert_text(&events, "");
	assert_taken_file("/log", "");
}
END_TEST

START_TEST(a_directory_that_others_can_write_is_reported)
{
	make_recorders();
	make_directory("/var/lib/apt-universal-hooks/sessions");
	set_mode("/var/lib/apt-universal-hooks/sessions", 0777);
	ck_assert_int_eq(be_frontend(true, fail_and_repair), 0);
	/* Before each dpkg run, since it cannot be known whether it is the first. */
	assert_taken_file("/log", "Session-Start/a \nSession-Start/a \n");
	ck_assert_int_eq(rmdir(at(SESSIONS)), 0);
}
END_TEST

static int nested(void)
{
	owns_state struct state session = open_sessions_of_test();

	state_set_frontend(&session, &(struct frontend){4194301, 1, 1, 0, false});
	ck_assert_int_eq(
		state_append(&session, session.kind->mark, slice_of("closing\n")), 0);
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS_SESSION", session.key, 1), 0);
	return succeed();
}

START_TEST(a_frontend_that_a_hook_calls_has_no_session)
{
	make_recorders();
	make_recorder(ETC "Pre-Invoke/a", "");
	leave_session(NULL, NULL, true);
	ck_assert_int_eq(be_frontend(true, nested), 0);
	assert_taken_file("/log", "Pre-Invoke/a \n");
	assert_closes(ended, "SCRIPT_ENDED " ETC "pkgs/foo/Session-End/a exited 0\n"
			     "SCRIPT_ENDED " ETC "Session-End/a exited 0\n");
}
END_TEST

static int switched_off_after_dpkg(void)
{
	int status = call_hook_point(UH_PRE_INVOKE, NULL) | call_pre_install_pkgs("");

	set_database("installed");
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS", "off", 1), 0);
	status |= call_hook_point(UH_POST_INVOKE, NULL);
	ck_assert_int_eq(unsetenv("APT_UNIVERSAL_HOOKS"), 0);
	return status;
}

START_TEST(a_session_in_which_hooks_are_switched_off_is_closed)
{
	make_recorders();
	ck_assert_int_eq(be_frontend(true, switched_off_after_dpkg), 0);
	close_all();
	assert_taken_file("/log",
		"Session-Start/a \npkgs/foo/Session-End/a upgrade done\n"
		"Session-End/a ok 1\n");
}
END_TEST

START_TEST(a_hook_at_the_end_has_the_environment_of_a_service)
{
	owns_memory char *commands =
		string_format("env | sed 's/=.*//' | sort |"
			      " grep -vE '^(PWD|OLDPWD|SHLVL|_|LC_.*|LANG)$' >'%s'",
			at("/log"));

	configure_apt("");
	set_database("installed");
	ck_assert_int_eq(setenv("SECRET", "of apt", 1), 0);
	make_script(ETC "Session-End/a", commands);
	leave_session(NULL, NULL, true);
	assert_closes("APT_UNIVERSAL_HOOKS_ARCHIVES\nAPT_UNIVERSAL_HOOKS_COMMAND_LINE\n"
		      "APT_UNIVERSAL_HOOKS_DATA\n"
		      "APT_UNIVERSAL_HOOKS_HOOK_POINT\nAPT_UNIVERSAL_HOOKS_ID\n"
		      "APT_UNIVERSAL_HOOKS_RESULT\n"
		      "APT_UNIVERSAL_HOOKS_RUNS\nAPT_UNIVERSAL_HOOKS_SESSION\n"
		      "APT_UNIVERSAL_HOOKS_SUCCESS\nAPT_UNIVERSAL_HOOKS_TRANSACTION\n"
		      "DEBIAN_FRONTEND\nHOME\nLOGNAME\nPATH\nSHELL\nUSER\n",
		"SCRIPT_ENDED " ETC "Session-End/a exited 0\n");
}
END_TEST

START_TEST(what_a_hook_prints_at_the_end_is_kept)
{
	owns_buffer struct buffer kept = {0};

	configure_apt("");
	set_database("installed");
	make_script(ETC "Session-End/a", "echo was here");
	leave_session(NULL, NULL, true);
	assert_closes("", "SCRIPT_ENDED " ETC "Session-End/a exited 0\n");
	read_file("/var/log/apt/universal-hooks-term.log", &kept);
	ck_assert_ptr_nonnull(strstr(kept.data, "was here"));
}
END_TEST

static int run_unknown_packages(void)
{
	int status = call_hook_point(UH_PRE_INVOKE, NULL) |
		     call_hook_point(UH_PRE_INSTALL_PKGS, "");

	set_database("installed");
	return status | call_hook_point(UH_POST_INVOKE, NULL);
}

START_TEST(a_dpkg_run_whose_packages_are_unknown_has_come_about)
{
	make_recorders();
	ck_assert_int_eq(be_frontend(true, run_unknown_packages), 0);
	close_all();
	assert_taken_file("/log", "Session-Start/a \nSession-End/a  1\n");
}
END_TEST

START_TEST(a_session_that_begins_late_knows_of_failures)
{
	configure_apt("");
	set_database("half-configured");
	make_script(ETC "Pre-Install-Pkgs/fails", "exit 1");
	ck_assert_int_eq(be_frontend(true, install_successor), 0);
	close_all();
	assert_taken_file("/log", "Session-End/success 0\n");
}
END_TEST

START_TEST(ctrl_c_at_the_start_stops_all_of_the_session)
{
	make_recorders();
	make_recorder(ETC "Pre-Invoke/a", "");
	make_script(ETC "Session-Start/b", "kill -INT $PPID; kill -INT $$");
	ck_assert_int_eq(be_frontend(true, stop_twice), 0);
	close_all();
	assert_taken_file("/log", "Session-Start/a \n");
	assert_taken_file("/events", "SCRIPT_ENDED " ETC "Session-Start/a exited 0\n"
				     "SCRIPT_ENDED " ETC "Session-Start/b signalled 2\n"
				     "INTERRUPTED " ETC "Session-Start/b\n"
				     "SESSION_STOPPED Session-Start\n");
}
END_TEST

static enum uh_verdict request(
	enum uh_hook_point hook_point, const char *session, struct buffer *events)
{
	const struct uh_request asked = {.hook_point = hook_point,
		.root = root(),
		.stream_fd = -1,
		.session = session};

	return uh_run_hook_point(&asked, write_event, events);
}

START_TEST(a_session_is_closed_on_request)
{
	owns_buffer struct buffer events = {0};

	make_recorders();
	leave_session(NULL, NULL, true);
	/* apt has no such hook point. */
	ck_assert_int_eq(request(UH_SESSION_START, NULL, &events), UH_GO_ON);
	ck_assert_int_eq(request(UH_SESSION_END, NULL, &events), UH_GO_ON);
	assert_text(&events, "");
	ck_assert(is_there(SESSIONS "4194301-1-1.session"));
	ck_assert_int_eq(request(UH_SESSION_END, "4194301-1-1", &events), UH_GO_ON);
	ck_assert(!is_there(SESSIONS "4194301-1-1.session"));
	/* Where this package is not installed, it may have been removed in the session. */
	ck_assert(is_there("/var/lib/apt-universal-hooks") ==
		  (access(UH_HELPER, F_OK) == 0));
	assert_taken_file("/log", ended);
}
END_TEST

static int count_marks(void)
{
	owns_state struct state state = open_sessions_of_test();
	struct frontend owner;
	int count = 0;

	while (state_find(&state, state.kind->mark, (size_t)count, &owner))
		count++;
	return count;
}

static int enter(void)
{
	return call_hook_point(UH_PRE_INVOKE, NULL);
}

/* All of them have ended with their owners, since no hook is for their end. */
START_TEST(what_one_call_does_not_take_care_of_the_next_one_does)
{
	configure_apt("");
	set_database("installed");
	make_recorder(ETC "Session-Start/a", "");
	for (unsigned i = 1; i <= 65; i++) {
		owns_memory char *path =
			string_format(SESSIONS "4194301-1-%u.session", i);

		make_file(path, 0600, "");
	}
	/* The number of the new session depends on which one is left. */
	ck_assert_int_eq(be_frontend(true, enter), 0);
	ck_assert_int_eq(count_marks(), 1 + 1);
	ck_assert_int_eq(be_frontend(true, enter), 0);
	ck_assert_int_eq(count_marks(), 1);
	assert_taken_file("/log", "Session-Start/a \nSession-Start/a \n");
}
END_TEST

START_TEST(a_run_that_is_just_beginning_is_not_swept_away)
{
	struct frontend self = this_process();
	char key[FRONTEND_KEY_SIZE];

	configure_apt("");
	set_database("installed");
	make_recorder(ETC "Session-Start/a", "");
	frontend_key(&self, key);
	make_file(SESSIONS "4194301-1-1.open", 0600, key);
	ck_assert_int_eq(be_frontend(true, enter), 0);
	ck_assert(is_there(SESSIONS "4194301-1-1.open"));
	make_file(SESSIONS "4194301-1-1.open", 0600, "4194301-1");
	ck_assert_int_eq(be_frontend(true, enter), 0);
	ck_assert(!is_there(SESSIONS "4194301-1-1.open"));
}
END_TEST

/* Kills apt, our parent, at the first event. */
static void kill_apt(const struct uh_event *event, void *context)
{
	pid_t *apt = context;

	(void)event;
	if (*apt > 0) {
		ck_assert_int_eq(kill(*apt, SIGKILL), 0);
		ck_assert_int_eq(proc_wait_for_end(*apt), 0);
	}
	*apt = 0;
}

/* apt, which calls a hook point that another process stands for; it ends before that. */
static void be_killed_apt(void)
{
	pid_t apt = getpid();

	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	ck_assert_int_eq(fflush(NULL), 0);
	if (fork() == 0) {
		/* Nothing can be read, which is an event. */
		const struct uh_request asked = {.hook_point = UH_PRE_INSTALL_PKGS,
			.root = root(),
			.stream_fd = -1};
		enum uh_verdict verdict = uh_run_hook_point(&asked, kill_apt, &apt);

		make_file("/verdict", 0600, verdict == UH_STOP ? "stop" : "go on");
		exit(0);
	}
	for (;;)
		(void)pause();
}

START_TEST(a_call_that_outlives_apt_runs_nothing)
{
	owns_buffer struct buffer log = {0};
	int status;
	pid_t pid;

	make_recorders();
	make_recorder(ETC "Pre-Install-Pkgs/a", "");
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	if (pid == 0)
		be_killed_apt();
	/* Also its child, which sees that it has ended: a zombie has. */
	while (waitpid(-1, &status, 0) > 0)
		continue;
	assert_taken_file("/verdict", "stop");
	close_all();
	/* Whether the session has an end is up to the waiter: it may have seen the run. */
	read_file("/log", &log);
	ck_assert(slice_has_prefix(buffer_slice(&log), slice_of("Session-Start/a \n")));
	ck_assert_ptr_null(strstr(log.data, "Pre-Install-Pkgs"));
}
END_TEST

START_TEST(a_clean_up_that_is_due_comes_before_the_end_of_the_session)
{
	owns_buffer struct buffer events = {0};
	owns_memory char *log = string_format("Post-Invoke/always \n%s", ended);

	make_recorders();
	configure_apt(SCOPE "Scripts::Post-Invoke/always::When \"always\";\n");
	make_recorder(ETC "Post-Invoke/always", "");
	leave_session(NULL, NULL, true);
	make_file(STATE "4194301-1.clean-up", 0600, "");
	ck_assert(session_close_when_over(root(), "4194301-1-1", write_event, &events));
	assert_taken_file("/log", log);
	ck_assert(!is_there(STATE "4194301-1.clean-up"));
}
END_TEST

/* How often a process of the test has tried to write a file. */
static unsigned *replaced;

int __real_state_replace(
	const struct state *state, const char *suffix, struct slice bytes);
int __wrap_state_replace(
	const struct state *state, const char *suffix, struct slice bytes);
int __wrap_state_replace(
	const struct state *state, const char *suffix, struct slice bytes)
{
	if (replaced != NULL)
		(void)__atomic_add_fetch(replaced, 1, __ATOMIC_SEQ_CST);
	return __real_state_replace(state, suffix, bytes);
}

static void limit_files(pid_t pid, rlim_t size)
{
	const struct rlimit limit = {size, RLIM_INFINITY};

	ck_assert_int_eq(prlimit(pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

/* As on a full disk: the file is made, and deleted again. */
START_TEST(a_result_that_cannot_be_written_is_not_tried_again_and_again)
{
	struct frontend child;
	struct frontend owner = start_holder("lock-frontend", &child);
	owns_state struct state session = open_sessions_of_test();
	int status;
	pid_t waiter;

	skip_unless(access("/proc/self/syscall", R_OK) == 0, "there is no /proc");
	make_recorders();
	ck_assert_int_eq(
		session_begin(&session, &owner, SESSION_ENDS_WITH_LOCK, &child), 0);
	replaced = mmap(NULL, sizeof(*replaced), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(replaced, MAP_FAILED);
	waiter = fork();
	if (waiter == 0) {
		owns_buffer struct buffer events = {0};

		(void)signal(SIGXFSZ, SIG_IGN);
		exit(!session_close_when_over(root(), session.key, write_event, &events));
	}
	while (!is_in_poll(waiter))
		continue;
	limit_files(waiter, 0);
	ck_assert_int_eq(state_write(&session, session_run(1).text, slice_of("")), 0);
	session_close_run(&session);
	while (__atomic_load_n(replaced, __ATOMIC_SEQ_CST) == 0 || !is_in_poll(waiter))
		ck_assert_uint_le(__atomic_load_n(replaced, __ATOMIC_SEQ_CST), 10);
	ck_assert_uint_eq(*replaced, 1);
	limit_files(waiter, RLIM_INFINITY);
	end_holder(&owner);
	ck_assert_int_eq(waitpid(waiter, &status, 0), waiter);
	ck_assert_int_eq(status, 0);
	assert_no_session(&session);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {hooks_run_once_before_and_once_after_a_session,
		dpkg_runs_while_the_lock_is_held_are_one_session,
		without_the_lock_each_dpkg_run_is_a_session,
		a_veto_at_the_start_stops_all_of_the_session,
		a_dpkg_run_that_a_hook_stops_is_aborted,
		a_frontend_that_ends_before_dpkg_has_aborted_its_session,
		a_frontend_that_ends_after_dpkg_leaves_a_session_to_close,
		the_dpkg_run_that_installs_the_first_hook_is_a_session,
		hooks_that_dpkg_deletes_run_all_the_same,
		without_hooks_of_sessions_there_is_no_session,
		the_next_session_closes_those_that_nobody_has_closed,
		a_hook_that_was_started_does_not_start_again,
		a_run_that_cannot_be_read_is_reported,
		a_result_that_cannot_be_written_is_not_tried_again_and_again,
		an_operation_that_dpkg_was_asked_about_in_vain_is_reported,
		what_is_no_session_is_not_closed,
		a_directory_that_others_can_write_is_reported,
		a_frontend_that_a_hook_calls_has_no_session,
		a_session_in_which_hooks_are_switched_off_is_closed,
		a_hook_at_the_end_has_the_environment_of_a_service,
		what_a_hook_prints_at_the_end_is_kept,
		a_dpkg_run_whose_packages_are_unknown_has_come_about,
		a_session_that_begins_late_knows_of_failures,
		ctrl_c_at_the_start_stops_all_of_the_session,
		a_session_is_closed_on_request,
		what_one_call_does_not_take_care_of_the_next_one_does,
		a_run_that_is_just_beginning_is_not_swept_away,
		a_call_that_outlives_apt_runs_nothing,
		a_clean_up_that_is_due_comes_before_the_end_of_the_session};

	return run_tests("session_steps", tests, COUNT_OF(tests));
}
