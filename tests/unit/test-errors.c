/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single modules in which one call fails (fault.h): each gives the right answer or reports
 * an error, but never gives a wrong answer. test-faults.c tests all of them together.
 */
#include "command_line.h"
#include "configuration.h"
#include "correction.h"
#include "fault.h"
#include "fixture.h"
#include "frontend.h"
#include "kept_output.h"
#include "log_writer.h"
#include "merge.h"
#include "origins.h"
#include "outcome.h"
#include "package_settings.h"
#include "plan.h"
#include "proc.h"
#include "process.h"
#include "requirement.h"
#include "script_text.h"
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void try_all_errors(void (*step)(void))
{
	faults_try(MEMORY, ENOMEM, step);
	faults_try(CALL, EIO, step);
}

static void try_signals_as_well(void (*step)(void))
{
	try_all_errors(step);
	faults_try(WAITS, EINTR, step);
}

/* The answer is expected, or there is an error. */
static void assert_answer(int error, const struct buffer *answer, const char *expected)
{
	if (error == 0 && answer->error == 0)
		assert_text(answer, expected);
}

static bool is_message(const struct script *script)
{
	return script->fault != SCRIPT_IS_FINE;
}

/* Everything, or an event that says that something is missing. */
static void assert_scripts(int error, const struct script_list *scripts, size_t expected)
{
	size_t messages = 0;

	for (size_t i = 0; i < scripts->count; i++)
		messages += is_message(&scripts->items[i]);
	ck_assert(error < 0 || messages > 0 || scripts->count == expected);
}

static void list_scripts(void)
{
	struct hook_tree tree;
	struct script_list scripts = {0};
	int error;

	(void)faults_arm(true);
	error = hook_tree_init(&tree, root());
	if (error == 0)
		error = hook_tree_scripts(&tree, "Pre-Invoke", &scripts);
	(void)faults_arm(false);
	assert_scripts(error, &scripts, 2);
	/* A package's script never replaces the administrator's. */
	for (size_t i = 0; i < scripts.count; i++)
		if (!is_message(&scripts.items[i]))
			ck_assert(strstr(scripts.items[i].path, "usr/lib") == NULL ||
				  strstr(scripts.items[i].path, "/b") != NULL);
	script_list_done(&scripts);
	hook_tree_done(&tree);
}

static void list_behind_a_file(void)
{
	struct hook_tree tree;
	struct script_list scripts = {0};
	int error;

	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	(void)faults_arm(true);
	error = hook_tree_scripts(&tree, "Post-Invoke", &scripts);
	(void)faults_arm(false);
	/* Never without a message about the file. */
	assert_scripts(error, &scripts, SIZE_MAX);
	script_list_done(&scripts);
	hook_tree_done(&tree);
}

START_TEST(no_script_gets_lost_in_silence_nor_what_overrides_it)
{
	make_script(ETC "Pre-Invoke/a", "");
	make_script(LIB "Pre-Invoke/a", "");
	make_script(LIB "Pre-Invoke/b", "");
	try_all_errors(list_scripts);
	make_file(ETC "Post-Invoke", 0644, "");
	make_script(LIB "Post-Invoke/a", "");
	try_all_errors(list_behind_a_file);
}
END_TEST

static void look_for_need(void)
{
	struct hook_tree tree;
	int error = hook_tree_init(&tree, root());
	bool is_possible;

	ck_assert_int_eq(error, 0);
	(void)faults_arm(true);
	/* A directory that cannot be read may have scripts. */
	(void)plan_needs_packages(&tree, UH_POST_INVOKE);
	is_possible = plan_is_possible(&tree, UH_POST_INVOKE);
	(void)faults_arm(false);
	ck_assert(is_possible);
	hook_tree_done(&tree);
}

START_TEST(in_doubt_a_plan_is_possible)
{
	make_script(ETC "multi_pkgs/Post-Invoke/__WILDCARD__/a", "");
	faults_try(MEMORY, ENOMEM, look_for_need);
	make_script(ETC "pkgs/foo/Post-Invoke/a", "");
	faults_try(MEMORY, ENOMEM, look_for_need);
}
END_TEST

static const char package_lines[] =
	"VERSION 3\n\nbar 1 amd64 none > - - none **REMOVE**\n"
	"foo 1 amd64 none < 2 amd64 none /foo.deb\n";
static const char setting_lines[] =
	"Universal-Hooks::Scripts::multi_pkgs::Operations::=upgrade\n"
	"Universal-Hooks::Scripts::pkgs/foo::Requires::=one\n"
	"Universal-Hooks::Scripts::pkgs/foo::Requires::=two\n"
	"Universal-Hooks::Scripts::pkgs/foo::Operations::=upgrade\n"
	"Universal-Hooks::Scripts::pkgs/foo/Pre-Install-Pkgs/a::Renamed-From::=pkgs/b\n";

static bool is_for_bar(const struct planned_run *run)
{
	return run->directory != NULL && run->directory[0] == 'b';
}

static void make_plan(void)
{
	struct transaction transaction;
	struct stream_faults faults;
	struct settings settings = {.count = 0};
	struct hook_tree tree;
	struct plan plan;
	size_t messages = 0;
	int error;

	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	ck_assert_int_eq(stream_parse(&transaction, slice_of(package_lines), &faults), 0);
	(void)faults_arm(true);
	error = settings_parse(&settings, slice_of(setting_lines));
	if (error == 0)
		error = plan_make(&plan, &tree, UH_PRE_INSTALL_PKGS, &transaction);
	else
		memset(&plan, 0, sizeof(plan));
	plan_apply_settings(&plan, &tree, &settings, &transaction);
	(void)faults_arm(false);
	for (size_t i = 0; i < plan.count; i++)
		messages += is_message(&plan.runs[i].script);
	ck_assert(error < 0 || messages > 0 || plan.count == 4);
	/* One call has failed, which is said once. */
	ck_assert(error == 0 || messages == 0);
	/* Only that of bar, whose Operations are others, is skipped. */
	for (size_t i = 0; i < plan.count; i++)
		ck_assert(plan.runs[i].skip == SKIP_NONE || is_for_bar(&plan.runs[i]));
	plan_done(&plan);
	settings_done(&settings);
	transaction_done(&transaction);
	hook_tree_done(&tree);
}

START_TEST(a_plan_is_whole_or_says_what_is_not)
{
	make_script(ETC "multi_pkgs/Pre-Install-Pkgs/b__WILDCARD__r/a", "");
	make_script(ETC "multi_pkgs/Pre-Install-Pkgs/f__WILDCARD__o/a", "");
	make_script(ETC "pkgs/foo/Pre-Install-Pkgs/a", "");
	make_script(ETC "pkgs/foo:amd64/Pre-Install-Pkgs/a", "");
	try_all_errors(make_plan);
}
END_TEST

static const char version_lines[] =
	"Universal-Hooks::Scripts::Pre-Install-Pkgs/each::Per-Package=true\n"
	"Universal-Hooks::Scripts::Pre-Install-Pkgs/each::Packages::=foo\n"
	"Universal-Hooks::Scripts::Pre-Install-Pkgs/each::Packages::=b*\n"
	"Universal-Hooks::Scripts::Pre-Install-Pkgs/new::Packages::=foo (>= 1)\n";

static void split_plan(void)
{
	struct transaction transaction;
	struct stream_faults faults;
	struct settings settings = {.count = 0};
	struct hook_tree tree;
	struct plan plan;
	size_t lost = 0;

	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	ck_assert_int_eq(stream_parse(&transaction, slice_of(package_lines), &faults), 0);
	ck_assert_int_eq(settings_parse(&settings, slice_of(version_lines)), 0);
	ck_assert_int_eq(plan_make(&plan, &tree, UH_PRE_INSTALL_PKGS, &transaction), 0);
	(void)faults_arm(true);
	plan_apply_settings(&plan, &tree, &settings, &transaction);
	(void)faults_arm(false);
	for (size_t i = 0; i < plan.count; i++)
		lost += plan.runs[i].script.fault != SCRIPT_IS_FINE ||
			plan.runs[i].settings_error < 0;
	/* "each" runs twice, and "new" once. */
	ck_assert(plan.count == 3 || (plan.count >= 2 && lost > 0));
	plan_done(&plan);
	settings_done(&settings);
	transaction_done(&transaction);
	hook_tree_done(&tree);
}

START_TEST(a_run_is_split_or_says_why_not)
{
	make_script(ETC "Pre-Install-Pkgs/each", "");
	make_script(ETC "Pre-Install-Pkgs/new", "");
	faults_try(MEMORY, ENOMEM, split_plan);
	faults_try(CALL, EIO, split_plan);
}
END_TEST

static void ask_installed(void)
{
	static const char *const lists[] = {"foo (>= 1), virtual (= 3) | other (>> 1)"};
	struct installed installed = {.count = 0};
	struct slice missing;
	int error;

	buffer_append_string(&installed.answer,
		"foo\tamd64\tinstalled\t2\tvirtual (= 3), more\n"
		"other\tamd64\tinstalled\t2\t\n");
	(void)faults_arm(true);
	error = installed_index(&installed);
	if (error == 0)
		error = installed_expect(&installed, lists, COUNT_OF(lists));
	(void)faults_arm(false);
	if (error == 0) {
		ck_assert_int_eq(installed_find_missing(
					 &installed, lists, COUNT_OF(lists), &missing),
			0);
		ck_assert_ptr_null(missing.data);
	}
	installed_done(&installed);
}

START_TEST(what_is_installed_is_known_or_it_is_an_error)
{
	faults_try(MEMORY, ENOMEM, ask_installed);
}
END_TEST

static void read_stream(void)
{
	struct transaction transaction;
	struct stream_faults faults;
	int error;

	(void)faults_arm(true);
	error = stream_parse(&transaction,
		slice_of("VERSION 3\nAPT::Architecture=amd64\n"
			 "DPkg::Options::=--root=/x\n\n"),
		&faults);
	(void)faults_arm(false);
	if (error == 0)
		ck_assert_str_eq(transaction.admin_dir, "/x/var/lib/dpkg");
	transaction_done(&transaction);
}

START_TEST(what_apt_sends_is_read_whole_or_not_at_all)
{
	faults_try(MEMORY, ENOMEM, read_stream);
}
END_TEST

static void read_command_line(void)
{
	static const char *const words[] = {"apt", "-o", "A=b", "-c", "file", "-oC=d",
		"--option", "E=f", "--config-file=/g"};
	struct command_line command_line = {.pid = 1};
	owns_buffer struct buffer found = {0};
	int error = 0;

	for (size_t i = 0; i < COUNT_OF(words); i++)
		ck_assert_int_eq(string_list_add(&command_line.words, words[i]), 0);
	(void)faults_arm(true);
	error = command_line_parse(&command_line);
	(void)faults_arm(false);
	for (size_t i = 0; i < command_line.options.count; i++)
		buffer_append_format(&found, "%s ", command_line.options.items[i]);
	for (size_t i = 0; i < command_line.files.count; i++)
		buffer_append_format(&found, "%s ", command_line.files.items[i]);
	assert_answer(error, &found, "A=b C=d E=f /proc/1/cwd/file /g ");
	command_line_done(&command_line);
}

static void read_own_command_line(void)
{
	const struct frontend frontend = {.pid = getpid()};
	struct command_line command_line;
	int error;

	(void)faults_arm(true);
	error = command_line_read(&command_line, &frontend);
	(void)faults_arm(false);
	ck_assert(error < 0 || command_line.words.count == 1);
	command_line_done(&command_line);
}

START_TEST(options_of_a_command_line_are_all_there_or_an_error)
{
	faults_try(MEMORY, ENOMEM, read_command_line);
	skip_unless(access("/proc/self/cmdline", R_OK) == 0, "there is no /proc");
	try_signals_as_well(read_own_command_line);
}
END_TEST

static pid_t idler;

static void start_idler(void)
{
	ck_assert_int_eq(fflush(NULL), 0);
	idler = fork();
	ck_assert_int_ge(idler, 0);
	if (idler == 0)
		for (;;)
			(void)pause();
}

static void end_idler(void)
{
	ck_assert_int_eq(kill(idler, SIGKILL), 0);
	ck_assert_int_eq(waitpid(idler, NULL, 0), idler);
}

static void list_children(void)
{
	struct pid_list children = {0}, nobody = {0};
	int error, count;
	bool asks;

	(void)faults_arm(true);
	error = proc_list_children(&children);
	count = proc_kill_descendants(&nobody, 0);
	asks = proc_descendant_asks();
	(void)faults_arm(false);
	ck_assert(!asks);
	/* If the file of a process cannot be read, the process counts as ended. */
	ck_assert(error < 0 || (children.count == 1 && children.items[0] == idler) ||
		  count == 1);
	pid_list_done(&children);
}

START_TEST(children_are_found_or_it_is_an_error)
{
	skip_unless(access("/proc/self/stat", R_OK) == 0, "there is no /proc");
	start_idler();
	try_signals_as_well(list_children);
	end_idler();
}
END_TEST

static void wait_for_an_end(void)
{
	int error;
	siginfo_t info;

	start_idler();
	ck_assert_int_eq(kill(idler, SIGKILL), 0);
	(void)faults_arm(true);
	error = proc_wait_for_end(idler);
	(void)faults_arm(false);
	if (error == 0)
		ck_assert_int_eq(
			waitid(P_PID, (id_t)idler, &info, WEXITED | WNOWAIT | WNOHANG),
			0);
	ck_assert_int_eq(waitpid(idler, NULL, 0), idler);
	ck_assert(error == 0 || error == -EIO);
}

START_TEST(an_end_is_waited_for_through_interruptions)
{
	faults_try(WAITS, EINTR, wait_for_an_end);
	faults_try(CALL, EIO, wait_for_an_end);
}
END_TEST

static void run_programs(void)
{
	const char *const argv[] = {"a", "b", NULL};
	struct process_spec spec = {
		.path = at("/a"), .argv = (char *const *)argv, .envp = environ};
	struct uh_ending ending = {UH_EXITED, 0};
	struct interrupts interrupts;
	owns_fd int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int error;

	interrupts_hold(&interrupts);
	(void)faults_arm(true);
	error = process_run(&spec, &ending);
	(void)faults_arm(false);
	ck_assert(error < 0 || ending.end != UH_EXITED || ending.value != 0);
	spec.timeout = 60;
	(void)faults_arm(true);
	error = process_run(&spec, &ending);
	(void)faults_arm(false);
	ck_assert(error < 0 || ending.end != UH_EXITED || ending.value != 0);
	spec.output = spec.error_output = null;
	(void)faults_arm(true);
	error = process_run(&spec, &ending);
	(void)faults_arm(false);
	ck_assert(error < 0 || ending.end != UH_EXITED || ending.value != 0);
	interrupts_release(&interrupts);
}

static void run_for_other_user(void)
{
	const char *const argv[] = {"a", "b", NULL};
	struct process_spec spec = {.path = at("/a"),
		.argv = (char *const *)argv,
		.envp = environ,
		.directory = at("/"),
		.marker = at("/marker"),
		.is_for_other_user = true};
	struct uh_ending ending = {UH_EXITED, 0};
	owns_fd int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int error;

	spec.output = spec.error_output = null;
	(void)faults_arm(true);
	error = process_run(&spec, &ending);
	(void)faults_arm(false);
	ck_assert(error < 0 || ending.end != UH_EXITED || ending.value != 0);
}

static void capture(void)
{
	const char *const argv[] = {"a", "b", NULL};
	struct process_spec spec = {
		.path = at("/a"), .argv = (char *const *)argv, .envp = environ};
	owns_buffer struct buffer output = {0};
	struct uh_ending ending = {UH_EXITED, 0};
	int error;

	(void)faults_arm(true);
	error = process_capture(&spec, 3, &output, &ending);
	(void)faults_arm(false);
	ck_assert_int_lt(error, 0);
}

START_TEST(a_program_that_failed_never_seems_to_have_done_well)
{
	make_file("/a", 0755, "[ -t 1 ] || echo 1234\nexit 3\n");
	try_signals_as_well(run_programs);
	faults_try(CALL, EIO, run_for_other_user);
	faults_try(WAITS, EINTR, run_for_other_user);
	faults_try(CALL, ENOSYS, run_for_other_user);
	faults_try(CALL, EPERM, run_for_other_user);
	try_signals_as_well(capture);
}
END_TEST

static void ask_dpkg(void)
{
	static const char *const lists[] = {"foo (>= 0) | bar", "foo:i386, foo"};
	owns_memory char *status_file = strdup(at(TEST_DATABASE));
	owns_installed struct installed installed = {.count = 0};
	struct slice missing;
	int error;

	(void)faults_arm(true);
	error = installed_read(&installed, status_file);
	if (error == 0)
		error = installed_find_missing(
			&installed, lists, COUNT_OF(lists), &missing);
	(void)faults_arm(false);
	ck_assert(
		error < 0 || (missing.data != NULL && slice_equals(missing, "foo:i386")));
}

static void settle(void)
{
	struct transaction transaction;
	struct stream_faults faults;
	struct uh_ending ending;
	enum result result = RESULT_UNKNOWN;
	int error;

	ck_assert_int_eq(stream_parse(&transaction, slice_of(package_lines), &faults), 0);
	transaction.status_file = strdup(at(TEST_DATABASE));
	(void)faults_arm(true);
	error = outcome_find_purges(&transaction, &ending);
	if (error == 0)
		error = outcome_settle(&transaction, &result, &ending);
	(void)faults_arm(false);
	ck_assert(error < 0 || result == RESULT_OK);
	transaction_done(&transaction);
}

START_TEST(what_dpkg_does_not_say_is_not_made_up)
{
	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	set_database("installed");
	try_signals_as_well(ask_dpkg);
	try_signals_as_well(settle);
}
END_TEST

static void list_conffiles(void)
{
	owns_memory char *status_file = strdup(at(TEST_DATABASE));
	__attribute__((cleanup(conffile_list_done))) struct conffile_list conffiles;
	int error;

	(void)faults_arm(true);
	error = dpkg_list_conffiles(status_file, &conffiles);
	(void)faults_arm(false);
	ck_assert(error < 0 || (conffiles.count == 1 && conffiles.items[0].is_removed));
}

START_TEST(conffiles_of_a_removed_package_are_found_or_it_is_an_error)
{
	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	set_database("installed");
	make_file("/var/lib/dpkg/updates/0001", 0644,
		"Package: gone\nStatus: deinstall ok config-files\n"
		"Maintainer: nobody\nArchitecture: all\nVersion: 1\n"
		"Config-Version: 1\nDescription: a test\nConffiles:\n"
		" /etc/gone 900150983cd24fb0d6963f7d28e17f72\n");
	try_signals_as_well(list_conffiles);
}
END_TEST

static void ignore_event(const struct uh_event *event, void *context)
{
	(void)event;
	(void)context;
}

static void read_package_settings(void)
{
	struct settings settings = {.count = 0};
	struct hook_tree tree;
	int error;

	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	(void)faults_arm(true);
	error = package_settings_read(&settings, &tree, NULL, ignore_event, NULL);
	(void)faults_arm(false);
	ck_assert(error < 0 || settings.count == 2 ||
		  settings_are_lost_for(&settings, &tree, "Post-Invoke/a"));
	hook_tree_done(&tree);
	settings_done(&settings);
}

START_TEST(settings_of_a_package_hold_or_its_hooks_are_without_them)
{
	make_script(LIB "Post-Invoke/a", "");
	make_file(LIB "settings.d/own.conf", 0644,
		"Universal-Hooks::Scripts::Post-Invoke/a::Timeout \"1\";\n");
	make_file(LIB "settings.d/too.conf", 0644,
		"Universal-Hooks::Scripts::Post-Invoke/a::User \"x\";\n");
	try_all_errors(read_package_settings);
}
END_TEST

static void stamp_configuration(void)
{
	owns_memory char *stamp = NULL;
	owns_memory char *expected = configuration_stamp(root());

	(void)faults_arm(true);
	stamp = configuration_stamp(root());
	(void)faults_arm(false);
	ck_assert(stamp == NULL || strcmp(stamp, expected) == 0);
}

START_TEST(a_stamp_of_the_configuration_is_whole_or_there_is_none)
{
	make_file("/etc/apt/apt.conf", 0644, "");
	make_file("/etc/apt/apt.conf.d/50hooks", 0644, "");
	faults_try(MEMORY, ENOMEM, stamp_configuration);
}
END_TEST

static void catch_up_log(void)
{
	static const char stanza[] = "Start-Date: now\n";
	struct state state = {.fd = -1};
	struct trust trust;
	struct unsafe_path unsafe = {.path = NULL};
	int error;

	make_file(STATE "log", 0600, stanza);
	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(state_open(&state, &state_of_runs, root(), &trust, &unsafe), 0);
	(void)faults_arm(true);
	error = log_file_catch_up(&log_of_runs, &state, root());
	(void)faults_arm(false);
	ck_assert(error < 0 ? is_there(STATE "log") : is_there(LOG_FILE));
	state_done(&state);
	trust_done(&trust);
}

START_TEST(what_was_kept_of_the_log_is_there_until_it_is_written)
{
	make_directory("/var/log/apt");
	try_signals_as_well(catch_up_log);
}
END_TEST

static void judge(void)
{
	struct trust trust = {.root = NULL};
	struct unsafe_path unsafe = {.path = NULL};
	const char *path = at("/link/open/file");
	int error;

	(void)faults_arm(true);
	error = trust_init(&trust, root());
	if (error == 0)
		error = trust_check(&trust, path, &unsafe);
	(void)faults_arm(false);
	ck_assert_int_lt(error, 0);
	free(unsafe.path);
	trust_done(&trust);
}

START_TEST(what_is_open_to_others_is_never_trusted)
{
	make_script("/directory/open/file", "");
	set_mode("/directory/open", 0777);
	make_link("/link", "directory");
	try_all_errors(judge);
	faults_try(PATH, ENOENT, judge);
}
END_TEST

static void look_at_caller(void)
{
	struct frontend frontend;
	bool is_alive;

	(void)faults_arm(true);
	frontend = frontend_find(UH_PRE_INSTALL_PKGS);
	is_alive = frontend_is_alive(&frontend);
	(void)uh_is_called_by_apt(UH_PRE_INVOKE);
	(void)faults_arm(false);
	ck_assert(frontend.pid == 0 || frontend.pid == getppid());
	ck_assert(is_alive);
}

START_TEST(a_frontend_is_found_or_unknown_and_alive_in_doubt)
{
	skip_unless(access("/proc/self/stat", R_OK) == 0, "there is no /proc");
	ck_assert_int_eq(unsetenv("DPKG_FRONTEND_LOCKED"), 0);
	try_signals_as_well(look_at_caller);
	faults_try(PATH, ENOENT, look_at_caller);
}
END_TEST

static void look_for_owner(void)
{
	struct state state = {.fd = -1};
	struct trust trust;
	struct unsafe_path unsafe = {.path = NULL};
	struct frontend owner = {.pid = 0};
	bool is_found = false;
	int error;

	ck_assert_int_eq(trust_init(&trust, root()), 0);
	(void)faults_arm(true);
	error = state_open(&state, &state_of_runs, root(), &trust, &unsafe);
	if (error == 0)
		is_found = state_only_owner(&state, &owner);
	if (error == 0)
		state_sweep(&state, &(struct frontend){.pid = 1}, "keep");
	(void)faults_arm(false);
	ck_assert(!is_found || owner.pid == 4194305);
	ck_assert(is_there(STATE "4194305-1.keep"));
	free(unsafe.path);
	state_done(&state);
	trust_done(&trust);
}

START_TEST(what_somebody_still_needs_is_never_swept_away)
{
	make_file(STATE "4194305-1.keep", 0600, "");
	make_file(STATE "4194305-1.runs", 0600, "");
	try_all_errors(look_for_owner);
}
END_TEST

static void parse_origins(void)
{
	owns_origins struct origins origins;
	int error;

	(void)faults_arm(true);
	error = origins_parse(&origins, slice_of("/1\t1\tA=b\n/2\t2\tC=d\n"));
	(void)faults_arm(false);
	ck_assert_uint_eq(origins.count, error < 0 ? 0 : 2);
}

START_TEST(origins_are_all_there_or_none)
{
	faults_try(MEMORY, ENOMEM, parse_origins);
}
END_TEST

static const char *setting_line;
static const char *setting_right;

static void correct(void)
{
	struct settings settings;
	struct correction correction;

	ck_assert_int_eq(settings_parse(&settings, slice_of(setting_line)), 0);
	(void)faults_arm(true);
	correction_find(&correction, settings.items);
	(void)faults_arm(false);
	if (correction.right == NULL)
		ck_assert_ptr_null(correction.wrong);
	else
		ck_assert_str_eq(correction.right, setting_right);
	correction_done(&correction);
	settings_done(&settings);
}

START_TEST(a_correction_is_right_or_there_is_none)
{
	static const struct {
		const char *line;
		const char *right;
	} cases[] = {{"Timeouts=5", "Timeout"}, {"When=sucess", "success"},
		{"Timeout=5m", "300"}, {"Directory=a", "/a"},
		{"Requires::=a%20(1)", "a (= 1)"}, {"When::=always", "When \"always\""},
		{"Requires=a", "Requires { \"a\"; }"},
		{"Operations::=install%20upgrade",
			"Operations { \"install\"; \"upgrade\"; }"},
		{"Post-Invoke::a::Timeout=5",
			"Universal-Hooks::Scripts::Post-Invoke/a::Timeout"}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_memory char *line =
			string_format("Universal-Hooks::%s\n", cases[i].line);

		setting_line = line;
		setting_right = cases[i].right;
		faults_try(MEMORY, ENOMEM, correct);
	}
}
END_TEST

static void look_for_start_fault(void)
{
	const char *path = at("/script");
	char interpreter[UH_INTERPRETER_SIZE] = "";
	enum uh_start_fault fault;

	(void)faults_arm(true);
	fault = script_text_find_fault(path, false, false, interpreter);
	(void)faults_arm(false);
	if (fault != UH_START_UNKNOWN) {
		ck_assert_int_eq(fault, UH_START_NO_INTERPRETER);
		ck_assert_str_eq(interpreter, "no-such-program");
	}
}

START_TEST(why_a_script_did_not_start_is_found_or_unknown)
{
	make_file("/script", 0755, "#!/usr/bin/env no-such-program\n");
	faults_try(MEMORY, ENOMEM, look_for_start_fault);
}
END_TEST

static struct state keeper;
static enum output_mode output_mode;

static bool has_text(const char *path, const char *text)
{
	owns_buffer struct buffer found = {0};

	if (!is_there(path))
		return false;
	read_file(path, &found);
	return strstr(found.data, text) != NULL;
}

/* What is said to be kept is in the file, or waits to get there. */
static void keep_output(void)
{
	const struct kept_script script = {UH_PRE_INVOKE, "/a", "foo", geteuid()};
	struct kept_output kept = {.count = 0};
	int output, error_output, error;

	(void)remove(at(OUTPUT_FILE));
	(void)remove(at(STATE "term-log"));
	(void)faults_arm(true);
	error = kept_output_start(
		&kept, output_mode, &script, &keeper, root(), &output, &error_output);
	(void)faults_arm(false);
	if (error == 0) {
		ck_assert_int_eq(write_all(output, slice_of("a\n")), 0);
		ck_assert_int_eq(write_all(error_output, slice_of("b\n")), 0);
	}
	(void)faults_arm(true);
	error |= kept_output_finish(&kept, "exit 7");
	(void)faults_arm(false);
	ck_assert(error < 0 || has_text(OUTPUT_FILE, " exit 7\n") ||
		  has_text(STATE "term-log", " exit 7\n"));
	/* The process that copies. */
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void set_up_keeper(void)
{
	struct unsafe_path unsafe = {.path = NULL};
	struct trust trust;

	(void)signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(state_open(&keeper, &state_of_runs, root(), &trust, &unsafe), 0);
	memcpy(keeper.key, "7-9", sizeof("7-9"));
	trust_done(&trust);
}

START_TEST(output_that_was_kept_has_been_written)
{
	set_up_keeper();
	output_mode = OUTPUT_LOG;
	try_signals_as_well(keep_output);
	faults_try(PATH, EROFS, keep_output);
	state_done(&keeper);
}
END_TEST

START_TEST(output_on_a_terminal_that_was_kept_has_been_written)
{
	int person, terminal;

	set_up_keeper();
	ck_assert_int_eq(openpty(&person, &terminal, NULL, NULL, NULL), 0);
	ck_assert_int_eq(dup2(terminal, STDOUT_FILENO), STDOUT_FILENO);
	output_mode = OUTPUT_BOTH;
	try_signals_as_well(keep_output);
	faults_try(CALL, EAGAIN, keep_output);
	ck_assert_int_eq(tcflush(terminal, TCOFLUSH), 0);
	ck_assert_int_eq(dup2(terminal, STDERR_FILENO), STDERR_FILENO);
	faults_try(CALL, EIO, keep_output);
	state_done(&keeper);
}
END_TEST

static void merge_two_runs(void)
{
	static const char *const lines[] = {"a 1 amd64 none < 3 amd64 none /a.deb\n",
		"a 3 amd64 none > 2 amd64 none /a.deb\n"};
	struct merged_run runs[2] = {{.result = RESULT_UNKNOWN}};
	owns_transaction struct transaction merged = {.count = 0};
	owns_buffer struct buffer text = {0};
	enum result result;
	int error;

	for (size_t i = 0; i < COUNT_OF(runs); i++)
		parse_packages(&runs[i].transaction, lines[i]);
	runs[0].transaction.command_line = strdup("apt-get upgrade");
	buffer_append_string(&runs[0].transaction.noted_paths, "a\t/b\n");
	(void)faults_arm(true);
	for (size_t i = 0; i < COUNT_OF(runs); i++)
		(void)merge_parse_outcome(&runs[i], slice_of("ok\n"));
	error = merge_runs(&merged, runs, COUNT_OF(runs), &result);
	merge_format_outcome(&runs[0], &text);
	(void)faults_arm(false);
	if (error == 0) {
		ck_assert_uint_eq(merged.count, 1);
		ck_assert_int_eq(merged.packages[0].operation, OPERATION_UPGRADE);
		assert_text(&merged.noted_paths, "a\t/b\n");
	}
	for (size_t i = 0; i < COUNT_OF(runs); i++)
		transaction_done(&runs[i].transaction);
}

START_TEST(runs_are_merged_whole_or_not_at_all)
{
	faults_try(MEMORY, ENOMEM, merge_two_runs);
	faults_try(CALL, EIO, merge_two_runs);
	faults_try(START, EAGAIN, merge_two_runs);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		no_script_gets_lost_in_silence_nor_what_overrides_it,
		in_doubt_a_plan_is_possible,
		a_plan_is_whole_or_says_what_is_not,
		a_run_is_split_or_says_why_not,
		what_is_installed_is_known_or_it_is_an_error,
		what_apt_sends_is_read_whole_or_not_at_all,
		options_of_a_command_line_are_all_there_or_an_error,
		children_are_found_or_it_is_an_error,
		an_end_is_waited_for_through_interruptions,
		a_program_that_failed_never_seems_to_have_done_well,
		what_dpkg_does_not_say_is_not_made_up,
		conffiles_of_a_removed_package_are_found_or_it_is_an_error,
		settings_of_a_package_hold_or_its_hooks_are_without_them,
		a_stamp_of_the_configuration_is_whole_or_there_is_none,
		what_was_kept_of_the_log_is_there_until_it_is_written,
		what_is_open_to_others_is_never_trusted,
		a_frontend_is_found_or_unknown_and_alive_in_doubt,
		what_somebody_still_needs_is_never_swept_away,
		origins_are_all_there_or_none,
		a_correction_is_right_or_there_is_none,
		why_a_script_did_not_start_is_found_or_unknown,
		output_that_was_kept_has_been_written,
		output_on_a_terminal_that_was_kept_has_been_written,
		runs_are_merged_whole_or_not_at_all,
	};

	if (!faults_start())
		return EXIT_FAILURE;
	return run_tests("errors", tests, COUNT_OF(tests));
}
