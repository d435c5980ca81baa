/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sessions, scripts and terminals for which one call fails (fault.h): each session is
 * closed, or it is reported that it is not.
 */
#include "call_settings.h"
#include "dpkg.h"
#include "fault.h"
#include "fixture.h"
#include "holder.h"
#include "proc.h"
#include "record.h"
#include "session_end.h"
#include "session_steps.h"
#include "terminal_copy.h"
#include "waiter.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOOK ETC "Session-End/a"
#define MARK SESSIONS "4194301-1-1.session"

/* No process has this pid. */
static const struct frontend gone = {.pid = 4194301, .start_time = 1};
static const struct frontend earlier = {.pid = 4194302, .start_time = 1};

static void try_errors(void (*step)(void))
{
	faults_try(MEMORY, ENOMEM, step);
	faults_try(CALL, EIO, step);
	faults_try(WAITS, EINTR, step);
}

/* From any process; what it calls does not fail. */
static void append_event(const struct uh_event *event, void *context)
{
	bool was_armed = faults_arm(false);
	owns_buffer struct buffer line = {0};
	owns_fd int fd =
		open(at("/events"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	(void)context;
	write_event(event, &line);
	ck_assert_int_eq(write_all(fd, buffer_slice(&line)), 0);
	(void)faults_arm(was_armed);
}

/* The last one that takes_other_event() has found. */
static char other_event[256];

/* Reads and removes the events; whether one of them is another than this one. */
static bool takes_other_event(const char *expected)
{
	owns_buffer struct buffer events = {0};
	struct slice rest;
	bool has_other = false;

	if (!is_there("/events"))
		return false;
	read_file("/events", &events);
	ck_assert_int_eq(remove(at("/events")), 0);
	for (rest = buffer_slice(&events); rest.size > 0;) {
		struct slice line = slice_cut(&rest, '\n');

		if (slice_equals(line, expected))
			continue;
		(void)snprintf(other_event, sizeof(other_event), "%.*s", (int)line.size,
			line.data);
		has_other = true;
	}
	return has_other;
}

static void forget_sessions_of(const struct frontend *owner)
{
	owns_state struct state state = open_sessions_of_test();
	struct frontend numbered = *owner;

	while ((numbered.session = state_last_session(&state, owner)) > 0) {
		struct state session = state_of(&state, &numbered);

		session_forget(&session, root());
	}
}

static bool has_session_of(const struct frontend *frontend)
{
	owns_state struct state state = open_sessions_of_test();
	struct frontend owner;

	for (size_t i = 0; state_find(&state, state.kind->mark, i, &owner); i++)
		if (owner.pid == frontend->pid)
			return true;
	return false;
}

/* A hook that cannot run: closing a session reports it, and needs no other program. */
static void make_hook(void)
{
	make_file(HOOK, 0644, "");
	configure_apt("");
	set_database("installed");
}

static const char reported[] = "SCRIPT_NOT_EXECUTABLE " HOOK;

/* dpkg has not run in the second one, whose outcome nobody has noted. */
static void leave_runs_of(const struct frontend *owner)
{
	owns_state struct state session = open_sessions_of_test();
	owns_transaction struct transaction transaction;
	owns_memory char *stream = make_stream("");
	struct stream_faults faults;

	ck_assert_int_eq(stream_parse(&transaction, slice_of(stream), &faults), 0);
	transaction.status_stamp = dpkg_stamp(transaction.status_file);
	ck_assert_int_eq(
		session_begin(&session, owner, SESSION_ENDS_WITH_LOCK, owner), 0);
	ck_assert_int_eq(record_save_as(&session, "run-1", &transaction), 0);
	ck_assert_int_eq(record_save_as(&session, "run-2", &transaction), 0);
	ck_assert_int_eq(state_write(&session, "outcome-1", slice_of("ok\n")), 0);
}

static void close_runs(void)
{
	bool is_closed;

	leave_runs_of(&gone);
	(void)faults_arm(true);
	is_closed = session_close_when_over(root(), "4194301-1-1", append_event, NULL);
	(void)faults_arm(false);
	ck_assert(is_there("/events"));
	ck_assert(takes_other_event(reported) || (is_closed && !has_session_of(&gone)));
	forget_sessions_of(&gone);
}

START_TEST(a_session_is_closed_or_it_is_reported_that_it_is_not)
{
	make_hook();
	faults_try(MEMORY, ENOMEM, close_runs);
	faults_try(CALL, EIO, close_runs);
}
END_TEST

/* A call of this frontend, for call_done(). */
static void start_call(struct call *call, const struct frontend *frontend)
{
	*call = (struct call){
		.hook_point = UH_PRE_INVOKE, .root = root(), .listener = append_event};
	ck_assert_int_eq(call_init(call), 0);
	call_set_frontend(call, frontend);
	parse_packages(&call->transaction, "foo 1 amd64 none < 2 amd64 none /foo.deb\n");
	call->is_known = true;
}
#define owns_call __attribute__((cleanup(call_done)))

static void close_inside_apt(void)
{
	owns_call struct call call;
	struct frontend numbered = gone;
	struct state session;
	int error;

	leave_runs_of(&gone);
	start_call(&call, &earlier);
	ck_assert(sessions_are_possible(&call));
	call.session = open_sessions_of_test();
	numbered.session = 1;
	session = state_of(&call.session, &numbered);
	(void)faults_arm(true);
	error = session_close_here(&call, &session);
	(void)faults_arm(false);
	ck_assert(error == 0 || has_session_of(&gone));
	ck_assert(error < 0 || is_there("/events"));
	(void)takes_other_event("");
	forget_sessions_of(&gone);
}

START_TEST(a_session_that_cannot_be_closed_inside_apt_is_still_there)
{
	make_hook();
	try_errors(close_inside_apt);
}
END_TEST

/* Children, and waiters, which become our children. */
static void wait_for_waiters(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		continue;
}

/* Whose dpkg run it is, and of whom there is a session already. */
static const struct frontend *frontend_of_run, *owner_of_other;
static bool was_in_session;

/* Waiters close its session if its frontend has ended, and the other one. */
static void go_through_dpkg_run(void)
{
	struct call call;

	leave_runs_of(owner_of_other);
	start_call(&call, frontend_of_run);
	(void)faults_arm(true);
	(void)sessions_enter(&call);
	sessions_note(&call);
	call.is_settled = true;
	sessions_leave(&call);
	(void)faults_arm(false);
	was_in_session = call.has_session;
	call_done(&call);
	wait_for_waiters();
}

static void forget_all_sessions(void)
{
	forget_sessions_of(frontend_of_run);
	forget_sessions_of(owner_of_other);
}

static void leave_dpkg_run(void)
{
	go_through_dpkg_run();
	/* Of the other one, the next dpkg run takes care. */
	ck_assert(is_there("/events"));
	ck_assert(takes_other_event(reported) || !has_session_of(frontend_of_run));
	forget_all_sessions();
}

static void set_up_runs(const struct frontend *frontend, const struct frontend *owner)
{
	frontend_of_run = frontend;
	owner_of_other = owner;
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
}

/*
 * Where the helper is not installed, the end of a session removes the directory, so that
 * another waiter may not find it, or not be able to create a file.
 */
static void keep_directory_of_sessions(void)
{
	make_file("/var/lib/apt-universal-hooks/sessions/.keep", 0600, "");
}

START_TEST(waiters_close_a_session_or_it_is_reported_that_they_do_not)
{
	make_hook();
	keep_directory_of_sessions();
	set_up_runs(&gone, &earlier);
	faults_try(START, EAGAIN, leave_dpkg_run);
	go_through_dpkg_run();
	ck_assert_msg(!takes_other_event(reported), "%s", other_event);
	ck_assert(!has_session_of(&gone) && !has_session_of(&earlier));
}
END_TEST

/* With only a hook at the start, nobody waits for the end. */
static void leave_without_waiter(void)
{
	go_through_dpkg_run();
	ck_assert(takes_other_event("") || was_in_session);
	forget_all_sessions();
}

START_TEST(a_dpkg_run_has_a_session_or_it_is_reported_that_it_has_none)
{
	const struct frontend unknown = {.pid = 0};

	make_file(ETC "Session-Start/a", 0644, "");
	set_up_runs(&gone, &earlier);
	faults_try(MEMORY, ENOMEM, leave_without_waiter);
	faults_try(CALL, EIO, leave_without_waiter);
	faults_try(CALL, EEXIST, leave_without_waiter);
	go_through_dpkg_run();
	ck_assert_msg(!takes_other_event(""), "%s", other_event);
	/* The earlier one ends with its owner. */
	ck_assert(has_session_of(&gone) && !has_session_of(&earlier));
	forget_all_sessions();
	/* It joins the session. */
	set_up_runs(&unknown, &unknown);
	faults_try(CALL, EIO, leave_without_waiter);
}
END_TEST

static int terminal_of_test;

/* A channel to a terminal follows its modes, or leaves them as they are. */
static void copy_modes(void)
{
	static char room[COPY_SIZE];
	struct termios before, modes, after;
	struct channel channel;
	struct slice bytes;
	int error;

	ck_assert_int_eq(tcgetattr(terminal_of_test, &before), 0);
	ck_assert_int_eq(channel_open(&channel, terminal_of_test, (uid_t)-1), 0);
	ck_assert_int_eq(tcgetattr(channel.end, &modes), 0);
	modes.c_lflag ^= ECHO;
	error = tcflush(channel.end, TCIFLUSH);
	ck_assert_int_eq(error | tcsetattr(channel.end, TCSANOW, &modes), 0);
	(void)faults_arm(true);
	while (channel_copy(&channel, room, &bytes))
		ck_assert_uint_eq(bytes.size, 0);
	(void)faults_arm(false);
	channel_close(&channel);
	ck_assert_int_eq(tcgetattr(terminal_of_test, &after), 0);
	ck_assert(after.c_lflag == before.c_lflag ||
		  after.c_lflag == (before.c_lflag ^ ECHO));
	ck_assert_uint_eq(after.c_oflag, before.c_oflag);
}

START_TEST(the_modes_of_a_terminal_change_as_the_program_wants_or_not_at_all)
{
	int person;

	ck_assert_int_eq(openpty(&person, &terminal_of_test, NULL, NULL, NULL), 0);
	faults_try(CALL, EIO, copy_modes);
}
END_TEST

static const struct plan *plan_of_test;
static struct state state_of_test;

/* The script fails, whatever else does. */
static void run_script_of_test(void)
{
	const struct transaction none = {.count = 0};
	const struct run_context run_context = {.hook_point = UH_PRE_INVOKE,
		.transaction = &none,
		.state = &state_of_test,
		.root = root()};
	owns_strings struct string_list vetoers = {0};
	struct uh_event veto;
	bool has_failed;

	(void)faults_arm(true);
	(void)runner_run(plan_of_test, &run_context, append_event, NULL, &has_failed,
		&veto, &vetoers);
	(void)faults_arm(false);
	ck_assert(has_failed);
	ck_assert(is_there("/events"));
	ck_assert(!is_there("/log"));
	(void)takes_other_event("");
	wait_for_waiters();
}

START_TEST(a_script_that_failed_has_failed_whatever_else_does)
{
	struct transaction none = {.count = 0};
	struct unsafe_path unsafe;
	struct hook_tree tree;
	struct plan plan;

	(void)signal(SIGPIPE, SIG_IGN);
	make_script(ETC "Pre-Invoke/a", "exit 3; echo >\"$LOG\"");
	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	ck_assert_int_eq(
		state_open(&state_of_test, &state_of_runs, root(), &tree.trust, &unsafe),
		0);
	ck_assert_int_eq(plan_make(&plan, &tree, UH_PRE_INVOKE, &none), 0);
	plan.runs[0].settings.output = OUTPUT_LOG;
	plan.runs[0].settings.input = INPUT_NULL;
	plan_of_test = &plan;
	faults_try(MEMORY, ENOMEM, run_script_of_test);
	faults_try(CALL, EIO, run_script_of_test);
	plan_done(&plan);
	state_done(&state_of_test);
	hook_tree_done(&tree);
}
END_TEST

/* What a session waits for, which end when the waiter has looked. */
static pid_t owner_pid, caller_pid;

static pid_t start_sleeper(void)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		for (;;)
			(void)pause();
	return pid;
}

/* A call of the helper that has outlived apt. */
static pid_t start_caller(const struct state *session)
{
	owns_fd int lock = session_lock_run(session, true);
	pid_t pid;

	ck_assert_int_ge(lock, 0);
	pid = start_sleeper();
	return pid;
}

static void end_next(void *context)
{
	bool was_armed = faults_arm(false);
	pid_t *next = owner_pid > 0 ? &owner_pid : &caller_pid;

	(void)context;
	if (*next > 0)
		ck_assert_int_eq(kill(*next, SIGKILL), 0);
	*next = 0;
	(void)faults_arm(was_armed);
}

static int waited_error;

static void wait_for_both(void)
{
	owns_state struct state session = open_sessions_of_test();
	struct proc process;
	struct frontend owner;
	int error;

	owner_pid = start_sleeper();
	ck_assert_int_eq(proc_read(owner_pid, &process), 0);
	owner = (struct frontend){.pid = owner_pid, .start_time = process.start_time};
	ck_assert_int_eq(
		session_begin(&session, &owner, SESSION_ENDS_WITH_PROCESS, &owner), 0);
	caller_pid = start_caller(&session);
	(void)faults_arm(true);
	error = waiter_wait(&session, end_next, NULL);
	(void)faults_arm(false);
	ck_assert(error == 0 || error == waited_error);
	/* Whoever closes it looks again. */
	ck_assert(owner_pid == 0 || !waiter_is_over(&session));
	while (owner_pid > 0 || caller_pid > 0)
		end_next(NULL);
	wait_for_waiters();
	session_forget(&session, root());
}

START_TEST(a_session_is_waited_for_or_it_is_an_error)
{
	waited_error = -ENOMEM;
	faults_try(MEMORY, ENOMEM, wait_for_both);
	waited_error = -EIO;
	faults_try(CALL, EIO, wait_for_both);
	waited_error = -EINTR;
	faults_try(WAITS, EINTR, wait_for_both);
}
END_TEST

/* Opens the FIFO that the test reads; its name comes before. */
static void tell_descriptors(void *context)
{
	int fifo;

	(void)faults_arm(false);
	fifo = open(context, O_WRONLY);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		char link[] = "/proc/self/fd/0", target[64] = "";

		link[sizeof(link) - 2] = (char)('0' + fd);
		if (fd != fifo && readlink(link, target, sizeof(target) - 1) >= 0 &&
			strcmp(target, "/dev/null") != 0)
			(void)dprintf(fifo, "%s\n", target);
	}
	(void)dprintf(fifo, "told\n");
}

static void start_waiter_of_test(void)
{
	owns_state struct state session = open_sessions_of_test();
	owns_memory char *path = strdup(at("/fifo"));
	owns_buffer struct buffer text = {0};
	owns_fd int fifo = -1;
	int error;

	state_set_frontend(&session, &gone);
	(void)faults_arm(true);
	error = waiter_start(&session, true, tell_descriptors, path);
	(void)faults_arm(false);
	if (error < 0)
		return;
	fifo = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(buffer_read(&text, fifo, 1000), 0);
	assert_text(&text, "told\n");
	wait_for_waiters();
}

START_TEST(a_waiter_never_keeps_what_is_the_callers)
{
	skip_unless(access("/proc/self/fd", R_OK) == 0, "there is no /proc");
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	ck_assert_int_eq(mkfifo(at("/fifo"), 0600), 0);
	try_errors(start_waiter_of_test);
}
END_TEST

static struct state sessions;

static bool is_over(void *context)
{
	(void)context;
	return true;
}

static void close_lock(int lock)
{
	if (lock >= 0)
		(void)close(lock);
}

/* All that helpers and waiters do to the files of a session. */
static void use_session(struct state *session)
{
	const struct frontend *owner = &gone;
	enum session_end end;
	struct frontend found;

	(void)session_owner(owner, &end);
	if (session_begin(session, owner, SESSION_ENDS_WITH_LOCK, owner) < 0)
		return;
	(void)session_join(session, owner, owner);
	(void)session_find(session, owner);
	close_lock(session_lock_run(session, true));
	(void)session_is_beginning(&sessions);
	(void)session_is_nested(&sessions);
	close_lock(waiter_enter(session));
	(void)session_find_waiter(session, &found);
	(void)waiter_is_run_open(session);
	(void)waiter_is_over_but_for_lock(session);
	close_lock(session_lock_directory(session, true));
	(void)session_claim(session, is_over, NULL);
	(void)session_is_nested(&sessions);
	session_close_run(session);
}

static void open_again(void)
{
	struct unsafe_path unsafe = {.path = NULL};
	struct state again = {.fd = -1};
	struct trust trust;

	ck_assert_int_eq(trust_init(&trust, root()), 0);
	(void)faults_arm(true);
	(void)state_open(&again, &state_of_sessions, root(), &trust, &unsafe);
	(void)faults_arm(false);
	state_done(&again);
	trust_done(&trust);
	free(unsafe.path);
}

static void begin_and_claim(void)
{
	struct state session;

	sessions = open_sessions_of_test();
	session = state_of(&sessions, &gone);
	(void)faults_arm(true);
	use_session(&session);
	session_forget(&session, root());
	(void)faults_arm(false);
	session_forget(&session, root());
	session = state_of(&sessions, &gone);
	state_sweep(&sessions, &gone, sessions.kind->mark);
	for (unsigned last; (last = state_last_session(&sessions, &gone)) > 0;) {
		struct frontend numbered = gone;

		numbered.session = last;
		session = state_of(&sessions, &numbered);
		session_forget(&session, root());
	}
	ck_assert(state_is_empty(&sessions));
	state_done(&sessions);
}

START_TEST(what_fails_in_a_session_leaves_nothing_behind)
{
	make_file("/var/lib/dpkg/lock-frontend", 0640, "");
	make_file("/var/lib/dpkg/lock", 0640, "");
	make_directory("/var/lib");
	try_errors(begin_and_claim);
	try_errors(open_again);
}
END_TEST

/* Two are faulty, of which the engine says what it can. */
static void check_settings_of_call(void)
{
	static const char settings[] =
		"Universal-Hooks::Scripts::Post-Invoke/none::Timeout=1\n"
		"Universal-Hooks::Scripts::Post-Invoke/hook::User=roott\n";
	owns_call struct call call;

	start_call(&call, &gone);
	call.command_line_reading = READ;
	ck_assert_int_eq(string_list_add(&call.command_line.options, "A=b"), 0);
	ck_assert_int_eq(settings_parse(&call.settings, slice_of(settings)), 0);
	(void)faults_arm(true);
	call_check_settings(&call);
	(void)faults_arm(false);
	ck_assert(takes_other_event("-"));
}

START_TEST(a_faulty_setting_is_reported_whatever_fails)
{
	configure_apt("");
	set_database("installed");
	make_script(ETC "Post-Invoke/hook", "");
	faults_try(MEMORY, ENOMEM, check_settings_of_call);
	faults_try(CALL, EIO, check_settings_of_call);
}
END_TEST

static void begin_call(void)
{
	struct call call = {
		.hook_point = UH_PRE_INVOKE, .root = root(), .listener = append_event};
	int error;

	(void)faults_arm(true);
	error = call_init(&call);
	(void)faults_arm(false);
	if (error < 0)
		ck_assert(takes_other_event("-"));
	else
		ck_assert(call.state.fd >= 0 || call.state_error < 0);
	call_done(&call);
}

static void read_stream_of_call(void)
{
	owns_memory char *stream = make_stream("Universal-Hooks::Timeout=1\n");
	owns_call struct call call;
	int ends[2];

	start_call(&call, &gone);
	transaction_done(&call.transaction);
	memset(&call.transaction, 0, sizeof(call.transaction));
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(write_all(ends[1], slice_of(stream)), 0);
	(void)close(ends[1]);
	(void)faults_arm(true);
	call_read_stream(&call, ends[0]);
	(void)faults_arm(false);
	ck_assert(takes_other_event("-") || call.is_known);
}

START_TEST(a_stream_is_known_or_it_is_reported_that_it_is_not)
{
	faults_try(MEMORY, ENOMEM, read_stream_of_call);
	faults_try(CALL, EIO, read_stream_of_call);
}
END_TEST

START_TEST(a_call_has_its_state_or_knows_why_not)
{
	faults_try(MEMORY, ENOMEM, begin_call);
	faults_try(CALL, EIO, begin_call);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_session_is_closed_or_it_is_reported_that_it_is_not,
		a_session_that_cannot_be_closed_inside_apt_is_still_there,
		waiters_close_a_session_or_it_is_reported_that_they_do_not,
		a_dpkg_run_has_a_session_or_it_is_reported_that_it_has_none,
		the_modes_of_a_terminal_change_as_the_program_wants_or_not_at_all,
		a_script_that_failed_has_failed_whatever_else_does,
		a_session_is_waited_for_or_it_is_an_error,
		a_waiter_never_keeps_what_is_the_callers,
		what_fails_in_a_session_leaves_nothing_behind,
		a_stream_is_known_or_it_is_reported_that_it_is_not,
		a_call_has_its_state_or_knows_why_not,
		a_faulty_setting_is_reported_whatever_fails,
	};

	if (!faults_start())
		return EXIT_FAILURE;
	return run_tests("errors_session", tests, COUNT_OF(tests));
}
