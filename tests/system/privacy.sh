# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# apt's configuration can contain passwords, for example of proxies. They must not leak.

# The preinst copies the state while the record certainly exists.
package_that_keeps_a_copy_of_the_state() {
	preinst="cp -a $state /copy" package app 1
}

test_of_apts_configuration_only_our_own_and_the_command_line_reach_disk_and_scripts() {
	package_that_keeps_a_copy_of_the_state
	cat >/etc/apt/apt.conf.d/proxy <<-'EOF'
		Acquire::http::Proxy "http://user:pass-in-file@proxy.invalid:3128";
		Universal-Hooks::Timeout "86399";
	EOF
	local point
	for point in Pre-Invoke Pre-Install-Pkgs Post-Invoke; do
		hook "$point/keeps" <<-EOF
			#!/bin/sh
			echo $point >>/runs
			cat /proc/self/environ >>/environments
			find $state -type f -exec cat {} + >>/state
			[ -z "\${APT_UNIVERSAL_HOOKS_TRANSACTION-}" ] || cat "\$APT_UNIVERSAL_HOOKS_TRANSACTION" >>/state
		EOF
	done
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke
		Pre-Install-Pkgs
		Post-Invoke
	EOF
	grep -q -a app /state || fail 'the test is broken: there is no record of the transaction'
	grep -q -a -r 'Universal-Hooks::Timeout=86399' /copy || fail 'our own settings should be in the record'
	! grep -a -r -l 'pass-in-file' /state /copy /environments "$state" /var/log/apt ||
		fail 'the password went where it should not'
	! grep -a -r 'Acquire::' /state /copy || fail "more of apt's configuration than ours is in the record"
}

test_the_record_is_for_root_only_and_gone_afterwards() {
	package_that_keeps_a_copy_of_the_state
	probe Post-Invoke/always
	apt_succeeds install app
	local file count=0
	while IFS= read -r -d '' file; do
		expect_equal '600 root:root' "$(stat --format='%a %U:%G' "$file")" "$file"
		count=$((count + 1))
	done < <(find /copy -type f -print0)
	((count > 0)) || fail 'there was no record'
}

test_the_record_holds_the_package_lines_as_apt_wrote_them() {
	package_that_keeps_a_copy_of_the_state
	probe Post-Invoke/always
	apt_succeeds install app
	expect_file <(find /copy -type f -exec grep -a -h '^app ' {} +) <<-EOF
		app - - none < 1 all none $repository/./app_1_all.deb
		app - - none < 1 all none **CONFIGURE**
	EOF
}
