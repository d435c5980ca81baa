# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# What the benches share: the product, built with Debian's flags, alone with the libraries that
# it needs in a folder to change root into, and a table begun. The machine's own /etc, /usr and
# /run are not touched. To source this file is all that it takes.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

helper=/usr/libexec/apt-universal-hooks/helper
tree=/etc/apt/universal-hooks
missed=0

((EUID == 0)) || die "needs root: sudo tests/bench/${0##*/}"
[[ -n ${TESTS_WORK-} ]] || install_on_this_machine build-essential cmake ${tools:-}
enter_own_namespaces "$@"
room=$(mktemp --directory "$TESTS_WORK/room.XXXXXX")
build=$(mktemp --directory "$TESTS_WORK/build.XXXXXX")

build_with_debian_flags() {
	eval "$(DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --export=sh)"
	# As debhelper does it: cmake does not know CPPFLAGS.
	CFLAGS="$CFLAGS $CPPFLAGS" quietly cmake -S "$top" -B "$build" \
		-DCMAKE_BUILD_TYPE=None -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_SYSCONFDIR=/etc \
		-DCMAKE_INSTALL_LIBDIR="lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)"
	quietly cmake --build "$build" --target helper admin apt-bridge bench-empty spawn-bench match-bench
	DESTDIR=$room quietly cmake --install "$build" --strip
}

furnish_room() {
	local library programs=("$build"/tests/bench/{bench-empty,spawn-bench} /bin/true /bin/sh)
	chmod 755 "$room"
	mkdir -p "$room"/usr/{bin,lib,lib64} "$room"/{proc,run,var/log/apt}
	ln -s usr/bin usr/lib usr/lib64 "$room"
	cp -L "${programs[@]}" "$room/usr/bin"
	ldd "${programs[@]}" "$room"/usr/lib/*/apt-plugin-universal-hooks/*.so* |
		grep -o '/[^ ]* (0x' | while read -r library _; do
			cp -L --parents "$library" "$room"
		done
	ldconfig -r "$room"
	mount -t proc proc "$room/proc"
	# As on any Debian system; a rename on a disk takes longer than all of the helper.
	mount -t tmpfs -o mode=755 tmpfs "$room/run"
}

# in_room [VARIABLE=VALUE]... PROGRAM [ARGUMENT]...
in_room() {
	local variables=(PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DPKG_FRONTEND_LOCKED=true)
	while [[ $1 == *=* ]]; do
		variables+=("$1")
		shift
	done
	env --ignore-environment "${variables[@]}" chroot "$room" "$@"
}

# A limit that is missed is remembered; anything else that goes wrong ends the bench.
measure() {
	local status=0
	"$@" || status=$?
	((status <= 1)) || die "\"$*\" ended with exit status $status"
	((status == 0)) || missed=1
}

# What apt hands over when it installs the packages whose names are on stdin, with this
# machine's configuration.
stream() {
	printf 'VERSION 3\n'
	apt-config dump --no-empty --format '%F=%v%n'
	awk -v folder=/var/cache/apt/archives '
		BEGIN { print "" }
		{
			line[NR] = $1 " - - none < 1.0-1 amd64 none "
			print line[NR] folder "/" $1 "_1.0-1_amd64.deb"
		}
		END {
			for (i = 1; i <= NR; i++)
				print line[i] "**CONFIGURE**"
		}'
}

script() {
	printf '#!/bin/sh\n%s\n' "$2" >"$room$1"
	chmod 755 "$room$1"
}

say 'Building'
build_with_debian_flags
furnish_room
printf '%-56s %9s %9s %7s %6s\n' '' this over ratio limit
