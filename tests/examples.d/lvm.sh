# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: lvm2 e2fsprogs unattended-upgrades
# Snapshots of a real logical volume in a file, and of one that stand-ins for the tools keep, as not
# every kernel has the device-mapper.
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
	mount -o ro /dev/system/root-before-apt-* /snapshot
}

test_a_snapshot_has_what_was_there_before_dpkg() {
	a_volume
	apt_succeeds install app
	wait_for_sessions
	expect_equal after "$(cat /srv/data)"
	look_at_snapshot
	expect_equal before "$(cat /snapshot/data)"
}

test_it_takes_the_place_of_the_one_before() {
	a_volume
	apt_succeeds install app
	wait_for_sessions
	echo between >/srv/data
	sync --file-system /srv
	postinst='echo later >/srv/data' package app 2
	apt_succeeds install app
	wait_for_sessions
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

# A volume group in files: /group/NAME holds the origin of a volume. There is room for $room of them.
a_volume_of_stand_ins() {
	mkdir /group
	echo - >/group/root
	echo "${room-9}" >/room
	hook /usr/local/sbin/lvs <<-'STAND_IN'
		#!/bin/sh
		for last; do :; done
		case $last in
		*/*) [ -e "/group/${last#*/}" ] && echo "  ${last#*/}" ;;
		*) for v in /group/*; do echo "  ${v##*/} $(cat "$v")"; done ;;
		esac
	STAND_IN
	hook /usr/local/sbin/lvcreate <<-'STAND_IN'
		#!/bin/sh
		while [ $# -gt 1 ]; do
			[ "$1" != --name ] || name=$2
			shift
		done
		[ ! -e /broken ] || { echo '  device-mapper: ioctl failed' >&2; exit 5; }
		if [ "$(ls /group | wc -l)" -ge "$(cat /room)" ]; then
			echo '  Volume group "system" has insufficient free space' >&2
			exit 5
		fi
		echo "${1#*/}" >"/group/$name"
	STAND_IN
	hook /usr/local/sbin/lvremove <<-'STAND_IN'
		#!/bin/sh
		for last; do :; done
		[ ! -e /busy ] || { echo '  Logical volume in use.' >&2; exit 5; }
		rm "/group/${last#*/}"
	STAND_IN
	export PATH=/usr/local/sbin:$PATH
	use_example snapshot-lvm
	# At Session-End, the environment is a clean one.
	change snapshot-lvm '2i PATH=/usr/local/sbin:$PATH'
	package app 1
}

volumes() {
	find /group -type f -printf '%f\n' | sed -E 's/-[0-9]{8}-[0-9]{6}-[0-9]+$/-NOW/' | sort | xargs
}

older=root-before-apt-20200101-000000-1

test_of_stand_ins_a_name_is_not_taken_for_a_pattern() {
	local one='c++-before-apt-20200101-000000-1'
	a_volume_of_stand_ins
	change snapshot-lvm 's/^volume=.*/volume=c++/'
	echo - >/group/c++
	echo c++ >"/group/$one"
	apt_succeeds install app
	wait_for_sessions
	expect_equal 'c++ c++-before-apt-NOW root' "$(volumes)"
}

test_of_stand_ins_the_new_one_replaces_the_one_before() {
	a_volume_of_stand_ins
	echo root >/group/$older
	apt_succeeds install app
	wait_for_sessions
	expect_equal 'root root-before-apt-NOW' "$(volumes)"
	[[ ! -e /group/$older ]] || fail 'the older one should be gone'
}

test_of_stand_ins_the_older_one_makes_room_only_if_there_is_none() {
	room=2 a_volume_of_stand_ins
	echo root >/group/$older
	apt_succeeds install app
	wait_for_sessions
	expect_equal 'root root-before-apt-NOW' "$(volumes)"
	[[ ! -e /group/$older ]] || fail 'the older one should be gone'
}

test_of_stand_ins_what_others_made_is_left_alone() {
	a_volume_of_stand_ins
	echo root >/group/before-upgrade
	echo root >/group/root-before-apt-good
	echo home >/group/root-before-apt-20200102-000000-1
	echo - >/group/root-before-apt-20200103-000000-1
	apt_succeeds install app
	wait_for_sessions
	expect_equal 6 "$(find /group -type f | wc -l)" volumes
}

test_of_stand_ins_no_room_stops_apt_and_costs_nothing_of_others() {
	room=3 a_volume_of_stand_ins
	echo root >/group/before-upgrade
	echo - >/group/home
	apt_is_stopped_by snapshot-lvm install app -- 'insufficient free space'
	expect_equal 'before-upgrade home root' "$(volumes)"
}

test_of_stand_ins_another_failure_stops_apt_and_the_older_one_is_kept() {
	a_volume_of_stand_ins
	echo root >/group/$older
	: >/broken
	apt_is_stopped_by snapshot-lvm install app -- 'ioctl failed'
	[[ -e /group/$older ]] || fail 'the older one should be kept'
}

test_of_stand_ins_one_that_cannot_be_deleted_is_in_the_log() {
	a_volume_of_stand_ins
	echo root >/group/$older
	: >/busy
	apt_succeeds install app
	wait_for_sessions
	expect_failure_at_the_end snapshot-lvm "system/$older: cannot be deleted"
	expect_equal 3 "$(find /group -type f | wc -l)" volumes
}

test_of_stand_ins_unattended-upgrade_takes_one_however_often_it_calls_dpkg() {
	a_volume_of_stand_ins
	postinst='find /group -type f >>/during' upgradable 4
	upgrade_in_steps 0 4
	expect_equal 2 "$(sort -u /during | wc -l)" 'volumes while dpkg ran'
	expect_equal 'root root-before-apt-NOW' "$(volumes)"
	[[ -z $(find /run -name 'snapshot-*') ]] || fail 'a mark is left'
}

# What was there before something went wrong is still wanted.
test_of_stand_ins_after_a_failure_the_older_one_is_kept_until_all_is_well() {
	a_volume_of_stand_ins
	echo root >/group/$older
	postinst='[ -e /mended ]' package app 1
	apt_fails install app
	wait_for_sessions
	[[ -e /group/$older ]] || fail 'the older one should be kept'
	expect_equal 3 "$(find /group -type f | wc -l)" volumes
	: >/mended
	apt_succeeds --fix-broken install
	wait_for_sessions
	expect_equal 'root root-before-apt-NOW' "$(volumes)"
}

a_veto() {
	hook Pre-Install-Pkgs/800-veto <<<'exit 1'
	echo 'Universal-Hooks::Scripts::Pre-Install-Pkgs/800-veto::On-Failure "abort";' >>$settings
	apt_fails install app
	wait_for_sessions
	expect_no_failure_at_the_end
}

test_of_stand_ins_a_veto_costs_only_the_new_one() {
	a_volume_of_stand_ins
	echo root >/group/$older
	a_veto
	expect_equal 'root root-before-apt-NOW' "$(volumes)"
	[[ -e /group/$older ]] || fail 'the older one should be kept'
}

test_of_stand_ins_after_a_veto_there_is_still_one() {
	room=2 a_volume_of_stand_ins
	echo root >/group/$older
	a_veto
	expect_equal 'root root-before-apt-NOW' "$(volumes)"
	[[ ! -e /group/$older ]] || fail 'it had to make room'
}

test_without_the_tools_apt_is_stopped() {
	use_example snapshot-lvm
	package app 1
	printf '#!/bin/sh\nexit 127\n' | hook /usr/local/sbin/lvcreate
	PATH=/usr/local/sbin:$PATH apt_is_stopped_by snapshot-lvm install app
}
