# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Inside a test's chroot: mallory, who may do what any account may, and what she tries. A test
# passes where she fails. What she would gain, she writes into /owned, which only root can.

package app 1
printf 'mallory:x:7777:7777:Mallory:/srv/mallory:/bin/bash\n' >>/etc/passwd
printf 'mallory:x:7777:\n' >>/etc/group
install -d -o mallory -g mallory -m 755 /srv/mallory
: >/owned
chmod 644 /owned
helper=/usr/libexec/apt-universal-hooks/helper
log=/var/log/apt/universal-hooks.log

# With nothing of root's around her: no terminal, no environment, no descriptors.
as_mallory() {
	setpriv --reuid=7777 --regid=7777 --clear-groups -- \
		env --ignore-environment PATH=/usr/bin:/bin HOME=/srv/mallory "$@"
}

# mallory_writes FILE: an executable of hers with the text on stdin.
mallory_writes() {
	as_mallory sh -c 'rm -f "$1"; cat >"$1" && chmod 755 "$1"' sh "$1"
}

# What she wants root to run.
payload='#!/bin/sh
echo "ran $0" >>/owned'

mallory_plants() {
	mallory_writes "$1" <<<"$payload"
}

expect_not_owned() {
	[[ ! -s /owned ]] || fail "mallory had root do this: $(cat /owned)"
}

# mallory_cannot COMMAND...: it fails, whatever it is.
mallory_cannot() {
	if as_mallory "$@" >/mallory.output 2>&1; then
		fail "mallory could: $*"
	fi
}

# apt is done in time, whatever mallory holds or has put in its way.
apt_is_not_held_up() {
	publish
	run_apt timeout --foreground --signal=KILL 60 apt-get --yes "$@" </dev/null
	[[ $apt_status != 137 ]] || fail 'apt waits'
	expect_equal 0 "$apt_status" "apt's exit status"
}

# mallory_holds FILE...: she locks what she can open, until the test ends; tells how many.
mallory_holds() {
	local file count=0
	for file; do
		as_mallory flock --exclusive --nonblock "$file" sleep 1000 >/dev/null 2>&1 &
	done
	# What she could not open ends at once; each of the others becomes a line of /proc/locks.
	for _ in {1..50}; do
		count=$(grep -c 'FLOCK.*WRITE' /proc/locks || true)
		((count < $#)) || break
		sleep 0.1
	done
	printf '%s\n' "$count"
}

# The helper as apt calls it at Pre-Install-Pkgs, with the stream on stdin.
call_helper() {
	APT_HOOK_INFO_FD=0 "$helper" Pre-Install-Pkgs
}

stream_of() {
	printf 'VERSION 3\nAPT::Architecture=amd64\n\n'
	printf '%s - - none < 1 all none /x.deb\n' "$@"
}
