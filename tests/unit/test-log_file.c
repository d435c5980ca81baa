/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "log_file.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct state no_state = {.fd = -1};
static const struct log_file_kind kind = {
	.path = "/log", .later = "log", .mode = 0640, .group = "adm"};
static const struct log_file_kind read_only = {
	.path = "/readonly/log", .later = "log", .later_max = 100, .mode = 0640};

static void append(const char *text)
{
	ck_assert_int_eq(log_file_append(&kind, &no_state, root(), slice_of(text)), 0);
}

START_TEST(a_new_file_gets_its_mode_and_its_group)
{
	const struct group *group = getgrnam("adm");
	struct stat status;

	skip_unless(geteuid() == 0 && group != NULL, "only root may choose a group");
	append("a\n");
	append("b\n");
	assert_file("/log", "a\nb\n");
	ck_assert_int_eq(stat(at("/log"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0640);
	ck_assert_uint_eq(status.st_gid, group->gr_gid);
}
END_TEST

START_TEST(without_its_group_a_file_is_written_all_the_same)
{
	const struct log_file_kind unknown = {
		.path = "/log", .mode = 0640, .group = "no-such-group"};
	struct stat status;

	ck_assert_int_eq(
		log_file_append(&unknown, &no_state, root(), slice_of("a\n")), 0);
	assert_file("/log", "a\n");
	ck_assert_int_eq(stat(at("/log"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0640);
	ck_assert_uint_eq(status.st_gid, getegid());
}
END_TEST

START_TEST(the_mode_and_the_group_of_a_file_that_is_there_stay)
{
	struct stat status;

	make_file("/log", 0600, "a\n");
	append("b\n");
	ck_assert_int_eq(stat(at("/log"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0600);
	ck_assert_uint_eq(status.st_gid, getegid());
}
END_TEST

START_TEST(a_script_is_named_with_what_it_ran_for)
{
	owns_buffer struct buffer text = {0};

	log_add_script(&text, UH_PRE_INVOKE, "/a\n", NULL);
	buffer_append_string(&text, "\n");
	log_add_script(&text, UH_POST_INVOKE, "/b", "foo");
	assert_text(&text, "Pre-Invoke /a\\012 [always]\nPost-Invoke /b [foo]");
}
END_TEST

/* The directory may have belonged to another user. */
START_TEST(what_others_have_left_is_neither_taken_for_ours_nor_written_to)
{
	struct state state = {.fd = -1, .path = NULL};
	struct stat status;

	skip_unless(geteuid() == 0, "only root may give files away");
	make_file(STATE "log", 0644, "forged\n");
	ck_assert_int_eq(chown(at(STATE "log"), 1, 1), 0);
	state.fd = open(at(STATE), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(log_file_catch_up(&kind, &state, root()), 0);
	ck_assert(!is_there("/log"));
	ck_assert(!is_there(STATE "log"));
	ck_assert_int_eq(mkfifo(at(STATE "log"), 0644), 0);
	ck_assert_int_eq(chown(at(STATE "log"), 1, 1), 0);
	ck_assert_int_eq(log_file_catch_up(&kind, &state, root()), 0);
	ck_assert(!is_there(STATE "log"));
	make_file(STATE "log", 0644, "forged\n");
	ck_assert_int_eq(chown(at(STATE "log"), 1, 1), 0);
	make_directory("/readonly");
	skip_unless(unshare_mounts(), "mounting is not permitted");
	ck_assert_int_eq(
		mount("none", at("/readonly"), "tmpfs", MS_RDONLY, "mode=755"), 0);
	ck_assert_int_eq(
		log_file_append(&read_only, &state, root(), slice_of("ours\n")), 0);
	assert_file(STATE "log", "ours\n");
	ck_assert_int_eq(stat(at(STATE "log"), &status), 0);
	ck_assert_uint_eq(status.st_uid, 0);
	ck_assert_int_eq(umount(at("/readonly")), 0);
	(void)close(state.fd);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_new_file_gets_its_mode_and_its_group,
		without_its_group_a_file_is_written_all_the_same,
		the_mode_and_the_group_of_a_file_that_is_there_stay,
		a_script_is_named_with_what_it_ran_for,
		what_others_have_left_is_neither_taken_for_ours_nor_written_to,
	};

	return run_tests("log_file", tests, COUNT_OF(tests));
}
