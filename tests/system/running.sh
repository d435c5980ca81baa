# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# What a person at a terminal sees while hooks run, and when some of them fail.

package app 1
settings=/etc/apt/apt.conf.d/90settings

# apt_at COLUMNS ARGUMENT...: runs apt-get with what a person does on stdin. What is shown from "begin" to
# the end is in /shown, each line as it stays.
apt_at() {
	publish
	apt_status=0
	/tests/lib/at-terminal 24 "$1" apt-get --yes "${@:2}" >"$output" 2>"$errors" || apt_status=$?
	sed -n -E 's/\r+$//; s/^.*\r//; /^begin/,$p' "$output" >/shown
}

# A hook that goes on when the test lets it.
make_slow_hook() {
	mkfifo /go
	hook Pre-Install-Pkgs/100-dump <<-'EOF'
		#!/bin/sh
		echo begin; read -r seconds </go; sleep "${seconds:-0}"; echo end
	EOF
	cat >"$settings" <<-'EOF'
		Universal-Hooks::Scripts::Pre-Install-Pkgs/100-dump::Description
		  "Dump all databases to the backup server, and wait until it has them";
	EOF
}

test_a_slow_hook_is_named_at_a_terminal_and_nowhere_else() {
	make_slow_hook
	hook Pre-Install-Pkgs/050-fast <<<$'#!/bin/sh\necho fast'
	hook Pre-Install-Pkgs/200-fails <<<$'#!/bin/sh\nexit 3'
	apt_at 80 install app <<-'EOF'
		await begin
		await (Ctrl-C stops it)
		sh echo >/go
	EOF
	expect_equal 0 "$apt_status"
	head -n 5 /shown >/begin
	expect_file /begin <<-EOF
		begin
		Running hook Pre-Install-Pkgs/100-dump: Dump all databases … (Ctrl-C stops it)
		end
		W: $hooks/Pre-Install-Pkgs/200-fails exited with status 3
		N: 1 of 3 hooks failed; see apt-universal-hooks log --last
	EOF
	expect_equal 1 "$(grep -c 'Running hook' "$output")" 'lines about slow hooks'
	apt_at 120 --reinstall install app <<-'EOF'
		await (Ctrl-C stops it)
		sh echo >/go
	EOF
	sed -n 2p /shown >/begin
	expect_file /begin <<-'EOF'
		Running hook Pre-Install-Pkgs/100-dump: Dump all databases to the backup server, and wait until it … (Ctrl-C stops it)
	EOF
	# Where the line must not come, nothing tells that it would have come by now.
	apt_at 80 -qq --reinstall install app <<-'EOF'
		await begin
		sh echo 1.5 >/go
	EOF
	expect_equal 0 "$apt_status"
	expect_file <(sed 2q /shown) <<<$'begin\nend'
	echo 1.5 >/go &
	apt_succeeds_but_warns --reinstall install app
	expect_equal fast,begin,end "$(grep -x -E 'fast|begin|end' "$output" | paste -sd,)"
	! grep 'Running hook' "$output" "$errors" || fail 'nobody is there to read it'
}

test_a_veto_at_a_terminal_is_one_line_with_the_command_to_go_on_without_it() {
	make_slow_hook
	echo "exit 3" >>"$hooks/Pre-Install-Pkgs/100-dump"
	hook Pre-Install-Pkgs/200-skipped <<<$'#!/bin/sh\necho skipped'
	apt_at 80 -o Universal-Hooks::On-Failure=abort install app <<-'EOF'
		await (Ctrl-C stops it)
		sh echo >/go
	EOF
	expect_equal 100 "$apt_status"
	command="apt-get -o 'Universal-Hooks::Scripts::Pre-Install-Pkgs/100-dump::Enabled=false' --yes -o 'Universal-Hooks::On-Failure=abort' install app"
	sed -E 's/^(E: (Sub-process|Failure running script)) .*/\1/' /shown >/ends
	expect_file /ends <<-EOF
		begin
		Running hook Pre-Install-Pkgs/100-dump: Dump all databases … (Ctrl-C stops it)
		end
		E: $hooks/Pre-Install-Pkgs/100-dump exited with status 3, so apt stops (On-Failure). To go on without it: $command
		E: Sub-process
		E: Failure running script
	EOF
	silently bash -c "$command" </dev/null
	has -x skipped <"$output" || fail 'the other hook should run'
}
