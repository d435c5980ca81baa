/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What we ask dpkg, and the files that we keep about it, when one call fails (fault.h): the
 * answer is right or there is none, but it is never a wrong one.
 */
#include "by_hand.h"
#include "copies.h"
#include "database_diff.h"
#include "dpkg.h"
#include "fault.h"
#include "fixture.h"
#include "package_settings.h"
#include "proc.h"
#include "process.h"
#include "record.h"
#include "remove_tree.h"
#include "requirement.h"
#include "variables.h"
#include "versions.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ADMIN_DIR "/var/lib/dpkg"

static void try_memory_and_calls(void (*step)(void))
{
	faults_try(MEMORY, ENOMEM, step);
	faults_try(CALL, EIO, step);
}

static void try_everything(void (*step)(void))
{
	try_memory_and_calls(step);
	faults_try(WAITS, EINTR, step);
}

static struct state keeper;

static void open_keeper(void)
{
	struct unsafe_path unsafe = {.path = NULL};
	struct trust trust;

	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(state_open(&keeper, &state_of_runs, root(), &trust, &unsafe), 0);
	state_set_frontend(&keeper, &(struct frontend){.pid = 1, .start_time = 2});
	trust_done(&trust);
}

/* ------------------------------ the database of dpkg -------------------------------- */

#define STATE_OF(name, state, version) name "\tall\tinstall\t" state "\t" version "\n"

static void assert_table(
	int error, const struct transaction *transaction, const char *expected)
{
	owns_buffer struct buffer table = table_of(transaction);

	if (error == 0)
		assert_text(&table, expected);
}

static void compare_databases(void)
{
	static const char before[] = STATE_OF("again", "installed", "1")
		STATE_OF("down", "installed", "2") STATE_OF("dpkg", "installed", "1")
			STATE_OF("gone", "config-files", "1")
				STATE_OF("left", "installed", "1")
					STATE_OF("up", "installed", "1");
	static const char after[] = STATE_OF("again", "installed", "1")
		STATE_OF("down", "installed", "1") STATE_OF("dpkg", "installed", "1")
			STATE_OF("new", "unpacked", "3") STATE_OF("up", "installed", "2");
	owns_transaction struct transaction transaction = {0};
	owns_strings struct string_list unpacked = {0};
	enum result result;
	int error;

	ck_assert_int_eq(string_list_add(&unpacked, "again:all"), 0);
	(void)faults_arm(true);
	error = database_diff(&transaction, &result, slice_of(before), slice_of(after),
		&unpacked, "install");
	(void)faults_arm(false);
	assert_table(error, &transaction,
		"again\tall\treinstall\t1\t1\tdone\ndown\tall\tdowngrade\t2\t1\tdone\n"
		"gone\tall\tpurge\t1\t-\tdone\nleft\tall\tremove\t1\t-\tdone\n"
		"new\tall\tinstall\t-\t3\tfailed\nup\tall\tupgrade\t1\t2\tdone\n");
	ck_assert_int_eq(result, error == 0 ? RESULT_FAILED : RESULT_UNKNOWN);
}

START_TEST(a_difference_of_databases_is_right_or_an_error)
{
	try_everything(compare_databases);
}
END_TEST

#define STANZA(version)                                                                  \
	"Package: a\nStatus: install ok installed\nMaintainer: nobody\n"                 \
	"Architecture: all\nVersion: " version "\nDescription: a test\n\n"

static const char *action;

static void note_and_settle(void)
{
	owns_transaction struct transaction transaction = {0};
	struct uh_ending ending;
	enum result result;
	int error;

	make_file(ADMIN_DIR "/status", 0644, STANZA("1"));
	(void)faults_arm(true);
	error = database_note(&keeper, action, &ending);
	(void)faults_arm(false);
	ck_assert_int_eq(state_has(&keeper, RECORD_DATABASE), error == 0);
	make_file(ADMIN_DIR "/status", 0644, STANZA("2"));
	(void)faults_arm(true);
	error = database_settle(&keeper, &transaction, &result, &ending);
	(void)faults_arm(false);
	assert_table(error, &transaction, "a\tall\tupgrade\t1\t2\tdone\n");
	(void)state_remove(&keeper, RECORD_DATABASE);
}

static void list_unpacked(void)
{
	static const struct timespec since = {0, 0};
	owns_strings struct string_list names = {0};
	int error;

	(void)faults_arm(true);
	error = dpkg_list_unpacked(&since, &names);
	(void)faults_arm(false);
	ck_assert(error < 0 || names.count == 2);
	for (size_t i = 0; i < names.count; i++)
		ck_assert(strcmp(names.items[i], "a") == 0 ||
			  strcmp(names.items[i], "b:all") == 0);
}

static void use_test_database(void)
{
	make_directory(ADMIN_DIR "/updates");
	make_directory(ADMIN_DIR "/info");
	make_file(ADMIN_DIR "/info/a.md5sums", 0644, "");
	make_file(ADMIN_DIR "/info/b:all.md5sums", 0644, "");
	make_file(ADMIN_DIR "/info/a.list", 0644, "/usr\n/usr/a\n");
	make_file(ADMIN_DIR "/info/README", 0644, "");
	make_link(ADMIN_DIR "/info/gone.md5sums", "none");
	make_file(ADMIN_DIR "/status", 0644, STANZA("1"));
	ck_assert_int_eq(setenv("DPKG_ADMINDIR", at(ADMIN_DIR), 1), 0);
}

START_TEST(what_dpkg_has_done_is_found_whole_or_is_unknown)
{
	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	use_test_database();
	try_memory_and_calls(list_unpacked);
	open_keeper();
	action = "install";
	try_everything(note_and_settle);
	action = "remove";
	faults_try(MEMORY, ENOMEM, note_and_settle);
	state_done(&keeper);
}
END_TEST

static void ask_about_files(void)
{
	owns_buffer struct buffer paths = {0};
	owns_memory char *database = strdup(at(TEST_DATABASE));
	int error;

	(void)faults_arm(true);
	error = dpkg_list_files(database, "a", &paths);
	(void)faults_arm(false);
	if (error == 0)
		assert_text(&paths, "/usr\n/usr/a\n");
}

/* Each has an answer that is the safe one in doubt. */
static void ask_yes_or_no(void)
{
	const struct relation later = {">>", slice_of("2")};
	const char *other = at("/other");
	owns_memory char *database = strdup(at(TEST_DATABASE));
	bool is_here, is_own, has_waited;
	pid_t holder;
	int holds;

	(void)faults_arm(true);
	is_here = dpkg_is_on_this_system();
	is_own = dpkg_is_own(database, other);
	holds = dpkg_relation_holds(&later, "1");
	has_waited = dpkg_wait_for_end(database);
	holder = dpkg_lock_holder(database);
	(void)faults_arm(false);
	ck_assert(!is_here && !is_own && holds <= 0 && !has_waited && holder == 0);
}

START_TEST(a_no_of_dpkg_never_becomes_a_yes)
{
	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	use_test_database();
	make_file(ADMIN_DIR "/lock", 0640, "");
	try_everything(ask_about_files);
	try_everything(ask_yes_or_no);
}
END_TEST

/* A process that has dpkg's lock until its standard input ends. */
static pid_t lock_holder;

static void look_for_holder(void)
{
	const char *path = at(ADMIN_DIR "/lock");
	pid_t holder;

	(void)faults_arm(true);
	holder = dpkg_lock_holder(path);
	(void)faults_arm(false);
	ck_assert(holder == 0 || holder == lock_holder);
}

static void hold_lock(int ready)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(at(ADMIN_DIR "/lock"), O_RDWR | O_CLOEXEC);

	if (fcntl(fd, F_SETLK, &lock) < 0 || write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		(void)pause();
}

START_TEST(nobody_is_taken_for_the_holder_of_a_lock_who_is_not)
{
	int ends[2];
	char byte;

	make_file(ADMIN_DIR "/lock", 0640, "");
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(fflush(NULL), 0);
	lock_holder = fork();
	ck_assert_int_ge(lock_holder, 0);
	if (lock_holder == 0)
		hold_lock(ends[1]);
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	faults_try(MEMORY, ENOMEM, look_for_holder);
	faults_try(CALL, EIO, look_for_holder);
	ck_assert_int_eq(kill(lock_holder, SIGKILL), 0);
	ck_assert_int_eq(waitpid(lock_holder, NULL, 0), lock_holder);
}
END_TEST

static void look_for_missing(void)
{
	static const char *const lists[] = {"a (>= 1), (broken | b (>= 1)", "c"};
	owns_memory char *database = strdup(at(TEST_DATABASE));
	owns_installed struct installed installed = {.count = 0};
	struct slice missing = {NULL, 0};
	int error;

	(void)faults_arm(true);
	error = installed_read(&installed, database);
	if (error == 0)
		(void)installed_expect(&installed, lists, COUNT_OF(lists));
	if (error == 0)
		error = installed_find_missing(
			&installed, lists, COUNT_OF(lists), &missing);
	(void)faults_arm(false);
	ck_assert(error < 0 ||
		  (missing.data != NULL && slice_equals(missing, "(broken | b (>= 1)")));
}

START_TEST(what_is_missing_is_never_taken_to_be_there)
{
	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	use_test_database();
	try_everything(look_for_missing);
}
END_TEST

static void order_versions(void)
{
	static const char *const some[] = {"1", "2-0", "10"};
	const struct relation early = {"<=", slice_of("2")};
	owns_versions struct versions versions = {.limit = 0};
	int error = 0, holds[COUNT_OF(some)];

	(void)faults_arm(true);
	for (size_t i = 0; i < COUNT_OF(some); i++)
		error = error == 0 ? versions_add(&versions, &early, slice_of(some[i]))
				   : error;
	if (error == 0)
		(void)versions_compare(&versions);
	for (size_t i = 0; i < COUNT_OF(some); i++)
		holds[i] = versions_hold(&versions, &early, slice_of(some[i]));
	(void)faults_arm(false);
	for (size_t i = 0; i < COUNT_OF(some); i++)
		ck_assert(holds[i] < 0 || holds[i] == (i < 2));
}

START_TEST(an_order_of_versions_is_right_or_an_error)
{
	skip_unless(access("/usr/bin/dpkg", X_OK) == 0, "there is no dpkg");
	try_everything(order_versions);
	faults_try(START, EAGAIN, order_versions);
}
END_TEST

/* ------------------------------------ records --------------------------------------- */

static const char paths_of_record[] = "/usr/a b\n/usr/c\n";

static void make_record(struct transaction *transaction)
{
	parse_packages(transaction, "a 1 amd64 none > - - none **REMOVE**\n"
				    "b 1 amd64 none < 2 amd64 none /b.deb\n");
	transaction->packages[0].operation = OPERATION_PURGE;
	transaction->command_line = strdup("apt-get purge a");
	ck_assert_ptr_nonnull(transaction->command_line);
	buffer_append_string(&transaction->noted_paths, paths_of_record);
	buffer_append_string(&transaction->own_settings, "Universal-Hooks::User=a\n");
}

static void assert_record(const struct transaction *transaction)
{
	owns_buffer struct buffer table = table_of(transaction);

	assert_text(&table, "a\tamd64\tpurge\t1\t-\t-\nb\tamd64\tupgrade\t1\t2\t-\n");
	ck_assert_str_eq(transaction->command_line, "apt-get purge a");
	assert_text(&transaction->noted_paths, paths_of_record);
	assert_text(&transaction->own_settings, "Universal-Hooks::User=a\n");
}

static void save_and_read(void)
{
	owns_transaction struct transaction transaction = {0};
	owns_transaction struct transaction again = {0};
	struct stream_faults faults;
	struct timespec time;
	int error;

	make_record(&transaction);
	(void)faults_arm(true);
	error = record_save(&keeper, &transaction);
	if (error == 0)
		error = record_read(&keeper, &again, &faults);
	(void)record_time(&keeper, "transaction", &time);
	(void)faults_arm(false);
	if (error == 0)
		assert_record(&again);
	record_forget(&keeper);
}

static void mark(void)
{
	int is_new, again, lock;
	bool has_failed, is_claimed, is_due;

	(void)faults_arm(true);
	has_failed = record_note_failure(&keeper) < 0 || record_has_failure(&keeper);
	is_new = record_want_clean_up(&keeper);
	again = is_new == 1 ? record_want_clean_up(&keeper) : 0;
	lock = record_lock_clean_up(&keeper, false);
	is_claimed = record_claim_clean_up(&keeper);
	is_due = record_is_clean_up_due(root(), &keeper);
	(void)faults_arm(false);
	ck_assert(has_failed);
	ck_assert(is_new == 1 || is_new < 0);
	/* If the mark cannot be seen, it is made again, which changes nothing. */
	ck_assert(again <= 1);
	ck_assert(is_new == 1 || (!is_claimed && !is_due));
	if (lock >= 0)
		ck_assert_int_eq(close(lock), 0);
	record_forget(&keeper);
}

START_TEST(a_record_is_read_as_it_was_saved_or_not_at_all)
{
	open_keeper();
	try_everything(save_and_read);
	try_memory_and_calls(mark);
	state_done(&keeper);
}
END_TEST

static void use_files(void)
{
	owns_buffer struct buffer bytes = {0};
	int made, replaced, appended;

	(void)faults_arm(true);
	made = state_create(&keeper, "runs", slice_of("a"));
	replaced = state_replace(&keeper, "runs", slice_of("b"));
	appended = state_append(&keeper, "runs", slice_of("c"));
	(void)faults_arm(false);
	if (made < 0 && replaced < 0) {
		ck_assert(!is_there(STATE "1-2.runs"));
		return;
	}
	ck_assert_int_eq(state_read(&keeper, "runs", 10, &bytes), 0);
	assert_text(&bytes, replaced == 0 ? (appended == 0 ? "bc" : "b")
					  : (appended == 0 ? "ac" : "a"));
	ck_assert_int_eq(state_remove(&keeper, "runs"), 0);
}

static void hand_out(void)
{
	char *file = NULL, *directory = NULL;
	int error, error_of_directory;

	(void)faults_arm(true);
	error = state_hand_out(&keeper, "pkg_list", slice_of("a"), &file);
	error_of_directory =
		state_make_directory(&keeper, "kept", geteuid(), getegid(), &directory);
	(void)faults_arm(false);
	ck_assert_int_eq(error == 0, file != NULL);
	ck_assert_int_eq(error_of_directory == 0, directory != NULL);
	state_discard(&file);
	free(directory);
}

static void make_copy(void)
{
	const char *path = at("/etc/apt/universal-hooks/Post-Invoke/a");
	const struct script script = {.path = (char *)path};
	struct settings settings = {.count = 0};
	struct trust trust;
	int error;

	ck_assert_int_eq(trust_init(&trust, root()), 0);
	(void)faults_arm(true);
	error = copies_prepare(&keeper, root(), &trust, &settings);
	if (error == 0)
		error = copies_add(&keeper, root(), &script);
	if (error == 0 && !copies_exist(&keeper, root()))
		error = -ENOENT;
	(void)faults_arm(false);
	ck_assert(error < 0 ||
		  is_there("/var/lib/apt-universal-hooks/1-2" ETC "Post-Invoke/a"));
	copies_forget(&keeper, root());
	trust_done(&trust);
}

static void look_at_lock(void)
{
	bool is_locked;
	int lock;

	ck_assert_int_eq(state_write(&keeper, "runs", slice_of("")), 0);
	(void)faults_arm(true);
	is_locked = state_is_locked(&keeper, "runs");
	lock = state_lock(&keeper, "runs", false);
	(void)faults_arm(false);
	ck_assert(!is_locked);
	if (lock >= 0) {
		ck_assert(state_is_locked(&keeper, "runs"));
		ck_assert_int_eq(close(lock), 0);
	}
	ck_assert_int_eq(state_remove(&keeper, "runs"), 0);
}

START_TEST(a_file_has_what_was_written_last_or_what_was_before)
{
	open_keeper();
	faults_try(CALL, EIO, use_files);
	try_memory_and_calls(hand_out);
	make_script(ETC "Post-Invoke/a", "");
	make_directory("/var/lib");
	try_memory_and_calls(make_copy);
	faults_try(CALL, EIO, look_at_lock);
	state_done(&keeper);
}
END_TEST

/* -------------------------------- settings and paths --------------------------------- */

#define SETTINGS LIB "settings.d/"

static const char *status_file;

static void ignore_event(const struct uh_event *event, void *context)
{
	(void)event;
	(void)context;
}

/* As in "/", where dpkg is asked for the scripts of the package. */
static void read_unsafe_settings(void)
{
	struct settings settings = {.count = 0};
	struct hook_tree tree;
	int error;

	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	tree.trust.root[0] = '\0';
	(void)faults_arm(true);
	error = package_settings_read(&settings, &tree, status_file, ignore_event, NULL);
	(void)faults_arm(false);
	ck_assert(error < 0 || settings_are_lost_for(&settings, &tree, "Post-Invoke/a"));
	ck_assert_uint_eq(settings.count, 0);
	hook_tree_done(&tree);
	settings_done(&settings);
}

START_TEST(scripts_never_run_without_the_settings_that_were_lost)
{
	owns_memory char *database = strdup(at(TEST_DATABASE));
	owns_memory char *list = string_format("/usr\n%s\n", at(LIB "Post-Invoke/a"));

	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	use_test_database();
	status_file = database;
	make_file(ADMIN_DIR "/info/a.list", 0644, list);
	make_script(LIB "Post-Invoke/a", "");
	make_file(SETTINGS "a.conf", 0644, "Universal-Hooks::Scripts::a::User \"x\";\n");
	set_mode(SETTINGS "a.conf", 0666);
	faults_try(MEMORY, ENOMEM, read_unsafe_settings);
	faults_try(CALL, EIO, read_unsafe_settings);
}
END_TEST

static void look_for_paths(void)
{
	struct hook_tree tree;
	bool may_be;

	ck_assert_int_eq(hook_tree_init(&tree, root()), 0);
	(void)faults_arm(true);
	may_be = package_settings_mention_paths(&tree);
	(void)faults_arm(false);
	ck_assert(may_be);
	hook_tree_done(&tree);
}

START_TEST(in_doubt_a_package_has_a_hook_with_paths)
{
	make_file(SETTINGS "a.conf", 0644, "Universal-Hooks::Scripts::a::User \"x\";\n");
	make_file(SETTINGS "b.conf", 0644,
		"Universal-Hooks::Scripts::b::paths \"/usr/**\";\n");
	try_everything(look_for_paths);
}
END_TEST

static void look_for_removed(void)
{
	struct settings settings = {.count = 0};
	bool is_of_removed[2] = {false, false};

	ck_assert_int_eq(
		settings_parse(&settings, slice_of("Universal-Hooks::User=a\n"
						   "Universal-Hooks::Timeout=1\n")),
		0);
	(void)faults_arm(true);
	(void)package_settings_of_removed(&settings, status_file, is_of_removed);
	(void)faults_arm(false);
	/* The file is missing. */
	ck_assert(!is_of_removed[0] && !is_of_removed[1]);
	settings_done(&settings);
}

START_TEST(a_setting_is_of_a_removed_package_only_if_dpkg_says_so)
{
	owns_memory char *database = strdup(at(TEST_DATABASE));

	skip_unless(access("/usr/bin/dpkg-query", X_OK) == 0, "there is no dpkg-query");
	use_test_database();
	status_file = database;
	make_file(ADMIN_DIR "/status", 0644,
		"Package: gone\nStatus: deinstall ok config-files\n"
		"Maintainer: nobody\nArchitecture: all\nVersion: 1\n"
		"Config-Version: 1\nDescription: a test\nConffiles:\n"
		" /etc/apt/apt.conf.d/no-such 900150983cd24fb0d6963f7d28e17f72\n"
		" /etc/gone 900150983cd24fb0d6963f7d28e17f72\n\n"
		"Package: kept\nStatus: install ok installed\nMaintainer: nobody\n"
		"Architecture: all\nVersion: 1\nDescription: a test\nConffiles:\n"
		" /etc/apt/apt.conf.d/kept 900150983cd24fb0d6963f7d28e17f72\n");
	faults_try(MEMORY, ENOMEM, look_for_removed);
	faults_try(CALL, EIO, look_for_removed);
}
END_TEST

static const char *variable;
static int error_of_variable;

static void check_variable(void)
{
	struct unsafe_path unsafe = {.path = NULL};
	struct trust trust;
	int error;

	ck_assert_int_eq(trust_init(&trust, root()), 0);
	(void)faults_arm(true);
	error = variable_check(variable, &trust, &unsafe);
	(void)faults_arm(false);
	ck_assert(error == error_of_variable || error == -ENOMEM || error == -EIO);
	free(unsafe.path);
	trust_done(&trust);
}

START_TEST(a_variable_with_unsafe_paths_is_never_safe)
{
	make_directory("/open");
	set_mode("/open", 0777);
	make_directory("/safe");
	error_of_variable = -EPERM;
	variable = "LD_PRELOAD=a.so:/open/b.so";
	faults_try(MEMORY, ENOMEM, check_variable);
	variable = "PATH=/safe:/open";
	faults_try(MEMORY, ENOMEM, check_variable);
	faults_try(CALL, EIO, check_variable);
	error_of_variable = -EINVAL;
	variable = "PATH=safe";
	faults_try(MEMORY, ENOMEM, check_variable);
}
END_TEST

static const char *deepest;

static void remove_directory(void)
{
	owns_fd int fd = open(root(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error;

	make_file("/tree/a/b", 0644, "");
	make_file("/tree/c", 0644, "");
	make_file(deepest, 0644, "");
	ck_assert_int_ge(fd, 0);
	(void)faults_arm(true);
	error = remove_tree(fd, "tree");
	(void)faults_arm(false);
	ck_assert_int_eq(error == 0, !is_there("/tree"));
}

START_TEST(a_directory_is_gone_or_it_is_an_error)
{
	deepest = "/tree/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/a";
	faults_try(CALL, EIO, remove_directory);
	deepest = "/tree/d/e";
	faults_try(PATH, EPERM, remove_directory);
	faults_try(PATH, ENOENT, remove_directory);
}
END_TEST

/* ------------------------------- dpkg without apt ------------------------------------ */

/* A program with these arguments, which waits for its end. */
static struct frontend start_program(const char *first, const char *second)
{
	const char *const argv[] = {"sh", "-c", "kill -STOP $$", first, second, NULL};
	struct frontend frontend = {.pid = fork()};
	struct proc proc;
	int status;

	ck_assert_int_ge(frontend.pid, 0);
	if (frontend.pid == 0) {
		(void)execv("/bin/sh", (char *const *)argv);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(frontend.pid, &status, WUNTRACED), frontend.pid);
	ck_assert(WIFSTOPPED(status));
	ck_assert_int_eq(proc_read(frontend.pid, &proc), 0);
	frontend.start_time = proc.start_time;
	return frontend;
}

static void end_program(const struct frontend *frontend)
{
	ck_assert_int_eq(kill(frontend->pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(frontend->pid, NULL, 0), frontend->pid);
}

static bool is_meant(const struct frontend *dpkg, bool has_state)
{
	struct call call = {.hook_point = UH_POST_INVOKE,
		.root = root(),
		.listener = ignore_event,
		.is_of_dpkg = true};
	bool result;

	ck_assert_int_eq(call_init(&call), 0);
	ck_assert_int_ge(call.state.fd, 0);
	if (!has_state)
		cleanup_close(&call.state.fd);
	result = by_hand_is_meant(&call, dpkg);
	call_done(&call);
	return result;
}

/* The files of this process, which is above the program. */
static struct state own_files(void)
{
	struct frontend self = {.pid = getpid()};
	struct proc proc;

	open_keeper();
	ck_assert_int_eq(proc_read(self.pid, &proc), 0);
	self.start_time = proc.start_time;
	return state_of(&keeper, &self);
}

START_TEST(a_dpkg_below_one_that_has_called_us_is_not_run_by_hand)
{
	const struct frontend unknown = {.pid = 0};
	struct frontend dpkg;
	struct state files;

	skip_unless(access("/proc/self/stat", R_OK) == 0, "there is no /proc");
	dpkg = start_program("--install", "a.deb");
	files = own_files();
	ck_assert(is_meant(&dpkg, true));
	ck_assert(!is_meant(&unknown, true));
	ck_assert_int_eq(state_write(&files, "transaction", slice_of("")), 0);
	ck_assert(!is_meant(&dpkg, true));
	ck_assert(is_meant(&dpkg, false));
	ck_assert_int_eq(state_remove(&files, "transaction"), 0);
	ck_assert_int_eq(state_write(&files, RECORD_DATABASE, slice_of("")), 0);
	ck_assert(!is_meant(&dpkg, true));
	end_program(&dpkg);
	/* Nothing is known of a process that has ended. */
	ck_assert(is_meant(&dpkg, true));
	state_done(&keeper);
}
END_TEST

START_TEST(a_dpkg_that_only_pretends_changes_nothing)
{
	static const char *const options[] = {"--no-act", "--dry-run", "--simulate"};
	struct frontend dpkg;

	skip_unless(access("/proc/self/stat", R_OK) == 0, "there is no /proc");
	for (size_t i = 0; i < COUNT_OF(options); i++) {
		dpkg = start_program("--install", options[i]);
		ck_assert(!is_meant(&dpkg, true));
		end_program(&dpkg);
		dpkg = start_program("--", options[i]);
		ck_assert(is_meant(&dpkg, true));
		end_program(&dpkg);
	}
}
END_TEST

static void set(const char *name, const char *value)
{
	ck_assert_int_eq(value != NULL ? setenv(name, value, 1) : unsetenv(name), 0);
}

START_TEST(by_hand_is_what_no_frontend_and_no_hook_does_to_this_system)
{
	static const struct {
		const char *action, *locked, *hook_point, *root;
		bool is_possible;
	} cases[] = {
		{"install", NULL, NULL, NULL, true},
		{"install", NULL, NULL, "", true},
		{"install", NULL, NULL, "/", true},
		{"install", NULL, NULL, "/proc", false},
		{"install", NULL, NULL, "/no/such", false},
		{"install", "true", NULL, NULL, false},
		{"install", NULL, "Session-End", NULL, true},
		{"install", NULL, "Post-Invoke", NULL, false},
		{"audit", NULL, NULL, NULL, false},
		{NULL, NULL, NULL, NULL, false},
	};

	set("DPKG_ADMINDIR", NULL);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		set("DPKG_HOOK_ACTION", cases[i].action);
		set("DPKG_FRONTEND_LOCKED", cases[i].locked);
		set("APT_UNIVERSAL_HOOKS_HOOK_POINT", cases[i].hook_point);
		set("DPKG_ROOT", cases[i].root);
		ck_assert_msg(
			by_hand_is_possible() == (cases[i].is_possible && geteuid() == 0),
			"case %zu", i);
	}
	set("DPKG_HOOK_ACTION", "install");
	set("DPKG_ROOT", NULL);
	set("DPKG_ADMINDIR", at("/no/such"));
	ck_assert(!by_hand_is_possible());
}
END_TEST

static void look_for_dpkg(void)
{
	struct frontend dpkg;

	(void)faults_arm(true);
	dpkg = frontend_find_dpkg();
	(void)faults_arm(false);
	ck_assert(dpkg.pid == 0 || dpkg.pid == getppid());
}

static struct frontend apt;

static void look_for_apt(void)
{
	struct frontend found;

	(void)faults_arm(true);
	found = frontend_find(UH_POST_INVOKE);
	(void)faults_arm(false);
	ck_assert(found.pid == 0 ||
		  (found.pid == apt.pid && found.start_time == apt.start_time));
}

START_TEST(who_calls_us_is_known_or_unknown_but_nobody_else)
{
	skip_unless(access("/proc/self/stat", R_OK) == 0, "there is no /proc");
	try_everything(look_for_dpkg);
	apt = frontend_find(UH_POST_INVOKE);
	try_everything(look_for_apt);
	faults_try(CALL, ENOENT, look_for_apt);
	faults_try(CALL, ESRCH, look_for_apt);
}
END_TEST

/* ------------------------------------ programs --------------------------------------- */

static struct process_spec program;

static void run_program(void)
{
	struct uh_ending ending = {UH_EXITED, 0};
	int error;

	(void)faults_arm(true);
	error = process_run(&program, &ending);
	(void)faults_arm(false);
	ck_assert(error < 0 || (ending.end == UH_EXITED && ending.value == 3));
}

START_TEST(a_program_starts_with_its_descriptors_and_directory_or_not_at_all)
{
	static const char *const argv[] = {"a", NULL};
	owns_memory char *path = strdup(at("/a"));
	owns_memory char *directory = strdup(at("/directory"));
	owns_memory char *marker = strdup(at("/marker"));
	owns_fd int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* 3, if the directory and all descriptors are as they should be. */
	make_script("/a", "[ ${PWD##*/} = directory ] && read line || echo && exit 3");
	make_directory("/directory");
	program = (struct process_spec){.path = path,
		.argv = (char *const *)argv,
		.envp = environ,
		.input = null,
		.output = null,
		.error_output = null,
		.directory = directory};
	for (int i = 0; i < 4; i++) {
		program.is_for_other_user = i >= 2;
		program.marker = i % 2 == 1 ? marker : NULL;
		faults_try(CALL, EIO, run_program);
		faults_try(WAITS, EINTR, run_program);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_difference_of_databases_is_right_or_an_error,
		what_dpkg_has_done_is_found_whole_or_is_unknown,
		a_no_of_dpkg_never_becomes_a_yes,
		nobody_is_taken_for_the_holder_of_a_lock_who_is_not,
		what_is_missing_is_never_taken_to_be_there,
		an_order_of_versions_is_right_or_an_error,
		a_record_is_read_as_it_was_saved_or_not_at_all,
		a_file_has_what_was_written_last_or_what_was_before,
		scripts_never_run_without_the_settings_that_were_lost,
		in_doubt_a_package_has_a_hook_with_paths,
		a_setting_is_of_a_removed_package_only_if_dpkg_says_so,
		a_variable_with_unsafe_paths_is_never_safe,
		a_directory_is_gone_or_it_is_an_error,
		a_dpkg_below_one_that_has_called_us_is_not_run_by_hand,
		a_dpkg_that_only_pretends_changes_nothing,
		by_hand_is_what_no_frontend_and_no_hook_does_to_this_system,
		who_calls_us_is_known_or_unknown_but_nobody_else,
		a_program_starts_with_its_descriptors_and_directory_or_not_at_all,
	};

	if (!faults_start())
		return EXIT_FAILURE;
	return run_tests("errors_dpkg", tests, COUNT_OF(tests));
}
