# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Inside a test's chroot: upgrading from one Debian release to the next with apt, with hooks
# installed, and the expected result.

ours=apt-plugin-universal-hooks
next_of_ours=$(apt-cache policy $ours | sed -n 's/^  Candidate: //p')
library=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' 'libapt-pkg[0-9]*' |
	sed -n 's/^installed //p')
next_library=$(apt-cache depends apt | sed -n 's/^ *Depends: \(libapt-pkg[0-9.t]*\)$/\1/p' |
	grep -vx "$library" || true)
told=(PACKAGE ARCHITECTURE OPERATION OLD_VERSION NEW_VERSION)

settings() {
	cat >/etc/apt/apt.conf.d/90settings
}

installed_packages() {
	dpkg-query --show \
		--showformat '${db:Status-Status} ${Package} ${Architecture} ${Version}\n' |
		sed -n 's/^installed //p' | LC_ALL=C sort
}

# Prints the packages that changed since /before was written, in the format of the transaction file,
# computed without apt or our code.
what_has_changed() {
	awk '
		FILENAME == "/before" { old[$1] = $3; of[$1] = $2; next }
		{ new[$1] = $3; of[$1] = $2 }
		END {
			for (name in of)
				if (!(name in new))
					print name "|" of[name] "|remove|" old[name] "|-|done"
				else if (!(name in old))
					print name "|" of[name] "|install|-|" new[name] "|done"
				else if (old[name] != new[name])
					print name "|" of[name] "|upgrade|" old[name] "|" new[name] "|done"
		}' /before <(installed_packages) | LC_ALL=C sort -t '|' -k 1,1
}

# Prints the names of the packages that apt will upgrade, install or remove.
names_to_come() {
	apt-get --simulate dist-upgrade | awk '$1 == "Inst" || $1 == "Remv" { print $2 }' |
		LC_ALL=C sort -u
}

# Creates hooks of every kind: in both trees, for package names with and without an architecture, for
# all packages of the upgrade, for wildcards, and with various settings.
hooks_everywhere() {
	local point name
	probe Pre-Invoke/a COMMAND_LINE
	probe "$packaged_hooks"/Pre-Invoke/b
	probe Pre-Invoke/off
	for point in Pre-Install-Pkgs Post-Invoke; do
		for name in $(names_to_come); do
			probe "pkgs/$name/$point/own" "${told[@]}"
		done
		probe "$packaged_hooks/pkgs/libc6/$point/shipped" OPERATION
		probe "pkgs/libc6:$(dpkg --print-architecture)/$point/own" "${told[@]}"
		probe "pkgs/libc6:none/$point/never"
		probe "pkgs/perl-base/$point/removals"
		probe "multi_pkgs/$point/__WILDCARD__/all" WILDCARD MATCHED
		probe "multi_pkgs/$point/libapt-pkg__WILDCARD__/list" MATCHED
		probe "$packaged_hooks/multi_pkgs/$point/__WILDCARD__:all/list" MATCHED
		probe "multi_pkgs/$point/none-__WILDCARD__/never"
		probe "$point/a" RESULT SUCCESS TRANSACTION
		probe "$packaged_hooks/$point/b"
		probe "$point/needs-next"
		probe "$point/as-nobody"
	done
	probe Post-Invoke/failure
	probe Post-Invoke/always RESULT
	chmod 666 /runs
	settings <<-CONF
		Universal-Hooks::Scripts::Pre-Invoke/off::Enabled "false";
		Universal-Hooks::Scripts::Pre-Install-Pkgs/a::On-Failure "abort";
		Universal-Hooks::Scripts::Pre-Install-Pkgs/b::Timeout "60";
		Universal-Hooks::Scripts::Pre-Install-Pkgs/as-nobody::User "nobody";
		Universal-Hooks::Scripts::Post-Invoke/as-nobody::User "nobody";
		Universal-Hooks::Scripts::Pre-Install-Pkgs/needs-next::Requires:: "dpkg";
		Universal-Hooks::Scripts::Post-Invoke/needs-next::Requires:: "${next_library:-$library}";
		Universal-Hooks::Scripts::pkgs/perl-base/Pre-Install-Pkgs/removals::Operations:: "remove";
		Universal-Hooks::Scripts::pkgs/perl-base/Post-Invoke/removals::Operations:: "remove";
		Universal-Hooks::Scripts::Post-Invoke/failure::When "failure";
		Universal-Hooks::Scripts::Post-Invoke/always::When "always";
	CONF
	installed_packages >/before
}

list() {
	printf '{%s}' "$(paste -s -d ,)"
}

# The expected runs of a hook point for the packages in /changed: package hooks, wildcard hooks, and
# those that always run.
runs_of_packages() {
	local name architecture operation old new told
	while IFS='|' read -r name architecture operation old new _; do
		told="PACKAGE=$name ARCHITECTURE=$architecture OPERATION=$operation"
		told+=" OLD_VERSION=$old NEW_VERSION=$new"
		echo "pkgs/$name/$1/own $told"
		case $name in
		libc6)
			echo "$packaged_hooks/pkgs/libc6/$1/shipped OPERATION=$operation"
			echo "pkgs/libc6:$architecture/$1/own $told"
			;;
		app)
			[[ $1 != Post-Invoke ]] ||
				echo "shipped: $packaged_hooks/pkgs/app/Post-Invoke/shipped ok"
			;;
		esac
	done </changed
}

runs_of_wildcards() {
	local all
	all=$(cut -d '|' -f 1 /changed | list)
	grep -q '^libapt-pkg' /changed || fail "apt's library should have changed"
	echo "multi_pkgs/$1/__WILDCARD__/all --pkg_list=$all WILDCARD=__WILDCARD__ MATCHED=$all"
	echo "$packaged_hooks/multi_pkgs/$1/__WILDCARD__:all/list --pkg_list=$all" \
		"MATCHED=$(awk -F '|' '$2 == "all" { print $1 }' /changed | list)"
	echo "multi_pkgs/$1/libapt-pkg__WILDCARD__/list" \
		"--pkg_list=$all MATCHED=$(awk -F '|' '/^libapt-pkg/ { print $1 }' /changed | list)"
}

runs_of_all() {
	if [[ $1 == Pre-Install-Pkgs ]]; then
		echo "$1/a no-RESULT no-SUCCESS"
		sed 's/^/  /; s/done$/-/' /changed
		printf '%s\n' "$1/as-nobody" "$packaged_hooks/$1/b" "$1/needs-next"
	else
		echo "$1/a RESULT=ok SUCCESS=1"
		sed 's/^/  /' /changed
		printf '%s\n' "$1/always RESULT=ok" "$1/as-nobody" "$packaged_hooks/$1/b" \
			"$1/needs-next" "shipped: $packaged_hooks/$1/shipped ok"
	fi
}

# expect_all_runs_of COMMAND-LINE: what those hooks report after a successful upgrade.
expect_all_runs_of() {
	local point
	what_has_changed >/changed
	(($(wc -l </changed) > 20)) || fail "too few packages were upgraded: $(cat /changed)"
	{
		printf '%s\n' "Pre-Invoke/a COMMAND_LINE=$1" "$packaged_hooks/Pre-Invoke/b"
		for point in Pre-Install-Pkgs Post-Invoke; do
			runs_of_packages $point
			runs_of_wildcards $point
			runs_of_all $point
		done
	} >/expected
	expect_runs </expected
}

# An upgrade runs dpkg many times, and apt may call Post-Invoke after each: the helper must start,
# whatever has been unpacked so far. Without arguments it only prints its usage.
watch_the_helper() {
	hook /opt/watch <<-'SCRIPT'
		#!/bin/sh
		/usr/libexec/apt-universal-hooks/helper >/helper.says 2>&1
		status=$?
		echo "$status $(head -n 1 /helper.says)" >>/helper.starts
	SCRIPT
	: >/helper.starts
	echo 'DPkg::Options:: "--post-invoke=/opt/watch";' >/etc/apt/apt.conf.d/91watch
}

expect_the_helper_to_have_started_each_time() {
	rm /etc/apt/apt.conf.d/91watch
	(($(wc -l </helper.starts) > 1)) || fail 'the test is broken: the helper was never called'
	! grep -v '^2 ' /helper.starts || fail 'the helper did not start'
}

# The upgrade succeeds without a warning.
upgrade_succeeds() {
	watch_the_helper
	run_apt "$@" </dev/null
	apt_must_end_with 0
	expect_no_message_about_us
	expect_the_helper_to_have_started_each_time
}

# Our name appears only in dpkg's usual progress messages.
expect_no_message_about_us() {
	! grep -hE '^[WE]: ' "$errors" "$output" || fail 'there should be no warning and no error'
	! grep -F 'universal-hooks' "$errors" || fail 'no message should be about us'
	! grep -F 'universal-hooks' "$output" | grep -vE "${ours}([ :(/]|\$|[^ ]*\.deb)" ||
		fail 'no message should be about us'
	! grep -hE 'not found|cannot open shared object' "$errors" "$output" ||
		fail 'a file was missing'
}

# Our processes end by themselves, but may need a moment.
expect_no_process_of_ours() {
	local _
	for _ in {1..600}; do
		# The link of a process that is just ending cannot be read.
		grep -q universal-hooks/helper <(readlink /proc/[0-9]*/exe) || return 0
		sleep 0.1
	done
	fail 'one of our processes is still running'
}

expect_log_of_success() {
	local log=/var/log/apt/universal-hooks.log
	expect_equal 1 "$(grep -c '^Start-Date: ' $log)" stanzas
	expect_equal 'Result: ok' "$(grep '^Result: ' $log)"
	expect_equal 0 "$(grep -E '^ (Pre|Post)-' $log |
		grep -cvE ' (exit 0 [0-9]+ ms|skipped \((Enabled|Operations|When)\))$')" \
		'lines of scripts that failed'
}

# expect_bridge_of PACKAGE: the bridge finds its libraries, and is linked to libapt-pkg of PACKAGE.
expect_bridge_of() {
	ldd "$(find /usr/lib -name apt-bridge.so)" >/libraries
	! grep 'not found' /libraries || fail 'a library of the bridge is missing'
	grep -q "libapt-pkg\.so\.${1#libapt-pkg}" /libraries ||
		fail "the bridge is not linked to $1: $(cat /libraries)"
}

# After all that, plan, check and a transaction work.
expect_us_to_work() {
	: >/runs
	rm -rf "${hooks:?}"/* "$packaged_hooks"
	probe Pre-Invoke/a
	probe Pre-Invoke/off
	probe pkgs/app/Post-Invoke/own OPERATION RESULT
	settings <<<'Universal-Hooks::Scripts::Pre-Invoke/off::Enabled "false";'
	apt-universal-hooks plan remove app >/plan 2>&1 || fail "no plan: $(cat /plan)"
	grep -q pkgs/app/Post-Invoke/own /plan || fail "a wrong plan: $(cat /plan)"
	apt-universal-hooks check >/findings 2>&1 || fail "check: $(cat /findings)"
	silently apt-get --yes remove app </dev/null
	expect_runs <<-'LINES'
		Pre-Invoke/a
		pkgs/app/Post-Invoke/own OPERATION=remove RESULT=ok
	LINES
}

# foresee ARGUMENT...: saves the plan for the transaction; expect_it_was_foreseen compares it with what
# changed.
foresee() {
	apt-universal-hooks plan --json "$@" >/plan 2>/messages || fail "no plan: $(cat /messages)"
	expect_file /messages </dev/null
}

expect_it_was_foreseen() {
	sed -n '/"transaction"/,/^  \]/p' /plan | tr -d '\n ' | tr '{' '\n' | sed -n -E '
		s/"package":"([^"]*)","architecture":"([^"]*)","operation":"([^"]*)",/\1|\2|\3|/
		s/"old_version":"?([^",]*)"?,"new_version":"?([^",}]*)"?.*/\1|\2|done/p' |
		awk '{ gsub(/[|]null[|]/, "|-|"); print }' | expect_file /changed
}

# Creates a hook at each hook point, and some for clean-up, which start a guard.
some_hooks() {
	probe Pre-Invoke/a
	probe Pre-Invoke/off
	probe pkgs/libc6/Pre-Install-Pkgs/own OPERATION
	probe pkgs/app/Post-Invoke/own OPERATION RESULT SUCCESS
	probe Post-Invoke/always RESULT
	probe Post-Invoke/failure RESULT
	settings <<-'CONF'
		Universal-Hooks::Scripts::Pre-Invoke/off::Enabled "false";
		Universal-Hooks::Scripts::Post-Invoke/always::When "always";
		Universal-Hooks::Scripts::Post-Invoke/failure::When "failure";
	CONF
}

version_of() {
	dpkg-query --show --showformat '${Version}' "$1"
}
