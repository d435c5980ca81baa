/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/bashisms.h"
#include "fixture.h"

START_TEST(syntax_of_bash_is_found_at_its_line)
{
	static const struct {
		const char *text;
		const char *what;
		unsigned long line;
	} table[] = {
		{"if [[ -n $a ]]; then :; fi\n", "[[", 1},
		{"true\n! [[ a == b ]]\n", "[[", 2},
		{"true && [[\ta ]]", "[[", 1},
		{"\n\nfunction start {\n", "function", 3},
		{"function start() { :; }", "function", 1},
		{"  function start\n{\n", "function", 1},
		{"# [[ x ]]\na=(b c)\n", "array", 2},
		{"a+=(b)\n", "array", 1},
		{"export x; _a1=( )\n", "array", 1},
		{"read a <<<\"$b\"\n", "<<<", 1},
		{"cat <<E\n[[ x ]]\nE\ndiff <(a) b\n", "<(", 4},
		{"cat <<-'E F' >x\n\tit's\n\tE F\ndiff a <(b)\n", "<(", 4},
		{"echo 'it' \"it's\" it\\'s\n[[ x ]]\n", "[[", 2},
		{"echo \"a\\\"b\" '\n' \n[[ x ]]\n", "[[", 3},
		{"case $a in a) [[ x ]];; esac\n", "[[", 1},
	};

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct bashism bashism = {"nothing", 0};

		ck_assert_msg(bashism_find(&bashism, slice_of(table[i].text)), "%s",
			table[i].text);
		ck_assert_str_eq(bashism.what, table[i].what);
		ck_assert_uint_eq(bashism.line, table[i].line);
	}
}
END_TEST

START_TEST(what_dash_reads_is_not_found)
{
	static const char *const texts[] = {
		"",
		"# if [[ x ]]; function a {; a=(b); <<< <(\n",
		"echo '[[ x ]]' \"a=(b)\" \\[[ x\n",
		"case $a in [[:alpha:]]*) ;; [[]) ;; esac\n",
		"expr \"$a\" : '[[:digit:]]*$'\n",
		"a=$(b) c=`d` e=\"(f)\" g='(h)'\n",
		"a=$((1 << 2)) b=$((c<(d)))\n",
		"cat <<EOF\nfunction a {\n[[ x ]]\nit's a=(b)\nEOF\n",
		"cat <<-\\E | sed 's/a/b/'\n\t[[ x ]]\n\tE\n",
		"cat <<'A B'\n[[ x ]]\nA B\ntrue\n",
		"cat << \"E\"\n[[ x ]]\nE\n",
		"cat <<E\n[[ x ]]\n",
		"cat <<'E",
		"function a b\nfunction | a\n",
		"a=$((1\n[ x ]\n",
		"awk '\nfunction f(x) { return x }\n{ if (a <(b)) c = (d) }\n'\n",
		"python3 -c \"\na = (1, 2)\nb=(3)\n\"\n",
		"a() { local b; b=${1#*/}; [ \"$b\" = x ]; }\n",
		"echo $# ${#a} a#b\n",
		"(a) <b >c 2>&1 <&-\n",
		"echo function\nfunctional a {\n./function a\n",
		"if ! test -e x; then exit 0; fi; . /lib/lsb/init-functions\n",
		"printf '%s\\n' \"$(cat <x)\" \"it's\" 'a \"b'\n",
		"cat <<E",
		"cat <<",
		"a='",
		"\\",
		"$((",
	};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct bashism bashism = {"nothing", 0};

		ck_assert_msg(!bashism_find(&bashism, slice_of(texts[i])), "%s: %s",
			texts[i], bashism.what);
	}
}
END_TEST

static void assert_lock_call(const char *text, const char *what, unsigned long line)
{
	struct bashism call = {.what = "none", .line = 0};

	if (!lock_call_find(&call, slice_of(text)))
		call = (struct bashism){"none", 0};
	ck_assert_msg(strcmp(call.what, what) == 0 && call.line == line, "%s: %s, %lu",
		text, call.what, call.line);
}

START_TEST(a_command_that_needs_the_lock_is_found)
{
	assert_lock_call("#!/bin/sh\napt-get install -y foo\n", "apt-get", 2);
	assert_lock_call("if true; then\n\tapt upgrade\nfi", "apt", 2);
	assert_lock_call("x=$(apt-get -y -o A::B=c autoremove)", "apt-get", 1);
	assert_lock_call(
		"a=b DEBIAN_FRONTEND=noninteractive apt-get purge x", "apt-get", 1);
	assert_lock_call("true && sudo -n /usr/bin/apt-get clean", "apt-get", 1);
	assert_lock_call("( aptitude safe-upgrade )", "aptitude", 1);
	assert_lock_call("test -e a || dpkg -i a.deb", "dpkg", 1);
	assert_lock_call("dpkg --force-all --configure -a", "dpkg", 1);
	assert_lock_call("unattended-upgrade", "unattended-upgrade", 1);
	assert_lock_call(
		"cat <<E\napt-get install a\nE\napt-get remove a\n", "apt-get", 4);
	assert_lock_call("apt-get -o DPkg::Lock::Timeout=9 install a && b", "apt-get", 1);
	assert_lock_call("apt-get -o DPkg::Lock::Timeout=9 install a", "apt-get", 1);
}
END_TEST

START_TEST(a_command_that_needs_no_lock_is_not)
{
	static const char *const texts[] = {"apt-get -s install foo",
		"apt-get -qys upgrade", "apt-get --simulate dist-upgrade",
		"apt-cache policy install", "apt-mark showhold", "dpkg -l install",
		"dpkg -s foo", "dpkg -S /bin/sh", "dpkg --compare-versions 1 lt 2",
		"dpkg-query -W", "apt-config dump", "# apt-get install foo",
		"echo apt-get install foo", "echo \"apt-get install foo\"",
		"logger 'apt-get install'", "echo 'apt-get install a' | at now",
		"case $1 in\napt) ;;\nesac",
		"systemd-run apt-get -o DPkg::Lock::Timeout=-1 install a",
		"apt-get -o DPkg::Lock::Timeout=60 install a &", "apt list --upgradable",
		"cat <<E\napt-get install a\nE\n", "command -v apt-get", "apt", "",
		"dpkg --dry-run -i a.deb", "unattended-upgrade --dry-run",
		"printf %s\\n apt-get install", "install apt-get"};

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_lock_call(texts[i], "none", 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {a_command_that_needs_the_lock_is_found,
		a_command_that_needs_no_lock_is_not, syntax_of_bash_is_found_at_its_line,
		what_dash_reads_is_not_found};

	return run_tests("bashisms", tests, COUNT_OF(tests));
}
