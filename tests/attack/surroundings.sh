# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Unusual surroundings: mounts that hide processes, two apts at a time, a log that is rotated while it
# is written.
. /tests/lib/attacker.sh

# Creates hooks of root and of mallory, of which one is a clean-up.
hooks_of_both() {
	chmod a+w /runs
	cat >/etc/apt/apt.conf.d/90settings <<-'EOF'
		Universal-Hooks::Scripts::Pre-Invoke/hers::User "mallory";
		Universal-Hooks::Scripts::Post-Invoke/hers { User "mallory"; Timeout "60"; };
		Universal-Hooks::Scripts::Post-Invoke/starts::When "always";
	EOF
	probe Pre-Invoke/hers
	probe Post-Invoke/hers RESULT
	probe Post-Invoke/starts RESULT
}

expect_hooks_of_both() {
	expect_runs <<-'EOF'
		Pre-Invoke/hers
		Post-Invoke/hers RESULT=ok
		Post-Invoke/starts RESULT=ok
	EOF
}

# mount_proc OPTION: as an administrator does who does not let users see each other's processes.
mount_proc() {
	mount -t proc -o "$1" proc /proc 2>/dev/null || {
		echo "this kernel mounts no proc with $1"
		exit 77
	}
}

test_a_proc_that_hides_the_processes_of_others() {
	hooks_of_both
	publish
	mount_proc hidepid=2
	mallory_cannot ls /proc/1
	apt_succeeds install app
	expect_hooks_of_both
}

test_a_proc_with_nothing_but_processes() {
	hooks_of_both
	publish
	mount_proc subset=pid
	[[ ! -e /proc/mounts ]] || fail 'the test is broken: there is more in /proc'
	apt_succeeds install app
	expect_hooks_of_both
}

test_a_second_apt_while_the_first_one_runs() {
	package other 1
	cat >/etc/apt/apt.conf.d/90settings <<<'Universal-Hooks::Scripts::Post-Invoke/starts::When "always";'
	probe Pre-Invoke/stops
	probe Post-Invoke/starts RESULT TRANSACTION
	then='env --unset=DPKG_FRONTEND_LOCKED apt-get --yes install other >/other.log 2>&1 || echo "second: $?" >>/runs' \
		probe Pre-Install-Pkgs/second
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/stops
		Pre-Install-Pkgs/second
		second: 100
		Post-Invoke/starts RESULT=ok
		  app|all|install|-|1|done
	EOF
}

# By logrotate, or by root's hook: the stanza is in the new file, and the old one keeps what it has.
test_a_log_that_is_rotated_while_hooks_run() {
	probe Pre-Invoke/first
	apt_succeeds install app
	then="mv $log $log.1" probe Post-Invoke/rotates
	apt_succeeds --reinstall install app
	expect_equal 1 "$(grep -c '^Start-Date' "$log.1")" 'stanzas in the old log'
	expect_equal 1 "$(grep -c '^Start-Date' "$log")" 'stanzas in the new log'
	expect_equal "$(stat --format='%U:%G %a' "$log.1")" "$(stat --format='%U:%G %a' "$log")" \
		'owner and mode of the log'
	mallory_cannot sh -c 'echo x >>"$1"' sh "$log"
}
