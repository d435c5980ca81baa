# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# What tests/run and tests/demo share: messages, what the machine needs, a work directory, and
# namespaces of their own, so that nothing stays mounted or running however they end.

# Files of a test belong to root alone, whatever the caller's umask: the package insists on it.
umask 022
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() {
	printf '%s\n' "$*"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 2
}

# Runs a command silently; what it had to say is shown when it failed.
quietly() {
	local status=0 log
	log=$(mktemp "${TESTS_WORK:-/var/tmp}/quietly.XXXXXX")
	"$@" >"$log" 2>&1 </dev/null || status=$?
	if ((status != 0)); then
		sed 's/^/    /' "$log" >&2
		printf '%s: "%s" ended with exit status %d\n' "${0##*/}" "$*" "$status" >&2
	fi
	rm -f "$log"
	return "$status"
}

must_be_root_on_debian() {
	((EUID == 0)) || die "needs root: sudo tests/${0##*/}"
	[[ -x /usr/bin/apt-get ]] || die 'apt-get is not here; this runs on Debian only'
}

# Whether the packages, and what debian/control builds with, are all there.
is_installed() {
	local states
	states=$(dpkg-query --show --showformat='${db:Status-Status}\n' "$@" 2>/dev/null) &&
		! grep -qvx installed <<<"$states" &&
		(cd "$top" && dpkg-checkbuilddeps 2>/dev/null)
}

install_on_this_machine() {
	if is_installed "$@"; then
		return
	fi
	say 'Installing what is needed to build and test'
	# A third-party archive that cannot be reached is no reason to stop.
	quietly apt-get update || say 'Going on with the package lists that are there.'
	quietly apt-get install --yes --no-install-recommends "$@"
	(cd "$top" && quietly apt-get build-dep --yes --no-install-recommends ./)
}

# Starts the calling script again, with its arguments, as the first process of namespaces of its
# own, and ends as it ends. When that process dies, the kernel ends what it started and unmounts
# what it mounted; only the work directory is left to remove. Inside, it returns at once.
enter_own_namespaces() {
	if [[ -n ${TESTS_WORK-} ]]; then
		# Whatever makes temporary files shall make them where they are removed.
		export TMPDIR=$TESTS_WORK
		return
	fi
	TESTS_WORK=$(mktemp --directory "${TMPDIR:-/var/tmp}/apt-universal-hooks.XXXXXX")
	export TESTS_WORK
	chmod 755 "$TESTS_WORK"
	trap leave_own_namespaces EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	# With job control the tests have default signals: a plain background job ignores SIGINT.
	set -m
	unshare --mount --pid --fork --kill-child --mount-proc -- "$0" "$@" </dev/null &
	namespaces=$!
	local status=0
	wait "$namespaces" || status=$?
	namespaces=
	exit "$status"
}

leave_own_namespaces() {
	local first_process=
	if [[ -n ${namespaces-} ]]; then
		# A pid namespace ends with its first process, and unshare when all of it has ended.
		read -r first_process <"/proc/$namespaces/task/$namespaces/children" || true
		kill -KILL "${first_process:-$namespaces}" || true
		wait "$namespaces" || true
	fi
	rm -rf --one-file-system "$TESTS_WORK"
} 2>/dev/null
