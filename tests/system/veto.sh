# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# On-Failure: a script that fails stops the transaction before dpkg runs.

package app 1
package gone 1

# The tests start with one package to be removed and one to be installed.
install_what_is_to_be_removed() {
	silently env APT_UNIVERSAL_HOOKS=off apt-get --yes install gone </dev/null
}

settings() {
	cat >/etc/apt/apt.conf.d/90settings
}

# Prints dpkg's whole database: permissions, times and contents of all files.
dpkgs_database() {
	find /var/lib/dpkg -printf '%p %y %m %u:%g %s %i %T@ %l\n' | sort
	find /var/lib/dpkg -type f -print0 | sort -z | xargs -0 sha256sum
}

# apt is stopped, and dpkg's database has not changed.
apt_is_stopped() {
	publish
	dpkgs_database >/before
	apt_fails "$@"
	dpkgs_database >/after
	expect_file /after </before
	! dpkg-query --show app 2>/dev/null || fail 'app should not have been installed'
	dpkg-query --show gone >/dev/null || fail 'gone should not have been removed'
}

# Prints our last message before those of apt.
our_last_message() {
	grep -v -E '^E: (Problem executing scripts|Sub-process|Failure running script)' "$errors" |
		tail -n 1
}

# expect_veto PATH HOW: our last message names the script, how it ended, and the setting that lets apt
# go on without it, which works.
expect_veto() {
	local line relative=${1#"$hooks/"} option
	line=$(our_last_message)
	[[ $line == "E: $1 $2"* ]] || fail "our last message should name $1 and $2, but it is: $line"
	option="Universal-Hooks::Scripts::$relative::Enabled=false"
	[[ $line == *"To go on without it: apt-get -o '$option' --yes install app gone-" ]] ||
		fail "our last message should say how to go on: $line"
	expect_equal 1 "$(grep -c -F -e "$1 $2" "$errors")" 'messages about the script'
	: >/runs
	run_apt bash -c "${line#*To go on without it: }" </dev/null
	expect_equal 0 "$apt_status" 'exit status with what was advised'
	dpkg-query --show app >/dev/null || fail 'what was advised does not help'
}

abort_stops_at() {
	install_what_is_to_be_removed
	settings <<-EOF
		Universal-Hooks::Scripts::$1/2-fails::On-Failure "abort";
	EOF
	probe "$1/1-runs"
	then='exit 3' probe "$1/2-fails"
	probe "$1/3-skipped"
	probe Post-Invoke/skipped
	apt_is_stopped install app gone-
	expect_runs <<-EOF
		$1/1-runs
		$1/2-fails
	EOF
	expect_veto "$hooks/$1/2-fails" 'exited with status 3'
}

test_abort_at_Pre-Invoke_skips_the_rest_and_stops_before_dpkg() {
	abort_stops_at Pre-Invoke
}

test_abort_at_Pre-Install-Pkgs_skips_the_rest_and_stops_before_dpkg() {
	abort_stops_at Pre-Install-Pkgs
}

test_a_package_veto_skips_what_comes_after_it() {
	install_what_is_to_be_removed
	settings <<-'EOF'
		Universal-Hooks::Scripts::pkgs/app::On-Failure "abort";
	EOF
	then='kill -SEGV $$' probe pkgs/app/Pre-Install-Pkgs/crashes
	probe pkgs/gone/Pre-Install-Pkgs/skipped
	probe multi_pkgs/Pre-Install-Pkgs/__WILDCARD__/skipped
	probe Pre-Install-Pkgs/skipped
	apt_is_stopped install app gone-
	expect_runs <<-'EOF'
		pkgs/app/Pre-Install-Pkgs/crashes
	EOF
	expect_veto "$hooks/pkgs/app/Pre-Install-Pkgs/crashes" 'was killed by signal 11'
}

test_a_wildcard_veto() {
	install_what_is_to_be_removed
	settings <<-'EOF'
		Universal-Hooks::Scripts::multi_pkgs/Pre-Install-Pkgs/a__WILDCARD__::On-Failure "abort";
	EOF
	then='exit 1' probe multi_pkgs/Pre-Install-Pkgs/a__WILDCARD__/fails
	probe Pre-Install-Pkgs/skipped
	apt_is_stopped install app gone-
	expect_runs <<-'EOF'
		multi_pkgs/Pre-Install-Pkgs/a__WILDCARD__/fails --pkg_list={app,gone}
	EOF
	expect_veto "$hooks/multi_pkgs/Pre-Install-Pkgs/a__WILDCARD__/fails" 'exited with status 1'
}

test_a_script_of_a_package_can_be_gone_on_without() {
	install_what_is_to_be_removed
	settings <<-'EOF'
		Universal-Hooks::Scripts::Pre-Install-Pkgs/fails::On-Failure "abort";
	EOF
	then='exit 1' probe "$packaged_hooks/Pre-Install-Pkgs/fails"
	apt_is_stopped install app gone-
	local line
	line=$(our_last_message)
	[[ $line == "E: $packaged_hooks/Pre-Install-Pkgs/fails exited with status 1"* &&
		$line == *"-o 'Universal-Hooks::Scripts::Pre-Install-Pkgs/fails::Enabled=false'"* ]] ||
		fail "unexpected last message: $line"
}

abort_after_stops_at() {
	install_what_is_to_be_removed
	settings <<-EOF
		Universal-Hooks::Scripts::$1/1-fails::On-Failure "abort-after";
		Universal-Hooks::Scripts::$1/3-fails-as-well::On-Failure "abort-after";
	EOF
	then='exit 3' probe "$1/1-fails"
	probe "$1/2-runs"
	then='exit 4' probe "$1/3-fails-as-well"
	probe "$1/4-runs"
	apt_is_stopped install app gone-
	expect_runs <<-EOF
		$1/1-fails
		$1/2-runs
		$1/3-fails-as-well
		$1/4-runs
	EOF
	expect_warning "$hooks/$1/3-fails-as-well" 'status 4'
	local line
	line=$(our_last_message)
	[[ $line == "E: $hooks/$1/1-fails exited with status 3"* ]] || fail "unexpected last message: $line"
	run_apt bash -c "${line#*To go on without the hooks that failed: }" </dev/null
	expect_equal 0 "$apt_status" 'exit status with what was advised'
	dpkg-query --show app >/dev/null || fail 'what was advised leads in a circle'
}

test_abort-after_at_Pre-Invoke_runs_the_rest_and_stops_before_dpkg() {
	abort_after_stops_at Pre-Invoke
}

test_abort-after_at_Pre-Install-Pkgs_runs_the_rest_and_stops_before_dpkg() {
	abort_after_stops_at Pre-Install-Pkgs
}

test_abort_behind_abort-after_skips_what_comes_after_it() {
	install_what_is_to_be_removed
	settings <<-'EOF'
		Universal-Hooks::Scripts::Pre-Invoke/1-fails::On-Failure "abort-after";
		Universal-Hooks::Scripts::Pre-Invoke/3-fails::On-Failure "abort";
	EOF
	then='exit 3' probe Pre-Invoke/1-fails
	probe Pre-Invoke/2-runs
	then='exit 4' probe Pre-Invoke/3-fails
	probe Pre-Invoke/4-skipped
	apt_is_stopped install app gone-
	expect_runs <<-'EOF'
		Pre-Invoke/1-fails
		Pre-Invoke/2-runs
		Pre-Invoke/3-fails
	EOF
}

fails_at_Post-Invoke_with() {
	settings <<-EOF
		Universal-Hooks::Scripts::Post-Invoke/1-fails::On-Failure "$1";
	EOF
	then='exit 3' probe Post-Invoke/1-fails
	probe Post-Invoke/2-after SUCCESS
	apt_fails install app
	apt_must_end_with 100
	[[ $(our_last_message) == "E: $hooks/Post-Invoke/1-fails exited with status 3"* ]] ||
		fail "unexpected last message: $(our_last_message)"
	dpkg-query --show app >/dev/null || fail 'app should have been installed'
}

test_abort_at_Post-Invoke_skips_the_rest_and_is_told_by_the_exit_status_of_apt() {
	fails_at_Post-Invoke_with abort
	expect_runs <<-'EOF'
		Post-Invoke/1-fails
	EOF
}

test_abort-after_at_Post-Invoke_runs_the_rest_and_is_told_by_the_exit_status_of_apt() {
	fails_at_Post-Invoke_with abort-after
	expect_runs <<-'EOF'
		Post-Invoke/1-fails
		Post-Invoke/2-after SUCCESS=0
	EOF
}

test_the_nearest_On-Failure_wins_at_all_levels() {
	install_what_is_to_be_removed
	settings <<-'EOF'
		Universal-Hooks::On-Failure "abort";
		Universal-Hooks::Scripts::Pre-Invoke::On-Failure "abort-after";
		Universal-Hooks::Scripts::Pre-Invoke/1-warns::On-Failure "warn";
		Universal-Hooks::Scripts::Pre-Install-Pkgs::On-Failure "warn";
	EOF
	# warn is more specific than abort-after, which is more specific than abort
	then='exit 1' probe Pre-Invoke/1-warns
	then='[ -e /first-time ]' probe Pre-Invoke/2-stops-after
	probe Pre-Invoke/3-runs
	# warn is more specific than abort
	then='exit 1' probe Pre-Install-Pkgs/1-warns
	probe Pre-Install-Pkgs/2-runs
	# abort for all the others
	then='exit 1' probe Post-Invoke/1-stops
	probe Post-Invoke/2-skipped
	apt_is_stopped install app gone-
	expect_runs <<-'EOF'
		Pre-Invoke/1-warns
		Pre-Invoke/2-stops-after
		Pre-Invoke/3-runs
	EOF
	touch /first-time
	apt_fails install app gone-
	expect_runs <<-'EOF'
		Pre-Invoke/1-warns
		Pre-Invoke/2-stops-after
		Pre-Invoke/3-runs
		Pre-Install-Pkgs/1-warns
		Pre-Install-Pkgs/2-runs
		Post-Invoke/1-stops
	EOF
	dpkg-query --show app >/dev/null
}

test_scripts_that_end_well_stop_nothing() {
	settings <<-'EOF'
		Universal-Hooks::On-Failure "abort";
	EOF
	probe Pre-Invoke/a
	probe Pre-Install-Pkgs/a
	probe Post-Invoke/a
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/a
		Pre-Install-Pkgs/a
		Post-Invoke/a
	EOF
}

test_a_script_that_cannot_be_started_stops_apt_as_well() {
	install_what_is_to_be_removed
	settings <<-'EOF'
		Universal-Hooks::On-Failure "abort";
	EOF
	hook Pre-Install-Pkgs/1-without-interpreter <<<'#!/gone/interpreter'
	probe Pre-Install-Pkgs/2-skipped
	apt_is_stopped install app gone-
	expect_no_runs
	expect_veto "$hooks/Pre-Install-Pkgs/1-without-interpreter" \
		'could not be started: its interpreter /gone/interpreter does not exist'
}

# A script that may have to stop apt must not be skipped silently.
test_a_script_that_others_may_write_is_not_run_and_stops_apt() {
	install_what_is_to_be_removed
	settings <<-'EOF'
		Universal-Hooks::On-Failure "abort";
	EOF
	probe Pre-Install-Pkgs/open
	chmod o+w "$hooks/Pre-Install-Pkgs/open"
	apt_is_stopped install app gone-
	expect_no_runs
	form=E expect_warning "$hooks/Pre-Install-Pkgs/open" 'writable by everyone'
	expect_veto "$hooks/Pre-Install-Pkgs/open" 'is not run: '
}

test_a_script_that_was_switched_off_for_good_reasons_stops_nothing() {
	settings <<-'EOF'
		Universal-Hooks::On-Failure "abort";
		Universal-Hooks::Scripts::Pre-Invoke/needs::Requires { "not-here"; };
	EOF
	probe Pre-Invoke/not-executable
	chmod -x "$hooks/Pre-Invoke/not-executable"
	ln -s /nowhere "$hooks/Pre-Invoke/dangling"
	probe Pre-Invoke/needs
	probe Post-Invoke/last SUCCESS
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Pre-Invoke/not-executable"
	expect_warning "$hooks/Pre-Invoke/dangling"
	expect_warning "$hooks/Pre-Invoke/needs"
	expect_runs <<-'EOF'
		Post-Invoke/last SUCCESS=1
	EOF
}

test_a_veto_can_be_asked_for_and_taken_back_on_the_command_line() {
	install_what_is_to_be_removed
	then='exit 1' probe Pre-Invoke/fails
	apt_is_stopped -o Universal-Hooks::On-Failure=abort install app gone-
	settings <<<'Universal-Hooks::On-Failure "abort";'
	apt_succeeds_but_warns -o Universal-Hooks::On-Failure=warn install app gone-
	dpkg-query --show app >/dev/null
}

test_apt_itself_is_stopped_like_apt-get() {
	install_what_is_to_be_removed
	settings <<<'Universal-Hooks::On-Failure "abort";'
	then='exit 1' probe Pre-Install-Pkgs/fails
	publish
	dpkgs_database >/before
	run_apt apt --yes install app gone- </dev/null
	expect_equal 100 "$apt_status" 'exit status of apt'
	dpkgs_database >/after
	expect_file /after </before
}

# aptitude itself changes the database before the hooks run.
test_aptitude_is_stopped_like_apt-get() {
	install_what_is_to_be_removed
	then='exit 1' probe Pre-Invoke/fails
	run_apt aptitude --assume-yes -o Universal-Hooks::On-Failure=abort install app gone- </dev/null
	# aptitude's exit status for hooks that fail.
	expect_equal 255 "$apt_status" 'exit status of aptitude'
	expect_runs <<-'EOF'
		Pre-Invoke/fails
	EOF
	! dpkg-query --show app 2>/dev/null || fail 'app should not have been installed'
	expect_equal installed "$(dpkg-query --show --showformat='${db:Status-Status}' gone)"
}

test_unattended-upgrade_is_stopped_like_apt-get() {
	silently env APT_UNIVERSAL_HOOKS=off apt-get --yes install app gone </dev/null
	package app 2
	package gone 2
	sign_the_archive
	let_unattended-upgrade_take_ours </dev/null
	settings <<<'Universal-Hooks::On-Failure "abort";'
	then='exit 1' probe pkgs/app/Pre-Install-Pkgs/fails
	run_apt unattended-upgrade --verbose </dev/null
	expect_equal 1 "$apt_status" 'exit status of unattended-upgrade'
	expect_equal 1 "$(dpkg-query --show --showformat='${Version}' app)" 'version of app'
	errors=/var/log/unattended-upgrades/unattended-upgrades-dpkg.log form=E \
		expect_warning "$hooks/pkgs/app/Pre-Install-Pkgs/fails" 'exited with status 1' \
		'To go on without it: apt-universal-hooks disable pkgs/app/Pre-Install-Pkgs/fails'
	apt-universal-hooks disable pkgs/app/Pre-Install-Pkgs/fails >/dev/null
	run_apt unattended-upgrade --verbose </dev/null
	expect_equal 2 "$(dpkg-query --show --showformat='${Version}' app)" 'version of app'
}

test_after_a_veto_the_next_transaction_is_a_clean_one() {
	settings <<<'Universal-Hooks::Scripts::Pre-Install-Pkgs/fails::On-Failure "abort";'
	then='exit 1' probe Pre-Install-Pkgs/fails
	probe Post-Invoke/last RESULT SUCCESS TRANSACTION
	apt_fails install app
	rm "$hooks/Pre-Install-Pkgs/fails" /etc/apt/apt.conf.d/90settings
	: >/runs
	apt_succeeds install gone
	expect_runs <<-'EOF'
		Post-Invoke/last RESULT=ok SUCCESS=1
		  gone|all|install|-|1|done
	EOF
}

test_after_a_veto_nothing_is_left_in_the_state_folder() {
	settings <<<'Universal-Hooks::On-Failure "abort";'
	probe Post-Invoke/skipped
	then='exit 1' probe Pre-Invoke/fails
	apt_fails install app
	apt_must_end_with 100
	mv "$hooks/Pre-Invoke/fails" "$hooks/Pre-Install-Pkgs"
	apt_fails install app
	apt_must_end_with 100
}
