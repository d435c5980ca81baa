# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Upgrades from one release of Debian to the next with apt: libc, dpkg, apt, libapt-pkg and our own
# package are replaced during the transaction.
. /tests/lib/upgrading.sh

test_every_hook_of_a_dist-upgrade_runs_once_and_hears_the_truth() {
	hooks_everywhere
	foresee apt-get dist-upgrade
	upgrade_succeeds apt-get --yes dist-upgrade
	expect_all_runs_of 'apt-get --yes dist-upgrade'
	expect_it_was_foreseen
	expect_log_of_success
	expect_no_process_of_ours
	expect_equal "$next_of_ours" "$(dpkg-query --show --showformat '${Version}' $ours)"
	expect_bridge_of "${next_library:-$library}"
	expect_us_to_work
	silently apt-get --yes --purge autoremove </dev/null
}

test_so_does_every_hook_of_a_full-upgrade() {
	hooks_everywhere
	upgrade_succeeds apt --yes full-upgrade
	expect_all_runs_of 'apt --yes full-upgrade'
	expect_no_process_of_ours
}

# autoremove removes the old library of apt when nothing depends on it; if not, the test does.
test_our_old_version_works_in_the_next_release_and_without_its_library_says_so() {
	local old
	old=$(version_of $ours)
	apt-mark hold $ours >/dev/null
	some_hooks
	upgrade_succeeds apt-get --yes dist-upgrade
	expect_runs <<-'LINES'
		Pre-Invoke/a
		pkgs/libc6/Pre-Install-Pkgs/own OPERATION=upgrade
		Post-Invoke/always RESULT=ok
	LINES
	expect_equal "$old" "$(version_of $ours)" 'our version'
	expect_bridge_of "$library"
	expect_us_to_work
	silently apt-get --yes --purge autoremove </dev/null
	[[ -n $next_library ]] || return 0
	: >/runs
	find /usr/lib -name "libapt-pkg.so.${library#libapt-pkg}*" -delete
	apt_succeeds_but_warns install app=1
	expect_warning settings default "libapt-pkg.so.${library#libapt-pkg}"
	expect_equal 1 "$(grep -c '^[WE]: ' "$errors")" 'warnings'
	expect_runs <<-'LINES'
		Pre-Invoke/a
		Pre-Invoke/off
		pkgs/app/Post-Invoke/own OPERATION=install RESULT=ok
	LINES
}

test_our_next_version_alone_brings_what_it_needs() {
	some_hooks
	upgrade_succeeds apt-get --yes install $ours
	expect_runs <<-'LINES'
		Pre-Invoke/a
		pkgs/libc6/Pre-Install-Pkgs/own OPERATION=upgrade
		Post-Invoke/always RESULT=ok
	LINES
	expect_bridge_of "${next_library:-$library}"
	expect_us_to_work
}

test_the_next_apt_comes_first_and_upgrades_the_rest() {
	some_hooks
	upgrade_succeeds apt-get --yes install apt
	expect_bridge_of "$library"
	: >/runs
	upgrade_succeeds apt-get --yes dist-upgrade
	expect_runs <<-LINES
		Pre-Invoke/a
		pkgs/app/Post-Invoke/own OPERATION=upgrade RESULT=ok SUCCESS=1
		shipped: $packaged_hooks/pkgs/app/Post-Invoke/shipped ok
		Post-Invoke/always RESULT=ok
		shipped: $packaged_hooks/Post-Invoke/shipped ok
	LINES
	expect_bridge_of "${next_library:-$library}"
	expect_us_to_work
}
