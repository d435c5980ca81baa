# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# User: scripts that run as another user, with the environment and permissions of that user.

package app 1

# worker has two supplementary groups; somebody has one group and no shell.
cat >>/etc/passwd <<'EOF_ACCOUNTS'
worker:x:7001:7002:Worker:/srv/worker:/bin/bash
somebody:x:7003:7004:Somebody:/var/empty:
EOF_ACCOUNTS
cat >>/etc/group <<'EOF_GROUPS'
worker:x:7002:
somebody:x:7004:
tools:x:7005:worker
music:x:7006:root,worker
EOF_GROUPS
chmod a+w /runs

settings() {
	cat >/etc/apt/apt.conf.d/90settings
}

# hook_at_each_point NAME: creates it from stdin.
hook_at_each_point() {
	local point text
	text=$(cat)
	for point in Pre-Invoke Pre-Install-Pkgs Post-Invoke; do
		hook "$point/$1" <<<"$text"
	done
}

expect_three_times() {
	local text
	text=$(cat)
	expect_runs <<<"$text"$'\n'"$text"$'\n'"$text"
}

test_a_script_runs_with_the_user_and_all_groups_of_the_account() {
	settings <<<'Universal-Hooks::User "worker";'
	# Real, effective, saved and file system ids; groups in numerical order.
	hook_at_each_point ids <<-'EOF'
		#!/bin/sh
		grep -E '^(Uid|Gid|CapPrm|CapEff|CapAmb|NoNewPrivs)' /proc/self/status >>/runs
		id -G | tr ' ' '\n' | sort | xargs >>/runs
	EOF
	apt_succeeds install app
	expect_three_times <<-'EOF'
		Uid:	7001	7001	7001	7001
		Gid:	7002	7002	7002	7002
		CapPrm:	0000000000000000
		CapEff:	0000000000000000
		CapAmb:	0000000000000000
		NoNewPrivs:	0
		7002 7005 7006
	EOF
}

reports_the_account() {
	hook_at_each_point "$1" <<-'EOF'
		#!/bin/sh
		tr '\0' '\n' </proc/$$/environ | grep -E '^(HOME|USER|LOGNAME|SHELL)=' | sort >>/runs
	EOF
}

test_HOME_USER_LOGNAME_and_SHELL_are_those_of_the_account() {
	settings <<<'Universal-Hooks::User "worker";'
	reports_the_account a
	silently env HOME=/nowhere USER=forged LOGNAME=forged SHELL=/forged \
		apt-get --yes install app </dev/null
	expect_three_times <<-'EOF'
		HOME=/srv/worker
		LOGNAME=worker
		SHELL=/bin/bash
		USER=worker
	EOF
	silently env --ignore-environment /usr/bin/apt-get --yes --reinstall install app </dev/null
	expect_three_times <<-'EOF'
		HOME=/srv/worker
		LOGNAME=worker
		SHELL=/bin/bash
		USER=worker
	EOF
}

test_an_account_without_a_shell_has_the_usual_one() {
	settings <<<'Universal-Hooks::User "somebody";'
	reports_the_account a
	apt_succeeds install app
	expect_three_times <<-'EOF'
		HOME=/var/empty
		LOGNAME=somebody
		SHELL=/bin/sh
		USER=somebody
	EOF
}

test_without_User_the_environment_of_the_caller_stays() {
	reports_the_account a
	silently env HOME=/nowhere USER=me LOGNAME=myself SHELL=/mine \
		apt-get --yes install app </dev/null
	expect_three_times <<-'EOF'
		HOME=/nowhere
		LOGNAME=myself
		SHELL=/mine
		USER=me
	EOF
}

test_the_nearest_User_wins() {
	settings <<-'EOF'
		Universal-Hooks::User "somebody";
		Universal-Hooks::Scripts::Post-Invoke::User "worker";
		Universal-Hooks::Scripts::Post-Invoke/as-root::User "root";
	EOF
	local script
	for script in Pre-Invoke/a Pre-Install-Pkgs/a Post-Invoke/a Post-Invoke/as-root; do
		hook "$script" <<-'EOF'
			#!/bin/sh
			echo "$(id -un) $HOME" >>/runs
		EOF
	done
	apt_succeeds install app
	expect_runs <<-'EOF'
		somebody /var/empty
		somebody /var/empty
		worker /srv/worker
		root /root
	EOF
}

test_the_files_named_in_the_environment_are_readable_and_the_state_folder_is_not_writable() {
	settings <<<'Universal-Hooks::User "worker";'
	hook multi_pkgs/Post-Invoke/__WILDCARD__/reads <<-EOF
		#!/bin/bash
		id -un >>/runs
		for file in "\${1#--pkg_list=}" "\$APT_UNIVERSAL_HOOKS_MATCHED" "\$APT_UNIVERSAL_HOOKS_TRANSACTION"; do
			head -c 3 "\$file" >>/runs
			echo >>/runs
			if echo forged 2>/dev/null >>"\$file" || rm -f "\$file" 2>/dev/null; then
				echo "\$file could be changed" >>/runs
			fi
		done
		if touch $state/new 2>/dev/null; then
			echo 'the state directory is open' >>/runs
		fi
		stat --format='%a %U:%G' $state >>/runs
	EOF
	apt_succeeds install app
	expect_runs <<-'EOF'
		worker
		app
		app
		app
		755 root:root
	EOF
}

test_the_record_of_the_transaction_is_not_for_that_user() {
	settings <<<'Universal-Hooks::User "worker";'
	preinst="setpriv --reuid=worker --regid=worker --init-groups \
		sh -c 'cat $state/*; id -un' >/seen 2>/refused" package app 2
	probe Post-Invoke/a
	apt_succeeds install app
	expect_file /seen <<<'worker'
	grep -q 'Permission denied' /refused || fail 'there was no record to read, so nothing was shown'
}

test_folder_umask_and_descriptors_are_those_of_any_other_script() {
	settings <<-'EOF'
		Universal-Hooks::User "worker";
		Universal-Hooks::Scripts::Post-Invoke/elsewhere::Directory "/var/tmp";
	EOF
	local script
	for script in Pre-Invoke/a Pre-Install-Pkgs/a Post-Invoke/a Post-Invoke/elsewhere; do
		# ls itself has opened the last of the four, the directory that it lists.
		hook "$script" <<-'EOF'
			#!/bin/sh
			echo "$(id -un) $(pwd) $(umask)" $(ls /proc/self/fd) >>/runs
		EOF
	done
	apt_succeeds install app
	expect_runs <<-'EOF'
		worker / 0022 0 1 2 3
		worker / 0022 0 1 2 3
		worker / 0022 0 1 2 3
		worker /var/tmp 0022 0 1 2 3
	EOF
}

test_how_the_script_ends_is_told_as_of_any_other() {
	settings <<<'Universal-Hooks::User "worker";'
	hook Pre-Invoke/exits <<<$'#!/bin/sh\nexit 9'
	hook Pre-Install-Pkgs/crashes <<<$'#!/bin/sh\nkill -SEGV $$'
	# The shell still runs a text file without an interpreter.
	hook Post-Invoke/text <<<'echo "$0 $(id -un)" >>/runs'
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Pre-Invoke/exits" 'status 9'
	expect_warning "$hooks/Pre-Install-Pkgs/crashes" 'signal 11'
	expect_equal 2 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_runs <<-EOF
		$hooks/Post-Invoke/text worker
	EOF
}

test_a_script_that_cannot_be_started_is_told_of_as_such() {
	settings <<<'Universal-Hooks::User "worker";'
	hook Post-Invoke/without-interpreter <<<'#!/gone/interpreter'
	apt_succeeds_but_warns install app
	# setpriv(1) prints the reason, and exits like a shell that does not find a program.
	expect_warning "$hooks/Post-Invoke/without-interpreter" 'status 127'
	grep -q 'gone/interpreter\|without-interpreter: No such file' "$errors" || fail 'no message gives the reason'
}

test_a_Timeout_ends_the_script_of_another_user() {
	settings <<-'EOF'
		Universal-Hooks::User "worker";
		Universal-Hooks::Timeout "1";
	EOF
	hook Post-Invoke/slow <<-'EOF'
		#!/bin/sh
		echo $$ >>/runs
		exec sleep infinity
	EOF
	apt_succeeds_but_warns install app
	expect_warning "$hooks/Post-Invoke/slow" '1 s' Timeout
	[[ -s /runs ]] || fail 'the script has not even begun'
	! kill -0 "$(cat /runs)" 2>/dev/null || fail 'the script still runs'
}

# A script with an unknown User must not run as root.
test_a_script_of_an_unknown_user_is_refused_and_has_failed() {
	settings <<-'EOF'
		Universal-Hooks::Scripts::Pre-Invoke/a::User "nobody-such";
		Universal-Hooks::Scripts::Post-Invoke/a::User "7001";
	EOF
	probe Pre-Invoke/a
	probe Pre-Invoke/b
	probe Post-Invoke/a
	probe Post-Invoke/b SUCCESS
	apt_succeeds_but_warns install app
	form=E expect_warning "$hooks/Pre-Invoke/a" nobody-such
	form=E expect_warning "$hooks/Post-Invoke/a" 7001
	expect_runs <<-'EOF'
		Pre-Invoke/b
		Post-Invoke/b SUCCESS=0
	EOF
}

test_an_unknown_user_can_stop_apt() {
	settings <<-'EOF'
		Universal-Hooks::User "nobody-such";
		Universal-Hooks::On-Failure "abort";
	EOF
	probe Pre-Invoke/a
	apt_fails install app
	form=E expect_warning "$hooks/Pre-Invoke/a" nobody-such
	form=E expect_warning "$hooks/Pre-Invoke/a" 'is not run'
	expect_no_runs
	! dpkg-query --show app 2>/dev/null || fail 'app should not have been installed'
}

# Creates a root directory that belongs to worker, with a dpkg that does nothing.
apt_of_worker() {
	local root=/srv/worker/system
	if [[ ! -d $root ]]; then
		mkdir -p "$root/var/log/apt"
		hook "$root/dpkg" <<<$'#!/bin/sh\nexit 0'
		(cd / && cp -a --parents -t "$root" \
			var/lib/dpkg/status var/lib/dpkg/lock* var/lib/apt var/cache/apt etc/apt)
		chown -R worker: /srv/worker
	fi
	setpriv --reuid=worker --regid=worker --init-groups env HOME=/srv/worker apt-get --yes \
		-o Dir::State="$root/var/lib/apt" -o Dir::State::status="$root/var/lib/dpkg/status" \
		-o Dir::Cache="$root/var/cache/apt" -o Dir::Log="$root/var/log/apt" \
		-o Dir::Bin::dpkg="$root/dpkg" -o Debug::NoLocking=true -o DPkg::Use-Pty=false "$@"
}

test_User_is_refused_where_apt_does_not_run_as_root() {
	publish
	settings <<<'Universal-Hooks::Scripts::Post-Invoke/other::User "somebody";'
	probe Post-Invoke/other
	probe Post-Invoke/own
	run_apt apt_of_worker install app </dev/null
	expect_equal 0 "$apt_status" 'exit status of apt'
	form=E expect_warning "$hooks/Post-Invoke/other" root somebody
	expect_runs <<-'EOF'
		Post-Invoke/own
	EOF
}
