# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# A root file system that is writable only while dpkg runs.
. /tests/lib/examples.sh

# As on a real machine, /run and /tmp are file systems of their own; /var/lib must be one.
a_read-only_root() {
	use_example remount-root
	postinst='touch /usr/written; findmnt -no OPTIONS / >/run/during' package app 1
	postinst='exit 1' package bad 1
	publish
	mount -t tmpfs -o mode=755 tmpfs /run
	mount -t tmpfs -o mode=1777 tmpfs /tmp
	mkdir /run/test
	cp -a /var/lib /run/test/var-lib
	mount --bind /run/test/var-lib /var/lib
	# shellcheck disable=SC2034 # of expect.sh
	output=/run/test/output errors=/run/test/errors
	mount -o remount,ro / || skip 'the root of a test cannot be remounted here'
	! touch /x 2>/dev/null || fail 'the test is broken: the root is writable'
}

expect_read-only() {
	! touch /x 2>/dev/null || fail 'the root should be read-only'
	[[ ! -e /run/remounted-before-dpkg ]] || fail 'the mark is left'
}

# apt itself warns that it does not lock files that it cannot write.
apt_ends_with() {
	local status=$1
	shift
	run_apt apt-get --yes -o Dir::Cache=/run/test "$@" </dev/null
	expect_equal "$status" "$apt_status" "$(cat $errors)"
	! grep -E '^[WE]: .*(hooks|remount)' $errors || fail 'there should be no message of ours'
}

test_it_is_writable_while_dpkg_runs() {
	a_read-only_root
	apt_ends_with 0 install app
	grep -E '(^|,)rw(,|$)' /run/during
	expect_equal 1 "$(version_of app)"
	expect_read-only
	# The log is behind by one transaction.
	[[ -s $state/log ]] || fail 'the entry should be kept'
	apt_ends_with 0 remove app
	grep -q '^Commandline: .*install app' /var/log/apt/universal-hooks.log || fail 'the entry is lost'
	expect_read-only
}

test_it_is_read-only_after_dpkg_failed() {
	a_read-only_root
	apt_ends_with 100 install bad
	expect_read-only
}

test_it_is_read-only_after_a_veto() {
	hook Pre-Install-Pkgs/800-veto <<<'exit 1'
	echo 'Universal-Hooks::Scripts::Pre-Install-Pkgs/800-veto::On-Failure "abort";' >>$settings
	a_read-only_root
	run_apt apt-get --yes -o Dir::Cache=/run/test install app </dev/null
	expect_equal 100 "$apt_status"
	expect_read-only
}

test_what_was_writable_stays_so() {
	use_example remount-root
	package app 1
	apt_succeeds install app
	touch /x || fail 'the root should be writable'
}

is_closed() {
	! readlink /proc/[0-9]*/fd/* 2>/dev/null | has -x /kept-open
}

# Why the header asks for another file system.
test_with_the_database_on_the_root_it_is_read-only_again_or_there_is_a_warning() {
	a_read-only_root
	umount /var/lib
	run_apt apt-get --yes -o Dir::Cache=/run/test install app </dev/null
	expect_equal 0 "$apt_status"
	# Not each apt has the previous database open at that moment.
	if ! touch /x 2>/dev/null; then
		return
	fi
	expect_warning Post-Invoke/999-remount-root exited
	grep -q '^mount: /: .*busy' "$errors" || fail 'no message gives the reason'
}

test_a_file_that_is_open_is_a_warning_and_tried_again() {
	a_read-only_root
	mount -o remount,rw /
	hook Post-Invoke/500-hold <<-'SCRIPT'
		#!/bin/sh
		sleep 1000 >/kept-open 2>/dev/null </dev/null &
		echo $! >/run/holder
	SCRIPT
	mount -o remount,ro /
	run_apt apt-get --yes -o Dir::Cache=/run/test install app </dev/null
	expect_equal 0 "$apt_status"
	expect_warning Post-Invoke/999-remount-root exited
	[[ -e /run/remounted-before-dpkg ]] || fail 'the next transaction would not try again'
	kill "$(cat /run/holder)"
	wait_until is_closed
	rm /kept-open $hooks/Post-Invoke/500-hold
	run_apt apt-get --yes -o Dir::Cache=/run/test remove app </dev/null
	expect_equal 0 "$apt_status"
	expect_read-only
}
