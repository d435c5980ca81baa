# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# One name on two architectures, and packages that move from one to another.

native=$(dpkg --print-architecture)
foreign=i386
[[ $native != i386 ]] || foreign=amd64
dpkg --add-architecture "$foreign"

test_one_name_on_two_architectures_is_one_name_and_two_packages() {
	package libma 1 "Architecture: $native" 'Multi-Arch: same'
	package libma 1 "Architecture: $foreign" 'Multi-Arch: same'
	probe pkgs/libma/Post-Invoke/own ARCHITECTURE
	probe "pkgs/libma:$foreign/Post-Invoke/own" ARCHITECTURE
	probe multi_pkgs/Post-Invoke/lib__WILDCARD__/list
	probe Post-Invoke/always TRANSACTION
	apt_succeeds install "libma:$native" "libma:$foreign"
	expect_runs <<-EOF
		pkgs/libma/Post-Invoke/own ARCHITECTURE=$native
		pkgs/libma:$foreign/Post-Invoke/own ARCHITECTURE=$foreign
		multi_pkgs/Post-Invoke/lib__WILDCARD__/list --pkg_list={libma}
		Post-Invoke/always
		$(printf '  libma|%s|install|-|1|done\n' "$native" "$foreign" | LC_ALL=C sort)
	EOF
}

test_a_folder_with_a_colon_is_for_one_architecture() {
	package libma 1 "Architecture: $native" 'Multi-Arch: same'
	package libma 1 "Architecture: $foreign" 'Multi-Arch: same'
	probe "pkgs/libma:$foreign/Post-Invoke/own" PACKAGE ARCHITECTURE
	probe "multi_pkgs/Post-Invoke/__WILDCARD__:$foreign/list"
	probe "multi_pkgs/Post-Invoke/__WILDCARD__:$native/list"
	apt_succeeds install "libma:$native"
	expect_runs <<-EOF
		multi_pkgs/Post-Invoke/__WILDCARD__:$native/list --pkg_list={libma}
	EOF
	apt_succeeds install "libma:$foreign"
	expect_runs <<-EOF
		pkgs/libma:$foreign/Post-Invoke/own PACKAGE=libma ARCHITECTURE=$foreign
		multi_pkgs/Post-Invoke/__WILDCARD__:$foreign/list --pkg_list={libma}
	EOF
}

test_one_architecture_can_go_while_the_other_stays() {
	package libma 1 "Architecture: $native" 'Multi-Arch: same'
	package libma 1 "Architecture: $foreign" 'Multi-Arch: same'
	apt_succeeds install "libma:$native" "libma:$foreign"
	probe Post-Invoke/always TRANSACTION RESULT
	apt_succeeds remove "libma:$foreign"
	expect_runs <<-EOF
		Post-Invoke/always
		  libma|$foreign|remove|1|-|done RESULT=ok
	EOF
}

test_a_crossgrade_is_one_operation_for_each_architecture() {
	package cross 1 "Architecture: $native"
	package cross 1 "Architecture: $foreign"
	apt_succeeds install "cross:$native"
	probe pkgs/cross/Post-Invoke/own OPERATION ARCHITECTURE
	probe Post-Invoke/always TRANSACTION RESULT
	apt_succeeds install "cross:$foreign"
	expect_runs <<-EOF
		pkgs/cross/Post-Invoke/own OPERATION=install ARCHITECTURE=$foreign
		Post-Invoke/always
		$(printf '  cross|%s|done\n' "$native|remove|1|-" "$foreign|install|-|1" |
			LC_ALL=C sort) RESULT=ok
	EOF
}

test_an_upgrade_may_change_the_architecture_to_all() {
	package app 1 "Architecture: $native"
	apt_succeeds install app
	package app 2 'Architecture: all'
	probe Post-Invoke/always TRANSACTION RESULT
	apt_succeeds install app
	expect_runs <<-EOF
		Post-Invoke/always
		  app|all|upgrade|1|2|done RESULT=ok
	EOF
}
