/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "trust.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#define FOREIGN_USER 65534

static int check(struct trust *trust, const char *full, struct unsafe_path *unsafe)
{
	int error = trust_check(trust, full, unsafe);

	ck_assert_int_eq(unsafe->path != NULL, error == -EPERM);
	return error;
}

/* The verdict without a cache. */
static void assert_check(const char *path, int expected)
{
	struct trust trust;
	struct unsafe_path unsafe;

	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(check(&trust, at(path), &unsafe), expected);
	free(unsafe.path);
	trust_done(&trust);
}

static void assert_open(
	const char *path, const char *open_path, enum uh_unsafe kind, unsigned id)
{
	struct trust trust;
	struct unsafe_path unsafe;

	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(check(&trust, at(path), &unsafe), -EPERM);
	ck_assert_str_eq(unsafe.path, *open_path != '\0' ? at(open_path) : root());
	ck_assert_int_eq(unsafe.kind, kind);
	ck_assert_uint_eq(unsafe.id, id);
	free(unsafe.path);
	trust_done(&trust);
}

START_TEST(a_path_that_only_its_owner_can_write_is_safe)
{
	make_script("/a/b/file", "");
	assert_check("/a/b/file", 0);
	assert_check("/a/b", 0);
	assert_check("/a", 0);
	assert_check("/a//b/./file", 0);
}
END_TEST

START_TEST(a_file_that_others_can_write_is_unsafe)
{
	make_script("/a/file", "");
	set_mode("/a/file", 0757);
	assert_open("/a/file", "/a/file", UH_UNSAFE_WORLD, 0);
	set_mode("/a/file", 0775);
	assert_open("/a/file", "/a/file", UH_UNSAFE_GROUP, getegid());
}
END_TEST

START_TEST(a_path_by_itself_is_judged_without_what_leads_to_it)
{
	struct trust trust;
	struct unsafe_path unsafe;

	make_script("/open/file", "");
	make_link("/open/link", "nothing");
	set_mode("/open", 0777);
	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(trust_check_one(&trust, at("/open/file"), &unsafe), 0);
	ck_assert_int_eq(trust_check_one(&trust, at("/open/link"), &unsafe), 0);
	ck_assert_int_eq(trust_check_one(&trust, at("/open/nothing"), &unsafe), -ENOENT);
	ck_assert_ptr_null(unsafe.path);
	ck_assert_int_eq(trust_check_one(&trust, at("/open"), &unsafe), -EPERM);
	ck_assert_str_eq(unsafe.path, at("/open"));
	ck_assert_int_eq(unsafe.kind, UH_UNSAFE_WORLD);
	free(unsafe.path);
	trust_done(&trust);
}
END_TEST

START_TEST(every_directory_on_the_path_counts)
{
	make_script("/a/b/c/file", "");
	set_mode("/a/b", 0777);
	assert_open("/a/b/c/file", "/a/b", UH_UNSAFE_WORLD, 0);
	set_mode("/a/b", 0775);
	assert_open("/a/b/c/file", "/a/b", UH_UNSAFE_GROUP, getegid());
	set_mode("/a/b", 01777);
	assert_open("/a/b/c/file", "/a/b", UH_UNSAFE_WORLD, 0);
	set_mode("/a/b", 0755);
	assert_check("/a/b/c/file", 0);
}
END_TEST

START_TEST(the_root_itself_counts)
{
	make_script("/file", "");
	ck_assert_int_eq(chmod(root(), 0777), 0);
	assert_open("/file", "", UH_UNSAFE_WORLD, 0);
}
END_TEST

START_TEST(another_owner_is_unsafe)
{
	skip_unless(geteuid() == 0, "only root can give a file away");
	make_script("/a/file", "");
	make_link("/a/link", "file");
	ck_assert_int_eq(lchown(at("/a/link"), FOREIGN_USER, (gid_t)-1), 0);
	assert_open("/a/link", "/a/link", UH_UNSAFE_OWNER, FOREIGN_USER);
	assert_check("/a/file", 0);
	ck_assert_int_eq(chown(at("/a/file"), FOREIGN_USER, (gid_t)-1), 0);
	assert_open("/a/file", "/a/file", UH_UNSAFE_OWNER, FOREIGN_USER);
	ck_assert_int_eq(chown(at("/a"), FOREIGN_USER, (gid_t)-1), 0);
	assert_open("/a/file", "/a", UH_UNSAFE_OWNER, FOREIGN_USER);
}
END_TEST

START_TEST(root_and_the_calling_user_are_trusted)
{
	bool is_reachable;

	skip_unless(geteuid() == 0, "only root can become somebody else");
	make_script("/a/file", "");
	ck_assert_int_eq(chmod(root(), 0755), 0);
	ck_assert_int_eq(chown(at("/a/file"), FOREIGN_USER, (gid_t)-1), 0);
	ck_assert_int_eq(seteuid(FOREIGN_USER), 0);
	is_reachable = is_there("/a/file");
	/* The directories are root's, the file is the user's. */
	if (is_reachable)
		assert_check("/a/file", 0);
	ck_assert_int_eq(seteuid(0), 0);
	skip_unless(is_reachable, "the build directory is closed to others");
}
END_TEST

START_TEST(the_target_of_a_symlink_and_its_directories_count)
{
	make_script("/opt/real/file", "");
	make_link("/a/link", "../opt/real/file");
	assert_check("/a/link", 0);
	set_mode("/opt/real/file", 0777);
	assert_open("/a/link", "/opt/real/file", UH_UNSAFE_WORLD, 0);
	set_mode("/opt/real/file", 0755);
	set_mode("/opt", 0777);
	assert_open("/a/link", "/opt", UH_UNSAFE_WORLD, 0);
}
END_TEST

START_TEST(a_symlink_to_a_directory_on_the_path_is_followed)
{
	make_script("/real/b/file", "");
	make_link("/a/link", "../real");
	assert_check("/a/link/b/file", 0);
	set_mode("/real", 0777);
	assert_open("/a/link/b/file", "/real", UH_UNSAFE_WORLD, 0);
}
END_TEST

START_TEST(the_directory_of_a_symlink_counts)
{
	make_script("/real/file", "");
	make_link("/open/link", "../real/file");
	make_link("/a/link", "../open/link");
	set_mode("/open", 0777);
	assert_open("/a/link", "/open", UH_UNSAFE_WORLD, 0);
}
END_TEST

START_TEST(an_absolute_symlink_restarts_at_the_root)
{
	make_script("/real/file", "");
	make_link("/a/link", "/real/file");
	assert_check("/a/link", 0);
	set_mode("/real", 0777);
	assert_open("/a/link", "/real", UH_UNSAFE_WORLD, 0);
}
END_TEST

START_TEST(nothing_leads_out_of_the_root)
{
	make_script("/real/file", "");
	make_link("/a/link", "../../../../../../../../../../../../real/file");
	assert_check("/a/link", 0);
}
END_TEST

START_TEST(an_unreadable_path_is_an_error)
{
	make_script("/a/file", "");
	make_link("/a/dangling", "nothing");
	make_link("/a/loop", "loop");
	make_link("/a/one", "two");
	make_link("/a/two", "one");
	assert_check("/a/nothing", -ENOENT);
	assert_check("/nothing/file", -ENOENT);
	assert_check("/a/dangling", -ENOENT);
	assert_check("/a/loop", -ELOOP);
	assert_check("/a/one", -ELOOP);
	assert_check("/a/file/file", -ENOTDIR);
}
END_TEST

START_TEST(forty_symlinks_are_followed_and_no_more)
{
	make_script("/a/0", "");
	for (int i = 1; i <= 41; i++) {
		owns_memory char *link = string_format("/a/%d", i);
		owns_memory char *target = string_format("%d", i - 1);

		make_link(link, target);
	}
	assert_check("/a/40", 0);
	assert_check("/a/41", -ELOOP);
}
END_TEST

START_TEST(names_and_paths_that_are_too_long_are_an_error)
{
	struct trust trust;
	struct unsafe_path unsafe;
	owns_memory char *name = string_format("%s/%0*d", root(), NAME_MAX + 1, 0);
	owns_buffer struct buffer path = {0};

	buffer_append_string(&path, root());
	for (int i = 0; i < PATH_MAX; i++)
		buffer_append_string(&path, "/.");
	buffer_append(&path, (struct slice){"/x", 3});
	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(check(&trust, name, &unsafe), -ENAMETOOLONG);
	ck_assert_int_eq(check(&trust, path.data, &unsafe), -ENAMETOOLONG);
	trust_done(&trust);
}
END_TEST

START_TEST(a_file_or_a_link_that_is_too_long_is_an_error)
{
	owns_memory char *name = string_format("%s/a/%0*d", root(), PATH_MAX, 0);
	owns_buffer struct buffer target = {0};
	struct trust trust;
	struct unsafe_path unsafe;

	make_script("/a/x", "");
	for (int i = 0; i < PATH_MAX / 2 - 10; i++)
		buffer_append_string(&target, "./");
	buffer_append(&target, (struct slice){"", 1});
	make_link("/a/link", target.data);
	assert_check("/a/link/x", 0);
	assert_check("/a/link/././././././././././././x", -ENAMETOOLONG);
	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(check(&trust, name, &unsafe), -ENAMETOOLONG);
	trust_done(&trust);
}
END_TEST

START_TEST(a_path_outside_the_root_is_an_error)
{
	struct trust trust;
	struct unsafe_path unsafe;

	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(check(&trust, "/etc/passwd", &unsafe), -EINVAL);
	ck_assert_int_eq(check(&trust, "relative", &unsafe), -EINVAL);
	ck_assert_int_eq(check(&trust, "", &unsafe), -EINVAL);
	trust_done(&trust);
}
END_TEST

START_TEST(files_in_one_directory_are_each_checked)
{
	struct trust trust;
	struct unsafe_path unsafe;

	make_script("/a/good", "");
	make_script("/a/open", "");
	make_script("/b/good", "");
	set_mode("/a/open", 0777);
	set_mode("/b", 0777);
	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_int_eq(check(&trust, at("/a/good"), &unsafe), 0);
	ck_assert_int_eq(check(&trust, at("/a/open"), &unsafe), -EPERM);
	free(unsafe.path);
	ck_assert_int_eq(check(&trust, at("/a/good"), &unsafe), 0);
	ck_assert_int_eq(check(&trust, at("/b/good"), &unsafe), -EPERM);
	free(unsafe.path);
	ck_assert_int_eq(check(&trust, at("/b/good"), &unsafe), -EPERM);
	free(unsafe.path);
	ck_assert_int_eq(check(&trust, at("/a/good"), &unsafe), 0);
	ck_assert_int_eq(check(&trust, at("/a/nothing"), &unsafe), -ENOENT);
	trust_done(&trust);
}
END_TEST

START_TEST(without_a_prefix_the_real_root_counts)
{
	struct trust trust;
	struct unsafe_path unsafe;
	struct stat status;

	ck_assert_int_eq(stat("/", &status), 0);
	skip_unless(status.st_uid == 0 && (status.st_mode & 022) == 0,
		"the root of this machine is open to others");
	ck_assert_int_eq(trust_init(&trust, ""), 0);
	ck_assert_int_eq(check(&trust, "/no-such-file-here", &unsafe), -ENOENT);
	ck_assert_int_eq(
		check(&trust, "/tmp", &unsafe), stat("/tmp", &status) < 0     ? -ENOENT
						: (status.st_mode & 022) != 0 ? -EPERM
									      : 0);
	free(unsafe.path);
	trust_done(&trust);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_path_that_only_its_owner_can_write_is_safe,
		a_file_that_others_can_write_is_unsafe,
		a_path_by_itself_is_judged_without_what_leads_to_it,
		every_directory_on_the_path_counts, the_root_itself_counts,
		another_owner_is_unsafe, root_and_the_calling_user_are_trusted,
		the_target_of_a_symlink_and_its_directories_count,
		a_symlink_to_a_directory_on_the_path_is_followed,
		the_directory_of_a_symlink_counts,
		an_absolute_symlink_restarts_at_the_root, nothing_leads_out_of_the_root,
		an_unreadable_path_is_an_error, forty_symlinks_are_followed_and_no_more,
		names_and_paths_that_are_too_long_are_an_error,
		a_file_or_a_link_that_is_too_long_is_an_error,
		a_path_outside_the_root_is_an_error,
		files_in_one_directory_are_each_checked,
		without_a_prefix_the_real_root_counts};

	return run_tests("trust", tests, COUNT_OF(tests));
}
