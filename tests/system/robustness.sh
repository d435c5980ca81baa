# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Whatever is missing, full or broken: apt goes on, and scripts run as far as possible.

package app 1

# Creates scripts that need nothing but the stream.
probe_what_needs_no_file() {
	probe Pre-Invoke/always
	probe pkgs/app/Pre-Install-Pkgs/own OPERATION
	probe Pre-Install-Pkgs/always
	probe Post-Invoke/always
}

expect_what_needs_no_file() {
	expect_runs <<-'EOF'
		Pre-Invoke/always
		pkgs/app/Pre-Install-Pkgs/own OPERATION=install
		Pre-Install-Pkgs/always
		Post-Invoke/always
	EOF
}

probe_all() {
	probe_what_needs_no_file
	probe multi_pkgs/Pre-Install-Pkgs/__WILDCARD__/list
	probe pkgs/app/Post-Invoke/own RESULT
}

expect_all() {
	expect_runs <<-'EOF'
		Pre-Invoke/always
		pkgs/app/Pre-Install-Pkgs/own OPERATION=install
		multi_pkgs/Pre-Install-Pkgs/__WILDCARD__/list --pkg_list={app}
		Pre-Install-Pkgs/always
		pkgs/app/Post-Invoke/own RESULT=ok
		Post-Invoke/always
	EOF
}

# starve_the_helper TEXT: wraps the helper in a shell that first runs TEXT, such as ulimit.
starve_the_helper() {
	local helper=/usr/libexec/apt-universal-hooks/helper
	[[ -e $helper.real ]] || mv "$helper" "$helper.real"
	hook "$helper" <<-EOF
		#!/bin/bash
		$1
		exec $helper.real "\$@"
	EOF
}

expect_apt_to_have_installed() {
	dpkg-query --show "$1" >/dev/null || fail "apt should have installed $1"
}

test_without_proc_everything_works() {
	probe_all
	publish
	umount -l /proc
	apt_succeeds install app
	expect_all
}

test_in_a_pid_namespace_with_the_proc_outside_everything_works() {
	probe_all
	publish
	for _ in {1..3}; do
		silently in_a_pid_namespace apt-get --yes install app </dev/null
		expect_all
		silently apt-get --yes purge app </dev/null
		: >/runs
	done
}

test_a_read-only_run_is_warned_of_and_costs_only_what_needs_it() {
	probe_what_needs_no_file
	mount -t tmpfs -o ro tmpfs /run
	apt_succeeds_but_warns install app
	expect_warning "$state"
	expect_what_needs_no_file
}

test_a_missing_run_is_no_harm() {
	probe_what_needs_no_file
	mv /run /run.away
	run_apt apt-get --yes install app </dev/null
	apt_must_end_with 0
	expect_what_needs_no_file
}

test_of_a_missing_run_the_cause_is_told_and_nothing_else() {
	probe_all
	mv /run /run.away
	run_apt apt-get --yes install app </dev/null
	apt_must_end_with 0
	expect_warning "$state" 'No such file or directory'
	! grep -v "^W: $state cannot be used" "$errors" | grep '^[WE]: ' |
		grep -v 'its list of packages' || fail 'another cause is told'
}

test_a_full_disk_is_warned_of_and_costs_only_what_needs_it() {
	probe_what_needs_no_file
	mount -t tmpfs -o size=8k,mode=755 tmpfs /run
	mkdir "$state"
	head -c 1M /dev/zero >/run/full 2>/dev/null || true
	apt_succeeds_but_warns install app
	expect_warning "$state"
	expect_what_needs_no_file
}

test_a_full_disk_costs_a_list_that_cannot_be_written_and_its_script_is_not_run() {
	probe multi_pkgs/Pre-Install-Pkgs/__WILDCARD__/list
	probe Pre-Install-Pkgs/always
	mount -t tmpfs -o size=8k,mode=755 tmpfs /run
	mkdir "$state"
	head -c 1M /dev/zero >/run/full 2>/dev/null || true
	apt_succeeds_but_warns install app
	expect_warning "$hooks/multi_pkgs/Pre-Install-Pkgs/__WILDCARD__/list"
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/always
	EOF
}

test_a_helper_without_descriptors_makes_nothing_fail() {
	probe_all
	local limit
	# With three descriptors it cannot even load its library, with four it can print a message.
	for limit in 3 5 4; do
		starve_the_helper "ulimit -n $limit"
		run_apt apt-get --yes --reinstall install app </dev/null
		expect_equal 0 "$apt_status" "apt's exit status with $limit descriptors"
		expect_apt_to_have_installed app
	done
	expect_warning 'Too many open files'
}

test_a_helper_without_memory_makes_nothing_fail() {
	probe_all
	local kilobytes
	for kilobytes in 1 2000 4000 6000; do
		starve_the_helper "ulimit -v $kilobytes"
		run_apt apt-get --yes --reinstall install app </dev/null
		expect_equal 0 "$apt_status" "apt's exit status with $kilobytes kB"
		expect_apt_to_have_installed app
	done
}

test_a_helper_that_may_not_write_files_makes_nothing_fail() {
	probe_all
	starve_the_helper 'ulimit -f 0'
	run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	expect_apt_to_have_installed app
}

test_a_stream_of_version_1_has_no_names_which_is_warned_of() {
	probe_all
	cat >/version-1.conf <<-'EOF'
		DPkg::Tools::Options::APT_UNIVERSAL_HOOKS=1::Version "1";
	EOF
	apt_succeeds_but_warns -c /version-1.conf install app
	expect_equal "Pre-Invoke/always Pre-Install-Pkgs/always Post-Invoke/always" "$(xargs </runs)" runs
	expect_warning Pre-Install-Pkgs
}

test_a_stream_of_version_2_has_names() {
	probe pkgs/app/Pre-Install-Pkgs/own OPERATION NEW_VERSION
	probe multi_pkgs/Post-Invoke/__WILDCARD__/list
	cat >/version-2.conf <<-'EOF'
		DPkg::Tools::Options::APT_UNIVERSAL_HOOKS=1::Version "2";
	EOF
	run_apt apt-get --yes -c /version-2.conf install app </dev/null
	apt_must_end_with 0
	expect_runs <<-'EOF'
		pkgs/app/Pre-Install-Pkgs/own OPERATION=install NEW_VERSION=1
		multi_pkgs/Post-Invoke/__WILDCARD__/list --pkg_list={app}
	EOF
}

test_a_stream_on_stdin_is_taken_as_well() {
	probe_all
	cat >/stdin.conf <<-'EOF'
		DPkg::Tools::Options::APT_UNIVERSAL_HOOKS=1::InfoFD "0";
	EOF
	run_apt apt-get --yes -c /stdin.conf install app </dev/null
	apt_must_end_with 0
	expect_all
}

test_a_path_that_apt_calls_an_error_is_apts_error_and_leaves_the_next_run_alone() {
	rm "$repository"/*
	package other 1
	package app 1
	sed -i 's/file:/copy:/' /etc/apt/sources.list
	apt-get -qq update || true
	publish
	probe pkgs/app/Pre-Install-Pkgs/own OPERATION
	probe Post-Invoke/always TRANSACTION
	apt_fails -o Dir::Cache::archives=./var/cache/apt/archives/ install app
	expect_runs <<-'EOF'
		pkgs/app/Pre-Install-Pkgs/own OPERATION=install
	EOF
	apt_succeeds install other
	expect_runs <<-'EOF'
		Post-Invoke/always
		  other|all|install|-|1|done
	EOF
}

test_without_trees_nothing_is_said() {
	rm -r "$hooks"
	apt_succeeds install app
}

test_with_empty_trees_nothing_is_said() {
	mkdir -p "$packaged_hooks/pkgs/app/Post-Invoke" "$packaged_hooks/multi_pkgs/Post-Invoke/__WILDCARD__"
	apt_succeeds install app
	expect_no_runs
}

test_a_file_in_the_place_of_a_folder_is_not_a_folder() {
	rm -r "$hooks"/*
	touch "$hooks/Pre-Invoke" "$hooks/multi_pkgs" "$hooks/pkgs"
	mkdir -p "$packaged_hooks/multi_pkgs" "$packaged_hooks/pkgs"
	touch "$packaged_hooks/multi_pkgs/Post-Invoke" "$packaged_hooks/pkgs/app"
	probe Post-Invoke/always
	run_apt apt-get --yes install app </dev/null
	apt_must_end_with 0
	expect_runs <<-'EOF'
		Post-Invoke/always
	EOF
}

test_a_file_in_the_place_of_the_whole_tree_is_no_tree() {
	rm -r "$hooks"
	touch "$hooks"
	probe "$packaged_hooks/Post-Invoke/always"
	run_apt apt-get --yes install app </dev/null
	apt_must_end_with 0
	expect_runs <<-EOF
		$packaged_hooks/Post-Invoke/always
	EOF
}

test_10000_scripts_run_in_order() {
	mkdir -p "$hooks/Post-Invoke"
	printf '#!/bin/sh\necho "${0##*/}" >>/runs\n' >"$hooks/Post-Invoke/10000"
	chmod 755 "$hooks/Post-Invoke/10000"
	local number
	(cd "$hooks/Post-Invoke" && seq 10001 19999 | xargs -n 1000 perl -e 'link "10000", $_ or die for @ARGV')
	apt_succeeds install app
	seq 10000 19999 | expect_runs
}

test_a_folder_with_200_wildcards_matches_or_not_in_no_time() {
	local many name
	many=$(printf 'a__WILDCARD__%.0s' {1..19})
	name=$(printf 'ab%.0s' {1..100})
	package "$name" 1
	probe "multi_pkgs/Post-Invoke/${many}x/never"
	probe "multi_pkgs/Post-Invoke/${many}b/list"
	# The maximal length of a file name: 255 bytes.
	probe "multi_pkgs/Post-Invoke/$(printf '__WILDCARD__%.0s' {1..21})/list"
	apt_succeeds install "$name"
	expect_runs <<-EOF
		multi_pkgs/Post-Invoke/$(printf '__WILDCARD__%.0s' {1..21})/list --pkg_list={$name}
		multi_pkgs/Post-Invoke/${many}b/list --pkg_list={$name}
	EOF
}

test_a_child_that_a_script_leaves_behind_does_not_hold_apt_up() {
	mkfifo /never
	hook Pre-Install-Pkgs/leaves-a-child <<-'EOF'
		#!/bin/sh
		cat /never >/dev/null 2>&1 &
		echo $! >/child
	EOF
	probe Post-Invoke/always
	apt_succeeds install app
	kill -0 "$(cat /child)" || fail 'the child should have lived longer than apt'
	expect_runs <<-'EOF'
		Post-Invoke/always
	EOF
	echo >/never
}

test_scripts_that_remove_their_own_tree_stop_nothing() {
	then="rm -r $hooks/Pre-Invoke" probe Pre-Invoke/1-removes
	probe Pre-Invoke/2-gone
	probe Post-Invoke/always
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Pre-Invoke/2-gone"
	expect_runs <<-'EOF'
		Pre-Invoke/1-removes
		Post-Invoke/always
	EOF
}

test_a_script_that_empties_the_state_folder_harms_only_what_is_known() {
	then="rm -rf $state" probe Pre-Install-Pkgs/removes
	probe pkgs/app/Post-Invoke/own
	probe Post-Invoke/always
	apt_succeeds_but_warns install app
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/removes
		Post-Invoke/always
	EOF
}

test_a_record_that_is_garbage_is_not_believed() {
	then="for f in $state/*; do head -c 5000 /dev/urandom >\$f; done" probe Pre-Install-Pkgs/spoils
	probe pkgs/app/Post-Invoke/own
	probe Post-Invoke/always
	apt_succeeds_but_warns install app
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/spoils
		Post-Invoke/always
	EOF
}

helper=/usr/libexec/apt-universal-hooks/helper

usage_error_of() {
	local status=0
	probe_what_needs_no_file
	"$@" </dev/null >/usage.output 2>/usage.errors || status=$?
	expect_equal 2 "$status" 'exit status'
	grep -qi usage /usage.errors || fail "no usage message: $(cat /usage.output /usage.errors)"
	expect_no_runs
}

test_the_helper_without_a_hook_point_is_a_usage_error() {
	usage_error_of "$helper"
}

test_the_helper_with_a_wrong_hook_point_is_a_usage_error() {
	usage_error_of "$helper" Post-Invoice
	usage_error_of "$helper" post-invoke
	usage_error_of "$helper" ''
}

test_the_helper_with_too_much_is_a_usage_error() {
	usage_error_of "$helper" Post-Invoke more
}

test_the_helper_called_by_hand_is_a_usage_error() {
	usage_error_of "$helper" Pre-Invoke
	usage_error_of "$helper" Pre-Install-Pkgs
	usage_error_of "$helper" Post-Invoke
}

test_apt_outlives_the_shell_that_started_it() {
	probe pkgs/app/Post-Invoke/own RESULT
	hook Pre-Install-Pkgs/ends-the-shell <<-'EOF'
		#!/bin/sh
		kill -KILL "$(cat /shell.pid)"
	EOF
	hook Post-Invoke/sees-it-gone <<-'EOF'
		#!/bin/bash
		[[ -e /proc/$(</shell.pid) ]] || echo 'the shell is gone' >>/runs
	EOF
	publish
	mkfifo /output
	# The FIFO ends when apt, its last writer, ends.
	cat /output >/said &
	bash -c 'echo $$ >/shell.pid; setsid apt-get --yes install app; :' \
		</dev/null >/output 2>&1 || true
	wait
	expect_apt_to_have_installed app
	expect_runs <<-'EOF'
		pkgs/app/Post-Invoke/own RESULT=ok
		the shell is gone
	EOF
	! grep '^[WE]: ' /said || fail 'apt should not have warned'
}
