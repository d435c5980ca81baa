# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: unattended-upgrades
# Builds an image once, after everything, if a kernel was part of it.
. /tests/lib/examples.sh

image=/var/lib/local-hooks/boot.img

# Each call of the program becomes a line in /builds; the image has the version of the kernel.
a_builder() {
	use_example rebuild-image
	hook /usr/local/sbin/build-image <<-'SCRIPT'
		#!/bin/sh
		echo "$*" >>/builds
		dpkg-query --show --showformat='${Version}\n' linux-image-a >"$1"
		[ ! -e /broken ] || exit 1
	SCRIPT
	: >/builds
}

builds() {
	wait_for_sessions
	wc -l </builds
}

test_it_is_built_once_and_only_for_a_kernel() {
	a_builder
	package app 1
	apt_succeeds install app
	expect_equal 0 "$(builds)"
	package linux-image-a 1
	package linux-image-b 1
	apt_succeeds install linux-image-a linux-image-b
	expect_equal 1 "$(builds)"
	expect_file $image <<<1
	expect_equal boot.img "$(ls ${image%/*})"
	expect_no_failure_at_the_end
}

test_after_several_runs_of_dpkg_it_is_built_once() {
	a_builder
	package linux-image-a 1
	package linux-image-b 1
	APT_UNIVERSAL_HOOKS=off apt_succeeds install linux-image-a linux-image-b
	package linux-image-a 2
	package linux-image-b 2
	upgradable 2
	upgrade_in_steps 0 4
	expect_equal 1 "$(builds)"
	expect_file $image <<<2
}

# A kernel that is only half there must not get into it.
test_after_a_failure_the_next_session_builds_it() {
	a_builder
	mkdir -p ${image%/*}
	echo old >$image
	postinst='[ -e /mended ]' package linux-image-a 1
	apt_fails install linux-image-a
	expect_equal 0 "$(builds)"
	expect_file $image <<<old
	: >/mended
	apt_succeeds --fix-broken install
	expect_equal 1 "$(builds)"
	expect_file $image <<<1
}

test_what_could_not_be_built_leaves_the_old_image_and_is_tried_again() {
	a_builder
	mkdir -p ${image%/*}
	echo old >$image
	: >/broken
	package linux-image-a 1
	apt_succeeds install linux-image-a
	wait_for_sessions
	expect_failure_at_the_end rebuild-image
	expect_file $image <<<old
	rm /broken
	package app 1
	apt_succeeds install app
	expect_equal 2 "$(builds)"
	expect_file $image <<<1
	package app 2
	apt_succeeds install app
	expect_equal 2 "$(builds)"
}

# As by a shutdown, which leaves neither time nor a trace.
test_after_a_kill_in_the_middle_the_next_session_builds_it() {
	a_builder
	mkdir -p ${image%/*}
	echo old >$image
	hook /usr/local/sbin/build-image <<-'SCRIPT'
		#!/bin/sh
		echo "$*" >>/builds
		echo half >"$1"
		[ -e /may-end ] || kill -KILL "$PPID"
	SCRIPT
	package linux-image-a 1
	apt_succeeds install linux-image-a
	expect_equal 1 "$(builds)"
	expect_file $image <<<old
	: >/may-end
	package app 1
	apt_succeeds install app
	expect_equal 2 "$(builds)"
	expect_file $image <<<half
}
