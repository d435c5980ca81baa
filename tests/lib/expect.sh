# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Inside a test's chroot: scripts in the tree that report their runs, apt runs, and what is
# expected of both.

hooks=/etc/apt/universal-hooks
packaged_hooks=/usr/lib/apt/universal-hooks
state=/run/apt-universal-hooks
output=/apt.output
errors=/apt.errors
apt_status=none
: >/runs

fail() {
	printf '%s\n' "$*"
	if [[ -e $output ]]; then
		printf '\napt ended with exit status %s. Its output:\n' "$apt_status"
		sed 's/\r$//; s/.*\r//' "$output"
		printf '\nOn standard error:\n'
		cat "$errors"
	fi
	exit 1
}

# has ARGUMENT-OF-GREP...: whether stdin has it. Reads all of it, since a program whose reader ends
# early fails by SIGPIPE.
has() {
	grep "$@" >/dev/null
}

# hook PATH: an executable with the text on stdin. A relative PATH is in the administrator's tree.
hook() {
	local path=$1
	[[ $path == /* ]] || path=$hooks/$path
	mkdir -p "${path%/*}"
	cat >"$path"
	chmod 755 "$path"
}

# probe PATH [VARIABLE...]: a script that writes its path and arguments down in /runs, and the
# named variables (without APT_UNIVERSAL_HOOKS_). Then it does what is in the variable "then":
#     then='exit 3' probe Post-Invoke/a RESULT
probe() {
	local path=$1
	shift
	hook "$path" <<-SCRIPT
		#!/bin/bash
		reports='$*'
		. /tests/lib/probe.sh
		${then-}
	SCRIPT
}

# Runs a command the way a person would start apt, with what it says in $output and $errors.
run_apt() {
	publish
	apt_status=0
	"$@" >"$output" 2>"$errors" || apt_status=$?
}

apt_must_end_with() {
	[[ $apt_status == "$1" ]] || fail "apt should have ended with exit status $1"
	[[ -z $(find "$state" -mindepth 1 2>/dev/null) ]] ||
		fail "apt is gone, but this is left: $(find "$state" -mindepth 1)"
}

# dpkg has things to say of its own, about directories of people that it does not remove.
what_apt_complained_about() {
	grep -v '^dpkg: warning: while removing' "$errors" || true
}

# The command is run, ends with 0 and is silent on standard error.
silently() {
	run_apt "$@"
	apt_must_end_with 0
	[[ -z $(what_apt_complained_about) ]] || fail 'apt should have been silent'
}

apt_succeeds() {
	silently apt-get --yes "$@" </dev/null
}

# The same, with something on standard error that the test looks at next.
apt_succeeds_but_warns() {
	run_apt apt-get --yes "$@" </dev/null
	apt_must_end_with 0
	[[ -n $(what_apt_complained_about) ]] || fail 'apt should have warned'
}

# dpkg or a hook failed: apt's exit status for both is 100.
apt_fails() {
	run_apt apt-get --yes "$@" </dev/null
	[[ $apt_status == 100 ]] || fail 'apt should have ended with exit status 100'
}

# Whether one line on apt's standard error begins with "W: " (or what is given by "form") and
# holds all these words.
expect_warning() {
	local lines word
	lines=$(grep -E "^${form:-W}: " "$errors" || true)
	for word; do
		lines=$(grep -F -e "$word" <<<"$lines" || true)
	done
	[[ -n $lines ]] || fail "no line on standard error begins with \"${form:-W}: \" and says: $*"
}

expect_no_warning() {
	! grep -E '^[WE]: ' "$errors" >/dev/null || fail 'apt should not have warned'
}

# The runs since the last time, against the text on stdin.
expect_runs() {
	local difference
	difference=$(diff --unified --label expected --label 'what ran' - /runs) ||
		fail "$difference"
	: >/runs
}

expect_no_runs() {
	expect_runs </dev/null
}

expect_equal() {
	[[ $1 == "$2" ]] || fail "expected \"$1\", but it is \"$2\"${3:+ ($3)}"
}

# expect_file PATH: its contents, against the text on stdin.
expect_file() {
	local difference
	difference=$(diff --unified --label expected --label "$1" - "$1") || fail "$difference"
}
