/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "system/directories.h"

#include <errno.h>
#include <unistd.h>

static mode_t mode_of(const char *path)
{
	struct stat status;

	ck_assert_int_eq(lstat(at(path), &status), 0);
	return status.st_mode & 07777;
}

START_TEST(directories_are_made_above_a_file_and_everybody_can_look_into_them)
{
	(void)umask(077);
	ck_assert_int_eq(directories_make_above(at("/a/b c/d/file")), 0);
	ck_assert_uint_eq(mode_of("/a"), 0755);
	ck_assert_uint_eq(mode_of("/a/b c/d"), 0755);
	ck_assert(!is_there("/a/b c/d/file"));
	ck_assert_int_eq(directories_make_above(at("/a/b c/d/file")), 0);
}
END_TEST

START_TEST(directories_that_are_there_keep_their_mode)
{
	make_directory("/a");
	set_mode("/a", 0700);
	ck_assert_int_eq(directories_make_above(at("/a/b/file")), 0);
	ck_assert_uint_eq(mode_of("/a"), 0700);
}
END_TEST

START_TEST(where_a_file_stands_in_the_way_that_is_told)
{
	make_file("/a", 0644, "");
	ck_assert_int_eq(directories_make_above(at("/a/b/file")), -ENOTDIR);
	ck_assert_int_eq(directories_make_above("file"), 0);
}
END_TEST

static bool leads_out(const char *path)
{
	owns_memory char *image = realpath(at("/image"), NULL);
	owns_memory char *full = string_format("%s%s", image, path);

	return directories_lead_out(image, full);
}

START_TEST(a_way_leaves_the_root_only_by_a_symlink)
{
	make_directory("/image/etc/apt");
	make_directory("/image2/etc");
	make_link("/image/inside", "etc");
	make_link("/image/outside", "../image2");
	make_link("/image/host", "/etc");
	make_link("/image/etc/apt/mask", "/dev/null");
	ck_assert(!leads_out("/file"));
	ck_assert(!leads_out("/etc/apt/file"));
	ck_assert(!leads_out("/etc/apt/not/there/file"));
	ck_assert(!leads_out("/inside/apt/file"));
	/* The file itself is not followed. */
	ck_assert(!leads_out("/etc/apt/mask"));
	ck_assert(leads_out("/outside/file"));
	ck_assert(leads_out("/outside/etc/not/there/file"));
	ck_assert(leads_out("/host/file"));
}
END_TEST

START_TEST(nothing_leaves_this_machine)
{
	make_link("/link", "/etc");
	ck_assert(!directories_lead_out("", at("/link/file")));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		directories_are_made_above_a_file_and_everybody_can_look_into_them,
		directories_that_are_there_keep_their_mode,
		where_a_file_stands_in_the_way_that_is_told,
		a_way_leaves_the_root_only_by_a_symlink, nothing_leaves_this_machine};

	return run_tests("directories", tests, COUNT_OF(tests));
}
