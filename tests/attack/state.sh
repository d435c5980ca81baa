# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# mallory prepares the state directory, or files in it.
. /tests/lib/attacker.sh

# The key of a transaction that she invented, of a process that does not exist. The hook of "victim"
# would run for it.
owner=99999-1
probe pkgs/victim/Post-Invoke/own
cat >/etc/apt/apt.conf.d/90always <<'EOT'
Universal-Hooks::Scripts::pkgs/victim::When "always";
EOT

# The directory now belongs to root, but the files in it are still hers.
give_directory_to_root() {
	chown root:root "$state"
	chmod 755 "$state"
}

her_directory() {
	install -d -o mallory -g mallory -m 755 "$state"
}

forged_record() {
	cat <<-'EOT'
		VERSION 3
		Universal-Hooks-Record::Format=1
		Universal-Hooks-Record::Size=36
		Universal-Hooks::Scripts::pkgs/victim::When=always

		victim - - none < 1 all none /x.deb
	EOT
}

expect_victim_unharmed() {
	! grep -q victim /runs || fail 'a hook ran for a transaction that mallory invented'
	expect_not_owned
}

test_she_cannot_make_the_folder_nor_a_file_in_it() {
	mallory_cannot mkdir "$state"
	apt_succeeds install app
	mallory_cannot touch "$state/$owner.clean-up"
	mallory_cannot ln -s /srv/mallory "$state/link"
}

test_the_folder_is_hers() {
	her_directory
	probe pkgs/app/Pre-Install-Pkgs/own
	publish
	run_apt apt-get --yes install app </dev/null
	form=E expect_warning "$state" mallory
	[[ -z $(ls -A "$state") ]] || fail 'root wrote into her directory'
}

test_the_folder_is_open() {
	install -d -m 1777 "$state"
	forged_record | mallory_writes "$state/$owner.transaction"
	as_mallory touch "$state/$owner.clean-up"
	publish
	run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	expect_victim_unharmed
	[[ -z $(find "$state" -user root -mindepth 1) ]] || fail 'root wrote into an open directory'
}

test_the_folder_is_a_link_to_hers() {
	probe Pre-Invoke/always
	ln -s /srv/mallory "$state"
	publish
	run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	[[ -z $(find /srv/mallory -user root -mindepth 1) ]] || fail 'root wrote into her directory'
}

test_a_FIFO_in_the_place_of_the_folder() {
	mkfifo -m 666 "$state"
	probe Pre-Invoke/always
	apt_is_not_held_up install app
}

test_a_record_with_a_clean_up_of_hers_in_a_folder_that_is_roots_by_now() {
	her_directory
	forged_record | mallory_writes "$state/$owner.transaction"
	as_mallory touch "$state/$owner.clean-up"
	give_directory_to_root
	apt_is_not_held_up install app
	expect_victim_unharmed
}

test_a_clean_up_that_is_a_FIFO_of_hers() {
	her_directory
	as_mallory mkfifo "$state/$owner.clean-up"
	give_directory_to_root
	apt_is_not_held_up install app
}

test_a_clean_up_of_hers_that_she_has_locked() {
	her_directory
	as_mallory touch "$state/$owner.clean-up"
	give_directory_to_root
	expect_equal 1 "$(mallory_holds "$state/$owner.clean-up")" 'locks'
	apt_is_not_held_up install app
}

test_lines_for_the_log_of_hers() {
	her_directory
	printf 'Start-Date: 2000-01-01  00:00:00\nCommandline: forged\n Post-Invoke /x [always] exit 0 1 ms\n' |
		mallory_writes "$state/$owner.runs"
	printf 'Start-Date: 2000-01-01  00:00:00\nCommandline: forged\n\n' | mallory_writes "$state/log"
	give_directory_to_root
	apt_is_not_held_up install app
	! grep -q forged "$log" || fail 'the log contains a line of hers'
}

test_lines_for_the_log_that_are_a_FIFO_of_hers() {
	her_directory
	as_mallory mkfifo "$state/$owner.runs"
	give_directory_to_root
	apt_is_not_held_up install app
}

test_state_files_that_become_FIFOs_of_hers_under_way() {
	then="
		for file in $state/*; do
			rm \"\$file\"; mkfifo \"\$file\"; chown mallory \"\$file\"
		done" probe Pre-Install-Pkgs/spoils
	probe Post-Invoke/always
	apt_is_not_held_up install app
	grep -q Post-Invoke/always /runs || fail 'the hooks after dpkg should have run'
}

test_a_link_in_the_place_of_a_file_that_is_written() {
	: >/target
	hook Pre-Invoke/1-links <<-EOT
		#!/bin/bash
		for pid in /proc/[0-9]*; do
			start=\$(cut -d ' ' -f 22 "\$pid/stat" 2>/dev/null) || continue
			ln -s /target "$state/\${pid##*/}-\$start.transaction"
			ln -s /target "$state/\${pid##*/}-\$start.runs.new-\$PPID"
		done
	EOT
	probe Post-Invoke/always
	publish
	run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	[[ ! -s /target ]] || fail 'root wrote through a symlink'
}

test_a_started_marker_of_hers_does_not_keep_a_hook_from_running() {
	mallory_cannot touch "$state/1-1.started.0123456789abcdef"
	probe Post-Invoke/always
	apt_succeeds install app
	expect_runs <<-'EOT'
		Post-Invoke/always
	EOT
}
