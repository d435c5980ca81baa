# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# How a script runs: its process attributes, variables and files.

hook_points='Pre-Invoke Pre-Install-Pkgs Post-Invoke'

# Creates the same script at all three hook points; it appends what it finds to /runs.
hook_at_every_point() {
	local point text
	text=$(cat)
	for point in $hook_points; do
		hook "$point/probe" <<<"$text"
	done
}

# Expects the same lines from all three.
expect_three_times() {
	local text
	text=$(cat)
	expect_runs <<<"$text"$'\n'"$text"$'\n'"$text"
}

test_scripts_run_in_the_root_folder_with_umask_022() {
	package app 1
	hook_at_every_point <<-'EOF'
		#!/bin/sh
		echo "$(pwd) $(umask) $(id -u)" >>/runs
	EOF
	(
		cd /var/tmp
		umask 077
		apt_succeeds install app
	)
	expect_three_times <<-'EOF'
		/ 0022 0
	EOF
}

test_scripts_have_no_descriptor_but_the_three() {
	package app 1
	# ls itself has opened the last of the four, the directory that it lists.
	hook_at_every_point <<-'EOF'
		#!/bin/sh
		echo $(ls /proc/self/fd) "APT_HOOK_INFO_FD=${APT_HOOK_INFO_FD-none}" >>/runs
	EOF
	apt_succeeds install app
	expect_three_times <<-'EOF'
		0 1 2 3 APT_HOOK_INFO_FD=none
	EOF
}

test_scripts_have_default_signals_even_where_apt_was_started_with_nohup() {
	package app 1
	hook_at_every_point <<-'EOF'
		#!/bin/sh
		grep -E '^Sig(Blk|Ign)' /proc/self/status >>/runs
	EOF
	(
		trap '' HUP USR1 TERM
		apt_succeeds install app
	)
	# glibc reserves the signals 32 and 33; older versions ignore them in every child.
	sed -i 's/0000000180000000/0000000000000000/' /runs
	expect_three_times <<-'EOF'
		SigBlk:	0000000000000000
		SigIgn:	0000000000000000
	EOF
}

test_scripts_have_the_stdin_of_apt_and_steal_no_answer() {
	package app 1 'Depends: lib'
	package lib 1
	hook_at_every_point <<-'EOF'
		#!/bin/sh
		readlink /proc/self/fd/0 >>/runs
	EOF
	publish
	apt_with_answers() {
		readlink /proc/self/fd/0 >/stdin-of-apt
		apt-get install app
	}
	answer_yes() {
		yes || true
	}
	answer_yes | silently apt_with_answers
	[[ $(cat /stdin-of-apt) == pipe:* ]] || fail 'the test is broken: stdin is no pipe'
	expect_three_times </stdin-of-apt
}

test_a_terminal_stays_a_terminal() {
	package app 1
	hook_at_every_point <<-'EOF'
		#!/bin/bash
		for fd in 0 1 2; do
			[[ -t $fd ]] && echo -n "$fd " >>/runs
		done
		# The hook is in the foreground process group of the terminal.
		read -r -a stat </proc/$$/stat
		[[ ${stat[4]} == "${stat[7]}" ]] && echo foreground >>/runs
		echo "to the terminal" >/dev/tty
	EOF
	publish
	silently script --quiet --return --command 'apt-get --yes install app' /typescript
	expect_three_times <<-'EOF'
		0 1 2 foreground
	EOF
	expect_equal 3 "$(grep -c 'to the terminal' /typescript)" 'lines on the terminal'
}

test_what_a_script_says_goes_where_apt_speaks() {
	package app 1
	hook_at_every_point <<-'EOF'
		#!/bin/sh
		echo "said"
		echo "shouted" >&2
	EOF
	apt_succeeds_but_warns install app
	expect_equal 3 "$(grep -c -x said "$output")" 'lines on stdout'
	expect_equal shoutedshoutedshouted "$(tr -d '\n' <"$errors")" 'stderr'
}

test_PATH_is_what_dpkg_would_use_where_there_is_none() {
	package app 1
	hook_at_every_point <<-'EOF'
		#!/bin/sh
		tr '\0' '\n' </proc/$$/environ | grep '^PATH=' >>/runs
	EOF
	silently env --ignore-environment /usr/bin/apt-get --yes install app </dev/null
	expect_three_times <<-'EOF'
		PATH=/usr/sbin:/usr/bin:/sbin:/bin
	EOF
}

test_the_callers_environment_reaches_scripts() {
	package app 1
	hook_at_every_point <<-'EOF'
		#!/bin/sh
		echo "$FOO $PATH" >>/runs
	EOF
	silently env FOO='b a  r' PATH=/sbin:/usr/sbin:/bin:/usr/bin:/opt/bin \
		apt-get --yes install app </dev/null
	expect_three_times <<-'EOF'
		b a  r /sbin:/usr/sbin:/bin:/usr/bin:/opt/bin
	EOF
}

test_each_kind_of_script_gets_its_variables_and_no_others() {
	package app 1
	apt_succeeds install app
	package app 2
	local all='HOOK_POINT PACKAGE ARCHITECTURE OPERATION OLD_VERSION NEW_VERSION'
	all+=' WILDCARD MATCHED RESULT SUCCESS COMMAND_LINE'
	local point
	for point in Pre-Install-Pkgs Post-Invoke; do
		# shellcheck disable=SC2086 # the variables' names
		{
			probe "pkgs/app/$point/own" $all
			probe "multi_pkgs/$point/a__WILDCARD__p/any" $all
			probe "$point/always" $all
		}
	done
	apt_succeeds -o My::Spaces='a b  c' install app
	local line="COMMAND_LINE=apt-get --yes -o My::Spaces='a b  c' install app"
	local of_package='PACKAGE=app ARCHITECTURE=all OPERATION=upgrade OLD_VERSION=1 NEW_VERSION=2'
	local no_package='no-PACKAGE no-ARCHITECTURE no-OPERATION no-OLD_VERSION no-NEW_VERSION'
	local of_wildcard='WILDCARD=a__WILDCARD__p MATCHED={app}' no_wildcard='no-WILDCARD no-MATCHED'
	{
		local outcome='no-RESULT no-SUCCESS'
		for point in Pre-Install-Pkgs Post-Invoke; do
			echo "pkgs/app/$point/own HOOK_POINT=$point $of_package $no_wildcard $outcome $line"
			echo "multi_pkgs/$point/a__WILDCARD__p/any --pkg_list={app} HOOK_POINT=$point" \
				"$no_package $of_wildcard $outcome $line"
			echo "$point/always HOOK_POINT=$point $no_package $no_wildcard $outcome $line"
			outcome='RESULT=ok SUCCESS=1'
		done
	} >/expected
	expect_runs </expected
}

test_Pre-Invoke_scripts_know_their_hook_point_and_no_package() {
	package app 1
	probe Pre-Invoke/always HOOK_POINT PACKAGE OPERATION WILDCARD MATCHED RESULT SUCCESS
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/always HOOK_POINT=Pre-Invoke no-PACKAGE no-OPERATION no-WILDCARD no-MATCHED no-RESULT no-SUCCESS
	EOF
}

test_a_new_install_has_a_dash_for_its_old_version() {
	package app 1
	probe pkgs/app/Pre-Install-Pkgs/own OLD_VERSION NEW_VERSION
	apt_succeeds install app
	expect_runs <<-'EOF'
		pkgs/app/Pre-Install-Pkgs/own OLD_VERSION=- NEW_VERSION=1
	EOF
}

# The variables of an outer transaction must not reach an inner one.
test_variables_of_ours_that_the_caller_brings_are_not_passed_on() {
	package app 1
	probe Pre-Invoke/always PACKAGE RESULT SUCCESS
	probe Post-Invoke/always PACKAGE WILDCARD RESULT
	silently env APT_UNIVERSAL_HOOKS_PACKAGE=forged APT_UNIVERSAL_HOOKS_RESULT=forged \
		APT_UNIVERSAL_HOOKS_SUCCESS=forged APT_UNIVERSAL_HOOKS_WILDCARD=forged \
		apt-get --yes install app </dev/null
	expect_runs <<-'EOF'
		Pre-Invoke/always no-PACKAGE no-RESULT no-SUCCESS
		Post-Invoke/always no-PACKAGE no-WILDCARD RESULT=ok
	EOF
}

test_settings_give_a_script_its_variables_its_arguments_and_its_input() {
	package app 1
	hook multi_pkgs/Post-Invoke/a__WILDCARD__/dump <<-'EOF'
		#!/bin/sh
		echo "${1%%=*} $2 $3 LEVEL=$LEVEL HOME=$HOME $(readlink /proc/self/fd/0)" >>/runs
	EOF
	hook Session-End/dump <<-'EOF'
		#!/bin/sh
		echo "$# LEVEL=$LEVEL PATH=$PATH" >>/runs
	EOF
	chmod a+w /runs
	cat >/etc/apt/apt.conf.d/90settings <<-'EOF'
		Universal-Hooks::Scripts {
		    multi_pkgs/Post-Invoke/a__WILDCARD__/dump {
		        User "games";
		        Environment { "LEVEL=1"; "HOME=/srv/a b"; };
		        Arguments { "--all"; "a b"; };
		        Input "null";
		    };
		    Session-End/dump::Environment { "PATH=/usr/bin:/bin"; "LEVEL=2"; };
		};
	EOF
	LEVEL=0 silently apt-get --yes install app
	apt-universal-hooks wait
	expect_runs <<-'EOF'
		--pkg_list --all a b LEVEL=1 HOME=/srv/a b /dev/null
		0 LEVEL=2 PATH=/usr/bin:/bin
	EOF
	apt-universal-hooks plan remove app >/out
	has -F "dump --pkg_list=FILE --all 'a b'" </out || fail "$(</out)"
	apt-universal-hooks plan --json remove app >/out
	has -F '"a b"' </out || fail "$(</out)"
}

test_a_variable_that_leads_to_code_of_others_keeps_the_script_from_running() {
	package app 1
	probe Pre-Invoke/a
	probe Pre-Invoke/b
	probe Pre-Invoke/c
	install -d -m 1777 /srv/open
	cat >/etc/apt/apt.conf.d/90settings <<-'EOF'
		Universal-Hooks::Scripts {
		    Pre-Invoke/a::Environment { "PATH=/usr/bin:/srv/open/bin"; };
		    Pre-Invoke/b { Environment { "PERL5LIB=lib"; }; On-Failure "abort"; };
		};
	EOF
	apt_fails install app
	expect_no_runs
	grep ^E: "$errors" | head -n 2 | sed 's/, so apt stops.*//' >/said
	expect_file /said <<-EOF
		E: $hooks/Pre-Invoke/a is not run: others can change what its variable PATH names: /srv/open is writable by everyone
		E: $hooks/Pre-Invoke/b is not run: its variable PERL5LIB contains "lib", which is not an absolute path
	EOF
	expect_equal 2 "$(grep -c 'skipped (Environment)' /var/log/apt/universal-hooks.log)"
	apt-universal-hooks check --json >/out || true
	expect_equal 'open-to-others 2 guard-unusable 3' "$(python3 -c '
import json
print(*(word for f in json.load(open("/out"))["findings"] for word in (f["kind"], f["line"])))')"
	rm "$hooks/Pre-Invoke/b"
	echo 'Universal-Hooks::Scripts::Pre-Invoke/c::Environment { "APT_UNIVERSAL_HOOKS_ID=1"; };' \
		>/etc/apt/apt.conf.d/90settings
	apt_succeeds_but_warns install app
	expect_runs <<<Pre-Invoke/a
	has -F 'begin with APT_UNIVERSAL_HOOKS' <"$errors" || fail 'it is not said why'
}

# keep NAME: a script that adds its name to a file in …_DATA, and records the file and …_ID.
keep() {
	hook "$1" <<-'EOF'
		#!/bin/bash
		cd "$APT_UNIVERSAL_HOOKS_DATA" || exit
		echo "${0##*/}" >>names
		echo "$(stat --format='%U %a' .) $(xargs <names)" >>/runs
		echo "$APT_UNIVERSAL_HOOKS_ID" >>/ids
	EOF
}

test_the_scripts_of_a_transaction_share_a_directory_and_an_id() {
	package app 1
	chmod a+w /runs
	install -m 666 /dev/null /ids
	keep Pre-Invoke/a
	keep Pre-Install-Pkgs/b
	keep Pre-Install-Pkgs/of-games
	keep Post-Invoke/c
	keep Post-Invoke/of-games
	keep Post-Invoke/when-vetoed
	cat >/etc/apt/apt.conf.d/90settings <<-'EOF'
		Universal-Hooks::Scripts {
		    Pre-Install-Pkgs/of-games::User "games";
		    Post-Invoke/of-games::User "games";
		    Post-Invoke/when-vetoed::When "failure";
		};
	EOF
	apt_succeeds install app
	expect_runs <<-'EOF'
		root 700 a
		root 700 a b
		games 700 of-games
		root 700 a b c
		games 700 of-games of-games
	EOF
	expect_equal "Transaction: $(uniq /ids)" "$(grep ^Transaction: /var/log/apt/universal-hooks.log)"
	[[ -z $(ls -A "$state") ]] || fail "left: $(ls -A "$state")"
	hook Pre-Install-Pkgs/vetoes <<<'exit 1'
	apt_fails -o Universal-Hooks::Scripts::Pre-Install-Pkgs/vetoes::On-Failure=abort reinstall app
	expect_runs <<-'EOF'
		root 700 a
		root 700 a b
		games 700 of-games
		root 700 a b when-vetoed
	EOF
	[[ -z $(ls -A "$state") ]] || fail "left: $(ls -A "$state")"
	apt-universal-hooks run Post-Invoke --script c --package app >/out
	expect_runs <<<'root 700 c'
	[[ -z $(ls -A "$state") ]] || fail "left: $(ls -A "$state")"
}

test_the_transaction_file_is_a_table_that_all_may_read() {
	package app 2 'Depends: lib'
	package lib 1
	hook Pre-Install-Pkgs/keeps <<-'EOF'
		#!/bin/sh
		cp "$APT_UNIVERSAL_HOOKS_TRANSACTION" /before
		stat --format='%a %F' "$APT_UNIVERSAL_HOOKS_TRANSACTION" >>/runs
	EOF
	hook Post-Invoke/keeps <<-'EOF'
		#!/bin/sh
		cp "$APT_UNIVERSAL_HOOKS_TRANSACTION" /after
	EOF
	apt_succeeds install app
	expect_runs <<-'EOF'
		644 regular file
	EOF
	printf '%s\t' app all install - 2 >/row
	{ echo "$(cat /row)-"; sed 's/app/lib/; s/2/1/' /row; echo -; } | expect_file /before
	{ echo "$(cat /row)done"; sed 's/app/lib/; s/2/1/' /row; echo done; } | expect_file /after
}

test_the_list_of_packages_is_a_file_in_the_state_folder_that_all_may_read_for_a_while() {
	package app 1
	hook 'multi_pkgs/Pre-Install-Pkgs/__WILDCARD__/keeps' <<-'EOF'
		#!/bin/sh
		for file in "${1#--pkg_list=}" "$APT_UNIVERSAL_HOOKS_MATCHED"; do
			stat --format='%a %F' "$file" >>/runs
			echo "$#" "${file%/*}" >>/runs
			echo "$file" >>/names
		done
	EOF
	apt_succeeds install app
	apt_succeeds --reinstall install app
	expect_runs <<-EOF
		644 regular file
		1 $state
		644 regular file
		1 $state
		644 regular file
		1 $state
		644 regular file
		1 $state
	EOF
	expect_equal 4 "$(sort -u /names | wc -l)" 'different names'
	local name
	while read -r name; do
		[[ ! -e $name ]] || fail "$name is still there"
	done </names
}

test_the_state_folder_belongs_to_root() {
	package app 1
	hook Post-Invoke/looks <<-EOF
		#!/bin/sh
		stat --format='%a %U:%G' $state >>/runs
	EOF
	apt_succeeds install app
	expect_runs <<-'EOF'
		755 root:root
	EOF
}
