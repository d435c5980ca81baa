# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Inside a test's chroot: booting the system with systemd, next to the shell of the test.

# Skips the test if that is impossible, for example without permission to create cgroups.
boot_systemd() {
	local outside=/cgroups
	group=$outside/apt-universal-hooks-tests.$$.$RANDOM
	mkdir -p $outside
	mount -t cgroup2 cgroup2 $outside || skip 'there are no cgroups of version 2'
	mkdir "$group" || skip 'cgroups cannot be made here'
	trap leave_no_group EXIT
	mount -t sysfs sysfs /sys
	# Shared with the shell of the test, which checks what hooks leave there.
	mount -t tmpfs -o mode=755 tmpfs /run
	first_process=
	# The subshell enters its group before that becomes the root of a cgroup namespace.
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
	# read fails, since the file does not end with a newline.
	read -r first_process <"/proc/$unshared/task/$unshared/children" || true
	[[ -n $first_process ]] || return
	# "degraded": some units fail in a chroot, for example those that load modules.
	[[ $(in_system systemctl is-system-running) =~ ^(running|degraded)$ ]]
}

# Runs a command inside the booted system.
in_system() {
	nsenter --target "$first_process" --pid --mount --cgroup --root --wd -- "$@"
}

leave_no_group() {
	kill -KILL "${first_process:-$unshared}" || true
	wait "$unshared" || true
	find "$group" -depth -type d -exec rmdir {} + || true
} 2>/dev/null
