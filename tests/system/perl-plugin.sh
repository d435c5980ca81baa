# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Upgrades from the plugin in Perl, whose package has the same name, version 0.2.x and the same
# conffile. A stand-in has its registration, and its program says that it was called.

ours=apt-plugin-universal-hooks
conf=/etc/apt/apt.conf.d/apt-universal-hooks.conf
program=/etc/apt/universal-hooks/apt-universal-hooks.pl
package app 1

# old_plugin [COMMAND-SUFFIX]: installs the stand-in instead of our package. Its program is a
# conffile, like all of a package's files in /etc.
old_plugin() {
	local tree=/old point
	apt_succeeds purge $ours
	mkdir -p $tree/DEBIAN $tree${conf%/*} $tree${program%/*}
	printf '%s\n' "Package: $ours" 'Version: 0.2.9' 'Architecture: all' \
		'Maintainer: Nobody <nobody@localhost>' 'Description: made for a test' \
		>$tree/DEBIAN/control
	printf '%s\n' "$conf" "$program" >$tree/DEBIAN/conffiles
	printf '#!/bin/sh\necho "old $1" >>/runs\n' >$tree$program
	chmod 755 $tree$program
	for point in Pre-Invoke Pre-Install-Pkgs Post-Invoke; do
		echo "DPkg::$point {\"$program $point${1-}\";};"
	done >$tree$conf
	dpkg-deb -Znone --root-owner-group --build $tree /old.deb >/dev/null
	dpkg -i /old.deb >/dev/null
	probe Pre-Invoke/mine
	probe pkgs/app/Post-Invoke/mine OPERATION
	: >/runs
}

expect_ours_to_run() {
	: >/runs
	apt_succeeds install app
	expect_runs <<-'EOF2'
		Pre-Invoke/mine
		pkgs/app/Post-Invoke/mine OPERATION=install
	EOF2
	rm -f $program
	apt-universal-hooks check || fail "check ended with $?"
	dpkg --verify $ours
}

test_an_unchanged_registration_of_the_Perl_plugin_is_replaced() {
	old_plugin ' || true'
	run_apt apt-get --yes install /$ours.deb </dev/null
	[[ $(<"$output") != *dpkg-old* ]] || fail "nothing was changed: $(cat "$output")"
	cmp $conf /usr/share/$ours/${conf##*/}
	[[ ! -e $conf.dpkg-old ]] || fail 'there is nothing to keep'
	expect_ours_to_run
}

# upgrade_with_changes OPTION: the registration was changed, and the old program is gone, so that apt
# fails for as long as it is called.
upgrade_with_changes() {
	old_plugin
	echo '// ours' >>$conf
	rm $program
	dpkg "$1" -i /$ours.deb >/upgrade 2>&1 </dev/null || fail "$(cat /upgrade)"
	expect_ours_to_run
	has '^// ours$' <$conf.dpkg-old
	cmp $conf /usr/share/$ours/${conf##*/}
	[[ ! -e $conf.dpkg-dist && ! -e $conf.dpkg-new ]] || fail 'something is left'
}

test_a_changed_registration_that_dpkg_keeps_is_moved_aside() {
	upgrade_with_changes --force-confold
	has "^$conf: was changed, and calls .* moved to $conf.dpkg-old" </upgrade
}

test_so_it_is_if_dpkg_is_told_to_choose_the_default() {
	upgrade_with_changes --force-confdef,confold
}

# On a full disk, for example; then dpkg calls the script again.
test_a_registration_that_cannot_be_replaced_stays_whole() {
	local postinst=/var/lib/dpkg/info/$ours.postinst
	mkdir /full
	printf '#!/bin/sh\nfor last; do :; done\n: >"$last"\nexit 1\n' >/full/cp
	chmod 755 /full/cp
	echo 'DPkg::Pre-Invoke {"/old";};' >$conf
	cp $conf /old-conf
	! PATH=/full:$PATH $postinst configure 0.2.9 || fail 'cp should have failed'
	cmp /old-conf $conf
	$postinst configure 0.2.9 2>/said
	has "^$conf: was changed" </said
	cmp /old-conf $conf.dpkg-old
	cmp $conf /usr/share/$ours/${conf##*/}
	[[ ! -e $conf.dpkg-new ]] || fail 'something is left'
}

test_a_changed_registration_that_dpkg_replaces_stays_replaced() {
	upgrade_with_changes --force-confnew
	! has 'moved to' </upgrade
}

test_apt_upgrades_from_the_Perl_plugin_with_a_changed_registration() {
	old_plugin ' || true'
	echo '// ours' >>$conf
	run_apt apt-get --yes -o DPkg::Options::=--force-confold \
		install /$ours.deb </dev/null
	apt_must_end_with 0
	expect_ours_to_run
	has '^// ours$' <$conf.dpkg-old
}

test_hooks_that_were_switched_off_stay_off() {
	old_plugin
	sed -i 's,^,// ,' $conf
	dpkg --force-confold -i /$ours.deb >/upgrade 2>&1 </dev/null || fail "$(cat /upgrade)"
	[[ ! -e $conf.dpkg-old ]] || fail 'it calls nothing, so it stays'
	apt_succeeds install app
	expect_no_runs
}

test_a_registration_that_was_deleted_stays_deleted() {
	old_plugin
	rm $conf
	dpkg --force-confold -i /$ours.deb >/upgrade 2>&1 </dev/null || fail "$(cat /upgrade)"
	[[ ! -e $conf ]] || fail "$conf is back"
	apt_succeeds install app
	expect_no_runs
}

# dpkg keeps the old program as an obsolete conffile, and takes it at purge. It must not go earlier:
# the apt that upgrades still calls it after dpkg.
test_the_old_program_stays_until_apt_is_done_and_goes_with_purge() {
	old_plugin
	run_apt apt-get --yes install /$ours.deb </dev/null
	apt_must_end_with 0
	expect_runs <<-'EOF2'
		old Pre-Invoke
		old Pre-Install-Pkgs
		old Post-Invoke
	EOF2
	has "^$program: belongs to the version in Perl" <"$output" || fail 'nothing is said of it'
	! apt-universal-hooks check >/findings || fail 'check should name the old program'
	has "^error: ${program##*/}: " </findings
	apt_succeeds purge $ours
	[[ ! -e $program && ! -e $conf ]] || fail "$program or $conf is left"
}
