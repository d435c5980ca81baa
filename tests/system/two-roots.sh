# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Two apts on two roots at the same time. With Dir=/alt, apt works on the system in /alt but runs the
# hooks of this one, so both use the same state directory.

make_the_other_root() {
	mkdir -p /alt/etc /alt/var/lib /alt/var/cache/apt/archives/partial /alt/var/log/apt
	cp -a /etc/apt /alt/etc
	rm -r /alt/etc/apt/universal-hooks
	cp -a /var/lib/dpkg /var/lib/apt /alt/var/lib
}

other_root=(-o Dir=/alt -o DPkg::Options::=--root=/alt)

test_two_apts_on_two_roots_never_mix() {
	package here 1
	package there 1
	publish
	make_the_other_root
	mkfifo /go /gone-on
	# The apt of this root waits between Pre-Install-Pkgs and dpkg until the other has finished.
	preinst='echo go >/go; read -r word </gone-on' package here 1
	for point in Pre-Install-Pkgs Post-Invoke; do
		probe "pkgs/here/$point/own" RESULT
		probe "pkgs/there/$point/own" RESULT
		probe "$point/always" SUCCESS TRANSACTION
	done
	publish
	{
		read -r word </go
		status=0
		apt-get --yes "${other_root[@]}" install there </dev/null >/other.log 2>&1 || status=$?
		echo "$status" >/other.status
		echo on >/gone-on
	} &
	run_apt apt-get --yes install here
	expect_equal 0 "$apt_status" 'exit status on this root'
	wait
	cat /other.log >>"$output"
	expect_equal 0 "$(cat /other.status)" 'exit status on the other root'
	expect_runs <<-'EOF'
		pkgs/here/Pre-Install-Pkgs/own no-RESULT
		Pre-Install-Pkgs/always no-SUCCESS
		  here|all|install|-|1|-
		pkgs/there/Pre-Install-Pkgs/own no-RESULT
		Pre-Install-Pkgs/always no-SUCCESS
		  there|all|install|-|1|-
		pkgs/there/Post-Invoke/own RESULT=ok
		Post-Invoke/always SUCCESS=1
		  there|all|install|-|1|done
		pkgs/here/Post-Invoke/own RESULT=ok
		Post-Invoke/always SUCCESS=1
		  here|all|install|-|1|done
	EOF
	expect_no_warning
	apt_must_end_with 0
}

test_the_outcome_on_the_other_root_is_read_from_its_own_database() {
	package app 1
	apt_succeeds install app
	make_the_other_root
	probe Post-Invoke/always RESULT SUCCESS TRANSACTION
	apt_succeeds "${other_root[@]}" remove app
	expect_runs <<-'EOF'
		Post-Invoke/always RESULT=ok SUCCESS=1
		  app|all|remove|1|-|done
	EOF
	dpkg-query --show app >/dev/null
}

# A hook that runs apt nests a transaction in another one; both get the right data.
test_an_apt_that_a_hook_starts_on_another_root_is_a_transaction_of_its_own() {
	package here 1
	package there 1
	publish
	make_the_other_root
	probe Post-Invoke/always TRANSACTION
	hook pkgs/here/Pre-Install-Pkgs/starts-another <<-EOF
		#!/bin/sh
		exec env --unset=DPKG_FRONTEND_LOCKED apt-get --yes ${other_root[*]} install there >/dev/null
	EOF
	apt_succeeds install here
	expect_runs <<-'EOF'
		Post-Invoke/always
		  there|all|install|-|1|done
		Post-Invoke/always
		  here|all|install|-|1|done
	EOF
}

# With DPkg::Chroot-Directory, apt runs the hooks inside that root, here a copy of this system without
# /proc.
test_hooks_that_apt_runs_in_a_chroot_are_told_the_truth_as_well() {
	package app 1
	probe Pre-Invoke/always
	probe pkgs/app/Pre-Install-Pkgs/own OPERATION
	probe pkgs/app/Post-Invoke/own RESULT
	publish
	mkdir /alt
	mount --bind / /alt
	mount --bind /tests /alt/tests
	# apt prints on standard error that it enters the chroot.
	apt_succeeds_but_warns -o DPkg::Chroot-Directory=/alt install app
	expect_no_warning
	expect_runs <<-'EOF'
		Pre-Invoke/always
		pkgs/app/Pre-Install-Pkgs/own OPERATION=install
		pkgs/app/Post-Invoke/own RESULT=ok
	EOF
}
