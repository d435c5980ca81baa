/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "variables.h"

#include <errno.h>

START_TEST(a_name_is_one_of_the_C_language)
{
	static const char *const good[] = {"A=", "_=x", "a_1=b=c", "PATH=/bin", "A=\n",
		"APT_UNIVERSAL_HOOK=", "APT_UNIVERSAL_HOOKSX=1",
		"apt_universal_hooks_id=1"};
	static const char *const bad[] = {"", "=", "=x", "A",
		"1A=", "A-B=", "A B=", " A=", "\xc3\xa4=1", "APT_UNIVERSAL_HOOKS=off",
		"APT_UNIVERSAL_HOOKS_=", "APT_UNIVERSAL_HOOKS_ID=1"};

	for (size_t i = 0; i < COUNT_OF(good); i++)
		ck_assert_msg(variable_is_valid(good[i]), "%s", good[i]);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		ck_assert_msg(!variable_is_valid(bad[i]), "%s", bad[i]);
}
END_TEST

static void assert_check(const char *variable, int expected, const char *path)
{
	struct unsafe_path unsafe;
	struct trust trust;

	ck_assert_int_eq(trust_init(&trust, root()), 0);
	ck_assert_msg(
		variable_check(variable, &trust, &unsafe) == expected, "%s", variable);
	if (path == NULL)
		ck_assert_ptr_null(unsafe.path);
	else
		ck_assert_str_eq(unsafe.path, path);
	free(unsafe.path);
	trust_done(&trust);
}

static void make_places(void)
{
	make_directory("/safe/below");
	make_file("/safe/file", 0644, "");
	make_directory("/open");
	set_mode("/open", 0777);
	make_link("/safe/link", "../open");
}

START_TEST(others_must_not_be_able_to_change_its_directories)
{
	make_places();
	assert_check("PATH=/safe", 0, NULL);
	assert_check("PATH=/safe:/safe/below/", 0, NULL);
	assert_check("PATH=/safe:/open", -EPERM, at("/open"));
	assert_check("PATH=/open/missing:/safe", -EPERM, at("/open"));
	assert_check("PATH=/safe/link", -EPERM, at("/open"));
	assert_check("PATH=/safe/../open", -EPERM, at("/open"));
	assert_check("LD_LIBRARY_PATH=/safe;/open", -EPERM, at("/open"));
	assert_check("LD_PRELOAD=/safe/file /open/a.so", -EPERM, at("/open"));
	assert_check("BASH_ENV=/open/env", -EPERM, at("/open"));
	assert_check("PERL5LIB=/open", -EPERM, at("/open"));
	assert_check("SOME_OTHER_PATH=/open", -EPERM, at("/open"));
}
END_TEST

START_TEST(what_is_missing_below_safe_directories_is_safe)
{
	make_places();
	assert_check("PATH=/safe/missing/below:/missing", 0, NULL);
	assert_check("PATH=/safe/file/below", 0, NULL);
}
END_TEST

START_TEST(its_elements_are_absolute_paths)
{
	make_places();
	assert_check("PATH=", -EINVAL, "");
	assert_check("PATH=:/safe", -EINVAL, "");
	assert_check("PATH=/safe:", -EINVAL, "");
	assert_check("PATH=/safe:.:/open", -EINVAL, ".");
	assert_check("PYTHONPATH=below", -EINVAL, "below");
	assert_check("BASH_ENV=$HOME/env", -EINVAL, "$HOME/env");
	assert_check("LD_LIBRARY_PATH=/safe/$LIB", -EINVAL, "/safe/$LIB");
	assert_check("LD_PRELOAD=./a.so", -EINVAL, "./a.so");
	/* The linker looks for it where it looks for every library. */
	assert_check("LD_PRELOAD=a.so:/safe/b.so c.so", 0, NULL);
	assert_check("LD_PRELOAD=", 0, NULL);
}
END_TEST

START_TEST(other_variables_may_have_any_value)
{
	make_places();
	assert_check("TARGET=/open", 0, NULL);
	assert_check("DIRECTORY=.", 0, NULL);
	assert_check("path=/open", 0, NULL);
	assert_check("PATHS=/open", 0, NULL);
	assert_check("EMPTY=", 0, NULL);
}
END_TEST

START_TEST(a_path_that_cannot_be_examined_is_not_safe)
{
	make_link("/loop", "loop");
	assert_check("PATH=/loop", -ELOOP, "/loop");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_name_is_one_of_the_C_language,
		others_must_not_be_able_to_change_its_directories,
		what_is_missing_below_safe_directories_is_safe,
		its_elements_are_absolute_paths,
		other_variables_may_have_any_value,
		a_path_that_cannot_be_examined_is_not_safe,
	};

	return run_tests("variables", tests, COUNT_OF(tests));
}
