# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# apt-universal-hooks transaction, called by hooks while apt holds its locks.

caches() {
	find /var/cache/apt /var/lib/apt -type f -printf '%p %s %C@\n' | sort
}

# A hook that prints the table, for an account also that of another.
teller() {
	hook "$1" <<-'EOT'
		#!/bin/bash
		. /tests/system/admin-transaction.sh
		caches >/tmp/before
		{
			echo "$APT_UNIVERSAL_HOOKS_HOOK_POINT"
			apt-universal-hooks transaction
		} >>/said 2>&1
		apt-universal-hooks transaction --json >/said.json || exit
		caches | cmp - /tmp/before && rm /tmp/before
	EOT
}

what_was_said_is() {
	sed 's/|/\t/g' >/expected
	diff --unified --label expected --label said /expected /said >/difference || fail "$(cat /difference)"
	: >/said
}

title='Package|Architecture|Operation|Old|New|Outcome|Automatic|Section|Multi-Arch|Archive|Source'

test_hooks_learn_what_apt_knows_before_and_after_dpkg() {
	package lib 1 'Section: libs' 'Source: liblib (1.0)' 'Multi-Arch: foreign'
	package app 1 'Depends: lib'
	local point
	for point in Session-Start Pre-Invoke Pre-Install-Pkgs Post-Invoke Session-End; do
		teller $point/tell
		[[ $point != Session-Start && $point != Pre-Invoke ]] ||
			hook $point/tell <<<'#!/bin/sh
				apt-universal-hooks transaction >>/said 2>&1
				test $? = 2'
	done
	printf 'Universal-Hooks::Scripts::Session-End/tell::User "daemon";\n' >/etc/apt/apt.conf.d/60user
	install -m 666 /dev/null /said
	install -m 666 /dev/null /said.json
	apt_succeeds install app
	wait_for_waiters
	what_was_said_is <<-EOT
		E: the packages of the transaction are not known at Session-Start
		E: the packages of the transaction are not known at Pre-Invoke
		Pre-Install-Pkgs
		$title
		app|all|install|-|1|-|-|-|no|/repository/./app_1_all.deb|app
		lib|all|install|-|1|-|-|libs|foreign|/repository/./lib_1_all.deb|liblib
		Post-Invoke
		$title
		app|all|install|-|1|done|no|-|no|/repository/./app_1_all.deb|app
		lib|all|install|-|1|done|yes|libs|foreign|/repository/./lib_1_all.deb|liblib
		Session-End
		$title
		app|all|install|-|1|done|no|-|no|/repository/./app_1_all.deb|app
		lib|all|install|-|1|done|yes|libs|foreign|/repository/./lib_1_all.deb|liblib
	EOT
	python3 -c '
import json
said = json.load(open("/said.json"))
assert said["hook_point"] == "Session-End" and said["result"] == "ok", said
assert "install app" in said["command_line"], said
app, lib = said["transaction"]
assert app["automatic"] is False and lib["automatic"] is True, said
assert app["section"] is None and app["old_version"] is None and lib["source"] == "liblib", said
' || fail "$(cat /said.json)"
	apt_succeeds autoremove --purge app
	wait_for_waiters
	sed -i '/^E: /d' /said
	what_was_said_is <<-EOT
		Pre-Install-Pkgs
		$title
		app|all|purge|1|-|-|no|-|no|-|app
		lib|all|purge|1|-|-|yes|libs|foreign|-|liblib
		Post-Invoke
		$title
		app|all|purge|1|-|done|-|-|-|-|-
		lib|all|purge|1|-|done|-|-|-|-|-
		Session-End
		$title
		app|all|purge|1|-|done|-|-|-|-|-
		lib|all|purge|1|-|done|-|-|-|-|-
	EOT
}

test_it_must_be_called_in_a_hook_and_fits_a_terminal() {
	ends_with 2 apt-universal-hooks transaction
	form=E expect_warning 'there is no transaction: this must be called in a hook'
	printf 'app-with-a-long-name\tall\tupgrade\t1:1.2.3-4+deb12u1\t1:1.2.3-5+deb12u2\tdone\n' >/table
	export APT_UNIVERSAL_HOOKS_TRANSACTION=/table
	local columns
	for columns in 80 120; do
		LC_ALL=C script -qec "stty cols $columns; NO_COLOR=1 apt-universal-hooks transaction" /dev/null \
			</dev/null | sed 's/\r$//' >/screen
		has 'app-with-a-long-name' </screen || fail "$(cat /screen)"
		! has -E "^.{$((columns + 1))}" </screen || fail "wider than $columns: $(cat /screen)"
	done
}
