# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Inside a test's chroot: a system that systemd has booted, beside the shell of the test.

# Skips the test where that cannot be done, as where cgroups are not ours to make.
boot_systemd() {
	local outside=/cgroups
	group=$outside/apt-universal-hooks-tests.$$.$RANDOM
	mkdir -p $outside
	mount -t cgroup2 cgroup2 $outside || skip 'there are no cgroups of version 2'
	mkdir "$group" || skip 'cgroups cannot be made here'
	trap leave_no_group EXIT
	mount -t sysfs sysfs /sys
	# Shared with the shell of the test, which looks for what hooks leave there.
	mount -t tmpfs -o mode=755 tmpfs /run
	first_process=
	# The subshell enters its group before it is the root of a namespace of cgroups.
	(
		echo "$BASHPID" >"$group/cgroup.procs"
		exec unshare --pid --mount --cgroup --fork --kill-child sh -c '
			mount -t proc proc /proc
			mount -t cgroup2 cgroup2 /sys/fs/cgroup
			exec env --ignore-environment container=test \
				/lib/systemd/systemd --unit=multi-user.target'
	) </dev/null >/boot.log 2>&1 &
	unshared=$!
	wait_until is_booted
}

is_booted() {
	# The file has no end of line.
	read -r first_process <"/proc/$unshared/task/$unshared/children" || true
	[[ -n $first_process ]] || return
	# It fails where a unit has failed, as one that wants modules does in a chroot.
	[[ $(in_system systemctl is-system-running) =~ ^(running|degraded)$ ]]
}

# As if it had been called by somebody who has logged in there.
in_system() {
	nsenter --target "$first_process" --pid --mount --cgroup --root --wd -- "$@"
}

leave_no_group() {
	kill -KILL "${first_process:-$unshared}" || true
	wait "$unshared" || true
	find "$group" -depth -type d -exec rmdir {} + || true
} 2>/dev/null
