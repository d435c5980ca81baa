# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# What the runners in tests/ share: messages, installation of tools, a work directory, and private
# namespaces, so that nothing stays mounted or running however they end.

# The package refuses scripts that others can write, so do not depend on the caller's umask.
umask 022
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
# Debian's programs only, with ccache if the caller has it. What others install in front of python3 can
# double the time that mmdebstrap takes.
[[ $PATH == */usr/lib/ccache* ]] && PATH=/usr/lib/ccache || PATH=
export PATH=${PATH:+$PATH:}/usr/sbin:/usr/bin:/sbin:/bin

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() {
	printf '%s\n' "$*"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 2
}

# Runs a command, and shows its output only if it fails.
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
	[[ -x /usr/bin/apt-get ]] || die 'needs Debian: there is no apt-get'
}

# is_installed PACKAGE...: whether these packages and the build dependencies are installed.
is_installed() {
	local states
	states=$(dpkg-query --show --showformat='${db:Status-Status}\n' "$@" 2>/dev/null) &&
		! grep -qvx installed <<<"$states" &&
		(cd "$top" && dpkg-checkbuilddeps 2>/dev/null)
}

# Parallel tests wait for one another.
install_on_this_machine() {
	local lock
	exec {lock}>/run/lock/apt-universal-hooks-tests
	flock "$lock"
	is_installed "$@" || install_now "$@" {lock}>&-
	exec {lock}>&-
}

install_now() {
	say 'Installing build and test dependencies'
	# It also fails if only a third-party archive cannot be reached.
	quietly apt-get update || say 'Continuing with the existing package lists.'
	quietly apt-get install --yes --no-install-recommends "$@"
	(cd "$top" && quietly apt-get build-dep --yes --no-install-recommends ./)
}

# Restarts the calling script with its arguments as the first process of new namespaces, and exits
# with its status. When that process dies, the kernel kills what it started and unmounts what it
# mounted, so that only the work directory must be removed. Inside, this returns at once.
enter_own_namespaces() {
	if [[ -n ${TESTS_WORK-} ]]; then
		# The work directory is removed at the end, with all temporary files.
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
	# Job control gives the tests default signals: other background jobs ignore SIGINT.
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
		# A pid namespace ends with its first process; unshare ends when all processes have.
		read -r first_process <"/proc/$namespaces/task/$namespaces/children" || true
		kill -KILL "${first_process:-$namespaces}" || true
		wait "$namespaces" || true
	fi
	rm -rf --one-file-system "$TESTS_WORK"
} 2>/dev/null
