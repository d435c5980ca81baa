/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole transactions, in which one call of a kind fails: the first that is made from a
 * place, for each place in turn (fault.h). apt goes on, nothing
 * crashes, and the next transaction is whole again. tests/fault makes each call fail, not
 * only the first from a place, and takes far longer.
 */
#include "bridge.h"
#include "fault.h"
#include "fixture.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

/* The fixture's listener, and what it wants. */
struct audience {
	uh_listener *listener;
	void *context;
};

static void tell(const struct uh_event *event, void *context)
{
	const struct audience *audience = context;
	bool was_armed = faults_arm(false);

	audience->listener(event, audience->context);
	(void)faults_arm(was_armed);
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

	(void)faults_arm(true);
	verdict = __real_uh_run_hook_point(request, tell, &audience);
	(void)faults_arm(false);
	return verdict;
}

/* Scripts in all places; their output shows that a transaction was complete. */
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
	make_directory(ETC "pkgs/bar/Post-Invoke");
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

/* apt as a separate process, which continues up to a hook point. */
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

/* The hook's data may get lost, but is never replaced by something else. */
static void assert_stops_or_goes_on(void)
{
	int status;

	make_script(ETC "Pre-Install-Pkgs/900-veto", "exit 1");
	status = be_apt(veto, UH_POST_INVOKE);
	ck_assert_msg(status == 0 || status == STOP, "status %d", status);
	ck_assert_int_eq(remove(at(ETC "Pre-Install-Pkgs/900-veto")), 0);
}

/* apt exits before dpkg runs: the guard or the next transaction cleans up. */
static void assert_is_cleaned_up(void)
{
	ck_assert_int_eq(be_apt(settings, UH_PRE_INSTALL_PKGS), 0);
	ck_assert_int_eq(be_apt(settings, UH_POST_INVOKE), 0);
}

/* The log of a transaction without a fault; the caller's to free. */
static void take_log(struct buffer *log)
{
	(void)remove(at("/log"));
	assert_goes_on();
	read_file("/log", log);
}

static void try_all(int kind, int error, void (*assert_outcome)(void))
{
	owns_buffer struct buffer before = {0}, after = {0};

	set_up();
	take_log(&before);
	faults_try(kind, error, assert_outcome);
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

	/*
	 * Each call of the helper loads the bridge in a child, which takes a good part of
	 * its time. The children inherit it; they are still the ones to call it.
	 */
	if (!faults_start() || dlopen(bridge_file, RTLD_NOW | RTLD_LOCAL) == NULL)
		return EXIT_FAILURE;
	return run_tests("faults", tests, COUNT_OF(tests));
}
