# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: btrfs-progs
# Snapshots on a real btrfs in a file.
. /tests/lib/examples.sh

snapshots=/srv/.snapshots

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

test_the_newest_five_are_kept() {
	local round
	a_volume
	for round in 1 2 3 4 5 6 7; do
		mkdir -p $snapshots
		btrfs subvolume snapshot -r /srv $snapshots/2020010$round-000000-1 >/dev/null
	done
	apt_succeeds install app
	expect_equal 5 "$(find $snapshots -mindepth 1 -maxdepth 1 | wc -l)" snapshots
	expect_equal 20200104-000000-1 "$(find $snapshots -mindepth 1 -maxdepth 1 -printf '%f\n' |
		sort | head -n 1)"
}

test_no_snapshot_so_no_upgrade() {
	a_volume
	umount /srv
	apt_is_stopped_by snapshot-btrfs install app
	! version_of app >/dev/null 2>&1 || fail 'app should not be installed'
}
