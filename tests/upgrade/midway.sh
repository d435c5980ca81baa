# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# An upgrade to the next release of Debian that is interrupted midway, and finished later.
. /tests/lib/upgrading.sh

at_postinst() {
	hook /opt/at-postinst
}

finish_the_upgrade() {
	rm /opt/at-postinst
	dpkg --configure -a >/dev/null 2>&1 || true
	run_apt apt-get --yes --fix-broken install </dev/null
	apt_must_end_with 0
	expect_no_message_about_us
	run_apt apt-get --yes dist-upgrade </dev/null
	apt_must_end_with 0
	expect_no_message_about_us
	expect_equal 2 "$(version_of app)"
	expect_bridge_of "${next_library:-$library}"
	expect_us_to_work
}

test_an_upgrade_that_fails_midway_is_told_as_failed_and_can_be_finished() {
	at_postinst <<<$'#!/bin/sh\nexit 1'
	some_hooks
	apt_fails dist-upgrade
	expect_equal 'E: Sub-process /usr/bin/dpkg returned an error code (1)' \
		"$(grep '^[WE]: ' "$errors")"
	expect_runs <<-LINES
		Pre-Invoke/a
		pkgs/libc6/Pre-Install-Pkgs/own OPERATION=upgrade
		pkgs/app/Post-Invoke/own OPERATION=upgrade RESULT=failed SUCCESS=0
		shipped: $packaged_hooks/pkgs/app/Post-Invoke/shipped failed
		Post-Invoke/always RESULT=failed
		Post-Invoke/failure RESULT=failed
		shipped: $packaged_hooks/Post-Invoke/shipped failed
	LINES
	expect_no_process_of_ours
	finish_the_upgrade
}

# The guard is of the old version, whose files have already been replaced.
test_apt_killed_midway_is_cleaned_up_after_once_and_the_upgrade_can_be_finished() {
	# dpkg goes on without apt. If it could finish, nothing would have been aborted.
	at_postinst <<<$'#!/bin/sh\nkill -KILL "$(cat /apt.pid)"\nexit 1'
	some_hooks
	publish
	run_apt sh -c 'echo $$ >/apt.pid; exec apt-get --yes dist-upgrade' </dev/null
	expect_equal 137 "$apt_status" "apt's exit status"
	expect_no_process_of_ours
	[[ -z $(ls -A "$state") ]] || fail "this is left: $(ls -A "$state")"
	expect_runs <<-'LINES'
		Pre-Invoke/a
		pkgs/libc6/Pre-Install-Pkgs/own OPERATION=upgrade
		Post-Invoke/always RESULT=aborted
		Post-Invoke/failure RESULT=aborted
	LINES
	finish_the_upgrade
}

# As after "dpkg -i": the helper lacks libraries until apt has fixed the dependencies.
test_our_next_version_unpacked_before_its_libraries_harms_nothing() {
	some_hooks
	dpkg --unpack --force-depends "$repository/${ours}_$next_of_ours"_*.deb >/dev/null 2>&1
	run_apt apt-get --yes --fix-broken install </dev/null
	apt_must_end_with 0
	expect_us_to_work
}
