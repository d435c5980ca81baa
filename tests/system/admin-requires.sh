# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# apt-universal-hooks requires: the packages that hooks need, shown, listed and installed.

package lib-a 1
package lib-b 1
package lib-c 1
command=apt-universal-hooks

# Hooks in both trees that need packages, two by a setting for their name and one for a directory.
hooks_that_need_packages() {
	probe Post-Invoke/needs-a
	probe "Pre-Invoke/needs b"
	probe $packaged_hooks/pkgs/app/Post-Invoke/needs-dpkg
	cat >/etc/apt/apt.conf.d/50needs <<-'END'
		Universal-Hooks::Scripts::Post-Invoke/needs-a::Requires { "lib-a"; };
		"Universal-Hooks::Scripts::Pre-Invoke/needs b::Requires" { "lib-b"; "lib-a"; };
		Universal-Hooks::Scripts::pkgs::Requires { "dpkg"; };
	END
}

expect_no_errors() {
	[[ ! -s $errors ]] || fail 'nothing should be on standard error'
}

test_a_table_of_packages_and_hooks_when_piped() {
	hooks_that_need_packages
	ends_with 1 $command requires
	expect_no_errors
	expect_file $output <<-EOF
		Package	Installed	Hooks
		dpkg	yes	$packaged_hooks/pkgs/app/Post-Invoke/needs-dpkg
		lib-a	no	$hooks/Pre-Invoke/needs b $hooks/Post-Invoke/needs-a
		lib-b	no	$hooks/Pre-Invoke/needs b
	EOF
}

test_blocks_of_lines_on_a_narrow_terminal() {
	hooks_that_need_packages
	publish
	apt-get -qq --yes install lib-a lib-b >/dev/null 2>&1
	script -qec "stty cols 40; NO_COLOR=1 $command requires" /dev/null </dev/null >/typed ||
		fail "$(cat /typed)"
	expect_file <(tr -d '\r' </typed) <<-EOF
		dpkg
		  Installed: yes
		  Hooks:
		    $packaged_hooks/pkgs/app/Post-Invoke/needs-dpkg
		lib-a
		  Installed: yes
		  Hooks:
		    $hooks/Pre-Invoke/needs b
		    $hooks/Post-Invoke/needs-a
		lib-b
		  Installed: yes
		  Hooks:
		    $hooks/Pre-Invoke/needs b
	EOF
}

test_a_table_on_a_wide_terminal() {
	probe Post-Invoke/a
	echo 'Universal-Hooks::Requires { "dpkg"; };' >/etc/apt/apt.conf.d/50needs
	script -qec "stty cols 80; NO_COLOR=1 $command requires" /dev/null </dev/null >/typed ||
		fail "$(cat /typed)"
	expect_file <(tr -d '\r' </typed) <<-EOF
		Package  Installed  Hooks
		dpkg     yes        $hooks/Post-Invoke/a
	EOF
}

test_json_says_the_same() {
	hooks_that_need_packages
	rm "$hooks/Post-Invoke/needs-a"
	ends_with 1 $command requires --json
	expect_no_errors
	expect_file <(tr -d ' \n' <$output) < <(tr -d ' \n' <<-EOF
		{"packages": [
			{"package": "dpkg", "installed": true, "known_to_apt": null, "candidate": null,
				"hooks": ["$packaged_hooks/pkgs/app/Post-Invoke/needs-dpkg"]},
			{"package": "lib-a", "installed": false, "known_to_apt": true, "candidate": "lib-a",
				"hooks": ["$hooks/Pre-Invoke/needs b"]},
			{"package": "lib-b", "installed": false, "known_to_apt": true, "candidate": "lib-b",
				"hooks": ["$hooks/Pre-Invoke/needs b"]}]}
	EOF
	)
}

test_missing_gives_names_for_apt_get_and_nothing_else() {
	hooks_that_need_packages
	ends_with 0 $command requires --missing
	expect_no_errors
	expect_file $output <<-'EOF'
		lib-a
		lib-b
	EOF
	# shellcheck disable=SC2046
	apt-get -qq --yes install $($command requires --missing) >/dev/null 2>&1
	ends_with 0 $command requires --missing
	expect_file $output </dev/null
	ends_with 0 $command requires
}

test_install_installs_what_is_missing_and_the_hooks_run() {
	hooks_that_need_packages
	package app 1
	ends_with 0 $command requires --install
	expect_equal 'installed installed' \
		"$(dpkg-query --show --showformat '${db:Status-Status} ' lib-a lib-b | xargs)" 'lib-a and lib-b'
	! dpkg-query --show lib-c 2>/dev/null || fail 'lib-c is not needed'
	: >/runs
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/needs\ b
		/usr/lib/apt/universal-hooks/pkgs/app/Post-Invoke/needs-dpkg
		Post-Invoke/needs-a
	EOF
	ends_with 0 $command requires --install
	expect_file $output <<-'EOF'
		All packages that hooks require are installed.
	EOF
}

# apt-get asks before it installs additional packages, and gets no answer.
test_apt_gets_question_and_its_exit_status_are_passed_on() {
	hooks_that_need_packages
	package lib-a 2 'Depends: lib-c'
	ends_with 1 $command requires --install
	grep -q 'Do you want to continue' $output || fail 'apt-get should have asked'
	! dpkg-query --show lib-a 2>/dev/null || fail 'lib-a should not be installed'
	ends_with 0 $command requires --install --yes
	dpkg-query --show lib-a >/dev/null || fail 'lib-a should be installed'
}

test_a_package_that_apt_does_not_know_is_told_and_nothing_is_installed() {
	hooks_that_need_packages
	echo 'Universal-Hooks::Scripts::Post-Invoke/needs-a::Requires:: "no-such";' \
		>/etc/apt/apt.conf.d/60more
	ends_with 2 $command requires --install
	expect_equal 1 "$(wc -l <$errors)" 'lines on standard error'
	form=E expect_warning no-such "$hooks/Post-Invoke/needs-a" 'nothing is installed'
	! dpkg-query --show lib-a 2>/dev/null || fail 'lib-a should not be installed'
	ends_with 0 $command requires --missing
	expect_warning no-such
	expect_file $output <<-'EOF'
		lib-a
		lib-b
		no-such
	EOF
	ends_with 1 $command requires
	grep -q $'^no-such\tno, unknown to apt\t' $output || fail 'the table should say so'
}

# apt-get would remove dpkg for "dpkg-", and take "lib.a" for a regular expression.
test_names_that_apt_get_would_take_for_something_else_are_left_out() {
	probe Post-Invoke/a
	echo 'Universal-Hooks::Requires { "lib-c-"; "lib.a"; "lib-b"; };' >/etc/apt/apt.conf.d/50needs
	ends_with 0 $command requires --missing
	expect_warning lib-c- 'left out'
	expect_warning lib.a 'left out'
	expect_file $output <<<lib-b
	ends_with 2 $command requires --install
	! dpkg-query --show lib-b 2>/dev/null || fail 'nothing should be installed'
}

test_a_package_is_listed_once_and_per_architecture() {
	package lib++ 1
	publish
	probe Post-Invoke/a
	echo 'Universal-Hooks::Requires { "lib++"; "lib-b"; "lib-b"; "lib-b:sparc"; };' \
		>/etc/apt/apt.conf.d/50needs
	ends_with 1 $command requires
	expect_file $output <<-EOF
		Package	Installed	Hooks
		lib++	no	$hooks/Post-Invoke/a
		lib-b	no	$hooks/Post-Invoke/a
		lib-b:sparc	no, unknown to apt	$hooks/Post-Invoke/a
	EOF
	ends_with 0 $command requires --missing
	expect_warning lib-b:sparc
	expect_equal 3 "$(wc -l <$output)" 'names'
}

test_the_first_alternative_that_apt_has_is_installed() {
	probe Post-Invoke/a
	cat >/etc/apt/apt.conf.d/50needs <<-'END'
		Universal-Hooks::Requires {
			"no-such | lib-a (>= 2) | lib-b (>= 1) | lib-c";
			"lib-b, lib-c (<< 2)";
		};
	END
	ends_with 1 $command requires
	expect_file $output <<-EOF
		Package	Installed	Hooks
		lib-b	no	$hooks/Post-Invoke/a
		lib-c (<< 2)	no	$hooks/Post-Invoke/a
		no-such | lib-a (>= 2) | lib-b (>= 1) | lib-c	no	$hooks/Post-Invoke/a
	EOF
	ends_with 0 $command requires --missing
	expect_no_errors
	expect_file $output <<-'EOF'
		lib-b
		lib-c
	EOF
	ends_with 0 $command requires --install
	ends_with 0 $command requires
	echo 'Universal-Hooks::Requires:: "no-such | lib-b (>= 2)";' >>/etc/apt/apt.conf.d/50needs
	ends_with 0 $command requires --missing
	expect_warning 'no-such | lib-b (>= 2), required by' 'left out'
	expect_file $output </dev/null
	ends_with 2 $command requires --install
}

test_only_root_installs_and_everybody_looks() {
	hooks_that_need_packages
	publish
	ends_with 2 setpriv --reuid 65534 --clear-groups $command requires --install
	expect_equal 'E: only root can install packages' "$(cat $errors)"
	ends_with 1 setpriv --reuid 65534 --clear-groups $command requires
	expect_equal 4 "$(wc -l <$output)" 'lines of the table'
}

test_disabled_hooks_need_nothing() {
	hooks_that_need_packages
	$command disable Post-Invoke/needs-a 'Pre-Invoke/needs b' pkgs/app/Post-Invoke/needs-dpkg \
		>/dev/null
	ends_with 0 $command requires
	expect_file $output <<<'No hook requires a package.'
	ends_with 0 $command requires --install
}

# Creates another root directory, /image, as a copy of this system.
make_a_rootfs() {
	publish
	mkdir /image /layer
	mount -t tmpfs -o mode=755 tmpfs /layer
	mkdir /layer/upper /layer/work
	mount -t overlay -o lowerdir=/,upperdir=/layer/upper,workdir=/layer/work overlay /image
	mount -t devpts -o newinstance,ptmxmode=0666 devpts /image/dev/pts
	hook /image/etc/apt/universal-hooks/Post-Invoke/in-the-image <<-'EOF'
		#!/bin/sh
		echo ran >>/ran-in-the-image
	EOF
	echo 'Universal-Hooks::Scripts::Post-Invoke/in-the-image::Requires { "lib-a"; };' \
		>/image/etc/apt/apt.conf.d/50needs
}

test_an_image_gets_back_what_its_hooks_use() {
	probe Post-Invoke/of-this-system
	make_a_rootfs
	rm /image/etc/apt/universal-hooks/Post-Invoke/of-this-system
	ends_with 1 $command requires --root /image
	expect_file $output <<-'EOF'
		Package	Installed	Hooks
		lib-a	no	/image/etc/apt/universal-hooks/Post-Invoke/in-the-image
	EOF
	ends_with 0 $command requires --install --root /image
	expect_no_errors
	chroot /image dpkg-query --show lib-a >/dev/null
	! dpkg-query --show lib-a 2>/dev/null || fail 'lib-a should be in the image only'
	expect_file /image/ran-in-the-image <<<ran
	expect_no_runs
	ends_with 0 $command requires --root /image
}

test_an_image_without_apt_is_one_clear_error() {
	make_a_rootfs
	rm /image/usr/bin/apt-get
	ends_with 2 $command requires --install --root /image
	expect_equal 'E: /image/usr/bin/apt-get cannot be started: No such file or directory' \
		"$(cat $errors)"
}

test_what_does_not_go_together_is_refused() {
	ends_with 2 $command requires --install --missing
	form=E expect_warning --install --missing
	ends_with 2 $command requires --yes
	form=E expect_warning --yes --install
	ends_with 2 $command requires --install --json
	ends_with 2 $command requires lib-a
	form=E expect_warning lib-a 'unexpected argument'
}

test_a_broken_database_is_one_clear_error() {
	hooks_that_need_packages
	publish
	echo 'this is no database' >/var/lib/dpkg/status
	ends_with 2 $command requires
	expect_equal 1 "$(wc -l <$errors)" 'lines on standard error'
	form=E expect_warning /var/lib/dpkg/status 'run dpkg-query --admindir=/var/lib/dpkg --list'
	ends_with 2 dpkg-query --admindir=/var/lib/dpkg --list
}
