# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Inside a test's chroot: mallory, an unprivileged account, and what she tries. A test passes if she
# fails. Her scripts write to /owned, which only root can do.

package app 1
printf 'mallory:x:7777:7777:Mallory:/srv/mallory:/bin/bash\n' >>/etc/passwd
printf 'mallory:x:7777:\n' >>/etc/group
install -d -o mallory -g mallory -m 755 /srv/mallory
: >/owned
chmod 644 /owned
helper=/usr/libexec/apt-universal-hooks/helper
log=/var/log/apt/universal-hooks.log

# Runs a command as mallory, with nothing inherited from root.
as_mallory() {
	setpriv --reuid=7777 --regid=7777 --clear-groups -- \
		env --ignore-environment PATH=/usr/bin:/bin HOME=/srv/mallory "$@"
}

# mallory_writes FILE: creates an executable of hers from stdin.
mallory_writes() {
	as_mallory sh -c 'rm -f "$1"; cat >"$1" && chmod 755 "$1"' sh "$1"
}

# The script that she wants root to run.
payload='#!/bin/sh
echo "ran $0" >>/owned'

mallory_plants() {
	mallory_writes "$1" <<<"$payload"
}

expect_not_owned() {
	[[ ! -s /owned ]] || fail "mallory had root do this: $(cat /owned)"
}

# mallory_cannot COMMAND...: the command fails.
mallory_cannot() {
	if as_mallory "$@" >/mallory.output 2>&1; then
		fail "mallory could: $*"
	fi
}

# apt-get finishes in time, whatever mallory has locked or put in its way.
apt_is_not_held_up() {
	publish
	run_apt timeout --foreground --signal=KILL 300 apt-get --yes "$@" </dev/null
	[[ $apt_status != 137 ]] || fail 'apt hangs'
	expect_equal 0 "$apt_status" "apt's exit status"
}

# mallory_holds FILE...: she locks the files that she can open until the test ends. Prints how many
# these are.
mallory_holds() {
	local file count=0
	for file; do
		as_mallory flock --exclusive --nonblock "$file" sleep 1000 >/dev/null 2>&1 &
	done
	# flock(1) ends at once if she cannot open the file; else /proc/locks gets a line.
	for _ in {1..600}; do
		count=$(grep -c 'FLOCK.*WRITE' /proc/locks || true)
		((count < $#)) || break
		sleep 0.1
	done
	printf '%s\n' "$count"
}

# Calls the helper as apt does at Pre-Install-Pkgs, with the stream on stdin.
call_helper() {
	APT_HOOK_INFO_FD=0 "$helper" Pre-Install-Pkgs
}

stream_of() {
	printf 'VERSION 3\nAPT::Architecture=amd64\n\n'
	printf '%s - - none < 1 all none /x.deb\n' "$@"
}
