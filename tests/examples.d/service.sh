# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2016 # expanded by other shells
# Needs: cron
# Stops the real cron while dpkg runs, and starts it again, whatever happens to apt.
. /tests/lib/examples.sh

# Records in /during whether cron runs, for maintainer scripts.
look='service cron status >/dev/null 2>&1 && echo up >/during || echo down >/during'

is_cron_up() {
	service cron status >/dev/null 2>&1 && [[ -e /proc/$(cat /run/crond.pid)/exe ]]
}

cron_is_up() {
	service cron start >/dev/null
	wait_until is_cron_up
	first=$(cat /run/crond.pid)
}

use_both() {
	use_example stop-service
	use_example start-service
}

expect_restarted() {
	wait_until is_cron_up
	[[ $(cat /run/crond.pid) != "$first" ]] || fail 'it was never stopped'
	[[ ! -e /run/stopped-before-dpkg.cron ]] || fail 'the mark is left'
}

test_it_is_down_while_dpkg_is_at_work_and_up_afterwards() {
	cron_is_up
	use_both
	postinst=$look package app 1
	apt_succeeds install app
	expect_equal down "$(cat /during)"
	expect_restarted
}

test_it_is_up_after_dpkg_failed() {
	cron_is_up
	use_both
	postinst="$look; exit 1" package app 1
	apt_fails install app
	expect_equal down "$(cat /during)"
	expect_restarted
}

test_it_is_up_after_a_veto() {
	cron_is_up
	use_both
	hook Pre-Install-Pkgs/800-veto <<<'exit 1'
	echo 'Universal-Hooks::Scripts::Pre-Install-Pkgs/800-veto::On-Failure "abort";' >>$settings
	postinst=$look package app 1
	apt_fails install app
	[[ ! -e /during ]] || fail 'dpkg should not have run'
	expect_restarted
}

test_it_is_up_after_apt_was_killed() {
	cron_is_up
	use_both
	postinst="$look"'
		kill -KILL "$(cat /apt.pid)"' package app 1
	publish
	bash -c 'echo $$ >/apt.pid; exec apt-get --yes install app' </dev/null >"$output" 2>&1 || true
	wait_until is_cron_up
	expect_restarted
}

test_what_was_down_before_stays_down() {
	use_both
	postinst=$look package app 1
	apt_succeeds install app
	expect_equal down "$(cat /during)"
	! is_cron_up || fail 'cron was started without need'
}

test_what_does_not_stop_is_a_veto() {
	cron_is_up
	use_both
	sed -i '/^set -e$/d; 2i [ "$1" != stop ] || exit 1' /etc/init.d/cron
	postinst=$look package app 1
	apt_is_stopped_by stop-service install app
	is_cron_up || fail 'it should be up'
}

test_what_does_not_start_is_told_by_the_exit_status_and_tried_again() {
	cron_is_up
	use_both
	sed -i '2i [ "$1" != start ] || [ -e /may-start ] || exit 1' /etc/init.d/cron
	postinst=$look package app 1
	apt_fails install app
	form=E expect_warning "$hooks/Post-Invoke/300-start-service"
	expect_equal 1 "$(version_of app)"
	: >/may-start
	package app 2
	apt_succeeds install app
	expect_restarted
}
