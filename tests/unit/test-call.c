/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole transactions with settings; test-engine.c has those without. */
#include "call_settings.h"
#include "fixture.h"
#include "proc.h"
#include "stream.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCOPE "Universal-Hooks::"

static void need_dpkg_query(void)
{
	ck_assert_msg(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
}

/* Runs a whole transaction; returns the status of Post-Invoke. */
static int run_transaction(const char *settings, const char *state)
{
	set_database("unpacked");
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	ck_assert_int_eq(call_pre_install_pkgs(settings), 0);
	if (state != NULL)
		set_database(state);
	return call_hook_point(UH_POST_INVOKE, NULL);
}

static void make_three_recorders(void)
{
	make_recorder(ETC "Pre-Invoke/a", "");
	make_recorder(ETC "Pre-Install-Pkgs/a", "");
	make_recorder(ETC "Post-Invoke/a", "");
}

START_TEST(the_environment_switches_off_all_three_hook_points)
{
	configure_apt("");
	make_three_recorders();
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS", "off", 1), 0);
	ck_assert_int_eq(run_transaction("", "installed"), 0);
	assert_taken_file("/log", "");
	assert_taken_file("/events", "SCRIPT_SKIPPED " ETC "Pre-Invoke/a Enabled\n"
				     "SCRIPT_SKIPPED " ETC "Pre-Install-Pkgs/a Enabled\n"
				     "SCRIPT_SKIPPED " ETC "Post-Invoke/a Enabled\n");
	assert_stanzas(
		"Result: unknown\n"
		" Pre-Invoke " ETC "Pre-Invoke/a [always] skipped (Enabled)\n"
		" Pre-Install-Pkgs " ETC "Pre-Install-Pkgs/a [always] skipped (Enabled)\n"
		" Post-Invoke " ETC "Post-Invoke/a [always] skipped (Enabled)\n");
	/* No other word does. */
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS", "1", 1), 0);
	ck_assert_int_eq(run_transaction("", "installed"), 0);
	assert_taken_file("/log", "Pre-Invoke/a \nPre-Install-Pkgs/a \nPost-Invoke/a \n");
}
END_TEST

START_TEST(the_settings_of_apt_hold_at_all_three_hook_points)
{
	configure_apt(SCOPE "Scripts::Pre-Invoke::Enabled \"false\";\n");
	make_three_recorders();
	make_recorder(ETC "Pre-Install-Pkgs/b", "");
	ck_assert_int_eq(
		run_transaction(SCOPE "Scripts::Pre-Install-Pkgs/a::Enabled=off\n" SCOPE
				      "Scripts::Post-Invoke::Enabled=no\n",
			"installed"),
		0);
	assert_taken_file("/log", "Pre-Install-Pkgs/b \n");
}
END_TEST

START_TEST(a_nearer_enabled_overrides_the_global_one)
{
	configure_apt("");
	make_recorder(ETC "Pre-Install-Pkgs/a", "");
	make_recorder(ETC "Pre-Install-Pkgs/b", "");
	ck_assert_int_eq(call_pre_install_pkgs(
				 SCOPE "Enabled=false\n" SCOPE
				       "Scripts::Pre-Install-Pkgs/b::Enabled=true\n"),
		0);
	assert_taken_file("/log", "Pre-Install-Pkgs/b \n");
}
END_TEST

START_TEST(what_is_wrong_with_the_settings_is_told_once_a_transaction)
{
	configure_apt("");
	make_three_recorders();
	make_link(ETC "Post-Invoke/masked", "/dev/null");
	ck_assert_int_eq(
		run_transaction(SCOPE "No-Such=red\n" SCOPE "Timeout=soon\n" SCOPE
				      "Operations=install\n" SCOPE
				      "Scripts::Post-Invoke/a::User=no%20body\n" SCOPE
				      "Scripts::Post-Invoke/none::When=always\n" SCOPE
				      "Scripts::Post-Invoke/masked::When=always\n" SCOPE
				      "Scripts::Post-Invoke::When=always\n",
			"installed"),
		0);
	assert_taken_file("/events",
		"SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n"
		"SETTING_UNKNOWN " SCOPE "No-Such=red\n"
		"SETTING_UNUSABLE " SCOPE "Timeout=soon\n"
		"SETTING_UNUSABLE " SCOPE "Operations=install\n"
		"SETTING_WITHOUT_USER " SCOPE "Scripts::Post-Invoke/a::User=no body\n"
		"SETTING_NO_SCRIPT " SCOPE "Scripts::Post-Invoke/none::When=always\n"
		"SETTING_MASKED " SCOPE "Scripts::Post-Invoke/masked::When=always\n"
		"SCRIPT_ENDED " ETC "Pre-Install-Pkgs/a exited 0\n"
		"SCRIPT_WITHOUT_USER " ETC "Post-Invoke/a no body\n");
	assert_taken_file("/log", "Pre-Invoke/a \nPre-Install-Pkgs/a \n");
}
END_TEST

/* A listener: the event, the value of the setting, and where it comes from. */
static void write_place(const struct uh_event *event, void *context)
{
	const char *file = event->path != NULL ? strrchr(event->path, '/') : "/-";

	buffer_append_format(context, "%d %s %s:%zu%s %s\n",
		event->kind == UH_GUARD_UNUSABLE, event->setting->value, file + 1,
		event->line, event->is_option ? " option" : "",
		event->near != NULL ? event->near : "-");
}

START_TEST(a_faulty_setting_is_told_with_the_place_that_it_comes_from)
{
	owns_buffer struct buffer told = {0};
	owns_memory char *settings = string_format(SCOPE
		"Timeout=soon\n" SCOPE "Nothing=by-option\n" SCOPE
		"On-Failure=guard\n" SCOPE "On-Failur=misspelt-guard\n" SCOPE
		"Scripts::%snone::Timeout=1\n" SCOPE "Scripts::%s-::Timeout=2\n" SCOPE
		"Scripts::none::Timeout=3\n" SCOPE
		"Scripts::Post-Invoke/b::Renamed-From=Post-Invoke/old\n" SCOPE
		"Scripts::Post-Invoke/old::Timeout=7\n",
		at(ETC), at("/etc/apt/universal-hooks"));
	struct call call = {.hook_point = UH_PRE_INSTALL_PKGS,
		.root = root(),
		.listener = write_place,
		.context = &told,
		.command_line_reading = READ};

	configure_apt(SCOPE "Timeout \"soon\";\n");
	make_script(ETC "Post-Invoke/a", "");
	make_script(LIB "Post-Invoke/b", "");
	make_file(LIB "settings.d/own.conf", 0644,
		SCOPE "Scripts::Post-Invoke/b::Nothing \"of-package\";\n");
	ck_assert_int_eq(call_init(&call), 0);
	ck_assert_int_eq(string_list_add(&call.command_line.options, "A=b"), 0);
	ck_assert_int_eq(
		string_list_add(&call.command_line.options, SCOPE "nothing=by-option"),
		0);
	ck_assert_int_eq(settings_parse(&call.settings, slice_of(settings)), 0);
	call_check_settings(&call);
	assert_text(&told, "0 soon apt.conf:2 -\n0 by-option -:0 option -\n"
			   "1 guard -:0 -\n1 misspelt-guard -:0 -\n"
			   "0 1 -:0 none\n0 2 -:0 -\n0 3 -:0 -\n"
			   "0 of-package own.conf:0 -\n");
	call_done(&call);
}
END_TEST

START_TEST(who_masks_a_hook_of_a_package_need_not_hear_of_its_settings)
{
	configure_apt("");
	make_recorder(ETC "Pre-Install-Pkgs/a", "");
	make_script(LIB "Pre-Install-Pkgs/b", "");
	make_link(ETC "Pre-Install-Pkgs/b", "/dev/null");
	make_file(LIB "settings.d/own.conf", 0644,
		SCOPE "Scripts::Pre-Install-Pkgs/b::Paths { \"/a\"; };\n");
	ck_assert_int_eq(run_transaction(SCOPE "Timeout=60\n", "installed"), 0);
	assert_taken_file("/events", "SCRIPT_ENDED " ETC "Pre-Install-Pkgs/a exited 0\n");
	make_script(LIB "Post-Invoke/b", "");
	ck_assert_int_eq(run_transaction("", "installed"), 0);
	assert_taken_file("/events", "SCRIPT_ENDED " ETC "Pre-Install-Pkgs/a exited 0\n"
				     "SCRIPT_ENDED " LIB "Post-Invoke/b exited 0\n");
}
END_TEST

START_TEST(where_the_settings_are_lost_a_failure_may_be_a_veto)
{
	configure_apt(SCOPE "Timeout \"1\n");
	make_script(ETC "Pre-Invoke/a", "exit 1");
	ck_assert_int_eq(call_hook_point(UH_PRE_INVOKE, NULL), 0);
	assert_taken_file("/events", "BRIDGE_UNUSABLE (Input/output error)\n"
				     "SCRIPT_ENDED " ETC "Pre-Invoke/a exited 1\n"
				     "VETO_UNKNOWN " ETC "Pre-Invoke/a\n");
}
END_TEST

/* How many packages are found for hooks after dpkg. */
static size_t find_packages(const char *lines, bool has_run)
{
	owns_buffer struct buffer told = {0}, bytes = {0};
	struct call call = {.hook_point = UH_PRE_INSTALL_PKGS,
		.root = root(),
		.listener = write_place,
		.context = &told,
		.is_known = true};
	size_t count;

	buffer_append_format(&bytes, "VERSION 3\nDir::State::status=%s\n\n%s",
		at(TEST_DATABASE), lines);
	ck_assert_int_eq(call_init(&call), 0);
	call_set_frontend(&call, &(struct frontend){.pid = 1, .start_time = 1});
	if (has_run)
		ck_assert_int_eq(state_write(&call.state, "runs", slice_of(" run\n")), 0);
	ck_assert_int_eq(stream_read(&call.transaction, &bytes, &call.stream_faults), 0);
	call_find_packages(&call);
	count = call.transaction.count;
	(void)state_remove(&call.state, "runs");
	call_done(&call);
	return count;
}

START_TEST(packages_are_found_for_later_hooks_if_one_is_removed_or_a_script_has_run)
{
	static const char removal[] = "foo 1 all none > - - none **REMOVE**\n";
	static const char upgrade[] = "foo 1 all none < 2 all none /foo.deb\n";

	need_dpkg_query();
	set_database("installed");
	ck_assert_uint_eq(find_packages(removal, true), 0);
	make_script(ETC "Post-Invoke/a", "");
	ck_assert_uint_eq(find_packages(removal, false), 1);
	ck_assert_uint_eq(find_packages(upgrade, true), 1);
	ck_assert_uint_eq(find_packages(upgrade, false), 0);
}
END_TEST

START_TEST(post_invoke_hears_what_its_when_asks_for)
{
	static const char settings[] =
		SCOPE "Scripts::Post-Invoke/always::When=always\n" SCOPE
		      "Scripts::Post-Invoke/failure::When=failure\n" SCOPE
		      "Scripts::Post-Invoke/success::When=success\n";

	need_dpkg_query();
	configure_apt("");
	make_recorder(ETC "Post-Invoke/always", "$APT_UNIVERSAL_HOOKS_RESULT");
	make_recorder(ETC "Post-Invoke/failure", "$APT_UNIVERSAL_HOOKS_RESULT");
	make_recorder(ETC "Post-Invoke/ran", "$APT_UNIVERSAL_HOOKS_RESULT");
	make_recorder(ETC "Post-Invoke/success", "$APT_UNIVERSAL_HOOKS_RESULT");
	ck_assert_int_eq(run_transaction(settings, "installed"), 0);
	assert_taken_file("/log", "Post-Invoke/always ok\nPost-Invoke/ran ok\n"
				  "Post-Invoke/success ok\n");
	ck_assert_int_eq(run_transaction(settings, "half-configured"), 0);
	assert_taken_file("/log",
		"Post-Invoke/always failed\nPost-Invoke/failure failed\n"
		"Post-Invoke/ran failed\n");
	ck_assert_int_eq(run_transaction(settings, NULL), 0);
	assert_taken_file("/log",
		"Post-Invoke/always aborted\nPost-Invoke/failure aborted\n"
		"Post-Invoke/ran aborted\n");
}
END_TEST

START_TEST(without_a_result_neither_success_nor_failure_holds)
{
	configure_apt(SCOPE "Scripts::Post-Invoke/always::When \"always\";\n" SCOPE
			    "Scripts::Post-Invoke/failure::When \"failure\";\n" SCOPE
			    "Scripts::Post-Invoke/success::When \"success\";\n");
	make_recorder(ETC "Post-Invoke/always", "${APT_UNIVERSAL_HOOKS_RESULT-none}");
	make_recorder(ETC "Post-Invoke/failure", "");
	make_recorder(ETC "Post-Invoke/success", "");
	ck_assert_int_eq(call_hook_point(UH_POST_INVOKE, NULL), 0);
	assert_taken_file("/log", "Post-Invoke/always none\n");
	assert_stanzas(
		"Result: unknown\n"
		" Post-Invoke " ETC "Post-Invoke/always [always] exit 0\n"
		" Post-Invoke " ETC "Post-Invoke/failure [always] skipped (When)\n"
		" Post-Invoke " ETC "Post-Invoke/success [always] skipped (When)\n");
}
END_TEST

START_TEST(success_is_over_once_a_script_failed)
{
	static const char success[] = "$APT_UNIVERSAL_HOOKS_SUCCESS";

	need_dpkg_query();
	configure_apt("");
	make_recorder(ETC "Post-Invoke/a", success);
	make_script(ETC "Post-Invoke/b", "exit 1");
	make_recorder(ETC "Post-Invoke/c", success);
	ck_assert_int_eq(run_transaction("", "installed"), 0);
	assert_taken_file("/log", "Post-Invoke/a 1\nPost-Invoke/c 0\n");
}
END_TEST

START_TEST(a_veto_after_dpkg_is_told_last_and_makes_apt_fail)
{
	need_dpkg_query();
	configure_apt("");
	make_script(ETC "Post-Invoke/a", "exit 3");
	make_recorder(ETC "Post-Invoke/b", "");
	ck_assert_int_eq(
		run_transaction(SCOPE "On-Failure=abort-after\n", "installed"), STOP);
	assert_taken_file("/log", "Post-Invoke/b \n");
	assert_taken_file("/events",
		"SCRIPT_ENDED " ETC "Post-Invoke/a exited 3\n"
		"SCRIPT_ENDED " ETC "Post-Invoke/b exited 0\n"
		"LATE_VETO " ETC "Post-Invoke/a SCRIPT_ENDED Post-Invoke/a\n");
	ck_assert_int_eq(run_transaction(SCOPE "On-Failure=abort\n", "installed"), STOP);
	assert_taken_file("/log", "");
	assert_taken_file("/events",
		"SCRIPT_ENDED " ETC "Post-Invoke/a exited 3\n"
		"SCRIPT_SKIPPED " ETC "Post-Invoke/b On-Failure\n"
		"LATE_VETO " ETC "Post-Invoke/a SCRIPT_ENDED Post-Invoke/a\n");
}
END_TEST

START_TEST(the_log_has_one_stanza_a_transaction)
{
	static const char both[] =
		"Result: ok\n"
		" Pre-Invoke " ETC "Pre-Invoke/a [always] exit 0\n"
		" Pre-Install-Pkgs " ETC "Pre-Install-Pkgs/a [always] exit 0\n"
		" Post-Invoke " ETC "pkgs/foo/Post-Invoke/a [foo] exit 0\n"
		" Post-Invoke " ETC "Post-Invoke/a [always] exit 0\n"
		"Result: failed\n"
		" Pre-Invoke " ETC "Pre-Invoke/a [always] exit 0\n"
		" Pre-Install-Pkgs " ETC "Pre-Install-Pkgs/a [always] exit 0\n"
		" Post-Invoke " ETC "pkgs/foo/Post-Invoke/a [foo] exit 0\n"
		" Post-Invoke " ETC "Post-Invoke/a [always] exit 0\n";

	need_dpkg_query();
	configure_apt("");
	make_three_recorders();
	make_recorder(ETC "pkgs/foo/Post-Invoke/a", "");
	ck_assert_int_eq(run_transaction("", "installed"), 0);
	ck_assert_int_eq(run_transaction("", "half-installed"), 0);
	assert_stanzas(both);
	ck_assert_msg(rmdir(at(STATE)) == 0, "something is left in the state directory");
}
END_TEST

START_TEST(where_nothing_ran_there_is_no_log)
{
	configure_apt("");
	ck_assert_int_eq(run_transaction("", "installed"), 0);
	assert_stanzas("");
	assert_taken_file("/events", "");
}
END_TEST

START_TEST(a_log_that_cannot_be_written_is_told_and_apt_goes_on)
{
	configure_apt("");
	make_recorder(ETC "Post-Invoke/a", "");
	ck_assert_int_eq(rmdir(at("/var/log/apt")), 0);
	ck_assert_int_eq(call_hook_point(UH_POST_INVOKE, NULL), 0);
	assert_taken_file("/events", "SCRIPT_ENDED " ETC "Post-Invoke/a exited 0\n"
				     "LOG_NOT_WRITTEN /var/log/apt/universal-hooks.log "
				     "(No such file or directory)\n");
}
END_TEST

START_TEST(a_stream_that_is_too_large_is_told_and_apt_goes_on)
{
	owns_buffer struct buffer events = {0};
	int fd;

	configure_apt("");
	make_recorder(ETC "Pre-Install-Pkgs/a", "");
	make_file("/stream", 0644, "");
	fd = open(at("/stream"), O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(ftruncate(fd, (off_t)STREAM_SIZE_MAX + 1), 0);
	ck_assert_int_eq(call_engine(1, UH_PRE_INSTALL_PKGS, fd), 0);
	(void)close(fd);
	read_file("/events", &events);
	ck_assert_msg(
		strncmp(events.data, "STREAM_TOO_LARGE\n", 17) == 0, "%s", events.data);
	assert_taken_file("/log", "Pre-Install-Pkgs/a \n");
}
END_TEST

START_TEST(where_proc_does_not_answer_the_only_record_counts)
{
	owns_memory char *directory = string_format("/proc/%d", (int)getpid());
	owns_memory char *file = string_format("%s/stat", directory);

	configure_apt("");
	make_recorder(ETC "pkgs/foo/Post-Invoke/a", "");
	set_database("half-installed");
	ck_assert_int_eq(call_pre_install_pkgs(""), 0);
	skip_unless(unshare_mounts() && mount("none", "/proc", "tmpfs", 0, NULL) == 0,
		"only root can hide /proc");
	/* A directory in place of a file cannot be read, see read(2). */
	ck_assert_int_eq(mkdir(directory, 0755) | mkdir(file, 0755), 0);
	if (fork() == 0) {
		(void)call_engine(0, UH_POST_INVOKE, -1);
		(void)fflush(NULL);
		_exit(0);
	}
	ck_assert_int_gt(wait(NULL), 0);
	ck_assert_int_eq(umount("/proc"), 0);
	assert_taken_file("/log", "pkgs/foo/Post-Invoke/a \n");
}
END_TEST

/* dpkg is this process. */
static int call_for_dpkg(const char *action, enum uh_hook_point hook_point)
{
	ck_assert_int_eq(unsetenv("DPKG_ADMINDIR"), 0);
	ck_assert_int_eq(setenv("DPKG_HOOK_ACTION", action, 1), 0);
	return call_engine(1, hook_point, -1);
}

START_TEST(dpkg_without_apt_runs_the_hooks_for_what_it_changes)
{
	struct frontend parent = {.pid = getppid()};
	owns_memory char *file = NULL;
	char key[FRONTEND_KEY_SIZE];
	struct proc proc;

	configure_apt("");
	make_three_recorders();
	set_database("unpacked");
	skip_unless(geteuid() == 0 && unshare_mounts() &&
			    mount(at("/var/lib/dpkg"), "/var/lib/dpkg", NULL, MS_BIND,
				    NULL) == 0,
		"only root can hide dpkg's database");
	ck_assert_int_eq(unsetenv("DPKG_FRONTEND_LOCKED"), 0);
	ck_assert_int_eq(call_for_dpkg("configure", UH_PRE_INVOKE), 0);
	set_database("installed");
	ck_assert_int_eq(call_for_dpkg("configure", UH_POST_INVOKE), 0);
	assert_taken_file("/log", "Pre-Invoke/a \nPost-Invoke/a \n");
	ck_assert_int_eq(call_for_dpkg("audit", UH_PRE_INVOKE), 0);
	/* A hook that is switched off is in the log. */
	ck_assert_int_eq(setenv("APT_UNIVERSAL_HOOKS", "off", 1), 0);
	ck_assert_int_eq(call_for_dpkg("configure", UH_PRE_INVOKE), 0);
	ck_assert_int_eq(unsetenv("APT_UNIVERSAL_HOOKS"), 0);
	/* Somebody who has called us has called dpkg. */
	ck_assert_int_eq(proc_read(parent.pid, &proc), 0);
	parent.start_time = proc.start_time;
	frontend_key(&parent, key);
	file = string_format(STATE "%s.transaction", key);
	make_file(file, 0600, "");
	ck_assert_int_eq(call_for_dpkg("configure", UH_PRE_INVOKE), 0);
	ck_assert_int_eq(remove(at(file)), 0);
	assert_taken_file("/log", "");
	(void)remove(at("/events"));
	make_file(TEST_DATABASE, 0644, "no database\n");
	ck_assert_int_eq(call_for_dpkg("configure", UH_PRE_INVOKE), 0);
	ck_assert_int_eq(rename(at(STATE), at("/gone")), 0);
	make_file("/run/apt-universal-hooks", 0644, "");
	ck_assert_int_eq(call_for_dpkg("configure", UH_PRE_INVOKE), 0);
	assert_taken_file("/events",
		"DATABASE_UNREADABLE exited 2\nSCRIPT_ENDED " ETC
		"Pre-Invoke/a exited 0\n"
		"STATE_UNUSABLE /run/apt-universal-hooks (Not a "
		"directory)\nSCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n");
}
END_TEST

START_TEST(a_veto_needs_no_state)
{
	configure_apt("");
	make_file("/run/apt-universal-hooks", 0644, "");
	make_script(ETC "Pre-Install-Pkgs/a", "exit 1");
	ck_assert_int_eq(call_pre_install_pkgs(SCOPE "On-Failure=abort"), STOP);
	assert_stanzas("Result: aborted\n Pre-Install-Pkgs " ETC
		       "Pre-Install-Pkgs/a [always] exit 1\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_environment_switches_off_all_three_hook_points,
		the_settings_of_apt_hold_at_all_three_hook_points,
		a_nearer_enabled_overrides_the_global_one,
		what_is_wrong_with_the_settings_is_told_once_a_transaction,
		a_faulty_setting_is_told_with_the_place_that_it_comes_from,
		who_masks_a_hook_of_a_package_need_not_hear_of_its_settings,
		where_the_settings_are_lost_a_failure_may_be_a_veto,
		packages_are_found_for_later_hooks_if_one_is_removed_or_a_script_has_run,
		post_invoke_hears_what_its_when_asks_for,
		without_a_result_neither_success_nor_failure_holds,
		success_is_over_once_a_script_failed,
		a_veto_after_dpkg_is_told_last_and_makes_apt_fail,
		the_log_has_one_stanza_a_transaction, where_nothing_ran_there_is_no_log,
		a_log_that_cannot_be_written_is_told_and_apt_goes_on,
		a_stream_that_is_too_large_is_told_and_apt_goes_on,
		where_proc_does_not_answer_the_only_record_counts,
		dpkg_without_apt_runs_the_hooks_for_what_it_changes,
		a_veto_needs_no_state};

	return run_tests("session", tests, COUNT_OF(tests));
}
