# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# apt-universal-hooks wait, and what status and log say about sessions.

package app 1
command=apt-universal-hooks

# A hook of Session-End that says when it starts, and ends when it is told to.
held_hook() {
	mkfifo /started /go
	# shellcheck disable=SC2016 # expanded by the hook
	then='echo >/started; read -r _ </go; echo done >>/done' probe "$@"
}

# Waits until it has started, however often apt calls it.
held_hook_has_started() {
	read -r _ </started
}

# of_status KEY: prints the value in the JSON of the only session that status shows.
of_status() {
	$command status --json | sed -n '/"sessions": \[$/,/\]/p' |
		sed -nE "s/^ *\"$1\": \"?([^\",]*)\"?,?\$/\1/p"
}

test_without_a_session_there_is_nothing_to_wait_for() {
	ends_with 0 $command wait
	[[ ! -s $output && ! -s $errors ]] || fail 'it should be silent'
	[[ ! -e /var/lib/apt-universal-hooks ]] || fail 'it should leave nothing'
	ends_with 2 setpriv --reuid 65534 --clear-groups $command wait
	form=E expect_warning 'only root'
}

test_it_waits_for_the_hooks_of_a_session() {
	held_hook Session-End/a RESULT RUNS
	apt_succeeds install app
	held_hook_has_started
	$command status >/said
	grep -qxE 'Session [0-9-]+: Session-End hooks are running in process [0-9]+; now '"$hooks/Session-End/a" /said ||
		fail "status should name the hook: $(cat /said)"
	local columns
	for columns in 80 120; do
		LC_ALL=C script -qec "stty cols $columns; NO_COLOR=1 $command status" /dev/null </dev/null |
			sed 's/\r$//' >/screen
		has '^Session [0-9-]*: Session-End hooks are running' </screen || fail "$(cat /screen)"
		! has -E "^.{$((columns + 1))}" </screen || fail "wider than $columns: $(cat /screen)"
	done
	expect_equal closing "$(of_status state)"
	expect_equal $hooks/Session-End/a "$(of_status hook)"
	[[ -d /proc/$(of_status waiter) ]] || fail 'status should say who waits'
	setpriv --reuid 65534 --clear-groups $command status 2>&1 >/dev/null | has -x \
		'W: only root can see which sessions are not closed' || fail 'status should say what it cannot see'
	LC_ALL=C script -qec "stty cols 80; $command wait" /dev/null </dev/null >/said &
	echo >/go
	wait $! || fail "wait ended with $?: $(cat /said)"
	expect_file /done <<<done
	expect_runs <<<'Session-End/a RESULT=ok RUNS=1'
	! $command status | has '^Session [0-9]' || fail 'the session is closed'
	expect_equal '' "$(of_status state)"
}

test_it_runs_what_nobody_else_would_run_and_its_exit_status_tells_of_failures() {
	held_hook Session-End/a
	then='exit 3' probe Session-End/b RESULT
	probe Session-End/c SUCCESS
	apt_succeeds install app
	held_hook_has_started
	kill -KILL "$(of_status waiter)"
	$command status >/said
	grep -qxE 'Session [0-9-]+: not closed, and nobody waits for its end; "apt-universal-hooks wait" or the next transaction closes it' \
		/said || fail "$(cat /said)"
	ends_with 1 $command wait </dev/null
	expect_warning "$hooks/Session-End/b" 'exited with status 3'
	# The hook that was interrupted does not run again.
	expect_runs <<-'EOF'
		Session-End/a
		Session-End/b RESULT=ok
		Session-End/c SUCCESS=0
	EOF
	ends_with 0 $command wait
	[[ -z $(find /var/lib/apt-universal-hooks/sessions -mindepth 1) ]] || fail 'the session has left files'
}

test_it_says_what_has_failed_elsewhere() {
	held_hook Session-End/a
	then='exit 3' probe Session-End/b
	apt_succeeds install app
	held_hook_has_started
	$command wait >/said 2>&1 &
	# It waits for the lock of the process that runs the hook.
	until has ' -> FLOCK ' </proc/locks; do
		[[ -e /proc/$! ]] || fail "wait has not waited: $(cat /said)"
	done
	echo >/go
	! wait $! || fail "wait should have failed: $(cat /said)"
	grep -qxF 'W: 1 hook of Session-End failed; see apt-universal-hooks log --failed' /said ||
		fail "$(cat /said)"
}

test_a_hook_cannot_wait_for_its_own_session() {
	local point
	for point in Pre-Invoke Session-End; do
		# shellcheck disable=SC2016 # expanded by the hook
		then='apt-universal-hooks wait 2>/'"$point"'.said; echo $? >>/'"$point"'.said' probe $point/a
	done
	apt_succeeds install app
	ends_with 0 $command wait
	for point in Pre-Invoke Session-End; do
		sed -E 's/session [0-9-]+/session KEY/' /$point.said >/said
		expect_file /said <<-'EOF'
			E: session KEY waits for this command to end; run it again when apt has ended
			2
		EOF
	done
}

test_the_log_has_the_session() {
	probe Session-Start/a
	probe Post-Invoke/b
	then='echo "from the hook"' probe Session-End/c
	apt_succeeds install app
	ends_with 0 $command wait
	$command log --last | sed -E 's/^20[0-9: -]+/TIME /; s/[0-9.]+ (ms|s)$/TIME/' >/said
	expect_file /said <<-EOF
		TIME apt-get --yes install app
		  result: ok; 2 hooks: 2 ok
		    $hooks/Session-Start/a: exit 0 in TIME
		    $hooks/Post-Invoke/b: exit 0 in TIME

		TIME apt-get --yes install app
		  session with 1 run of dpkg; result: ok; 1 hook: 1 ok
		    $hooks/Session-End/c: exit 0 in TIME
	EOF
	# Its output is kept although its Output is terminal.
	$command log --script Session-End/c --output | has -x '        from the hook' || fail 'no output was kept'
	$command log --json -n 1 | tr -d ' \n' |
		has -E '"transaction":"[0-9-]+","session":null,"dpkg_runs":null,.*"transaction":null,"session":"[0-9-]+","dpkg_runs":1,' ||
		fail "$($command log --json -n 1)"
	$command status | sed -E 's/20[0-9: -]+/TIME/' >/said
	has -x 'Last transaction: TIME, apt-get --yes install app, result ok; 2 hooks: 2 ok' </said &&
		has -x 'Last session: TIME, apt-get --yes install app, 1 run of dpkg, result ok; 1 hook: 1 ok' \
			</said || fail "$(cat /said)"
}
