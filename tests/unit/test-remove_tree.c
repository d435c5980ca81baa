/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "remove_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static int remove_below_root(const char *name)
{
	owns_fd int fd = open(root(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error;

	ck_assert_int_ge(fd, 0);
	error = remove_tree(fd, name);
	/* Whatever happens, the directory is as open as before. */
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	return error;
}

static void assert_gone(const char *path)
{
	struct stat status;

	ck_assert_int_eq(lstat(at(path), &status), -1);
	ck_assert_int_eq(errno, ENOENT);
}

START_TEST(files_and_directories_are_deleted)
{
	make_file("/file", 0644, "");
	make_directory("/empty");
	make_file("/tree/a/b", 0644, "");
	make_node("/tree/a/fifo", S_IFIFO);
	make_directory("/tree/c/d/e");
	make_file("/kept/a", 0644, "");
	ck_assert_int_eq(remove_below_root("file"), 0);
	ck_assert_int_eq(remove_below_root("empty"), 0);
	ck_assert_int_eq(remove_below_root("tree"), 0);
	ck_assert_int_eq(remove_below_root("tree"), -ENOENT);
	assert_gone("/file");
	assert_gone("/empty");
	assert_gone("/tree");
	assert_file("/kept/a", "");
}
END_TEST

START_TEST(no_symlink_is_followed)
{
	make_file("/kept/a", 0644, "a");
	make_directory("/tree/b");
	make_link("/tree/to-directory", "../kept");
	make_link("/tree/b/to-directory", at("/kept"));
	make_link("/tree/b/to-file", at("/kept/a"));
	make_link("/link", "kept");
	ck_assert_int_eq(remove_below_root("tree"), 0);
	ck_assert_int_eq(remove_below_root("link"), 0);
	assert_gone("/tree");
	assert_gone("/link");
	assert_file("/kept/a", "a");
}
END_TEST

/* Far deeper than PATH_MAX, and than the number of files that may be open. */
START_TEST(a_tree_of_any_depth_is_deleted)
{
	const struct rlimit limit = {256, 256};
	owns_fd int fd = open(root(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int depth = 0; depth < 1200; depth++) {
		int below;

		ck_assert_int_eq(mkdirat(fd, "a", 0755), 0);
		/* Names that those of lifted directories may run into. */
		ck_assert_int_eq(mkdirat(fd, "0", 0755), 0);
		below = openat(fd, "a", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ck_assert_int_ge(below, 0);
		(void)close(fd);
		fd = below;
	}
	ck_assert_int_eq(remove_below_root("a"), 0);
	assert_gone("/a");
}
END_TEST

START_TEST(what_another_user_moved_there_is_not_entered)
{
	skip_unless(geteuid() == 0, "only root can give files away");
	make_file("/tree/moved/file", 0644, "");
	make_file("/tree/own/file", 0644, "");
	ck_assert_int_eq(chown(at("/tree"), 1, 1), 0);
	ck_assert_int_eq(chown(at("/tree/own"), 1, 1), 0);
	ck_assert_int_eq(chown(at("/tree/moved"), 2, 2), 0);
	ck_assert_int_eq(remove_below_root("tree"), -ENOTEMPTY);
	assert_file("/tree/moved/file", "");
	assert_gone("/tree/own");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		files_and_directories_are_deleted,
		no_symlink_is_followed,
		a_tree_of_any_depth_is_deleted,
		what_another_user_moved_there_is_not_entered,
	};

	return run_tests("remove_tree", tests, COUNT_OF(tests));
}
