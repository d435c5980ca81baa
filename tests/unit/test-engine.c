/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole transactions, called as apt calls them: the test plays apt, and its children are
 * the processes between apt and the engine.
 */
#include "fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define DPKG_QUERY "/usr/bin/dpkg-query"

/* Children end here, so that a sanitizer looks for leaks in them as well. */
static _Noreturn void end_child(int status)
{
	(void)fflush(NULL);
	exit(status);
}

static int wait_for(pid_t pid)
{
	int status;

	ck_assert_int_ge(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "a child died: status %d", status);
	return WEXITSTATUS(status);
}

static pid_t start_child(void)
{
	ck_assert_int_eq(fflush(NULL), 0);
	return fork();
}

static int invoke(enum uh_hook_point hook_point)
{
	return call_hook_point(hook_point, NULL);
}

/* Pre-Install-Pkgs, called by apt itself, which writes into a pipe. */
static int install(struct slice bytes)
{
	int ends[2];
	pid_t writer;
	int status;

	ck_assert_int_eq(pipe(ends), 0);
	writer = start_child();
	if (writer == 0) {
		(void)close(ends[0]);
		(void)signal(SIGPIPE, SIG_IGN);
		while (bytes.size > 0) {
			ssize_t written = write(ends[1], bytes.data, bytes.size);

			if (written < 0)
				_exit(1);
			bytes.data += written;
			bytes.size -= (size_t)written;
		}
		_exit(0);
	}
	(void)close(ends[1]);
	status = call_engine(1, UH_PRE_INSTALL_PKGS, ends[0]);
	(void)close(ends[0]);
	ck_assert_msg(wait_for(writer) == 0, "the stream was not read to its end");
	return status;
}

/* The package lines with a minimal configuration; the database is below the root. */
static int install_packages(const char *lines)
{
	owns_memory char *stream =
		string_format("VERSION 3\nAPT::Architecture=amd64\n"
			      "Acquire::http::Proxy=http://me:secret@proxy/\n"
			      "Dir::State::status=%s\n"
			      "CommandLine::AsString=apt-get%%20install%%20foo\n\n%s",
			at(TEST_DATABASE), lines);

	return install(slice_of(stream));
}

static const char foo[] = "foo 1 amd64 none < 2 amd64 none /foo.deb\n"
			  "foo 1 amd64 none < 2 amd64 none **CONFIGURE**\n";

START_TEST(a_transaction_runs_all_that_the_design_names_in_order)
{
	static const char result[] =
		"$APT_UNIVERSAL_HOOKS_RESULT$APT_UNIVERSAL_HOOKS_SUCCESS";

	skip_unless(access(DPKG_QUERY, X_OK) == 0, "there is no dpkg-query");
	make_recorder(ETC "Pre-Invoke/a", "");
	make_recorder(LIB "Pre-Install-Pkgs/a", "");
	make_recorder(ETC "multi_pkgs/Pre-Install-Pkgs/f__WILDCARD__/a",
		"$(cat \"${1#--pkg_list=}\")");
	make_recorder(
		ETC "pkgs/foo/Pre-Install-Pkgs/a", "$APT_UNIVERSAL_HOOKS_OPERATION");
	make_recorder(ETC "pkgs/foo/Post-Invoke/a", result);
	make_recorder(ETC "multi_pkgs/Post-Invoke/f__WILDCARD__/a", result);
	make_recorder(ETC "Post-Invoke/a",
		"$(cut -f 1,6 \"$APT_UNIVERSAL_HOOKS_TRANSACTION\")");
	set_database("unpacked");
	ck_assert_int_eq(invoke(UH_PRE_INVOKE), 0);
	assert_taken_file("/log", "Pre-Invoke/a \n");
	ck_assert_int_eq(install_packages(foo), 0);
	assert_taken_file("/log", "pkgs/foo/Pre-Install-Pkgs/a upgrade\n"
				  "multi_pkgs/Pre-Install-Pkgs/f__WILDCARD__/a foo\n"
				  "Pre-Install-Pkgs/a \n");
	set_database("installed");
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file("/log", "pkgs/foo/Post-Invoke/a ok1\n"
				  "multi_pkgs/Post-Invoke/f__WILDCARD__/a ok1\n"
				  "Post-Invoke/a foo\tdone\n");
	assert_taken_file("/events",
		"SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n"
		"SCRIPT_ENDED " ETC "pkgs/foo/Pre-Install-Pkgs/a exited 0\n"
		"SCRIPT_ENDED " ETC
		"multi_pkgs/Pre-Install-Pkgs/f__WILDCARD__/a exited 0\n"
		"SCRIPT_ENDED " LIB "Pre-Install-Pkgs/a exited 0\n"
		"SCRIPT_ENDED " ETC "pkgs/foo/Post-Invoke/a exited 0\n"
		"SCRIPT_ENDED " ETC "multi_pkgs/Post-Invoke/f__WILDCARD__/a exited 0\n"
		"SCRIPT_ENDED " ETC "Post-Invoke/a exited 0\n");
	ck_assert_msg(rmdir(at(STATE)) == 0, "something is left in the state directory");
}
END_TEST

START_TEST(without_a_tree_nothing_is_told_and_nothing_is_left)
{
	set_database("unpacked");
	ck_assert_int_eq(invoke(UH_PRE_INVOKE), 0);
	ck_assert_int_eq(install_packages(foo), 0);
	set_database("installed");
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file("/events", "");
	ck_assert_int_eq(rmdir(at(STATE)), 0);
}
END_TEST

START_TEST(at_pre_invoke_only_its_own_directory_runs)
{
	make_recorder(ETC "Pre-Invoke/a", "");
	make_recorder(ETC "pkgs/foo/Pre-Invoke/a", "");
	make_recorder(ETC "multi_pkgs/Pre-Invoke/__WILDCARD__/a", "");
	make_recorder(ETC "Pre-Install-Pkgs/a", "");
	ck_assert_int_eq(invoke(UH_PRE_INVOKE), 0);
	assert_taken_file("/log", "Pre-Invoke/a \n");
}
END_TEST

/* The result and success that a script gets at Post-Invoke. */
static void make_result_logger(void)
{
	make_recorder(ETC "Post-Invoke/z",
		"${APT_UNIVERSAL_HOOKS_RESULT-none} $APT_UNIVERSAL_HOOKS_SUCCESS");
}

START_TEST(dpkgs_database_says_whether_the_transaction_failed)
{
	skip_unless(access(DPKG_QUERY, X_OK) == 0, "there is no dpkg-query");
	make_result_logger();
	set_database("unpacked");
	ck_assert_int_eq(install_packages(foo), 0);
	set_database("half-configured");
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file("/log", "Post-Invoke/z failed 0\n");
}
END_TEST

START_TEST(a_dpkg_that_never_ran_means_aborted)
{
	make_result_logger();
	set_database("installed");
	ck_assert_int_eq(install_packages(foo), 0);
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file("/log", "Post-Invoke/z aborted 0\n");
}
END_TEST

START_TEST(a_hook_that_failed_before_dpkg_is_no_success_after_it)
{
	static const char *const failing[] = {
		ETC "Pre-Invoke/a", ETC "Pre-Install-Pkgs/a", ETC "Post-Invoke/a"};

	skip_unless(access(DPKG_QUERY, X_OK) == 0, "there is no dpkg-query");
	make_result_logger();
	for (size_t i = 0; i < COUNT_OF(failing); i++) {
		make_script(failing[i], "exit 1");
		for (int round = 0; round < 2; round++) {
			set_database("unpacked");
			ck_assert_int_eq(invoke(UH_PRE_INVOKE), 0);
			ck_assert_int_eq(install_packages(foo), 0);
			set_database("installed");
			ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
			assert_taken_file("/log", round == 0 ? "Post-Invoke/z ok 0\n"
							     : "Post-Invoke/z ok 1\n");
			/* The next transaction is not affected. */
			if (round == 0)
				ck_assert_int_eq(remove(at(failing[i])), 0);
		}
	}
}
END_TEST

START_TEST(pre_invoke_clears_what_an_aborted_transaction_left)
{
	make_recorder(ETC "pkgs/foo/Post-Invoke/a", "");
	set_database("unpacked");
	ck_assert_int_eq(install_packages(foo), 0);
	ck_assert_int_eq(invoke(UH_PRE_INVOKE), 0);
	ck_assert_int_eq(rmdir(at(STATE)), 0);
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file("/log", "");
	assert_taken_file("/events", "RECORD_MISSING\n");
}
END_TEST

START_TEST(a_missing_record_is_told_only_where_it_is_missed)
{
	make_recorder(ETC "Post-Invoke/a", "${APT_UNIVERSAL_HOOKS_TRANSACTION-none}");
	make_directory(ETC "pkgs/foo/Post-Invoke");
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file("/log", "Post-Invoke/a none\n");
	assert_taken_file("/events", "SCRIPT_ENDED " ETC "Post-Invoke/a exited 0\n");
	make_recorder(ETC "pkgs/foo/Post-Invoke/a", "");
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file("/log", "Post-Invoke/a none\n");
	assert_taken_file("/events", "RECORD_MISSING\n"
				     "SCRIPT_ENDED " ETC "Post-Invoke/a exited 0\n");
}
END_TEST

START_TEST(a_package_may_bring_its_own_hook)
{
	set_database("unpacked");
	ck_assert_int_eq(install_packages(foo), 0);
	make_recorder(LIB "pkgs/foo/Post-Invoke/a", "");
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file("/log", "pkgs/foo/Post-Invoke/a \n");
}
END_TEST

static void be_another_apt(void)
{
	set_database("unpacked");
	ck_assert_int_eq(invoke(UH_PRE_INVOKE), 0);
	ck_assert_int_eq(install_packages("other - - none < 1 all none /o.deb\n"), 0);
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
}

START_TEST(two_apts_at_a_time_never_mix)
{
	pid_t pid;

	skip_unless(access("/proc/self/stat", R_OK) == 0, "there is no /proc");
	make_recorder(ETC "multi_pkgs/Post-Invoke/__WILDCARD__/a",
		"$(cat \"${1#--pkg_list=}\")");
	set_database("unpacked");
	ck_assert_int_eq(install_packages(foo), 0);
	pid = start_child();
	if (pid == 0) {
		be_another_apt();
		end_child(0);
	}
	ck_assert_int_eq(wait_for(pid), 0);
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file("/log", "multi_pkgs/Post-Invoke/__WILDCARD__/a other\n"
				  "multi_pkgs/Post-Invoke/__WILDCARD__/a foo\n");
}
END_TEST

START_TEST(without_proc_the_only_record_counts)
{
	pid_t pid;

	make_recorder(ETC "pkgs/foo/Post-Invoke/a", "");
	make_recorder(ETC "Pre-Invoke/a", "${APT_UNIVERSAL_HOOKS_COMMAND_LINE-none}");
	skip_unless(unshare_mounts() && mount("none", "/proc", "tmpfs", 0, NULL) == 0,
		"only root can hide /proc");
	pid = start_child();
	if (pid == 0) {
		/* Not by way of exit(3), where a sanitizer looks into /proc. */
		set_database("unpacked");
		(void)call_engine(0, UH_PRE_INVOKE, -1);
		(void)fflush(NULL);
		_exit(0);
	}
	ck_assert_int_eq(wait_for(pid), 0);
	pid = start_child();
	if (pid == 0) {
		owns_memory char *stream = string_format(
			"VERSION 3\nDir::State::status=%s\n\n%s", at(TEST_DATABASE), foo);
		int ends[2];

		ck_assert_int_eq(pipe(ends), 0);
		ck_assert_int_gt(write(ends[1], stream, strlen(stream)), 0);
		(void)close(ends[1]);
		(void)call_engine(0, UH_PRE_INSTALL_PKGS, ends[0]);
		(void)call_engine(0, UH_POST_INVOKE, -1);
		(void)fflush(NULL);
		_exit(0);
	}
	ck_assert_int_eq(wait_for(pid), 0);
	ck_assert_int_eq(umount("/proc"), 0);
	assert_taken_file("/log", "Pre-Invoke/a none\npkgs/foo/Post-Invoke/a \n");
}
END_TEST

START_TEST(no_password_of_apts_reaches_the_disk_or_a_script)
{
	owns_buffer struct buffer seen = {0};

	make_script(ETC "Pre-Install-Pkgs/a",
		"env >\"$LOG\"; cat \"$APT_UNIVERSAL_HOOKS_TRANSACTION\" "
		"\"${LOG%/*}\"/run/apt-universal-hooks/* >>\"$LOG\"");
	ck_assert_int_eq(install_packages(foo), 0);
	read_file("/log", &seen);
	ck_assert_ptr_null(memmem(seen.data, seen.size, "secret", 6));
	ck_assert_ptr_nonnull(memmem(seen.data, seen.size, "VERSION 3\n", 10));
	ck_assert_ptr_nonnull(memmem(seen.data, seen.size, "/foo.deb", 8));
}
END_TEST

START_TEST(the_command_line_is_apts_or_else_that_of_the_process)
{
	owns_buffer struct buffer found = {0};

	skip_unless(access("/proc/self/cmdline", R_OK) == 0, "there is no /proc");
	make_script(ETC "Pre-Install-Pkgs/a",
		"echo \"$APT_UNIVERSAL_HOOKS_COMMAND_LINE\" >\"$LOG\"");
	ck_assert_int_eq(install_packages(foo), 0);
	assert_taken_file("/log", "apt-get install foo\n");
	ck_assert_int_eq(
		install(slice_of("VERSION 3\n\nfoo - - none < 1 all none /f\n")), 0);
	read_file("/log", &found);
	ck_assert_ptr_nonnull(memmem(found.data, found.size, "test-engine", 11));
}
END_TEST

START_TEST(what_is_wrong_with_the_stream_is_told_and_the_rest_is_used)
{
	static const struct {
		const char *stream;
		const char *events;
		const char *log;
	} cases[] = {
		{"/foo_1_all.deb\n", "STREAM_WITHOUT_NAMES\n", ""},
		{"", "STREAM_WITHOUT_NAMES\n", ""},
		{"VERSION 3\nA=b", "STREAM_TRUNCATED\n", ""},
		{"VERSION 3\n\nfoo - - none < 1 all none /f\nbar - - none",
			"STREAM_LINES_IGNORED 1 from 4\nSTREAM_TRUNCATED\n"
			"SCRIPT_ENDED " ETC "pkgs/foo/Pre-Install-Pkgs/a exited 0\n",
			"pkgs/foo/Pre-Install-Pkgs/a \n"},
		{"VERSION 3\n\nbar\nfoo - - none < 1 all none /f\n\n\n",
			"STREAM_LINES_IGNORED 3 from 3\n"
			"SCRIPT_ENDED " ETC "pkgs/foo/Pre-Install-Pkgs/a exited 0\n",
			"pkgs/foo/Pre-Install-Pkgs/a \n"},
	};

	make_recorder(ETC "pkgs/foo/Pre-Install-Pkgs/a", "");
	make_recorder(ETC "Pre-Install-Pkgs/z", "");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		owns_memory char *events = string_format("%sSCRIPT_ENDED " ETC
							 "Pre-Install-Pkgs/z exited 0\n",
			cases[i].events);
		owns_memory char *log =
			string_format("%sPre-Install-Pkgs/z \n", cases[i].log);

		ck_assert_int_eq(install(slice_of(cases[i].stream)), 0);
		assert_taken_file("/events", events);
		assert_taken_file("/log", log);
	}
}
END_TEST

START_TEST(what_nobody_asked_for_before_dpkg_is_told_after_it)
{
	ck_assert_int_eq(install(slice_of("VERSION 3\n\nbar\n"
					  "foo - - none < 1 all none /f\n")),
		0);
	assert_taken_file("/events", "");
	make_recorder(ETC "pkgs/foo/Post-Invoke/a", "");
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file("/events",
		"STREAM_LINES_IGNORED 1 from 0\n"
		"SCRIPT_ENDED " ETC "pkgs/foo/Post-Invoke/a exited 0\n");
	assert_taken_file("/log", "pkgs/foo/Post-Invoke/a \n");
}
END_TEST

START_TEST(without_a_stream_the_rest_still_runs)
{
	make_recorder(ETC "Pre-Install-Pkgs/a", "");
	ck_assert_int_eq(call_engine(1, UH_PRE_INSTALL_PKGS, -1), 0);
	assert_taken_file("/log", "Pre-Install-Pkgs/a \n");
	assert_taken_file("/events", "STREAM_UNREADABLE (Bad file descriptor)\n"
				     "STREAM_WITHOUT_NAMES\n"
				     "SCRIPT_ENDED " ETC "Pre-Install-Pkgs/a exited 0\n");
}
END_TEST

START_TEST(a_large_stream_is_read_to_its_end_before_a_script_runs)
{
	owns_buffer struct buffer stream = {0};

	read_data("bookworm-bulk300-real-v3.stream", &stream);
	make_recorder(ETC "Pre-Install-Pkgs/a",
		"$(wc -l <\"$APT_UNIVERSAL_HOOKS_TRANSACTION\")");
	ck_assert_int_eq(install(buffer_slice(&stream)), 0);
	assert_taken_file("/log", "Pre-Install-Pkgs/a 300\n");
}
END_TEST

START_TEST(a_state_directory_that_is_open_is_not_used)
{
	make_recorder(ETC "pkgs/foo/Pre-Install-Pkgs/a", "");
	make_recorder(ETC "multi_pkgs/Pre-Install-Pkgs/foo/a", "");
	make_recorder(ETC "Post-Invoke/a", "");
	make_directory("/run/apt-universal-hooks");
	set_mode("/run/apt-universal-hooks", 0777);
	ck_assert_int_eq(install_packages(foo), 0);
	assert_taken_file("/log", "pkgs/foo/Pre-Install-Pkgs/a \n");
	assert_taken_file("/events",
		"STATE_OPEN_TO_OTHERS /run/apt-universal-hooks "
		"/run/apt-universal-hooks world\n"
		"SCRIPT_ENDED " ETC "pkgs/foo/Pre-Install-Pkgs/a exited 0\n"
		"SCRIPT_WITHOUT_LIST " ETC
		"multi_pkgs/Pre-Install-Pkgs/foo/a (No such file or directory)\n");
	ck_assert_int_eq(rmdir(at(STATE)), 0);
}
END_TEST

START_TEST(without_run_what_needs_no_file_still_runs)
{
	ck_assert_int_eq(rmdir(at("/run")), 0);
	make_recorder(ETC "Pre-Invoke/a", "");
	make_recorder(ETC "pkgs/foo/Pre-Install-Pkgs/a", "");
	make_recorder(ETC "Post-Invoke/a", "");
	ck_assert_int_eq(invoke(UH_PRE_INVOKE), 0);
	ck_assert_int_eq(install_packages(foo), 0);
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file(
		"/log", "Pre-Invoke/a \npkgs/foo/Pre-Install-Pkgs/a \nPost-Invoke/a \n");
	assert_taken_file("/events",
		"STATE_UNUSABLE /run/apt-universal-hooks (No such file or directory)\n"
		"SCRIPT_ENDED " ETC "Pre-Invoke/a exited 0\n"
		"STATE_UNUSABLE /run/apt-universal-hooks (No such file or directory)\n"
		"SCRIPT_ENDED " ETC "pkgs/foo/Pre-Install-Pkgs/a exited 0\n"
		"STATE_UNUSABLE /run/apt-universal-hooks (No such file or directory)\n"
		"SCRIPT_ENDED " ETC "Post-Invoke/a exited 0\n");
}
END_TEST

START_TEST(what_post_invoke_will_miss_is_told_before_dpkg)
{
	ck_assert_int_eq(rmdir(at("/run")), 0);
	make_recorder(ETC "Post-Invoke/a", "");
	ck_assert_int_eq(install_packages(foo), 0);
	assert_taken_file("/events",
		"STATE_UNUSABLE /run/apt-universal-hooks (No such file or directory)\n");
}
END_TEST

START_TEST(a_stream_without_names_is_no_transaction)
{
	make_recorder(
		ETC "Pre-Install-Pkgs/a", "${APT_UNIVERSAL_HOOKS_TRANSACTION-none}");
	make_recorder(ETC "Post-Invoke/a", "${APT_UNIVERSAL_HOOKS_TRANSACTION-none}");
	make_recorder(ETC "pkgs/foo/Post-Invoke/a", "");
	ck_assert_int_eq(install(slice_of("/foo_1_all.deb\n")), 0);
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	ck_assert_int_eq(rmdir(at(STATE)), 0);
	assert_taken_file("/log", "Pre-Install-Pkgs/a none\nPost-Invoke/a none\n");
}
END_TEST

START_TEST(without_run_and_hooks_nobody_complains)
{
	ck_assert_int_eq(rmdir(at("/run")), 0);
	ck_assert_int_eq(invoke(UH_PRE_INVOKE), 0);
	ck_assert_int_eq(install_packages(foo), 0);
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file("/events", "");
}
END_TEST

START_TEST(a_full_disk_does_not_stop_the_hooks)
{
	struct rlimit limit;

	make_script(ETC "Pre-Install-Pkgs/a", ":");
	make_script(ETC "Post-Invoke/a", ":");
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 0;
	{
		int ends[2];
		struct uh_request request = {
			UH_PRE_INSTALL_PKGS, root(), -1, NULL, false};
		owns_buffer struct buffer events = {0};

		ck_assert_int_eq(pipe(ends), 0);
		ck_assert_int_eq(write(ends[1], "VERSION 3\n\n", 11), 11);
		(void)close(ends[1]);
		request.stream_fd = ends[0];
		ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
		ck_assert_int_eq(
			uh_run_hook_point(&request, write_event, &events), UH_GO_ON);
		limit.rlim_cur = limit.rlim_max;
		ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
		assert_text(&events,
			"RECORD_NOT_WRITTEN /run/apt-universal-hooks (File too large)\n"
			"SCRIPT_ENDED " ETC "Pre-Install-Pkgs/a exited 0\n"
			"LOG_NOT_WRITTEN /var/log/apt/universal-hooks.log "
			"(File too large)\n");
	}
}
END_TEST

START_TEST(without_descriptors_apt_goes_on)
{
	struct rlimit before, none;
	struct uh_request request = {UH_PRE_INVOKE, root(), -1, NULL, false};
	owns_buffer struct buffer events = {0};
	enum uh_verdict verdict;

	make_script(ETC "Pre-Invoke/a", ":");
	make_file("/var/lib/dpkg/status", 0644, "");
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	verdict = uh_run_hook_point(&request, write_event, &events);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_int_eq(verdict, UH_GO_ON);
	assert_text(&events,
		"COMMAND_LINE_UNREADABLE (Too many open files)\n"
		"SESSIONS_UNUSABLE /var/lib/apt-universal-hooks/sessions (Too many open "
		"files)\n"
		"STATE_UNUSABLE /run/apt-universal-hooks (Too many open files)\n"
		"DIRECTORY_UNREADABLE " ETC "Session-Start (Too many open files)\n"
		"DIRECTORY_UNREADABLE " LIB "Session-Start (Too many open files)\n"
		"DIRECTORY_UNREADABLE " ETC "Pre-Invoke (Too many open files)\n"
		"DIRECTORY_UNREADABLE " LIB "Pre-Invoke (Too many open files)\n");
}
END_TEST

START_TEST(a_record_of_another_version_is_never_misread)
{
	make_script(ETC "Pre-Install-Pkgs/a",
		"sed -i s/::Format=1/::Format=2/ "
		"\"${LOG%/*}\"/run/apt-universal-hooks/*.transaction");
	make_recorder(ETC "pkgs/foo/Post-Invoke/a", "");
	ck_assert_int_eq(install_packages(foo), 0);
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file("/log", "");
	assert_taken_file("/events", "SCRIPT_ENDED " ETC "Pre-Install-Pkgs/a exited 0\n"
				     "RECORD_OF_OTHER_VERSION\n");
}
END_TEST

START_TEST(ctrl_c_before_dpkg_stops_the_transaction_and_after_it_does_not)
{
	static const char interrupt[] = "kill -INT $PPID; kill -INT $$";

	make_script(ETC "Pre-Invoke/a", interrupt);
	make_recorder(ETC "Pre-Invoke/b", "");
	make_script(ETC "Pre-Install-Pkgs/a", interrupt);
	make_recorder(ETC "Pre-Install-Pkgs/b", "");
	make_script(ETC "Post-Invoke/a", interrupt);
	make_recorder(ETC "Post-Invoke/b", "");
	ck_assert_int_eq(invoke(UH_PRE_INVOKE), STOP);
	ck_assert_int_eq(install_packages(foo), STOP);
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file("/log", "");
}
END_TEST

START_TEST(a_script_that_fails_does_not_stop_the_transaction)
{
	make_script(ETC "Pre-Invoke/a", "exit 111");
	make_script(ETC "Pre-Install-Pkgs/a", "kill -KILL $$");
	ck_assert_int_eq(invoke(UH_PRE_INVOKE), 0);
	ck_assert_int_eq(install_packages(foo), 0);
}
END_TEST

/* The script guesses the name of the file that we are about to create. */
START_TEST(a_failure_that_cannot_be_noted_is_told)
{
	skip_unless(access("/proc/self/stat", R_OK) == 0, "there is no /proc");
	make_script(ETC "Pre-Install-Pkgs/a",
		"cd \"${LOG%/log}/run/apt-universal-hooks\"\n"
		"for file in *.transaction; do mkdir "
		"\"${file%.transaction}.failed\"; "
		"done\n"
		"exit 1");
	ck_assert_int_eq(install_packages(foo), 0);
	assert_taken_file("/events",
		"SCRIPT_ENDED " ETC "Pre-Install-Pkgs/a exited 1\n"
		"FAILURE_NOT_RECORDED /run/apt-universal-hooks (Is a directory)\n");
}
END_TEST

START_TEST(a_database_that_cannot_be_read_is_told)
{
	skip_unless(access(DPKG_QUERY, X_OK) == 0, "there is no dpkg-query");
	make_result_logger();
	set_database("unpacked");
	ck_assert_int_eq(install_packages(foo), 0);
	ck_assert_int_eq(remove(at(TEST_DATABASE)), 0);
	make_file(TEST_DATABASE, 0644, "this is no database\n");
	ck_assert_int_eq(invoke(UH_POST_INVOKE), 0);
	assert_taken_file("/log", "Post-Invoke/z none 0\n");
	assert_taken_file("/events", "DATABASE_UNREADABLE exited 2\nSCRIPT_ENDED " ETC
				     "Post-Invoke/z exited 0\n");
}
END_TEST

START_TEST(what_apt_left_behind_in_another_session_does_nothing)
{
	pid_t pid;

	skip_unless(access("/proc/self/stat", R_OK) == 0, "there is no /proc");
	make_recorder(ETC "Post-Invoke/a", "");
	pid = start_child();
	if (pid == 0) {
		(void)setsid();
		(void)call_engine(0, UH_POST_INVOKE, -1);
		(void)fflush(NULL);
		_exit(0);
	}
	ck_assert_int_eq(wait_for(pid), 0);
	ck_assert(!is_there("/log"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_transaction_runs_all_that_the_design_names_in_order,
		without_a_tree_nothing_is_told_and_nothing_is_left,
		at_pre_invoke_only_its_own_directory_runs,
		dpkgs_database_says_whether_the_transaction_failed,
		a_dpkg_that_never_ran_means_aborted,
		a_hook_that_failed_before_dpkg_is_no_success_after_it,
		pre_invoke_clears_what_an_aborted_transaction_left,
		a_missing_record_is_told_only_where_it_is_missed,
		a_failure_that_cannot_be_noted_is_told, a_package_may_bring_its_own_hook,
		two_apts_at_a_time_never_mix, without_proc_the_only_record_counts,
		no_password_of_apts_reaches_the_disk_or_a_script,
		the_command_line_is_apts_or_else_that_of_the_process,
		what_is_wrong_with_the_stream_is_told_and_the_rest_is_used,
		what_nobody_asked_for_before_dpkg_is_told_after_it,
		without_a_stream_the_rest_still_runs,
		a_large_stream_is_read_to_its_end_before_a_script_runs,
		a_state_directory_that_is_open_is_not_used,
		without_run_what_needs_no_file_still_runs,
		what_post_invoke_will_miss_is_told_before_dpkg,
		a_stream_without_names_is_no_transaction,
		without_run_and_hooks_nobody_complains,
		a_full_disk_does_not_stop_the_hooks, without_descriptors_apt_goes_on,
		a_record_of_another_version_is_never_misread,
		ctrl_c_before_dpkg_stops_the_transaction_and_after_it_does_not,
		a_script_that_fails_does_not_stop_the_transaction,
		a_database_that_cannot_be_read_is_told,
		what_apt_left_behind_in_another_session_does_nothing};

	return run_tests("engine", tests, COUNT_OF(tests));
}
