# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# The debhelper addon on sources of mallory's: it must not run, write outside of the package, or wait
# for what they name.
# Needs: build-essential debhelper
. /tests/lib/attacker.sh

dpkg --install /dh-universal-hooks.deb >/dev/null
source=/build/source

# install_hooks LINE...: runs the addon with these lines as its list; it may refuse them.
install_hooks() {
	local status=0
	mkdir -p "$source/debian"
	cd "$source" || return
	printf '%s\n' 'Source: app' 'Build-Depends: debhelper-compat (= 13)' '' 'Package: app' \
		'Architecture: all' 'Description: made for a test' >debian/control
	printf 'app (1) unstable; urgency=low\n\n  * Test.\n\n -- %s  %s\n' \
		'Nobody <nobody@localhost>' 'Fri, 20 Nov 2026 12:00:00 +0000' >debian/changelog
	printf '#!/bin/sh\n' >hook
	[[ -e debian/app.universal-hooks ]] || printf '%s\n' "$@" >debian/app.universal-hooks
	touch /before
	timeout --signal=KILL 60 dh_installuniversalhooks >/output 2>&1 </dev/null || status=$?
	[[ $status != 137 ]] || fail "the addon hangs: $(cat /output)"
	expect_not_owned
	find / -xdev -newer /before -type f -not -path "$source/debian/*" -not -path /output -not -path /written \
		-not -path '/proc/*' >/written
	[[ ! -s /written ]] || fail "it wrote $(cat /written)"
	return "$status"
}

must_refuse() {
	if install_hooks "$@"; then
		fail "the addon took: $* ($(find debian/app))"
	fi
}

test_a_list_that_is_as_it_should_be_is_taken() {
	install_hooks 'hook Post-Invoke/010-hook' || fail "$(cat /output)"
	[[ -x debian/app/usr/lib/apt/universal-hooks/Post-Invoke/010-hook ]] || fail "$(find debian/app)"
}

test_a_list_with_places_outside_of_the_tree() {
	local place
	for place in ../../../../../../../../evil /evil ../Post-Invoke/x Post-Invoke/../../../../../../evil/x \
		pkgs/../../../evil/Post-Invoke/x 'Post-Invoke/$(touch${IFS}/owned)/x'; do
		rm -rf "$source"
		must_refuse "hook $place"
	done
}

test_a_list_with_words_for_a_shell_and_for_options() {
	local word
	for word in '$(echo${IFS}x>>/owned)' '`echo>/owned`' ';echo>>/owned' '|tee${IFS}/owned' \
		'--help' '-t/evil' '>/owned' 'ext::sh' 'echo x >/owned|'; do
		rm -rf "$source"
		must_refuse "$word Post-Invoke/010-x"
	done
}

test_a_hook_that_is_a_FIFO_or_a_device() {
	mkdir -p "$source"
	mkfifo "$source/fifo"
	must_refuse 'fifo Post-Invoke/010-x'
	rm -rf "$source"
	must_refuse '/dev/zero Post-Invoke/010-x'
}

# debhelper takes only regular files for lists.
test_a_list_that_is_a_FIFO() {
	mkdir -p "$source/debian"
	mkfifo "$source/debian/app.universal-hooks"
	install_hooks || true
	[[ ! -e debian/app/usr/lib ]] || fail "the addon installed $(find debian/app)"
}
