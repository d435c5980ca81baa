/* SPDX-License-Identifier: BSD-2-Clause */
#include "dpkg.h"
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DPKG_QUERY "/usr/bin/dpkg-query"
#define ADMIN_DIR "/var/lib/dpkg"
#define DATABASE ADMIN_DIR "/status"

static void add_package(struct buffer *database, const char *name,
	const char *architecture, const char *status)
{
	buffer_append_format(database,
		"Package: %s\nStatus: %s\nMaintainer: nobody\nArchitecture: %s\n"
		"Multi-Arch: same\nVersion: 1:2-3\nDescription: a test\n",
		name, status, architecture);
	if (strstr(status, "triggers-pending") != NULL)
		buffer_append_string(database, "Triggers-Pending: /usr\n");
	if (strstr(status, "triggers-awaited") != NULL)
		buffer_append_string(database, "Triggers-Awaited: done\n");
	buffer_append_string(database, "\n");
}

/* A database with a package in each state that matters. */
static void make_database(void)
{
	owns_buffer struct buffer database = {0};

	add_package(&database, "broken", "amd64", "install ok half-configured");
	add_package(&database, "done", "amd64", "install ok installed");
	add_package(&database, "done-too", "amd64", "hold ok installed");
	add_package(&database, "gone", "amd64", "deinstall ok config-files");
	add_package(&database, "here", "i386", "install ok installed");
	add_package(&database, "unpacked", "amd64", "install ok unpacked");
	add_package(&database, "pending", "amd64", "install ok triggers-pending");
	buffer_append(&database, (struct slice){"", 1});
	ck_assert_int_eq(database.error, 0);
	make_directory(ADMIN_DIR "/updates");
	make_directory(ADMIN_DIR "/info");
	make_file(DATABASE, 0644, database.data);
}

START_TEST(the_stamp_is_new_with_every_new_file)
{
	owns_memory char *first = NULL;
	owns_memory char *again = NULL;
	owns_memory char *second = NULL;

	ck_assert_ptr_null(dpkg_stamp(NULL));
	ck_assert_ptr_null(dpkg_stamp(at(DATABASE)));
	make_file(DATABASE, 0644, "a");
	first = dpkg_stamp(at(DATABASE));
	again = dpkg_stamp(at(DATABASE));
	ck_assert_ptr_nonnull(first);
	ck_assert_str_eq(first, again);
	/*
	 * As dpkg does it: the old file is kept, so the new one has a number of its own.
	 */
	ck_assert_int_eq(rename(at(DATABASE), at(DATABASE "-old")), 0);
	make_file(DATABASE, 0644, "a");
	second = dpkg_stamp(at(DATABASE));
	ck_assert_ptr_nonnull(second);
	ck_assert_str_ne(first, second);
}
END_TEST

START_TEST(only_some_statuses_count_as_installed)
{
	static const char *const installed[] = {
		"installed", "triggers-awaited", "triggers-pending"};
	static const char *const others[] = {"", "install", "not-installed",
		"config-files", "half-installed", "unpacked", "half-configured"};

	for (size_t i = 0; i < COUNT_OF(installed); i++)
		ck_assert(dpkg_is_installed(slice_of(installed[i])));
	for (size_t i = 0; i < COUNT_OF(others); i++)
		ck_assert_msg(!dpkg_is_installed(slice_of(others[i])), "%s", others[i]);
}
END_TEST

START_TEST(an_answer_has_a_line_a_package_and_nothing_of_the_unknown)
{
	static const char *const names[] = {"gone", "no-such", "here", NULL};
	owns_buffer struct buffer answer = {0};
	struct uh_ending ending;

	skip_unless(access(DPKG_QUERY, X_OK) == 0, "there is no dpkg-query");
	make_database();
	ck_assert_int_eq(dpkg_query(at(DATABASE), names, &answer, &ending), 0);
	assert_text(&answer, "gone\tamd64\tconfig-files\t1:2-3\n"
			     "here\ti386\tinstalled\t1:2-3\n");
}
END_TEST

START_TEST(a_database_that_is_none_is_no_answer)
{
	static const char *const names[] = {"done", NULL};
	struct conffile_list conffiles;
	owns_buffer struct buffer answer = {0};
	struct uh_ending ending;

	skip_unless(access(DPKG_QUERY, X_OK) == 0, "there is no dpkg-query");
	make_database();
	make_file(DATABASE, 0644, "this is no database\n");
	ck_assert_int_eq(dpkg_query(at(DATABASE), names, &answer, &ending), -EPROTO);
	ck_assert_int_eq(ending.end, UH_EXITED);
	ck_assert_int_eq(ending.value, 2);
	ck_assert_int_eq(dpkg_list_conffiles(at(DATABASE), &conffiles), -EPROTO);
	conffile_list_done(&conffiles);
	ck_assert_int_eq(setenv("DPKG_ADMINDIR", at(ADMIN_DIR), 1), 0);
	ck_assert_int_eq(dpkg_query_states(&answer, &ending), -EPROTO);
}
END_TEST

START_TEST(what_could_be_waited_for_in_a_database_is_not_read)
{
	static const char *const files[] = {DATABASE, ADMIN_DIR "/arch",
		ADMIN_DIR "/triggers/Unincorp", ADMIN_DIR "/updates/0001"};
	static const char *const names[] = {"done", NULL};
	owns_buffer struct buffer answer = {0};
	struct conffile_list conffiles;
	struct uh_ending ending;

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		make_database();
		make_directory(ADMIN_DIR "/triggers");
		(void)remove(at(files[i]));
		make_node(files[i], S_IFIFO);
		ck_assert_int_eq(
			dpkg_query(at(DATABASE), names, &answer, &ending), -ENOTSUP);
		ck_assert_int_eq(
			dpkg_list_files(at(DATABASE), "done", &answer), -ENOTSUP);
		ck_assert_int_eq(dpkg_list_conffiles(at(DATABASE), &conffiles), -ENOTSUP);
		ck_assert_uint_eq(conffiles.count, 0);
		ck_assert_int_eq(remove(at(files[i])), 0);
	}
	ck_assert_uint_eq(answer.size, 0);
}
END_TEST

START_TEST(files_of_a_package_are_listed_line_by_line)
{
	owns_buffer struct buffer paths = {0};

	skip_unless(access(DPKG_QUERY, X_OK) == 0, "there is no dpkg-query");
	make_database();
	make_file(ADMIN_DIR "/info/format", 0644, "1\n");
	make_file(ADMIN_DIR "/info/done:amd64.list", 0644, "/.\n/usr\n/usr/a b\n");
	ck_assert_int_eq(dpkg_list_files(at(DATABASE), "no-such", &paths), -EPROTO);
	ck_assert_uint_eq(paths.size, 0);
	ck_assert_int_eq(dpkg_list_files(at(DATABASE), "done", &paths), 0);
	assert_text(&paths, "/.\n/usr\n/usr/a b\n");
}
END_TEST

START_TEST(dpkgs_own_database_is_where_its_options_or_environment_say)
{
	make_database();
	make_file("/other/status", 0644, "");
	ck_assert_int_eq(unsetenv("DPKG_ADMINDIR") | unsetenv("DPKG_ROOT"), 0);
	ck_assert(dpkg_is_own(NULL, NULL));
	ck_assert(dpkg_is_own(at(DATABASE), at(ADMIN_DIR)));
	ck_assert(!dpkg_is_own(at(DATABASE), at("/other")));
	ck_assert(!dpkg_is_own(at(DATABASE), at("/nothing")));
	ck_assert(!dpkg_is_own(at("/nothing/status"), at(ADMIN_DIR)));
	ck_assert(!dpkg_is_own(at(DATABASE), NULL));
	ck_assert_int_eq(setenv("DPKG_ROOT", root(), 1), 0);
	ck_assert(dpkg_is_own(at(DATABASE), NULL));
	ck_assert_int_eq(setenv("DPKG_ADMINDIR", at("/other"), 1), 0);
	ck_assert(dpkg_is_own(at("/other/status"), NULL));
}
END_TEST

/* Starts a process that has dpkg's lock from then on until the caller waits in poll(2). */
static pid_t start_dpkg(void)
{
	pid_t caller = getpid();
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int ends[2];
	pid_t pid;
	char byte;

	make_file(ADMIN_DIR "/lock", 0640, "");
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	if (pid == 0) {
		int fd = open(at(ADMIN_DIR "/lock"), O_RDWR | O_CLOEXEC);

		if (fcntl(fd, F_SETLK, &lock) < 0 || write(ends[1], "", 1) != 1)
			_exit(1);
		while (!is_in_poll(caller))
			continue;
		_exit(0);
	}
	ck_assert_int_gt(pid, 0);
	(void)close(ends[1]);
	ck_assert_msg(read(ends[0], &byte, 1) == 1, "there was no lock to be had");
	(void)close(ends[0]);
	return pid;
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = {.si_pid = 0};

	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
	return info.si_pid == pid;
}

START_TEST(the_end_of_who_holds_the_lock_is_waited_for)
{
	pid_t dpkg;

	skip_unless(access("/proc/self/syscall", R_OK) == 0, "there is no /proc");
	dpkg = start_dpkg();
	ck_assert(!has_ended(dpkg));
	dpkg_wait_for_end(at(DATABASE));
	dpkg_wait_for_end("relative/status");
	ck_assert(has_ended(dpkg));
	ck_assert_int_eq(waitpid(dpkg, NULL, 0), dpkg);
}
END_TEST

/* Holds the lock until it is killed. */
static pid_t start_stranger(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int ends[2];
	char byte;
	pid_t pid;

	make_file(ADMIN_DIR "/lock", 0640, "");
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	if (pid == 0) {
		int fd = open(at(ADMIN_DIR "/lock"), O_RDWR | O_CLOEXEC);

		/* Dumpable, since else its files in /proc are root's (proc(5)). */
		if (fcntl(fd, F_SETLK, &lock) < 0 || setresuid(65534, 65534, 65534) < 0 ||
			prctl(PR_SET_DUMPABLE, 1) < 0 || write(ends[1], "", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	(void)close(ends[1]);
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	(void)close(ends[0]);
	return pid;
}

START_TEST(another_user_who_holds_the_lock_holds_up_nobody)
{
	pid_t stranger, holder;
	bool is_readable;

	skip_unless(geteuid() == 0, "only root can start somebody else's process");
	stranger = start_stranger();
	ck_assert(!dpkg_wait_for_end(at(DATABASE)));
	ck_assert(!has_ended(stranger));
	/* Unless we are that user. */
	set_mode("/", 0755);
	set_mode(ADMIN_DIR "/lock", 0644);
	ck_assert_int_eq(seteuid(65534), 0);
	is_readable = eaccess(at(ADMIN_DIR "/lock"), R_OK) == 0;
	holder = dpkg_lock_holder(at(ADMIN_DIR "/lock"));
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(holder, is_readable ? stranger : 0);
	ck_assert_int_eq(kill(stranger, SIGKILL), 0);
	ck_assert_int_eq(waitpid(stranger, NULL, 0), stranger);
}
END_TEST

START_TEST(a_conffile_may_have_spaces_in_its_path_and_flags)
{
	static const struct {
		const char *path, *package;
		bool is_removed, is_obsolete;
	} expected[] = {
		{"/etc/a", "gone", true, false},
		{"/etc/is obsolete here", "here", false, false},
		{"/etc/b c", "here", false, true},
		{"/etc/d", "here", false, true},
		{"/etc/e", "here", false, false},
		{"/f", "here", false, false},
		{"/g", "here", false, false},
	};
	__attribute__((cleanup(conffile_list_done))) struct conffile_list conffiles;

	make_directory(ADMIN_DIR "/updates");
	make_directory(ADMIN_DIR "/info");
	make_file(DATABASE, 0644,
		"Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n"
		"Maintainer: nobody\nArchitecture: all\nConffiles:\n"
		" /etc/a 0123456789abcdef0123456789abcdef\n"
		"Description: a test\n\n"
		"Package: here\nStatus: install ok installed\nVersion: 1\n"
		"Maintainer: nobody\nArchitecture: all\nConffiles:\n"
		" /etc/is obsolete here 0123456789abcdef0123456789abcdef\n"
		" /etc/b c 0123456789abcdef0123456789abcdef obsolete\n"
		" /etc/d 0123456789abcdef0123456789abcdef obsolete remove-on-upgrade\n"
		" /etc/e newconffile\n"
		" /f newconffile\n"
		" /g 01234567\n"
		"Description: a test\n\n");
	ck_assert_int_eq(dpkg_list_conffiles(at(DATABASE), &conffiles), 0);
	ck_assert_uint_eq(conffiles.count, COUNT_OF(expected));
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		const struct conffile *conffile = &conffiles.items[i];

		ck_assert_str_eq(conffile->path, expected[i].path);
		ck_assert_str_eq(conffile->package, expected[i].package);
		ck_assert_int_eq(conffile->is_removed, expected[i].is_removed);
		ck_assert_int_eq(conffile->is_obsolete, expected[i].is_obsolete);
	}
}
END_TEST

START_TEST(a_dpkg_query_that_is_killed_is_no_answer)
{
	static const char *const names[] = {"done", NULL};
	owns_buffer struct buffer answer = {0};
	struct uh_ending ending;

	make_database();
	/* SIGHUP is 1, which is also an exit status of dpkg-query. */
	make_script("/query", "kill -HUP $$");
	skip_unless(unshare_mounts() &&
			    mount(at("/query"), DPKG_QUERY, NULL, MS_BIND, NULL) == 0,
		"only root can put a program in the place of another");
	ck_assert_int_eq(dpkg_query(at(DATABASE), names, &answer, &ending), -EPROTO);
	ck_assert_int_eq(ending.end, UH_SIGNALED);
	ck_assert_int_eq(ending.value, SIGHUP);
	ck_assert_int_eq(dpkg_query_states(&answer, &ending), -EPROTO);
	ck_assert_uint_eq(answer.size, 0);
}
END_TEST

START_TEST(a_dpkg_that_fails_has_compared_nothing)
{
	static const char *const endings[] = {"kill -HUP $$", "exit 2"};
	const struct relation later = {">>", slice_of("1")};

	skip_unless(
		unshare_mounts(), "only root can put a program in the place of another");
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		make_script("/dpkg", endings[i]);
		ck_assert_int_eq(
			mount(at("/dpkg"), "/usr/bin/dpkg", NULL, MS_BIND, NULL), 0);
		ck_assert_int_eq(dpkg_is_less("1", "2"), -EIO);
		ck_assert_int_eq(dpkg_relation_holds(&later, "2"), -EIO);
		ck_assert_int_eq(umount("/usr/bin/dpkg"), 0);
	}
}
END_TEST

START_TEST(without_a_status_file_dpkgs_own_database_is_asked)
{
	static const char *const names[] = {"dpkg", NULL};
	owns_buffer struct buffer answer = {0};
	struct uh_ending ending;

	skip_unless(access("/var/lib/dpkg/info/dpkg.list", F_OK) == 0 &&
			    access(DPKG_QUERY, X_OK) == 0,
		"dpkg is not installed by dpkg");
	ck_assert_int_eq(dpkg_query(NULL, names, &answer, &ending), 0);
	ck_assert(slice_has_prefix(buffer_slice(&answer), slice_of("dpkg\t")));
}
END_TEST

START_TEST(nobody_is_waited_for_where_there_is_no_lock)
{
	dpkg_wait_for_end(NULL);
	dpkg_wait_for_end("status");
	dpkg_wait_for_end(at(ADMIN_DIR "/other"));
	dpkg_wait_for_end(at(DATABASE));
	ck_assert(!is_there(ADMIN_DIR "/lock"));
	make_file(ADMIN_DIR "/lock", 0640, "");
	dpkg_wait_for_end(at(DATABASE));
}
END_TEST

START_TEST(versions_are_compared_as_dpkg_does)
{
	skip_unless(access("/usr/bin/dpkg", X_OK) == 0, "there is no dpkg");
	ck_assert_int_eq(dpkg_is_less("1", "2"), 1);
	ck_assert_int_eq(dpkg_is_less("9", "10"), 1);
	ck_assert_int_eq(dpkg_is_less("1~rc1", "1"), 1);
	ck_assert_int_eq(dpkg_is_less("2", "1:1"), 1);
	ck_assert_int_eq(dpkg_is_less("2", "1"), 0);
	ck_assert_int_eq(dpkg_is_less("1", "1"), 0);
}
END_TEST

START_TEST(locks_are_in_dpkgs_own_database)
{
	owns_memory char *path = NULL, *other = NULL;

	ck_assert_int_eq(setenv("DPKG_ADMINDIR", at(ADMIN_DIR), 1), 0);
	path = dpkg_path("lock-frontend");
	ck_assert_str_eq(path, at(ADMIN_DIR "/lock-frontend"));
	/* Without the file, nobody can have locked it; nor do we lock ourselves out. */
	ck_assert_int_eq(dpkg_lock_holder(path), 0);
	make_file(ADMIN_DIR "/lock-frontend", 0640, "");
	ck_assert_int_eq(dpkg_lock_holder(path), 0);
	ck_assert_int_eq(unsetenv("DPKG_ADMINDIR"), 0);
	ck_assert_int_eq(setenv("DPKG_ROOT", "/elsewhere", 1), 0);
	other = dpkg_path("lock");
	ck_assert_str_eq(other, "/elsewhere/var/lib/dpkg/lock");
}
END_TEST

START_TEST(relations_hold_as_dpkg_says)
{
	static const struct {
		struct relation relation;
		const char *version;
		bool holds;
	} cases[] = {
		{{NULL, {"", 0}}, "1", true},
		{{">=", {"2 junk", 1}}, "2", true},
		{{">=", {"2", 1}}, "2~rc1", false},
		{{">=", {"1:1", 3}}, "2", false},
		{{">>", {"2", 1}}, "2", false},
		{{">>", {"2", 1}}, "10", true},
		{{"=", {"2", 1}}, "2-0", true},
		{{"=", {"2", 1}}, "2-1", false},
		{{"<=", {"2", 1}}, "2", true},
		{{"<<", {"2", 1}}, "2", false},
		{{"<<", {"2", 1}}, "1", true},
	};

	skip_unless(access("/usr/bin/dpkg", X_OK) == 0, "there is no dpkg");
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		ck_assert_msg(dpkg_relation_holds(&cases[i].relation, cases[i].version) ==
				      cases[i].holds,
			"%zu", i);
}
END_TEST

START_TEST(states_have_what_is_wanted)
{
	owns_buffer struct buffer answer = {0};
	struct uh_ending ending;

	skip_unless(access(DPKG_QUERY, X_OK) == 0, "there is no dpkg-query");
	make_database();
	ck_assert_int_eq(setenv("DPKG_ADMINDIR", at(ADMIN_DIR), 1), 0);
	ck_assert_int_eq(dpkg_query_states(&answer, &ending), 0);
	buffer_append(&answer, (struct slice){"", 1});
	ck_assert_ptr_nonnull(
		strstr(answer.data, "done\tamd64\tinstall\tinstalled\t1:2-3\n"));
	ck_assert_ptr_nonnull(
		strstr(answer.data, "gone\tamd64\tdeinstall\tconfig-files\t1:2-3\n"));
	ck_assert_ptr_nonnull(
		strstr(answer.data, "done-too\tamd64\thold\tinstalled\t1:2-3\n"));
}
END_TEST

START_TEST(what_was_unpacked_has_new_checksums)
{
	owns_strings struct string_list names = {0};
	struct stat status;

	ck_assert_int_eq(setenv("DPKG_ADMINDIR", at(ADMIN_DIR), 1), 0);
	ck_assert_int_eq(dpkg_list_unpacked(&(struct timespec){0}, &names), -ENOENT);
	make_directory(ADMIN_DIR "/info");
	make_file(ADMIN_DIR "/info/b.md5sums", 0644, "");
	make_file(ADMIN_DIR "/info/b.list", 0644, "");
	make_file(ADMIN_DIR "/info/a:i386.md5sums", 0644, "");
	make_file(ADMIN_DIR "/info/md5sums", 0644, "");
	ck_assert_int_eq(stat(at(ADMIN_DIR "/info/b.md5sums"), &status), 0);
	ck_assert_int_eq(dpkg_list_unpacked(&status.st_ctim, &names), 0);
	ck_assert_uint_eq(names.count, 2);
	ck_assert_str_eq(names.items[0], "a:i386");
	ck_assert_str_eq(names.items[1], "b");
	string_list_done(&names);
	names = (struct string_list){0};
	status.st_ctim.tv_sec += 100;
	ck_assert_int_eq(dpkg_list_unpacked(&status.st_ctim, &names), 0);
	ck_assert_uint_eq(names.count, 0);
}
END_TEST

START_TEST(dpkg_says_on_which_system_it_works)
{
	const char *const own = "/var/lib/dpkg";

	skip_unless(access(own, F_OK) == 0, "there is no database of dpkg");
	make_directory(ADMIN_DIR);
	ck_assert_int_eq(unsetenv("DPKG_ADMINDIR"), 0);
	ck_assert_int_eq(unsetenv("DPKG_ROOT"), 0);
	ck_assert(dpkg_is_on_this_system());
	ck_assert_int_eq(setenv("DPKG_ROOT", "", 1), 0);
	ck_assert_int_eq(setenv("DPKG_ADMINDIR", "/var/../var/lib/dpkg/", 1), 0);
	ck_assert(dpkg_is_on_this_system());
	ck_assert_int_eq(setenv("DPKG_ROOT", "/./", 1), 0);
	ck_assert(dpkg_is_on_this_system());
	ck_assert_int_eq(setenv("DPKG_ADMINDIR", at(ADMIN_DIR), 1), 0);
	ck_assert(!dpkg_is_on_this_system());
	ck_assert_int_eq(setenv("DPKG_ADMINDIR", own, 1), 0);
	ck_assert_int_eq(setenv("DPKG_ROOT", root(), 1), 0);
	ck_assert(!dpkg_is_on_this_system());
	ck_assert_int_eq(setenv("DPKG_ROOT", "/no/such/directory", 1), 0);
	ck_assert(!dpkg_is_on_this_system());
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_stamp_is_new_with_every_new_file,
		only_some_statuses_count_as_installed,
		an_answer_has_a_line_a_package_and_nothing_of_the_unknown,
		a_database_that_is_none_is_no_answer,
		what_could_be_waited_for_in_a_database_is_not_read,
		files_of_a_package_are_listed_line_by_line,
		dpkgs_own_database_is_where_its_options_or_environment_say,
		the_end_of_who_holds_the_lock_is_waited_for,
		nobody_is_waited_for_where_there_is_no_lock,
		another_user_who_holds_the_lock_holds_up_nobody,
		a_conffile_may_have_spaces_in_its_path_and_flags,
		a_dpkg_query_that_is_killed_is_no_answer,
		a_dpkg_that_fails_has_compared_nothing,
		without_a_status_file_dpkgs_own_database_is_asked,
		versions_are_compared_as_dpkg_does, relations_hold_as_dpkg_says,
		locks_are_in_dpkgs_own_database, states_have_what_is_wanted,
		what_was_unpacked_has_new_checksums, dpkg_says_on_which_system_it_works};

	return run_tests("dpkg", tests, COUNT_OF(tests));
}
