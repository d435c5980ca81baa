# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# apt's stream, damaged on its way to the helper: valid parts are used, a warning reports the rest, and
# apt goes on.

package app 1
package lib 1
probe pkgs/app/Pre-Install-Pkgs/own OPERATION
probe pkgs/lib/Pre-Install-Pkgs/own OPERATION
probe Pre-Install-Pkgs/always

# spoil_the_stream FILTER: puts a filter between apt and the helper.
spoil_the_stream() {
	local filter=$1
	cat >/spoiled.conf <<-EOF
		DPkg::Tools::Options::APT_UNIVERSAL_HOOKS=1::InfoFD "9";
		DPkg::Pre-Install-Pkgs::apt-universal-hooks "APT_UNIVERSAL_HOOKS=1 true; tee /stream <&9 | /opt/filter | APT_HOOK_INFO_FD=0 /usr/libexec/apt-universal-hooks/helper Pre-Install-Pkgs";
	EOF
	hook /opt/filter <<-EOF
		#!/bin/bash
		export LC_ALL=C
		$filter
	EOF
	run_apt apt-get --yes -c /spoiled.conf install app lib </dev/null
	apt_must_end_with 0
	grep -q '^VERSION 3' /stream || fail 'the test is broken: the filter saw no stream'
}

expect_both_packages() {
	expect_runs <<-'EOF'
		pkgs/app/Pre-Install-Pkgs/own OPERATION=install
		pkgs/lib/Pre-Install-Pkgs/own OPERATION=install
		Pre-Install-Pkgs/always
	EOF
}

expect_no_package() {
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/always
	EOF
}

expect_a_warning() {
	grep -q '^W: ' "$errors" || fail 'apt should have warned'
}

test_a_stream_that_arrives_whole_is_used_whole() {
	spoil_the_stream 'cat'
	expect_no_warning
	expect_both_packages
}

test_an_empty_stream_has_no_packages() {
	spoil_the_stream 'cat >/dev/null'
	expect_a_warning
	expect_no_package
}

test_a_stream_cut_in_the_configuration_has_no_packages() {
	spoil_the_stream 'head -c 1000; cat >/dev/null'
	expect_a_warning
	expect_no_package
}

test_a_stream_cut_in_a_package_line_has_the_lines_before_it() {
	# The last of the four lines configures lib or app, both of which earlier lines contain.
	spoil_the_stream 'head -c -5'
	expect_a_warning
	expect_both_packages
}

test_a_stream_without_its_last_newline_is_called_cut() {
	spoil_the_stream 'head -c -1'
	expect_a_warning
	expect_both_packages
}

test_a_line_of_a_mebibyte_is_passed_over() {
	spoil_the_stream 'cat; head -c 1M /dev/zero | tr "\\0" x; echo'
	expect_a_warning
	expect_both_packages
}

test_a_package_line_with_too_few_fields_is_passed_over() {
	spoil_the_stream 'sed "\$ a bad - - none < 1"'
	expect_a_warning
	expect_both_packages
}

test_null_bytes_in_a_line_are_warned_of_and_harm_no_other() {
	spoil_the_stream 'sed "\$ a ba\\x00d - - none < 1 all none **CONFIGURE**"'
	expect_a_warning
	expect_both_packages
}

test_garbage_instead_of_a_stream_is_no_stream() {
	spoil_the_stream 'cat >/dev/null; head -c 100000 /dev/urandom'
	expect_a_warning
	expect_no_package
}

test_a_name_that_is_a_path_reaches_no_folder_but_its_own() {
	probe /etc/apt/outside/Pre-Install-Pkgs/own
	spoil_the_stream 'sed "\$ a ../../outside - - none < 1 all none **CONFIGURE**"'
	expect_both_packages
}
