# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# How scripts see a transaction: which of them run, and which data they get.

# Creates a probe in every kind of directory for a package.
probe_everywhere_for() {
	local package=$1 point
	probe Pre-Invoke/always
	for point in Pre-Install-Pkgs Post-Invoke; do
		probe "$point/always" TRANSACTION
		probe "pkgs/$package/$point/own" OPERATION OLD_VERSION NEW_VERSION ARCHITECTURE
		probe "multi_pkgs/$point/__WILDCARD__/any" MATCHED
	done
}

# The usual case: a single package, as seen by all its probes.
expect_single() {
	local package=$1 operation=$2 old=$3 new=$4 point outcome=-
	local told="OPERATION=$operation OLD_VERSION=$old NEW_VERSION=$new ARCHITECTURE=all"
	{
		echo 'Pre-Invoke/always'
		for point in Pre-Install-Pkgs Post-Invoke; do
			echo "pkgs/$package/$point/own $told"
			echo "multi_pkgs/$point/__WILDCARD__/any --pkg_list={$package} MATCHED={$package}"
			echo "$point/always"
			echo "  $package|all|$operation|$old|$new|$outcome"
			outcome=done
		done
	} >/expected
	expect_runs </expected
}

test_an_install_with_dependencies_runs_every_kind_of_script_in_order() {
	package app 1 'Depends: perl-lib, app-data'
	package app-data 1
	package perl-lib 1
	probe Pre-Invoke/1
	probe Pre-Invoke/2
	for point in Pre-Install-Pkgs Post-Invoke; do
		probe "$point/1"
		probe "$point/2"
		probe "pkgs/app/$point/1" PACKAGE
		probe "pkgs/app/$point/2" PACKAGE
		probe "pkgs/app-data/$point/1" PACKAGE
		probe "pkgs/other/$point/1" PACKAGE
		probe "multi_pkgs/$point/app__WILDCARD__/1" WILDCARD
		probe "multi_pkgs/$point/__WILDCARD__/1" WILDCARD
		probe "multi_pkgs/$point/other__WILDCARD__/1" WILDCARD
	done
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/1
		Pre-Invoke/2
		pkgs/app/Pre-Install-Pkgs/1 PACKAGE=app
		pkgs/app/Pre-Install-Pkgs/2 PACKAGE=app
		pkgs/app-data/Pre-Install-Pkgs/1 PACKAGE=app-data
		multi_pkgs/Pre-Install-Pkgs/__WILDCARD__/1 --pkg_list={app,app-data,perl-lib} WILDCARD=__WILDCARD__
		multi_pkgs/Pre-Install-Pkgs/app__WILDCARD__/1 --pkg_list={app,app-data,perl-lib} WILDCARD=app__WILDCARD__
		Pre-Install-Pkgs/1
		Pre-Install-Pkgs/2
		pkgs/app/Post-Invoke/1 PACKAGE=app
		pkgs/app/Post-Invoke/2 PACKAGE=app
		pkgs/app-data/Post-Invoke/1 PACKAGE=app-data
		multi_pkgs/Post-Invoke/__WILDCARD__/1 --pkg_list={app,app-data,perl-lib} WILDCARD=__WILDCARD__
		multi_pkgs/Post-Invoke/app__WILDCARD__/1 --pkg_list={app,app-data,perl-lib} WILDCARD=app__WILDCARD__
		Post-Invoke/1
		Post-Invoke/2
	EOF
}

test_an_install_is_told_as_an_install() {
	package app 1
	probe_everywhere_for app
	apt_succeeds install app
	expect_single app install - 1
}

test_an_upgrade_is_told_with_both_versions() {
	package app 1
	apt_succeeds install app
	package app 2
	probe_everywhere_for app
	apt_succeeds upgrade
	expect_single app upgrade 1 2
}

test_a_downgrade_is_told_as_a_downgrade() {
	package app 1
	package app 2
	apt_succeeds install app
	probe_everywhere_for app
	apt_succeeds --allow-downgrades install app=1
	expect_single app downgrade 2 1
}

test_a_reinstall_is_told_as_a_reinstall() {
	package app 1
	apt_succeeds install app
	probe_everywhere_for app
	apt_succeeds --reinstall install app
	expect_single app reinstall 1 1
}

test_an_epoch_and_a_tilde_stay_in_the_versions() {
	package app 1:2.0~rc1+b-1
	apt_succeeds install app
	package app 2:1.0-1
	probe_everywhere_for app
	apt_succeeds install app
	expect_single app upgrade 1:2.0~rc1+b-1 2:1.0-1
}

test_a_removal_that_leaves_a_conffile_is_told_as_a_removal() {
	conffile=/etc/app.conf package app 1
	apt_succeeds install app
	probe_everywhere_for app
	apt_succeeds remove app
	expect_single app remove 1 -
}

test_a_removal_that_leaves_nothing_is_a_removal_as_well() {
	package app 1
	apt_succeeds install app
	probe_everywhere_for app
	apt_succeeds remove app
	expect_single app remove 1 -
}

test_a_purge_is_told_as_a_purge() {
	conffile=/etc/app.conf package app 1
	apt_succeeds install app
	probe_everywhere_for app
	apt_succeeds purge app
	expect_single app purge 1 -
}

test_a_purge_of_a_removed_package_is_told_as_a_purge() {
	conffile=/etc/app.conf package app 1
	apt_succeeds install app
	apt_succeeds remove app
	probe_everywhere_for app
	apt_succeeds purge app
	expect_single app purge 1 -
}

test_a_package_that_comes_back_after_its_removal_is_an_install() {
	conffile=/etc/app.conf package app 1
	apt_succeeds install app
	apt_succeeds remove app
	probe_everywhere_for app
	apt_succeeds install app
	expect_single app install - 1
}

test_one_run_can_install_and_remove() {
	package old 1
	apt_succeeds install old
	package new 1
	probe pkgs/new/Post-Invoke/own OPERATION
	probe pkgs/old/Post-Invoke/own OPERATION
	probe Post-Invoke/always TRANSACTION
	apt_succeeds install new old-
	expect_runs <<-'EOF'
		pkgs/new/Post-Invoke/own OPERATION=install
		pkgs/old/Post-Invoke/own OPERATION=remove
		Post-Invoke/always
		  new|all|install|-|1|done
		  old|all|remove|1|-|done
	EOF
}

test_autoremove_is_told_with_all_that_it_removes() {
	package app 1 'Depends: lib'
	package lib 1
	apt_succeeds install app
	probe Post-Invoke/always TRANSACTION
	apt_succeeds autoremove app
	expect_runs <<-'EOF'
		Post-Invoke/always
		  app|all|remove|1|-|done
		  lib|all|remove|1|-|done
	EOF
}

# Each new version conflicts with the other package's old one, so dpkg temporarily removes one.
test_a_temporary_removal_is_part_of_an_upgrade() {
	package swap-a 1
	package swap-b 1
	apt_succeeds install swap-a swap-b
	package swap-a 2 'Conflicts: swap-b (<< 2)' 'Depends: swap-b (>= 2)'
	package swap-b 2 'Conflicts: swap-a (<< 2)'
	probe pkgs/swap-a/Pre-Install-Pkgs/own OPERATION
	probe Pre-Install-Pkgs/always TRANSACTION
	probe Post-Invoke/always TRANSACTION
	apt_succeeds install swap-a swap-b
	grep -q 'emov.* swap-a' "$output" || fail 'swap-a should have been removed for a while'
	expect_runs <<-'EOF'
		pkgs/swap-a/Pre-Install-Pkgs/own OPERATION=upgrade
		Pre-Install-Pkgs/always
		  swap-a|all|upgrade|1|2|-
		  swap-b|all|upgrade|1|2|-
		Post-Invoke/always
		  swap-a|all|upgrade|1|2|done
		  swap-b|all|upgrade|1|2|done
	EOF
}

test_a_deb_in_a_folder_with_a_space_is_a_package_like_others() {
	package app 1
	mkdir '/my packages'
	mv "$repository"/app_1_all.deb '/my packages/my app.deb'
	archive_is_stale=
	probe_everywhere_for app
	apt_succeeds install '/my packages/my app.deb'
	expect_single app install - 1
}

test_300_packages_at_once_are_one_transaction() {
	local number names=()
	for number in {100..399}; do
		names+=("bulk-$number")
		package "bulk-$number" 1
	done
	probe pkgs/bulk-250/Post-Invoke/own PACKAGE
	probe multi_pkgs/Pre-Install-Pkgs/bulk-__WILDCARD__/list
	probe multi_pkgs/Post-Invoke/__WILDCARD__99/list MATCHED
	apt_succeeds install "${names[@]}"
	local all
	all=$(IFS=,; printf '{%s}' "${names[*]}")
	expect_runs <<-EOF
		multi_pkgs/Pre-Install-Pkgs/bulk-__WILDCARD__/list --pkg_list=$all
		pkgs/bulk-250/Post-Invoke/own PACKAGE=bulk-250
		multi_pkgs/Post-Invoke/__WILDCARD__99/list --pkg_list=$all MATCHED={bulk-199,bulk-299,bulk-399}
	EOF
}

test_a_run_that_does_not_call_dpkg_runs_no_script() {
	package app 1
	probe_everywhere_for app
	apt_succeeds --simulate install app
	apt_succeeds --download-only install app
	apt_succeeds install
	expect_no_runs
	apt_succeeds install app
	expect_single app install - 1
}

test_a_script_that_a_package_brings_runs_in_the_transaction_that_installs_it() {
	probe /tmp/files/usr/lib/apt/universal-hooks/pkgs/app/Post-Invoke/brought OPERATION
	files=/tmp/files package app 1
	apt_succeeds install app
	expect_runs <<-'EOF'
		/usr/lib/apt/universal-hooks/pkgs/app/Post-Invoke/brought OPERATION=install
	EOF
}

test_a_script_that_goes_with_its_package_no_longer_runs_after_dpkg() {
	probe /tmp/files/usr/lib/apt/universal-hooks/pkgs/app/Pre-Install-Pkgs/brought OPERATION
	probe /tmp/files/usr/lib/apt/universal-hooks/pkgs/app/Post-Invoke/brought OPERATION
	files=/tmp/files package app 1
	apt_succeeds install app
	: >/runs
	apt_succeeds remove app
	expect_runs <<-'EOF'
		/usr/lib/apt/universal-hooks/pkgs/app/Pre-Install-Pkgs/brought OPERATION=remove
	EOF
}
