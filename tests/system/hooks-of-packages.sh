# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Which hooks of a package run in the transaction that installs, upgrades or removes the package.

ours=apt-plugin-universal-hooks

# app_with_hooks VERSION: a package whose hooks, in all kinds of directories, report its version.
app_with_hooks() {
	local version=$1 tree point path
	tree=$(mktemp --directory)
	chmod 755 "$tree"
	for path in Pre-Invoke/app {Pre-Install-Pkgs,Post-Invoke}/app \
		pkgs/app/{Pre-Install-Pkgs,Post-Invoke}/app \
		multi_pkgs/{Pre-Install-Pkgs,Post-Invoke}/app/app; do
		hook "$tree$packaged_hooks/$path" <<-EOT
			#!/bin/sh
			echo "$path of version $version" >>/runs
		EOT
	done
	files=$tree package app "$version"
}

hooks_before() {
	printf "%s of version $1\n" Pre-Invoke/app pkgs/app/Pre-Install-Pkgs/app \
		multi_pkgs/Pre-Install-Pkgs/app/app Pre-Install-Pkgs/app
}

hooks_after() {
	printf "%s of version $1\n" pkgs/app/Post-Invoke/app multi_pkgs/Post-Invoke/app/app \
		Post-Invoke/app
}

test_when_a_package_is_installed_its_hooks_run_after_dpkg() {
	app_with_hooks 1
	apt_succeeds install app
	hooks_after 1 >/expected
	expect_runs </expected
}

test_when_a_package_is_upgraded_the_old_hooks_run_before_dpkg_and_the_new_ones_after() {
	app_with_hooks 1
	apt_succeeds install app
	: >/runs
	app_with_hooks 2
	apt_succeeds install app
	{ hooks_before 1 && hooks_after 2; } >/expected
	expect_runs </expected
}

test_when_a_package_is_removed_its_hooks_run_before_dpkg() {
	app_with_hooks 1
	apt_succeeds install app
	: >/runs
	apt_succeeds remove app
	hooks_before 1 >/expected
	expect_runs </expected
}

test_when_dpkg_fails_to_unpack_the_new_version_the_old_hooks_run_after_dpkg() {
	app_with_hooks 1
	apt_succeeds install app
	: >/runs
	preinst='exit 1' package app 2
	apt_fails install app
	{ hooks_before 1 && hooks_after 1; } >/expected
	expect_runs </expected
}

# apt has read its configuration before dpkg installs the file that registers the hook points.
test_in_the_transaction_that_installs_the_plugin_itself_no_hook_runs() {
	app_with_hooks 1
	apt_succeeds purge $ours
	: >/runs
	probe Post-Invoke/mine
	cp /$ours.deb $repository
	archive_is_stale=yes
	apt_succeeds install $ours app
	expect_no_runs
	apt_succeeds --reinstall install app
	{ hooks_before 1 && hooks_after 1; echo Post-Invoke/mine; } >/expected
	expect_runs </expected
}
