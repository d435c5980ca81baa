# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Creates a sample package and scripts that write to $log, and restores the testbed at the end.
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
umask 022

tree=/etc/apt/universal-hooks
state=/run/apt-universal-hooks
settings=/etc/apt/apt.conf.d/zz-dep8
sample=universal-hooks-sample
work=$(mktemp --directory)
log=$work/log
: >"$log"

put_everything_back() {
	rm -f "$settings" "$tree"/*/zz-dep8 "$tree"/multi_pkgs/*/universal-hooks-__WILDCARD__/zz-dep8
	rmdir --ignore-fail-on-non-empty "$tree"/multi_pkgs/*/universal-hooks-__WILDCARD__ || true
	rm -rf "$tree/pkgs/$sample"
	! dpkg-query --show "$sample" || dpkg --purge "$sample"
	rm -rf "$work"
} >/dev/null 2>&1
trap put_everything_back EXIT

fail() {
	printf '%s\n' "$*"
	[[ ! -e $work/apt ]] || cat "$work/apt"
	exit 1
}

make_package() {
	mkdir -p "$work/$sample/DEBIAN"
	cat >"$work/$sample/DEBIAN/control" <<-END
		Package: $sample
		Version: 1
		Architecture: all
		Maintainer: nobody <nobody@example.org>
		Description: sample for the universal hooks of apt
	END
	dpkg-deb --build "$work/$sample" "$work/$sample.deb" >/dev/null
}

# drop_script DIRECTORY [EXIT-STATUS]
drop_script() {
	mkdir -p "$tree/$1"
	cat >"$tree/$1/zz-dep8" <<-END
		#!/bin/sh
		echo "$1: \${APT_UNIVERSAL_HOOKS_OPERATION:--} \${APT_UNIVERSAL_HOOKS_RESULT:--}" >>"$log"
		exit ${2-0}
	END
	chmod 755 "$tree/$1/zz-dep8"
}

# apt_ends_with STATUS ARGUMENT...: saves its output in $work/apt, and expects no state to be left.
apt_ends_with() {
	local expected=$1 status=0
	shift
	apt-get --yes "$@" >"$work/apt" 2>&1 </dev/null || status=$?
	[[ $status == "$expected" ]] || fail "apt-get $* ended with $status, not with $expected"
	[[ -z $(find "$state" -mindepth 1 2>/dev/null) ]] || fail "something is left in $state"
}

apt_succeeds() {
	apt_ends_with 0 "$@"
	! grep '^[WE]: ' "$work/apt" || fail "apt-get $* should not have warned"
}

# Compares the runs since the last call with the text on stdin.
expect_runs() {
	diff -u --label expected --label 'what ran' - "$log" || fail 'other scripts ran than expected'
	: >"$log"
}
