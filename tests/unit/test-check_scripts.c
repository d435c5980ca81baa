/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/checks.h"
#include "fixture.h"
#include "output.h"

#define CALLS_APT "#!/bin/bash\ntrue\napt-get -y autoremove\n"

/* Compares the findings of this kind, each as PATH:LINE: MESSAGE, relative to the tree. */
static void assert_findings(enum finding_kind kind, const char *expected)
{
	const struct admin admin = {.root = (char *)root()};
	__attribute__((cleanup(check_done))) struct check check = {
		.admin = &admin, .is_quiet = true};
	owns_buffer struct buffer text = {0};
	size_t tree = strlen(at(ETC));

	hook_list_read(&check.hooks, &admin);
	check_scripts(&check);
	findings_sort(&check.findings);
	for (size_t i = 0; i < check.findings.count; i++) {
		const struct finding *finding = &check.findings.items[i];

		if (finding->kind == kind)
			buffer_append_format(&text, "%s:%lu: %s\n", finding->path + tree,
				finding->line, finding->message);
	}
	assert_text(&text, expected);
}

START_TEST(a_script_that_calls_apt_belongs_to_session_end)
{
	make_file(ETC "Session-Start/a", 0755, CALLS_APT);
	make_file(ETC "Post-Invoke/b", 0755, CALLS_APT);
	make_file(ETC "pkgs/foo/Post-Invoke/c", 0755, CALLS_APT);
	make_file(ETC "multi_pkgs/Pre-Install-Pkgs/a__WILDCARD__/d", 0755, CALLS_APT);
	skip_unless(become_root(), "this is not root");
	assert_findings(FINDING_CALLS_APT,
		"Post-Invoke/b:3: apt-get fails at Post-Invoke, since apt holds its "
		"lock; move the script to Session-End, where it may call apt\n"
		"Session-Start/a:3: apt-get fails at Session-Start, since apt holds its "
		"lock; move the script to Session-End, where it may call apt\n"
		"multi_pkgs/Pre-Install-Pkgs/a__WILDCARD__/d:3: apt-get fails at "
		"Pre-Install-Pkgs, since apt holds its lock; move the script to "
		"multi_pkgs/Session-End/a__WILDCARD__, where it may call apt\n"
		"pkgs/foo/Post-Invoke/c:3: apt-get fails at Post-Invoke, since apt "
		"holds its lock; move the script to pkgs/foo/Session-End, where it may "
		"call apt\n");
}
END_TEST

START_TEST(scripts_of_session_end_may_call_apt)
{
	make_file(ETC "Session-End/a", 0755, CALLS_APT);
	make_file(ETC "pkgs/foo/Session-End/b", 0755, CALLS_APT);
	make_file(ETC "multi_pkgs/Session-End/a__WILDCARD__/c", 0755, CALLS_APT);
	skip_unless(become_root(), "this is not root");
	assert_findings(FINDING_CALLS_APT, "");
	assert_findings(FINDING_INTERPRETER_MISSING,
		"Session-End/a:0: interpreter /bin/bash does not exist; the script "
		"cannot start\n"
		"multi_pkgs/Session-End/a__WILDCARD__/c:0: interpreter /bin/bash does "
		"not exist; the script cannot start\n"
		"pkgs/foo/Session-End/b:0: interpreter /bin/bash does not exist; the "
		"script cannot start\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_script_that_calls_apt_belongs_to_session_end,
		scripts_of_session_end_may_call_apt};

	return run_tests("check_scripts", tests, COUNT_OF(tests));
}
