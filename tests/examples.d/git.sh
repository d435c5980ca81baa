# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Needs: git
# /etc in a real git repository.
. /tests/lib/examples.sh

log() {
	git -C /etc log --format='%s' --reverse
}

test_what_people_and_what_packages_changed_are_apart() {
	conffile=/etc/app.conf package app 1
	use_example commit-etc
	apt_succeeds install app
	echo 'by hand' >/etc/by-hand
	conffile=/etc/app.conf package app 2
	apt_succeeds install app
	log >/log
	expect_file /log <<-'TITLES'
		Changes before: apt-get --yes install app
		After: apt-get --yes install app
		Changes before: apt-get --yes install app
		After: apt-get --yes install app
	TITLES
	expect_equal by-hand "$(git -C /etc show --format= --name-only HEAD^)"
	expect_equal app.conf "$(git -C /etc show --format= --name-only HEAD)"
	expect_equal 2 "$(git -C /etc show HEAD:app.conf)"
	expect_equal 1 "$(git -C /etc show HEAD^:app.conf)"
	git -C /etc log -1 --format=%b >/body
	printf 'app\tall\tupgrade\t1\t2\tdone\n\n' | expect_file /body
	expect_equal '' "$(git -C /etc status --porcelain)" 'changes that are not committed'
}

test_where_nothing_changed_nothing_is_committed() {
	package app 1
	use_example commit-etc
	apt_succeeds install app
	apt_succeeds remove app
	expect_equal 1 "$(log | wc -l)" 'commits'
}

test_what_a_failed_transaction_changed_is_committed() {
	conffile=/etc/app.conf postinst='exit 1' package app 1
	use_example commit-etc
	apt_fails install app
	expect_equal app.conf "$(git -C /etc show --format= --name-only HEAD)"
	git -C /etc log -1 --format=%b | has 'failed$'
}

test_nobody_else_can_read_the_history_of_passwords() {
	package app 1
	(umask 077 && echo 'the secret' >/etc/secret)
	use_example commit-etc
	apt_succeeds install app
	expect_equal 'the secret' "$(git -C /etc show HEAD:secret)"
	! runuser -u nobody -- ls /etc/.git >/dev/null 2>&1 || fail 'others can read it'
}

test_a_commit_that_fails_is_a_warning() {
	conffile=/etc/app.conf package app 1
	use_example commit-etc
	git -C /etc init --quiet
	: >/etc/.git/index.lock
	apt_succeeds_but_warns install app
	expect_a_warning_about commit-etc
	grep -q index.lock "$errors" || fail 'no message gives the reason'
	expect_equal 1 "$(version_of app)"
}
