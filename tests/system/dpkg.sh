# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# dpkg without apt: its own hooks call the helper, if the administrator wants that.

lines=/etc/dpkg/dpkg.cfg.d/apt-universal-hooks
helper=/usr/libexec/apt-universal-hooks/helper

switch_on() {
	sed -i 's/^#\(pre-invoke\|post-invoke\)=/\1=/' "$lines"
}

# Hooks at all hook points that dpkg has; two of them record all that is known.
probes() {
	local point
	for point in Session-Start Pre-Invoke Pre-Install-Pkgs; do
		probe "$point/a" HOOK_POINT
	done
	probe Post-Invoke/a RESULT SUCCESS COMMAND_LINE TRANSACTION
	probe Session-End/a RESULT RUNS COMMAND_LINE TRANSACTION
}

dpkg_succeeds() {
	silently dpkg "$@" </dev/null
	wait_for_waiters
}

dpkg_fails() {
	run_apt dpkg "$@" </dev/null
	[[ $apt_status == 1 ]] || fail 'dpkg should have exited with status 1'
	wait_for_waiters
}

# expect_call COMMAND-LINE RESULT [PACKAGE-LINE]...: all hook points of one call of dpkg.
expect_call() {
	local command_line=$1 result=$2 success=0
	shift 2
	[[ $result != ok ]] || success=1
	{
		echo 'Session-Start/a HOOK_POINT=Session-Start'
		echo 'Pre-Invoke/a HOOK_POINT=Pre-Invoke'
		echo "Post-Invoke/a RESULT=$result SUCCESS=$success COMMAND_LINE=$command_line"
		printf '  %s\n' "$@"
		echo "Session-End/a RESULT=$result RUNS=1 COMMAND_LINE=$command_line"
		printf '  %s\n' "$@"
	} | expect_runs
}

test_each_action_tells_its_packages() {
	conffile=/etc/app.conf package app 1
	conffile=/etc/app.conf package app 2
	switch_on
	probes
	dpkg_succeeds -i "$repository/app_1_all.deb"
	expect_call "dpkg -i $repository/app_1_all.deb" ok 'app|all|install|-|1|done'
	dpkg_succeeds -i "$repository/app_2_all.deb"
	expect_call "dpkg -i $repository/app_2_all.deb" ok 'app|all|upgrade|1|2|done'
	dpkg_succeeds -i "$repository/app_2_all.deb"
	expect_call "dpkg -i $repository/app_2_all.deb" ok 'app|all|reinstall|2|2|done'
	run_apt dpkg -i "$repository/app_1_all.deb" </dev/null
	wait_for_waiters
	expect_call "dpkg -i $repository/app_1_all.deb" ok 'app|all|downgrade|2|1|done'
	dpkg_succeeds -r app
	expect_call 'dpkg -r app' ok 'app|all|remove|1|-|done'
	dpkg_succeeds -P app
	expect_call 'dpkg -P app' ok 'app|all|purge|1|-|done'
}

test_what_fails_is_told() {
	postinst='exit 3' package broken 1
	preinst='exit 3' package refused 1
	prerm='exit 3' package stays 1
	local number debs=()
	for number in {1..10}; do
		package "lib$number" 1
		debs+=("$repository/lib${number}_1_all.deb")
	done
	silently dpkg -i "$repository/stays_1_all.deb" "${debs[0]}" </dev/null
	switch_on
	probes
	rm "$hooks"/Session-*/a "$hooks"/Pre-Invoke/a
	probe Post-Invoke/a RESULT SUCCESS TRANSACTION
	probe pkgs/broken/Post-Invoke/a OPERATION OLD_VERSION NEW_VERSION OUTCOME
	probe multi_pkgs/Post-Invoke/lib__WILDCARD__/a MATCHED
	dpkg_fails -i "${debs[@]}" "$repository/broken_1_all.deb"
	expect_runs <<-EOF
		pkgs/broken/Post-Invoke/a OPERATION=install OLD_VERSION=- NEW_VERSION=1 OUTCOME=failed
		multi_pkgs/Post-Invoke/lib__WILDCARD__/a --pkg_list={broken,lib1,lib10,lib2,lib3,lib4,lib5,lib6,lib7,lib8,lib9} MATCHED={lib1,lib10,lib2,lib3,lib4,lib5,lib6,lib7,lib8,lib9}
		Post-Invoke/a RESULT=failed SUCCESS=0
		  broken|all|install|-|1|failed
		  lib1|all|reinstall|1|1|done
		  lib10|all|install|-|1|done
		$(printf '  lib%s|all|install|-|1|done\n' {2..9})
	EOF
	expect_no_warning
	# What never came about, and what dpkg has not removed.
	dpkg_fails -i "$repository/refused_1_all.deb"
	expect_runs <<<$'Post-Invoke/a RESULT=aborted SUCCESS=0\n'
	dpkg_fails -r stays
	expect_runs <<-EOF
		Post-Invoke/a RESULT=failed SUCCESS=0
		  stays|all|remove|1|-|failed
	EOF
	dpkg_fails --configure -a
	expect_runs <<-EOF
		pkgs/broken/Post-Invoke/a OPERATION=configure OLD_VERSION=1 NEW_VERSION=1 OUTCOME=failed
		Post-Invoke/a RESULT=failed SUCCESS=0
		  broken|all|configure|1|1|failed
	EOF
	printf '#!/bin/sh\n' >/var/lib/dpkg/info/broken.postinst
	dpkg_succeeds --configure -a
	expect_runs <<-EOF
		pkgs/broken/Post-Invoke/a OPERATION=configure OLD_VERSION=1 NEW_VERSION=1 OUTCOME=done
		Post-Invoke/a RESULT=ok SUCCESS=1
		  broken|all|configure|1|1|done
	EOF
	apt-universal-hooks log --last --json >/log
	has '"result": "ok"' </log || fail "the log should have an entry: $(cat /log)"
}

# As ansible (after "apt-get download"), puppet's dpkg provider and salt call it.
test_a_configuration_manager_calls_it() {
	conffile=/etc/app.conf package app 1
	conffile=/etc/app.conf package app 2
	switch_on
	probe pkgs/app/Post-Invoke/a OPERATION OLD_VERSION NEW_VERSION
	silently env DEBIAN_FRONTEND=noninteractive dpkg -i "$repository/app_1_all.deb" </dev/null
	echo mine >/etc/app.conf
	run_apt env DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical \
		dpkg --force-confdef --force-confold --install "$repository/app_2_all.deb" </dev/null
	apt_must_end_with 0
	expect_runs <<-EOF
		pkgs/app/Post-Invoke/a OPERATION=install OLD_VERSION=- NEW_VERSION=1
		pkgs/app/Post-Invoke/a OPERATION=upgrade OLD_VERSION=1 NEW_VERSION=2
	EOF
	expect_no_warning
	expect_equal mine "$(cat /etc/app.conf)"
}

test_nothing_runs_twice() {
	package inner 1
	package app 1
	postinst="dpkg -i $repository/inner_1_all.deb; dpkg --configure -a; true" package outer 1
	switch_on
	probe Post-Invoke/a COMMAND_LINE
	apt_succeeds install app
	expect_runs <<<'Post-Invoke/a COMMAND_LINE=apt-get --yes install app'
	run_apt aptitude --assume-yes remove app </dev/null
	apt_must_end_with 0
	expect_runs <<<'Post-Invoke/a COMMAND_LINE=aptitude --assume-yes remove app'
	# A maintainer script: dpkg calls its hooks before it finds the lock taken.
	run_apt dpkg -i "$repository/outer_1_all.deb" </dev/null
	apt_must_end_with 0
	expect_runs <<<"Post-Invoke/a COMMAND_LINE=dpkg -i $repository/outer_1_all.deb"
	# A hook that calls dpkg, after apt and after dpkg.
	then="dpkg -i $repository/inner_1_all.deb" probe Post-Invoke/a COMMAND_LINE
	apt_succeeds install app
	expect_runs <<<'Post-Invoke/a COMMAND_LINE=apt-get --yes install app'
	dpkg_succeeds -r app
	expect_runs <<<'Post-Invoke/a COMMAND_LINE=dpkg -r app'
	run_apt env APT_UNIVERSAL_HOOKS=off dpkg -i "$repository/app_1_all.deb" </dev/null
	has -x "Switched-Off-By: environment" </var/log/apt/universal-hooks.log || fail "the log should say so"
	expect_no_runs
	apt_must_end_with 0
}

test_other_systems_and_calls_that_change_nothing_do_not_concern_it() {
	package app 1
	mkdir -p /other/var/lib/dpkg/{info,updates,triggers}
	touch /other/var/lib/dpkg/{status,available}
	switch_on
	probe Pre-Invoke/a
	probe Post-Invoke/a
	dpkg_succeeds --force-script-chrootless --root=/other -i "$repository/app_1_all.deb"
	dpkg_succeeds --force-script-chrootless --admindir /other/var/lib/dpkg --instdir=/other -r app
	DPKG_ADMINDIR=/other/var/lib/dpkg dpkg_succeeds --force-script-chrootless --instdir=/other \
		-i "$repository/app_1_all.deb"
	dpkg_succeeds --no-act -i "$repository/app_1_all.deb"
	dpkg_succeeds --add-architecture m68k
	dpkg_succeeds --remove-architecture m68k
	dpkg --list >/dev/null
	! su nobody -s /bin/sh -c "dpkg -i $repository/app_1_all.deb" 2>&1 | has -i hook ||
		fail 'without rights, dpkg alone should complain'
	expect_no_runs
	dpkg_succeeds --root=/ -i "$repository/app_1_all.deb"
	expect_runs <<-EOF
		Pre-Invoke/a
		Post-Invoke/a
	EOF
}

test_no_fault_of_ours_changes_the_status_of_dpkg() {
	package app 1
	postinst='exit 3' package broken 1
	switch_on
	local fault
	mv "$helper" /helper
	# shellcheck disable=SC2016 # for the shell of that helper
	for fault in 'exit 1' 'exit 2' 'exit 127' 'kill -KILL $$' 'kill -SEGV $$' 'kill -INT $$' \
		'kill -INT $PPID'; do
		printf '#!/bin/sh\n%s\n' "$fault" >"$helper"
		chmod 755 "$helper"
		run_apt dpkg -i "$repository/app_1_all.deb" </dev/null
		expect_equal 0 "$apt_status" "status with \"$fault\""
		dpkg_fails -i "$repository/broken_1_all.deb"
	done
	# After dpkg there is nothing left to stop.
	# shellcheck disable=SC2016
	printf '#!/bin/sh\n[ "$1" != dpkg-post-invoke ] || exit 111\n' >"$helper"
	dpkg_succeeds -i "$repository/app_1_all.deb"
	chmod 644 "$helper"
	dpkg_succeeds -i "$repository/app_1_all.deb"
	rm "$helper"
	dpkg_succeeds -i "$repository/app_1_all.deb"
	mkdir "$helper"
	run_apt dpkg -i "$repository/app_1_all.deb" </dev/null
	expect_equal 0 "$apt_status" 'status with a directory'
	rmdir "$helper"
	mv /helper "$helper"
	# Without /proc, nobody knows which dpkg it is.
	probe Post-Invoke/a
	umount /proc
	dpkg_succeeds -i "$repository/app_1_all.deb"
	expect_no_runs
}

test_a_veto_stops_dpkg() {
	package app 1
	switch_on
	hook Pre-Invoke/fails <<<'exit 3'
	probe Post-Invoke/a RESULT
	echo 'Universal-Hooks::Scripts::Pre-Invoke/fails::On-Failure "abort";
		Universal-Hooks::Scripts::Post-Invoke/a::When "always";' >/etc/apt/apt.conf.d/90settings
	run_apt dpkg -i "$repository/app_1_all.deb" </dev/null
	apt_must_end_with 2
	form=E expect_warning "$hooks/Pre-Invoke/fails exited with status 3" 'so dpkg stops (On-Failure)' \
		'apt-universal-hooks disable'
	expect_runs <<<'Post-Invoke/a RESULT=aborted'
	! dpkg-query --show app 2>/dev/null || fail 'app should not have been installed'
	apt-universal-hooks log --last --json | has '"result": "aborted"' || fail 'the log should say so'
	# After dpkg it is too late, also for an exit status of its own.
	rm "$hooks/Pre-Invoke/fails"
	hook Post-Invoke/fails <<<'exit 3'
	echo 'Universal-Hooks::Scripts::Post-Invoke/fails::On-Failure "abort";' \
		>/etc/apt/apt.conf.d/90settings
	run_apt dpkg -i "$repository/app_1_all.deb" </dev/null
	apt_must_end_with 0
	expect_warning "$hooks/Post-Invoke/fails exited with status 3"
}

test_whoever_is_killed_what_is_due_runs_once() {
	preinst='kill -KILL $PPID' package app 1
	package other 1
	switch_on
	probe Pre-Invoke/a
	probe Post-Invoke/a RESULT
	probe Session-End/a RESULT
	echo 'Universal-Hooks::Scripts::Post-Invoke/a::When "always";
		Universal-Hooks::Scripts::Session-End/a::When "always";' >/etc/apt/apt.conf.d/90settings
	run_apt dpkg -i "$repository/app_1_all.deb" </dev/null
	expect_equal 137 "$apt_status"
	wait_for_waiters
	expect_runs <<-EOF
		Pre-Invoke/a
		Post-Invoke/a RESULT=aborted
		Session-End/a RESULT=aborted
	EOF
	[[ -z $(find "$state" -mindepth 1) ]] || fail "state is left: $(find "$state")"
}

test_the_command_switches_it() {
	local added='# mine
status-logger=cat >/added'
	cp "$lines" /shipped
	ends_with 0 apt-universal-hooks dpkg
	expect_file "$output" <<<"off: dpkg runs hooks only when apt calls it ($lines)"
	printf '%s\n' "$added" >>"$lines"
	ends_with 0 apt-universal-hooks dpkg on
	expect_file "$output" <<<"on: dpkg runs hooks also when it is called without apt ($lines)"
	ends_with 0 apt-universal-hooks status
	has "^dpkg without apt: runs hooks ($lines)\$" <"$output" || fail 'status should say so'
	ends_with 0 apt-universal-hooks check
	expect_equal 2 "$(grep -c '^p.*-invoke=' "$lines")" 'lines in force'
	probe Post-Invoke/a
	package app 1
	dpkg_succeeds -i "$repository/app_1_all.deb"
	expect_runs <<<Post-Invoke/a
	[[ -s /added ]] || fail 'what the administrator has added should be in force'
	sed -i 's/^post-invoke=.*/#&/' "$lines"
	ends_with 1 apt-universal-hooks dpkg --json
	has '"state": "partly"' <"$output" || fail 'only one line is in force'
	ends_with 1 apt-universal-hooks check --json
	has '"dpkg-lines-partly-on"' <"$output" || fail 'check should find it'
	has '"command": "apt-universal-hooks dpkg on"' <"$output" || fail 'check should know how'
	ends_with 0 apt-universal-hooks dpkg on
	sed -i 's/^pre-invoke=.* || \(.*\) dpkg-pre-invoke .*/pre-invoke=\1 dpkg-pre-invoke/' "$lines"
	mv "$helper" /helper
	run_apt apt-universal-hooks check --json
	has '"dpkg-line-edited"' <"$output" || fail 'check should find the edited line'
	has '"dpkg-lines-without-helper"' <"$output" || fail 'check should miss the helper'
	mv /helper "$helper"
	cp /shipped "$lines"
	printf '%s\n' "$added" >>"$lines"
	ends_with 0 apt-universal-hooks dpkg on
	ends_with 0 apt-universal-hooks dpkg off
	{ cat /shipped && printf '%s\n' "$added"; } | expect_file "$lines"
	dpkg_succeeds -r app
	expect_no_runs
	ends_with 2 apt-universal-hooks dpkg up
	mkdir /other
	ends_with 0 apt-universal-hooks dpkg on --root /other
	expect_equal 2 "$(grep -c '^p.*-invoke=' "/other$lines")" 'lines in force in /other'
}

test_it_removes_this_package_as_any_other() {
	package app 1
	switch_on
	probe Pre-Invoke/a
	probe Post-Invoke/a
	probe Session-End/a
	dpkg_succeeds -r apt-plugin-universal-hooks
	[[ -s $lines ]] || fail 'the conffile should stay until the package is purged'
	dpkg_succeeds -i "$repository/app_1_all.deb"
	dpkg_succeeds -P apt-plugin-universal-hooks
	[[ ! -e $lines && ! -e /run/apt-universal-hooks && ! -e /var/lib/apt-universal-hooks ]] ||
		fail "something is left: $(ls -R /run/apt-universal-hooks /var/lib/apt-universal-hooks "$lines" 2>&1)"
	expect_equal 1 "$(grep -c -x Pre-Invoke/a /runs)" 'runs at Pre-Invoke'
}
