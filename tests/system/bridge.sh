# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# apt-bridge.so, which links to libapt-pkg: it is loaded only if there is no other way to read the
# settings, and apt goes on without it.

package app 1
bridge=$(find /usr/lib -name apt-bridge.so)

settings() {
	cat >/etc/apt/apt.conf.d/90settings
}

# LD_DEBUG logs each object that a process loads.
apt_with_a_talking_loader() {
	rm -rf /loader
	mkdir /loader
	silently env LD_DEBUG=files LD_DEBUG_OUTPUT=/loader/of apt-get --yes "$@" </dev/null
}

# expect_the_bridge_to_be_loaded_by COUNT: so many processes loaded it, and, not counting apt, as many
# loaded libapt-pkg.
expect_the_bridge_to_be_loaded_by() {
	local process helpers=0 bridges=0 libraries=0
	for process in /loader/*; do
		grep -q 'needed by /usr/libexec/apt-universal-hooks/helper' "$process" || continue
		helpers=$((helpers + 1))
		! grep -q 'apt-bridge\.so' "$process" || bridges=$((bridges + 1))
		! grep -q 'libapt-pkg\.so' "$process" || libraries=$((libraries + 1))
	done
	((helpers > 0)) || fail 'LD_DEBUG logged nothing about the helper'
	expect_equal "$1" "$bridges" 'processes that loaded the bridge'
	expect_equal "$1" "$libraries" 'processes of ours that loaded libapt-pkg'
}

test_a_script_at_Pre-Invoke_makes_it_load_once() {
	probe Pre-Invoke/a
	apt_with_a_talking_loader install app
	expect_the_bridge_to_be_loaded_by 1
}

test_without_any_script_it_is_not_loaded() {
	apt_with_a_talking_loader install app
	expect_the_bridge_to_be_loaded_by 0
}

test_with_settings_but_no_script_it_is_not_loaded() {
	settings <<-'EOF'
		Universal-Hooks::When "always";
		Universal-Hooks::Timeout "100";
	EOF
	apt_with_a_talking_loader install app
	expect_the_bridge_to_be_loaded_by 0
}

test_scripts_that_apt_tells_the_settings_of_do_not_make_it_load() {
	probe pkgs/app/Pre-Install-Pkgs/a
	probe multi_pkgs/Pre-Install-Pkgs/__WILDCARD__/a
	probe Pre-Install-Pkgs/a
	probe pkgs/app/Post-Invoke/a
	probe Post-Invoke/a
	apt_with_a_talking_loader install app
	expect_the_bridge_to_be_loaded_by 0
	expect_equal 5 "$(wc -l </runs)" 'runs'
}

test_what_is_no_script_does_not_make_it_load() {
	probe Pre-Invoke/.hidden
	probe Pre-Invoke/a.dpkg-old
	mkdir "$hooks/Pre-Invoke/directory"
	probe "$packaged_hooks/Pre-Invoke/masked"
	ln -s /dev/null "$hooks/Pre-Invoke/masked"
	apt_with_a_talking_loader install app
	expect_the_bridge_to_be_loaded_by 0
}

test_what_cannot_be_run_does_not_make_it_load() {
	probe Pre-Invoke/not-executable
	chmod -x "$hooks/Pre-Invoke/not-executable"
	ln -s /nowhere "$hooks/Pre-Invoke/dangling"
	mkdir /loader
	run_apt env LD_DEBUG=files LD_DEBUG_OUTPUT=/loader/of apt-get --yes install app </dev/null
	expect_the_bridge_to_be_loaded_by 0
	expect_equal 2 "$(grep -c '^W: ' "$errors")" 'warnings'
}

test_where_apt_told_nothing_Post-Invoke_makes_it_load() {
	probe Post-Invoke/a
	apt_with_a_talking_loader -o DPkg::Pre-Install-Pkgs::apt-universal-hooks= install app
	expect_the_bridge_to_be_loaded_by 1
}

# Only Pre-Invoke needs the bridge for its settings.
costs_a_warning_and_the_settings_of_Pre-Invoke() {
	settings <<-'EOF'
		Universal-Hooks::Scripts::Pre-Invoke/a::Enabled "false";
		Universal-Hooks::Scripts::Post-Invoke/a::Enabled "false";
	EOF
	probe Pre-Invoke/a
	probe Pre-Install-Pkgs/a
	probe Post-Invoke/a
	probe Post-Invoke/b SUCCESS
	apt_succeeds_but_warns install app
	expect_warning settings default "$1"
	expect_equal 1 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_runs <<-'EOF'
		Pre-Invoke/a
		Pre-Install-Pkgs/a
		Post-Invoke/b SUCCESS=1
	EOF
}

test_a_truncated_bridge_costs_a_warning_and_the_defaults_hold() {
	local size
	cp "$bridge" /bridge
	for size in 12000 8000 1000 100; do
		cp /bridge "$bridge"
		truncate --size="$size" "$bridge"
		costs_a_warning_and_the_settings_of_Pre-Invoke apt-bridge.so
		silently env APT_UNIVERSAL_HOOKS=off apt-get --yes remove app </dev/null
		rm -r "$hooks"/P*/*
	done
}

test_an_empty_bridge_costs_a_warning_and_the_defaults_hold() {
	: >"$bridge"
	costs_a_warning_and_the_settings_of_Pre-Invoke apt-bridge.so
}

test_a_missing_bridge_costs_a_warning_and_the_defaults_hold() {
	rm "$bridge"
	costs_a_warning_and_the_settings_of_Pre-Invoke apt-bridge.so
}

test_a_bridge_without_the_function_costs_a_warning_and_the_defaults_hold() {
	cp --remove-destination "$(find /usr/lib -name 'libpcre2-8.so.0')" "$bridge"
	costs_a_warning_and_the_settings_of_Pre-Invoke apt-bridge.so
}

# This happens while libapt-pkg gets a new SONAME, and our package is not upgraded yet.
test_a_bridge_without_its_libapt-pkg_costs_a_warning_and_the_defaults_hold() {
	sed -i 's/libapt-pkg\.so\./libapt-pkg.xx./' "$bridge"
	costs_a_warning_and_the_settings_of_Pre-Invoke libapt-pkg.xx
}

test_a_broken_bridge_is_not_noticed_where_it_is_not_needed() {
	: >"$bridge"
	probe Pre-Install-Pkgs/a
	probe Post-Invoke/a
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/a
		Post-Invoke/a
	EOF
}

test_a_broken_bridge_does_not_hinder_switching_off_by_option() {
	: >"$bridge"
	probe Pre-Invoke/a
	apt_succeeds -o Universal-Hooks::Enabled=false install app
	expect_no_runs
}
