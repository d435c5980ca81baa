# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Root runs these scripts, so no one else may be able to write to them.

package app 1

# expect_refusal SCRIPT OPEN: the script does not run, an error names the unsafe path, and the others
# run.
expect_refusal() {
	local script=$1 open=$2
	probe Post-Invoke/always
	apt_succeeds_but_warns install app
	form='[WE]' expect_warning "$script" "$open"
	expect_runs <<-'EOF'
		Post-Invoke/always
	EOF
}

test_a_script_that_everybody_may_write_is_not_run() {
	probe Pre-Invoke/open
	chmod o+w "$hooks/Pre-Invoke/open"
	expect_refusal "$hooks/Pre-Invoke/open" "$hooks/Pre-Invoke/open"
}

test_a_script_that_a_group_may_write_is_not_run() {
	probe Pre-Invoke/open
	chgrp staff "$hooks/Pre-Invoke/open"
	chmod g+w "$hooks/Pre-Invoke/open"
	expect_refusal "$hooks/Pre-Invoke/open" staff
}

test_a_script_of_another_user_is_not_run() {
	probe Pre-Invoke/foreign
	chown games "$hooks/Pre-Invoke/foreign"
	expect_refusal "$hooks/Pre-Invoke/foreign" games
}

test_no_script_in_a_folder_that_everybody_may_write_is_run() {
	probe Pre-Invoke/open
	chmod 777 "$hooks/Pre-Invoke"
	expect_refusal "$hooks/Pre-Invoke/open" "$hooks/Pre-Invoke"
}

test_the_sticky_bit_makes_an_open_folder_no_better() {
	probe pkgs/app/Pre-Install-Pkgs/open
	chmod 1777 "$hooks/pkgs"
	expect_refusal "$hooks/pkgs/app/Pre-Install-Pkgs/open" "$hooks/pkgs"
}

test_a_link_to_a_script_that_others_may_write_is_not_run() {
	probe /opt/open
	chmod o+w /opt/open
	ln -s /opt/open "$hooks/Pre-Invoke/link"
	expect_refusal "$hooks/Pre-Invoke/link" /opt/open
}

test_a_link_through_a_folder_that_others_may_write_is_not_run() {
	probe /opt/open/script
	chown games /opt/open
	ln -s /opt/open/script "$hooks/Pre-Invoke/link"
	expect_refusal "$hooks/Pre-Invoke/link" /opt/open
}

test_a_link_by_way_of_a_folder_that_others_may_write_is_not_run() {
	probe /opt/safe/script
	mkdir -m 777 /opt/open
	ln -s /opt/safe/script /opt/open/hop
	ln -s /opt/open/hop "$hooks/Pre-Invoke/link"
	expect_refusal "$hooks/Pre-Invoke/link" /opt/open
}

test_the_trees_of_packages_are_held_to_the_same_rule() {
	probe "$packaged_hooks/Pre-Invoke/open"
	chmod 777 "$packaged_hooks"
	expect_refusal "$packaged_hooks/Pre-Invoke/open" "$packaged_hooks"
}

test_a_state_folder_that_others_may_write_is_not_used() {
	mkdir -m 777 "$state"
	probe Pre-Invoke/always
	probe pkgs/app/Pre-Install-Pkgs/own
	apt_succeeds_but_warns install app
	form='[WE]' expect_warning "$state"
	expect_runs <<-'EOF'
		Pre-Invoke/always
		pkgs/app/Pre-Install-Pkgs/own
	EOF
}

test_a_state_folder_that_is_a_link_is_not_followed_to_open_places() {
	mkdir -m 777 /var/tmp/trap
	ln -s /var/tmp/trap "$state"
	probe Pre-Invoke/always
	probe pkgs/app/Pre-Install-Pkgs/own
	apt_succeeds_but_warns install app
	form='[WE]' expect_warning "$state"
	[[ -z $(ls -A /var/tmp/trap) ]] || fail 'something was written where others may write'
}
