# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# apt-universal-hooks plan: what it prints is what then runs.

native=$(dpkg --print-architecture)
foreign=i386
[[ $native != i386 ]] || foreign=amd64

# The variables that probes report, and that are read from the plan.
variables=(HOOK_POINT PACKAGE ARCHITECTURE OPERATION OLD_VERSION NEW_VERSION WILDCARD MATCHED)

# Creates a probe in every directory that could match a package of one of these names.
probe_everywhere_for() {
	local point name
	probe Pre-Invoke/always "${variables[@]}"
	for point in Pre-Install-Pkgs Post-Invoke; do
		probe "$point/010-always" "${variables[@]}"
		probe "$packaged_hooks/$point/005-shipped" "${variables[@]}"
		probe "multi_pkgs/$point/__WILDCARD__/all" "${variables[@]}"
		probe "multi_pkgs/$point/lib__WILDCARD__/libraries" "${variables[@]}"
		probe "multi_pkgs/$point/__WILDCARD__:$foreign/foreign" "${variables[@]}"
		for name; do
			probe "pkgs/$name/$point/own" "${variables[@]}"
			probe "pkgs/$name:$foreign/$point/own" "${variables[@]}"
		done
	done
}

# Converts the plan in JSON on stdin to the lines that its probes would record.
runs_of_the_plan() {
	python3 -c '
import json, sys
plan = json.load(sys.stdin)
names = ",".join(sorted({package["package"] for package in plan["transaction"]}))
def variable(name, value):
    return f" no-{name}" if value is None else f" {name}={value}"
for point in plan["hook_points"]:
    for hook in point["hooks"]:
        if hook["not_run"] is not None:
            continue
        line = hook["path"].replace("/etc/apt/universal-hooks/", "", 1)
        for argument in hook["arguments"]:
            line += " " + argument.replace("FILE", "{" + names + "}")
        line += variable("HOOK_POINT", point["hook_point"])
        version = "-" if hook["reason"] == "package" else None
        line += variable("PACKAGE", hook.get("package"))
        line += variable("ARCHITECTURE", hook.get("architecture"))
        line += variable("OPERATION", hook.get("operation"))
        line += variable("OLD_VERSION", hook.get("old_version") or version)
        line += variable("NEW_VERSION", hook.get("new_version") or version)
        line += variable("WILDCARD", hook.get("wildcard"))
        matched = hook.get("matched")
        line += variable("MATCHED", None if matched is None else "{" + ",".join(matched) + "}")
        print(line)
'
}

# Runs plan as an unprivileged user, who can read everything that apt needs.
plan() {
	publish
	setpriv --reuid=nobody --regid=nogroup --clear-groups \
		apt-universal-hooks plan --json "$@" >/plan.json ||
		fail "plan $* ended with exit status $?"
	runs_of_the_plan </plan.json >/planned
}

# plan_holds APT-GET-ARGUMENT...: the plan for this command is what it then does.
plan_holds() {
	plan apt-get "$@"
	[[ -s /planned ]] || fail "plan $* shows no run at all"
	apt_succeeds_whatever_it_says "$@"
	expect_runs </planned
}

# apt prints warnings about downgrades and held packages.
apt_succeeds_whatever_it_says() {
	run_apt apt-get --yes --allow-downgrades --allow-change-held-packages "$@" </dev/null
	apt_must_end_with 0
}

test_an_install_is_planned_as_it_runs() {
	package app 1 'Depends: libapp'
	package libapp 1
	probe_everywhere_for app libapp
	plan_holds install app
}

test_twenty_dependencies_are_planned_as_they_run() {
	local number names=()
	for number in {01..20}; do
		package "lib$number" 1 "Depends: lib$((10#$number % 3))"
		names+=("lib$number")
	done
	package lib0 1
	package lib1 1
	package lib2 1 'Pre-Depends: lib0'
	package app 1 "Depends: $(IFS=, && printf '%s' "${names[*]}")"
	probe_everywhere_for app "${names[@]}" lib0 lib1 lib2
	plan_holds install app
	expect_equal "$(python3 -c 'import json; print(len(json.load(open("/plan.json"))["transaction"]))')" 24
}

test_an_upgrade_is_planned_as_it_runs() {
	package app 1
	package libapp 1
	package tool 1
	apt_succeeds install app libapp tool
	package app 2 'Depends: libnew'
	package libapp 1.1
	package libnew 1
	probe_everywhere_for app libapp libnew tool
	# Without new packages, app cannot be upgraded.
	plan_holds upgrade
	plan_holds full-upgrade
}

test_a_removal_and_a_purge_are_planned_as_they_run() {
	package lib 1
	package app 1 'Depends: lib'
	conffile=/etc/tool.conf package tool 1
	apt_succeeds install app tool
	probe_everywhere_for app lib tool
	plan_holds remove lib tool
	# Only its configuration files remain, which "remove" keeps.
	plan_holds purge tool
}

test_a_request_that_removes_others_is_planned_as_it_runs() {
	package old 1
	package libold 1 'Depends: old'
	apt_succeeds install libold
	package new 1 'Conflicts: old'
	probe_everywhere_for old libold new
	plan_holds install new
	package app 1
	plan_holds install app new-
}

test_what_is_no_longer_needed_is_planned_as_it_runs() {
	package libapp 1
	package app 1 'Depends: libapp'
	apt_succeeds install app
	probe_everywhere_for app libapp
	plan_holds autoremove app
}

test_another_version_and_the_same_again_are_planned_as_they_run() {
	package app 2
	apt_succeeds install app
	package app 1
	probe_everywhere_for app
	plan_holds install app=1
	plan_holds install --reinstall app=1
}

test_two_architectures_are_planned_as_they_run() {
	dpkg --add-architecture "$foreign"
	package libma 1 "Architecture: $native" 'Multi-Arch: same'
	package libma 1 "Architecture: $foreign" 'Multi-Arch: same'
	package cross 1 "Architecture: $native"
	package cross 1 "Architecture: $foreign"
	apt_succeeds install "cross:$native"
	probe_everywhere_for libma cross
	plan_holds install "libma:$native" "libma:$foreign"
	plan_holds install "cross:$foreign"
	plan_holds remove "libma:$foreign"
}

test_a_deb_by_its_path_is_planned_as_it_runs() {
	package app 1
	package local 1 'Depends: app'
	publish
	mv "$repository"/local_1_all.deb /tmp/
	package other 1
	probe_everywhere_for app local
	plan_holds install /tmp/local_1_all.deb
}

test_a_held_package_is_planned_as_it_runs() {
	package app 1
	package tool 1
	apt_succeeds install app tool
	apt-mark -qq hold app
	package app 2
	package tool 2
	probe_everywhere_for app tool
	plan_holds full-upgrade
}

test_swaps_with_temporary_removals_are_planned_as_they_run() {
	package one 1 'Conflicts: two (>> 1)'
	package two 1 'Conflicts: one (>> 1)'
	apt_succeeds install one two
	package one 2 'Conflicts: two (<< 2)' 'Pre-Depends: two (>= 2)'
	package two 2 'Conflicts: one (<< 2)'
	probe_everywhere_for one two
	plan_holds full-upgrade
}

test_what_an_earlier_run_left_half_done_is_planned_as_it_runs() {
	postinst='test -e /ready' package half 1
	package app 1
	apt_fails install half
	touch /ready
	probe_everywhere_for half app
	plan_holds install app
}

test_settings_are_planned_as_they_hold() {
	package app 1
	package tool 1
	probe_everywhere_for app
	probe Post-Invoke/020-off "${variables[@]}"
	probe Post-Invoke/030-failure "${variables[@]}"
	probe Post-Invoke/040-tool "${variables[@]}"
	probe Pre-Install-Pkgs/040-tool "${variables[@]}"
	probe Post-Invoke/050-removals "${variables[@]}"
	probe pkgs/app/Post-Invoke/050-removals "${variables[@]}"
	probe Post-Invoke/060-plain "${variables[@]}"
	chmod a-x "$hooks/Post-Invoke/060-plain"
	ln -s /dev/null "$hooks/Post-Invoke/005-shipped"
	cat >/etc/apt/apt.conf.d/50hooks <<-'EOF'
		Universal-Hooks::Scripts {
			"Post-Invoke/020-off" { Enabled "no"; };
			"Post-Invoke/030-failure" { When "failure"; };
			"Post-Invoke/040-tool" { Requires { "tool"; }; };
			"Pre-Install-Pkgs/040-tool" { Requires { "tool"; }; };
			"Post-Invoke/050-removals" { Operations { "remove"; }; };
			"pkgs/app/Post-Invoke/050-removals" { Operations { "remove"; }; };
		};
	EOF
	plan_holds install app tool
	grep -q '^Post-Invoke/040-tool' /planned || fail 'tool is there when the hook runs'
	! grep -q '^Pre-Install-Pkgs/040-tool' /planned || fail 'tool is not there before dpkg'
	plan_holds remove app
	plan_holds install -o Universal-Hooks::Scripts::Post-Invoke/010-always::Enabled=false app
}

test_when_hooks_are_switched_off_none_is_planned() {
	package app 1
	probe_everywhere_for app
	plan apt-get install -o Universal-Hooks::Enabled=false app
	expect_equal "$(</planned)" ''
	apt_succeeds install -o Universal-Hooks::Enabled=false app
	expect_no_runs
}

test_when_there_is_nothing_to_do_no_hook_is_planned() {
	package app 1
	apt_succeeds install app
	probe_everywhere_for app
	plan apt-get install app
	expect_equal "$(</planned)" ''
	apt_succeeds install app
	expect_no_runs
	expect_equal "$(apt-universal-hooks plan install app)" \
		'apt has nothing to do, so it calls no hook.'
}

# plan_refuses TEXT ARGUMENT...: exit status 2, nothing on stdout, and apt's message.
plan_refuses() {
	local text=$1 status=0
	shift
	publish
	apt-universal-hooks plan "$@" >"$output" 2>"$errors" || status=$?
	apt_status=$status
	expect_equal "$status" 2
	expect_equal "$(<"$output")" ''
	form=E expect_warning "$text"
}

test_what_apt_cannot_do_is_said_in_its_own_words() {
	package app 1 'Depends: no-such-library'
	plan_refuses 'Unable to locate package no-such-package' install no-such-package
	plan_refuses 'no-such-library' install app
	plan_refuses 'instal' instal app
	plan_refuses '--no-such-option' install --no-such-option app
	plan_refuses 'an argument is missing'
	plan_refuses 'cannot be used' install --root /no/such/directory app
}

test_a_status_file_that_cannot_be_read_is_said() {
	package app 1
	publish
	printf 'Package\n' >>/var/lib/dpkg/status
	rm -f /var/cache/apt/*.bin
	plan_refuses 'status' install app
}

test_a_plan_takes_no_lock_and_changes_nothing() {
	package app 1
	publish
	exec 9<>/var/lib/dpkg/lock-frontend
	python3 -c 'import fcntl; fcntl.lockf(9, fcntl.LOCK_EX)'
	find /var/lib/dpkg /var/lib/apt /run -newermt @0 -printf '%p %T@\n' | sort >/before
	probe Post-Invoke/always
	apt-universal-hooks plan install app >"$output" 2>"$errors" || fail 'plan needs no lock'
	find /var/lib/dpkg /var/lib/apt /run -newermt @0 -printf '%p %T@\n' | sort >/after
	cmp /before /after || fail 'plan has changed something'
	expect_no_runs
}
