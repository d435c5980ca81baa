/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "state.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SELF "1-1"
/* One byte more than a key has. */
#define ONE_MORE "1234567890123456789012345678901234567890123456789012345678901234"
#define LONG                                                                             \
	"123456789012345678901234567890123456789012345678901234567890-"                  \
	"123456789012345678901234567890123456789012345678901234567890"

static int open_state(struct state *state, struct unsafe_path *unsafe)
{
	struct trust trust;
	int error;

	ck_assert_int_eq(trust_init(&trust, root()), 0);
	error = state_open(state, &state_of_runs, root(), &trust, unsafe);
	trust_done(&trust);
	return error;
}

static struct state opened(void)
{
	struct state state;
	struct unsafe_path unsafe;

	ck_assert_int_eq(open_state(&state, &unsafe), 0);
	ck_assert_ptr_null(unsafe.path);
	state_set_frontend(&state, &(struct frontend){.pid = 1, .start_time = 1});
	return state;
}
#define owns_state __attribute__((cleanup(state_done)))

static void assert_not_opened(int expected)
{
	owns_state struct state state;
	struct unsafe_path unsafe;

	ck_assert_int_eq(open_state(&state, &unsafe), expected);
	ck_assert_int_eq(state.fd, -1);
	ck_assert_int_eq(unsafe.path != NULL, expected == -EPERM);
	free(unsafe.path);
}

/* The state, with the files of another key. */
static struct state with_key(const struct state *state, const char *key)
{
	struct frontend frontend;

	ck_assert(frontend_parse_key(key, &frontend));
	return state_of(state, &frontend);
}

static void write_state(
	const struct state *state, const char *key, const char *suffix, const char *text)
{
	struct state keyed = with_key(state, key);

	ck_assert_int_eq(state_write(&keyed, suffix, slice_of(text)), 0);
}

static mode_t mode_of(const char *full)
{
	struct stat status;

	ck_assert_int_eq(lstat(full, &status), 0);
	return status.st_mode & 07777;
}

START_TEST(the_directory_is_made_where_it_is_missing)
{
	(void)umask(022);
	for (int i = 0; i < 2; i++) {
		owns_state struct state state = opened();

		ck_assert_str_eq(state.path, at("/run/apt-universal-hooks"));
		ck_assert_uint_eq(mode_of(state.path), 0755);
	}
}
END_TEST

START_TEST(without_run_there_is_no_directory)
{
	ck_assert_int_eq(rmdir(at("/run")), 0);
	assert_not_opened(-ENOENT);
}
END_TEST

START_TEST(a_directory_that_others_can_write_is_not_used)
{
	make_directory("/run/apt-universal-hooks");
	set_mode("/run/apt-universal-hooks", 0777);
	assert_not_opened(-EPERM);
	set_mode("/run/apt-universal-hooks", 0755);
	set_mode("/run", 0775);
	assert_not_opened(-EPERM);
}
END_TEST

START_TEST(what_is_no_directory_is_not_used)
{
	make_file("/run/apt-universal-hooks", 0644, "");
	assert_not_opened(-ENOTDIR);
	ck_assert_int_eq(remove(at("/run/apt-universal-hooks")), 0);
	make_directory("/elsewhere");
	make_link("/run/apt-universal-hooks", "../elsewhere");
	assert_not_opened(-ENOTDIR);
}
END_TEST

START_TEST(what_was_written_can_be_read_until_it_is_removed)
{
	owns_state struct state state = opened();
	owns_buffer struct buffer bytes = {0};

	write_state(&state, SELF, "transaction", "first");
	write_state(&state, SELF, "transaction", "second");
	ck_assert_uint_eq(mode_of(at(STATE SELF ".transaction")), 0600);
	ck_assert_int_eq(state_read(&state, "transaction", 100, &bytes), 0);
	assert_text(&bytes, "second");
	ck_assert(state_has(&state, "transaction"));
	ck_assert_int_eq(state_remove(&state, "transaction"), 0);
	ck_assert(!state_has(&state, "transaction"));
	ck_assert_int_eq(state_remove(&state, "transaction"), -ENOENT);
	ck_assert_int_eq(state_read(&state, "transaction", 100, &bytes), -ENOENT);
}
END_TEST

START_TEST(of_what_is_too_large_no_more_is_read)
{
	owns_state struct state state = opened();
	owns_buffer struct buffer bytes = {0};

	write_state(&state, SELF, "transaction", "0123456789");
	ck_assert_int_eq(state_read(&state, "transaction", 9, &bytes), -EFBIG);
	assert_text(&bytes, "012345678");
}
END_TEST

/* No file may grow beyond 4 KiB, as on a disk that is full. */
static void fill_the_disk(void)
{
	struct rlimit limit = {4096, 4096};

	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(a_file_is_written_whole_or_not_at_all)
{
	owns_state struct state state = opened();
	owns_memory char *much = calloc(1, 100000);
	const struct slice bytes = {much, 100000};
	char *path = NULL;

	write_state(&state, SELF, "runs", "before");
	write_state(&state, SELF, "transaction", "before");
	fill_the_disk();
	ck_assert_int_eq(state_replace(&state, "runs", bytes), -EFBIG);
	ck_assert_int_eq(state_write(&state, "transaction", bytes), -EFBIG);
	ck_assert_int_eq(state_hand_out(&state, "pkg_list", bytes, &path), -EFBIG);
	ck_assert_ptr_null(path);
	assert_file(STATE SELF ".runs", "before");
	ck_assert_int_eq(remove(at(STATE SELF ".runs")), 0);
	/* Nothing else may be left. */
	ck_assert_int_eq(rmdir(at(STATE)), 0);
}
END_TEST

/* What another process does while this one gives a file its name; NULL: nothing. */
static void (*before_name)(void), (*after_name)(void);

static void let_other_work(void (**work)(void))
{
	void (*once)(void) = *work;
	int status;
	pid_t pid;

	*work = NULL;
	if (once == NULL)
		return;
	pid = fork();
	if (pid == 0) {
		once();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

int __real_linkat(int from, const char *old, int to, const char *new, int flags);
int __wrap_linkat(int from, const char *old, int to, const char *new, int flags);
int __wrap_linkat(int from, const char *old, int to, const char *new, int flags)
{
	int result, error;

	let_other_work(&before_name);
	result = __real_linkat(from, old, to, new, flags);
	error = errno;
	let_other_work(&after_name);
	errno = error;
	return result;
}

int __real_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new)
{
	let_other_work(&before_name);
	return __real_renameat(from, old, to, new);
}

static void create_first(void)
{
	owns_state struct state state = opened();

	ck_assert_int_eq(state_create(&state, "session", slice_of("other\n")), 0);
}

static void create_second(void)
{
	owns_state struct state state = opened();

	ck_assert_int_eq(state_create(&state, "session", slice_of("other\n")), -EEXIST);
}

static void replace_first(void)
{
	owns_state struct state state = opened();

	ck_assert_int_eq(state_replace(&state, "open", slice_of("other")), 0);
}

START_TEST(of_two_that_write_a_file_at_once_neither_spoils_that_of_the_other)
{
	owns_state struct state state = opened();

	before_name = create_first;
	ck_assert_int_eq(state_create(&state, "session", slice_of("ours\n")), -EEXIST);
	assert_file(STATE SELF ".session", "other\n");
	ck_assert_int_eq(state_remove(&state, "session"), 0);
	after_name = create_second;
	ck_assert_int_eq(state_create(&state, "session", slice_of("ours\n")), 0);
	assert_file(STATE SELF ".session", "ours\n");
	ck_assert_int_eq(state_remove(&state, "session"), 0);
	before_name = replace_first;
	ck_assert_int_eq(state_replace(&state, "open", slice_of("ours")), 0);
	assert_file(STATE SELF ".open", "ours");
	ck_assert_int_eq(state_remove(&state, "open"), 0);
	ck_assert_int_eq(rmdir(at(STATE)), 0);
}
END_TEST

START_TEST(a_symlink_in_the_way_is_not_followed)
{
	owns_state struct state state = opened();
	owns_buffer struct buffer bytes = {0};
	owns_memory char *new =
		string_format(STATE SELF ".transaction.new-%d", (int)getpid());

	make_file("/precious", 0644, "precious");
	make_link(STATE SELF ".transaction", "../../precious");
	make_link(new, "../../precious");
	ck_assert_int_eq(state_write(&state, "transaction", slice_of("x")), -ELOOP);
	ck_assert_int_eq(state_replace(&state, "transaction", slice_of("x")), -ELOOP);
	ck_assert_int_eq(state_read(&state, "transaction", 100, &bytes), -ELOOP);
	assert_file("/precious", "precious");
}
END_TEST

START_TEST(what_is_no_file_or_belongs_to_somebody_else_is_not_read)
{
	owns_state struct state state = opened();
	owns_buffer struct buffer bytes = {0};

	ck_assert_int_eq(mkfifo(at(STATE SELF ".transaction"), 0600), 0);
	ck_assert_int_eq(state_read(&state, "transaction", 100, &bytes), -EPERM);
	write_state(&state, SELF, "runs", "x");
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(at(STATE SELF ".runs"), 1, 1), 0);
	ck_assert_int_eq(state_read(&state, "runs", 100, &bytes), -EPERM);
}
END_TEST

START_TEST(a_file_handed_out_is_new_and_everybody_may_read_it)
{
	owns_state struct state state = opened();
	char *one = NULL, *two = NULL;

	(void)umask(077);
	ck_assert_int_eq(state_hand_out(&state, "pkg_list", slice_of("a\n"), &one), 0);
	ck_assert_int_eq(state_hand_out(&state, "pkg_list", slice_of("b\n"), &two), 0);
	ck_assert_str_ne(one, two);
	ck_assert_uint_eq(mode_of(one), 0644);
	assert_file(one + strlen(root()), "a\n");
	state_discard(&one);
	state_discard(&two);
	ck_assert_ptr_null(one);
	state_discard(&one);
	ck_assert_int_eq(rmdir(at(STATE)), 0);
}
END_TEST

START_TEST(without_a_directory_nothing_is_handed_out)
{
	struct state state = {.fd = -1, .path = strdup(at("/run"))};
	char *path = NULL;

	ck_assert_int_eq(
		state_hand_out(&state, "pkg_list", slice_of("a\n"), &path), -ENOENT);
	ck_assert_ptr_null(path);
	state_done(&state);
}
END_TEST

START_TEST(a_file_is_removed_once)
{
	owns_state struct state state = opened();

	write_state(&state, SELF, "failed", "");
	ck_assert_int_eq(state_remove(&state, "failed"), 0);
	ck_assert_int_eq(state_remove(&state, "failed"), -ENOENT);
}
END_TEST

/* The key of a process that lives as long as this test. */
static void key_of_parent(char key[FRONTEND_KEY_SIZE], struct frontend *parent)
{
	*parent = frontend_find(UH_PRE_INSTALL_PKGS);
	frontend_key(parent, key);
}

START_TEST(a_sweep_leaves_only_what_belongs_to_others_who_live)
{
	owns_state struct state state = opened();
	char living[FRONTEND_KEY_SIZE];
	struct frontend self = {.pid = 4194303, .start_time = 17}, parent;
	owns_memory char *lives = NULL;

	key_of_parent(living, &parent);
	skip_unless(parent.pid != 0, "there is no /proc");
	lives = string_format(STATE "%s.transaction", living);
	write_state(&state, living, "transaction", "");
	write_state(&state, "4194303-17", "transaction", "");
	write_state(&state, "4194303-18", "failed", "");
	write_state(&state, "unknown", "transaction", "");
	make_file(STATE "4194303-17.pkg_list.abcdef", 0644, "");
	make_file(STATE "4194303-17.transaction.new-1", 0600, "");
	make_file(STATE "not-ours", 0644, "");
	make_file(STATE "not.ours", 0644, "");
	make_file(STATE ONE_MORE ".transaction", 0644, "");
	make_file(STATE LONG ".transaction", 0644, "");
	state_sweep(&state, &self, "clean-up");
	ck_assert(is_there(lives));
	ck_assert(is_there(STATE "not-ours"));
	ck_assert(is_there(STATE "not.ours"));
	ck_assert(is_there(STATE ONE_MORE ".transaction"));
	ck_assert(is_there(STATE LONG ".transaction"));
	ck_assert(!is_there(STATE "4194303-17.transaction"));
	ck_assert(!is_there(STATE "4194303-18.failed"));
	ck_assert(!is_there(STATE "unknown.transaction"));
	ck_assert(!is_there(STATE "4194303-17.pkg_list.abcdef"));
	ck_assert(!is_there(STATE "4194303-17.transaction.new-1"));
}
END_TEST

START_TEST(a_sweep_of_an_unknown_process_leaves_nothing_of_ours)
{
	owns_state struct state state = opened();
	char living[FRONTEND_KEY_SIZE];
	struct frontend unknown = {.pid = 0}, parent;
	owns_memory char *lives = NULL;

	key_of_parent(living, &parent);
	lives = string_format(STATE "%s.transaction", living);
	write_state(&state, living, "transaction", "");
	make_file(STATE "not-ours", 0644, "");
	state_sweep(&state, &unknown, "clean-up");
	ck_assert(!is_there(lives));
	ck_assert(is_there(STATE "not-ours"));
}
END_TEST

START_TEST(what_is_forgotten_is_of_one_transaction)
{
	owns_state struct state state = opened();
	struct state keyed;

	write_state(&state, "12-34", "transaction", "");
	write_state(&state, "12-345", "transaction", "");
	make_file(STATE "12-34.pkg_list.abcdef", 0644, "");
	make_file(STATE "not-ours", 0644, "");
	keyed = with_key(&state, "12-34");
	state_forget(&keyed);
	ck_assert(!is_there(STATE "12-34.transaction"));
	ck_assert(!is_there(STATE "12-34.pkg_list.abcdef"));
	ck_assert(is_there(STATE "12-345.transaction"));
	ck_assert(is_there(STATE "not-ours"));
}
END_TEST

START_TEST(only_the_only_owner_counts)
{
	owns_state struct state state = opened();
	struct frontend owner = {.pid = 0};

	make_file(STATE "not-ours", 0644, "");
	ck_assert(!state_only_owner(&state, &owner));
	write_state(&state, "12-34", "transaction", "");
	make_file(STATE "12-34.pkg_list.abcdef", 0644, "");
	ck_assert(state_only_owner(&state, &owner));
	ck_assert_int_eq(owner.pid, 12);
	ck_assert_uint_eq(owner.start_time, 34);
	write_state(&state, "12-35", "runs", "");
	ck_assert(!state_only_owner(&state, &owner));
}
END_TEST

START_TEST(a_directory_with_a_file_of_anybody_is_not_empty)
{
	owns_state struct state state = opened();
	struct state closed = {.fd = -1};

	ck_assert(state_is_empty(&state));
	make_file(STATE "of-nobody", 0600, "");
	ck_assert(!state_is_empty(&state));
	ck_assert(!state_is_empty(&closed));
}
END_TEST

START_TEST(each_session_of_a_process_has_files_of_its_own)
{
	owns_state struct state state = opened();
	struct frontend owner = {.pid = 12, .start_time = 34}, found;

	ck_assert_uint_eq(state_last_session(&state, &owner), 0);
	ck_assert(!state_find(&state, "session", 0, &found));
	write_state(&state, "12-34", "transaction", "");
	write_state(&state, "12-34-2", "session", "");
	write_state(&state, "12-34-10", "waiter", "");
	write_state(&state, "12-35-11", "session", "");
	ck_assert_uint_eq(state_last_session(&state, &owner), 10);
	ck_assert(state_find(&state, "waiter", 0, &found));
	ck_assert_int_eq(found.pid, 12);
	ck_assert_uint_eq(found.session, 10);
	ck_assert(state_find(&state, "session", 0, &found));
	ck_assert(state_find(&state, "session", 1, &found));
	ck_assert(!state_find(&state, "session", 2, &found));
}
END_TEST

START_TEST(a_session_that_is_not_closed_is_not_swept)
{
	owns_state struct state state = opened();
	struct frontend self = {.pid = 4194303, .start_time = 17};

	write_state(&state, "4194301-1-1", "session", "");
	write_state(&state, "4194301-1-1", "run-1", "");
	write_state(&state, "4194301-1-2", "run-1", "");
	state_sweep(&state, &self, "session");
	ck_assert(is_there(STATE "4194301-1-1.session"));
	ck_assert(is_there(STATE "4194301-1-1.run-1"));
	ck_assert(!is_there(STATE "4194301-1-2.run-1"));
}
END_TEST

START_TEST(a_directory_is_made_once_and_goes_with_the_files)
{
	owns_state struct state state = opened();
	owns_memory char *path = NULL;
	owns_memory char *again = NULL;

	ck_assert_int_eq(
		state_make_directory(&state, "data", geteuid(), getegid(), &path), 0);
	ck_assert_str_eq(path, at(STATE SELF ".data"));
	ck_assert_uint_eq(mode_of(path), 0700);
	make_file(STATE SELF ".data/a/b", 0644, "");
	ck_assert_int_eq(
		state_make_directory(&state, "data", geteuid(), getegid(), &again), 0);
	ck_assert_str_eq(again, path);
	ck_assert(is_there(STATE SELF ".data/a/b"));
	state_forget_all_but(&state, "data");
	ck_assert(is_there(STATE SELF ".data/a/b"));
	state_forget(&state);
	ck_assert(!is_there(STATE SELF ".data"));
}
END_TEST

START_TEST(what_is_no_directory_of_ours_is_not_used)
{
	owns_state struct state state = opened();
	owns_memory char *path = NULL;

	make_directory("/elsewhere");
	make_link(STATE SELF ".link", "../../elsewhere");
	make_file(STATE SELF ".file", 0600, "");
	ck_assert_int_eq(
		state_make_directory(&state, "link", geteuid(), getegid(), &path),
		-ENOTDIR);
	ck_assert_int_eq(
		state_make_directory(&state, "file", geteuid(), getegid(), &path),
		-ENOTDIR);
	ck_assert_ptr_null(path);
	state_forget(&state);
	ck_assert(is_there("/elsewhere"));
	cleanup_close(&state.fd);
	ck_assert_int_eq(
		state_make_directory(&state, "data", geteuid(), getegid(), &path),
		-ENOENT);
}
END_TEST

START_TEST(a_directory_belongs_to_the_user_it_is_for_or_is_not_used)
{
	owns_state struct state state = opened();
	char *paths[2] = {NULL, NULL};
	struct stat status;

	skip_unless(geteuid() == 0, "only root can give files away");
	/* It was made, and a process was killed before it gave it away. */
	ck_assert_int_eq(state_make_directory(&state, "data", 0, 0, &paths[0]), 0);
	free(paths[0]);
	paths[0] = NULL;
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		ck_assert_int_eq(
			state_make_directory(&state, "data", 1, 1, &paths[i]), 0);
		ck_assert_int_eq(stat(paths[i], &status), 0);
		ck_assert_uint_eq(status.st_uid, 1);
		free(paths[i]);
		paths[i] = NULL;
	}
	ck_assert_int_eq(state_make_directory(&state, "data", 2, 2, &paths[0]), -EPERM);
	state_forget(&state);
	ck_assert_int_eq(rmdir(at(STATE)), 0);
	ck_assert_int_eq(state_make_directory(&state, "data", 0, 0, &paths[0]), -ENOENT);
	ck_assert_ptr_null(paths[0]);
}
END_TEST

START_TEST(a_file_that_is_created_was_not_there)
{
	owns_state struct state state = opened();

	ck_assert_int_eq(state_create(&state, "runs", slice_of("first")), 0);
	ck_assert_int_eq(state_create(&state, "runs", slice_of("second")), -EEXIST);
	assert_file(STATE SELF ".runs", "first");
	ck_assert_int_eq(state_remove(&state, "runs"), 0);
	/* Nothing else may be left. */
	ck_assert_int_eq(rmdir(at(STATE)), 0);
}
END_TEST

START_TEST(the_directory_is_removed_only_when_it_is_empty)
{
	owns_state struct state state = opened();

	write_state(&state, SELF, "mark", "");
	state_remove_empty(&state_of_runs, root());
	ck_assert(!state_is_absent(&state_of_runs, root()));
	ck_assert_int_eq(state_remove(&state, "mark"), 0);
	state_remove_empty(&state_of_runs, root());
	ck_assert(state_is_absent(&state_of_runs, root()));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {the_directory_is_made_where_it_is_missing,
		without_run_there_is_no_directory,
		a_directory_that_others_can_write_is_not_used,
		what_is_no_directory_is_not_used,
		what_was_written_can_be_read_until_it_is_removed,
		of_what_is_too_large_no_more_is_read,
		a_file_is_written_whole_or_not_at_all,
		of_two_that_write_a_file_at_once_neither_spoils_that_of_the_other,
		a_symlink_in_the_way_is_not_followed,
		what_is_no_file_or_belongs_to_somebody_else_is_not_read,
		a_file_handed_out_is_new_and_everybody_may_read_it,
		without_a_directory_nothing_is_handed_out, a_file_is_removed_once,
		a_sweep_leaves_only_what_belongs_to_others_who_live,
		a_sweep_of_an_unknown_process_leaves_nothing_of_ours,
		what_is_forgotten_is_of_one_transaction, only_the_only_owner_counts,
		a_directory_with_a_file_of_anybody_is_not_empty,
		each_session_of_a_process_has_files_of_its_own,
		a_session_that_is_not_closed_is_not_swept,
		a_directory_is_made_once_and_goes_with_the_files,
		what_is_no_directory_of_ours_is_not_used,
		a_directory_belongs_to_the_user_it_is_for_or_is_not_used,
		a_file_that_is_created_was_not_there,
		the_directory_is_removed_only_when_it_is_empty};

	return run_tests("state", tests, COUNT_OF(tests));
}
