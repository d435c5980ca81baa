# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Reliable clean-up: Post-Invoke scripts with When "always" or "failure" run once, with RESULT=aborted,
# however apt was stopped.

package app 1
package other 1

settings() {
	cat >/etc/apt/apt.conf.d/90settings
}

# kill-apt SIGNAL, for hooks and maintainer scripts: signals the topmost apt-get, which forks to call
# some of its hooks.
cat >/usr/bin/kill-apt <<'EOF_KILL_APT'
#!/bin/bash
pid=$PPID
while ((pid > 0)); do
	stat=$(<"/proc/$pid/stat")
	if [[ $stat == *'(apt-get)'* ]]; then
		apt=$pid
	fi
	read -r _ pid _ <<<"${stat##*) }"
done
kill -s "$1" "$apt"
EOF_KILL_APT
chmod +x /usr/bin/kill-apt

# Prints the pids of our processes: only guards, if no hook point is running.
our_processes() {
	local process
	for process in /proc/[0-9]*; do
		if [[ $(readlink "$process/exe") == /usr/libexec/apt-universal-hooks/helper* ]]; then
			printf '%s\n' "${process##*/}"
		fi
	done
}
declare -f our_processes >/our-processes.sh

# Stands for a service that is stopped for the transaction, and always started again.
stop_and_start_something() {
	settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/starts::When "always";
	EOF
	probe "${1-Pre-Invoke/stops}"
	probe Post-Invoke/starts RESULT SUCCESS
	probe Post-Invoke/only-when-ran
}

expect_it_was_started_again() {
	expect_runs <<-EOF
		${1-Pre-Invoke/stops}
		Post-Invoke/starts RESULT=aborted SUCCESS=0
	EOF
}

# Runs a command, and waits also for the guard, which keeps apt's standard error open: the reader of
# the FIFO ends when both have ended.
run_to_the_last() {
	local reader
	publish
	mkfifo /stderr
	cat /stderr >"$errors" &
	reader=$!
	apt_status=0
	setsid --wait "$@" >"$output" 2>/stderr </dev/null || apt_status=$?
	wait "$reader"
	rm /stderr
	[[ -z $(our_processes) ]] || fail "these processes of ours are left: $(our_processes)"
}

run_apt_to_the_last() {
	run_to_the_last apt-get --yes "$@"
}

# apt was stopped, and no state remains.
apt_is_stopped() {
	run_apt_to_the_last "$@"
	[[ $apt_status != 0 ]] || fail 'apt should have been stopped'
	[[ -z $(find "$state" -name '*.clean-up') ]] || fail 'the clean-up is still due'
	! dpkg-query --show app 2>/dev/null || fail 'app should not have been installed'
}

# The next transaction has nothing to clean up.
expect_a_clean_next_transaction() {
	: >/runs
	run_apt_to_the_last install other
	apt_must_end_with 0
	expect_equal 1 "$(grep -c '^Post-Invoke/starts' /runs)" 'runs of Post-Invoke/starts'
	grep -q -x 'Post-Invoke/starts RESULT=ok SUCCESS=1' /runs || fail "$(cat /runs)"
}

# After our own veto

veto_at() {
	probe Pre-Invoke/stops
	then='exit 1' probe "$1/vetoes"
	apt_is_stopped -o "Universal-Hooks::Scripts::$1/vetoes::On-Failure=abort" install app
	expect_equal 100 "$apt_status" 'exit status of apt'
}

test_after_our_own_veto_at_Pre-Invoke() {
	stop_and_start_something
	veto_at Pre-Invoke
	expect_runs <<-'EOF'
		Pre-Invoke/stops
		Pre-Invoke/vetoes
		Post-Invoke/starts RESULT=aborted SUCCESS=0
	EOF
	rm "$hooks/Pre-Invoke/vetoes"
	expect_a_clean_next_transaction
}

test_after_our_own_veto_at_Pre-Install-Pkgs() {
	stop_and_start_something
	veto_at Pre-Install-Pkgs
	expect_runs <<-'EOF'
		Pre-Invoke/stops
		Pre-Install-Pkgs/vetoes
		Post-Invoke/starts RESULT=aborted SUCCESS=0
	EOF
	rm "$hooks/Pre-Install-Pkgs/vetoes"
	expect_a_clean_next_transaction
}

test_the_veto_is_the_last_that_is_said() {
	stop_and_start_something
	then='echo cleaning up >&2; exit 5' probe Post-Invoke/starts
	veto_at Pre-Install-Pkgs
	local lines
	lines=$(grep -n -E -e "^W: $hooks/Post-Invoke/starts exited with status 5" -e '^cleaning up' \
		-e "^E: $hooks/Pre-Install-Pkgs/vetoes" "$errors" | sort -n | sed 's/^[0-9]*:\(.........\).*/\1/')
	expect_equal $'cleaning \nW: /etc/a\nE: /etc/a' "$lines" "the order of what is said"
}

# After vetoes and failures of others

test_after_the_veto_of_another_tool_at_Pre-Invoke() {
	stop_and_start_something
	apt_is_stopped -o DPkg::Pre-Invoke::zz-veto='exit 1' install app
	expect_equal 100 "$apt_status" 'exit status of apt'
	expect_it_was_started_again
	expect_a_clean_next_transaction
}

test_after_the_veto_of_another_tool_at_Pre-Install-Pkgs() {
	stop_and_start_something
	apt_is_stopped -o DPkg::Pre-Install-Pkgs::zz-veto='exit 1' install app
	expect_equal 100 "$apt_status" 'exit status of apt'
	expect_it_was_started_again
	expect_a_clean_next_transaction
}

test_after_the_veto_of_another_tool_that_comes_before_us_at_Pre-Install-Pkgs() {
	stop_and_start_something
	echo 'DPkg::Pre-Install-Pkgs::veto "exit 1";' >/etc/apt/apt.conf.d/00veto
	apt_is_stopped install app
	expect_it_was_started_again
	rm /etc/apt/apt.conf.d/00veto
	expect_a_clean_next_transaction
}

test_after_a_script_at_Pre-Install-Pkgs_only() {
	stop_and_start_something Pre-Install-Pkgs/stops
	apt_is_stopped -o DPkg::Pre-Install-Pkgs::zz-veto='exit 1' install app
	expect_it_was_started_again Pre-Install-Pkgs/stops
	expect_a_clean_next_transaction
}

test_each_of_two_vetoes_is_cleaned_up_after_once() {
	stop_and_start_something
	apt_is_stopped -o DPkg::Pre-Invoke::zz-veto='exit 1' install app
	apt_is_stopped -o DPkg::Pre-Install-Pkgs::zz-veto='exit 1' install app
	expect_runs <<-'EOF'
		Pre-Invoke/stops
		Post-Invoke/starts RESULT=aborted SUCCESS=0
		Pre-Invoke/stops
		Post-Invoke/starts RESULT=aborted SUCCESS=0
	EOF
}

test_with_bash_as_the_shell() {
	ln -sf bash /bin/sh
	stop_and_start_something
	local point
	for point in Pre-Invoke Pre-Install-Pkgs; do
		apt_is_stopped -o "DPkg::$point::zz-veto=false" install app
		expect_it_was_started_again
		apt_is_stopped -o "DPkg::$point::zz=kill-apt KILL" install app
		expect_it_was_started_again
	done
	expect_a_clean_next_transaction
}

# Each step is a separate process that runs dpkg.
test_after_a_veto_in_a_step_of_unattended-upgrade() {
	silently env APT_UNIVERSAL_HOOKS=off apt-get --yes install app other </dev/null
	package app 2
	package other 2
	sign_the_archive
	let_unattended-upgrade_take_ours </dev/null
	stop_and_start_something
	echo 'DPkg::Pre-Install-Pkgs::zz-veto "exit 1";' >/etc/apt/apt.conf.d/99veto
	run_to_the_last unattended-upgrade --verbose
	[[ $apt_status != 0 ]] || fail 'unattended-upgrade should have been stopped'
	local steps
	steps=$(grep -c -x Pre-Invoke/stops /runs || true)
	((steps > 0)) || fail 'unattended-upgrade took no step'
	expect_equal "$steps" "$(grep -c -x 'Post-Invoke/starts RESULT=aborted SUCCESS=0' /runs)" \
		'runs of Post-Invoke/starts'
	expect_equal "$((2 * steps))" "$(wc -l </runs)" 'runs'
}

# After Ctrl-C, which reaches all of apt's process group

test_after_ctrl_c_in_a_script_of_ours() {
	local point
	stop_and_start_something
	for point in Pre-Invoke Pre-Install-Pkgs; do
		then='kill -INT 0; sleep infinity' probe "$point/waits"
		apt_is_stopped install app
		expect_runs <<-EOF
			Pre-Invoke/stops
			$point/waits
			Post-Invoke/starts RESULT=aborted SUCCESS=0
		EOF
		rm "$hooks/$point/waits"
	done
	expect_a_clean_next_transaction
}

test_after_ctrl_c_in_a_hook_of_another_tool() {
	local point
	stop_and_start_something
	for point in Pre-Invoke Pre-Install-Pkgs; do
		apt_is_stopped -o "DPkg::$point::zz"='kill -INT 0; sleep infinity' install app
		expect_it_was_started_again
	done
	expect_a_clean_next_transaction
}

# After the end of apt

test_after_apt_was_killed_before_dpkg() {
	local point signal
	stop_and_start_something
	for point in Pre-Invoke Pre-Install-Pkgs; do
		for signal in KILL TERM HUP; do
			apt_is_stopped -o "DPkg::$point::zz=kill-apt $signal" install app
			expect_it_was_started_again
		done
	done
	expect_a_clean_next_transaction
}

# The init of a container may be in apt's session, and adopts the children of a killed apt.
test_init_in_our_session_is_not_mistaken_for_an_apt_that_was_killed() {
	stop_and_start_something
	cat >/etc/apt/apt.conf.d/00kill <<-'EOF'
		DPkg::Pre-Invoke:: "kill-apt KILL; until read -r _ _ _ parent _ </proc/$PPID/stat && [ $parent = 1 ]; do sleep 0.01; done";
	EOF
	publish
	# In the same session; its remaining processes keep the pipe open.
	{ apt-get --yes install app 2>&1 || echo "ended with $?"; } | timeout 60 cat >/output
	expect_equal 'ended with 137' "$(tail -n 1 /output)" 'exit status of a killed apt'
	expect_runs </dev/null
	expect_equal '' "$(our_processes)" 'processes that are left'
	rm /etc/apt/apt.conf.d/00kill
	expect_a_clean_next_transaction
}

test_after_apt_was_killed_while_a_script_runs_which_is_waited_for() {
	local point
	mkfifo /early
	for point in Pre-Invoke Pre-Install-Pkgs; do
		stop_and_start_something
		# The script cannot notice that apt is gone, so it gives a premature clean-up some time.
		then='touch /running; kill-apt KILL; timeout 2 cat /early >>/runs; rm /running' \
			probe "$point/works"
		then='[[ ! -e /running ]] || echo too early >/early' probe Post-Invoke/starts RESULT SUCCESS
		apt_is_stopped install app
		expect_runs <<-EOF
			Pre-Invoke/stops
			$point/works
			Post-Invoke/starts RESULT=aborted SUCCESS=0
		EOF
		rm "$hooks/$point/works"
	done
	expect_a_clean_next_transaction
}

# Without a pseudoterminal, which dpkg would not survive.
test_after_apt_was_killed_while_dpkg_runs_which_is_waited_for() {
	stop_and_start_something
	mkfifo /early
	preinst='touch /running; kill-apt KILL; timeout 2 cat /early >>/runs; rm /running
		echo dpkg goes on >>/runs' package app 1
	then='[[ ! -e /running ]] || echo too early >/early' probe Post-Invoke/starts RESULT SUCCESS
	run_apt_to_the_last -o DPkg::Use-Pty=false install app
	expect_equal 137 "$apt_status" 'exit status of a killed apt'
	expect_runs <<-'EOF'
		Pre-Invoke/stops
		dpkg goes on
		Post-Invoke/starts RESULT=aborted SUCCESS=0
	EOF
	dpkg --configure -a >/dev/null
	expect_a_clean_next_transaction
}

test_after_apt_was_killed_and_dpkg_with_it() {
	stop_and_start_something
	preinst='kill-apt KILL; kill -KILL $PPID' package app 1
	run_apt_to_the_last install app
	expect_equal 137 "$apt_status" 'exit status of a killed apt'
	expect_it_was_started_again
	dpkg --configure -a >/dev/null
	expect_a_clean_next_transaction
}

test_after_the_terminal_was_closed() {
	stop_and_start_something
	mkfifo /waiting
	then='echo "$PPID" >/waiting; sleep infinity' probe Pre-Install-Pkgs/waits
	publish
	mkfifo /keyboard
	exec 7<>/keyboard
	script --quiet --command 'apt-get --yes install app' "$output" <&7 >/dev/null &
	local terminal=$! helper guard=
	read -r helper </waiting
	guard=$(our_processes | grep -v -x "$helper")
	kill -KILL "$terminal"
	tail --pid="$guard" -s 0.1 -f /dev/null
	expect_runs <<-'EOF'
		Pre-Invoke/stops
		Pre-Install-Pkgs/waits
		Post-Invoke/starts RESULT=aborted SUCCESS=0
	EOF
}

# After the end of our own processes

test_after_the_helper_was_killed_apt_goes_on_and_there_is_nothing_to_clean_up() {
	local point
	stop_and_start_something
	for point in Pre-Invoke Pre-Install-Pkgs; do
		then='kill -KILL $PPID' probe "$point/x-kills"
		run_apt_to_the_last --reinstall install app
		expect_equal 0 "$apt_status" 'exit status of apt'
		expect_runs <<-EOF
			Pre-Invoke/stops
			$point/x-kills
			Post-Invoke/only-when-ran
			Post-Invoke/starts RESULT=ok SUCCESS=1
		EOF
		rm "$hooks/$point/x-kills"
	done
}

test_after_the_helper_was_killed_and_apt_stopped() {
	local point
	stop_and_start_something
	for point in Pre-Invoke Pre-Install-Pkgs; do
		then='kill -KILL $PPID' probe "$point/x-kills"
		apt_is_stopped -o "DPkg::$point::zz=exit 1" install app
		expect_runs <<-EOF
			Pre-Invoke/stops
			$point/x-kills
			Post-Invoke/starts RESULT=aborted SUCCESS=0
		EOF
		rm "$hooks/$point/x-kills"
	done
	expect_a_clean_next_transaction
}

test_after_the_helper_was_killed_at_Post-Invoke_the_log_has_all_that_ran() {
	local signal
	stop_and_start_something
	cat >>/etc/apt/apt.conf.d/90settings <<<'Universal-Hooks::Scripts::Post-Invoke/kills::When "always";'
	for signal in HUP KILL; do
		then="kill -s $signal \$PPID" probe Post-Invoke/kills
		run_apt_to_the_last --reinstall install app
		expect_equal 0 "$apt_status" 'exit status of apt'
		expect_runs <<-'EOF'
			Pre-Invoke/stops
			Post-Invoke/kills
			Post-Invoke/starts RESULT=ok SUCCESS=1
		EOF
		expect_file <(grep -E '^Result|^ ' /var/log/apt/universal-hooks.log | sed 's/ [0-9]* ms$//') <<-EOF
			Result: ok
			 Pre-Invoke $hooks/Pre-Invoke/stops [always] exit 0
			 Post-Invoke $hooks/Post-Invoke/kills [always] interrupted
			 Post-Invoke $hooks/Post-Invoke/only-when-ran [always] skipped (When)
			 Post-Invoke $hooks/Post-Invoke/starts [always] exit 0
		EOF
		rm /var/log/apt/universal-hooks.log
	done
}

# Code for a hook that runs after ours.
kill_the_guard='. /our-processes.sh; kill -KILL $(our_processes)'

guard_and_apt_are_stopped() {
	stop_and_start_something
	hook /usr/bin/kill-the-guard <<-EOF
		#!/bin/bash
		$kill_the_guard
		$1
	EOF
	run_apt_to_the_last -o DPkg::Pre-Install-Pkgs::zz=kill-the-guard install app
	[[ $apt_status != 0 ]] || fail 'apt should have been stopped'
	expect_runs <<-'EOF'
		Pre-Invoke/stops
	EOF
	# The next transaction first cleans up, once.
	run_apt_to_the_last install other
	expect_equal 0 "$apt_status" 'exit status of apt'
	expect_runs <<-'EOF'
		Post-Invoke/starts RESULT=aborted SUCCESS=0
		Pre-Invoke/stops
		Post-Invoke/only-when-ran
		Post-Invoke/starts RESULT=ok SUCCESS=1
	EOF
	run_apt_to_the_last remove other
	expect_equal 0 "$apt_status" 'exit status of apt'
	expect_runs <<-'EOF'
		Pre-Invoke/stops
		Post-Invoke/only-when-ran
		Post-Invoke/starts RESULT=ok SUCCESS=1
	EOF
}

test_after_guard_and_apt_were_killed_the_next_transaction_cleans_up() {
	guard_and_apt_are_stopped 'kill-apt KILL'
}

test_after_the_guard_was_killed_and_another_tool_vetoed_the_next_transaction_cleans_up() {
	guard_and_apt_are_stopped 'exit 1'
}

test_a_next_transaction_without_any_other_script_cleans_up_as_well() {
	stop_and_start_something
	hook /usr/bin/kill-the-guard <<<$'#!/bin/bash\n'"$kill_the_guard; kill-apt KILL"
	run_apt_to_the_last -o DPkg::Pre-Install-Pkgs::zz=kill-the-guard install app
	rm "$hooks/Pre-Invoke/stops"
	: >/runs
	run_apt_to_the_last install other
	expect_runs <<-'EOF'
		Post-Invoke/starts RESULT=aborted SUCCESS=0
		Post-Invoke/only-when-ran
		Post-Invoke/starts RESULT=ok SUCCESS=1
	EOF
}

test_after_the_guard_was_killed_a_transaction_that_goes_well_has_nothing_to_clean_up() {
	stop_and_start_something
	hook /usr/bin/kill-the-guard <<<$'#!/bin/bash\n'"$kill_the_guard"
	run_apt_to_the_last -o DPkg::Pre-Install-Pkgs::zz=kill-the-guard install app
	expect_equal 0 "$apt_status" 'exit status of apt'
	expect_runs <<-'EOF'
		Pre-Invoke/stops
		Post-Invoke/only-when-ran
		Post-Invoke/starts RESULT=ok SUCCESS=1
	EOF
}

test_without_proc_the_next_transaction_cleans_up() {
	stop_and_start_something
	publish
	umount -l /proc
	run_apt apt-get --yes -o DPkg::Pre-Install-Pkgs::zz-veto='exit 1' install app </dev/null
	run_apt apt-get --yes install other </dev/null
	expect_runs <<-'EOF'
		Pre-Invoke/stops
		Post-Invoke/starts RESULT=aborted SUCCESS=0
		Pre-Invoke/stops
		Post-Invoke/only-when-ran
		Post-Invoke/starts RESULT=ok SUCCESS=1
	EOF
}

# There is no apt that it could stop.
test_a_clean_up_that_fails_is_not_said_to_come_after_dpkg() {
	stop_and_start_something
	settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/starts { When "always"; On-Failure "abort"; };
	EOF
	then='exit 3' probe Post-Invoke/starts RESULT SUCCESS
	veto_at Pre-Install-Pkgs
	expect_warning "$hooks/Post-Invoke/starts" 'status 3'
	! grep 'dpkg has finished' "$errors" || fail 'dpkg did not run'
	: >/runs
	apt_is_stopped -o DPkg::Pre-Install-Pkgs::zz-veto='exit 1' install app
	expect_warning "$hooks/Post-Invoke/starts" 'status 3'
	! grep 'dpkg has finished' "$errors" || fail 'dpkg did not run'
}

# Of a pid namespace with the /proc outside: it knows no pid, so there is no guard.

test_in_a_pid_namespace_with_the_proc_outside_the_next_transaction_cleans_up() {
	stop_and_start_something
	publish
	for _ in {1..3}; do
		run_apt in_a_pid_namespace apt-get --yes \
			-o DPkg::Pre-Install-Pkgs::zz-veto='exit 1' install app </dev/null
		expect_runs <<<Pre-Invoke/stops
		run_apt in_a_pid_namespace apt-get --yes --reinstall install other </dev/null
		apt_must_end_with 0
		expect_runs <<-'EOF'
			Post-Invoke/starts RESULT=aborted SUCCESS=0
			Pre-Invoke/stops
			Post-Invoke/only-when-ran
			Post-Invoke/starts RESULT=ok SUCCESS=1
		EOF
	done
}

test_after_a_pid_namespace_with_the_proc_outside_was_killed_the_next_transaction_cleans_up() {
	stop_and_start_something
	publish
	mkfifo /reached
	hook /usr/bin/wait-for-the-end <<<$'#!/bin/sh\necho >/reached\nexec sleep infinity'
	until=/reached run_apt in_a_pid_namespace apt-get --yes \
		-o DPkg::Pre-Install-Pkgs::zz=wait-for-the-end install app </dev/null
	expect_runs <<<Pre-Invoke/stops
	run_apt apt-get --yes install other </dev/null
	apt_must_end_with 0
	expect_runs <<-'EOF'
		Post-Invoke/starts RESULT=aborted SUCCESS=0
		Pre-Invoke/stops
		Post-Invoke/only-when-ran
		Post-Invoke/starts RESULT=ok SUCCESS=1
	EOF
}

# What a clean-up knows and does

test_it_knows_the_packages_of_the_transaction() {
	settings <<<'Universal-Hooks::When "failure";'
	probe Pre-Invoke/a
	probe pkgs/app/Post-Invoke/own OPERATION RESULT
	probe pkgs/other/Post-Invoke/own
	probe multi_pkgs/Post-Invoke/__WILDCARD__/any MATCHED
	probe Post-Invoke/a COMMAND_LINE HOOK_POINT TRANSACTION
	apt_is_stopped -o DPkg::Pre-Install-Pkgs::zz-veto='exit 1' install app
	expect_runs <<-'EOF'
		Pre-Invoke/a
		pkgs/app/Post-Invoke/own OPERATION=install RESULT=aborted
		multi_pkgs/Post-Invoke/__WILDCARD__/any --pkg_list={app} MATCHED={app}
		Post-Invoke/a COMMAND_LINE=apt-get --yes -o DPkg::Pre-Install-Pkgs::zz-veto='exit 1' install app HOOK_POINT=Post-Invoke
		  app|all|install|-|1|-
	EOF
}

test_failure_and_always_are_cleaned_up_and_nothing_else() {
	local when
	probe Pre-Invoke/a
	for when in always failure ran success; do
		probe "Post-Invoke/$when"
		printf 'Universal-Hooks::Scripts::Post-Invoke/%s::When "%s";\n' "$when" "$when"
	done | settings
	probe Post-Invoke/unset
	apt_is_stopped -o DPkg::Pre-Install-Pkgs::zz-veto='exit 1' install app
	expect_runs <<-'EOF'
		Pre-Invoke/a
		Post-Invoke/always
		Post-Invoke/failure
	EOF
}

test_settings_of_the_command_line_hold_for_the_clean-up() {
	local point
	probe Pre-Invoke/stops
	probe Post-Invoke/starts RESULT SUCCESS
	cat >/when.conf <<<'Universal-Hooks::Scripts::Post-Invoke/starts::When "failure";'
	for point in Pre-Invoke Pre-Install-Pkgs; do
		apt_is_stopped -o Universal-Hooks::Scripts::Post-Invoke/starts::When=failure \
			-o "DPkg::$point::zz-veto=exit 1" install app
		expect_it_was_started_again
		apt_is_stopped -c /when.conf -o "DPkg::$point::zz-veto=exit 1" install app
		expect_it_was_started_again
	done
}

test_the_rest_of_the_settings_holds_as_well() {
	stop_and_start_something
	cat >>/etc/apt/apt.conf.d/90settings <<-'EOF'
		Universal-Hooks::Scripts::Post-Invoke/in-tmp::Directory "/tmp";
		Universal-Hooks::Scripts::Post-Invoke/in-tmp::When "always";
		Universal-Hooks::Scripts::Post-Invoke/slow::Timeout "1";
		Universal-Hooks::Scripts::Post-Invoke/slow::When "always";
		Universal-Hooks::Scripts::Post-Invoke/off::Enabled "false";
		Universal-Hooks::Scripts::Post-Invoke/off::When "always";
	EOF
	then='pwd >>/runs' probe Post-Invoke/in-tmp
	then='sleep infinity' probe Post-Invoke/slow
	probe Post-Invoke/off
	apt_is_stopped -o DPkg::Pre-Install-Pkgs::zz-veto='exit 1' install app
	expect_warning "$hooks/Post-Invoke/slow" Timeout
	expect_runs <<-'EOF'
		Pre-Invoke/stops
		Post-Invoke/in-tmp
		/tmp
		Post-Invoke/slow
		Post-Invoke/starts RESULT=aborted SUCCESS=0
	EOF
}

test_what_it_says_is_seen_and_logged() {
	stop_and_start_something
	then='echo said; echo shouted >&2' probe Post-Invoke/starts
	apt_is_stopped -o DPkg::Pre-Invoke::zz-veto=false install app
	expect_equal 1 "$(grep -c -x said "$output")" 'lines on standard output'
	expect_equal 1 "$(grep -c -x shouted "$errors")" 'lines on standard error'
	expect_warning 'clean-up'
	sed -E 's/[0-9]+ ms$/N ms/; /^(Start|End)-Offset: /d; s/^(Transaction|(Start|End)-Date): .*/\1: .../' \
		/var/log/apt/universal-hooks.log >/log
	expect_file /log <<-EOF
		Start-Date: ...
		Commandline: apt-get --yes -o DPkg::Pre-Invoke::zz-veto=false install app
		Transaction: ...
		Result: aborted
		Hooks:
		 Pre-Invoke $hooks/Pre-Invoke/stops [always] exit 0 N ms
		 Post-Invoke $hooks/Post-Invoke/only-when-ran [always] skipped (When)
		 Post-Invoke $hooks/Post-Invoke/starts [always] exit 0 N ms
		End-Date: ...

	EOF
}

# No guard where there is nothing to guard

# A package whose preinst counts our processes while dpkg runs.
package_that_counts_us() {
	preinst='bash -c ". /our-processes.sh; our_processes | wc -l" >/count' package app 1
}

test_a_guard_is_there_while_dpkg_runs_and_gone_afterwards() {
	stop_and_start_something
	package_that_counts_us
	run_apt_to_the_last install app
	apt_must_end_with 0
	expect_file /count <<<1
	expect_runs <<-'EOF'
		Pre-Invoke/stops
		Post-Invoke/only-when-ran
		Post-Invoke/starts RESULT=ok SUCCESS=1
	EOF
}

test_one_guard_is_enough_for_both_hook_points() {
	stop_and_start_something
	probe Pre-Install-Pkgs/stops
	package_that_counts_us
	run_apt_to_the_last install app
	expect_file /count <<<1
}

expect_no_guard() {
	package_that_counts_us
	run_apt_to_the_last install app
	apt_must_end_with 0
	expect_file /count <<<0
}

test_no_guard_without_a_script_that_wants_to_know() {
	probe Pre-Invoke/a
	probe Pre-Install-Pkgs/a
	probe Post-Invoke/a
	expect_no_guard
}

test_no_guard_when_no_script_has_run_before_dpkg() {
	stop_and_start_something
	cat >>/etc/apt/apt.conf.d/90settings <<<'Universal-Hooks::Scripts::Pre-Invoke::Enabled "false";'
	expect_no_guard
	expect_runs <<-'EOF'
		Post-Invoke/only-when-ran
		Post-Invoke/starts RESULT=ok SUCCESS=1
	EOF
}

test_no_guard_for_a_script_of_a_package_that_is_not_part_of_the_transaction() {
	settings <<<'Universal-Hooks::When "failure";'
	probe Pre-Invoke/a
	probe pkgs/other/Post-Invoke/own
	expect_no_guard
}

test_nothing_to_clean_up_when_no_script_has_run_before() {
	stop_and_start_something
	rm "$hooks/Pre-Invoke/stops"
	apt_is_stopped -o DPkg::Pre-Install-Pkgs::zz-veto='exit 1' install app
	expect_no_runs
	expect_a_clean_next_transaction
}

test_nothing_is_left_when_the_transaction_takes_the_last_script_away() {
	stop_and_start_something
	preinst='rm -r /etc/apt/universal-hooks/Post-Invoke/*' package app 1
	run_apt_to_the_last install app
	apt_must_end_with 0
	# It was promised before dpkg ran.
	expect_promised_runs <<-EOF
		Pre-Invoke/stops
		copy of $hooks/Post-Invoke/starts RESULT=ok SUCCESS=1
	EOF
	expect_equal 'Result: ok' "$(grep Result: /var/log/apt/universal-hooks.log)" 'what the log says'
}

test_nothing_to_clean_up_in_a_run_that_was_switched_off() {
	stop_and_start_something
	apt_is_stopped -o Universal-Hooks::Enabled=false -o DPkg::Pre-Install-Pkgs::zz-veto='exit 1' \
		install app
	expect_no_runs
}

# dpkg has run successfully, so the transaction is a success, although apt does not call Post-Invoke.

expect_it_was_started_again_after_a_success() {
	expect_runs <<-'EOF'
		Pre-Invoke/stops
		Post-Invoke/starts RESULT=ok SUCCESS=1
	EOF
	dpkg-query --show app >/dev/null
}

test_after_a_success_that_another_tool_keeps_from_us() {
	stop_and_start_something
	cat >>/etc/apt/apt.conf.d/90settings <<-'EOF'
		DPkg::Post-Invoke { "exit 1"; };
		Universal-Hooks::Scripts::Post-Invoke/after-failure::When "failure";
	EOF
	# apt reads the registration after this file.
	mv /etc/apt/apt.conf.d/90settings /etc/apt/apt.conf.d/00-settings
	probe Post-Invoke/after-failure
	run_apt_to_the_last install app
	expect_equal 100 "$apt_status" 'exit status of apt'
	expect_it_was_started_again_after_a_success
	# Something must say so, since scripts are skipped in usual transactions, too.
	grep -q -x 'Not-Reached: Post-Invoke' /var/log/apt/universal-hooks.log || fail "$(cat /var/log/apt/universal-hooks.log)"
	apt-universal-hooks log --failed | has -F 'apt did not reach Post-Invoke' || fail 'log --failed should show it'
	{ apt-universal-hooks check || true; } | has -F 'apt did not reach Post-Invoke in the last transaction' || fail 'check should say so'
}

test_after_a_success_with_Post-Invoke_switched_off() {
	stop_and_start_something
	run_apt_to_the_last -o DPkg::Post-Invoke::apt-universal-hooks= install app
	expect_equal 0 "$apt_status" 'exit status of apt'
	expect_it_was_started_again_after_a_success
}

# Promises made before dpkg are kept, whatever the transaction removes.

# A package with both halves; version 2 lacks the second.
package_of_the_pair() {
	local files=/pair
	rm -rf "$files"
	probe "$files$packaged_hooks/Pre-Invoke/stops"
	if [[ $1 == 1 ]]; then
		probe "$files$packaged_hooks/Post-Invoke/starts" RESULT SUCCESS
		probe "$files$packaged_hooks/Post-Invoke/only-when-ran"
	fi
	package pair "$1"
}

install_the_pair() {
	package_of_the_pair 1
	apt_succeeds install pair
	settings <<<'Universal-Hooks::Scripts::Post-Invoke/starts::When "always";'
	: >/runs
}

# Like expect_runs; a copy has its own directory before the path of the original.
expect_promised_runs() {
	sed -i -E 's,^/var/lib/apt-universal-hooks/[0-9]+-[0-9]+/,copy of /,' /runs
	expect_runs
	[[ ! -e /var/lib/apt-universal-hooks ]] || fail "left: $(find /var/lib/apt-universal-hooks)"
	expect_equal '' "$(ls "$state" 2>/dev/null || true)" 'files in the state directory'
}

expect_the_pair_was_kept() {
	expect_promised_runs <<-EOF
		$packaged_hooks/Pre-Invoke/stops
		copy of $packaged_hooks/Post-Invoke/starts RESULT=ok SUCCESS=1
	EOF
}

ours=apt-plugin-universal-hooks

purge_ours() {
	stop_and_start_something
	cat >>/etc/apt/apt.conf.d/90settings <<<'Universal-Hooks::Scripts::multi_pkgs::When "always";'
	probe multi_pkgs/Post-Invoke/a__WILDCARD__s/starts RESULT
	run_apt_to_the_last "$@"
	expect_equal 0 "$apt_status" 'exit status of apt'
	[[ ! -e /usr/libexec/apt-universal-hooks/helper ]] || fail 'the helper should be gone'
	expect_promised_runs <<-EOF
		Pre-Invoke/stops
		multi_pkgs/Post-Invoke/a__WILDCARD__s/starts --pkg_list={${gone-$ours}} RESULT=ok
		Post-Invoke/starts RESULT=ok SUCCESS=1
	EOF
}

test_it_comes_though_the_package_itself_is_purged() {
	purge_ours purge $ours
}

test_it_comes_though_the_package_itself_is_removed() {
	purge_ours remove $ours
}

test_it_comes_though_the_package_itself_is_taken_along_by_autoremove() {
	package app 1 "Depends: $ours"
	apt_succeeds install app
	# The libraries that it brought stay.
	apt-mark showauto | xargs apt-mark manual >/dev/null
	apt-mark auto $ours >/dev/null
	gone=app,$ours purge_ours --autoremove remove app
}

test_it_comes_once_though_the_package_itself_is_upgraded() {
	stop_and_start_something
	dpkg-deb --raw-extract "/$ours.deb" /unpacked
	sed -i 's/^Version: .*/Version: 99/' /unpacked/DEBIAN/control
	dpkg-deb -Znone --root-owner-group --build /unpacked "$repository" >/dev/null
	archive_is_stale=yes
	run_apt_to_the_last install $ours
	apt_must_end_with 0
	expect_promised_runs <<-'EOF'
		Pre-Invoke/stops
		Post-Invoke/only-when-ran
		Post-Invoke/starts RESULT=ok SUCCESS=1
	EOF
}

test_it_comes_though_the_package_of_both_halves_is_purged() {
	install_the_pair
	run_apt_to_the_last purge pair
	expect_equal 0 "$apt_status" 'exit status of apt'
	expect_no_warning
	expect_the_pair_was_kept
	expect_equal " Post-Invoke $packaged_hooks/Post-Invoke/starts [always] exit 0 N ms (from a copy)" \
		"$(grep Post-Invoke/starts /var/log/apt/universal-hooks.log | tail -n 1 | sed -E 's/[0-9]+ ms/N ms/')"
	apt-universal-hooks log --last | has -F 'exit 0 in' || fail 'the log should be readable'
}

test_it_comes_though_an_upgrade_takes_the_second_half() {
	install_the_pair
	package_of_the_pair 2
	run_apt_to_the_last install pair
	apt_must_end_with 0
	expect_the_pair_was_kept
}

# upgrade_to_a_second_half_that_is_broken COMMAND: version 2 has one that the command changed.
upgrade_to_a_second_half_that_is_broken() {
	install_the_pair
	package_of_the_pair 1
	"$@" "/pair$packaged_hooks/Post-Invoke/starts"
	files=/pair package pair 2
	run_apt_to_the_last install pair
	apt_must_end_with 0
	expect_warning "$packaged_hooks/Post-Invoke/starts"
	expect_promised_runs <<-EOF
		$packaged_hooks/Pre-Invoke/stops
		$packaged_hooks/Post-Invoke/only-when-ran
		copy of $packaged_hooks/Post-Invoke/starts RESULT=ok SUCCESS=${success-1}
	EOF
}

test_it_comes_though_an_upgrade_makes_a_dangling_symlink_of_the_second_half() {
	upgrade_to_a_second_half_that_is_broken ln -sf /nowhere
}

test_it_comes_though_an_upgrade_makes_the_second_half_not_executable() {
	upgrade_to_a_second_half_that_is_broken chmod a-x
}

test_it_comes_though_an_upgrade_lets_everybody_write_to_the_second_half() {
	form=E success=0 upgrade_to_a_second_half_that_is_broken chmod a+w
}

# The pair with its settings in settings.d, which are malformed if its version is 2.
package_of_the_pair_and_settings() {
	local files=/pair settings=/pair$packaged_hooks/settings.d/pair.conf
	package_of_the_pair 1
	mkdir -p "${settings%/*}"
	echo 'Universal-Hooks::Scripts::Post-Invoke/starts::When "always";' >"$settings"
	[[ $1 == 1 ]] || echo '{' >>"$settings"
	package pair "$1"
	apt_succeeds -o Universal-Hooks::Enabled=false install pair="${2-$1}"
	: >/runs
}

test_it_comes_though_an_upgrade_breaks_the_settings_of_its_package() {
	package_of_the_pair_and_settings 1
	package_of_the_pair_and_settings 2 1
	run_apt_to_the_last install pair
	apt_must_end_with 0
	form=E expect_warning "$packaged_hooks/settings.d/pair.conf" 'cannot be read'
	form=E expect_warning "$packaged_hooks/Post-Invoke/only-when-ran" 'is not run'
	expect_promised_runs <<-EOF
		$packaged_hooks/Pre-Invoke/stops
		copy of $packaged_hooks/Post-Invoke/starts RESULT=ok SUCCESS=0
	EOF
}

test_it_comes_with_the_settings_of_another_package_though_the_package_itself_is_purged() {
	package_of_the_pair_and_settings 1
	run_apt_to_the_last purge $ours
	expect_equal 0 "$apt_status" 'exit status of apt'
	expect_the_pair_was_kept
}

test_it_comes_with_the_settings_that_were_promised() {
	install_the_pair
	local files=/pair
	echo 'worker:x:7001:7001::/:/bin/sh' >>/etc/passwd
	then='id -un >/promised; pwd >>/promised' probe "$files$packaged_hooks/pkgs/pair/Post-Invoke/own" OPERATION
	package pair 1.1
	apt_succeeds install pair
	touch /promised /runs
	chmod 666 /promised /runs
	cat >>/etc/apt/apt.conf.d/90settings <<-'EOF'
		Universal-Hooks::Scripts::pkgs/pair/Post-Invoke/own { When "always"; User "worker"; Directory "/tmp"; };
	EOF
	: >/runs
	# The package removes its settings as well.
	prerm='rm /etc/apt/apt.conf.d/90settings' package pair 1.2
	apt_succeeds -o Universal-Hooks::Enabled=false install pair
	run_apt_to_the_last purge pair
	expect_equal 0 "$apt_status" 'exit status of apt'
	grep -q 'copy of\|pkgs/pair/Post-Invoke/own' /runs || fail "$(cat /runs)"
	expect_file /promised <<-'EOF'
		worker
		/tmp
	EOF
}

test_it_does_not_come_if_it_was_masked_meanwhile() {
	postrm="ln -s /dev/null $hooks/Post-Invoke/starts" package other 1
	apt_succeeds install other
	install_the_pair
	run_apt_to_the_last remove other pair
	expect_equal 0 "$apt_status" 'exit status of apt'
	expect_promised_runs <<<"$packaged_hooks/Pre-Invoke/stops"
}

test_it_comes_once_though_all_that_could_run_it_is_killed() {
	install_the_pair
	cat >/usr/bin/kill-all <<-EOF
		#!/bin/bash
		$kill_the_guard
		kill-apt KILL
		kill -KILL \$PPID
	EOF
	chmod +x /usr/bin/kill-all
	prerm=kill-all package other 1
	apt_succeeds -o Universal-Hooks::Enabled=false install other
	run_apt_to_the_last remove pair other
	expect_equal 137 "$apt_status" 'exit status of a killed apt'
	dpkg --configure -a >/dev/null
	dpkg --purge pair >/dev/null
	run_apt_to_the_last install app
	apt_must_end_with 0
	expect_promised_runs <<-EOF
		$packaged_hooks/Pre-Invoke/stops
		copy of $packaged_hooks/Post-Invoke/starts RESULT=aborted SUCCESS=0
	EOF
}

test_a_hook_that_is_too_large_to_copy_does_not_keep_the_others_from_it() {
	install_the_pair
	printf '#!/bin/sh\nexit 0\n' >"$hooks/Post-Invoke/000-large"
	truncate -s 65M "$hooks/Post-Invoke/000-large"
	chmod 755 "$hooks/Post-Invoke/000-large"
	cat >>/etc/apt/apt.conf.d/90settings <<<'Universal-Hooks::Scripts::Post-Invoke/000-large::When "always";'
	run_apt_to_the_last remove pair
	expect_equal 0 "$apt_status" 'exit status of apt'
	expect_warning "$hooks/Post-Invoke/000-large" 'could not be copied'
	expect_the_pair_was_kept
}

test_without_a_place_for_copies_apt_goes_on_and_says_what_that_means() {
	install_the_pair
	mkdir /var/lib/apt-universal-hooks
	mount -t tmpfs -o ro tmpfs /var/lib/apt-universal-hooks
	run_apt_to_the_last remove pair
	expect_equal 0 "$apt_status" 'exit status of apt'
	expect_warning "$packaged_hooks/Post-Invoke/starts" 'could not be copied'
	expect_runs <<<"$packaged_hooks/Pre-Invoke/stops"
}
