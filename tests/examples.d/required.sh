# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: unattended-upgrades
# Installs what hooks require, by apt, when a session is over.
. /tests/lib/examples.sh

lacks() {
	[[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null || true) != installed ]]
}

# A hook that lacks "tool".
a_hook_that_lacks_something() {
	use_example install-required
	probe Post-Invoke/needs
	echo 'Universal-Hooks::Scripts::Post-Invoke/needs::Requires { "tool"; };' >>$settings
	package app 1
}

test_what_a_hook_requires_is_there_from_then_on() {
	a_hook_that_lacks_something
	package tool 1 'Recommends: more'
	package more 1
	apt_succeeds_but_warns install app
	wait_for_sessions
	expect_no_failure_at_the_end
	expect_equal 1 "$(version_of tool)"
	lacks more || fail 'more was only recommended'
	# It has run in the transaction that installed tool, which is no session of its own.
	expect_runs <<<Post-Invoke/needs
	package app 2
	apt_succeeds install app
	wait_for_sessions
	expect_runs <<<Post-Invoke/needs
}

test_after_several_runs_of_dpkg_it_is_installed_once() {
	a_hook_that_lacks_something
	postinst='echo >>/installed' package tool 1
	upgradable 3
	upgrade_in_steps 0 4
	expect_no_failure_at_the_end
	expect_equal 1 "$(wc -l </installed)"
}

test_after_a_failure_nothing_is_installed() {
	a_hook_that_lacks_something
	package tool 1
	failure=2 upgradable 2
	upgrade_in_steps 1 2
	lacks tool || fail 'tool should not be installed'
}

test_nothing_is_removed_for_it() {
	a_hook_that_lacks_something
	package tool 1 'Conflicts: other'
	package other 1
	apt_succeeds_but_warns install app other
	wait_for_sessions
	expect_failure_at_the_end install-required
	lacks tool || fail 'tool should not be installed'
	expect_equal 1 "$(version_of other)"
}

test_a_package_that_does_not_exist_is_in_the_log() {
	a_hook_that_lacks_something
	apt_succeeds_but_warns install app
	wait_for_sessions
	expect_failure_at_the_end install-required 'Unable to locate package tool'
}

# Another program that keeps the lock until tool is about to be installed.
test_another_program_with_the_lock_is_waited_for() {
	a_hook_that_lacks_something
	package tool 1
	publish
	cat >/keep.py <<-'PYTHON'
		import fcntl, os
		lock = open("/var/lib/dpkg/lock-frontend", "w")
		fcntl.lockf(lock, fcntl.LOCK_EX)
		open("/kept", "w").close()
		open("/go-on").read()
	PYTHON
	mkfifo /go-on
	hook Session-End/600-keep <<-'SCRIPT'
		#!/bin/bash
		python3 /keep.py >/dev/null 2>&1 &
		until [[ -e /kept ]]; do sleep 0.1; done
	SCRIPT
	apt_succeeds_but_warns install app
	wait_until is_waiting_for_the_lock
	echo >/go-on
	wait_for_sessions
	expect_no_failure_at_the_end
	expect_equal 1 "$(version_of tool)"
}

is_waiting_for_the_lock() {
	cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | has 'apt-get -o DPkg::Lock::Timeout=600 .* install tool'
}
