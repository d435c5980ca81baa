/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "system/rootfs.h"

#include <errno.h>

/* What a path is in the root of the test, as it is seen in there. */
static int size_of(const char *path)
{
	char *place = strdup(root());
	const struct admin admin = {.root = place};
	struct stat status;
	int error = rootfs_stat(&admin, path, &status);

	free(place);
	return error < 0 ? error : (int)status.st_size;
}

START_TEST(symlinks_stay_in_the_root)
{
	make_file("/bin/real", 0755, "12345");
	make_file("/etc/hostname", 0644, "1");
	make_link("/bin/absolute", "/bin/real");
	make_link("/bin/above", "../../../../bin/real");
	make_link("/bin/outside", "/proc/self/cmdline");
	make_link("/lib", "/bin");
	ck_assert_int_eq(size_of("/bin/real"), 5);
	ck_assert_int_eq(size_of("/bin/absolute"), 5);
	ck_assert_int_eq(size_of("/bin/above"), 5);
	ck_assert_int_eq(size_of("/lib/real"), 5);
	ck_assert_int_eq(size_of("/etc/hostname"), 1);
	ck_assert_int_eq(size_of("/bin/outside"), -ENOENT);
	ck_assert_int_eq(size_of("/bin/none"), -ENOENT);
	ck_assert_int_eq(size_of("/bin/real/none"), -ENOTDIR);
}
END_TEST

START_TEST(without_a_root_it_is_this_machine)
{
	char here[] = "";
	const struct admin admin = {.root = here};
	struct stat status;

	ck_assert_int_eq(rootfs_stat(&admin, "/bin/sh", &status), 0);
	ck_assert_int_eq(rootfs_stat(&admin, "/no/such/file", &status), -ENOENT);
	ck_assert_int_eq(rootfs_has_user(&admin, "root"), 1);
	ck_assert_int_eq(rootfs_has_user(&admin, "no-such-user"), 0);
}
END_TEST

START_TEST(accounts_are_those_of_the_root)
{
	char *place = strdup(root());
	const struct admin admin = {.root = place};

	ck_assert_int_eq(rootfs_has_user(&admin, "root"), -ENOENT);
	make_file("/etc/passwd", 0644,
		"rubbish\nworker:x:7001:7002:Worker:/srv/worker:/bin/sh\n");
	ck_assert_int_eq(rootfs_has_user(&admin, "worker"), 1);
	ck_assert_int_eq(rootfs_has_user(&admin, "root"), 0);
	free(place);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {symlinks_stay_in_the_root,
		without_a_root_it_is_this_machine, accounts_are_those_of_the_root};

	return run_tests("rootfs", tests, COUNT_OF(tests));
}
