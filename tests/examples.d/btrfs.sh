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
	expect_equal 5 "$(own_snapshots | grep -c -- '-[0-9]*-[0-9]*-[0-9]*$')" 'own ones'
	expect_equal "$((5 + ${#others[@]} + 2))" "$(find $snapshots -mindepth 1 -maxdepth 1 | wc -l)" all
}

test_a_clock_that_was_ahead_does_not_cost_the_new_snapshot() {
	a_volume
	old_snapshots apt-srv-2999010{1,2,3,4,5,6,7}-000000-1
	apt_succeeds install app
	expect_equal 5 "$(own_snapshots | wc -l)" snapshots
	expect_equal before "$(cat $snapshots/"$(own_snapshots | head -n 1)"/data)"
	[[ $(own_snapshots | head -n 1) != apt-srv-2999* ]] || fail 'the new one was deleted'
}

test_a_snapshot_that_cannot_be_deleted_does_not_stop_apt() {
	a_volume
	old_snapshots apt-srv-2020010{1,2,3,4,5}-000000-1
	hook /usr/local/sbin/btrfs <<-'STAND_IN'
		#!/bin/sh
		[ "$2" != delete ] || { echo 'ERROR: busy' >&2; exit 1; }
		exec /usr/bin/btrfs "$@"
	STAND_IN
	export PATH=/usr/local/sbin:$PATH
	apt_succeeds_but_warns install app
	grep -F "$snapshots/apt-srv-20200101-000000-1: cannot be deleted" "$errors"
	expect_equal 6 "$(own_snapshots | wc -l)" snapshots
	expect_equal 1 "$(version_of app)"
}

# many_packages COUNT: as many can be upgraded, one after the other, by unattended-upgrade.
many_packages() {
	local n names=() place
	place=$(header_of snapshot-btrfs Place)
	for ((n = 1; n <= $1; n++)); do
		package "app$n" 1
		names+=("app$n")
	done
	mv "$place" /later.hook
	mv $settings /later.settings
	apt_succeeds install "${names[@]}"
	mv /later.hook "$place"
	mv /later.settings $settings
	for ((n = 1; n <= $1; n++)); do
		postinst='echo after >/srv/data' package "app$n" 2
	done
	let_unattended-upgrade_take_ours <<<'Unattended-Upgrade::MinimalSteps "true";'
	sign_the_archive
}

upgrade_all() {
	probe Post-Invoke/count
	run_apt unattended-upgrade --verbose </dev/null
	apt_must_end_with 0
}

test_unattended-upgrade_takes_one_however_often_it_calls_dpkg() {
	a_volume
	many_packages 10
	upgrade_all
	expect_equal 10 "$(wc -l </runs)" 'calls of dpkg'
	expect_equal 1 "$(own_snapshots | wc -l)" 'snapshots'
	expect_equal before "$(cat $snapshots/*/data)"
	# Another run of apt gets its own.
	apt_succeeds install app
	expect_equal 2 "$(own_snapshots | wc -l)" 'snapshots'
}

test_a_copy_for_another_subvolume_is_independent() {
	local place
	a_volume
	place=$(header_of snapshot-btrfs Place)
	btrfs subvolume create /srv/data.d >/dev/null
	echo other >/srv/data.d/file
	sed 's|^subvolume=.*|subvolume=/srv/data.d|' "$place" | hook "${place%-btrfs}-other"
	apt_succeeds install app
	expect_equal before "$(cat $snapshots/*/data)"
	expect_equal other "$(cat /srv/data.d/.before-apt/*/file)"
}

test_two_copies_of_the_hook_take_one_snapshot() {
	local place
	a_volume
	place=$(header_of snapshot-btrfs Place)
	cp "$place" "${place%-btrfs}-again"
	apt_succeeds install app
	expect_equal 1 "$(own_snapshots | wc -l)" 'snapshots'
}

# As after a kill between the snapshot and the note about it.
test_what_was_taken_is_only_believed_if_it_is_there() {
	a_volume
	hook Pre-Install-Pkgs/610-delete <<-SCRIPT
		#!/bin/sh
		/etc/apt/universal-hooks/Pre-Install-Pkgs/620-snapshot-btrfs
		btrfs subvolume delete $snapshots/* >/dev/null
	SCRIPT
	apt_succeeds install app
	expect_equal before "$(cat $snapshots/*/data)"
}

# aptitude and others do not hold the lock: a snapshot too many is better than none.
test_without_a_frontend_each_call_takes_one() {
	a_volume
	"$(header_of snapshot-btrfs Place)"
	"$(header_of snapshot-btrfs Place)"
	expect_equal 2 "$(own_snapshots | wc -l)" 'snapshots'
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
	expect_equal 5 "$(own_snapshots | wc -l)" 'snapshots'
}

test_no_snapshot_so_no_upgrade() {
	a_volume
	umount /srv
	apt_is_stopped_by snapshot-btrfs install app
	! version_of app >/dev/null 2>&1 || fail 'app should not be installed'
}
