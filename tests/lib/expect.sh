# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Inside a test's chroot: scripts that report their runs, running apt, and assertions about both.

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
		printf '\napt exited with status %s. Its output:\n' "$apt_status"
		sed 's/\r$//; s/.*\r//' "$output"
		printf '\nOn standard error:\n'
		cat "$errors"
	fi
	exit 1
}

# has GREP-ARGUMENT...: whether stdin matches. Unlike grep -q it reads to the end, so that the writer
# does not get SIGPIPE.
has() {
	grep "$@" >/dev/null
}

# hook PATH: creates an executable from stdin. A relative PATH is in the administrator's tree.
hook() {
	local path=$1
	[[ $path == /* ]] || path=$hooks/$path
	mkdir -p "${path%/*}"
	cat >"$path"
	chmod 755 "$path"
}

# probe PATH [VARIABLE...]: creates a script that records its path, its arguments and the named
# variables (without APT_UNIVERSAL_HOOKS_) in /runs. Then it runs the code in the variable "then":
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

# Runs a command as from an interactive shell, with stdout in $output and stderr in $errors.
run_apt() {
	publish
	apt_status=0
	"$@" >"$output" 2>"$errors" || apt_status=$?
}

apt_must_end_with() {
	[[ $apt_status == "$1" ]] || fail "apt should have exited with status $1"
	[[ -z $(find "$state" -mindepth 1 2>/dev/null) ]] ||
		fail "apt left state behind: $(find "$state" -mindepth 1)"
}

# Prints apt's messages, without dpkg's warnings about directories that it does not remove.
apt_messages() {
	grep -v '^dpkg: warning: while removing' "$errors" || true
}

# Runs the command, which must exit with 0 and print nothing on standard error.
silently() {
	run_apt "$@"
	apt_must_end_with 0
	[[ -z $(apt_messages) ]] || fail 'apt should have been silent'
}

apt_succeeds() {
	silently apt-get --yes "$@" </dev/null
}

# The same, but there must be messages on standard error, which the test checks next.
apt_succeeds_but_warns() {
	run_apt apt-get --yes "$@" </dev/null
	apt_must_end_with 0
	[[ -n $(apt_messages) ]] || fail 'apt should have warned'
}

# apt exits with 100 both if dpkg and if a hook fails.
apt_fails() {
	run_apt apt-get --yes "$@" </dev/null
	[[ $apt_status == 100 ]] || fail 'apt should have exited with status 100'
}

# ends_with STATUS COMMAND...: its output is in $output, its errors in $errors.
ends_with() {
	local status=$1
	shift
	run_apt "$@" </dev/null
	[[ $apt_status == "$status" ]] || fail "$* should have ended with exit status $status"
}

# Waits for each process that waits for the end of a session: it holds the lock of a file until the session
# is closed. Opens the file, which flock(1) would create if it has just been deleted.
wait_for_waiters() {
	local waiter fd
	for waiter in /var/lib/apt-universal-hooks/sessions/*.waiter; do
		if [[ -f $waiter ]] && { exec {fd}<"$waiter"; } 2>/dev/null; then
			flock "$fd"
			exec {fd}<&-
		fi
	done
}

# expect_warning WORD...: a line on apt's standard error begins with "W: " (or "$form: ") and contains
# all these words.
expect_warning() {
	local lines word
	lines=$(grep -E "^${form:-W}: " "$errors" || true)
	for word; do
		lines=$(grep -F -e "$word" <<<"$lines" || true)
	done
	[[ -n $lines ]] || fail "no line on standard error begins with \"${form:-W}: \" and contains: $*"
}

expect_no_warning() {
	! grep -E '^[WE]: ' "$errors" >/dev/null || fail 'apt should not have warned'
}

# in_a_pid_namespace COMMAND...: /proc is that of the namespace outside, where the pids of apt and of
# the hooks belong to other processes. When the FIFO $until is written to, all processes are killed.
in_a_pid_namespace() {
	unshare --pid --fork --mount-proc bash -c '
		for _ in {1..300}; do
			sleep infinity >/dev/null 2>&1 </dev/null &
		done
		[[ -z $until ]] || { unshare --pid --fork "$@" & read -r <"$until"; exit; }
		unshare --pid --fork "$@"' bash "$@"
}
export until=

# Compares the runs since the last call with stdin.
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

# expect_file PATH: compares its contents with stdin.
expect_file() {
	local difference
	difference=$(diff --unified --label expected --label "$1" - "$1") || fail "$difference"
}
