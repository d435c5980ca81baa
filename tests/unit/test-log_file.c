/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "log_file.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct state no_state = {.fd = -1};
static const struct log_file_kind kind = {
	.path = "/log", .later = "log", .mode = 0640, .group = "adm"};

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

int main(void)
{
	const TTest *const tests[] = {
		a_new_file_gets_its_mode_and_its_group,
		the_mode_and_the_group_of_a_file_that_is_there_stay,
		a_script_is_named_with_what_it_ran_for,
	};

	return run_tests("log_file", tests, COUNT_OF(tests));
}
