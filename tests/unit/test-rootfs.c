/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "output.h"
#include "system/rootfs.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How often openat2(2) still fails, as while directories elsewhere are renamed. */
static int renames_elsewhere;

/* The linker puts it in the place of syscall(2). */
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
	va_list arguments;
	long values[4];

	va_start(arguments, number);
	for (size_t i = 0; i < COUNT_OF(values); i++)
		values[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_openat2 && renames_elsewhere > 0) {
		renames_elsewhere--;
		errno = EAGAIN;
		return -1;
	}
	return __real_syscall(number, values[0], values[1], values[2], values[3]);
}

/* The size of the file at path below the root of the test, or −errno. */
static int size_of(const char *path)
{
	char *place = strdup(root());
	const struct admin admin = {.root = place};
	struct stat status;
	int error = rootfs_stat(&admin, path, &status);

	free(place);
	return error < 0 ? error : (int)status.st_size;
}

START_TEST(symlinks_do_not_leave_the_root)
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

START_TEST(renames_elsewhere_do_not_matter)
{
	make_file("/usr/lib/os-release", 0644, "12345");
	make_link("/etc/os-release", "../usr/lib/os-release");
	renames_elsewhere = 20;
	ck_assert_int_eq(size_of("/etc/os-release"), 5);
	ck_assert_int_eq(renames_elsewhere, 0);
	/* A file on which somebody has a lease (fcntl(2)) fails so, too: give up. */
	renames_elsewhere = INT_MAX;
	ck_assert_int_eq(size_of("/etc/os-release"), -EAGAIN);
	renames_elsewhere = 0;
}
END_TEST

START_TEST(without_a_root_it_is_this_system)
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

START_TEST(users_are_those_of_the_root)
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

static mode_t mode_of(const char *path)
{
	struct stat status;

	ck_assert_int_eq(lstat(at(path), &status), 0);
	return status.st_mode & 07777;
}

START_TEST(missing_parents_are_created_whatever_the_umask)
{
	(void)umask(077);
	ck_assert_int_eq(rootfs_make_parents(at("/a/b c/d/file")), 0);
	ck_assert_uint_eq(mode_of("/a"), 0755);
	ck_assert_uint_eq(mode_of("/a/b c/d"), 0755);
	ck_assert(!is_there("/a/b c/d/file"));
	ck_assert_int_eq(rootfs_make_parents(at("/a/b c/d/file")), 0);
}
END_TEST

START_TEST(existing_directories_keep_their_mode)
{
	make_directory("/a");
	set_mode("/a", 0700);
	ck_assert_int_eq(rootfs_make_parents(at("/a/b/file")), 0);
	ck_assert_uint_eq(mode_of("/a"), 0700);
}
END_TEST

START_TEST(a_file_in_place_of_a_directory_is_an_error)
{
	make_file("/a", 0644, "");
	ck_assert_int_eq(rootfs_make_parents(at("/a/b/file")), -ENOTDIR);
	ck_assert_int_eq(rootfs_make_parents("file"), 0);
}
END_TEST

START_TEST(a_file_with_the_longest_name_is_put_in_place)
{
	const struct stat like = {
		.st_mode = 0700, .st_uid = (uid_t)-1, .st_gid = (gid_t)-1};
	char path[1 + NAME_MAX + 1] = "/";

	memset(path + 1, 'a', NAME_MAX);
	ck_assert_int_eq(rootfs_create_file(at(path), slice_of("1"), 0600), 0);
	ck_assert_int_eq(rootfs_create_file(at(path), slice_of("2"), 0600), -EEXIST);
	assert_file(path, "1");
	ck_assert_int_eq(rootfs_replace_file(at(path), slice_of("3"), &like), 0);
	assert_file(path, "3");
	ck_assert_uint_eq(mode_of(path), 0700);
}
END_TEST

START_TEST(root_is_not_told_that_only_root_can_change_a_file)
{
	skip_unless(become_root(), "there are no user namespaces");
	output_begin();
	/* As for a file with the attribute i (chattr(1)). */
	ck_assert_int_eq(report_unchanged("/a", -EPERM), STATUS_TROUBLE);
	assert_output("", "E: /a cannot be changed: Operation not permitted\n");
}
END_TEST

static bool leads_out(const char *path)
{
	owns_memory char *image = realpath(at("/image"), NULL);
	owns_memory char *full = string_format("%s%s", image, path);

	return rootfs_leads_out(image, full);
}

START_TEST(only_symlinks_lead_out_of_the_root)
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
	/* path itself is not followed. */
	ck_assert(!leads_out("/etc/apt/mask"));
	ck_assert(leads_out("/outside/file"));
	ck_assert(leads_out("/outside/etc/not/there/file"));
	ck_assert(leads_out("/host/file"));
}
END_TEST

START_TEST(without_a_root_nothing_leads_out)
{
	make_link("/link", "/etc");
	ck_assert(!rootfs_leads_out("", at("/link/file")));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {symlinks_do_not_leave_the_root,
		renames_elsewhere_do_not_matter, without_a_root_it_is_this_system,
		users_are_those_of_the_root,
		missing_parents_are_created_whatever_the_umask,
		existing_directories_keep_their_mode,
		a_file_in_place_of_a_directory_is_an_error,
		a_file_with_the_longest_name_is_put_in_place,
		root_is_not_told_that_only_root_can_change_a_file,
		only_symlinks_lead_out_of_the_root, without_a_root_nothing_leads_out};

	return run_tests("rootfs", tests, COUNT_OF(tests));
}
