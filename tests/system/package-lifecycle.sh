# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Removing, purging, reinstalling and upgrading the package itself, also while hooks run.

ours=apt-plugin-universal-hooks
conf=/etc/apt/apt.conf.d/apt-universal-hooks.conf
disabled=/etc/apt/apt.conf.d/99apt-universal-hooks-settings.conf
kept_state=/var/lib/apt-universal-hooks
package app 1

# Puts our own package with another version into the local archive.
offer_version() {
	dpkg-deb --raw-extract "/$ours.deb" /unpacked
	sed -i "s/^Version: .*/Version: $1/" /unpacked/DEBIAN/control
	dpkg-deb -Znone --root-owner-group --build /unpacked "$repository" >/dev/null
	rm -r /unpacked
	archive_is_stale=yes
}

# Creates scripts of an administrator, and all files that only a purge may remove.
use_it_for_a_while() {
	probe Pre-Invoke/mine
	probe "pkgs/$ours/Pre-Install-Pkgs/mine" OPERATION
	probe multi_pkgs/Post-Invoke/__WILDCARD__/mine
	probe Post-Invoke/mine RESULT
	probe Post-Invoke/off
	mkdir -p "$hooks/own-directory"
	touch "$hooks/own-directory/notes"
	(cd "$hooks" && find . -type f | sort) >/scripts-of-people
	# It must never run, and an upgrade must not enable it.
	apt-universal-hooks disable Post-Invoke/off >/dev/null
	touch "${disabled%/*}/.99apt-universal-hooks-settings.a1B2c3"
	touch /var/log/apt/universal-hooks.log /var/log/apt/universal-hooks.log.1 \
		/var/log/apt/universal-hooks.log.2.gz /var/log/apt/universal-hooks-term.log{,.1,.2.gz}
	mkdir -p "$state"
}

expect_scripts_of_people_untouched() {
	(cd "$hooks" && find . -type f | sort) | diff /scripts-of-people - ||
		fail 'scripts of the administrator are gone'
}

expect_silence_from_now_on() {
	apt_succeeds install app
	apt_succeeds purge app
	expect_no_runs
}

test_the_package_is_installed_as_it_should_be() {
	expect_equal "$(dpkg-query --show --showformat '${db:Status-Status}' $ours)" installed status
	expect_file <(dpkg-query --show --showformat '${Conffiles}\n' $ours | awk 'NF { print $1 }' | sort) <<-'EOF'
		/etc/apt/apt.conf.d/00apt-universal-hooks.conf
		/etc/apt/apt.conf.d/apt-universal-hooks.conf
		/etc/dpkg/dpkg.cfg.d/apt-universal-hooks
		/etc/logrotate.d/apt-plugin-universal-hooks
		/etc/needrestart/conf.d/apt-universal-hooks.conf
	EOF
	local directory
	for directory in Session-Start Pre-Invoke Pre-Install-Pkgs Post-Invoke Session-End pkgs \
		multi_pkgs/{Pre-Install-Pkgs,Post-Invoke,Session-End}; do
		expect_equal "755 root:root 0" "$(stat --format='%a %U:%G' "$hooks/$directory") $(
			find "$hooks/$directory" -type f | wc -l
		)" "$hooks/$directory"
	done
	dpkg --verify $ours
}

# It says nothing about the source, and the documents are next to it.
test_the_installed_README_refers_only_to_what_is_installed() {
	local documents=/usr/share/doc/$ours link
	{ zcat $documents/README.md.gz || cat $documents/README.md; } >/readme 2>/dev/null
	! grep -nE 'tests/|HACKING|LICENSE|debian/|this checkout' /readme ||
		fail 'it refers to the source'
	while read -r link; do
		[[ -e $documents/$link || -e $documents/$link.gz ]] || fail "there is no $link"
	done < <(grep -oE '\]\([^)#]+' /readme | sed 's/^](//' | grep -v '^https\?:')
	has '](migrate.md)' </readme || fail 'the test is broken: there is no link'
	[[ -d $documents/examples ]] || fail 'there are no examples'
}

test_removal_leaves_scripts_and_registration_and_apt_is_silent_from_then_on() {
	use_it_for_a_while
	apt_succeeds remove $ours
	# The hooks before dpkg ran; at Post-Invoke there was no helper.
	expect_runs <<-EOF
		Pre-Invoke/mine
		pkgs/$ours/Pre-Install-Pkgs/mine OPERATION=remove
	EOF
	expect_scripts_of_people_untouched
	[[ -e $conf ]] || fail "$conf should have stayed"
	[[ -e /var/log/apt/universal-hooks.log.1 ]] || fail 'only purge may take the log'
	[[ -e $disabled ]] || fail 'only purge may take what disable wrote'
	[[ ! -e $state ]] || fail "$state should be gone"
	expect_silence_from_now_on
	expect_scripts_of_people_untouched
}

test_purge_takes_state_and_log_and_leaves_scripts() {
	use_it_for_a_while
	apt_succeeds purge $ours
	expect_runs <<-EOF
		Pre-Invoke/mine
		pkgs/$ours/Pre-Install-Pkgs/mine OPERATION=purge
	EOF
	expect_scripts_of_people_untouched
	local gone
	for gone in "$conf" "$disabled" "${disabled%/*}"/.99* "$state" /var/log/apt/universal-hooks{,-term}.log{,.1,.2.gz} \
		/etc/logrotate.d/$ours /usr/lib/*/$ours /usr/libexec/apt-universal-hooks; do
		[[ ! -e $gone ]] || fail "$gone should be gone"
	done
	[[ -e /var/log/apt/history.log ]] || fail "apt's own log should have stayed"
	expect_silence_from_now_on
	expect_scripts_of_people_untouched
}

test_purge_after_removal_takes_the_rest() {
	use_it_for_a_while
	apt_succeeds remove $ours
	apt_succeeds purge $ours
	expect_scripts_of_people_untouched
	[[ ! -e $conf && ! -e $disabled ]] || fail "$conf and $disabled should be gone"
	[[ ! -e /var/log/apt/universal-hooks.log.1 ]] || fail 'the log should be gone'
}

test_purged_in_a_session_it_still_closes_the_session() {
	probe multi_pkgs/Session-End/a__WILDCARD__/mine MATCHED
	probe Session-End/mine RESULT
	apt_succeeds purge $ours
	wait_for_waiters
	expect_runs <<-EOF
		multi_pkgs/Session-End/a__WILDCARD__/mine --pkg_list={$ours} MATCHED={$ours}
		Session-End/mine RESULT=ok
	EOF
	[[ ! -e $kept_state ]] || fail "left: $(find $kept_state)"
	expect_silence_from_now_on
}

test_purge_takes_sessions_that_nobody_closes() {
	probe Session-End/mine
	# As after a reboot.
	then='kill -KILL $PPID' probe Session-End/kills
	apt_succeeds install app
	wait_for_waiters
	[[ -n $(find $kept_state/sessions -name '*.session') ]] || fail 'the test is broken: it is closed'
	dpkg --purge $ours
	[[ ! -e $kept_state ]] || fail "left: $(find $kept_state)"
}

test_purge_of_an_unused_package_leaves_nothing() {
	apt_succeeds purge $ours
	[[ ! -e $hooks ]] || fail "left: $(find "$hooks")"
	[[ ! -e $packaged_hooks && ! -e $state ]] || fail 'something is left'
}

test_scripts_fire_again_after_removal_and_a_new_installation() {
	use_it_for_a_while
	apt_succeeds remove $ours
	: >/runs
	# apt calls the new helper at Post-Invoke, although there was none at Pre-Install-Pkgs.
	apt_succeeds_but_warns install /$ours.deb
	expect_equal 1 "$(grep -c '^W: .*Pre-Install-Pkgs' "$errors")" 'warnings of ours'
	expect_equal Post-Invoke/mine "$(cut -d ' ' -f 1 /runs)" runs
	: >/runs
	apt_succeeds install app
	expect_runs <<-'EOF'
		Pre-Invoke/mine
		multi_pkgs/Post-Invoke/__WILDCARD__/mine --pkg_list={app}
		Post-Invoke/mine RESULT=ok
	EOF
}

test_reinstalled_in_a_transaction_it_sees_the_transaction_through() {
	use_it_for_a_while
	offer_version "$(dpkg-query --show --showformat '${Version}' $ours)"
	apt_succeeds --reinstall install $ours app
	expect_runs <<-EOF
		Pre-Invoke/mine
		pkgs/$ours/Pre-Install-Pkgs/mine OPERATION=reinstall
		multi_pkgs/Post-Invoke/__WILDCARD__/mine --pkg_list={app,$ours}
		Post-Invoke/mine RESULT=ok
	EOF
	expect_scripts_of_people_untouched
}

test_upgraded_in_a_transaction_it_sees_the_transaction_through() {
	use_it_for_a_while
	offer_version 99
	apt_succeeds install $ours app
	expect_runs <<-EOF
		Pre-Invoke/mine
		pkgs/$ours/Pre-Install-Pkgs/mine OPERATION=upgrade
		multi_pkgs/Post-Invoke/__WILDCARD__/mine --pkg_list={app,$ours}
		Post-Invoke/mine RESULT=ok
	EOF
	expect_scripts_of_people_untouched
}

test_an_upgrade_keeps_an_edited_registration() {
	probe Pre-Invoke/mine
	probe Post-Invoke/mine
	sed -i 's,^DPkg::Pre-Invoke,// &,' "$conf"
	offer_version 99
	apt_succeeds install $ours
	apt_succeeds install app
	expect_runs <<-'EOF'
		Post-Invoke/mine
		Post-Invoke/mine
	EOF
}

test_installed_with_others_it_begins_with_the_next_transaction() {
	apt_succeeds purge $ours
	probe Pre-Invoke/mine
	probe Post-Invoke/mine
	offer_version 99
	apt_succeeds install $ours app
	expect_no_runs
	apt_succeeds remove app
	expect_runs <<-'EOF'
		Pre-Invoke/mine
		Post-Invoke/mine
	EOF
}

test_a_postinst_that_fails_beside_it_is_told_by_the_upgraded_helper() {
	use_it_for_a_while
	postinst='exit 1' package broken 1
	offer_version 99
	apt_fails install $ours broken
	expect_runs <<-EOF
		Pre-Invoke/mine
		pkgs/$ours/Pre-Install-Pkgs/mine OPERATION=upgrade
		multi_pkgs/Post-Invoke/__WILDCARD__/mine --pkg_list={$ours,broken}
		Post-Invoke/mine RESULT=failed
	EOF
}

test_of_a_session_without_an_end_nothing_is_left() {
	probe Session-Start/mine
	apt_succeeds purge $ours
	expect_runs <<<Session-Start/mine
	[[ ! -e /var/lib/apt-universal-hooks ]] || fail "this is left: $(find /var/lib/apt-universal-hooks)"
}
