# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Session-Start and Session-End, with apt-get.

sessions=/var/lib/apt-universal-hooks/sessions

# Waits until no session is left: who waits for its end, holds the lock of the file until it is closed.
wait_for_sessions() {
	# A second one, which was waiting, may have made the file again for a moment.
	while compgen -G "$sessions/*.waiter" >/dev/null; do
		wait_for_waiters
	done
	! find "$sessions" -mindepth 1 2>/dev/null | has . || fail "left: $(find "$sessions" -mindepth 1)"
}

# As in "docker build": with apt, all processes end, the helper included, which could start another one.
everything_is_killed_after_dpkg() {
	# The waiter first, since the end of apt wakes it up. apt-get forks to call hooks; the one with the lower pid first.
	then="kill -KILL \$(cut -d - -f 1 $sessions/*.waiter) \$(pidof apt-get | tr ' ' '\n' | sort -n) \$PPID" \
		probe Post-Invoke/kills
	run_apt apt-get --yes install app </dev/null
	[[ $apt_status == 137 ]] || fail 'apt was not killed'
	rm -rf "$hooks/Post-Invoke/kills" "$state"
}

# Several runs of dpkg in one session: a shell script that calls "apt_get".
in_one_session() {
	{
		echo 'apt_get() { apt-get --yes -o Debug::NoLocking=true "$@"; }'
		cat
	} >/frontend.sh
	run_apt /tests/lib/with-lock bash -e /frontend.sh </dev/null
}

# package_with_hook PACKAGE PATH: with a script from stdin.
package_with_hook() {
	local tree
	tree=$(mktemp --directory)
	chmod 755 "$tree"
	{ echo '#!/bin/sh' && cat; } | hook "$tree$packaged_hooks/$2"
	files=$tree package "$1" 1
}

settings() {
	{ echo 'Universal-Hooks::Scripts {' && cat && echo '};'; } >/etc/apt/apt.conf.d/90settings
}

has_status() {
	[[ $(dpkg-query --show --showformat='${db:Status-Status}' "$2") == "$1" ]] ||
		fail "$2 is not $1"
}

test_a_session_of_one_dpkg_run() {
	package app 1
	# shellcheck disable=SC2016 # expanded by the probe
	local then='echo "$APT_UNIVERSAL_HOOKS_SESSION" >>/keys'
	probe Session-Start/a HOOK_POINT PACKAGE TRANSACTION
	probe Session-End/a HOOK_POINT RESULT SUCCESS RUNS TRANSACTION
	then=''
	probe Pre-Invoke/a
	probe Post-Invoke/a
	probe pkgs/app/Session-End/b PACKAGE OPERATION OLD_VERSION NEW_VERSION OUTCOME
	probe pkgs/other/Session-End/b
	probe multi_pkgs/Session-End/a__WILDCARD__/c MATCHED
	apt_succeeds install app
	wait_for_sessions
	expect_runs <<-'EOF'
		Session-Start/a HOOK_POINT=Session-Start no-PACKAGE no-TRANSACTION
		Pre-Invoke/a
		Post-Invoke/a
		pkgs/app/Session-End/b PACKAGE=app OPERATION=install OLD_VERSION=- NEW_VERSION=1 OUTCOME=done
		multi_pkgs/Session-End/a__WILDCARD__/c --pkg_list={app} MATCHED={app}
		Session-End/a HOOK_POINT=Session-End RESULT=ok SUCCESS=1 RUNS=1
		  app|all|install|-|1|done
	EOF
	[[ $(uniq -c /keys) =~ ^\ *2\ [0-9]+-[0-9]+-1$ ]] || fail "not one key: $(cat /keys)"
}

test_the_scripts_of_a_session_share_a_directory() {
	package app 1
	package lib 1
	hook Session-Start/a <<<$'#!/bin/sh\necho "$APT_UNIVERSAL_HOOKS_ID" >"$APT_UNIVERSAL_HOOKS_DATA/id"'
	# A transaction has a directory of its own.
	hook Pre-Invoke/a <<<$'#!/bin/sh\nls "$APT_UNIVERSAL_HOOKS_DATA" >>/runs'
	hook Session-End/a <<-'EOF'
		#!/bin/sh
		[ "$APT_UNIVERSAL_HOOKS_ID" = "$APT_UNIVERSAL_HOOKS_SESSION" ] && cat "$APT_UNIVERSAL_HOOKS_DATA/id" >>/ids
	EOF
	apt_succeeds install lib
	wait_for_sessions
	expect_no_runs
	expect_equal "Session: $(cat /ids)" "$(grep ^Session: /var/log/apt/universal-hooks.log)"
	# As after a reboot.
	everything_is_killed_after_dpkg
	apt_succeeds_but_warns --reinstall install lib
	wait_for_sessions
	expect_equal 3 "$(sort -u /ids | wc -l)" 'sessions with data'
}

test_several_dpkg_runs_are_one_session() {
	package app 1
	package lib 1
	package tool 1
	apt_succeeds install app tool
	package app 2
	package app 3
	probe Session-Start/a
	probe Post-Invoke/a
	probe Session-End/a RESULT SUCCESS RUNS TRANSACTION
	in_one_session <<-'EOF'
		apt_get install app=2
		apt_get install lib app=3
		apt_get remove lib tool
	EOF
	apt_must_end_with 0
	wait_for_sessions
	expect_runs <<-'EOF'
		Session-Start/a
		Post-Invoke/a
		Post-Invoke/a
		Post-Invoke/a
		Session-End/a RESULT=ok SUCCESS=1 RUNS=3
		  app|all|upgrade|1|3|done
		  tool|all|remove|1|-|done
	EOF
	[[ $(grep -c '^Session: ' /var/log/apt/universal-hooks.log) == 1 ]] ||
		fail "$(cat /var/log/apt/universal-hooks.log)"
	has -x 'Runs: 3' </var/log/apt/universal-hooks.log || fail 'the log has no number of runs'
}

test_a_hook_at_its_end_can_call_apt() {
	package app 1
	package other 1
	probe Session-Start/a
	probe Post-Invoke/a
	then='apt-get --yes install other' probe Session-End/a
	apt_succeeds install app
	wait_for_sessions
	has_status installed other
	# The nested apt opens no session.
	expect_runs <<-'EOF'
		Session-Start/a
		Post-Invoke/a
		Session-End/a
		Post-Invoke/a
	EOF
}

# sudo clears the environment; a session of its own would go on for ever.
test_a_nested_apt_without_our_environment_opens_no_session() {
	package app 1
	package other 1
	probe Session-Start/a
	then='env --ignore-environment PATH="$PATH" apt-get --yes install other' probe Session-End/a
	apt_succeeds install app
	wait_for_sessions
	has_status installed other
	expect_runs <<-'EOF'
		Session-Start/a
		Session-End/a
	EOF
}

test_a_veto_stops_all_dpkg_runs_of_the_session() {
	package app 1
	package lib 1
	settings <<-'EOF'
		Session-Start/b { On-Failure "abort"; };
		Session-End/always { When "always"; };
	EOF
	probe Session-Start/a
	then='exit 3' probe Session-Start/b
	probe Session-Start/c
	probe Pre-Invoke/a
	probe Session-End/always RESULT RUNS
	probe Session-End/ran
	in_one_session <<-'EOF'
		! apt_get install app
		! apt_get install lib
	EOF
	apt_must_end_with 0
	form=E expect_warning Session-Start/b 'exited with status 3'
	form=E expect_warning Session-Start/b 'start of this session'
	wait_for_sessions
	expect_runs <<-'EOF'
		Session-Start/a
		Session-Start/b
		Session-End/always RESULT=aborted RUNS=0
	EOF
}

test_a_veto_later_aborts_only_its_dpkg_run() {
	package app 1
	package lib 1
	settings <<-'EOF'
		pkgs/lib/Pre-Install-Pkgs/no { On-Failure "abort"; };
	EOF
	then='exit 3' probe pkgs/lib/Pre-Install-Pkgs/no
	probe Session-End/a RESULT SUCCESS RUNS TRANSACTION
	in_one_session <<-'EOF'
		apt_get install app
		! apt_get install lib
	EOF
	apt_must_end_with 0
	wait_for_sessions
	expect_runs <<-'EOF'
		pkgs/lib/Pre-Install-Pkgs/no
		Session-End/a RESULT=failed SUCCESS=0 RUNS=1
		  app|all|install|-|1|done
		  lib|all|install|-|1|failed
	EOF
}

test_a_hook_of_a_package_that_the_session_removes_still_runs() {
	package app 1
	package_with_hook shipper Session-End/100-shipped <<<'echo shipped >>/runs'
	package_with_hook helper pkgs/shipper/Session-End/100-x <<<'echo for shipper >>/runs'
	apt_succeeds install app shipper helper
	wait_for_sessions
	: >/runs
	apt_succeeds purge shipper helper
	wait_for_sessions
	expect_runs <<-'EOF'
		for shipper
		shipped
	EOF
	has 'from a copy' </var/log/apt/universal-hooks.log || fail 'no copy has run'
}

test_the_dpkg_run_that_installs_the_first_hook_belongs_to_a_session() {
	package_with_hook shipper Session-End/100-shipped <<-'EOF'
		{ echo "$APT_UNIVERSAL_HOOKS_RUNS"; cut -f 1 "$APT_UNIVERSAL_HOOKS_TRANSACTION"; } >>/runs
	EOF
	apt_succeeds install shipper
	wait_for_sessions
	expect_runs <<-'EOF'
		1
		shipper
	EOF
}

# The parents of a maintainer script are dpkg and apt-get.
test_a_session_whose_apt_was_killed_while_dpkg_ran_is_closed() {
	settings <<-'EOF'
		Post-Invoke/a { When "always"; };
	EOF
	postinst='read -r _ _ _ apt _ </proc/$PPID/stat; kill -KILL $apt; exit 1' package app 1
	probe Session-Start/a
	probe Post-Invoke/a RESULT
	probe Session-End/a RESULT RUNS TRANSACTION
	run_apt apt-get --yes install app </dev/null
	[[ $apt_status != 0 ]] || fail 'apt was not killed'
	wait_for_sessions
	expect_runs <<-'EOF'
		Session-Start/a
		Post-Invoke/a RESULT=aborted
		Session-End/a RESULT=failed RUNS=1
		  app|all|install|-|1|failed
	EOF
}

test_a_session_whose_waiter_was_killed_is_closed_by_the_next() {
	package app 1
	package lib 1
	probe Session-Start/a
	probe Session-End/a TRANSACTION
	everything_is_killed_after_dpkg
	expect_runs <<-'EOF'
		Session-Start/a
		Post-Invoke/kills
	EOF
	apt_succeeds_but_warns install lib
	expect_warning 'earlier session'
	wait_for_sessions
	expect_runs <<-'EOF'
		Session-End/a
		  app|all|install|-|1|done
		Session-Start/a
		Session-End/a
		  lib|all|install|-|1|done
	EOF
}

test_without_hooks_of_sessions_no_process_waits() {
	package app 1
	then='grep -al Session-End /proc/[0-9]*/cmdline >>/runs; find '${sessions%/*}' >>/runs 2>/dev/null; true' probe Post-Invoke/a
	probe pkgs/app/Post-Invoke/a
	apt_succeeds install app
	expect_runs <<-'EOF'
		pkgs/app/Post-Invoke/a
		Post-Invoke/a
	EOF
}

test_two_frontends_one_after_the_other() {
	package app 1
	package lib 1
	mkfifo /has-started /goes-on
	probe Session-Start/a
	# shellcheck disable=SC2016
	then='[[ $(cut -f 1 "$APT_UNIVERSAL_HOOKS_TRANSACTION") != app ]] || { echo >/has-started; read -r </goes-on; }
		echo "  of $(cut -f 1 "$APT_UNIVERSAL_HOOKS_TRANSACTION")" >>/runs' probe Session-End/a
	apt_succeeds install app
	read -r </has-started
	apt_succeeds install lib
	echo >/goes-on
	wait_for_sessions
	expect_runs <<-'EOF'
		Session-Start/a
		Session-End/a
		Session-Start/a
		  of app
		Session-End/a
		  of lib
	EOF
}

test_a_hook_that_hangs_is_subject_to_Timeout() {
	package app 1
	settings <<<'Session-End/a { Timeout "1"; };'
	then='sleep infinity' probe Session-End/a
	probe Session-End/b
	apt_succeeds install app
	wait_for_sessions
	expect_runs <<-'EOF'
		Session-End/a
		Session-End/b
	EOF
	has 'Session-End/a .* timeout 1 ' </var/log/apt/universal-hooks.log ||
		fail "$(cat /var/log/apt/universal-hooks.log)"
}

test_hooks_that_are_switched_off_in_between_lose_no_session() {
	package app 1
	package lib 1
	package tool 1
	probe Session-Start/a
	probe Session-End/a TRANSACTION
	everything_is_killed_after_dpkg
	expect_runs <<-'EOF'
		Session-Start/a
		Post-Invoke/kills
	EOF
	APT_UNIVERSAL_HOOKS=off apt_succeeds install lib
	expect_no_runs
	apt_succeeds_but_warns install tool
	wait_for_sessions
	expect_runs <<-'EOF'
		Session-End/a
		  app|all|install|-|1|done
		Session-Start/a
		Session-End/a
		  tool|all|install|-|1|done
	EOF
}

# Of a service, whoever called apt.
test_the_environment_at_the_end_is_that_of_a_service() {
	package app 1
	then='env | grep -v "^APT_UNIVERSAL_HOOKS_" | cut -d = -f 1 | sort | grep -vx "_\|PWD\|SHLVL\|OLDPWD" >>/runs
		readlink /proc/self/fd/0 >>/runs; tty >/dev/null && echo a terminal >>/runs; pwd >>/runs' \
		probe Session-End/a
	LC_ALL=C SECRET=1 DPKG_FOO=2 http_proxy=http://nowhere apt_succeeds install app
	wait_for_sessions
	expect_runs <<-'EOF'
		Session-End/a
		DEBIAN_FRONTEND
		HOME
		LC_ALL
		LOGNAME
		PATH
		SHELL
		USER
		/dev/null
		/
	EOF
}

test_what_hooks_print_at_the_end_is_kept() {
	package app 1
	then='echo this is kept; echo this too >&2' probe Session-End/a
	apt_succeeds install app
	wait_for_sessions
	has -P '^\tthis is kept' </var/log/apt/universal-hooks-term.log || fail 'it is not kept'
	has -P '^\tthis too' </var/log/apt/universal-hooks-term.log || fail 'it is not kept'
}

# Everything is killed, and /run is empty afterwards.
test_a_session_that_a_reboot_interrupts_is_closed_after_it() {
	package app 1
	package lib 1
	probe Session-Start/a
	then='[[ -e /booted ]] || kill -KILL $PPID $(pidof apt-get); echo "  ended" >>/runs' probe Session-End/a
	probe Session-End/b TRANSACTION
	everything_is_killed_after_dpkg
	touch /booted
	echo 00000000-0000-0000-0000-000000000000 >/boot-id
	mount --bind /boot-id /proc/sys/kernel/random/boot_id
	expect_runs <<-'EOF'
		Session-Start/a
		Post-Invoke/kills
	EOF
	apt_succeeds_but_warns install lib
	wait_for_sessions
	expect_runs <<-'EOF'
		Session-End/a
		  ended
		Session-End/b
		  app|all|install|-|1|done
		Session-Start/a
		Session-End/a
		  ended
		Session-End/b
		  lib|all|install|-|1|done
	EOF
}

test_a_dpkg_run_counts_although_its_packages_are_unknown() {
	package app 1
	probe Session-End/a RESULT RUNS
	apt_succeeds install app -o DPkg::Pre-Install-Pkgs::apt-universal-hooks=
	wait_for_sessions
	expect_runs <<<'Session-End/a no-RESULT RUNS=1'
}
