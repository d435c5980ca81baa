/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "folders.h"

#include <errno.h>
#include <unistd.h>

#define MASK ETC "pkgs/foo/Post-Invoke/a"

START_TEST(folders_that_are_there_stay_as_they_are)
{
	struct stat status;

	make_folder(ETC "pkgs");
	set_mode(ETC "pkgs", 0700);
	ck_assert_int_eq(folders_make_above(at(MASK)), 0);
	ck_assert_int_eq(stat(at(ETC "pkgs"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0700);
	ck_assert(!is_there(MASK));
}
END_TEST

START_TEST(a_file_on_the_way_is_told)
{
	make_file("/etc/file", 0644, "");
	ck_assert_int_eq(folders_make_above(at("/etc/file/a/b")), -ENOTDIR);
}
END_TEST

START_TEST(a_way_out_of_the_root_is_seen)
{
	make_folder("/image/etc");
	make_folder("/imagery");
	ck_assert(!folders_lead_out(at("/image"), at("/image/etc/a")));
	ck_assert(!folders_lead_out(at("/image"), at("/image/not/yet/there")));
	make_link("/image/inside", "etc");
	ck_assert(!folders_lead_out(at("/image"), at("/image/inside/a")));
	make_link("/image/etc/out", at("/imagery"));
	ck_assert(folders_lead_out(at("/image"), at("/image/etc/out/a")));
	ck_assert(folders_lead_out(at("/image"), at("/image/etc/out/not/yet/there")));
	make_link("/image/up", "..");
	ck_assert(folders_lead_out(at("/image"), at("/image/up/a")));
	/* The last name is what will be made, and never followed. */
	ck_assert(!folders_lead_out(at("/image"), at("/image/etc/out")));
	ck_assert(!folders_lead_out("", at("/image/etc/out/a")));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {folders_that_are_there_stay_as_they_are,
		a_file_on_the_way_is_told, a_way_out_of_the_root_is_seen};

	return run_tests("folders", tests, COUNT_OF(tests));
}
