/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls of the command, on a system with hooks of all kinds. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 12
#define CANNOT_ENTER 126

/* With this text in its output; after '!', without it. */
struct row {
	const char *words; /* separated by single spaces */
	int status;
	const char *shown;
};

/* Where the calls of this test are: with --root, or in it, where scripts can run. */
static bool is_inside;

/* Of this machine, for scripts that run in the root. */
static const char *const lent[] = {
	"/bin", "/lib", "/lib64", "/proc", "/dev/null", TEST_BUILD};

/* Nobody else sees what is mounted. */
static void enter_with_programs(void)
{
	owns_memory char *layers = string_format("lowerdir=%s:/usr", at("/usr"));

	if (!unshare_mounts() ||
		mount("overlay", at("/usr"), "overlay", MS_RDONLY, layers) < 0)
		_exit(CANNOT_ENTER);
	for (size_t i = 0; i < COUNT_OF(lent); i++)
		if (mount(lent[i], at(lent[i]), NULL, MS_BIND, NULL) < 0 &&
			errno != ENOENT)
			_exit(CANNOT_ENTER);
	if (chroot(root()) < 0 || chdir("/") < 0)
		_exit(CANNOT_ENTER);
	(void)unsetenv("DPKG_ADMINDIR");
	(void)unsetenv("TMPDIR"); /* it is not in the root */
}

static void become_command(char *words)
{
	const char *argv[WORDS_MAX + 4] = {TEST_COMMAND, "--root", root()};
	int fd = open(at("/shown"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t count = is_inside ? 1 : 3;
	char *word;

	while (count < COUNT_OF(argv) - 1 && (word = strsep(&words, " ")) != NULL)
		argv[count++] = word;
	argv[count] = NULL;
	(void)unsetenv("VISUAL");
	(void)setenv("EDITOR", is_inside ? "/editor" : "true", 1);
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	if (is_inside)
		enter_with_programs();
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	(void)execv(argv[0], (char *const *)argv);
	_exit(127);
}

static void assert_call(const struct row *row)
{
	owns_buffer struct buffer shown = {0};
	owns_memory char *words = strdup(row->words);
	bool is_absent = row->shown[0] == '!';
	int status;
	pid_t pid;

	ck_assert_int_eq(fflush(NULL), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		become_command(words);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	read_file("/shown", &shown);
	buffer_append(&shown, (struct slice){"", 1});
	skip_unless(!WIFEXITED(status) || WEXITSTATUS(status) != CANNOT_ENTER,
		"mounting is not permitted");
	ck_assert_msg(
		WIFEXITED(status) && WEXITSTATUS(status) == row->status &&
			(strstr(shown.data, row->shown + is_absent) == NULL) == is_absent,
		"%s: %d, %s", row->words, status, shown.data);
}

static const char log_text[] =
	"Start-Date: 2026-11-20  18:02:05\n"
	"Commandline: apt-get install foo\n"
	"Requested-By: root (0)\n"
	"Result: ok\n"
	"Hooks:\n"
	" Pre-Invoke " ETC "Pre-Invoke/100-a [always] exit 0 12 ms\n"
	" Post-Invoke " ETC "Post-Invoke/b [always] exit 3 1500 ms\n"
	" Post-Invoke " LIB "Post-Invoke/masked [always] skipped (When)\n"
	"End-Date: 2026-11-20  18:02:09\n\n"
	"Start-Date: 2026-11-21  18:02:05\n"
	"Result: failed\n"
	"Hooks:\n"
	" Post-Invoke " ETC "Post-Invoke/b [always] timeout 5 5001 ms\n"
	" Post-Invoke " ETC "pkgs/foo/Post-Invoke/c [foo] signal 9 1 ms\n"
	" Post-Invoke " ETC "Post-Invoke/gone [always] not-started (No such file)\n"
	"End-Date: 2026-11-21  18:02:09\n\n";

static const char kept_text[] =
	"Log started: 2026-11-20  18:02:06  Post-Invoke " ETC "Post-Invoke/b [always]\n"
	"\tfirst\n\tlast\n"
	"Log ended: 2026-11-20  18:02:07 exit 3, 12 bytes not kept\n\n";

static const char settings_text[] =
	"Universal-Hooks {\n"
	"Timeout \"5\";\n"
	"Scripts {\n"
	"Pre-Invoke/100-a { Description \"Dump\"; Requires { \"foo (>= 2)\"; \"bar\"; }; "
	"};\n"
	"Post-Invoke/b { Packages { \"foo\"; \"!lib*\"; }; Operations { \"install\"; };\n"
	"When \"always\"; On-Failure \"abort-after\"; Output \"log\"; };\n"
	"Post-Invoke/paths { Paths { \"/usr/bin/*\"; }; Per-Package \"true\"; };\n"
	"pkgs/foo/Post-Invoke/c { User \"nobody\"; Directory \"/tmp\"; Arguments { "
	"\"-a\"; }; };\n"
	"Post-Invoke/gone { Timeout \"1\"; };\n"
	"};\n};\n";

static void make_system(void)
{
	make_script(ETC "Pre-Invoke/100-a", "exit 0");
	make_script(ETC "Post-Invoke/b", "exit 3");
	make_script(ETC "Post-Invoke/paths", "exit 0");
	make_script(ETC "pkgs/foo/Post-Invoke/c", "exit 0");
	make_script(ETC "pkgs/nope/Post-Invoke/c", "exit 0");
	make_script(ETC "multi_pkgs/Pre-Install-Pkgs/lib__WILDCARD__/d", "exit 0");
	make_file(ETC "Post-Invoke/not-executable", 0644, "#!/bin/sh\n");
	make_link(ETC "Post-Invoke/masked", "/dev/null");
	make_link(ETC "Post-Invoke/dangling", "/nowhere");
	make_script(LIB "Post-Invoke/masked", "exit 0");
	make_script(LIB "Post-Invoke/b", "exit 0");
	make_script(LIB "Pre-Invoke/shipped", "exit 0");
	make_script(ETC "Session-End/s", "exit 0");
	set_database("installed");
	make_file("/var/lib/dpkg/info/foo.list", 0644,
		"/.\n/usr/bin/foo\n" LIB "Pre-Invoke/shipped\n" LIB "Post-Invoke/b\n");
	make_link("/usr/share/dpkg", "/usr/share/dpkg");
	make_file("/bin/sh", 0755, "");
	make_file("/dev/null", 0644, "");
	make_file("/usr/libexec/apt-universal-hooks/helper", 0755, "");
	make_file("/var/log/apt/universal-hooks.log", 0644, log_text);
	make_file("/var/log/apt/universal-hooks-output.log", 0640, kept_text);
	make_directory("/etc/apt/sources.list.d");
	make_directory("/etc/apt/preferences.d");
	make_file("/etc/apt/sources.list", 0644, "");
	make_file("/etc/passwd", 0644, "root:x:0:0::/root:/bin/sh\n");
	make_directory("/etc/apt/apt.conf.d");
	make_file("/etc/apt/apt.conf.d/90hooks", 0644, settings_text);
}

/* Of everything that check can find in files. */
static void make_faults(void)
{
	make_file("/etc/apt/apt.conf.d/91bad", 0644,
		"Universal-Hooks::Timeout \"soon\";\nUniversal-Hooks::Timeouts \"5\";\n"
		"Universal-Hooks::Scripts::Post-Invoke/b::User \"nobody-such\";\n"
		"Universal-Hooks::Scripts::Post-Invoke/b::Environment { \"PATH=/tmp\"; "
		"};\n"
		"Universal-Hooks::Scripts::Post-Invoke/masked::Timeout \"1\";\n"
		"Universal-Hoks::Timeout \"5\";\n"
		"Universal-Hooks::Requires \"a\";\nUniversal-Hooks::On_Failure "
		"\"abort\";\n"
		"Universal-Hooks::Scripts::Post-Invoke/paths::Packages { \"nope*\"; "
		"};\n");
	make_file(
		"/etc/apt/apt.conf.d/92x.bak", 0644, "Universal-Hooks::Timeout \"5\";\n");
	make_file(
		LIB "settings.d/foo.conf", 0644, "Universal-Hooks::Enabled \"true\";\n");
	make_file(ETC "Post-Invoke/empty", 0755, "");
	make_file(ETC "Post-Invoke/perl", 0755, "#!/gone/perl\n");
	make_file(ETC "Post-Invoke/crlf", 0755, "#!/bin/sh\r\ntrue\r\n");
	make_file(ETC "Post-Invoke/bash", 0755, "#!/bin/sh\n[[ a ]]\n");
	make_file(ETC "Post-Invoke/lock", 0755, "#!/bin/sh\napt-get install foo\n");
	make_file(ETC "Post-Invoke/env", 0755, "#!/usr/bin/env gone\n");
	make_file(ETC "Post-Invoke/a.dpkg-old", 0755, "#!/bin/sh\n");
	make_file(ETC "Post-Invoke/a.hook", 0755,
		"[Trigger]\nType = Package\nTarget = a\n");
	make_file(ETC "Post-Invoke/open", 0777, "#!/bin/sh\n");
	set_mode(ETC "Post-Invoke/open", 0777);
	make_node(ETC "Post-Invoke/fifo", S_IFIFO);
	make_script(ETC "Post-Trans/a", "exit 0");
	make_script(ETC "pkg/foo/Post-Invoke/a", "exit 0");
	make_script(ETC "multi_pkgs/Post-Invoke/foo/a", "exit 0");
	make_script(ETC "Post-Invoke/below/a", "exit 0");
}

/* The hooks must belong to root. */
static void assert_calls(const struct row *rows, size_t count)
{
	skip_unless(geteuid() == 0, "this needs root");
	for (size_t i = 0; i < count; i++)
		assert_call(&rows[i]);
}

START_TEST(what_there_is_is_shown)
{
	static const struct row rows[] = {
		{"list", 0, "HOOK\tSTATE\tLAST"},
		{"list --tree", 0, "Pre-Invoke"},
		{"list --json", 0, "\"hooks\": ["},
		{"list Post-Invoke", 0, "HOOK\tSTATE\tLAST"},
		{"list nowhere", 2,
			"E: unknown hook point \"nowhere\"; use Session-Start,"},
		{"status", 1, "Hooks: switched on"},
		{"status --json", 1, "\"switched_off_by\": [],"},
		{"show Post-Invoke/b", 0, "Post-Invoke/b"},
		{"show --json Post-Invoke/b", 0, "\"hook_point\": \"Post-Invoke\","},
		{"show Pre-Invoke/100-a", 0, "Pre-Invoke/100-a - Dump"},
		{"show masked", 0, "Post-Invoke/masked"},
		{"show nothing", 2,
			"E: there is no hook nothing: apt-universal-hooks list"},
		{"show", 2, "E: an argument is missing; usage: apt-universal-hooks"},
		{"check", 1, "/etc/apt/apt.conf.d/90hooks:4:"},
		{"check --json", 1, "\"findings\": ["},
		{"check Post-Invoke", 1,
			"error: Post-Invoke/dangling: dangling symlink; it is not"},
		{"list --tree Pre-Invoke", 0, "Pre-Invoke"},
		{"list --tree --json", 0, "\"hooks\": ["},
		{"show pkgs/foo/Post-Invoke/c", 0, "pkgs/foo/Post-Invoke/c"},
		{"show Post-Invoke/paths", 0, "Post-Invoke/paths"},
		{"show Post-Invoke/dangling", 0, "Post-Invoke/dangling"},
		{"show shipped", 0, "Pre-Invoke/shipped"},
	};

	make_system();
	assert_calls(rows, COUNT_OF(rows));
}
END_TEST

START_TEST(what_would_run_is_shown)
{
	static const struct row rows[] = {
		{"plan reinstall foo", 0, "apt has nothing to do, so it calls no hook."},
		{"plan remove foo", 0, "1 package: remove foo"},
		{"plan purge foo", 0, "1 package: purge foo"},
		{"plan --json purge foo", 0, "\"transaction\": ["},
		{"plan upgrade", 0, "apt has nothing to do, so it calls no hook."},
		{"plan", 2, "E: an argument is missing; usage: apt-universal-hooks"},
		{"plan frob", 2, "E: Unsupported command frob; supported commands are:"},
		{"why foo", 0, "Post-Invoke"},
		{"why --json foo", 0, "\"transaction\": ["},
		{"why nope", 2, "E: unknown package nope"},
		{"why", 2, "E: an argument is missing; usage: apt-universal-hooks"},
		{"why foo bar", 2, "E: unknown package bar"},
		{"requires", 1, "Package\tInstalled\tHooks"},
		{"requires --json", 1, "\"packages\": ["},
		{"requires --missing", 0, "W: apt has no package bar, required by"},
		{"requires --yes", 2, "E: --yes can only be used with --install"},
		{"requires --install --json", 2,
			"E: --install cannot be used with --missing or --json"},
		{"why libfoo", 2, "E: unknown package libfoo"},
		{"why --operation remove foo", 0, "Post-Invoke"},
		{"why --operation bogus foo", 2,
			"E: unknown operation \"bogus\"; use install, upgrade,"},
		{"why foo:amd64 bar", 2, "E: unknown package bar"},
	};

	make_system();
	assert_calls(rows, COUNT_OF(rows));
}
END_TEST

START_TEST(what_has_run_is_shown)
{
	static const struct row rows[] = {
		{"log", 0, "result: ok; 3 hooks: 1 ok, 1 failed, 1 skipped;"},
		{"log --json", 0, "\"transactions\": ["},
		{"log --last -n 3", 2, "E: --last and -n 3 cannot be used together"},
		{"log -n 0", 2, "E: --number 0: not a positive number"},
		{"log --failed", 0, "result: ok; 3 hooks: 1 ok, 1 failed, 1 skipped;"},
		{"log --script b", 0,
			"result: ok; 1 hook: 1 failed; requested by root (0)"},
		{"log --script nope", 2,
			"E: there is no hook nope: apt-universal-hooks list shows"},
		{"log --package foo", 0, "result: failed; 1 hook: 1 failed"},
		{"log --output", 0, "result: ok; 3 hooks: 1 ok, 1 failed, 1 skipped;"},
		{"blame", 0, "Total (ms)\tRuns\tMean (ms)"},
		{"blame --json", 0, "\"hooks\": ["},
		{"blame -n 1", 0, "Total (ms)\tRuns\tMean (ms)"},
		{"blame -n 0", 2, "E: --number 0: not a positive number"},
		{"log -o -f", 0, "result: ok; 3 hooks: 1 ok, 1 failed, 1 skipped;"},
		{"log --json -o", 0, "\"transactions\": ["},
		{"log -s Post-Invoke/b -o", 0,
			"result: ok; 1 hook: 1 failed; requested by root (0)"},
		{"log -s Post-Invoke/gone", 0, "result: failed; 1 hook: 1 failed"},
		{"log -p nope", 0, "No transaction in the log matches."},
		{"log -l --json", 0, "\"transactions\": ["},
		{"log x", 2, "E: unexpected argument \"x\"; usage: apt-universal-hooks"},
	};

	make_system();
	assert_calls(rows, COUNT_OF(rows));
}
END_TEST

START_TEST(settings_and_scripts_are_changed)
{
	static const struct row rows[] = {
		{"new", 2, "E: an argument is missing; usage: apt-universal-hooks"},
		{"new Post-Invoke/new", 0, "/etc/apt/universal-hooks/Post-Invoke/new"},
		{"new Post-Invoke/new", 2,
			"/etc/apt/universal-hooks/Post-Invoke/new already exists;"},
		{"new Post-Invoke/new3 --package foo --wildcard a", 2,
			"E: --package cannot be used with --wildcard"},
		{"new Post-Invoke/new4 --wildcard a* --description x", 0,
			"/etc/apt/universal-hooks/multi_pkgs/Post-Invoke/a__WILDCAR"},
		{"new Bogus/x", 2, "E: unknown hook point \"Bogus\"; use Session-Start,"},
		{"set", 2, "E: an argument is missing; usage: apt-universal-hooks"},
		{"set Post-Invoke/b", 2,
			"E: an argument is missing; usage: apt-universal-hooks"},
		{"set Post-Invoke/b Timeout", 2,
			"E: an argument is missing; usage: apt-universal-hooks"},
		{"set Post-Invoke/b Timeout 7", 0,
			"Post-Invoke/b: Timeout is now \"7\", set in"},
		{"set Post-Invoke/b Timeout x", 2,
			"E: Timeout cannot be \"x\"; use seconds, from 0 (no limit)"},
		{"set Post-Invoke/b Timeouts 7", 2,
			"E: there is no setting Timeouts; did you mean"},
		{"set --all Timeout 9", 0, "all hooks: Timeout is now \"9\", set in"},
		{"set nope Timeout 9", 2,
			"E: there is no hook nope: apt-universal-hooks list shows"},
		{"set Post-Invoke Timeout 8", 0,
			"Post-Invoke: Timeout is now \"8\", set in"},
		{"set Post-Invoke/b Packages foo bar", 0,
			"Post-Invoke/b: Packages is now \"foo\" \"bar\", set in"},
		{"set Post-Invoke/b When always failure", 2,
			"E: When takes one value, but there are 2; put quotes"},
		{"unset Post-Invoke/b Timeout", 0,
			"Post-Invoke/b: Timeout is now \"8\", set in"},
		{"unset Post-Invoke/b Timeout", 0, "Post-Invoke/b: Timeout was not set"},
		{"unset Post-Invoke/b", 0,
			"Post-Invoke/b: Packages is now \"foo\" \"!lib*\", set in"},
		{"unset Post-Invoke", 0, "Post-Invoke: Timeout is now \"9\", set in"},
		{"unset --all Timeout", 0, "all hooks: Timeout is now \"5\", set in"},
		{"unset --all", 0, "all hooks: nothing is set by this command"},
		{"unset", 2, "E: an argument is missing; usage: apt-universal-hooks"},
		{"unset nope", 2,
			"E: there is no hook nope: apt-universal-hooks list shows"},
		{"disable", 2, "E: an argument is missing; usage: apt-universal-hooks"},
		{"disable Post-Invoke/b", 0, "Post-Invoke/b is disabled: set in"},
		{"disable Post-Invoke/b", 0,
			"Post-Invoke/b was already disabled: set in"},
		{"disable Pre-Invoke/shipped", 0,
			"Pre-Invoke/shipped is disabled: masked by"},
		{"disable Pre-Invoke", 2,
			"E: Pre-Invoke is a directory; name a script in it; to"},
		{"disable nope", 2,
			"E: there is no hook nope: apt-universal-hooks list shows"},
		{"enable", 2, "E: an argument is missing; usage: apt-universal-hooks"},
		{"enable Post-Invoke/b", 0, "Post-Invoke/b is enabled"},
		{"enable Post-Invoke/b", 0, "Post-Invoke/b was already enabled"},
		{"enable Pre-Invoke/shipped", 0, "Pre-Invoke/shipped is enabled"},
		{"enable Pre-Invoke", 2,
			"E: Pre-Invoke is a directory; name a script in it; to"},
		{"enable nope", 2,
			"E: there is no hook nope: apt-universal-hooks list shows"},
		{"dpkg", 0, "off: dpkg runs hooks only when apt calls it ("},
		{"dpkg on", 0, "on: dpkg runs hooks also when it is called without apt"},
		{"dpkg", 0, "on: dpkg runs hooks also when it is called without apt"},
		{"dpkg on", 0, "on: dpkg runs hooks also when it is called without apt"},
		{"dpkg off", 0, "off: dpkg runs hooks only when apt calls it ("},
		{"dpkg off", 0, "off: dpkg runs hooks only when apt calls it ("},
		{"dpkg frob", 2, "E: frob: the word must be on or off"},
		{"edit", 2, "E: an argument is missing; usage: apt-universal-hooks"},
		{"edit nope", 2,
			"E: there is no hook nope: apt-universal-hooks list shows"},
		{"edit Post-Invoke/b", 0,
			"/etc/apt/universal-hooks/Post-Invoke/b is unchanged"},
		{"set Post-Invoke/b Requires bash nope", 1,
			"Post-Invoke/b: Requires is now \"bash\" \"nope\", set in"},
		{"set pkgs Timeout 1", 0, "pkgs: Timeout is now \"1\", set in"},
		{"set Post-Invok Timeout 1", 2,
			"E: there is no hook Post-Invok; did you mean"},
		{"set Post-Invoke/b User nobdy", 1,
			"Post-Invoke/b: User is now \"nobdy\", set in"},
		{"set Post-Invoke/b Enabled flase", 2,
			"E: Enabled cannot be \"flase\"; did you mean \"false\"?"},
		{"set Post-Invoke/gone Timeout 3", 2,
			"E: there is no hook Post-Invoke/gone; the nearest are"},
		{"unset Post-Invoke/gone", 2,
			"E: there is no hook Post-Invoke/gone; the nearest are"},
		{"new Post-Invoke/new5 --package foo", 0,
			"/etc/apt/universal-hooks/pkgs/foo/Post-Invoke/new5"},
		{"new pkgs/foo/Post-Invoke/new6", 0,
			"/etc/apt/universal-hooks/pkgs/foo/Post-Invoke/new6"},
		{"new Post-Invoke/a/b", 2,
			"E: Post-Invoke/a/b is not a place for hooks; use"},
		{"new --description= Post-Invoke/x", 2,
			"E: --description must not be empty"},
	};

	make_system();
	assert_calls(rows, COUNT_OF(rows));
}
END_TEST

START_TEST(hooks_are_run_by_hand)
{
	static const struct row rows[] = {
		{"transaction", 2,
			"E: there is no transaction: this must be called in a"},
		{"run", 2, "E: an argument is missing; usage: apt-universal-hooks"},
		{"run Bogus", 2, "E: unknown hook point \"Bogus\"; use Session-Start,"},
		{"run Post-Invoke --dry-run", 0, "Post-Invoke"},
		{"run Pre-Invoke --dry-run --package foo", 0, "Pre-Invoke"},
		{"run Post-Invoke --package foo --operation install --result success "
		 "--dry-run",
			2, "E: unknown result \"success\"; use ok, failed or aborted"},
		{"run Post-Invoke --package foo --operation bogus --dry-run", 2,
			"E: unknown operation \"bogus\"; use install, upgrade,"},
		{"run Post-Invoke --result bogus --dry-run", 2,
			"E: unknown result \"bogus\"; use ok, failed or aborted"},
		{"run Post-Invoke --script b --dry-run", 1, "Post-Invoke"},
		{"run Post-Invoke --script b --file x", 2,
			"E: --file and --script cannot be used together"},
		{"run Post-Invoke --script nope --dry-run", 2,
			"E: there is no hook nope: apt-universal-hooks list shows"},
		{"run Pre-Install-Pkgs --package libx --dry-run --json", 2,
			"E: unknown option --json; usage: apt-universal-hooks run"},
		{"run Session-End --dry-run", 0, "Session-End"},
		{"run Post-Invoke --dry-run --package foo --operation purge --result "
		 "failed",
			0, "Post-Invoke"},
		{"run Post-Invoke --dry-run --package foo --package libx --operation "
		 "upgrade --result aborted",
			2, "E: unknown package libx"},
		{"run Pre-Install-Pkgs --dry-run --package libx", 2,
			"E: unknown package libx"},
		{"run Post-Invoke --dry-run --file /nowhere", 2,
			"E: /nowhere cannot be run: No such file or directory"},
		{"frob", 2, "E: unknown subcommand \"frob\"; see apt-universal-hooks"},
		{"statu", 2, "E: unknown subcommand \"statu\"; did you mean \"status\"?"},
		{"--version", 0, ""},
		{"--help", 0, "Usage: apt-universal-hooks SUBCOMMAND [OPTION]"},
		{"--json list", 0, "\"hooks\": ["},
		{"--json", 2, "Usage: apt-universal-hooks SUBCOMMAND [OPTION]"},
	};

	make_system();
	assert_calls(rows, COUNT_OF(rows));
}
END_TEST

START_TEST(faults_are_found)
{
	static const struct row rows[] = {
		{"check", 1, "/etc/apt/apt.conf.d/90hooks:4:"},
		{"check --json", 1, "\"findings\": ["},
		{"check Post-Invoke", 1, "/etc/apt/apt.conf.d/91bad:3:"},
		{"check Post-Invoke/open nope", 2,
			"E: there is no hook nope: apt-universal-hooks list shows"},
		{"check pkgs", 1, "/etc/apt/apt.conf.d/90hooks:8:"},
		{"list", 0, "HOOK\tSTATE\tLAST"},
		{"list --tree", 0, "Pre-Invoke"},
		{"list --json", 0, "\"hooks\": ["},
		{"status", 1, "Hooks: switched on"},
		{"show Post-Invoke/open", 0, "Post-Invoke/open"},
		{"show Post-Invoke/perl", 0, "Post-Invoke/perl"},
		{"show Post-Invoke/crlf", 0, "Post-Invoke/crlf"},
		{"show Post-Invoke/b", 0, "Post-Invoke/b"},
		{"plan remove foo", 0, "1 package: remove foo"},
		{"why foo", 0, "Post-Invoke"},
		{"set Post-Invoke/b Timeout 3", 0,
			"Post-Invoke/b: Timeout is now \"3\", set in"},
		{"unset Post-Invoke/b Timeout", 0,
			"Post-Invoke/b: Timeout is no longer set; the default"},
		{"disable Post-Invoke/open", 0, "Post-Invoke/open is disabled: set in"},
		{"enable Post-Invoke/open", 0, "Post-Invoke/open is enabled"},
		{"requires", 1, "Package\tInstalled\tHooks"},
		{"run Post-Invoke --dry-run", 0, "Post-Invoke"},
		{"log --failed", 0, "result: ok; 3 hooks: 1 ok, 1 failed, 1 skipped;"},
	};

	make_system();
	make_faults();
	assert_calls(rows, COUNT_OF(rows));
}
END_TEST

/* What scripts need that run in the root. */
static void make_programs_room(void)
{
	for (size_t i = 0; i < COUNT_OF(lent); i++)
		if (!is_there(lent[i]))
			make_directory(lent[i]);
	ck_assert_int_eq(unlink(at("/usr/share/dpkg")), 0);
	make_directory("/tmp");
	make_script("/editor",
		"case $1 in */fails) exit 3;; */killed) kill -9 $$;; */empty) : >$1;;\n"
		"*/gone) rm $1;; */race) echo >>" ETC "Post-Invoke/race; echo >>$1;;\n"
		"*/new | */shipped | */b) echo exit 0 >>$1;; esac");
	set_mode("/", 0755);
	is_inside = true;
}

static void make_hooks_to_run(void)
{
	make_file("/etc/passwd", 0644,
		"root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n");
	make_file("/draft", 0755, "#!/bin/sh\necho drafted\n");
	make_script(ETC "Post-Invoke/fails", "exit 1");
	make_script(ETC "Post-Invoke/killed", "exit 65");
	make_script(ETC "Post-Invoke/empty",
		TEST_COMMAND " transaction; " TEST_COMMAND " transaction --json");
	make_script(ETC "Post-Invoke/gone", "exit 0");
	make_script(ETC "Post-Invoke/race", "exit 0");
	make_script(ETC "Post-Invoke/new", "exit 0");
	make_link(ETC "Post-Invoke/linked", "/draft");
}

START_TEST(hooks_run_in_the_root)
{
	static const struct row rows[] = {
		{"list", 0, "HOOK\tSTATE\tLAST"},
		{"run Pre-Invoke", 1,
			"W: /etc/apt/universal-hooks/Pre-Invoke/100-a is not run"},
		{"run Post-Invoke", 1,
			"W: /etc/apt/universal-hooks/Post-Invoke/dangling is a"},
		{"run Post-Invoke --package foo", 1,
			"/etc/apt/universal-hooks/Post-Invoke/paths\texit 0"},
		{"run Post-Invoke --package foo --result aborted", 0,
			"N: /etc/apt/universal-hooks/pkgs/foo/Post-Invoke/c is not"},
		{"run Post-Invoke --script b", 1,
			"W: /etc/apt/universal-hooks/Post-Invoke/b is not run: its"},
		{"run Post-Invoke --script Pre-Invoke/shipped", 1,
			"W: /usr/lib/apt/universal-hooks/Pre-Invoke/shipped is not"},
		{"run Post-Invoke --script Post-Invoke/masked", 1,
			"W: /etc/apt/universal-hooks/Post-Invoke/masked is not"},
		{"run Post-Invoke --script new", 0,
			"/etc/apt/universal-hooks/Post-Invoke/new\texit 0"},
		{"run Session-End", 0, "/etc/apt/universal-hooks/Session-End/s\texit 0"},
		{"run Session-Start", 0, "There is no hook to run."},
		{"run Pre-Install-Pkgs", 0,
			"There is no hook to run in a transaction without"},
		{"run Post-Invoke --file /draft", 0, "/draft\texit 0"},
		{"run pkgs/foo/Post-Invoke --file draft", 0, "/draft\texit 0"},
		{"run pkgs/foo/Post-Invoke/x --file ./draft", 0, "/draft\texit 0"},
		{"run pkgs/foo/Post-Invoke --file draft --dry-run", 0, "/draft"},
		{"run Post-Invoke --file /tmp", 1,
			"W: /tmp is not run: it is not a file"},
		{"run Pre-Invoke --script Pre-Invoke/100-a --dry-run", 1,
			"not run: it requires bar, which is not going to be"},
		{"run Post-Invoke/new", 2,
			"E: Post-Invoke/new is a hook, not a hook point; did you"},
		{"run Post-Invoke --script new --dry-run", 0, "in every transaction"},
		{"requires", 1, "Package\tInstalled\tHooks"},
		{"requires --json", 1, "\"packages\": ["},
		{"requires --missing", 0, "W: apt has no package bar, required by"},
		{"requires --install", 2, "E: apt has no package bar, required by"},
		{"requires --install --yes", 2, "E: apt has no package bar, required by"},
		{"disable Pre-Invoke/100-a", 0, "Pre-Invoke/100-a is disabled: set in"},
		{"run Pre-Invoke", 0,
			"N: /etc/apt/universal-hooks/Pre-Invoke/100-a is not run:"},
		{"run Pre-Invoke --script 100-a", 1,
			"W: /etc/apt/universal-hooks/Pre-Invoke/100-a is not run:"},
		{"set --all Enabled false", 0,
			"all hooks: Enabled is now \"false\", set in"},
		{"check", 1, "fix: apt-universal-hooks unset --all Enabled"},
		{"check Pre-Invoke", 0, "2 hooks, no problems found"},
		{"run Post-Invoke --script b --package foo", 1,
			"W: /etc/apt/universal-hooks/Post-Invoke/b is not run: it"},
		{"unset --all Enabled", 0,
			"all hooks: Enabled is no longer set; the default applies"},
		{"requires", 0, "No hook requires a package."},
		{"requires --install", 0, "No hook requires a package."},
		{"set Post-Invoke/new Requires foo", 0,
			"Post-Invoke/new: Requires is now \"foo\", set in"},
		{"requires", 0, "Package\tInstalled\tHooks"},
		{"requires --json", 0, "\"packages\": ["},
		{"requires --missing", 0, ""},
		{"requires --install", 0,
			"All packages that hooks require are installed."},
		{"wait", 0, ""},
		{"transaction", 2,
			"E: there is no transaction: this must be called in a hook"},
		{"set Post-Invoke/fails On-Failure abort", 0,
			"Post-Invoke/fails: On-Failure is now \"abort\", set in"},
		{"run Post-Invoke", 1,
			"W: /etc/apt/universal-hooks/Post-Invoke/dangling is a"},
		{"unset Post-Invoke/fails", 0,
			"Post-Invoke/fails: On-Failure is no longer set; the"},
	};

	make_system();
	make_programs_room();
	make_hooks_to_run();
	assert_calls(rows, COUNT_OF(rows));
}
END_TEST

START_TEST(hooks_are_edited)
{
	static const struct row rows[] = {
		{"edit fails", 2, "E: the editor failed (exit 3);"},
		{"edit killed", 2, "W: your version is kept in"},
		{"edit empty", 2, "E: /etc/apt/universal-hooks/Post-Invoke/empty is"},
		{"edit gone", 2, "!your version is kept in"},
		{"edit race", 2, "race has been changed in the meantime, so your"},
		{"edit new", 0, "1 hook, no problems found"},
		{"edit shipped", 0,
			"/usr/lib/apt/universal-hooks/Pre-Invoke/shipped belongs"},
		{"edit Post-Invoke/masked", 2,
			"E: Post-Invoke/masked is masked; before you edit it, use"},
		{"edit pkgs/foo/Post-Invoke/c", 0,
			"/etc/apt/universal-hooks/pkgs/foo/Post-Invoke/c is"},
		{"edit dangling", 2,
			"E: /etc/apt/universal-hooks/Post-Invoke/dangling cannot"},
		{"edit linked", 0, "/draft is unchanged"},
		{"edit not-executable", 0,
			"/etc/apt/universal-hooks/Post-Invoke/not-executable is"},
		{"disable shipped", 0, "Pre-Invoke/shipped is disabled: set in"},
		{"edit shipped", 0, "1 hook, no problems found"},
		{"enable Post-Invoke/masked", 0, "Post-Invoke/masked is enabled"},
		{"edit Post-Invoke/masked", 0,
			"/usr/lib/apt/universal-hooks/Post-Invoke/masked belongs"},
	};

	make_system();
	make_programs_room();
	make_hooks_to_run();
	assert_calls(rows, COUNT_OF(rows));
}
END_TEST

START_TEST(faults_are_found_in_the_root)
{
	static const struct row rows[] = {
		{"set Post-Invoke/b Timeout 3", 0,
			"Post-Invoke/b: Timeout is now \"3\", set in"},
		{"set --all Timeout 2", 1, "W: all hooks: Timeout is \"6\", because"},
		{"set Post-Invoke/perl Timeout 2", 0,
			"Post-Invoke/perl: Timeout is now \"2\", set in"},
		{"check", 1, "DPkg::Pre-Invoke::apt-universal-hooks differs from the"},
		{"check --json", 1, "\"findings\": ["},
		{"check Post-Invoke", 1, "interpreter gone is not in PATH"},
		{"status", 1, "Version: 1.0.0"},
		{"status --json", 1, "\"version\": \"1.0.0\","},
		{"list --json", 0, "\"hooks\": ["},
		{"dpkg", 0, "off: dpkg runs hooks only when apt calls it"},
		{"show Post-Invoke/b", 0, "Post-Invoke/b"},
		{"show --json Post-Invoke/new", 0, "\"hook_point\": \"Post-Invoke\","},
		{"show Pre-Invoke/shipped", 0, "Pre-Invoke/shipped"},
	};

	make_system();
	make_programs_room();
	make_hooks_to_run();
	make_faults();
	make_link("/etc/apt/apt.conf.d/apt-universal-hooks.conf",
		TEST_BUILD "/conf/apt-universal-hooks.conf");
	make_file("/etc/apt/apt.conf.d/zz-partly", 0644,
		"DPkg::Tools::Options::APT_UNIVERSAL_HOOKS=1::InfoFD \"19\";\n#clear "
		"DPkg::Tools::Options::APT_UNIVERSAL_HOOKS=1::Version;\n"
		"DPkg::Pre-Invoke::apt-universal-hooks \"x\";\n#clear "
		"DPkg::Post-Invoke;\n"
		"DPkg::Post-Invoke:: \"true\";\n"
		"Universal-Hooks::Timeout "
		"\"6\";\nUniversal-Hooks::Scripts::Post-Invoke/New::Timeout \"1\";\n"
		"Universal-Hooks::Scripts::Post-Invoke/new { Directory \"/gone\"; Paths "
		"{ \"/gone/*\"; }; Requires { \"foo (>= 1), bar\"; \"foo (>>\"; }; };\n");
	make_file(LIB "settings.d/foo.conf", 0644, "Post-Invoke/b { Timeout \"1\"; };\n");
	make_file(LIB "settings.d/goo.conf", 0644, "Post-Invoke/b { Timeout \"2\"; };\n");
	make_file("/etc/dpkg/dpkg.cfg.d/apt-universal-hooks", 0644, "pre-invoke=true\n");
	make_file(
		"/var/lib/dpkg/info/foo.list", 0644, "/.\n/etc/apt/apt.conf.d/90hooks\n");
	assert_calls(rows, COUNT_OF(rows));
}
END_TEST

START_TEST(a_configuration_that_apt_refuses_is_reported)
{
	static const struct row rows[] = {
		{"check", 2, "96broken:2: apt cannot"},
		{"check --json", 2, "\"findings\": ["},
		{"check Post-Invoke", 2, "3 errors; 1 has a fix"},
		{"list", 2, "E: Syntax error"},
		{"list --json", 2, "E: Syntax error"},
		{"status", 2, "E: Syntax error"},
		{"status --json", 2, "E: Syntax error"},
		{"show Post-Invoke/b", 2, "E: Syntax error"},
		{"plan remove foo", 2, "E: Syntax error"},
		{"why foo", 2, "E: Syntax error"},
		{"requires", 2, "E: Syntax error"},
		{"run Post-Invoke", 2, "E: Syntax error"},
		{"run Post-Invoke --dry-run", 2, "E: Syntax error"},
		{"run Post-Invoke --script b", 2, "E: Syntax error"},
		{"set Post-Invoke/b Timeout 3", 2, "E: Syntax error"},
		{"unset Post-Invoke/b", 2, "E: Syntax error"},
		{"disable Post-Invoke/b", 2, "E: Syntax error"},
		{"disable shipped", 2, "E: Syntax error"},
		{"enable shipped", 2, "E: Syntax error"},
		{"new Post-Invoke/n", 0, "/etc/apt/universal-hooks/Post-Invoke/n"},
		{"edit Post-Invoke/b", 2, "E: Syntax error"},
		{"log", 0, "2026-11-20 18:02:05 apt-get install foo"},
		{"log --json", 0, "\"transactions\": ["},
		{"blame", 0, "Total (ms)\tRuns\tMean (ms)"},
		{"dpkg on", 0, "on: dpkg runs hooks also when it is called without apt"},
		{"wait", 0, ""},
	};

	make_system();
	make_programs_room();
	make_file("/etc/apt/apt.conf.d/96broken", 0644, "Foo \"bar\n");
	assert_calls(rows, COUNT_OF(rows));
}
END_TEST

START_TEST(a_log_that_cannot_be_read_is_reported)
{
	static const struct row rows[] = {
		{"log", 2, "is not a regular file"},
		{"log --json", 2, "is not a regular file"},
		{"log --output", 2, "is not a regular file"},
		{"log --last", 2, "is not a regular file"},
		{"log --script b", 2, "is not a regular file"},
		{"blame", 2, "is not a regular file"},
		{"blame --json", 2, "is not a regular file"},
		{"list", 2, "is not a regular file"},
		{"list --json", 2, "is not a regular file"},
		{"status", 2, "is not a regular file"},
		{"status --json", 2, "is not a regular file"},
		{"show Post-Invoke/b", 2, "is not a regular file"},
		{"show --json Post-Invoke/b", 2, "is not a regular file"},
		{"check", 2, "is not a regular file"},
	};

	make_system();
	ck_assert_int_eq(unlink(at("/var/log/apt/universal-hooks.log")), 0);
	make_directory("/var/log/apt/universal-hooks.log");
	assert_calls(rows, COUNT_OF(rows));
}
END_TEST

START_TEST(a_database_that_cannot_be_read_is_reported)
{
	static const struct row rows[] = {
		{"log", 0, "No hook has run yet: there is no"},
		{"log --failed", 0, "No hook has run yet: there is no"},
		{"log --json", 0, "\"transactions\": []"},
		{"blame", 0, "No hook has run yet: there is no"},
		{"blame --json", 0, "\"hooks\": []"},
		{"list", 0, "HOOK\tSTATE\tLAST"},
		{"status", 1, "Version: 1.0.0"},
		{"show shipped", 0, "Pre-Invoke/shipped"},
		{"check", 2, "the file is missing; apt runs no hooks"},
		{"requires", 2, "to see why, run dpkg-query"},
		{"requires --missing", 2, "to see why, run dpkg-query"},
		{"requires --json", 2, "to see why, run dpkg-query"},
		{"plan remove foo", 2, "E: Malformed status"},
		{"why foo", 2, "E: Malformed status"},
		{"set Post-Invoke/b Requires foo", 2, "to see why, run dpkg-query"},
		{"new Post-Invoke/n --package fooo", 0, "E: Malformed status"},
	};

	make_system();
	make_file("/var/lib/dpkg/status", 0644, "Package: foo\nStatus: install ok\n");
	ck_assert_int_eq(unlink(at("/var/log/apt/universal-hooks.log")), 0);
	assert_calls(rows, COUNT_OF(rows));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {what_there_is_is_shown, what_would_run_is_shown,
		what_has_run_is_shown, settings_and_scripts_are_changed,
		hooks_are_run_by_hand, faults_are_found, hooks_run_in_the_root,
		hooks_are_edited, faults_are_found_in_the_root,
		a_configuration_that_apt_refuses_is_reported,
		a_log_that_cannot_be_read_is_reported,
		a_database_that_cannot_be_read_is_reported};

	return run_tests("commands", tests, COUNT_OF(tests));
}
