# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: lvm2 e2fsprogs
# Snapshots of a real logical volume in a file.
. /tests/lib/examples.sh

a_volume() {
	grep -qw device-mapper /proc/devices /proc/misc || skip 'this kernel has no device-mapper'
	have_loop_devices || skip 'there is no loop device to be had'
	truncate --size=128M /disk
	disk=$(losetup --find --show /disk)
	trap leave_no_volume EXIT
	mkdir -p /dev/mapper
	mknod /dev/mapper/control c 10 "$(awk '$2 == "device-mapper" { print $1 }' /proc/misc)"
	# Do not touch the machine's own volumes.
	sed -i "s#^devices {#&\n filter = [ \"a|^$disk\$|\", \"r|.*|\" ]#" /etc/lvm/lvm.conf
	export DM_DISABLE_UDEV=1
	! vgs system >/dev/null 2>&1 || fail 'there is a group of that name'
	vgcreate --quiet system "$disk" >/lvm.log
	lvcreate --quiet --size 64M --name root system >>/lvm.log
	mkfs.ext4 -q /dev/system/root
	mount /dev/system/root /srv
	echo before >/srv/data
	sync --file-system /srv
	use_example snapshot-lvm
	postinst='echo after >/srv/data' package app 1
}

leave_no_volume() {
	umount /srv /snapshot || true
	vgremove --quiet --yes system || true
	losetup --detach "$disk"
} >/dev/null 2>&1

look_at_snapshot() {
	mkdir -p /snapshot
	mount -o ro /dev/system/before-upgrade /snapshot
}

test_a_snapshot_has_what_was_there_before_dpkg() {
	a_volume
	apt_succeeds install app
	expect_equal after "$(cat /srv/data)"
	look_at_snapshot
	expect_equal before "$(cat /snapshot/data)"
}

test_it_takes_the_place_of_the_one_before() {
	a_volume
	apt_succeeds install app
	echo between >/srv/data
	sync --file-system /srv
	postinst='echo later >/srv/data' package app 2
	apt_succeeds install app
	look_at_snapshot
	expect_equal between "$(cat /snapshot/data)"
	expect_equal 2 "$(lvs --noheadings system | wc -l)" volumes
}

test_no_room_for_a_snapshot_so_no_upgrade() {
	a_volume
	lvcreate --quiet --extents 100%FREE --name full system >>/lvm.log
	apt_is_stopped_by snapshot-lvm install app -- nsufficient
	! version_of app >/dev/null 2>&1 || fail 'app should not be installed'
}
