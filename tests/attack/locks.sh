# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# mallory locks all files that she can open, and FIFOs and devices replace files: apt must not hang.
. /tests/lib/attacker.sh

test_locks_on_all_that_she_may_open() {
	local files=()
	probe Pre-Invoke/always
	probe pkgs/app/Post-Invoke/own
	apt_succeeds install app
	mapfile -t files < <(find / -xdev \( -path '*universal-hooks*' -o -path '/var/log/apt*' \
		-o -path '/etc/apt*' -o -path '/run*' \) \( -type f -o -type d \) -perm -o=r \
		-not -path '/usr/share/*')
	((${#files[@]} > 20)) || fail "the test is broken: only ${#files[@]} files"
	expect_equal "${#files[@]}" "$(mallory_holds "${files[@]}")" 'locks'
	: >/runs
	apt_is_not_held_up --reinstall install app
	expect_runs <<-'EOT'
		Pre-Invoke/always
		pkgs/app/Post-Invoke/own
	EOT
	expect_equal 2 "$(grep -c '^Start-Date' "$log")" 'stanzas in the log'
}

test_locks_on_the_files_that_a_script_is_given() {
	hook Pre-Install-Pkgs/1-mallory-comes <<-'EOT'
		#!/bin/bash
		for file in /run/apt-universal-hooks/*; do
			setpriv --reuid=7777 --regid=7777 --clear-groups \
				flock -x "$file" sleep 1000 </dev/null >/dev/null 2>&1 &
		done
		for pid in $(jobs -p); do
			until ! kill -0 "$pid" || grep "FLOCK .* $pid " /proc/locks; do
				sleep 0.01
			done
		done >/dev/null 2>&1
	EOT
	probe multi_pkgs/Pre-Install-Pkgs/__WILDCARD__/list
	probe Post-Invoke/always
	apt_is_not_held_up install app
}

test_a_lock_on_the_folder_that_disable_writes_to() {
	probe Pre-Invoke/own
	expect_equal 1 "$(mallory_holds /etc/apt/apt.conf.d)" 'locks'
	timeout 20 apt-universal-hooks disable Pre-Invoke/own || fail 'disable hangs or fails'
	timeout 20 apt-universal-hooks enable Pre-Invoke/own || fail 'enable hangs or fails'
	[[ -z $(find /etc/apt/apt.conf.d -name '.99*') ]] || fail 'a lock was left'
}

test_a_FIFO_in_the_place_of_the_log() {
	mkfifo -m 666 "$log"
	probe Pre-Invoke/always
	apt_is_not_held_up install app
	expect_warning "$log"
}

test_a_device_in_the_place_of_the_log() {
	rm -f "$log"
	ln -s /dev/zero "$log"
	probe Pre-Invoke/always
	apt_is_not_held_up install app
	expect_warning "$log"
}

test_a_link_to_another_file_in_the_place_of_the_log() {
	: >/target
	ln -s /target "$log"
	probe Pre-Invoke/always
	apt_is_not_held_up install app
	[[ ! -s /target ]] || fail 'root wrote through a symlink'
}

test_FIFOs_and_devices_in_the_tree() {
	local point
	for point in Pre-Invoke Pre-Install-Pkgs Post-Invoke multi_pkgs/Post-Invoke/__WILDCARD__; do
		mkdir -p "$hooks/$point"
		mkfifo -m 755 "$hooks/$point/1-fifo"
		ln -s /dev/zero "$hooks/$point/2-zero"
		ln -s /dev/tty "$hooks/$point/3-tty"
		probe "$point/4-script"
	done
	apt_is_not_held_up install app
	expect_equal 4 "$(grep -c 4-script /runs)" 'runs'
}

test_FIFOs_in_the_place_of_folders() {
	mkdir -p "$hooks/pkgs/app"
	mkfifo "$hooks/pkgs/app/Pre-Install-Pkgs" "$hooks/multi_pkgs.fifo"
	rm -rf "$hooks/Pre-Invoke"
	mkfifo "$hooks/Pre-Invoke"
	probe Post-Invoke/always
	apt_is_not_held_up install app
}

test_she_can_neither_lock_nor_open_the_lock_of_dpkg() {
	mallory_cannot flock --shared /var/lib/dpkg/lock true
	mallory_cannot cat /var/lib/dpkg/lock
}
