# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# When: which Post-Invoke scripts run, depending on how the transaction ended.

package app 1
postinst='exit 1' package broken 1

settings() {
	cat >/etc/apt/apt.conf.d/90settings
}

# Creates a script for each value, and one for the default.
probe_each_When() {
	local when
	for when in always failure ran success; do
		probe "Post-Invoke/$when" RESULT SUCCESS
		printf 'Universal-Hooks::Scripts::Post-Invoke/%s::When "%s";\n' "$when" "$when"
	done | settings
	probe Post-Invoke/unset RESULT SUCCESS
}

test_after_success() {
	probe_each_When
	apt_succeeds install app
	expect_runs <<-'EOF'
		Post-Invoke/always RESULT=ok SUCCESS=1
		Post-Invoke/ran RESULT=ok SUCCESS=1
		Post-Invoke/success RESULT=ok SUCCESS=1
		Post-Invoke/unset RESULT=ok SUCCESS=1
	EOF
}

test_after_failure() {
	probe_each_When
	apt_fails install broken
	apt_must_end_with 100
	expect_runs <<-'EOF'
		Post-Invoke/always RESULT=failed SUCCESS=0
		Post-Invoke/failure RESULT=failed SUCCESS=0
		Post-Invoke/ran RESULT=failed SUCCESS=0
		Post-Invoke/unset RESULT=failed SUCCESS=0
	EOF
}

# apt calls Post-Invoke without having run dpkg.
test_after_a_transaction_that_was_aborted_and_came_to_its_end() {
	probe_each_When
	apt_succeeds_but_warns -o Debug::pkgDPkgPM=true install app
	expect_no_warning
	expect_runs <<-'EOF'
		Post-Invoke/always RESULT=aborted SUCCESS=0
		Post-Invoke/failure RESULT=aborted SUCCESS=0
		Post-Invoke/ran RESULT=aborted SUCCESS=0
		Post-Invoke/unset RESULT=aborted SUCCESS=0
	EOF
}

test_where_nobody_knows_how_it_went() {
	probe_each_When
	apt_succeeds -o DPkg::Pre-Install-Pkgs::apt-universal-hooks= install app
	expect_runs <<-'EOF'
		Post-Invoke/always no-RESULT SUCCESS=0
		Post-Invoke/ran no-RESULT SUCCESS=0
		Post-Invoke/unset no-RESULT SUCCESS=0
	EOF
}

# RESULT is about dpkg, SUCCESS about the whole transaction.
test_a_failed_script_is_no_failed_transaction() {
	probe_each_When
	then='exit 1' probe Pre-Invoke/fails
	apt_succeeds_but_warns install app
	expect_runs <<-'EOF'
		Pre-Invoke/fails
		Post-Invoke/always RESULT=ok SUCCESS=0
		Post-Invoke/ran RESULT=ok SUCCESS=0
		Post-Invoke/success RESULT=ok SUCCESS=0
		Post-Invoke/unset RESULT=ok SUCCESS=0
	EOF
}

test_SUCCESS_drops_to_0_once_a_script_failed() {
	probe Post-Invoke/1-before SUCCESS
	then='exit 1' probe Post-Invoke/2-fails SUCCESS
	probe Post-Invoke/3-after SUCCESS
	probe Post-Invoke/4-after SUCCESS
	apt_succeeds_but_warns install app
	expect_runs <<-'EOF'
		Post-Invoke/1-before SUCCESS=1
		Post-Invoke/2-fails SUCCESS=1
		Post-Invoke/3-after SUCCESS=0
		Post-Invoke/4-after SUCCESS=0
	EOF
}

test_the_nearest_When_wins() {
	settings <<-'EOF'
		Universal-Hooks::When "failure";
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke::When "success";
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke/b::When "always";
	EOF
	probe pkgs/app/Post-Invoke/a
	probe pkgs/app/Post-Invoke/b
	probe pkgs/broken/Post-Invoke/a
	probe multi_pkgs/Post-Invoke/__WILDCARD__/a
	probe Post-Invoke/a
	apt_succeeds install app
	expect_runs <<-'EOF'
		pkgs/app/Post-Invoke/a
		pkgs/app/Post-Invoke/b
	EOF
	apt_fails install broken
	expect_runs <<-'EOF'
		pkgs/broken/Post-Invoke/a
		multi_pkgs/Post-Invoke/__WILDCARD__/a --pkg_list={broken}
		Post-Invoke/a
	EOF
}

test_When_is_nothing_to_scripts_before_dpkg() {
	settings <<<'Universal-Hooks::When "failure";'
	probe Pre-Invoke/a
	probe Pre-Install-Pkgs/a
	probe Post-Invoke/a
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/a
		Pre-Install-Pkgs/a
	EOF
}
