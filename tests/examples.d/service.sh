# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2016 # expanded by other shells
# Needs: cron unattended-upgrades
# Stops the real cron while dpkg runs, and starts it again once, whatever happens to apt.
. /tests/lib/examples.sh

mark=/run/stopped-for-session.cron

# Adds to /during whether cron runs, for maintainer scripts.
look='service cron status >/dev/null 2>&1 && echo up >>/during || echo down >>/during'

is_cron_up() {
	service cron status >/dev/null 2>&1 && [[ -e /proc/$(cat /run/crond.pid)/exe ]]
}

# Each call of its init script becomes a line in /calls.
cron_is_up() {
	sed -i '2i case $1 in start | stop) echo "$1" >>/calls ;; esac' /etc/init.d/cron
	service cron start >/dev/null
	wait_until is_cron_up
	first=$(cat /run/crond.pid)
	: >/calls
}

use_both() {
	use_example stop-service
	use_example start-service
}

expect_restarted() {
	wait_for_sessions
	wait_until is_cron_up
	[[ $(cat /run/crond.pid) != "$first" ]] || fail 'it was never stopped'
	[[ ! -e $mark ]] || fail 'the mark is left'
	expect_equal 'stop start' "$(xargs </calls)"
}

test_it_is_down_while_dpkg_is_at_work_and_up_afterwards() {
	cron_is_up
	use_both
	postinst=$look package app 1
	apt_succeeds install app
	expect_restarted
	expect_equal down "$(cat /during)"
}

test_it_is_down_once_however_often_dpkg_runs() {
	cron_is_up
	use_both
	postinst=$look failure=3 upgradable 3
	upgrade_in_steps 1 3
	expect_equal 'down down down' "$(xargs </during)"
	expect_restarted
}

# Session-End comes even if neither dpkg nor the packages were reached.
test_it_is_up_after_a_veto() {
	local hook_point
	use_both
	postinst=$look package app 1
	for hook_point in Session-Start Pre-Invoke Pre-Install-Pkgs; do
		rm -f "$hooks"/*/800-veto
		cron_is_up
		hook $hook_point/800-veto <<<'exit 1'
		echo "Universal-Hooks::Scripts::$hook_point/800-veto::On-Failure \"abort\";" >>$settings
		apt_fails install app
		[[ ! -e /during ]] || fail 'dpkg should not have run'
		expect_restarted
		service cron stop >/dev/null
		sed -i '/calls/d; /800-veto/d' /etc/init.d/cron $settings
	done
}

test_it_is_up_after_apt_was_killed() {
	cron_is_up
	use_both
	postinst="$look"'
		kill -KILL "$(cat /apt.pid)"' package app 1
	publish
	bash -c 'echo $$ >/apt.pid; exec apt-get --yes install app' </dev/null >"$output" 2>&1 || true
	expect_restarted
}

test_what_was_down_before_stays_down() {
	use_both
	postinst=$look package app 1
	apt_succeeds install app
	wait_for_sessions
	expect_equal down "$(cat /during)"
	! is_cron_up || fail 'cron was started without need'
}

test_what_does_not_stop_is_a_veto() {
	cron_is_up
	use_both
	sed -i '/^set -e$/d; 2i [ "$1" != stop ] || exit 1' /etc/init.d/cron
	postinst=$look package app 1
	apt_is_stopped_by stop-service install app
	wait_for_sessions
	is_cron_up || fail 'it should be up'
}

# As when /var/lib is full or read-only.
test_without_a_session_it_is_not_stopped() {
	cron_is_up
	use_both
	mkdir -p /var/lib/apt-universal-hooks
	mount -t tmpfs -o ro tmpfs /var/lib/apt-universal-hooks
	postinst=$look package app 1
	apt_is_stopped_by stop-service install app -- 'is not set, so cron is not stopped'
	expect_equal '' "$(cat /calls)"
	is_cron_up || fail 'it should be up'
}

test_what_does_not_start_is_in_the_log_and_tried_again() {
	cron_is_up
	use_both
	sed -i '2i [ "$1" != start ] || [ -e /may-start ] || exit 1' /etc/init.d/cron
	package app 1
	apt_succeeds install app
	wait_for_sessions
	expect_failure_at_the_end start-service
	: >/may-start
	: >/calls
	package app 2
	apt_succeeds install app
	expect_restarted
}

# start_script SESSION, end_script SESSION: as in sessions that overlap.
start_script() {
	APT_UNIVERSAL_HOOKS_SESSION=$1 "$(header_of stop-service Place)"
}

end_script() {
	APT_UNIVERSAL_HOOKS_SESSION=$1 "$(header_of start-service Place)"
}

test_it_stays_down_until_the_last_session_is_over() {
	cron_is_up
	use_both
	start_script 1-1-1
	start_script 2-2-1
	end_script 1-1-1
	! is_cron_up || fail 'it was started while another session is open'
	end_script 2-2-1
	wait_until is_cron_up
	expect_equal 'stop stop start' "$(xargs </calls)"
	[[ ! -e $mark ]] || fail 'the mark is left'
}

# /run is empty then, and the machine has started what is to be up.
test_after_a_restart_of_the_machine_nothing_is_started() {
	cron_is_up
	use_both
	start_script 1-1-1
	rm -f $mark*
	end_script 1-1-1
	! is_cron_up || fail 'cron was started without need'
}
