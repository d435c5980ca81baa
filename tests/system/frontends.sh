# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# All that calls dpkg by way of libapt-pkg. Each has its own way to start the hooks.

test_apt_and_apt-get_are_served_alike() {
	package app 1
	probe Pre-Invoke/always
	probe pkgs/app/Pre-Install-Pkgs/own COMMAND_LINE
	probe Post-Invoke/always TRANSACTION
	# apt warns that its own command line is not stable.
	run_apt apt --yes install app </dev/null
	apt_must_end_with 0
	expect_runs <<-'EOF'
		Pre-Invoke/always
		pkgs/app/Pre-Install-Pkgs/own COMMAND_LINE=apt --yes install app
		Post-Invoke/always
		  app|all|install|-|1|done
	EOF
}

test_aptitude_is_served_like_apt-get() {
	conffile=/etc/app.conf package app 1 'Depends: lib'
	package lib 1
	probe Pre-Invoke/always
	probe pkgs/app/Pre-Install-Pkgs/own OPERATION COMMAND_LINE
	probe Post-Invoke/always RESULT SUCCESS TRANSACTION
	run_apt aptitude --assume-yes install app </dev/null
	apt_must_end_with 0
	expect_no_warning
	expect_runs <<-'EOF'
		Pre-Invoke/always
		pkgs/app/Pre-Install-Pkgs/own OPERATION=install COMMAND_LINE=aptitude --assume-yes install app
		Post-Invoke/always RESULT=ok SUCCESS=1
		  app|all|install|-|1|done
		  lib|all|install|-|1|done
	EOF
}

# aptitude does not say that it purges, so the stream holds a removal.
test_a_purge_by_aptitude_reaches_what_was_planned() {
	conffile=/etc/app.conf package app 1
	apt_succeeds install app
	probe pkgs/app/Post-Invoke/own RESULT SUCCESS
	run_apt aptitude --assume-yes purge app </dev/null
	apt_must_end_with 0
	expect_runs <<-'EOF'
		pkgs/app/Post-Invoke/own RESULT=ok SUCCESS=1
	EOF
}

# It takes only what is signed for by a known origin.
let_unattended-upgrade_take_the_archive() {
	publish
	{
		printf 'Origin: Tests\nSuite: tests\nDate: %s\nSHA256:\n %s %s Packages\n' \
			"$(date --utc --rfc-email)" \
			"$(sha256sum "$repository/Packages" | cut -d ' ' -f 1)" \
			"$(stat --format=%s "$repository/Packages")"
	} >"$repository/Release"
	apt-get -qq update
	printf '%s\n' '#clear Unattended-Upgrade::Origins-Pattern;' \
		'Unattended-Upgrade::Origins-Pattern:: "origin=Tests";' \
		>/etc/apt/apt.conf.d/99unattended-upgrades-of-tests
}

test_unattended-upgrade_runs_each_script_once_for_each_of_its_steps() {
	package first 1
	package second 1
	apt_succeeds install first second
	package first 2
	package second 2
	let_unattended-upgrade_take_the_archive
	probe Pre-Invoke/always
	probe pkgs/first/Pre-Install-Pkgs/own OPERATION
	probe pkgs/second/Pre-Install-Pkgs/own OPERATION
	probe Post-Invoke/always RESULT SUCCESS TRANSACTION
	run_apt unattended-upgrade --verbose </dev/null
	apt_must_end_with 0
	# Which of the two comes first is its own affair.
	local one=first other=second
	if [[ $(grep --max-count=1 '^pkgs/' /runs) == pkgs/second/* ]]; then
		one=second other=first
	fi
	expect_runs <<-EOF
		Pre-Invoke/always
		pkgs/$one/Pre-Install-Pkgs/own OPERATION=upgrade
		Post-Invoke/always RESULT=ok SUCCESS=1
		  $one|all|upgrade|1|2|done
		Pre-Invoke/always
		pkgs/$other/Pre-Install-Pkgs/own OPERATION=upgrade
		Post-Invoke/always RESULT=ok SUCCESS=1
		  $other|all|upgrade|1|2|done
	EOF
}
