# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: btrfs-progs unattended-upgrades
# Snapshots on a real btrfs in a file.
. /tests/lib/examples.sh

snapshots=/srv/.before-apt

a_volume() {
	grep -qw btrfs /proc/filesystems || skip 'this kernel has no btrfs'
	truncate --size=256M /disk
	mkfs.btrfs --quiet /disk >/mkfs 2>&1
	have_loop_devices || skip 'there is no loop device to be had'
	mount -o loop /disk /srv
	echo before >/srv/data
	use_example snapshot-btrfs
	# The upgrade changes the data of the application.
	postinst='echo after >/srv/data' package app 1
}

test_a_snapshot_has_what_was_there_before_dpkg() {
	a_volume
	apt_succeeds install app
	wait_for_sessions
	expect_equal after "$(cat /srv/data)"
	expect_equal before "$(cat $snapshots/*/data)"
	! touch $snapshots/*/data 2>/dev/null || fail 'a snapshot can be changed'
	! runuser -u nobody -- ls $snapshots >/dev/null 2>&1 || fail 'others can read it'
}

# old_snapshots NAME...: snapshots from earlier.
old_snapshots() {
	local name
	mkdir -p $snapshots
	for name; do
		btrfs subvolume snapshot -r /srv "$snapshots/$name" >/dev/null
	done
}

own_snapshots() {
	find $snapshots -mindepth 1 -maxdepth 1 -name 'apt-srv-2*' -printf '%f\n' | sort
}

test_the_newest_five_are_kept() {
	a_volume
	old_snapshots apt-srv-2020010{1,2,3,4,5,6,7}-000000-1
	apt_succeeds install app
	wait_for_sessions
	expect_no_failure_at_the_end
	expect_equal 5 "$(own_snapshots | wc -l)" snapshots
	expect_equal apt-srv-20200104-000000-1 "$(own_snapshots | head -n 1)"
}

# The names of snapper, of a person, and of a copy of the example for another subvolume.
test_snapshots_of_others_are_left_alone() {
	local others=(1 2 2020 20200101-000000-1 apt-srv-data-20200101-000000-1 apt-srv-2020-good)
	a_volume
	old_snapshots "${others[@]}" apt-srv-2020010{1,2,3,4,5}-000000-1
	mkdir $snapshots/apt-srv-20200101-000000-1.d
	echo precious >$snapshots/notes
	apt_succeeds install app
	wait_for_sessions
	expect_equal 5 "$(own_snapshots | grep -c -- '-[0-9]*-[0-9]*-[0-9]*$')" 'own ones'
	expect_equal "$((5 + ${#others[@]} + 2))" "$(find $snapshots -mindepth 1 -maxdepth 1 | wc -l)" all
}

# Their names sort after the new one, as that of a session which has begun meanwhile does.
test_a_clock_that_was_ahead_does_not_cost_the_new_snapshot() {
	a_volume
	old_snapshots apt-srv-2999010{1,2,3,4,5}-000000-1 apt-srv-2020010{1,2,3,4,5}-000000-1
	apt_succeeds install app
	wait_for_sessions
	expect_no_failure_at_the_end
	expect_equal 10 "$(own_snapshots | wc -l)" snapshots
	expect_equal apt-srv-20200102-000000-1 "$(own_snapshots | head -n 1)"
	expect_equal before "$(cat $snapshots/apt-srv-202[^0]*/data)"
}

test_a_snapshot_that_cannot_be_deleted_is_in_the_log() {
	a_volume
	old_snapshots apt-srv-2020010{1,2,3,4,5}-000000-1
	change snapshot-btrfs '2i btrfs() { [ "$2" != delete ] || { echo "ERROR: busy" >\&2; return 1; }; command btrfs "$@"; }'
	apt_succeeds install app
	wait_for_sessions
	expect_failure_at_the_end snapshot-btrfs "$snapshots/apt-srv-20200101-000000-1: cannot be deleted"
	expect_equal 6 "$(own_snapshots | wc -l)" snapshots
}

test_unattended-upgrade_takes_one_however_often_it_calls_dpkg() {
	a_volume
	postinst='echo after >/srv/data' failure=6 upgradable 6
	upgrade_in_steps 1 6
	expect_equal 1 "$(own_snapshots | wc -l)" 'snapshots'
	expect_equal before "$(cat $snapshots/*/data)"
	# Another run of apt gets its own.
	package app 1
	apt_succeeds install app
	wait_for_sessions
	expect_equal 2 "$(own_snapshots | wc -l)" 'snapshots'
	expect_equal '' "$(find /run -name 'snapshot-*')"
}

# A check that stops apt day after day.
test_a_veto_costs_no_older_snapshot_and_leaves_none() {
	local hook_point
	a_volume
	old_snapshots apt-srv-2020010{1,2,3,4,5}-000000-1
	for hook_point in Pre-Install-Pkgs Session-Start; do
		hook $hook_point/800-veto <<<'exit 1'
		echo "Universal-Hooks::Scripts::$hook_point/800-veto::On-Failure \"abort\";" >>$settings
		apt_fails install app
		wait_for_sessions
		expect_equal 5 "$(own_snapshots | wc -l)" 'snapshots'
		expect_equal apt-srv-20200101-000000-1 "$(own_snapshots | head -n 1)"
	done
	expect_no_failure_at_the_end
}

# dpkg and apt are killed before dpkg has noted anything in its database.
test_after_a_kill_the_snapshot_stays() {
	a_volume
	# shellcheck disable=SC2016 # expanded by the maintainer script
	preinst='echo after >/srv/data
		kill -KILL "$(cat /apt.pid)" $PPID' package app 1
	publish
	bash -c 'echo $$ >/apt.pid; exec apt-get --yes install app' </dev/null >"$output" 2>&1 || true
	wait_for_sessions
	expect_equal before "$(cat $snapshots/*/data)"
}

test_a_copy_for_another_subvolume_is_independent() {
	local place
	a_volume
	place=$(header_of snapshot-btrfs Place | head -n 1)
	btrfs subvolume create /srv/data.d >/dev/null
	echo other >/srv/data.d/file
	sed 's|^subvolume=.*|subvolume=/srv/data.d|' "$place" | hook "${place%-btrfs}-other"
	apt_succeeds install app
	wait_for_sessions
	expect_equal before "$(cat $snapshots/*/data)"
	expect_equal other "$(cat /srv/data.d/.before-apt/*/file)"
}

# A later session has taken one before the end of this one.
test_that_of_another_session_is_left_alone() {
	local place
	a_volume
	place=$(header_of snapshot-btrfs Place | head -n 1)
	change snapshot-btrfs 's/^keep=5/keep=1/'
	session() {
		APT_UNIVERSAL_HOOKS_HOOK_POINT=$1 APT_UNIVERSAL_HOOKS_SESSION=$2 \
			APT_UNIVERSAL_HOOKS_RESULT=$3 "$place"
	}
	session Session-Start 1-1-1 ''
	session Session-Start 2-2-1 ''
	session Session-End 1-1-1 ok
	expect_equal 2 "$(own_snapshots | wc -l)" snapshots
	session Session-End 2-2-1 ok
	expect_equal 1 "$(own_snapshots | wc -l)" snapshots
	expect_equal '' "$(find /run -name 'snapshot-*')"
}

test_a_disk_without_room_stops_apt_and_keeps_what_is_there() {
	a_volume
	old_snapshots apt-srv-2020010{1,2,3,4,5}-000000-1
	hook /usr/local/sbin/btrfs <<-'STAND_IN'
		#!/bin/sh
		[ "$2" != snapshot ] || { echo 'ERROR: No space left on device' >&2; exit 1; }
		exec /usr/bin/btrfs "$@"
	STAND_IN
	export PATH=/usr/local/sbin:$PATH
	apt_is_stopped_by snapshot-btrfs install app -- 'No space left'
	wait_for_sessions
	expect_no_failure_at_the_end
	expect_equal 5 "$(own_snapshots | wc -l)" 'snapshots'
}

test_no_snapshot_so_no_upgrade() {
	a_volume
	umount /srv
	apt_is_stopped_by snapshot-btrfs install app
	! version_of app >/dev/null 2>&1 || fail 'app should not be installed'
}
