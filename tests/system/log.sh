# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# /var/log/apt/universal-hooks.log: one stanza per transaction, one line per script.

package app 1
log=/var/log/apt/universal-hooks.log

settings() {
	cat >/etc/apt/apt.conf.d/90settings
}

# Compares the log with stdin, with dots instead of what differs from run to run.
expect_log() {
	sed -E 's/ [0-9]+ ms$/ N ms/
		/^(Start|End)-Offset: [+-][0-9]{2}:[0-9]{2}$/d
		s/^((Start|End)-Date): [0-9]{4}-[0-9]{2}-[0-9]{2}  [0-9]{2}:[0-9]{2}:[0-9]{2}$/\1: .../
		s/^(Transaction): [0-9]+-[0-9]+$/\1: .../' "$log" >/log
	expect_file /log
}

# Counts paragraphs as in deb822: an empty line ends each.
paragraphs() {
	awk -v RS= 'END { print NR }' "$log"
}

test_a_transaction_is_a_stanza_and_a_script_a_line() {
	probe Pre-Invoke/a
	probe pkgs/app/Pre-Install-Pkgs/b
	probe multi_pkgs/Pre-Install-Pkgs/a__WILDCARD__/c
	probe "$packaged_hooks/Post-Invoke/d"
	apt_succeeds install app
	expect_log <<-EOF
		Start-Date: ...
		Commandline: apt-get --yes install app
		Transaction: ...
		Result: ok
		Hooks:
		 Pre-Invoke $hooks/Pre-Invoke/a [always] exit 0 N ms
		 Pre-Install-Pkgs $hooks/pkgs/app/Pre-Install-Pkgs/b [app] exit 0 N ms
		 Pre-Install-Pkgs $hooks/multi_pkgs/Pre-Install-Pkgs/a__WILDCARD__/c [a__WILDCARD__] exit 0 N ms
		 Post-Invoke $packaged_hooks/Post-Invoke/d [always] exit 0 N ms
		End-Date: ...

	EOF
}

test_each_transaction_is_added_at_the_end() {
	probe Pre-Invoke/a
	apt_succeeds install app
	apt_succeeds remove app
	expect_equal 2 "$(grep -c '^Start-Date: ' "$log")" 'stanzas'
	expect_equal 2 "$(grep '^Transaction: ' "$log" | sort -u | wc -l)" 'different transactions'
	expect_equal 'Commandline: apt-get --yes install app
Commandline: apt-get --yes remove app' "$(grep '^Commandline: ' "$log")"
	expect_equal 2 "$(paragraphs)" 'paragraphs'
	expect_equal '644 root:root' "$(stat --format='%a %U:%G' "$log")"
}

test_a_transaction_without_scripts_is_not_logged() {
	apt_succeeds install app
	[[ ! -e $log ]] || fail "$log should not be there"
	probe Post-Invoke/a
	apt_succeeds remove app
	[[ -s $log ]] || fail 'the test is broken: nothing is logged at all'
}

test_scripts_of_Post-Invoke_alone_are_a_stanza_as_well() {
	probe Post-Invoke/a
	apt_succeeds install app
	expect_log <<-EOF
		Start-Date: ...
		Commandline: apt-get --yes install app
		Transaction: ...
		Result: ok
		Hooks:
		 Post-Invoke $hooks/Post-Invoke/a [always] exit 0 N ms
		End-Date: ...

	EOF
}

test_scripts_before_dpkg_alone_are_a_stanza_as_well() {
	probe Pre-Install-Pkgs/a
	apt_succeeds install app
	expect_log <<-EOF
		Start-Date: ...
		Commandline: apt-get --yes install app
		Transaction: ...
		Result: ok
		Hooks:
		 Pre-Install-Pkgs $hooks/Pre-Install-Pkgs/a [always] exit 0 N ms
		End-Date: ...

	EOF
}

test_each_way_to_end_is_told() {
	settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/4-slow::Timeout "1";
	EOF
	then='exit 42' probe Post-Invoke/1-exits
	then='kill -SEGV $$' probe Post-Invoke/2-crashes
	hook Post-Invoke/3-without-interpreter <<<'#!/gone/interpreter'
	then='sleep infinity' probe Post-Invoke/4-slow
	apt_succeeds_but_warns install app
	expect_log <<-EOF
		Start-Date: ...
		Commandline: apt-get --yes install app
		Transaction: ...
		Result: ok
		Hooks:
		 Post-Invoke $hooks/Post-Invoke/1-exits [always] exit 42 N ms
		 Post-Invoke $hooks/Post-Invoke/2-crashes [always] signal 11 N ms
		 Post-Invoke $hooks/Post-Invoke/3-without-interpreter [always] not-started (No such file or directory)
		 Post-Invoke $hooks/Post-Invoke/4-slow [always] timeout 1 N ms
		End-Date: ...

	EOF
	local milliseconds
	milliseconds=$(sed -n 's/.*timeout 1 \([0-9]*\) ms$/\1/p' "$log")
	((milliseconds >= 1000)) || fail "a second is more than $milliseconds ms"
}

test_each_reason_not_to_run_is_told() {
	settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/01-enabled::Enabled "false";
		Universal-Hooks::Scripts::pkgs/app/Post-Invoke/02-operations::Operations { "purge"; };
		Universal-Hooks::Scripts::multi_pkgs/Post-Invoke/a__WILDCARD__/03-operations::Operations { "purge"; };
		Universal-Hooks::Scripts::Post-Invoke/04-when::When "failure";
		Universal-Hooks::Scripts::Post-Invoke/05-requires::Requires { "not-here"; };
		Universal-Hooks::Scripts::Post-Invoke/06-user::User "nobody-such";
		Universal-Hooks::Scripts::Post-Invoke/07-directory::Directory "/gone";
		Universal-Hooks::Scripts::Post-Invoke/20-stops::On-Failure "abort";
	EOF
	probe Post-Invoke/01-enabled
	probe pkgs/app/Post-Invoke/02-operations
	probe multi_pkgs/Post-Invoke/a__WILDCARD__/03-operations
	probe Post-Invoke/04-when
	probe Post-Invoke/05-requires
	probe Post-Invoke/06-user
	probe Post-Invoke/07-directory
	probe Post-Invoke/08-not-executable
	chmod -x "$hooks/Post-Invoke/08-not-executable"
	mkfifo "$hooks/Post-Invoke/09-not-a-file"
	ln -s /nowhere "$hooks/Post-Invoke/10-dangling"
	probe Post-Invoke/11-open
	chmod o+w "$hooks/Post-Invoke/11-open"
	then='exit 1' probe Post-Invoke/20-stops
	probe Post-Invoke/21-after-it
	apt_fails install app
	expect_log <<-EOF
		Start-Date: ...
		Commandline: apt-get --yes install app
		Transaction: ...
		Result: ok
		Hooks:
		 Post-Invoke $hooks/pkgs/app/Post-Invoke/02-operations [app] skipped (Operations)
		 Post-Invoke $hooks/multi_pkgs/Post-Invoke/a__WILDCARD__/03-operations [a__WILDCARD__] skipped (Operations)
		 Post-Invoke $hooks/Post-Invoke/01-enabled [always] skipped (Enabled)
		 Post-Invoke $hooks/Post-Invoke/04-when [always] skipped (When)
		 Post-Invoke $hooks/Post-Invoke/05-requires [always] skipped (Requires)
		 Post-Invoke $hooks/Post-Invoke/06-user [always] skipped (User)
		 Post-Invoke $hooks/Post-Invoke/07-directory [always] skipped (Directory)
		 Post-Invoke $hooks/Post-Invoke/08-not-executable [always] skipped (not-executable)
		 Post-Invoke $hooks/Post-Invoke/09-not-a-file [always] skipped (not-a-file)
		 Post-Invoke $hooks/Post-Invoke/10-dangling [always] skipped (dangling)
		 Post-Invoke $hooks/Post-Invoke/11-open [always] skipped (open-to-others)
		 Post-Invoke $hooks/Post-Invoke/20-stops [always] exit 1 N ms
		 Post-Invoke $hooks/Post-Invoke/21-after-it [always] skipped (On-Failure)
		End-Date: ...

	EOF
}

test_the_result_is_dpkgs() {
	postinst='exit 1' package broken 1
	probe Pre-Invoke/a
	probe Post-Invoke/a
	apt_succeeds install app
	apt_fails install broken
	apt_succeeds_but_warns -o Debug::pkgDPkgPM=true --reinstall install app
	apt_fails -o Universal-Hooks::Scripts::Post-Invoke/a::Enabled=false -f install
	run_apt apt-get --yes -o DPkg::Pre-Install-Pkgs::apt-universal-hooks= remove broken </dev/null
	expect_equal 'Result: ok
Result: failed
Result: aborted
Result: failed
Result: unknown' "$(grep '^Result: ' "$log")"
}

test_a_veto_is_an_aborted_transaction() {
	probe Pre-Invoke/1-runs
	then='exit 3' probe Pre-Invoke/2-vetoes
	probe Pre-Invoke/3-skipped
	probe Post-Invoke/not-reached
	apt_fails -o Universal-Hooks::On-Failure=abort install app
	expect_log <<-EOF
		Start-Date: ...
		Commandline: apt-get --yes -o Universal-Hooks::On-Failure=abort install app
		Transaction: ...
		Result: aborted
		Hooks:
		 Pre-Invoke $hooks/Pre-Invoke/1-runs [always] exit 0 N ms
		 Pre-Invoke $hooks/Pre-Invoke/2-vetoes [always] exit 3 N ms
		 Pre-Invoke $hooks/Pre-Invoke/3-skipped [always] skipped (On-Failure)
		End-Date: ...

	EOF
}

# Without clean-up scripts there is no guard that would write it earlier.
test_what_ran_before_another_tools_veto_is_logged_by_the_next_transaction() {
	probe Pre-Invoke/a
	apt_fails -o DPkg::Pre-Install-Pkgs::zz-veto=false install app
	apt_succeeds install app
	expect_log <<-EOF
		Start-Date: ...
		Commandline: apt-get --yes -o DPkg::Pre-Install-Pkgs::zz-veto=false install app
		Transaction: ...
		Result: aborted
		Hooks:
		 Pre-Invoke $hooks/Pre-Invoke/a [always] exit 0 N ms
		End-Date: ...

		Start-Date: ...
		Commandline: apt-get --yes install app
		Transaction: ...
		Result: ok
		Hooks:
		 Pre-Invoke $hooks/Pre-Invoke/a [always] exit 0 N ms
		End-Date: ...

	EOF
}

# expect_as_in_history.log FIELD...: these fields are the same as in apt's own log.
expect_as_in_history.log() {
	local field
	for field; do
		grep "^$field: " /var/log/apt/history.log >/aptly || fail "apt wrote no $field"
		expect_file <(grep "^$field: " "$log") </aptly
	done
}

test_command_line_and_requester_are_those_of_apts_history_log() {
	echo 'worker:x:7001:7001::/:/bin/sh' >>/etc/passwd
	local point
	for point in Pre-Invoke Pre-Install-Pkgs Post-Invoke; do
		probe "$point/a"
		silently env SUDO_UID=7001 apt-get --yes -o My::Spaces='a b  c' \
			-o My::Quotes='"d" '\''e'\' --reinstall install app </dev/null
		expect_as_in_history.log Commandline Requested-By
		rm "$hooks/$point/a"
	done
}

test_without_sudo_nobody_requested_it() {
	probe Post-Invoke/a
	silently env SUDO_UID=nonsense apt-get --yes install app </dev/null
	silently env --unset=SUDO_UID PKEXEC_UID=99999 apt-get --yes remove app </dev/null
	[[ -s $log ]] || fail 'nothing was logged'
	! grep '^Requested-By' "$log" || fail 'there should be no Requested-By'
}

test_a_name_can_forge_no_line() {
	probe $'Post-Invoke/a\n Post-Invoke forged [always] exit 0 0 ms\nResult: forged'
	apt_succeeds install app
	expect_log <<-EOF
		Start-Date: ...
		Commandline: apt-get --yes install app
		Transaction: ...
		Result: ok
		Hooks:
		 Post-Invoke $hooks/Post-Invoke/a\\012 Post-Invoke forged [always] exit 0 0 ms\\012Result: forged [always] exit 0 N ms
		End-Date: ...

	EOF
}

# Puts the log on a full disk, with room only in the last block of the log.
log_on_a_full_disk() {
	mount -t tmpfs -o size=8k,mode=755 tmpfs /var/log/apt
	head -c "$1" /dev/zero | tr '\0' '\n' >"$log"
	cp "$log" /log.before
	head -c 1M /dev/zero >/var/log/apt/full 2>/dev/null || true
}

test_a_full_disk_costs_a_warning_and_leaves_the_log_whole() {
	probe Pre-Invoke/a
	probe Post-Invoke/a
	publish
	local bytes
	for bytes in 4096 4000 4095; do
		log_on_a_full_disk "$bytes"
		# apt fails if it cannot write its own logs.
		apt_succeeds_but_warns -o Dir::Log=/var/log --reinstall install app
		expect_warning "$log" 'No space left on device'
		cmp "$log" /log.before || fail 'the log should be as it was'
		expect_runs <<-'EOF'
			Pre-Invoke/a
			Post-Invoke/a
		EOF
		umount /var/log/apt
	done
}

test_a_log_that_cannot_be_written_costs_a_warning() {
	probe Post-Invoke/a
	touch /elsewhere
	ln -s /elsewhere "$log"
	apt_succeeds_but_warns install app
	expect_warning "$log"
	[[ ! -s /elsewhere ]] || fail 'the log should not have been written through a link'
	rm "$log"
	mkdir "$log"
	apt_succeeds_but_warns remove app
	expect_warning "$log"
	expect_equal 1 "$(grep -c '^W: ' "$errors")" 'warnings'
	expect_runs <<-'EOF'
		Post-Invoke/a
		Post-Invoke/a
	EOF
}

# The directory of the log can be written to only while dpkg runs.
log_is_read-only_again() {
	mount -t tmpfs -o mode=755 tmpfs /var/log/apt
	hook Pre-Invoke/000-rw <<<'#!/bin/sh
		mount -o remount,rw /var/log/apt'
	hook Post-Invoke/999-ro <<<'#!/bin/sh
		mount -o remount,ro /var/log/apt'
	echo 'Universal-Hooks::Scripts::Post-Invoke/999-ro::When "always";' >/etc/apt/apt.conf.d/60local-hooks
	publish
}

test_a_log_that_is_read-only_again_is_caught_up_by_the_next_transaction() {
	log_is_read-only_again
	run_apt apt-get --yes -o Dir::Log=/var/log install app </dev/null
	expect_no_warning
	[[ ! -e $log ]] || fail 'it should not have been possible to write the log'
	run_apt apt-get --yes -o Dir::Log=/var/log remove app </dev/null
	expect_no_warning
	grep '^Commandline' "$log" | expect_log_of 'apt-get --yes install app'
	run_apt apt-get --yes -o Dir::Log=/var/log install app </dev/null
	expect_no_warning
	grep '^Commandline' "$log" | expect_log_of 'apt-get --yes install app' 'apt-get --yes remove app'
	expect_equal 1 "$(grep -c ^Start-Date $state/log)" 'stanzas that are kept'
	# The directory is writable for good, so nothing stays behind.
	mount -o remount,rw /var/log/apt
	rm "$hooks/Post-Invoke/999-ro" /etc/apt/apt.conf.d/60local-hooks
	apt_succeeds remove app
	grep '^Commandline' "$log" | expect_log_of 'apt-get --yes install app' 'apt-get --yes remove app' \
		'apt-get --yes install app' 'apt-get --yes remove app'
}

expect_log_of() {
	sed 's/^Commandline: //; s| -o Dir::Log=/var/log||' >/logged
	printf '%s\n' "$@" | expect_file /logged
}

test_a_log_that_is_always_read-only_is_warned_of() {
	probe Post-Invoke/a
	publish
	mount -t tmpfs -o ro tmpfs /var/log/apt
	run_apt apt-get --yes -o Dir::Log=/var/log install app </dev/null
	run_apt apt-get --yes -o Dir::Log=/var/log --reinstall install app </dev/null
	expect_warning "$log" 'Read-only file system'
	expect_equal 0 "$apt_status" 'exit status of apt'
}

test_without_a_state_folder_what_ran_is_logged_all_the_same() {
	probe Pre-Invoke/a
	probe Pre-Install-Pkgs/a
	probe Post-Invoke/a
	publish
	mount -t tmpfs -o ro tmpfs /run
	apt_succeeds_but_warns install app
	expect_equal 3 "$(grep -c ' exit 0 [0-9]* ms$' "$log")" 'lines of scripts'
	expect_equal "$(grep -c '^Start-Date' "$log")" "$(paragraphs)" 'paragraphs'
}

# A hook that hangs up or kills the helper, its parent; apt goes on, and nobody is left to write the log.
kill_the_helper_at() {
	probe "$1/1-ends"
	then="kill -s $2 \$PPID" probe "$1/2-kills"
	probe "$1/3-not-reached"
	run_apt apt-get --yes --reinstall install app </dev/null
	expect_equal 0 "$apt_status" "apt's exit status"
}

what_is_said_of_a_killed_helper() {
	grep -E "^Result|^ " "$log" | sed -E 's/ [0-9]+ ms$/ N ms/'
}

test_what_ran_before_the_helper_was_killed_at_Post-Invoke_is_logged_by_the_next_transaction() {
	local signal
	for signal in HUP KILL; do
		kill_the_helper_at Post-Invoke "$signal"
		rm -r "$hooks"/Post-Invoke/*
		apt_succeeds remove app
		expect_file <(what_is_said_of_a_killed_helper) <<-EOF
			Result: ok
			 Post-Invoke $hooks/Post-Invoke/1-ends [always] exit 0 N ms
			 Post-Invoke $hooks/Post-Invoke/2-kills [always] interrupted
		EOF
		apt-universal-hooks log --failed | has -F '2-kills (gone): interrupted' || fail 'log --failed should show it'
		rm "$log"
	done
}

test_what_ran_before_the_helper_was_killed_before_dpkg_is_logged_with_the_rest() {
	local point
	probe Post-Invoke/a
	for point in Pre-Invoke Pre-Install-Pkgs; do
		kill_the_helper_at "$point" KILL
		expect_file <(what_is_said_of_a_killed_helper) <<-EOF
			Result: ok
			 $point $hooks/$point/1-ends [always] exit 0 N ms
			 $point $hooks/$point/2-kills [always] interrupted
			 Post-Invoke $hooks/Post-Invoke/a [always] exit 0 N ms
		EOF
		rm -r "$hooks/$point"/* "$log"
	done
}
