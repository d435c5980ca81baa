# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# /etc/apt/apt.conf.d/apt-universal-hooks.conf: when apt calls the helper, and how apt reacts to its
# exit status.

package app 1
helper=/usr/libexec/apt-universal-hooks/helper

probe_each_point() {
	probe Pre-Invoke/always
	probe Pre-Install-Pkgs/always
	probe Post-Invoke/always
}

# helper_is TEXT: replaces the helper by a script that records each call, and then runs TEXT.
helper_is() {
	hook "$helper" <<-EOF
		#!/bin/sh
		echo "\$@" >>/runs
		$1
	EOF
}

expect_all_three_calls() {
	expect_runs <<-'EOF'
		Pre-Invoke
		Pre-Install-Pkgs
		Post-Invoke
	EOF
}

test_the_helper_is_called_once_at_each_hook_point() {
	helper_is 'exit 0'
	apt_succeeds install app
	expect_all_three_calls
}

test_reading_the_configuration_twice_calls_the_helper_once() {
	helper_is 'exit 0'
	apt_succeeds -c /etc/apt/apt.conf.d/apt-universal-hooks.conf install app
	expect_all_three_calls
}

# apt calls no further command at Post-Invoke once one has failed.
test_a_failing_command_of_another_file_comes_after_ours() {
	local name
	probe_each_point
	for name in 00other 01other 99other; do
		echo 'DPkg::Post-Invoke { "false"; };' >/etc/apt/apt.conf.d/$name
		apt_fails --reinstall install app
		expect_runs <<-'EOF'
			Pre-Invoke/always
			Pre-Install-Pkgs/always
			Post-Invoke/always
		EOF
		rm /etc/apt/apt.conf.d/$name
	done
}

test_each_entry_can_be_switched_off_for_one_run() {
	probe_each_point
	apt_succeeds -o DPkg::Pre-Invoke::apt-universal-hooks= install app
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/always
		Post-Invoke/always
	EOF
	apt_succeeds -o DPkg::Pre-Install-Pkgs::apt-universal-hooks= --reinstall install app
	expect_runs <<-'EOF'
		Pre-Invoke/always
		Post-Invoke/always
	EOF
	# The next run deletes the state that Post-Invoke did not read.
	run_apt apt-get --yes -o DPkg::Post-Invoke::apt-universal-hooks= --reinstall install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
	expect_no_warning
	expect_runs <<-'EOF'
		Pre-Invoke/always
		Pre-Install-Pkgs/always
	EOF
	apt_succeeds --reinstall install app
	expect_runs <<-'EOF'
		Pre-Invoke/always
		Pre-Install-Pkgs/always
		Post-Invoke/always
	EOF
}

test_each_entry_can_be_switched_off_by_editing_the_file() {
	probe_each_point
	sed -i 's,^DPkg::Pre-Invoke,// &,' /etc/apt/apt.conf.d/apt-universal-hooks.conf
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/always
		Post-Invoke/always
	EOF
	sed -i 's,^DPkg::P,// &,' /etc/apt/apt.conf.d/apt-universal-hooks.conf
	apt_succeeds --reinstall install app
	expect_no_runs
}

test_without_the_configuration_nothing_is_called() {
	probe_each_point
	rm /etc/apt/apt.conf.d/apt-universal-hooks.conf
	apt_succeeds install app
	expect_no_runs
}

test_a_helper_that_is_gone_is_not_missed() {
	probe_each_point
	rm "$helper"
	apt_succeeds install app
	rmdir "${helper%/*}"
	apt_succeeds --reinstall install app
	expect_no_runs
}

test_a_helper_that_is_a_dangling_link_is_not_missed() {
	ln -sf /gone "$helper"
	apt_succeeds install app
}

test_a_helper_that_is_not_executable_is_not_missed() {
	chmod -x "$helper"
	probe_each_point
	apt_succeeds install app
	expect_no_runs
}

# The library links to PCRE2.
test_without_the_engines_library_only_folders_with_a_wildcard_are_not_run() {
	probe Post-Invoke/a
	probe multi_pkgs/Post-Invoke/a__WILDCARD__p/010-matches
	probe multi_pkgs/Post-Invoke/__WILDCARD__-of-others/010-does-not-match
	probe pkgs/app/Post-Invoke/b
	rm /usr/lib/*/apt-plugin-universal-hooks/libuniversal-hooks.so*
	apt_succeeds_but_warns install app
	expect_warning multi_pkgs/Post-Invoke/a__WILDCARD__p 'cannot be matched' 'shared library'
	expect_equal 1 "$(grep -c '^[WE]: ' "$errors")" 'warnings'
	expect_runs <<-'LINES'
		pkgs/app/Post-Invoke/b
		Post-Invoke/a
	LINES
	dpkg-query --show app >/dev/null
}

# The shell may report on stderr that the helper crashed, but all scripts run and apt succeeds.
test_no_way_to_end_but_one_makes_apt_fail() {
	local way
	for way in 'exit 1' 'exit 2' 'exit 100' 'exit 110' 'exit 112' 'exit 126' 'exit 127' 'exit 255' \
		'kill -SEGV $$' 'kill -KILL $$' 'kill -TERM $$' 'kill -PIPE $$' 'kill -ABRT $$'; do
		helper_is "$way"
		run_apt apt-get --yes --reinstall install app </dev/null
		expect_equal 0 "$apt_status" "apt's exit status with a helper that does $way"
		expect_no_warning
		expect_all_three_calls
	done
}

test_a_helper_that_is_no_program_makes_nothing_fail() {
	printf '\177ELFgarbage' >"$helper"
	run_apt apt-get --yes install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status with garbage"
	printf '#!/gone/interpreter\n' >"$helper"
	run_apt apt-get --yes --reinstall install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status without an interpreter"
	rm "$helper"
	mkdir "$helper"
	run_apt apt-get --yes --reinstall install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status with a directory"
}

veto_at() {
	helper_is "[ \$1 != $1 ] || exit 111"
	apt_fails install app
}

test_exit_status_111_at_Pre-Invoke_stops_the_transaction() {
	veto_at Pre-Invoke
	expect_runs <<-'EOF'
		Pre-Invoke
	EOF
	! dpkg-query --show app 2>/dev/null || fail 'app should not have been installed'
}

test_exit_status_111_at_Pre-Install-Pkgs_stops_the_transaction() {
	veto_at Pre-Install-Pkgs
	expect_runs <<-'EOF'
		Pre-Invoke
		Pre-Install-Pkgs
	EOF
	! dpkg-query --show app 2>/dev/null || fail 'app should not have been installed'
}

test_exit_status_111_at_Post-Invoke_is_told_by_apts_exit_status() {
	veto_at Post-Invoke
	expect_all_three_calls
	dpkg-query --show app >/dev/null
}

test_all_of_it_holds_with_bash_as_the_shell() {
	ln -sf bash /bin/sh
	probe_each_point
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/always
		Pre-Install-Pkgs/always
		Post-Invoke/always
	EOF
	helper_is 'kill -SEGV $$'
	apt_succeeds --reinstall install app
	helper_is 'exit 127'
	apt_succeeds --reinstall install app
	rm "$helper"
	apt_succeeds --reinstall install app
}

test_the_helper_sees_the_callers_environment_and_no_name_of_the_registration() {
	helper_is 'echo "APT_UNIVERSAL_HOOKS=${APT_UNIVERSAL_HOOKS-unset}" >>/runs'
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke
		APT_UNIVERSAL_HOOKS=unset
		Pre-Install-Pkgs
		APT_UNIVERSAL_HOOKS=unset
		Post-Invoke
		APT_UNIVERSAL_HOOKS=unset
	EOF
	silently env APT_UNIVERSAL_HOOKS=off apt-get --yes remove app </dev/null
	expect_runs <<-'EOF'
		Pre-Invoke
		APT_UNIVERSAL_HOOKS=off
		Pre-Install-Pkgs
		APT_UNIVERSAL_HOOKS=off
		Post-Invoke
		APT_UNIVERSAL_HOOKS=off
	EOF
}
