/* SPDX-License-Identifier: BSD-2-Clause */
/* Masks: how they are made, recognised and removed. */
#include "fixture.h"
#include "model/mask.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#define MASK ETC "pkgs/foo/Post-Invoke/a"

START_TEST(a_mask_is_made_with_its_directories_and_removed_alone)
{
	struct stat status;

	(void)umask(077);
	ck_assert_int_eq(mask_make(at(MASK)), 0);
	ck_assert(mask_is_plain(at(MASK)));
	ck_assert_int_eq(stat(at(ETC "pkgs/foo"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0755);
	ck_assert_int_eq(mask_remove(at(MASK)), 0);
	ck_assert(!is_there(MASK));
	ck_assert(is_there(ETC "pkgs/foo/Post-Invoke"));
}
END_TEST

START_TEST(a_mask_replaces_no_file)
{
	make_script(MASK, "");
	ck_assert_int_eq(mask_make(at(MASK)), -EEXIST);
	ck_assert_int_eq(mask_remove(at(MASK)), -EINVAL);
	ck_assert(is_there(MASK));
	ck_assert_int_eq(mask_make(at(MASK "/b")), -ENOTDIR);
}
END_TEST

START_TEST(without_the_mask_no_directory_stays)
{
	char name[NAME_MAX + 2];
	owns_memory char *last = NULL;
	owns_memory char *middle = NULL;

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	last = string_format(ETC "pkgs/foo/Post-Invoke/%s", name);
	middle = string_format(ETC "pkgs/foo/%s/a", name);
	make_directory(ETC "pkgs");
	ck_assert_int_eq(mask_make(at(last)), -ENAMETOOLONG);
	ck_assert(!is_there(ETC "pkgs/foo"));
	ck_assert_int_eq(mask_make(at(middle)), -ENAMETOOLONG);
	ck_assert(!is_there(ETC "pkgs/foo"));
	ck_assert(is_there(ETC "pkgs"));
	/* Those that others have made. */
	make_directory(ETC "pkgs/foo/Post-Invoke");
	ck_assert_int_eq(mask_make(at(last)), -ENAMETOOLONG);
	ck_assert(is_there(ETC "pkgs/foo/Post-Invoke"));
}
END_TEST

START_TEST(only_a_link_to_dev_null_itself_is_a_plain_mask)
{
	static const char *const targets[] = {
		"/dev/nul", "/dev/null/", "/dev/nulls", "../dev/null", "/"};

	ck_assert(!mask_is_plain(at(MASK)));
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		make_link(MASK, targets[i]);
		ck_assert_msg(!mask_is_plain(at(MASK)), "%s", targets[i]);
		ck_assert_int_eq(mask_remove(at(MASK)), -EINVAL);
		ck_assert_int_eq(unlink(at(MASK)), 0);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_mask_is_made_with_its_directories_and_removed_alone,
		a_mask_replaces_no_file, without_the_mask_no_directory_stays,
		only_a_link_to_dev_null_itself_is_a_plain_mask};

	return run_tests("mask", tests, COUNT_OF(tests));
}
