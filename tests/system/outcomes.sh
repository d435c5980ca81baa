# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# What Post-Invoke learns about the transaction: RESULT, SUCCESS and each package's outcome.

test_when_all_went_well_the_result_is_ok() {
	package app 1
	probe Pre-Invoke/always RESULT SUCCESS
	probe Pre-Install-Pkgs/always RESULT SUCCESS
	probe pkgs/app/Post-Invoke/own RESULT SUCCESS
	probe multi_pkgs/Post-Invoke/__WILDCARD__/any RESULT SUCCESS
	probe Post-Invoke/always RESULT SUCCESS
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/always no-RESULT no-SUCCESS
		Pre-Install-Pkgs/always no-RESULT no-SUCCESS
		pkgs/app/Post-Invoke/own RESULT=ok SUCCESS=1
		multi_pkgs/Post-Invoke/__WILDCARD__/any --pkg_list={app} RESULT=ok SUCCESS=1
		Post-Invoke/always RESULT=ok SUCCESS=1
	EOF
}

test_a_failing_postinst_is_a_failed_package_and_-f_install_mends_it() {
	package good 1
	postinst='[ -e /fixed ]' package broken 1
	probe pkgs/broken/Post-Invoke/own OPERATION RESULT
	probe Post-Invoke/always RESULT SUCCESS TRANSACTION
	apt_fails install good broken
	apt_must_end_with 100
	expect_runs <<-'EOF'
		pkgs/broken/Post-Invoke/own OPERATION=install RESULT=failed
		Post-Invoke/always RESULT=failed SUCCESS=0
		  broken|all|install|-|1|failed
		  good|all|install|-|1|done
	EOF
	touch /fixed
	apt_succeeds -f install
	expect_runs <<-'EOF'
		pkgs/broken/Post-Invoke/own OPERATION=configure RESULT=ok
		Post-Invoke/always RESULT=ok SUCCESS=1
		  broken|all|configure|1|1|done
	EOF
}

test_a_failing_preinst_is_a_failed_upgrade() {
	package app 1
	apt_succeeds install app
	preinst='exit 1' package app 2
	probe Post-Invoke/always RESULT SUCCESS TRANSACTION
	apt_fails install app
	expect_runs <<-'EOF'
		Post-Invoke/always RESULT=failed SUCCESS=0
		  app|all|upgrade|1|2|failed
	EOF
}

test_a_failing_prerm_is_a_failed_removal() {
	prerm='[ "$1" != remove ]' package app 1
	apt_succeeds install app
	probe Post-Invoke/always RESULT SUCCESS TRANSACTION
	apt_fails remove app
	expect_runs <<-'EOF'
		Post-Invoke/always RESULT=failed SUCCESS=0
		  app|all|remove|1|-|failed
	EOF
}

test_a_failing_postrm_is_a_failed_purge() {
	postrm='[ "$1" != purge ]' conffile=/etc/app.conf package app 1
	apt_succeeds install app
	probe Post-Invoke/always RESULT SUCCESS TRANSACTION
	apt_fails purge app
	expect_runs <<-'EOF'
		Post-Invoke/always RESULT=failed SUCCESS=0
		  app|all|purge|1|-|failed
	EOF
}

test_when_dpkg_never_ran_the_result_is_aborted() {
	package app 1
	probe Pre-Install-Pkgs/always
	probe Post-Invoke/always RESULT SUCCESS
	# apt shows dpkg's command line on standard error instead of running it.
	apt_succeeds_but_warns -o Debug::pkgDPkgPM=true install app
	expect_no_warning
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/always
		Post-Invoke/always RESULT=aborted SUCCESS=0
	EOF
}

test_a_reinstall_that_never_ran_is_aborted_as_well() {
	package app 1
	apt_succeeds install app
	probe Post-Invoke/always RESULT SUCCESS
	# apt shows dpkg's command line on standard error instead of running it.
	apt_succeeds_but_warns -o Debug::pkgDPkgPM=true --reinstall install app
	expect_no_warning
	expect_runs <<-'EOF'
		Post-Invoke/always RESULT=aborted SUCCESS=0
	EOF
}

# apt reads one database and dpkg writes another: nobody can say that dpkg never ran.
expect_no_result() {
	probe Post-Invoke/always RESULT SUCCESS
	cp -a /var/lib/dpkg /dpkg
	silently env "$@" </dev/null
	expect_runs <<-'EOF'
		Post-Invoke/always no-RESULT SUCCESS=0
	EOF
}

test_with_DPKG_ADMINDIR_the_result_is_not_known() {
	package app 1
	expect_no_result DPKG_ADMINDIR=/dpkg apt-get --yes install app
	dpkg-query --admindir=/dpkg --show app >/dev/null || fail 'the test is broken: dpkg did not run'
}

with_options_of_dpkg() {
	package app 1
	mkdir -p /alt/var/lib
	cp -a /var/lib/dpkg /alt/var/lib
	expect_no_result apt-get --yes "$@" install app
}

test_with_an_admindir_among_the_options_of_dpkg_the_result_is_not_known() {
	with_options_of_dpkg -o DPkg::Options::=--admindir=/dpkg
	dpkg-query --admindir=/dpkg --show app >/dev/null || fail 'the test is broken: dpkg did not run'
}

test_with_a_root_among_the_options_of_dpkg_in_a_file_the_result_is_not_known() {
	echo 'DPkg::Options { "--force-script-chrootless"; "--root=/alt"; };' >/etc/apt/apt.conf.d/90options
	with_options_of_dpkg
	dpkg-query --admindir=/alt/var/lib/dpkg --show app >/dev/null || fail 'the test is broken: dpkg did not run'
}

test_with_a_root_among_the_options_of_dpkg_that_is_ours_the_result_is_known() {
	package app 1
	probe Post-Invoke/always RESULT SUCCESS
	apt_succeeds_but_warns -o DPkg::Options::=--root=/ -o Debug::pkgDPkgPM=true install app
	expect_runs <<<'Post-Invoke/always RESULT=aborted SUCCESS=0'
}

test_with_a_Dir_the_result_is_known_only_if_dpkg_uses_its_database() {
	package app 1
	publish
	mkdir -p /alt/etc /alt/var/lib /alt/var/cache/apt/archives/partial /alt/var/log/apt
	cp -a /etc/apt /alt/etc
	cp -a /var/lib/dpkg /var/lib/apt /alt/var/lib
	probe Post-Invoke/always RESULT SUCCESS
	apt_succeeds -o Dir=/alt install app
	# apt 3.0 tells dpkg where its database is, apt 2.6 does not.
	if dpkg-query --show app >/dev/null 2>&1; then
		expect_runs <<<'Post-Invoke/always no-RESULT SUCCESS=0'
	else
		dpkg-query --admindir=/alt/var/lib/dpkg --show app
		expect_runs <<<'Post-Invoke/always RESULT=ok SUCCESS=1'
	fi
}

a_script_that_fails_at() {
	package app 1
	then='exit 3' probe "$1/5-fails"
	probe Post-Invoke/9-last RESULT SUCCESS
	apt_succeeds_but_warns install app
	expect_warning "$hooks/$1/5-fails" 3
	expect_runs <<-EOF
		$1/5-fails
		Post-Invoke/9-last RESULT=ok SUCCESS=0
	EOF
}

test_a_script_that_fails_at_Pre-Invoke_takes_the_success_away() {
	a_script_that_fails_at Pre-Invoke
}

test_a_script_that_fails_at_Pre-Install-Pkgs_takes_the_success_away() {
	a_script_that_fails_at Pre-Install-Pkgs
}

test_a_script_that_fails_at_Post-Invoke_takes_the_success_away_from_those_after_it() {
	a_script_that_fails_at Post-Invoke
}

test_an_earlier_transactions_failure_is_forgotten() {
	package app 1
	package other 1
	then='[ ! -e /var/lib/dpkg/info/app.list ]' probe Pre-Invoke/fails-later
	probe Post-Invoke/always SUCCESS
	apt_succeeds install app
	apt_succeeds_but_warns install other
	rm "$hooks/Pre-Invoke/fails-later"
	apt_succeeds remove other
	expect_runs <<-'EOF'
		Pre-Invoke/fails-later
		Post-Invoke/always SUCCESS=1
		Pre-Invoke/fails-later
		Post-Invoke/always SUCCESS=0
		Post-Invoke/always SUCCESS=1
	EOF
}

test_a_failing_script_is_named_with_its_status_and_the_rest_goes_on() {
	package app 1
	then='exit 42' probe Pre-Invoke/1-exits
	probe Pre-Invoke/2-next
	then='kill -SEGV $$' probe pkgs/app/Pre-Install-Pkgs/1-crashes
	probe pkgs/app/Pre-Install-Pkgs/2-next
	then='kill -KILL $$' probe multi_pkgs/Post-Invoke/__WILDCARD__/1-killed
	probe multi_pkgs/Post-Invoke/__WILDCARD__/2-next
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Pre-Invoke/1-exits" 42
	expect_warning "$hooks/pkgs/app/Pre-Install-Pkgs/1-crashes" signal
	expect_warning "$hooks/multi_pkgs/Post-Invoke/__WILDCARD__/1-killed" signal
	expect_equal 3 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_runs <<-'EOF'
		Pre-Invoke/1-exits
		Pre-Invoke/2-next
		pkgs/app/Pre-Install-Pkgs/1-crashes
		pkgs/app/Pre-Install-Pkgs/2-next
		multi_pkgs/Post-Invoke/__WILDCARD__/1-killed --pkg_list={app}
		multi_pkgs/Post-Invoke/__WILDCARD__/2-next --pkg_list={app}
	EOF
}

test_no_exit_status_of_a_script_makes_apt_fail() {
	package app 1
	local status
	for status in 1 2 100 111 126 127 255; do
		then="exit $status" probe "Pre-Invoke/$status"
		then="exit $status" probe "Pre-Install-Pkgs/$status"
		then="exit $status" probe "Post-Invoke/$status"
	done
	apt_succeeds_but_warns install app
	expect_equal 21 "$(wc -l </runs)" 'runs'
	expect_equal 21 "$(grep -c '^W: ' "$errors")" 'warnings'
	dpkg-query --show app >/dev/null
}

test_a_script_that_had_nothing_to_do_has_not_failed() {
	package app 1
	then='exit 77' probe Pre-Install-Pkgs/nothing-to-do
	then='exit 77' probe Post-Invoke/1-nothing-to-do
	probe Post-Invoke/2-always SUCCESS
	apt_succeeds -o Universal-Hooks::On-Failure=abort install app
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/nothing-to-do
		Post-Invoke/1-nothing-to-do
		Post-Invoke/2-always SUCCESS=1
	EOF
	expect_equal 2 "$(grep -c 'nothing-to-do \[always\] skipped (77) [0-9]* ms$' /var/log/apt/universal-hooks.log)"
	apt-universal-hooks log --last >/out
	has 'result: ok; 3 hooks: 1 ok, 2 skipped' </out || fail "$(</out)"
	apt-universal-hooks run Post-Invoke --script 1-nothing-to-do --package app >/out
	has -P '1-nothing-to-do\tskipped \(77\)\t' </out || fail "$(</out)"
}

test_after_a_run_that_another_hook_stopped_the_next_one_knows_only_its_own_packages() {
	package stopped 1
	package wanted 1
	then='exit 1' probe Pre-Install-Pkgs/fails
	probe Post-Invoke/always RESULT SUCCESS TRANSACTION
	apt_fails -o DPkg::Pre-Install-Pkgs::zz-veto='exit 1' install stopped
	expect_runs <<-'EOF'
		Pre-Install-Pkgs/fails
	EOF
	rm "$hooks/Pre-Install-Pkgs/fails"
	apt_succeeds install wanted
	expect_runs <<-'EOF'
		Post-Invoke/always RESULT=ok SUCCESS=1
		  wanted|all|install|-|1|done
	EOF
}

test_after_apt_was_killed_the_next_run_knows_only_its_own_packages() {
	package killed 1
	package wanted 1
	run_apt apt-get --yes -o DPkg::Pre-Install-Pkgs::zz='kill -KILL $PPID' install killed
	expect_equal 137 "$apt_status" 'the exit status of a killed apt'
	probe Post-Invoke/always RESULT SUCCESS TRANSACTION
	apt_succeeds install wanted
	expect_runs <<-'EOF'
		Post-Invoke/always RESULT=ok SUCCESS=1
		  wanted|all|install|-|1|done
	EOF
}

test_without_Pre-Install-Pkgs_scripts_that_need_packages_are_missed_once_and_aloud() {
	package app 1
	local off=DPkg::Pre-Install-Pkgs::apt-universal-hooks=
	probe Post-Invoke/always PACKAGE RESULT
	apt_succeeds -o "$off" install app
	probe pkgs/app/Post-Invoke/own
	probe pkgs/other/Post-Invoke/own
	probe multi_pkgs/Post-Invoke/__WILDCARD__/any
	apt_succeeds_but_warns -o "$off" remove app
	expect_equal 1 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_warning Pre-Install-Pkgs
	expect_equal 2 "$(grep -c '^Post-Invoke/always' /runs)" 'runs of Post-Invoke/always'
	expect_equal 2 "$(wc -l </runs)" 'runs'
}
