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

# --- packages-success: the packages of the script, whatever became of the others

test_a_package_that_went_in_well_keeps_its_hook_beside_one_that_failed() {
	settings <<<'Universal-Hooks::When "packages-success";'
	package linux-image-6.1 1
	probe pkgs/linux-image-6.1/Post-Invoke/own RESULT SUCCESS OUTCOME
	probe pkgs/broken/Post-Invoke/own RESULT SUCCESS OUTCOME
	probe multi_pkgs/Post-Invoke/linux-__WILDCARD__/any MATCHED OUTCOME
	probe Post-Invoke/always
	apt_fails install linux-image-6.1 broken
	expect_runs <<-'EOT'
		pkgs/linux-image-6.1/Post-Invoke/own RESULT=failed SUCCESS=0 OUTCOME=done
		multi_pkgs/Post-Invoke/linux-__WILDCARD__/any --pkg_list={broken,linux-image-6.1} MATCHED={linux-image-6.1} OUTCOME=done
	EOT
}

test_of_several_matches_MATCHED_has_those_that_are_done() {
	settings <<<'Universal-Hooks::Scripts::multi_pkgs/Post-Invoke/a__WILDCARD__/done::When "packages-success";'
	postinst='exit 1' package apart 1
	probe multi_pkgs/Post-Invoke/a__WILDCARD__/all MATCHED OUTCOME
	probe multi_pkgs/Post-Invoke/a__WILDCARD__/done MATCHED OUTCOME
	apt_fails install app apart
	expect_runs <<-'EOT'
		multi_pkgs/Post-Invoke/a__WILDCARD__/all --pkg_list={apart,app} MATCHED={apart,app} OUTCOME=failed
		multi_pkgs/Post-Invoke/a__WILDCARD__/done --pkg_list={apart,app} MATCHED={app} OUTCOME=failed
	EOT
}

test_a_package_that_is_configured_later_gets_its_hook_then() {
	settings <<<'Universal-Hooks::When "packages-success";'
	postinst='[ -e /fixed ]' package linux-image-6.1 1
	probe pkgs/linux-image-6.1/Post-Invoke/own OPERATION OUTCOME
	probe multi_pkgs/Post-Invoke/linux-__WILDCARD__/any MATCHED OUTCOME
	probe Post-Invoke/always
	apt_fails install linux-image-6.1 app
	expect_no_runs
	touch /fixed
	apt_succeeds --fix-broken install
	expect_runs <<-'EOT'
		pkgs/linux-image-6.1/Post-Invoke/own OPERATION=configure OUTCOME=done
		multi_pkgs/Post-Invoke/linux-__WILDCARD__/any --pkg_list={linux-image-6.1} MATCHED={linux-image-6.1} OUTCOME=done
		Post-Invoke/always
	EOT
}

test_both_architectures_of_a_package_must_be_done() {
	local native foreign=i386
	native=$(dpkg --print-architecture)
	[[ $native != i386 ]] || foreign=amd64
	dpkg --add-architecture "$foreign"
	settings <<<'Universal-Hooks::When "packages-success";'
	package libma 1 "Architecture: $native" 'Multi-Arch: same'
	postinst='exit 1' package libma 1 "Architecture: $foreign" 'Multi-Arch: same'
	probe pkgs/libma/Post-Invoke/own OUTCOME
	probe "pkgs/libma:$foreign/Post-Invoke/own" OUTCOME
	probe "pkgs/libma:$native/Post-Invoke/own" OUTCOME
	probe multi_pkgs/Post-Invoke/__WILDCARD__/any MATCHED
	apt_fails install "libma:$native" "libma:$foreign" app
	expect_runs <<-EOT
		pkgs/libma:$native/Post-Invoke/own OUTCOME=done
		multi_pkgs/Post-Invoke/__WILDCARD__/any --pkg_list={app,libma} MATCHED={app}
	EOT
}

test_a_removal_that_failed_is_no_success_of_its_package() {
	settings <<<'Universal-Hooks::When "packages-success";'
	package gone 1
	prerm='[ "$1" != remove ]' package stuck 1
	apt_succeeds install gone stuck
	probe pkgs/gone/Post-Invoke/own OPERATION OUTCOME
	probe pkgs/stuck/Post-Invoke/own OPERATION OUTCOME
	apt_fails remove gone stuck
	expect_runs <<-'EOT'
		pkgs/gone/Post-Invoke/own OPERATION=remove OUTCOME=done
	EOT
}

test_no_clean_up_and_no_unknown_result_is_a_success_of_packages() {
	settings <<-'EOT'
		Universal-Hooks::When "packages-success";
		Universal-Hooks::Scripts::Post-Invoke/clean::When "always";
		Universal-Hooks::Scripts::Pre-Install-Pkgs/veto::On-Failure "abort";
	EOT
	probe pkgs/app/Post-Invoke/own
	probe multi_pkgs/Post-Invoke/a__WILDCARD__/any
	probe Post-Invoke/always
	probe Post-Invoke/clean RESULT
	then='[ ! -e /veto ]' probe Pre-Install-Pkgs/veto
	touch /veto
	apt_fails install app
	rm /veto
	apt_succeeds_but_warns -o Debug::pkgDPkgPM=true install app
	apt_succeeds_but_warns -o DPkg::Pre-Install-Pkgs::apt-universal-hooks= install app
	expect_runs <<-'EOT'
		Pre-Install-Pkgs/veto
		Post-Invoke/clean RESULT=aborted
		Pre-Install-Pkgs/veto
		Post-Invoke/clean RESULT=aborted
		Post-Invoke/clean no-RESULT
	EOT
}

test_the_outcome_is_for_scripts_with_packages_and_after_dpkg() {
	local point
	for point in Pre-Install-Pkgs Post-Invoke; do
		probe pkgs/app/$point/own OUTCOME
		probe multi_pkgs/$point/a__WILDCARD__/any OUTCOME
		probe $point/always OUTCOME
	done
	probe pkgs/broken/Post-Invoke/own OUTCOME
	apt_fails install app broken
	expect_runs <<-'EOT'
		pkgs/app/Pre-Install-Pkgs/own no-OUTCOME
		multi_pkgs/Pre-Install-Pkgs/a__WILDCARD__/any --pkg_list={app,broken} no-OUTCOME
		Pre-Install-Pkgs/always no-OUTCOME
		pkgs/app/Post-Invoke/own OUTCOME=done
		pkgs/broken/Post-Invoke/own OUTCOME=failed
		multi_pkgs/Post-Invoke/a__WILDCARD__/any --pkg_list={app,broken} OUTCOME=done
		Post-Invoke/always no-OUTCOME
	EOT
}

test_plan_and_run_know_packages-success() {
	settings <<<'Universal-Hooks::When "packages-success";'
	probe pkgs/app/Post-Invoke/own OUTCOME RESULT
	probe multi_pkgs/Post-Invoke/a__WILDCARD__/any MATCHED
	publish
	apt-universal-hooks plan install app >/said || fail "$(cat /said)"
	! grep -q 'not run' /said || fail "$(cat /said)"
	apt-universal-hooks list --tree >/said
	grep -q 'When packages-success' /said || fail "$(cat /said)"
	apt-universal-hooks run Post-Invoke --package app >/said 2>&1 || fail "$(cat /said)"
	expect_runs <<-'EOT'
		pkgs/app/Post-Invoke/own OUTCOME=done RESULT=ok
		multi_pkgs/Post-Invoke/a__WILDCARD__/any --pkg_list={app} MATCHED={app}
	EOT
	apt-universal-hooks run Post-Invoke --package app --result failed >/said 2>&1 || fail "$(cat /said)"
	expect_no_runs
	apt-universal-hooks run Post-Invoke --dry-run --package app --result failed >/said
	grep -q 'its setting When is "packages-success"' /said || fail "$(cat /said)"
}
