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

int main(void)
{
	const TTest *const tests[] = {
		syntax_of_bash_is_found_at_its_line, what_dash_reads_is_not_found};

	return run_tests("bashisms", tests, COUNT_OF(tests));
}
