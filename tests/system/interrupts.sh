# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Ctrl-C while a script runs; it reaches the whole process group of apt.

package app 1

# A terminal sends SIGINT to the whole foreground process group.
script_that_meets_ctrl_c() {
	then='kill -INT 0; sleep infinity' probe "$1"
}

run_apt_in_a_process_group_of_its_own() {
	publish
	run_apt setsid --wait apt-get --yes install app </dev/null
}

expect_app_not_installed() {
	! dpkg-query --show app 2>/dev/null || fail 'app should not have been installed'
}

test_ctrl_c_at_Pre-Invoke_ends_the_script_and_the_transaction() {
	script_that_meets_ctrl_c Pre-Invoke/1-interrupted
	probe Pre-Invoke/2-skipped
	probe Pre-Install-Pkgs/skipped
	run_apt_in_a_process_group_of_its_own
	[[ $apt_status != 0 ]] || fail 'apt should have been stopped'
	expect_runs <<-'EOF'
		Pre-Invoke/1-interrupted
	EOF
	expect_app_not_installed
}

test_ctrl_c_at_Pre-Install-Pkgs_ends_the_script_and_the_transaction() {
	script_that_meets_ctrl_c Pre-Install-Pkgs/1-interrupted
	probe Pre-Install-Pkgs/2-skipped
	probe Post-Invoke/skipped
	run_apt_in_a_process_group_of_its_own
	[[ $apt_status != 0 ]] || fail 'apt should have been stopped'
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/1-interrupted
	EOF
	expect_app_not_installed
}

test_ctrl_c_at_Post-Invoke_ends_the_script_and_the_rest_of_the_hook_point() {
	script_that_meets_ctrl_c Post-Invoke/1-interrupted
	probe Post-Invoke/2-skipped
	run_apt_in_a_process_group_of_its_own
	expect_runs <<-'EOF'
		Post-Invoke/1-interrupted
	EOF
	dpkg-query --show app >/dev/null
}

test_a_script_that_catches_ctrl_c_itself_ends_the_hook_point_all_the_same() {
	hook Pre-Install-Pkgs/1-catches <<-'EOF'
		#!/bin/sh
		trap 'echo caught >>/runs; exit 0' INT
		kill -INT 0
		sleep infinity
	EOF
	probe Pre-Install-Pkgs/2-skipped
	run_apt_in_a_process_group_of_its_own
	[[ $apt_status != 0 ]] || fail 'apt should have been stopped'
	expect_runs <<-'EOF'
		caught
	EOF
	expect_app_not_installed
}

test_after_ctrl_c_the_next_transaction_knows_only_its_own_packages() {
	package wanted 1
	script_that_meets_ctrl_c Pre-Install-Pkgs/interrupted
	run_apt_in_a_process_group_of_its_own
	rm "$hooks/Pre-Install-Pkgs/interrupted"
	: >/runs
	probe Post-Invoke/always RESULT SUCCESS TRANSACTION
	apt_succeeds install wanted
	expect_runs <<-'EOF'
		Post-Invoke/always RESULT=ok SUCCESS=1
		  wanted|all|install|-|1|done
	EOF
}
