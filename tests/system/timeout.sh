# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Timeout: a script that takes too long is killed with all processes that it started, and no others.

package app 1

settings() {
	cat >/etc/apt/apt.conf.d/90settings
}

# Sourced by the scripts of this file: a process that never ends, with its pid in /pids/NAME:
#     for_ever NAME &
cat >/for-ever.sh <<'EOF_FOR_EVER'
mkdir -p /pids
for_ever() {
	echo "$BASHPID" >"/pids/$1.new"
	mv "/pids/$1.new" "/pids/$1"
	exec -a "$1" sleep infinity
}
EOF_FOR_EVER

# slow_hook PATH: creates a script from stdin that can use for_ever; it appends its path to /runs.
slow_hook() {
	hook "$1" <<-EOF
		#!/bin/bash
		. /for-ever.sh
		echo $1 >>/runs
		$(cat)
	EOF
}

# Whether a process exists and is not a zombie.
is_alive() {
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	[[ ${stat##*) } != Z* ]]
}

expect_none_to_be_left() {
	local file count=0
	for file in /pids/*; do
		! is_alive "$(cat "$file")" || fail "${file##*/} still runs"
		count=$((count + 1))
	done
	expect_equal "$1" "$count" 'processes that had started'
}

times_out_at() {
	settings <<-EOF
		Universal-Hooks::Scripts::$1/1-slow::Timeout "1";
	EOF
	slow_hook "$1/1-slow" <<<'for_ever slow'
	probe "$1/2-next"
	probe Post-Invoke/9-last SUCCESS
	apt_succeeds_but_warns install app
	expect_warning "$hooks/$1/1-slow" '1 s' Timeout
	expect_equal 1 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_none_to_be_left 1
	expect_runs <<-EOF
		$1/1-slow
		$1/2-next
		Post-Invoke/9-last SUCCESS=0
	EOF
}

test_a_script_that_never_ends_is_ended_at_Pre-Invoke() {
	times_out_at Pre-Invoke
}

test_a_script_that_never_ends_is_ended_at_Pre-Install-Pkgs() {
	times_out_at Pre-Install-Pkgs
}

test_a_script_that_never_ends_is_ended_at_Post-Invoke() {
	times_out_at Post-Invoke
}

test_the_nearest_Timeout_wins_and_0_is_none() {
	settings <<-'EOF'
		Universal-Hooks::Timeout "1";
		Universal-Hooks::Scripts::Pre-Install-Pkgs::Timeout "0";
		Universal-Hooks::Scripts::Post-Invoke::Timeout "0";
		Universal-Hooks::Scripts::Post-Invoke/slow::Timeout "1";
	EOF
	slow_hook Pre-Invoke/slow <<<'for_ever Pre-Invoke'
	# It takes longer than any of the timeouts.
	slow_hook Pre-Install-Pkgs/a <<<'timeout 2 sleep infinity; [[ $? == 124 ]]'
	slow_hook Post-Invoke/slow <<<'for_ever Post-Invoke'
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Pre-Invoke/slow"
	expect_warning "$hooks/Post-Invoke/slow"
	expect_equal 2 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_none_to_be_left 2
}

test_a_script_that_ends_in_time_has_its_own_exit_status() {
	settings <<<'Universal-Hooks::Timeout "100";'
	probe Pre-Invoke/good
	then='exit 7' probe Pre-Install-Pkgs/bad
	then='kill -SEGV $$' probe Post-Invoke/crashes
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Pre-Install-Pkgs/bad" 'status 7'
	expect_warning "$hooks/Post-Invoke/crashes" 'signal 11'
	expect_equal 2 "$(grep -c '^W: ' "$errors")" 'warnings'
}

test_a_script_is_asked_to_end_before_it_is_killed() {
	settings <<<'Universal-Hooks::Timeout "1";'
	# It cannot end before the trap has run.
	slow_hook Post-Invoke/polite <<-'EOF'
		trap 'echo asked >>/runs; kill "$child"; exit 0' TERM
		for_ever child &
		child=$!
		wait
	EOF
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Post-Invoke/polite" Timeout
	expect_none_to_be_left 1
	expect_runs <<-'EOF'
		Post-Invoke/polite
		asked
	EOF
}

test_a_script_that_ignores_SIGTERM_is_killed_five_seconds_later() {
	settings <<<'Universal-Hooks::Timeout "1";'
	slow_hook Post-Invoke/deaf <<-'EOF'
		trap 'echo asked >>/runs' TERM
		echo $$ >/pids/shell
		(trap '' TERM; for_ever deaf) &
		while :; do
			wait
		done
	EOF
	mkdir /pids
	local start
	start=$(date +%s%N)
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Post-Invoke/deaf" Timeout
	expect_none_to_be_left 2
	grep -q -x asked /runs || fail 'the script should have been asked first'
	(($(date +%s%N) - start >= 6000000000)) || fail 'it was killed too early'
}

test_what_it_started_ends_with_it_in_whatever_way_it_hid() {
	# Long enough for all of them to start even on a busy machine.
	settings <<<'Universal-Hooks::Timeout "3";'
	slow_hook Post-Invoke/family <<-'EOF'
		export -f for_ever
		for_ever child &
		(for_ever grandchild &) &
		setsid bash -c 'for_ever in-a-session-of-its-own' &
		# A proper daemon: two forks, its own session, no inherited descriptors.
		setsid bash -c '(for_ever daemon &) </dev/null >/dev/null 2>&1 &'
		setsid bash -c '(trap "" TERM HUP; for_ever deaf-daemon &) </dev/null >/dev/null 2>&1 &'
		nohup bash -c 'for_ever deaf-to-SIGHUP' >/dev/null 2>&1 &
		bash -c 'echo $$ >/pids/stopped; kill -STOP $$' &
		for_ever script
	EOF
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Post-Invoke/family" Timeout
	expect_equal 1 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_none_to_be_left 8
}

test_what_starts_something_new_when_it_is_asked_to_end_ends_as_well() {
	settings <<<'Universal-Hooks::Timeout "1";'
	slow_hook Post-Invoke/hydra <<-'EOF'
		export -f for_ever
		trap 'setsid bash -c "for_ever new-head" & exit' TERM
		for_ever old-head &
		wait
	EOF
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Post-Invoke/hydra" Timeout
	expect_none_to_be_left "$(find /pids -type f | wc -l)"
	[[ -e /pids/old-head ]] || fail 'the script has not even begun'
}

test_what_others_started_stays() {
	settings <<-'EOF'
		Universal-Hooks::Timeout "100";
		Universal-Hooks::Scripts::Post-Invoke/1-without::Timeout "0";
		Universal-Hooks::Scripts::Post-Invoke/3-slow::Timeout "1";
	EOF
	# Scripts that start a service, without and with a timeout.
	local name
	for name in 1-without 2-in-time; do
		slow_hook "Post-Invoke/$name" <<-EOF
			export -f for_ever
			setsid bash -c '(for_ever $name &) </dev/null >/dev/null 2>&1 &'
			until [[ -e /pids/$name ]]; do
				:
			done
		EOF
	done
	slow_hook Post-Invoke/3-slow <<<'for_ever 3-slow'
	(for_ever_in_the_test)
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Post-Invoke/3-slow" Timeout
	expect_equal 1 "$(grep -c '^W: ' "$errors")" 'warnings'
	! is_alive "$(cat /pids/3-slow)" || fail 'the slow script still runs'
	for name in 1-without 2-in-time of-the-test; do
		is_alive "$(cat "/pids/$name")" || fail "$name should still run"
	done
}

for_ever_in_the_test() {
	. /for-ever.sh
	for_ever of-the-test &
	until [[ -e /pids/of-the-test ]]; do
		:
	done
}

test_a_timeout_is_a_failure_that_can_stop_apt() {
	settings <<-'EOF'
		Universal-Hooks::Timeout "1";
		Universal-Hooks::On-Failure "abort";
	EOF
	slow_hook Pre-Install-Pkgs/1-slow <<<'for_ever slow'
	probe Pre-Install-Pkgs/2-skipped
	apt_fails install app
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/1-slow
	EOF
	form=E expect_warning "$hooks/Pre-Install-Pkgs/1-slow" '1 s' Timeout \
		"apt-get -o 'Universal-Hooks::Scripts::Pre-Install-Pkgs/1-slow::Enabled=false' "
	expect_none_to_be_left 1
	! dpkg-query --show app 2>/dev/null || fail 'app should not have been installed'
}

test_without_proc_the_script_itself_is_ended_all_the_same() {
	settings <<<'Universal-Hooks::Timeout "1";'
	slow_hook Post-Invoke/slow <<<'for_ever slow'
	publish
	umount -l /proc
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Post-Invoke/slow" Timeout
	! kill -0 "$(cat /pids/slow)" 2>/dev/null || fail 'the script still runs'
}

# With /proc of the outer namespace, the pids of strangers look like our descendants.
test_in_a_pid_namespace_with_the_proc_outside_only_the_script_is_ended() {
	settings <<<'Universal-Hooks::Timeout "1";'
	slow_hook Post-Invoke/slow <<-'EOF'
		for_ever slow
	EOF
	publish
	run_apt in_a_pid_namespace apt-get --yes install app </dev/null
	apt_must_end_with 0
	expect_warning "$hooks/Post-Invoke/slow" Timeout
	expect_runs <<<Post-Invoke/slow
}

# On a terminal, played by script(1); a FIFO is its keyboard.

apt_at_a_terminal() {
	at_a_terminal "apt-get --yes $* 2>$errors"
}

at_a_terminal() {
	publish
	mkfifo /asked /keyboard
	# Opened for reading and writing, so that no reader gets end-of-file.
	exec 7<>/keyboard 8<>/asked
	apt_status=0
	script --quiet --return --command "$1" "$output" \
		<&7 >/dev/null 8>&- &
	terminal=$!
}

# Waits until a script asks something.
until_a_script_asks() {
	local question
	read -r question <&8
	expect_equal "$1" "$question"
}

type_on_the_keyboard() {
	printf '%b' "$1" >&7
}

apt_at_the_terminal_ends() {
	wait "$terminal" || apt_status=$?
	exec 7>&- 8>&-
}

asks_at_each_point() {
	local point
	for point in Pre-Invoke Pre-Install-Pkgs Post-Invoke; do
		hook "$point/asks" <<-EOF
			#!/bin/bash
			printf 'And now? ' >/dev/tty
			echo $point >/asked
			read -r answer
			read -r other_answer </dev/tty
			echo "$point \$answer \$other_answer" >>/runs
		EOF
	done
	apt_at_a_terminal install app
	for point in Pre-Invoke Pre-Install-Pkgs Post-Invoke; do
		until_a_script_asks "$point"
		type_on_the_keyboard "$point\\nyes\\n"
	done
	apt_at_the_terminal_ends
	apt_must_end_with 0
	expect_no_warning
	expect_equal 3 "$(grep -o 'And now?' "$output" | wc -l)" 'questions on the terminal'
	expect_runs <<-'EOF'
		Pre-Invoke Pre-Invoke yes
		Pre-Install-Pkgs Pre-Install-Pkgs yes
		Post-Invoke Post-Invoke yes
	EOF
}

test_a_script_without_a_timeout_can_ask_on_the_terminal() {
	asks_at_each_point
}

test_a_script_with_a_timeout_can_ask_on_the_terminal() {
	settings <<<'Universal-Hooks::Timeout "100";'
	asks_at_each_point
}

test_a_question_that_nobody_answers_times_out_and_leaves_the_terminal_to_the_next() {
	settings <<<'Universal-Hooks::Scripts::Post-Invoke/1-asks::Timeout "1";'
	slow_hook Post-Invoke/1-asks <<-'EOF'
		echo $$ >/pids/asks
		read -r answer
	EOF
	hook Post-Invoke/2-asks <<-'EOF'
		#!/bin/bash
		echo second >/asked
		read -r answer </dev/tty
		echo "$answer" >>/runs
	EOF
	mkdir /pids
	apt_at_a_terminal install app
	until_a_script_asks second
	type_on_the_keyboard 'answer\n'
	apt_at_the_terminal_ends
	apt_must_end_with 0
	expect_warning "$hooks/Post-Invoke/1-asks" Timeout
	expect_none_to_be_left 1
	expect_runs <<-'EOF'
		Post-Invoke/1-asks
		answer
	EOF
}

# apt_is_stopped_for_longer_than_the_timeout WHEN: with Ctrl-Z, while the hook Post-Invoke/waits
# reads from the FIFO /continue, which is written to WHEN apt is stopped: "before" or "after" that time.
apt_is_stopped_for_longer_than_the_timeout() {
	settings <<<'Universal-Hooks::Timeout "3";'
	mkfifo /continue
	hook /usr/bin/shell-at-the-terminal <<-EOF
		#!/bin/bash -m
		apt-get --yes install app 2>$errors
		[[ -z \$(jobs -s) ]] || echo stopped >>/runs
		[[ $1 == after ]] || echo >/continue
		sleep 5
		[[ $1 == before ]] || echo >/continue &
		fg >/dev/null
	EOF
	at_a_terminal shell-at-the-terminal
	until_a_script_asks waits
	type_on_the_keyboard '\032'
	apt_at_the_terminal_ends
	apt_must_end_with 0
	expect_no_warning
	expect_runs <<-'EOF'
		stopped
		continued
	EOF
}

test_time_in_which_apt_is_stopped_does_not_count() {
	hook Post-Invoke/waits <<-'EOF'
		#!/bin/sh
		echo waits >/asked
		read -r line </continue
		echo continued >>/runs
	EOF
	apt_is_stopped_for_longer_than_the_timeout after
}

# In a session of its own, Ctrl-Z does not reach it.
test_a_script_that_ended_while_apt_was_stopped_has_not_timed_out() {
	hook Post-Invoke/waits <<-'EOF'
		#!/bin/sh
		[ -n "$1" ] || exec setsid "$0" again
		echo waits >/asked
		read -r line </continue
		echo continued >>/runs
	EOF
	apt_is_stopped_for_longer_than_the_timeout before
}

# catches_ctrl_c_at HOOK-POINT: Ctrl-C on the keyboard ends the script long before the timeout, and the
# hook point, too.
catches_ctrl_c_at() {
	settings <<<'Universal-Hooks::Timeout "100";'
	hook "$1/1-waits" <<-EOF
		#!/bin/sh
		echo $1 >/asked
		exec sleep infinity
	EOF
	probe "$1/2-skipped"
	apt_at_a_terminal install app
	until_a_script_asks "$1"
	type_on_the_keyboard '\003'
	apt_at_the_terminal_ends
	expect_warning "$hooks/$1/1-waits" 'signal 2'
	expect_warning "$hooks/$1/1-waits" interrupted
	expect_no_runs
}

test_ctrl_c_reaches_a_script_with_a_timeout_at_Pre-Invoke() {
	catches_ctrl_c_at Pre-Invoke
	! dpkg-query --show app 2>/dev/null || fail 'app should not have been installed'
}

test_ctrl_c_reaches_a_script_with_a_timeout_at_Pre-Install-Pkgs() {
	catches_ctrl_c_at Pre-Install-Pkgs
	! dpkg-query --show app 2>/dev/null || fail 'app should not have been installed'
}

test_ctrl_c_reaches_a_script_with_a_timeout_at_Post-Invoke() {
	catches_ctrl_c_at Post-Invoke
	dpkg-query --show app >/dev/null
}
