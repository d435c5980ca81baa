# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# The .deb files that apt hands to dpkg: ARCHIVES for all scripts, ARCHIVE for those in pkgs/.

native=$(dpkg --print-architecture)
foreign=i386
[[ $native != i386 ]] || foreign=amd64

test_scripts_read_the_path_of_each_archive_before_and_after_dpkg() {
	package app 2 'Depends: lib'
	package lib 1
	probe Pre-Invoke/always ARCHIVES ARCHIVE
	local point
	for point in Pre-Install-Pkgs Post-Invoke; do
		probe pkgs/lib/$point/own ARCHIVE
		probe multi_pkgs/$point/__WILDCARD__/any ARCHIVES ARCHIVE
		probe $point/always ARCHIVES ARCHIVE
	done
	apt_succeeds install app
	{
		echo 'Pre-Invoke/always no-ARCHIVES no-ARCHIVE'
		for point in Pre-Install-Pkgs Post-Invoke; do
			cat <<-EOT
				pkgs/lib/$point/own ARCHIVE=/repository/./lib_1_all.deb
				multi_pkgs/$point/__WILDCARD__/any --pkg_list={app,lib}
				  app|all|/repository/./app_2_all.deb
				  lib|all|/repository/./lib_1_all.deb no-ARCHIVE
				$point/always
				  app|all|/repository/./app_2_all.deb
				  lib|all|/repository/./lib_1_all.deb no-ARCHIVE
			EOT
		done
	} >/expected
	expect_runs </expected
}

test_downloaded_archives_still_exist_at_Post-Invoke() {
	package app 1
	printf 'deb [trusted=yes] copy:/repository ./\n' >/etc/apt/sources.list
	# shellcheck disable=SC2016 # expanded by the scripts
	local look='cut -f 3 "$APT_UNIVERSAL_HOOKS_ARCHIVES" | xargs --delimiter="\n" ls >>/runs'
	then=$look probe Pre-Install-Pkgs/look
	then=$look probe Post-Invoke/look
	apt_succeeds install app
	expect_runs <<-'EOT'
		Pre-Install-Pkgs/look
		/var/cache/apt/archives/app_1_all.deb
		Post-Invoke/look
		/var/cache/apt/archives/app_1_all.deb
	EOT
}

test_a_path_with_spaces_is_the_rest_of_its_line() {
	package app 1
	mkdir '/my  files'
	mv /repository/app_1_all.deb $'/my  files/an app\t.deb'
	archive_is_stale= # not in the archive: apt would take it from there
	probe Pre-Install-Pkgs/always ARCHIVES
	hook pkgs/app/Pre-Install-Pkgs/own <<-'EOT'
		#!/bin/sh
		dpkg-deb --field "$APT_UNIVERSAL_HOOKS_ARCHIVE" Package >>/runs
	EOT
	apt_succeeds install $'/my  files/an app\t.deb'
	expect_runs <<-'EOT'
		app
		Pre-Install-Pkgs/always
		  app|all|/my  files/an app|.deb
	EOT
}

test_the_file_of_archives_can_be_read_by_all_and_goes_with_the_hook_point() {
	package app 1
	hook Post-Invoke/keeps <<-'EOT'
		#!/bin/sh
		stat --format='%a %F' "$APT_UNIVERSAL_HOOKS_ARCHIVES" >>/runs
		echo "$APT_UNIVERSAL_HOOKS_ARCHIVES" >/name
	EOT
	apt_succeeds install app
	expect_runs <<<'644 regular file'
	[[ ! -e $(cat /name) ]] || fail "$(cat /name) is still there"
}

test_what_is_not_unpacked_has_no_archive() {
	package app 1
	package gone 1
	postinst='[ -e /well ] || exit 1' package late 1
	apt_succeeds install gone
	apt_fails install late
	: >/well
	probe pkgs/gone/Pre-Install-Pkgs/own OPERATION ARCHIVE
	probe pkgs/late/Pre-Install-Pkgs/own OPERATION ARCHIVE
	probe Pre-Install-Pkgs/always ARCHIVES
	apt_succeeds install app gone-
	expect_runs <<-'EOT'
		pkgs/gone/Pre-Install-Pkgs/own OPERATION=remove no-ARCHIVE
		pkgs/late/Pre-Install-Pkgs/own OPERATION=configure no-ARCHIVE
		Pre-Install-Pkgs/always
		  app|all|/repository/./app_1_all.deb
	EOT
	apt_succeeds purge app
	expect_runs <<-'EOT'
		Pre-Install-Pkgs/always

	EOT
}

test_each_architecture_has_its_own_archive() {
	dpkg --add-architecture "$foreign"
	package libma 1 "Architecture: $native" 'Multi-Arch: same'
	package libma 1 "Architecture: $foreign" 'Multi-Arch: same'
	probe pkgs/libma/Pre-Install-Pkgs/own ARCHITECTURE ARCHIVE
	probe "pkgs/libma:$foreign/Pre-Install-Pkgs/own" ARCHITECTURE ARCHIVE
	probe Pre-Install-Pkgs/always ARCHIVES
	apt_succeeds install "libma:$native" "libma:$foreign"
	local archive=/repository/./libma_1_
	expect_runs <<-EOT
		pkgs/libma/Pre-Install-Pkgs/own ARCHITECTURE=$native ARCHIVE=$archive$native.deb
		pkgs/libma:$foreign/Pre-Install-Pkgs/own ARCHITECTURE=$foreign ARCHIVE=$archive$foreign.deb
		Pre-Install-Pkgs/always
		$(printf "  libma|%s|$archive%s.deb\n" "$native" "$native" "$foreign" "$foreign" | LC_ALL=C sort)
	EOT
}

# apt writes **ERROR** instead of a path that is not absolute, runs the hooks, and then fails.
test_an_archive_without_an_absolute_path_has_a_dash() {
	package app 1
	printf 'deb [trusted=yes] copy:/repository ./\n' >/etc/apt/sources.list
	publish
	probe pkgs/app/Pre-Install-Pkgs/own ARCHIVE
	probe Pre-Install-Pkgs/always ARCHIVES
	cd /
	apt_fails -o Dir::Cache::archives=./var/cache/apt/archives/ install app
	expect_runs <<-'EOT'
		pkgs/app/Pre-Install-Pkgs/own no-ARCHIVE
		Pre-Install-Pkgs/always
		  app|all|-
	EOT
}

test_a_simulated_transaction_downloads_no_archive() {
	package app 1
	publish
	probe pkgs/app/Pre-Install-Pkgs/own ARCHIVE
	probe Pre-Install-Pkgs/always ARCHIVES
	apt-universal-hooks run Pre-Install-Pkgs --package app >/said 2>&1 || fail "$(cat /said)"
	expect_runs <<-'EOT'
		pkgs/app/Pre-Install-Pkgs/own no-ARCHIVE
		Pre-Install-Pkgs/always
		  app|all|-
	EOT
}

test_a_hook_scans_archives_and_vetoes_a_bad_one() {
	local tree
	tree=$(mktemp --directory)
	echo 'rm -rf /' >"$tree/bad"
	chmod 755 "$tree"
	package good 1
	files=$tree package bad 1
	hook Pre-Install-Pkgs/010-scan <<-'EOT'
		#!/bin/bash
		set -o pipefail
		while IFS=$'\t' read -r name architecture archive; do
			count=$(dpkg-deb --fsys-tarfile "$archive" | tar -xO | sed -n '/^rm -rf/p' | wc -l)
			if [[ $? != 0 || $count != 0 ]]; then
				echo "$name is bad, or cannot be read" >&2
				exit 1
			fi
		done <"${APT_UNIVERSAL_HOOKS_ARCHIVES:?}"
	EOT
	echo 'Universal-Hooks::Scripts::Pre-Install-Pkgs/010-scan::On-Failure "abort";' \
		>/etc/apt/apt.conf.d/60local-hooks
	apt_succeeds install good
	apt_fails install bad
	form=E expect_warning 010-scan 'apt stops'
	! dpkg-query --status bad >/dev/null 2>&1 || fail 'bad is installed'
	# What cannot be scanned is not installed either.
	printf 'deb [trusted=yes] copy:/repository ./\n' >/etc/apt/sources.list
	apt-get -qq update
	package good 2
	publish
	apt_fails -o Dir::Cache::archives=./var/cache/apt/archives/ install good
	form=E expect_warning 010-scan 'apt stops'
}
