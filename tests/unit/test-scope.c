/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"
#include "model/scope.h"
#include "output.h"

static struct admin of_root(void)
{
	return (struct admin){.root = (char *)root()};
}

/* Prints to the captured output; expected is NULL for an error. */
static void assert_scope(const char *word, const char *expected, const char *error)
{
	const struct admin admin = of_root();
	owns_snapshot struct snapshot snapshot;
	owns_scope struct scope scope = {.path = NULL};

	ck_assert_int_eq(unsetenv("APT_CONFIG"), 0);
	make_directory("/etc/apt/apt.conf.d");
	output_begin();
	ck_assert_int_eq(snapshot_take(&snapshot, &admin), -1);
	ck_assert_int_eq(scope_find(&scope, &snapshot, &admin, word),
		expected != NULL ? -1 : STATUS_TROUBLE);
	assert_output("", error);
	ck_assert_pstr_eq(scope.path, expected);
}

START_TEST(a_misspelt_directory_is_named)
{
	make_script(ETC "Post-Invoke/050-hello", "");
	make_script(ETC "pkgs/nginx/Pre-Install-Pkgs/a", "");
	assert_scope("Post-Invoke", "Post-Invoke", "");
	assert_scope("pkgs/nginx/", "pkgs/nginx", "");
	assert_scope("050-hello", "Post-Invoke/050-hello", "");
	assert_scope("Post-Invok", NULL,
		"E: there is no hook Post-Invok; did you mean Post-Invoke?\n");
	assert_scope("post-invoke/", NULL,
		"E: there is no hook post-invoke/; did you mean Post-Invoke?\n");
	assert_scope("pkgs/ngnix", NULL,
		"E: there is no hook pkgs/ngnix; did you mean pkgs/nginx?\n");
	assert_scope("Post-Invoke/050-helo", NULL,
		"E: there is no hook Post-Invoke/050-helo; "
		"did you mean Post-Invoke/050-hello?\n");
	assert_scope("nothing-like-it", NULL,
		"E: there is no hook nothing-like-it: apt-universal-hooks list shows "
		"all\n");
}
END_TEST

START_TEST(what_is_gone_but_still_set_is_found_by_its_path)
{
	make_file("/etc/apt/apt.conf.d/99apt-universal-hooks-settings.conf", 0644,
		"Universal-Hooks::Scripts::Post-Invoke/gone::Timeout \"5\";\n");
	assert_scope("Post-Invoke/gone", "Post-Invoke/gone", "");
	assert_scope(ETC "Post-Invoke/gone", "Post-Invoke/gone", "");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_misspelt_directory_is_named,
		what_is_gone_but_still_set_is_found_by_its_path};

	return run_tests("scope", tests, COUNT_OF(tests));
}
